"""What every display of a curve says alike: rates with few at risk, missing limits, flat medians.

One rule for all of them: a rate at a landmark with fewer at risk than curves are drawn for carries
a mark; where there is no interval the exact one-sided limit has a line of its own; a median on a
flat to the end has a note.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pandas as pd

from analysis.displays.lookup import Numbers
from analysis.displays.numbers import interval, is_missing, percent, with_interval
from analysis.displays.table import Row
from analysis.estimates.confidence_level import level_in_words
from analysis.params import Rules
from analysis.tabulation.estimable import ESTIMATE, EXACT, MIDDLE, least_at_risk, one_sided_level
from analysis.tabulation.groups import GROUP_LABELS

FEW = "‡"
_STATS = {"median": "the value", "ci_low": "the lower limit", "ci_high": "the upper limit"}


def mark(at_risk: float, rules: Rules) -> str:
    """The mark of a rate with so few at risk that the curve is not drawn any more."""
    return FEW if at_risk < least_at_risk(rules) else ""


def rate_cell(estimates: Numbers, rules: Rules, analysis_id: str, **place: str) -> str:
    """A rate in percent with its limits, marked where few are at risk."""
    decimals = rules.display.percent_decimals
    values = tuple(estimates.get(stat, analysis_id, **place) for stat in ESTIMATE)
    text = with_interval(values, lambda value: percent(value, decimals))
    if is_missing(values[0]):
        return text
    return text + mark(estimates.get("n_at_risk", analysis_id, **place), rules)


def rate_and_limits(
    estimates: Numbers, rules: Rules, analysis_id: str, **place: str
) -> tuple[str, str]:
    """The same as two cells: the rate with its mark, and the limits."""
    decimals = rules.display.percent_decimals
    estimate, low, high = (estimates.get(stat, analysis_id, **place) for stat in ESTIMATE)
    few = mark(estimates.get("n_at_risk", analysis_id, **place), rules)
    shown = percent(estimate, decimals) + ("" if is_missing(estimate) else few)
    return shown, interval(low, high, decimals, scale=100)


def exact_cell(estimates: Numbers, rules: Rules, analysis_id: str, **place: str) -> str:
    """The exact one-sided limit beside a rate without an interval; empty where it has one."""
    for stat, sign in (("ci_low", "≥"), ("ci_high", "≤")):
        if estimates.has(stat, f"{analysis_id}{EXACT}", **place):
            limit = estimates.get(stat, f"{analysis_id}{EXACT}", **place)
            return f"{sign} {percent(limit, rules.display.percent_decimals)}"
    return ""


def exact_label(rules: Rules) -> str:
    """Name of the line of exact limits, with its level."""
    return f"exact one-sided {level_in_words(one_sided_level(rules))} limit"


def exact_row(rules: Rules, cells: Iterable[str], indent: int) -> list[Row]:
    """The line of exact limits; none where no column needs one."""
    shown = tuple(cells)
    return [Row(exact_label(rules), shown, indent=indent)] if any(shown) else []


def limit_notes(rules: Rules, body: Iterable[Row]) -> list[str]:
    """What a reader must know about the missing limits, exact limits and marks of a table."""
    rows = list(body)
    notes = [
        "NE: not estimable. A rate has no limits where nobody, or everybody, has had the event: "
        "the method has none there."
    ]
    if any(row.label == exact_label(rules) for row in rows):
        notes.append(
            f"{exact_label(rules).capitalize()}: from those still at risk, none of whom has had "
            "the event."
        )
    if any(FEW in cell for row in rows for cell in row.cells):
        notes.append(
            f"{FEW}: fewer than {least_at_risk(rules)} still at risk; curves are not drawn there."
        )
    return notes


def flat_notes(
    estimates: Numbers, shown: Callable[[float], str], unit: str = ""
) -> tuple[str, ...]:
    """One note per quantile that lies on a flat to the end of its curve: R's value.

    Parameters
    ----------
    shown : callable
        How the table prints such a number.
    unit : str
        Of the printed number, like " months".
    """
    frame = estimates.frame[estimates.frame["analysis_id"].str.endswith(MIDDLE)]
    notes = []
    for row in frame.to_dict("records"):
        where = [row["parameter"], row["category"], row["visit"]]
        if row["group"]:
            where.append(GROUP_LABELS.get(row["group"], row["group"]))
        name = ", ".join(filter(None, [row["analysis_id"].removesuffix(MIDDLE), *where]))
        notes.append(
            f"{name}: the curve is flat at this height to its end, and {_STATS[row['stat_name']]} "
            f"printed is the first time there; R's middle of the flat is {shown(row['stat'])}"
            f"{unit}."
        )
    return tuple(notes)


def until_few(curve: pd.DataFrame, least: int) -> pd.DataFrame:
    """The curve up to the day from which fewer than `least` are at risk, held flat to that day."""
    enough = curve["n_at_risk"] >= least
    kept, rest = curve[enough], curve[~enough]
    if kept.empty or rest.empty:
        return kept
    return pd.concat([kept, kept.tail(1).assign(day=rest["day"].iloc[0])], ignore_index=True)
