"""What a table is: a pandera model with its columns, key and references, and what is asked of it.

`RawExtract` and `AnalysisDataset` are what the models of `schemas.raw` and `schemas.derived` build
on; `RawTable` and `Dataset` answer what the rest of the project asks about them.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd
import pandera.pandas as pa
from pandera.pandas import Field

from schemas.columns import ColumnSpec, Text, about, spec_of


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


class RawExtract(pa.DataFrameModel):
    """Columns of a raw extract, in the order of the file."""

    class Config:
        """No other columns; the key is declared by each extract."""

        strict = True


class AnalysisDataset(pa.DataFrameModel):
    """Columns of an analysis dataset, in the order in which they are written.

    A column typed ``... | None`` is written where the derivation gives it. To extend a dataset,
    declare the column in its model.
    """

    STUDYID: Text = Field(title="Study", metadata=about(adam="STUDYID"))
    USUBJID: Text = Field(title="Patient", metadata=about(adam="USUBJID", source="patient_id"))

    class Config:
        """No other columns; the key is declared by each dataset."""

        strict = True


class DatasetError(ValueError):
    """A frame is not what its schema says: a fault of the derivation, not of the data."""


@dataclass(frozen=True)
class _Declared:
    """What every table has.

    Attributes
    ----------
    model : class
        The pandera model.
    """

    model: type[pa.DataFrameModel]

    @property
    def name(self) -> str:
        """Name of the table, which is that of its file without suffix."""
        return str(self.model.Config.name)

    @property
    def description(self) -> str:
        """One row per what, and what is in it."""
        return inspect.getdoc(self.model) or ""

    @property
    def _metadata(self) -> dict[str, Any]:
        return self.model.Config.metadata or {}

    @property
    def key(self) -> tuple[str, ...]:
        """Columns that no two rows share; of analysis datasets, and the order of their rows."""
        return self._metadata["key"]

    @cached_property
    def schema(self) -> pa.DataFrameSchema:
        """Types, codes, limits and shapes of the columns, checked by pandera on typed frames."""
        return self.model.to_schema()

    def schema_for(self, frame: pd.DataFrame) -> pa.DataFrameSchema:
        """The schema of the columns that a frame has: what is absent is judged elsewhere."""
        absent = [name for name in self.fields if name not in frame]
        return self.schema.remove_columns(absent) if absent else self.schema

    @cached_property
    def fields(self) -> dict[str, ColumnSpec]:
        """What each column is and may hold, in order."""
        return {name: spec_of(column) for name, column in self.schema.columns.items()}

    @property
    def columns(self) -> list[str]:
        """All declared columns in order."""
        return list(self.fields)


@dataclass(frozen=True)
class RawTable(_Declared):
    """One raw extract; its file is ``<name>.csv``."""

    @property
    def references(self) -> tuple[Reference, ...]:
        """What its rows refer to."""
        return self._metadata.get("references", (PATIENT,))

    @property
    def file(self) -> str:
        """Name of the file in a folder of extracts."""
        return f"{self.name}.csv"

    @property
    def required_columns(self) -> list[str]:
        """Columns that every export has; the others came later and are optional."""
        return [name for name, spec in self.fields.items() if not spec.birth]

    @property
    def optional(self) -> bool:
        """Whether a registry may be without it: no file is a table without rows."""
        return bool(self._metadata.get("optional"))

    @property
    def line_column(self) -> str:
        """Column of the typed frame that holds the line in the file.

        It is `line`, but `file_line` where the extract itself has a column `line` (the line of
        therapy in prior_treatments): the registry's own name is never taken from it.
        """
        return "file_line" if "line" in self.fields else "line"


@dataclass(frozen=True)
class Wanted:
    """What the plan says about the columns of an export.

    Attributes
    ----------
    ignore_unknown : bool
        A column that is not in the data dictionary is passed over with a warning.
    later : frozenset of str
        ``table.column`` that the plan requires only since a later cut.
    now : frozenset of str
        Optional ones that it requires in this cut.
    """

    ignore_unknown: bool = False
    later: frozenset[str] = frozenset()
    now: frozenset[str] = frozenset()

    def may_lack(self, table: RawTable, name: str) -> bool:
        """Whether an export of this cut may lack a column of the data dictionary."""
        place = f"{table.name}.{name}"
        return place in self.later or (bool(table.fields[name].birth) and place not in self.now)


#: What the data dictionary alone says.
AS_DECLARED = Wanted()


@dataclass(frozen=True)
class Dataset(_Declared):
    """One analysis dataset; its file is ``<name>.parquet``."""

    @cached_property
    def optional(self) -> frozenset[str]:
        """Declared columns that a frame may lack."""
        return frozenset(name for name, spec in self.fields.items() if spec.optional)
