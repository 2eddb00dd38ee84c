"""Kaplan-Meier, log-rank and the bootstrap of the median against R, by hand, at the edges."""

import math
import time as clock

import numpy as np
import pandas as pd
import pytest

from analysis.estimates import competing_risks, survival

from .r_reference import CASES, assert_agrees, cases, data_of, numbers

CURVE = [
    "time",
    "n_at_risk",
    "n_events",
    "n_censored",
    "survival",
    "std_error",
    "ci_low",
    "ci_high",
]
CONF_TYPES = ("plain", "log", "log-log")
KM_CASES = cases("km_")


def groups_of(case):
    """(label, times, events, R results) of each group of a case, and of everyone."""
    options, table = case["options"], data_of(case)
    time, event = options["time"], options["event"]
    results = dict(case["results"]["groups"])
    if "overall" in case["results"]:
        results["overall"] = case["results"]["overall"]
    for label, expected in results.items():
        rows = table
        if label not in ("overall", "all"):
            rows = table[table[options["group"]].astype(str) == label]
        yield label, rows[time], rows[event], expected


@pytest.mark.parametrize("conf_type", CONF_TYPES)
@pytest.mark.parametrize("name", KM_CASES)
def test_curve_agrees_with_r(name, conf_type):
    case = CASES[name]
    columns = dict(
        zip(CURVE, ["time", "n_risk", "n_event", "n_censor", "surv", "se_surv"], strict=False)
    )
    columns |= {"ci_low": f"lower_{conf_type}", "ci_high": f"upper_{conf_type}"}
    for label, time, event, expected in groups_of(case):
        fit = survival.kaplan_meier(time, event, conf_type=conf_type)
        assert list(fit.curve.columns) == CURVE
        for ours, theirs in columns.items() if "curve" in expected else ():
            assert_agrees(fit.curve[ours], expected["curve"][theirs], case, (label, ours))


@pytest.mark.parametrize("conf_type", CONF_TYPES)
@pytest.mark.parametrize("name", KM_CASES)
def test_quantiles_agree_with_r(name, conf_type):
    case = CASES[name]
    for label, time, event, expected in groups_of(case):
        fit = survival.kaplan_meier(time, event, conf_type=conf_type)
        assert_agrees(fit.median(), expected["median"][conf_type], case, (label, "median"))
        listed = expected["quantiles"][conf_type]
        for i, p in enumerate(listed["prob"]):
            triple = [listed[part][i] for part in ("estimate", "lower", "upper")]
            assert_agrees(fit.quantile(p), triple, case, (label, p))


@pytest.mark.parametrize("conf_type", CONF_TYPES)
@pytest.mark.parametrize("name", KM_CASES)
def test_landmarks_agree_with_r(name, conf_type):
    case = CASES[name]
    columns = {"survival": "surv", "std_error": "se"}
    columns |= {"ci_low": f"lower_{conf_type}", "ci_high": f"upper_{conf_type}"}
    for label, time, event, expected in groups_of(case):
        landmark = expected["landmark"]
        table = survival.kaplan_meier(time, event, conf_type=conf_type).at(landmark["times"])
        assert_agrees(table["n_at_risk"], landmark["n_risk"], case, (label, "at risk"))
        beyond = np.atleast_1d(landmark["beyond_follow_up"]).astype(bool)
        for ours, theirs in columns.items():
            # R was asked to extend the curve past the last time; here that is not estimable.
            value = np.where(beyond, np.nan, numbers(landmark[theirs]))
            assert_agrees(table[ours], list(value), case, (label, ours))


@pytest.mark.parametrize("name", KM_CASES)
def test_restricted_mean_agrees_with_r(name):
    case = CASES[name]
    for label, time, event, expected in groups_of(case):
        rmst = expected["rmst"]
        result = survival.kaplan_meier(time, event).rmst(rmst["tau"])
        assert_agrees(result, [rmst["estimate"], rmst["se"]], case, (label, "rmst"))


