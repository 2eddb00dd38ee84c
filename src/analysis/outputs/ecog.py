"""T14.2.9.1 and T14.2.9.2: ECOG performance status against baseline. SAP 14.2.9.

The treated, at every visit that is due by the cut. Death is its own state, and worse in the
composite. The difference improved minus worse is one of paired proportions (the same patients);
differences between groups describe groups that are not randomised.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.endpoints.performance_change import (
    ECOG,
    IMPROVED,
    NO_BASELINE,
    UNCHANGED,
    WORSE,
    change_status,
)
from analysis.endpoints.questionnaire_state import COMPLETED, DEAD, MISSING, NOT_DUE, OFF_STUDY
from analysis.estimates.confidence_level import level_in_words
from analysis.estimates.paired import paired_summary
from analysis.estimates.proportions import newcombe, newcombe_paired
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.estimable import add_mean_limits, add_number
from analysis.outputs.groups import by_group, in_set
from analysis.outputs.promis29 import visit_labels
from analysis.outputs.proportion import add_proportion

VALUES = ("0", "1", "2", "3", "4")
AT_VISIT = (*VALUES, MISSING, OFF_STUDY, DEAD)
AT_BASELINE = (*VALUES, MISSING)
CATEGORIES = (IMPROVED, UNCHANGED, WORSE, DEAD, NO_BASELINE, MISSING, OFF_STUDY)
OF_DUE, OF_OBSERVED = "of due", "of observed"
WORSE_OR_DEAD = "worse or dead"
BALANCE = "improved minus worse"
PAIRS = (("TG", "TN"), ("TG", "OT"), ("TN", "OT"))


def _ecog(data) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The treated, and their planned rows of ADQS."""
    adsl = in_set(data["adsl"], "TRTFL")
    adqs = data["adqs"]
    rows = adqs[adqs["PARAMCD"].eq(ECOG) & adqs["STATE"].notna()]
    return adsl, rows[rows["USUBJID"].isin(adsl["USUBJID"])]


def _as_code(values: pd.Series) -> pd.Series:
    """ECOG as text "0".."4", missing where there is no value."""
    return values.astype("Int64").astype("string").astype(object).where(values.notna(), None)


def shift_from_baseline(data, rules) -> EstimateRows:
    """T14.2.9.1: value at each visit against the value at baseline.

    Parameters
    ----------
    data : mapping of DataFrame
        ``adsl`` and ``adqs``.
    rules : Rules

    Returns
    -------
    EstimateRows
        By group and visit: "N" (treated), "old baseline" (of them, with one of more than the plan's
        days before the anchor), "due" and "not due" (they add up to N), and "shift":
        parameter = value at the visit (0..4, missing, off_study, dead), category = value at
        baseline (0..4, missing); all cells add up to the due.
    """
    adsl, planned = _ecog(data)
    baseline = _as_code(planned["BASE"])
    seen = planned["STATE"].eq(COMPLETED)
    planned = planned.assign(
        FROM=baseline.where(baseline.notna(), MISSING),
        TO=_as_code(planned["AVAL"]).where(seen, planned["STATE"]),
    )
    rows = EstimateRows("T14.2.9.1", "TRTFL")
    for group, patients in by_group(adsl):
        rows.count(Cell("N", group), patients["USUBJID"])
        old = patients.loc[patients["ECOGBLFL"].eq("Y"), "USUBJID"]
        rows.count(Cell("old baseline", group), old)
        mine = planned[planned["USUBJID"].isin(patients["USUBJID"])]
        for visit in visit_labels(rules, baseline=False):
            at = mine[mine["AVISIT"].eq(visit)]
            due = at[at["STATE"].ne(NOT_DUE)]
            rows.count(Cell("due", group, visit), due["USUBJID"])
            later = at.loc[at["STATE"].eq(NOT_DUE), "USUBJID"]
            rows.count(Cell("not due", group, visit), later)
            cells = due.groupby(["TO", "FROM"])["USUBJID"].agg(list).to_dict()
            for to in AT_VISIT:
                for start in AT_BASELINE:
                    who = cells.get((to, start), [])
                    rows.count(Cell("shift", group, visit, to, start), who)
    return rows


def change_of_status(data, rules) -> EstimateRows:
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
    adsl, planned = _ecog(data)
    planned = change_status(planned, rules)
    rows = EstimateRows("T14.2.9.2", "TRTFL")
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


def _proportions(rows: EstimateRows, group: str, visit: str, due: pd.DataFrame, rules) -> None:
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


def _mean_change(rows: EstimateRows, cell: Cell, pairs: pd.DataFrame, value: str, rules) -> None:
    """Mean of `value` minus baseline over patients who have both."""
    n = rows.count(cell, pairs["USUBJID"])
    level = rules.estimation.conf_level
    summary = paired_summary(pairs["BASE"].to_numpy(), pairs[value].to_numpy(), level)
    about = {"why": "too few values", "unit": "ECOG grades", "n_subjects": n}
    for stat_name, key in (("mean", "mean_change"), ("sd", "sd_change")):
        add_number(rows, cell, stat_name, summary[key], **about)
    about["method"] = f"t interval of the mean, {level_in_words(level)}"
    limits = (summary["low"], summary["high"])
    add_mean_limits(rows, cell, limits, summary["sd_change"], **about)


def _differences(rows: EstimateRows, found: dict, rules) -> None:
    """Between groups, of those due: first minus second."""
    level = rules.estimation.conf_level
    for one, other in PAIRS:
        for visit in visit_labels(rules, baseline=False):
            for category in (IMPROVED, WORSE_OR_DEAD):
                first, second = found[one, visit][category], found[other, visit][category]
                values = newcombe(*first, *second, level)
                cell = Cell("difference", f"{one} - {other}", visit, category, OF_DUE)
                _difference(
                    rows, cell, values, first[1] + second[1], f"Newcombe, {level_in_words(level)}"
                )
