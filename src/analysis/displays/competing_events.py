"""How a cumulative incidence with competing events is shown: per cent with its limits."""

from __future__ import annotations

import pandas as pd

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


def at_risk_on(curve: pd.DataFrame, day: float) -> int:
    """Patients without any of the events before a day: those of the next day of the curve."""
    later = curve.loc[curve["day"] >= day, "n_at_risk"]
    return int(later.iloc[0]) if len(later) else 0
