"""Cox model, robust variance and test of proportional hazards against R and by hand."""

import math

import numpy as np
import pandas as pd
import pytest

from analysis.estimates import survival

from .r_reference import CASES, assert_agrees, cases, data_of

TABLE = {
    "coef": "coef",
    "std_error": "model_se",
    "hazard_ratio": "hr",
    "ci_low": "lower",
    "ci_high": "upper",
    "p_value": "p",
}


def fit_case(name):
    """Fit a case as its options say: (case, fit)."""
    case = CASES[name]
    options, table = case["options"], data_of(case)
    if "landmark" in options:
        day = float(options["landmark"])
        table = table[table[options["time"]] > day]
        names = ["lm_group"]
        table = table.assign(lm_group=(table[options["landmark_start"]] <= day).astype(int))
    else:
        names = options["covars"].split(",")
    strata = options.get("strata")
    table = table.dropna(subset=[*names, options["time"], *([strata] if strata else [])])
    cluster = None
    if "cluster" in options:
        cluster = table[options["cluster"]]
    elif "robust" in options:
        cluster = np.arange(len(table))
    fit = survival.cox(
        table[options["time"]],
        table[options["event"]],
        table[names],
        entry=table[options["start"]] if "start" in options else None,
        weights=table[options["weights"]] if "weights" in options else None,
        cluster=cluster,
        strata=table[strata] if strata else None,
        ties=options.get("ties", "efron"),
    )
    return case, fit


@pytest.mark.parametrize("name", cases("cox_"))
def test_model_agrees_with_r(name):
    case, fit = fit_case(name)
    expected = case["results"]["model"]
    assert list(fit.table.index) == np.atleast_1d(expected["terms"]).tolist()
    for ours, theirs in TABLE.items():
        assert_agrees(fit.table[ours], expected[theirs], case, ours)
    if expected["robust"]:
        assert_agrees(fit.table["robust_se"], expected["se"], case, "robust_se")
    else:
        assert fit.table["robust_se"].isna().all()
    assert (fit.n, fit.n_events, fit.converged) == (expected["n"], expected["events"], True)
    logs = [fit.log_likelihood_null, fit.log_likelihood]
    assert_agrees(logs, [expected["loglik_null"], expected["loglik"]], case, "log-likelihood")
    ratio = [expected["lr"][part] for part in ("chisq", "df", "p")]
    assert_agrees(fit.likelihood_ratio, ratio, case, "likelihood ratio")


@pytest.mark.parametrize("name", cases("cox_"))
def test_proportional_hazards_agree_with_r(name):
    case, fit = fit_case(name)
    expected, result = case["results"]["zph"]["km"], fit.proportional_hazards()
    assert list(result.index) == expected["term"]
    assert list(result.columns) == ["chi2", "df", "p_value"]
    for ours, theirs in (("chi2", "chisq"), ("df", "df"), ("p_value", "p")):
        assert_agrees(result[ours], expected[theirs], case, ours)


@pytest.mark.parametrize("name", cases("cif_"))
def test_cause_specific_model_agrees_with_r(name):
    case = CASES[name]
    options, expected = case["options"], case["results"]["cause_specific_cox"]
    names = options["covars"].split(",")
    table = data_of(case).dropna(subset=names)
    fit = survival.cox(table[options["time"]], table[options["status"]] == 1, table[names])
    assert_agrees(fit.table["coef"], expected["coef"], case, "coef")
    assert_agrees(fit.table["std_error"], expected["se"], case, "std_error")


def test_two_groups_by_hand():
    # Deaths on days 1 (group 1), 2 (group 0), 3 (group 1); group 0 censored on day 4. With
    # r = exp(b): L = r/(2r+2) * 1/(r+2) * r/(r+1), so dlogL/db = 0 when
    # 2 = 2r/(r+1) + r/(r+2), i.e. r^2 - r - 4 = 0 and r = (1 + sqrt(17)) / 2.
    fit = survival.cox([1, 2, 3, 4], [1, 1, 1, 0], pd.DataFrame({"g": [1, 0, 1, 0]}))
    r = (1 + math.sqrt(17)) / 2
    assert fit.table.loc["g", "hazard_ratio"] == pytest.approx(r, rel=1e-12)
    # Information: 2 r/(r+1)^2 + 2r/(r+2)^2.
    information = 2 * r / (r + 1) ** 2 + 2 * r / (r + 2) ** 2
    assert fit.table.loc["g", "std_error"] == pytest.approx(information**-0.5, rel=1e-12)


