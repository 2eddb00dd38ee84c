"""F14.2.1.2: treatment, responses, progression, death and new therapy of each patient, in days."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.patches import Patch

from analysis.datasets import Datasets
from analysis.displays.figure import Figure
from analysis.displays.lookup import Numbers
from analysis.displays.style import COLOURS, FAINT, INK, MUTED, canvas, journal_style
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.origin import of_one_origin
from analysis.outputs.response.tumour_course import bars_of, legend_mark
from analysis.params import Rules
from analysis.tabulation.groups import TREATED_GROUPS, group_label, in_set
from analysis.tabulation.known_at_origin import followed
from analysis.wording import counted

OUTPUT = "F14.2.1.2"
NEEDS = ("treatments",)


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> EstimateRows:
    """F14.2.1.2: treatment, responses, progression, death and new therapy of each patient, in days.

    Returns
    -------
    EstimateRows
        category = patient, group = treatment group. Analysis "regimen" (visit = order, parameter =
        group of the regimen: min and max = first and last day), "event" (parameter = Response,
        Progression, Death, New therapy: estimate = day) and "last day" (parameter = ongoing or
        ended).
    """
    adsl = in_set(data["adsl"], "TRTFL")
    rows = EstimateRows(OUTPUT, "TRTFL")
    adex, adrs = data["adex"], data["adrs"]
    confirmed = adrs[adrs["PARAMCD"].eq("CRSP") & adrs["AVALC"].eq("Y")].set_index("USUBJID")
    progressed = adrs[adrs["PARAMCD"].eq("PD") & adrs["AVALC"].eq("Y")].set_index("USUBJID")
    survival = followed(data, rules, "OS", "TRTFL", "TRTGRP1").set_index("USUBJID")
    for patient in adsl.sort_values("USUBJID").to_dict("records"):
        who, start, group = patient["USUBJID"], patient["TRTSDT"], patient["TRTGRP1"]
        last = int(survival.at[who, "AVAL"])  # type: ignore[arg-type]
        _regimens(rows, adex[adex["USUBJID"].eq(who)], patient, last)
        events = {
            "Response": confirmed["ADT"].get(who),
            "Progression": progressed["ADT"].get(who),
            "New therapy": patient["NACTDT"],
            "Death": patient["DTHDT"],
        }
        for name, date in events.items():
            if date is not None and not pd.isna(date) and (date - start).days + 1 <= last:
                cell = Cell("event", group, parameter=name, category=who)
                rows.add(cell, "estimate", (date - start).days + 1, unit="days", n_subjects=1)
        state = "ongoing" if patient["EOSSTT"] == "ONGOING" else "ended"
        rows.add(
            Cell("last day", group, parameter=state, category=who), "estimate", last, unit="days"
        )
    return rows


def _regimens(rows: EstimateRows, regimens: pd.DataFrame, patient: dict, last: int) -> None:
    systemic = regimens[regimens["TRTGRP"].notna()].sort_values("EXSEQ")
    for regimen in systemic.to_dict("records"):
        first = (regimen["ASTDT"] - patient["TRTSDT"]).days + 1
        if first > last:
            continue
        end = regimen["AENDT"]
        final = last if pd.isna(end) else min(last, (end - patient["TRTSDT"]).days + 1)
        cell = Cell(
            "regimen",
            patient["TRTGRP1"],
            f"Regimen {int(regimen['EXSEQ']):02d}",
            regimen["TRTGRP"],
            patient["USUBJID"],
        )
        rows.add(cell, "min", first, unit="days", n_subjects=1)
        rows.add(cell, "max", max(first, final), unit="days", n_subjects=1)


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (swimmer_figure(rows, rules),)


EVENTS = {
    "Response": ("^", "#004a7c", "Confirmed response"),
    "Progression": ("X", "#99000d", "Progression"),
    "New therapy": ("s", "#7b4b94", "New therapy"),
    "Death": ("D", INK, "Death"),
}


def _lanes(estimates: Numbers) -> pd.DataFrame:
    """One row per patient: the last day, the state, and the height of the lane.

    By group, the longest first; a free lane above each group holds its name.
    """
    rank = {group: number for number, group in enumerate(TREATED_GROUPS)}
    last = bars_of(estimates, "last day")
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
            f"{group_label(str(group))} (n = {len(own)})",
            transform=axes.get_yaxis_transform(),
            ha="right",
            va="top",
            fontsize=8.5,
            color=COLOURS[str(group)],
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


def swimmer_figure(rows: EstimateRows, rules: Rules) -> Figure:
    """One lane per treated patient: regimens as bars, events as marks, an arrow where ongoing."""
    estimates = Numbers(rows)
    month = rules.estimation.month_days
    lanes = _lanes(estimates)
    lane = lanes.set_index("category")["y"]
    events = bars_of(estimates, "event")
    with journal_style():
        drawing = canvas(height=1.4 + 0.115 * max(8, len(lanes)))
        axes = drawing.add_subplot()
        _draw_lanes(axes, lanes, month)
        _draw_regimens(axes, bars_of(estimates, "regimen"), lane, month)
        _draw_events(axes, events, lane, month)
        axes.set_ylim((lane.max() if len(lane) else 0) + 1.2, -0.6)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.set_xlim(0, None)
        axes.set_xlabel("Months from first administration")
        handles: list[Any] = [
            Patch(facecolor=COLOURS[g], alpha=0.55, label=f"On {group_label(g).lower()}")
            for g in TREATED_GROUPS
        ]
        handles += [legend_mark(marker, colour, label) for marker, colour, label in EVENTS.values()]
        handles.append(legend_mark(">", MUTED, "In the study at the cut", 4))
        drawing.legend(handles=handles, loc="outside lower center", ncols=4)
    counts = events["parameter"].value_counts()
    alt = f"Swimmer plot of {counted(len(lanes), 'treated patient')}: " + ", ".join(
        f"{EVENTS[name][2].lower()} {int(counts.get(name, 0))}" for name in EVENTS
    )
    data = pd.concat([lanes.assign(kind="last day"), events.assign(kind="event")])[
        ["kind", "group", "parameter", "category", "stat"]
    ].rename(columns={"category": "USUBJID", "stat": "day"})
    return Figure(rows.output_id, drawing, f"{alt}.", data)
