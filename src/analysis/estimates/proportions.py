"""Proportions and their differences: point estimates and confidence intervals.

Clopper-Pearson is the default of the study, Wilson the sensitivity analysis; differences
use Newcombe, and Miettinen-Nurminen (also stratified) as sensitivity. A denominator of zero
gives the whole range (0, 1) or (-1, 1) and a missing estimate. The first three are computed by
statsmodels; the paired interval and Miettinen-Nurminen, which it has not or not right, are ours.
"""

import numpy as np
from scipy.special import betaincinv
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from .inputs import as_numbers, check_level, same_length, z_value

__all__ = [
    "clopper_pearson",
    "clopper_pearson_upper",
    "miettinen_nurminen",
    "newcombe",
    "newcombe_paired",
    "wilson",
]


def _checked_count(name, x, n):
    x, n = float(x), float(n)
    if np.isnan(x) or np.isnan(n):
        raise ValueError(f"{name}: count or denominator is missing")
    if not (x.is_integer() and n.is_integer()):
        raise ValueError(f"{name}: {x:g} of {n:g} are not whole numbers")
    if not 0 <= x <= n:
        raise ValueError(f"{name}: {x:g} of {n:g} is not a proportion")
    return x, n


def clopper_pearson(n_events, n, conf_level=0.95):
    """Exact (Clopper-Pearson) confidence interval of a proportion.

    Parameters
    ----------
    n_events, n : int
        Patients with the event, and patients.
    conf_level : float

    Returns
    -------
    (low, high) : tuple of float
        (0.0, 1.0) when ``n`` is 0.

    Raises
    ------
    ValueError
        When a count is missing, negative, not whole, or larger than ``n``.

    Notes
    -----
    Beta quantiles (Clopper and Pearson, Biometrika 1934; 26: 404-413), as R ``binom.test``.
    """
    x, n = _checked_count("clopper_pearson", n_events, n)
    return _limits(x, n, conf_level, "beta")


def clopper_pearson_upper(n_events, n, conf_level=0.95):
    """One-sided exact upper confidence limit of a proportion ("0 of n rules out more than").

    Parameters and errors as `clopper_pearson`; the whole error probability is in the upper
    tail, so 0 of 18 at 0.95 gives 1 - 0.05 ** (1 / 18) = 0.1533.

    Returns
    -------
    float
        1.0 when ``n`` is 0 or ``n_events`` equals ``n``.
    """
    x, n = _checked_count("clopper_pearson_upper", n_events, n)
    return 1.0 if x == n else float(betaincinv(x + 1, n - x, check_level(conf_level)))


def wilson(n_events, n, conf_level=0.95):
    """Wilson score confidence interval of a proportion, without continuity correction.

    Parameters, returns and errors as `clopper_pearson`.

    Notes
    -----
    Wilson, JASA 1927; 22: 209-212.
    """
    x, n = _checked_count("wilson", n_events, n)
    return _limits(x, n, conf_level, "wilson")


def _limits(x, n, conf_level, method):
    alpha = 1 - check_level(conf_level)
    if n == 0:
        return 0.0, 1.0
    low, high = proportion_confint(x, n, alpha=alpha, method=method)
    # The limits at 0 and n are exactly 0 and 1; Wilson's formula leaves a rounding error there.
    return 0.0 if x == 0 else float(low), 1.0 if x == n else float(high)


def newcombe(x1, n1, x2, n2, conf_level=0.95):
    """Difference of two independent proportions with Newcombe's hybrid score interval.

    Parameters
    ----------
    x1, n1, x2, n2 : int
        Events and patients of the first and of the second group.
    conf_level : float

    Returns
    -------
    (estimate, low, high) : tuple of float
        First minus second. The estimate is NaN when a group is empty.

    Raises
    ------
    ValueError
        As `clopper_pearson`.

    Notes
    -----
    Method 10 of Newcombe, Statist Med 1998; 17: 873-890.
    """
    x1, n1 = _checked_count("newcombe, first group", x1, n1)
    x2, n2 = _checked_count("newcombe, second group", x2, n2)
    z_value(conf_level)
    if n1 == 0 or n2 == 0:
        return np.nan, -1.0, 1.0
    low, high = confint_proportions_2indep(
        x1, n1, x2, n2, method="newcomb", compare="diff", alpha=1 - conf_level
    )
    return x1 / n1 - x2 / n2, float(low), float(high)


