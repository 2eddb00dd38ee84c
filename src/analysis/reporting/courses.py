"""Small pictures of each primary endpoint from cut to cut, each point with its interval."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from typing import Any

_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM = 300, 80, 10, 10, 20
_LIMITS = re.compile(r"\(([\d.]+), ([\d.]+)\)")
_EVERYBODY = ("All", "All enrolled")


def courses(cuts: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Title and SVG of each primary endpoint with a number for everybody at two cuts or more.

    Parameters
    ----------
    cuts : list of dict
        What the list of cuts shows, latest first: ``name`` and ``headlines``.
    """
    found: dict[str, list[tuple[str, float, float, float]]] = {}
    for cut in reversed(cuts):
        for title, line in _of_everybody(cut["headlines"]):
            limits = _LIMITS.fullmatch(line["interval"])
            if limits is not None and re.fullmatch(r"[\d.]+", line["percent"]):
                point = (cut["name"], float(line["percent"]), *map(float, limits.groups()))
                found.setdefault(title, []).append(point)
    return [(title, _drawn(title, points)) for title, points in found.items() if len(points) > 1]


def _of_everybody(headlines: Iterable[dict[str, Any]]) -> Iterable[tuple[str, dict[str, Any]]]:
    title = ""
    for line in headlines:
        title = line.get("title", title)
        if line["group"] in _EVERYBODY:
            yield title, line


def _drawn(title: str, points: list[tuple[str, float, float, float]]) -> str:
    top = max(high for *_, high in points) * 1.1 or 1.0
    step = (_WIDTH - 2 * _LEFT) / len(points)
    room = _HEIGHT - _TOP - _BOTTOM

    def y(value: float) -> float:
        return round(_TOP + room * (1 - value / top), 1)

    told = "; ".join(f"{cut} {value:g}% ({low:g}, {high:g})" for cut, value, low, high in points)
    parts = [
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(title)}: {told}">',
    ]
    for number, (cut, value, low, high) in enumerate(points):
        x = round(_LEFT + step * (number + 0.5), 1)
        parts.append(f'<line x1="{x}" x2="{x}" y1="{y(low)}" y2="{y(high)}" class="limits"/>')
        parts.append(f'<circle cx="{x}" cy="{y(value)}" r="3.5" class="point"/>')
        parts.append(f'<text x="{x + 7}" y="{y(value) + 4}" class="value">{value:g}%</text>')
        parts.append(f'<text x="{x}" y="{_HEIGHT - 5}" class="cut-name">{escape(cut)}</text>')
    return "".join([*parts, "</svg>"])
