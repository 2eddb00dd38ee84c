"""How a cumulative incidence with competing events is shown: per cent with its limits."""

from __future__ import annotations

from analysis.displays.curves import exact_cell, exact_row, rate_cell
from analysis.displays.lookup import Numbers
from analysis.displays.table import Row
from analysis.params import Rules


def incidence_rows(
    estimates: Numbers, rules: Rules, label: str, places: list[dict[str, str]], indent: int = 1
) -> list[Row]:
    """One line of a landmark: the incidence of each column, and below it the exact limits."""
    cells = tuple(rate_cell(estimates, rules, "at landmark", **place) for place in places)
    exact = (exact_cell(estimates, rules, "at landmark", **place) for place in places)
    return [Row(label, cells, indent=indent), *exact_row(rules, exact, indent + 2)]
