"""A figure as PDF and PNG at the widths of a journal's columns.

Drawn anew at each width, not scaled from the page, so that letters stay legible: 174 mm is drawn as
it is, 85 mm on half as much again and set down to two thirds, so that 9 points become 6.
"""

from __future__ import annotations

import io
import warnings
from typing import Any

FORMATS = ("pdf", "png")
WIDE_MM, NARROW_MM = 174, 85
_DOTS = 600  # per inch
_DRAWN_LARGER = 1.5  # the narrow one, then set down
_INCH = 25.4


def files(figure: Any, name: str, formats: tuple[str, ...]) -> dict[str, bytes]:
    """Files of one figure by name; the figure is given back in the size it had.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    name : str
        Like ``F14.2.4.1``.
    formats : tuple of str
        Of `FORMATS`.

    Returns
    -------
    dict of bytes
        ``<name>.pdf`` and ``<name>.png`` at 174 mm, ``<name>-85mm.pdf`` and ``<name>-85mm.png``.
    """
    before = figure.get_size_inches().copy()
    made: dict[str, bytes] = {}
    for width, larger, suffix in ((WIDE_MM, 1.0, ""), (NARROW_MM, _DRAWN_LARGER, "-85mm")):
        fits = _sized(figure, width * larger, before)
        if not fits:  # many panels: drawn as on the page, and set down further
            larger = max(larger, before[0] * _INCH / width)
            _sized(figure, width * larger, before)
        for kind in formats:
            made[f"{name}{suffix}.{kind}"] = _drawn(figure, kind, larger)
    figure.set_size_inches(before)
    return made


def _sized(figure: Any, millimetres: float, before: Any) -> bool:
    """Give a figure a width, its shape kept; return whether its panels have room then."""
    inches = millimetres / _INCH
    figure.set_size_inches(inches, inches * before[1] / before[0])
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        figure.draw_without_rendering()
    return not any("axes sizes collapsed" in str(warning.message) for warning in said)


def _drawn(figure: Any, kind: str, larger: float) -> bytes:
    import matplotlib as mpl

    stream = io.BytesIO()
    look: Any = {"pdf.fonttype": 42, "savefig.bbox": None}
    with mpl.rc_context(look):
        if kind == "pdf":
            nothing = {"Creator": None, "Producer": None, "CreationDate": None}
            figure.savefig(stream, format="pdf", metadata=nothing)
        else:
            # as many dots as 600 per inch give at the width of the column
            figure.savefig(
                stream, format="png", dpi=_DOTS / larger, metadata={"Software": None},
                pil_kwargs={"dpi": (_DOTS, _DOTS)},
            )  # fmt: skip
    return stream.getvalue()
