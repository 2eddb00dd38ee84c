"""F14.3.1: cumulative incidence of the first serious adverse event by group. SAP 14.3.

Aalen-Johansen: death and a regimen of another group compete.
"""

from __future__ import annotations

import pandas as pd

from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.competing_events import add_curve, add_landmarks, months_of
from analysis.outputs.groups import by_group, in_set
from analysis.outputs.known_at_origin import followed

OUTCOMES = {
    1: "First serious adverse event",
    2: "Death before",
    4: "Regimen of another group before",
}
NO_OUTCOME = "None of these by the end of observation"


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
    times = followed(data, rules, "TTSAE", "SAFFL", "TRTGRP1")
    rows = EstimateRows("F14.3.1", "SAFFL")
    for group, patients in by_group(in_set(data["adsl"], "SAFFL")):
        mine = times[times["USUBJID"].isin(patients["USUBJID"])]
        rows.add(Cell("patients", group), "N", len(mine), unit="patients", n_subjects=len(mine))
        for cause, label in (*OUTCOMES.items(), (0, NO_OUTCOME)):
            who = mine.loc[mine["EVTCAUSE"].eq(cause), "USUBJID"]
            rows.count(Cell("outcome", group, category=label), who)
        _estimates(rows, group, mine, rules)
    return rows


def _estimates(rows: EstimateRows, group: str, mine: pd.DataFrame, rules) -> None:
    for cause, label in OUTCOMES.items():

        def landmark(visit: str, label: str = label) -> Cell:
            return Cell("at landmark", group, visit, label)

        add_landmarks(rows, landmark, mine, cause, months_of(rules), rules)
    add_curve(rows, lambda visit: Cell("curve", group, visit, OUTCOMES[1]), mine, 1, rules)
