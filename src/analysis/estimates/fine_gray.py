"""Fine-Gray regression. Import it from ``analysis.estimates.competing_risks``."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.special import ndtr

from .inputs import as_numbers, as_times, same_length, z_value
from .newton import estimable, maximise, scales
from .survival_curve import kaplan_meier
from .ties import with_ties

__all__ = ["fine_gray"]


def fine_gray(time, cause, covariates, of=1, conf_level=0.95):
    """Proportional hazards of the subdistribution of one cause (Fine-Gray).

    Supportive only: give the cause-specific Cox model (`survival.cox` with the other causes
    censored) beside it.

    Parameters
    ----------
    time, cause, of
        As `cumulative_incidence`.
    covariates : pandas.DataFrame, shape (n, p)
        Numeric columns; rows are matched by position.
    conf_level : float

    Returns
    -------
    pandas.DataFrame
        A row per covariate: coef, std_error (sandwich, with the estimation of the censoring
        weights), hazard_ratio (of the subdistribution), ci_low, ci_high, p_value. NaN for a
        covariate that is constant, collinear or without a finite estimate.

    Raises
    ------
    ValueError
        As `cumulative_incidence`, or when covariates are not a numeric frame.

    Notes
    -----
    Fine and Gray, JASA 1999; 94: 496-509: those who had a competing event stay at risk with
    weight G(t-) / G(t_i-), G being the Kaplan-Meier estimate of censoring. Tied events as
    Breslow. Agrees with R ``cmprsk::crr``.
    """
    time, cause = as_times("time", time), as_numbers("cause", cause)
    if not isinstance(covariates, pd.DataFrame):
        raise ValueError("covariates must be a DataFrame")
    if of == 0:
        raise ValueError("of must be a cause, not 0 (censored)")
    z = z_value(conf_level)
    columns = [as_numbers(f"covariate {name}", covariates[name]) for name in covariates]
    x = np.column_stack(columns) if columns else np.zeros((len(covariates), 0))
    same_length(time=time, cause=cause, covariates=x)
    names = ["coef", "std_error", "hazard_ratio", "ci_low", "ci_high", "p_value"]
    table = pd.DataFrame(np.nan, index=pd.Index(list(covariates), name="covariate"), columns=names)
    if not (cause == of).any():
        return table
    time, scale = with_ties(time), scales(x)
    model = _Subdistribution.build(time, cause, (x - x.mean(axis=0)) / scale, of)
    kept = estimable(model)
    model = replace(model, x=model.x[:, kept])
    beta, moving = maximise(model)
    if beta.size == 0:
        return table
    error = np.sqrt(np.diag(model.sandwich(beta))) / scale[kept]
    coef = beta / scale[kept]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        values = np.column_stack(
            [
                coef,
                error,
                np.exp(coef),
                np.exp(coef - z * error),
                np.exp(coef + z * error),
                2 * ndtr(-np.abs(coef / error)),
            ]
        )
    table.loc[kept] = np.where(moving[:, None], np.nan, values)
    return table


@dataclass(frozen=True, eq=False)
class _Subdistribution:
    """Rows sorted by time; sums over the weighted risk sets are running totals."""

    x: np.ndarray
    event: np.ndarray
    competing: np.ndarray
    censored: np.ndarray
    free: np.ndarray  # probability of being uncensored just before each row's time
    start: np.ndarray  # first row of the same time
    stop: np.ndarray  # row after the last of the same time

    @classmethod
    def build(cls, time, cause, x, of):
        order = np.argsort(time, kind="stable")
        time, cause = time[order], cause[order]
        fit = kaplan_meier(time, cause == 0)
        before = np.searchsorted(fit.time, time, side="left")
        return cls(
            x=x[order],
            event=cause == of,
            competing=(cause != of) & (cause != 0),
            censored=cause == 0,
            free=np.concatenate([[1.0], fit.survival])[before],
            start=np.searchsorted(time, time, side="left"),
            stop=np.searchsorted(time, time, side="right"),
        )

    def _sums(self, values):
        """Weighted risk-set totals of the values at the time of each row."""
        tail = np.cumsum(values[::-1], axis=0)[::-1][self.start]
        return tail + self.free[:, None] * self._past(values)

    def _past(self, values):
        """Totals over earlier competing events, each by its own censoring weight."""
        own = np.where(self.competing, 1 / np.where(self.competing, self.free, 1.0), 0.0)
        total = np.cumsum(values * own[:, None], axis=0)
        return np.vstack([np.zeros((1, values.shape[1])), total])[self.start]

    def derivatives(self, beta):
        """Log partial likelihood, gradient and information."""
        n, p = self.x.shape
        linear = self.x @ beta
        shift = linear.max()
        risk = np.exp(linear - shift)[:, None]
        square = (self.x[:, :, None] * self.x[:, None, :]).reshape(n, p * p)
        sums = self._sums(np.hstack([risk, risk * self.x, risk * square]))[self.event]
        total, mean = sums[:, 0], sums[:, 1 : p + 1] / sums[:, [0]]
        value = linear[self.event].sum() - (np.log(total) + shift).sum()
        score = (self.x[self.event] - mean).sum(axis=0)
        second = (sums[:, p + 1 :] / sums[:, [0]]).sum(axis=0).reshape(p, p)
        return float(value), score, second - mean.T @ mean

    def sandwich(self, beta):
        """Covariance of beta from the influence of each row (Fine and Gray, section 3)."""
        p = beta.size
        _, _, information = self.derivatives(beta)
        linear = self.x @ beta
        risk = np.exp(linear - linear.max())[:, None]
        parts = np.hstack([risk, risk * self.x])
        sums = self._sums(parts)
        mean = sums[:, 1:] / sums[:, [0]]
        steps = np.where(self.event[:, None], np.column_stack([np.ones(len(mean)), mean]), 0.0)
        steps = steps / sums[:, [0]]
        seen = np.vstack([np.zeros((1, p + 1)), np.cumsum(steps, axis=0)])[self.stop]
        thinned = _from(steps * self.free[:, None], self.stop)
        seen += np.where(self.competing[:, None], thinned / self.free[:, None], 0.0)
        influence = -risk * (self.x * seen[:, [0]] - seen[:, 1:])
        influence[self.event] += (self.x - mean)[self.event]
        influence += self._censoring_influence(parts, steps)
        bread = np.linalg.pinv(information, hermitian=True)
        return bread @ (influence.T @ influence) @ bread

    def _censoring_influence(self, parts, steps):
        """What each row contributes through the estimated censoring weights."""
        past = self._past(parts)
        ahead = _from(steps * self.free[:, None], self.start)
        q = past[:, 1:] * ahead[:, [0]] - past[:, [0]] * ahead[:, 1:]
        at_risk = (len(parts) - self.start)[:, None]
        censored = self.censored[:, None]
        hazard = np.cumsum(np.where(censored, q / at_risk**2, 0.0), axis=0)
        return np.where(censored, q / at_risk, 0.0) - hazard[self.stop - 1]


def _from(values, place):
    """Column sums from each place to the end."""
    total = np.cumsum(values[::-1], axis=0)[::-1]
    return np.vstack([total, np.zeros((1, values.shape[1]))])[place]
