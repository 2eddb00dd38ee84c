"""The Kaplan-Meier estimator: curve, quantiles, landmark values, restricted mean.

Import these names from ``analysis.estimates.survival``. Every step is an array operation:
a million patients take about a tenth of a second, so the same code serves simulations.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy.special import ndtr

from .inputs import as_codes, as_flags, as_numbers, as_times, same_length, z_value
from .ties import at_distinct_times, with_ties

__all__ = [
    "KaplanMeier",
    "kaplan_meier",
    "log_log_interval",
    "reverse_kaplan_meier",
    "step_quantile",
    "survival_difference",
]

CONF_TYPES = ("log-log", "log", "plain")
# R's quantile.survfit: two heights of the curve this close are the same height.
QUANTILE_TOLERANCE = np.sqrt(np.finfo(float).eps)


@dataclass(frozen=True, eq=False)
class KaplanMeier:
    """A Kaplan-Meier fit; made by `kaplan_meier`.

    Attributes
    ----------
    time, n_at_risk, n_events, n_censored, survival, std_error, ci_low, ci_high : numpy.ndarray
        The columns of `curve`, one entry per distinct time.
    n : int
        Patients.
    conf_type : str
    conf_level : float
    """

    time: np.ndarray
    n_at_risk: np.ndarray
    n_events: np.ndarray
    n_censored: np.ndarray
    survival: np.ndarray
    std_error: np.ndarray
    conf_type: str
    conf_level: float
    n: int
    _rows: tuple

    @cached_property
    def _band(self):
        return _confidence_band(self.survival, self.std_error, self.conf_type, self.conf_level)

    @property
    def ci_low(self):
        """Lower confidence limit at each distinct time; NaN where the curve is 0."""
        return self._band[0]

    @property
    def ci_high(self):
        """Upper confidence limit at each distinct time; NaN where the curve is 0."""
        return self._band[1]

    @cached_property
    def curve(self):
        """Frame, a row per distinct time (events or censoring), in order of time.

        Columns time, n_at_risk (just before the time), n_events and n_censored (at the
        time), survival, std_error (of the survival), ci_low, ci_high.
        """
        return pd.DataFrame(
            {
                "time": self.time,
                "n_at_risk": self.n_at_risk,
                "n_events": self.n_events,
                "n_censored": self.n_censored,
                "survival": self.survival,
                "std_error": self.std_error,
                "ci_low": self.ci_low,
                "ci_high": self.ci_high,
            }
        )

    def quantile(self, p, open_flat="middle"):
        """Time by which the fraction ``p`` has had the event, with its interval.

        Parameters
        ----------
        p : float
            Between 0 and 1; 0.5 is the median.
        open_flat : {"middle", "first"}
            Where the curve is flat at exactly 1 - p to its end: the middle of the flat, to the
            last time (R), or the first time at or below 1 - p.

        Returns
        -------
        (estimate, low, high) : tuple of float
            Days; NaN where the curve or the band does not come down to 1 - p.

        Notes
        -----
        Brookmeyer and Crowley, Biometrics 1982; 38: 29-41: the limits are the times at which
        the confidence band reaches 1 - p. On a flat at exactly 1 - p the middle of the flat
        is taken (to the last time when the curve ends on it), as R ``quantile.survfit``.
        """
        if not 0 < p < 1:
            raise ValueError(f"p must lie between 0 and 1, not {p}")
        return tuple(
            step_quantile(self.time, 1 - height, p, open_flat)
            for height in (self.survival, self.ci_low, self.ci_high)
        )

    def median(self):
        """Median and its interval, (estimate, low, high) in days; see `quantile`."""
        return self.quantile(0.5)

    def at(self, times):
        """Landmark values: the state of the curve at given times.

        Parameters
        ----------
        times : float or array-like of float, shape (k,)
            Days.

        Returns
        -------
        pandas.DataFrame
            A row per time in the order given, with the columns of `curve`. ``n_at_risk``
            counts those followed to the time or beyond; ``n_events`` and ``n_censored`` are
            totals up to and including it. Survival, standard error and limits are NaN past
            the last time: not estimable there.
        """
        times = as_times("times", np.atleast_1d(times))
        landmarks, times = times, at_distinct_times(times, self.time)
        after = np.searchsorted(self.time, times, side="right")
        beyond = times > self.time[-1] if self.time.size else np.ones(times.size, bool)
        entry, last, weight = self._rows

        def pick(values, start):
            found = np.concatenate([[start], values])[after]
            return np.where(beyond, np.nan, found)

        def total(counts):
            return np.concatenate([np.zeros(1, counts.dtype), np.cumsum(counts)])[after]

        at_risk = _mass_from(last, weight, times)
        if entry is not None:
            at_risk = at_risk - _mass_from(np.where(entry > 0, entry, -1.0), weight, times)
        return pd.DataFrame(
            {
                "time": landmarks,
                "n_at_risk": at_risk,
                "n_events": total(self.n_events),
                "n_censored": total(self.n_censored),
                "survival": pick(self.survival, 1.0),
                "std_error": pick(self.std_error, 0.0),
                "ci_low": pick(self.ci_low, 1.0),
                "ci_high": pick(self.ci_high, 1.0),
            }
        )

    def rmst(self, tau):
        """Restricted mean survival time: the area under the curve from 0 to ``tau``.

        Parameters
        ----------
        tau : float
            Days. Past the last time the curve is carried forward, as R's ``rmean``.

        Returns
        -------
        (estimate, std_error) : tuple of float
            Days; NaN without patients.

        Notes
        -----
        Variance of Greenwood's type: the sum over event times of the squared area still to
        come times d / (n (n - d)) (Klein and Moeschberger, 2nd ed., 4.5.2).
        """
        tau = float(tau)
        if not tau >= 0 or np.isinf(tau):
            raise ValueError(f"tau must be a number of days, not {tau}")
        if self.n == 0:
            return np.nan, np.nan
        inside = self.time < tau
        edges = np.concatenate([[0.0], self.time[inside], [tau]])
        heights = np.concatenate([[1.0], self.survival[inside]])
        pieces = heights * np.diff(edges)
        to_come = np.cumsum(pieces[::-1])[::-1][1:]
        d, n = self.n_events[inside], self.n_at_risk[inside]
        with np.errstate(divide="ignore", invalid="ignore"):
            jumps = np.where((d > 0) & (n > d), d / (n * (n - d)), 0.0)
        return float(pieces.sum()), float(np.sqrt(to_come**2 @ jumps))


def kaplan_meier(
    time,
    event,
    entry=None,
    weights=None,
    conf_type="log-log",
    conf_level=0.95,
    *,
    robust=None,
    cluster=None,
):
    """Kaplan-Meier estimate of the survival function.

    Parameters
    ----------
    time : array-like of float, shape (n,)
        Days to the event or to censoring. Events come before censorings on the same day.
    event : array-like of bool or 0/1, shape (n,)
    entry : array-like of float, shape (n,), optional
        Days at which a patient comes under observation (left truncation); at risk on
        (entry, time]. 0 is the same as no delayed entry.
    weights : array-like of float, shape (n,), optional
        Case weights, positive or zero. Rows of weight 0 are left out.
    conf_type : {"log-log", "log", "plain"}
    conf_level : float
    robust : bool, optional
        Infinitesimal-jackknife standard errors instead of Greenwood's. By default when a
        weight is not a whole number: whole weights are counts of identical patients.
    cluster : array-like, shape (n,), optional
        Patient of each row, for robust standard errors over several rows of a patient.

    Returns
    -------
    KaplanMeier
        With ``curve``, ``median()``, ``quantile(p)``, ``at(times)``, ``rmst(tau)``.

    Raises
    ------
    ValueError
        On missing or negative times, lengths that differ, an event that is not 0 or 1,
        ``entry`` not before ``time``, negative weights, or an unknown ``conf_type``.

    Notes
    -----
    Kaplan and Meier, JASA 1958; 53: 457-481, with Greenwood's variance. Agrees with R
    ``survival::survfit``, also in its ties: times that differ only by floating point are one
    (`ties.with_ties`). With delayed entry the curve can reach 0 early and stays there.
    Standard errors and limits are NaN where it is 0.
    """
    if conf_type not in CONF_TYPES:
        raise ValueError(f"conf_type must be one of {', '.join(CONF_TYPES)}, not {conf_type!r}")
    z_value(conf_level)
    time, event, entry, weights, cluster = _checked_rows(time, event, entry, weights, cluster)
    if robust is None:
        whole = weights is None or bool((weights == np.floor(weights)).all())
        robust = cluster is not None or not whole
    times, place = _distinct(time)
    at_risk, events, censored = _risk_table(times, place, time, event, entry, weights)
    with np.errstate(divide="ignore", invalid="ignore"):
        hazard = np.where(events > 0, events / at_risk, 0.0)
    # Weighted sums that cancel leave a last factor of 1e-17 where the curve ends at 0.
    hazard[hazard > 1 - 1e-12] = 1.0
    survival = np.cumprod(1 - hazard)
    if robust:
        std_error = _jackknife_error(
            times, place, event, entry, weights, cluster, at_risk, hazard, survival
        )
    else:
        with np.errstate(divide="ignore", invalid="ignore"):
            terms = np.where(events > 0, hazard / (at_risk * (1 - hazard)), 0.0)
            std_error = survival * np.sqrt(np.cumsum(terms))
    std_error = np.where(survival > 0, std_error, np.nan)
    weight = np.ones(time.size, np.int64) if weights is None else weights
    return KaplanMeier(
        time=times,
        n_at_risk=at_risk,
        n_events=events,
        n_censored=censored,
        survival=survival,
        std_error=std_error,
        conf_type=conf_type,
        conf_level=float(conf_level),
        n=time.size,
        _rows=(entry, time, weight),
    )


def reverse_kaplan_meier(time, event, conf_type="log-log", conf_level=0.95):
    """Kaplan-Meier estimate of the follow-up time: censoring is the event.

    Parameters, returns and errors as `kaplan_meier`; ``event`` is the event of the endpoint
    (1 = the patient died), which here ends follow-up that would have gone on.

    Notes
    -----
    Schemper and Smith, Controlled Clinical Trials 1996; 17: 343-346. The median of this
    curve is the median follow-up.
    """
    flags = as_flags("event", event)
    return kaplan_meier(time, ~flags, conf_type=conf_type, conf_level=conf_level)


def survival_difference(first, second, time, conf_level=0.95):
    """Difference of two Kaplan-Meier curves at one time, first minus second.

    Parameters
    ----------
    first, second : KaplanMeier
    time : float
        Days.
    conf_level : float

    Returns
    -------
    dict
        ``estimate``, ``std_error``, ``low``, ``high``, ``z``, ``p_value``. All NaN past the
        last time of either curve, and where the standard error is 0 or missing ``z`` and
        ``p_value`` are NaN.

    Notes
    -----
    Plain scale, Greenwood variances added (Klein et al., Statist Med 2007; 26: 4505-4519,
    their first statistic).
    """
    rows = [fit.at(time).iloc[0] for fit in (first, second)]
    estimate = float(rows[0]["survival"] - rows[1]["survival"])
    # A curve that has reached 0 has no standard error: the difference then has none either.
    std_error = float(np.hypot(rows[0]["std_error"], rows[1]["std_error"]))
    z = estimate / std_error if std_error > 0 else np.nan
    half = z_value(conf_level) * std_error
    return {
        "estimate": estimate,
        "std_error": std_error,
        "low": estimate - half,
        "high": estimate + half,
        "z": z,
        "p_value": float(2 * ndtr(-abs(z))),
    }


def step_quantile(time, rise, p, open_flat="middle"):
    """First time at which a rising step function reaches ``p``; the middle of a flat at p.

    Parameters
    ----------
    time : numpy.ndarray, shape (m,)
        Days, increasing.
    rise : numpy.ndarray, shape (m,)
        Height from each time on; NaN where it is not known.
    p : float
    open_flat : {"middle", "first"}
        Where the function is flat at p to its end: its middle, or its first time.

    Returns
    -------
    float
        NaN when the function stays below ``p``.
    """
    if open_flat not in ("middle", "first"):
        raise ValueError(f"open_flat must be middle or first, not {open_flat!r}")
    known = ~np.isnan(rise)
    reached = np.flatnonzero(known & (rise >= p - QUANTILE_TOLERANCE))
    if reached.size == 0:
        return np.nan
    passed = np.flatnonzero(known & (rise > p + QUANTILE_TOLERANCE))
    passed = passed[passed >= reached[0]]
    if passed.size:
        return float(time[reached[0]] + time[passed[0]]) / 2
    if not known[-1]:
        return np.nan
    if open_flat == "first":
        return float(time[reached[0]])
    return float(time[reached[0]] + time[-1]) / 2


def log_log_interval(probability, std_error, conf_level):
    """Complementary log-log confidence limits of a probability, elementwise.

    NaN where the probability is 0 or 1, for the caller to settle.
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        log_p = np.log(np.where((probability > 0) & (probability < 1), probability, np.nan))
        shift = z_value(conf_level) * std_error / (probability * -log_p)
        return np.exp(log_p * np.exp(shift)), np.exp(log_p * np.exp(-shift))


