"""F14.2.5.1: Kaplan-Meier curves of OS by treatment group."""

from __future__ import annotations

from analysis.displays.kaplan_meier import kaplan_meier_figure
from analysis.estimates.rows import EstimateRows
from analysis.sap import Rules
from analysis.tabulation.time_to_event import curves_by_group

OUTPUT = "F14.2.5.1"
NEEDS = ("treatments", "disposition")


def numbers(data, rules) -> EstimateRows:
    """F14.2.5.1: Kaplan-Meier curves of OS by treatment group."""
    return curves_by_group(data, rules, OUTPUT, "OS")


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (kaplan_meier_figure(rows, rules, "OS", "Overall survival"),)
