"""A listing as a table: dates in ISO form, numbers short, nothing left out, all text escaped.

L16.2.1, L16.2.3, L16.2.5, L16.2.6.3 and L16.2.6.4: headings, and dates that stay on one line.
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from analysis.displays.labels import CODED, in_words
from analysis.displays.numbers import is_missing, rounded
from analysis.displays.table import Column, Row, Table


def _text(value: object, decimals: int) -> str:
    if is_missing(value) or value is pd.NaT:
        return ""
    if isinstance(value, pd.Timestamp):
        return value.strftime("%Y-%m-%d")
    if isinstance(value, float):
        return rounded(value, decimals)
    return str(value)


def _cell(name: str, value: object, decimals: int) -> str:
    """One cell; a code by its name, free text as it was reported."""
    text = _text(value, decimals)
    return in_words(text) if name in CODED or name == "EVIDENCE" else text


def listing_table(
    output_id: str, frame: pd.DataFrame, labels: dict[str, str], title: str = "", decimals: int = 1
) -> Table:
    """Rows of a listing as they come.

    Parameters
    ----------
    output_id : str
        SAP id.
    frame : DataFrame
        The listing; its columns are shown in the order of `labels`.
    labels : dict
        Column -> heading; the first column is the stub.
    title : str
    decimals : int
        Decimals of floating numbers.
    """
    stub, *others = labels
    columns = tuple(
        Column(labels[name], text=not pd.api.types.is_numeric_dtype(frame[name])) for name in others
    )
    rows = tuple(
        Row(_text(record[stub], 0), tuple(_cell(name, record[name], decimals) for name in others))
        for record in frame[list(labels)].to_dict("records")
    )
    if not rows:
        rows = (Row("None at this cut", ("",) * len(columns)),)
    return Table(output_id, labels[stub], columns, rows, title=title)


def listing_with_dates(output_id: str, frame: pd.DataFrame, labels: dict[str, str]) -> Table:
    """The listing as a table; a column of dates is not broken at its hyphens."""
    table = listing_table(output_id, frame, labels)
    _, *others = labels
    columns = tuple(
        replace(column, text=False) if pd.api.types.is_datetime64_any_dtype(frame[name]) else column
        for name, column in zip(others, table.columns, strict=True)
    )
    return replace(table, columns=columns)
