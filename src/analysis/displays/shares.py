"""T14.2.1.1 and T14.2.1.2 as tables.

Cells that many tables share: a count with its percentage, a median with its quartiles.
"""

from __future__ import annotations

from analysis.displays.lookup import Numbers
from analysis.displays.numbers import count, interval, is_missing, percent, rounded, with_interval
from analysis.displays.table import Column
from analysis.tabulation.groups import group_label


def proportion_cells(
    estimates: Numbers, decimals: int, analysis_id: str, **place: str
) -> tuple[str, str]:
    """``x/N (p)`` and ``(low, high)`` of one proportion, in percent."""
    n, size = estimates.get("n", analysis_id, **place), estimates.get("N", analysis_id, **place)
    estimate = estimates.get("estimate", analysis_id, **place)
    low = estimates.get("ci_low", analysis_id, **place)
    high = estimates.get("ci_high", analysis_id, **place)
    return (
        f"{count(n)}/{count(size)} ({percent(estimate, decimals)})",
        interval(low, high, decimals, scale=100),
    )


def group_columns(estimates: Numbers, flag: str, stat: str, **place: str) -> tuple[Column, ...]:
    """One column per group, with its size."""
    return tuple(
        Column(group_label(group), f"N = {count(estimates.get(stat, flag, group, **place))}")
        for group in estimates.groups
    )


def share_cell(
    estimates: Numbers, decimals: int, analysis_id: str, stat_name: str = "n", **place: str
) -> str:
    """``n (p)``."""
    n = estimates.get(stat_name, analysis_id, **place)
    return f"{count(n)} ({rounded(estimates.get('pct', analysis_id, **place), decimals)})"


def quartiles_cell(
    estimates: Numbers, decimals: int, analysis_id: str, scale: float = 1.0, **place: str
) -> str:
    """``median (Q1–Q3)``. `scale` divides: days to months, for display only."""
    values = [estimates.get(stat, analysis_id, **place) / scale for stat in ("median", "q1", "q3")]
    middle, low, high = (rounded(value, decimals) for value in values)
    return middle if is_missing(values[0]) else f"{middle} ({low}–{high})"


def limits_cell(
    estimates: Numbers,
    decimals: int,
    analysis_id: str,
    stats: tuple[str, str, str],
    scale: float = 1.0,
    **place: str,
) -> str:
    """``value (low, high)`` of an estimate; `scale` divides, for display only."""
    values = tuple(estimates.get(stat, analysis_id, **place) / scale for stat in stats)
    return with_interval(values, lambda value: rounded(value, decimals))