def _confidence_band(survival, std_error, conf_type, conf_level):
    if conf_type == "log-log":
        low, high = log_log_interval(survival, std_error, conf_level)
    else:
        half = z_value(conf_level) * std_error
        if conf_type == "plain":
            low, high = survival - half, survival + half
        else:
            with np.errstate(divide="ignore", invalid="ignore"):
                half = half / survival
            low, high = survival * np.exp(-half), survival * np.exp(half)
        low, high = np.maximum(low, 0.0), np.minimum(high, 1.0)
    # Before the first event the curve is 1 without error. A curve of 0 has no limits.
    whole = survival == 1
    low, high = np.where(whole, 1.0, low), np.where(whole, 1.0, high)
    gone = survival == 0
    return np.where(gone, np.nan, low), np.where(gone, np.nan, high)


def _checked_rows(time, event, entry, weights, cluster):
    time, event = as_times("time", time), as_flags("event", event)
    entry = None if entry is None else as_times("entry", entry)
    weights = None if weights is None else as_numbers("weights", weights)
    cluster = None if cluster is None else as_codes("cluster", cluster)[0]
    same_length(time=time, event=event, entry=entry, weights=weights, cluster=cluster)
    time, entry = with_ties(time, entry)
    if entry is not None and ((entry >= time) & (entry > 0)).any():
        raise ValueError("entry must lie before time")
    if weights is None:
        return time, event, entry, weights, cluster
    if (weights < 0).any():
        raise ValueError("weights has negative values")
    kept = weights > 0
    return tuple(None if a is None else a[kept] for a in (time, event, entry, weights, cluster))


