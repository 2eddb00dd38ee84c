"""Statistics that are chi-square distributed under their hypothesis."""

import numpy as np
from scipy.special import gammaincc

__all__ = ["chi_square_tail", "quadratic_form"]


def quadratic_form(vector, matrix):
    """Quadratic form of a vector in the inverse of a matrix.

    0 where both vanish, NaN where the matrix is singular.
    """
    if not np.any(matrix):
        return 0.0 if not np.any(vector) else np.nan
    try:
        return float(vector @ np.linalg.solve(matrix, vector))
    except np.linalg.LinAlgError:
        return np.nan


def chi_square_tail(chi2, df):
    """Upper tail probability of the chi-square distribution; NaN for a missing statistic."""
    return float(gammaincc(df / 2, max(chi2, 0.0) / 2)) if chi2 == chi2 else np.nan
