"""T14.2.3.1: best response, disease control and clinical benefit by group."""

from __future__ import annotations

from typing import Any

from analysis.datasets import Datasets
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import confidence, count, rounded
from analysis.displays.shares import proportion_cells
from analysis.displays.table import Column, Row, Table
from analysis.endpoints.clinical_benefit import SIXTEEN_WEEKS_DAYS, six_months_days
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.origin import of_one_origin
from analysis.params import Rules
from analysis.tabulation.groups import PLANNED, by_group, group_label, groups_by, in_set
from analysis.tabulation.known_at_origin import refuse_future
from analysis.tabulation.proportion import add_proportion, add_share
from schemas.terminology import BEST_OVERALL_RESPONSE

OUTPUT = "T14.2.3.1"
NEEDS = ("treatments", "tumour_lesions", "tumour_responses")


def landmarks(rules: Rules) -> tuple[tuple[str, int, str], ...]:
    """PARAMCD, landmark day and name of each clinical benefit."""
    return (
        ("CBR16", SIXTEEN_WEEKS_DAYS, "Clinical benefit at 16 weeks"),
        ("CBR6M", six_months_days(rules), "Clinical benefit at 6 months"),
    )


@of_one_origin
def numbers(data: Datasets, rules: Rules, by: str = PLANNED) -> EstimateRows:
    """T14.2.3.1: best response, disease control and clinical benefit by group.

    Patients whose potential follow-up does not reach the landmark are counted as not yet
    assessable, whatever happened to them, and are not in the denominator.
    """
    adsl, adrs = data["adsl"], data["adrs"]
    rows = EstimateRows(OUTPUT, "RSPEVLFL", by)
    refuse_future(adsl, by, "TRTSDT", "the response")
    groups = groups_by(in_set(adsl, "TRTFL"), by)
    yes = adrs[adrs["AVALC"].eq("Y")]
    for flag in ("RSPEVLFL", "TRTFL"):
        for group, patients in by_group(in_set(adsl, flag), groups, by):
            who = patients["USUBJID"]
            best = adrs[adrs["PARAMCD"].eq("CBOR") & adrs["USUBJID"].isin(who)]
            for response in BEST_OVERALL_RESPONSE:
                cell = Cell(flag, group, parameter="Confirmed best response", category=response)
                chosen = best.loc[best["AVALC"].eq(response), "USUBJID"]
                add_share(rows, cell, chosen, who, analysis_set=flag)
            controlled = yes.loc[yes["PARAMCD"].eq("DCR"), "USUBJID"]
            cell = Cell(flag, group, parameter="Disease control")
            add_proportion(rows, cell, who[who.isin(controlled)], who, rules, analysis_set=flag)
            for paramcd, day, label in landmarks(rules):
                _benefit(
                    rows, Cell(flag, group, parameter=label), patients, adrs, paramcd, day, rules
                )
    return rows


def _benefit(rows: EstimateRows, cell: Cell, patients, adrs, paramcd, day, rules: Rules) -> None:
    flag = cell.analysis_id
    reaches = (patients["DCUTDT"] - patients["TRTSDT"]).dt.days >= day
    assessable = patients.loc[reaches, "USUBJID"]
    mine = adrs[adrs["PARAMCD"].eq(paramcd)]
    kinds = [("", "AVALC")] + ([("strict", "AVALC112")] if paramcd == "CBR16" else [])
    for category, column in kinds:
        who = mine.loc[mine[column].eq("Y"), "USUBJID"]
        at = Cell(flag, cell.group, parameter=cell.parameter, category=category)
        add_proportion(
            rows, at, assessable[assessable.isin(who)], assessable, rules, analysis_set=flag
        )
    waiting = Cell(flag, cell.group, parameter=cell.parameter, category="not yet assessable")
    rows.count(waiting, patients.loc[~reaches, "USUBJID"], analysis_set=flag)


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (
        disease_control_table(rows, rules, "Response set"),
        disease_control_table(rows, rules, "Treated set", "TRTFL"),
    )


def disease_control_table(
    rows: EstimateRows, rules: Rules, title: str, analysis_set: str = "RSPEVLFL"
) -> Table:
    """Best response, disease control, clinical benefit at the landmarks."""
    estimates = Numbers(rows)
    decimals = rules.display.percent_decimals
    best = "Confirmed best response"
    body: list[Row] = [Row(best, heading=True)]
    for response in BEST_OVERALL_RESPONSE:
        cells = []
        for group in estimates.groups:
            place: dict[str, Any] = {"group": group, "parameter": best, "category": response}
            n, share = (estimates.get(s, analysis_set, **place) for s in ("n", "pct"))
            cells.append(f"{count(n)} ({rounded(share, decimals)})")
        body.append(Row(response, tuple(cells), indent=1))
    tolerance = rules.response.cbr_tolerance_days
    lines = [("Disease control", "", "Disease control: CR, PR, or SD at the minimum or later")]
    for paramcd, day, label in landmarks(rules):
        near = f" (from day {day - tolerance})" if paramcd == "CBR16" else f" (day {day})"
        lines.append((label, "", label + near))
        if paramcd == "CBR16":
            lines.append((label, "strict", f"{label}, strict (from day {day})"))
    for parameter, category, label in lines:
        body += _proportion(estimates, analysis_set, parameter, category, label, rules)
        if category == "" and parameter != "Disease control":
            place = {"parameter": parameter, "category": "not yet assessable"}
            waiting = tuple(
                count(estimates.get("n", analysis_set, g, **place)) for g in estimates.groups
            )
            body.append(Row("Not yet assessable at the cut", waiting, indent=1))
    columns = tuple(
        Column(
            group_label(g),
            f"N = {count(estimates.get('N', analysis_set, g, parameter='Disease control'))}",
        )
        for g in estimates.groups
    )
    notes = (
        "Clinical benefit: patients whose potential follow-up ends before the landmark are not in "
        "the denominator, whatever happened to them.",
    )
    return Table(rows.output_id, "Response", columns, tuple(body), notes, title=title)


def _proportion(estimates: Numbers, flag, parameter, category, label, rules: Rules) -> list[Row]:
    decimals = rules.display.percent_decimals
    pairs = [
        proportion_cells(estimates, decimals, flag, group=g, parameter=parameter, category=category)
        for g in estimates.groups
    ]
    return [
        Row(f"{label}, n/N (%)", tuple(shown for shown, _ in pairs), strong=category == ""),
        Row(f"{confidence(rules)} CI", tuple(limits for _, limits in pairs), indent=1),
    ]
