"""T14.2.8.1 to T14.2.8.4 as tables, L16.2.6.5 as a listing."""

from __future__ import annotations

import pandas as pd

from analysis.displays.listing import listing_table
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import confidence, count, interval, rounded, with_interval
from analysis.displays.response import proportion_cells
from analysis.displays.table import Column, Row, Table
from analysis.endpoints.promis29_scores import (
    DOMAINS,
    HIGHER_IS_BETTER,
    LABELS,
    PARAMETERS,
    SEVERITIES,
    SUMMARIES,
    minimal_difference,
)
from analysis.estimates.rows import EstimateRows
from analysis.outputs.estimable import INTERVAL
from analysis.outputs.groups import ALL_GROUPS, GROUP_LABELS, TREATED_GROUPS
from analysis.outputs.promis29 import (
    CATEGORIES,
    EVERYBODY,
    OF_BASELINE,
    OF_EXPECTED,
    RESPONDER_PARAMETERS,
    STATES,
    visit_labels,
)

STATE_LABELS = {
    "completed": "Completed",
    "missing": "Missing",
    "off_study": "Off study",
    "dead": "Dead",
    "not_due": "Not due",
}
# The published minimally important differences, printed with every responder table.
DIFFERENCE_LABEL = (
    "Published minimally important differences, T points: fatigue 2.5–5, pain interference 4–6, "
    "physical function 4–6, anxiety 3–4.5, depression 3–4.5 (Yost 2011, advanced cancer, longer "
    "forms than these); none published there for sleep and social roles (Terwee 2021: 2–6 within "
    "person)."
)
STATE_NOTE = (
    "Expected: alive, on study and due. Death is not missing; not due (window not closed by the "
    "cut) is neither. The extracts give no reason for a missing form: the states are the reasons."
)


def completion_table(rows: EstimateRows, rules, title: str, analysis_set: str = "ENRLFL") -> Table:
    """T14.2.8.1: both completion rates and the five states at each visit."""
    numbers = Numbers(rows)
    decimals = rules.display.percent_decimals
    groups = (*(ALL_GROUPS if analysis_set == "ENRLFL" else TREATED_GROUPS), "All")
    body: list[Row] = []
    for visit in visit_labels(rules):
        body.append(Row(visit, heading=True))
        for name in (OF_EXPECTED, OF_BASELINE):
            places = [{"group": g, "visit": visit, "parameter": name} for g in groups]
            pairs = [proportion_cells(numbers, decimals, analysis_set, **p) for p in places]
            strong = name == OF_EXPECTED
            shown = tuple(cell for cell, _ in pairs)
            body.append(Row(f"{name}, n/N (%)", shown, indent=1, strong=strong))
            body.append(
                Row(f"{confidence(rules)} CI", tuple(limits for _, limits in pairs), indent=2)
            )
        waiting = (numbers.get("n", analysis_set, g, visit, OF_BASELINE, "not_due") for g in groups)
        body.append(
            Row("Not due yet, of all with a baseline form", tuple(map(count, waiting)), indent=2)
        )
        for state in STATES:
            cells = tuple(
                count(numbers.get("n", analysis_set, group, visit, category=state))
                for group in groups
            )
            body.append(Row(STATE_LABELS[state], cells, indent=1))
    columns = tuple(
        Column(GROUP_LABELS[g], f"N = {count(numbers.get('N', analysis_set, g))}") for g in groups
    )
    notes = (
        STATE_NOTE,
        "The second rate has a fixed denominator, in which those dead, off study and not due stay; "
        "how many were not due yet at the cut stands below it.",
    )
    return Table(rows.output_id, title, "Visit", columns, tuple(body), notes)


def _mean(numbers: Numbers, analysis: str, place: dict, spread: str = "sd") -> str:
    mean, other = (numbers.get(name, analysis, **place) for name in ("mean", spread))
    return f"{rounded(mean, 1)} ({rounded(other, 1)})"


def _limits(numbers: Numbers, analysis: str, place: dict) -> str:
    low, high = (numbers.get(name, analysis, **place) for name in ("ci_low", "ci_high"))
    return interval(low, high, 1)


