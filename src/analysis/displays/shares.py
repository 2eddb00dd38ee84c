"""Cells that many tables share: a count with its percentage, a median with its quartiles."""

from __future__ import annotations

from analysis.displays.lookup import Numbers
from analysis.displays.numbers import count, is_missing, rounded, with_interval


def share_cell(
    numbers: Numbers, decimals: int, analysis_id: str, stat_name: str = "n", **place: str
) -> str:
    """``n (p)``."""
    n = numbers.get(stat_name, analysis_id, **place)
    return f"{count(n)} ({rounded(numbers.get('pct', analysis_id, **place), decimals)})"


def quartiles_cell(
    numbers: Numbers, decimals: int, analysis_id: str, scale: float = 1.0, **place: str
) -> str:
    """``median (Q1–Q3)``. `scale` divides: days to months, for display only."""
    values = [numbers.get(stat, analysis_id, **place) / scale for stat in ("median", "q1", "q3")]
    middle, low, high = (rounded(value, decimals) for value in values)
    return middle if is_missing(values[0]) else f"{middle} ({low}–{high})"


def limits_cell(
    numbers: Numbers,
    decimals: int,
    analysis_id: str,
    stats: tuple[str, str, str],
    scale: float = 1.0,
    **place: str,
) -> str:
    """``value (low, high)`` of an estimate; `scale` divides, for display only."""
    values = tuple(numbers.get(stat, analysis_id, **place) / scale for stat in stats)
    return with_interval(values, lambda value: rounded(value, decimals))
