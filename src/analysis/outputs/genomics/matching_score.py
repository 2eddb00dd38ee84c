"""T14.2.7.4: the score, outcomes at or above and below each cut, and along the score.

Post hoc and descriptive. Outcomes start at the first guided dose (CBORG, PFSG), so that guided
therapy after a bridging regimen is neither lost nor credited with the outcome of the bridge. The
score is known before that clock starts, hence no immortal time; nobody was randomised to it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analysis.datasets import Datasets
from analysis.dates import later_of
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import DASH, confidence, count
from analysis.displays.shares import limits_cell, proportion_cells, quartiles_cell
from analysis.displays.table import Column, Row, Table
from analysis.endpoints.matching_score import SCORED, UNSCORED, derive_matching_score
from analysis.estimates.confidence_level import level_in_words
from analysis.estimates.rows import Cell, EstimateRows
from analysis.estimates.survival import cox, kaplan_meier
from analysis.outputs.origin import of_one_origin
from analysis.params import Rules
from analysis.tabulation.estimable import (
    ESTIMATE,
    NOT_ESTIMABLE,
    NOT_REACHED,
    add_numbers,
    add_quantile,
)
from analysis.tabulation.groups import in_set
from analysis.tabulation.known_at_origin import Grouping, followed
from analysis.tabulation.proportion import add_proportion, add_share
from analysis.tabulation.summary import add_summary
from analysis.wording import counted

OUTPUT = "T14.2.7.4"
NEEDS = ("sequencing", "variants", "mtb_reviews", "mtb_recommendations", "treatments")
FIRST, BRIDGED = "First regimen after enrolment", "After a bridging regimen"
EVERYBODY = "All guided"
RESPONSE, PFS = "Confirmed response from the first guided dose", "PFS from the first guided dose"
# The spline: knots at Harrell's quantiles for three, hazard ratios against a score of one half.
KNOTS = (0.1, 0.5, 0.9)
REFERENCE, SHOWN = 0.5, (0.25, 0.75, 1.0)
SPLINE_TERMS = 2


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> EstimateRows:
    """T14.2.7.4: the score, outcomes at or above and below each cut, and along the score.

    Parameters
    ----------
    data : mapping of DataFrame
        ``adsl adex admb adgn adrs adtte``.
    rules : Rules
        ``estimation.matching_score_cuts``, ``guided.equivalent_drugs``.

    Returns
    -------
    EstimateRows
        Analyses "score" (summary, and counts of the scored and of those without, by reason),
        "cut <c>" (group high, low), "place" (first regimen, after bridging, all) and "spline".
    """
    scores = derive_matching_score(data["adex"], data["admb"], data["adgn"], rules)
    guided = in_set(data["adsl"], "GUIDFL")["USUBJID"]
    outcome = _outcomes(data, rules)
    followed(data, rules, "PFSG", _scored(data["adsl"], scores))
    rows = EstimateRows(OUTPUT, "GUIDFL")
    for status in (SCORED, *UNSCORED):
        who = scores.loc[scores["STATUS"].eq(status), "USUBJID"]
        add_share(rows, Cell("score", parameter="Patients", category=status), who, guided)
    known = scores[scores["STATUS"].eq(SCORED)]
    value = known["SCORE"].astype("float64")
    cell = Cell("score", parameter="Matching score")
    add_summary(rows, cell, value, unit="proportion", patients=known["USUBJID"])
    for cut in rules.estimation.matching_score_cuts:
        high = value >= float(cut)
        for group, chosen in (("high", high), ("low", ~high)):
            _outcome(rows, f"cut {cut}", group, known.loc[chosen, "USUBJID"], outcome, rules)
    bridged = in_set(data["adsl"], "GUIDFL")["TRTGRP1"].ne("TG")
    for group, who in ((FIRST, guided[~bridged]), (BRIDGED, guided[bridged]), (EVERYBODY, guided)):
        _outcome(rows, "place", group, who, outcome, rules)
    _spline(rows, known, outcome, rules)
    return rows


def _scored(adsl: pd.DataFrame, scores: pd.DataFrame) -> Grouping:
    """The score: known once the profile is reported and the drug is given."""
    who = scores.loc[scores["STATUS"].eq(SCORED), "USUBJID"]
    mine = adsl.set_index("USUBJID").loc[who]
    known = later_of(mine["NGSDT"], mine["GUIDDT"]).where(mine["NGSDT"].notna())
    return Grouping("matching score", known)


def _outcomes(data: Datasets, rules: Rules) -> pd.DataFrame:
    """CBORG and PFSG of each guided patient, indexed by USUBJID: RESP, AVAL, EVENT."""
    adrs = data["adrs"]
    best = adrs[adrs["PARAMCD"].eq("CBORG")].set_index("USUBJID")["AVALC"]
    times = followed(data, rules, "PFSG", "GUIDFL", "TRTGRP1").set_index("USUBJID")
    return pd.DataFrame(
        {
            "RESP": best.isin(["CR", "PR"]),
            "AVAL": times["AVAL"].astype("float64"),
            "EVENT": times["CNSR"].eq(0),
        }
    )


def _outcome(
    rows: EstimateRows, analysis, group, who: pd.Series, outcome: pd.DataFrame, rules: Rules
) -> None:
    """Response and median PFS of some guided patients; counts alone below the least stratum."""
    mine = outcome.reindex(who)
    responded = mine.index[mine["RESP"].eq(True)]
    place = Cell(analysis, group, parameter=RESPONSE)
    if 0 < len(who) < rules.estimation.min_stratum:
        rows.count(place, responded)
        rows.add(place, "N", len(who), unit="patients", n_subjects=len(who))
        return
    add_proportion(rows, place, responded, who, rules)
    timed = mine[mine["AVAL"].notna()]
    cell = Cell(analysis, group, parameter=PFS)
    event = timed["EVENT"].eq(True)
    rows.add(cell, "n_events", int(event.sum()), unit="patients", n_subjects=len(who))
    level = rules.estimation.conf_level
    curve = None
    if len(timed):
        curve = kaplan_meier(timed["AVAL"], event.astype(int), conf_level=level)
    add_quantile(
        rows,
        cell,
        curve,
        why="not reached" if len(timed) else "no patient in this group",
        text=NOT_REACHED if len(timed) else NOT_ESTIMABLE,
        unit="days",
        method=f"Kaplan-Meier, Brookmeyer-Crowley, log-log, {level_in_words(level)}",
        n_subjects=len(timed),
    )


def spline_basis(score: np.ndarray, knots: np.ndarray) -> np.ndarray:
    """Bent term of a restricted cubic spline with three knots (Harrell 2015, section 2.4.5)."""
    first, middle, last = knots

    def cubed(knot):
        return np.clip(score - knot, 0, None) ** 3

    bent = (
        cubed(first)
        - cubed(middle) * (last - first) / (last - middle)
        + cubed(last) * (middle - first) / (last - middle)
    )
    return bent / (last - first) ** 2


def _spline(rows: EstimateRows, known: pd.DataFrame, outcome: pd.DataFrame, rules: Rules) -> None:
    """Hazard ratio of PFSG along the score, against one half; behind the gate of small numbers."""
    mine = known.join(outcome, on="USUBJID")
    mine = mine[mine["AVAL"].notna()]
    score = mine["SCORE"].to_numpy(dtype=float)
    event = mine["EVENT"].eq(True).to_numpy()
    knots = np.quantile(score, KNOTS) if len(score) else np.zeros(3)
    gate = SPLINE_TERMS * rules.estimation.min_events_for_test
    why = ""
    if event.sum() < gate:
        why = f"fewer than {counted(gate, 'event')}"
    elif np.unique(knots).size < len(KNOTS):
        why = "too few distinct scores for a spline"
    method = "Cox, restricted cubic spline, 3 knots; clock: first guided dose"
    for at in SHOWN:
        cell = Cell("spline", parameter="Hazard ratio", category=f"{at:g}")
        values = (np.nan,) * 3 if why else _ratio(score, mine["AVAL"], event, knots, at)
        about: dict[str, Any] = {"unit": "ratio", "method": method, "n_subjects": len(mine)}
        add_numbers(rows, cell, ESTIMATE, values, why=why or "not estimable", **about)


def _ratio(score, days, event, knots, at: float) -> tuple[float, float, float]:
    """Hazard ratio of a score against the reference.

    The model is written so that the log ratio is its first coefficient: its limits are then those
    of the coefficient.
    """
    bent = spline_basis(score, knots)
    change = at - REFERENCE
    tilt = np.diff(spline_basis(np.array([REFERENCE, at]), knots))[0] / change
    terms = pd.DataFrame({"ratio": score / change, "bend": bent - tilt * score})
    table = cox(days.to_numpy(dtype=float), event, terms).table.loc["ratio"]
    return table["hazard_ratio"], table["ci_low"], table["ci_high"]


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (
        matching_table(rows, rules, "Score and outcome"),
        guided_outcome_table(rows, rules, "By place in treatment"),
    )


def matching_table(rows: EstimateRows, rules: Rules, title: str) -> Table:
    """Who has a score, and outcomes at or above and below each cut."""
    estimates = Numbers(rows)
    body = [Row("Patients on guided therapy", heading=True)]
    for status in estimates.categories("score", "Patients"):
        n = estimates.get("n", "score", parameter="Patients", category=status)
        body.append(Row(status.capitalize(), (count(n), "", "", ""), indent=1))
    score = quartiles_cell(estimates, 2, "score", parameter="Matching score")
    body.append(Row(f"Score, median (Q1–Q3): {score}", indent=1))
    for cut in rules.estimation.matching_score_cuts:
        percent = f"{float(cut) * 100:.0f}%"
        body.append(Row(f"Cut at {percent}", heading=True))
        for group, label in (("high", f"At or above {percent}"), ("low", f"Below {percent}")):
            body.append(_outcome_row(estimates, rules, label, f"cut {cut}", group))
    body.append(Row("Hazard ratio of PFS against a score of 50%, spline", heading=True))
    for at in SHOWN:
        place: dict[str, Any] = {"parameter": "Hazard ratio", "category": f"{at:g}"}
        stats = ("estimate", "ci_low", "ci_high")
        ratio = limits_cell(estimates, 2, "spline", stats, **place)
        body.append(Row(f"Score {100 * at:.0f}%", ("", "", "", ratio), indent=1))
    return Table(
        rows.output_id,
        "",
        _outcome_columns(rules),
        tuple(body),
        _why(estimates, rules),
        title=title,
    )


def _why(estimates: Numbers, rules: Rules) -> tuple[str, ...]:
    spline = estimates.frame[estimates.frame["analysis_id"].eq("spline")]
    warnings = [text for text in pd.unique(spline["warning"]) if text]
    notes = (
        "Post hoc. Clock: first guided dose; groups: the score, fixed before the clock starts, so "
        "no immortal time. Hazard ratios: Cox, restricted cubic spline with three knots.",
        f"Groups of fewer than {counted(rules.estimation.min_stratum, 'patient')}: counts only.",
    )
    return (*notes, f"Hazard ratios not estimated: {warnings[0]}.") if warnings else notes


def _outcome_columns(rules: Rules) -> tuple[Column, ...]:
    return (
        Column("Patients"),
        Column("Confirmed response", "n/N (%)"),
        Column(f"{confidence(rules)} CI"),
        Column("Median PFS, months", f"({confidence(rules)} CI) [events]"),
    )


def _outcome_row(estimates: Numbers, rules: Rules, label: str, analysis: str, group: str) -> Row:
    decimals = rules.display.percent_decimals
    if not estimates.has("estimate", analysis, group=group, parameter=RESPONSE):
        n, size = (estimates.get(s, analysis, group=group, parameter=RESPONSE) for s in ("n", "N"))
        return Row(label, (count(size), f"{count(n)}/{count(size)}", DASH, DASH), indent=1)
    response = proportion_cells(estimates, decimals, analysis, group=group, parameter=RESPONSE)
    stats, place = ("median", "ci_low", "ci_high"), {"group": group, "parameter": PFS}
    month = rules.estimation.month_days
    size = estimates.get("N", analysis, group=group, parameter=RESPONSE)
    pfs = limits_cell(estimates, rules.display.months_decimals, analysis, stats, month, **place)
    events = count(estimates.get("n_events", analysis, **place))
    return Row(label, (count(size), *response, f"{pfs} [{events}]"), indent=1)


def guided_outcome_table(rows: EstimateRows, rules: Rules, title: str) -> Table:
    """Outcome of guided therapy as first regimen and after a bridging one."""
    estimates = Numbers(rows)
    body = [
        _outcome_row(estimates, rules, label, "place", label)
        for label in (FIRST, BRIDGED, EVERYBODY)
    ]
    notes = ("Response and progression-free survival count from the first guided dose.",)
    return Table(
        rows.output_id, "Guided therapy", _outcome_columns(rules), tuple(body), notes, title=title
    )
