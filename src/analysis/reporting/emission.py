"""What one emit shows and, run by the runner, writes: estimates, members, figures.

Displays are told apart by what they have: a figure has ``figure``, ``alt`` and ``data``; a table
has ``html``; a sentence is text.
"""

from __future__ import annotations

import io
import re
import sys
import warnings
from collections.abc import Callable
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.characters import visible
from analysis.csv_writer import safe, write_csv
from analysis.displays.blocks import blocks
from analysis.displays.table import Table
from analysis.errors import RegistryError
from analysis.outputs.catalogue import MODULE_OF
from analysis.reporting.definitions import footnotes_html, spoken_id
from analysis.reporting.parts import write_estimates, write_figure_data, write_members
from analysis.sap import Output

if TYPE_CHECKING:
    from analysis.downloads.parts import Sheet

EMITTED = "emitted.txt"
_KINDS = {"docx": "Word", "rtf": "RTF", "csv": "CSV", "svg": "SVG", "pdf": "PDF", "png": "PNG"}
DOWNLOADS = "downloads"
#: Fonts as wide as the one that a figure is measured with, where that is not installed.
_FONTS = "'DejaVu Sans', Verdana, Geneva, sans-serif"
_LISTED_BELOW = ("DQ.1", "CUT.2", "CUT.3", "CUT.4")  # their first table is a summary
LISTINGS = "listings"
ROWS_OF_A_PAGE = 60  # of a listing; the others stand on pages of their own
_DATE_CELL = re.compile(r'<td class="text">(\d{4}(?:-\d\d){0,2})</td>')  # must not be broken


def svg_text(figure: Any, salt: str) -> str:
    """Return a matplotlib figure as SVG that is the same whenever the figure is.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The figure.
    salt : str
        Makes the ids inside differ between figures of one page.

    Returns
    -------
    str
        SVG without date, program name or machine-made ids.
    """
    import matplotlib as mpl

    stream = io.StringIO()
    shapes: Any = {"svg.hashsalt": salt, "svg.fonttype": "none"}  # text that can be searched
    with mpl.rc_context(shapes), warnings.catch_warnings():
        # measured only: where a letter is not in the font, the text itself stands in the figure
        warnings.filterwarnings("ignore", r"Glyph \d+ .* missing from font", UserWarning)
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    text = stream.getvalue().replace("'DejaVu Sans'", _FONTS)
    return re.sub(r"[ \t]+$", "", text, flags=re.M)


def _refuse_unreadable(output_id: str, figure: Any) -> None:
    """Refuse a figure that nobody could read aloud, or whose data nobody could check."""
    if not str(getattr(figure, "alt", "") or "").strip():
        raise RegistryError(
            f"{output_id}: a figure has no alternative text; say in words what it shows"
        )
    if getattr(figure, "data", None) is None:
        raise RegistryError(f"{output_id}: a figure has no data; give the frame it was drawn from")


def show_figure(figure: Any, svg: str, alt: str) -> None:
    """Show one figure with its alternative text and let go of it."""
    from IPython.display import display

    bundle = {"image/svg+xml": svg, "text/plain": alt}
    display(bundle, raw=True, metadata={"image/svg+xml": {"alt": alt}})
    # Closed, or JupyterLab would show it a second time at the end of the cell.
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close(figure)


def show_html(html: str) -> None:
    """Show HTML made by us, in which all text is escaped already."""
    from IPython.display import display

    display({"text/html": html, "text/plain": ""}, raw=True)


def is_listing(output_id: str, number: int) -> bool:
    """Whether a table lists rows: it may scroll sideways, and is divided into pages."""
    return output_id.startswith("L") or (output_id in _LISTED_BELOW and number > 1)


def paged(table: Table) -> list[Table]:
    """A listing in pages; the notes stand on each."""
    starts = range(0, max(len(table.rows), 1), ROWS_OF_A_PAGE)
    if len(starts) < 2:
        return [table]
    return [
        replace(
            table,
            rows=table.rows[start : start + ROWS_OF_A_PAGE],
            behind=table.behind[start : start + ROWS_OF_A_PAGE],
        )
        for start in starts
    ]


def listing_name(output_id: str, number: int, page: int) -> str:
    """Name of a further page of a listing, without suffix."""
    part = f"-{number}" if number > 1 else ""
    return f"{output_id}{part}-page{page}"


