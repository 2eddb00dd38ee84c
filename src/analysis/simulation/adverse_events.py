"""Adverse events: constant hazards by treatment period, terms and grades that CTCAE v5.0 has.

The hazards of serious and of other events are constant within a period and the same for all
patients of a group, so counts are Poisson given exposure and the planted rates are exact.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import schemas
from schemas import terminology

from . import catalogue, model
from .course import Course
from .draws import Draws
from .molecular import Specimens
from .molecular_rows import specimens_done
from .people import People
from .rows import MISSING, NEVER, PRECISION_DAY, PRECISION_MONTH, Rows, partial
from .therapy import REGIMENS, Therapy

OTHER_EVENTS, SERIOUS_EVENTS, BIOPSY_EVENTS = 30, 12, 3
EVENTS = OTHER_EVENTS + SERIOUS_EVENTS + BIOPSY_EVENTS + 1
_YES, _NO = terminology.YES_NO.index("Y"), terminology.YES_NO.index("N")
_CRITERION = {name: i for i, name in enumerate(terminology.SERIOUS_CRITERION)}
_OUTCOME = {name: i for i, name in enumerate(terminology.AE_OUTCOME)}
_ACTION = {name: i for i, name in enumerate(terminology.ACTION_TAKEN)}

TERMS = tuple(
    dict.fromkeys(
        [name for name, _ in catalogue.AE_TERMS + catalogue.SERIOUS_TERMS + catalogue.BIOPSY_TERMS]
        + list(catalogue.FATAL_TERMS)
    )
)
_AT = {name: i for i, name in enumerate(TERMS)}


def _ctcae() -> tuple[tuple[str, ...], np.ndarray]:
    """System organ class of each term, and which grades it has (terms, 5)."""
    path = Path(schemas.__file__).parent / "reference" / "ctcae_v5.csv"
    with path.open(encoding="utf-8", newline="") as file:
        found = {row["term"]: row for row in csv.DictReader(file) if row["term"] in _AT}
    grades = np.array(
        [[found[term][f"grade{g}"] == "Y" for g in range(1, 6)] for term in TERMS], dtype=bool
    )
    return tuple(found[term]["soc"] for term in TERMS), grades


SOCS, GRADES = _ctcae()
VERBATIM = tuple(
    text for term in TERMS for text in (term.lower(), term, f"{term.lower()}, as told by patient")
)
# the class of the current regimen: targeted, immunotherapy, chemotherapy, none
_COLUMN_OF_CLASS = np.array(
    [
        {"targeted": 0, "immunotherapy": 1, "chemotherapy": 2}.get(name, 3)
        for name in terminology.THERAPY_CLASS
    ]
)


@dataclass
class Events:
    """Adverse events as planned, shape (patients, EVENTS); onset NEVER where there is none."""

    onset: np.ndarray
    serious: np.ndarray
    biopsy: np.ndarray
    fatal: np.ndarray
    period: np.ndarray  # 0 before or without treatment, 1.. the number of the regimen


def plan_events(
    draws: Draws, people: People, specimens: Specimens, course: Course, therapy: Therapy
) -> Events:
    """Plan the onset of every adverse event."""
    n = len(people)
    start = np.minimum(therapy.start, course.end[:, None])
    edges = np.hstack([people.consent[:, None], start, course.end[:, None]])
    length = np.diff(edges, axis=1)
    group = np.hstack([np.full((n, 1), model.NT), np.maximum(therapy.group, 0)])
    onset, period = [], []
    for name, count, rates in (
        ("other", OTHER_EVENTS, model.AE_PER_MONTH),
        ("serious", SERIOUS_EVENTS, model.SAE_PER_MONTH),
    ):
        mass = length * np.array(rates)[group] / model.DAYS_PER_MONTH
        total = np.cumsum(mass, axis=1)
        events = draws.poisson(f"{name} events", total[:, -1], count)
        at = draws.uniform(f"{name} event at", count) * total[:, -1:]
        which = (at[:, :, None] >= total[:, None, :]).sum(axis=2)
        which = np.minimum(which, REGIMENS)
        row = np.arange(n)[:, None]
        before = total[row, which] - mass[row, which]
        share = (at - before) / np.maximum(mass[row, which], 1e-12)
        day = edges[row, which] + np.floor(share * length[row, which]).astype(np.int64)
        day = np.clip(day, people.consent[:, None], course.end[:, None] - 1)
        onset.append(np.where(np.arange(count)[None, :] < events[:, None], day, NEVER))
        period.append(which)
    done = specimens_done(specimens, course)
    harmed = done & draws.chance("biopsy event", model.BIOPSY_AE, BIOPSY_EVENTS)
    day = specimens.day + draws.integers("biopsy event day", 0, 2, BIOPSY_EVENTS)
    day = np.minimum(day, course.end[:, None] - 1)
    onset += [np.where(harmed, day, NEVER), course.fatal_ae[:, None]]
    harmed_badly = draws.chance("biopsy event serious", model.BIOPSY_AE_SERIOUS, BIOPSY_EVENTS)
    period.append((day[:, :, None] >= start[:, None, :]).sum(axis=2))
    period.append((course.fatal_ae[:, None, None] >= start[:, None, :]).sum(axis=2))
    kinds = np.repeat([0, 1, 2, 3], [OTHER_EVENTS, SERIOUS_EVENTS, BIOPSY_EVENTS, 1])
    serious = np.broadcast_to(np.isin(kinds, (1, 3)), (n, EVENTS)).copy()
    serious[:, kinds == 2] = harmed_badly
    return Events(
        onset=np.hstack(onset),
        serious=serious,
        biopsy=np.broadcast_to(kinds == 2, (n, EVENTS)),
        fatal=np.broadcast_to(kinds == 3, (n, EVENTS)),
        period=np.hstack(period),
    )


def _terms(draws: Draws, events: Events, therapy_column: np.ndarray) -> np.ndarray:
    """Term of every event by its kind and the class of the current therapy."""
    u = draws.uniform("term", EVENTS)

    def pick(table) -> np.ndarray:
        weights = np.array([w if isinstance(w, tuple) else (w,) * 4 for _, w in table], float)
        limits = np.cumsum(weights, axis=0) / weights.sum(axis=0)
        place = np.zeros(u.shape, dtype=np.int64)
        for column in range(4):
            here = np.searchsorted(limits[:, column], u, side="right")
            place = np.where(therapy_column == column, here, place)
        codes = np.array([_AT[name] for name, _ in table])
        return codes[np.minimum(place, len(codes) - 1)]

    fatal = pick(tuple((name, 1) for name in catalogue.FATAL_TERMS))
    term = np.where(events.serious, pick(catalogue.SERIOUS_TERMS), pick(catalogue.AE_TERMS))
    term = np.where(events.biopsy, pick(catalogue.BIOPSY_TERMS), term)
    return np.where(events.fatal, fatal, term)


def _grades(u: np.ndarray, term, serious, fatal) -> np.ndarray:
    """A grade that the term has, from one uniform number per event."""
    common = np.array([0.56, 0.31, 0.13, 0.0, 0.0])
    severe = np.array([0.0, 0.10, 0.68, 0.22, 0.0])
    weights = np.where(serious[:, None], severe, common) * GRADES[term]
    none = weights.sum(axis=1) == 0
    lowest = np.eye(5)[GRADES[term].argmax(axis=1)]
    highest = np.eye(5)[3 - GRADES[term][:, 3::-1].argmax(axis=1)]
    weights = np.where(none[:, None], np.where(serious[:, None], highest, lowest), weights)
    limits = np.cumsum(weights, axis=1)
    grade = 1 + np.minimum((u[:, None] * limits[:, -1:] >= limits).sum(axis=1), 4)
    return np.where(fatal, 5, grade)


def adverse_events_rows(
    draws: Draws,
    people: People,
    course: Course,
    therapy: Therapy,
    events: Events,
    death_known: np.ndarray,
    clean: bool,
) -> Rows:
    """The raw table adverse_events, numbered by onset within a patient."""
    order = np.argsort(events.onset, axis=1, kind="stable")
    patient, place = np.nonzero(np.take_along_axis(events.onset, order, axis=1) < NEVER)
    pick = (patient, order[patient, place])

    def of(values: np.ndarray) -> np.ndarray:
        return values[pick]

    onset, serious, fatal, biopsy = (
        of(events.onset), of(events.serious), of(events.fatal), of(events.biopsy),
    )  # fmt: skip
    row = np.arange(len(people))[:, None]
    treated = events.period > 0
    kind = therapy.therapy_class[row, np.maximum(events.period - 1, 0)]
    column = np.where(treated, _COLUMN_OF_CLASS[np.maximum(kind, 0)], 3)
    term = of(_terms(draws, events, column))
    twice = np.zeros(len(term), dtype=bool)  # the same term on the same day is one event
    twice[1:] = (patient[1:] == patient[:-1]) & (onset[1:] == onset[:-1]) & (term[1:] == term[:-1])
    term = np.where(twice & ~serious & ~biopsy, (term + 1) % len(catalogue.AE_TERMS), term)
    grade = _grades(of(draws.uniform("grade", EVENTS)), term, serious, fatal)
    u = of(draws.uniform("criterion", EVENTS))
    criterion = np.select(
        [fatal, (grade == 4) & (u < 0.6), u < 0.90, u < 0.92],
        [_CRITERION["death"], _CRITERION["life_threatening"], _CRITERION["hospitalisation"],
         _CRITERION["disability"]],
        _CRITERION["medically_important"],
    )  # fmt: skip
    lasts = np.floor(draws.lognormal("lasts", 13.0, 0.9, EVENTS)).astype(np.int64)
    resolved_on = onset + 1 + of(lasts)
    end = course.end[patient]
    resolves = (resolved_on < end - 1) & ~fatal & ~of(draws.chance("never resolves", 0.06, EVENTS))
    u = of(draws.uniform("outcome", EVENTS))
    outcome = np.where(u < 0.95, _OUTCOME["resolved"], _OUTCOME["resolved_with_sequelae"])
    open_outcome = np.where(u < 0.96, _OUTCOME["ongoing"], _OUTCOME["unknown"])
    outcome = np.where(resolves, outcome, open_outcome)
    outcome = np.where(fatal, _OUTCOME["fatal"], outcome)
    resolution = np.where(fatal, course.death[patient], np.where(resolves, resolved_on, NEVER))
    on_treatment = of(events.period) > 0
    related = of(draws.choose("related", (0.45, 0.47, 0.08), EVENTS))
    related = np.where(on_treatment & ~biopsy, related, terminology.RELATED.index("no"))
    action = of(draws.choose("action", (0.72, 0.10, 0.13, 0.05), EVENTS))
    u = of(draws.uniform("onset precision", EVENTS))
    month = (u < (0.0 if clean else model.ONSET_MONTH_ONLY)) & ~serious
    u = of(draws.uniform("resolution precision", EVENTS))
    resolution_month = month & (u < 0.5) & resolves
    columns = {
        "ae_id": patient * 100 + place + 1,
        "patient_id": patient,
        "term": term,
        "verbatim": term * 3 + of(draws.choose("verbatim", (0.6, 0.3, 0.1), EVENTS)),
        "soc": term,
        "grade": grade,
        "serious": np.where(serious, _YES, _NO),
        "serious_criterion": np.where(serious, criterion, MISSING),
        "onset_date": partial(onset, np.where(month, PRECISION_MONTH, PRECISION_DAY)),
        "resolution_date": partial(
            resolution, np.where(resolution_month, PRECISION_MONTH, PRECISION_DAY)
        ),
        "outcome": outcome,
        "related": related,
        "action_taken": np.where(on_treatment, action, _ACTION["not_applicable"]),
        "biopsy_related": np.where(biopsy, _YES, _NO),
    }
    rows = Rows(columns, patient, onset)
    mends = np.nonzero(resolves)[0]
    rows.open_until("resolution_date", mends, MISSING, resolution[mends])
    rows.open_until("outcome", mends, _OUTCOME["ongoing"], resolution[mends])
    kills = np.nonzero(fatal)[0]
    for name, value in (
        ("resolution_date", MISSING),
        ("outcome", _OUTCOME["ongoing"]),
        ("grade", 4),
        ("serious_criterion", _CRITERION["life_threatening"]),
    ):
        known = death_known[patient[kills]]
        rows.open_until(name, kills, value, known, event=course.death[patient[kills]])
    return rows


def first_serious(events: Events, first_dose: np.ndarray) -> np.ndarray:
    """Onset of the first serious event on or after the first dose, NEVER if none."""
    counts = events.serious & (events.onset >= first_dose[:, None])
    return np.where(counts, events.onset, NEVER).min(axis=1)
