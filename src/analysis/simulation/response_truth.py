"""Best overall response of the plan: small rules of this package's own, by the published criteria.

Written from the rules of the analysis plan (section on best overall response), not from the code
that derives responses from extracts: the two are compared with each other.
"""

from __future__ import annotations

import numpy as np

from schemas import terminology

from .assessments import CR, NE, NON, PD, PR, SD
from .rows import NEVER

BEST = {name: i for i, name in enumerate(terminology.BEST_OVERALL_RESPONSE)}
MISSING_RESPONSE = BEST["MISSING"]
MIN_STABLE_DAYS = 42
CONFIRM_DAYS = 28
MOST_NOT_EVALUABLE = 1


def with_lesser_after_complete(response: np.ndarray, day: np.ndarray) -> np.ndarray:
    """The responses, with a CR's first lesser successor read as progression."""
    out = response.copy()
    complete = np.zeros(len(response), dtype=bool)
    for k in range(response.shape[1]):
        there = day[:, k] < NEVER
        lesser = there & complete & np.isin(response[:, k], (PR, SD, NON))
        out[:, k] = np.where(lesser, PD, response[:, k])
        complete |= there & (response[:, k] == CR)
        complete &= ~lesser
    return out


def best_responses(
    response: np.ndarray,
    day: np.ndarray,
    first_dose: np.ndarray,
    before: np.ndarray,
    up_to: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Best overall response, unconfirmed and confirmed, one per patient.

    Parameters
    ----------
    response, day : ndarray, shape (patients, slots)
        Responses in order of time, and their days; NEVER where there was no assessment.
    first_dose : ndarray
        Day 1; assessments on or before it are baseline and do not count.
    before : ndarray
        Day of new therapy: assessments on or after it do not count.
    up_to : ndarray
        Last day that counts (end of follow-up or clinical cutoff).

    Returns
    -------
    tuple of ndarray
        Positions in `terminology.BEST_OVERALL_RESPONSE`.
    """
    seen = (day > first_dose[:, None]) & (day < before[:, None]) & (day <= up_to[:, None])
    seen &= day < NEVER
    response = with_lesser_after_complete(response, np.where(seen, day, NEVER))
    progressed = seen & (response == PD)
    seen &= np.cumsum(progressed, axis=1) - progressed == 0
    since = day - first_dose[:, None]
    late = since >= MIN_STABLE_DAYS

    def any_of(*codes: int) -> np.ndarray:
        return seen & np.isin(response, codes)

    stable = (any_of(CR, PR, SD) & late).any(axis=1)
    non = (any_of(NON) & late).any(axis=1)
    not_evaluable = (any_of(NE) | (any_of(CR, PR, SD, NON) & ~late)).any(axis=1)
    base = np.full(len(day), MISSING_RESPONSE)
    for present, code in (
        (not_evaluable, BEST["NE"]),
        (any_of(PD).any(axis=1), BEST["PD"]),
        (non, BEST["NON-CR/NON-PD"]),
        (stable, BEST["SD"]),
    ):
        base = np.where(present, code, base)
    best = base.copy()
    for present, code in ((any_of(PR), BEST["PR"]), (any_of(CR), BEST["CR"])):
        best = np.where(present.any(axis=1), code, best)
    confirmed_cr, confirmed_pr = _confirmed(response, day, seen)
    confirmed = np.where(confirmed_pr, BEST["PR"], base)
    confirmed = np.where(confirmed_cr, BEST["CR"], confirmed)
    return best, confirmed


def _confirmed(response, day, seen) -> tuple[np.ndarray, np.ndarray]:
    """Whether a CR, and a PR, is confirmed by a later assessment."""
    slots = response.shape[1]
    found = {CR: np.zeros(len(day), dtype=bool), PR: np.zeros(len(day), dtype=bool)}
    for first in range(slots - 1):
        for code, accepted in ((CR, (CR,)), (PR, (PR, CR))):
            alive = seen[:, first] & (response[:, first] == code)
            if not alive.any():
                continue
            not_evaluable = np.zeros(len(day), dtype=np.int64)
            complete = np.zeros(len(day), dtype=bool)
            for second in range(first + 1, slots):
                there = seen[:, second]
                now = response[:, second]
                fits = np.isin(now, accepted) & ~(complete & (now == PR))
                enough = day[:, second] - day[:, first] >= CONFIRM_DAYS
                found[code] |= alive & there & fits & enough
                not_evaluable += there & (now == NE)
                complete |= there & (now == CR)
                breaks = there & ~fits & (now != NE)
                alive &= ~breaks & (not_evaluable <= MOST_NOT_EVALUABLE)
    return found[CR], found[PR]
