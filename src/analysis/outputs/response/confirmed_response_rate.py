"""T14.2.1.2: objective response rate by confirmed best overall response.

Primary A. No test between the groups: they are not randomised. Not due is not missing (SAP D13):
who has not been due is counted apart, and stands in no rate of those assessed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from analysis.datasets import Datasets
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import confidence, count, rounded
from analysis.displays.shares import group_columns, proportion_cells
from analysis.displays.table import Row, Table
from analysis.endpoints.not_assessed import NEVER_SCANNED, NOT_DUE_YET
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.origin import of_one_origin
from analysis.outputs.response.counted_assessments import MAIN, SUPPORT
from analysis.params import Rules
from analysis.tabulation.groups import PLANNED, by_group, groups_by, in_set
from analysis.tabulation.known_at_origin import refuse_future
from analysis.tabulation.proportion import add_proportion, add_share
from analysis.visits import named_window, window_has_closed
from schemas.terminology import BEST_OVERALL_RESPONSE

OUTPUT = "T14.2.1.2"
NEEDS = ("treatments", "tumour_lesions", "tumour_responses")
CLOSED = "window closed"


@of_one_origin
def numbers(data: Datasets, rules: Rules, by: str = PLANNED) -> EstimateRows:
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
    rows = EstimateRows(OUTPUT, MAIN, by)
    refuse_future(adsl, by, "TRTSDT", "the response")
    groups = groups_by(in_set(adsl, "TRTFL"), by)
    for flag in (MAIN, SUPPORT):
        for group, patients in by_group(in_set(adsl, flag), groups, by):
            closed = patients.loc[_window_closed(patients, rules), "USUBJID"]
            for paramcd, label in (("CBOR", "Confirmed"), ("BOR", "Unconfirmed")):
                best = adrs[adrs["PARAMCD"].eq(paramcd) & adrs["USUBJID"].isin(patients["USUBJID"])]
                _best_rows(rows, flag, group, label, best, patients["USUBJID"], closed, rules)
    return rows


def _window_closed(patients: pd.DataFrame, rules: Rules) -> pd.Series:
    """Whose window of the supportive visit has closed by the cut (bool)."""
    last = named_window(rules.response.supportive_visit, rules).last
    return window_has_closed(patients["TRTSDT"], patients["DCUTDT"], last)[1]


def _best_rows(
    rows: EstimateRows, flag, group, label, best, patients, closed, rules: Rules
) -> None:
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


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (
        best_response_table(rows, rules, "Response set"),
        best_response_table(rows, rules, "Treated set", "TRTFL"),
    )


def best_response_table(
    rows: EstimateRows, rules: Rules, title: str, analysis_set: str = "RSPEVLFL"
) -> Table:
    """Best overall response, the reasons for NE and MISSING, and the objective response rate."""
    estimates = Numbers(rows)
    decimals = rules.display.percent_decimals
    visit = named_window(rules.response.supportive_visit, rules).label
    body: list[Row] = []
    for label in ("Confirmed", "Unconfirmed"):
        parameter = f"{label} best response"
        body.append(Row(f"{label} best overall response", heading=True))
        for response in BEST_OVERALL_RESPONSE:
            cells = _shares(estimates, analysis_set, parameter, response, decimals)
            body.append(Row(response, cells, indent=1))
            reasons = f"Reason for {response}"
            if label == "Confirmed":
                body += _reason_rows(estimates, analysis_set, reasons)
        body += _rates(estimates, analysis_set, label, visit, rules)
    place: dict[str, Any] = {"parameter": "Confirmed objective response"}
    columns = group_columns(estimates, analysis_set, "N", **place)
    notes = (
        f"Not due yet: the window of {rules.visits.windows[0].label} had not closed by the cut, "
        "whatever happened before. MISSING is a non-response, whatever its reason.",
        f"Supportive: patients whose window of {visit} has closed by the cut, whatever happened "
        "before. The rate over everybody counts those still waiting as non-responders.",
    )
    return Table(rows.output_id, "Response", columns, tuple(body), notes, title=title)


def _rates(estimates: Numbers, flag: str, label: str, visit: str, rules: Rules) -> list[Row]:
    """Objective response rate over everybody, and over those whose window has closed."""
    body = []
    main = f"Objective response rate, {label.lower()} (%)"
    closed = f"Supportive: of those whose window of {visit} has closed (%)"
    for category, name in (("", main), (CLOSED, closed)):
        place: dict[str, Any] = {"parameter": f"{label} objective response", "category": category}
        decimals = rules.display.percent_decimals
        pairs = [
            proportion_cells(estimates, decimals, flag, group=g, **place) for g in estimates.groups
        ]
        cells, limits = zip(*pairs, strict=True)
        indent = 1 if category else 0
        body.append(Row(name, cells, strong=not category, indent=indent))
        body.append(Row(f"{confidence(rules)} CI", limits, indent=indent + 1))
    return body


def _shares(estimates: Numbers, flag, parameter, category, decimals) -> tuple[str, ...]:
    cells = []
    for group in estimates.groups:
        place: dict[str, Any] = {"group": group, "parameter": parameter, "category": category}
        n, share = estimates.get("n", flag, **place), estimates.get("pct", flag, **place)
        cells.append(f"{count(n)} ({rounded(share, decimals)})")
    return tuple(cells)


def _reason_rows(estimates: Numbers, flag: str, parameter: str) -> list[Row]:
    body = []
    for reason in sorted(estimates.categories(flag, parameter)):
        cells = []
        for group in estimates.groups:
            place: dict[str, Any] = {"group": group, "parameter": parameter, "category": reason}
            known = estimates.has("n", flag, **place)
            cells.append(count(estimates.get("n", flag, **place)) if known else "0")
        body.append(Row(reason, tuple(cells), indent=2))
    return body
