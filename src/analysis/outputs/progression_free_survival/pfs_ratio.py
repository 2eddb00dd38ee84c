"""T14.2.4.4: rates at each threshold, the modified ratio, median ratio, tau, null reference."""

from __future__ import annotations

from typing import Any

import pandas as pd
from scipy.stats import kendalltau

from analysis.datasets import Datasets
from analysis.displays.curves import exact_cell, exact_row, flat_notes, limit_notes, rate_cell
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import confidence, count, percent, rounded, with_interval
from analysis.displays.shares import limits_cell, share_cell
from analysis.displays.table import Column, Row, Table
from analysis.endpoints.line_progression import POSSIBLE_ORDER
from analysis.endpoints.pfs_ratio_pairs import (
    END_OF_LINE,
    EXCLUSIONS,
    STOP_REASON,
    exclusion_reasons,
    modified_pairs,
)
from analysis.estimates.confidence_level import level_in_words
from analysis.estimates.molecular import pfs_ratio, pfs_ratio_null
from analysis.estimates.rows import Cell, EstimateRows
from analysis.estimates.survival import kaplan_meier
from analysis.outputs.origin import of_one_origin
from analysis.outputs.progression_free_survival.ratio_pairs import ratio_pairs, reaches
from analysis.params import Rules
from analysis.tabulation.estimable import (
    ESTIMATE,
    INTERVAL,
    NO_VARIATION,
    NOT_ESTIMABLE,
    NOT_REACHED,
    add_number,
    add_numbers,
    add_quantile,
    add_rate,
)
from analysis.tabulation.groups import in_set
from analysis.tabulation.proportion import add_share

OUTPUT = "T14.2.4.4"
NEEDS = ("prior_treatments", "mtb_reviews", "mtb_recommendations", "treatments")
NEEDS_IF_RECORDED = ("tumour_responses",)
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


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> EstimateRows:
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
    pairs = ratio_pairs(data, rules)
    rows = EstimateRows(OUTPUT, "PFSRFL")
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
        other = ratio_pairs(data, rules, criterion)
        for text in rules.estimation.pfs_ratio_thresholds:
            _rates(rows, analysis, str(text), other, float(text), rules)
    return rows


def _set(rows: EstimateRows, data: Datasets, pairs, rules: Rules) -> None:
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


def _estimators(analysis: str) -> tuple[str, ...]:
    """Estimators of an analysis: a lengthened PFS2 has no meaningful rank among the others."""
    if analysis == MODIFIED:
        return tuple(name for name in METHODS if name != MAIN)
    return (MAIN,) if analysis in SENSITIVITY else tuple(METHODS)


def _rates(rows: EstimateRows, analysis, visit, pairs, threshold, rules: Rules) -> None:
    """One row of estimates per estimator; who has both times depends on the analysis."""
    level = rules.estimation.conf_level
    chosen = "GUIDFL" if analysis in SENSITIVITY else rows.analysis_set
    table = pfs_ratio(pairs["PFS1"], pairs["PFS2"], pairs["EVENT"].astype(int), threshold, level)
    who = pairs.loc[reaches(pairs, threshold), "USUBJID"]
    success = Cell(analysis, visit=visit, parameter="reached", category="patients")
    add_share(rows, success, who, pairs["USUBJID"], analysis_set=chosen)
    about: dict[str, Any] = {"n_subjects": len(pairs), "analysis_set": chosen, "why": NO_RATE}
    for estimator in _estimators(analysis):
        result = table.loc[estimator]
        cell = Cell(analysis, visit=visit, parameter=estimator)
        add_number(rows, cell, "N", result["n"], unit="patients", **about)
        names = ("estimate", "low", "high")
        values = tuple(result[name] if result["n"] else None for name in names)
        if estimator == "kaplan_meier":
            # the ratio is the clock: at risk at the threshold are those who reach it
            method = "Kaplan-Meier of the ratio"
            add_rate(rows, cell, values, len(who), rules, rising=False, method=method, **about)  # type: ignore[arg-type]
        else:
            method = f"{METHODS[estimator]}, {level_in_words(level)}"
            _rate(rows, cell, values, method=method, unit="proportion", **about)


