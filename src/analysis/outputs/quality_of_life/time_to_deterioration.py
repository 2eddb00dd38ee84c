"""T14.2.8.5: first deterioration by the minimally important difference.

Aalen-Johansen from the anchor: death competes (while alive). No test between the groups.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.datasets import Datasets
from analysis.displays.competing_events import incidence_rows
from analysis.displays.curves import limit_notes
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import confidence, count
from analysis.displays.table import Column, Row, Table
from analysis.endpoints.promis29_scores import LABELS, minimal_difference
from analysis.endpoints.time_to_deterioration import DETERIORATION
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.origin import of_one_origin
from analysis.outputs.quality_of_life.labels import DIFFERENCE_LABEL
from analysis.params import Rules
from analysis.tabulation.competing_events import add_landmarks, months_of
from analysis.tabulation.groups import (
    ALL_GROUPS,
    by_group,
    group_label,
    in_set,
)
from analysis.tabulation.known_at_origin import followed

OUTPUT = "T14.2.8.5"
NEEDS = ("promis29",)
WORSE, DIED = "Deteriorated", "Died before"
OUTCOMES = {1: WORSE, 2: DIED, 0: "Neither by the end of observation"}


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> EstimateRows:
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
    rows = EstimateRows(OUTPUT, "ENRLFL")
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


def _incidence(
    rows: EstimateRows, group: str, paramcd: str, own: pd.DataFrame, rules: Rules
) -> None:
    for cause, label in ((1, WORSE), (2, DIED)):

        def landmark(visit: str, label: str = label) -> Cell:
            return Cell("at landmark", group, visit, paramcd, label)

        add_landmarks(rows, landmark, own, cause, months_of(rules), rules)


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (deterioration_table(rows, rules),)


def deterioration_table(rows: EstimateRows, rules: Rules) -> Table:
    """One block per domain: who had a baseline, what came first, incidence at the landmarks."""
    estimates = Numbers(rows)
    body: list[Row] = []
    for paramcd in DETERIORATION:
        threshold = f"{minimal_difference(paramcd, rules):g}"
        body.append(Row(f"{LABELS[paramcd]}, worse by {threshold} points", heading=True))
        sizes = (estimates.get("N", "outcome", g, parameter=paramcd) for g in estimates.groups)
        body.append(
            Row("With a score at baseline, alive at the anchor", tuple(map(count, sizes)), indent=1)
        )
        for label in OUTCOMES.values():
            place: dict[str, Any] = {"parameter": paramcd, "category": label}
            cells = tuple(
                count(estimates.get("n", "outcome", g, **place)) for g in estimates.groups
            )
            body.append(Row(label, cells, indent=2))
        for month in rules.estimation.survival_months:
            place = {
                "visit": f"{month} months",
                "parameter": paramcd,
                "category": WORSE,
            }
            label = f"Deteriorated by {month} months, % ({confidence(rules)} CI)"
            body += incidence_rows(
                estimates, rules, label, [{"group": g, **place} for g in estimates.groups]
            )
    columns = tuple(
        Column(group_label(g), f"N = {count(estimates.get('n', 'patients', g))}")
        for g in estimates.groups
    )
    notes = (
        "From the anchor (first dose; of the untreated the MTB date, else enrolment). Both are "
        f"looked for up to the close of the planned visit that makes more than "
        f"{rules.promis29.max_missed} missed in a row without a score, or the end of "
        "follow-up if earlier; who has neither by then is censored there.",
        DIFFERENCE_LABEL,
        "The groups are not a comparison.",
        *limit_notes(rules, body),
    )
    return Table(rows.output_id, "Domain", columns, tuple(body), notes)
