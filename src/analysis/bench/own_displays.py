"""Tables and figures of a user's own: shown in the style of the report, saved beside the notebooks.

They have no id of the plan and are part of no report. What is saved says of which cut it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.csv_writer import safe, write_csv
from analysis.displays.numbers import rounded
from analysis.displays.table import Column, Row, Table
from analysis.errors import ParameterError
from analysis.reporting.emission import show_figure, show_html, svg_text, table_html

if TYPE_CHECKING:
    import pandas as pd

#: Below the study folder; git takes nothing of it but the notebook to start with.
FOLDER = Path("notebooks") / "explore"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}")
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<style>body{{font-family:system-ui,sans-serif;margin:2em;color:#1b1b1b}}
table{{border-collapse:collapse}}caption{{text-align:left;font-weight:600;padding:.3em 0}}
thead th{{border-bottom:1px solid #5a5a5a}}th,td{{padding:.2em .6em}}</style></head>
<body><p>{said}</p>{body}</body></html>
"""


def as_table(frame: pd.DataFrame, title: str, notes: Sequence[str], decimals: int) -> Table:
    """A frame as a table of the report: its index, or its first column, is the stub.

    Parameters
    ----------
    frame : DataFrame
        One row per row of the table; levels of an index are joined.
    title : str
    notes : sequence of str
    decimals : int
        Of numbers that are not whole.
    """
    import pandas as pd

    if isinstance(frame.index, pd.RangeIndex) and frame.index.name is None and frame.shape[1] > 1:
        frame = frame.set_index(frame.columns[0])
    stub = " / ".join(str(name) for name in frame.index.names if name is not None)
    heads = [_joined(column) for column in frame.columns]
    columns = tuple(
        Column(head, text=not pd.api.types.is_numeric_dtype(frame.iloc[:, i]))
        for i, head in enumerate(heads)
    )
    rows = tuple(
        Row(_joined(label), tuple(_cell(value, decimals) for value in values))
        for label, values in zip(frame.index, frame.itertuples(index=False, name=None), strict=True)
    )
    return Table("", stub, columns, rows, tuple(notes), title=title)


def _joined(label: Any) -> str:
    return " / ".join(map(str, label)) if isinstance(label, tuple) else _cell(label, 2)


def _cell(value: Any, decimals: int) -> str:
    import pandas as pd

    if isinstance(value, pd.Timestamp) and value == value.normalize():
        return value.date().isoformat()
    if value is None or value is pd.NA or value is pd.NaT or value != value:
        return ""
    if isinstance(value, float):
        return rounded(value, decimals) if not value.is_integer() else f"{value:.0f}"
    return str(value)


def display_of(shown: Any, title: str, notes: Sequence[str], decimals: int) -> Any:
    """What can be shown: a table, or something with a drawing.

    Raises
    ------
    ParameterError
        If it is neither a frame, a table, nor a drawing.
    """
    import pandas as pd

    if isinstance(shown, pd.Series):
        shown = shown.to_frame()
    if isinstance(shown, pd.DataFrame):
        return as_table(shown, title, notes, decimals)
    if hasattr(shown, "html") or drawing_of(shown) is not None:
        return shown
    raise ParameterError(
        f"cannot show a {type(shown).__name__}; give the rows of an output, a frame, a table, or a "
        "figure (of matplotlib or seaborn)"
    )


def drawing_of(shown: Any) -> Any:
    """The matplotlib figure of what a user drew: a figure, an axes, or a grid of seaborn."""
    if hasattr(shown, "savefig") and hasattr(shown, "get_axes"):
        return shown
    figure = getattr(shown, "figure", None)
    return figure if hasattr(figure, "savefig") else None


def show(shown: Any, title: str) -> None:
    """Show a table or a drawing in the notebook."""
    if hasattr(shown, "html"):
        html = shown._repr_html_() if hasattr(shown, "_repr_html_") else shown.html
        show_html(table_html("", 1, html) if not hasattr(shown, "_repr_html_") else html)
        return
    drawing = drawing_of(shown)
    if title:
        show_html(f"<p><strong>{escape(title)}</strong></p>")
    alt = str(getattr(shown, "alt", "") or title or "a figure of one's own")
    show_figure(drawing, svg_text(drawing, alt), alt)


def save(shown: Any, name: str, folder: Path, said: str, title: str) -> list[Path]:
    """Write a table as HTML and CSV, a drawing as SVG; nothing else is touched.

    Parameters
    ----------
    shown : Any
        What `display_of` gave.
    name : str
        Of the files, without suffix: letters, digits, ``_`` and ``-``.
    folder : Path
    said : str
        Of which cut it is, under which rules.
    title : str

    Raises
    ------
    ParameterError
        If the name is no name of a file.
    """
    if not _NAME.fullmatch(name):
        raise ParameterError(f"'{name}' is no name: letters, digits, _ and -, at most 80 of them")
    folder.mkdir(parents=True, exist_ok=True)
    if hasattr(shown, "html"):
        page = _PAGE.format(title=escape(title or name), said=escape(said), body=shown.html)
        (folder / f"{name}.html").write_text(page, encoding="utf-8", newline="\n")
        write_csv(safe(shown.frame), folder / f"{name}.csv")
        return [folder / f"{name}.html", folder / f"{name}.csv"]
    drawing = drawing_of(shown)
    _sign(drawing, said)
    text = svg_text(drawing, name)
    (folder / f"{name}.svg").write_text(text, encoding="utf-8", newline="\n")
    written = [folder / f"{name}.svg"]
    if (data := getattr(shown, "data", None)) is not None and hasattr(data, "to_csv"):
        write_csv(safe(data), folder / f"{name}.csv")
        written.append(folder / f"{name}.csv")
    return written


def _sign(drawing: Any, said: str) -> None:
    """Say below the drawing of which cut it is, once, unless a text of the user stands there."""
    if drawing.get_supxlabel() in ("", said):
        drawing.supxlabel(said, x=0.01, ha="left", size=7, color="#5a5a5a")
