"""MMRM against R, by simpler methods where they coincide, and by hand."""

import math

import numpy as np
import pandas as pd
import pytest

from analysis.estimates import longitudinal

from .r_reference import CASES, assert_agrees, cases, data_of


def fit_case(name):
    case = CASES[name]
    options = case["options"]
    covariates = options["covars"].split(",") if "covars" in options else []
    columns = [options[part] for part in ("outcome", "id", "visit", "group")]
    return case, longitudinal.mmrm(data_of(case), *columns, covariates)


@pytest.mark.parametrize("name", cases("mmrm_"))
def test_contrasts_agree_with_r(name):
    case, fit = fit_case(name)
    expected, table = case["results"]["reml"]["contrasts"], fit.contrasts
    names = [f"{g} - {r}" for g, r in zip(table["group"], table["reference"], strict=True)]
    assert names == expected["contrast"]
    assert list(table["visit"].astype(str)) == expected["visit"]
    assert_agrees(table["estimate"], expected["estimate"], case, "estimate")
    pairs = {
        "std_error": "se",
        "df": "df",
        "ci_low": "lower",
        "ci_high": "upper",
        "p_value": "p",
    }
    for ours, theirs in pairs.items():
        assert_agrees(table[ours], expected["kr_observed"][theirs], case, ours)


@pytest.mark.parametrize("name", cases("mmrm_"))
def test_means_and_covariance_agree_with_r(name):
    case, fit = fit_case(name)
    reml = case["results"]["reml"]
    expected, table = reml["means"], fit.means
    assert list(table["group"]) == expected["group"]
    assert list(table["visit"].astype(str)) == expected["visit"]
    assert_agrees(table["estimate"], expected["estimate"], case, "estimate")
    pairs = {"std_error": "se", "df": "df", "ci_low": "lower", "ci_high": "upper"}
    for ours, theirs in pairs.items():
        assert_agrees(table[ours], expected["kr_observed"][theirs], case, ours)
    flat = [v for row in reml["residual_covariance"] for v in row]
    assert_agrees(fit.covariance.to_numpy().ravel(), flat, case, "covariance")
    assert_agrees(fit.log_likelihood, reml["reml_loglik"], case, "REML")
    counts = case["results"]
    assert (fit.n_subjects, fit.n_observations) == (counts["n_subjects"], counts["n_obs"])


def test_covariate_coefficients_agree_with_r_mmrm_fev():
    case, fit = fit_case("mmrm_fev")
    reml = case["results"]["reml"]
    for i, term in enumerate(["RACE=Black or African American", "RACE=White", "SEX=Male"], 1):
        row, kr = fit.coefficients.loc[term], reml["kr_observed"]
        assert_agrees(row["estimate"], reml["estimate"][i], case, term)
        for ours, theirs in (("std_error", "se"), ("df", "df"), ("p_value", "p")):
            assert_agrees(row[ours], kr[theirs][i], case, (term, ours))


@pytest.fixture(scope="module")
def simulated():
    rng = np.random.default_rng(12)
    n, visits = 60, ["C02", "C04", "C06"]
    level = rng.normal(0, 3, n)
    rows = [
        {
            "patient": f"P{i:03}",
            "visit": v,
            "group": "TG" if i % 2 else "OT",
            "baseline": 50 + level[i] + b,
            "score": 50 + level[i] + 2 * (i % 2) + j + e,
        }
        for i, b in enumerate(rng.normal(0, 2, n))
        for j, (v, e) in enumerate(zip(visits, rng.normal(0, 2, 3), strict=True))
    ]
    frame = pd.DataFrame(rows)
    return frame.assign(score=frame["score"].mask(rng.random(len(frame)) < 0.15))


def model(frame, **options):
    return longitudinal.mmrm(frame, "score", "patient", "visit", "group", ["baseline"], **options)


