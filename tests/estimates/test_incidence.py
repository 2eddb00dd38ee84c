"""Rates against R and by closed forms."""

import math

import pytest

from analysis.estimates import incidence

from .r_reference import CASES, assert_agrees, cases


@pytest.mark.parametrize("name", cases("rate_"))
def test_rates_agree_with_r(name):
    case = CASES[name]
    for row in case["results"]:
        for i in "12":
            result = incidence.poisson_rate(row[f"e{i}"], row[f"t{i}"])
            expected = [row[f"rate{i}"], *row[f"exact{i}"]]
            assert_agrees(result, expected, case, f"rate {i}")


def test_closed_forms():
    # No event in t: exp(-rate t) = 0.025, so high = -log(0.025) / t.
    estimate, low, high = incidence.poisson_rate(0, 12.3)
    assert (estimate, low) == (0.0, 0.0)
    assert high == pytest.approx(-math.log(0.025) / 12.3, rel=1e-13)
    # One event: 1 - exp(-m) = 0.025 below.
    assert incidence.poisson_rate(1, 1)[1] == pytest.approx(-math.log(0.975), rel=1e-12)


def test_without_information_the_range_is_everything():
    assert incidence.poisson_rate(0, 0)[1:] == (0.0, math.inf)
    assert math.isnan(incidence.poisson_rate(0, 0)[0])


@pytest.mark.parametrize(
    "arguments", [(-1, 5), (1.5, 5), (math.nan, 5), (1, -5), (1, math.nan), (1, 0), (1, math.inf)]
)
def test_bad_input_is_refused(arguments):
    message = r"number of events|person-time"
    with pytest.raises(ValueError, match=message):
        incidence.poisson_rate(*arguments)
    with pytest.raises(ValueError, match="conf_level"):
        incidence.poisson_rate(1, 5, 95)
