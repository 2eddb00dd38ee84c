"""Competing risks: cumulative incidence, Gray's test, Fine-Gray regression.

A patient who had another event can no longer have the one of interest; taking 1 minus
Kaplan-Meier there overstates the risk. Cause 0 is censoring; every other code is a cause.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from .chi_square import chi_square_tail, quadratic_form
from .inputs import as_codes, as_numbers, as_times, same_length, z_value
from .survival_curve import log_log_interval, step_quantile
from .ties import at_distinct_times, with_ties

__all__ = ["CumulativeIncidence", "cumulative_incidence", "gray_test"]


@dataclass(frozen=True, eq=False)
class CumulativeIncidence:
    """A cumulative incidence function; made by `cumulative_incidence`.

    Attributes
    ----------
    time, estimate, std_error, ci_low, ci_high : numpy.ndarray
        The columns of `curve`, one entry per distinct time.
    n, n_events, n_competing : int
        Patients, and those with the event of interest and with another one.
    conf_level : float
    """

    time: np.ndarray
    estimate: np.ndarray
    std_error: np.ndarray
    ci_low: np.ndarray
    ci_high: np.ndarray
    n: int
    n_events: int
    n_competing: int
    conf_level: float

    @cached_property
    def curve(self):
        """Frame, a row per distinct time, in order: time, estimate, std_error and limits.

        The columns are time, estimate, std_error, ci_low, ci_high.
        """
        return pd.DataFrame(
            {
                "time": self.time,
                "estimate": self.estimate,
                "std_error": self.std_error,
                "ci_low": self.ci_low,
                "ci_high": self.ci_high,
            }
        )

    def at(self, times):
        """Cumulative incidence at given times (days).

        Returns
        -------
        pandas.DataFrame
            A row per time in the order given, with the columns of `curve`. 0 with error 0
            before the first event; NaN past the last time: not estimable there.
        """
        landmarks = as_times("times", np.atleast_1d(times))
        times = at_distinct_times(landmarks, self.time)
        after = np.searchsorted(self.time, times, side="right")
        beyond = times > self.time[-1] if self.time.size else np.ones(times.size, bool)
        columns = {"time": landmarks}
        for name in ("estimate", "std_error", "ci_low", "ci_high"):
            found = np.concatenate([[0.0], getattr(self, name)])[after]
            columns[name] = np.where(beyond, np.nan, found)
        return pd.DataFrame(columns)

    def quantile(self, p, open_flat="middle"):
        """Time by which the fraction ``p`` of all patients had the event of interest.

        Parameters
        ----------
        p : float
            Between 0 and 1. For a turnaround time: p = 0.5 is the day by which half of all
            patients had their report, those who died without one in the denominator.
        open_flat : {"middle", "first"}
            Where the curve is flat at exactly p to its end: the middle of the flat, to the last
            time (R), or the first time at p.

        Returns
        -------
        (estimate, low, high) : tuple of float
            Days. The limits are the times at which the upper and the lower limit of the
            log-log band reach p; NaN where they do not. On a flat at exactly p the middle.
        """
        if not 0 < p < 1:
            raise ValueError(f"p must lie between 0 and 1, not {p}")
        return tuple(
            step_quantile(self.time, height, p, open_flat)
            for height in (self.estimate, self.ci_high, self.ci_low)
        )


def cumulative_incidence(time, cause, of=1, conf_level=0.95):
    """Cumulative incidence of one cause in the presence of the others (Aalen-Johansen).

    Parameters
    ----------
    time : array-like of float, shape (n,)
        Days to the first event or to censoring.
    cause : array-like of int, shape (n,)
        0 censored; any other code a cause.
    of : int
        The cause of interest; it need not occur.
    conf_level : float

    Returns
    -------
    CumulativeIncidence
        With ``curve``, ``at(times)``, ``quantile(p)``.

    Raises
    ------
    ValueError
        On missing values, negative times, lengths that differ, codes that are not whole, or
        ``of`` = 0.

    Notes
    -----
    Aalen's variance (Aalen, Ann Statist 1978; 6: 534-545), as R ``cmprsk::cuminc``; the
    interval is complementary log-log on the estimate. Censorings follow events of the same
    day; times that differ only by floating point are one (`ties.with_ties`). Both limits are 0
    before the first event of interest, and NaN where the estimate is 1 (as for a Kaplan-Meier
    curve that has come down to 0).
    """
    time, cause = as_times("time", time), as_numbers("cause", cause)
    same_length(time=time, cause=cause)
    if (cause != np.floor(cause)).any() or (cause < 0).any():
        raise ValueError("cause must be a whole code, 0 for censored")
    if of == 0:
        raise ValueError("of must be a cause, not 0 (censored)")
    z_value(conf_level)
    mine, other = cause == of, (cause != of) & (cause != 0)
    time = with_ties(time)
    times, place = np.unique(time, return_inverse=True)
    m = times.size
    ending, d1, d2 = (
        np.bincount(rows, minlength=m).astype(float) for rows in (place, place[mine], place[other])
    )
    at_risk = np.cumsum(ending[::-1])[::-1]
    after = np.cumprod(1 - (d1 + d2) / np.maximum(at_risk, 1))
    before = np.concatenate([[1.0], after[:-1]])[:m]
    estimate = np.cumsum(before * d1 / np.maximum(at_risk, 1))
    estimate = np.where(np.isclose(estimate, 1, rtol=0, atol=1e-12), 1.0, estimate)
    std_error = np.sqrt(_aalen_variance(before, after, at_risk, d1, d2, estimate))
    low, high = log_log_interval(estimate, std_error, conf_level)
    return CumulativeIncidence(
        time=times,
        estimate=estimate,
        std_error=std_error,
        ci_low=np.where(estimate > 0, low, 0.0),
        ci_high=np.where(estimate > 0, high, 0.0),
        n=time.size,
        n_events=int(mine.sum()),
        n_competing=int(other.sum()),
        conf_level=float(conf_level),
    )


def _aalen_variance(before, after, n, d1, d2, estimate):
    """Aalen's variance of the cumulative incidence at each distinct time.

    The variance at t is the sum over event times s of the squared weight of an event at s
    times its own variance; the weights are linear in the estimate at t, so three running
    sums give it at every t.
    """
    inverse = np.where(after > 0, 1 / np.where(after > 0, after, 1.0), 0.0)

    def own(d):
        tied = np.where(d > 1, 1 - (d - 1) / np.maximum(n - 1, 1), 1.0)
        return before**2 * tied * d / np.maximum(n, 1) ** 2

    competing = np.where(after > 0, own(d2), 0.0)
    mine = own(d1)
    slope = 1 + inverse * estimate
    constant_other = inverse * estimate
    constant = np.cumsum(constant_other**2 * competing + slope**2 * mine)
    cross = np.cumsum(inverse * constant_other * competing + inverse * slope * mine)
    square = np.cumsum(inverse**2 * (competing + mine))
    return np.maximum(constant - 2 * estimate * cross + estimate**2 * square, 0.0)


def gray_test(time, cause, group, of=1):
    """Gray's test that the cumulative incidence of a cause is the same in all groups.

    Parameters
    ----------
    time, cause, of
        As `cumulative_incidence`.
    group : array-like, shape (n,)
        Label of the group of each patient.

    Returns
    -------
    (chi2, df, p_value) : tuple of (float, int, float)
        (NaN, 0, NaN) with fewer than two groups, or without events of the cause.

    Raises
    ------
    ValueError
        As `cumulative_incidence`.

    Notes
    -----
    Gray, Ann Statist 1988; 16: 1141-1154, with rho = 0 and without strata; agrees with R
    ``cmprsk::cuminc``.
    """
    time, cause = as_times("time", time), as_numbers("cause", cause)
    group, labels = as_codes("group", group)
    same_length(time=time, cause=cause, group=group)
    if of == 0:
        raise ValueError("of must be a cause, not 0 (censored)")
    if labels.size < 2 or not (cause == of).any():
        return np.nan, 0, np.nan
    kind = np.where(cause == 0, 0, np.where(cause == of, 1, 2))
    time = with_ties(time)
    at_risk, d1, d2 = _group_tables(time, kind, group, labels.size)
    score, variance = _gray_score(at_risk, d1, d2)
    df = labels.size - 1
    chi2 = quadratic_form(score[:-1], variance[:-1, :-1])
    return chi2, df, chi_square_tail(chi2, df)


def _group_tables(time, kind, group, n_groups):
    """At risk, events of interest and competing events: a row per event time, by group."""
    times, place = np.unique(time, return_inverse=True)
    m = times.size

    def count(rows):
        cell = place[rows] * n_groups + group[rows]
        return np.bincount(cell, minlength=m * n_groups).reshape(m, n_groups).astype(float)

    at_risk = np.cumsum(count(np.ones(time.size, bool))[::-1], axis=0)[::-1]
    d1, d2 = count(kind == 1), count(kind == 2)
    kept = (d1 + d2).sum(axis=1) > 0
    return at_risk[kept], d1[kept], d2[kept]


def _gray_score(at_risk, d1, d2):
    """Score of each group and its covariance matrix (Gray 1988, section 2 and appendix).

    The subdistribution risk set of a group is n (1 - F(t-)) / S(t-): those who failed of
    another cause stay in it, thinned as censoring would have thinned them.
    """
    k = at_risk.shape[1]
    score, c, v3 = np.zeros(k), np.zeros((k, k)), np.zeros(k)
    v2, total = np.zeros((k, k)), np.zeros((k, k))
    overall, incidence, survival = 0.0, np.zeros(k), np.ones(k)
    for n, a1, a2 in zip(at_risk, d1, d2, strict=True):
        present = n > 0
        safe_n = np.where(present, n, 1.0)
        survived = np.where(present, survival * (n - a1 - a2) / safe_n, survival)
        hazard_mass = np.where(present, n / np.where(present, survival, 1.0), 0.0)
        r = hazard_mass * (1 - incidence)
        mass, e1 = hazard_mass.sum(), a1.sum()
        updated = overall + e1 / mass
        share = np.diag(hazard_mass) - np.outer(hazard_mass, hazard_mass) / mass
        c = c + share * e1 / (mass * (1 - overall))
        score = score + np.where(present, a1 - e1 * r / r.sum(), 0.0)
        inverse = np.where(survived > 0, (1 - updated) / np.where(survived > 0, survived, 1), 0.0)
        if e1 > 0:
            weight = np.where(survived > 0, 1 - inverse, 1.0)
            tied = 1 - (e1 - 1) / (mass * survival - 1) if e1 > 1 else 1.0
            own = np.where(present, tied * survival * e1 / (mass * safe_n), 0.0)
            lever = share - weight * c
            v3 = v3 + weight**2 * own
            v2 = v2 + lever * (weight * own)
            total = total + (lever * own) @ lever.T
        if a2.any():
            tied = np.where(a2 > 1, 1 - (a2 - 1) / np.maximum(n - 1, 1), 1.0)
            own = np.where(survived > 0, tied * survival**2 * a2 / safe_n**2, 0.0)
            lever = inverse * c
            v3 = v3 + inverse**2 * own
            v2 = v2 - lever * (inverse * own)
            total = total + (lever * own) @ lever.T
        incidence = np.where(present, incidence + survival * a1 / safe_n, incidence)
        overall, survival = updated, survived
    cross = c @ v2.T
    return score, total + (c * v3) @ c.T + cross + cross.T