@pytest.fixture(scope="module")
def simulated():
    rng = np.random.default_rng(8)
    n = 250
    frame = pd.DataFrame(
        {
            "age": rng.normal(60, 10, n),
            "arm": rng.integers(0, 2, n),
            "weight": rng.integers(1, 4, n),
            "site": rng.choice(["a", "b"], n),
        }
    )
    hazard = np.exp(0.02 * (frame["age"] - 60) - 0.5 * frame["arm"]) / 300
    time = np.ceil(rng.exponential(1 / hazard))
    frame["time"] = np.minimum(time, 600)
    frame["event"] = (time <= 600).astype(int)
    return frame


def fitted(frame, **options):
    return survival.cox(frame["time"], frame["event"], frame[["age", "arm"]], **options)


def test_order_of_rows_does_not_matter(simulated):
    turned = simulated.sample(frac=1, random_state=2)
    a, b = (
        fitted(t, weights=t["weight"] / 3, cluster=t.index, strata=t["site"])
        for t in (simulated, turned)
    )
    pd.testing.assert_frame_equal(a.table, b.table, rtol=1e-9)
    pd.testing.assert_frame_equal(a.proportional_hazards(), b.proportional_hazards(), rtol=1e-8)


def test_unit_weights_entry_at_zero_and_one_stratum_change_nothing(simulated):
    n = len(simulated)
    base = fitted(simulated)
    for options in ({"weights": np.ones(n)}, {"entry": np.zeros(n)}, {"strata": ["x"] * n}):
        other = fitted(simulated, **options)
        pd.testing.assert_frame_equal(base.table, other.table, rtol=1e-12)
        pd.testing.assert_frame_equal(
            base.proportional_hazards(), other.proportional_hazards(), rtol=1e-10
        )


def test_rows_of_weight_zero_are_as_good_as_absent(simulated):
    kept = simulated.index % 3 > 0
    weights = np.where(kept, 1.0, 0.0)
    pd.testing.assert_frame_equal(
        fitted(simulated, weights=weights).table, fitted(simulated[kept]).table, rtol=1e-12
    )


def test_whole_weights_are_copies_with_breslow(simulated):
    # Efron averages the weights of tied deaths, so that copies are the same only for Breslow.
    copies = simulated.loc[simulated.index.repeat(simulated["weight"])]
    one = fitted(simulated, weights=simulated["weight"], cluster=simulated.index, ties="breslow")
    many = fitted(copies, cluster=copies.index, ties="breslow")
    pd.testing.assert_frame_equal(one.table, many.table, rtol=1e-9)


def test_splitting_follow_up_changes_nothing(simulated):
    cut = 100
    early = simulated.assign(
        start=0,
        time=np.minimum(simulated["time"], cut),
        event=np.where(simulated["time"] <= cut, simulated["event"], 0),
    )
    late = simulated[simulated["time"] > cut].assign(start=cut)
    split = pd.concat([early, late])
    whole = fitted(simulated, cluster=simulated.index)
    parts = fitted(split, entry=split["start"], cluster=split.index)
    pd.testing.assert_frame_equal(whole.table, parts.table, rtol=1e-9)


def test_units_of_a_covariate_scale_its_coefficient(simulated):
    months = simulated.assign(age=simulated["age"] * 12)
    a, b = fitted(simulated, cluster=simulated.index), fitted(months, cluster=simulated.index)
    for column in ("coef", "std_error", "robust_se"):
        assert a.table.loc["age", column] == pytest.approx(12 * b.table.loc["age", column])
    pd.testing.assert_frame_equal(a.proportional_hazards(), b.proportional_hazards(), rtol=1e-9)


def test_confidence_level(simulated):
    narrow, wide = (fitted(simulated, conf_level=level).table for level in (0.8, 0.99))
    assert (wide["ci_low"] < narrow["ci_low"]).all()
    assert (wide["ci_high"] > narrow["ci_high"]).all()


