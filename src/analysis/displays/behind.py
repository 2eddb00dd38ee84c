"""Which rows of the estimates stand behind each cell of a table.

Numbers are put into words cell by cell, in order, and remember their row (`numbers.remembering`). A
cell takes, one after the other, the words that stand in it; where its column is that of a group or
of a visit, only numbers of that group or visit. What fits nowhere (of a note, a check) is passed
over, so that a cell may know nothing, and never another's number.
"""

from __future__ import annotations

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
        waiting = waiting[taken:]
        found.append(tuple(cells))
    return tuple(found)


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
