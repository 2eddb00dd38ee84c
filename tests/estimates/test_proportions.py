"""Proportions against R, hand arithmetic and the edges of the tables."""

import math

import numpy as np
import pandas as pd
import pytest

from analysis.estimates import proportions

from .r_reference import CASES, assert_agrees, data_of

INTERVALS = (proportions.clopper_pearson, proportions.wilson)


@pytest.mark.parametrize("name", ["prop_one_a"])
def test_one_proportion_agrees_with_r(name):
    case = CASES[name]
    for row in case["results"]:
        counts = row["x"], row["n"]
        for method in ("clopper_pearson", "wilson"):
            limits = getattr(proportions, method)(*counts)
            assert_agrees(limits, row[method], case, (method, counts))


@pytest.mark.parametrize("name", ["prop_two_a"])
def test_difference_agrees_with_r(name):
    case = CASES[name]
    for row in case["results"]:
        counts = row["x1"], row["n1"], row["x2"], row["n2"]
        for method in ("newcombe", "miettinen_nurminen"):
            estimate, *limits = getattr(proportions, method)(*counts)
            assert_agrees(estimate, row["diff"], case, (method, counts))
            assert_agrees(limits, row[method], case, (method, counts))


@pytest.mark.parametrize("name", ["prop_strat_ucb", "prop_strat_arthritis"])
def test_stratified_difference_agrees_with_r(name):
    case, table = CASES[name], data_of(CASES[name])
    result = proportions.miettinen_nurminen(table.x1, table.n1, table.x2, table.n2)
    assert_agrees(result[0], case["results"]["mh_diff"], case, "estimate")
    assert_agrees(result[1:], case["results"]["miettinen_nurminen_mh"], case, "limits")


def test_paired_difference_agrees_with_r_paired_ohio():
    case = CASES["paired_ohio"]
    (n00, n01), (n10, n11) = case["results"]["table"]  # rows before, columns after
    estimate, *limits = proportions.newcombe_paired(n11, n01, n10, n00)  # after minus before
    assert_agrees(estimate, case["results"]["mcnemar"]["diff"], case, "estimate")
    assert_agrees(limits, case["results"]["mcnemar"]["newcombe_paired"], case, "limits")


@pytest.mark.parametrize("name", ["gmi_kidney"])
def test_clopper_pearson_agrees_with_r_binom_test(name):
    case = CASES[name]["results"]
    result = proportions.clopper_pearson(case["over"], case["evaluable"]["n"])
    assert_agrees(result, case["evaluable"]["clopper_pearson"], CASES[name], "evaluable")


def test_clopper_pearson_closed_forms():
    # 0 of n: (1 - p)^n = 0.025, so high = 1 - 0.025^(1/n); n of n is its mirror image.
    low, high = proportions.clopper_pearson(0, 18)
    assert low == 0 and high == pytest.approx(1 - 0.025 ** (1 / 18), rel=1e-12)
    low, high = proportions.clopper_pearson(18, 18)
    assert high == 1 and low == pytest.approx(0.025 ** (1 / 18), rel=1e-12)


def test_upper_limit_puts_the_whole_error_above():
    assert proportions.clopper_pearson_upper(0, 18) == pytest.approx(1 - 0.05 ** (1 / 18))
    # The rule of three: 0 of 300 rules out more than about 3 / 300.
    assert proportions.clopper_pearson_upper(0, 300) == pytest.approx(0.00994, abs=1e-5)
    two_sided = proportions.clopper_pearson(3, 20, 0.90)[1]
    assert proportions.clopper_pearson_upper(3, 20, 0.95) == pytest.approx(two_sided, rel=1e-12)
    assert proportions.clopper_pearson_upper(20, 20) == 1.0
    assert proportions.clopper_pearson_upper(0, 0) == 1.0


def test_wilson_by_hand():
    # 1 of 4, z = 1.959964: centre (1 + 1.920729) / 7.841459, half z sqrt(3/4 + z^2/4) / 7.841459
    z2 = 3.841458820694124
    half = math.sqrt(z2 * (1 * 3 / 4 + z2 / 4)) / (4 + z2)
    centre = (1 + z2 / 2) / (4 + z2)
    assert proportions.wilson(1, 4) == pytest.approx((centre - half, centre + half), rel=1e-12)


@pytest.mark.parametrize("interval", INTERVALS)
def test_intervals_at_the_edges(interval):
    assert interval(0, 0) == (0.0, 1.0)
    assert interval(0, 7)[0] == 0.0
    assert interval(7, 7)[1] == 1.0
    low, high = interval(0, 7)
    assert interval(7, 7) == pytest.approx((1 - high, 1 - low), abs=1e-15)


