"""Weighting for confounding: propensity, weights, balance, and the E-value.

Weighted survival is in ``analysis.estimates.survival`` (`kaplan_meier` with ``weights``,
`cox` with ``weights`` and ``cluster``).
"""

import numpy as np
import pandas as pd

from .inputs import as_flags, as_numbers, same_length

__all__ = [
    "average_effect_weights",
    "effective_sample_size",
    "evalue",
    "overlap_weights",
    "propensity",
    "standardised_difference",
    "treated_effect_weights",
]


def propensity(treated, covariates):
    """Probability of treatment given the covariates, by unpenalised logistic regression.

    Parameters
    ----------
    treated : array-like of bool or 0/1, shape (n,)
    covariates : pandas.DataFrame, shape (n, p)
        Numeric and boolean columns enter linearly; text and categorical columns as
        indicators against their first level. Rows are matched by position.

    Returns
    -------
    numpy.ndarray of float, shape (n,)

    Raises
    ------
    ValueError
        On missing values, lengths that differ, only one treatment, or covariates that
        separate the groups (no finite estimate).
    """
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_linear_model import GLM

    treated = as_flags("treated", treated)
    design = _indicators(covariates, drop_first=True)
    same_length(treated=treated, covariates=design)
    if treated.all() or not treated.any():
        raise ValueError("propensity needs treated and untreated patients")
    x = np.column_stack([np.ones(treated.size), design.to_numpy(dtype=float)])
    fit = _quietly(lambda: GLM(treated.astype(float), x, family=Binomial()).fit(tol=1e-12))
    score = np.asarray(fit.fittedvalues)
    # Fitted probabilities of 0 or 1 are the mark of separated groups.
    if not fit.converged or score.min() < 1e-8 or score.max() > 1 - 1e-8:
        raise ValueError("the covariates separate treated from untreated patients")
    return score


def overlap_weights(treated, score):
    """Overlap weights: 1 - score for treated, score for untreated patients.

    Parameters
    ----------
    treated : array-like of bool or 0/1, shape (n,)
    score : array-like of float, shape (n,)
        Propensity, strictly between 0 and 1.

    Returns
    -------
    numpy.ndarray of float, shape (n,)

    Raises
    ------
    ValueError
        On missing values, lengths that differ, or a score outside (0, 1).

    Notes
    -----
    Li, Morgan and Zaslavsky, JASA 2018; 113: 390-400: the target is the population in
    clinical equipoise; means of the covariates are balanced exactly.
    """
    treated, score = _checked_score(treated, score)
    return np.where(treated, 1 - score, score)


def average_effect_weights(treated, score, stabilised=True):
    """Inverse-probability weights for the average effect in everyone (ATE).

    Parameters, errors as `overlap_weights`; ``stabilised`` multiplies by the share of the
    patient's own group, which keeps the weights near 1.
    """
    treated, score = _checked_score(treated, score)
    weights = np.where(treated, 1 / score, 1 / (1 - score))
    if not stabilised:
        return weights
    share = treated.mean() if treated.size else np.nan
    return weights * np.where(treated, share, 1 - share)


def treated_effect_weights(treated, score):
    """Weights for the average effect in the treated (ATT): 1, and the odds for the others.

    Parameters, errors as `overlap_weights`.
    """
    treated, score = _checked_score(treated, score)
    return np.where(treated, 1.0, score / (1 - score))


def effective_sample_size(weights):
    """Kish's effective sample size, the squared sum over the sum of squares; NaN if all 0.

    Raises ``ValueError`` on missing or negative weights.
    """
    weights = as_numbers("weights", weights)
    if (weights < 0).any():
        raise ValueError("weights has negative values")
    squares = np.sum(weights**2)
    return float(weights.sum() ** 2 / squares) if squares > 0 else np.nan


