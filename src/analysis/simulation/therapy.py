"""Regimens after enrolment as planned, and the second profile after failure of guided therapy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from schemas import terminology

from . import catalogue, drugs, model
from .course import DEATH, WITHDRAWN, Course
from .draws import Draws
from .molecular import Profile, Specimens
from .people import People
from .rows import MISSING, NEVER

REGIMENS = 4
STOP = {name: i for i, name in enumerate(terminology.STOP_REASON)}
_FAILED = (STOP["progression"], STOP["toxicity"])


@dataclass
class Therapy:
    """Systemic regimens, shape (patients, regimens), and one local therapy per patient."""

    start: np.ndarray
    end: np.ndarray  # NEVER while nobody knows an end
    stop: np.ndarray  # position in STOP_REASON, -1 without an end
    drug: np.ndarray
    therapy_class: np.ndarray
    group: np.ndarray
    guided: np.ndarray
    by_second: np.ndarray  # guided by the second profile
    restart: np.ndarray  # the drugs of the first regimen once more
    local_start: np.ndarray
    local_end: np.ndarray
    local_kind: np.ndarray
    local_reason: np.ndarray
    local_target: np.ndarray
    second_review: np.ndarray
    acquired: np.ndarray  # alteration of the second profile that the board recommends, -1 none
    clinical_progression: np.ndarray

    def new_therapy(self) -> np.ndarray:
        """Day on which a systemic regimen with a drug not in the first one starts."""
        later = np.where(self.restart[:, 1:], NEVER, self.start[:, 1:])
        return later.min(axis=1)


def plan_therapy(
    draws: Draws,
    people: People,
    profile: Profile,
    specimens: Specimens,
    course: Course,
    progression_recorded: np.ndarray,
) -> Therapy:
    """Plan all regimens. Fills attempt 2 of `specimens` where a second profile is made."""
    n = len(people)
    plan = _empty(n)
    _first_regimen(draws, profile, course, progression_recorded, plan)
    for k in range(1, REGIMENS):
        _second_profile(draws, specimens, course, plan, k)
        _next_regimen(draws, profile, course, plan, k)
    _local_therapy(draws, people, course, plan)
    return plan


def _empty(n: int) -> Therapy:
    shape = (n, REGIMENS)
    never, none, no = np.full(shape, NEVER), np.full(shape, MISSING), np.zeros(shape, dtype=bool)
    once = np.full(n, NEVER)
    return Therapy(
        start=never.copy(),
        end=never.copy(),
        stop=none.copy(),
        drug=none.copy(),
        therapy_class=none.copy(),
        group=none.copy(),
        guided=no.copy(),
        by_second=no.copy(),
        restart=no.copy(),
        local_start=once.copy(),
        local_end=once.copy(),
        local_kind=np.zeros(n, dtype=np.int64),
        local_reason=np.zeros(n, dtype=np.int64),
        local_target=np.zeros(n, dtype=bool),
        second_review=once.copy(),
        acquired=np.full(n, MISSING),
        clinical_progression=once.copy(),
    )


def _first_regimen(draws, profile, course, progression_recorded, plan) -> None:
    """The first regimen: its drug by the path, its end by what happens first."""
    path, cand = course.path, np.maximum(course.candidate, 0)
    treated = course.group != model.NT
    swapped = draws.chance("other order", model.RECOMMENDED_ORDER_SWAPPED)
    extra = draws.chance("extra drug", model.EXTRA_DRUG)
    guided_drug = np.where(swapped, drugs.OTHER_ORDER[cand], drugs.AS_RECOMMENDED[cand])
    guided_drug = np.where(extra, drugs.WITH_EXTRA[cand], guided_drug)
    pool = draws.choose("class of other therapy", model.FIRST_OTHER_CLASS)
    pool = np.where(path == model.OTHER_TARGET, drugs.TARGETED_POOL, pool)
    pool = np.where(path == model.BRIDGE, drugs.CHEMOTHERAPY_POOL, pool)
    drug = drugs.from_pool(pool, draws.uniform("drug 0"), ())
    drug = np.where(path == model.GUIDED, guided_drug, drug)
    drug = np.where(path == model.BEFORE_REVIEW, drugs.AS_RECOMMENDED[cand], drug)
    drug = np.where(path == model.PARTIAL, drugs.FIRST_ALONE[cand], drug)
    by_candidate = np.isin(path, (model.GUIDED, model.BEFORE_REVIEW, model.PARTIAL))
    kind = np.where(by_candidate, drugs.CANDIDATE_CLASS[cand], drugs.POOL_CLASS[pool])
    # immunotherapy by biomarker before its review is other therapy, a targeted drug is TN
    targeted = kind == terminology.THERAPY_CLASS.index("targeted")
    group = np.where(course.group == model.TG, model.TG, np.where(targeted, model.TN, model.OT))
    start = course.first_dose
    ends = _first_ends(draws, course, progression_recorded, start, pool, by_candidate)
    reasons = np.array(
        [STOP[r] for r in ("progression", "toxicity", "patient_choice", "progression",
                           "completed", "other")]
    )  # fmt: skip
    clinical = ends[3]
    end, stop = ends.min(axis=0), reasons[ends.argmin(axis=0)]
    plan.clinical_progression = np.where(
        treated & (clinical <= end) & (clinical < course.end - 1), clinical, NEVER
    )
    end, stop = _ended_by_observation(draws, course, start, end, stop, 0)
    for column, value in (
        (plan.start, start), (plan.end, end), (plan.stop, stop), (plan.drug, drug),
        (plan.therapy_class, kind), (plan.group, group),
    ):  # fmt: skip
        column[:, 0] = np.where(treated, value, column[:, 0])
    plan.guided[:, 0] = treated & (course.group == model.TG)
    course.group = np.where(treated, group, model.NT)


def _first_ends(draws, course, progression_recorded, start, pool, by_candidate) -> np.ndarray:
    """Days on which the first regimen would end: one row per reason."""
    n = draws.patients
    never = np.full(n, NEVER)
    soon = draws.integers("stop after progression", 0, 14)
    beyond = draws.integers("stop beyond progression", 30, 80)
    goes_on = draws.chance("beyond progression", model.BEYOND_PROGRESSION)
    after_pd = progression_recorded + np.where(goes_on, beyond, soon)

    def sometimes(name: str, probability: float, least: int, mean: float) -> np.ndarray:
        at = start + least + np.floor(mean * draws.exponential(f"{name} when")).astype(np.int64)
        return np.where(draws.chance(name, probability), at, never)

    toxicity = sometimes("toxicity stop", model.STOP_TOXICITY, 12, 55)
    choice = sometimes("choice stop", model.STOP_CHOICE, 15, 60)
    clinical = sometimes("clinical progression", model.STOP_CLINICAL, 20, 50)
    # the clinic calls it before the scan does, or not at all
    clinical = np.where(clinical < progression_recorded - 30, clinical, never)
    completed = start + draws.integers("chemotherapy completed at", 120, 190)
    is_chemotherapy = (pool == drugs.CHEMOTHERAPY_POOL) & ~by_candidate
    finishes = draws.chance("chemotherapy completed", model.CHEMOTHERAPY_COMPLETED)
    completed = np.where(is_chemotherapy & finishes, completed, never)
    bridge = course.guided_from - draws.integers("bridge ends before guided", 1, 5)
    bridge = np.where(course.guided_from < NEVER, bridge, never)
    return np.stack([np.minimum(after_pd, NEVER), toxicity, choice, clinical, completed, bridge])


def _ended_by_observation(draws, course, start, end, stop, k):
    """A regimen that outlasts the observation ends by death or withdrawal, or stays open."""
    outlasts = end >= course.end - 1
    last_dose = np.maximum(course.end - draws.integers(f"last dose before death {k}", 0, 14), start)
    dies = outlasts & (course.end_reason == DEATH)
    leaves = outlasts & (course.end_reason == WITHDRAWN) & draws.chance(f"stop known {k}", 0.6)
    open_ = outlasts & ~dies & ~leaves
    end = np.where(dies, last_dose, np.where(leaves, course.end, np.where(open_, NEVER, end)))
    stop = np.where(dies, STOP["death"], np.where(leaves, STOP["patient_choice"], stop))
    return end, np.where(open_, MISSING, stop)


def _second_profile(draws, specimens: Specimens, course: Course, plan: Therapy, k: int) -> None:
    """A biopsy after guided therapy failed, its report, its review and what it recommends."""
    failed = plan.guided[:, k - 1] & np.isin(plan.stop[:, k - 1], _FAILED)
    wanted = failed & ~specimens.planned[:, 2]
    wanted &= draws.chance(f"second biopsy {k}", model.SECOND_BIOPSY)
    day = plan.end[:, k - 1] + draws.integers(f"second biopsy day {k}", 3, 16)
    wanted &= day < course.end - 2
    report = day + draws.integers(f"second report {k}", 10, 26)
    useful = wanted & specimens.adequate[:, 2] & specimens.passed[:, 2]
    acquired = draws.choose(f"acquired {k}", [1.0] * len(catalogue.ACQUIRED))
    found = useful & draws.chance(f"acquired found {k}", model.ACQUIRED)
    review = report + draws.integers(f"second review {k}", 2, 9)
    specimens.planned[:, 2] |= wanted
    specimens.day[:, 2] = np.where(wanted, day, specimens.day[:, 2])
    specimens.report[:, 2] = np.where(
        wanted & specimens.adequate[:, 2], report, specimens.report[:, 2]
    )
    plan.second_review = np.where(useful, review, plan.second_review)
    plan.acquired = np.where(found, acquired, plan.acquired)


def _next_regimen(draws, profile: Profile, course: Course, plan: Therapy, k: int) -> None:
    """Regimen k (0 is the first), after the one before ended."""
    before_end, before_stop = plan.end[:, k - 1], plan.stop[:, k - 1]
    could = (before_end < NEVER) & np.isin(
        before_stop,
        [STOP[r] for r in ("progression", "toxicity", "patient_choice", "other", "completed")],
    )
    goes_on = could & draws.chance(f"next line {k}", model.NEXT_LINE)
    start = before_end + draws.integers(f"next start {k}", 7, 38)
    pool = draws.choose(f"next class {k}", model.NEXT_CLASS)
    avoid = (plan.drug[:, k - 1], plan.drug[:, 0])
    drug = drugs.from_pool(pool, draws.uniform(f"drug {k}"), avoid)
    kind = drugs.POOL_CLASS[pool]
    group = np.where(pool == drugs.TARGETED_POOL, model.TN, model.OT)

    again = goes_on & (before_stop == STOP["toxicity"]) & (k == 1)
    again &= course.path != model.BEFORE_REVIEW  # the same drug after the review: left out
    again &= draws.chance(f"restart {k}", model.RESTART * 3)

    cand = np.maximum(course.candidate, 0)
    linked = (course.candidate >= 0) & ~plan.guided[:, :k].any(axis=1)
    linked &= np.isin(course.path, (model.OTHER, model.OTHER_TARGET))
    cross = goes_on & linked & (profile.review < start)
    cross &= draws.chance(f"crossover {k}", model.CROSSOVER_GUIDED) & ~again
    bridged = (course.guided_from < NEVER) & (k == 1)
    guided = cross | bridged
    start = np.where(bridged, np.maximum(course.guided_from, before_end + 1), start)
    drug = np.where(guided, drugs.AS_RECOMMENDED[cand], drug)
    kind = np.where(guided, drugs.CANDIDATE_CLASS[cand], kind)

    by_second = (plan.acquired >= 0) & ~plan.by_second.any(axis=1)
    by_second &= plan.guided[:, k - 1] & draws.chance(f"by second {k}", model.GUIDED_BY_SECOND)
    second_start = plan.second_review + draws.integers(f"second start {k}", 0, 16)
    start = np.where(by_second, second_start, start)
    acquired = np.maximum(plan.acquired, 0)
    drug = np.where(by_second, drugs.ACQUIRED_DRUG[acquired], drug)
    kind = np.where(by_second, drugs.ACQUIRED_CLASS[acquired], kind)

    drug = np.where(again & ~by_second & ~guided, plan.drug[:, 0], drug)
    kind = np.where(again & ~by_second & ~guided, plan.therapy_class[:, 0], kind)
    repeat = again & ~by_second & ~guided
    exists = (goes_on | bridged | by_second) & (before_end < NEVER) & (start < course.end - 2)
    guided = (guided | by_second | (repeat & plan.guided[:, 0])) & exists
    group = np.where(guided, model.TG, np.where(repeat, plan.group[:, 0], group))

    length = draws.lognormal(f"length {k}", model.NEXT_LENGTH_MEDIAN_DAYS, model.NEXT_LENGTH_SIGMA)
    end = start + np.clip(np.floor(length), 7, 700).astype(np.int64)
    stop = np.array([STOP[r] for r in ("progression", "toxicity", "patient_choice", "completed")])[
        draws.choose(f"next stop {k}", (0.74, 0.13, 0.05, 0.08))
    ]
    end, stop = _ended_by_observation(draws, course, start, end, stop, k)
    for column, value in (
        (plan.start, start), (plan.end, end), (plan.stop, stop), (plan.drug, drug),
        (plan.therapy_class, kind), (plan.group, group),
    ):  # fmt: skip
        column[:, k] = np.where(exists, value, column[:, k])
    plan.guided[:, k] = guided
    plan.by_second[:, k] = by_second & exists
    plan.restart[:, k] = repeat & exists


def _local_therapy(draws, people: People, course: Course, plan: Therapy) -> None:
    """Radiotherapy or surgery somewhere between the anchor and the end of observation."""
    anchor = np.where(course.group == model.NT, people.enrolment + 2, course.first_dose + 10)
    share = draws.uniform("local when")
    span = np.maximum(course.end - 12 - anchor, 0)
    start = anchor + np.floor(share * span).astype(np.int64)
    given = draws.chance("local", model.LOCAL_THERAPY) & (span > 10)
    plan.local_start = np.where(given, start, NEVER)
    plan.local_kind = draws.choose("local kind", (0.7, 0.2, 0.1))
    weeks = np.array([9, 4, 0])[plan.local_kind]
    plan.local_end = np.where(given, start + weeks, NEVER)
    reason = draws.choose("local reason", (0.3, 0.5, 0.15, 0.05))
    plan.local_reason = reason
    after = course.progression < start
    plan.local_target = given & after & draws.chance("local on target", 0.4)
