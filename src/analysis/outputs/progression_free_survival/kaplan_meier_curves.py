"""F14.2.4.1: Kaplan-Meier curves of PFS by treatment group."""

from __future__ import annotations

from dataclasses import replace

from analysis.datasets import Datasets
from analysis.displays.kaplan_meier import kaplan_meier_figure
from analysis.displays.time_to_event import scan_notes
from analysis.estimates.rows import EstimateRows
from analysis.outputs.origin import of_one_origin
from analysis.params import Rules
from analysis.tabulation.groups import PLANNED
from analysis.tabulation.time_to_event import curves_by_group

OUTPUT = "F14.2.4.1"
NEEDS = ("treatments",)
NEEDS_IF_RECORDED = ("tumour_responses",)


@of_one_origin
def numbers(data: Datasets, rules: Rules, by: str = PLANNED) -> EstimateRows:
    """F14.2.4.1: Kaplan-Meier curves of PFS by treatment group."""
    return curves_by_group(data, rules, OUTPUT, "PFS", by)


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    figure = kaplan_meier_figure(rows, rules, "PFS", "Progression-free survival")
    return (replace(figure, notes=(*figure.notes, *scan_notes(rules))),)
