"""Numbers as they are written: 12 significant digits, text with nothing hidden in it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

import pandas as pd

from analysis.csv_writer import shown_in_a_cell
from analysis.errors import RegistryError

NUMERIC = ("row", "stat", "n_subjects", "time")
SIGNIFICANT_DIGITS = 12


def format_number(value: object) -> str:
    """Return a number with 12 significant digits; nothing for a missing one.

    Raises
    ------
    RegistryError
        For an infinite number, which no table can show.
    """
    if value is None or value is pd.NA:
        return ""
    number = float(value)  # type: ignore[arg-type]
    if math.isnan(number):
        return ""
    if math.isinf(number):
        raise RegistryError("an estimate is infinite; a limit that does not exist is missing")
    text = f"{number:.{SIGNIFICANT_DIGITS}g}"
    return "0" if text == "-0" else text


def format_text(value: object) -> str:
    """Return one cell of text, nothing hidden in it; nothing for a missing one."""
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return shown_in_a_cell(str(value))


def as_text(frame: pd.DataFrame, numeric: Iterable[str]) -> pd.DataFrame:
    """Return the frame as it will be written: every cell a string.

    Each value of a column is formatted once: of the forty thousand rows of a report most repeat.
    """
    numbers = set(numeric)
    return pd.DataFrame(
        {
            column: _formatted(frame[column], format_number if column in numbers else format_text)
            for column in frame.columns
        },
        columns=frame.columns,
        dtype="object",
    )


def _formatted(values: pd.Series, written: Callable[[object], str]) -> list[str]:
    known: dict[object, str] = {}
    texts = []
    for value in values:
        key = (type(value), value)  # True is not 1, nor 1 the text "1"
        if key not in known:
            known[key] = written(value)
        texts.append(known[key])
    return texts
