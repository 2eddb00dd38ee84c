"""Time-to-event outputs as tables and Kaplan-Meier figures with aligned numbers at risk."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.displays.figure import Figure
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import percent
from analysis.displays.style import COLOURS, INK, LINES, MUTED, canvas, journal_style
from analysis.estimates.rows import EstimateRows
from analysis.params import Rules
from analysis.tabulation.estimable import least_at_risk
from analysis.tabulation.groups import TREATED_GROUPS, group_label
from analysis.wording import counted


# --- Kaplan-Meier figure --------------------------------------------------------------------------
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


def _at_risk(curve: pd.DataFrame, n: int, day: float) -> int:
    """Patients still under observation at the beginning of a day."""
    gone = curve.loc[curve["day"] < day, ["n_events", "n_censored"]].to_numpy().sum()
    return int(n - gone)


def _draw_group(
    axes, curve: pd.DataFrame, group: str, label: str, least: int, month: float
) -> bool:
    """Draw the part of a curve that enough patients carry; whether there is one."""
    enough = curve[curve["n_at_risk"] >= least]
    if enough.empty:
        return False
    x = np.concatenate([[0.0], enough["day"].to_numpy() / month])
    y = np.concatenate([[100.0], 100 * enough["estimate"].to_numpy()])
    look = {"color": COLOURS[group], "linestyle": LINES[group]}
    axes.step(x, y, where="post", label=label, **look)
    ticks = enough[enough["n_censored"] > 0]
    axes.plot(
        ticks["day"] / month,
        100 * ticks["estimate"],
        linestyle="none",
        marker="|",
        markersize=6,
        markeredgewidth=0.9,
        color=COLOURS[group],
    )
    return True


def kaplan_meier_figure(rows: EstimateRows, rules: Rules, paramcd: str, outcome: str) -> Figure:
    """Kaplan-Meier curves by treatment group, with numbers at risk, events and censored below."""
    estimates = Numbers(rows)
    least = least_at_risk(rules)
    month = rules.estimation.month_days
    curves = {g: curve_frame(estimates, paramcd, g) for g in TREATED_GROUPS}
    sizes = {g: int(estimates.get("n", paramcd, g, parameter="Patients")) for g in TREATED_GROUPS}
    drawn = [g for g in TREATED_GROUPS if not curves[g].empty]
    with journal_style():
        drawing = canvas(height=3.6 + 0.62 * max(1, len(drawn)))
        axes, below = drawing.subplots(
            2, 1, height_ratios=[10, 1.2 + 1.5 * max(1, len(drawn))], sharex=True
        )
        labels = {g: f"{group_label(g)} (n = {sizes[g]})" for g in drawn}
        shown = [g for g in drawn if _draw_group(axes, curves[g], g, labels[g], least, month)]
        last = max([float(curves[g]["day"].max()) / month for g in drawn], default=12.0)
        ticks = np.arange(0, max(3.0, np.ceil(last / 3) * 3) + 0.1, 3)
        axes.set_xlim(0, ticks[-1])
        axes.set_ylim(0, 102)
        axes.set_xticks(ticks, [f"{tick:.0f}" for tick in ticks])
        axes.tick_params(labelbottom=True)
        axes.set_ylabel(f"{outcome}, %")
        axes.set_xlabel("Months from first administration")
        if shown:
            axes.legend(loc="upper right")
        else:
            words = f"No group has {counted(least, 'patient')} at risk"
            axes.text(0.5, 0.5, words, transform=axes.transAxes, color=MUTED, ha="center")
        _risk_table(below, curves, sizes, drawn, ticks, month)
    data = pd.concat([curves[g] for g in drawn]) if drawn else pd.DataFrame({"group": []})
    notes = (f"Curves end where fewer than {counted(least, 'patient')} are at risk.",)
    alt = _alt(curves, sizes, drawn, outcome, rules)
    return Figure(rows.output_id, drawing, alt, data, notes)


def _risk_table(axes, curves, sizes, drawn, ticks, month) -> None:
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
        axes.text(0, y + 0.35, group_label(group), color=COLOURS[group], fontsize=8, va="center")
        for tick in ticks:
            day = tick * month
            before = curves[group][curves[group]["day"] < day]
            text = (
                f"{_at_risk(curves[group], sizes[group], day)} "
                f"({int(before['n_events'].sum())}) [{int(before['n_censored'].sum())}]"
            )
            where = (
                {"ha": "center"}
                if 0 < tick < ticks[-1]
                else {"ha": "left" if tick == 0 else "right"}
            )
            axes.text(tick, y - 0.7, text, fontsize=7.5, color=INK, va="center", **where)


def _alt(curves, sizes, drawn, outcome, rules: Rules) -> str:
    parts = []
    for group in drawn:
        curve, said = curves[group], []
        for month in rules.estimation.survival_months:
            day = month * rules.estimation.month_days
            known = curve[curve["day"] <= day]
            few = _at_risk(curve, sizes[group], day) < least_at_risk(rules)
            if day > curve["day"].max() or few:
                continue
            value = 1.0 if known.empty else float(known["estimate"].iloc[-1])
            said.append(f"{percent(value, rules.display.percent_decimals)}% at {month} months")
        events = int(curve["n_events"].sum())
        text = (
            f"{group_label(group)}: {counted(sizes[group], 'patient')}, {counted(events, 'event')}"
        )
        parts.append(text + (", " + ", ".join(said) if said else ""))
    return f"Kaplan-Meier curves of {outcome.lower()}. " + ("; ".join(parts) or "No patient") + "."