def _rate(rows: EstimateRows, cell: Cell, values: tuple, why: str, **about) -> None:
    """A rate with its limits; at 0 and 1 the normal limits of the midrank have no width."""
    add_number(rows, cell, "estimate", values[0], why=why, **about)
    limits = values[1:]
    if cell.parameter == MAIN and values[0] in (0.0, 1.0):
        limits, why = (None, None), NO_VARIATION
    add_numbers(rows, cell, INTERVAL, limits, why=why, **about)


def _median(rows: EstimateRows, pairs: pd.DataFrame, rules: Rules) -> None:
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


def _tau(rows: EstimateRows, pairs: pd.DataFrame) -> None:
    """Kendall's tau-b of the complete pairs only: a censored PFS2 has no rank."""
    complete = pairs[pairs["EVENT"]]
    varied = complete["PFS1"].nunique() > 1 and complete["PFS2"].nunique() > 1
    tau = kendalltau(complete["PFS1"], complete["PFS2"]).statistic if varied else None
    cell = Cell("Kendall tau")
    rows.add(cell, "N", len(complete), unit="patients", n_subjects=len(pairs))
    about: dict[str, Any] = {
        "unit": "correlation",
        "method": "tau-b, complete pairs",
        "n_subjects": len(complete),
    }
    why = "fewer than two complete pairs, or no variation"
    add_number(rows, cell, "estimate", tau, why=why, **about)


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (
        ratio_table(rows, rules, "Rates"),
        ratio_set_table(rows, rules, "Set and summary"),
    )


_LABELS = {
    "kaplan_meier": "Kaplan-Meier of the ratio",
    "midrank": "Midrank",
    "evaluable": "Count, of the classifiable",
    "worst_case": "Count, unclassifiable as failures",
    "best_case": "Count, unclassifiable as successes",
}


def ratio_table(rows: EstimateRows, rules: Rules, title: str) -> Table:
    """Rate at each threshold by every estimator, the null reference in the same table."""
    estimates = Numbers(rows)
    decimals = rules.display.percent_decimals
    thresholds = [str(value) for value in rules.estimation.pfs_ratio_thresholds]

    def reached(analysis):
        for visit in thresholds:
            place: dict[str, Any] = {"visit": visit, "parameter": "reached", "category": "patients"}
            size = count(estimates.get("N", analysis, **place))
            yield f"{count(estimates.get('n', analysis, **place))}/{size}"

    body: list[Row] = []
    for analysis in (RATIO, MODIFIED):
        body.append(Row(analysis, heading=True))
        body.append(Row("Seen to reach it, n/N", tuple(reached(analysis)), indent=1))
        for estimator in METHODS:
            body += _estimator_rows(estimates, rules, analysis, estimator)
    body.append(Row("Where PFS1 ends otherwise (midrank)", heading=True))
    for analysis, criterion in SENSITIVITY.items():
        size = count(estimates.get("N", analysis, visit=thresholds[0], parameter="midrank"))
        label = f"{criterion[0].upper()}{criterion[1:]}, N = {size}"
        body += _estimator_rows(estimates, rules, analysis, "midrank", label)
    body.append(Row("If the guided line changed nothing: 1 / (1 + threshold^k)", heading=True))
    for shape in rules.estimation.pfs_ratio_null_shapes:
        cells = tuple(
            percent(estimates.get("estimate", "null", visit=visit, parameter=str(shape)), decimals)
            for visit in thresholds
        )
        body.append(Row(f"k = {shape}", cells, indent=1))
    columns = tuple(
        Column(f"Ratio ≥ {visit}", f"% ({confidence(rules)} CI)") for visit in thresholds
    )
    least = rules.estimation.pfs_ratio_modified_least_months
    enough = rules.estimation.pfs_ratio_modified_enough_months
    notes = (
        "Classifiable: ratio complete, or censored at or above the threshold. Censored ratios are "
        "never used as if complete.",
        "Where PFS1 ends otherwise: a line stopped for progression without a date of it counts "
        "too, to its end; or only lines stopped for progression count, to the progression, else "
        "to their end.",
        "Midrank leads. Kaplan-Meier of the ratio reads too high where PFS2 is censored by time: a "
        "long PFS1 then censors the ratio early (simulated: benchmarks/results).",
        f"Modified ratio (Mock 2019): PFS1 below {least:g} months set to {least:g}; PFS2 above "
        f"{enough:g} months is a success. No midrank: a time moved to the threshold has no rank.",
        "k: shape of the Weibull distribution of both lines, exchangeable given the patient; k = 1 "
        "is exponential.",
        *limit_notes(rules, body),
    )
    return Table(rows.output_id, "PFS2/PFS1", columns, tuple(body), notes, title=title)