@pytest.mark.parametrize("name", KM_CASES)
def test_follow_up_agrees_with_r(name):
    case = CASES[name]
    for label, time, event, expected in groups_of(case):
        fit, reverse = survival.reverse_kaplan_meier(time, event), expected["reverse_km"]
        triple = [reverse[part] for part in ("median", "lower", "upper")]
        assert_agrees(fit.median(), triple, case, (label, "median follow-up"))
        quartiles = [fit.quantile(p)[0] for p in (0.25, 0.75)]
        assert_agrees(quartiles, reverse["iqr"], case, (label, "quartiles"))


@pytest.mark.parametrize("name", [n for n in KM_CASES if "logrank" in CASES[n]["results"]])
def test_log_rank_agrees_with_r(name):
    case = CASES[name]
    options, table = case["options"], data_of(case)
    time, event, group = (table[options[part]] for part in ("time", "event", "group"))
    expected = case["results"]["logrank"]["rho0"]
    triple = [expected[part] for part in ("chisq", "df", "p")]
    assert_agrees(survival.log_rank(time, event, group), triple, case, "log-rank")


@pytest.mark.parametrize(
    "name", [n for n in KM_CASES if "logrank_stratified" in CASES[n]["results"]]
)
def test_stratified_log_rank_agrees_with_r(name):
    case = CASES[name]
    options = case["options"]
    table = data_of(case).dropna(subset=[options["strata"]])
    columns = [table[options[part]] for part in ("time", "event", "group", "strata")]
    expected = case["results"]["logrank_stratified"]
    triple = [expected[part] for part in ("chisq", "df", "p")]
    assert_agrees(survival.log_rank(*columns), triple, case, "stratified log-rank")


@pytest.mark.parametrize(
    "name", [n for n in KM_CASES if "landmark_difference" in CASES[n]["results"]]
)
def test_survival_difference_agrees_with_r(name):
    case = CASES[name]
    expected = case["results"]["landmark_difference"]
    fits = {label: survival.kaplan_meier(time, event) for label, time, event, _ in groups_of(case)}
    first, second = (fits[label] for label in expected["direction"].split(" minus "))
    for i, time in enumerate(np.atleast_1d(expected["times"])):
        result = survival.survival_difference(first, second, time)
        if time > min(first.time[-1], second.time[-1]):
            assert all(math.isnan(v) for v in result.values())
            continue
        row = [np.atleast_1d(expected[k])[i] for k in ("diff", "se", "lower", "upper", "z", "p")]
        assert_agrees(list(result.values()), row, case, time)


@pytest.mark.parametrize("conf_type", CONF_TYPES)
@pytest.mark.parametrize("scheme", ["ate", "ate_stabilised", "att", "overlap"])
@pytest.mark.parametrize("name", ["iptw_colon"])
def test_weighted_curve_agrees_with_r(name, scheme, conf_type):
    from .test_weighting import colon_weights

    case, table, weights = colon_weights(scheme)
    for arm in (0, 1):
        rows = (table["node4"] == arm).to_numpy()
        expected = case["results"]["survival"][scheme]
        times, expected = expected["times"], expected[f"km{arm}"]
        part = table[rows]
        for options in ({"robust": True}, {"cluster": part["id"]}):
            fit = survival.kaplan_meier(
                part["time"], part["status"], weights=weights[rows], conf_type=conf_type, **options
            )
            at = fit.at(times)
            assert_agrees(at["survival"], expected["surv"], case, (arm, "survival"))
            assert_agrees(at["std_error"], expected["se_robust"], case, (arm, "robust error"))
            assert_agrees(at["ci_low"], expected[f"lower_{conf_type}"], case, (arm, "low"))
            assert_agrees(at["ci_high"], expected[f"upper_{conf_type}"], case, (arm, "high"))
            assert_agrees(fit.median(), expected[f"median_{conf_type}"], case, (arm, "median"))
        naive = survival.kaplan_meier(
            part["time"], part["status"], weights=weights[rows], robust=False
        ).at(times)
        assert_agrees(naive["std_error"], expected["se_naive_greenwood"], case, (arm, "naive"))


