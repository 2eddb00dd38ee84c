"""Cumulative incidence with competing events as rows of estimates: at landmarks, and as a curve.

Aalen-Johansen: one minus Kaplan-Meier would overstate the risk of patients whom another event took
away first.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from analysis.estimates.competing_risks import cumulative_incidence
from analysis.estimates.rows import Cell, EstimateRows
from analysis.params import Rules
from analysis.tabulation.estimable import ESTIMATE, add_rate

METHOD = "Aalen-Johansen"
NO_PATIENT = "no patient in this group"
#: Cell of a visit (a landmark or a day).
Place = Callable[[str], Cell]


def months_of(rules: Rules) -> dict[str, float]:
    """The plan's months as landmarks: label -> day."""
    days = rules.estimation.month_days
    return {f"{month} months": month * days for month in rules.estimation.survival_months}


def add_landmarks(
    rows: EstimateRows,
    place: Place,
    times: pd.DataFrame,
    cause: int,
    landmarks: dict[str, float],
    rules: Rules,
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
        _add(rows, place(label), point, days, rules, landmark=True)


def add_curve(
    rows: EstimateRows, place: Place, times: pd.DataFrame, cause: int, rules: Rules
) -> None:
    """The curve of one cause, a visit ("Day 0012") for each day on which something happens."""
    fitted, days = _fitted(times, cause, rules)
    for _, point in fitted.curve.iterrows():
        _add(rows, place(f"Day {int(point['time']):04d}"), point, days, rules, landmark=False)


def add_at_risk(
    rows: EstimateRows, place: Place, times: pd.DataFrame, ticks: dict[str, float]
) -> None:
    """Those still at risk on the days under the ticks of a figure (visit = label of the tick)."""
    for label, day in ticks.items():
        at_risk = int(times["AVAL"].ge(day).sum())
        about: dict[str, Any] = {"unit": "patients", "n_subjects": len(times), "time": day}
        rows.add(place(label), "n_at_risk", at_risk, **about)


def _fitted(times: pd.DataFrame, cause: int, rules: Rules):
    days = times["AVAL"].to_numpy(dtype=float)
    causes = times["EVTCAUSE"].to_numpy(dtype=int)
    level = rules.estimation.conf_level
    return cumulative_incidence(days, causes, of=cause, conf_level=level), days


def _add(
    rows: EstimateRows,
    cell: Cell,
    point: pd.Series,
    days: np.ndarray,
    rules: Rules,
    *,
    landmark: bool,
) -> None:
    add_rate(
        rows,
        cell,
        tuple(point[name] for name in ESTIMATE),
        int((days >= point["time"]).sum()),
        rules,
        rising=True,
        method=METHOD,
        limits="Aalen variance, log-log",
        why="beyond the last day of observation" if len(days) else NO_PATIENT,
        landmark=landmark,
        n_subjects=len(days),
        time=float(point["time"]),
    )
