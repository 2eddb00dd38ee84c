"""T14.2.1.1: objective response at each visit by treatment group."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.datasets import Datasets
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import confidence, count
from analysis.displays.shares import group_columns, proportion_cells
from analysis.displays.table import Row, Table
from analysis.endpoints.response_at_visit import NOT_DUE, STATUSES, status_at_visits
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.origin import of_one_origin
from analysis.outputs.response.counted_assessments import MAIN, SUPPORT, driving_responses
from analysis.params import Rules
from analysis.tabulation.groups import PLANNED, by_group, groups_by, in_set
from analysis.tabulation.known_at_origin import refuse_future
from analysis.tabulation.proportion import add_proportion

OUTPUT = "T14.2.1.1"
NEEDS = ("treatments", "tumour_lesions", "tumour_responses")
DUE, ALL, OBSERVED = "of due", "of all", "of assessed"


@of_one_origin
def numbers(data: Datasets, rules: Rules, by: str = PLANNED) -> EstimateRows:
    """T14.2.1.1: objective response at each visit by treatment group.

    Parameters
    ----------
    data : mapping of DataFrame
        ``adsl`` and ``adrs``.
    rules : Rules

    Returns
    -------
    EstimateRows
        One analysis per analysis set (RSPEVLFL main, TRTFL). At each visit and group: counts by
        status of those due and of those not due (they add up to N), and the proportion with
        objective response of due (main), of all, and of those due and assessed, each with its
        interval.
    """
    adsl, adrs = data["adsl"], data["adrs"]
    rows = EstimateRows(OUTPUT, MAIN, by)
    refuse_future(adsl, by, "TRTSDT", "the response")
    groups = groups_by(in_set(adsl, "TRTFL"), by)
    assessments = driving_responses(adrs, rules)
    for flag in (MAIN, SUPPORT):
        population = in_set(adsl, flag)
        status = status_at_visits(assessments, population, rules)
        for group, patients in by_group(population, groups, by):
            rows.add(
                Cell(flag, group),
                "N",
                len(patients),
                unit="patients",
                n_subjects=len(patients),
                analysis_set=flag,
            )
            of_group = status[status["USUBJID"].isin(patients["USUBJID"])]
            for window in rules.visits.windows:
                visit = of_group[of_group["AVISIT"].eq(window.label)]
                _visit_rows(rows, Cell(flag, group, window.label), visit, rules)
    return rows


def _visit_rows(rows: EstimateRows, at: Cell, visit: pd.DataFrame, rules: Rules) -> None:
    flag = at.analysis_id
    due = visit[visit["DUE"]]
    place = (at.analysis_id, at.group, at.visit)
    rows.count(Cell(*place, "Due"), due["USUBJID"], analysis_set=flag)
    rows.count(Cell(*place, NOT_DUE), visit.loc[~visit["DUE"], "USUBJID"], analysis_set=flag)
    for status in STATUSES:
        who = due.loc[due["STATUS"].eq(status), "USUBJID"]
        rows.count(Cell(*place, "Status", status), who, analysis_set=flag)
    assessed = due[due["ASSESSED"]]
    for denominator, among in ((DUE, due), (ALL, visit), (OBSERVED, assessed)):
        add_proportion(
            rows,
            Cell(*place, "Objective response", denominator),
            among.loc[among["OR"], "USUBJID"],
            among["USUBJID"],
            rules,
            analysis_set=flag,
        )


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (
        visit_response_table(rows, rules, "Response set"),
        visit_response_table(rows, rules, "Treated set", "TRTFL"),
    )


def visit_response_table(
    rows: EstimateRows, rules: Rules, title: str, analysis_set: str = "RSPEVLFL"
) -> Table:
    """Status of the patients due at each visit, and objective response under each denominator."""
    estimates = Numbers(rows)
    body: list[Row] = []
    for window in rules.visits.windows:
        body.append(Row(window.label, heading=True))
        body += _visit(estimates, analysis_set, window.label, rules)
    notes = (
        "Due: the window of the visit closed by the data cut, whatever happened before. "
        "Progression, death or new anticancer therapy before the visit is a non-response, judged "
        "at the assessment nearest to the target day.",
        "If nothing came before and that assessment is not evaluable, the nearest evaluable one of "
        "the window before the first of progression, new therapy and death gives the value.",
        "Of assessed: of those due, patients with an evaluable assessment at the visit and none of "
        "these before.",
    )
    columns = group_columns(estimates, analysis_set, "N")
    return Table(rows.output_id, "Visit", columns, tuple(body), notes, title=title)


def _visit(estimates: Numbers, flag: str, visit: str, rules: Rules) -> list[Row]:
    decimals = rules.display.percent_decimals

    def n(group, parameter, category=""):
        return count(estimates.get("n", flag, group, visit, parameter, category))

    def line(label, *statuses, **look):
        cells = (" / ".join(n(group, "Status", s) for s in statuses) for group in estimates.groups)
        return Row(label, tuple(cells), **look)

    body = [
        Row("Due", tuple(n(group, "Due") for group in estimates.groups), indent=1),
        line("CR / PR", "CR", "PR", indent=2),
        line("SD / non-CR/non-PD", "SD", "NON-CR/NON-PD", indent=2),
        line("PD / PD before", "PD", "PD before", indent=2),
        line("Death before", "Death before", indent=2),
        line("New therapy before", "New therapy before", indent=2),
        line("NE / not done", "NE", "Not done", indent=2),
    ]
    for denominator, label in (
        (DUE, "Objective response, of due (%)"),
        (ALL, "Objective response, of all (%)"),
        (OBSERVED, "Objective response, of assessed (%)"),
    ):
        place: dict[str, Any] = {
            "visit": visit,
            "parameter": "Objective response",
            "category": denominator,
        }
        pairs = [
            proportion_cells(estimates, decimals, flag, group=g, **place) for g in estimates.groups
        ]
        main = denominator == DUE
        body.append(Row(label, tuple(shown for shown, _ in pairs), indent=1, strong=main))
        body.append(Row(f"{confidence(rules)} CI", tuple(limits for _, limits in pairs), indent=2))
    body.append(
        Row("Not yet due", tuple(n(group, NOT_DUE) for group in estimates.groups), indent=1)
    )
    return body