def test_six_patients_by_hand():
    # Deaths on days 2, 4, 4, 7; censored on days 4 and 9. At risk 6, 5, 2, 1.
    # S: 5/6; times 3/5 = 1/2; times 1/2 = 1/4. The censoring on day 4 follows the deaths.
    fit = survival.kaplan_meier([2, 4, 4, 4, 7, 9], [1, 1, 1, 0, 1, 0])
    curve = fit.curve
    assert list(curve["time"]) == [2, 4, 7, 9]
    assert list(curve["n_at_risk"]) == [6, 5, 2, 1]
    assert list(curve["n_events"]) == [1, 2, 1, 0]
    assert list(curve["n_censored"]) == [0, 1, 0, 1]
    assert list(curve["survival"]) == pytest.approx([5 / 6, 1 / 2, 1 / 4, 1 / 4], rel=1e-15)
    # Greenwood at day 4: 1/4 (1/(6 5) + 2/(5 3)) = 1/4 (1/30 + 4/30) = 1/24
    assert curve["std_error"][1] == pytest.approx(math.sqrt(1 / 24), rel=1e-14)
    # Flat at exactly one half from day 4 to day 7: median 5.5.
    assert fit.median()[0] == 5.5
    # Area to day 8: 2 + 2 (5/6) + 3 (1/2) + 1 (1/4) = 65/12
    assert fit.rmst(8)[0] == pytest.approx(65 / 12, rel=1e-14)
    # Areas still to come after 2, 4, 7: 41/12, 7/4, 1/4; their d/(n(n-d)): 1/30, 2/15, 1/2.
    variance = (41 / 12) ** 2 / 30 + (7 / 4) ** 2 * 2 / 15 + (1 / 4) ** 2 / 2
    assert fit.rmst(8)[1] == pytest.approx(math.sqrt(variance), rel=1e-14)


def test_log_rank_by_hand():
    # Group A dies on days 1 and 3, B on day 2 and is censored on day 4.
    # Expected in A: 2/4 + 1/3 + 1/2 = 4/3, observed 2; variance 1/4 + 2/9 + 1/4 = 13/18.
    chi2, df, p = survival.log_rank([1, 3, 2, 4], [1, 1, 1, 0], list("AABB"))
    assert chi2 == pytest.approx((2 / 3) ** 2 / (13 / 18), rel=1e-14) and df == 1
    assert p == pytest.approx(math.erfc(math.sqrt(chi2 / 2)), rel=1e-13)


def test_late_entry_by_hand():
    # One patient enters on day 3: not at risk on day 2, nor for a death on day 3 itself.
    fit = survival.kaplan_meier([2, 3, 5, 6], [1, 1, 1, 0], entry=[0, 0, 0, 3])
    assert list(fit.curve["n_at_risk"]) == [3, 2, 2, 1]
    assert list(fit.curve["survival"]) == pytest.approx([2 / 3, 1 / 3, 1 / 6, 1 / 6], rel=1e-15)
    assert list(fit.at([0, 3, 4])["n_at_risk"]) == [3, 2, 2]


@pytest.fixture(scope="module")
def simulated():
    rng = np.random.default_rng(20)
    n = 300
    return pd.DataFrame(
        {
            "time": rng.integers(1, 200, n),
            "event": rng.integers(0, 2, n),
            "group": rng.choice(["a", "b", "c"], n),
            "weight": rng.integers(1, 4, n),
        }
    )


