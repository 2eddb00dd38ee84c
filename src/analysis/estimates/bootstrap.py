"""Bootstrap of the Kaplan-Meier median. Import it from ``analysis.estimates.survival``.

All replicates of a batch are one array, so that 10,000 cost a fraction of a second.
"""

import numpy as np

from .inputs import as_flags, as_times, check_level, same_length
from .survival_curve import QUANTILE_TOLERANCE, kaplan_meier
from .ties import with_ties

__all__ = ["bootstrap_median", "bootstrap_median_difference", "bootstrap_medians"]

# Draws held in memory at once, over all replicates of a batch.
BATCH_DRAWS = 1_000_000


def bootstrap_medians(time, event, n_replicates=10_000, *, seed):
    """Kaplan-Meier medians of patients drawn with replacement.

    Parameters
    ----------
    time : array-like of float, shape (n,)
        Days to the event or to censoring.
    event : array-like of bool or 0/1, shape (n,)
    n_replicates : int
    seed : int or numpy.random.Generator
        Required: a figure must not change between runs.

    Returns
    -------
    numpy.ndarray of float, shape (n_replicates,)
        NaN where the median is not reached.

    Raises
    ------
    ValueError
        As `kaplan_meier`, or without a seed, or when ``n_replicates`` is not positive.
    """
    time, event = as_times("time", time), as_flags("event", event)
    same_length(time=time, event=event)
    if n_replicates < 1:
        raise ValueError("n_replicates must be positive")
    rng, time = _generator(seed), with_ties(time)
    medians = np.full(int(n_replicates), np.nan)
    # The order of rows must not change the draw of a seed.
    order = np.lexsort((~event, time))
    time, event = time[order], event[order]
    if not event.any():
        return medians
    step = max(1, BATCH_DRAWS // time.size)
    for start in range(0, medians.size, step):
        part = medians[start : start + step]
        part[:] = _batch_medians(time, event, part.size, rng)
    return medians


def bootstrap_median(time, event, n_replicates=10_000, *, seed, conf_level=0.95):
    """Kaplan-Meier median with its percentile bootstrap interval.

    Parameters and errors as `bootstrap_medians`.

    Returns
    -------
    (estimate, low, high) : tuple of float
        Days. A replicate whose median is not reached counts as later than all others; a
        limit that falls among them is NaN.
    """
    medians = bootstrap_medians(time, event, n_replicates, seed=seed)
    estimate = kaplan_meier(time, event).median()[0]
    return estimate, *_percentiles(np.where(np.isnan(medians), np.inf, medians), conf_level)


def bootstrap_median_difference(
    time1, event1, time2, event2, n_replicates=10_000, *, seed, conf_level=0.95
):
    """Difference of two Kaplan-Meier medians, first minus second, by the bootstrap.

    Parameters and errors as `bootstrap_medians`; both groups are drawn on their own.

    Returns
    -------
    (estimate, low, high) : tuple of float
        Days. A median that is not reached counts as infinite; replicates in which neither is
        reached say nothing and are left out. NaN where a limit is infinite.
    """
    rng = _generator(seed)
    first, second = (
        np.where(np.isnan(m), np.inf, m)
        for m in (
            bootstrap_medians(time1, event1, n_replicates, seed=rng),
            bootstrap_medians(time2, event2, n_replicates, seed=rng),
        )
    )
    known = np.isfinite(first) | np.isfinite(second)
    estimate = kaplan_meier(time1, event1).median()[0] - kaplan_meier(time2, event2).median()[0]
    return float(estimate), *_percentiles(first[known] - second[known], conf_level)


def _generator(seed):
    if isinstance(seed, np.random.Generator):
        return seed
    if seed is None or isinstance(seed, bool) or int(seed) != seed or seed < 0:
        raise ValueError(f"seed must be a whole number or a Generator, not {seed!r}")
    return np.random.default_rng(int(seed))


def _percentiles(values, conf_level):
    """Order statistics at both tails (no interpolation: infinity has none)."""
    tail = (1 - check_level(conf_level)) / 2
    if values.size == 0:
        return np.nan, np.nan
    values = np.sort(values)
    low = values[max(int(np.ceil(tail * values.size)) - 1, 0)]
    high = values[min(int(np.ceil((1 - tail) * values.size)) - 1, values.size - 1)]
    return tuple(float(v) if np.isfinite(v) else np.nan for v in (low, high))


def _batch_medians(time, event, size, rng):
    days = np.unique(time[event])
    m = days.size
    # Cell 0 holds those censored before the first event; cell j those last seen at or
    # after event day j - 1 and before the next one. Events have cells of their own.
    reach = np.searchsorted(days, time, side="right")
    cell = reach + np.where(event, m + 1, 0)
    width = 2 * (m + 1)
    drawn = rng.integers(0, time.size, (size, time.size))
    flat = cell[drawn] + np.arange(0, size * width, width)[:, None]
    counts = np.bincount(flat.ravel(), minlength=size * width).reshape(size, 2, m + 1)
    deaths = counts[:, 1, 1:]
    at_risk = np.cumsum((counts[:, 0] + counts[:, 1])[:, :0:-1], axis=1)[:, ::-1]
    survival = np.cumprod(1 - deaths / np.maximum(at_risk, 1), axis=1)
    reached = survival <= 0.5 + QUANTILE_TOLERANCE
    passed = survival < 0.5 - QUANTILE_TOLERANCE
    first, second = reached.argmax(axis=1), passed.argmax(axis=1)
    medians = (days[first] + days[second]) / 2
    # A curve that ends on a flat at one half: the middle of it, to the last time drawn.
    open_flat = reached[:, -1] & ~passed[:, -1]
    if open_flat.any():
        last = time[drawn[open_flat].max(axis=1)]
        medians[open_flat] = (days[first[open_flat]] + last) / 2
    medians[~reached[:, -1]] = np.nan
    return medians
