"""Newton-Raphson for partial likelihoods, with the care their edges need.

A model has ``x``, shape (n, p), and ``derivatives(beta)``, which returns the log-likelihood,
its gradient and the information.
"""

import numpy as np

__all__ = ["estimable", "maximise", "scales"]

MAX_STEPS = 60
# All on standardised covariates. Newton's steps towards infinity stay about 1 while all
# others vanish: a coefficient that still moves at the end has no finite estimate.
STEP_TOLERANCE = 1e-9
STILL_MOVING = 1e-4
LONGEST_STEP = 5
LARGEST = 20
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
        found = _uphill(model, beta, step, value)
        if found is None:
            break
        beta, (value, score, information) = found
        if np.abs(step).max() < STEP_TOLERANCE:
            return beta, np.zeros(beta.size, bool)
        if np.abs(beta).max() > LARGEST:
            break
    return beta, ~(np.abs(step) < STILL_MOVING)


def _uphill(model, beta, step, value):
    """The step, cut and halved until the likelihood does not fall; None if it always does."""
    factor = min(1.0, LONGEST_STEP / max(np.abs(step).max(), LONGEST_STEP))
    while factor > 1e-6:
        new = model.derivatives(beta + factor * step)
        # Late entry subtracts sums: far out they cancel, and nothing can be read off them.
        if new[0] >= value - 1e-9 * abs(value) and np.isfinite(new[2]).all():
            return beta + factor * step, new
        factor /= 2
    return None
