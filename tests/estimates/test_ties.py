"""Times that differ only by floating point are ties, in every estimator that takes times.

Months are made from days in ways that give neighbouring binary numbers; the results must be those
of the whole days. The rule is that of R ``survival`` (``timefix``), and so are the numbers.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil

import numpy as np
import pandas as pd
import pytest

import analysis.estimates
from analysis.estimates import competing_risks, molecular, survival
from analysis.estimates.ties import with_ties

MONTH = 30.4375
DAYS = np.array([30, 45, 60, 60, 90, 90, 90, 120, 150, 150, 180, 200], dtype=float)
EVENT = np.array([1, 0, 1, 1, 1, 0, 1, 1, 0, 1, 1, 0])
CAUSE = np.array([1, 0, 2, 1, 1, 0, 2, 1, 0, 1, 2, 0])
GROUP = np.tile([0, 1], 6)
ENTRY = np.array([0, 0, 30, 0, 45, 60, 0, 90, 0, 60, 0, 0], dtype=float)
WEIGHTS = np.array([0.5, 1.5, 1.2, 0.8, 1.1, 0.9, 1.3, 0.7, 1.0, 1.4, 0.6, 1.0])
X = pd.DataFrame({"g": GROUP})
# Six patients whose second time is one and a half times their first.
FIRST, SECOND = [2, 3, 2, 3, 7, 0], [4, 5, 6, 4, 10, 1]


def months(days: np.ndarray) -> np.ndarray:
    """Days as months, computed in four ways that disagree in the last digits."""
    ways = (
        lambda d: d / MONTH,
        lambda d: d * (1 / MONTH),
        lambda d: (d + 365) / MONTH - 365 / MONTH,
        lambda d: d / 7 * (7 / MONTH),
    )
    return np.array([ways[place % 4](day) for place, day in enumerate(days)])


def test_the_months_of_these_tests_are_not_equal_as_numbers():
    assert np.unique(months(DAYS)).size > np.unique(DAYS).size


def _tables(*frames: pd.DataFrame) -> list[float]:
    values = [frame.drop(columns="time", errors="ignore").to_numpy().ravel() for frame in frames]
    return [float(value) for value in np.concatenate(values)]


def _km(time, **more):
    fit = survival.kaplan_meier(time, EVENT, **more)
    return [*_tables(fit.curve), *_tables(fit.at([time[2], time[7]]))]


def _incidence(time, of):
    fit = competing_risks.cumulative_incidence(time, CAUSE, of=of)
    return _tables(fit.curve, fit.at([time[2], time[7]]))


# Name of the estimator -> what it says of the times (and entries) given.
ESTIMATORS = {
    "kaplan_meier": lambda t, e: _km(t) + _km(t, entry=e) + _km(t, weights=WEIGHTS),
    "reverse_kaplan_meier": lambda t, e: _tables(survival.reverse_kaplan_meier(t, EVENT).curve),
    "log_rank": lambda t, e: [
        *survival.log_rank(t, EVENT, GROUP),
        *survival.log_rank(t, EVENT, GROUP, strata=CAUSE > 1),
    ],
    "cox": lambda t, e: _tables(
        survival.cox(t, EVENT, X).table,
        survival.cox(t, EVENT, X, entry=e, weights=WEIGHTS, cluster=np.arange(12)).table,
        survival.cox(t, EVENT, X, ties="breslow").proportional_hazards(),
    ),
    "cumulative_incidence": lambda t, e: _incidence(t, 1) + _incidence(t, 2),
    "gray_test": lambda t, e: list(competing_risks.gray_test(t, CAUSE, GROUP)),
    "bootstrap_medians": lambda t, e: list(
        survival.bootstrap_medians(t, EVENT, 200, seed=5) / t[0]
    ),
    "bootstrap_median": lambda t, e: list(
        np.divide(survival.bootstrap_median(t, EVENT, 200, seed=5), t[0])
    ),
    "bootstrap_median_difference": lambda t, e: list(
        np.divide(
            survival.bootstrap_median_difference(t[:6], EVENT[:6], t[6:], EVENT[6:], 200, seed=5),
            t[0],
        )
    ),
    "pfs_ratio": lambda t, e: _tables(molecular.pfs_ratio(t[FIRST], t[SECOND], [1] * 6, 1.5)),
    "midrank_rate": lambda t, e: list(molecular.midrank_rate(t[FIRST], t[SECOND], [1] * 6, 1.5)),
}


@pytest.mark.parametrize("name", ESTIMATORS)
def test_months_made_from_days_give_what_the_days_give(name):
    of_days = ESTIMATORS[name](DAYS, ENTRY)
    of_months = ESTIMATORS[name](months(DAYS), months(ENTRY))
    assert len(of_days) == len(of_months) > 0
    np.testing.assert_allclose(of_months, of_days, rtol=1e-9, atol=1e-12, equal_nan=True)


RULES = {
    "with_ties": lambda *times: times[0] if len(times) == 1 else times,
    "at_distinct_times": lambda landmarks, distinct: landmarks,
}
# Made of the medians above and of the curve; their percentiles are too coarse to tell.
DERIVED = {"bootstrap_median", "bootstrap_median_difference"}


@pytest.mark.parametrize("name", sorted(set(ESTIMATORS) - DERIVED))
def test_without_the_rule_these_times_would_give_something_else(name, monkeypatch):
    """The times above are a test of each estimator: left as they are they are told apart."""
    for module in pkgutil.iter_modules(analysis.estimates.__path__):
        loaded = importlib.import_module(f"analysis.estimates.{module.name}")
        for rule in RULES.keys() & vars(loaded).keys():
            monkeypatch.setattr(loaded, rule, RULES[rule])
    monkeypatch.setattr(molecular, "RATIO_TOLERANCE", 0.0)
    of_days = ESTIMATORS[name](DAYS, ENTRY)
    try:
        of_months = ESTIMATORS[name](months(DAYS), months(ENTRY))
    except ValueError:  # a row that enters just after its own end
        return
    close = len(of_days) == len(of_months) and np.allclose(
        of_months, of_days, rtol=1e-9, atol=1e-12, equal_nan=True
    )
    assert not close


def test_every_estimator_that_takes_times_is_tested_here():
    taking = set()
    for module in pkgutil.iter_modules(analysis.estimates.__path__):
        loaded = importlib.import_module(f"analysis.estimates.{module.name}")
        for name in getattr(loaded, "__all__", ()):
            function = getattr(loaded, name)
            if not inspect.isfunction(function) or function.__module__ != loaded.__name__:
                continue
            if {"time", "time1", "pfs1"} & set(inspect.signature(function).parameters):
                taking.add(name)
    # the two curves of a difference are fitted before; a step function has distinct times
    assert taking - {"survival_difference", "step_quantile"} == set(ESTIMATORS)


# R 4.2.2, survival 3.5-3: match(as.matrix(aeqSurv(Surv(x, rep(1, length(x)))))[, 1], x) - 1
AS_IN_R = [
    ([1, 1 + 1e-8, 1 + 2e-8, 1 + 4e-8], [0, 0, 0, 3]),  # a chain is one tie, at its smallest
    ([1, 1 + 1.4e-8], [0, 0]),
    ([1, 1 + 1.6e-8], [0, 1]),
    ([1000, 1000 + 1.4e-5], [0, 0]),
    ([1000, 1000 + 1.6e-5], [0, 1]),
    ([1, 1 + 4e-6, 1000], [0, 0, 2]),  # relative to the mean of all distinct times
    ([1e-9, 2e-9, 1], [0, 0, 2]),  # and absolutely
    ([2, 2**0.5 * 2**0.5, 1, 3], [0, 0, 2, 3]),
    ([], []),
    ([0], [0]),
]


@pytest.mark.parametrize(("times", "places"), AS_IN_R)
def test_the_rule_is_that_of_r(times, places):
    times = np.array(times, dtype=float)
    np.testing.assert_array_equal(with_ties(times), times[places] if places else times)


def test_ties_with_entry_are_found_on_one_clock():
    end, entry = np.array([0.3, 1.0]), np.array([0.1, 0.1 + 0.2])
    assert list(with_ties(end, entry)[1]) == [0.1, 0.3]
    assert with_ties(end, None)[1] is None
    with pytest.raises(ValueError, match="entry must lie before time"):
        survival.kaplan_meier([0.1 + 0.2, 1], [1, 1], entry=[0.3, 0])


def test_whole_days_are_never_a_tie():
    days = np.array([3.0, 1.0, 2.0])
    assert with_ties(days) is days


def test_the_numbers_of_r():
    """survfit, survdiff and coxph of R survival 3.5-3 on months with the last digits disturbed."""
    time = months(DAYS)
    fit = survival.kaplan_meier(time, EVENT)
    assert list(fit.n_at_risk) == [12, 11, 10, 8, 5, 4, 2, 1]
    expected = [11 / 12, 11 / 12, 11 / 15, 0.55, 0.44, 0.33, 0.165, 0.165]
    np.testing.assert_allclose(fit.survival, expected, rtol=1e-12)
    assert survival.log_rank(time, EVENT, GROUP)[0] == pytest.approx(0.649484536082474, rel=1e-12)
    coefficient = survival.cox(time, EVENT, X).table.loc["g", "coef"]
    assert coefficient == pytest.approx(-0.600069888196509, rel=1e-10)
