"""T14.1.6 as a table, F14.1.6 as an alluvial figure."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from analysis.displays.figure import Figure
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import DASH, count, rounded
from analysis.displays.style import INK, MUTED, canvas, journal_style
from analysis.displays.table import Column, Row, Table
from analysis.estimates.rows import EstimateRows
from analysis.outputs.recommendation_uptake import (
    CONTINUED,
    GIVEN,
    INFERRED,
    NEITHER,
    PENDING,
    RECEIVED,
    RECOMMENDED,
    RECORDED,
    in_words,
)
from analysis.wording import counted

# Matched to unmatched: saturated to grey. Okabe and Ito, as everywhere.
_LEFT_COLOURS = dict(
    zip(
        RECOMMENDED,
        ("#0072B2", "#56B4E9", "#009E73", "#E69F00", "#8c8c8c", "#c4c4c4"),
        strict=True,
    )
)
_NODE, _GAP = 0.03, 0.012
_LABELLED = 0.024  # a thinner band has no room for its number: the table below has it


def reasons_table(rows: EstimateRows, rules, title: str) -> Table:
    """Given, pending, and one primary reason for each of the others."""
    numbers = Numbers(rows)
    decimals = rules.display.percent_decimals

    def line(label, category, **look):
        n = count(numbers.get("n", "of recommended", category=category))
        share = rounded(numbers.get("pct", "of recommended", category=category), decimals)
        known = numbers.has("pct", "of not given", category=category)
        of_final = DASH
        if known:
            of_final = rounded(numbers.get("pct", "of not given", category=category), decimals)
        return Row(label, (n, share, of_final), **look)

    everyone = count(numbers.get("n", "patients"))
    final = count(numbers.get("N", "known", category=RECORDED))
    body = [
        Row("Guided therapy recommended", (everyone, "100.0", DASH), strong=True),
        line("Given", GIVEN),
        line(in_words(CONTINUED), CONTINUED),
        line("Pending at the cut", PENDING),
        Row(f"Not given, final ({final}): primary reason", heading=True),
    ]
    for reason in rules.molecular.reason_order:
        body.append(line(in_words(reason), reason, indent=1))
    body.append(Row("How the reason is known", heading=True))
    for source, label in (
        (RECORDED, "Recorded with the decision"),
        (INFERRED, "From the end of the patient's study"),
        (NEITHER, "Neither"),
    ):
        n = count(numbers.get("n", "known", category=source))
        share = rounded(numbers.get("pct", "known", category=source), decimals)
        body.append(Row(label, (n, DASH, share), indent=1))
    later = count(numbers.get("n", "later"))
    columns = (Column("n"), Column("% of recommended"), Column("% of not given"))
    notes = (
        "Each patient stands once. Order of the reasons where several are recorded: as listed.",
        f"Not given as recommended at the first profile, but guided otherwise later: {later}.",
    )
    return Table(rows.output_id, title, "", columns, tuple(body), notes)


def _heights(numbers: Numbers, analysis: str, labels: tuple[str, ...]) -> dict[str, int]:
    sizes = {label: int(numbers.get("n", analysis, category=label)) for label in labels}
    return {label: size for label, size in sizes.items() if size}


def _places(sizes: dict[str, int], total: int) -> dict[str, float]:
    """Top of each node, the whole side from 1 downwards with a gap between nodes."""
    usable = 1 - _GAP * max(len(sizes) - 1, 0)
    places, top = {}, 1.0
    for label, size in sizes.items():
        places[label] = top
        top -= usable * size / total + _GAP
    return places


def _ribbon(axes, left: float, right: float, thick_left: float, thick_right: float, colour) -> None:
    """A band from the left node to the right one; each end as thick as its side's scale says."""
    x0, x1 = _NODE, 1 - _NODE
    bend = (x0 + x1) / 2
    points = [
        (x0, left), (bend, left), (bend, right), (x1, right),
        (x1, right - thick_right), (bend, right - thick_right), (bend, left - thick_left),
        (x0, left - thick_left), (x0, left),
    ]  # fmt: skip
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    patch = PathPatch(Path(points, codes), facecolor=colour, alpha=0.55, linewidth=0.3)
    patch.set_edgecolor("white")
    axes.add_patch(patch)


