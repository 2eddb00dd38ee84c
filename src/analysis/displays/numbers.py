"""How a number looks: the one place of rounding in the project.

Half-up, in decimals, on 12 significant digits: 12.25 is shown as 12.3 with one decimal, as tables
and readers expect (binary floats and Python's formatting would give 12.2).
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pandas as pd

from analysis.estimates.confidence_level import level_in_words

NOT_ESTIMABLE = "NE"
DASH = "–"


def is_missing(value: object) -> bool:
    """Whether a statistic is missing."""
    return value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value))


def rounded(value: float | None, decimals: int, missing: str = NOT_ESTIMABLE) -> str:
    """Half-up rounded text; `missing` where there is no number."""
    if is_missing(value):
        return missing
    exact = Decimal(f"{float(value):.12g}")
    step = Decimal(1).scaleb(-decimals)
    result = exact.quantize(step, rounding=ROUND_HALF_UP)
    if result.is_zero():
        result = abs(result)
    return f"{result:f}".replace("-", "−")


def percent(proportion: float | None, decimals: int = 1, missing: str = NOT_ESTIMABLE) -> str:
    """A proportion (0..1) as a percentage without the sign."""
    if is_missing(proportion):
        return missing
    return rounded(float(Decimal(f"{float(proportion):.12g}") * 100), decimals, missing)


def interval(low: float | None, high: float | None, decimals: int = 1, scale: int = 1) -> str:
    """Limits in brackets: ``(12.3, 45.6)``; a limit that does not exist is NE."""
    shown = percent if scale == 100 else rounded
    return f"({shown(low, decimals)}, {shown(high, decimals)})"


def confidence(rules) -> str:
    """The confidence level of the plan in words, like ``95%``."""
    return level_in_words(rules.estimation.conf_level)


def count(value: float | None, missing: str = DASH) -> str:
    """A whole number."""
    return missing if is_missing(value) else f"{round(value):d}"


def months(days: float | None, month_days: float, decimals: int = 1, missing: str = "NR") -> str:
    """Days as months, for display only."""
    return missing if is_missing(days) else rounded(float(days) / month_days, decimals)
