"""Cumulative incidence, Gray's test and Fine-Gray against R, by hand, at the edges."""

import math

import numpy as np
import pandas as pd
import pytest

from analysis.estimates import competing_risks, survival

from .r_reference import CASES, assert_agrees, cases, data_of

COLUMNS = ["time", "estimate", "std_error", "ci_low", "ci_high"]


@pytest.mark.parametrize("cause", [1, 2])
@pytest.mark.parametrize("name", cases("cif_"))
def test_cumulative_incidence_agrees_with_r(name, cause):
    case = CASES[name]
    options, table = case["options"], data_of(case)
    for label, results in case["results"]["groups"].items():
        rows = table[table[options["group"]].astype(str) == label]
        fit = competing_risks.cumulative_incidence(
            rows[options["time"]], rows[options["status"]], of=cause
        )
        expected, at = results[f"cause{cause}"], fit.at(case["results"]["times"])
        assert list(at.columns) == COLUMNS == list(fit.curve.columns)
        assert_agrees(at["estimate"], expected["cif"], case, (label, "estimate"))
        assert_agrees(at["std_error"], expected["se_aalen"], case, (label, "error"))
        assert_agrees(at["ci_low"], expected["lower_loglog"], case, (label, "low"))
        assert_agrees(at["ci_high"], expected["upper_loglog"], case, (label, "high"))
        assert (fit.n, [fit.n_events, fit.n_competing]) == (
            results["n"],
            results["events"][:: 1 if cause == 1 else -1],
        )


@pytest.mark.parametrize("name", cases("cif_"))
def test_gray_agrees_with_r(name):
    case = CASES[name]
    options, table, expected = case["options"], data_of(case), case["results"]["gray"]
    columns = [table[options[part]] for part in ("time", "status", "group")]
    for i, cause in enumerate(expected["cause"]):
        triple = [expected[part][i] for part in ("chisq", "df", "p")]
        assert_agrees(competing_risks.gray_test(*columns, of=cause), triple, case, cause)


def test_five_patients_by_hand():
    # Day 1 event, day 2 other cause, day 3 censored, day 4 event, day 5 censored.
    # S before: 1, 4/5, 3/5, 3/5; F: 1/5, then + 3/5 (1/2) = 1/2.
    fit = competing_risks.cumulative_incidence([1, 2, 3, 4, 5], [1, 2, 0, 1, 0])
    assert list(fit.estimate) == pytest.approx([0.2, 0.2, 0.2, 0.5, 0.5], rel=1e-15)
    # Day 1 alone is a proportion, 1 of 5. Aalen's variance there: with S = 4/5 and F = 1/5,
    # the event has weight (1 + F/S - F/S)^2 = 1 and variance 1/25.
    assert fit.std_error[0] == pytest.approx(0.2, rel=1e-14)
    # the last time belongs to the curve, nothing after it does
    at = fit.at([4, 5, 5.01])["estimate"]
    assert list(at[:2]) == pytest.approx([0.5, 0.5], rel=1e-15) and math.isnan(at[2])
    assert fit.quantile(0.2)[0] == 2.5  # flat at exactly 0.2 from day 1 to day 4
    assert fit.quantile(0.3)[0] == 4 and math.isnan(fit.quantile(0.6)[0])


def test_causes_and_event_free_survival_add_up_to_one():
    table = data_of(CASES["cif_mgus2"])
    fits = [
        competing_risks.cumulative_incidence(table["ftime"], table["fstatus"], of=k) for k in (1, 2)
    ]
    free = survival.kaplan_meier(table["ftime"], table["fstatus"] > 0)
    total = fits[0].estimate + fits[1].estimate + free.survival
    np.testing.assert_allclose(total, 1, rtol=1e-12)


def test_without_competing_causes_it_is_one_minus_kaplan_meier():
    table = data_of(CASES["km_lung_sex"])
    fit = competing_risks.cumulative_incidence(table["time"], table["event"])
    curve = survival.kaplan_meier(table["time"], table["event"]).survival
    np.testing.assert_allclose(fit.estimate, 1 - curve, rtol=0, atol=1e-12)


def test_turnaround_quantile_inverts_the_band():
    table = data_of(CASES["cif_mgus2"])
    fit = competing_risks.cumulative_incidence(table["ftime"], table["fstatus"], of=2)
    estimate, low, high = fit.quantile(0.5)
    curve = fit.curve.set_index("time")
    for day, column in ((estimate, "estimate"), (low, "ci_high"), (high, "ci_low")):
        reached = curve.index[curve[column] >= 0.5]
        assert day == reached[0]
    assert low < estimate < high


def test_order_of_rows_does_not_matter():
    table = data_of(CASES["cif_pbc"])
    turned = table.sample(frac=1, random_state=5)
    curves, tests = [], []
    for t in (table, turned):
        curves.append(competing_risks.cumulative_incidence(t["time"], t["fstatus"]).curve)
        tests.append(competing_risks.gray_test(t["time"], t["fstatus"], t["trt"]))
    pd.testing.assert_frame_equal(*curves)
    assert tests[0] == tests[1]


def test_seeds_cannot_matter_ties_are_exact():
    # Tied events of both causes on one day: 2 of 4 and 1 of 4.
    fit = competing_risks.cumulative_incidence([3, 3, 3, 9], [1, 1, 2, 0])
    assert list(fit.estimate) == [0.5, 0.5]


def test_several_groups_and_one_group():
    table = data_of(CASES["cif_mgus2"])
    three = pd.cut(table["age"], [0, 60, 75, 120], labels=list("abc"))
    chi2, df, p = competing_risks.gray_test(table["ftime"], table["fstatus"], three)
    assert df == 2 and 0 < p < 1
    turned = three.cat.reorder_categories(list("cab"))
    again = competing_risks.gray_test(table["ftime"], table["fstatus"], turned)
    assert again[0] == pytest.approx(chi2, rel=1e-9)
    assert math.isnan(competing_risks.gray_test([1, 2], [1, 1], ["a", "a"])[0])


@pytest.mark.parametrize(
    ("time", "cause", "last"),
    [
        ([], [], None),
        ([5], [1], (1.0, math.nan)),
        ([5], [2], (0.0, 0.0)),
        ([5], [0], (0.0, 0.0)),
        ([4, 4, 4], [1, 1, 1], (1.0, math.nan)),
        ([4, 4, 4], [1, 2, 2], (1 / 3, None)),
        ([1, 2, 3], [0, 0, 0], (0.0, 0.0)),
    ],
)
def test_edges(time, cause, last):
    fit = competing_risks.cumulative_incidence(time, cause)
    assert fit.at(100).isna().iloc[0, 1:].all()
    fit.quantile(0.5)
    competing_risks.gray_test(time, cause, ["a", "b", "b"][: len(time)])
    if last is not None:
        assert fit.estimate[-1] == pytest.approx(last[0])
        if last[1] is not None:
            assert fit.ci_low[-1] == pytest.approx(last[1], nan_ok=True)


def test_before_the_first_event_it_is_zero():
    fit = competing_risks.cumulative_incidence([5, 7], [1, 0])
    assert list(fit.at(2).iloc[0]) == [2, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1, -2], [1, 0]), "negative"),
        (([1, 2], [1]), "lengths"),
        (([1, 2], [1, None]), "missing"),
        (([1, 2], [1, 0.5]), "whole"),
        (([1, 2], [1, -1]), "whole"),
        (([1, 2], [1, 0], 0), "cause"),
        (([1, 2], [1, 0], 1, 2), "conf_level"),
    ],
)
def test_bad_input_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        competing_risks.cumulative_incidence(*arguments)
