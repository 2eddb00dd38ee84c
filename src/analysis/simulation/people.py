"""Who is enrolled: the patients, their tumours, their latent prognosis and their earlier lines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from schemas import terminology

from . import catalogue, model
from .draws import Draws
from .rows import (
    NEVER,
    PRECISION_DAY,
    PRECISION_MONTH,
    PRECISION_YEAR,
    Rows,
    partial,
    written,
    year_of,
)

_LINES = len(model.PRIOR_LINES)
_PRIOR_CLASSES = ("chemotherapy", "targeted", "immunotherapy", "endocrine")
_POOLS = (
    catalogue.CHEMOTHERAPY,
    catalogue.TARGETED,
    catalogue.IMMUNOTHERAPY,
    catalogue.ENDOCRINE,
)
PRIOR_REGIMENS = tuple(drug for pool in _POOLS for drug in pool)


@dataclass
class People:
    """Patients of a chunk as parallel arrays; days since 1970-01-01. See `plan_people`."""

    number: np.ndarray
    site: np.ndarray
    tumour: np.ndarray
    frailty: np.ndarray
    consent: np.ndarray
    enrolment: np.ndarray
    birth_year: np.ndarray
    sex: np.ndarray
    last_progression: np.ndarray
    last_pfs: np.ndarray  # days, of the last line before enrolment
    entry_delay: np.ndarray

    def __len__(self) -> int:
        return len(self.number)


def plan_people(draws: Draws, first_number: int, clean: bool) -> People:
    """Draw who is enrolled, when and with which latent prognosis.

    `frailty` is standard normal; the higher, the worse the course of every line of therapy.
    """
    n = draws.patients
    tumour = draws.choose("tumour", [t[3] for t in catalogue.TUMOURS])
    women = np.array([t[4] for t in catalogue.TUMOURS])[tumour]
    enrolment = draws.integers("enrolment", model.ENROLMENT_FIRST, model.ENROLMENT_LAST)
    consent = enrolment - draws.integers("consent", 0, 6)
    age = np.clip(
        np.floor(model.AGE_MEAN + model.AGE_SD * draws.normal("age")), *model.AGE_RANGE
    ).astype(np.int64)
    female = terminology.SEX.index("female")
    male = terminology.SEX.index("male")
    people = People(
        number=first_number + np.arange(n),
        site=draws.choose("site", [weight for _, weight in model.SITES]),
        tumour=tumour,
        frailty=draws.normal("frailty"),
        consent=consent,
        enrolment=enrolment,
        birth_year=year_of(consent) - age,
        sex=np.where(draws.chance("sex", women), female, male),
        last_progression=consent - draws.integers("gap before consent", 10, 60),
        last_pfs=np.zeros(n, dtype=np.int64),
        entry_delay=np.zeros(n, dtype=np.int64) if clean else entry_delay(draws, "patients"),
    )
    people.last_pfs = _lines(draws, people)["length"][:, 0]
    return people


def entry_delay(draws: Draws, name: str, *shape: int) -> np.ndarray:
    """Days from an event to its entry: mostly a few, sometimes weeks."""
    usual = np.floor(model.ENTRY_DELAY_MEAN_DAYS * draws.exponential(f"{name} delay", *shape))
    late = draws.integers(f"{name} late by", *model.ENTRY_LATE_DAYS, *shape)
    is_late = draws.chance(f"{name} late", model.ENTRY_LATE, *shape)
    return np.where(is_late, late, usual).astype(np.int64)


def patients_rows(draws: Draws, people: People, clean: bool) -> Rows:
    """The raw table patients."""
    n = len(people)
    stage = draws.choose("stage", (0.10, 0.87, 0.03))
    sites = draws.choose("metastatic sites", (0.06, 0.30, 0.30, 0.19, 0.10, 0.05))
    unknown = draws.chance("metastatic sites unknown", 0.02)
    ineligible = draws.chance("ineligible", 0.0 if clean else 0.008)
    # the first line began some weeks after diagnosis: see prior_treatments_rows
    years = draws.uniform("years since diagnosis")
    diagnosed = first_line_start(draws, people) - 14 - np.floor(years**2 * 500).astype(np.int64)
    u = draws.uniform("precision of diagnosis date")
    precision = np.where(u < 0.12, PRECISION_MONTH, np.where(u < 0.14, PRECISION_YEAR, 0))
    if clean:
        precision = np.zeros(n, dtype=np.int64)
    columns = {
        "patient_id": np.arange(n),
        "site_id": people.site,
        "consent_date": people.consent,
        "enrolment_date": people.enrolment,
        "birth_year": people.birth_year,
        "sex": people.sex,
        "diagnosis": people.tumour,
        "oncotree_code": people.tumour,
        "tumour_group": people.tumour,
        "diagnosis_date": partial(diagnosed, precision),
        "stage": stage,
        "metastatic_sites": np.where(
            unknown, -1, np.where(stage == 0, np.minimum(sites, 1), sites)
        ),
        "eligible": np.where(ineligible, 1, 0),
    }
    return Rows(columns, np.arange(n), people.enrolment)


def _lines(draws: Draws, people: People) -> dict[str, np.ndarray]:
    """Earlier lines, latest first: days of start and progression, shape (patients, lines)."""
    count = 1 + draws.choose("prior lines", model.PRIOR_LINES)
    median = np.array(model.PFS1_MEDIAN_MONTHS) * model.DAYS_PER_MONTH
    length = draws.lognormal("PFS1", median, model.PFS1_SIGMA, _LINES)
    length *= np.exp(model.PFS1_FRAILTY * people.frailty)[:, None]
    length = np.clip(np.floor(length), 21, 1500).astype(np.int64)
    gap = draws.integers("gap between lines", 14, 60, _LINES)
    before = np.cumsum(length + gap, axis=1)
    progression = people.last_progression[:, None] - np.concatenate(
        [np.zeros((len(people), 1), dtype=np.int64), before[:, :-1]], axis=1
    )
    return {
        "count": count,
        "length": length,
        "progression": progression,
        "start": progression - length + 1,
    }


def first_line_start(draws: Draws, people: People) -> np.ndarray:
    """Day on which the first line began."""
    lines = _lines(draws, people)
    return lines["start"][np.arange(len(people)), lines["count"] - 1]


def prior_treatments_rows(draws: Draws, people: People, clean: bool) -> Rows:
    """The raw table prior_treatments: lines before enrolment, their PFS and how they ended."""
    lines = _lines(draws, people)
    n, shape = len(people), (_LINES,)
    chosen = draws.choose("prior class", (0.66, 0.14, 0.14, 0.06), *shape)
    within = draws.uniform("prior regimen", *shape)
    sizes = np.array([len(pool) for pool in _POOLS])
    offsets = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    regimen = offsets[chosen] + np.floor(within * sizes[chosen]).astype(np.int64)
    reason = draws.choose("prior stop", (0.80, 0.08, 0.06, 0.03, 0.02, 0.01), *shape)
    stopped_early = np.isin(reason, (1, 2, 3))
    share = 0.35 + 0.5 * draws.uniform("prior share treated", *shape)
    end = np.where(
        stopped_early,
        lines["start"] + np.floor(lines["length"] * share).astype(np.int64),
        lines["progression"] + draws.integers("prior end after progression", 0, 5, *shape),
    )
    response = _prior_response(draws, lines["length"])
    unrecorded = draws.chance("no progression date", 0.25, *shape) & stopped_early
    unrecorded |= draws.chance("progression date missing", 0.0 if clean else 0.03, *shape)
    progression = np.where(unrecorded, NEVER, lines["progression"])
    place = np.arange(_LINES)[None, :]
    patient, line = np.nonzero(place < lines["count"][:, None])
    source = lines["count"][patient] - 1 - line  # latest line is stored first
    pick = (patient, source)
    columns = {
        "patient_id": patient,
        "line": line + 1,
        "regimen": regimen[pick],
        "therapy_class": np.array(
            [terminology.THERAPY_CLASS.index(name) for name in _PRIOR_CLASSES]
        )[chosen[pick]],
        "start_date": partial(lines["start"][pick], _precision(draws, "prior start", clean)[pick]),
        "end_date": partial(end[pick], _precision(draws, "prior end", clean)[pick]),
        "best_response": response[pick],
        "progression_date": partial(
            written(progression[pick]), _precision(draws, "prior progression", clean)[pick]
        ),
        "stop_reason": reason[pick],
    }
    assert n == draws.patients
    return Rows(columns, patient, people.enrolment[patient])


def _prior_response(draws: Draws, length: np.ndarray) -> np.ndarray:
    """Best response of a line by its length; positions in OVERALL_RESPONSE, -1 unknown."""
    code = {name: i for i, name in enumerate(terminology.OVERALL_RESPONSE)}
    u = draws.uniform("prior response", _LINES)
    long_line = np.where(u < 0.06, code["CR"], np.where(u < 0.5, code["PR"], code["SD"]))
    short_line = np.where(u < 0.1, code["PR"], np.where(u < 0.65, code["SD"], code["PD"]))
    response = np.where(length > 120, long_line, short_line)
    response = np.where(length < 60, code["PD"], response)
    return np.where(draws.chance("prior response unknown", 0.08, _LINES), -1, response)


def _precision(draws: Draws, name: str, clean: bool) -> np.ndarray:
    """How much of a date of an earlier line is known."""
    if clean:
        return np.full((draws.patients, _LINES), PRECISION_DAY)
    u = draws.uniform(f"{name} precision", _LINES)
    month = u < model.PARTIAL_PRIOR_DATES
    return np.where(u < 0.006, PRECISION_YEAR, np.where(month, PRECISION_MONTH, PRECISION_DAY))
