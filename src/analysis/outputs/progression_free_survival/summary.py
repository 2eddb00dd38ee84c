"""T14.2.4.1: PFS from first administration under the main estimand, by treatment group."""

from __future__ import annotations

from analysis.datasets import Datasets
from analysis.displays.time_to_event import survival_table
from analysis.estimates.rows import EstimateRows
from analysis.params import Rules
from analysis.tabulation.groups import PLANNED
from analysis.tabulation.time_to_event import summary_by_group

OUTPUT = "T14.2.4.1"
NEEDS = ("treatments",)
NEEDS_IF_RECORDED = ("tumour_responses",)


def numbers(data: Datasets, rules: Rules, by: str = PLANNED) -> EstimateRows:
    """T14.2.4.1: PFS from first administration under the main estimand, by treatment group."""
    return summary_by_group(data, rules, OUTPUT, "PFS", by)


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (survival_table(rows, rules, "PFS"),)
