"""The planted truth: one row per patient, as known at a clinical cutoff.

Stated by the plan where the plan says it (group, guided or not, days), by small rules of this
package's own elsewhere (best response, progression-free and overall survival). Nothing here reads
an extract or calls the code that derives endpoints from extracts.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from schemas import terminology

from . import model
from .assessments import NE, NO_RESPONSE
from .course import COMPLETED, LOST, WITHDRAWN
from .plan import Plan
from .response_truth import best_responses, with_lesser_after_complete
from .rows import NEVER, PRECISION_DAY, PRECISION_MONTH, Rows, month_start, year_start
from .tumour import progression_days

SCHEMA = pa.schema(
    [
        ("patient_id", pa.string()),
        ("TRTGRP1", pa.string()),  # TG TN OT NT
        ("ENRLDT", pa.string()),
        ("MTBDT", pa.string()),
        ("TRTSDT", pa.string()),
        ("EOFDT", pa.string()),
        ("GUIDFL", pa.string()),
        ("GUIDCLS", pa.string()),
        ("GUIDDT", pa.string()),
        ("GUID2FL", pa.string()),
        ("RECGRP", pa.string()),
        ("ACTFL", pa.string()),
        ("RSPEVLFL", pa.string()),
        ("BOR", pa.string()),
        ("CBOR", pa.string()),
        ("BOR_LESIONS", pa.string()),
        ("CBOR_LESIONS", pa.string()),
        ("PFS_DAYS", pa.int64()),
        ("PFS_EVENT", pa.int64()),
        ("PFS_DATE", pa.string()),
        ("PFS_CNSR", pa.int64()),
        ("OS_DAYS", pa.int64()),
        ("OS_EVENT", pa.int64()),
        ("OS_DATE", pa.string()),
        ("OS_CNSR", pa.int64()),
        ("DTHDT", pa.string()),  # imputed, as the analysis plan imputes it
        ("LSTALVDT", pa.string()),
        ("FIRST_SAE_DATE", pa.string()),
        ("FIRST_SAE_DAY", pa.int64()),
        ("FRAILTY", pa.float64()),
        ("ARCHETYPE", pa.string()),
        ("PATH", pa.string()),
        ("TRUE_PROGRESSION_DATE", pa.string()),  # of the tumour, not of a scan
        ("TRUE_DEATH_DATE", pa.string()),  # during observation; of all with follow-up as in routine
    ]
)
_ALIVE = terminology.VITAL_STATUS.index("alive")
LAST_WINDOW_DAYS = model.VISIT_WINDOWS[-1][1] - model.VISIT_WINDOWS[-1][0] + 1
_GROUPS = terminology.TREATMENT_GROUP
_BEST = terminology.BEST_OVERALL_RESPONSE


def last_known_alive(plan: Plan, tables: dict[str, Rows], cutoff: int) -> np.ndarray:
    """Latest day on or before the cutoff on which the extract proves a patient alive."""
    last = np.where(plan.people.enrolment <= cutoff, plan.people.enrolment, 0)
    sources = [
        (name, column, None)
        for name, column in (
            ("biopsies", "collection_date"),
            ("treatments", "start_date"),
            ("tumour_lesions", "assessment_date"),
            ("tumour_responses", "assessment_date"),
            ("promis29", "completion_date"),
            ("ecog", "assessment_date"),
        )
    ]
    for name, column, _ in sources:
        rows = tables[name]
        _latest(last, rows, rows.columns[column], cutoff, np.ones(len(rows), dtype=bool))
    contacts = tables["follow_up"]
    _latest(last, contacts, contacts.columns["contact_date"], cutoff,
            contacts.columns["vital_status"] == _ALIVE)  # fmt: skip
    events = tables["adverse_events"]
    onset = events.columns["onset_date"]
    _latest(last, events, onset // 4, cutoff, onset % 4 == PRECISION_DAY)
    left = np.isin(plan.course.end_reason, (WITHDRAWN, COMPLETED)) & (plan.course.end <= cutoff)
    return np.maximum(last, np.where(left, plan.course.end, 0))


def _latest(last, rows: Rows, days, cutoff: int, counts) -> None:
    counts = counts & (days <= cutoff)
    if rows.deleted is not None:
        counts &= rows.deleted >= NEVER
    np.maximum.at(last, rows.patient[counts], days[counts])


def truth_table(plan: Plan, tables: dict[str, Rows], names: np.ndarray, cutoff: int) -> pa.Table:
    """The truth of a chunk at a clinical cutoff, one row per patient, sorted by patient."""
    course, therapy, profile = plan.course, plan.therapy, plan.profile
    n = len(names)
    first_dose = np.where(course.first_dose <= cutoff, course.first_dose, NEVER)
    first_dose = np.where(course.group == model.NT, NEVER, first_dose)
    treated = first_dose < NEVER
    group = np.where(treated, course.group, model.NT)
    anchor = np.where(treated, first_dose, plan.people.enrolment)
    end_of_follow_up = anchor + model.FOLLOW_UP_DAYS
    horizon = np.minimum(end_of_follow_up, cutoff)

    guided_start = np.where(therapy.guided & (therapy.start <= cutoff), therapy.start, NEVER)
    guided = guided_start.min(axis=1)
    kind = therapy.therapy_class[np.arange(n), guided_start.argmin(axis=1)]
    by_second = (therapy.by_second & (therapy.start <= cutoff)).any(axis=1)
    review = np.where(plan.reviews[:, 1] <= cutoff, plan.reviews[:, 1], NEVER)

    scans = plan.scans
    up_to = np.where(treated, horizon, 0)
    recorded = best_responses(scans.recorded, scans.day, first_dose, therapy.new_therapy(), up_to)
    lesions = best_responses(
        np.where(scans.later, NO_RESPONSE, scans.lesions),
        np.where(scans.later[None, :], NEVER, scans.day),
        first_dose, therapy.new_therapy(), up_to,
    )  # fmt: skip
    alive = last_known_alive(plan, tables, cutoff)
    death = _death_date(plan, alive, cutoff)
    left = _left(plan.course, cutoff, end_of_follow_up, death, alive)
    pfs = _progression_free(plan, first_dose, horizon, death, left)
    outlived = _outlived(cutoff, end_of_follow_up, death, alive)
    overall = _overall(first_dose, horizon, death, alive, end_of_follow_up, outlived, left)
    serious = np.where(plan.events.serious, plan.events.onset, NEVER)
    serious = np.where(serious >= np.minimum(first_dose, NEVER - 1)[:, None], serious, NEVER)
    serious = serious.min(axis=1)
    serious = np.where(treated & (serious <= cutoff), serious, NEVER)
    measurable = treated & scans.measurable & (scans.baseline < NEVER)
    columns = {
        "patient_id": names,
        "TRTGRP1": _pick(_GROUPS, group),
        "ENRLDT": _iso(plan.people.enrolment),
        "MTBDT": _iso(review),
        "TRTSDT": _iso(first_dose),
        "EOFDT": _iso(end_of_follow_up),
        "GUIDFL": _flag(guided < NEVER),
        "GUIDCLS": _pick((*_CLASS_OF,), np.where(guided < NEVER, np.maximum(kind, 0), -1)),
        "GUIDDT": _iso(guided),
        "GUID2FL": _flag(by_second),
        "RECGRP": _pick(terminology.RECOMMENDATION_GROUP, _recommended(profile, review)),
        "ACTFL": _flag((review < NEVER) & profile.intervenable),
        "RSPEVLFL": _flag(measurable),
        "BOR": _pick(_BEST, np.where(treated, recorded[0], -1)),
        "CBOR": _pick(_BEST, np.where(treated, recorded[1], -1)),
        "BOR_LESIONS": _pick(_BEST, np.where(treated, lesions[0], -1)),
        "CBOR_LESIONS": _pick(_BEST, np.where(treated, lesions[1], -1)),
        **_survival("PFS", first_dose, *pfs),
        **_survival("OS", first_dose, *overall),
        "DTHDT": _iso(np.where(death <= cutoff, death, NEVER)),
        "LSTALVDT": _iso(alive),
        "FIRST_SAE_DATE": _iso(serious),
        "FIRST_SAE_DAY": _days(serious, first_dose),
        "FRAILTY": np.round(plan.people.frailty, 9),
        "ARCHETYPE": _pick(model.ARCHETYPES, np.where(treated, course.archetype, -1)),
        "PATH": _pick(model.PATHS, course.path),
        "TRUE_PROGRESSION_DATE": _iso(np.where(treated, course.progression, NEVER)),
        "TRUE_DEATH_DATE": _iso(course.true_death if course.as_in_routine else course.death),
    }
    return pa.table(
        [pa.array(columns[field.name], type=field.type) for field in SCHEMA], schema=SCHEMA
    )


def _recommended(profile, review) -> np.ndarray:
    """Position in RECOMMENDATION_GROUP: linked, other only, none; -1 without a conclusion yet."""
    group = np.where(profile.ranked[:, 0] >= 0, 0, np.where(profile.unlinked, 1, 2))
    return np.where(review < NEVER, group, -1)


def _death_date(plan: Plan, alive: np.ndarray, cutoff: int) -> np.ndarray:
    """Day of death: a missing day or month is imputed after the last known alive."""
    death = plan.death
    date = np.where(death.usable, death.date, NEVER)
    seen = np.minimum(date, NEVER - 1)
    first = np.where(death.precision == PRECISION_MONTH, month_start(seen), year_start(seen))
    imputed = np.maximum(first, alive + 1)
    partial = (death.precision != PRECISION_DAY) & (date < NEVER)
    return np.where(partial & (date <= cutoff), imputed, date)


def _progression_free(plan, first_dose, horizon, death, left):
    """Event date or NEVER, censoring date, censoring code of PFS by treatment policy."""
    scans = plan.scans
    counts = (scans.day > first_dose[:, None]) & (scans.day <= horizon[:, None])
    day = np.where(counts, scans.day, NEVER)
    response = with_lesser_after_complete(scans.recorded, day)
    progression = progression_days(scans, plan.lesions, response)
    progression = np.where(counts, progression, NEVER).min(axis=1)
    event = np.minimum(progression, death)
    event = np.where(event <= horizon, event, NEVER)
    adequate = counts & (scans.recorded != NE) & (scans.recorded != NO_RESPONSE)
    last = np.where(adequate, scans.day, 0).max(axis=1)
    no_baseline = scans.baseline == NEVER
    none_after = last == 0
    code = np.where(none_after, 7, left)
    code = np.where(no_baseline, 6, code)
    return event, np.where(no_baseline | none_after, first_dose, last), code


def _overall(first_dose, horizon, death, alive, end_of_follow_up, outlived, left):
    """As `_progression_free` for overall survival; who lived on is censored at the planned end."""
    event = np.where(death <= horizon, death, NEVER)
    alive = np.where(outlived, end_of_follow_up, alive)
    last = np.maximum(np.minimum(alive, horizon), first_dose)
    return event, last, left


def _left(course, cutoff, end_of_follow_up, death, alive) -> np.ndarray:
    """Censoring code: 8 known alive at the planned end; 3 withdrew, 2 lost, 12 not seen, 8, 1."""
    before = np.minimum(end_of_follow_up, cutoff)
    seen = (alive >= end_of_follow_up - LAST_WINDOW_DAYS) | (death <= cutoff)
    code = np.where(end_of_follow_up <= cutoff, np.where(seen, 8, 12), 1)
    code = np.where((course.end_reason == COMPLETED) & (course.end <= cutoff), 8, code)
    code = np.where((course.end_reason == LOST) & (course.lost_declared <= before), 2, code)
    code = np.where((course.end_reason == WITHDRAWN) & (course.end <= before), 3, code)
    return np.where(_outlived(cutoff, end_of_follow_up, death, alive), 8, code)


def _outlived(cutoff, end_of_follow_up, death, alive) -> np.ndarray:
    """Whether a death after the planned end, or a sign of life from it on, is known."""
    return (alive >= end_of_follow_up) | ((death > end_of_follow_up) & (death <= cutoff))


def _survival(name: str, first_dose, event, censored, code) -> dict:
    treated = first_dose < NEVER
    date = np.where(treated, np.where(event < NEVER, event, censored), NEVER)
    happened = np.ma.masked_array((event < NEVER).astype(np.int64), ~treated)
    return {
        f"{name}_DAYS": _days(date, first_dose),
        f"{name}_EVENT": happened,
        f"{name}_DATE": _iso(date),
        f"{name}_CNSR": np.ma.masked_array(np.where(event < NEVER, 0, code), ~treated),
    }


_CLASS_OF = tuple(
    name if name in ("targeted", "immunotherapy") else "other" for name in terminology.THERAPY_CLASS
)


def _days(date, origin):
    there = (date < NEVER) & (origin < NEVER)
    return np.ma.masked_array(date - origin + 1, ~there)


def _iso(days) -> np.ndarray:
    there = (days < NEVER) & (days > 0)
    text = np.where(there, days, 0).astype("datetime64[D]").astype(str).astype(object)
    text[~there] = None
    return text


def _flag(is_so) -> np.ndarray:
    return np.where(is_so, "Y", None)  # type: ignore[call-overload]


def _pick(names, codes) -> np.ndarray:
    return np.array([*names, None], dtype=object)[codes]
