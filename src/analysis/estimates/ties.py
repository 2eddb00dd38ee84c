"""Tied times: what differs only by floating point happened at the same time.

Months made from days come out as neighbouring binary numbers when they are computed in two ways
(0.1 + 0.2 is not 0.3). Without this they would be two times instead of a tie, and every method
that counts who is at risk would depend on how the months were made.
"""

import numpy as np

__all__ = ["TIE_TOLERANCE", "at_distinct_times", "with_ties"]

# R's survival::aeqSurv and all.equal: the square root of the machine precision.
TIE_TOLERANCE = float(np.sqrt(np.finfo(float).eps))


def with_ties(*times):
    """Return times in which those that differ only by floating point are equal.

    Parameters
    ----------
    *times : numpy.ndarray or None
        Times on one clock, e.g. entry and end of the same rows; None is passed on.

    Returns
    -------
    numpy.ndarray, or a tuple of them as given
        Each time replaced by the smallest of those it is tied to.

    Notes
    -----
    The rule of R ``survival`` (``timefix``): of all distinct times in order, two neighbours are a
    tie when they differ by at most the tolerance, absolutely or relative to the mean of the
    distinct times; a chain of such neighbours is one tie.
    """
    given = [time for time in times if time is not None]
    if all(_far_apart(time) for time in given):
        return times[0] if len(times) == 1 else times
    distinct = np.unique(np.concatenate(given))
    first = _first_of_ties(distinct)
    if not first.all():
        starts = distinct[first]
        times = tuple(
            None if time is None else starts[np.searchsorted(starts, time, side="right") - 1]
            for time in times
        )
    return times[0] if len(times) == 1 else times


def at_distinct_times(landmarks, distinct):
    """Return landmarks, each moved to the distinct time it is tied to, if there is one.

    Parameters
    ----------
    landmarks : numpy.ndarray, shape (k,)
    distinct : numpy.ndarray, shape (m,)
        Times of a curve, increasing, without ties among them.
    """
    if distinct.size == 0:
        return landmarks
    after = np.minimum(np.searchsorted(distinct, landmarks), distinct.size - 1)
    before = np.maximum(after - 1, 0)
    closer = np.abs(distinct[before] - landmarks) < np.abs(distinct[after] - landmarks)
    nearest = distinct[np.where(closer, before, after)]
    gap = np.abs(nearest - landmarks)
    return np.where(gap <= TIE_TOLERANCE * max(1.0, distinct.mean()), nearest, landmarks)


def _far_apart(time):
    """Whether times are whole and so small that two of them are the same or a day apart."""
    return time.size == 0 or (
        time.max() * TIE_TOLERANCE < 1 and bool((time == np.floor(time)).all())
    )


def _first_of_ties(distinct):
    gap = np.diff(distinct)
    limit = TIE_TOLERANCE * max(1.0, distinct.mean())
    return np.concatenate([[True], gap > limit])
