"""Analysis rows by patient, as plain records: quick to look through, patient by patient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

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
    """

    folder: Path
    patient: str = ""

    @cached_property
    def _read(self) -> dict[str, dict[str, list[dict[str, Any]]]]:
        return {}

    def of_patient(self, dataset: str, patient: str) -> list[dict[str, Any]]:
        """Rows of a patient: dates as ISO text, missing cells left out."""
        if dataset not in self._read:
            only = [("USUBJID", "==", self.patient)] if self.patient else None
            frame = pd.read_parquet(self.folder / f"{dataset}.parquet", filters=only)
            by_patient: dict[str, list[dict[str, Any]]] = {}
            for record in as_records(frame):
                by_patient.setdefault(record["USUBJID"], []).append(record)
            self._read[dataset] = by_patient
        return self._read[dataset].get(patient, [])


def as_records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as mappings without their missing cells; a date is ISO text."""
    columns: dict[str, list[Any]] = {}
    for name in frame.columns:
        column = frame[name]
        if pd.api.types.is_datetime64_any_dtype(column):
            column = column.dt.strftime("%Y-%m-%d")
        columns[name] = column.astype(object).tolist()
    rows = zip(*columns.values(), strict=True)
    return [
        {name: value for name, value in zip(columns, row, strict=True) if not is_missing(value)}
        for row in rows
    ]


def is_missing(value: object) -> bool:
    """Whether a cell holds nothing."""
    return value is None or value is pd.NA or value != value
