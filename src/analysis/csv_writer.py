"""Every CSV file that the project writes: its reader sees the rows and cells that were written.

A reader ends a row at a carriage return as well as at a line feed, so a cell with either is quoted
(the standard library quotes for the ends it writes itself, and no others). Rows end in LF. A cell
that a spreadsheet would take for a formula gets a leading apostrophe, and a character that cannot
be seen is written as its code.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import IO

import pandas as pd

from analysis.characters import visible

_PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class LineFeeds:
    """A text file whose rows come with CR LF, so that cells with either are quoted, and end in LF.

    The writers of the standard library hand over one whole row at a time.
    """

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def write(self, row: str) -> int:
        """Write one row."""
        return self._file.write(row.removesuffix("\r\n") + "\n")


def neutralise(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet would take for a formula.

    That is text whose first character, blanks aside, is one of ``= + - @``, their full-width
    forms, a tab or a line end. Plain numbers such as -3.5 are left as they are.
    """
    start = text.lstrip(" \u00a0")
    if start.startswith(_FORMULA_STARTS) and not _PLAIN_NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def shown_in_a_cell(text: str) -> str:
    """Text as it stands in a CSV file of ours: nothing hidden in it, and never a formula."""
    return neutralise(visible(text))


def safe(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with all its texts as they stand in a CSV file of ours."""
    text = frame.copy()
    for name in text.select_dtypes("object"):
        text[name] = [shown_in_a_cell(v) if isinstance(v, str) else v for v in text[name]]
    return text


def write_rows(frame: pd.DataFrame, file: IO[str]) -> None:
    """Write a frame with its header to an open text file (opened with ``newline=""``)."""
    frame.to_csv(LineFeeds(file), index=False, lineterminator="\r\n")  # type: ignore[call-overload]


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a frame as CSV: UTF-8, LF, cells as they are."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        write_rows(frame, file)
