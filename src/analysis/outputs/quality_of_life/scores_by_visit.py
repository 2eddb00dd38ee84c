"""T14.2.8.2: scores and change from baseline by visit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from analysis.datasets import Datasets
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import confidence, count, interval, rounded, with_interval
from analysis.displays.table import Column, Row, Table
from analysis.endpoints.promis29_scores import DOMAINS, LABELS, PARAMETERS, SEVERITIES, severity
from analysis.endpoints.questionnaire_state import COMPLETED
from analysis.estimates.paired import paired_summary
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.origin import of_one_origin
from analysis.outputs.quality_of_life.forms_and_scores import (
    add_limits,
    add_or_too_few,
    add_value,
    by_parameter,
    rows_at_visits,
    visit_labels,
)
from analysis.outputs.quality_of_life.labels import parameter_label
from analysis.params import Rules
from analysis.tabulation.estimable import INTERVAL
from analysis.tabulation.groups import ALL_GROUPS, by_group, group_label, in_set
from analysis.tabulation.proportion import add_share
from analysis.visits import BASELINE

OUTPUT = "T14.2.8.2"
NEEDS = ("promis29",)
EVERYBODY = "All"


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> EstimateRows:
    """T14.2.8.2: scores and change from baseline by visit.

    Returns
    -------
    EstimateRows
        By group and visit: "states" (they add up to N of "patients"); per parameter "value" (n with
        a score, N expected, n_missing, mean, sd, median, quartiles, range, t interval of the mean)
        and, after baseline, "change" (n pairs, mean, sd, median, t interval). "old baseline": those
        whose baseline form is older than the plan's days. Of all patients, per domain, "severity"
        (category = band: n, N with a score, pct; the bands add up to N).
    """
    rows = EstimateRows(OUTPUT, "PROFL")
    adqs = data["adqs"]
    flagged = adqs["BLOLDFL"].eq("Y") & adqs["PARAMCD"].isin(PARAMETERS)
    old = adqs.loc[flagged, "USUBJID"].unique()
    for group, patients in by_group(in_set(data["adsl"], "PROFL"), ALL_GROUPS):
        who = patients["USUBJID"]
        rows.count(Cell("old baseline", group), who[who.isin(old)])
    for group, visit, at in rows_at_visits(rows, data, PARAMETERS, rules):
        for paramcd, of_parameter in by_parameter(at, PARAMETERS):
            add_value(rows, Cell("value", group, visit, paramcd), of_parameter, rules)
            if visit != BASELINE:
                _change(rows, Cell("change", group, visit, paramcd), of_parameter, rules)
            if group == EVERYBODY and paramcd in DOMAINS:
                _severities(rows, Cell("severity", group, visit, paramcd), of_parameter, rules)
    return rows


def _severities(rows: EstimateRows, cell: Cell, at: dict, rules: Rules) -> None:
    """Patients with a score by severity band."""
    scored = (at["STATE"] == COMPLETED) & ~np.isnan(at["AVAL"])
    who = at["USUBJID"][scored]
    bands = severity(pd.Series(at["AVAL"][scored]), cell.parameter, rules).to_numpy()
    for band in SEVERITIES:
        add_share(rows, replace(cell, category=band), who[bands == band], who)


def _change(rows: EstimateRows, cell: Cell, at: dict, rules: Rules) -> None:
    pairs = (at["STATE"] == COMPLETED) & ~np.isnan(at["CHG"])
    n = rows.count(cell, at["USUBJID"][pairs])
    level = rules.estimation.conf_level
    summary = paired_summary(at["BASE"][pairs], at["AVAL"][pairs], level)
    for stat_name, key in (
        ("mean", "mean_change"),
        ("sd", "sd_change"),
        ("median", "median_change"),
    ):
        add_or_too_few(rows, cell, stat_name, summary[key], n)
    add_limits(rows, cell, summary, n, rules)


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (
        scores_table(rows, rules, "All patients"),
        change_by_group_table(rows, rules, "Change by group"),
        severity_table(rows, rules, "Severity, all patients"),
    )


def _mean(estimates: Numbers, analysis: str, place: dict, spread: str = "sd") -> str:
    mean, other = (estimates.get(name, analysis, **place) for name in ("mean", spread))
    return f"{rounded(mean, 1)} ({rounded(other, 1)})"


def _limits(estimates: Numbers, analysis: str, place: dict) -> str:
    low, high = (estimates.get(name, analysis, **place) for name in ("ci_low", "ci_high"))
    return interval(low, high, 1)


def scores_table(rows: EstimateRows, rules: Rules, title: str, group: str = "All") -> Table:
    """T14.2.8.2: scores and change of one group, visit by visit."""
    estimates = Numbers(rows)
    body: list[Row] = []
    for paramcd in PARAMETERS:
        body.append(Row(parameter_label(paramcd), heading=True))
        for visit in visit_labels(rules):
            place: dict[str, Any] = {"group": group, "visit": visit, "parameter": paramcd}
            n, size = (count(estimates.get(name, "value", **place)) for name in ("n", "N"))
            median, q1, q3 = (
                rounded(estimates.get(name, "value", **place), 1) for name in ("median", "q1", "q3")
            )
            cells = [f"{n}/{size}", _mean(estimates, "value", place), f"{median} ({q1}–{q3})"]
            if estimates.has("mean", "change", **place):
                cells += [
                    count(estimates.get("n", "change", **place)),
                    _mean(estimates, "change", place),
                    rounded(estimates.get("median", "change", **place), 1),
                    _limits(estimates, "change", place),
                ]
            else:
                cells += [""] * 4
            body.append(Row(visit, tuple(cells), indent=1))
    columns = (
        Column("n/N expected"),
        Column("Mean (SD)", span="Score"),
        Column("Median (Q1–Q3)", span="Score"),
        Column("Pairs", span="Change from baseline"),
        Column("Mean (SD)", span="Change from baseline"),
        Column("Median", span="Change from baseline"),
        Column(f"{confidence(rules)} CI", span="Change from baseline"),
    )
    old = count(estimates.get("n", "old baseline", group))
    days = -rules.visits.baseline_flagged_first
    notes = (
        SCORE_NOTE,
        CHOICE_NOTE,
        f"Patients with a baseline score more than {days} days before the anchor: {old}.",
    )
    return Table(rows.output_id, "Domain, visit", columns, tuple(body), notes, title=title)


SCORE_NOTE = (
    "T scores: 50 is the mean of the US reference population, 10 its standard deviation. Higher is "
    "better in physical function, social roles and the summaries, worse in the others. While "
    "alive; a domain is scored when all its items are answered. Intervals: t, of the mean change."
)
CHOICE_NOTE = (
    "Each score: from the last form on or before the anchor, or the nearest to the target day of "
    "the visit, that has it; a summary score from one form with all its components."
)


def severity_table(rows: EstimateRows, rules: Rules, title: str) -> Table:
    """T14.2.8.2: severity bands of each domain, all patients."""
    estimates = Numbers(rows)
    decimals = rules.display.percent_decimals
    body: list[Row] = []
    for paramcd in DOMAINS:
        body.append(Row(LABELS[paramcd], heading=True))
        for visit in visit_labels(rules):
            place: dict[str, Any] = {"group": EVERYBODY, "visit": visit, "parameter": paramcd}
            cells = []
            for band in SEVERITIES:
                at = {**place, "category": band}
                share = rounded(estimates.get("pct", "severity", **at), decimals)
                cells.append(f"{count(estimates.get('n', 'severity', **at))} ({share})")
            size = count(estimates.get("N", "severity", **at))
            body.append(Row(visit, (size, *cells), indent=1))
    columns = (
        Column("With a score"),
        *(Column(band[0].upper() + band[1:], "n (%)", "Severity") for band in SEVERITIES),
    )
    bands = rules.promis29.severity
    symptoms, function = (
        ", ".join(f"{bound:g}" for bound in bounds) for bounds in (bands.symptoms, bands.function)
    )
    notes = (
        f"Mild, moderate, severe: symptoms from T = {symptoms}; physical function and social roles "
        f"below T = {function}.",
    )
    return Table(rows.output_id, "Domain, visit", columns, tuple(body), notes, title=title)


def change_by_group_table(rows: EstimateRows, rules: Rules, title: str) -> Table:
    """T14.2.8.2: mean change of each group side by side."""
    estimates = Numbers(rows)
    groups = (*ALL_GROUPS, "All")
    body: list[Row] = []
    for paramcd in PARAMETERS:
        body.append(Row(parameter_label(paramcd), heading=True))
        for visit in visit_labels(rules, baseline=False):
            cells = []
            for group in groups:
                place: dict[str, Any] = {"group": group, "visit": visit, "parameter": paramcd}
                names = ("mean", *INTERVAL)
                values = tuple(estimates.get(name, "change", **place) for name in names)
                n = count(estimates.get("n", "change", **place))
                cells.append(f"{with_interval(values, lambda value: rounded(value, 1))} [{n}]")
            body.append(Row(visit, tuple(cells), indent=1))
    sizes = {g: count(estimates.get("n", "patients", g)) for g in groups}
    columns = tuple(Column(group_label(g), f"N = {sizes[g]}") for g in groups)
    notes = (
        f"Mean change ({confidence(rules)} t interval) [pairs]. The groups are not a comparison.",
    )
    return Table(rows.output_id, "Domain, visit", columns, tuple(body), notes, title=title)
