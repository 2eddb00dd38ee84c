"""T14.1.1 as a table, F14.1.1 as a flow diagram: both from the same rows."""

from __future__ import annotations

import pandas as pd
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from analysis.displays.figure import Figure
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import DASH, count, rounded
from analysis.displays.style import FAINT, INK, MUTED, canvas, journal_style
from analysis.displays.table import Column, Row, Table
from analysis.estimates.rows import EstimateRows
from analysis.outputs.disposition import FUNNEL, SECOND

_STAGES = (*FUNNEL, SECOND)


def funnel_table(rows: EstimateRows, rules, title: str) -> Table:
    """Stage, n, % of enrolled, % of the previous stage, pending at the cut."""
    numbers = Numbers(rows)
    decimals = rules.display.percent_decimals
    body = []
    for flag, label in _STAGES:
        place = {"parameter": flag, "category": label}
        n = numbers.get("n", "of enrolled", **place)
        share = numbers.get("pct", "of enrolled", **place)
        previous = DASH
        if numbers.has("pct", "of previous stage", **place):
            previous = rounded(numbers.get("pct", "of previous stage", **place), decimals)
        waiting = DASH
        if flag != "ENRLFL" and numbers.has("n", "pending at cut", **place):
            waiting = count(numbers.get("n", "pending at cut", **place))
        body.append(Row(label, (count(n), rounded(share, decimals), previous, waiting)))
    columns = (
        Column("n"),
        Column("% of enrolled"),
        Column("% of previous"),
        Column("Pending at cut"),
    )
    notes = ("The second NGS is shown as a percentage of guided patients whose therapy failed.",)
    return Table(rows.output_id, title, "Stage", columns, tuple(body), notes)


def _boxes(numbers: Numbers) -> pd.DataFrame:
    """The text of each box: who reached the stage, and who left before it."""
    found = []
    before = None
    for flag, label in _STAGES:
        place = {"parameter": flag, "category": label}
        n = int(numbers.get("n", "of enrolled", **place))
        reached = n if before is None else int(numbers.get("n", "of previous stage", **place))
        base = n if before is None else int(numbers.get("N", "of previous stage", **place))
        waiting = (
            int(numbers.get("n", "pending at cut", **place))
            if numbers.has("n", "pending at cut", **place)
            else 0
        )
        found.append(
            {
                "flag": flag,
                "stage": label,
                "n": n,
                "left": base - reached,
                "pending": waiting,
            }
        )
        before = flag
    return pd.DataFrame(found)


def _box(axes, x, y, width, height, text, *, strong=False) -> None:
    axes.add_patch(
        FancyBboxPatch(
            (x - width / 2, y - height / 2),
            width,
            height,
            boxstyle="round,pad=0,rounding_size=0.008",
            facecolor="white" if not strong else "#eaf3f9",
            edgecolor=INK if strong else MUTED,
            linewidth=1.0,
        )
    )
    axes.text(x, y, text, ha="center", va="center", fontsize=8.5, linespacing=1.35)


def flow_figure(rows: EstimateRows, rules, title: str) -> Figure:
    """STROBE flow diagram of this cut: stages down, who did not go on to the right."""
    boxes = _boxes(Numbers(rows))
    with journal_style():
        drawing = canvas(height=0.92 * len(boxes) + 0.2)
        axes = drawing.add_subplot()
        axes.set_axis_off()
        axes.set_xlim(0, 1)
        axes.set_ylim(-len(boxes) + 0.45, 0.55)
        for level, box in enumerate(boxes.to_dict("records")):
            y = -float(level)
            _box(axes, 0.3, y, 0.5, 0.56, f"{box['stage']}\nn = {box['n']}", strong=True)
            if level == 0:
                continue
            arrow = {"arrowstyle": "-|>", "mutation_scale": 9, "color": MUTED, "linewidth": 0.9}
            axes.add_patch(FancyArrowPatch((0.3, y + 0.72), (0.3, y + 0.28), **arrow))
            axes.add_patch(FancyArrowPatch((0.3, y + 0.5), (0.6, y + 0.5), **arrow))
            side = f"Not reached: {box['left']}"
            if box["pending"]:
                side += f"\nstill possible at the cut: {box['pending']}"
            axes.text(0.615, y + 0.5, side, ha="left", va="center", fontsize=8.5, color=INK)
        axes.axvline(0.985, color=FAINT, linewidth=0)
    alt = "Flow of patients: " + "; ".join(
        f"{box['stage']} {box['n']}" for box in boxes.to_dict("records")
    )
    return Figure(rows.output_id, title, drawing, f"{alt}.", boxes)


def sets_table(rows: EstimateRows, rules, title: str) -> Table:
    """T14.1.2: each analysis set and the exclusive reasons of those outside it."""
    numbers = Numbers(rows)
    decimals = rules.display.percent_decimals
    frame = numbers.frame
    body = []
    for flag in pd.unique(frame["parameter"]):
        (label,) = numbers.categories("set", flag)
        body.append(_share_row(numbers, "set", flag, label, decimals, strong=True))
        body += [
            _share_row(numbers, "excluded", flag, reason, decimals, indent=1)
            for reason in numbers.categories("excluded", flag)
        ]
    columns = (Column("n"), Column("% of enrolled"))
    notes = ("Reasons are exclusive: each patient outside a set stands at the first that holds.",)
    return Table(rows.output_id, title, "Analysis set", columns, tuple(body), notes)


def _share_row(numbers, analysis, parameter, category, decimals, **look) -> Row:
    place = {"parameter": parameter, "category": category}
    n = numbers.get("n", analysis, **place)
    share = numbers.get("pct", analysis, **place)
    return Row(category, (count(n), rounded(share, decimals)), **look)