@pytest.mark.parametrize("conf_type", CONF_TYPES)
def test_order_of_rows_does_not_matter(simulated, conf_type):
    turned = simulated.sample(frac=1, random_state=1)
    a, b = (
        survival.kaplan_meier(t["time"], t["event"], weights=t["weight"] / 7, conf_type=conf_type)
        for t in (simulated, turned)
    )
    pd.testing.assert_frame_equal(a.curve, b.curve, rtol=1e-12)
    tests = [survival.log_rank(t["time"], t["event"], t["group"]) for t in (simulated, turned)]
    assert tests[0] == pytest.approx(tests[1], rel=1e-12)


def test_unit_weights_and_entry_at_zero_change_nothing(simulated):
    time, event = simulated["time"], simulated["event"]
    plain = survival.kaplan_meier(time, event)
    weighted = survival.kaplan_meier(time, event, weights=np.ones(len(time)))
    entered = survival.kaplan_meier(time, event, entry=np.zeros(len(time)))
    for other in (weighted, entered):
        pd.testing.assert_frame_equal(plain.curve, other.curve, check_dtype=False)
        pd.testing.assert_frame_equal(plain.at([3, 50]), other.at([3, 50]), check_dtype=False)
        assert plain.median() == other.median() and plain.rmst(90) == other.rmst(90)


def test_whole_weights_are_copies(simulated):
    copies = simulated.loc[simulated.index.repeat(simulated["weight"])]
    weighted = survival.kaplan_meier(
        simulated["time"], simulated["event"], weights=simulated["weight"]
    )
    repeated = survival.kaplan_meier(copies["time"], copies["event"])
    pd.testing.assert_frame_equal(weighted.curve, repeated.curve)


def test_robust_error_of_copies_clustered_is_that_of_the_weights(simulated):
    copies = simulated.loc[simulated.index.repeat(simulated["weight"])]
    one = survival.kaplan_meier(
        simulated["time"], simulated["event"], weights=simulated["weight"], robust=True
    )
    many = survival.kaplan_meier(copies["time"], copies["event"], cluster=copies.index)
    np.testing.assert_allclose(one.std_error, many.std_error, rtol=1e-10)


def test_robust_error_without_censoring_is_the_binomial_one():
    # Without censoring the curve is a proportion: sqrt(S (1 - S) / n) under both formulas.
    time = np.arange(1, 21)
    fit = survival.kaplan_meier(time, np.ones(20), robust=True)
    s = 1 - time[:-1] / 20
    np.testing.assert_allclose(fit.std_error[:-1], np.sqrt(s * (1 - s) / 20), rtol=1e-12)


def test_robust_error_with_late_entry_is_the_finite_difference():
    time, event = np.array([3, 5, 6, 8, 9, 12.0]), np.array([1, 1, 0, 1, 1, 0])
    entry, weight = np.array([0, 2, 0, 4, 5, 0.0]), np.array([1.0, 1.5, 0.7, 2.2, 1.1, 0.9])
    fit = survival.kaplan_meier(time, event, entry=entry, weights=weight)
    slopes, h = [], 1e-6
    for i in range(6):
        bumped = [weight + sign * h * (np.arange(6) == i) for sign in (1, -1)]
        up, down = (
            survival.kaplan_meier(time, event, entry=entry, weights=w).survival for w in bumped
        )
        slopes.append(weight[i] * (up - down) / (2 * h))
    np.testing.assert_allclose(fit.std_error, np.sqrt(np.sum(np.square(slopes), axis=0)), rtol=1e-6)


def test_scaling_of_time_scales_the_median_only(simulated):
    a = survival.kaplan_meier(simulated["time"], simulated["event"])
    b = survival.kaplan_meier(simulated["time"] * 0.37, simulated["event"])
    np.testing.assert_allclose(a.survival, b.survival, rtol=0, atol=0)
    assert b.median() == pytest.approx([v * 0.37 for v in a.median()], nan_ok=True)


def nan_like(values):
    return all(math.isnan(v) for v in values)


