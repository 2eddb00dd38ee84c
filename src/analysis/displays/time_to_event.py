"""Time-to-event outputs as tables and Kaplan-Meier figures with aligned numbers at risk."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from analysis.displays.curves import exact_cell, exact_row, flat_notes, limit_notes, rate_cell
from analysis.displays.figure import Figure
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import (
    confidence,
    count,
    months,
    percent,
    rounded,
    with_interval,
)
from analysis.displays.style import COLOURS, INK, LINES, MUTED, canvas, journal_style
from analysis.displays.table import Column, Row, Table
from analysis.estimates.rows import EstimateRows
from analysis.outputs.estimable import ESTIMATE, MEDIAN, least_at_risk
from analysis.outputs.groups import GROUP_LABELS, TREATED_GROUPS
from analysis.outputs.survival import ORIGINS, TO_THE_LIMIT
from analysis.outputs.time_to_event import restriction_months
from analysis.wording import counted

GROUPS = (*TREATED_GROUPS, "All")


def in_months(rules):
    """How days are printed as months under the plan."""

    def shown(days: float) -> str:
        return months(days, rules.estimation.month_days, rules.display.months_decimals)

    return shown


def months_cell(
    numbers: Numbers, rules, analysis_id: str, name: str, stats: tuple[str, ...] = MEDIAN, **place
) -> str:
    """A time in months with its limits: a median, or a mean."""
    values = tuple(numbers.get(stat, analysis_id, parameter=name, **place) for stat in stats)
    return with_interval(values, in_months(rules))


def median_text(numbers: Numbers, rules, analysis_id: str, name: str = "Median", **place) -> str:
    """Median in months with its limits."""
    return months_cell(numbers, rules, analysis_id, name, **place)


def rmst_label(paramcd: str, rules) -> str:
    """Name of the line of the restricted mean, with the plan's time."""
    return f"RMST to {restriction_months(paramcd, rules)} months, months ({confidence(rules)} CI)"


def time_to_event_rows(numbers: Numbers, rules, columns: list[dict]) -> list[Row]:
    """Body of a time-to-event table; `columns` says where the numbers of each column stand."""
    decimals = rules.display.percent_decimals

    def line(label, text, **look):
        return Row(label, tuple(text(place) for place in columns), **look)

    def share(name):
        def cell(place):
            n, pct = (numbers.get(stat, parameter=name, **place) for stat in ("n", "pct"))
            return f"{count(n)} ({rounded(pct, decimals)})"

        return cell

    body = [
        line("Patients", lambda p: count(numbers.get("n", parameter="Patients", **p))),
        line("Events (%)", share("Events"), indent=1),
        line("Censored (%)", share("Censored"), indent=1),
        _median_row(numbers, rules, columns, strong=True),
        Row(f"Rate, % ({confidence(rules)} CI) [at risk]", heading=True),
    ]
    for month in rules.estimation.survival_months:
        body += _rate_rows(numbers, rules, f"{month} months", columns)
    body += [
        Row("Mean and follow-up", heading=True),
        line(
            rmst_label(columns[0]["analysis_id"], rules),
            lambda p: months_cell(numbers, rules, name="RMST", stats=ESTIMATE, **p),
            indent=1,
        ),
        line(
            f"Median follow-up, months ({confidence(rules)} CI)",
            lambda p: median_text(numbers, rules, name="Follow-up", **p),
            indent=1,
        ),
    ]
    return body


def _median_row(numbers: Numbers, rules, columns: list[dict], **look) -> Row:
    cells = tuple(median_text(numbers, rules, **place) for place in columns)
    return Row(f"Median, months ({confidence(rules)} CI)", cells, **look)


