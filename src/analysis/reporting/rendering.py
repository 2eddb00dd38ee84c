"""Pages from executed notebooks: no code, one script of ours, nothing loaded from elsewhere.

nbconvert turns cells and outputs into HTML through a template of ours; a page of ours with head,
navigation and foot goes around it. Text is escaped by default: Jinja escapes what it is given, and
markdown may not hold HTML, since it may have been made from data. What passes unescaped is HTML
made by our own displays, and SVG drawn by matplotlib. A content policy in each page allows the one
script of ours by its hash, and no other.
"""

from __future__ import annotations

import base64
import hashlib
import re
import warnings
from collections.abc import Iterable, Mapping
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

TEMPLATE = Path(__file__).parent / "template"
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def spoken_date(iso: str) -> str:
    """Return an ISO date as one reads it, like ``30 November 2023``; independent of the locale."""
    year, month, day = iso.split("-")
    return f"{int(day)} {MONTHS[int(month) - 1]} {year}"


def inline_svg(svg: str, alt: str, prefix: str) -> str:
    """Return an SVG to stand in a page: one image to a screen reader, ids of its own.

    Parameters
    ----------
    svg : str
        As saved by matplotlib.
    alt : str
        What the figure shows, in words.
    prefix : str
        Put before each id, since all figures of a page share one space of ids.
    """
    start = svg.index("<svg")
    body = re.sub(r"<metadata>.*?</metadata>", "", svg[start:], flags=re.S)
    body = re.sub(r'\bid="([^"]+)"', rf'id="{prefix}\1"', body)
    body = re.sub(r'href="#([^"]+)"', rf'href="#{prefix}\1"', body)
    body = re.sub(r"url\(#([^)]+)\)", rf"url(#{prefix}\1)", body)
    return body.replace("<svg", f'<svg role="img" aria-label="{escape(alt)}"', 1).strip()


class _Figures:
    """Template filter for SVG outputs; numbers the figures of one notebook."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, output: Mapping[str, Any]) -> str:
        self.count += 1
        alt = output.get("metadata", {}).get("image/svg+xml", {}).get("alt", "")
        svg = "".join(output["data"]["image/svg+xml"])
        return (
            f'<figure class="figure">{inline_svg(svg, alt, f"f{self.count}-")}'
            f"<details><summary>In words</summary><p>{escape(alt)}</p></details></figure>"
        )


def _escaping_markdown(source: str) -> str:
    """Return markdown as HTML; HTML inside it is shown, not obeyed."""
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    renderer = IPythonRenderer(
        escape=True, allow_harmful_protocols=False, exclude_anchor_links=True
    )
    return MarkdownWithMath(renderer=renderer).render(source)


def _is_heading_of(cell: Any, ids: set[str]) -> bool:
    """Whether a cell is nothing but a heading that opens with the id of an output."""
    heading = re.fullmatch(r"#+\s+(\S+)[^\n]*", cell.source.strip())
    return cell.cell_type == "markdown" and heading is not None and heading.group(1) in ids


def render_body(notebook: Any, outputs: Iterable[str] = (), show_code: bool = False) -> str:
    """Return the text and outputs of an executed notebook as HTML, without a page around it.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        The executed notebook.
    outputs : iterable of str
        Ids of its planned outputs. A cell that is only a heading and opens with such an id is left
        out: it is for finding one's way in JupyterLab, and the definition below it shows both.
    show_code : bool
        Show the code too, and what went to standard error: for a failed notebook.

    Returns
    -------
    str
    """
    from nbconvert import HTMLExporter

    ids = set(outputs)
    kept = notebook.copy()
    kept.cells = [cell for cell in notebook.cells if not _is_heading_of(cell, ids)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # nbconvert's, about its own template folders
        exporter = HTMLExporter(
            template_name=TEMPLATE.name,
            extra_template_basedirs=[str(TEMPLATE.parent)],
            exclude_input=not show_code,
            exclude_input_prompt=True,
            exclude_output_prompt=True,
            filters={"figure": _Figures(), "markdown2html": _escaping_markdown},
        )
        body, _ = exporter.from_notebook_node(kept)
    return body.strip() + "\n"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["day"] = spoken_date
    return environment


def render_template(name: str, **context: Any) -> str:
    """Return a page; everything in the context is escaped unless it is marked as HTML."""
    given = {
        "numbers": "",
        "foot": _foot(context),
        "search_index": Markup("[]"),
        **_of_every_page(),
        **context,
    }
    return _environment().get_template(name).render(**given)


def _foot(context: Mapping[str, Any]) -> str:
    """What stands at the foot of every printed page: cut and commit, safe inside of a style."""
    facts = context.get("provenance")
    text = f"{facts.cut}, data to {facts.clinical_cutoff}; code {facts.commit}" if facts else ""
    return re.sub(r"[^\w ,;.()-]", "", text)


@cache
def _of_every_page() -> dict[str, Markup]:
    """Style and script, and the hash by which the content policy knows the script."""
    script = (TEMPLATE / "page.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    css = (TEMPLATE / "style.css").read_text(encoding="utf-8")
    return {
        "css": Markup(css),
        "script": Markup(script),
        "script_hash": Markup(f"sha256-{digest}"),
    }


def html_made_by_us(text: str) -> Markup:
    """Mark HTML that `render_body` made, so that a page takes it as it is."""
    return Markup(text)


def failed_page(notebook: Any, title: str, synthetic: bool) -> str:
    """Return a failed notebook as a page for reading, with its code and error."""
    return render_template(
        "failed.html.j2",
        title=title,
        synthetic=synthetic,
        body=html_made_by_us(render_body(notebook, show_code=True)),
    )
