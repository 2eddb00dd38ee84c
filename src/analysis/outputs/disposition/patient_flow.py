"""F14.1.1: flow of patients, drawn from the rows of T14.1.1."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from analysis.datasets import Datasets
from analysis.displays.figure import Figure
from analysis.displays.lookup import Numbers
from analysis.displays.style import INK, MUTED, canvas, journal_style
from analysis.estimates.rows import EstimateRows
from analysis.outputs.disposition.funnel_steps import FUNNEL, STEPS
from analysis.outputs.disposition.mtb_funnel import funnel_rows, reasons_left
from analysis.outputs.disposition.recommendation_uptake import in_words
from analysis.outputs.origin import of_one_origin
from analysis.params import Rules

OUTPUT = "F14.1.1"
NEEDS = ("biopsies", "sequencing", "mtb_reviews", "mtb_recommendations", "treatments")


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> EstimateRows:
    """F14.1.1: the rows of T14.1.1."""
    return funnel_rows(data, rules, OUTPUT)


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (flow_figure(rows, rules),)


_LINE, _PAD, _BOX, _GAP = 0.16, 0.06, 0.44, 0.11  # inches: a line of text, margins, stages, arrows
_MAIN, _MAIN_WIDTH, _SIDE, _SIDE_WIDTH = 0.24, 0.46, 0.54, 0.455  # of the width
_SIZE = 8.5


def _boxes(estimates: Numbers) -> pd.DataFrame:
    """One row per stage: who reached it, who of them came in beside, who did not come and why."""
    flag, label = FUNNEL[0]
    n = int(estimates.get("n", "of enrolled", parameter=flag, category=label))
    found = [{"flag": flag, "stage": label, "n": n, "left": 0, "pending": 0, "joined": 0}]
    for step in STEPS:
        place: dict[str, Any] = {"parameter": step.flag, "category": step.label}
        reasons = reasons_left(estimates, step.flag)
        waiting = estimates.has("n", "pending at cut", **place)
        found.append(
            {
                "flag": step.flag,
                "stage": step.label,
                "n": int(estimates.get("n", "of enrolled", **place)),
                "left": sum(size for _, size in reasons),
                "pending": int(estimates.get("n", "pending at cut", **place)) if waiting else 0,
                "joined": int(estimates.get("n", "joined", **place)),
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


def flow_figure(rows: EstimateRows, rules: Rules) -> Figure:
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
    return Figure(rows.output_id, drawing, _in_words(boxes), boxes)


def _arrows(axes, top: float, gap: float, box: dict) -> None:
    """Down to the next stage, and to the box of those who did not go on."""
    style: dict[str, Any] = {"arrowstyle": "-|>", "mutation_scale": 9, "color": MUTED}
    style |= {"linewidth": 0.9, "shrinkA": 0, "shrinkB": 0}
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