def _rate_rows(numbers: Numbers, rules, landmark: str, columns: list[dict]) -> list[Row]:
    """The rates at one landmark with those at risk, and below them the exact limits."""
    at = {"parameter": "Survival", "category": landmark}
    cells = tuple(
        f"{rate_cell(numbers, rules, **at, **place)} "
        f"[{count(numbers.get('n_at_risk', **at, **place))}]"
        for place in columns
    )
    exact = (exact_cell(numbers, rules, **at, **place) for place in columns)
    return [Row(landmark, cells, indent=1), *exact_row(rules, exact, indent=3)]


def time_to_event_notes(numbers: Numbers, rules, body: Iterable[Row]) -> tuple[str, ...]:
    """What a reader of a time-to-event table must know about its numbers."""
    least = rules.estimation.min_stratum
    return (
        "RMST: mean restricted to the months of the plan, the same in every output and cut; NE "
        f"for fewer than {counted(least, 'patient')} and where the curve ends above 0 before. "
        "NR: not reached.",
        f"Median follow-up: reverse Kaplan-Meier. Intervals: {confidence(rules)}, log-log.",
        *limit_notes(rules, body),
        *flat_notes(numbers, in_months(rules), " months"),
    )


def survival_table(rows: EstimateRows, rules, title: str, paramcd: str) -> Table:
    """T14.2.4.1 and T14.2.5.1: one column per treatment group."""
    numbers = Numbers(rows)
    columns = [{"analysis_id": paramcd, "group": group} for group in GROUPS]
    heads = tuple(Column(GROUP_LABELS[group]) for group in GROUPS)
    body = tuple(time_to_event_rows(numbers, rules, columns))
    notes = time_to_event_notes(numbers, rules, body)
    return Table(rows.output_id, title, "", heads, body, notes)


def origins_table(rows: EstimateRows, rules, title: str) -> Table:
    """T14.2.5.2: the whole cohort from three origins."""
    numbers = Numbers(rows)
    columns = [
        {"analysis_id": paramcd, "group": "All", "visit": origin} for paramcd, _, origin in ORIGINS
    ]
    heads = tuple(Column(f"From {origin.lower()}") for _, _, origin in ORIGINS)
    body = time_to_event_rows(numbers, rules, columns)
    pending = tuple(
        count(numbers.get("n", parameter="Origin pending", **place)) for place in columns
    )
    body.insert(1, Row("In the set, origin pending", pending, indent=1))
    body.append(Row("All the living followed to the planned end of follow-up", heading=True))
    bounds = [{**place, "analysis_id": TO_THE_LIMIT[place["analysis_id"]]} for place in columns]
    body.append(_median_row(numbers, rules, bounds, indent=1))
    for month in rules.estimation.survival_months:
        body += _rate_rows(numbers, rules, f"{month} months", bounds)
    notes = (
        "Each column has its own patients and clock; the columns are not a comparison.",
        *time_to_event_notes(numbers, rules, body),
        "All the living followed: everybody not known to have died is taken as alive to the "
        "planned end of follow-up, or to the cut. Deaths become known without a contact, lives "
        "do not.",
    )
    return Table(rows.output_id, title, "", heads, tuple(body), notes)


def reasons_table(rows: EstimateRows, rules, title: str) -> Table:
    """T14.2.4.2: why each patient's PFS ended or was censored."""
    numbers = Numbers(rows)
    frame = numbers.frame
    body: list[Row] = []
    for analysis, label in (("event", "Events"), ("censored", "Censored")):
        body.append(Row(label, heading=True))
        mine = frame[frame["analysis_id"].eq(analysis) & frame["group"].eq("All")]
        for parameter, reason in mine[["parameter", "category"]].drop_duplicates().to_numpy():
            cells = []
            for group in GROUPS:
                place = {"group": group, "parameter": parameter, "category": reason}
                n, share = (
                    numbers.get("n", analysis, **place),
                    numbers.get("pct", analysis, **place),
                )
                cells.append(f"{count(n)} ({rounded(share, rules.display.percent_decimals)})")
            name = reason if analysis == "event" else f"{reason} [{parameter}]"
            body.append(Row(name, tuple(cells), indent=1))
    heads = tuple(
        Column(GROUP_LABELS[g], f"N = {count(numbers.get('n', 'patients', g))}") for g in GROUPS
    )
    return Table(rows.output_id, title, "Reason", heads, tuple(body))


