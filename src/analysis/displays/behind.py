"""Which rows of the estimates stand behind each cell of a table.

Numbers are put into words cell by cell, in order, and remember their row (`numbers.remembering`). A
cell takes, one after the other, the words that stand in it; where its column is that of a group or
of a visit, only numbers of that group or visit. What fits nowhere (of a note, a check) is passed
over, so that a cell may know nothing, and never another's number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Protocol

from analysis.displays.numbers import Said
from analysis.tabulation.groups import GROUP_LABELS

_GROUPS = {label: group for group, label in GROUP_LABELS.items()}


class _Column(Protocol):
    @property
    def label(self) -> str: ...
    @property
    def span(self) -> str: ...


class _Row(Protocol):
    @property
    def cells(self) -> tuple[str, ...]: ...
    @property
    def said(self) -> tuple[Said, ...]: ...


def rows_behind(
    columns: Iterable[_Column], rows: Iterable[_Row]
) -> tuple[tuple[tuple[int, ...], ...], ...]:
    """Rows of the estimates behind each cell, for each row of a table.

    Parameters
    ----------
    columns : iterable of Column
    rows : iterable of Row
        With what was said for them.
    """
    heads = [{column.label, column.span} for column in columns]
    waiting: list[Said] = []
    found = []
    for row in rows:
        waiting = [*waiting, *row.said]
        cells, taken = [], 0
        for cell, head in zip(row.cells, heads, strict=False):
            mine, taken = _of_cell(cell, head, waiting, taken)
            cells.append(mine)
        used, waiting = waiting[:taken], waiting[taken:]
        found.append(_agreeing(cells, heads, used))
    return tuple(found)


def _agreeing(
    cells: list[tuple[int, ...]], heads: list[set[str]], used: list[Said]
) -> tuple[tuple[int, ...], ...]:
    """The cells of a row, without those that speak of something else than its other groups do.

    All groups of a row are told of one thing; a cell that took a number of another thing, whose
    words happen to be the same, rather knows nothing.
    """
    what = {said.row: said.what for said in used}
    kinds = [
        frozenset(what[row] for row in cell) if cell and any(t in _GROUPS for t in head) else None
        for cell, head in zip(cells, heads, strict=False)
    ]
    told = Counter(kind for kind in kinds if kind is not None)
    if len(told) < 2:
        return tuple(cells)
    usual = told.most_common(1)[0][0]
    return tuple(
        cell if kind is None or kind == usual else ()
        for cell, kind in zip(cells, kinds, strict=True)
    )


def _of_cell(
    cell: str, head: set[str], waiting: list[Said], taken: int
) -> tuple[tuple[int, ...], int]:
    """The rows whose words stand in a cell, and how far the words are used up."""
    mine: list[int] = []
    rest = cell
    for place in range(taken, len(waiting)):
        said = waiting[place]
        if said.text and said.text in rest and _belongs(said, head):
            mine.append(said.row)
            rest = rest[rest.index(said.text) + len(said.text) :]
            taken = place + 1
        elif mine:
            break
    return tuple(dict.fromkeys(mine)), taken


def _belongs(said: Said, head: set[str]) -> bool:
    """Whether a number may stand below a head: of its group or visit, where the head names one."""
    groups = {_GROUPS[text] for text in head if text in _GROUPS}
    if groups and said.group not in groups:
        return False
    if said.visit and said.visit in head:
        return True
    return not any(text.startswith(_VISITS) for text in head) or said.visit in head


_VISITS = ("Baseline", "Week ", "Month ")
