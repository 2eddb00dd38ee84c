"""Analysis rows by patient, as plain records: quick to look through, patient by patient.

Read without pandas, whose import alone would take a third of the time that a story has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

Record = Mapping[str, Any]


@dataclass(frozen=True)
class AnalysisRows:
    """Datasets of one cut, each read when first asked for.

    Parameters
    ----------
    folder : Path
        ``data/derived/<CUT>``.
    patient : str
        Of whom alone rows are read; empty for all.
    frames : mapping of DataFrame, optional
        Datasets in memory, which are taken instead of the files: those of a what-if.
    """

    folder: Path
    patient: str = ""
    frames: Mapping[str, Any] | None = None

    @cached_property
    def _read(self) -> dict[str, dict[str, list[dict[str, Any]]]]:
        return {}

    def _table(self, dataset: str) -> pa.Table:
        if self.frames is None:
            return pq.ParquetFile(self.folder / f"{dataset}.parquet").read()
        return pa.Table.from_pandas(self.frames[dataset], preserve_index=False)

    def of_patient(self, dataset: str, patient: str) -> list[dict[str, Any]]:
        """Rows of a patient: dates as ISO text, missing cells left out; none of no dataset."""
        if self.frames is None and not (self.folder / f"{dataset}.parquet").is_file():
            return []
        if dataset not in self._read:
            table = self._table(dataset)
            if self.patient:  # by slices: filters and index arrays of pyarrow import pandas
                ids = enumerate(table["USUBJID"].to_pylist())
                mine = [table.slice(at, 1) for at, one in ids if one == self.patient]
                table = pa.concat_tables([table.slice(0, 0), *mine])
            by_patient: dict[str, list[dict[str, Any]]] = {}
            for record in as_records(table):
                by_patient.setdefault(record["USUBJID"], []).append(record)
            self._read[dataset] = by_patient
        return self._read[dataset].get(patient, [])


def as_records(table: pa.Table) -> list[dict[str, Any]]:
    """Rows as mappings without their missing cells; a date is ISO text."""
    columns: dict[str, list[Any]] = {}
    for name in table.column_names:
        column = table[name]
        if pa.types.is_timestamp(column.type):
            column = column.cast(pa.timestamp("s")).cast(pa.date32()).cast(pa.string())
        elif pa.types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        columns[name] = column.to_pylist()
    rows = zip(*columns.values(), strict=True)
    return [
        {name: value for name, value in zip(columns, row, strict=True) if not is_missing(value)}
        for row in rows
    ]


def is_missing(value: object) -> bool:
    """Whether a cell holds nothing."""
    return value is None or value != value
