"""T14.2.4.4 and F14.2.4.4: PFS on the guided line against PFS on the line before. SAP 14.2.4, 9.

Every threshold is printed with what it would be if the guided line changed nothing. Leaving the
censored ratios out, or using them as complete, would bias the rate: the estimators beside each
other say how much hangs on them. Midrank leads, as section 9 recommends: a PFS2 censored by time
censors the ratio earlier where PFS1 is long, so Kaplan-Meier of the ratio reads too high (48.0 for
43.5 % under the null with 30 % censored; benchmarks/results/pfs_ratio_null.csv).
"""

from __future__ import annotations

import pandas as pd
from scipy.stats import kendalltau

from analysis.endpoints.line_progression import POSSIBLE_ORDER
from analysis.endpoints.pfs_ratio_pairs import (
    END_OF_LINE,
    EXCLUSIONS,
    STOP_REASON,
    derive_ratio_pairs,
    exclusion_reasons,
    modified_pairs,
)
from analysis.estimates.confidence_level import level_in_words
from analysis.estimates.molecular import RATIO_TOLERANCE, pfs_ratio, pfs_ratio_null
from analysis.estimates.rows import Cell, EstimateRows
from analysis.estimates.survival import kaplan_meier
from analysis.outputs.estimable import (
    INTERVAL,
    NO_VARIATION,
    NOT_ESTIMABLE,
    NOT_REACHED,
    add_number,
    add_numbers,
    add_quantile,
    add_rate,
)
from analysis.outputs.groups import in_set
from analysis.outputs.known_at_origin import followed
from analysis.outputs.proportion import add_share

RATIO, MODIFIED = "PFS ratio", "Modified PFS ratio"
SENSITIVITY = {f"{RATIO}, {criterion}": criterion for criterion in (END_OF_LINE, STOP_REASON)}
METHODS = {
    "midrank": "midrank (Kovalchik 2011), normal limits",
    "kaplan_meier": "Kaplan-Meier of the ratio, log-log",
    "evaluable": "of the classifiable, Clopper-Pearson",
    "worst_case": "unclassifiable as failures, Clopper-Pearson",
    "best_case": "unclassifiable as successes, Clopper-Pearson",
}
MAIN = "midrank"
NO_RATE = "no patient, or everybody is censored below the threshold"


def _pairs(data, rules, *criterion: str) -> pd.DataFrame:
    """PFS1 and PFS2 of the guided (`derive_ratio_pairs`)."""
    second = followed(data, rules, "PFSG", "GUIDFL")
    return derive_ratio_pairs(data["adsl"], data["adrs"], second, rules, *criterion)


def progression_free_ratio(data, rules) -> EstimateRows:
    """T14.2.4.4: rates at each threshold, the modified ratio, median ratio, tau, null reference.

    Parameters
    ----------
    data : mapping of DataFrame
        ``adsl adcm adrs adtte``.
    rules : Rules
        ``estimation.pfs_ratio_*``.

    Returns
    -------
    EstimateRows
        Analysis "set" (the set and the exclusions, adding up to the guided; complete and censored
        ratios), "PFS ratio" and "Modified PFS ratio" (visit = threshold, parameter = estimator),
        the PFS ratio with PFS1 ended otherwise (`SENSITIVITY`, of all guided with both times),
        "null" (visit = threshold, parameter = shape), "median ratio", "Kendall tau".
    """
    pairs = _pairs(data, rules)
    rows = EstimateRows("T14.2.4.4", "PFSRFL")
    _set(rows, data, pairs, rules)
    for text in rules.estimation.pfs_ratio_thresholds:
        threshold = float(text)
        _rates(rows, RATIO, str(text), pairs, threshold, rules)
        changed = modified_pairs(pairs, threshold, rules)
        _rates(rows, MODIFIED, str(text), changed, threshold, rules)
        for shape in rules.estimation.pfs_ratio_null_shapes:
            cell = Cell("null", visit=str(text), parameter=str(shape))
            null = pfs_ratio_null(threshold, float(shape))
            rows.add(cell, "estimate", null, unit="proportion", method="1 / (1 + threshold^shape)")
    _median(rows, pairs, rules)
    _tau(rows, pairs)
    for analysis, criterion in SENSITIVITY.items():
        other = _pairs(data, rules, criterion)
        for text in rules.estimation.pfs_ratio_thresholds:
            _rates(rows, analysis, str(text), other, float(text), rules)
    return rows


def _set(rows, data, pairs, rules) -> None:
    guided = in_set(data["adsl"], "GUIDFL")["USUBJID"]
    add_share(rows, Cell("set", parameter="Patients with both times"), pairs["USUBJID"], guided)
    left = exclusion_reasons(data["adsl"], pairs)
    for reason in EXCLUSIONS:
        who = left.loc[left["REASON"].eq(reason), "USUBJID"]
        cell = Cell("set", parameter="Excluded", category=reason)
        add_share(rows, cell, who, guided, analysis_set="GUIDFL")
    for category, chosen in (("complete", pairs["EVENT"]), ("censored", ~pairs["EVENT"])):
        cell = Cell("set", parameter="Ratio", category=category)
        add_share(rows, cell, pairs.loc[chosen, "USUBJID"], pairs["USUBJID"])
    for source, label in (("adcm", "last prior line"), ("adex", "regimen after enrolment")):
        who = pairs.loc[pairs["PFS1SRC"].eq(source), "USUBJID"]
        add_share(rows, Cell("set", parameter="PFS1 from", category=label), who, pairs["USUBJID"])
    who = pairs.loc[pairs["PFS1ORFL"].eq("Y"), "USUBJID"]
    add_share(rows, Cell("set", parameter="PFS1", category=POSSIBLE_ORDER), who, pairs["USUBJID"])


