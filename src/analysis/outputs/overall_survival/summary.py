"""T14.2.5.1: OS from first administration, by treatment group."""

from __future__ import annotations

from analysis.datasets import Datasets
from analysis.displays.time_to_event import survival_table
from analysis.estimates.rows import EstimateRows
from analysis.outputs.origin import of_one_origin
from analysis.params import Rules
from analysis.tabulation.groups import PLANNED
from analysis.tabulation.time_to_event import summary_by_group

OUTPUT = "T14.2.5.1"
NEEDS = ("treatments", "disposition")


@of_one_origin
def numbers(data: Datasets, rules: Rules, by: str = PLANNED) -> EstimateRows:
    """T14.2.5.1: OS from first administration, by treatment group."""
    return summary_by_group(data, rules, OUTPUT, "OS", by)


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (survival_table(rows, rules, "OS"),)
