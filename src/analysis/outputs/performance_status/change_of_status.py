"""T14.2.9.2: improved, unchanged, worse: number, proportion, difference.

The treated, at every visit that is due by the cut. Death is its own state, and worse in the
composite. The difference improved minus worse is one of paired proportions (the same patients);
differences between groups describe groups that are not randomised.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analysis.datasets import Datasets
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import confidence, count, percent, rounded, with_interval
from analysis.displays.shares import proportion_cells
from analysis.displays.table import Column, Row, Table
from analysis.endpoints.performance_change import (
    IMPROVED,
    NO_BASELINE,
    UNCHANGED,
    WORSE,
    change_status,
)
from analysis.endpoints.questionnaire_state import DEAD, MISSING, NOT_DUE, OFF_STUDY
from analysis.estimates.confidence_level import level_in_words
from analysis.estimates.paired import paired_summary
from analysis.estimates.proportions import newcombe, newcombe_paired
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.origin import of_one_origin
from analysis.outputs.performance_status.status import (
    DUE_NOTE,
    STATUS_LABELS,
    WORSE_OR_DEAD,
    ecog_rows,
)
from analysis.outputs.quality_of_life.forms_and_scores import visit_labels
from analysis.params import Rules
from analysis.tabulation.estimable import ESTIMATE, INTERVAL, add_mean_limits, add_number
from analysis.tabulation.groups import by_group, group_label
from analysis.tabulation.proportion import add_proportion

OUTPUT = "T14.2.9.2"
NEEDS = ("ecog",)
CATEGORIES = (IMPROVED, UNCHANGED, WORSE, DEAD, NO_BASELINE, MISSING, OFF_STUDY)
OF_DUE, OF_OBSERVED = "of due", "of observed"
BALANCE = "improved minus worse"
PAIRS = (("TG", "TN"), ("TG", "OT"), ("TN", "OT"))


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> EstimateRows:
    """T14.2.9.2: improved, unchanged, worse: number, proportion, difference.

    Returns
    -------
    EstimateRows
        By group and visit: "category" (n of each; with "not due" they add up to N); "proportion" of
        due (main; worse alone, and with death) and of observed (a value there and at baseline),
        each with its interval; "balance" (improved minus worse, of due with death and of observed,
        Newcombe paired); "mean change" (observed, t interval) and "mean change with death" (the
        dead at ``rules.ecog.worst_value``). "difference": improved, and worse or dead, of due,
        between groups (Newcombe), group = "TG - OT".
    """
    adsl, planned = ecog_rows(data)
    planned = change_status(planned, rules)
    rows = EstimateRows(OUTPUT, "TRTFL")
    found: dict[tuple[str, str], dict[str, tuple[int, int]]] = {}
    for group, patients in by_group(adsl):
        rows.count(Cell("N", group), patients["USUBJID"])
        mine = planned[planned["USUBJID"].isin(patients["USUBJID"])]
        for visit in visit_labels(rules, baseline=False):
            at = mine[mine["AVISIT"].eq(visit)]
            for category in (*CATEGORIES, NOT_DUE):
                who = at.loc[at["CATEGORY"].eq(category), "USUBJID"]
                rows.count(Cell("category", group, visit, category=category), who)
            due = at[at["CATEGORY"].ne(NOT_DUE)]
            _proportions(rows, group, visit, due, rules)
            seen = due[due["CATEGORY"].isin([IMPROVED, UNCHANGED, WORSE])]
            _mean_change(rows, Cell("mean change", group, visit), seen, "AVAL", rules)
            known = due["BASE"].notna() & due["CATEGORY"].isin([IMPROVED, UNCHANGED, WORSE, DEAD])
            cell = Cell("mean change with death", group, visit)
            _mean_change(rows, cell, due[known], "COMPVAL", rules)
            found[group, visit] = {
                IMPROVED: (int(due["CATEGORY"].eq(IMPROVED).sum()), len(due)),
                WORSE_OR_DEAD: (int(due["COMPOSITE"].sum()), len(due)),
            }
    _differences(rows, found, rules)
    return rows


def _proportions(
    rows: EstimateRows, group: str, visit: str, due: pd.DataFrame, rules: Rules
) -> None:
    observed = due[due["CATEGORY"].isin([IMPROVED, UNCHANGED, WORSE])]
    for denominator, among in ((OF_DUE, due), (OF_OBSERVED, observed)):
        for category in (IMPROVED, UNCHANGED, WORSE):
            cell = Cell("proportion", group, visit, category, denominator)
            who = among.loc[among["CATEGORY"].eq(category), "USUBJID"]
            add_proportion(rows, cell, who, among["USUBJID"], rules)
    cell = Cell("proportion", group, visit, WORSE_OR_DEAD, OF_DUE)
    add_proportion(rows, cell, due.loc[due["COMPOSITE"], "USUBJID"], due["USUBJID"], rules)
    for denominator, among, worse in (
        (OF_DUE, due, due["COMPOSITE"]),
        (OF_OBSERVED, observed, observed["CATEGORY"].eq(WORSE)),
    ):
        better = int(among["CATEGORY"].eq(IMPROVED).sum())
        down = int(worse.sum())
        level = rules.estimation.conf_level
        values = newcombe_paired(0, better, down, len(among) - better - down, level)
        cell = Cell("balance", group, visit, BALANCE, denominator)
        _difference(rows, cell, values, len(among), f"Newcombe, paired, {level_in_words(level)}")


def _difference(rows: EstimateRows, cell: Cell, values: tuple, n: int, method: str) -> None:
    known = not np.isnan(values[0])
    for stat_name, value in zip(("estimate", "ci_low", "ci_high"), values, strict=True):
        rows.add(
            cell,
            stat_name,
            value if known else None,
            text="" if known else "NE",
            unit="difference of proportions",
            method="" if stat_name == "estimate" else method,
            n_subjects=n,
            warning="" if known else "no patient in the denominator",
        )


def _mean_change(
    rows: EstimateRows, cell: Cell, pairs: pd.DataFrame, value: str, rules: Rules
) -> None:
    """Mean of `value` minus baseline over patients who have both."""
    n = rows.count(cell, pairs["USUBJID"])
    level = rules.estimation.conf_level
    summary = paired_summary(pairs["BASE"].to_numpy(), pairs[value].to_numpy(), level)
    about: dict[str, Any] = {"why": "too few values", "unit": "ECOG grades", "n_subjects": n}
    for stat_name, key in (("mean", "mean_change"), ("sd", "sd_change")):
        add_number(rows, cell, stat_name, summary[key], **about)
    about["method"] = f"t interval of the mean, {level_in_words(level)}"
    limits = (summary["low"], summary["high"])
    add_mean_limits(rows, cell, limits, summary["sd_change"], **about)


def _differences(rows: EstimateRows, found: dict, rules: Rules) -> None:
    """Between groups, of those due: first minus second."""
    level = rules.estimation.conf_level
    for one, other in PAIRS:
        for visit in visit_labels(rules, baseline=False):
            for category in (IMPROVED, WORSE_OR_DEAD):
                first, second = found[one, visit][category], found[other, visit][category]
                values = newcombe(first[0], first[1], second[0], second[1], level)
                cell = Cell("difference", f"{one} - {other}", visit, category, OF_DUE)
                _difference(
                    rows, cell, values, first[1] + second[1], f"Newcombe, {level_in_words(level)}"
                )


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (
        change_table(rows, rules, "By group"),
        differences_table(rows, rules, "Differences between groups"),
    )


def _points(estimates: Numbers, decimals: int, analysis: str, **place: str) -> str:
    """A difference of proportions in percentage points with its interval."""
    values = tuple(estimates.get(name, analysis, **place) for name in ESTIMATE)
    return with_interval(values, lambda value: percent(value, decimals))


def change_table(rows: EstimateRows, rules: Rules, title: str) -> Table:
    """T14.2.9.2: numbers, proportions, the paired difference and the mean change."""
    estimates = Numbers(rows)
    decimals = rules.display.percent_decimals
    body: list[Row] = []
    for visit in visit_labels(rules, baseline=False):
        body.append(Row(visit, heading=True))
        for category in CATEGORIES:
            cells = tuple(
                count(estimates.get("n", "category", group, visit, category=category))
                for group in estimates.groups
            )
            body.append(Row(STATUS_LABELS[category], cells, indent=1))
        for category, denominator in (
            (IMPROVED, OF_DUE),
            (UNCHANGED, OF_DUE),
            (WORSE, OF_DUE),
            (WORSE_OR_DEAD, OF_DUE),
            (IMPROVED, OF_OBSERVED),
            (UNCHANGED, OF_OBSERVED),
            (WORSE, OF_OBSERVED),
        ):
            body += _proportion_rows(estimates, rules, visit, category, denominator)
        for denominator, label in (
            (OF_DUE, f"Improved minus worse or dead, of due, % ({confidence(rules)} CI)"),
            (OF_OBSERVED, f"Improved minus worse, of observed, % ({confidence(rules)} CI)"),
        ):
            place: dict[str, Any] = {"visit": visit, "parameter": BALANCE, "category": denominator}
            cells = tuple(
                _points(estimates, decimals, "balance", group=g, **place) for g in estimates.groups
            )
            body.append(Row(label, cells, indent=1, strong=denominator == OF_DUE))
        for analysis, label in (
            ("mean change", "Mean change, observed"),
            ("mean change with death", f"Mean change, death as {rules.ecog.worst_value}"),
        ):
            changes = tuple(
                _mean_cell(estimates, analysis, group, visit) for group in estimates.groups
            )
            body.append(Row(f"{label} ({confidence(rules)} CI)", changes, indent=1))
        later = tuple(
            count(estimates.get("n", "category", g, visit, category="not_due"))
            for g in estimates.groups
        )
        body.append(Row("Not due", later, indent=1))
    columns = tuple(
        Column(group_label(group), f"N = {count(estimates.get('n', 'N', group))}")
        for group in estimates.groups
    )
    notes = (
        DUE_NOTE,
        "Observed: a value at the visit and at baseline. A lower value is better: a negative mean "
        "change is an improvement.",
        "Improved minus worse: difference of paired proportions, Newcombe's interval.",
    )
    return Table(rows.output_id, "Visit", columns, tuple(body), notes, title=title)


def _proportion_rows(estimates: Numbers, rules: Rules, visit, category, denominator) -> list[Row]:
    decimals = rules.display.percent_decimals
    places = [
        {"group": group, "visit": visit, "parameter": category, "category": denominator}
        for group in estimates.groups
    ]
    pairs = [proportion_cells(estimates, decimals, "proportion", **place) for place in places]
    label = f"{STATUS_LABELS[category]}, {denominator}, n/N (%)"
    return [
        Row(label, tuple(shown for shown, _ in pairs), indent=1),
        Row(f"{confidence(rules)} CI", tuple(limits for _, limits in pairs), indent=2),
    ]


def _mean_cell(estimates: Numbers, analysis: str, group: str, visit: str) -> str:
    names = ("mean", *INTERVAL)
    values = tuple(estimates.get(name, analysis, group, visit) for name in names)
    return with_interval(values, lambda value: rounded(value, 2))


def differences_table(rows: EstimateRows, rules: Rules, title: str) -> Table:
    """T14.2.9.2: differences between groups, descriptive."""
    estimates = Numbers(rows)
    decimals = rules.display.percent_decimals
    body: list[Row] = []
    for visit in visit_labels(rules, baseline=False):
        body.append(Row(visit, heading=True))
        for category in (IMPROVED, WORSE_OR_DEAD):
            place: dict[str, Any] = {"visit": visit, "parameter": category, "category": OF_DUE}
            cells = tuple(
                _points(estimates, decimals, "difference", group=f"{one} - {other}", **place)
                for one, other in PAIRS
            )
            body.append(Row(f"{STATUS_LABELS[category]}, of due", cells, indent=1))
    columns = tuple(
        Column(
            f"{group_label(one)} minus {group_label(other).lower()}",
            f"% ({confidence(rules)} CI)",
        )
        for one, other in PAIRS
    )
    notes = ("Newcombe's interval. Descriptive: the groups are not randomised.",)
    return Table(rows.output_id, "Visit", columns, tuple(body), notes, title=title)