def table_html(output_id: str, number: int, html: str) -> str:
    """Return a table in a region that scrolls sideways and can be reached by keyboard."""
    label = spoken_id(output_id) + (f", part {number}" if number > 1 else "")
    size = " listed" if is_listing(output_id, number) else ""
    dated = _DATE_CELL.sub(r'<td class="text date">\1</td>', html)
    return (
        f'<div class="table-region{size}" role="region" tabindex="0" aria-label="{escape(label)}"'
        f' data-output="{escape(output_id)}">'
        f"{dated}</div>"
    )


def _further_pages(output_id: str, number: int, pages: list[Table]) -> str:
    """Return links to the other pages of a listing, each named by its rows."""
    links, start = [], len(pages[0].rows)
    total = sum(len(part.rows) for part in pages)
    for page, part in enumerate(pages[1:], 2):
        name = listing_name(output_id, number, page)
        rows = f"{start + 1} to {start + len(part.rows)}"
        links.append(f'<a href="{LISTINGS}/{escape(name)}.html">{rows}</a>')
        start += len(part.rows)
    label = escape(f"{spoken_id(output_id)}, further rows{f' {number}' if number > 1 else ''}")
    return (
        f'<nav class="pages" aria-label="{label}">Rows 1 to {len(pages[0].rows)} of {total}; '
        f"further rows: {', '.join(links)}</nav>"
    )


def taken_away_html(output: Output, folder: Path) -> str:
    """Return the line below an output: what can be taken away of it, and where it is made.

    Parameters
    ----------
    output : Output
    folder : Path
        Of what can be taken away; only what is there is linked.
    """
    links = []
    for path in sorted(folder.glob(f"{output.id}*"), key=lambda path: _order(path.name)):
        stem, _, kind = path.name.removeprefix(output.id).rpartition(".")
        if stem and not re.fullmatch(r"-\d+|(-\d+)?-85mm", stem):
            continue  # of another output, whose id is longer
        words = f"{_KINDS.get(kind, kind.upper())}{stem.replace('-', ' ')}"
        links.append(f'<a href="{DOWNLOADS}/{escape(path.name)}" download>{escape(words)}</a>')
    made = ""
    if module := MODULE_OF.get(output.id):
        made_in = f"src/analysis/outputs/{module.replace('.', '/')}.py"
        made = f"made by <code>{escape(made_in)}</code>"
    numbers = '<a href="estimates.csv">all numbers</a>, <a href="members.parquet">members</a>'
    parts = [" · ".join(links), made, numbers]
    said = "; ".join(filter(None, parts))
    return f'<p class="take-away">Take away: {said}. <a href="#content">Up</a></p>'


def _order(name: str) -> tuple[int, str]:
    kinds = list(_KINDS)
    kind = name.rpartition(".")[2]
    return (kinds.index(kind) if kind in kinds else len(kinds), name)


