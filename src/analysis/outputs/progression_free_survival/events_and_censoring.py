"""T14.2.4.2: PFS events and censoring by reason, by treatment group."""

from __future__ import annotations

from typing import Any

from analysis.datasets import Datasets
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import count, rounded
from analysis.displays.table import Column, Row, Table
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.origin import of_one_origin
from analysis.params import Rules
from analysis.tabulation.groups import PLANNED, by_group, group_label, groups_by, in_set
from analysis.tabulation.known_at_origin import followed, times_of
from analysis.tabulation.proportion import add_share
from analysis.tabulation.time_to_event import TREATED

OUTPUT = "T14.2.4.2"
NEEDS = ("treatments",)
NEEDS_IF_RECORDED = ("tumour_responses",)


@of_one_origin
def numbers(data: Datasets, rules: Rules, by: str = PLANNED) -> EstimateRows:
    """T14.2.4.2: PFS events and censoring by reason, by treatment group.

    Returns
    -------
    EstimateRows
        Analyses "event" and "censored"; category = EVNTDESC or CNSDTDSC, parameter = CNSR. The
        reasons of a group add up to its patients.
    """
    rows = EstimateRows(OUTPUT, TREATED, by)
    treated = in_set(data["adsl"], TREATED)
    everyone = followed(data, rules, "PFS", TREATED, by)
    for group, patients in by_group(treated, groups_by(treated, by), by):
        mine = times_of(everyone, "PFS", patients["USUBJID"])
        rows.count(Cell("patients", group), mine["USUBJID"])
        for analysis, column, chosen in (
            ("event", "EVNTDESC", everyone["CNSR"].eq(0)),
            ("censored", "CNSDTDSC", everyone["CNSR"].gt(0)),
        ):
            reasons = everyone.loc[chosen, ["CNSR", column]].drop_duplicates()
            for code, reason in sorted(reasons.itertuples(index=False, name=None)):
                same = mine["CNSR"].eq(code) & mine[column].eq(reason)
                cell = Cell(analysis, group, parameter=f"CNSR {code}", category=reason)
                add_share(rows, cell, mine.loc[same, "USUBJID"], mine["USUBJID"])
    return rows


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (reasons_table(rows, rules),)


def reasons_table(rows: EstimateRows, rules: Rules) -> Table:
    """T14.2.4.2: why each patient's PFS ended or was censored."""
    estimates = Numbers(rows)
    frame = estimates.frame
    body: list[Row] = []
    for analysis, label in (("event", "Events"), ("censored", "Censored")):
        body.append(Row(label, heading=True))
        mine = frame[frame["analysis_id"].eq(analysis) & frame["group"].eq("All")]
        for parameter, reason in mine[["parameter", "category"]].drop_duplicates().to_numpy():
            cells = []
            for group in estimates.groups:
                place: dict[str, Any] = {"group": group, "parameter": parameter, "category": reason}
                n, share = (
                    estimates.get("n", analysis, **place),
                    estimates.get("pct", analysis, **place),
                )
                cells.append(f"{count(n)} ({rounded(share, rules.display.percent_decimals)})")
            name = reason if analysis == "event" else f"{reason} [{parameter}]"
            body.append(Row(name, tuple(cells), indent=1))
    heads = tuple(
        Column(group_label(g), f"N = {count(estimates.get('n', 'patients', g))}")
        for g in estimates.groups
    )
    return Table(rows.output_id, "Reason", heads, tuple(body))
