"""F14.2.1.1-4: waterfall, swimmer, spider and forest."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.displays.figure import Figure
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import confidence, count, interval, percent
from analysis.displays.style import (
    COLOURS,
    FAINT,
    INK,
    MARKERS,
    MUTED,
    RESPONSE_COLOURS,
    canvas,
    journal_style,
)
from analysis.estimates.rows import EstimateRows
from analysis.outputs.groups import GROUP_LABELS, TREATED_GROUPS
from analysis.wording import counted

RESPONSE_ORDER = ("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE", "MISSING")
EVENTS = {
    "Response": ("^", "#004a7c", "Confirmed response"),
    "Progression": ("X", "#D55E00", "Progression"),
    "New therapy": ("s", "#7b4b94", "New therapy"),
    "Death": ("D", INK, "Death"),
}


def _bars(numbers: Numbers, analysis: str) -> pd.DataFrame:
    frame = numbers.frame
    mine = frame[frame["analysis_id"].eq(analysis)]
    return mine[["group", "visit", "parameter", "category", "stat_name", "stat"]].copy()


def _mark(marker: str, colour: str, label: str, size: float = 4.5) -> Line2D:
    """A marker of a legend."""
    return Line2D(
        [], [], marker=marker, color=colour, linestyle="none", markersize=size, label=label
    )


def _draw_bars(axes, bars: pd.DataFrame, rec) -> None:
    """Bars by response, the thresholds, and the group of each patient as a mark at zero."""
    height = np.clip(bars["stat"].to_numpy(dtype=float), -100, 100)
    colours = [RESPONSE_COLOURS[response] for response in bars["parameter"]]
    axes.bar(
        np.arange(len(bars)), height, color=colours, edgecolor=MUTED, linewidth=0.35, width=0.86
    )
    for level in (rec.pd_percent, -rec.pr_percent):
        axes.axhline(level, color=MUTED, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.axhline(0, color=INK, linewidth=0.8)
    for number, (group, change) in enumerate(zip(bars["group"], height, strict=True)):
        beside = -4.5 if change >= 0 else 4.5
        axes.plot(number, beside, MARKERS[group], color=COLOURS[group], markersize=3.2)


def waterfall_figure(rows: EstimateRows, rules, title: str) -> Figure:
    """Bars from the largest increase to the largest decrease, coloured by confirmed response."""
    numbers = Numbers(rows)
    bars = _bars(numbers, "bar").sort_values(["stat", "category"], ascending=[False, True])
    rec = rules.recist
    with journal_style():
        drawing = canvas(height=4.2)
        axes = drawing.add_subplot()
        _draw_bars(axes, bars, rec)
        axes.set_ylim(-105, 105)
        axes.set_xlim(-0.8, max(len(bars), 1) - 0.2)
        axes.set_xticks([])
        axes.spines["bottom"].set_visible(False)
        axes.set_ylabel("Best change in the sum of diameters, %")
        present = [r for r in RESPONSE_ORDER if r in set(bars["parameter"])]
        handles = [
            Patch(facecolor=RESPONSE_COLOURS[r], edgecolor=MUTED, linewidth=0.4, label=r)
            for r in present
        ]
        handles += [_mark(MARKERS[g], COLOURS[g], GROUP_LABELS[g]) for g in TREATED_GROUPS]
        legend = "Confirmed best response; group"
        axes.legend(handles=handles, loc="upper right", ncols=2, title=legend)
    without = int(numbers.get("n", "patients", category="without"))
    with_bar = int(numbers.get("n", "patients", category="with a bar"))
    alt = (
        "Waterfall of the best change in the sum of diameters: "
        f"{counted(with_bar, 'patient')} with a bar, "
        f"{count(numbers.get('n', 'patients', category='decreased'))} of them with a decrease of "
        f"{rec.pr_percent}% or more; {without} without."
    )
    waiting = count(numbers.get("n", "patients", category="without, not due yet"))
    notes = (
        f"Without a complete sum after baseline and a bar: {counted(without, 'patient')} of the "
        "response set; "
        f"{waiting} of them were not due yet ({rules.visits.windows[0].label} open at the cut). "
        f"Dashed: +{rec.pd_percent}% and −{rec.pr_percent}%. Increases are cut at +100%.",
    )
    data = bars.rename(columns={"parameter": "CBOR", "category": "USUBJID", "stat": "best_change"})
    data = data[["USUBJID", "group", "CBOR", "best_change"]]
    return Figure(rows.output_id, title, drawing, alt, data, notes)


def _lanes(numbers: Numbers) -> pd.DataFrame:
    """One row per patient: the last day, the state, and the height of the lane.

    By group, the longest first; a free lane above each group holds its name.
    """
    rank = {group: number for number, group in enumerate(TREATED_GROUPS)}
    last = _bars(numbers, "last day")
    last = last.assign(rank=last["group"].map(rank)).sort_values(
        ["rank", "stat", "category"], ascending=[True, False, True], ignore_index=True
    )
    return last.assign(y=last.index + 1.6 * (last["rank"] + 1))


def _draw_regimens(axes, regimens: pd.DataFrame, lane: pd.Series, month: float) -> None:
    """Each regimen as a bar in the colour of its group."""
    wide = regimens.pivot(
        index=["category", "visit", "parameter"], columns="stat_name", values="stat"
    )
    for record in wide.reset_index().to_dict("records"):
        start = (record["min"] - 1) / month
        axes.barh(
            lane[record["category"]],
            max(record["max"] / month - start, 0.04),
            left=start,
            height=0.66,
            color=COLOURS[record["parameter"]],
            alpha=0.55,
            linewidth=0,
            zorder=2,
        )


def _draw_lanes(axes, lanes: pd.DataFrame, month: float) -> None:
    """A line to the last day of each patient, an arrow where the study goes on; group names."""
    axes.hlines(lanes["y"], 0, lanes["stat"] / month, FAINT, linewidth=1.0, zorder=1)
    ongoing = lanes[lanes["parameter"].eq("ongoing")]
    axes.plot(ongoing["stat"] / month + 0.18, ongoing["y"], ">", color=MUTED, markersize=3.2)
    for group, own in lanes.groupby("group"):
        top = own["y"].min()
        axes.axhline(top - 1.9, color=MUTED, linewidth=0.5)
        axes.text(
            1.0,
            top - 1.7,
            f"{GROUP_LABELS[group]} (n = {len(own)})",
            transform=axes.get_yaxis_transform(),
            ha="right",
            va="top",
            fontsize=8.5,
            color=COLOURS[group],
            fontweight="bold",
        )


def _draw_events(axes, events: pd.DataFrame, lane: pd.Series, month: float) -> None:
    """Responses, progressions, new therapies and deaths as marks."""
    for name, (marker, colour, _) in EVENTS.items():
        mine = events[events["parameter"].eq(name)]
        axes.plot(
            mine["stat"] / month,
            mine["category"].map(lane),
            marker,
            color=colour,
            markersize=3.8,
            markeredgecolor="white",
            markeredgewidth=0.4,
            zorder=3,
        )


def swimmer_figure(rows: EstimateRows, rules, title: str) -> Figure:
    """One lane per treated patient: regimens as bars, events as marks, an arrow where ongoing."""
    numbers = Numbers(rows)
    month = rules.estimation.month_days
    lanes = _lanes(numbers)
    lane = lanes.set_index("category")["y"]
    events = _bars(numbers, "event")
    with journal_style():
        drawing = canvas(height=1.4 + 0.115 * max(8, len(lanes)))
        axes = drawing.add_subplot()
        _draw_lanes(axes, lanes, month)
        _draw_regimens(axes, _bars(numbers, "regimen"), lane, month)
        _draw_events(axes, events, lane, month)
        axes.set_ylim((lane.max() if len(lane) else 0) + 1.2, -0.6)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.set_xlim(0, None)
        axes.set_xlabel("Months from first administration")
        handles = [
            Patch(facecolor=COLOURS[g], alpha=0.55, label=f"On {GROUP_LABELS[g].lower()}")
            for g in TREATED_GROUPS
        ]
        handles += [_mark(marker, colour, label) for marker, colour, label in EVENTS.values()]
        handles.append(_mark(">", MUTED, "In the study at the cut", 4))
        drawing.legend(handles=handles, loc="outside lower center", ncols=4)
    counts = events["parameter"].value_counts()
    alt = f"Swimmer plot of {counted(len(lanes), 'treated patient')}: " + ", ".join(
        f"{EVENTS[name][2].lower()} {int(counts.get(name, 0))}" for name in EVENTS
    )
    data = pd.concat([lanes.assign(kind="last day"), events.assign(kind="event")])[
        ["kind", "group", "parameter", "category", "stat"]
    ].rename(columns={"category": "USUBJID", "stat": "day"})
    return Figure(rows.output_id, title, drawing, f"{alt}.", data)


def spider_figure(rows: EstimateRows, rules, title: str) -> Figure:
    """Change in the sum of diameters over time, one panel per treatment group."""
    numbers = Numbers(rows)
    month = rules.estimation.month_days
    points = _bars(numbers, "point")
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
            n = count(numbers.get("n", "patients", group))
            axes.set_title(f"{GROUP_LABELS[group]} (n = {n})", loc="left", fontsize=9)
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
        title,
        drawing,
        alt,
        data[["USUBJID", "group", "day", "change"]],
        (
            "Increases are cut at +120%. Lines end at progression, new therapy or the end of "
            "follow-up.",
        ),
    )


def _strata(numbers: Numbers) -> pd.DataFrame:
    """One row per stratum with its numbers and its height in the figure."""
    found, y, before = [], 0.0, "All"
    places = numbers.frame[["parameter", "category"]].drop_duplicates()
    for place in places.to_dict("records"):
        if place["parameter"] != "All":
            y += 0.95 if place["parameter"] == before else 2.2
        before = place["parameter"]
        record = {"y": y, **place}
        for stat in ("n", "N", "estimate", "ci_low", "ci_high"):
            known = numbers.has(stat, "subgroup", **place)
            record[stat] = numbers.get(stat, "subgroup", **place) if known else np.nan
        found.append(record)
    return pd.DataFrame(found)


def _forest_text(left, right, strata: pd.DataFrame, rules) -> None:
    """Names of the strata on the left, their numbers on the right."""
    decimals = rules.display.percent_decimals
    for side in (left, right):
        side.set_axis_off()
        side.set_xlim(0, 1)
    right.text(0.2, -1.2, "n/N", va="center", ha="right", color=MUTED)
    right.text(0.3, -1.2, f"% ({confidence(rules)} CI)", va="center", color=MUTED)
    named = strata[strata["parameter"].ne("All")].groupby("parameter")["y"].min()
    for parameter, y in named.items():
        left.text(0, y - 1.0, parameter, fontweight="bold", va="center")
    for record in strata.to_dict("records"):
        whole = record["parameter"] == "All"
        weight = "bold" if whole else "normal"
        left.text(
            0 if whole else 0.06,
            record["y"],
            record["category"].replace("_", " "),
            va="center",
            fontweight=weight,
        )
        right.text(
            0.2, record["y"], f"{count(record['n'])}/{count(record['N'])}", va="center", ha="right"
        )
        if not np.isnan(record["estimate"]):
            limits = interval(record["ci_low"], record["ci_high"], decimals, 100)
            right.text(
                0.3, record["y"], f"{percent(record['estimate'], decimals)} {limits}", va="center"
            )


def forest_figure(rows: EstimateRows, rules, title: str) -> Figure:
    """Confirmed response rate by subgroup with exact limits; small strata as counts only."""
    strata = _strata(Numbers(rows))
    drawn = strata[strata["estimate"].notna()]
    whole = strata.iloc[0]
    with journal_style():
        drawing = canvas(height=0.9 + 0.185 * (strata["y"].max() + 1))
        left, axes, right = drawing.subplots(1, 3, width_ratios=[2.2, 3.2, 2.2], sharey=True)
        _forest_text(left, right, strata, rules)
        axes.hlines(drawn["y"], 100 * drawn["ci_low"], 100 * drawn["ci_high"], INK, linewidth=1.1)
        axes.plot(
            100 * drawn["estimate"],
            drawn["y"],
            "s",
            color=COLOURS["TG"],
            markersize=5,
            clip_on=False,
        )
        if not np.isnan(whole["estimate"]):
            axes.axvline(100 * whole["estimate"], color=MUTED, lw=0.8, ls=(0, (4, 3)), zorder=0)
        axes.set_ylim(strata["y"].max() + 0.8, -1.8)
        axes.set_xlim(0, 100)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.set_xlabel("Confirmed objective response, %")
    alt = (
        f"Confirmed objective response by subgroup: {count(whole['n'])} of {count(whole['N'])} in "
        f"all, {len(drawn) - 1} subgroups drawn with exact {confidence(rules)} limits."
    )
    notes = (
        f"Strata below {counted(rules.estimation.min_stratum, 'patient')} are listed without a "
        "percentage. "
        "No test of interaction.",
    )
    return Figure(rows.output_id, title, drawing, alt, strata.drop(columns="y"), notes)
