"""Numbers that may be missing, and intervals that may not exist, as rows of estimates.

A missing number has two texts: ``stat_text`` is what is printed in its place (NE, not estimable;
NR, not reached; with a few words where the whole cell is missing for a reason of its own), and
``warning`` says why. Where a method has no interval its limits are missing, however the estimator
fills them in: Greenwood's and Aalen's variance is 0 before the first event and says nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from analysis.estimates.confidence_level import level_in_words
from analysis.estimates.rows import Cell, EstimateRows
from analysis.params import Rules

NOT_ESTIMABLE, NOT_REACHED = "NE", "NR"
ESTIMATE = ("estimate", "ci_low", "ci_high")
MEDIAN = ("median", "ci_low", "ci_high")
INTERVAL = ("ci_low", "ci_high")
#: Analyses that stand beside another one, with the same group, visit, parameter and category.
EXACT = ", exact one-sided limit"
MIDDLE = ", middle of the flat"
#: Why an estimate has no interval: the variance of the method is 0, or has no value.
NO_EVENT, ALL_EVENTS = "no event yet", "everybody still followed had the event"
NO_VARIATION = "no variation: the variance is 0"
NO_BAND = "the curve falls to its end at once: the method has no interval"
# Sums of scores and of days carry at most this much dust of floating point.
_DUST = 1e-9


def is_missing(value: float | None) -> bool:
    """Whether an estimator gave no number."""
    return value is None or math.isnan(value)


def add_number(
    rows: EstimateRows,
    cell: Cell,
    stat_name: str,
    value: float | None,
    *,
    why: str,
    text: str = NOT_ESTIMABLE,
    warning: str = "",
    **about: Any,
) -> None:
    """Add a number; a missing one with the text that is printed for it and the reason why."""
    missing = is_missing(value)
    rows.add(
        cell,
        stat_name,
        None if value is None or missing else float(value),
        text=text if missing else "",
        warning=why if missing else warning,
        **about,
    )


def add_numbers(
    rows: EstimateRows, cell: Cell, names: Iterable[str], values: Iterable, **about: Any
) -> None:
    """Add several numbers of one cell, as `add_number`."""
    for stat_name, value in zip(names, values, strict=True):
        add_number(rows, cell, stat_name, value, **about)


# --- quantiles ------------------------------------------------------------------------------------
def add_quantile(rows: EstimateRows, cell: Cell, curve, p: float = 0.5, **about: Any) -> None:
    """Add the time by which a fraction had the event, with its limits.

    On a curve that is flat at exactly that fraction to its end, the middle of the flat, which R
    takes, would grow with the follow-up of one censored patient: the first time stands in the row,
    R's value beside it (analysis "<analysis>, middle of the flat").

    Parameters
    ----------
    curve : KaplanMeier, CumulativeIncidence or None
        None where nobody is followed, or nobody can have a curve.
    **about
        ``why`` and ``text`` of a number that is missing, and what else `add_number` takes.
    """
    if curve is None:
        add_numbers(rows, cell, MEDIAN, (None,) * 3, **about)
        return
    values = curve.quantile(p, open_flat="first")
    add_number(rows, cell, MEDIAN[0], values[0], **about)
    none: dict[str, Any] = {"why": NO_BAND, "text": NOT_ESTIMABLE}
    # reached, and no time at which the band comes down to it: the curve fell past the band at once
    limits = about | none if is_missing(values[1]) and not is_missing(values[0]) else about
    add_numbers(rows, cell, INTERVAL, values[1:], **limits)
    beside = replace(cell, analysis_id=f"{cell.analysis_id}{MIDDLE}")
    about["method"] = f"{about.get('method', '')}, middle of a flat at {100 * p:g}% to its end"
    for stat_name, value, middle in zip(MEDIAN, values, curve.quantile(p), strict=True):
        if not is_missing(middle) and middle != value:
            add_number(rows, beside, stat_name, middle, **about)


# --- limits ---------------------------------------------------------------------------------------
def least_at_risk(rules: Rules) -> int:
    """Patients at risk below whom a curve is not drawn and a rate carries the mark."""
    estimation = rules.estimation
    public = rules.display.profile == "public"
    return estimation.min_at_risk_public if public else estimation.min_at_risk


def one_sided_level(rules: Rules) -> float:
    """Level of the one-sided limit that excludes as much as one side of the plan's interval."""
    return (1 + rules.estimation.conf_level) / 2


def add_rate(
    rows: EstimateRows,
    cell: Cell,
    values: tuple[float | None, float | None, float | None],
    at_risk: int,
    rules: Rules,
    *,
    rising: bool,
    method: str,
    limits: str = "log-log",
    why: str,
    landmark: bool = True,
    **about: Any,
) -> None:
    """Add the height of a curve at one time with its limits, and how many are still at risk.

    Before the first event and after the last possible one the limits are missing. Before the first
    event the exact one-sided limit stands beside (analysis "<analysis>, exact one-sided limit"):
    with n at risk and no event, survival is at least a^(1/n), a = 2.5% at the plan's 95%.

    Parameters
    ----------
    values : tuple
        Estimate, lower and upper limit of the estimator; NaN or None where it has none.
    at_risk : int
        Patients followed to this time or beyond.
    rising : bool
        True for a cumulative incidence, False for survival.
    why : str
        Reason of a missing estimate.
    landmark : bool
        Rates at a landmark carry a warning where few are at risk.
    """
    estimate = values[0]
    rows.add(cell, "n_at_risk", at_risk, unit="patients", **about)
    about |= {"unit": "proportion"}
    few = landmark and at_risk < least_at_risk(rules)
    warning = f"fewer than {least_at_risk(rules)} at risk" if few else ""
    add_number(rows, cell, "estimate", estimate, method=method, why=why, warning=warning, **about)
    level = rules.estimation.conf_level
    words = f"{method}, {limits}, {level_in_words(level)}"
    start = 0.0 if rising else 1.0
    none: dict[float | None, str] = {
        0.0: NO_EVENT if rising else ALL_EVENTS,
        1.0: ALL_EVENTS if rising else NO_EVENT,
    }
    for stat_name, value in zip(INTERVAL, values[1:], strict=True):
        kept = None if estimate in none else value
        reason = none.get(estimate, why)
        add_number(rows, cell, stat_name, kept, method=words, why=reason, warning=warning, **about)
    if estimate == start and at_risk:
        _exact(rows, cell, at_risk, rules, rising, **about)


def _exact(
    rows: EstimateRows, cell: Cell, at_risk: int, rules: Rules, rising: bool, **about
) -> None:
    least = (1 - one_sided_level(rules)) ** (1 / at_risk)
    rows.add(
        replace(cell, analysis_id=f"{cell.analysis_id}{EXACT}"),
        "ci_high" if rising else "ci_low",
        1 - least if rising else least,
        method=f"exact one-sided {level_in_words(one_sided_level(rules))} limit",
        **about,
    )


def add_mean_limits(
    rows: EstimateRows, cell: Cell, limits: tuple, spread: float, *, why: str, **about: Any
) -> None:
    """Add the limits of a mean; where the values do not vary there are none.

    Parameters
    ----------
    limits : tuple of float
        Lower and upper.
    spread : float
        Standard deviation of the values, or standard error of the mean.
    why : str
        Reason of limits that are missing for want of values.
    """
    flat = not is_missing(spread) and spread <= _DUST
    values = (None, None) if flat else limits
    add_numbers(rows, cell, INTERVAL, values, why=NO_VARIATION if flat else why, **about)
