"""Newton-Raphson for partial likelihoods, with the care their edges need.

A model has ``x``, shape (n, p), and ``derivatives(beta)``, which returns the log-likelihood,
its gradient and the information.
"""

import numpy as np

__all__ = ["estimable", "maximise", "scales"]

MAX_STEPS = 60
# On standardised covariates: a coefficient that still moves by more than this per step has
# no finite estimate (Newton's steps towards infinity stay about 1, all others vanish).
STEP_TOLERANCE = 1e-9
LARGEST = 50
SINGULAR = 1e-10


def scales(x):
    """Standard deviation of each column, 1 for a constant one; for fitting standardised."""
    if not len(x):
        return np.ones(x.shape[1])
    spread = x.std(axis=0)
    return np.where(spread > 0, spread, 1.0)


def estimable(model):
    """Covariates that carry information of their own, in order: a sweep of the information."""
    _, _, information = model.derivatives(np.zeros(model.x.shape[1]))
    kept = np.zeros(information.shape[0], bool)
    swept = information.copy()
    for j in range(kept.size):
        if swept[j, j] > SINGULAR * max(information[j, j], 1e-3):
            kept[j] = True
            swept = swept - np.outer(swept[:, j], swept[j]) / swept[j, j]
    return kept


def maximise(model):
    """Maximum of the partial likelihood, and which coefficients have no finite one."""
    beta = np.zeros(model.x.shape[1])
    step = np.zeros(beta.size)
    if beta.size == 0:
        return beta, np.zeros(0, bool)
    value, score, information = model.derivatives(beta)
    for _ in range(MAX_STEPS):
        try:
            step = np.linalg.solve(information, score)
        except np.linalg.LinAlgError:
            break
        if not np.isfinite(step).all():
            break
        factor = 1.0
        new = model.derivatives(beta + step)
        while not new[0] >= value - 1e-9 * abs(value) and factor > 1e-6:
            factor /= 2
            new = model.derivatives(beta + factor * step)
        beta = beta + factor * step
        value, score, information = new
        if np.abs(step).max() < STEP_TOLERANCE:
            return beta, np.zeros(beta.size, bool)
        if np.abs(beta).max() > LARGEST:
            break
    return beta, np.abs(step) > STEP_TOLERANCE
