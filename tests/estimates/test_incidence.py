"""Rates and their ratio against R and by closed forms."""

import math

import pytest

from analysis.estimates import incidence

from .r_reference import CASES, assert_agrees, cases


@pytest.mark.parametrize("name", cases("rate_"))
def test_rates_and_ratio_agree_with_r(name):
    case = CASES[name]
    for row in case["results"]:
        for i in "12":
            result = incidence.poisson_rate(row[f"e{i}"], row[f"t{i}"])
            expected = [row[f"rate{i}"], *row[f"exact{i}"]]
            assert_agrees(result, expected, case, f"rate {i}")
        result = incidence.rate_ratio(row["e1"], row["t1"], row["e2"], row["t2"])
        assert_agrees(result, [row["ratio"], *row["ratio_exact"]], case, "ratio")


def test_closed_forms():
    # No event in t: exp(-rate t) = 0.025, so high = -log(0.025) / t.
    estimate, low, high = incidence.poisson_rate(0, 12.3)
    assert (estimate, low) == (0.0, 0.0)
    assert high == pytest.approx(-math.log(0.025) / 12.3, rel=1e-13)
    # One event: 1 - exp(-m) = 0.025 below.
    assert incidence.poisson_rate(1, 1)[1] == pytest.approx(-math.log(0.975), rel=1e-12)


def test_ratio_turns_over_with_the_groups():
    estimate, low, high = incidence.rate_ratio(15, 41.2, 9, 52.1)
    turned = incidence.rate_ratio(9, 52.1, 15, 41.2)
    assert turned == pytest.approx((1 / estimate, 1 / high, 1 / low), rel=1e-12)


def test_without_information_the_range_is_everything():
    assert incidence.poisson_rate(0, 0)[1:] == (0.0, math.inf)
    for result in (incidence.rate_ratio(0, 5, 0, 5), incidence.rate_ratio(0, 0, 3, 5)):
        assert math.isnan(result[0]) and result[1:] == (0.0, math.inf)


@pytest.mark.parametrize(
    "arguments", [(-1, 5), (1.5, 5), (math.nan, 5), (1, -5), (1, math.nan), (1, 0), (1, math.inf)]
)
def test_bad_input_is_refused(arguments):
    message = r"number of events|person-time"
    with pytest.raises(ValueError, match=message):
        incidence.poisson_rate(*arguments)
    with pytest.raises(ValueError, match=message):
        incidence.rate_ratio(2, 5, *arguments)
    with pytest.raises(ValueError, match="conf_level"):
        incidence.poisson_rate(1, 5, 95)
