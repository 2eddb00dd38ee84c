"""Paired changes of one patient: signed-rank test, marginal homogeneity, summary."""

import numpy as np
import pandas as pd
from scipy.special import ndtr, stdtrit

from .chi_square import chi_square_tail
from .inputs import as_numbers, same_length, z_value

__all__ = ["paired_summary", "signed_rank", "stuart_maxwell"]

# Above this many non-zero changes the exact distribution is replaced by its normal limit.
EXACT_UP_TO = 500


def signed_rank(change):
    """Wilcoxon signed-rank test of paired changes, exact with ties.

    Parameters
    ----------
    change : array-like of float, shape (n,)
        After minus before. Zero changes are left out (Wilcoxon); ties share their midrank.

    Returns
    -------
    (statistic, p_value) : tuple of float
        V, the sum of the ranks of the positive changes, and the two-sided p-value. (0, 1)
        when no patient changed.

    Raises
    ------
    ValueError
        On missing or infinite values.

    Notes
    -----
    The p-value is that of all 2^n equally likely signs given the midranks, as R
    ``coin::wilcoxsign_test(distribution = "exact", zero.method = "Wilcoxon")``; more than
    500 changes use the normal limit without continuity correction.
    """
    change = as_numbers("change", change)
    change = change[change != 0]
    if change.size == 0:
        return 0.0, 1.0
    _, place, counts = np.unique(np.abs(change), return_inverse=True, return_counts=True)
    # Twice the midrank is whole, so that the distribution lives on whole numbers.
    doubled = 2 * np.cumsum(counts) - counts + 1
    ranks = doubled[place]
    observed, total = int(ranks[change > 0].sum()), int(ranks.sum())
    if change.size > EXACT_UP_TO:
        z = (observed - total / 2) / np.sqrt(np.sum(ranks.astype(float) ** 2) / 4)
        return observed / 2, float(2 * ndtr(-abs(z)))
    share = np.zeros(total + 1)
    share[0], reach = 1.0, 0
    for rank in np.sort(ranks):
        share[rank : reach + rank + 1] += share[: reach + 1].copy()
        reach += int(rank)
        share[: reach + 1] /= 2
    away = abs(2 * observed - total)
    if away == 0:
        return observed / 2, 1.0
    tail = share[: (total - away) // 2 + 1].sum()
    return observed / 2, float(min(2 * tail, 1.0))


def stuart_maxwell(table):
    """Stuart-Maxwell test that both margins of a square table are the same.

    Parameters
    ----------
    table : array-like of int, shape (k, k)
        Patients by category before (rows) and after (columns), in the same order.

    Returns
    -------
    (statistic, p_value) : tuple of float
        Chi-square; the degrees of freedom are the categories in which any patient changed,
        less one. (0, 1) when no patient changed.

    Raises
    ------
    ValueError
        When the table is not square or holds missing, negative or fractional counts.

    Notes
    -----
    Stuart, Biometrika 1955; 42: 412-416; Maxwell, Br J Psychiatry 1970; 116: 651-655. No
    0.5 is added to empty cells. With two categories it is McNemar's test.
    """
    table = np.asarray(table, dtype=float)
    if table.ndim != 2 or table.shape[0] != table.shape[1]:
        raise ValueError("table must be square")
    if not np.isfinite(table).all() or (table < 0).any() or (table != np.floor(table)).any():
        raise ValueError("table must hold counts")
    moved = table - np.diag(np.diag(table))
    used = (moved.sum(axis=0) + moved.sum(axis=1)) > 0
    moved = moved[np.ix_(used, used)]
    if not moved.size:
        return 0.0, 1.0
    gap = moved.sum(axis=1) - moved.sum(axis=0)
    variance = np.diag(moved.sum(axis=1) + moved.sum(axis=0)) - moved - moved.T
    # Categories may fall into groups between which nobody moves: each loses one degree.
    df = int(np.linalg.matrix_rank(variance))
    statistic = float(gap @ np.linalg.pinv(variance, hermitian=True) @ gap)
    return statistic, chi_square_tail(statistic, df)


def paired_summary(before, after, conf_level=0.95):
    """Paired change in numbers: who rose, fell or stayed, and the mean change.

    Parameters
    ----------
    before, after : array-like of float, shape (n,)
        Pairs with a missing value are left out and counted.
    conf_level : float

    Returns
    -------
    dict
        ``n`` pairs, ``n_missing``, ``n_increased``, ``n_decreased``, ``n_unchanged``,
        ``mean_before``, ``mean_after``, ``mean_change``, ``sd_change``, ``low`` and ``high``
        (t interval of the mean change), ``median_change``. NaN where there are too few.

    Raises
    ------
    ValueError
        When the lengths differ.
    """
    z_value(conf_level)
    first = pd.to_numeric(pd.Series(before)).to_numpy(dtype=float, na_value=np.nan)
    second = pd.to_numeric(pd.Series(after)).to_numpy(dtype=float, na_value=np.nan)
    same_length(before=first, after=second)
    known = np.isfinite(first) & np.isfinite(second)
    first, second = first[known], second[known]
    change, n = second - first, int(known.sum())
    mean = float(change.mean()) if n else np.nan
    sd = float(change.std(ddof=1)) if n > 1 else np.nan
    half = float(stdtrit(n - 1, 0.5 + conf_level / 2) * sd / np.sqrt(n)) if n > 1 else np.nan
    return {
        "n": n,
        "n_missing": int((~known).sum()),
        "n_increased": int((change > 0).sum()),
        "n_decreased": int((change < 0).sum()),
        "n_unchanged": int((change == 0).sum()),
        "mean_before": float(first.mean()) if n else np.nan,
        "mean_after": float(second.mean()) if n else np.nan,
        "mean_change": mean,
        "sd_change": sd,
        "low": mean - half,
        "high": mean + half,
        "median_change": float(np.median(change)) if n else np.nan,
    }
