"""The Cox proportional hazards model. Import it from ``analysis.estimates.survival``.

Own implementation: no Python library has weights, late entry, strata, the robust variance
with ties and the current test of proportional hazards together (see `cox`).
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from scipy.special import ndtr

from .chi_square import chi_square_tail, quadratic_form
from .inputs import as_codes, as_flags, as_numbers, as_times, same_length, z_value
from .newton import estimable, maximise, scales
from .partial_likelihood import RiskSets
from .survival_curve import kaplan_meier
from .ties import with_ties

__all__ = ["Cox", "cox"]

COLUMNS = ("coef", "std_error", "robust_se", "hazard_ratio", "ci_low", "ci_high", "p_value")


@dataclass(frozen=True, eq=False)
class Cox:
    """A fitted Cox model; made by `cox`.

    Attributes
    ----------
    table : pandas.DataFrame
        A row per covariate (index ``covariate``): coef, std_error (model), robust_se (NaN
        without cluster), hazard_ratio, ci_low, ci_high, p_value (Wald; by the robust
        standard error where there is one). NaN for a covariate that cannot be estimated.
    n, n_events : int
        Rows and events used.
    log_likelihood, log_likelihood_null : float
    converged : bool
        False when a coefficient has no finite estimate, e.g. a group without events.
    """

    table: pd.DataFrame
    n: int
    n_events: int
    log_likelihood: float
    log_likelihood_null: float
    converged: bool
    conf_level: float
    _sets: RiskSets = field(repr=False)
    _beta: np.ndarray = field(repr=False)
    _kept: np.ndarray = field(repr=False)
    _clock: np.ndarray = field(repr=False)

    @cached_property
    def likelihood_ratio(self):
        """Likelihood-ratio test of all covariates, (chi2, df, p_value)."""
        chi2, df = 2 * (self.log_likelihood - self.log_likelihood_null), int(self._kept.sum())
        return (chi2, df, chi_square_tail(chi2, df)) if df else (np.nan, 0, np.nan)

    def proportional_hazards(self):
        """Score test that the coefficients do not change over time.

        Returns
        -------
        pandas.DataFrame
            A row per covariate and a row GLOBAL, with columns chi2, df, p_value. NaN for a
            covariate without an estimate.

        Notes
        -----
        ``cox.zph`` of R survival 3.0 and later (Grambsch and Therneau, Biometrika 1994; 81:
        515-526, without their approximation of the variance): each covariate times g(t) is
        added to the model and its score tested, g(t) being 1 minus the left-continuous
        Kaplan-Meier estimate of all rows.
        """
        names = [*self.table.index, "GLOBAL"]
        result = pd.DataFrame(np.nan, index=names, columns=["chi2", "df", "p_value"])
        result["df"] = [1] * (len(names) - 1) + [int(self._kept.sum())]
        where = np.flatnonzero(self._kept)
        if where.size and self.converged:
            score, information = self._sets.time_score(self._beta, self._clock)
            p = where.size
            for i in range(p):
                chosen = [*range(p), p + i]
                full = np.concatenate([np.zeros(p), score[[i]]])
                chi2 = quadratic_form(full, information[np.ix_(chosen, chosen)])
                result.iloc[where[i], [0, 2]] = chi2, chi_square_tail(chi2, 1)
            chi2 = quadratic_form(np.concatenate([np.zeros(p), score]), information)
            result.iloc[-1, [0, 2]] = chi2, chi_square_tail(chi2, p)
        return result.rename_axis("covariate")


def cox(
    time,
    event,
    covariates,
    entry=None,
    weights=None,
    cluster=None,
    strata=None,
    *,
    conf_level=0.95,
    ties="efron",
):
    """Cox proportional hazards model.

    Parameters
    ----------
    time : array-like of float, shape (n,)
        Days to the event or to censoring.
    event : array-like of bool or 0/1, shape (n,)
    covariates : pandas.DataFrame, shape (n, p)
        Numeric or boolean columns; their names become the index of the results. Rows are
        matched by position, not by index.
    entry : array-like of float, shape (n,), optional
        Days at which a row comes under observation; at risk on (entry, time]. A covariate
        that changes over time is given as several rows of a patient.
    weights : array-like of float, shape (n,), optional
        Case weights; rows of weight 0 are left out. Give ``cluster`` with them.
    cluster : array-like, shape (n,), optional
        Patient of each row: adds the robust standard error (Lin-Wei), which the interval
        and the p-value then use.
    strata : array-like, shape (n,), optional
        Baseline hazards differ between strata.
    conf_level : float
    ties : {"efron", "breslow"}

    Returns
    -------
    Cox
        With ``table`` and ``proportional_hazards()``.

    Raises
    ------
    ValueError
        On missing values, negative times or weights, lengths that differ, ``entry`` not
        before ``time``, covariates that are not a frame or not numeric.

    Notes
    -----
    Newton-Raphson to full precision on standardised covariates; agrees with R
    ``survival::coxph``, also in its ties: times that differ only by floating point are one
    (`ties.with_ties`). A constant or collinear covariate is dropped to NaN (the later one of a
    collinear set, as in R). A coefficient that runs to infinity (no events in a group) gets NaN
    as well and ``converged`` is False, where R reports a large number. Robust variance: Lin and
    Wei, JASA 1989; 84: 1074-1078, with the tied deaths of Efron.
    """
    if ties not in ("efron", "breslow"):
        raise ValueError(f"ties must be efron or breslow, not {ties!r}")
    z = z_value(conf_level)
    rows = _checked_rows(time, event, covariates, entry, weights, cluster, strata)
    time, event, x, entry, weights, cluster, layer = rows
    names = list(covariates.columns)
    sets, scale = RiskSets.build(time, event, x, entry, weights, layer, ties), scales(x)
    sets = sets.with_covariates((x - x.mean(axis=0)) / scale) if len(x) else sets
    kept = estimable(sets)
    sets = sets.with_covariates(sets.x[:, kept])
    beta, moving = maximise(sets)
    null, _, _ = sets.derivatives(np.zeros(beta.size))
    likelihood, _, information = sets.derivatives(beta)
    columns = _columns(sets, beta, information, moving, cluster, scale[kept], z)
    table = pd.DataFrame(np.nan, index=pd.Index(names, name="covariate"), columns=list(columns))
    for name, values in columns.items():
        table.loc[kept, name] = values
    return Cox(
        table=table,
        n=time.size,
        n_events=int(event.sum()),
        log_likelihood=likelihood,
        log_likelihood_null=null,
        converged=bool(kept.any() and not moving.any()),
        conf_level=float(conf_level),
        _sets=sets,
        _beta=beta,
        _kept=kept,
        _clock=_km_clock(time, event, entry),
    )


def _checked_rows(time, event, covariates, entry, weights, cluster, strata):
    if not isinstance(covariates, pd.DataFrame):
        raise ValueError("covariates must be a DataFrame")
    if not covariates.columns.is_unique:
        raise ValueError("covariates has two columns of the same name")
    time, event = as_times("time", time), as_flags("event", event)
    entry = None if entry is None else as_times("entry", entry)
    weights = np.ones(time.size) if weights is None else as_numbers("weights", weights)
    cluster = None if cluster is None else as_codes("cluster", cluster)[0]
    layer = np.zeros(time.size, np.int64) if strata is None else as_codes("strata", strata)[0]
    columns = [as_numbers(f"covariate {name}", covariates[name]) for name in covariates]
    x = np.column_stack(columns) if columns else np.zeros((len(covariates), 0))
    same_length(
        time=time,
        event=event,
        covariates=x,
        entry=entry,
        weights=weights,
        cluster=cluster,
        strata=layer,
    )
    if (weights < 0).any():
        raise ValueError("weights has negative values")
    time, entry = with_ties(time, entry)
    if entry is not None:
        if ((entry >= time) & (entry > 0)).any():
            raise ValueError("entry must lie before time")
        entry = np.where(entry > 0, entry, -1.0)
    used = weights > 0
    return tuple(
        None if a is None else a[used] for a in (time, event, x, entry, weights, cluster, layer)
    )


def _columns(sets, beta, information, moving, cluster, scale, z):
    names = list(COLUMNS)
    if beta.size == 0:
        return {name: np.zeros(0) for name in names}
    # With a runaway coefficient the information is close to singular.
    covariance = np.linalg.pinv(information, hermitian=True)
    coef, std_error = beta / scale, np.sqrt(np.maximum(np.diag(covariance), 0)) / scale
    robust = np.full(beta.size, np.nan)
    if cluster is not None:
        influence = sets.score_residuals(beta) @ covariance
        sums = np.zeros((cluster.max(initial=-1) + 1, beta.size))
        np.add.at(sums, cluster, influence)
        robust = np.sqrt((sums**2).sum(axis=0)) / scale
    used = std_error if cluster is None else robust
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        values = (
            coef,
            std_error,
            robust,
            np.exp(coef),
            np.exp(coef - z * used),
            np.exp(coef + z * used),
            2 * ndtr(-np.abs(coef / used)),
        )
    return {n: np.where(moving, np.nan, v) for n, v in zip(names, values, strict=True)}


def _km_clock(time, event, entry):
    """1 minus the Kaplan-Meier estimate of all rows just before each row's time."""
    start = None if entry is None else np.maximum(entry, 0.0)
    fit = kaplan_meier(time, event, start)
    before = np.searchsorted(fit.time, time, side="left")
    return 1 - np.concatenate([[1.0], fit.survival])[before]
