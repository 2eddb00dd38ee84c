"""T14.2.8.4: model-based mean change by visit, its gate and its tipping point.

Mixed model for repeated measures of the change from baseline: baseline and group x visit, an
unstructured covariance, REML, Kenward-Roger. It is valid when scores are missing at random given
what was seen; patients who died are not imputed (while alive).

Gate (``rules.promis29``): a group is modelled when at least model_min_subjects of its patients have
model_min_post_baseline scores after baseline; a visit when the modelled groups have
model_min_per_visit scores there together. A visit at which a modelled group has no score has no
mean of it and is not modelled, which is no gate. Where the covariance between the visits still has
no estimate, the last visit is left out, until it has. Every group and visit keeps its row, with the
gate that failed and its figures, or the reason, where there is no estimate.

Tipping point: at the named visit the patients due and alive without a score (missing form or item,
off study) are taken to have done worse than the model says by delta points. The mean then moves by
delta times their share, as it would on average over multiple imputations shifted by delta; the
standard error is the model's and the share is taken as fixed. The tipping point is the first delta
of ``tipping_deltas`` at which the conclusion of the interval gets worse: from improved (all of it
better than 0) to not clear (0 inside) or worse, or from not clear to worse. It uses no random
numbers.

Source: SAP 14.2.8 and section 11; Mallinckrodt et al., Stat Biopharm Res 2013; 5: 369-382 (model);
Ratitch et al., Pharm Stat 2013; 12: 337-347 (delta adjustment).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
from scipy.special import stdtrit

from analysis.datasets import Datasets
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import DASH, confidence, count, is_missing, rounded, with_interval
from analysis.displays.table import Column, Row, Table
from analysis.endpoints.promis29_scores import HIGHER_IS_BETTER, LABELS, PAIN_INTENSITY, PARAMETERS
from analysis.endpoints.questionnaire_state import COMPLETED, MISSING, OFF_STUDY
from analysis.estimates.longitudinal import RepeatedMeasures, mmrm
from analysis.estimates.mixed_model import NotEstimableError
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.origin import of_one_origin
from analysis.outputs.quality_of_life.forms_and_scores import planned_rows, visit_labels
from analysis.outputs.quality_of_life.labels import parameter_label
from analysis.params import Rules
from analysis.tabulation.estimable import INTERVAL
from analysis.tabulation.groups import ALL_GROUPS, GROUP_LABELS, group_label, in_set
from analysis.tabulation.proportion import add_share
from analysis.wording import counted

OUTPUT = "T14.2.8.4"
NEEDS = ("promis29",)
EVERYBODY = "All"
BY_GROUP, TOGETHER = "by group", "all patients"
METHODS = {
    TOGETHER: "MMRM: baseline, visit; unstructured; REML; Kenward-Roger",
    BY_GROUP: "MMRM: baseline, group x visit; unstructured; REML; Kenward-Roger",
}
GATE = "gate of the plan not met"  # how a warning of the gate begins
CONCLUSIONS = {1: "improved", 0: "not clear", -1: "worse"}


@dataclass(frozen=True)
class _Model:
    """What is modelled: analysis, parameter, rows at visits (with GROUP), groups, visits."""

    analysis: str
    paramcd: str
    rows: pd.DataFrame
    groups: list[str]
    visits: list[str]


def named_visit(rules: Rules) -> str:
    """Label of the visit of the tipping point."""
    labels = {window.code: window.label for window in rules.visits.windows}
    return labels[rules.promis29.named_visit]


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> EstimateRows:
    """T14.2.8.4: model-based mean change by visit, its gate and its tipping point.

    Parameters
    ----------
    data : mapping of DataFrame
        ``adsl`` and ``adqs``.
    rules : Rules
        ``promis29``, ``visits``, ``estimation.conf_level``.

    Returns
    -------
    EstimateRows
        Per analysis ("all patients", "by group") and parameter: "<analysis>, gate" (n of N with
        enough scores), "<analysis>" (mean change, se and limits by group and visit), "by group,
        difference" (group minus reference), "<analysis>, without a score" (n, N, pct at the named
        visit), "<analysis>, delta" (category = delta) and "<analysis>, tipping point".
    """
    adsl = in_set(data["adsl"], "PROFL")
    group_of = adsl.set_index("USUBJID")["TRTGRP1"]
    planned = planned_rows(data["adqs"], PARAMETERS)
    planned = planned[planned["USUBJID"].isin(group_of.index)]
    planned = planned[planned["AVISIT"].isin(visit_labels(rules, baseline=False))]
    rows = EstimateRows(OUTPUT, "PROFL")
    for analysis in (TOGETHER, BY_GROUP):
        group = planned["USUBJID"].map(group_of) if analysis == BY_GROUP else EVERYBODY
        grouped = planned.assign(GROUP=group)
        members = {EVERYBODY: set(group_of.index)}
        if analysis == BY_GROUP:
            members = {g: set(group_of.index[group_of.eq(g)]) for g in ALL_GROUPS}
        for paramcd in PARAMETERS:
            own = grouped[grouped["PARAMCD"].eq(paramcd)]
            model = _gate(rows, analysis, paramcd, own, members, rules)
            if model is not None:
                _fit(rows, model, rules)
    return rows


def _scored(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["STATE"].eq(COMPLETED) & rows["CHG"].notna()]


def _gate(rows: EstimateRows, analysis, paramcd, own, members, rules: Rules) -> _Model | None:
    """Groups and visits that may be modelled; what may not is said in the estimates."""
    gate = rules.promis29
    scored = _scored(own)
    groups = []
    for group, patients in members.items():
        enough = _with_enough(scored[scored["GROUP"].eq(group)], gate)
        add_share(rows, Cell(f"{analysis}, gate", group, parameter=paramcd), enough, patients)
        if len(enough) >= gate.model_min_subjects:
            groups.append(group)
            continue
        why = (
            f"{GATE}: {counted(len(enough), 'patient')} with "
            f"{counted(gate.model_min_post_baseline, 'score')} after baseline, "
            f"{gate.model_min_subjects} needed"
        )
        text = f"NE ({len(enough)} of {counted(gate.model_min_subjects, 'patient')})"
        cell = Cell(analysis, group, parameter=paramcd)
        _not_estimable(rows, cell, why, len(patients), text)
    if not groups:
        return None
    visits = _visits(rows, analysis, paramcd, scored, {g: members[g] for g in groups}, rules)
    if not visits:
        return None
    return _Model(analysis, paramcd, own[own["GROUP"].isin(groups)], groups, visits)


def _visits(rows: EstimateRows, analysis, paramcd, scored, members, rules: Rules) -> list[str]:
    """Visits with enough scores of the modelled groups together, and some of each."""
    least, kept = rules.promis29.model_min_per_visit, []
    for visit in visit_labels(rules, baseline=False):
        at = scored[scored["AVISIT"].eq(visit) & scored["GROUP"].isin(list(members))]
        without = [group_label(group) for group in members if not at["GROUP"].eq(group).any()]
        if len(at) >= least and not without:
            kept.append(visit)
            continue
        why, text = f"no score of {', '.join(without)} at the visit", "NE"
        if len(at) < least:
            scores = counted(len(at), "score")
            why = f"{GATE}: {scores} at the visit in the modelled groups, {least} needed"
            text = f"NE ({len(at)} of {counted(least, 'score')})"
        for group, patients in members.items():
            _not_estimable(rows, Cell(analysis, group, visit, paramcd), why, len(patients), text)
    return kept


def _with_enough(scored: pd.DataFrame, gate) -> pd.Index:
    """Patients with the plan's number of scores after baseline."""
    counts = scored.groupby("USUBJID").size()
    return counts.index[counts >= gate.model_min_post_baseline]