def _distinct(time):
    """Distinct times in order and the place of each row among them."""
    n = time.size
    if n == 0:
        return time, np.zeros(0, np.int64)
    top = time.max()
    if top <= 4 * n + 1000:
        # Whole days: counting is much faster than sorting.
        day = time.astype(np.int64)
        if (day == time).all():
            seen = np.bincount(day) > 0
            return np.flatnonzero(seen).astype(float), (np.cumsum(seen) - 1)[day]
    times, place = np.unique(time, return_inverse=True)
    return times, place


def _mass_from(position, weight, times):
    """Total weight of the rows whose position is at or after each of the times."""
    order = np.argsort(position, kind="stable")
    tail = np.concatenate([np.cumsum(weight[order][::-1])[::-1], np.zeros(1, weight.dtype)])
    return tail[np.searchsorted(position[order], times, side="left")]


def _risk_table(times, place, time, event, entry, weights):
    m = times.size
    if weights is None:
        ending = np.bincount(place, minlength=m)
        events = np.bincount(place[event], minlength=m)
    else:
        ending = np.bincount(place, weights, minlength=m)
        events = np.bincount(place[event], weights[event], minlength=m)
    at_risk = np.cumsum(ending[::-1])[::-1]
    if entry is not None:
        weight = np.ones(time.size, np.int64) if weights is None else weights
        at_risk = at_risk - _mass_from(np.where(entry > 0, entry, -1.0), weight, times)
    censored = ending - events
    if weights is not None:
        whole = bool((weights == np.floor(weights)).all())
        if whole:
            return tuple(a.astype(np.int64) for a in (at_risk, events, censored))
        censored = np.bincount(place[~event], weights[~event], minlength=m)
    return at_risk, events, censored