@pytest.mark.parametrize("interval", INTERVALS)
def test_intervals_contain_the_estimate_and_widen_with_the_level(interval):
    for x in range(12):
        narrow, wide = interval(x, 11, 0.8), interval(x, 11, 0.99)
        assert wide[0] <= narrow[0] <= x / 11 <= narrow[1] <= wide[1]


@pytest.mark.parametrize(
    "counts",
    [(3, 2), (-1, 5), (1.5, 5), (float("nan"), 5), (1, float("nan")), (0, -1), (float("inf"), 5)],
)
@pytest.mark.parametrize("method", [*INTERVALS, proportions.clopper_pearson_upper])
def test_impossible_counts_are_refused(method, counts):
    with pytest.raises(ValueError, match=r"missing|whole|not a proportion"):
        method(*counts)


@pytest.mark.parametrize("level", [0, 1, 95, -0.1])
def test_impossible_levels_are_refused(level):
    for method in (*INTERVALS, proportions.clopper_pearson_upper):
        with pytest.raises(ValueError, match="conf_level"):
            method(1, 5, level)
    with pytest.raises(ValueError, match="conf_level"):
        proportions.newcombe(1, 5, 0, 0, level)


@pytest.mark.parametrize("method", [proportions.newcombe, proportions.miettinen_nurminen])
def test_differences_change_sign_with_the_groups(method):
    estimate, low, high = method(7, 20, 3, 25)
    assert method(3, 25, 7, 20) == pytest.approx((-estimate, -high, -low), abs=1e-12)


@pytest.mark.parametrize("method", [proportions.newcombe, proportions.miettinen_nurminen])
def test_difference_with_an_empty_group_is_not_estimable(method):
    estimate, low, high = method(0, 0, 3, 10)
    assert math.isnan(estimate) and (low, high) == (-1.0, 1.0)


def test_newcombe_paired_edges():
    assert proportions.newcombe_paired(5, 0, 0, 5)[0] == 0.0
    estimate, low, high = proportions.newcombe_paired(0, 0, 0, 0)
    assert math.isnan(estimate) and (low, high) == (-1.0, 1.0)
    estimate, low, high = proportions.newcombe_paired(12, 9, 2, 7)
    assert proportions.newcombe_paired(12, 2, 9, 7) == pytest.approx((-estimate, -high, -low))
    with pytest.raises(ValueError, match="not a proportion"):
        proportions.newcombe_paired(1, -1, 0, 5)


def test_newcombe_paired_published_example():
    # Newcombe 1998b, table II, the pairs (36, 12, 2, 0): method 10 gives 0.0569 to 0.3404.
    estimate, low, high = proportions.newcombe_paired(36, 12, 2, 0)
    assert (estimate, round(low, 4), round(high, 4)) == (0.2, 0.0569, 0.3404)


def test_one_stratum_is_the_unstratified_interval():
    single = proportions.miettinen_nurminen(56, 70, 48, 80)
    assert proportions.miettinen_nurminen([56], [70], [48], [80]) == single


def test_stratum_with_an_empty_group_carries_nothing():
    both = proportions.miettinen_nurminen([16, 5], [27, 14], [6, 1], [32, 11])
    more = proportions.miettinen_nurminen([16, 5, 2], [27, 14, 4], [6, 1, 0], [32, 11, 0])
    assert more == both


def test_order_of_strata_does_not_matter():
    table = data_of(CASES["prop_strat_ucb"])
    turned = table.sample(frac=1, random_state=3)
    results = [proportions.miettinen_nurminen(t.x1, t.n1, t.x2, t.n2) for t in (table, turned)]
    assert results[0] == pytest.approx(results[1], rel=1e-12)


def test_inputs_may_be_lists_arrays_or_series_and_stay_untouched():
    x1, n1 = np.array([16, 5]), pd.Series([27, 14], index=[9, 8])
    before = x1.copy(), n1.copy()
    proportions.miettinen_nurminen(x1, n1, [6, 1], (32, 11))
    assert (x1 == before[0]).all() and n1.equals(before[1])
    with pytest.raises(ValueError, match="lengths"):
        proportions.miettinen_nurminen([1, 2], [3, 4], [1], [3])
    with pytest.raises(ValueError, match="missing"):
        proportions.miettinen_nurminen([1, np.nan], [3, 4], [1, 1], [3, 3])


@pytest.mark.parametrize("counts", [(10, 10, 0, 20), (0, 10, 0, 20), (1, 1, 0, 1), (0, 1, 0, 1)])
def test_miettinen_nurminen_limits_stay_in_range(counts):
    estimate, low, high = proportions.miettinen_nurminen(*counts)
    assert -1 <= low <= estimate <= high <= 1
