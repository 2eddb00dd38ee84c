"""What a table is: its fields, its pandera schema, its key, what it refers to, in one object.

The schema is built from the fields when it is first asked for. That costs half a second for all
tables, most of it the import of pandera; `is_fine` finds without it that a frame is in order.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from schemas.fields import Field, column
from schemas.quick import is_fine
from schemas.terminology import RAW_TABLES

if TYPE_CHECKING:
    import pandera.pandas as pa


def _schema(
    name: str,
    description: str,
    key: tuple[str, ...],
    fields: dict[str, Field],
    optional: frozenset[str] = frozenset(),
) -> pa.DataFrameSchema:
    import pandera.pandas as pa

    columns = {each.name: column(each) for each in fields.values()}
    for absent in optional:
        columns[absent].required = False
    return pa.DataFrameSchema(
        columns, name=name, title=name, description=description, strict=True, metadata={"key": key}
    )


@dataclass(frozen=True)
class Reference:
    """`column` must name a row of `table`, found there in `key` (the same name by default)."""

    column: str
    table: str
    key: str = ""

    @property
    def parent_key(self) -> str:
        """Column of the parent table that is referred to."""
        return self.key or self.column


PATIENT = Reference("patient_id", "patients")


@dataclass(frozen=True)
class RawTable:
    """One raw extract.

    Attributes
    ----------
    name : str
        Name of the table; its file is ``<name>.csv``.
    description : str
        One row per what, and what is in it.
    key : tuple of str
        Columns that no two rows share.
    references : tuple of Reference
        What its rows refer to.
    fields : dict of str to Field
        The declarations, in the order of the file.
    """

    name: str
    description: str
    key: tuple[str, ...]
    references: tuple[Reference, ...]
    fields: dict[str, Field] = field(repr=False)

    @cached_property
    def schema(self) -> pa.DataFrameSchema:
        """Checks of the columns by pandera, on typed frames."""
        return _schema(self.name, self.description, self.key, self.fields)

    @property
    def file(self) -> str:
        """Name of the file in a folder of extracts."""
        return f"{self.name}.csv"

    @property
    def columns(self) -> list[str]:
        """The raw columns in the order of the file."""
        return list(self.fields)

    @property
    def line_column(self) -> str:
        """Column of the typed frame that holds the line in the file.

        It is `line`, but `file_line` where the extract itself has a column `line` (the line of
        therapy in prior_treatments): the registry's own name is never taken from it.
        """
        return "file_line" if "line" in self.fields else "line"


def raw_table(
    name: str,
    description: str,
    fields: list[Field],
    *,
    key: tuple[str, ...],
    references: tuple[Reference, ...] = (PATIENT,),
) -> RawTable:
    """Declare a raw extract."""
    return RawTable(name, description, key, references, {each.name: each for each in fields})


class DatasetError(ValueError):
    """A frame is not what its schema says: a fault of the derivation, not of the data."""


@dataclass(frozen=True)
class Dataset:
    """One analysis dataset.

    Attributes
    ----------
    name : str
        Name in lower case; its file is ``<name>.parquet``.
    description : str
        One row per what.
    key : tuple of str
        Columns that no two rows share, and the order of the rows.
    fields : dict of str to Field
        All columns in the order in which they are written.
    optional : frozenset of str
        Declared columns that a frame may lack.
    """

    name: str
    description: str
    key: tuple[str, ...]
    fields: dict[str, Field] = field(repr=False)
    optional: frozenset[str] = frozenset()

    @cached_property
    def schema(self) -> pa.DataFrameSchema:
        """Types, codes and limits of the columns by pandera."""
        return _schema(self.name, self.description, self.key, self.fields, self.optional)

    def is_fine(self, frame: pd.DataFrame) -> bool:
        """Return whether a typed frame is provably what `schema` accepts."""
        return is_fine(frame, self.fields, self.optional)

    @property
    def columns(self) -> list[str]:
        """All declared columns in order."""
        return list(self.fields)


def dataset(
    name: str,
    description: str,
    fields: list[Field],
    *,
    key: tuple[str, ...],
    extras: list[Field] | None = None,
    known_from: dict[str, tuple[str, ...]] | None = None,
) -> Dataset:
    """Declare an analysis dataset.

    Parameters
    ----------
    fields : list of Field
        The columns that every frame has.
    extras : list of Field, optional
        Further columns, written where the derivation gives them. To extend a dataset, declare the
        column here.
    known_from : dict, optional
        Column -> columns of this dataset with the days from which its value is known.
    """
    more, days = extras or [], known_from or {}
    declared = {
        each.name: replace(each, known_from=days.get(each.name, ())) for each in [*fields, *more]
    }
    optional = frozenset(each.name for each in more)
    return Dataset(name, description, key, declared, optional)


def identity() -> list[Field]:
    """Declare study and patient, which every analysis row has."""
    return [
        Field("STUDYID", "text", "Study", "STUDYID"),
        Field("USUBJID", "text", "Patient", "USUBJID", source="patient_id"),
    ]


def source(required: bool = True) -> list[Field]:
    """Declare where a row comes from; not required where it may stem from several raw rows."""
    return [
        Field("SRCDOM", "code", "Raw table", "SRCDOM", required=required, codes=RAW_TABLES),
        Field("SRCVAR", "text", "Raw column", "SRCVAR", required=required),
        Field("SRCFILE", "text", "Raw file", "SRCFILE", required=required),
        Field("SRCROW", "int", "Line in the raw file", "SRCROW", required=required, minimum=2),
    ]
