"""Cells that many tables share: a count with its percentage, a median with its quartiles."""

from __future__ import annotations

from analysis.displays.lookup import Numbers
from analysis.displays.numbers import count, is_missing, rounded


def share_cell(
    numbers: Numbers, decimals: int, analysis_id: str, stat_name: str = "n", **place: str
) -> str:
    """``n (p)``; the percentage NE where nobody is in the denominator."""
    n = numbers.get(stat_name, analysis_id, **place)
    return f"{count(n)} ({rounded(numbers.get('pct', analysis_id, **place), decimals)})"


def quartiles_cell(
    numbers: Numbers, decimals: int, analysis_id: str, scale: float = 1.0, **place: str
) -> str:
    """``median (Q1–Q3)``; NE without values. `scale` divides: days to months, for display only."""
    values = [numbers.get(stat, analysis_id, **place) for stat in ("median", "q1", "q3")]
    if all(is_missing(value) for value in values):
        return "NE"
    middle, low, high = (rounded(value / scale, decimals) for value in values)
    return f"{middle} ({low}–{high})"


def limits_cell(
    numbers: Numbers,
    decimals: int,
    analysis_id: str,
    stats: tuple[str, str, str],
    scale: float = 1.0,
    missing: str = "NR",
    **place: str,
) -> str:
    """``value (low, high)`` of an estimate that may not be reached."""
    values = [numbers.get(stat, analysis_id, **place) for stat in stats]
    middle, low, high = (
        missing if is_missing(value) else rounded(value / scale, decimals) for value in values
    )
    return f"{middle} ({low}, {high})"
