"""PROMIS-29 answers from a graded response model around a latent course on the T scale.

The steps of an item lie half-way between the T scores at which all four items of its domain take
one answer and the next, so that scored T scores lie on the latent ones.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

import schemas
from schemas import terminology

from . import model
from .assessments import VISITS, visit_label
from .course import Course
from .draws import Draws
from .people import People
from .rows import MISSING, NEVER, Rows

ITEMS = tuple(terminology.PROMIS29_ITEMS)
DOMAINS = tuple(model.PROMIS_BASELINE)
_INTENSITY = "global07"
_SHIFT = (-1.5, -0.5, 0.5, 1.5)  # of the four items of a domain, T points
FORMS = 2 + VISITS  # at enrolment, before first dose, visits
_PAIN = DOMAINS.index("pain_interference")


def t_score_table() -> np.ndarray:
    """T score by domain and raw sum (4..20), shape (domains, 21); 0 below 4."""
    path = Path(schemas.__file__).parent / "reference" / "promis29" / "t_scores.csv"
    table = np.zeros((len(DOMAINS), 21))
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            table[DOMAINS.index(row["domain"]), int(row["raw"])] = float(row["t_score"])
    return table


def _steps() -> np.ndarray:
    """T score at which an item of a domain goes from one answer to the next, (domains, 4)."""
    table = t_score_table()
    return (table[:, [4, 8, 12, 16]] + table[:, [8, 12, 16, 20]]) / 2


_STEPS = _steps()


def form_days(
    draws: Draws, name: str, people: People, course: Course, review: np.ndarray, spread: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Days of the forms or examinations of every patient, with visit label and visit number.

    Both baselines have number 0. They stop with the observation.
    """
    n = len(people)
    treated = course.group != model.NT
    held = np.where(review < course.end, review, people.enrolment)
    anchor = np.where(treated, course.first_dose, np.maximum(held, people.enrolment))
    enrolled = people.enrolment + draws.integers(f"{name} at enrolment", 0, 5)
    enrolled = np.minimum(enrolled, np.where(treated, anchor, NEVER))
    before = anchor - draws.integers(f"{name} before dose", 0, 5)
    day = np.full((n, FORMS), NEVER)
    day[:, 0] = enrolled
    day[:, 1] = np.where(treated & (anchor - people.enrolment > 14), before, NEVER)
    jitter = draws.integers(f"{name} jitter", -spread, spread, VISITS)
    day[:, 2:] = anchor[:, None] + np.array(model.VISIT_DAYS) - 1 + jitter
    day = np.where(day < course.end[:, None], day, NEVER)
    label = np.zeros((n, FORMS), dtype=np.int64)
    label[:, 2:] = visit_label(day[:, 2:] - anchor[:, None] + 1)
    number = np.array([0, 0, *range(1, VISITS + 1)])
    return day, label, number


def latent_t(draws: Draws, people: People, course: Course, number: np.ndarray) -> np.ndarray:
    """Latent T scores, shape (patients, forms, domains): person, planted course, day-to-day."""
    base = np.array([model.PROMIS_BASELINE[d] for d in DOMAINS])
    change = np.array([model.PROMIS_CHANGE_PER_VISIT[d] for d in DOMAINS])
    worse = np.where([d in ("physical_function", "social_roles") for d in DOMAINS], -1.0, 1.0)
    person = base + model.PROMIS_SD_PERSON * draws.normal("promis person", len(DOMAINS))
    person = person + model.PROMIS_SD_FRAILTY * people.frailty[:, None] * worse
    course_of = change.T[course.group][:, None, :] * number[None, :, None]
    visit = model.PROMIS_SD_VISIT * draws.normal("promis visit", FORMS, len(DOMAINS))
    return person[:, None, :] + course_of + visit


def answers(draws: Draws, latent: np.ndarray) -> np.ndarray:
    """Answers to the items in their order on the form, shape (patients, forms, items)."""
    u = draws.uniform("promis answers", FORMS, len(ITEMS))
    noise = np.log((u + 1e-9) / (1 - u + 1e-9)) * 10 / (1.7 * model.PROMIS_DISCRIMINATION)
    out = np.zeros(u.shape, dtype=np.int64)
    seen = dict.fromkeys(DOMAINS, 0)
    for i, item in enumerate(ITEMS):
        domain = terminology.PROMIS29_ITEMS[item]
        if item == _INTENSITY:
            level = (latent[:, :, _PAIN] - 38) / 3.4 + noise[:, :, i] * 0.35
            out[:, :, i] = np.clip(np.floor(level), 0, 10)
            continue
        at = DOMAINS.index(domain)
        level = latent[:, :, at] + noise[:, :, i]
        steps = _STEPS[at] + _SHIFT[seen[domain]]
        seen[domain] += 1
        out[:, :, i] = 1 + (level[:, :, None] >= steps).sum(axis=2)
    return out


def plan_forms(draws: Draws, people: People, course: Course, review: np.ndarray):
    """Days, labels, visit numbers and answers of the forms that were filled in."""
    day, label, number = form_days(draws, "promis", people, course, review, 6)
    missing = np.array((0.22, *model.PROMIS_FORM_MISSING))
    day = np.where(draws.chance("promis form missing", missing, FORMS), NEVER, day)
    items = answers(draws, latent_t(draws, people, course, number))
    skipped = draws.chance("promis item missing", model.PROMIS_ITEM_MISSING, FORMS, len(ITEMS))
    return day, label, number, np.where(skipped, MISSING, items)


def promis29_rows(draws: Draws, people: People, course: Course, review: np.ndarray) -> Rows:
    """The raw table promis29."""
    day, label, _, items = plan_forms(draws, people, course, review)
    patient, form = np.nonzero(day < NEVER)
    pick = (patient, form)
    columns = {"patient_id": patient, "visit": label[pick], "completion_date": day[pick]}
    chosen = items[pick]
    columns |= {item: chosen[:, i] for i, item in enumerate(ITEMS)}
    return Rows(columns, patient, day[pick])