@pytest.mark.parametrize(
    ("time", "event", "median", "rmst"),
    [
        ([], [], math.nan, math.nan),
        ([5], [1], 5, 5),
        ([5], [0], math.nan, 10),
        ([3, 6, 9], [0, 0, 0], math.nan, 10),
        ([4, 4, 4], [1, 1, 1], 4, 4),
        ([0, 0], [1, 1], 0, 0),
        ([1, 2], [1, 0], 1.5, 5.5),  # ends on a flat at one half: its middle; 1 + 9/2
    ],
)
def test_edges(time, event, median, rmst):
    fit = survival.kaplan_meier(time, event)
    assert fit.median()[0] == pytest.approx(median, nan_ok=True)
    assert fit.rmst(10)[0] == pytest.approx(rmst, nan_ok=True)
    assert list(fit.curve.columns) == CURVE == list(fit.at([0, 100]).columns)
    assert math.isnan(fit.at(100)["survival"][0]) and fit.at(100)["n_at_risk"][0] == 0
    assert len(survival.kaplan_meier(time, event, weights=[0.5] * len(time)).curve) == len(
        set(time)
    )
    survival.reverse_kaplan_meier(time, event).median()
    survival.bootstrap_median(time, event, 20, seed=1)


@pytest.mark.parametrize(
    ("time", "event", "p", "middle", "first"),
    [
        ([1, 2, 3, 1000], [1, 1, 0, 0], 0.5, 501, 2),  # flat at one half to the last censoring
        ([1, 2, 3, 10], [1, 1, 0, 1], 0.5, 6, 6),  # flat at one half up to a death
        ([1, 2, 3, 1000], [1, 0, 0, 0], 0.25, 500.5, 1),
        ([1, 2, 3, 4], [1, 1, 1, 0], 0.5, 2.5, 2.5),
        ([1, 2, 3, 4], [1, 0, 0, 0], 0.5, math.nan, math.nan),
        ([1, 2], [1, 0], 0.5, 1.5, 1),
    ],
)
def test_a_flat_to_the_end_has_a_middle_and_a_first_time(time, event, p, middle, first):
    fit = survival.kaplan_meier(time, event)
    assert fit.quantile(p)[0] == pytest.approx(middle, nan_ok=True)
    assert fit.quantile(p, open_flat="first")[0] == pytest.approx(first, nan_ok=True)
    incidence = competing_risks.cumulative_incidence(time, event)
    assert incidence.quantile(p)[0] == pytest.approx(middle, nan_ok=True)
    assert incidence.quantile(p, open_flat="first")[0] == pytest.approx(first, nan_ok=True)
    with pytest.raises(ValueError, match="open_flat must be middle or first"):
        fit.quantile(p, open_flat="last")


def test_past_the_last_time_is_not_estimable_but_the_mean_carries_on():
    fit = survival.kaplan_meier([2, 4], [1, 0])
    assert list(fit.at([4, 5])["survival"].isna()) == [False, True]
    assert fit.rmst(10)[0] == 2 + 8 / 2
    assert fit.rmst(0) == (0.0, 0.0)


def test_curve_at_zero_has_no_limits_and_the_median_no_upper_limit():
    fit = survival.kaplan_meier([1, 2, 3], [1, 1, 1])
    last = fit.curve.iloc[-1]
    assert last["survival"] == 0 and nan_like(last[["std_error", "ci_low", "ci_high"]])
    assert fit.median()[0] == 2 and math.isnan(fit.median()[2])


