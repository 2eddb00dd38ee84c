"""Cumulative incidence with competing events as rows of estimates: at landmarks, and as a curve.

Aalen-Johansen: one minus Kaplan-Meier would overstate the risk of patients whom another event took
away first.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from analysis.estimates.competing_risks import cumulative_incidence
from analysis.estimates.confidence_level import level_in_words
from analysis.estimates.rows import Cell, EstimateRows

METHOD = "Aalen-Johansen"
#: Cell of a visit (a landmark or a day).
Place = Callable[[str], Cell]


def months_of(rules) -> dict[str, float]:
    """The plan's months as landmarks: label -> day."""
    days = rules.estimation.month_days
    return {f"{month} months": month * days for month in rules.estimation.survival_months}


def add_landmarks(
    rows: EstimateRows,
    place: Place,
    times: pd.DataFrame,
    cause: int,
    landmarks: dict[str, float],
    rules,
) -> None:
    """Cumulative incidence of one cause at landmarks (visit = label of the landmark).

    Parameters
    ----------
    rows : EstimateRows
    place : callable
    times : DataFrame
        Rows of ADTTE of one parameter and group: AVAL (days), EVTCAUSE.
    cause : int
        EVTCAUSE of the event of interest.
    landmarks : dict
        Label -> day.
    rules : Rules
        ``estimation``.
    """
    fitted, days = _fitted(times, cause, rules)
    points = fitted.at(list(landmarks.values()))
    for label, (_, point) in zip(landmarks, points.iterrows(), strict=True):
        _add(rows, place(label), point, days, rules)


def add_curve(rows: EstimateRows, place: Place, times: pd.DataFrame, cause: int, rules) -> None:
    """The curve of one cause, a visit ("Day 0012") for each day on which something happens."""
    fitted, days = _fitted(times, cause, rules)
    for _, point in fitted.curve.iterrows():
        _add(rows, place(f"Day {int(point['time']):04d}"), point, days, rules)


def _fitted(times: pd.DataFrame, cause: int, rules):
    days = times["AVAL"].to_numpy(dtype=float)
    causes = times["EVTCAUSE"].to_numpy(dtype=int)
    level = rules.estimation.conf_level
    return cumulative_incidence(days, causes, of=cause, conf_level=level), days


def _add(rows: EstimateRows, cell: Cell, point: pd.Series, days: np.ndarray, rules) -> None:
    at_risk = int((days >= point["time"]).sum())
    rows.add(cell, "n_at_risk", at_risk, unit="patients", n_subjects=len(days))
    limits = f"{METHOD}, Aalen variance, log-log, {level_in_words(rules.estimation.conf_level)}"
    # before the first event the estimator has no variance, and so no limits
    why = "no event yet" if point["estimate"] == 0 else "beyond the last day of observation"
    for stat_name in ("estimate", "ci_low", "ci_high"):
        value = np.nan if point["estimate"] == 0 and stat_name != "estimate" else point[stat_name]
        missing = bool(np.isnan(value))
        rows.add(
            cell,
            stat_name,
            value,
            text="NE" if missing else "",
            unit="proportion",
            method=METHOD if stat_name == "estimate" else limits,
            n_subjects=len(days),
            warning=why if missing else "",
        )
