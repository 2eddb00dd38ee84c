"""Follow-up as in routine care: a cohort that nobody chases, beside the registry of the study.

Nobody is recorded as completed. Patients go silent: from one day on there is no contact, scan or
form, and no record says so. Who becomes too unwell for visits withdraws weeks before death. More
patients are never treated. Deaths reach the extract from a register whenever they come, after
silence, loss or the planned end too (after a withdrawal they may be used with consent only), so
that a death is known of whom no life is.

Silence does not depend on the disease; withdrawing because unwell does, and nothing in the extract
can put that right.
"""

from __future__ import annotations

import numpy as np

from . import model
from .draws import Draws
from .rows import NEVER

SILENT_PER_MONTH = 0.06  # after the anchor; half of those still alive have gone silent by a year
SILENT_NOT_BEFORE_DAYS = 14
TOO_UNWELL = 0.15  # of the dying withdraw before
TOO_UNWELL_DAYS = (10, 60)  # before death
UNTREATED = 0.30  # never treated, whatever was recommended


def parameters() -> dict:
    """Every declared parameter, for truth.json."""
    return {
        name: value
        for name, value in sorted(globals().items())
        if name.isupper() and isinstance(value, (int, float, tuple))
    }


def with_more_untreated(weights: np.ndarray) -> np.ndarray:
    """Weights of the paths, where so many are never treated; the others in their proportions."""
    others = np.delete(weights, model.NONE, axis=1)
    others = others / others.sum(axis=1, keepdims=True) * (1 - UNTREATED)
    return np.insert(others, model.NONE, UNTREATED, axis=1)


def silence(draws: Draws, anchor: np.ndarray) -> np.ndarray:
    """Day from which nobody hears of a patient."""
    days = draws.exponential("silence") * model.DAYS_PER_MONTH / SILENT_PER_MONTH
    return anchor + SILENT_NOT_BEFORE_DAYS + np.floor(days).astype(np.int64)


def too_unwell(draws: Draws, anchor: np.ndarray, death: np.ndarray) -> np.ndarray:
    """Day on which a patient withdraws as too unwell for visits, NEVER for the others."""
    day = death - draws.integers("too unwell for days", *TOO_UNWELL_DAYS)
    withdraws = draws.chance("too unwell", TOO_UNWELL) & (death < NEVER) & (day > anchor + 3)
    return np.where(withdraws, day, NEVER)
