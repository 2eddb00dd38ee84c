"""The definition of an output as a reader sees it: from the plan and the endpoint's docstring."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterable
from html import escape

from analysis.characters import visible
from analysis.sap import Endpoint, Output, Sap
from analysis.tabulation.groups import SET_LABELS

AMENDMENTS_PAGE = "amendments.html"
KINDS = {"T": "Table", "F": "Figure", "L": "Listing"}
_NUMBER = re.compile(r"^([TFL])(\d[\d.]*)$")
_ROLES = {
    "primary": "Primary endpoint",
    "secondary": "Secondary endpoint",
    "exploratory": "Exploratory",
    "supportive": "Supportive",
}


def spoken_id(output_id: str) -> str:
    """Return the number of an output as one says it, like ``Table 14.2.1.1``."""
    numbered = _NUMBER.match(output_id)
    return f"{KINDS[numbered.group(1)]} {numbered.group(2)}" if numbered else output_id


def spoken_set(analysis_set: str) -> str:
    """Return an analysis set by name and flag; other words as they stand in the plan."""
    label = SET_LABELS.get(analysis_set)
    return f"{label} ({analysis_set})" if label else analysis_set


def anchor(output_id: str) -> str:
    """Return the id of an output's heading in a page."""
    return f"output-{output_id}"


def docstring_of(endpoint: Endpoint) -> str:
    """Return the docstring of the module that defines an endpoint; nothing where it names none."""
    if endpoint.module is None:
        return ""
    name = endpoint.module.removesuffix(".py").replace("/", ".").removeprefix("src.")
    if not name.startswith("analysis."):
        name = f"analysis.{name}" if name.startswith("endpoints.") else f"analysis.endpoints.{name}"
    return inspect.cleandoc(importlib.import_module(name).__doc__ or "")


def _paragraphs(text: str) -> str:
    """Return text as HTML paragraphs; lines of a paragraph run on, lists keep theirs."""
    blocks = re.split(r"\n\s*\n", text.strip())
    html = []
    for block in blocks:
        kept = re.search(r"^\s*([-*]|\d+\.)\s|^\s{2,}\S", block, re.M)
        marked = re.sub(r"``?([^`]+)``?", r"<code>\1</code>", escape(block))
        html.append(f"<pre>{marked}</pre>" if kept else f"<p>{marked}</p>")
    return "".join(html)


def heading_html(output: Output) -> str:
    """Return the heading of an output: its number and its title."""
    return (
        f'<h2 class="output-title" id="{escape(anchor(output.id))}">'
        f'<span class="number">{escape(spoken_id(output.id))}</span> {escape(output.title)}</h2>'
    )


def definition_html(sap: Sap, output_id: str) -> str:
    """Return title, analysis set and definition of an output as HTML, all text escaped.

    Parameters
    ----------
    sap : Sap
        The plan.
    output_id : str
        SAP id of the output.

    Returns
    -------
    str
        HTML of the heading and what stands before the table or figure.
    """
    output = sap.output(output_id)
    terms = [("Analysis set", escape(spoken_set(output.analysis_set)))]
    rule = ""
    if output.endpoint is not None:
        endpoint = sap.endpoints[output.endpoint]
        role = _ROLES.get(endpoint.role, endpoint.role)
        terms.insert(0, (role, escape(endpoint.title)))
        if text := docstring_of(endpoint):
            rule = (
                "<details class='rule'><summary>The rule as programmed</summary>"
                f"{_paragraphs(text)}</details>"
            )
    if output.endpoint is not None or output.definition:
        terms.append(("Definition", escape(sap.definition_of(output) or "")))
    amended = amended_html(sap, output_id)
    listed = "".join(f"<dt>{escape(term)}</dt><dd>{text}</dd>" for term, text in terms)
    return f'{heading_html(output)}<dl class="definition">{listed}</dl>{amended}{rule}'


def amended_html(sap: Sap, output_id: str) -> str:
    """Return the line saying that an output was amended after data were seen, if it was."""
    amendments = sap.amendments_of(output_id)
    if not amendments:
        return ""
    names = ", ".join(
        f'<a href="{AMENDMENTS_PAGE}#{escape(amendment.id)}">{escape(amendment.id)}</a>'
        for amendment in amendments
    )
    return f'<p class="amended">amended after data were seen ({names})</p>'


def footnotes_html(output: Output, more: Iterable[str] = ()) -> str:
    """Return the notes below an output as HTML: those of its displays, then those of the plan."""
    texts = dict.fromkeys((*more, *output.footnotes))
    if not texts:
        return ""
    notes = "".join(f"<li>{escape(visible(text))}</li>" for text in texts)
    return (
        f'<ul class="footnotes" aria-label="Notes to {escape(spoken_id(output.id))}">{notes}</ul>'
    )
