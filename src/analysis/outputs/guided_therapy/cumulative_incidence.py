"""F14.2.2.1: Aalen-Johansen cumulative incidence of guided therapy from enrolment."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analysis.datasets import Datasets
from analysis.displays.curves import (
    exact_cell,
    exact_label,
    limit_notes,
    rate_and_limits,
    until_few,
)
from analysis.displays.figure import Figure
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import confidence, count
from analysis.displays.style import COLOURS, MUTED, canvas, journal_style, steps
from analysis.displays.table import Column, Row, Table
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.origin import of_one_origin
from analysis.params import Rules
from analysis.tabulation.competing_events import add_at_risk, add_curve, add_landmarks
from analysis.tabulation.estimable import least_at_risk
from analysis.tabulation.known_at_origin import followed
from analysis.wording import counted

OUTPUT = "F14.2.2.1"
NEEDS = ("mtb_reviews", "mtb_recommendations", "treatments")
CAUSES = {1: "Guided therapy started", 2: "Death before", 3: "Withdrawal before"}


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> EstimateRows:
    """F14.2.2.1: Aalen-Johansen cumulative incidence of guided therapy from enrolment.

    Returns
    -------
    EstimateRows
        Analysis "at landmark" (estimate, ci_low, ci_high, n_at_risk at the weeks of the plan),
        "curve" (estimate and limits at every day with an event, visit = day), and counts of each
        cause; death and withdrawal compete, other therapy does not.
    """
    time_to = followed(data, rules, "TTGUID")
    rows = EstimateRows(OUTPUT, "ENRLFL")
    rows.add(Cell("patients"), "N", len(time_to), unit="patients", n_subjects=len(time_to))
    for cause, label in CAUSES.items():
        who = time_to.loc[time_to["EVTCAUSE"].eq(cause), "USUBJID"]
        rows.count(Cell("events", category=label), who)
    rows.count(
        Cell("events", category="Not yet, in follow-up or lost"),
        time_to.loc[time_to["EVTCAUSE"].eq(0), "USUBJID"],
    )
    # day 1 = enrolment: a start on that day is at time 1, as AVAL counts both ends
    weeks = {f"Week {week}": 7.0 * week for week in rules.estimation.guided_weeks}
    for of, name in ((1, "guided"), (2, "death"), (3, "withdrawal")):

        def landmark(visit: str, name: str = name) -> Cell:
            return Cell("at landmark", visit=visit, parameter=name)

        def day(visit: str, name: str = name) -> Cell:
            return Cell("curve", visit=visit, parameter=name)

        add_landmarks(rows, landmark, time_to, of, weeks, rules)
        add_curve(rows, day, time_to, of, rules)
    ticks = {f"Week {week}": 7.0 * week for week in _ticks(rules)}
    add_at_risk(rows, lambda visit: Cell("at risk", visit=visit), time_to, ticks)
    return rows


def _ticks(rules: Rules) -> list[int]:
    """Weeks under the figure: those of the plan, and half as far again."""
    weeks = rules.estimation.guided_weeks
    return [0, *weeks, max(weeks) + max(weeks) // 2]


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (
        guided_incidence_figure(rows, rules),
        guided_landmark_table(rows, rules, "Landmarks"),
    )


def _curve(estimates: Numbers, parameter: str) -> pd.DataFrame:
    """Day, estimate, limits and patients at risk of one cause, from day 0."""
    frame = estimates.frame
    mine = frame[frame["analysis_id"].eq("curve") & frame["parameter"].eq(parameter)]
    everybody = estimates.get("N", "patients")
    start = pd.DataFrame(
        {"day": [0], "estimate": [0.0], "ci_low": [0.0], "ci_high": [0.0], "n_at_risk": [everybody]}
    )
    if mine.empty:
        return start
    wide = mine.pivot(index="visit", columns="stat_name", values="stat").reset_index()
    wide.insert(0, "day", wide["visit"].str.removeprefix("Day ").astype(int))
    return pd.concat([start, wide[list(start.columns)]], ignore_index=True)


def guided_incidence_figure(rows: EstimateRows, rules: Rules) -> Figure:
    """Cumulative incidence of guided therapy with its band; death and withdrawal as thin lines."""
    estimates = Numbers(rows)
    weeks = rules.estimation.guided_weeks
    everyone = _curve(estimates, "guided")
    least = least_at_risk(rules)
    guided = until_few(everyone, least)
    with journal_style():
        drawing = canvas(height=4.6)
        axes, below = drawing.subplots(2, 1, height_ratios=[7, 1], sharex=True)
        steps(axes, guided["day"], 100 * guided["estimate"], colour=COLOURS["TG"], line="-")
        axes.fill_between(
            guided["day"],
            100 * guided["ci_low"],
            100 * guided["ci_high"],
            step="post",
            color=COLOURS["TG"],
            alpha=0.16,
            linewidth=0,
        )
        ends = [(guided, "Guided therapy started", COLOURS["TG"])]
        for parameter, label, line in (
            ("death", "Death before", (0, (5, 2))),
            ("withdrawal", "Withdrawal before", (0, (1, 1.2))),
        ):
            curve = until_few(_curve(estimates, parameter), least)
            look: dict[str, Any] = {"colour": MUTED, "line": line, "label": label}
            steps(axes, curve["day"], 100 * curve["estimate"], linewidth=1.1, **look)
            ends.append((curve, label, MUTED))
        axes.lines[0].set_label(f"Guided therapy started ({confidence(rules)} CI)")
        axes.legend(loc="upper left")
        ticks = _ticks(rules)
        _axis(axes, guided, ticks)
        _at_risk(below, estimates, ticks)
    notes = (f"Curves end where fewer than {counted(least, 'patient')} are at risk.",)
    return Figure(rows.output_id, drawing, _alt(estimates, weeks, rules), guided, notes)


def _axis(axes, curve: pd.DataFrame, ticks: list[int]) -> None:
    """Scale and labels."""
    top = float(np.nanmax(100 * curve["ci_high"])) if len(curve) > 1 else 10.0
    axes.set_ylim(0, min(100, max(20, 1.35 * top)))
    axes.set_xlim(0, 7 * ticks[-1])
    axes.set_xticks([7 * week for week in ticks], [str(week) for week in ticks])
    axes.set_ylabel("Cumulative incidence, %")
    axes.set_xlabel("Weeks from enrolment")
    axes.tick_params(labelbottom=True)


def _at_risk(axes, estimates: Numbers, ticks: list[int]) -> None:
    """Numbers at risk, aligned under the ticks of the axis."""
    axes.set_axis_off()
    axes.set_ylim(0, 1)
    axes.text(0, 0.95, "At risk", fontsize=8, color=MUTED, ha="left", va="top")
    for week in ticks:
        at_risk = count(estimates.get("n_at_risk", "at risk", visit=f"Week {week}"))
        axes.text(7 * week, 0.45, at_risk, fontsize=8.5, ha="center", va="top")


def _alt(estimates: Numbers, weeks, rules: Rules) -> str:
    parts = []
    for week in weeks:
        place: dict[str, Any] = {"visit": f"Week {week}", "parameter": "guided"}
        if estimates.get("n_at_risk", "at landmark", **place) < least_at_risk(rules):
            continue
        estimate, limits = rate_and_limits(estimates, rules, "at landmark", **place)
        parts.append(f"week {week}: {estimate}% {limits}")
    said = "; ".join(parts) or "too few at risk at the landmarks"
    return (
        "Cumulative incidence of guided therapy from enrolment, with "
        f"{confidence(rules)} limits: {said}."
    )


def guided_landmark_table(rows: EstimateRows, rules: Rules, title: str) -> Table:
    """The landmarks of the curve as a table beside the figure."""
    estimates = Numbers(rows)
    body = []
    for week in rules.estimation.guided_weeks:
        place: dict[str, Any] = {"visit": f"Week {week}", "parameter": "guided"}
        at_risk = count(estimates.get("n_at_risk", "at landmark", **place))
        cells = rate_and_limits(estimates, rules, "at landmark", **place)
        body.append(Row(f"Week {week}", (at_risk, *cells)))
        exact = exact_cell(estimates, rules, "at landmark", **place)
        if exact:
            body.append(Row(exact_label(rules), ("", "", exact), indent=1))
    columns = (Column("At risk"), Column("Guided, %"), Column(f"{confidence(rules)} CI"))
    name = f"{rows.output_id}-landmarks"
    return Table(
        name, "From enrolment", columns, tuple(body), tuple(limit_notes(rules, body)), title=title
    )