def standardised_difference(covariates, treated, weights=None):
    """Standardised mean difference of each covariate, treated minus untreated.

    Parameters
    ----------
    covariates : pandas.DataFrame, shape (n, p)
        Text and categorical columns give a row per level, named ``column=level``.
    treated : array-like of bool or 0/1, shape (n,)
    weights : array-like of float, shape (n,), optional

    Returns
    -------
    pandas.Series
        Indexed by covariate. Balance is usually accepted below 0.1 in absolute value. 0 where
        the groups agree without spread; infinite where they differ without spread.

    Raises
    ------
    ValueError
        On missing values, lengths that differ, or an empty group.

    Notes
    -----
    Means are weighted, the denominator is not, so that weighting cannot hide an imbalance:
    the square root of the mean of both unweighted variances; p (1 - p) for a covariate of
    two values (Austin, Statist Med 2009; 28: 3083-3107).
    """
    table = _indicators(covariates, drop_first=False)
    treated = as_flags("treated", treated)
    weights = np.ones(treated.size) if weights is None else as_numbers("weights", weights)
    same_length(covariates=table, treated=treated, weights=weights)
    if not (weights[treated].sum() > 0 and weights[~treated].sum() > 0):
        raise ValueError("a group is empty or has no weight")
    result = {}
    for name, values in table.items():
        x = as_numbers(f"covariate {name}", values)
        binary = np.unique(x).size <= 2 and np.isin(x, (0, 1)).all()
        gap = np.average(x[treated], weights=weights[treated])
        gap -= np.average(x[~treated], weights=weights[~treated])
        spread = np.sqrt((_variance(x[treated], binary) + _variance(x[~treated], binary)) / 2)
        if spread > 0:
            result[name] = float(gap / spread)
        else:
            result[name] = 0.0 if gap == 0 else float(np.copysign(np.inf, gap))
    return pd.Series(result, dtype=float, name="standardised_difference")


def evalue(estimate, low, high, measure="HR", rare=False):
    """E-value: how strong an unmeasured confounder must be to explain an estimate away.

    Parameters
    ----------
    estimate, low, high : float
        Ratio and its confidence limits, positive.
    measure : {"HR", "OR", "RR"}
    rare : bool
        Outcome in fewer than about 15 % by the end of follow-up: hazard and odds ratios are
        then read as risk ratios as they stand.

    Returns
    -------
    (evalue, evalue_ci) : tuple of float
        Of the estimate and of the limit nearer 1; 1.0 for the limit when the interval
        contains 1.

    Raises
    ------
    ValueError
        When a ratio is missing or not positive, the limits are out of order, or the measure
        is unknown.

    Notes
    -----
    VanderWeele and Ding, Ann Intern Med 2017; 167: 268-274. Risk ratios of common outcomes:
    the square root of an odds ratio, (1 - 0.5^sqrt(HR)) / (1 - 0.5^sqrt(1 / HR)) of a hazard
    ratio.
    """
    if measure not in ("HR", "OR", "RR"):
        raise ValueError(f"measure must be HR, OR or RR, not {measure!r}")
    if not 0 < low <= estimate <= high < np.inf:
        raise ValueError(f"not a ratio with limits: {estimate} ({low} to {high})")
    point, lower, upper = (_risk_ratio(v, measure, rare) for v in (estimate, low, high))
    if lower <= 1 <= upper:
        return _evalue_of(point), 1.0
    return _evalue_of(point), _evalue_of(lower if point > 1 else upper)


def _risk_ratio(ratio, measure, rare):
    ratio = float(ratio)
    if measure == "RR" or rare:
        return ratio
    if measure == "OR":
        return float(np.sqrt(ratio))
    return float((1 - 0.5 ** np.sqrt(ratio)) / (1 - 0.5 ** np.sqrt(1 / ratio)))


def _evalue_of(risk_ratio):
    ratio = max(risk_ratio, 1 / risk_ratio)
    return float(ratio + np.sqrt(ratio * (ratio - 1)))


def _variance(x, binary):
    if binary:
        return x.mean() * (1 - x.mean())
    return x.var(ddof=1) if x.size > 1 else 0.0


def _checked_score(treated, score):
    treated, score = as_flags("treated", treated), as_numbers("score", score)
    same_length(treated=treated, score=score)
    if ((score <= 0) | (score >= 1)).any():
        raise ValueError("score must lie strictly between 0 and 1")
    return treated, score


def _indicators(covariates, drop_first):
    if not isinstance(covariates, pd.DataFrame):
        raise ValueError("covariates must be a DataFrame")
    parts = {}
    for name, column in covariates.items():
        if column.isna().any():
            raise ValueError(f"covariate {name} has missing values")
        if pd.api.types.is_numeric_dtype(column):
            parts[name] = column.to_numpy(dtype=float)
            continue
        levels = pd.Categorical(column).remove_unused_categories().categories
        for level in levels[1:] if drop_first else levels:
            parts[f"{name}={level}"] = (column == level).to_numpy(dtype=float)
    return pd.DataFrame(parts, index=range(len(covariates)))


def _quietly(fit):
    """Run a fit whose warnings on separation are turned into an error by the caller."""
    import warnings

    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return fit()