def maturity_table(rows: EstimateRows, rules, title: str) -> Table:
    """T14.1.9: follow-up and information at this cut."""
    numbers = Numbers(rows)
    decimals = rules.display.percent_decimals

    def share(analysis, category):
        cells = []
        for group in GROUPS:
            place = {"group": group, "category": category}
            n, pct = numbers.get("n", analysis, **place), numbers.get("pct", analysis, **place)
            cells.append(f"{count(n)} ({rounded(pct, decimals)})")
        return tuple(cells)

    least = f"{rules.estimation.maturity_months} months or more"
    follow_up = tuple(
        median_text(numbers, rules, "OS", name="Follow-up", group=group) for group in GROUPS
    )
    body = (
        Row(f"Median follow-up, months ({confidence(rules)} CI)", follow_up),
        Row(f"Potential follow-up {least}, n (%)", share("potential follow-up", least)),
        Row("PFS events, n (%)", share("information", "PFS")),
        Row("Deaths, n (%)", share("information", "OS")),
        Row(
            "PFS censored within one visit interval of the cut, n (%)",
            share("censored near the cut", "PFS"),
        ),
        Row(
            "OS censored within one visit interval of the cut, n (%)",
            share("censored near the cut", "OS"),
        ),
        Row(
            f"Silent: in follow-up, last seen more than {rules.follow_up.silent_days} days before "
            "the cut, n (%)",
            share("silent", "silent at the cut"),
        ),
    )
    heads = tuple(
        Column(GROUP_LABELS[g], f"N = {count(numbers.get('n', 'OS', g, parameter='Patients'))}")
        for g in GROUPS
    )
    notes = flat_notes(numbers, in_months(rules), " months")
    return Table(rows.output_id, title, "", heads, body, notes)


# --- Kaplan-Meier figure --------------------------------------------------------------------------
def curve_frame(numbers: Numbers, analysis_id: str, group: str) -> pd.DataFrame:
    """Day, survival, limits, at risk, events and censored of one group, from day 0."""
    frame = numbers.frame
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


def kaplan_meier_figure(
    rows: EstimateRows, rules, title: str, paramcd: str, outcome: str
) -> Figure:
    """Kaplan-Meier curves by treatment group, with numbers at risk, events and censored below."""
    numbers = Numbers(rows)
    least = least_at_risk(rules)
    month = rules.estimation.month_days
    curves = {g: curve_frame(numbers, paramcd, g) for g in TREATED_GROUPS}
    sizes = {g: int(numbers.get("n", paramcd, g, parameter="Patients")) for g in TREATED_GROUPS}
    drawn = [g for g in TREATED_GROUPS if not curves[g].empty]
    with journal_style():
        drawing = canvas(height=3.6 + 0.62 * max(1, len(drawn)))
        axes, below = drawing.subplots(
            2, 1, height_ratios=[10, 1.2 + 1.5 * max(1, len(drawn))], sharex=True
        )
        labels = {g: f"{GROUP_LABELS[g]} (n = {sizes[g]})" for g in drawn}
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
    return Figure(rows.output_id, title, drawing, alt, data, notes)


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
        axes.text(0, y + 0.35, GROUP_LABELS[group], color=COLOURS[group], fontsize=8, va="center")
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


def _alt(curves, sizes, drawn, outcome, rules) -> str:
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
            f"{GROUP_LABELS[group]}: {counted(sizes[group], 'patient')}, {counted(events, 'event')}"
        )
        parts.append(text + (", " + ", ".join(said) if said else ""))
    return f"Kaplan-Meier curves of {outcome.lower()}. " + ("; ".join(parts) or "No patient") + "."
