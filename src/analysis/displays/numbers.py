"""How a number looks: the one place of rounding in the project, and of what a missing one says.

Half-up, in decimals, on 12 significant digits: 12.25 is shown as 12.3 with one decimal, as tables
and readers expect (binary floats and Python's formatting would give 12.2). A missing number is
shown as the text of its own row; a display has no text for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pandas as pd

from analysis.estimates.confidence_level import level_in_words
from analysis.params import Rules

DASH = "–"


class Number(float):
    """A number of a row of estimates, which knows what its row prints where it is missing."""

    text: str
    place: tuple | None  # in the estimates: row, group, visit, analysis, parameter, category

    def __new__(cls, value: float | None, text: str = "", place: tuple | None = None) -> Number:
        """Make a number; None is a missing one."""
        number = super().__new__(cls, np.nan if value is None else value)
        number.text, number.place = text, place
        return number

    def __truediv__(self, other: float) -> Number:
        """Another unit; a missing number stays the missing number it is."""
        return Number(float(self) / other, self.text, self.place)


@dataclass(frozen=True)
class Said:
    """A number that was put into words: its row of the estimates, whose and what it is."""

    row: int
    group: str
    visit: str
    what: tuple[str, ...]
    text: str


#: What was said since the last row of a table; None where nobody wants to know.
_SAID: ContextVar[list[Said] | None] = ContextVar("said", default=None)


@contextmanager
def remembering() -> Iterator[None]:
    """Remember which numbers are put into words, so that a cell of a table knows its own."""
    token = _SAID.set([])
    try:
        yield
    finally:
        _SAID.reset(token)


def _said(value: object, text: str) -> str:
    """Remember a number that was put into words."""
    said = _SAID.get()
    if said is not None and isinstance(value, Number) and value.place is not None:
        row, group, visit, *what = value.place
        said.append(Said(row, group, visit, tuple(what), text))
    return text


def said_since() -> tuple[Said, ...]:
    """What was said since this was asked last."""
    said = _SAID.get()
    if not said:
        return ()
    found = tuple(said)
    said.clear()
    return found


def is_missing(value: object) -> bool:
    """Whether a statistic is missing."""
    return value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value))


def missing_text(value: object) -> str:
    """What is printed for a missing number: the ``stat_text`` of its row, and nothing else.

    Raises
    ------
    ValueError
        If the number came without its row: a display never invents what is missing.
    """
    text = getattr(value, "text", "")
    if not text:
        raise ValueError("a missing number without the text of its row cannot be printed")
    return text


def rounded(value: float | None, decimals: int) -> str:
    """Half-up rounded text; the text of its row where there is no number."""
    if is_missing(value):
        return _said(value, missing_text(value))
    exact = Decimal(f"{float(value or 0):.12g}")
    step = Decimal(1).scaleb(-decimals)
    result = exact.quantize(step, rounding=ROUND_HALF_UP)
    if result.is_zero():
        result = abs(result)
    return _said(value, f"{result:f}".replace("-", "−"))


def percent(proportion: float | None, decimals: int = 1) -> str:
    """A proportion (0..1) as a percentage without the sign."""
    if is_missing(proportion):
        return _said(proportion, missing_text(proportion))
    exact = float(Decimal(f"{float(proportion or 0):.12g}") * 100)
    return _said(proportion, rounded(exact, decimals))


def interval(low: float | None, high: float | None, decimals: int = 1, scale: int = 1) -> str:
    """Limits in brackets: ``(12.3, 45.6)``; of a limit that does not exist what its row says."""
    shown = percent if scale == 100 else rounded
    return f"({shown(low, decimals)}, {shown(high, decimals)})"


def with_interval(values: tuple, shown: Callable[[float], str]) -> str:
    """``value (low, high)``; said once where all three are missing for the same reason."""
    texts = [shown(value) for value in values]
    if all(map(is_missing, values)) and len(set(texts)) == 1:
        return texts[0]
    return f"{texts[0]} ({texts[1]}, {texts[2]})"


def confidence(rules: Rules) -> str:
    """The confidence level of the plan in words, like ``95%``."""
    return level_in_words(rules.estimation.conf_level)


def count(value: float | None) -> str:
    """A whole number; a dash where there is nothing to count."""
    if is_missing(value):
        return _said(value, getattr(value, "text", "") or DASH)
    return _said(value, f"{round(value or 0):d}")


def months(days: float, month_days: float, decimals: int = 1) -> str:
    """Days as months, for display only."""
    if is_missing(days):
        return _said(days, missing_text(days))
    return _said(days, rounded(float(days) / month_days, decimals))