def _estimator_rows(
    estimates: Numbers, rules: Rules, analysis: str, estimator: str, label: str = ""
) -> list[Row]:
    """The rate of one estimator at each threshold; of Kaplan-Meier the exact limits below."""
    decimals = rules.display.percent_decimals
    visits = [str(value) for value in rules.estimation.pfs_ratio_thresholds]
    places = [{"visit": visit, "parameter": estimator} for visit in visits]
    if not estimates.has("N", analysis, **places[0]):
        return []
    cells = []
    for place in places:
        if estimates.has("n_at_risk", analysis, **place):
            cells.append(rate_cell(estimates, rules, analysis, **place))
            continue
        values = tuple(estimates.get(stat, analysis, **place) for stat in ESTIMATE)
        cells.append(with_interval(values, lambda value: percent(value, decimals)))
    main = (analysis, estimator) == (RATIO, "midrank")
    exact = (exact_cell(estimates, rules, analysis, **place) for place in places)
    row = Row(label or _LABELS[estimator], tuple(cells), indent=1, strong=main)
    return [row, *exact_row(rules, exact, indent=3)]


def ratio_set_table(rows: EstimateRows, rules: Rules, title: str) -> Table:
    """Who is in the set and who is not, the median ratio, and how the two times go together."""
    estimates = Numbers(rows)
    decimals = rules.display.percent_decimals
    body = [Row("Guided patients", heading=True)]
    place: dict[str, Any] = {"parameter": "Patients with both times"}
    size = count(estimates.get("N", "set", **place))
    body.append(Row("PFS1 and PFS2 known", (share_cell(estimates, decimals, "set", **place),), 1))
    for parameter, head in (
        ("Excluded", "Excluded, with the reason"),
        ("Ratio", "Ratio, of those in the set"),
        ("PFS1 from", "PFS1 taken from, of those in the set"),
        ("PFS1", "PFS1 flagged, of those in the set"),
    ):
        body.append(Row(head, heading=True))
        for category in estimates.categories("set", parameter):
            cell = share_cell(estimates, decimals, "set", parameter=parameter, category=category)
            body.append(Row(category[0].upper() + category[1:], (cell,), indent=1))
    stats = ("median", "ci_low", "ci_high")
    median = limits_cell(estimates, 2, "median ratio", stats)
    complete = count(estimates.get("N", "Kendall tau"))
    tau = rounded(estimates.get("estimate", "Kendall tau"), 2)
    body.append(Row("Summary", heading=True))
    body.append(Row(f"Median ratio ({confidence(rules)} CI), Kaplan-Meier", (median,), indent=1))
    body.append(Row(f"Kendall's tau, {complete} complete pairs", (tau,), indent=1))
    columns = (Column("n (%)", f"guided: N = {size}"),)
    notes = (
        "Tau rests on the complete pairs only: long censored PFS2 are not in it. NR: not reached.",
        *flat_notes(estimates, lambda ratio: rounded(ratio, 2)),
    )
    return Table(rows.output_id, "PFS-ratio set", columns, tuple(body), notes, title=title)
