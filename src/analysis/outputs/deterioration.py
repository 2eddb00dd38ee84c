"""T14.2.8.5: time to deterioration of PROMIS-29 by domain and group. SAP 14.2.8.

Aalen-Johansen from the anchor: death competes (while alive). No test between the groups.
"""

from __future__ import annotations

import pandas as pd

from analysis.endpoints.time_to_deterioration import DETERIORATION
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.competing_events import add_landmarks, months_of
from analysis.outputs.groups import ALL_GROUPS, by_group, in_set
from analysis.outputs.known_at_origin import followed

WORSE, DIED = "Deteriorated", "Died before"
OUTCOMES = {1: WORSE, 2: DIED, 0: "Neither by the end of observation"}


def time_to_deterioration(data, rules) -> EstimateRows:
    """T14.2.8.5: first deterioration by the minimally important difference.

    Parameters
    ----------
    data : mapping of DataFrame
        ``adsl`` and ``adtte`` (TTDPF to TTDPAINN).
    rules : Rules
        ``estimation``.

    Returns
    -------
    EstimateRows
        By group: "patients" (enrolled); per domain "not followed" and "outcome" (n of
        each; the four add up to the patients; of the outcomes N is all with a baseline score), and
        "at landmark" (visit = "3 months", parameter = domain, category = outcome).
    """
    times = followed(data, rules, DETERIORATION.values(), "ENRLFL", "TRTGRP1")
    rows = EstimateRows("T14.2.8.5", "ENRLFL")
    for group, patients in by_group(in_set(data["adsl"], "ENRLFL"), ALL_GROUPS):
        who = patients["USUBJID"]
        rows.count(Cell("patients", group), who)
        mine = times[times["USUBJID"].isin(who)]
        for paramcd, code in DETERIORATION.items():
            own = mine[mine["PARAMCD"].eq(code)]
            _outcomes(rows, group, paramcd, who, own)
            _incidence(rows, group, paramcd, own, rules)
    return rows


def _outcomes(rows: EstimateRows, group: str, paramcd: str, who: pd.Series, own) -> None:
    without = who[~who.isin(own["USUBJID"])]
    rows.count(Cell("not followed", group, parameter=paramcd), without)
    rows.add(
        Cell("outcome", group, parameter=paramcd),
        "N",
        len(own),
        unit="patients",
        n_subjects=len(own),
    )
    for cause, label in OUTCOMES.items():
        cell = Cell("outcome", group, parameter=paramcd, category=label)
        rows.count(cell, own.loc[own["EVTCAUSE"].eq(cause), "USUBJID"])


def _incidence(rows: EstimateRows, group: str, paramcd: str, own: pd.DataFrame, rules) -> None:
    for cause, label in ((1, WORSE), (2, DIED)):

        def landmark(visit: str, label: str = label) -> Cell:
            return Cell("at landmark", group, visit, paramcd, label)

        add_landmarks(rows, landmark, own, cause, months_of(rules), rules)
