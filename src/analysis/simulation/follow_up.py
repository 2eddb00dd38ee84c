"""Regimens given, contacts and the end of observation: treatments, follow_up, disposition."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from schemas import terminology

from . import drugs, model
from .course import COMPLETED, LOST, WITHDRAWN, Course
from .draws import Draws
from .people import People, entry_delay
from .rows import (
    MISSING,
    NEVER,
    PRECISION_DAY,
    PRECISION_MONTH,
    PRECISION_YEAR,
    Rows,
    partial,
    written,
    year_of,
)
from .therapy import REGIMENS, STOP, Therapy

CONTACTS = 10
# In the order in which they sort as text
EVENTS = tuple(sorted(terminology.DISPOSITION_EVENT))
_EVENT = {name: i for i, name in enumerate(EVENTS)}
_CAUSE = {name: i for i, name in enumerate(terminology.CAUSE_OF_DEATH)}
REASONS = (
    "wish of the patient",
    "too unwell for visits",
    "moved away",
    "no answer to three calls",
    "12 months of follow-up",
    "clinical judgement, no scan",
)
_YES, _NO = terminology.YES_NO.index("Y"), terminology.YES_NO.index("N")


@dataclass
class Death:
    """Deaths as the registry holds them, one entry per patient."""

    date: np.ndarray  # true day of the recorded death, NEVER if none is recorded
    precision: np.ndarray
    known: np.ndarray  # day of entry
    usable: np.ndarray  # not after a withdrawal without consent to vital status


def plan_death(draws: Draws, course: Course, clean: bool) -> Death:
    """Which deaths reach the registry, when, and how much of their date.

    With follow-up as in routine care all of them, from a register.
    """
    n = draws.patients
    date = course.death.copy()
    left = course.death_after_withdrawal
    heard = draws.chance("death heard of", np.where(course.vital_status_consent, 0.7, 0.15))
    after = (left < NEVER) & heard & (not clean)
    date = np.where(after, left, date)
    if course.as_in_routine:
        date = course.true_death
        after = (course.end_reason == WITHDRAWN) & (date < NEVER)
    delay = np.zeros(n, dtype=np.int64) if clean else 3 + 3 * entry_delay(draws, "death")
    u = draws.uniform("death precision")
    month = u < (0.0 if clean else model.DEATH_MONTH_ONLY)
    # a year alone says nothing false about any cutoff if the death was before the end of May
    into_year = date - (year_of(np.minimum(date, NEVER - 1)) - 1970) * 365.2425
    year = (u > 1 - (0.0 if clean else model.DEATH_YEAR_ONLY * 3)) & (into_year < 145)
    precision = np.where(year, PRECISION_YEAR, np.where(month, PRECISION_MONTH, PRECISION_DAY))
    return Death(
        date=date,
        precision=precision,
        known=np.where(date < NEVER, date + delay, NEVER),
        usable=(date < NEVER) & (~after | course.vital_status_consent),
    )


def treatments_rows(draws: Draws, course: Course, therapy: Therapy, death: Death, clean) -> Rows:
    """The raw table treatments: systemic regimens, then a local therapy."""
    start = np.hstack([therapy.start, therapy.local_start[:, None]])
    start = np.where(start < course.end[:, None], start, NEVER)
    end = np.hstack([therapy.end, therapy.local_end[:, None]])
    patient, k = np.nonzero(start < NEVER)
    pick = (patient, k)
    local = k == REGIMENS
    which = np.minimum(k, REGIMENS - 1)
    kind = therapy.local_kind[patient]
    stop = np.where(local, STOP["completed"], therapy.stop[patient, which])
    columns = {
        "regimen_id": patient * 100 + k + 1,
        "patient_id": patient,
        "drug": np.where(local, drugs.LOCAL_DRUG[kind], therapy.drug[patient, which]),
        "therapy_class": np.where(
            local, drugs.LOCAL_CLASS[kind], therapy.therapy_class[patient, which]
        ),
        "start_date": start[pick],
        "end_date": written(end[pick]),
        "stop_reason": stop,
        "local_reason": np.where(local, therapy.local_reason[patient], MISSING),
        "target_lesion_treated": np.where(
            local, np.where(therapy.local_target[patient], _YES, _NO), MISSING
        ),
    }
    rows = Rows(columns, patient, start[pick])
    ended = np.nonzero(end[pick] < NEVER)[0]
    event = end[pick][ended]
    delay = 0 if clean else entry_delay(draws, "regimen end", REGIMENS + 1)[pick][ended]
    known = event + delay
    by_death = stop[ended] == STOP["death"]
    event = np.where(by_death, course.death[patient[ended]], event)
    known = np.where(by_death, death.known[patient[ended]], known)
    known = np.minimum(known, death.known[patient[ended]])  # a known death closes every regimen
    known = np.maximum(known, event)
    for column in ("end_date", "stop_reason"):
        rows.open_until(column, ended, MISSING, known, event=event)
    return rows


def follow_up_rows(
    draws: Draws, people: People, course: Course, therapy: Therapy, second_scan_days: np.ndarray
) -> Rows:
    """The raw table follow_up: contacts every two months or so, and vain ones after a loss."""
    n = len(people)
    jitter = draws.integers("contact jitter", -9, 9, CONTACTS)
    planned = people.enrolment[:, None] + 50 * np.arange(1, CONTACTS + 1) + jitter
    missed = draws.chance("contact missed", 0.12, CONTACTS)
    regular = np.where((planned < course.end[:, None]) & ~missed, planned, NEVER)
    unknown = draws.chance("contact unknown", 0.03, CONTACTS)
    vain = course.end[:, None] + draws.integers("vain contact", 20, 28, 1)
    is_lost = (course.end_reason == LOST) & (course.lost_declared > vain[:, 0])
    vain = np.where(is_lost[:, None], vain, NEVER)
    final = np.where((course.end_reason == COMPLETED)[:, None], course.end[:, None], NEVER)
    local = np.where(therapy.local_start < course.end, therapy.local_start, NEVER)[:, None]
    scans = np.where(second_scan_days < course.end[:, None], second_scan_days, NEVER)
    date = np.hstack([final, local, scans, vain, regular])
    alive = terminology.VITAL_STATUS.index("alive")
    not_known = terminology.VITAL_STATUS.index("unknown")
    sure = np.full((n, date.shape[1] - CONTACTS), alive)
    sure[:, -1] = not_known
    status = np.hstack([sure, np.where(unknown, not_known, alive)])
    order = np.argsort(date, axis=1, kind="stable")
    date = np.take_along_axis(date, order, axis=1)
    status = np.take_along_axis(status, order, axis=1)
    again = np.zeros(date.shape, dtype=bool)
    again[:, 1:] = date[:, 1:] == date[:, :-1]
    patient, k = np.nonzero((date < NEVER) & ~again)
    columns = {
        "patient_id": patient,
        "contact_date": date[patient, k],
        "vital_status": status[patient, k],
    }
    return Rows(columns, patient, date[patient, k])


def disposition_rows(
    draws: Draws, course: Course, therapy: Therapy, death: Death, clean: bool
) -> Rows:
    """The raw table disposition."""
    n = len(course.end)
    dates = np.full((n, len(EVENTS)), NEVER)
    dates[:, _EVENT["death"]] = death.date
    ended = course.end_reason
    dates[:, _EVENT["withdrawal"]] = np.where(ended == WITHDRAWN, course.end, NEVER)
    dates[:, _EVENT["completed"]] = np.where(ended == COMPLETED, course.end, NEVER)
    dates[:, _EVENT["lost_to_follow_up"]] = course.lost_declared
    dates[:, _EVENT["clinical_progression"]] = therapy.clinical_progression
    patient, event = np.nonzero(dates < NEVER)
    date = dates[patient, event]
    is_death = event == _EVENT["death"]
    withdraws = event == _EVENT["withdrawal"]
    reason = np.full(len(patient), MISSING)
    said = draws.choose("reason to withdraw", (0.6, 0.3, 0.1))
    said = np.where(course.too_unwell, REASONS.index("too unwell for visits"), said)[patient]
    reason = np.where(withdraws, said, reason)
    reason = np.where(event == _EVENT["lost_to_follow_up"], 3, reason)
    reason = np.where(event == _EVENT["completed"], 4, reason)
    reason = np.where(event == _EVENT["clinical_progression"], 5, reason)
    fatal_ae = (course.fatal_ae < NEVER)[patient]
    cause = draws.choose("cause of death", (0.88, 0.0, 0.06, 0.06))[patient]
    from_ae = np.where(draws.chance("fatal event related", 0.5)[patient], _CAUSE["treatment"],
                       _CAUSE["other"])  # fmt: skip
    cause = np.where(fatal_ae, from_ae, cause)
    consent = np.where(course.vital_status_consent[patient], _YES, _NO)
    precision = np.where(is_death, death.precision[patient], PRECISION_DAY)
    columns = {
        "patient_id": patient,
        "event": event,
        "event_date": partial(date, precision),
        "reason": reason,
        "cause": np.where(is_death, cause, MISSING),
        "vital_status_consent": np.where(withdraws, consent, MISSING),
    }
    return Rows(columns, patient, date)
