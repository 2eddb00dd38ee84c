"""Progression-free survival ratio against R, by hand, at the edges."""

import math

import numpy as np
import pytest

from analysis.estimates import molecular

from .r_reference import CASES, assert_agrees, data_of

ESTIMATORS = ["evaluable", "worst_case", "best_case", "kaplan_meier", "midrank"]


@pytest.mark.parametrize("name", ["gmi_kidney"])
def test_ratio_agrees_with_r(name):
    case = CASES[name]
    table, expected = data_of(case), case["results"]
    result = molecular.pfs_ratio(table["pfs1"], table["pfs2"], table["event2"])
    assert list(result.index) == ESTIMATORS
    for row in ("evaluable", "worst_case", "best_case"):
        assert_agrees(result.loc[row, "estimate"], expected[row]["p"], case, row)
        limits = result.loc[row, ["low", "high"]]
        assert_agrees(limits, expected[row]["clopper_pearson"], case, row)
    assert result.loc["evaluable", ["n_success", "n"]].tolist() == [
        expected["over"],
        expected["classified_n"],
    ]
    row = result.loc["kaplan_meier", ["estimate", "low", "high"]]
    km = [expected["km"][k] for k in ("p_over", "lower_loglog", "upper_loglog")]
    assert_agrees(row, km, case, "Kaplan-Meier")


def test_five_patients_by_hand():
    # Ratios 2.0, 1.3 (exactly the threshold), 0.5 complete; 1.5 and 0.8 censored.
    result = molecular.pfs_ratio(
        [10, 10, 10, 10, 10], [20, 13, 5, 15, 8], [1, 1, 1, 0, 0], threshold=1.3
    )
    # Classifiable: 2.0, 1.3, 0.5 and the censored 1.5; successes 3.
    assert result.loc["evaluable", "estimate"] == 3 / 4
    assert result.loc["worst_case", "estimate"] == 3 / 5
    assert result.loc["best_case", "estimate"] == 4 / 5
    # Before the threshold one of five fails (0.5), then 0.8 is censored: 4/5.
    assert result.loc["kaplan_meier", "estimate"] == pytest.approx(4 / 5, rel=1e-14)


def test_midrank_by_hand():
    # threshold 1: PFS1 4, 6, 9; PFS2 5 (event), 3 (event), 2 (censored).
    # Earliest values 2 3 4 5 6 9, latest 3 4 5 6 9 inf.
    # PFS1 4: lowest rank 2 (of 3 4 ...), highest 3: 2.5. PFS2 5: 3 and 4: 3.5. Success.
    # PFS1 6: 4 and 5: 4.5. PFS2 3: 1 and 2: 1.5. No success.
    # PFS1 9: 5 and 6: 5.5. PFS2 from 2 on: 1 and 6: 3.5. No success.
    estimate, low, high = molecular.midrank_rate([4, 6, 9], [5, 3, 2], [1, 1, 0], 1)
    assert estimate == pytest.approx(1 / 3)
    half = 1.959963984540054 * math.sqrt(1 / 3 * 2 / 3 / 3)
    assert (low, high) == pytest.approx((0.0, 1 / 3 + half))
    # Censored later, on day 8: earliest 3 4 5 6 8 9, lowest rank of 8 is 5 (3 4 5 6 then
    # 9), highest 6: midrank 5.5, that of PFS1 9 is 5 and 6: 5.5. At the same rank: success.
    assert molecular.midrank_rate([4, 6, 9], [5, 3, 8], [1, 1, 0], 1)[0] == pytest.approx(2 / 3)


def test_without_censoring_every_estimator_is_the_proportion():
    rng = np.random.default_rng(6)
    pfs1, pfs2 = rng.integers(20, 300, 60), rng.integers(20, 300, 60)
    result = molecular.pfs_ratio(pfs1, pfs2, np.ones(60))
    share = np.mean(10 * pfs2 >= 13 * pfs1)
    np.testing.assert_allclose(result["estimate"], share, rtol=1e-12)


def test_threshold_reached_exactly_counts_whatever_the_rounding():
    # 1.1 * 30 is 33.00000000000001 in floating point.
    for pfs1, pfs2, threshold in ((30, 33, 1.1), (10, 13, 1.3), (70, 91, 1.3)):
        result = molecular.pfs_ratio([pfs1], [pfs2], [1], threshold)
        assert (result["estimate"] == 1).all()


def test_units_and_order_of_rows_do_not_matter():
    table = data_of(CASES["gmi_kidney"])
    turned = table.sample(frac=1, random_state=1)
    base = molecular.pfs_ratio(table["pfs1"], table["pfs2"], table["event2"])
    other = molecular.pfs_ratio(turned["pfs1"] / 30.4, turned["pfs2"] / 30.4, turned["event2"])
    np.testing.assert_allclose(base, other, rtol=1e-12)


def test_bounds_enclose_the_evaluable_rate():
    table = data_of(CASES["gmi_kidney"])
    for threshold in (1.0, 1.3, 1.5, 3.0):
        rate = molecular.pfs_ratio(table["pfs1"], table["pfs2"], table["event2"], threshold)
        rate = rate["estimate"]
        assert rate["worst_case"] <= rate["evaluable"] <= rate["best_case"]
        assert rate["worst_case"] <= rate["kaplan_meier"] <= rate["best_case"]
        assert rate["worst_case"] <= rate["midrank"] <= rate["best_case"]


def test_edges():
    empty = molecular.pfs_ratio([], [], [])
    assert empty["estimate"].isna().all()
    unknown = molecular.pfs_ratio([100, 100], [20, 30], [0, 0])
    assert math.isnan(unknown.loc["evaluable", "estimate"])
    assert math.isnan(unknown.loc["kaplan_meier", "estimate"])
    assert unknown.loc[["worst_case", "best_case"], "estimate"].tolist() == [0, 1]
    failed = molecular.pfs_ratio([100, 100], [20, 30], [1, 1])
    assert (failed["estimate"] == 0).all()


def test_null_reference():
    assert molecular.pfs_ratio_null() == pytest.approx(1 / 2.3)
    assert round(molecular.pfs_ratio_null(1.3, 1.5), 3) == 0.403
    assert round(molecular.pfs_ratio_null(1.3, 2), 3) == 0.372
    assert molecular.pfs_ratio_null([1, 1], 5).tolist() == [0.5, 0.5]
    with pytest.raises(ValueError, match="positive"):
        molecular.pfs_ratio_null(-1)


@pytest.mark.parametrize(
    "arguments",
    [
        ([0, 5], [1, 2], [1, 1]),
        ([1, 5], [1, -2], [1, 1]),
        ([1, 5], [1, math.nan], [1, 1]),
        ([1, 5], [1, 2], [1, 2]),
        ([1, 5], [1, 2], [1]),
        ([1, 5], [1, 2], [1, 1], 0),
    ],
)
def test_bad_input_is_refused(arguments):
    with pytest.raises(ValueError, match=r"positive|negative|missing|0 or 1|lengths"):
        molecular.pfs_ratio(*arguments)