def _not_estimable(rows: EstimateRows, cell: Cell, why: str, n: int, text: str = "NE") -> None:
    rows.add(cell, "estimate", None, text=text, unit="points", warning=why, n_subjects=n)


def _fitted(model: _Model, rules: Rules) -> tuple[RepeatedMeasures | None, pd.DataFrame, str]:
    """The model over as many visits as have a covariance, its data, and what was left out."""
    scored = _scored(model.rows)
    reference = "OT" if "OT" in model.groups else model.groups[-1]
    problem = ""
    for last in range(len(model.visits), 0, -1):
        visits = model.visits[:last]
        used = scored[scored["AVISIT"].isin(visits)]
        data = used[["USUBJID", "GROUP", "CHG", "BASE"]].assign(
            AVISIT=pd.Categorical(used["AVISIT"], categories=visits, ordered=True)
        )
        left_out = ", ".join(model.visits[last:])
        said = f"{left_out} left out: {problem}" if left_out else ""
        level = rules.estimation.conf_level
        names = ("CHG", "USUBJID", "AVISIT", "GROUP", ["BASE"])
        try:
            return mmrm(data, *names, reference=reference, conf_level=level), data, said
        except NotEstimableError as error:
            # too few patients with all visits: that the covariance has no estimate is a result
            problem = str(error)
    return None, data, problem


