"""T14.2.1.1 and T14.2.1.2: objective response at each visit, and by confirmed best response.

Primary A. No test between the groups: they are not randomised. Not due is not missing (SAP D13):
who has not been due is counted apart, and stands in no rate of those assessed.
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from analysis.endpoints.assessments import effective_responses
from analysis.endpoints.not_assessed import NEVER_SCANNED, NOT_DUE_YET
from analysis.endpoints.response_at_visit import NOT_DUE, STATUSES, status_at_visits
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.groups import by_group, in_set
from analysis.outputs.proportion import add_proportion, add_share
from analysis.visits import named_window, window_has_closed
from schemas.terminology import BEST_OVERALL_RESPONSE

MAIN, SUPPORT = "RSPEVLFL", "TRTFL"
DUE, ALL, OBSERVED = "of due", "of all", "of assessed"
CLOSED = "window closed"


def driving_responses(adrs: pd.DataFrame, rules) -> pd.DataFrame:
    """Overall responses that drive the endpoints (``rules.response.source``), made effective.

    Recorded by the investigator or derived from the lesions; ``cr_then_lesser`` and
    ``pr_carry_forward`` have acted, as in every endpoint.
    """
    paramcd = "OVRINV" if rules.response.source == "recorded" else "OVRDER"
    rows = adrs[adrs["PARAMCD"].eq(paramcd)]
    after_start = rows[rows["ADY"].gt(1).fillna(False).astype(bool)]
    return effective_responses(after_start, rules)


def objective_response_by_visit(data, rules) -> EstimateRows:
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
    rows = EstimateRows("T14.2.1.1", MAIN)
    assessments = driving_responses(adrs, rules)
    for flag in (MAIN, SUPPORT):
        population = in_set(adsl, flag)
        status = status_at_visits(assessments, population, rules)
        for group, patients in by_group(population):
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


def _visit_rows(rows: EstimateRows, at: Cell, visit: pd.DataFrame, rules) -> None:
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


def best_response(data, rules) -> EstimateRows:
    """T14.2.1.2: objective response rate by confirmed best overall response.

    Returns
    -------
    EstimateRows
        One analysis per analysis set (RSPEVLFL main, TRTFL): patients by CBOR and by unconfirmed
        BOR (all categories, they add up to N), the reasons behind NE and MISSING, and ORR with its
        interval. No assessment = MISSING = non-responder. Beside the rate over everybody (main)
        category `CLOSED`: over those whose window of ``response.supportive_visit`` has closed by
        the cut, whatever happened before (supportive).
    """
    adsl, adrs = data["adsl"], data["adrs"]
    rows = EstimateRows("T14.2.1.2", MAIN)
    for flag in (MAIN, SUPPORT):
        for group, patients in by_group(in_set(adsl, flag)):
            closed = patients.loc[_window_closed(patients, rules), "USUBJID"]
            for paramcd, label in (("CBOR", "Confirmed"), ("BOR", "Unconfirmed")):
                best = adrs[adrs["PARAMCD"].eq(paramcd) & adrs["USUBJID"].isin(patients["USUBJID"])]
                _best_rows(rows, flag, group, label, best, patients["USUBJID"], closed, rules)
    return rows


def _window_closed(patients: pd.DataFrame, rules) -> pd.Series:
    """Whose window of the supportive visit has closed by the cut (bool)."""
    last = named_window(rules.response.supportive_visit, rules).last
    return window_has_closed(patients["TRTSDT"], patients["DCUTDT"], last)[1]


def _best_rows(rows, flag, group, label, best, patients, closed, rules) -> None:
    for response in BEST_OVERALL_RESPONSE:
        of_response = best[best["AVALC"].eq(response)]
        cell = Cell(flag, group, parameter=f"{label} best response", category=response)
        add_share(rows, cell, of_response["USUBJID"], patients, analysis_set=flag)
        if response in ("NE", "MISSING") and label == "Confirmed":
            _reasons(rows, Cell(flag, group, parameter=f"Reason for {response}"), of_response)
    objective = best.loc[best["AVALC"].isin(["CR", "PR"]), "USUBJID"]
    name = f"{label} objective response"
    add_proportion(
        rows, Cell(flag, group, parameter=name), objective, patients, rules, analysis_set=flag
    )
    cell = Cell(flag, group, parameter=name, category=CLOSED)
    among = objective[objective.isin(closed)]
    add_proportion(rows, cell, among, closed, rules, analysis_set=flag)


def _reasons(rows: EstimateRows, at: Cell, of_response: pd.DataFrame) -> None:
    """Patients by reason; that they were not due yet, or never scanned, is said of nobody too."""
    found = of_response["ANLRSN"].astype(str)
    always = (NOT_DUE_YET, NEVER_SCANNED) if at.parameter == "Reason for MISSING" else ()
    for reason in dict.fromkeys([*always, *sorted(found.unique())]):
        who = of_response.loc[found.eq(reason), "USUBJID"]
        rows.count(replace(at, category=reason), who, analysis_set=at.analysis_id)
