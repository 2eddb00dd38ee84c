"""F14.3.1: cumulative incidence of the first serious adverse event by group. SAP 14.3.

Aalen-Johansen: death and a regimen of another group compete. One minus Kaplan-Meier would overstate
the risk of patients who died or changed treatment first.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.estimates.competing_risks import cumulative_incidence
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.groups import by_group, in_set

OUTCOMES = {
    1: "First serious adverse event",
    2: "Death before",
    4: "Regimen of another group before",
}
NO_OUTCOME = "None of these by the end of observation"
METHOD = "Aalen-Johansen"


def first_serious_event_incidence(data, rules) -> EstimateRows:
    """F14.3.1: time from first dose to the first serious adverse event.

    Parameters
    ----------
    data : mapping of DataFrame
        ``adsl`` and ``adtte`` (TTSAE).
    rules : Rules
        ``estimation``.

    Returns
    -------
    EstimateRows
        By group: N; "outcome" (n of each cause, they add up to N); "at landmark" (visit = "3
        months", parameter = cause: estimate and limits, n_at_risk); "curve" of the serious event
        (visit = "Day 0012": estimate, limits, n_at_risk).
    """
    adtte = data["adtte"]
    times = adtte[adtte["PARAMCD"].eq("TTSAE")]
    rows = EstimateRows("F14.3.1", "SAFFL")
    for group, patients in by_group(in_set(data["adsl"], "SAFFL")):
        mine = times[times["USUBJID"].isin(patients["USUBJID"])]
        rows.add(Cell("patients", group), "N", len(mine), unit="patients", n_subjects=len(mine))
        for cause, label in (*OUTCOMES.items(), (0, NO_OUTCOME)):
            who = mine.loc[mine["EVTCAUSE"].eq(cause), "USUBJID"]
            rows.count(Cell("outcome", group, category=label), who)
        if len(mine):
            _estimates(rows, group, mine, rules)
    return rows


def _estimates(rows: EstimateRows, group: str, mine: pd.DataFrame, rules) -> None:
    days = mine["AVAL"].to_numpy(dtype=float)
    causes = mine["EVTCAUSE"].to_numpy(dtype=int)
    level = rules.estimation.conf_level
    for cause, label in OUTCOMES.items():
        fitted = cumulative_incidence(days, causes, of=cause, conf_level=level)
        months = rules.estimation.survival_months
        points = fitted.at([month * rules.estimation.month_days for month in months])
        for month, (_, point) in zip(months, points.iterrows(), strict=True):
            cell = Cell("at landmark", group, f"{month} months", label)
            _add(rows, cell, point, days, level)
        if cause == 1:
            for _, point in fitted.curve.iterrows():
                cell = Cell("curve", group, f"Day {int(point['time']):04d}", label)
                _add(rows, cell, point, days, level)


def _add(rows: EstimateRows, cell: Cell, point: pd.Series, days: np.ndarray, level: float) -> None:
    at_risk = int((days >= point["time"]).sum())
    rows.add(cell, "n_at_risk", at_risk, unit="patients", n_subjects=len(days))
    for stat_name in ("estimate", "ci_low", "ci_high"):
        missing = bool(np.isnan(point[stat_name]))
        rows.add(
            cell,
            stat_name,
            point[stat_name],
            text="NE" if missing else "",
            unit="proportion",
            method=METHOD
            if stat_name == "estimate"
            else f"{METHOD}, Aalen variance, log-log, {level:.0%}",
            n_subjects=len(days),
            warning="beyond the last day of observation" if missing else "",
        )