def scores_table(rows: EstimateRows, rules, title: str, group: str = "All") -> Table:
    """T14.2.8.2: scores and change of one group, visit by visit."""
    numbers = Numbers(rows)
    body: list[Row] = []
    for paramcd in PARAMETERS:
        body.append(Row(parameter_label(paramcd), heading=True))
        for visit in visit_labels(rules):
            place = {"group": group, "visit": visit, "parameter": paramcd}
            n, size = (count(numbers.get(name, "value", **place)) for name in ("n", "N"))
            median, q1, q3 = (
                rounded(numbers.get(name, "value", **place), 1) for name in ("median", "q1", "q3")
            )
            cells = [f"{n}/{size}", _mean(numbers, "value", place), f"{median} ({q1}–{q3})"]
            if numbers.has("mean", "change", **place):
                cells += [
                    count(numbers.get("n", "change", **place)),
                    _mean(numbers, "change", place),
                    rounded(numbers.get("median", "change", **place), 1),
                    _limits(numbers, "change", place),
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
    old = count(numbers.get("n", "old baseline", group))
    days = -rules.visits.baseline_flagged_first
    notes = (
        SCORE_NOTE,
        CHOICE_NOTE,
        f"Patients with a baseline score more than {days} days before the anchor: {old}.",
    )
    return Table(rows.output_id, title, "Domain, visit", columns, tuple(body), notes)


SCORE_NOTE = (
    "T scores: 50 is the mean of the US reference population, 10 its standard deviation. Higher is "
    "better in physical function, social roles and the summaries, worse in the others. While "
    "alive; a domain is scored when all its items are answered. Intervals: t, of the mean change."
)


CHOICE_NOTE = (
    "Each score: from the last form on or before the anchor, or the nearest to the target day of "
    "the visit, that has it; a summary score from one form with all its components."
)


def severity_table(rows: EstimateRows, rules, title: str) -> Table:
    """T14.2.8.2: severity bands of each domain, all patients."""
    numbers = Numbers(rows)
    decimals = rules.display.percent_decimals
    body: list[Row] = []
    for paramcd in DOMAINS:
        body.append(Row(LABELS[paramcd], heading=True))
        for visit in visit_labels(rules):
            place = {"group": EVERYBODY, "visit": visit, "parameter": paramcd}
            cells = []
            for band in SEVERITIES:
                at = {**place, "category": band}
                share = rounded(numbers.get("pct", "severity", **at), decimals)
                cells.append(f"{count(numbers.get('n', 'severity', **at))} ({share})")
            size = count(numbers.get("N", "severity", **at))
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
    return Table(rows.output_id, title, "Domain, visit", columns, tuple(body), notes)


def parameter_label(paramcd: str) -> str:
    """Name of a parameter and which way is better."""
    return f"{LABELS[paramcd]}, higher is {'better' if paramcd in HIGHER_IS_BETTER else 'worse'}"


def change_by_group_table(rows: EstimateRows, rules, title: str) -> Table:
    """T14.2.8.2: mean change of each group side by side."""
    numbers = Numbers(rows)
    groups = (*ALL_GROUPS, "All")
    body: list[Row] = []
    for paramcd in PARAMETERS:
        body.append(Row(parameter_label(paramcd), heading=True))
        for visit in visit_labels(rules, baseline=False):
            cells = []
            for group in groups:
                place = {"group": group, "visit": visit, "parameter": paramcd}
                names = ("mean", *INTERVAL)
                values = tuple(numbers.get(name, "change", **place) for name in names)
                n = count(numbers.get("n", "change", **place))
                cells.append(f"{with_interval(values, lambda value: rounded(value, 1))} [{n}]")
            body.append(Row(visit, tuple(cells), indent=1))
    sizes = {g: count(numbers.get("n", "patients", g)) for g in groups}
    columns = tuple(Column(GROUP_LABELS[g], f"N = {sizes[g]}") for g in groups)
    notes = (
        f"Mean change ({confidence(rules)} t interval) [pairs]. The groups are not a comparison.",
    )
    return Table(rows.output_id, title, "Domain, visit", columns, tuple(body), notes)


def responder_table(rows: EstimateRows, rules, title: str, group: str = "All") -> Table:
    """T14.2.8.3: improved, stable, worse of the expected; death and the rest beside them."""
    numbers = Numbers(rows)
    decimals = rules.display.percent_decimals
    body: list[Row] = []
    for paramcd in RESPONDER_PARAMETERS:
        threshold = f"{minimal_difference(paramcd, rules):g}"
        body.append(Row(f"{LABELS[paramcd]}, {threshold} points", heading=True))
        for visit in visit_labels(rules, baseline=False):
            place = {"group": group, "visit": visit}
            cells = []
            for category in CATEGORIES:
                at = {**place, "parameter": paramcd, "category": category}
                share = rounded(numbers.get("pct", "category", **at), decimals)
                cells.append(f"{count(numbers.get('n', 'category', **at))} ({share})")
            size = count(numbers.get("N", "category", **at))
            others = [
                count(numbers.get("n", "states", **place, category=state)) for state in STATES[2:]
            ]
            body.append(Row(visit, (size, *cells, *others), indent=1))
    beside = "Not in the denominator"
    columns = (
        Column("Expected"),
        *(Column(name.capitalize(), "n (%)", "Of the expected") for name in CATEGORIES),
        *(Column(STATE_LABELS[state], "n", beside) for state in STATES[2:]),
    )
    patients = count(numbers.get("n", "patients", group))
    notes = (
        f"N = {patients}. {DIFFERENCE_LABEL}",
        "A change of exactly the threshold counts. " + STATE_NOTE,
    )
    return Table(rows.output_id, title, "Domain, visit", columns, tuple(body), notes)


def score_listing(listing: pd.DataFrame, title: str) -> Table:
    """L16.2.6.5: raw sum and score of each form, in brackets if another one gives it."""
    of_a_visit = listing["STATE"].notna()

    def cell(paramcd: str, raw: int, value: float, elsewhere: bool) -> str:
        if pd.isna(value):
            return ""
        text = rounded(value, 1 if paramcd in DOMAINS or paramcd in SUMMARIES else 0)
        text = f"{raw}: {text}" if paramcd in DOMAINS else text
        return f"({text})" if elsewhere else text

    def cells(paramcd: str) -> pd.Series:
        elsewhere = of_a_visit & ~listing[f"{paramcd}STANDS"]
        pairs = zip(listing[f"{paramcd}RAW"], listing[paramcd], elsewhere, strict=True)
        return pd.Series([cell(paramcd, *pair) for pair in pairs], listing.index, dtype=object)

    shown = listing.assign(**{paramcd: cells(paramcd) for paramcd in PARAMETERS})
    shown["STATE"] = listing["STATE"].map(STATE_LABELS)
    heads = {paramcd: LABELS[paramcd] for paramcd in PARAMETERS}
    labels = {
        "USUBJID": "Patient",
        "GROUP": "Group",
        "AVISIT": "Visit",
        "ADT": "Form",
        "ADY": "Day",
        "STATE": "State",
        **heads,
        "SOURCE": "Raw row",
    }
    return listing_table("L16.2.6.5", shown, labels, title)
