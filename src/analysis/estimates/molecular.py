"""Progression-free survival ratio (growth modulation index): PFS2 / PFS1 of one patient.

PFS1 is the time to progression on the line before, observed for everyone; PFS2, on the
molecularly guided line, may be censored, and then the ratio is only known to be larger.
Counting such a ratio as it stands, or leaving the patient out, both bias the rate.
"""

import numpy as np
import pandas as pd

from .inputs import as_flags, as_times, same_length, z_value
from .proportions import clopper_pearson
from .survival_curve import kaplan_meier
from .ties import TIE_TOLERANCE, with_ties

__all__ = ["midrank_rate", "pfs_ratio", "pfs_ratio_null"]

# Days are whole; a ratio this close to the threshold is at the threshold.
RATIO_TOLERANCE = TIE_TOLERANCE


def pfs_ratio(pfs1, pfs2, event2, threshold=1.3, conf_level=0.95):
    """Rate of patients whose PFS ratio reaches the threshold, by five estimators.

    Parameters
    ----------
    pfs1 : array-like of float, shape (n,)
        Days on the line before, positive, all complete.
    pfs2 : array-like of float, shape (n,)
        Days on the guided line.
    event2 : array-like of bool or 0/1, shape (n,)
        1 when PFS2 ended by progression or death, 0 when censored.
    threshold : float
        A ratio at or above it is a success.
    conf_level : float

    Returns
    -------
    pandas.DataFrame
        A row per estimator, its name in the index ``estimator``, with columns n_success, n,
        estimate, low, high. NaN estimates without patients.

        - ``evaluable``: among those who can be classified (ratio complete, or censored at or
          above the threshold), Clopper-Pearson;
        - ``worst_case``, ``best_case``: over everyone, the others counted as failures or as
          successes, Clopper-Pearson;
        - ``kaplan_meier``: Kaplan-Meier estimate of P(ratio >= threshold), log-log limits
          (NaN for the limits where it is 0);
        - ``midrank``: see `midrank_rate`.

    Raises
    ------
    ValueError
        On missing or negative times, a PFS1 or threshold that is not positive, or lengths
        that differ.

    Notes
    -----
    Von Hoff, Clin Cancer Res 1998; 4: 1079-1086; Texier et al., Comput Math Methods Med
    2018: 1672176 (PMC5820554). Print the null reference `pfs_ratio_null` beside it.
    """
    pfs1, pfs2, event2 = _checked_pairs(pfs1, pfs2, event2, threshold)
    z_value(conf_level)
    ratio = pfs2 / pfs1
    success = ratio >= threshold * (1 - RATIO_TOLERANCE)
    known = event2 | success
    rows = {
        "evaluable": _exact_row(int(success.sum()), int(known.sum()), conf_level),
        "worst_case": _exact_row(int(success.sum()), ratio.size, conf_level),
        "best_case": _exact_row(int((success | ~known).sum()), ratio.size, conf_level),
        "kaplan_meier": _kaplan_meier_row(ratio, event2, success, threshold, conf_level),
        "midrank": (np.nan, ratio.size, *midrank_rate(pfs1, pfs2, event2, threshold, conf_level)),
    }
    frame = pd.DataFrame.from_dict(
        rows, orient="index", columns=["n_success", "n", "estimate", "low", "high"]
    )
    return frame.rename_axis("estimator")


