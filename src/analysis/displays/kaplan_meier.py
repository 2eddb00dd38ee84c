"""Kaplan-Meier figures with aligned numbers at risk, from the rows of the curves."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.displays.figure import Figure
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import confidence, count, is_missing, percent
from analysis.displays.style import (
    INK,
    LINES,
    MUTED,
    canvas,
    colour_of,
    journal_style,
    steps,
)
from analysis.estimates.rows import EstimateRows
from analysis.params import Rules
from analysis.tabulation.estimable import least_at_risk
from analysis.tabulation.groups import group_label
from analysis.wording import counted

#: Of the axis beyond its last tick, so that the numbers below it are centred and whole.
_ROOM = 1.04
#: Groups of three numbers that stand beside each other below a figure without touching.
_MOST_TICKS = 7


def curve_frame(estimates: Numbers, analysis_id: str, group: str) -> pd.DataFrame:
    """Day, survival, limits, at risk, events and censored of one group, from day 0."""
    frame = estimates.frame
    mine = frame[frame["analysis_id"].eq(analysis_id) & frame["group"].eq(group)]
    points = mine[mine["parameter"].eq("Curve") & mine["visit"].ne("")]
    if points.empty:
        return pd.DataFrame()
    wide = points.pivot(index="visit", columns="stat_name", values="stat")
    censored = mine[mine["parameter"].eq("Censored") & mine["visit"].ne("")].set_index("visit")
    wide["n_censored"] = censored["stat"].reindex(wide.index)
    wide = wide.reset_index()
    wide.insert(0, "group", group)
    wide.insert(1, "day", wide.pop("visit").str.removeprefix("Day ").astype(int))
    return wide[
        ["group", "day", "estimate", "ci_low", "ci_high", "n_at_risk", "n_events", "n_censored"]
    ]


def _draw_group(
    axes, curve: pd.DataFrame, group: str, label: str, least: int, month: float
) -> bool:
    """Draw the part of a curve that enough patients carry; whether there is one."""
    enough = curve[curve["n_at_risk"] >= least]
    if enough.empty:
        return False
    colour = colour_of(group)
    x = np.concatenate([[0.0], enough["day"].to_numpy() / month])
    y = np.concatenate([[100.0], 100 * enough["estimate"].to_numpy()])
    steps(axes, x, y, colour=colour, line=LINES.get(group, "-"), label=label)
    _band(axes, x, enough, colour)
    axes.plot(  # where the curve stops: too few are at risk beyond
        x[-1:], y[-1:], linestyle="none", marker="o", markersize=4.5, markeredgewidth=1.1,
        markerfacecolor="white", color=colour,
    )  # fmt: skip
    ticks = enough[enough["n_censored"] > 0]
    axes.plot(
        ticks["day"] / month,
        100 * ticks["estimate"],
        linestyle="none",
        marker="|",
        markersize=6,
        markeredgewidth=0.9,
        color=colour,
    )
    return True


def _band(axes, x: np.ndarray, enough: pd.DataFrame, colour) -> None:
    """The interval around a curve, where there is one."""
    if "ci_low" not in enough:
        return
    low, high = (
        np.concatenate([[np.nan], 100 * enough[name].to_numpy(dtype=float)])
        for name in ("ci_low", "ci_high")
    )
    there = ~(np.isnan(low) | np.isnan(high))
    axes.fill_between(
        x, np.where(there, low, 0), np.where(there, high, 0), where=there, step="post",
        color=colour, alpha=0.13, linewidth=0,
    )  # fmt: skip


def kaplan_meier_figure(rows: EstimateRows, rules: Rules, paramcd: str, outcome: str) -> Figure:
    """Kaplan-Meier curves by treatment group, with numbers at risk, events and censored below."""
    estimates = Numbers(rows)
    least = least_at_risk(rules)
    month = rules.estimation.month_days
    groups = [group for group in estimates.groups if group != "All"]
    curves = {g: curve_frame(estimates, paramcd, g) for g in groups}
    sizes = {g: int(estimates.get("n", paramcd, g, parameter="Patients")) for g in groups}
    drawn = [g for g in groups if not curves[g].empty]
    with journal_style():
        drawing = canvas(height=3.6 + 0.62 * max(1, len(drawn)))
        axes, below = drawing.subplots(
            2, 1, height_ratios=[10, 1.2 + 1.5 * max(1, len(drawn))], sharex=True
        )
        labels = {g: f"{group_label(g)} (n = {sizes[g]})" for g in drawn}
        shown = [g for g in drawn if _draw_group(axes, curves[g], g, labels[g], least, month)]
        below_at = _months_below(estimates, paramcd)
        ticks = list(below_at.values())
        axes.set_xlim(0, ticks[-1] * _ROOM)
        axes.set_ylim(0, 102)
        axes.set_xticks(ticks, list(map(str, ticks)))
        axes.tick_params(labelbottom=True)
        axes.set_ylabel(f"{outcome}, %")
        axes.set_xlabel("Months from first administration")
        if shown:
            axes.legend(loc="upper right")
        else:
            words = f"No group has {counted(least, 'patient')} at risk"
            axes.text(0.5, 0.5, words, transform=axes.transAxes, color=MUTED, ha="center")
        _risk_table(below, estimates, paramcd, drawn, below_at)
    data = pd.concat([curves[g] for g in drawn]) if drawn else pd.DataFrame({"group": []})
    notes = (
        f"Curves end, at an open circle, where fewer than {counted(least, 'patient')} are at risk. "
        f"Bands: pointwise intervals, {confidence(rules)}. A stroke is a patient who is censored.",
    )
    alt = _alt(estimates, paramcd, sizes, drawn, outcome, rules)
    return Figure(rows.output_id, drawing, alt, data, notes)


def _months_below(estimates: Numbers, paramcd: str) -> dict[str, int]:
    """Visits of the numbers below the figure, with their month; as many as have room."""
    frame = estimates.frame
    mine = frame[frame["analysis_id"].eq(paramcd) & frame["parameter"].eq("At risk")]
    found = {visit: int(visit.removesuffix(" months")) for visit in pd.unique(mine["visit"])}
    every = max(1, -(-len(found) // _MOST_TICKS))
    return dict(list(found.items())[::every])


def _risk_table(
    axes, estimates: Numbers, paramcd: str, drawn: list[str], below_at: dict[str, int]
) -> None:
    """At risk, (events), [censored] under each tick of the axis, group by group."""
    axes.set_axis_off()
    axes.set_ylim(-(2.2 * len(drawn)) - 0.2, 1.0)
    axes.text(
        0,
        0.9,
        "At risk (events) [censored]",
        fontsize=8,
        color=MUTED,
        va="top",
        ha="left",
    )
    for row, group in enumerate(drawn):
        y = -2.2 * row - 0.6
        name, colour = group_label(group), colour_of(group)
        axes.text(0, y + 0.35, name, color=colour, fontsize=8, va="center", ha="left")
        for visit, tick in below_at.items():
            place = {"group": group, "visit": visit}
            at_risk, events = (
                count(estimates.get(stat, paramcd, parameter="At risk", **place))
                for stat in ("n_at_risk", "n_events")
            )
            gone = count(estimates.get("n_events", paramcd, parameter="Censored before", **place))
            text = f"{at_risk} ({events}) [{gone}]"
            axes.text(tick, y - 0.7, text, fontsize=7.5, color=INK, va="center", ha="center")


def _alt(estimates: Numbers, paramcd: str, sizes, drawn, outcome: str, rules: Rules) -> str:
    decimals = rules.display.percent_decimals
    parts = []
    for group in drawn:
        said = []
        for month in rules.estimation.survival_months:
            place = {"group": group, "parameter": "Survival", "category": f"{month} months"}
            value = estimates.get("estimate", paramcd, **place)
            enough = estimates.get("n_at_risk", paramcd, **place) >= least_at_risk(rules)
            if enough and not is_missing(value):
                said.append(f"{percent(value, decimals)}% at {month} months")
        events = estimates.get("n", paramcd, group, parameter="Events")
        text = f"{group_label(group)}: {counted(sizes[group], 'patient')}, "
        text += counted(int(events), "event")
        parts.append(text + (", " + ", ".join(said) if said else ""))
    return f"Kaplan-Meier curves of {outcome.lower()}. " + ("; ".join(parts) or "No patient") + "."
