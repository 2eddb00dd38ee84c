"""The raw tables of the tumour board: reviews, recommendations, decisions, from the plan."""

from __future__ import annotations

import numpy as np

from schemas import terminology

from . import catalogue, drugs, model
from .course import DEATH, LOST, WITHDRAWN, Course
from .draws import Draws
from .molecular import CANDIDATE_TIERS, MAX_RANKS, N_ALTERATIONS, Profile
from .rows import MISSING, NEVER, Rows, day
from .therapy import Therapy

_CONCLUSION = {name: i for i, name in enumerate(terminology.MTB_CONCLUSION)}
_DECISION = {name: i for i, name in enumerate(terminology.MTB_DECISION)}
_REASON = {name: i for i, name in enumerate(terminology.DECISION_REASON)}
_BIOMARKER = {name: i for i, name in enumerate(terminology.BIOMARKER)}
EVIDENCE_LEVELS = tuple(level for levels in catalogue.EVIDENCE_LEVELS for level in levels)
_VERSION_DAYS = np.array([day(f"{version}-01") for version in catalogue.EVIDENCE_VERSIONS])


def _variant_place(profile: Profile) -> np.ndarray:
    """Number of each first-profile alteration in its patient's list, from 1."""
    return np.cumsum(profile.present, axis=1)


def reviews(course: Course, profile: Profile, therapy: Therapy) -> np.ndarray:
    """Days of the deferred, the concluding and the second-profile review that took place."""
    planned = np.stack([profile.deferred, profile.review, therapy.second_review], axis=1)
    return np.where(planned < course.end[:, None], planned, NEVER)


def mtb_reviews_rows(course: Course, profile: Profile, therapy: Therapy) -> Rows:
    """The raw table mtb_reviews."""
    held = reviews(course, profile, therapy)
    patient, slot = np.nonzero(held < NEVER)
    found = np.where(slot == 2, therapy.acquired[patient] >= 0, profile.intervenable[patient])
    conclusion = np.where(found, _CONCLUSION["intervenable"], _CONCLUSION["not_intervenable"])
    columns = {
        "review_id": patient * 100 + slot + 1,
        "patient_id": patient,
        "test_id": patient * 100 + np.where(slot == 2, 3, profile.sequenced[patient] + 1),
        "review_date": held[patient, slot],
        "conclusion": np.where(slot == 0, _CONCLUSION["deferred"], conclusion),
    }
    return Rows(columns, patient, held[patient, slot])


def mtb_recommendations_rows(
    draws: Draws, course: Course, profile: Profile, therapy: Therapy
) -> Rows:
    """The raw table mtb_recommendations: linked ones by rank, then one without a link."""
    held = reviews(course, profile, therapy)
    made = np.zeros((len(held), MAX_RANKS + 2), dtype=bool)
    made[:, :MAX_RANKS] = (profile.ranked >= 0) & (held[:, 1] < NEVER)[:, None]
    made[:, MAX_RANKS] = profile.unlinked & (held[:, 1] < NEVER)
    made[:, MAX_RANKS + 1] = (therapy.acquired >= 0) & (held[:, 2] < NEVER)
    patient, slot = np.nonzero(made)
    linked, second = slot < MAX_RANKS, slot == MAX_RANKS + 1
    cand = np.maximum(profile.ranked, 0)[patient, np.minimum(slot, MAX_RANKS - 1)]
    got = np.maximum(therapy.acquired, 0)[patient]
    is_variant = linked & (cand < N_ALTERATIONS)
    place = _variant_place(profile)[patient, np.minimum(cand, N_ALTERATIONS - 1)]
    acquired_place = 50 + _second_count(draws, profile)[patient] + 1
    variant = np.where(second, acquired_place, np.where(is_variant, place, MISSING))
    markers = np.array([_BIOMARKER[b[0]] for b in catalogue.BIOMARKERS])
    marker = markers[np.maximum(cand - N_ALTERATIONS, 0)]
    pool = draws.choose("unlinked class", (0.6, 0.0, 0.3, 0.1))[patient]
    free = drugs.from_pool(pool, draws.uniform("unlinked drug")[patient], ())
    count = made[:, : MAX_RANKS + 1].sum(axis=1)[patient]
    tiers = np.array([a[5] for a in catalogue.ACQUIRED])
    tier = np.where(second, tiers[got], np.where(linked, CANDIDATE_TIERS[cand], 1))
    system = draws.choose("evidence system", catalogue.EVIDENCE_SYSTEM_WEIGHTS)[patient]
    when = np.where(second, held[patient, 2], held[patient, 1])
    version = np.searchsorted(_VERSION_DAYS, when, side="right") - 1
    unversioned = draws.chance("evidence without version", 0.1, MAX_RANKS + 2)[patient, slot]
    columns = {
        "recommendation_id": patient * 100 + slot + 1,
        "patient_id": patient,
        "review_id": patient * 100 + np.where(second, 3, 2),
        "rank": np.where(second, 1, np.where(linked, slot + 1, count)),
        "variant_id": np.where(variant >= 0, patient * 100 + variant, MISSING),
        "biomarker": np.where(linked & ~is_variant, marker, MISSING),
        "drug": np.where(
            second, drugs.ACQUIRED_DRUG[got], np.where(linked, drugs.AS_RECOMMENDED[cand], free)
        ),
        "therapy_class": np.where(
            second,
            drugs.ACQUIRED_CLASS[got],
            np.where(linked, drugs.CANDIDATE_CLASS[cand], drugs.POOL_CLASS[pool]),
        ),
        "evidence_system": system,
        "evidence_level": system * 4 + tier - 1,
        "evidence_version": np.where(unversioned, MISSING, version),
    }
    return Rows(columns, patient, when)


