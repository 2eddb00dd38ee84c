"""Rates per person-time and their ratio, with exact Poisson intervals."""

import numpy as np
from scipy.special import betaincinv, gammaincinv

from .inputs import check_level

__all__ = ["poisson_rate", "rate_ratio"]


def _checked_rate(name, n_events, person_time):
    events, exposure = float(n_events), float(person_time)
    if not (events >= 0 and events.is_integer()):
        raise ValueError(f"{name}: {n_events} is not a number of events")
    if not (exposure >= 0 and np.isfinite(exposure)):
        raise ValueError(f"{name}: {person_time} is not a person-time")
    if exposure == 0 and events > 0:
        raise ValueError(f"{name}: events without person-time")
    return events, exposure


def poisson_rate(n_events, person_time, conf_level=0.95):
    """Rate of events per unit of person-time with its exact confidence interval.

    Parameters
    ----------
    n_events : int
    person_time : float
        In the unit wanted for the rate, e.g. patient-years.
    conf_level : float

    Returns
    -------
    (estimate, low, high) : tuple of float
        NaN, 0, infinity without person-time.

    Raises
    ------
    ValueError
        When an argument is missing, negative, or the events are not a whole number.

    Notes
    -----
    Gamma quantiles (Garwood, Biometrika 1936; 28: 437-442), as R ``poisson.test``.
    """
    events, exposure = _checked_rate("poisson_rate", n_events, person_time)
    tail = (1 - check_level(conf_level)) / 2
    if exposure == 0:
        return np.nan, 0.0, np.inf
    low = 0.0 if events == 0 else float(gammaincinv(events, tail)) / exposure
    high = float(gammaincinv(events + 1, 1 - tail)) / exposure
    return events / exposure, low, high


def rate_ratio(n_events1, person_time1, n_events2, person_time2, conf_level=0.95):
    """Ratio of two rates, first over second, with its exact confidence interval.

    Parameters
    ----------
    n_events1, n_events2 : int
    person_time1, person_time2 : float
        Both in the same unit.
    conf_level : float

    Returns
    -------
    (estimate, low, high) : tuple of float
        Infinite where the second group has no event; NaN, 0, infinity where neither has
        one or a group has no person-time.

    Raises
    ------
    ValueError
        As `poisson_rate`.

    Notes
    -----
    Given the total, the events of the first group are binomial; the Clopper-Pearson limits
    of that proportion are turned into limits of the ratio, as R ``poisson.test``.
    """
    x1, t1 = _checked_rate("rate_ratio, first group", n_events1, person_time1)
    x2, t2 = _checked_rate("rate_ratio, second group", n_events2, person_time2)
    tail = (1 - check_level(conf_level)) / 2
    if x1 + x2 == 0 or t1 == 0 or t2 == 0:
        return np.nan, 0.0, np.inf
    low = 0.0 if x1 == 0 else _odds(float(betaincinv(x1, x2 + 1, tail))) * t2 / t1
    high = np.inf if x2 == 0 else _odds(float(betaincinv(x1 + 1, x2, 1 - tail))) * t2 / t1
    estimate = np.inf if x2 == 0 else (x1 / t1) / (x2 / t2)
    return estimate, low, high


def _odds(p):
    return p / (1 - p)