def _fit(rows: EstimateRows, model: _Model, rules: Rules) -> None:
    fitted, data, said = _fitted(model, rules)
    patients = data["USUBJID"].nunique()
    seen = set() if fitted is None else set(fitted.means["visit"].astype(str))
    for visit in model.visits:
        for group in model.groups if visit not in seen else ():
            cell = Cell(model.analysis, group, visit, model.paramcd)
            _not_estimable(rows, cell, said, patients)
    if fitted is None:
        return
    means = fitted.means.assign(visit=fitted.means["visit"].astype(str))
    for mean in means.to_dict("records"):
        cell = Cell(model.analysis, mean["group"], mean["visit"], model.paramcd)
        _estimate(rows, cell, mean, model, data, said)
    for contrast in fitted.contrasts.to_dict("records"):
        pair = f"{contrast['group']} - {contrast['reference']}"
        analysis = f"{model.analysis}, difference"
        cell = Cell(analysis, pair, str(contrast["visit"]), model.paramcd)
        _estimate(rows, cell, contrast, model, data, said)
    if model.paramcd != PAIN_INTENSITY:  # the deltas are T points
        _tipping_points(rows, model, means, patients, rules)


def _tipping_points(rows: EstimateRows, model: _Model, means, patients: int, rules: Rules) -> None:
    """Tipping point of each group at the named visit, or that it has no estimate there."""
    visit = named_visit(rules)
    at_visit = {m["group"]: m for m in means.to_dict("records") if m["visit"] == visit}
    for group in model.groups:
        if group in at_visit:
            _tipping_point(rows, model, at_visit[group], rules)
        else:
            cell = Cell(f"{model.analysis}, tipping point", group, visit, model.paramcd)
            _not_estimable(rows, cell, "no estimate at the visit", patients)


def _estimate(
    rows: EstimateRows, cell: Cell, found: dict, model: _Model, data: pd.DataFrame, said: str
) -> None:
    names = {"estimate": "estimate", "se": "std_error", "ci_low": "ci_low", "ci_high": "ci_high"}
    subjects = data["USUBJID"].nunique()
    for stat_name, name in names.items():
        rows.add(
            cell,
            stat_name,
            found[name],
            unit="points",
            method=METHODS[model.analysis],
            n_subjects=subjects,
            warning=said,
        )


def delta_adjusted(mean: dict, share: float, delta: float, better: int, conf_level: float) -> tuple:
    """Mean change and limits when a share of the patients did worse by -delta points.

    Parameters
    ----------
    mean : dict
        ``estimate``, ``std_error`` and ``df`` of the model.
    share : float
        Share of the patients due and alive without a score.
    delta : float
        Points, negative = worse.
    better : int
        1 where higher scores are better, else -1.
    conf_level : float

    Returns
    -------
    tuple
        Estimate, lower and upper limit.
    """
    middle = mean["estimate"] + better * delta * share
    half = float(stdtrit(mean["df"], 0.5 + conf_level / 2)) * mean["std_error"]
    return middle, middle - half, middle + half