class Emission:
    """Shows outputs; with a staging folder, writes them and notes which were emitted.

    Parameters
    ----------
    staging : Path or None
        Where the runner wants the parts; None in an interactive session.
    sheet : callable, optional
        Of a planned output and its tables, what is taken away of it (`analysis.downloads`).
    formats : tuple of str
        Of figures, beside SVG.
    """

    def __init__(
        self,
        staging: Path | None,
        sheet: Callable[[Output, tuple[Table, ...]], Sheet] | None = None,
        formats: tuple[str, ...] = (),
    ) -> None:
        self.staging = staging
        self._sheet, self._formats = sheet, formats
        self._emitted: list[str] = []

    def emit(self, output: Output, rows: Any, displays: tuple[Any, ...]) -> None:
        """Show the displays of one output in order, then its footnotes; write its parts.

        Parameters
        ----------
        output : Output
            The planned output.
        rows : EstimateRows or None
            Its numbers, with ``frame`` and ``members``; None for an output without numbers.
        displays : tuple
            Tables, figures and sentences.

        Raises
        ------
        RegistryError
            If the output was emitted already, shows nothing, a figure lacks its words or data, or
            the numbers break their contract.
        """
        if self.staging is not None and output.id in self._emitted:
            raise RegistryError(f"{output.id} is emitted twice")
        if not displays:
            raise RegistryError(f"{output.id} is emitted without anything to show")
        if self.staging is not None and rows is not None:
            write_estimates(output.id, rows.frame, self.staging / "estimates" / f"{output.id}.csv")
            write_members(
                output.id, rows.members, self.staging / "members" / f"{output.id}.parquet"
            )
        self._show(output.id, displays)
        self._take_away(output, tuple(shown for shown in displays if isinstance(shown, Table)))
        if self.staging is not None:
            show_html(taken_away_html(output, self.staging / DOWNLOADS))
        # A table has its notes in its own HTML; those of a figure can only stand below it.
        notes_shown = [
            note
            for shown in displays
            if not hasattr(shown, "html")
            for note in getattr(shown, "notes", ())
        ]
        if notes := footnotes_html(output, notes_shown):
            show_html(notes)
        self._note(output.id)

    def _show(self, output_id: str, displays: tuple[Any, ...]) -> None:
        figures = tables = 0
        for shown in displays:
            if hasattr(shown, "figure"):
                figures += 1
                self._emit_figure(output_id, figures, shown)
            elif hasattr(shown, "html"):
                tables += 1
                self._show_table(output_id, tables, shown)
            elif isinstance(shown, str):
                show_html(f'<p class="sentence">{escape(visible(shown))}</p>')
            else:
                raise RegistryError(
                    f"{output_id}: cannot show a {type(shown).__name__}; "
                    "a display is a table, a figure with its words, or text"
                )

    def _show_table(self, output_id: str, number: int, shown: Any) -> None:
        """Show a table: a listing page by page, another in blocks of columns that fit."""
        if not isinstance(shown, Table):
            show_html(table_html(output_id, number, shown.html))
        elif not is_listing(output_id, number):
            html = "".join(block.html for block in blocks(shown))
            show_html(table_html(output_id, number, html))
        else:
            pages = paged(shown) if self.staging is not None else [shown]
            for page, part in enumerate(pages[1:], 2):
                self._keep_page(output_id, number, page, part)
            show_html(table_html(output_id, number, pages[0].html))
            if len(pages) > 1:
                show_html(_further_pages(output_id, number, pages))

    def _keep_page(self, output_id: str, number: int, page: int, part: Table) -> None:
        assert self.staging is not None
        folder = self.staging / LISTINGS
        folder.mkdir(exist_ok=True)
        html = table_html(output_id, number, part.html)
        path = folder / f"{listing_name(output_id, number, page)}.html"
        path.write_text(html, encoding="utf-8", newline="\n")

    def _emit_figure(self, output_id: str, number: int, shown: Any) -> None:
        _refuse_unreadable(output_id, shown)
        name = output_id if number == 1 else f"{output_id}-{number}"
        svg = svg_text(shown.figure, name)
        if self.staging is not None:
            folder = self.staging / "figures"
            folder.mkdir(exist_ok=True)
            (folder / f"{name}.svg").write_text(svg, encoding="utf-8", newline="\n")
            write_figure_data(shown.data, folder / f"{name}.csv")
            self._figure_files(name, svg, shown)
        show_figure(shown.figure, svg, visible(shown.alt))

    def _take_away(self, output: Output, tables: tuple[Table, ...]) -> None:
        """Write the tables of an output as Word, Rich Text and CSV."""
        if self.staging is None or self._sheet is None or not tables:
            return
        from analysis.downloads.rich_text import rich_text
        from analysis.downloads.word import word

        folder = self.staging / DOWNLOADS
        folder.mkdir(exist_ok=True)
        sheet = self._sheet(output, tables)
        (folder / f"{output.id}.docx").write_bytes(word(sheet))
        (folder / f"{output.id}.rtf").write_text(rich_text(sheet), "ascii", newline="\n")
        for number, table in enumerate(tables, 1):
            name = output.id if number == 1 else f"{output.id}-{number}"
            write_csv(safe(table.frame), folder / f"{name}.csv")

    def _figure_files(self, name: str, svg: str, shown: Any) -> None:
        """Write a figure to take away, with its data."""
        assert self.staging is not None
        folder = self.staging / DOWNLOADS
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.svg").write_text(svg, encoding="utf-8", newline="\n")
        if not (folder / f"{name}.csv").exists():
            write_figure_data(shown.data, folder / f"{name}.csv")
        if self._formats:
            from analysis.downloads.figures import files

            for file, content in files(shown.figure, name, self._formats).items():
                (folder / file).write_bytes(content)

    def _note(self, output_id: str) -> None:
        self._emitted.append(output_id)
        if self.staging is not None:
            text = "".join(f"{name}\n" for name in self._emitted)
            (self.staging / EMITTED).write_text(text, encoding="utf-8")


def emitted_outputs(staging: Path) -> tuple[str, ...]:
    """Return the ids that a notebook emitted into a staging folder."""
    path = staging / EMITTED
    return tuple(path.read_text(encoding="utf-8").split()) if path.is_file() else ()