def _jackknife_error(times, place, event, entry, weights, cluster, at_risk, hazard, survival):
    """Infinitesimal-jackknife standard error of the survival at each distinct time.

    The derivative of log S(t) by the weight of row i is minus the sum over event times s up
    to t of (dN_i(s) - Y_i(s) h(s)) / (n(s) - d(s)): frozen once the row has ended, growing
    with A(t), the sum of h / (n - d), while it is at risk.
    """
    m, n = times.size, place.size
    if m == 0:
        return np.zeros(0)
    weights = np.ones(n) if weights is None else weights
    with np.errstate(divide="ignore", invalid="ignore"):
        left = np.where(hazard < 1, 1 / (at_risk * (1 - hazard)), 0.0)
    growth = np.concatenate([[0.0], np.cumsum(hazard * left)])
    if entry is None:
        started, start = np.zeros(n, np.int64), np.zeros(n)
    else:
        started = np.where(entry > 0, np.searchsorted(times, entry, side="right"), 0)
        start = growth[started]
    frozen = np.where(event, left[place], 0.0) - (growth[place + 1] - start)
    if cluster is not None and np.unique(cluster).size < n:
        return _clustered_error(place, started, start, frozen, weights, cluster, growth, survival)
    # Rows are alone in their cluster: squares add up, so running totals are enough.
    squared = weights**2
    ended = np.cumsum(np.bincount(place, squared * frozen**2, minlength=m))

    def open_total(values):
        arrived = np.cumsum(np.bincount(np.minimum(started, m), values, minlength=m + 1))[:m]
        return arrived - np.cumsum(np.bincount(place, values, minlength=m))

    g = growth[1:]
    running = (
        g**2 * open_total(squared)
        - 2 * g * open_total(squared * start)
        + open_total(squared * start**2)
    )
    return survival * np.sqrt(np.maximum(ended + running, 0.0))


def _clustered_error(place, started, start, frozen, weights, cluster, growth, survival):
    error = np.zeros(survival.size)
    for j in range(survival.size):
        running = np.where(started <= j, growth[j + 1] - start, 0.0)
        influence = np.where(place <= j, frozen, -running)
        sums = np.bincount(cluster, weights * influence)
        error[j] = survival[j] * np.sqrt(sums @ sums)
    return error
