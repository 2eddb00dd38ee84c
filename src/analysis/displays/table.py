"""The one model of a table: headed columns, grouped rows, notes; as HTML or as a frame.

Cells are text in which nothing is hidden: a character that cannot be seen stands as its code.
Everything is escaped on the way to HTML; on the way to a spreadsheet a cell that would be read as a
formula is neutralised.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

import pandas as pd
from jinja2 import Environment

from analysis.characters import visible
from analysis.csv_writer import neutralise
from analysis.displays.behind import rows_behind
from analysis.displays.numbers import Said, said_since

_TEMPLATE = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(
    """\
<table class="output">
{% if table.title %}
<caption>{{ table.title }}</caption>
{% endif %}
<thead>
{% if spans %}
<tr>
<td></td>
{% for text, width in spans %}
{% if text %}
<th scope="colgroup" colspan="{{ width }}" class="span">{{ text }}</th>
{% else %}
<td colspan="{{ width }}"></td>
{% endif %}
{% endfor %}
</tr>
{% endif %}
<tr>
{% if table.stub %}<th scope="col">{{ table.stub }}</th>{% else %}<td></td>{% endif %}

{% for column in table.columns %}
<th scope="col"{% if column.text %} class="text"{% endif %}>{{ column.label }}\
{% if column.sub %}<br><span class="sub">{{ column.sub }}</span>{% endif %}</th>
{% endfor %}
</tr>
</thead>
{% for body in bodies %}
<tbody>
{% for row, behind in body %}
<tr{% if row.heading %} class="heading"{% elif row.strong %} class="strong"{% endif %}>
<th scope="{{ 'rowgroup' if row.heading else 'row' }}" class="indent-{{ row.indent }}">\
{{ row.label }}</th>
{% for cell in row.cells %}
<td{% if table.columns[loop.index0].text %} class="text"{% endif %}\
{% if behind and behind[loop.index0] %} data-n="{{ behind[loop.index0]|join(' ') }}"{% endif %}\
>{{ cell }}</td>
{% endfor %}
</tr>
{% endfor %}
</tbody>
{% endfor %}
</table>
{% if table.notes %}
<ul class="notes">
{% for note in table.notes %}
<li>{{ note }}</li>
{% endfor %}
</ul>
{% endif %}
"""
)


def _visible(part: Any) -> None:
    """Show what is hidden in the texts of a part of a table."""
    for attribute in fields(part):
        value = getattr(part, attribute.name)
        seen: Any
        if isinstance(value, tuple):
            seen = tuple(visible(text) if isinstance(text, str) else text for text in value)
        else:
            seen = visible(value) if isinstance(value, str) else value
        object.__setattr__(part, attribute.name, seen)


@dataclass(frozen=True)
class Column:
    """One column: its label, a second line (N=...), a spanning head, and whether it holds text."""

    label: str
    sub: str = ""
    span: str = ""
    text: bool = False

    def __post_init__(self) -> None:
        """Show what is hidden in the texts."""
        _visible(self)


@dataclass(frozen=True)
class Row:
    """One row: label, cells in the order of the columns, indentation, heading or emphasis."""

    label: str
    cells: tuple[str, ...] = ()
    indent: int = 0
    heading: bool = False
    strong: bool = False
    #: Numbers that were put into words for this row, or for one that comes later.
    said: tuple[Said, ...] = field(default=(), repr=False, compare=False)

    def __post_init__(self) -> None:
        """Show what is hidden in the texts; note which numbers were put into words."""
        if not self.said:
            object.__setattr__(self, "said", said_since())
        _visible(self)


@dataclass(frozen=True)
class Table:
    """A table ready to be shown.

    Attributes
    ----------
    output_id : str
        SAP id.
    stub : str
        Label of the first column.
    columns : tuple of Column
    rows : tuple of Row
        A heading starts a new body.
    notes : tuple of str
        What the reader must know below the table, beyond the footnotes of the plan.
    title : str
        What this table shows among several of its output, whose own title stands above it.
    """

    output_id: str
    stub: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    title: str = ""
    #: Rows of the estimates behind each cell, row by row, where the numbers said so.
    behind: tuple[tuple[tuple[int, ...], ...], ...] = field(default=(), repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse a row in which a cell is missing: what follows would stand in a wrong column."""
        _visible(self)
        if len(self.behind) != len(self.rows):
            object.__setattr__(self, "behind", rows_behind(self.columns, self.rows))
        for row in self.rows:
            if row.cells and len(row.cells) != len(self.columns):
                raise ValueError(
                    f"{self.output_id}: {len(row.cells)} cells in the row {row.label!r} of "
                    f"{len(self.columns)} columns"
                )

    @property
    def html(self) -> str:
        """The table as an HTML fragment, all text escaped."""
        return _TEMPLATE.render(table=self, bodies=self._bodies(), spans=self._spans())

    def _repr_html_(self) -> str:
        """Return the table as a notebook shows it, which has no style sheet of the report."""
        indents = "".join(
            f"table.output th.indent-{level}{{padding-left:{1.2 * level + 0.4}em}}"
            for level in sorted({row.indent for row in self.rows})
        )
        base = (
            "table.output th,table.output td.text{text-align:left}table.output td{text-align:right}"
        )
        return f"<style>{base}{indents}</style>{self.html}"

    @property
    def frame(self) -> pd.DataFrame:
        """The table as text cells, safe to open in a spreadsheet."""
        heads = [" ".join(filter(None, (c.span, c.label, c.sub))) for c in self.columns]
        body = [
            [("  " * row.indent) + row.label, *row.cells] + [""] * (len(heads) - len(row.cells))
            for row in self.rows
        ]
        return pd.DataFrame(
            [[neutralise(cell) for cell in line] for line in body],
            columns=[neutralise(head) for head in (self.stub, *heads)],
            dtype=object,
        )

    def _bodies(self) -> list[list[tuple[Row, tuple[tuple[int, ...], ...]]]]:
        bodies: list[list[tuple[Row, tuple[tuple[int, ...], ...]]]] = [[]]
        blank = ("",) * len(self.columns)
        for row, behind in zip(self.rows, self.behind, strict=True):
            if row.heading and bodies[-1]:
                bodies.append([])
            filled = row if row.cells else Row(row.label, blank, row.indent, row.heading)
            bodies[-1].append((filled, behind))
        return bodies

    def _spans(self) -> list[tuple[str, int]]:
        if not any(column.span for column in self.columns):
            return []
        spans: list[tuple[str, int]] = []
        for column in self.columns:
            if spans and spans[-1][0] == column.span and column.span:
                spans[-1] = (column.span, spans[-1][1] + 1)
            else:
                spans.append((column.span, 1))
        return spans
