"""T14.3.1.1 to T14.3.1.4, T14.3.2 as tables, L16.2.7 and L16.2.8 as listings."""

from __future__ import annotations

import pandas as pd

from analysis.displays.listing import listing_table
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import (
    DASH,
    confidence,
    count,
    interval,
    is_missing,
    percent,
    rounded,
)
from analysis.displays.table import Column, Row, Table
from analysis.endpoints.fatal_events import DISAGREEMENTS
from analysis.estimates.rows import EstimateRows
from analysis.outputs.deaths import (
    ALIVE,
    CAUSES,
    DIED,
    IN_STUDY,
    SILENT,
    TIMINGS,
    WITH_FATAL_EVENT,
)
from analysis.outputs.groups import ALL_GROUPS, GROUP_LABELS
from analysis.outputs.incidence import COLUMN_LABELS, ONE_SIDED
from analysis.outputs.safety import ANY_SERIOUS, ANY_SEVERE, NOT_KNOWN, OVERVIEW


def _limit_note(rules) -> str:
    return f"≤: one-sided {confidence(rules)} upper limit where nobody had the event (0 of N)."


PERIOD_NOTE = (
    "Columns are treatment periods: a patient who changed group counts in each, with the time "
    "spent there. Before or without treatment: from consent to the first dose, or to the end of "
    "observation of patients never treated. Observation ends with death, withdrawal, completion, "
    "loss, the end of follow-up or the cut; N of a treatment column are the patients observed in "
    "it. Each event stands in one column; all of them together in the last. Rates count the events "
    "in observed time."
)


def incidence_cells(numbers: Numbers, decimals: int, analysis_id: str, **place: str):
    """``n (%)`` and ``(low, high)``, with the one-sided upper limit where n is 0."""
    n = numbers.get("n", analysis_id, **place)
    low, high = (numbers.get(name, analysis_id, **place) for name in ("ci_low", "ci_high"))
    shown = f"{count(n)} ({percent(numbers.get('estimate', analysis_id, **place), decimals)})"
    limits = interval(low, high, decimals, scale=100)
    one_sided = f"{analysis_id}{ONE_SIDED}"
    if numbers.has("ci_high", one_sided, **place):
        limits += f"; ≤ {percent(numbers.get('ci_high', one_sided, **place), decimals)}"
    return shown, limits


def _rate(numbers: Numbers, analysis_id: str, **place: str) -> str:
    events = count(numbers.get("n_events", analysis_id, **place))
    rate, low, high = (
        numbers.get(name, f"{analysis_id}, rate", **place)
        for name in ("estimate", "ci_low", "ci_high")
    )
    return f"{events}; {rounded(rate, 1)} {interval(low, high, 1)}"


def _columns(numbers: Numbers) -> tuple[Column, ...]:
    heads = []
    for code, label in COLUMN_LABELS.items():
        patients = count(numbers.get("n", "exposure", code))
        months = rounded(numbers.get("estimate", "exposure", code), 1)
        heads.append(Column(label, f"N = {patients}; {months} patient-months"))
    return tuple(heads)


def _incidence_rows(numbers, rules, label, parameter, category="", indent=0, **look) -> list[Row]:
    """Three lines: patients, interval, events with their rate."""
    decimals = rules.display.percent_decimals
    places = [
        {"group": code, "parameter": parameter, "category": category} for code in COLUMN_LABELS
    ]
    pairs = [incidence_cells(numbers, decimals, "incidence", **place) for place in places]
    rates = tuple(_rate(numbers, "incidence", **place) for place in places)
    per = rules.safety.rate_per_months
    return [
        Row(f"{label}, n (%)", tuple(shown for shown, _ in pairs), indent=indent, **look),
        Row(f"{confidence(rules)} CI", tuple(limits for _, limits in pairs), indent=indent + 1),
        Row(f"Events; per {per} patient-months ({confidence(rules)} CI)", rates, indent=indent + 1),
    ]


def overview_table(rows: EstimateRows, rules, title: str) -> Table:
    """T14.3.1.1: one block per kind of event."""
    numbers = Numbers(rows)
    body: list[Row] = []
    for label, _ in OVERVIEW:
        if label != NOT_KNOWN or _anybody(numbers, "incidence", label):
            body += _incidence_rows(numbers, rules, label, label, strong=label == "Serious")
    notes = (PERIOD_NOTE, _limit_note(rules), disagreement_note(numbers, "T14.3.2"))
    return Table(rows.output_id, title, "Patients with", _columns(numbers), tuple(body), notes)


def _anybody(numbers: Numbers, analysis_id: str, parameter: str) -> bool:
    places = [{"group": code, "parameter": parameter} for code in COLUMN_LABELS]
    return any(numbers.get("n", analysis_id, **place) for place in places)


