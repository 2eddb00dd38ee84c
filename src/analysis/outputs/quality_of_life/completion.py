"""T14.2.8.1: completion of PROMIS-29 with both SISAQOL denominators."""

from __future__ import annotations

import pandas as pd

from analysis.datasets import Datasets
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import confidence, count
from analysis.displays.shares import proportion_cells
from analysis.displays.table import Column, Row, Table
from analysis.endpoints.promis29_scores import PARAMETERS
from analysis.endpoints.questionnaire_state import COMPLETED, EXPECTED, NOT_DUE
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.origin import of_one_origin
from analysis.outputs.quality_of_life.forms_and_scores import (
    STATES,
    add_states,
    planned_rows,
    visit_labels,
)
from analysis.outputs.quality_of_life.labels import STATE_LABELS, STATE_NOTE
from analysis.params import Rules
from analysis.tabulation.groups import (
    ALL_GROUPS,
    TREATED_GROUPS,
    by_group,
    group_label,
    in_set,
)
from analysis.tabulation.proportion import add_proportion
from analysis.visits import BASELINE

OUTPUT = "T14.2.8.1"
NEEDS = ("promis29",)
OF_EXPECTED, OF_BASELINE = "Completed of expected", "Completed of all with a baseline form"


def form_states(adqs: pd.DataFrame) -> pd.DataFrame:
    """USUBJID, AVISIT, STATE of the PROMIS-29 forms; the state is that of the form."""
    return planned_rows(adqs, PARAMETERS[:1])[["USUBJID", "AVISIT", "STATE"]]


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> EstimateRows:
    """T14.2.8.1: completion of PROMIS-29 with both SISAQOL denominators.

    Parameters
    ----------
    data : mapping of DataFrame
        ``adsl`` and ``adqs``.
    rules : Rules

    Returns
    -------
    EstimateRows
        Per analysis set (analysis_id ENRLFL, TRTFL), group and visit: the five states, completed of
        expected (alive, on study and due) and completed of all with a baseline form (fixed
        denominator, those not due included), each with its interval, and how many of the fixed
        denominator were not due yet (category "not_due").
    """
    states = form_states(data["adqs"])
    with_baseline = states.loc[
        states["AVISIT"].eq(BASELINE) & states["STATE"].eq(COMPLETED), "USUBJID"
    ]
    rows = EstimateRows(OUTPUT, "ENRLFL")
    for flag, groups in (("ENRLFL", ALL_GROUPS), ("TRTFL", TREATED_GROUPS)):
        for group, patients in by_group(in_set(data["adsl"], flag), groups):
            who = patients["USUBJID"]
            rows.add(
                Cell(flag, group),
                "N",
                len(who),
                unit="patients",
                n_subjects=len(who),
                analysis_set=flag,
            )
            fixed = who[who.isin(with_baseline)]
            mine = states[states["USUBJID"].isin(who)]
            for visit in visit_labels(rules):
                at = mine[mine["AVISIT"].eq(visit)]
                add_states(rows, flag, group, visit, at, flag)
                done = at.loc[at["STATE"].eq(COMPLETED), "USUBJID"]
                expected = at.loc[at["STATE"].isin(EXPECTED), "USUBJID"]
                for name, members, population in (
                    (OF_EXPECTED, done, expected),
                    (OF_BASELINE, done[done.isin(fixed)], fixed),
                ):
                    cell = Cell(flag, group, visit, name)
                    add_proportion(rows, cell, members, population, rules, analysis_set=flag)
                waiting = at.loc[at["STATE"].eq(NOT_DUE), "USUBJID"]
                cell = Cell(flag, group, visit, OF_BASELINE, NOT_DUE)
                rows.count(cell, waiting[waiting.isin(fixed)], analysis_set=flag)
    return rows


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (
        completion_table(rows, rules, "Enrolled"),
        completion_table(rows, rules, "Treated", "TRTFL"),
    )


def completion_table(
    rows: EstimateRows, rules: Rules, title: str, analysis_set: str = "ENRLFL"
) -> Table:
    """T14.2.8.1: both completion rates and the five states at each visit."""
    estimates = Numbers(rows)
    decimals = rules.display.percent_decimals
    groups = (*(ALL_GROUPS if analysis_set == "ENRLFL" else TREATED_GROUPS), "All")
    body: list[Row] = []
    for visit in visit_labels(rules):
        body.append(Row(visit, heading=True))
        for name in (OF_EXPECTED, OF_BASELINE):
            places = [{"group": g, "visit": visit, "parameter": name} for g in groups]
            pairs = [proportion_cells(estimates, decimals, analysis_set, **p) for p in places]
            strong = name == OF_EXPECTED
            shown = tuple(cell for cell, _ in pairs)
            body.append(Row(f"{name}, n/N (%)", shown, indent=1, strong=strong))
            body.append(
                Row(f"{confidence(rules)} CI", tuple(limits for _, limits in pairs), indent=2)
            )
        waiting = (
            estimates.get("n", analysis_set, g, visit, OF_BASELINE, "not_due") for g in groups
        )
        body.append(
            Row("Not due yet, of all with a baseline form", tuple(map(count, waiting)), indent=2)
        )
        for state in STATES:
            cells = tuple(
                count(estimates.get("n", analysis_set, group, visit, category=state))
                for group in groups
            )
            body.append(Row(STATE_LABELS[state], cells, indent=1))
    columns = tuple(
        Column(group_label(g), f"N = {count(estimates.get('N', analysis_set, g))}") for g in groups
    )
    notes = (
        STATE_NOTE,
        "The second rate has a fixed denominator, in which those dead, off study and not due stay; "
        "how many were not due yet at the cut stands below it.",
    )
    return Table(rows.output_id, "Visit", columns, tuple(body), notes, title=title)
