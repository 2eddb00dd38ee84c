"""How figures look: one type, one palette, sizes for a journal column. Colour-blind safe.

Palette: Okabe and Ito (2008), dark enough on white; every group also has its own line style and
marker, so that nothing rests on colour alone.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import matplotlib as mpl
import seaborn as sns
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Drawing

INK, MUTED, FAINT = "#1b1b1b", "#5a5a5a", "#d9d9d9"
COLOURS = {
    "TG": "#0072B2",
    "TN": "#D55E00",
    "OT": "#009E73",
    "NT": "#7f7f7f",
    "All": "#1b1b1b",
}
LINES = {"TG": "-", "TN": (0, (5, 2)), "OT": (0, (1, 1.2)), "NT": (0, (3, 1, 1, 1)), "All": "-"}
MARKERS = {"TG": "o", "TN": "s", "OT": "^", "NT": "D", "All": "o"}
RESPONSE_COLOURS = {
    "CR": "#004a7c",
    "PR": "#56B4E9",
    "SD": "#F0C808",
    "NON-CR/NON-PD": "#c9b037",
    "PD": "#99000d",
    "NE": "#bdbdbd",
    "MISSING": "#efefef",
}
WIDTH = 7.2  # inches: a double column
_SETTINGS: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.labelsize": 9,
    "axes.edgecolor": MUTED,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "lines.linewidth": 1.6,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "text.parse_math": False,  # a dollar sign in a label is a dollar sign
    "svg.fonttype": "path",
    "svg.hashsalt": "registry",
}


@contextlib.contextmanager
def journal_style() -> Iterator[None]:
    """Seaborn's plain style with the settings of the project, restored afterwards."""
    with sns.axes_style("ticks"), mpl.rc_context(_SETTINGS):
        yield


def colour_of(group: str) -> Any:
    """The colour of a group; a value of another column has one of seaborn's colour-blind palette.

    The same value always has the same one: its place follows from its letters.
    """
    others = sns.color_palette("colorblind")
    return COLOURS.get(group) or others[sum(map(ord, group)) % len(others)]


def steps(
    axes: Any, x: Any, y: Any, *, colour: Any, line: Any, label: str = "", **look: Any
) -> None:
    """A curve that is flat between two days, as Kaplan-Meier and Aalen-Johansen curves are."""
    before = len(axes.lines)
    sns.lineplot(
        x=x, y=y, ax=axes, drawstyle="steps-post", estimator=None, sort=False, color=colour,
        linestyle=line, label=label or "_nolegend_", legend=False, **look,
    )  # fmt: skip
    if len(axes.lines) == before:  # nothing to draw; the legend names it all the same
        axes.plot([], [], color=colour, linestyle=line, label=label or "_nolegend_", **look)
    for axis in (axes.xaxis, axes.yaxis):  # seaborn hides labels where ticks have none yet
        axis.label.set_visible(True)


def canvas(width: float = WIDTH, height: float = 4.4) -> Drawing:
    """An empty figure that no global state knows of (no pyplot, nothing to close)."""
    drawing = Drawing(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(drawing)
    return drawing
