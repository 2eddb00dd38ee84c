"""T14.2.8.1 to T14.2.8.3, F14.2.8.1, L16.2.6.5: PROMIS-29 by visit. SAP 14.2.8.

Every patient-visit has one state (completed, missing, off study, dead, not due), and at each visit
the states add up to the patients of the column. Scores are described while alive; new anticancer
therapy is ignored (treatment policy). No test, no imputation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.endpoints.promis29_scores import (
    DOMAINS,
    PAIN_INTENSITY,
    PARAMETERS,
    SEVERITIES,
    change_category,
    severity,
)
from analysis.endpoints.questionnaire_state import (
    COMPLETED,
    DEAD,
    EXPECTED,
    MISSING,
    NOT_DUE,
    OFF_STUDY,
)
from analysis.estimates.confidence_level import level_in_words
from analysis.estimates.paired import paired_summary
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.estimable import add_mean_limits, add_number
from analysis.outputs.groups import ALL_GROUPS, GROUP_LABELS, TREATED_GROUPS, by_group, in_set
from analysis.outputs.proportion import add_proportion, add_share
from analysis.visits import BASELINE

STATES = (COMPLETED, MISSING, OFF_STUDY, DEAD, NOT_DUE)
OF_EXPECTED, OF_BASELINE = "Completed of expected", "Completed of all with a baseline form"
RESPONDER_PARAMETERS = (*DOMAINS, PAIN_INTENSITY)
NO_CHANGE_SCORE = "no change score"
CATEGORIES = ("improved", "stable", "worse", NO_CHANGE_SCORE)
PLANNED_COLUMNS = ("USUBJID", "PARAMCD", "AVISIT", "STATE", "AVAL", "BASE", "CHG")
EVERYBODY = "All"
TOO_FEW = "too few values"
_SUMMARIES: dict[str, Callable] = {
    "mean": np.mean,
    "sd": lambda x: np.std(x, ddof=1),
    "median": np.median,
    "q1": lambda x: np.quantile(x, 0.25),
    "q3": lambda x: np.quantile(x, 0.75),
    "min": np.min,
    "max": np.max,
}


def visit_labels(rules, *, baseline: bool = True) -> list[str]:
    """Planned visits in order."""
    return [*([BASELINE] if baseline else []), *(window.label for window in rules.visits.windows)]


def planned_rows(adqs: pd.DataFrame, parameters: Iterable[str]) -> pd.DataFrame:
    """Rows of ADQS that stand for a planned visit (they have a state) of some parameters."""
    chosen = adqs["PARAMCD"].isin(list(parameters)) & adqs["STATE"].notna()
    return adqs.loc[chosen, list(PLANNED_COLUMNS)]


def form_states(adqs: pd.DataFrame) -> pd.DataFrame:
    """USUBJID, AVISIT, STATE of the PROMIS-29 forms; the state is that of the form."""
    return planned_rows(adqs, PARAMETERS[:1])[["USUBJID", "AVISIT", "STATE"]]


def add_states(
    rows: EstimateRows, analysis_id: str, group: str, visit: str, at: pd.DataFrame, analysis_set
) -> None:
    """Number of patients in each of the five states at one visit."""
    who, states = at["USUBJID"].to_numpy(), at["STATE"].to_numpy()
    for state in STATES:
        cell = Cell(analysis_id, group, visit, category=state)
        rows.count(cell, who[states == state], analysis_set=analysis_set)


def completion(data, rules) -> EstimateRows:
    """T14.2.8.1: completion of PROMIS-29 with both SISAQOL denominators.

    Parameters
    ----------
    data : mapping of DataFrame
        ``adsl`` and ``adqs``.
    rules : Rules

    Returns
    -------
    EstimateRows
        Per analysis set (analysis_id ENRLFL, TRTFL), group and visit: the five states, completed of
        expected (alive, on study and due) and completed of all with a baseline form (fixed
        denominator, those not due included), each with its interval, and how many of the fixed
        denominator were not due yet (category "not_due").
    """
    states = form_states(data["adqs"])
    with_baseline = states.loc[
        states["AVISIT"].eq(BASELINE) & states["STATE"].eq(COMPLETED), "USUBJID"
    ]
    rows = EstimateRows("T14.2.8.1", "ENRLFL")
    for flag, groups in (("ENRLFL", ALL_GROUPS), ("TRTFL", TREATED_GROUPS)):
        for group, patients in by_group(in_set(data["adsl"], flag), groups):
            who = patients["USUBJID"]
            rows.add(
                Cell(flag, group),
                "N",
                len(who),
                unit="patients",
                n_subjects=len(who),
                analysis_set=flag,
            )
            fixed = who[who.isin(with_baseline)]
            mine = states[states["USUBJID"].isin(who)]
            for visit in visit_labels(rules):
                at = mine[mine["AVISIT"].eq(visit)]
                add_states(rows, flag, group, visit, at, flag)
                done = at.loc[at["STATE"].eq(COMPLETED), "USUBJID"]
                expected = at.loc[at["STATE"].isin(EXPECTED), "USUBJID"]
                for name, members, population in (
                    (OF_EXPECTED, done, expected),
                    (OF_BASELINE, done[done.isin(fixed)], fixed),
                ):
                    cell = Cell(flag, group, visit, name)
                    add_proportion(rows, cell, members, population, rules, analysis_set=flag)
                waiting = at.loc[at["STATE"].eq(NOT_DUE), "USUBJID"]
                cell = Cell(flag, group, visit, OF_BASELINE, NOT_DUE)
                rows.count(cell, waiting[waiting.isin(fixed)], analysis_set=flag)
    return rows


def scores_by_visit(data, rules) -> EstimateRows:
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
    rows = EstimateRows("T14.2.8.2", "PROFL")
    adqs = data["adqs"]
    flagged = adqs["BLOLDFL"].eq("Y") & adqs["PARAMCD"].isin(PARAMETERS)
    old = adqs.loc[flagged, "USUBJID"].unique()
    for group, patients in by_group(in_set(data["adsl"], "PROFL"), ALL_GROUPS):
        who = patients["USUBJID"]
        rows.count(Cell("old baseline", group), who[who.isin(old)])
    for group, visit, at in _at_visits(rows, data, PARAMETERS, rules):
        for paramcd, of_parameter in by_parameter(at, PARAMETERS):
            _value(rows, Cell("value", group, visit, paramcd), of_parameter, rules)
            if visit != BASELINE:
                _change(rows, Cell("change", group, visit, paramcd), of_parameter, rules)
            if group == EVERYBODY and paramcd in DOMAINS:
                _severities(rows, Cell("severity", group, visit, paramcd), of_parameter, rules)
    return rows


def _severities(rows: EstimateRows, cell: Cell, at: dict, rules) -> None:
    """Patients with a score by severity band."""
    scored = (at["STATE"] == COMPLETED) & ~np.isnan(at["AVAL"])
    who = at["USUBJID"][scored]
    bands = severity(pd.Series(at["AVAL"][scored]), cell.parameter, rules).to_numpy()
    for band in SEVERITIES:
        add_share(rows, replace(cell, category=band), who[bands == band], who)


def mean_scores(data, rules) -> EstimateRows:
    """F14.2.8.1: mean scores and the states of the forms by visit.

    Returns
    -------
    EstimateRows
        By group and visit: "states" (they add up to N of "patients") and per domain and pain
        intensity "value" (n with a score, N expected, n_missing, mean, t interval).
    """
    rows = EstimateRows("F14.2.8.1", "PROFL")
    for group, visit, at in _at_visits(rows, data, RESPONDER_PARAMETERS, rules):
        for paramcd, of_parameter in by_parameter(at, RESPONDER_PARAMETERS):
            _value(rows, Cell("value", group, visit, paramcd), of_parameter, rules, ("mean",))
    return rows


def by_parameter(at: pd.DataFrame, parameters: Iterable[str]):
    """Each parameter with its rows, as arrays by column; empty where there are none."""
    columns = {name: at[name].to_numpy() for name in at}
    codes = columns["PARAMCD"]
    for paramcd in parameters:
        yield paramcd, {name: values[codes == paramcd] for name, values in columns.items()}


def _at_visits(rows: EstimateRows, data, parameters, rules):
    """Each group and visit of the PRO set with its rows; adds patients and states on the way."""
    adsl = in_set(data["adsl"], "PROFL")
    planned = planned_rows(data["adqs"], parameters)
    planned = planned[planned["USUBJID"].isin(adsl["USUBJID"])]
    for group, patients in by_group(adsl, ALL_GROUPS):
        rows.count(Cell("patients", group), patients["USUBJID"])
        mine = planned[planned["USUBJID"].isin(patients["USUBJID"])]
        for visit in visit_labels(rules):
            at = mine[mine["AVISIT"].eq(visit)]
            add_states(rows, "states", group, visit, at[at["PARAMCD"].eq(PARAMETERS[0])], "PROFL")
            yield group, visit, at


def _value(
    rows: EstimateRows, cell: Cell, at: dict, rules, summaries: Iterable[str] = _SUMMARIES
) -> None:
    expected = np.isin(at["STATE"].astype(str), EXPECTED)
    scored = expected & (at["STATE"] == COMPLETED) & ~np.isnan(at["AVAL"])
    size, n = int(expected.sum()), rows.count(cell, at["USUBJID"][scored])
    rows.add(cell, "N", size, unit="patients", n_subjects=size)
    rows.add(cell, "n_missing", size - n, unit="patients", n_subjects=size)
    values = at["AVAL"][scored]
    for stat_name in summaries:
        enough = n > (1 if stat_name == "sd" else 0)
        _add(rows, cell, stat_name, float(_SUMMARIES[stat_name](values)) if enough else None, n)
    limits = paired_summary(np.zeros(n), values, rules.estimation.conf_level)
    _limits(rows, cell, limits, n, rules)


def _change(rows: EstimateRows, cell: Cell, at: dict, rules) -> None:
    pairs = (at["STATE"] == COMPLETED) & ~np.isnan(at["CHG"])
    n = rows.count(cell, at["USUBJID"][pairs])
    level = rules.estimation.conf_level
    summary = paired_summary(at["BASE"][pairs], at["AVAL"][pairs], level)
    for stat_name, key in (
        ("mean", "mean_change"),
        ("sd", "sd_change"),
        ("median", "median_change"),
    ):
        _add(rows, cell, stat_name, summary[key], n)
    _limits(rows, cell, summary, n, rules)


def _limits(rows: EstimateRows, cell: Cell, summary: dict, n: int, rules) -> None:
    about = {
        "why": TOO_FEW,
        "unit": "points",
        "method": f"t interval of the mean, {level_in_words(rules.estimation.conf_level)}",
        "n_subjects": n,
    }
    limits = (summary["low"], summary["high"])
    add_mean_limits(rows, cell, limits, summary["sd_change"], **about)


def _add(rows: EstimateRows, cell: Cell, stat_name: str, value, n: int) -> None:
    add_number(rows, cell, stat_name, value, why=TOO_FEW, unit="points", n_subjects=n)


def responders(data, rules) -> EstimateRows:
    """T14.2.8.3: improved, stable, worse by the minimally important difference of each domain.

    Returns
    -------
    EstimateRows
        By group and visit: "states" (death, off study and not due are not in the denominator and
        stand beside it); per parameter "category" (n, N expected, pct; "no change score" where the
        form or an item is missing, or there is no baseline: the four add up to the expected).
    """
    adsl = in_set(data["adsl"], "PROFL")
    planned = planned_rows(data["adqs"], RESPONDER_PARAMETERS)
    planned = planned[planned["USUBJID"].isin(adsl["USUBJID"])]
    categories = pd.concat(
        [change_category(own["CHG"], paramcd, rules) for paramcd, own in planned.groupby("PARAMCD")]
        or [pd.Series(dtype=object)]
    )
    kept = categories.reindex(planned.index).where(planned["STATE"].eq(COMPLETED))
    planned = planned.assign(CATEGORY=kept.astype(object).fillna(NO_CHANGE_SCORE))
    rows = EstimateRows("T14.2.8.3", "PROFL")
    for group, patients in by_group(adsl, ALL_GROUPS):
        rows.count(Cell("patients", group), patients["USUBJID"])
        mine = planned[planned["USUBJID"].isin(patients["USUBJID"])]
        for visit in visit_labels(rules, baseline=False):
            at = mine[mine["AVISIT"].eq(visit)]
            add_states(rows, "states", group, visit, at[at["PARAMCD"].eq(PARAMETERS[0])], "PROFL")
            for paramcd, own in by_parameter(at, RESPONDER_PARAMETERS):
                expected = np.isin(own["STATE"].astype(str), EXPECTED)
                for category in CATEGORIES:
                    who = own["USUBJID"][expected & (own["CATEGORY"] == category)]
                    cell = Cell("category", group, visit, paramcd, category)
                    add_share(rows, cell, who, own["USUBJID"][expected])
    return rows


def score_listing(data) -> pd.DataFrame:
    """L16.2.6.5: every form of the PRO set raw and scored, and the forms that did not come.

    Returns
    -------
    DataFrame
        One row per form, and per visit due without one, by patient and visit: USUBJID, GROUP,
        AVISIT, ADT, ADY, STATE (missing for a form that stands for no visit), SOURCE, and for each
        parameter its value and, named ``<PARAMCD>RAW``, the raw sum, ``<PARAMCD>STANDS`` whether
        the form gives this score of the visit.
    """
    adsl = in_set(data["adsl"], "PROFL").set_index("USUBJID")
    adqs = data["adqs"]
    mine = adqs[adqs["PARAMCD"].isin(PARAMETERS) & adqs["USUBJID"].isin(adsl.index)]
    mine = mine[mine["ADT"].notna() | mine["STATE"].ne(NOT_DUE)]
    # a form that stands for its visit with some of its scores is a form of that visit
    mine = mine.assign(FREE=mine["STATE"].isna())
    ordered = mine.sort_values(["FREE", "USUBJID", "AVISITN", "ADT"], kind="stable")
    there = ordered["SRCROW"].notna()
    forms = ordered[there].drop_duplicates(["USUBJID", "SRCROW"])
    visits = _visits_without_a_form(ordered)
    first = pd.concat([forms, visits]).sort_values(["USUBJID", "AVISITN", "ADT"], kind="stable")
    source = first["SRCFILE"] + ":" + first["SRCROW"].astype("string")
    listing = first[["USUBJID", "AVISIT", "ADT", "ADY", "STATE"]].assign(
        GROUP=first["USUBJID"].map(adsl["TRTGRP1"]).map(GROUP_LABELS), SOURCE=source.astype(object)
    )
    form = pd.MultiIndex.from_frame(first[["USUBJID", "SRCROW"]])
    for paramcd in PARAMETERS:
        own = ordered[there & ordered["PARAMCD"].eq(paramcd)].set_index(["USUBJID", "SRCROW"])
        own = own[["AVAL", "RAWSUM", "FREE"]].reindex(form).set_axis(first.index)
        listing[paramcd], listing[f"{paramcd}RAW"] = own["AVAL"], own["RAWSUM"]
        listing[f"{paramcd}STANDS"] = own["FREE"].eq(False)
    return listing.reset_index(drop=True)


def _visits_without_a_form(planned: pd.DataFrame) -> pd.DataFrame:
    """One row of each planned visit at which no form stands for any parameter."""
    rows = planned[planned["STATE"].notna()]
    none = rows["SRCROW"].isna().groupby([rows["USUBJID"], rows["AVISIT"]]).transform("all")
    return rows[none].drop_duplicates(["USUBJID", "AVISIT"])