def newcombe_paired(n11, n10, n01, n00, conf_level=0.95):
    """Difference of two paired proportions with Newcombe's score interval.

    Parameters
    ----------
    n11, n10, n01, n00 : int
        Pairs with both, only the first, only the second, and neither positive.
    conf_level : float

    Returns
    -------
    (estimate, low, high) : tuple of float
        First minus second, (n10 - n01) / n. NaN, -1, 1 without pairs.

    Raises
    ------
    ValueError
        When a count is missing, negative or not whole.

    Notes
    -----
    Method 10 of Newcombe, Statist Med 1998; 17: 2635-2650: the score intervals of both
    margins combined with the continuity-corrected phi coefficient of the table.
    """
    cells = [float(cell) for cell in (n11, n10, n01, n00)]
    n = sum(cells)
    for cell in cells:
        _checked_count("newcombe_paired", cell, n)
    z_value(conf_level)
    if n == 0:
        return np.nan, -1.0, 1.0
    both, first, second, neither = cells
    p1, p2 = (both + first) / n, (both + second) / n
    low1, high1 = wilson(both + first, n, conf_level)
    low2, high2 = wilson(both + second, n, conf_level)
    phi = _corrected_phi(both, first, second, neither)
    down1, up1, down2, up2 = p1 - low1, high1 - p1, p2 - low2, high2 - p2
    below = np.sqrt(max(down1**2 - 2 * phi * down1 * up2 + up2**2, 0.0))
    above = np.sqrt(max(down2**2 - 2 * phi * down2 * up1 + up1**2, 0.0))
    difference = (first - second) / n
    return difference, float(difference - below), float(difference + above)


def _corrected_phi(a, b, c, d):
    product = (a + b) * (c + d) * (a + c) * (b + d)
    if product == 0:
        return 0.0
    n = a + b + c + d
    cross = a * d - b * c
    if cross > 0:
        cross = max(cross - n / 2, 0.0)
    return cross / np.sqrt(product)


def miettinen_nurminen(x1, n1, x2, n2, conf_level=0.95):
    """Difference of two independent proportions with the Miettinen-Nurminen score interval.

    Parameters
    ----------
    x1, n1, x2, n2 : int, or array-like of int, shape (k,)
        Events and patients of both groups; arrays hold one entry per stratum.
    conf_level : float

    Returns
    -------
    (estimate, low, high) : tuple of float
        First minus second; with strata the Mantel-Haenszel weighted difference. A stratum
        with an empty group carries no information on the difference and is left out. NaN,
        -1, 1 when none is left.

    Raises
    ------
    ValueError
        As `clopper_pearson`, or when the arrays differ in length.

    Notes
    -----
    Miettinen and Nurminen, Statist Med 1985; 4: 213-226, with their factor N / (N - 1) on
    the variance, per stratum. Weights n1 n2 / (n1 + n2) stay fixed while the difference is
    varied. The limits are the differences at which the score statistic equals the normal
    quantile, found by bisection to full precision; -1 or 1 where it never does.
    """
    x1, n1, x2, n2 = (
        as_numbers(name, np.atleast_1d(values))
        for name, values in (("x1", x1), ("n1", n1), ("x2", x2), ("n2", n2))
    )
    same_length(x1=x1, n1=n1, x2=x2, n2=n2)
    for a, b, c, d in zip(x1, n1, x2, n2, strict=True):
        _checked_count("miettinen_nurminen, first group", a, b)
        _checked_count("miettinen_nurminen, second group", c, d)
    z = z_value(conf_level)
    kept = (n1 > 0) & (n2 > 0)
    x1, n1, x2, n2 = x1[kept], n1[kept], x2[kept], n2[kept]
    if x1.size == 0:
        return np.nan, -1.0, 1.0
    weight = n1 * n2 / (n1 + n2)
    weight = weight / weight.sum()
    estimate = float(weight @ (x1 / n1 - x2 / n2))

    def score(difference):
        variance = _restricted_variance(x1, n1, x2, n2, difference)
        spread = np.sqrt(weight**2 @ variance)
        gap = estimate - difference
        if spread == 0:
            return 0.0 if gap == 0 else np.copysign(np.inf, gap)
        return gap / spread

    low = _bisect(lambda d: score(d) - z, -1.0, estimate)
    high = _bisect(lambda d: score(d) + z, estimate, 1.0)
    return estimate, low, high


def _restricted_variance(x1, n1, x2, n2, difference):
    """Variance of the difference at the maximum-likelihood rates with that difference."""
    n = n1 + n2
    # p1 = p2 + difference; the cubic of the paper's appendix in p2, solved by cosines.
    a3, a2 = n, (n1 + 2 * n2) * difference - n - x1 - x2
    a1 = (n2 * difference - n - 2 * x2) * difference + x1 + x2
    a0 = x2 * difference * (1 - difference)
    shift = a2 / (3 * a3)
    v = shift**3 - a1 * a2 / (6 * a3**2) + a0 / (2 * a3)
    inner = np.maximum(shift**2 - a1 / (3 * a3), 0.0)
    u = np.where(v >= 0, 1.0, -1.0) * np.sqrt(inner)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(u == 0, 0.0, v / u**3)
    angle = (np.pi + np.arccos(np.clip(ratio, -1, 1))) / 3
    p2 = np.clip(2 * u * np.cos(angle) - shift, 0.0, 1.0)
    p1 = np.clip(p2 + difference, 0.0, 1.0)
    return (p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2) * n / np.maximum(n - 1, 1)


def _bisect(function, low, high):
    """Root of a decreasing function on an interval; the nearer end when there is none."""
    if function(low) <= 0:
        return float(low)
    if function(high) >= 0:
        return float(high)
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if function(middle) > 0:
            low = middle
        else:
            high = middle
    return float((low + high) / 2)
