"""What a display says and draws at the edges: exactly so many at risk, on the very day."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from matplotlib.figure import Figure

from analysis.displays import kaplan_meier
from analysis.displays.curves import FEW, mark, until_few
from analysis.displays.kaplan_meier import kaplan_meier_figure
from analysis.displays.lookup import Numbers
from analysis.displays.table import Column, Row, Table
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.genomics import oncoprint
from analysis.outputs.guided_therapy import cumulative_incidence
from analysis.outputs.overall_survival.kaplan_meier_curves import numbers as os_curves
from analysis.outputs.quality_of_life import mean_scores
from analysis.outputs.response import swimmer, waterfall
from analysis.outputs.safety import first_serious_event
from analysis.tabulation.competing_events import add_at_risk
from tests.outputs.known_days import known_from_the_start
from tests.tables import plan_rules

RULES = plan_rules()  # five at risk carry a curve


@pytest.mark.parametrize(("day", "at_risk"), [(9, 5), (10, 5), (11, 3), (20, 3), (21, 0)])
def test_at_risk_on_a_day_is_who_is_still_there_in_the_morning(day, at_risk):
    rows = EstimateRows("F", "ENRLFL")
    times = pd.DataFrame({"AVAL": [10, 10, 20, 20, 20]})
    add_at_risk(rows, lambda visit: Cell("at risk", visit=visit), times, {"tick": day})
    assert rows.value(Cell("at risk", visit="tick"), "n_at_risk") == at_risk


@pytest.mark.parametrize(("at_risk", "marked"), [(6, ""), (5, ""), (4, FEW), (0, FEW)])
def test_a_rate_is_marked_below_the_number_of_the_plan(at_risk, marked):
    assert mark(at_risk, RULES) == marked


def test_a_curve_ends_on_the_day_from_which_too_few_are_at_risk():
    curve = pd.DataFrame({"day": [10, 20, 30], "n_at_risk": [6, 5, 4], "estimate": [0.1, 0.2, 0.3]})
    kept = until_few(curve, 5)
    assert kept["day"].tolist() == [10, 20, 30]
    assert kept["estimate"].tolist() == [0.1, 0.2, 0.2]


def test_a_tick_stands_where_somebody_is_censored_and_only_there():
    curve = pd.DataFrame(
        {"day": [30, 60, 90], "n_at_risk": [9, 8, 7], "estimate": [0.9, 0.9, 0.8]}
    ).assign(n_censored=[0, 1, 0])
    axes = Figure().subplots()
    assert kaplan_meier._draw_group(axes, curve, "TG", "Guided", 5, 30.0)
    ticks = [line for line in axes.lines if line.get_marker() == "|"]
    assert [(list(line.get_xdata()), list(line.get_ydata())) for line in ticks] == [([2], [90])]


def landmark(at_risk: int, **place: str) -> Numbers:
    """Rows of one landmark: 40 % (20, 60) with so many at risk."""
    rows = EstimateRows("F", "ENRLFL")
    cell = Cell("at landmark", **place)
    for name, value in (("estimate", 0.4), ("ci_low", 0.2), ("ci_high", 0.6)):
        rows.add(cell, name, value)
    rows.add(cell, "n_at_risk", at_risk)
    return Numbers(rows)


@pytest.mark.parametrize(("at_risk", "said"), [(5, True), (4, False)])
def test_the_words_beside_guided_therapy_name_what_enough_carry(at_risk, said):
    numbers = landmark(at_risk, visit="Week 4", parameter="guided")
    text = cumulative_incidence._alt(numbers, [4], RULES)
    assert ("week 4: 40.0%" in text) == said
    assert ("too few at risk" in text) == (not said)


@pytest.mark.parametrize(("at_risk", "said"), [(5, True), (4, False)])
def test_the_words_beside_serious_events_name_what_enough_carry(at_risk, said):
    rules = plan_rules(estimation={"survival_months": [6]})
    rows = EstimateRows("F14.3.1", "SAFFL")
    for group in ("TG", "TN", "OT", "All"):
        cell = Cell("at landmark", group, "6 months", first_serious_event.SERIOUS)
        rows.add(cell, "estimate", 0.4)
        rows.add(cell, "n_at_risk", at_risk)
    text = first_serious_event._alt(Numbers(rows), rules)
    assert ("Guided: 40.0% at 6 months" in text) == said


@pytest.mark.parametrize(("patients", "lines"), [(5, True), (4, False)])
def test_a_curve_is_drawn_of_exactly_the_number_of_the_plan(patients, lines):
    who = [f"P{n}" for n in range(patients)]
    adsl = pd.DataFrame({"USUBJID": who, "TRTGRP1": "TG", "TRTFL": "Y"})
    adtte = pd.DataFrame({"USUBJID": who, "PARAMCD": "OS", "AVAL": 100, "CNSR": 0})
    rows = os_curves(known_from_the_start({"adsl": adsl, "adtte": adtte}), RULES)
    figure = kaplan_meier_figure(rows, RULES, "OS", "Overall survival")
    assert bool(figure.figure.axes[0].lines) == lines
    words = [text.get_text() for text in figure.figure.axes[0].texts]
    assert ("No group has 5 patients at risk" in words) == (not lines)


def test_a_head_spans_the_columns_it_names():
    columns = (Column("a", span="both"), Column("b", span="both"), Column("c"))
    html = Table("T", "", columns, (Row("row", ("1", "2", "3")),)).html
    spans = re.findall(r'colspan="(\d+)"[^>]*>\s*both', html)
    assert spans == ["2"]


def test_a_waterfall_falls_and_cuts_no_decrease():
    rows = EstimateRows("F14.2.1.1", "RSPEVLFL")
    for who, change in (("P1", -40.0), ("P2", 25.0), ("P3", 0.0), ("P4", 25.0)):
        rows.add(Cell("bar", "TG", parameter="SD", category=who), "estimate", change)
    for category in ("with a bar", "without", "without, not due yet", "decreased"):
        rows.count(Cell("patients", category=category), [])
    rows.count(Cell("patients", category="decreased, not confirmed"), ["P1"])
    for why in waterfall.WITHOUT:
        rows.count(Cell("patients", parameter="Without", category=why), [])
    figure = waterfall.waterfall_figure(rows, RULES)
    assert "without a confirmed response: 1;" in figure.notes[1]
    data = figure.data
    assert data["USUBJID"].tolist() == ["P2", "P4", "P3", "P1"]
    assert data["best_change"].tolist() == [25.0, 25.0, 0.0, -40.0]


def test_a_regimen_of_days_1_to_31_begins_at_month_0():
    values = [{"stat_name": "min", "stat": 1.0}, {"stat_name": "max", "stat": 31.0}]
    regimens = pd.DataFrame(values).assign(category="P1", visit="1", parameter="TG")
    axes = Figure().add_subplot()
    swimmer._draw_regimens(axes, regimens, pd.Series({"P1": 0.0}), 31.0)
    (bar,) = axes.patches
    assert bar.get_x() == 0.0
    assert bar.get_width() == 1.0


@pytest.mark.parametrize(("patients", "drawn"), [(5, True), (4, False)])
def test_a_group_is_drawn_from_the_least_stratum_on(patients, drawn):
    means = pd.DataFrame(
        [{"group": "TG", "n": patients, "place": 0, "mean": 45.0, "ci_low": 40.0, "ci_high": 50.0}]
    )
    axes = Figure().add_subplot()
    mean_scores._panel(axes, means, "PF", RULES)
    assert bool(axes.containers) == drawn


def test_genes_that_are_left_out_are_said_where_some_are(shipped_outputs):
    """The plan draws 30 genes: the note stands where there are more, and only there."""
    for cut in ("DC02", "DC04"):
        collector, _, _ = shipped_outputs(cut)
        rows = collector.emitted["F14.2.7.1"]
        genes = rows.frame.loc[rows.frame["analysis_id"].eq("gene"), "parameter"].nunique()
        for most in (genes - 1, genes, genes + 1):
            rules = plan_rules(display={"oncoprint_genes": most})
            notes = " ".join(oncoprint.oncoprint_figure(rows, rules).notes)
            assert (f"The {genes - 1} most frequent of {genes} genes" in notes) == (most < genes)
            assert ("most frequent of" in notes) == (most < genes)