def conclusion(low: float, high: float, better: int) -> int:
    """1 where the whole interval is better than 0, -1 where it is worse, else 0."""
    first, last = sorted((better * low, better * high))
    return int(first > 0) - int(last < 0)


def _tipping_point(rows: EstimateRows, model: _Model, mean: dict, rules: Rules) -> None:
    group, visit = mean["group"], named_visit(rules)
    at = model.rows[model.rows["GROUP"].eq(group) & model.rows["AVISIT"].eq(visit)]
    alive = at[at["STATE"].isin([COMPLETED, MISSING, OFF_STUDY])]
    unseen = alive[~alive.index.isin(_scored(alive).index)]
    place = (group, visit, model.paramcd)
    cell = Cell(f"{model.analysis}, without a score", *place)
    add_share(rows, cell, unseen["USUBJID"], alive["USUBJID"])
    share = len(unseen) / len(alive)
    better = 1 if model.paramcd in HIGHER_IS_BETTER else -1
    method = f"{METHODS[model.analysis]}; delta times the share without a score"
    conclusions = {}
    for delta in rules.promis29.tipping_deltas:
        values = delta_adjusted(mean, share, delta, better, rules.estimation.conf_level)
        conclusions[delta] = conclusion(values[1], values[2], better)
        cell = Cell(f"{model.analysis}, delta", *place, f"{delta:g}")
        for stat_name, value in zip(("estimate", "ci_low", "ci_high"), values, strict=True):
            rows.add(cell, stat_name, value, unit="points", method=method, n_subjects=len(alive))
    under_model = delta_adjusted(mean, 0.0, 0.0, better, rules.estimation.conf_level)
    first = conclusion(under_model[1], under_model[2], better)
    tips = [delta for delta, found in conclusions.items() if found < first]
    rows.add(
        Cell(f"{model.analysis}, tipping point", *place, CONCLUSIONS[first]),
        "estimate",
        max(tips) if tips else None,
        text="" if tips else "none in the plan",
        unit="points",
        method=method,
        n_subjects=len(alive),
        warning="" if tips else "the conclusion holds over all deltas of the plan",
    )


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (
        model_table(rows, rules, "Mean change by visit"),
        tipping_table(rows, rules, "Tipping point"),
    )


_COLUMNS = ((TOGETHER, EVERYBODY), *((BY_GROUP, group) for group in ALL_GROUPS))
_LABELS = {EVERYBODY: "All patients"}


def _mean_cell(estimates: Numbers, analysis: str, **place: str) -> str:
    """A mean with its limits; of a group without a model what is said of it at no visit."""
    if not estimates.has("estimate", analysis, **place):
        place["visit"] = ""
    if not estimates.has("estimate", analysis, **place):
        return DASH
    estimate = estimates.get("estimate", analysis, **place)
    if is_missing(estimate):
        return rounded(estimate, 1)
    values = (estimate, *(estimates.get(name, analysis, **place) for name in INTERVAL))
    return with_interval(values, lambda value: rounded(value, 1))


