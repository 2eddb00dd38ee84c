"""T14.1.1 as a table, F14.1.1 as a flow diagram: both from the same rows."""

from __future__ import annotations

import pandas as pd
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from analysis.displays.figure import Figure
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import DASH, count, rounded
from analysis.displays.style import INK, MUTED, canvas, journal_style
from analysis.displays.table import Column, Row, Table
from analysis.estimates.rows import EstimateRows
from analysis.outputs.funnel_steps import FUNNEL, STEPS
from analysis.outputs.recommendation_uptake import in_words

_LINE, _PAD, _BOX, _GAP = 0.16, 0.06, 0.44, 0.11  # inches: a line of text, margins, stages, arrows
_MAIN, _MAIN_WIDTH, _SIDE, _SIDE_WIDTH = 0.24, 0.46, 0.54, 0.455  # of the width
_SIZE = 8.5


def _reasons(numbers: Numbers, flag: str) -> list[tuple[str, int]]:
    """Reasons of those who did not go on to a stage, none of nobody."""
    sizes = [
        (reason, int(numbers.get("n", "not gone on", parameter=flag, category=reason)))
        for reason in numbers.categories("not gone on", flag)
    ]
    return [(reason, n) for reason, n in sizes if n]


def funnel_table(rows: EstimateRows, rules, title: str) -> Table:
    """Stage, n, % of enrolled, % of the previous stage, pending; between them who did not go on."""
    numbers = Numbers(rows)
    decimals = rules.display.percent_decimals
    flag, label = FUNNEL[0]
    place = {"parameter": flag, "category": label}
    share = rounded(numbers.get("pct", "of enrolled", **place), decimals)
    first = (count(numbers.get("n", "of enrolled", **place)), share, DASH, DASH)
    body = [Row(label, first, strong=True)]
    for step in STEPS:
        body += _left_rows(numbers, step.flag, decimals)
        body.append(_stage_row(numbers, step, decimals))
    columns = (
        Column("n"),
        Column("% of enrolled"),
        Column("% of previous"),
        Column("Pending at cut"),
    )
    notes = (
        "Between two stages: those who reached the first and not the second, each once, in % of "
        "the first; reasons of nobody are left out.",
        "The second NGS is shown as a percentage of guided patients whose therapy failed.",
    )
    return Table(rows.output_id, title, "Stage", columns, tuple(body), notes)


def _left_rows(numbers: Numbers, flag: str, decimals: int) -> list[Row]:
    rows = []
    for reason, n in _reasons(numbers, flag):
        share = numbers.get("pct", "not gone on", parameter=flag, category=reason)
        rows.append(Row(in_words(reason), (count(n), "", rounded(share, decimals), ""), indent=2))
    return rows


def _stage_row(numbers: Numbers, step, decimals: int) -> Row:
    place = {"parameter": step.flag, "category": step.label}
    n = count(numbers.get("n", "of enrolled", **place))
    share, previous = (
        rounded(numbers.get("pct", of, **place), decimals)
        for of in ("of enrolled", "of previous stage")
    )
    waiting = DASH
    if numbers.has("n", "pending at cut", **place):
        waiting = count(numbers.get("n", "pending at cut", **place))
    came = int(numbers.get("n", "joined", **place))
    label = f"{step.label}{_JOINED.format(came) if came else ''}"
    return Row(label, (n, share, previous, waiting), strong=True)


_JOINED = " ({}, counted here, without the stage before)"


def _boxes(numbers: Numbers) -> pd.DataFrame:
    """One row per stage: who reached it, who of them came in beside, who did not come and why."""
    flag, label = FUNNEL[0]
    n = int(numbers.get("n", "of enrolled", parameter=flag, category=label))
    found = [{"flag": flag, "stage": label, "n": n, "left": 0, "pending": 0, "joined": 0}]
    for step in STEPS:
        place = {"parameter": step.flag, "category": step.label}
        reasons = _reasons(numbers, step.flag)
        waiting = numbers.has("n", "pending at cut", **place)
        found.append(
            {
                "flag": step.flag,
                "stage": step.label,
                "n": int(numbers.get("n", "of enrolled", **place)),
                "left": sum(size for _, size in reasons),
                "pending": int(numbers.get("n", "pending at cut", **place)) if waiting else 0,
                "joined": int(numbers.get("n", "joined", **place)),
                "reasons": "; ".join(f"{in_words(reason)}: {size}" for reason, size in reasons),
            }
        )
    return pd.DataFrame(found).fillna({"reasons": ""})


