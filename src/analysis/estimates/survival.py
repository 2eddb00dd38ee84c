"""Time-to-event estimators: Kaplan-Meier, log-rank, Cox, bootstrap of the median.

The names of this family in one place; each lives in the file of its method.
"""

from .kaplan_meier import (
    KaplanMeier,
    kaplan_meier,
    reverse_kaplan_meier,
    survival_difference,
)
from .log_rank import log_rank

__all__ = [
    "KaplanMeier",
    "kaplan_meier",
    "log_rank",
    "reverse_kaplan_meier",
    "survival_difference",
]
