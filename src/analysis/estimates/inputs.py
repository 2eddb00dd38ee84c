"""Checks shared by the estimators: what is refused, and in which words.

Every estimator takes lists, numpy arrays or pandas objects; these functions turn them into
float or code arrays once, at the door, and raise ``ValueError`` naming the argument.
"""

import numpy as np
import pandas as pd
from scipy.special import ndtri

__all__ = [
    "as_codes",
    "as_flags",
    "as_numbers",
    "as_times",
    "check_level",
    "same_length",
    "z_value",
]


def as_numbers(name, values):
    """Return a one-dimensional float array without missing or infinite values.

    Parameters
    ----------
    name : str
        Name of the argument, for the message.
    values : array-like, shape (n,)

    Returns
    -------
    numpy.ndarray of float, shape (n,)

    Raises
    ------
    ValueError
        When a value is missing, infinite or not a number, or the shape is not (n,).
    """
    if isinstance(values, np.ndarray) and values.dtype.kind in "fiub":
        array = np.asarray(values, dtype=float)
    else:
        try:
            array = pd.Series(values).to_numpy(dtype=float, na_value=np.nan)
        except (TypeError, ValueError) as error:
            raise ValueError(f"{name} must be numeric: {error}") from None
    if array.ndim != 1:
        raise ValueError(f"{name} must be one-dimensional")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} has missing or infinite values")
    return array


def as_times(name, values):
    """Return times in days: numbers that are not negative (raises ``ValueError`` else)."""
    array = as_numbers(name, values)
    if array.size and array.min() < 0:
        raise ValueError(f"{name} has negative values")
    return array


def as_flags(name, values):
    """Return a boolean array from 0/1 or True/False (raises ``ValueError`` else)."""
    array = as_numbers(name, values)
    flags = array == 1
    if not (flags | (array == 0)).all():
        raise ValueError(f"{name} must be 0 or 1")
    return flags


def as_codes(name, values):
    """Return integer codes of a label per row and the labels, sorted.

    A pandas categorical keeps its own order and its unused levels are dropped.

    Returns
    -------
    codes : numpy.ndarray of int, shape (n,)
    labels : numpy.ndarray, shape (k,)
    """
    if isinstance(values, np.ndarray) and values.ndim == 1 and values.dtype.kind in "iub":
        labels, codes = np.unique(values, return_inverse=True)
        return codes, labels
    if not isinstance(values, pd.Series | pd.Categorical | pd.Index | np.ndarray):
        values = list(values)
    series = pd.Series(values).reset_index(drop=True)
    if series.isna().any():
        raise ValueError(f"{name} has missing values")
    if isinstance(series.dtype, pd.CategoricalDtype):
        series = series.cat.remove_unused_categories()
        return series.cat.codes.to_numpy(dtype=np.int64), series.cat.categories.to_numpy()
    codes, distinct = pd.factorize(series, sort=True)
    return codes, np.asarray(distinct)


def same_length(**arrays):
    """Raise ``ValueError`` unless all arrays given by name have the same length."""
    lengths = {name: len(array) for name, array in arrays.items() if array is not None}
    if len(set(lengths.values())) > 1:
        listed = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise ValueError(f"arguments of different lengths: {listed}")


def check_level(conf_level):
    """Return the confidence level as a float; ``ValueError`` unless between 0 and 1."""
    level = float(conf_level)
    if not 0 < level < 1:
        raise ValueError(f"conf_level must lie between 0 and 1, not {conf_level}")
    return level


def z_value(conf_level):
    """Two-sided standard normal quantile of a confidence level (1.96 for 0.95)."""
    return float(ndtri(0.5 + check_level(conf_level) / 2))
