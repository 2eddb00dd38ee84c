"""A measurement as rows of estimates: how many are known, median, quartiles, range."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analysis.estimates.rows import Cell, EstimateRows

_SUMMARIES = {
    "median": np.median,
    "q1": lambda known: np.quantile(known, 0.25),
    "q3": lambda known: np.quantile(known, 0.75),
    "min": np.min,
    "max": np.max,
}


def add_summary(
    rows: EstimateRows,
    cell: Cell,
    values: pd.Series,
    *,
    unit: str,
    patients: pd.Series | None = None,
    counted: str = "patients",
    analysis_set: str | None = None,
) -> None:
    """Add n (known), n_missing, median, q1, q3, min and max; a number without values is NE.

    Parameters
    ----------
    values : Series
        One value of each patient, or of each thing that is `counted`.
    unit : str
        Of the values.
    patients : Series, optional
        USUBJID beside `values`: the members of n. None where not patients are counted.
    """
    there = values.notna().to_numpy()
    known = values.to_numpy(dtype=float)[there]
    about: dict[str, Any] = {"n_subjects": len(values), "analysis_set": analysis_set}
    if patients is None:
        rows.add(cell, "n", len(known), unit=counted, **about)
    else:
        rows.count(cell, patients.to_numpy()[there], analysis_set=analysis_set)
    rows.add(cell, "n_missing", len(values) - len(known), unit=counted, **about)
    for stat_name, summary in _SUMMARIES.items():
        rows.add(
            cell,
            stat_name,
            float(summary(known)) if len(known) else None,  # type: ignore[operator]
            text="" if len(known) else "NE",
            warning="" if len(known) else "no value",
            unit=unit,
            **about,
        )


def add_tally(rows: EstimateRows, cell: Cell, n: int, size: int, *, unit: str) -> None:
    """Add n_events of N things that are not patients (specimens, tests) and their share (pct)."""
    rows.add(cell, "n_events", n, unit=unit)
    rows.add(cell, "N", size, unit=unit)
    rows.add(
        cell,
        "pct",
        100 * n / size if size else None,
        unit="%",
        text="" if size else "NE",
        warning="" if size else f"no {unit}",
    )
