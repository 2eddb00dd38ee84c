"""T14.2.4.1: PFS from first administration under the main estimand, by treatment group."""

from __future__ import annotations

from dataclasses import replace

from analysis.datasets import Datasets
from analysis.displays.time_to_event import scan_notes, survival_table
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.origin import of_one_origin
from analysis.params import Rules
from analysis.tabulation.groups import PLANNED, by_group, groups_by, in_set
from analysis.tabulation.known_at_origin import followed
from analysis.tabulation.proportion import add_share
from analysis.tabulation.time_to_event import summary_by_group

OUTPUT = "T14.2.4.1"
NEEDS = ("treatments",)
NEEDS_IF_RECORDED = ("tumour_responses",)


@of_one_origin
def numbers(data: Datasets, rules: Rules, by: str = PLANNED) -> EstimateRows:
    """T14.2.4.1: PFS from first administration under the main estimand, by treatment group.

    Returns
    -------
    EstimateRows
        Everything of `add_time_to_event`, and those censored on day 1 (never scanned).
    """
    rows = summary_by_group(data, rules, OUTPUT, "PFS", by)
    treated = in_set(data["adsl"], "TRTFL")
    times = followed(data, rules, "PFS", "TRTFL", by)
    at_once = times[times["CNSR"].gt(0) & times["AVAL"].eq(1)]
    for group, patients in by_group(treated, groups_by(treated, by), by):
        who = patients.loc[patients["USUBJID"].isin(at_once["USUBJID"]), "USUBJID"]
        cell = Cell("PFS", group, parameter="Censored on day 1")
        add_share(rows, cell, who, patients["USUBJID"])
    return rows


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    table = survival_table(rows, rules, "PFS", also=("Censored on day 1",))
    return (replace(table, notes=(*table.notes, *scan_notes(rules))),)
