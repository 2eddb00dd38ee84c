"""T14.2.4.4 as tables, F14.2.4.4 as paired bars."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.displays.curves import exact_cell, exact_row, flat_notes, limit_notes, rate_cell
from analysis.displays.figure import Figure
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import confidence, count, percent, rounded, with_interval
from analysis.displays.shares import limits_cell, share_cell
from analysis.displays.style import COLOURS, INK, MUTED, canvas, journal_style
from analysis.displays.table import Column, Row, Table
from analysis.estimates.rows import EstimateRows
from analysis.outputs.estimable import ESTIMATE
from analysis.outputs.pfs_ratio import METHODS, MODIFIED, RATIO, SENSITIVITY
from analysis.wording import counted

_LABELS = {
    "kaplan_meier": "Kaplan-Meier of the ratio",
    "midrank": "Midrank",
    "evaluable": "Count, of the classifiable",
    "worst_case": "Count, unclassifiable as failures",
    "best_case": "Count, unclassifiable as successes",
}
_FIRST = "#9aa3ab"


def ratio_table(rows: EstimateRows, rules, title: str) -> Table:
    """Rate at each threshold by every estimator, the null reference in the same table."""
    numbers = Numbers(rows)
    decimals = rules.display.percent_decimals
    thresholds = [str(value) for value in rules.estimation.pfs_ratio_thresholds]

    def reached(analysis):
        for visit in thresholds:
            place = {"visit": visit, "parameter": "reached", "category": "patients"}
            size = count(numbers.get("N", analysis, **place))
            yield f"{count(numbers.get('n', analysis, **place))}/{size}"

    body: list[Row] = []
    for analysis in (RATIO, MODIFIED):
        body.append(Row(analysis, heading=True))
        body.append(Row("Seen to reach it, n/N", tuple(reached(analysis)), indent=1))
        for estimator in METHODS:
            body += _estimator_rows(numbers, rules, analysis, estimator)
    body.append(Row("Where PFS1 ends otherwise (midrank)", heading=True))
    for analysis, criterion in SENSITIVITY.items():
        size = count(numbers.get("N", analysis, visit=thresholds[0], parameter="midrank"))
        label = f"{criterion[0].upper()}{criterion[1:]}, N = {size}"
        body += _estimator_rows(numbers, rules, analysis, "midrank", label)
    body.append(Row("If the guided line changed nothing: 1 / (1 + threshold^k)", heading=True))
    for shape in rules.estimation.pfs_ratio_null_shapes:
        cells = tuple(
            percent(numbers.get("estimate", "null", visit=visit, parameter=str(shape)), decimals)
            for visit in thresholds
        )
        body.append(Row(f"k = {shape}", cells, indent=1))
    columns = tuple(
        Column(f"Ratio ≥ {visit}", f"% ({confidence(rules)} CI)") for visit in thresholds
    )
    least = rules.estimation.pfs_ratio_modified_least_months
    enough = rules.estimation.pfs_ratio_modified_enough_months
    notes = (
        "Classifiable: ratio complete, or censored at or above the threshold. Censored ratios are "
        "never used as if complete.",
        "Where PFS1 ends otherwise: a line stopped for progression without a date of it counts "
        "too, to its end; or only lines stopped for progression count, to the progression, else "
        "to their end.",
        "Midrank leads. Kaplan-Meier of the ratio reads too high where PFS2 is censored by time: a "
        "long PFS1 then censors the ratio early (benchmarks/results/pfs_ratio_null.csv).",
        f"Modified ratio (Mock 2019): PFS1 below {least:g} months set to {least:g}; PFS2 above "
        f"{enough:g} months is a success. No midrank: a time moved to the threshold has no rank.",
        "k: shape of the Weibull distribution of both lines, exchangeable given the patient; k = 1 "
        "is exponential.",
        *limit_notes(rules, body),
    )
    return Table(rows.output_id, title, "PFS2/PFS1", columns, tuple(body), notes)


def _estimator_rows(
    numbers: Numbers, rules, analysis: str, estimator: str, label: str = ""
) -> list[Row]:
    """The rate of one estimator at each threshold; of Kaplan-Meier the exact limits below."""
    decimals = rules.display.percent_decimals
    visits = [str(value) for value in rules.estimation.pfs_ratio_thresholds]
    places = [{"visit": visit, "parameter": estimator} for visit in visits]
    if not numbers.has("N", analysis, **places[0]):
        return []
    cells = []
    for place in places:
        if numbers.has("n_at_risk", analysis, **place):
            cells.append(rate_cell(numbers, rules, analysis, **place))
            continue
        values = tuple(numbers.get(stat, analysis, **place) for stat in ESTIMATE)
        cells.append(with_interval(values, lambda value: percent(value, decimals)))
    main = (analysis, estimator) == (RATIO, "midrank")
    exact = (exact_cell(numbers, rules, analysis, **place) for place in places)
    row = Row(label or _LABELS[estimator], tuple(cells), indent=1, strong=main)
    return [row, *exact_row(rules, exact, indent=3)]


def ratio_set_table(rows: EstimateRows, rules, title: str) -> Table:
    """Who is in the set and who is not, the median ratio, and how the two times go together."""
    numbers = Numbers(rows)
    decimals = rules.display.percent_decimals
    body = [Row("Guided patients", heading=True)]
    place = {"parameter": "Patients with both times"}
    size = count(numbers.get("N", "set", **place))
    body.append(Row("PFS1 and PFS2 known", (share_cell(numbers, decimals, "set", **place),), 1))
    for parameter, head in (
        ("Excluded", "Excluded, with the reason"),
        ("Ratio", "Ratio, of those in the set"),
        ("PFS1 from", "PFS1 taken from, of those in the set"),
        ("PFS1", "PFS1 flagged, of those in the set"),
    ):
        body.append(Row(head, heading=True))
        for category in numbers.categories("set", parameter):
            cell = share_cell(numbers, decimals, "set", parameter=parameter, category=category)
            body.append(Row(category[0].upper() + category[1:], (cell,), indent=1))
    stats = ("median", "ci_low", "ci_high")
    median = limits_cell(numbers, 2, "median ratio", stats)
    complete = count(numbers.get("N", "Kendall tau"))
    tau = rounded(numbers.get("estimate", "Kendall tau"), 2)
    body.append(Row("Summary", heading=True))
    body.append(Row(f"Median ratio ({confidence(rules)} CI), Kaplan-Meier", (median,), indent=1))
    body.append(Row(f"Kendall's tau, {complete} complete pairs", (tau,), indent=1))
    columns = (Column("n (%)", f"guided: N = {size}"),)
    notes = (
        "Tau rests on the complete pairs only: long censored PFS2 are not in it. NR: not reached.",
        *flat_notes(numbers, lambda ratio: rounded(ratio, 2)),
    )
    return Table(rows.output_id, title, "PFS-ratio set", columns, tuple(body), notes)


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


def paired_figure(rows: EstimateRows, rules, title: str) -> Figure:
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
    return Figure(rows.output_id, title, drawing, alt, pairs)


def _draw(axes, pairs: pd.DataFrame, threshold: float, month: float) -> None:
    y = np.arange(len(pairs), dtype=float)
    first, second = pairs["PFS1"] / month, pairs["PFS2"] / month
    complete = pairs["complete"].to_numpy(dtype=bool)
    success = pairs["reached"].to_numpy(dtype=bool)
    axes.barh(y + 0.2, first, height=0.3, color=_FIRST)
    colours = np.where(success, COLOURS["TG"], COLOURS["TN"])
    for place in range(len(pairs)):
        look = {"facecolor": colours[place]} if complete[place] else {"facecolor": "white"}
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