def serious_table(rows: EstimateRows, rules, title: str) -> Table:
    """T14.3.1.2: patients with serious events by SOC and term."""
    numbers = Numbers(rows)
    frame = numbers.frame
    mine = frame[frame["analysis_id"].eq("incidence") & frame["parameter"].ne(ANY_SERIOUS)]
    body = _incidence_rows(numbers, rules, ANY_SERIOUS, ANY_SERIOUS, strong=True)
    for soc, term in mine[["parameter", "category"]].drop_duplicates().to_numpy():
        if not term:
            body.append(Row(soc, heading=True))
            body += _incidence_rows(numbers, rules, "Any of this class", soc, indent=1)
        else:
            body += _incidence_rows(numbers, rules, term, soc, term, indent=2)
    notes = (
        PERIOD_NOTE,
        _limit_note(rules),
        "Within a class, patients with several terms count once.",
    )
    columns = _columns(numbers)
    return Table(rows.output_id, title, "Class (SOC) and term", columns, tuple(body), notes)


def _share(numbers, decimals, analysis_id, **place) -> str:
    n, share = numbers.get("n", analysis_id, **place), numbers.get("pct", analysis_id, **place)
    return f"{count(n)} ({rounded(share, decimals)})"


def worst_grade_table(rows: EstimateRows, rules, title: str) -> Table:
    """T14.3.1.2: the severity of the serious events, patients by their worst grade."""
    numbers = Numbers(rows)
    decimals = rules.display.percent_decimals
    frame = numbers.frame
    mine = frame[frame["analysis_id"].eq("worst grade")]
    body: list[Row] = []
    for term in pd.unique(mine["parameter"]):
        body.append(Row(term, heading=True))
        for grade in numbers.categories("worst grade", term):
            cells = tuple(
                _share(numbers, decimals, "worst grade", group=c, parameter=term, category=grade)
                for c in COLUMN_LABELS
            )
            body.append(Row(grade, cells, indent=1))
    if mine.empty:
        body.append(Row("No serious adverse event at this cut", ("",) * len(COLUMN_LABELS)))
    notes = (
        "Each patient once per term, at the worst CTCAE v5.0 grade of the serious events of that "
        "term. A grade tells how severe an event was, not whether it was serious.",
    )
    columns = _columns(numbers)
    return Table(rows.output_id, title, "Worst grade", columns, tuple(body), notes)


def severe_table(rows: EstimateRows, rules, title: str) -> Table:
    """T14.3.1.3: patients with events of grade 3 or higher by term."""
    numbers = Numbers(rows)
    decimals = rules.display.percent_decimals
    mine = numbers.frame[numbers.frame["analysis_id"].eq("patients")]
    body: list[Row] = []
    for term in pd.unique(mine["parameter"]):
        if term == NOT_KNOWN and not _anybody(numbers, "patients", term):
            continue
        cells = tuple(
            _share(numbers, decimals, "patients", group=code, parameter=term)
            for code in COLUMN_LABELS
        )
        strong = term == ANY_SEVERE
        body.append(Row(term, cells, indent=0 if strong else 1, strong=strong))
    return Table(rows.output_id, title, "Term", _columns(numbers), tuple(body), (PERIOD_NOTE,))


def biopsy_table(rows: EstimateRows, rules, title: str) -> Table:
    """T14.3.1.4: complications of biopsies; below them, those of patients without tissue taken."""
    numbers = Numbers(rows)
    decimals = rules.display.percent_decimals
    size = count(numbers.get("N", "incidence", parameter="Kind", category="Any complication"))
    body: list[Row] = []
    for parameter in ("Kind", "Term"):
        for category in numbers.categories("incidence", parameter):
            place = {"parameter": parameter, "category": category}
            shown, limits = incidence_cells(numbers, decimals, "incidence", **place)
            events = count(numbers.get("n_events", "incidence", **place))
            indent = 0 if category == "Any complication" else 1
            body.append(Row(category, (shown, limits, events), indent=indent))
            if category == "Any complication":
                body.append(_counted(numbers, "begun before tissue was taken", "", _EARLY))
    body.append(Row("Called related to a biopsy, no tissue taken (not in the above)", heading=True))
    for category in numbers.categories("without tissue taken", ""):
        body.append(_counted(numbers, "without tissue taken", category, category))
    columns = (Column("n (%)", f"N = {size}"), Column(f"{confidence(rules)} CI"), Column("Events"))
    notes = (_limit_note(rules),)
    return Table(rows.output_id, title, "Complication", columns, tuple(body), notes)


_EARLY = "of them, begun before tissue was first taken (findings)"


def _counted(numbers: Numbers, analysis: str, category: str, label: str) -> Row:
    """Patients and events, without a percentage."""
    n, events = (
        count(numbers.get(stat, analysis, category=category)) for stat in ("n", "n_events")
    )
    return Row(label, (n, "", events), indent=1)


