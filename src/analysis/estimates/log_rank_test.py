"""The log-rank test, stratified too. Import it from ``analysis.estimates.survival``."""

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from .inputs import as_codes, as_flags, as_times, same_length
from .ties import with_ties

__all__ = ["log_rank"]


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
    ``survival::survdiff``: lifelines computes the plain test, statsmodels the stratified one.
    As in R, groups without an expected event are left out of the degrees of freedom. Times that
    differ only by floating point are ties (`ties.with_ties`).
    """
    # Both take longer to import than a curve to compute, and curves come from this package too.
    from lifelines.statistics import multivariate_logrank_test
    from statsmodels.duration.survfunc import survdiff

    time, event = as_times("time", time), as_flags("event", event)
    group, labels = as_codes("group", group)
    layer = np.zeros(time.size, np.int64) if strata is None else as_codes("strata", strata)[0]
    same_length(time=time, event=event, group=group, strata=layer)
    if labels.size < 2 or not event.any():
        return np.nan, 0, np.nan
    time = with_ties(time)
    used = _expected(time, event, group, layer)
    time, event, group, layer = time[used], event[used], group[used], layer[used]
    df = np.unique(group).size - 1
    if df < 1:
        return np.nan, 0, np.nan
    if strata is None:
        result = multivariate_logrank_test(time, group, event)
        return float(result.test_statistic), df, float(result.p_value)
    if not _compared(group, layer):
        return np.nan, df, np.nan
    chi2, p_value = survdiff(time, event, group, strata=layer)
    return float(chi2), df, float(p_value)


def _expected(time, event, group, layer):
    """Rows of groups with someone at risk at a death of some stratum."""
    first = np.full(layer.max() + 1, np.inf)
    np.minimum.at(first, layer[event], time[event])
    return np.isin(group, group[time >= first[layer]])


def _compared(group, layer):
    """Whether strata tie all groups together; if not, no one statistic compares them."""
    pairs = coo_array((np.ones(group.size), (group, layer)))
    wide = coo_array(pairs @ pairs.T)
    label = connected_components(wide, directed=False)[1]
    return np.unique(label[np.unique(group)]).size == 1
