"""F14.2.4.4: PFS1 and PFS2 of each patient, and whether PFS2 is complete.

Every threshold is printed with what it would be if the guided line changed nothing. Leaving the
censored ratios out, or using them as complete, would bias the rate: the estimators beside each
other say how much hangs on them. Midrank leads, as section 9 recommends: a PFS2 censored by time
censors the ratio earlier where PFS1 is long, so Kaplan-Meier of the ratio reads too high (48.0 for
43.5 % under the null with 30 % censored; benchmarks/results/pfs_ratio_null.csv).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.datasets import Datasets
from analysis.displays.figure import Figure
from analysis.displays.numbers import rounded
from analysis.displays.style import COLOURS, INK, MUTED, canvas, journal_style
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.origin import of_one_origin
from analysis.outputs.progression_free_survival.ratio_pairs import ratio_pairs, reaches
from analysis.params import Rules
from analysis.wording import counted

OUTPUT = "F14.2.4.4"
NEEDS = ("prior_treatments", "mtb_reviews", "mtb_recommendations", "treatments")
NEEDS_IF_RECORDED = ("tumour_responses",)


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> EstimateRows:
    """F14.2.4.4: PFS1 and PFS2 of each patient, and whether PFS2 is complete.

    Returns
    -------
    EstimateRows
        Analysis "pair" (group = patient; estimate of parameter PFS1 and PFS2, days; category
        "event" or "censored"), "count" of patients and "reached" (those whose PFS2 is at least
        the plan's threshold times PFS1).
    """
    pairs = ratio_pairs(data, rules)
    rows = EstimateRows(OUTPUT, "PFSRFL")
    rows.count(Cell("count"), pairs["USUBJID"])
    threshold = rules.estimation.pfs_ratio_threshold
    reached = pairs.loc[reaches(pairs, float(threshold)), "USUBJID"]
    rows.count(Cell("reached", visit=str(threshold)), reached)
    for pair in pairs.to_dict("records"):
        state = "event" if pair["EVENT"] else "censored"
        for name, category in (("PFS1", "event"), ("PFS2", state)):
            cell = Cell("pair", pair["USUBJID"], parameter=name, category=category)
            rows.add(cell, "estimate", pair[name], unit="days", n_subjects=1)
    return rows


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (paired_figure(rows, rules),)


_FIRST = "#9aa3ab"


def pairs_frame(rows: EstimateRows) -> pd.DataFrame:
    """One row per patient: PFS1, PFS2 (days), complete, reached, ratio; the highest ratio last."""
    frame = rows.frame
    mine = frame[frame["analysis_id"].eq("pair")]
    wide = mine.pivot(index="group", columns="parameter", values="stat").reindex(
        columns=["PFS1", "PFS2"]
    )
    second = mine[mine["parameter"].eq("PFS2")].set_index("group")["category"]
    reached = rows.members.loc[rows.members["analysis_id"].eq("reached"), "USUBJID"]
    wide = wide.assign(
        complete=second.eq("event").reindex(wide.index),
        reached=wide.index.isin(reached),
        ratio=wide["PFS2"] / wide["PFS1"],
    )
    wide = wide.rename_axis(index="USUBJID", columns=None).reset_index()
    return wide.sort_values(["ratio", "USUBJID"], kind="stable", ignore_index=True)


def paired_figure(rows: EstimateRows, rules: Rules) -> Figure:
    """PFS1 above PFS2 of each patient, with the mark that PFS2 has to reach."""
    pairs = pairs_frame(rows)
    threshold, month = float(rules.estimation.pfs_ratio_threshold), rules.estimation.month_days
    with journal_style():
        drawing = canvas(height=max(2.4, 1.25 + 0.27 * len(pairs)))
        axes = drawing.add_subplot()
        if pairs.empty:
            axes.set_axis_off()
            axes.text(0.5, 0.5, "No patient with both times by this cut", ha="center")
        else:
            _draw(axes, pairs, threshold, month)
    reached = int(pairs["reached"].sum())
    open_ended = int((~pairs["complete"].astype(bool)).sum())
    alt = (
        f"PFS1 and PFS2 of {counted(len(pairs), 'patient')}. PFS2 reaches {threshold:g} times PFS1 "
        f"in {reached}; PFS2 is censored in {open_ended}."
    )
    return Figure(rows.output_id, drawing, alt, pairs)


def _draw(axes, pairs: pd.DataFrame, threshold: float, month: float) -> None:
    y = np.arange(len(pairs), dtype=float)
    first, second = pairs["PFS1"] / month, pairs["PFS2"] / month
    complete = pairs["complete"].to_numpy(dtype=bool)
    success = pairs["reached"].to_numpy(dtype=bool)
    axes.barh(y + 0.2, first, height=0.3, color=_FIRST)
    colours = np.where(success, COLOURS["TG"], COLOURS["TN"])
    for place in range(len(pairs)):
        look: dict[str, Any] = (
            {"facecolor": colours[place]} if complete[place] else {"facecolor": "white"}
        )
        axes.barh(
            y[place] - 0.2,
            second[place],
            height=0.34,
            edgecolor=colours[place],
            linewidth=1.1,
            **look,
        )
        if not complete[place]:
            axes.plot(
                second[place],
                y[place] - 0.2,
                ">",
                color=colours[place],
                markersize=5,
                clip_on=False,
            )
    axes.vlines(threshold * first, y - 0.44, y + 0.42, color=INK, linewidth=1.3)
    longest = max(second.max(), threshold * first.max())
    for place, ratio in enumerate(pairs["ratio"]):
        text = ("" if complete[place] else "≥ ") + rounded(ratio, 2)
        axes.text(1.15 * longest, y[place], text, va="center", ha="right", fontsize=8, color=INK)
    axes.text(
        1.15 * longest, len(pairs) - 0.2, "Ratio", va="bottom", ha="right", fontsize=8, color=MUTED
    )
    axes.set_yticks(y, pairs["USUBJID"], fontsize=8)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(-0.7, len(pairs) + 0.25)
    axes.set_xlim(0, 1.16 * longest)
    axes.set_xlabel("Months")
    _legend(axes, threshold)


def _legend(axes, threshold: float) -> None:
    handles = [
        Patch(facecolor=_FIRST, label="PFS1, line before"),
        Patch(facecolor=COLOURS["TG"], label=f"PFS2, at least {threshold:g} × PFS1"),
        Patch(facecolor=COLOURS["TN"], label="PFS2, below it (hollow: so far)"),
        Patch(facecolor="white", edgecolor=MUTED, label="Hollow, arrow: PFS2 censored"),
        Line2D([], [], color=INK, marker="|", markersize=9, linestyle="none",
               markeredgewidth=1.3, label=f"{threshold:g} × PFS1"),
    ]  # fmt: skip
    axes.legend(
        handles=handles, loc="lower left", bbox_to_anchor=(-0.02, 1.0), ncols=3, fontsize=8,
        columnspacing=1.4, handlelength=1.2,
    )  # fmt: skip
