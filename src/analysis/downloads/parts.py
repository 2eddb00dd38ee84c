"""What is taken away of one output: number, title, what was counted, tables, notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.displays.table import Table


@dataclass(frozen=True)
class Sheet:
    """The tables of one output with the words around them.

    Attributes
    ----------
    number : str
        As one says it, like ``Table 14.2.1.1``.
    title : str
    definition : tuple of (str, str)
        Terms above the tables, such as the analysis set.
    tables : tuple of Table
    notes : tuple of str
        Footnotes of the plan.
    foot : str
        Of which cut it is: at the foot of every page.
    """

    number: str
    title: str
    definition: tuple[tuple[str, str], ...]
    tables: tuple[Table, ...]
    notes: tuple[str, ...]
    foot: str

    @property
    def wide(self) -> bool:
        """Whether a page must lie on its side to hold the widest table."""
        return any(len(table.columns) > WIDE for table in self.tables)


#: Columns beside the stub that a page of A4 holds upright.
WIDE = 6


@dataclass(frozen=True)
class Line:
    """One row of a table as a document has it: texts, emphasis, indentation of the first."""

    texts: tuple[str, ...]
    indent: int = 0
    strong: bool = False
    heading: bool = False


def head_lines(table: Table) -> list[Line]:
    """The rows that are repeated on every page: spanning heads, then labels with their N."""
    lines = []
    if any(column.span for column in table.columns):
        lines.append(Line(("", *_once([c.span for c in table.columns])), strong=True))
    labels = [f"{c.label}\n{c.sub}" if c.sub else c.label for c in table.columns]
    return [*lines, Line((table.stub, *labels), strong=True)]


def _once(spans: Sequence[str]) -> list[str]:
    """Each spanning head over its first column only."""
    return [text if i == 0 or spans[i - 1] != text else "" for i, text in enumerate(spans)]


def body_lines(table: Table) -> list[Line]:
    """The rows below."""
    width = len(table.columns)
    return [
        Line((row.label, *(row.cells or ("",) * width)), row.indent, row.strong, row.heading)
        for row in table.rows
    ]


def is_text(table: Table, column: int) -> bool:
    """Whether a column, counted with the stub, holds text and is set to the left."""
    return column == 0 or table.columns[column - 1].text