def test_weights_that_do_not_add_up_exactly_still_end_at_zero():
    fit = survival.kaplan_meier([1, 2, 3], [1, 1, 1], weights=[0.1, 0.2, 0.3])
    assert fit.survival[-1] == 0.0 and math.isnan(fit.std_error[-1])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(time=[-1, 2], event=[1, 0]), "negative"),
        (dict(time=[1, 2, 3], event=[1, 0]), "lengths"),
        (dict(time=[1, np.nan], event=[1, 0]), "missing"),
        (dict(time=[1, np.inf], event=[1, 0]), "infinite"),
        (dict(time=[1, 2], event=[1, 2]), "0 or 1"),
        (dict(time=[1, 2], event=[1, None]), "missing"),
        (dict(time=["a", "b"], event=[1, 0]), "numeric"),
        (dict(time=[[1, 2]], event=[1, 0]), "time"),
        (dict(time=[1, 2], event=[1, 0], entry=[0, 2]), "entry"),
        (dict(time=[1, 2], event=[1, 0], entry=[0]), "lengths"),
        (dict(time=[1, 2], event=[1, 0], weights=[1, -1]), "negative"),
        (dict(time=[1, 2], event=[1, 0], conf_type="loglog"), "conf_type"),
        (dict(time=[1, 2], event=[1, 0], conf_level=95), "conf_level"),
    ],
)
def test_bad_input_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        survival.kaplan_meier(**arguments)


def test_bad_requests_are_refused():
    fit = survival.kaplan_meier([1, 2], [1, 0])
    for call, message in (
        (lambda: fit.quantile(0), "p must"),
        (lambda: fit.quantile(1.2), "p must"),
        (lambda: fit.at([-1]), "negative"),
        (lambda: fit.at([np.nan]), "missing"),
        (lambda: fit.rmst(-1), "tau"),
        (lambda: fit.rmst(np.nan), "tau"),
        (lambda: survival.log_rank([1, 2], [1, 0], ["a", None]), "group"),
        (lambda: survival.log_rank([1, 2], [1, 0], ["a"]), "lengths"),
        (lambda: survival.bootstrap_median([1, 2], [1, 0], seed=None), "seed"),
        (lambda: survival.bootstrap_median([1, 2], [1, 0], 0, seed=1), "n_replicates"),
    ):
        with pytest.raises(ValueError, match=message):
            call()


@pytest.mark.parametrize(
    ("time", "event", "group"),
    [([], [], []), ([5], [1], ["a"]), ([1, 2], [0, 0], ["a", "b"]), ([1, 2], [1, 1], ["a", "a"])],
)
def test_log_rank_without_a_comparison(time, event, group):
    chi2, df, p = survival.log_rank(time, event, group)
    assert math.isnan(chi2) and df == 0 and math.isnan(p)


def test_log_rank_leaves_out_a_group_never_at_risk():
    # Group c is censored before the first death: no expected event, no degree of freedom.
    base = survival.log_rank([2, 3, 5, 6], [1, 1, 1, 1], list("aabb"))
    more = survival.log_rank([2, 3, 5, 6, 1], [1, 1, 1, 1, 0], list("aabbc"))
    assert more == pytest.approx(base, rel=1e-14)


def test_log_rank_single_stratum_is_unstratified(simulated):
    columns = simulated["time"], simulated["event"], simulated["group"]
    one = survival.log_rank(*columns, np.zeros(len(simulated)))
    assert one == pytest.approx(survival.log_rank(*columns), rel=1e-12)


def test_input_types_do_not_matter_and_stay_untouched(simulated):
    time, event = simulated["time"], simulated["event"]
    kept = time.copy()
    forms = [
        (time, event.astype(bool)),
        (list(time), list(event)),
        (time.to_numpy(float), event.to_numpy()),
        (time.astype("Int64"), event.astype("boolean")),
        (time.set_axis(time.index[::-1]), event),
    ]
    curves = [survival.kaplan_meier(*form).curve for form in forms]
    for curve in curves[1:]:
        pd.testing.assert_frame_equal(curves[0], curve)
    assert time.equals(kept)


def test_fit_is_frozen():
    fit = survival.kaplan_meier([1, 2], [1, 0])
    with pytest.raises(AttributeError):
        fit.n = 3


