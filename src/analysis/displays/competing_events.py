"""How a cumulative incidence with competing events is shown: per cent with its limits."""

from __future__ import annotations

import pandas as pd

from analysis.displays.lookup import Numbers
from analysis.displays.numbers import interval, percent


def incidence_at(numbers: Numbers, decimals: int, **place: str) -> str:
    """Cumulative incidence at a landmark; NE beyond the observation and without patients."""
    if not numbers.has("estimate", "at landmark", **place):
        return "NE"
    estimate, low, high = (
        numbers.get(name, "at landmark", **place) for name in ("estimate", "ci_low", "ci_high")
    )
    if pd.isna(estimate):
        return "NE"
    if pd.isna(low):
        return f"{percent(estimate, decimals)} (NE)"
    return f"{percent(estimate, decimals)} {interval(low, high, decimals, scale=100)}"


def at_risk_on(curve: pd.DataFrame, day: float) -> int:
    """Patients without any of the events before a day: those of the next day of the curve."""
    later = curve.loc[curve["day"] >= day, "n_at_risk"]
    return int(later.iloc[0]) if len(later) else 0
