"""Paired tests against R, by enumeration and by hand."""

import itertools
import math

import numpy as np
import pytest

from analysis.estimates import paired

from .r_reference import CASES, assert_agrees, cases, data_of


@pytest.mark.parametrize("name", cases("paired_"))
def test_signed_rank_agrees_with_r(name):
    case = CASES[name]
    table, expected = data_of(case).dropna(), case["results"]["wilcoxon"]
    statistic, p = paired.signed_rank(table["after"] - table["before"])
    assert_agrees(statistic, expected["V"], case, "V")
    assert_agrees(p, expected["coin_wilcoxon_exact"]["p"], case, "exact p")


@pytest.mark.parametrize("name", cases("paired_"))
def test_stuart_maxwell_agrees_with_r(name):
    case = CASES[name]
    expected = case["results"]["stuart_maxwell"]
    result = paired.stuart_maxwell(case["results"]["table"])
    assert_agrees(result, [expected["chisq"], expected["p"]], case, "Stuart-Maxwell")


@pytest.mark.parametrize("name", cases("paired_"))
def test_summary_agrees_with_r(name):
    case = CASES[name]
    table, expected = data_of(case), case["results"]
    summary = paired.paired_summary(table["before"], table["after"])
    for ours, theirs in (
        ("n", "n"),
        ("n_increased", "increased"),
        ("n_decreased", "decreased"),
        ("n_unchanged", "unchanged"),
        ("mean_change", "mean_change"),
    ):
        assert_agrees(summary[ours], expected[theirs], case, ours)
    assert summary["n"] + summary["n_missing"] == len(table)


@pytest.mark.parametrize(
    "change", [[1, 2, 3], [1, -1, 2, 2, -3], [0, 0.5, -0.5, 0.5], [5], [-1, -1, -1, -1], [2, 2, -2]]
)
def test_signed_rank_is_the_enumeration_of_all_signs(change):
    kept = np.array([c for c in change if c != 0])
    magnitude = np.abs(kept)
    ranks = [np.sum(magnitude < m) + (np.sum(magnitude == m) + 1) / 2 for m in magnitude]
    centre = sum(ranks) / 2
    observed = sum(r for r, c in zip(ranks, kept, strict=True) if c > 0)
    values = [
        sum(r for r, s in zip(ranks, signs, strict=True) if s)
        for signs in itertools.product([0, 1], repeat=len(ranks))
    ]
    extreme = [abs(v - centre) >= abs(observed - centre) - 1e-9 for v in values]
    assert paired.signed_rank(change) == pytest.approx((observed, np.mean(extreme)), rel=1e-12)


def test_signed_rank_without_change_and_with_many():
    assert paired.signed_rank([]) == (0.0, 1.0) == paired.signed_rank([0, 0])
    rng = np.random.default_rng(1)
    change = rng.integers(-3, 5, 499).astype(float)
    exact = paired.signed_rank(change)[1]
    ranks = paired.signed_rank(np.concatenate([change, change[:80]]))[1]
    assert 0 <= ranks <= 1 and 0 <= exact <= 1


def test_normal_limit_is_close_to_the_exact_test(monkeypatch):
    rng = np.random.default_rng(2)
    change = rng.integers(-4, 5, 400)
    exact = paired.signed_rank(change)
    monkeypatch.setattr(paired, "EXACT_UP_TO", 10)
    assert paired.signed_rank(change) == pytest.approx(exact, abs=2e-3)


def test_two_categories_are_mcnemar():
    # (b - c)^2 / (b + c) = (12 - 5)^2 / 17
    statistic, p = paired.stuart_maxwell([[20, 12], [5, 30]])
    assert statistic == pytest.approx(49 / 17, rel=1e-13)
    assert p == pytest.approx(math.erfc(math.sqrt(49 / 34)), rel=1e-12)


def test_unused_categories_do_not_count():
    small = paired.stuart_maxwell([[20, 12], [5, 30]])
    large = paired.stuart_maxwell([[20, 0, 12], [0, 7, 0], [5, 0, 30]])
    assert large == pytest.approx(small, rel=1e-12)
    assert paired.stuart_maxwell([[4, 0], [0, 3]]) == (0.0, 1.0)
    assert paired.stuart_maxwell(np.zeros((3, 3))) == (0.0, 1.0)


def test_order_of_categories_does_not_matter():
    table = np.array([[5, 3, 1], [7, 9, 2], [0, 4, 6]])
    turned = table[np.ix_([2, 0, 1], [2, 0, 1])]
    assert paired.stuart_maxwell(turned) == pytest.approx(paired.stuart_maxwell(table))


def test_summary_by_hand():
    summary = paired.paired_summary([1, 2, 3, None], [2, 2, 5, 9])
    assert (summary["n"], summary["n_missing"]) == (3, 1)
    assert summary["mean_change"] == 1 and summary["sd_change"] == 1
    # The t(2) quantile at p is (2p - 1) / sqrt(2p (1 - p)): 4.302653 at 0.975.
    quantile = 0.95 / math.sqrt(2 * 0.975 * 0.025)
    assert summary["high"] - 1 == pytest.approx(quantile / math.sqrt(3), rel=1e-12)
    alone = paired.paired_summary([1], [3])
    assert alone["mean_change"] == 2 and math.isnan(alone["low"])
    assert math.isnan(paired.paired_summary([], [])["mean_change"])


@pytest.mark.parametrize("table", [[[1, 2]], [[1, -1], [0, 1]], [[1, math.nan], [0, 1]], [[0.5]]])
def test_tables_that_are_none_are_refused(table):
    with pytest.raises(ValueError, match=r"square|counts"):
        paired.stuart_maxwell(table)


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="missing"):
        paired.signed_rank([1, math.nan])
    with pytest.raises(ValueError, match="lengths"):
        paired.paired_summary([1, 2], [1])
