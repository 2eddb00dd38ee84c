"""A sentence with places for numbers, filled from rows of the estimates; it has no other number.

A place names a statistic of the sentence's cell and how it is said: ``{n}``, ``{N}``,
``{estimate:percent}``, ``{median:months}``, ``{ci:percent}``, ``{ci:months}``. Where a number is
missing its row says what is printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from analysis.displays.numbers import Number, count, interval, months, percent
from analysis.estimates.rows import KEY
from analysis.params import Rules

_PLACE = re.compile(r"\{([A-Za-z_]+)(?::([a-z]+))?\}")
_LIMITS = {"ci": ("ci_low", "ci_high")}


@dataclass(frozen=True)
class Cell:
    """The cell of an output that a sentence speaks of."""

    output: str
    analysis_id: str
    group: str = ""
    visit: str = ""
    parameter: str = ""
    category: str = ""


@dataclass(frozen=True)
class Sentence:
    """What is said of one cell.

    Attributes
    ----------
    cell : Cell
    text : str
        With places for numbers and no number of its own.
    """

    cell: Cell
    text: str


@dataclass(frozen=True)
class Owned:
    """A number in a sentence and the row it comes from."""

    shown: str
    key: tuple[str, ...]
    value: str


@dataclass(frozen=True)
class Filled:
    """A sentence with its numbers."""

    text: str
    output: str
    numbers: tuple[Owned, ...] = field(default=())


class Numbers:
    """Rows of the estimates of a cut, by their keys.

    Parameters
    ----------
    estimates : DataFrame
        As in ``estimates.csv``, every cell as text.
    rules : Rules
        ``estimation.month_days``.
    """

    def __init__(self, estimates: pd.DataFrame, rules: Rules) -> None:
        keys = estimates[list(KEY)].itertuples(index=False, name=None)
        values = estimates[["stat", "stat_text"]].itertuples(index=False, name=None)
        self._rows: Mapping[tuple[str, ...], tuple[str, str]] = dict(zip(keys, values, strict=True))
        self._month = float(rules.estimation.month_days)

    def visits(self, cell: Cell) -> list[str]:
        """Visits at which there is such a cell, in the order in which they come."""
        found = {
            key[3]
            for key in self._rows
            if (key[0], key[1], key[2], key[4], key[5])
            == (cell.output, cell.analysis_id, cell.group, cell.parameter, cell.category)
        }
        return sorted(found)

    def fill(self, sentence: Sentence) -> Filled | None:
        """The sentence with its numbers; None where the cut has no such cell."""
        owned: list[Owned] = []

        def said(found: re.Match[str]) -> str:
            name, how = found.group(1), found.group(2) or ""
            names = _LIMITS.get(name, (name,))
            keys = [self._key(sentence.cell, stat) for stat in names]
            numbers = [self._number(key) for key in keys]
            shown = self._in_words(numbers, how)
            owned.extend(
                Owned(shown, key, self._rows[key][0] or self._rows[key][1]) for key in keys
            )
            return shown

        try:
            text = _PLACE.sub(said, sentence.text)
        except KeyError:
            return None
        return Filled(text, sentence.cell.output, tuple(owned))

    def _key(self, cell: Cell, stat: str) -> tuple[str, ...]:
        return (
            cell.output, cell.analysis_id, cell.group, cell.visit, cell.parameter, cell.category,
            stat,
        )  # fmt: skip

    def _number(self, key: tuple[str, ...]) -> Number:
        stat, text = self._rows[key]
        return Number(float(stat) if stat else None, text)

    def _in_words(self, numbers: list[Number], how: str) -> str:
        if len(numbers) == 2:
            if how == "percent":
                return interval(numbers[0], numbers[1], 1, 100)
            return f"({self._in_words(numbers[:1], how)}, {self._in_words(numbers[1:], how)})"
        [number] = numbers
        if how == "percent":
            return percent(number)
        return months(number, self._month) if how == "months" else count(number)


def all_of(sentences: Iterable[Sentence], numbers: Numbers) -> list[Filled]:
    """Those sentences of which the cut has the cell."""
    return [filled for s in sentences if (filled := numbers.fill(s)) is not None]