def midrank_rate(pfs1, pfs2, event2, threshold=1.3, conf_level=0.95):
    """Midrank estimate of the rate of patients whose PFS ratio reaches the threshold.

    Parameters and errors as `pfs_ratio`.

    Returns
    -------
    (estimate, low, high) : tuple of float
        NaN without patients.

    Notes
    -----
    All PFS2 and all threshold * PFS1 are ranked together; a censored PFS2 stands for every
    value from its time to infinity. The midrank of a value is the mean of the lowest and the
    highest rank it can take, and a patient is a success when the midrank of PFS2 is not
    below that of threshold * PFS1. So a PFS2 censored early but high among all times can
    still count. Interval: the normal one of the paper's code, cut off at 0 and 1.

    Source: Kovalchik and Mietlowski, Contemp Clin Trials 2011; 32: 99-107, with midranks of
    Hudgens and Satten, J Nonparametr Stat 2002; 14: 569-581; recommended over the parametric
    estimator by Texier et al. 2018 (PMC5820554), whose published example code was read for
    the handling of censored values and ties. No software was at hand to compare with: the
    tests use cases worked by hand.
    """
    pfs1, pfs2, event2 = _checked_pairs(pfs1, pfs2, event2, threshold)
    z = z_value(conf_level)
    if pfs1.size == 0:
        return np.nan, np.nan, np.nan
    scaled, pfs2 = with_ties(threshold * pfs1, pfs2)
    longest = np.where(event2, pfs2, np.inf)
    earliest_ends = np.sort(np.concatenate([scaled, pfs2]))
    latest_ends = np.sort(np.concatenate([scaled, longest]))

    def midrank(low, high):
        lowest = np.searchsorted(latest_ends, low, side="left") + 1
        highest = np.searchsorted(earliest_ends, high, side="right")
        return (lowest + highest) / 2

    estimate = float(np.mean(midrank(pfs2, longest) >= midrank(scaled, scaled)))
    half = z * np.sqrt(estimate * (1 - estimate) / pfs1.size)
    return estimate, float(max(estimate - half, 0.0)), float(min(estimate + half, 1.0))


def pfs_ratio_null(threshold=1.3, shape=1.0):
    """Rate of ratios at or above the threshold when the guided line changes nothing.

    Parameters
    ----------
    threshold : float or array-like of float
    shape : float or array-like of float
        Shape k of the Weibull distribution of both times; 1 is exponential.

    Returns
    -------
    float or numpy.ndarray
        1 / (1 + threshold ** shape): 0.435 at 1.3 and k = 1, 0.372 at k = 2.

    Raises
    ------
    ValueError
        When an argument is not positive.

    Notes
    -----
    Both lines exchangeable, independent Weibull given a shared frailty (SAP section 9).
    """
    threshold, shape = np.asarray(threshold, dtype=float), np.asarray(shape, dtype=float)
    if not ((threshold > 0).all() and (shape > 0).all()):
        raise ValueError("threshold and shape must be positive")
    null = 1 / (1 + threshold**shape)
    return float(null) if null.ndim == 0 else null


def _checked_pairs(pfs1, pfs2, event2, threshold):
    pfs1, pfs2 = as_times("pfs1", pfs1), as_times("pfs2", pfs2)
    event2 = as_flags("event2", event2)
    same_length(pfs1=pfs1, pfs2=pfs2, event2=event2)
    if (pfs1 == 0).any():
        raise ValueError("pfs1 must be positive: a ratio to 0 days has no meaning")
    if not 0 < threshold < np.inf:
        raise ValueError(f"threshold must be positive, not {threshold}")
    return pfs1, pfs2, event2


def _exact_row(n_success, n, conf_level):
    estimate = n_success / n if n else np.nan
    return n_success, n, estimate, *clopper_pearson(n_success, n, conf_level)


def _kaplan_meier_row(ratio, event2, success, threshold, conf_level):
    """P(ratio >= threshold): the curve just before the threshold.

    Ratios at or above the threshold enter as censored there, which leaves the curve before
    it as it is and keeps the threshold within the range of the data.
    """
    n = ratio.size
    if n == 0:
        return np.nan, n, np.nan, np.nan, np.nan
    fit = kaplan_meier(
        np.where(success, threshold, ratio), event2 & ~success, conf_level=conf_level
    )
    last = fit.curve.iloc[-1]
    if fit.time[-1] < threshold and last["survival"] > 0:
        # Everyone is censored below the threshold: the curve does not get that far.
        return np.nan, n, np.nan, np.nan, np.nan
    return np.nan, n, last["survival"], last["ci_low"], last["ci_high"]