def _side_text(box: dict) -> str:
    """What the box beside an arrow says: how many did not go on, and the reasons."""
    lines = [f"Did not go on: {box['left']}"]
    lines += [f"   {reason}" for reason in box["reasons"].split("; ") if reason]
    if box["joined"]:
        lines.append(f"Came in without the stage before: {box['joined']}")
    return "\n".join(lines)


def _heights(boxes: pd.DataFrame) -> list[float]:
    """Inches between a stage and the one above it: room for the box beside the arrow."""
    return [
        (_side_text(box).count("\n") + 1) * _LINE + 2 * _PAD + 2 * _GAP
        for box in boxes.to_dict("records")
    ]


def _box(axes, x, y, width, height, text, *, strong=False) -> None:
    """A box around (x, y), its text in the middle; the text of a side box begins at the left."""
    axes.add_patch(
        FancyBboxPatch(
            (x, y - height / 2),
            width,
            height,
            boxstyle="round,pad=0,rounding_size=0.01",
            mutation_aspect=1,
            facecolor="#eaf3f9" if strong else "white",
            edgecolor=INK if strong else MUTED,
            linewidth=1.0,
        )
    )
    at, side = (x + width / 2, "center") if strong else (x + 0.015, "left")
    axes.text(at, y, text, ha=side, va="center", fontsize=_SIZE, linespacing=1.3)


def flow_figure(rows: EstimateRows, rules, title: str) -> Figure:
    """STROBE flow diagram of this cut: stages down, who did not go on, and why, to the right."""
    boxes = _boxes(Numbers(rows))
    gaps = _heights(boxes)
    tall = len(boxes) * _BOX + sum(gaps[1:])
    with journal_style():
        drawing = canvas(height=tall + 0.2)
        axes = drawing.add_subplot()
        axes.set_axis_off()
        axes.set_xlim(0, 1)
        axes.set_ylim(-tall - 0.03, 0.03)
        top = 0.0
        for box, gap in zip(boxes.to_dict("records"), gaps, strict=True):
            if box["flag"] != FUNNEL[0][0]:
                _arrows(axes, top, gap, box)
                top -= gap
            text = f"{box['stage']}\nn = {box['n']}"
            corner = _MAIN - _MAIN_WIDTH / 2
            _box(axes, corner, top - _BOX / 2, _MAIN_WIDTH, _BOX, text, strong=True)
            top -= _BOX
    return Figure(rows.output_id, title, drawing, _in_words(boxes), boxes)


def _arrows(axes, top: float, gap: float, box: dict) -> None:
    """Down to the next stage, and to the box of those who did not go on."""
    style = {"arrowstyle": "-|>", "mutation_scale": 9, "color": MUTED, "linewidth": 0.9}
    style |= {"shrinkA": 0, "shrinkB": 0}
    axes.add_patch(FancyArrowPatch((_MAIN, top), (_MAIN, top - gap), **style))
    middle = top - gap / 2
    axes.add_patch(FancyArrowPatch((_MAIN, middle), (_SIDE, middle), **style))
    _box(axes, _SIDE, middle, _SIDE_WIDTH, gap - 2 * _GAP, _side_text(box))


def _in_words(boxes: pd.DataFrame) -> str:
    """Text alternative: every stage, and who did not come to it."""
    told = []
    for box in boxes.to_dict("records"):
        text = f"{box['stage']} {box['n']}"
        if box["reasons"]:
            text += f" (before it did not go on {box['left']}: {box['reasons']})"
        told.append(text)
    return "Flow of patients: " + "; ".join(told) + "."


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