def _second_count(draws: Draws, profile: Profile) -> np.ndarray:
    """First-profile alterations that the second profile finds again."""
    kept = draws.chance("variant kept", 0.86, N_ALTERATIONS)
    return (profile.present & kept).sum(axis=1)


def mtb_decisions_rows(
    draws: Draws, course: Course, profile: Profile, therapy: Therapy, recommendations: Rows
) -> Rows:
    """The raw table mtb_decisions: accepted, declined with a reason, or pending."""
    rec = recommendations
    patient = rec.patient
    slot = rec.columns["recommendation_id"] % 100 - 1
    shape = (MAX_RANKS + 2,)
    pick = (patient, slot)
    linked, second = slot < MAX_RANKS, slot == MAX_RANKS + 1
    cand = np.where(linked, profile.ranked[patient, np.minimum(slot, MAX_RANKS - 1)], MISSING)
    by_first = therapy.guided & ~therapy.by_second
    first_guided = np.where(by_first, therapy.start, NEVER).min(axis=1)[patient]
    second_guided = np.where(therapy.by_second, therapy.start, NEVER).min(axis=1)[patient]
    chosen = linked & (cand == course.candidate[patient])
    start = np.where(second, second_guided, np.where(chosen, first_guided, NEVER))
    followed = start < NEVER
    meant = chosen & np.isin(course.path[patient], (model.GUIDED, model.BRIDGE)) & ~followed

    u = draws.uniform("decision", *shape)[pick]
    decision = np.where(u < 0.88, _DECISION["declined"], _DECISION["pending"])
    decision = np.where(meant & (u < 0.8), _DECISION["accepted"], decision)
    declined_followed = draws.uniform("declined but followed", *shape)[pick]
    decision = np.where(
        followed,
        np.where(
            declined_followed < model.DECLINED_FOLLOWED,
            _DECISION["declined"],
            _DECISION["accepted"],
        ),
        decision,
    )
    weights = (0.16, 0.0, 0.26, 0.18, 0.20, 0.08, 0.06, 0.0, 0.03, 0.03)
    reason = draws.choose("reason declined", weights, *shape)[pick]
    ends = course.end_reason[patient]
    kept_from = np.select(
        [ends == DEATH, ends == WITHDRAWN, ends == LOST],
        [_REASON["deterioration"], _REASON["patient_choice"], _REASON["lost"]],
        MISSING,
    )
    dies = draws.chance("reason death", 0.5, *shape)[pick] & (ends == DEATH)
    kept_from = np.where(dies, _REASON["death"], kept_from)
    accepted = decision == _DECISION["accepted"]
    reason = np.where(
        accepted, np.where(meant, kept_from, MISSING),
        np.where(decision == _DECISION["pending"], MISSING, reason),
    )  # fmt: skip
    review = rec.date
    when = review + draws.integers("decision day", 0, 8, *shape)[pick]
    when = np.minimum(np.minimum(when, start), course.end[patient] - 1)
    when = np.maximum(when, review)
    pending = decision == _DECISION["pending"]
    when = np.where(pending, review, when)
    has_row = draws.chance("decision recorded", 0.92, *shape)[pick] | followed
    announced = draws.chance("decision first pending", 0.5, *shape)[pick] | pending
    keep = np.nonzero(has_row)[0]
    columns = {
        "recommendation_id": rec.columns["recommendation_id"][keep],
        "patient_id": patient[keep],
        "decision_date": when[keep],
        "decision": decision[keep],
        "reason": reason[keep],
    }
    rows = Rows(columns, patient[keep], np.where(announced, review, when)[keep])
    early = np.nonzero(announced[keep] & ~pending[keep])[0]
    for column, value in (("decision", _DECISION["pending"]), ("reason", MISSING)):
        rows.open_until(column, early, value, when[keep][early])
    rows.open_until("decision_date", early, review[keep][early], when[keep][early])
    late = np.nonzero((accepted & meant)[keep])[0]
    rows.open_until("reason", late, MISSING, course.end[patient[keep][late]] + 12)
    return rows
