"""F14.1.6: from the board's recommendation to the therapy received, everybody discussed."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from analysis.datasets import Datasets
from analysis.displays.figure import Figure
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import count
from analysis.displays.style import INK, MUTED, canvas, journal_style
from analysis.displays.table import Column, Row, Table
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.disposition.recommendation_uptake import first_known
from analysis.outputs.origin import of_one_origin
from analysis.params import Rules
from analysis.tabulation.groups import in_set
from analysis.tabulation.proportion import add_share
from analysis.wording import counted

OUTPUT = "F14.1.6"
NEEDS = ("mtb_reviews", "mtb_recommendations", "treatments")
# F14.1.6, from left to right. Recommendation: the class of the best-ranked linked recommendation.
RECOMMENDED = (
    "Matched targeted drug",
    "Matched immunotherapy",
    "Matched other therapy",
    "Unmatched therapy only",
    "None",
    "Review deferred",
)
RECEIVED = (
    "Guided targeted drug",
    "Guided immunotherapy",
    "Guided other therapy",
    "Targeted, not guided",
    "Chemotherapy",
    "Immunotherapy, not guided",
    "Other systemic therapy",
    "Begun before the review only",
    "Untreated, pending",
    "Untreated, final",
)
_OTHER_THERAPY = {"chemotherapy": RECEIVED[4], "immunotherapy": RECEIVED[5]}


def recommended_class(adsl: pd.DataFrame, admb: pd.DataFrame) -> pd.Series:
    """What the first profile led the board to recommend, by USUBJID: one of `RECOMMENDED`."""
    first = admb[admb["PROFNUM"].eq(1)].assign(unlinked=lambda rows: rows["LINKFL"].ne("Y"))
    best = first.sort_values(
        ["USUBJID", "unlinked", "REVDT", "RANK", "RECID"], kind="stable"
    ).drop_duplicates("USUBJID")
    best = best.set_index("USUBJID").reindex(adsl["USUBJID"])
    linked, therapy_class = best["LINKFL"].eq("Y"), best["THERCLS"]
    label = np.select(
        [
            linked & therapy_class.eq("targeted"),
            linked & therapy_class.eq("immunotherapy"),
            linked,
            therapy_class.notna(),
            adsl["MTBDT"].notna().to_numpy(),
        ],
        RECOMMENDED[:5],
        RECOMMENDED[5],
    )
    return pd.Series(label, index=best.index, dtype=object)


def received_class(adsl: pd.DataFrame, adex: pd.DataFrame) -> pd.Series:
    """What was given after the board's first discussion, by USUBJID: one of `RECEIVED`.

    Guided therapy at any time comes first; else the first systemic regimen on or after the
    discussion.
    """
    patients = adsl.set_index("USUBJID")
    systemic = adex[adex["TRTGRP"].notna()].sort_values(["USUBJID", "EXSEQ"], kind="stable")
    since = systemic["USUBJID"].map(patients["MTBFDT"])
    after = systemic[systemic["ASTDT"] >= since].drop_duplicates("USUBJID").set_index("USUBJID")
    after = after.reindex(patients.index)
    guided = patients["GUIDCLS"].map(
        {"targeted": RECEIVED[0], "immunotherapy": RECEIVED[1], "other": RECEIVED[2]}
    )
    other = first_known(after["THERCLS"].map(_OTHER_THERAPY), RECEIVED[6])
    other = other.where(after["TRT"].notna())
    other = other.mask(after["TRTGRP"].eq("TN"), RECEIVED[3])
    before = pd.Series(RECEIVED[7], index=patients.index).where(patients["TRTFL"].eq("Y"))
    untreated = patients["NTSTAT"].map({"pending": RECEIVED[8], "final": RECEIVED[9]})
    return first_known(guided, other, before, untreated)


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> EstimateRows:
    """F14.1.6: from the board's recommendation to the therapy received, everybody discussed.

    Returns
    -------
    EstimateRows
        Analyses "recommended" and "received" (n, N, pct) and "flow" (n; group = recommended,
        category = received). Each adds up to the patients discussed.
    """
    adsl = in_set(data["adsl"], "MTBFL")
    left = recommended_class(adsl, data["admb"])
    right = received_class(adsl, data["adex"])
    rows = EstimateRows(OUTPUT, "MTBFL")
    everyone = adsl["USUBJID"]
    for analysis, labels, side in (
        ("recommended", RECOMMENDED, left),
        ("received", RECEIVED, right),
    ):
        for label in labels:
            add_share(rows, Cell(analysis, category=label), side.index[side.eq(label)], everyone)
    for start in RECOMMENDED:
        for end in RECEIVED:
            who = left.index[left.eq(start) & right.eq(end)]
            if len(who):
                rows.count(Cell("flow", group=start, category=end), who)
    return rows


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (
        alluvial_figure(rows, rules),
        flow_table(rows, rules, "Patients"),
    )


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


def _heights(estimates: Numbers, analysis: str, labels: tuple[str, ...]) -> dict[str, int]:
    sizes = {label: int(estimates.get("n", analysis, category=label)) for label in labels}
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


def alluvial_figure(rows: EstimateRows, rules: Rules) -> Figure:
    """From what the board recommended (left) to what was received (right)."""
    estimates = Numbers(rows)
    sides = {
        "recommended": _heights(estimates, "recommended", RECOMMENDED),
        "received": _heights(estimates, "received", RECEIVED),
    }
    flows = estimates.frame[estimates.frame["analysis_id"].eq("flow")]
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
    return Figure(rows.output_id, drawing, alt, flows.reset_index(drop=True))


def _shown(n: int, rules: Rules) -> str:
    """The number of a flow or node; hidden when small in the public profile."""
    public = rules.display.profile == "public"
    return "few" if public and n <= rules.display.suppress_at_most else str(n)


def _draw(axes, sides, flows: pd.DataFrame, total: int, rules: Rules) -> None:
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


def flow_table(rows: EstimateRows, rules: Rules, title: str) -> Table:
    """The flows of the figure as a cross table: recommended down, received across."""
    estimates = Numbers(rows)
    left, right = (
        _heights(estimates, analysis, labels)
        for analysis, labels in (("recommended", RECOMMENDED), ("received", RECEIVED))
    )

    def flow(start, end):
        known = estimates.has("n", "flow", group=start, category=end)
        return count(estimates.get("n", "flow", group=start, category=end)) if known else "0"

    body = [
        Row(start, (*(flow(start, end) for end in right), count(size)))
        for start, size in left.items()
    ]
    body.append(Row("All", (*map(str, right.values()), str(sum(left.values()))), strong=True))
    columns = (*(Column(end, span="Received") for end in right), Column("All"))
    return Table(rows.output_id, "Recommended by MTB", columns, tuple(body), title=title)


def _spread(centres: list[float], least: float = 0.042) -> np.ndarray:
    """Heights of labels, from the top, moved down where two would touch."""
    moved = np.array(centres, dtype=float)
    for place in range(1, len(moved)):
        moved[place] = min(moved[place], moved[place - 1] - least)
    return moved