def disagreement_note(numbers: Numbers, other: str) -> str:
    """Whether deaths on record and fatal adverse events say the same; made from the estimates."""
    found = {
        kind: int(numbers.get("n", "disagreement", "All", category=kind)) for kind in DISAGREEMENTS
    }
    told = [f"{kind[0].lower()}{kind[1:]}: {n}" for kind, n in found.items() if n]
    if not told:
        return f"Deaths on record and fatal adverse events ({other}) agree in every patient."
    return (
        "Deaths on record and fatal adverse events are counted as recorded and do not agree in all "
        f"patients, here and in {other}: {'; '.join(told)}. Each is a finding (L16.2.8 lists the "
        "deaths with their events)."
    )


def deaths_table(rows: EstimateRows, rules, title: str) -> Table:
    """T14.3.2: deaths, their causes and their distance from the last dose."""
    numbers = Numbers(rows)
    decimals = rules.display.percent_decimals
    groups = (*ALL_GROUPS, "All")
    days = rules.estimation.death_after_last_dose_days
    within = f"On treatment or up to {days} days after the last dose"
    timing = dict(
        zip(TIMINGS, (within, f"More than {days} days after it", "Never treated"), strict=True)
    )

    def line(analysis, category, label=None, **look) -> Row:
        cells = tuple(
            _share(numbers, decimals, analysis, group=group, category=category) for group in groups
        )
        return Row(label or category, cells, **look)

    body = [line("status", DIED, strong=True)]
    body.append(Row("Cause of death", heading=True))
    body += [line("cause", cause, cause.capitalize(), indent=1) for cause in CAUSES]
    body.append(Row("Death and treatment", heading=True))
    body += [line("timing", name, label, indent=1) for name, label in timing.items()]
    body.append(Row(f"Cause of deaths on treatment or up to {days} days after", heading=True))
    body += [line("cause, within", cause, cause.capitalize(), indent=1) for cause in CAUSES]
    body.append(Row("Deaths and fatal adverse events (T14.3.1.1)", heading=True))
    body.append(line("fatal event", WITH_FATAL_EVENT, indent=1))
    body += [line("disagreement", kind, indent=1) for kind in DISAGREEMENTS]
    body.append(Row("Not known to have died", heading=True))
    for label in ALIVE:
        body.append(line("status", label, indent=1))
        if label == IN_STUDY:
            body.append(line("silent", SILENT, indent=2))
    size = {g: count(numbers.get("N", "status", g, category=DIED)) for g in groups}
    columns = tuple(Column(GROUP_LABELS[group], f"N = {size[group]}") for group in groups)
    notes = (
        f"Silent: last seen more than {rules.follow_up.silent_days} days before the cut.",
        disagreement_note(numbers, "T14.3.1.1"),
    )
    return Table(rows.output_id, title, "", columns, tuple(body), notes)


SERIOUS_EVENTS = {
    "USUBJID": "Patient",
    "PERIOD": "Treatment period",
    "ONSET": "Onset",
    "ASTDY": "Day",
    "RESOLVED": "Resolved",
    "AEBODSYS": "Class (SOC)",
    "AEDECOD": "Term (CTCAE v5.0)",
    "AETERM": "As reported",
    "AESCRIT": "Serious because",
    "GRADE": "Grade",
    "AEREL": "Related",
    "AEACN": "Action",
    "AEOUT": "Outcome",
    "SOURCE": "Raw row",
}
DEATHS = {
    "USUBJID": "Patient",
    "SITEID": "Site",
    "GROUP": "Group",
    "TRTSDT": "First dose",
    "LASTDT": "Last dose",
    "DEATH": "Death",
    "DAYS": "Days from last dose",
    "TIMING": "Within 30 days",
    "DTHCAUS": "Cause",
    "FATAL": "Fatal adverse event",
    "LSTALVDT": "Last known alive",
    "SOURCE": "Raw row",
}


def serious_listing(listing: pd.DataFrame, title: str) -> Table:
    """L16.2.7."""
    return listing_table("L16.2.7", _readable(listing), SERIOUS_EVENTS, title)


def death_listing(listing: pd.DataFrame, rules, title: str) -> Table:
    """L16.2.8."""
    days = rules.estimation.death_after_last_dose_days
    labels = {**DEATHS, "TIMING": f"Last dose and {days} days"}
    return listing_table("L16.2.8", _readable(listing), labels, title)


def _readable(listing: pd.DataFrame) -> pd.DataFrame:
    """Codes as words; free text stays as it was reported."""
    coded = [c for c in ("AESCRIT", "AEREL", "AEACN", "AEOUT", "DTHCAUS") if c in listing]
    words = {
        name: [DASH if is_missing(v) else str(v).replace("_", " ") for v in listing[name]]
        for name in coded
    }
    return listing.assign(**words)
