"""The log-rank test, stratified too. Import it from ``analysis.estimates.survival``."""

import numpy as np
from scipy.special import gammaincc

from .inputs import as_codes, as_flags, as_times, same_length
from .ties import with_ties

__all__ = ["chi_square_tail", "log_rank", "quadratic_form"]


def log_rank(time, event, group, strata=None):
    """Log-rank test that several groups have the same survival.

    Parameters
    ----------
    time : array-like of float, shape (n,)
        Days to the event or to censoring.
    event : array-like of bool or 0/1, shape (n,)
    group : array-like, shape (n,)
        Label of the group of each patient.
    strata : array-like, shape (n,), optional
        Patients are compared within strata only.

    Returns
    -------
    (chi2, df, p_value) : tuple of (float, int, float)
        Two-sided, unweighted. (NaN, 0, NaN) with fewer than two groups or without events.

    Raises
    ------
    ValueError
        On missing values, negative times or lengths that differ.

    Notes
    -----
    Mantel, Cancer Chemother Rep 1966; 50: 163-170, with the hypergeometric variance, as R
    ``survival::survdiff``: groups without an expected event are left out of the degrees of
    freedom. Times that differ only by floating point are ties (`ties.with_ties`).
    """
    time, event = as_times("time", time), as_flags("event", event)
    group, labels = as_codes("group", group)
    layer = np.zeros(time.size, np.int64) if strata is None else as_codes("strata", strata)[0]
    same_length(time=time, event=event, group=group, strata=layer)
    if labels.size < 2 or not event.any():
        return np.nan, 0, np.nan
    time = with_ties(time)
    deaths, at_risk = _tables(time, event, group, layer, labels.size)
    d, n = deaths.sum(axis=1), at_risk.sum(axis=1)
    share = at_risk / n[:, None]
    expected = d @ share
    factor = d * np.where(n > 1, (n - d) / np.maximum(n - 1, 1), 0.0)
    variance = np.diag(factor @ share) - (share * factor[:, None]).T @ share
    used = expected > 0
    df = int(used.sum()) - 1
    if df < 1:
        return np.nan, 0, np.nan
    gap = (deaths.sum(axis=0) - expected)[used][1:]
    chi2 = quadratic_form(gap, variance[np.ix_(used, used)][1:, 1:])
    return chi2, df, chi_square_tail(chi2, df)


def quadratic_form(vector, matrix):
    """Quadratic form of a vector in the inverse of a matrix.

    0 where both vanish, NaN where the matrix is singular.
    """
    if not np.any(matrix):
        return 0.0 if not np.any(vector) else np.nan
    try:
        return float(vector @ np.linalg.solve(matrix, vector))
    except np.linalg.LinAlgError:
        return np.nan


def chi_square_tail(chi2, df):
    """Upper tail probability of the chi-square distribution; NaN for a missing statistic."""
    return float(gammaincc(df / 2, max(chi2, 0.0) / 2)) if chi2 == chi2 else np.nan


def _tables(time, event, group, layer, n_groups):
    """Deaths and numbers at risk by group, a row per (stratum, event time)."""
    order = np.lexsort((time, layer))
    time, event, group, layer = time[order], event[order], group[order], layer[order]
    new = np.concatenate([[True], (np.diff(layer) != 0) | (np.diff(time) != 0)])
    place = np.cumsum(new) - 1
    m = place[-1] + 1
    ending = np.bincount(place * n_groups + group, minlength=m * n_groups).reshape(m, n_groups)
    cell = place[event] * n_groups + group[event]
    deaths = np.bincount(cell, minlength=m * n_groups).reshape(m, n_groups)
    # At risk: everyone of the stratum who ends at this time or later.
    tail = np.cumsum(ending[::-1], axis=0)[::-1]
    stratum = layer[new]
    last = np.searchsorted(stratum, stratum, side="right")
    later = np.vstack([tail, np.zeros((1, n_groups), tail.dtype)])[last]
    kept = deaths.sum(axis=1) > 0
    return deaths[kept].astype(float), (tail - later)[kept].astype(float)
