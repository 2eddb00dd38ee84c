"""What a table is: its pandera schema, its key, the tables it refers to, in one object."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandera.pandas as pa

from schemas.fields import Field, column, fields_of


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
    schema : pandera.DataFrameSchema
        Checks of the columns, on typed frames.
    fields : dict of str to Field
        The declarations, in the order of the file.
    """

    name: str
    description: str
    key: tuple[str, ...]
    references: tuple[Reference, ...]
    schema: pa.DataFrameSchema
    fields: dict[str, Field] = field(repr=False)

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
    schema = pa.DataFrameSchema(
        {each.name: column(each) for each in fields},
        name=name,
        title=name,
        description=description,
        strict=True,
        metadata={"key": key},
    )
    return RawTable(name, description, key, references, schema, fields_of(schema))
