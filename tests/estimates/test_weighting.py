"""Propensity, weights, balance and E-value against R and by hand."""

import math

import numpy as np
import pandas as pd
import pytest

from analysis.estimates import survival, weighting

from .r_reference import CASES, assert_agrees, data_of

COVARIATES = ["age", "sex", "obstruct", "differ"]
SCHEMES = ("ate", "ate_stabilised", "att", "overlap")


def colon():
    case = CASES["iptw_colon"]
    table = data_of(case).dropna(subset=["node4", *COVARIATES]).reset_index(drop=True)
    return case, table.assign(differ=table["differ"].astype(int).astype(str))


def colon_weights(scheme):
    """The case, its rows and the weights of a scheme."""
    case, table = colon()
    treated = table["node4"]
    score = weighting.propensity(treated, table[COVARIATES])
    weights = {
        "ate": lambda: weighting.average_effect_weights(treated, score, stabilised=False),
        "ate_stabilised": lambda: weighting.average_effect_weights(treated, score),
        "att": lambda: weighting.treated_effect_weights(treated, score),
        "overlap": lambda: weighting.overlap_weights(treated, score),
    }[scheme]()
    return case, table, weights


def test_propensity_agrees_with_r_iptw_colon():
    case, table = colon()
    score = weighting.propensity(table["node4"], table[COVARIATES])
    expected = case["results"]["ps_summary"]
    assert_agrees(score[:10], expected["first10"], case, "propensity")
    summary = [score.min(), score.max(), score.mean()]
    assert_agrees(summary, [expected[k] for k in ("min", "max", "mean")], case, "summary")


@pytest.mark.parametrize("scheme", SCHEMES)
def test_weights_agree_with_r_iptw_colon(scheme):
    case, table, weights = colon_weights(scheme)
    expected, treated = case["results"]["weights"][scheme], table["node4"] == 1
    assert_agrees(weights[:10], expected["first10"], case, "weights")
    for arm, rows in (("1", treated), ("0", ~treated)):
        assert_agrees(weights[rows].sum(), expected[f"sum{arm}"], case, "sum")
        size = weighting.effective_sample_size(weights[rows])
        assert_agrees(size, expected[f"ess{arm}"], case, "effective sample size")


@pytest.mark.parametrize("scheme", ["unweighted", *SCHEMES])
def test_balance_agrees_with_r_iptw_colon(scheme):
    weights = None
    case, table = colon()
    if scheme != "unweighted":
        case, table, weights = colon_weights(scheme)
    smd = weighting.standardised_difference(table[COVARIATES], table["node4"], weights)
    expected = case["results"]["smd"]
    names = [t.replace("differ", "differ=") for t in expected["terms"]]
    assert_agrees(smd[names], expected[scheme], case, scheme)
    if scheme == "overlap":
        assert smd.abs().max() < 1e-9


@pytest.mark.parametrize("scheme", SCHEMES)
def test_weighted_cox_agrees_with_r_iptw_colon(scheme):
    case, table, weights = colon_weights(scheme)
    fit = survival.cox(
        table["time"], table["status"], table[["node4"]], weights=weights, cluster=table["id"]
    )
    row, expected = fit.table.loc["node4"], case["results"]["survival"][scheme]["cox"]
    names = {
        "coef": "coef",
        "std_error": "model_se",
        "robust_se": "robust_se",
        "hazard_ratio": "hr",
        "ci_low": "lower",
        "ci_high": "upper",
        "p_value": "p",
    }
    for ours, theirs in names.items():
        assert_agrees(row[ours], expected[theirs], case, ours)


def test_evalue_agrees_with_the_published_formula_evalue_a():
    case = CASES["evalue_a"]
    for row, expected in zip(data_of(case).itertuples(), case["results"], strict=True):
        result = weighting.evalue(row.est, row.lo, row.hi, row.type, bool(row.rare))
        assert_agrees(result, [expected["evalue"], expected["evalue_ci"]], case, row)


def test_evalue_by_hand():
    # VanderWeele and Ding 2017: RR 3.9 (1.8 to 8.7) gives 3.9 + sqrt(3.9 2.9) = 7.26, and 3.0.
    assert weighting.evalue(3.9, 1.8, 8.7, "RR") == pytest.approx((3.9 + math.sqrt(11.31), 3.0))
    assert weighting.evalue(1, 0.8, 1.2, "RR") == (1.0, 1.0)
    protective = weighting.evalue(1 / 3.9, 1 / 8.7, 1 / 1.8, "RR")
    assert protective == pytest.approx((3.9 + math.sqrt(11.31), 3.0))


@pytest.mark.parametrize(
    "arguments", [(0, 0, 1), (1, 2, 3), (2, 1, 1.5), (math.nan, 1, 2), (2, 1, math.inf)]
)
def test_evalue_refuses_what_is_no_ratio(arguments):
    with pytest.raises(ValueError, match="not a ratio"):
        weighting.evalue(*arguments)
    with pytest.raises(ValueError, match="measure"):
        weighting.evalue(2, 1, 3, "RD")


def test_propensity_of_one_binary_covariate_is_the_share():
    # 1 of 4 treated without, 3 of 4 with the trait: a saturated model repeats the shares.
    trait = pd.DataFrame({"trait": ["no"] * 4 + ["yes"] * 4})
    score = weighting.propensity([1, 0, 0, 0, 1, 1, 1, 0], trait)
    np.testing.assert_allclose(score, [0.25] * 4 + [0.75] * 4, rtol=1e-9)


def test_effective_sample_size_by_hand():
    assert weighting.effective_sample_size([2, 2, 2]) == 3
    assert weighting.effective_sample_size([1, 2]) == pytest.approx(9 / 5)
    assert math.isnan(weighting.effective_sample_size([]))
    with pytest.raises(ValueError, match="negative"):
        weighting.effective_sample_size([1, -1])


def test_standardised_difference_by_hand():
    # Treated 1, 3 (mean 2, variance 2), untreated 0, 0, 3 (mean 1, variance 3).
    frame = pd.DataFrame({"x": [1, 3, 0, 0, 3]})
    smd = weighting.standardised_difference(frame, [1, 1, 0, 0, 0])
    assert smd["x"] == pytest.approx(1 / math.sqrt(2.5), rel=1e-14)
    same = pd.DataFrame({"x": [4, 4, 4], "y": [1, 1, 0]})
    smd = weighting.standardised_difference(same, [1, 1, 0])
    assert smd["x"] == 0.0 and smd["y"] == math.inf


def test_separation_and_bad_input_are_refused():
    frame = pd.DataFrame({"x": [1, 2, 3, 4]})
    for treated, table in (
        ([0, 0, 1, 1], frame),
        ([1, 1, 1, 1], frame),
        ([1, 0, 1], frame),
        ([1, 0, 1, 0], frame.assign(x=[1, None, 2, 3])),
        ([1, 0, 1, 0], frame["x"]),
    ):
        with pytest.raises(ValueError, match=r"separate|untreated|lengths|missing|DataFrame"):
            weighting.propensity(treated, table)
    for score in ([0, 0.5], [0.5, 1], [0.5], [0.5, math.nan]):
        with pytest.raises(ValueError, match=r"between 0 and 1|lengths|missing"):
            weighting.overlap_weights([1, 0], score)
    with pytest.raises(ValueError, match="empty"):
        weighting.standardised_difference(frame, [1, 1, 1, 1])
