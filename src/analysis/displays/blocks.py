"""A table too wide for its page as blocks of columns, one below the other.

No summary table stands in a box that scrolls: a column out of sight is a column nobody reads.
Columns below one head stay together where they fit. What is taken away (Word, CSV) is not divided.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from analysis.displays.table import Column, Row, Table

#: Width of the text beside the contents on a page of 1,400 px, in px.
PAGE = 1035
_LETTER = 8.6  # px of the widest of the fonts that a page may be read in
_PADDING = 22
_STUB, _LAST_TEXT, _TEXT = 300, 204, 94  # px that the names of rows, and texts, need at least


def widths(table: Table) -> list[float]:
    """Width of each column as a browser will set it at least; numbers are not broken."""
    found = []
    for number, column in enumerate(table.columns):
        words = f"{column.label} {column.sub}".split()
        letters = max(map(len, words), default=0)
        if column.text:
            last = number == len(table.columns) - 1
            least: float = _LAST_TEXT if last else _TEXT
        else:
            letters = max([letters, *(len(r.cells[number]) for r in table.rows if r.cells)])
            least = 0
        found.append(max(letters * _LETTER, least) + _PADDING)
    return found


def _stub_width(table: Table) -> float:
    letters = max((len(row.label) + 2 * row.indent for row in table.rows), default=0)
    return min(letters * _LETTER, _STUB) + _PADDING


def blocks(table: Table, page: float = PAGE) -> list[Table]:
    """The table, or blocks of its columns that fit a page.

    Parameters
    ----------
    table : Table
    page : float
        Width in px.

    Returns
    -------
    list of Table
        The notes stand below the last.
    """
    wide, room = widths(table), page - _stub_width(table)
    if sum(wide) <= room or len(table.columns) < 2:
        return [table]
    parts = _balanced(_groups(table.columns), wide, room)
    if len(parts) == 1:
        return [table]
    made = [_of_columns(table, part) for part in parts]
    return [*(replace(block, notes=()) for block in made[:-1]), made[-1]]


def _groups(columns: tuple[Column, ...]) -> list[list[int]]:
    """Columns that stand below one head; each other column by itself."""
    groups: list[list[int]] = []
    for number, column in enumerate(columns):
        if groups and column.span and columns[groups[-1][-1]].span == column.span:
            groups[-1].append(number)
        else:
            groups.append([number])
    return groups


def _balanced(groups: list[list[int]], wide: list[float], room: float) -> list[list[int]]:
    """Groups put together from left to right while they fit; one too wide is divided."""
    pieces: list[list[int]] = []
    for group in groups:
        if sum(wide[n] for n in group) <= room:
            pieces.append(group)
        else:
            pieces += [[n] for n in group]
    parts: list[list[int]] = []
    for piece in pieces:
        if parts and sum(wide[n] for n in parts[-1] + piece) <= room:
            parts[-1] = parts[-1] + piece
        else:
            parts.append(list(piece))
    return parts


def _of_columns(table: Table, chosen: Iterable[int]) -> Table:
    picked = list(chosen)
    rows = tuple(_row_of(row, picked) for row in table.rows)
    behind = tuple(tuple(cells[n] for n in picked) if cells else () for cells in table.behind)
    first, last = picked[0] + 1, picked[-1] + 1
    which = f"columns {first} to {last}" if last > first else f"column {first}"
    title = f"{table.title} ({which} of {len(table.columns)})".strip()
    columns = tuple(table.columns[n] for n in picked)
    return replace(table, columns=columns, rows=rows, title=title, behind=behind)


def _row_of(row: Row, picked: list[int]) -> Row:
    return replace(row, cells=tuple(row.cells[n] for n in picked)) if row.cells else row
