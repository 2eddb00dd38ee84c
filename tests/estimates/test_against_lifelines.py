"""A second opinion: lifelines agrees with our Kaplan-Meier and Cox where it follows R.

lifelines is right about the curve, its log-log limits and converged Cox coefficients; it is not
about medians on a flat part (see tests against R). lung data: tests/reference/statistics.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.estimates.survival import cox, kaplan_meier

LUNG = Path(__file__).parents[1] / "reference" / "statistics" / "data" / "lung.csv"


@pytest.fixture(scope="module")
def lung() -> pd.DataFrame:
    return pd.read_csv(LUNG)


def test_survival_and_its_limits(lung):
    from lifelines import KaplanMeierFitter

    theirs = KaplanMeierFitter().fit(lung["time"], lung["event"])
    ours = kaplan_meier(lung["time"], lung["event"]).curve.set_index("time")
    at = theirs.survival_function_.index[1:-1]
    expected = theirs.survival_function_["KM_estimate"]
    np.testing.assert_allclose(ours.loc[at, "survival"], expected.loc[at], rtol=1e-12)
    limits = theirs.confidence_interval_survival_function_
    low, high = (limits[name].loc[at] for name in limits)
    np.testing.assert_allclose(ours.loc[at, "ci_low"], low, rtol=1e-9)
    np.testing.assert_allclose(ours.loc[at, "ci_high"], high, rtol=1e-9)


def test_cox_coefficients_once_converged(lung):
    from lifelines import CoxPHFitter

    data = lung[["time", "event", "age", "sex"]].dropna()
    theirs = CoxPHFitter().fit(data, "time", "event", fit_options={"precision": 1e-12})
    ours = cox(data["time"], data["event"], data[["age", "sex"]]).table
    np.testing.assert_allclose(ours["coef"], theirs.params_[["age", "sex"]], rtol=1e-6)
