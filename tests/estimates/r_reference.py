"""The R results the estimators are compared with; see ``tests/reference/statistics/README.md``."""

import json
from pathlib import Path

import numpy as np
import pandas as pd

FOLDER = Path(__file__).parents[1] / "reference" / "statistics"
CASES = {
    case["id"]: case
    for case in json.loads((FOLDER / "fixtures.json").read_text(encoding="utf-8"))["fixtures"]
}


def cases(prefix):
    """Ids of the cases whose id starts with a prefix."""
    return [name for name in CASES if name.startswith(prefix)]


def data_of(case):
    """The data set of a case, as a frame."""
    return pd.read_csv(FOLDER / "data" / Path(case["data"]).name)


def numbers(values):
    """R numbers as a float array: null is NaN, "Inf" infinity, a bare number a vector."""
    listed = values if isinstance(values, list) else [values]
    return np.array([np.nan if v is None else float(v) for v in listed])


def assert_agrees(actual, expected, case, what):
    """Fail unless numbers agree with R within the tolerance of the case, missing for missing.

    A reference of rounding size (below 1e-12) is compared with 0 absolutely.
    """
    actual = np.atleast_1d(np.asarray(actual, dtype=float))
    np.testing.assert_allclose(
        actual,
        numbers(expected),
        rtol=case["rel_tol"],
        atol=1e-12,
        equal_nan=True,
        err_msg=f"{case['id']}: {what} differs from R: {case['r_call']}",
    )
