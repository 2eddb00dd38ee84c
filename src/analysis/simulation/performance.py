"""ECOG performance status from a latent state that drifts and worsens after progression."""

from __future__ import annotations

import numpy as np

from . import model
from .course import Course
from .draws import Draws
from .people import People
from .promis import FORMS, form_days
from .rows import NEVER, Rows


def ecog_rows(draws: Draws, people: People, course: Course, review: np.ndarray) -> Rows:
    """The raw table ecog; grade 5 is not used, deaths are in disposition."""
    day, label, number = form_days(draws, "ecog", people, course, review, 5)
    day = np.where(draws.chance("ecog missing", model.ECOG_MISSING, FORMS), NEVER, day)
    drift = np.array(model.ECOG_DRIFT_PER_VISIT)[course.group]
    state = 0.1 + 0.55 * people.frailty[:, None] + drift[:, None] * number[None, :]
    state = state + model.ECOG_AFTER_PD * (day > course.progression[:, None])
    state = state + model.ECOG_SD * draws.normal("ecog", FORMS)
    grade = (state[:, :, None] >= np.array(model.ECOG_LIMITS)).sum(axis=2)
    patient, form = np.nonzero(day < NEVER)
    pick = (patient, form)
    columns = {
        "patient_id": patient,
        "visit": label[pick],
        "assessment_date": day[pick],
        "ecog": grade[pick],
    }
    return Rows(columns, patient, day[pick])