def model_table(rows: EstimateRows, rules: Rules, title: str) -> Table:
    """Model-based mean change by visit: all patients, each group, and their differences."""
    estimates = Numbers(rows)
    frame = estimates.frame
    analysis = f"{BY_GROUP}, difference"
    pairs = list(pd.unique(frame.loc[frame["analysis_id"].eq(analysis), "group"]))
    body: list[Row] = []
    for paramcd in PARAMETERS:
        body.append(Row(parameter_label(paramcd), heading=True))
        enough = []
        for name, group in _COLUMNS:
            place: dict[str, Any] = {"group": group, "parameter": paramcd}
            n, size = (count(estimates.get(s, f"{name}, gate", **place)) for s in ("n", "N"))
            enough.append(f"{n}/{size}")
        least = counted(rules.promis29.model_min_post_baseline, "score")
        label = f"Patients with {least} after baseline"
        body.append(Row(label, (*enough, *("" for _ in pairs)), indent=1))
        for visit in visit_labels(rules, baseline=False):
            place = {"visit": visit, "parameter": paramcd}
            cells = [_mean_cell(estimates, name, group=g, **place) for name, g in _COLUMNS]
            cells += [_mean_cell(estimates, analysis, group=pair, **place) for pair in pairs]
            body.append(Row(visit, tuple(cells), indent=1))
    columns = [
        Column(
            _LABELS.get(group, GROUP_LABELS.get(group, group)),
            span=f"Mean change ({confidence(rules)} CI)",
        )
        for _, group in _COLUMNS
    ]
    for pair in pairs:
        one, other = pair.split(" - ")
        label = f"{group_label(one)} minus {group_label(other).lower()}"
        columns.append(Column(label, span=f"Difference ({confidence(rules)} CI)"))
    gate = rules.promis29
    patients, scores = (
        counted(gate.model_min_subjects, "patient"),
        counted(gate.model_min_per_visit, "score"),
    )
    notes = (
        f"NE (n of {patients}): the gate of the plan, {patients} of the group with "
        f"{counted(gate.model_min_post_baseline, 'score')} after baseline, is not met. "
        f"NE (n of {scores}): nor the one of a visit, {scores} of the modelled groups together.",
        *_left_out(frame),
        "The groups are not randomised; a difference is not an effect.",
    )
    return Table(rows.output_id, "Domain, visit", tuple(columns), tuple(body), notes, title=title)


def _left_out(frame: pd.DataFrame) -> tuple[str, ...]:
    """One note per parameter whose model had to leave out visits, or has no estimate."""
    models = frame[frame["analysis_id"].isin([TOGETHER, BY_GROUP])]
    said = models[models["warning"].ne("") & ~models["warning"].str.startswith(GATE)]
    found = said[["parameter", "analysis_id", "warning"]].drop_duplicates()
    return tuple(
        f"{LABELS[row.parameter]}, {row.analysis_id}: {row.warning}."  # type: ignore[index]
        for row in found.itertuples(index=False)
    )


def tipping_table(rows: EstimateRows, rules: Rules, title: str) -> Table:
    """How much worse the missing would have to be for the conclusion to change."""
    estimates = Numbers(rows)
    frame = estimates.frame
    visit = named_visit(rules)
    body: list[Row] = []
    tips = frame[frame["analysis_id"].str.endswith(", tipping point")]
    for paramcd in PARAMETERS:
        mine = tips[tips["parameter"].eq(paramcd)]
        concluded = mine[mine["category"].ne("")]
        if len(concluded):
            body.append(Row(parameter_label(paramcd), heading=True))
        for tip in concluded.to_dict("records"):
            name = tip["analysis_id"].removesuffix(", tipping point")
            place: dict[str, Any] = {"group": tip["group"], "visit": visit, "parameter": paramcd}
            without = f"{name}, without a score"
            n, size = (count(estimates.get(s, without, **place)) for s in ("n", "N"))
            share = rounded(estimates.get("pct", without, **place), rules.display.percent_decimals)
            point = estimates.get("estimate", tip["analysis_id"], category=tip["category"], **place)
            cells = (
                f"{n}/{size} ({share})",
                _mean_cell(estimates, name, **place),
                tip["category"].capitalize(),
                rounded(point, 0),
            )
            label = _LABELS.get(tip["group"], GROUP_LABELS.get(tip["group"], tip["group"]))
            body.append(Row(label, cells, indent=1))
    if not body:
        body.append(Row("No model at this cut: see the table above for the gate", ("",) * 4))
    deltas = ", ".join(rounded(delta, 0) for delta in rules.promis29.tipping_deltas)
    columns = (
        Column("Without a score, n/N (%)"),
        Column(f"Mean change by the model ({confidence(rules)} CI)"),
        Column("Conclusion"),
        Column("Tipping point, points"),
    )
    notes = (
        f"{visit}. Patients due and alive without a score are taken to be worse than the model "
        f"says by so many points ({deltas}); the tipping point is the first at which the interval "
        "gives a worse conclusion. Mean moved by the points times the share without a score, "
        "standard error of the model.",
    )
    return Table(
        f"{rows.output_id}-tipping", "Domain, group", columns, tuple(body), notes, title=title
    )
