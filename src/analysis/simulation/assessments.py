"""Tumour assessments as planned: when, what the lesions show, what the investigator records.

The plan of one patient is a row of slots in order of time: an unscheduled scan and a visit in turn,
the month 12 visit, then scans on guided therapy after progression. Responses are positions in
`terminology.OVERALL_RESPONSE`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from schemas import terminology

from . import model
from .course import Course
from .draws import Draws
from .people import People
from .rows import NEVER

CR, PR, SD, NON, PD, NE = range(len(terminology.OVERALL_RESPONSE))
NO_RESPONSE = -1
VISITS = len(model.VISIT_DAYS)
SLOTS = 2 * (VISITS - 1) + 1
LATER_SLOTS = 3
TARGET, NON_TARGET, NEW, TARGET_AND_NEW = range(4)
UNSCHEDULED = terminology.VISIT.index("unscheduled")


@dataclass
class Assessments:
    """Shape (patients, slots) unless said otherwise; see `plan_assessments`."""

    day: np.ndarray  # absolute, NEVER if there is no scan
    visit: np.ndarray
    lesions: np.ndarray  # response that the lesions show
    recorded: np.ndarray  # response that the investigator records
    later: np.ndarray  # (slots,) scans of a later course
    baseline: np.ndarray  # (n,) day, NEVER if none
    measurable: np.ndarray  # (n,)
    pd_kind: np.ndarray  # (n,)

    def first_recorded_pd(self) -> np.ndarray:
        """Day of the first recorded PD, NEVER if none."""
        return np.where(self.recorded == PD, self.day, NEVER).min(axis=1)


def plan_assessments(draws: Draws, people: People, course: Course, clean: bool) -> Assessments:
    """Plan every scan up to progression (some beyond) and what it shows."""
    n = len(people)
    treated = course.group != model.NT
    measurable = ~draws.chance("not measurable", model.NOT_MEASURABLE)
    baseline = _baseline(draws, people, course, clean)
    day, visit = _schedule(draws, course, clean)
    rel = day - course.first_dose[:, None]  # days after day 1
    no_baseline = treated & (baseline == NEVER)

    shows = _shown(draws, course, measurable, rel)
    not_evaluable = draws.chance("not evaluable", model.VISIT_NOT_EVALUABLE, SLOTS)
    shows = np.where(not_evaluable, NE, shows)
    kind = draws.choose("kind of progression", model.PD_KIND_WEIGHTS)
    kind = np.where(~measurable & np.isin(kind, (TARGET, TARGET_AND_NEW)), NON_TARGET, kind)
    kind = np.where(course.archetype == 2, NEW, kind)
    kind = np.where(no_baseline, NEW, kind)
    shows = np.where(no_baseline[:, None] & (shows != PD), NE, shows)

    wrong = draws.chance("investigator wrong", 0.0 if clean else model.INVESTIGATOR_WRONG, SLOTS)
    wrong &= ~no_baseline[:, None]
    recorded = np.where(wrong, mistaken(draws, "investigator", shows, measurable), shows)
    extra = draws.chance("scan after progression", model.SCAN_AFTER_PD)
    stopped = np.zeros(n, dtype=bool)
    progressed = np.zeros(n, dtype=bool)
    seen_complete = np.zeros(n, dtype=bool)
    done = np.zeros((n, SLOTS), dtype=bool)
    for slot in range(SLOTS):
        now = (day[:, slot] < NEVER) & ~stopped
        recorded[:, slot] = np.where(progressed, shows[:, slot], recorded[:, slot])
        # a mistaken CR would make every later lesser response a progression
        recorded[:, slot] = np.where(
            wrong[:, slot] & (recorded[:, slot] == CR) & ~seen_complete, PR, recorded[:, slot]
        )
        done[:, slot] = now
        seen_complete |= now & (shows[:, slot] == CR)
        pd_now = now & (recorded[:, slot] == PD)
        stopped |= progressed & now
        stopped |= pd_now & ~extra
        progressed |= pd_now
    empty = ~done
    blank = np.full((n, LATER_SLOTS), NO_RESPONSE)
    return Assessments(
        day=np.hstack([np.where(empty, NEVER, day), np.full((n, LATER_SLOTS), NEVER)]),
        visit=np.hstack([visit, blank]),
        lesions=np.hstack([np.where(empty, NO_RESPONSE, shows), blank]),
        recorded=np.hstack([np.where(empty, NO_RESPONSE, recorded), blank]),
        later=np.arange(SLOTS + LATER_SLOTS) >= SLOTS,
        baseline=baseline,
        measurable=measurable,
        pd_kind=kind,
    )


def _baseline(draws: Draws, people: People, course: Course, clean: bool) -> np.ndarray:
    """Day of the baseline scan: within 28 days before the first dose, day 1 included."""
    usual = np.floor(28 * draws.uniform("baseline before dose") ** 1.3).astype(np.int64)
    late = draws.chance("baseline late", model.BASELINE_LATE)
    before = np.where(late, draws.integers("baseline late by", 29, 41), usual)
    none = draws.chance("baseline none", 0.0 if clean else model.BASELINE_NONE)
    untreated = np.where(
        draws.chance("baseline untreated", 0.5),
        people.enrolment + draws.integers("baseline untreated day", -10, 8),
        NEVER,
    )
    untreated = np.where(untreated < course.end, untreated, NEVER)
    treated = np.where(none, NEVER, course.first_dose - before)
    return np.where(course.group == model.NT, untreated, treated)


def _schedule(draws: Draws, course: Course, clean: bool) -> tuple[np.ndarray, np.ndarray]:
    """Days of all slots that take place before the end of observation, and their labels."""
    n = draws.patients
    jitter = np.stack(
        [draws.integers(f"visit {k}", *model.VISIT_JITTER[k]) for k in range(VISITS)], axis=1
    )
    visit_day = np.array(model.VISIT_DAYS) - 1 + jitter
    missed = draws.chance("visit missed", model.VISIT_MISSED, VISITS)
    if clean:  # never two in a row
        missed[:, 1:] &= ~missed[:, :-1]
    between = draws.chance("unscheduled", model.VISIT_UNSCHEDULED, VISITS)
    wait = draws.integers("unscheduled wait", 16, 24, VISITS)
    rel = np.full((n, SLOTS), NEVER)
    label = np.full((n, SLOTS), UNSCHEDULED)
    for k in range(VISITS):
        slot = 2 * k + 1 if k < VISITS - 1 else 2 * k
        rel[:, slot] = np.where(missed[:, k], NEVER, visit_day[:, k])
        label[:, slot] = k + 1
        if k < VISITS - 1:
            since = visit_day[:, k - 1] if k else 0
            rel[:, 2 * k] = np.where(between[:, k], since + wait[:, k], NEVER)
    day = np.where(rel < NEVER, course.first_dose[:, None] + rel, NEVER)
    last = np.where(course.group == model.NT, -1, course.end - 3)
    return np.where(day < last[:, None], day, NEVER), label


def _shown(draws: Draws, course: Course, measurable: np.ndarray, rel: np.ndarray) -> np.ndarray:
    """Response that the lesions show at each slot, by archetype and true progression."""
    onset = np.where(draws.chance("response at first visit", 0.7), 40, 100)[:, None]
    complete = onset + np.where(draws.chance("complete later", 0.5), 50, 0)[:, None]
    archetype = course.archetype[:, None]
    shows = np.full(rel.shape, SD)
    after = rel >= onset
    shows = np.where((archetype == 1) & after, PR, shows)
    shows = np.where((archetype == 2) & after, PR, shows)
    shows = np.where((archetype == 2) & (rel >= complete), CR, shows)
    first = after & (np.cumsum(after & (rel < NEVER // 2), axis=1) <= 1)
    shows = np.where((archetype == 3) & first, PR, shows)
    no_target = ~measurable[:, None]
    shows = np.where(no_target & np.isin(shows, (SD, PR)), NON, shows)
    true_days = (course.progression - course.first_dose)[:, None]
    return np.where(rel >= true_days, PD, shows)


def mistaken(draws: Draws, reader: str, shows: np.ndarray, measurable: np.ndarray) -> np.ndarray:
    """What a mistaken reader records instead of what the lesions show."""
    first = draws.chance(f"mistake of {reader}", 0.5, shows.shape[1])
    other = np.full(shows.shape, NE)
    other = np.where(shows == SD, np.where(first, PR, PD), other)
    other = np.where(shows == PR, np.where(first, SD, CR), other)
    other = np.where(shows == CR, PR, other)
    other = np.where(shows == PD, SD, other)
    other = np.where(shows == NE, SD, other)
    none = ~measurable[:, None]
    return np.where(none & np.isin(other, (SD, PR, NE)), np.where(shows == NON, PD, NON), other)


def plan_later_scans(
    draws: Draws, course: Course, plan: Assessments, starts: np.ndarray, clean: bool
) -> None:
    """Scans on a new guided regimen that started after progression, read against a new baseline.

    `starts`: day on which such a regimen starts, NEVER if none. None in error-free data, where
    every recorded response is read against the one baseline.
    """
    if clean:
        return
    begun = (starts < NEVER) & (plan.first_recorded_pd() < starts)
    last = np.where(plan.day < NEVER, plan.day, 0).max(axis=1)
    going = begun.copy()
    jitter = draws.integers("later scan", -6, 8, LATER_SLOTS)
    response = draws.choose("later response", (0.14, 0.42, 0.44), LATER_SLOTS)
    for k in range(LATER_SLOTS):
        day = starts + 56 * (k + 1) + jitter[:, k]
        here = going & (day > last + 5) & (day < course.end - 3)
        code = np.array([PR, SD, PD])[response[:, k]]
        code = np.where(plan.measurable | (code == PD), code, NON)
        slot = SLOTS + k
        plan.day[:, slot] = np.where(here, day, NEVER)
        plan.recorded[:, slot] = np.where(here, code, NO_RESPONSE)
        plan.visit[:, slot] = visit_label(day - course.first_dose + 1)
        going &= here & (code != PD)


def visit_label(study_day: np.ndarray) -> np.ndarray:
    """Position in `terminology.VISIT` of the visit whose window holds a study day."""
    label = np.full(study_day.shape, UNSCHEDULED)
    for k, (first, last) in enumerate(model.VISIT_WINDOWS):
        label = np.where((study_day >= first) & (study_day <= last), k + 1, label)
    return label