def alluvial_figure(rows: EstimateRows, rules, title: str) -> Figure:
    """From what the board recommended (left) to what was received (right)."""
    numbers = Numbers(rows)
    sides = {
        "recommended": _heights(numbers, "recommended", RECOMMENDED),
        "received": _heights(numbers, "received", RECEIVED),
    }
    flows = numbers.frame[numbers.frame["analysis_id"].eq("flow")]
    flows = flows[["group", "category", "stat"]].rename(
        columns={"group": "recommended", "category": "received", "stat": "patients"}
    )
    total = sum(sides["recommended"].values())
    with journal_style():
        drawing = canvas(height=5.4)
        axes = drawing.add_subplot()
        axes.set_axis_off()
        axes.set_xlim(-0.62, 1.62)
        axes.set_ylim(-0.02, 1.1)
        if total:
            _draw(axes, sides, flows, total, rules)
        else:
            axes.text(0.5, 0.5, "No patient discussed by this cut", ha="center")
    said = "; ".join(
        f"{r['recommended']} to {r['received']}: {int(r['patients'])}"
        for r in flows.to_dict("records")
    )
    discussed = counted(total, "patient")
    alt = f"From recommendation to therapy, {discussed} discussed. {said or 'No patient'}."
    return Figure(rows.output_id, title, drawing, alt, flows.reset_index(drop=True))


def _shown(n: int, rules) -> str:
    """The number of a flow or node; hidden when small in the public profile."""
    public = rules.display.profile == "public"
    return "few" if public and n <= rules.display.suppress_at_most else str(n)


def _draw(axes, sides, flows: pd.DataFrame, total: int, rules) -> None:
    left, right = sides["recommended"], sides["received"]
    start, end = _places(left, total), _places(right, total)
    scale_left = (1 - _GAP * (len(left) - 1)) / total
    scale_right = (1 - _GAP * (len(right) - 1)) / total
    for flow in flows.to_dict("records"):
        n = flow["patients"]
        ends = (start[flow["recommended"]], end[flow["received"]])
        colour = _LEFT_COLOURS[flow["recommended"]]
        _ribbon(axes, *ends, n * scale_left, n * scale_right, colour)
        if n * scale_left >= _LABELLED and (n >= 5 or rules.display.profile == "internal"):
            y = ends[0] - n * scale_left / 2
            axes.text(_NODE + 0.012, y, f"{int(n)}", fontsize=7, va="center", ha="left")
        start[flow["recommended"]] -= n * scale_left
        end[flow["received"]] -= n * scale_right
    for x, nodes, scale, align, text_x in (
        (0.0, left, scale_left, "right", -0.02),
        (1 - _NODE, right, scale_right, "left", 1.02),
    ):
        tops = _places(nodes, total)
        heights = {label: size * scale for label, size in nodes.items()}
        centres = _spread([tops[label] - heights[label] / 2 for label in nodes])
        for (label, size), y in zip(nodes.items(), centres, strict=True):
            colour = _LEFT_COLOURS.get(label, MUTED)
            box = (x, tops[label] - heights[label])
            axes.add_patch(Rectangle(box, _NODE, heights[label], facecolor=colour, linewidth=0))
            text = f"{label}  {_shown(size, rules)}"
            axes.text(text_x, y, text, ha=align, va="center", fontsize=8.5, color=INK)
    for x, head, align in ((_NODE, "Recommended by MTB", "right"), (1 - _NODE, "Received", "left")):
        axes.text(x, 1.045, head, ha=align, va="bottom", fontsize=9, fontweight="bold")


def flow_table(rows: EstimateRows, rules, title: str) -> Table:
    """The flows of the figure as a cross table: recommended down, received across."""
    numbers = Numbers(rows)
    left, right = (
        _heights(numbers, analysis, labels)
        for analysis, labels in (("recommended", RECOMMENDED), ("received", RECEIVED))
    )

    def flow(start, end):
        known = numbers.has("n", "flow", group=start, category=end)
        return count(numbers.get("n", "flow", group=start, category=end)) if known else "0"

    body = [
        Row(start, (*(flow(start, end) for end in right), count(size)))
        for start, size in left.items()
    ]
    body.append(Row("All", (*map(str, right.values()), str(sum(left.values()))), strong=True))
    columns = (*(Column(end, span="Received") for end in right), Column("All"))
    return Table(rows.output_id, title, "Recommended by MTB", columns, tuple(body))


def _spread(centres: list[float], least: float = 0.042) -> np.ndarray:
    """Heights of labels, from the top, moved down where two would touch."""
    moved = np.array(centres, dtype=float)
    for place in range(1, len(moved)):
        moved[place] = min(moved[place], moved[place - 1] - least)
    return moved
