"""F14.2.1.3: percentage change in the sum of diameters at each assessment, per patient."""

from __future__ import annotations

import numpy as np

from analysis.datasets import Datasets
from analysis.displays.figure import Figure
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import count
from analysis.displays.style import COLOURS, INK, MARKERS, MUTED, canvas, journal_style
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.origin import of_one_origin
from analysis.outputs.response.counted_assessments import counted_sums
from analysis.outputs.response.tumour_course import bars_of
from analysis.params import Rules
from analysis.tabulation.groups import TREATED_GROUPS, by_group, group_label, in_set
from analysis.wording import counted

OUTPUT = "F14.2.1.3"
NEEDS = ("treatments", "tumour_lesions")


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> EstimateRows:
    """F14.2.1.3: percentage change in the sum of diameters at each assessment, per patient."""
    adsl = in_set(data["adsl"], "RSPEVLFL")
    rows = EstimateRows(OUTPUT, "RSPEVLFL")
    group = adsl.set_index("USUBJID")["TRTGRP1"]
    sums = counted_sums(data)
    for record in sums.sort_values(["USUBJID", "ADT"]).to_dict("records"):
        patient = record["USUBJID"]
        visit = f"Day {int(record['ADY']):04d}"
        cell = Cell("point", group[patient], visit, category=patient)
        rows.add(cell, "estimate", record["PCHG"], unit="%", n_subjects=1)
    for name, patients in by_group(adsl):
        rows.count(Cell("patients", name), patients["USUBJID"])
        drawn = patients.loc[patients["USUBJID"].isin(sums["USUBJID"]), "USUBJID"]
        rows.count(Cell("patients", name, category="with a line"), drawn)
    return rows


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (spider_figure(rows, rules),)


def spider_figure(rows: EstimateRows, rules: Rules) -> Figure:
    """Change in the sum of diameters over time, one panel per treatment group."""
    estimates = Numbers(rows)
    month = rules.estimation.month_days
    points = bars_of(estimates, "point")
    points = points.assign(day=points["visit"].str.removeprefix("Day ").astype(float))
    with journal_style():
        drawing = canvas(height=3.4)
        panels = drawing.subplots(1, len(TREATED_GROUPS), sharex=True, sharey=True)
        for axes, group in zip(panels, TREATED_GROUPS, strict=True):
            mine = points[points["group"].eq(group)].sort_values(["category", "day"])
            for _, line in mine.groupby("category"):
                x = np.concatenate([[0.0], line["day"] / month])
                y = np.concatenate([[0.0], np.clip(line["stat"], -100, 120)])
                axes.plot(
                    x,
                    y,
                    color=COLOURS[group],
                    linewidth=0.8,
                    alpha=0.65,
                    marker=MARKERS[group],
                    markersize=2.2,
                )
            axes.axhline(0, color=INK, linewidth=0.7)
            for level in (rules.recist.pd_percent, -rules.recist.pr_percent):
                axes.axhline(level, color=MUTED, linewidth=0.7, linestyle=(0, (4, 3)))
            n = count(estimates.get("n", "patients", group))
            lines = count(estimates.get("n", "patients", group, category="with a line"))
            axes.set_title(f"{group_label(group)} ({lines} of {n})", loc="left", fontsize=9)
            if mine.empty:
                axes.text(0.5, 0.55, "No patient with a line", transform=axes.transAxes,
                          color=MUTED, ha="center")  # fmt: skip
            axes.set_xlabel("Months")
        panels[0].set_ylim(-105, 125)
        panels[0].set_xlim(0, None)
        panels[0].set_ylabel("Change in the sum of diameters, %")
    shown = points["category"].nunique()
    alt = (
        f"Change in the sum of diameters over time in {counted(shown, 'patient')}, one line each, "
        "in panels by treatment group."
    )
    data = points.rename(columns={"category": "USUBJID", "stat": "change"})
    return Figure(
        rows.output_id,
        drawing,
        alt,
        data[["USUBJID", "group", "day", "change"]],
        (
            "In brackets: patients with a line, of those of the response set. Increases are cut "
            "at +120%. Lines end at progression, new therapy or the end of "
            "follow-up.",
        ),
    )