def test_constant_and_repeated_covariates_are_dropped_as_in_r():
    frame = pd.DataFrame({"one": 1, "x": [1, 2, 1, 3, 1, 2], "twice": [2, 4, 2, 6, 2, 4]})
    fit = survival.cox([5, 8, 9, 12, 15, 20], [1, 1, 0, 1, 1, 0], frame)
    alone = survival.cox([5, 8, 9, 12, 15, 20], [1, 1, 0, 1, 1, 0], frame[["x"]])
    assert list(fit.table["coef"].isna()) == [True, False, True]
    assert fit.table.loc["x", "coef"] == pytest.approx(alone.table.loc["x", "coef"], rel=1e-10)
    assert fit.proportional_hazards().loc["GLOBAL", "df"] == 1


def test_coefficient_without_a_finite_estimate_is_missing_and_said_so():
    # Nobody of group 0 dies: the hazard ratio is infinite.
    frame = pd.DataFrame({"g": [1, 1, 1, 0, 0, 0], "x": [1, 2, 1, 3, 1, 2]})
    fit = survival.cox([1, 2, 3, 4, 5, 6], [1, 1, 1, 0, 0, 0], frame)
    assert not fit.converged
    assert fit.table.loc["g"].isna().all() and fit.table.loc["x", "coef"] < 5
    assert fit.proportional_hazards()[["chi2", "p_value"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("time", "event", "x"), [([], [], []), ([5], [1], [1]), ([5, 6], [0, 0], [1, 2])]
)
def test_without_information_everything_is_missing(time, event, x):
    fit = survival.cox(time, event, pd.DataFrame({"x": np.array(x, float)}))
    assert fit.table.isna().all(axis=None) and not fit.converged
    assert fit.proportional_hazards()["chi2"].isna().all()


def test_all_deaths_on_one_day():
    fit = survival.cox([5] * 4, [1] * 4, pd.DataFrame({"x": [1.0, 2, 3, 5]}))
    assert fit.table.loc["x", "coef"] == pytest.approx(0, abs=1e-12) and fit.converged


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"time": [-1, 2, 3]}, "negative"),
        ({"time": [1, 2]}, "lengths"),
        ({"event": [1, 0, 3]}, "0 or 1"),
        ({"covariates": [[1], [2], [3]]}, "DataFrame"),
        ({"covariates": pd.DataFrame({"x": [1, np.nan, 2]})}, "covariate x"),
        ({"covariates": pd.DataFrame({"x": list("abc")})}, "numeric"),
        ({"covariates": pd.DataFrame([[1, 2]] * 3, columns=["x", "x"])}, "same name"),
        ({"entry": [0, 2, 1]}, "entry"),
        ({"weights": [1, -1, 1]}, "negative"),
        ({"cluster": [1, 2]}, "lengths"),
        ({"strata": [1, None, 2]}, "strata"),
        ({"ties": "exact"}, "ties"),
        ({"conf_level": 1.5}, "conf_level"),
    ],
)
def test_bad_input_is_refused(options, message):
    base = {"time": [1, 2, 3], "event": [1, 1, 0], "covariates": pd.DataFrame({"x": [1, 2, 4]})}
    with pytest.raises(ValueError, match=message):
        survival.cox(**(base | options))


@pytest.mark.parametrize("seed", range(12, 32))
def test_tiny_tables_never_warn_or_fail(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 25))
    time, event, group = rng.integers(0, 8, n), rng.integers(0, 2, n), rng.integers(0, 3, n)
    frame = pd.DataFrame({"g": group, "x": rng.random(n), "one": group == 1})
    weights, entry = rng.random(n) * 2, np.minimum(rng.integers(0, 4, n), np.maximum(time - 1, 0))
    for options in ({"weights": weights, "cluster": group, "strata": group % 2}, {"entry": entry}):
        fit = survival.cox(time, event, frame, **options)
        known = fit.table["coef"].notna()
        assert fit.table.loc[known, ["std_error", "p_value"]].notna().all(axis=None)
        fit.proportional_hazards()
