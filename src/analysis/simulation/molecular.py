"""From biopsy to tumour board: specimens, tests, variants, reviews, recommendations, as planned.

Attempts 0 and 1 belong to the first profile (the second only if the first failed), attempt 2 to the
profile at resistance. Days are those on which a thing would happen; `rows_*` keep what happened
before the patient's observation ended.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import catalogue, model
from .draws import Draws
from .people import People
from .rows import NEVER

N_ALTERATIONS = len(catalogue.ALTERATIONS)
N_CANDIDATES = N_ALTERATIONS + len(catalogue.BIOMARKERS)
MAX_RANKS = 3
# every drug a linked recommendation can name, position = alteration or biomarker
CANDIDATE_DRUGS = tuple(a[5] or "" for a in catalogue.ALTERATIONS) + tuple(
    b[1] for b in catalogue.BIOMARKERS
)
CANDIDATE_CLASSES = tuple(a[6] or "other" for a in catalogue.ALTERATIONS) + tuple(
    b[2] for b in catalogue.BIOMARKERS
)
CANDIDATE_TIERS = np.array(
    [a[7] for a in catalogue.ALTERATIONS] + [b[3] for b in catalogue.BIOMARKERS]
)


@dataclass
class Specimens:
    """Biopsies and tests of the three attempts, shape (patients, 3)."""

    planned: np.ndarray  # the biopsy is meant to be done
    day: np.ndarray
    blood: np.ndarray
    content: np.ndarray
    adequate: np.ndarray
    report: np.ndarray
    passed: np.ndarray


@dataclass
class Profile:
    """Molecular findings and the board's view of them; see `plan_profile`."""

    sequenced: np.ndarray  # (n,) attempt that passed, -1 if none
    present: np.ndarray  # (n, alterations)
    tmb: np.ndarray  # tenths per megabase
    msi_high: np.ndarray
    hrd_positive: np.ndarray
    deferred: np.ndarray  # (n,) day of a deferred review, NEVER if none
    review: np.ndarray  # (n,) day of the first concluding review, NEVER if none
    intervenable: np.ndarray
    ranked: np.ndarray  # (n, ranks) candidates recommended, -1 none
    unlinked: np.ndarray  # (n,) a recommendation without variant or biomarker is made


def plan_specimens(draws: Draws, people: People) -> Specimens:
    """First biopsy, and a repeat if it or its test failed. Attempt 2 is filled by therapy."""
    shape = (3,)
    blood = draws.chance("liquid", model.LIQUID_SHARE, *shape)
    blood[:, 1] |= draws.chance("liquid at repeat", 0.25)
    content = np.clip(np.floor(45 + 20 * draws.normal("tumour content", *shape)), 3, 95)
    failing = np.where(blood, model.INADEQUATE_BLOOD, model.INADEQUATE_TISSUE)
    adequate = ~draws.chance("inadequate", failing, *shape)
    content = np.where(adequate, np.maximum(content, 20), np.minimum(content, 15)).astype(np.int64)
    content = np.where(blood | draws.chance("content unknown", 0.05, *shape), -1, content)
    passed = adequate & ~draws.chance("qc fail", model.QC_FAIL, *shape)
    wait = np.clip(
        np.floor(draws.lognormal("report", model.REPORT_MEDIAN_DAYS, model.REPORT_SIGMA, *shape)),
        7,
        70,
    ).astype(np.int64)
    first = people.consent + draws.integers("biopsy", 0, 9)
    known = np.where(
        adequate[:, 0],
        first + wait[:, 0] + draws.integers("repeat after report", 4, 20),
        first + draws.integers("repeat after biopsy", 8, 25),
    )
    again = ~passed[:, 0] & draws.chance("repeat", model.REPEAT_AFTER_FAILURE)
    never = np.full(len(people), NEVER)
    day = np.stack([first, np.where(again, known, NEVER), never], axis=1)
    planned = np.stack([np.ones(len(people), bool), again, np.zeros(len(people), bool)], axis=1)
    report = np.where(planned & adequate, day + wait, NEVER)
    return Specimens(planned, day, blood, content, adequate, report, passed)


def plan_profile(draws: Draws, people: People, specimens: Specimens) -> Profile:
    """What the first profile finds, when the board sees it and what it recommends."""
    n = len(people)
    passed = specimens.passed & specimens.planned
    sequenced = np.where(passed[:, 0], 0, np.where(passed[:, 1], 1, -1))
    frequency = np.array([catalogue.by_group(a[4], a[3]) for a in catalogue.ALTERATIONS]).T
    present = draws.chance("alterations", frequency[people.tumour], N_ALTERATIONS)
    msi_rate = np.array(catalogue.by_group(catalogue.MSI_HIGH, catalogue.MSI_HIGH_ELSE))
    hrd_rate = np.array(catalogue.by_group(catalogue.HRD_POSITIVE, catalogue.HRD_POSITIVE_ELSE))
    msi_high = draws.chance("MSI", msi_rate[people.tumour])
    hrd_positive = draws.chance("HRD", hrd_rate[people.tumour])
    tmb = draws.lognormal("TMB", np.where(msi_high, 360.0, 38.0), 0.55)
    tmb = np.clip(np.floor(tmb), 4, 1500).astype(np.int64)
    done = sequenced >= 0
    present &= done[:, None]

    found = np.zeros((n, N_CANDIDATES), dtype=bool)
    actionable = CANDIDATE_TIERS[:N_ALTERATIONS] > 0
    found[:, :N_ALTERATIONS] = present & actionable
    found[:, N_ALTERATIONS:] = (
        np.stack([msi_high, hrd_positive, (tmb >= 100) & ~msi_high], axis=1) & done[:, None]
    )
    found &= draws.chance("candidate kept", model.CANDIDATE_KEPT, N_CANDIDATES)
    intervenable = found.any(axis=1)
    order = np.where(found, CANDIDATE_TIERS * 100 + np.arange(N_CANDIDATES), 10_000)
    ranked = np.argsort(order, axis=1, kind="stable")[:, :MAX_RANKS]
    ranked = np.where(np.take_along_axis(found, ranked, axis=1), ranked, -1)
    without_drug = draws.chance("intervenable without drug", model.INTERVENABLE_WITHOUT_DRUG)
    ranked[without_drug] = -1

    report = np.where(done, specimens.report[np.arange(n), np.maximum(sequenced, 0)], NEVER)
    meeting = report + draws.integers("review", *model.REVIEW_AFTER_REPORT)
    deferral = draws.chance("deferred", model.DEFERRED) & done
    later = meeting + draws.integers("review after deferral", 10, 28)
    unlinked_rate = np.where(intervenable, model.UNLINKED_BESIDE, model.UNLINKED_WITHOUT_VARIANT)
    return Profile(
        sequenced=sequenced,
        present=present,
        tmb=tmb,
        msi_high=msi_high,
        hrd_positive=hrd_positive,
        deferred=np.where(deferral, meeting, NEVER),
        review=np.where(done, np.where(deferral, later, meeting), NEVER),
        intervenable=intervenable,  # type: ignore[arg-type]
        ranked=ranked,
        unlinked=draws.chance("unlinked recommendation", unlinked_rate) & done,
    )