def test_one_visit_is_ordinary_least_squares(simulated):
    # With a single visit the model is a regression: n - p degrees of freedom, exactly.
    frame = simulated[simulated["visit"] == "C04"].dropna()
    fit = model(frame)
    x = np.column_stack([np.ones(len(frame)), frame["baseline"], frame["group"] == "TG"])
    x = x.astype(float)
    y = frame["score"].to_numpy()
    beta, rest, *_ = np.linalg.lstsq(x, y, rcond=None)
    variance = rest[0] / (len(y) - 3) * np.linalg.inv(x.T @ x)
    row = fit.contrasts.iloc[0]
    assert row["estimate"] == pytest.approx(beta[2], rel=1e-9)
    assert row["std_error"] == pytest.approx(math.sqrt(variance[2, 2]), rel=1e-8)
    assert row["df"] == pytest.approx(len(y) - 3, rel=1e-7)


def test_order_of_rows_and_rows_without_outcome_do_not_matter(simulated):
    base = model(simulated)
    for other in (simulated.sample(frac=1, random_state=3), simulated.dropna()):
        fit = model(other)
        # to the digits of a sum: the likelihood alone would give half as many, the machine's
        pd.testing.assert_frame_equal(base.contrasts, fit.contrasts, rtol=1e-11, atol=0)
        pd.testing.assert_frame_equal(base.means, fit.means, rtol=1e-11, atol=0)


def test_units_do_not_matter(simulated):
    base = model(simulated)
    fit = model(
        simulated.assign(score=simulated["score"] * 1e3, baseline=simulated["baseline"] / 7)
    )
    np.testing.assert_allclose(
        fit.contrasts["estimate"], base.contrasts["estimate"] * 1e3, rtol=1e-7
    )
    np.testing.assert_allclose(fit.contrasts["df"], base.contrasts["df"], rtol=1e-6)
    np.testing.assert_allclose(fit.contrasts["p_value"], base.contrasts["p_value"], rtol=1e-6)


def test_reference_and_order_of_categories(simulated):
    base, turned = model(simulated), model(simulated, reference="TG")
    assert set(turned.contrasts["reference"]) == {"TG"}
    np.testing.assert_allclose(turned.contrasts["estimate"], -base.contrasts["estimate"], rtol=1e-9)
    order = pd.Categorical(simulated["visit"], ["C06", "C02", "C04", "C99"])
    reordered = model(simulated.assign(visit=order))
    assert list(reordered.contrasts["visit"]) == ["C06", "C02", "C04"]
    with pytest.raises(ValueError, match="reference"):
        model(simulated, reference="XX")


def test_one_group_has_means_and_no_contrasts(simulated):
    fit = model(simulated[simulated["group"] == "TG"])
    assert len(fit.contrasts) == 0 and len(fit.means) == 3
    assert list(fit.contrasts.columns)[:4] == ["visit", "group", "reference", "estimate"]


def test_impossible_data_are_refused(simulated):
    first = simulated.dropna().iloc[[0]]
    for frame, message in (
        (simulated.drop(columns="group"), "no column group"),
        (simulated.assign(score=np.nan), "no row"),
        (simulated.assign(baseline=np.nan), "baseline is missing"),
        (pd.concat([simulated, first]), "two rows"),
        (simulated.assign(baseline=1.0), "collinear"),
        (simulated[(simulated["visit"] != "C06") | (simulated["group"] == "TG")], "collinear"),
    ):
        with pytest.raises(ValueError, match=message):
            model(frame)
    moved = simulated.dropna().reset_index(drop=True)
    moved.loc[0, "group"] = "OT" if moved.loc[0, "group"] == "TG" else "TG"
    with pytest.raises(ValueError, match="two groups"):
        model(moved)


def test_too_few_patients_are_refused_not_guessed(simulated):
    few = simulated[simulated["patient"].isin(["P000", "P001", "P002", "P003"])].dropna()
    with pytest.raises(ValueError, match=r"too few patients|collinear"):
        model(few)


def test_data_stay_untouched(simulated):
    before = simulated.copy()
    model(simulated)
    pd.testing.assert_frame_equal(simulated, before)
