"""One chunk of patients: everything planned, in the order in which it depends on each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import (
    adverse_events,
    assessments,
    course,
    follow_up,
    molecular,
    molecular_rows,
    people,
    performance,
    promis,
    snapshots,
    therapy,
    tumour,
    tumour_board_rows,
    tumour_rows,
)
from .draws import Draws
from .rows import NEVER, Rows


@dataclass
class Plan:
    """The planned truth of a chunk of patients."""

    people: people.People
    specimens: molecular.Specimens
    profile: molecular.Profile
    course: course.Course
    scans: assessments.Assessments
    lesions: tumour.Lesions
    therapy: therapy.Therapy
    events: adverse_events.Events
    death: follow_up.Death
    reviews: np.ndarray


def plan_chunk(
    draws: Draws,
    first_number: int,
    clean: bool,
    follow_up_ends: bool = True,
    as_in_routine: bool = False,
) -> Plan:
    """Plan the patients numbered from `first_number` on."""
    who = people.plan_people(draws, first_number, clean)
    specimens = molecular.plan_specimens(draws, who)
    profile = molecular.plan_profile(draws, who, specimens)
    disease = course.plan_course(draws, who, profile, follow_up_ends, as_in_routine)
    scans = assessments.plan_assessments(draws, who, disease, clean)
    regimens = therapy.plan_therapy(
        draws, who, profile, specimens, disease, scans.first_recorded_pd()
    )
    later_guided = regimens.guided[:, 1:] & ~regimens.restart[:, 1:]
    starts = np.where(later_guided, regimens.start[:, 1:], NEVER).min(axis=1)
    assessments.plan_later_scans(draws, disease, scans, starts, clean)
    lesions = tumour.plan_lesions(draws, disease, scans, clean)
    events = adverse_events.plan_events(draws, who, specimens, disease, regimens)
    return Plan(
        people=who,
        specimens=specimens,
        profile=profile,
        course=disease,
        scans=scans,
        lesions=lesions,
        therapy=regimens,
        events=events,
        death=follow_up.plan_death(draws, disease, clean),
        reviews=tumour_board_rows.reviews(disease, profile, regimens),
    )


def raw_rows(draws: Draws, plan: Plan, clean: bool) -> dict[str, Rows]:
    """The 16 raw tables of the plan, with everything that happens to their rows over time."""
    who, specimens, profile = plan.people, plan.specimens, plan.profile
    disease, regimens, scans, lesions = plan.course, plan.therapy, plan.scans, plan.lesions
    concluded, deferred = plan.reviews[:, 1], plan.reviews[:, 0]
    review = np.where(concluded < NEVER, concluded, deferred)
    recommendations = tumour_board_rows.mtb_recommendations_rows(draws, disease, profile, regimens)
    split = np.where(lesions.later_by > 0, scans.day + 2, NEVER)
    tables = {
        "patients": people.patients_rows(draws, who, clean),
        "prior_treatments": people.prior_treatments_rows(draws, who, clean),
        "biopsies": molecular_rows.biopsies_rows(draws, who, specimens, disease),
        "sequencing": molecular_rows.sequencing_rows(draws, specimens, disease, profile),
        "variants": molecular_rows.variants_rows(draws, specimens, disease, profile, regimens),
        "mtb_reviews": tumour_board_rows.mtb_reviews_rows(disease, profile, regimens),
        "mtb_recommendations": recommendations,
        "mtb_decisions": tumour_board_rows.mtb_decisions_rows(
            draws, disease, profile, regimens, recommendations
        ),
        "treatments": follow_up.treatments_rows(draws, disease, regimens, plan.death, clean),
        "tumour_lesions": tumour_rows.tumour_lesions_rows(draws, scans, lesions),
        "tumour_responses": tumour_rows.tumour_responses_rows(draws, scans, lesions, clean),
        "adverse_events": adverse_events.adverse_events_rows(
            draws, who, disease, regimens, plan.events, plan.death.known, clean
        ),
        "promis29": promis.promis29_rows(draws, who, disease, review),
        "ecog": performance.ecog_rows(draws, who, disease, review),
        "follow_up": follow_up.follow_up_rows(draws, who, disease, regimens, split),
        "disposition": follow_up.disposition_rows(draws, disease, regimens, plan.death, clean),
    }
    for rows in tables.values():
        rows.date = np.maximum(rows.date, who.enrolment[rows.patient])
    snapshots.enter(draws, tables, plan, clean)
    return tables