def test_bootstrap_replicates_are_kaplan_meier_medians(simulated):
    part = simulated.head(40)
    order = np.lexsort((1 - part["event"], part["time"]))
    time, event = part["time"].to_numpy()[order], part["event"].to_numpy()[order]
    medians = survival.bootstrap_medians(part["time"], part["event"], 60, seed=11)
    draws = np.random.default_rng(11).integers(0, 40, (60, 40))
    single = [survival.kaplan_meier(time[d], event[d]).median()[0] for d in draws]
    np.testing.assert_allclose(medians, single, rtol=0, atol=0, equal_nan=True)


def test_bootstrap_medians_lie_in_the_middle_of_a_flat_at_one_half():
    # Of four deaths on days 1, 2, 4, 8 two may come before the middle: then it is halfway.
    time, event = np.array([1.0, 2.0, 4.0, 8.0]), np.ones(4, bool)
    medians = survival.bootstrap_medians(time, event, 50, seed=2)
    drawn = np.sort(time[np.random.default_rng(2).integers(0, 4, (50, 4))], axis=1)
    np.testing.assert_array_equal(medians, (drawn[:, 1] + drawn[:, 2]) / 2)
    assert {1.5, 3.0, 6.0} <= set(medians)


def test_bootstrap_is_the_same_for_a_seed_whatever_the_order_of_rows(simulated):
    turned = simulated.sample(frac=1, random_state=4)
    a, b = (
        survival.bootstrap_median(t["time"], t["event"], 500, seed=3) for t in (simulated, turned)
    )
    other = survival.bootstrap_medians(simulated["time"], simulated["event"], 500, seed=4)
    same = survival.bootstrap_medians(simulated["time"], simulated["event"], 500, seed=3)
    assert a == b and not np.array_equal(same, other)


def test_bootstrap_interval_resembles_the_analytic_one():
    case = CASES["km_lung_sex"]
    table = data_of(case)
    estimate, low, high = survival.bootstrap_median(table["time"], table["event"], 4000, seed=1)
    assert estimate == case["results"]["overall"]["median"]["log-log"][0]
    analytic = case["results"]["overall"]["median"]["log-log"][1:]
    assert (low, high) == pytest.approx(analytic, abs=15)


def test_bootstrap_difference_of_medians():
    table = data_of(CASES["km_lung_sex"])
    men, women = (table[table["sex"] == s] for s in (1, 2))
    columns = women["time"], women["event"], men["time"], men["event"]
    estimate, low, high = survival.bootstrap_median_difference(*columns, 2000, seed=1)
    assert estimate == 426 - 270 and low < estimate < high
    mirrored = survival.bootstrap_median_difference(*columns[2:], *columns[:2], 2000, seed=1)
    assert mirrored[0] == -estimate


def test_bootstrap_limit_among_unreached_medians_is_missing():
    estimate, low, high = survival.bootstrap_median([1, 2, 3, 4, 5], [1, 1, 0, 0, 0], seed=1)
    assert math.isnan(estimate) and math.isnan(high) and low >= 1
    assert nan_like(survival.bootstrap_median([1, 2], [0, 0], 10, seed=1))


def test_large_data_are_fast():
    rng = np.random.default_rng(1)
    time, event = rng.integers(1, 2000, 10**6), rng.random(10**6) < 0.6
    start = clock.perf_counter()
    assert len(survival.kaplan_meier(time, event).curve) == 1999
    # About 0.06 s alone; the margin is for a busy machine.
    assert clock.perf_counter() - start < 1.0


def test_landmark_difference_without_error_has_no_test():
    a, b = survival.kaplan_meier([9, 9], [0, 0]), survival.kaplan_meier([8, 9], [0, 0])
    result = survival.survival_difference(a, b, 5)
    assert result["estimate"] == 0 and result["low"] == 0 == result["high"]
    assert math.isnan(result["p_value"])
