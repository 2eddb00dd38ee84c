"""T14.2.8.4 as tables: model-based change by visit, and its tipping point."""

from __future__ import annotations

import pandas as pd

from analysis.displays.lookup import Numbers
from analysis.displays.numbers import (
    DASH,
    confidence,
    count,
    is_missing,
    rounded,
    with_interval,
)
from analysis.displays.promis29 import parameter_label
from analysis.displays.table import Column, Row, Table
from analysis.endpoints.promis29_scores import LABELS, PARAMETERS
from analysis.estimates.rows import EstimateRows
from analysis.outputs.estimable import INTERVAL
from analysis.outputs.groups import ALL_GROUPS, GROUP_LABELS
from analysis.outputs.promis29 import visit_labels
from analysis.outputs.promis29_model import BY_GROUP, EVERYBODY, GATE, TOGETHER, named_visit
from analysis.wording import counted

_COLUMNS = ((TOGETHER, EVERYBODY), *((BY_GROUP, group) for group in ALL_GROUPS))
_LABELS = {EVERYBODY: "All patients"}


def _estimate(numbers: Numbers, analysis: str, **place: str) -> str:
    """A mean with its limits; of a group without a model what is said of it at no visit."""
    if not numbers.has("estimate", analysis, **place):
        place["visit"] = ""
    if not numbers.has("estimate", analysis, **place):
        return DASH
    estimate = numbers.get("estimate", analysis, **place)
    if is_missing(estimate):
        return rounded(estimate, 1)
    values = (estimate, *(numbers.get(name, analysis, **place) for name in INTERVAL))
    return with_interval(values, lambda value: rounded(value, 1))


def model_table(rows: EstimateRows, rules, title: str) -> Table:
    """Model-based mean change by visit: all patients, each group, and their differences."""
    numbers = Numbers(rows)
    frame = numbers.frame
    analysis = f"{BY_GROUP}, difference"
    pairs = list(pd.unique(frame.loc[frame["analysis_id"].eq(analysis), "group"]))
    body: list[Row] = []
    for paramcd in PARAMETERS:
        body.append(Row(parameter_label(paramcd), heading=True))
        enough = []
        for name, group in _COLUMNS:
            place = {"group": group, "parameter": paramcd}
            n, size = (count(numbers.get(s, f"{name}, gate", **place)) for s in ("n", "N"))
            enough.append(f"{n}/{size}")
        least = counted(rules.promis29.model_min_post_baseline, "score")
        label = f"Patients with {least} after baseline"
        body.append(Row(label, (*enough, *("" for _ in pairs)), indent=1))
        for visit in visit_labels(rules, baseline=False):
            place = {"visit": visit, "parameter": paramcd}
            cells = [_estimate(numbers, name, group=g, **place) for name, g in _COLUMNS]
            cells += [_estimate(numbers, analysis, group=pair, **place) for pair in pairs]
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
        label = f"{GROUP_LABELS[one]} minus {GROUP_LABELS[other].lower()}"
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
    return Table(rows.output_id, title, "Domain, visit", tuple(columns), tuple(body), notes)


def _left_out(frame: pd.DataFrame) -> tuple[str, ...]:
    """One note per parameter whose model had to leave out visits, or has no estimate."""
    models = frame[frame["analysis_id"].isin([TOGETHER, BY_GROUP])]
    said = models[models["warning"].ne("") & ~models["warning"].str.startswith(GATE)]
    found = said[["parameter", "analysis_id", "warning"]].drop_duplicates()
    return tuple(
        f"{LABELS[row.parameter]}, {row.analysis_id}: {row.warning}."
        for row in found.itertuples(index=False)
    )


def tipping_table(rows: EstimateRows, rules, title: str) -> Table:
    """How much worse the missing would have to be for the conclusion to change."""
    numbers = Numbers(rows)
    frame = numbers.frame
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
            place = {"group": tip["group"], "visit": visit, "parameter": paramcd}
            without = f"{name}, without a score"
            n, size = (count(numbers.get(s, without, **place)) for s in ("n", "N"))
            share = rounded(numbers.get("pct", without, **place), rules.display.percent_decimals)
            point = numbers.get("estimate", tip["analysis_id"], category=tip["category"], **place)
            cells = (
                f"{n}/{size} ({share})",
                _estimate(numbers, name, **place),
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
    return Table(f"{rows.output_id}-tipping", title, "Domain, group", columns, tuple(body), notes)
