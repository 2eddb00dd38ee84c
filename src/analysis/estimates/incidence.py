"""Rates per person-time with exact Poisson intervals, by statsmodels."""

import numpy as np
from statsmodels.stats.rates import confint_poisson

from .inputs import check_level

__all__ = ["poisson_rate"]


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
    alpha = 1 - check_level(conf_level)
    if exposure == 0:
        return np.nan, 0.0, np.inf
    low, high = confint_poisson(events, exposure, method="exact-c", alpha=alpha)
    # Without an event statsmodels gives NaN or a value of the wrong tail by version: it is 0.
    return events / exposure, 0.0 if events == 0 else float(low), float(high)
