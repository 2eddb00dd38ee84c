"""F14.3.1: time from first dose to the first serious adverse event.

Aalen-Johansen: death and a regimen of another group compete.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analysis.datasets import Datasets
from analysis.displays.competing_events import incidence_rows
from analysis.displays.curves import limit_notes, until_few
from analysis.displays.figure import Figure
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import confidence, count, is_missing, percent
from analysis.displays.style import COLOURS, FAINT, LINES, MUTED, canvas, journal_style, steps
from analysis.displays.table import Column, Row, Table
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.origin import of_one_origin
from analysis.params import Rules
from analysis.tabulation.competing_events import add_at_risk, add_curve, add_landmarks, months_of
from analysis.tabulation.estimable import least_at_risk
from analysis.tabulation.groups import TREATED_GROUPS, by_group, group_label, in_set
from analysis.tabulation.known_at_origin import followed
from analysis.tabulation.time_to_event import months_below
from analysis.wording import counted

OUTPUT = "F14.3.1"
NEEDS = ("treatments", "adverse_events")
OUTCOMES = {
    1: "First serious adverse event",
    2: "Death before",
    4: "Regimen of another group before",
}
NO_OUTCOME = "None of these by the end of observation"


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> EstimateRows:
    """F14.3.1: time from first dose to the first serious adverse event.

    Parameters
    ----------
    data : mapping of DataFrame
        ``adsl`` and ``adtte`` (TTSAE).
    rules : Rules
        ``estimation``.

    Returns
    -------
    EstimateRows
        By group: N; "outcome" (n of each cause, they add up to N); "at landmark" (visit = "3
        months", parameter = cause: estimate and limits, n_at_risk); "curve" of the serious event
        (visit = "Day 0012": estimate, limits, n_at_risk).
    """
    times = followed(data, rules, "TTSAE", "SAFFL", "TRTGRP1")
    ticks = {
        f"{month} months": month * rules.estimation.month_days
        for month in months_below(times, rules)
    }
    rows = EstimateRows(OUTPUT, "SAFFL")
    for group, patients in by_group(in_set(data["adsl"], "SAFFL")):
        mine = times[times["USUBJID"].isin(patients["USUBJID"])]
        rows.add(Cell("patients", group), "N", len(mine), unit="patients", n_subjects=len(mine))
        for cause, label in (*OUTCOMES.items(), (0, NO_OUTCOME)):
            who = mine.loc[mine["EVTCAUSE"].eq(cause), "USUBJID"]
            rows.count(Cell("outcome", group, category=label), who)
        _estimates(rows, group, mine, rules)
        _add_at_risk(rows, group, mine, ticks)
    return rows


def _add_at_risk(
    rows: EstimateRows, group: str, mine: pd.DataFrame, ticks: dict[str, float]
) -> None:
    add_at_risk(rows, lambda visit: Cell("at risk", group, visit), mine, ticks)


def _estimates(rows: EstimateRows, group: str, mine: pd.DataFrame, rules: Rules) -> None:
    for cause, label in OUTCOMES.items():

        def landmark(visit: str, label: str = label) -> Cell:
            return Cell("at landmark", group, visit, label)

        add_landmarks(rows, landmark, mine, cause, months_of(rules), rules)
    add_curve(rows, lambda visit: Cell("curve", group, visit, OUTCOMES[1]), mine, 1, rules)


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (
        incidence_figure(rows, rules),
        incidence_table(rows, rules, "Landmarks"),
    )


SERIOUS = OUTCOMES[1]
#: Of the axis beyond its last tick; ticks that the numbers below a panel leave room for.
_ROOM, _MOST_TICKS = 1.08, 6
_START = {"day": 0, "estimate": 0.0, "ci_low": 0.0, "ci_high": 0.0}


def _curve(estimates: Numbers, group: str) -> pd.DataFrame:
    """Day, estimate, limits and patients at risk of one group, from day 0."""
    frame = estimates.frame
    mine = frame[frame["analysis_id"].eq("curve") & frame["group"].eq(group)]
    if mine.empty:
        return pd.DataFrame(columns=["group", *_START, "n_at_risk"])
    wide = mine.pivot(index="visit", columns="stat_name", values="stat").reset_index()
    wide["day"] = wide["visit"].str.removeprefix("Day ").astype(int)
    size = estimates.get("N", "patients", group)
    points = wide[[*_START, "n_at_risk"]].to_dict("records")
    return pd.DataFrame([{**_START, "n_at_risk": size}, *points]).assign(group=group)


def incidence_figure(rows: EstimateRows, rules: Rules) -> Figure:
    """A panel per group of the first regimen: its curve with its band, numbers at risk below.

    The other curves stand in each panel in grey, without their bands.
    """
    estimates = Numbers(rows)
    least = least_at_risk(rules)
    curves = {group: _curve(estimates, group) for group in TREATED_GROUPS}
    drawn = [group for group in TREATED_GROUPS if len(curves[group])]
    shown = {group: until_few(curves[group], least) for group in drawn}
    panels = drawn or [TREATED_GROUPS[0]]
    with journal_style():
        drawing = canvas(height=3.4)
        grid = drawing.subplots(
            2, len(panels), height_ratios=[10, 1.3], sharex=True, sharey="row", squeeze=False
        )
        for number, group in enumerate(panels):
            axes, below = grid[:, number]
            for other in drawn:
                if other != group:
                    _draw(axes, shown[other], other, rules, faint=True)
            if group in drawn:
                _draw(axes, shown[group], group, rules)
                axes.set_title(group_label(group), color=COLOURS[group], loc="left")
            ticks = _axis(axes, shown, rules, first=number == 0)
            _risk_table(below, estimates, group if group in drawn else "", ticks, number == 0)
    data = pd.concat(shown.values(), ignore_index=True) if drawn else _curve(estimates, "none")
    notes = (
        f"Bands: {confidence(rules)} limits; the other groups in grey. Curves end where fewer than "
        f"{counted(least, 'patient')} are at risk.",
        "Death and a regimen of another group compete; the end of the safety period, withdrawal, "
        "loss and the cut censor.",
    )
    return Figure(rows.output_id, drawing, _alt(estimates, rules), data, notes)


def _draw(axes, curve: pd.DataFrame, group: str, rules: Rules, faint: bool = False) -> None:
    months = curve["day"] / rules.estimation.month_days
    colour = FAINT if faint else COLOURS[group]
    if not faint:
        look: dict[str, Any] = {"step": "post", "color": colour, "alpha": 0.15, "linewidth": 0}
        axes.fill_between(months, 100 * curve["ci_low"], 100 * curve["ci_high"], **look)
    steps(axes, months, 100 * curve["estimate"], colour=colour, line=LINES[group])


def _axis(axes, shown: dict[str, pd.DataFrame], rules: Rules, first: bool) -> np.ndarray:
    last = max((curve["day"].max() for curve in shown.values() if len(curve)), default=0)
    months = max(last / rules.estimation.month_days, 3)
    ticks = np.arange(0, 3 * np.ceil(months / 3) + 1, 3)
    axes.set_xlim(0, ticks[-1] * _ROOM)
    highest = max((100 * c["ci_high"].max() for c in shown.values() if len(c)), default=20)
    axes.set_ylim(0, min(100, max(20, 10 * np.ceil(1.02 * highest / 10))))
    every = max(1, -(-len(ticks) // _MOST_TICKS))
    axes.set_xticks(ticks[::every], [f"{tick:.0f}" for tick in ticks[::every]])
    axes.tick_params(labelbottom=True)
    axes.set_ylabel("First serious adverse event, %" if first else "")
    axes.set_xlabel("Months from first dose")
    return ticks[::every]


def _risk_table(axes, estimates: Numbers, group: str, ticks, first: bool) -> None:
    """Patients at risk under the ticks of a panel."""
    axes.set_axis_off()
    axes.set_ylim(-1, 1)
    if first:
        axes.text(-0.06, 0, "At risk", transform=axes.get_yaxis_transform(), fontsize=8,
                  color=MUTED, ha="right", va="center")  # fmt: skip
    for tick in ticks if group else ():
        at_risk = count(estimates.get("n_at_risk", "at risk", group, f"{tick:.0f} months"))
        axes.text(tick, 0, at_risk, fontsize=8.5, ha="center", va="center")


def _alt(estimates: Numbers, rules: Rules) -> str:
    decimals = rules.display.percent_decimals
    parts = []
    for group in (*TREATED_GROUPS, "All"):
        said = []
        for month in rules.estimation.survival_months:
            place: dict[str, Any] = {
                "group": group,
                "visit": f"{month} months",
                "parameter": SERIOUS,
            }
            value = estimates.get("estimate", "at landmark", **place)
            drawn = estimates.get("n_at_risk", "at landmark", **place) >= least_at_risk(rules)
            if drawn and not is_missing(value):
                said.append(f"{percent(value, decimals)}% at {month} months")
        if said:
            parts.append(f"{group_label(group)}: {', '.join(said)}")
    words = "; ".join(parts) or "too few at risk at the landmarks"
    return f"Cumulative incidence of the first serious adverse event. {words}."


def incidence_table(rows: EstimateRows, rules: Rules, title: str) -> Table:
    """The landmarks of all three causes, and what happened first to each patient."""
    estimates = Numbers(rows)
    groups = (*TREATED_GROUPS, "All")
    body = [Row("What came first", heading=True)]
    for label in (*OUTCOMES.values(), NO_OUTCOME):
        cells = tuple(count(estimates.get("n", "outcome", g, category=label)) for g in groups)
        body.append(Row(label, cells, indent=1))
    for label in OUTCOMES.values():
        body.append(Row(f"{label}, % ({confidence(rules)} CI)", heading=True))
        for month in rules.estimation.survival_months:
            place: dict[str, Any] = {"visit": f"{month} months", "parameter": label}
            places = [{"group": group, **place} for group in groups]
            body += incidence_rows(estimates, rules, f"{month} months", places)
    sizes = {group: count(estimates.get("N", "patients", group)) for group in groups}
    columns = tuple(Column(group_label(g), f"N = {sizes[g]}") for g in groups)
    name = f"{rows.output_id}-landmarks"
    return Table(name, "", columns, tuple(body), tuple(limit_notes(rules, body)), title=title)