def reaches(pairs: pd.DataFrame, threshold: float) -> pd.Series:
    """Whether PFS2, complete or censored, is at least `threshold` times PFS1."""
    return pairs["PFS2"] / pairs["PFS1"] >= threshold * (1 - RATIO_TOLERANCE)


def _estimators(analysis: str) -> tuple[str, ...]:
    """Estimators of an analysis: a lengthened PFS2 has no meaningful rank among the others."""
    if analysis == MODIFIED:
        return tuple(name for name in METHODS if name != MAIN)
    return (MAIN,) if analysis in SENSITIVITY else tuple(METHODS)


def _rates(rows, analysis, visit, pairs, threshold, rules) -> None:
    """One row of estimates per estimator; who has both times depends on the analysis."""
    level = rules.estimation.conf_level
    chosen = "GUIDFL" if analysis in SENSITIVITY else rows.analysis_set
    table = pfs_ratio(pairs["PFS1"], pairs["PFS2"], pairs["EVENT"].astype(int), threshold, level)
    who = pairs.loc[reaches(pairs, threshold), "USUBJID"]
    success = Cell(analysis, visit=visit, parameter="reached", category="patients")
    add_share(rows, success, who, pairs["USUBJID"], analysis_set=chosen)
    about = {"n_subjects": len(pairs), "analysis_set": chosen, "why": NO_RATE}
    for estimator in _estimators(analysis):
        result = table.loc[estimator]
        cell = Cell(analysis, visit=visit, parameter=estimator)
        add_number(rows, cell, "N", result["n"], unit="patients", **about)
        names = ("estimate", "low", "high")
        values = tuple(result[name] if result["n"] else None for name in names)
        if estimator == "kaplan_meier":
            # the ratio is the clock: at risk at the threshold are those who reach it
            method = "Kaplan-Meier of the ratio"
            add_rate(rows, cell, values, len(who), rules, rising=False, method=method, **about)
        else:
            method = f"{METHODS[estimator]}, {level_in_words(level)}"
            _rate(rows, cell, values, method=method, unit="proportion", **about)


def _rate(rows, cell: Cell, values: tuple, why: str, **about) -> None:
    """A rate with its limits; at 0 and 1 the normal limits of the midrank have no width."""
    add_number(rows, cell, "estimate", values[0], why=why, **about)
    limits = values[1:]
    if cell.parameter == MAIN and values[0] in (0.0, 1.0):
        limits, why = (None, None), NO_VARIATION
    add_numbers(rows, cell, INTERVAL, limits, why=why, **about)


def _median(rows, pairs: pd.DataFrame, rules) -> None:
    level = rules.estimation.conf_level
    curve = None
    if len(pairs):
        ratio = pairs["PFS2"] / pairs["PFS1"]
        curve = kaplan_meier(ratio, pairs["EVENT"].astype(int), conf_level=level)
    add_quantile(
        rows,
        Cell("median ratio"),
        curve,
        why="not reached" if len(pairs) else "no patient",
        text=NOT_REACHED if len(pairs) else NOT_ESTIMABLE,
        unit="ratio",
        method=f"Kaplan-Meier of the ratio, Brookmeyer-Crowley, log-log, {level_in_words(level)}",
        n_subjects=len(pairs),
    )


def _tau(rows, pairs: pd.DataFrame) -> None:
    """Kendall's tau-b of the complete pairs only: a censored PFS2 has no rank."""
    complete = pairs[pairs["EVENT"]]
    varied = complete["PFS1"].nunique() > 1 and complete["PFS2"].nunique() > 1
    tau = kendalltau(complete["PFS1"], complete["PFS2"]).statistic if varied else None
    cell = Cell("Kendall tau")
    rows.add(cell, "N", len(complete), unit="patients", n_subjects=len(pairs))
    about = {"unit": "correlation", "method": "tau-b, complete pairs", "n_subjects": len(complete)}
    why = "fewer than two complete pairs, or no variation"
    add_number(rows, cell, "estimate", tau, why=why, **about)


def paired_times(data, rules) -> EstimateRows:
    """F14.2.4.4: PFS1 and PFS2 of each patient, and whether PFS2 is complete.

    Returns
    -------
    EstimateRows
        Analysis "pair" (group = patient; estimate of parameter PFS1 and PFS2, days; category
        "event" or "censored"), "count" of patients and "reached" (those whose PFS2 is at least
        the plan's threshold times PFS1).
    """
    pairs = _pairs(data, rules)
    rows = EstimateRows("F14.2.4.4", "PFSRFL")
    rows.count(Cell("count"), pairs["USUBJID"])
    threshold = rules.estimation.pfs_ratio_threshold
    reached = pairs.loc[reaches(pairs, float(threshold)), "USUBJID"]
    rows.count(Cell("reached", visit=str(threshold)), reached)
    for pair in pairs.to_dict("records"):
        state = "event" if pair["EVENT"] else "censored"
        for name, category in (("PFS1", "event"), ("PFS2", state)):
            cell = Cell("pair", pair["USUBJID"], parameter=name, category=category)
            rows.add(cell, "estimate", pair[name], unit="days", n_subjects=1)
    return rows
