"""The course of the disease: first therapy, progression, death, end of observation.

All is planned here before a single raw row exists. Days are absolute; a day that does not come is
NEVER.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import drugs, model, routine
from .draws import Draws
from .molecular import Profile
from .people import People
from .rows import NEVER

DEATH, WITHDRAWN, LOST, COMPLETED, SILENT = range(5)


@dataclass
class Course:
    """One entry per patient; see `plan_course`."""

    path: np.ndarray
    group: np.ndarray  # of the first systemic regimen; NT if none is ever given
    candidate: np.ndarray  # the recommended candidate that guided therapy follows, -1 none
    first_dose: np.ndarray
    guided_from: np.ndarray  # planned start of guided therapy after a bridging regimen
    archetype: np.ndarray
    progression: np.ndarray  # true day
    death: np.ndarray  # during observation
    true_death: np.ndarray  # whenever it comes
    fatal_ae: np.ndarray  # onset of a fatal adverse event that leads to `death`
    end: np.ndarray  # last day of observation (exclusive for everything but the end itself)
    end_reason: np.ndarray
    lost_declared: np.ndarray
    death_after_withdrawal: np.ndarray
    vital_status_consent: np.ndarray
    too_unwell: np.ndarray  # withdrew for that reason
    as_in_routine: bool  # follow-up as in routine care, deaths from a register


def plan_course(
    draws: Draws,
    people: People,
    profile: Profile,
    follow_up: bool = True,
    as_in_routine: bool = False,
) -> Course:
    """Plan therapy, progression and death of every patient.

    `follow_up=False` leaves out withdrawal and loss and follows to death: for the population truth.
    `as_in_routine=True`: follow-up as in routine care (`routine`).
    """
    n = len(people)
    month = model.DAYS_PER_MONTH
    path, candidate, start, guided_from = _first_therapy(draws, people, profile, as_in_routine)
    leaves = np.full(n, NEVER)
    lost = leaves.copy()
    if follow_up:
        withdrawal = draws.exponential("withdrawal") * month / model.WITHDRAWAL_PER_MONTH
        loss = draws.exponential("loss") * month / model.LOSS_PER_MONTH
        leaves = people.enrolment + 2 + np.floor(withdrawal).astype(np.int64)
        lost = people.enrolment + 5 + np.floor(loss).astype(np.int64)
    hazard = np.where(
        path == model.NONE,
        model.DEATH_UNTREATED_PER_MONTH,
        model.DEATH_BEFORE_THERAPY_PER_MONTH,
    ) * np.exp(model.DEATH_UNTREATED_FRAILTY * people.frailty)
    untreated_death = (
        people.enrolment
        + 6
        + np.floor(draws.exponential("death without therapy") * month / hazard).astype(np.int64)
    )
    treated = start < np.minimum(untreated_death, np.minimum(leaves, lost)) - 3
    group = np.where(treated, _GROUP_OF_PATH[path], model.NT)
    first_dose = np.where(treated, start, NEVER)
    archetype, progression, death, fatal_ae = _disease(draws, people, group, path, first_dose)
    death = np.where(treated, death, untreated_death)
    anchor = np.where(treated, first_dose, people.enrolment)
    completed = anchor + 365 + draws.integers("completed", 1, 24)
    unwell, silent = np.full(n, NEVER), np.full(n, NEVER)
    if not follow_up or as_in_routine:
        completed = np.full(n, NEVER)
    if follow_up and as_in_routine:
        unwell = routine.too_unwell(draws, anchor, death)
        leaves = np.minimum(leaves, unwell)
        silent = routine.silence(draws, anchor)
    ends = np.stack([death, leaves, lost, completed, silent])
    reason = ends.argmin(axis=0)
    end = ends.min(axis=0)
    declared = np.minimum(end + draws.integers("loss declared", 45, 90), anchor + 390)
    return Course(
        path=path,
        group=group,
        candidate=candidate,
        first_dose=first_dose,
        guided_from=np.where(treated, guided_from, NEVER),
        archetype=archetype,
        progression=progression,
        death=np.where(reason == DEATH, death, NEVER),
        true_death=death,
        fatal_ae=np.where((reason == DEATH) & treated, fatal_ae, NEVER),
        end=end,
        end_reason=reason,
        lost_declared=np.where(reason == LOST, np.maximum(declared, end + 1), NEVER),
        death_after_withdrawal=np.where(
            (reason == WITHDRAWN) & (death > end + 7) & (death < anchor + 390), death, NEVER
        ),
        vital_status_consent=draws.chance("vital status consent", model.VITAL_STATUS_CONSENT),
        too_unwell=(reason == WITHDRAWN) & (end == unwell),
        as_in_routine=as_in_routine,
    )


_GROUP_OF_PATH = np.array(
    [model.NT, model.TG, model.TN, model.TN, model.TN, model.OT, model.OT]
)  # in the order of model.PATHS


def _first_therapy(
    draws: Draws, people: People, profile: Profile, as_in_routine: bool
) -> tuple[np.ndarray, ...]:
    """Path, recommended candidate, planned first dose, planned guided start after bridging."""
    n = len(people)
    linked = profile.ranked[:, 0] >= 0
    weights = np.where(linked[:, None], model.PATH_LINKED, model.PATH_UNLINKED)
    if as_in_routine:
        weights = routine.with_more_untreated(weights)
    path = draws.choose_by_row("path", weights)
    combination = (profile.ranked >= 0) & drugs.IS_COMBINATION[np.maximum(profile.ranked, 0)]
    part = draws.chance("part of a combination", model.PART_OF_COMBINATION)
    path = np.where(combination.any(axis=1) & part & (path == model.GUIDED), model.PARTIAL, path)
    path = np.where((path == model.PARTIAL) & ~combination.any(axis=1), model.GUIDED, path)
    second = draws.chance("second rank", model.SECOND_RANK_CHOSEN) & (profile.ranked[:, 1] >= 0)
    rank = np.where(path == model.PARTIAL, combination.argmax(axis=1), np.where(second, 1, 0))
    candidate = profile.ranked[np.arange(n), rank]

    review = profile.review
    delay = draws.lognormal("guided delay", model.GUIDED_DELAY_MEDIAN, model.GUIDED_DELAY_SIGMA)
    delay = np.clip(np.floor(delay), 1, 70).astype(np.int64)
    delay = np.where(draws.chance("same day", model.SAME_DAY), 0, delay)
    early = people.enrolment + draws.integers("before the review", 3, 16)
    concordant = np.maximum(people.enrolment + 1, review - draws.integers("concordant", 3, 15))
    # what needs a review to come needs it to come in time
    path = np.where((path == model.BRIDGE) & (early + 7 > review), model.GUIDED, path)
    path = np.where((path == model.BEFORE_REVIEW) & (concordant >= review), model.GUIDED, path)
    soon = people.enrolment + draws.integers("other therapy soon", 4, 40)
    waited = np.where(review < NEVER, review, people.enrolment + 35)
    waited = np.maximum(waited, people.enrolment) + draws.integers("other therapy waits", 3, 24)
    other = np.where(draws.chance("other therapy early", 0.55), soon, waited)
    guided = np.maximum(review + delay, people.enrolment)
    by_path = (np.full(n, NEVER), guided, other, concordant, guided, other, early)
    start = np.choose(path, by_path)
    guided_from = np.where(path == model.BRIDGE, np.maximum(review + delay + 10, early + 16), NEVER)
    return path, candidate, start, guided_from


def _disease(draws, people, group, path, first_dose):
    """Response archetype, true progression, death and onset of a fatal adverse event."""
    month = model.DAYS_PER_MONTH
    acts_as = np.where(path == model.BRIDGE, model.TG, np.minimum(group, model.OT))
    weights = np.array(model.ARCHETYPE_WEIGHTS)[acts_as]
    archetype = draws.choose_by_row("archetype", weights)
    median = np.array(model.TTP_MEDIAN_MONTHS)[acts_as] * month
    scale = median / np.log(2) ** (1 / model.TTP_SHAPE)
    days = scale * draws.exponential("progression") ** (1 / model.TTP_SHAPE)
    days *= np.exp(model.TTP_FRAILTY * people.frailty)
    responds = archetype > 0
    floor = model.TTP_RESPONDER_FLOOR_DAYS
    days = np.where(responds, floor + days * model.TTP_RESPONDER_FACTOR, 8 + days)
    days = np.floor(days).astype(np.int64)
    after = draws.exponential("survival after progression") * (
        model.SURVIVAL_AFTER_PD_MONTHS * month
    )
    after *= np.exp(model.SURVIVAL_AFTER_PD_FRAILTY * people.frailty)
    before = 5 + np.floor(
        draws.exponential("death before progression") * month / model.DEATH_BEFORE_PD_PER_MONTH
    ).astype(np.int64)
    death = np.where(before < days, before, days + 5 + np.floor(after).astype(np.int64))
    fatal = 1 + np.floor(
        draws.exponential("fatal adverse event") * month / model.FATAL_SAE_PER_MONTH
    ).astype(np.int64)
    dies = fatal + draws.integers("death after fatal adverse event", 0, 9)
    from_ae = dies < death
    death = np.where(from_ae, np.maximum(dies, 5), death)
    progression = np.minimum(first_dose + days, NEVER)
    fatal_ae = np.where(from_ae, np.minimum(first_dose + fatal, NEVER), NEVER)
    return archetype, progression, np.minimum(first_dose + death, NEVER), fatal_ae
