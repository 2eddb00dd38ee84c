"""Time-to-event estimators: Kaplan-Meier, log-rank, Cox, bootstrap of the median.

The names of this family in one place; each lives in the file of its method.
"""

from .bootstrap import bootstrap_median, bootstrap_median_difference, bootstrap_medians
from .cox_regression import Cox, cox
from .log_rank_test import log_rank
from .survival_curve import (
    KaplanMeier,
    kaplan_meier,
    reverse_kaplan_meier,
    survival_difference,
)

__all__ = [
    "Cox",
    "KaplanMeier",
    "bootstrap_median",
    "bootstrap_median_difference",
    "bootstrap_medians",
    "cox",
    "kaplan_meier",
    "log_rank",
    "reverse_kaplan_meier",
    "survival_difference",
]
