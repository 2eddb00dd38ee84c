"""F14.2.5.1: Kaplan-Meier curves of OS by treatment group."""

from __future__ import annotations

from analysis.datasets import Datasets
from analysis.displays.kaplan_meier import kaplan_meier_figure
from analysis.estimates.rows import EstimateRows
from analysis.outputs.origin import of_one_origin
from analysis.outputs.overall_survival.uneven_loss import add_loss, uneven_loss
from analysis.params import Rules
from analysis.tabulation.groups import PLANNED
from analysis.tabulation.time_to_event import curves_by_group

OUTPUT = "F14.2.5.1"
NEEDS = ("treatments", "disposition")


@of_one_origin
def numbers(data: Datasets, rules: Rules, by: str = PLANNED) -> EstimateRows:
    """F14.2.5.1: Kaplan-Meier curves of OS by treatment group, and who was lost from each.

    Returns
    -------
    EstimateRows
        The curves; analyses "gone" and "gone, difference" as in T14.2.5.3.
    """
    rows = curves_by_group(data, rules, OUTPUT, "OS", by)
    add_loss(rows, data, rules, by)
    return rows


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (
        kaplan_meier_figure(rows, rules, "OS", "Overall survival"),
        *uneven_loss(rows, rules),
    )
