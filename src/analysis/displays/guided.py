"""T14.2.2.1, T14.2.2.2 as tables, F14.2.2.1 as a figure."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.displays.competing_events import at_risk_on
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
from analysis.displays.response import proportion_cells
from analysis.displays.style import COLOURS, MUTED, canvas, journal_style
from analysis.displays.table import Column, Row, Table
from analysis.estimates.rows import EstimateRows
from analysis.outputs.estimable import least_at_risk
from analysis.outputs.guided import ANY, DENOMINATORS, TARGETED
from analysis.wording import counted


def _columns(rules) -> tuple[Column, ...]:
    return (Column("n/N (%)"), Column(f"{confidence(rules)} CI"))


def guided_proportion_table(rows: EstimateRows, rules, title: str) -> Table:
    """Any guided therapy (main) and guided targeted drugs, over all enrolled."""
    numbers = Numbers(rows)
    decimals = rules.display.percent_decimals
    body: list[Row] = []
    for analysis, label in (
        ("any regimen", "Any regimen after enrolment"),
        ("first regimen", "First regimen after enrolment"),
    ):
        body.append(Row(label, heading=True))
        for parameter in (ANY, TARGETED):
            cells = proportion_cells(numbers, decimals, analysis, parameter=parameter)
            main = analysis == "any regimen" and parameter == ANY
            body.append(Row(parameter, cells, indent=1, strong=main))
    body.append(Row("Class of the first guided regimen", heading=True))
    analysis = "class of the first guided regimen"
    for category in numbers.categories(analysis, ANY):
        n = numbers.get("n", analysis, parameter=ANY, category=category)
        body.append(Row(category.capitalize(), (count(n), ""), indent=1))
    pending = count(numbers.get("n", "pending at cut", parameter=ANY))
    body.append(Row("At the data cut", heading=True))
    body.append(Row("Not guided, still in the study (pending)", (pending, ""), indent=1))
    still = count(numbers.get("n", "step open at cut", parameter=ANY))
    body.append(Row("of them, a step towards it still open (T14.1.1)", (still, ""), indent=2))
    return Table(rows.output_id, title, "Guided therapy", _columns(rules), tuple(body))


def conditional_guided_table(rows: EstimateRows, rules, title: str) -> Table:
    """Guided therapy among those who reached each stage."""
    numbers = Numbers(rows)
    decimals = rules.display.percent_decimals
    body: list[Row] = []
    for _, label in DENOMINATORS:
        body.append(Row(label[0].upper() + label[1:], heading=True))
        for parameter in (ANY, TARGETED):
            cells = proportion_cells(numbers, decimals, label, parameter=parameter)
            body.append(Row(parameter, cells, indent=1, strong=parameter == ANY))
    return Table(rows.output_id, title, "Denominator", _columns(rules), tuple(body))


def _curve(numbers: Numbers, parameter: str) -> pd.DataFrame:
    """Day, estimate, limits and patients at risk of one cause, from day 0."""
    frame = numbers.frame
    mine = frame[frame["analysis_id"].eq("curve") & frame["parameter"].eq(parameter)]
    everybody = numbers.get("N", "patients")
    start = pd.DataFrame(
        {"day": [0], "estimate": [0.0], "ci_low": [0.0], "ci_high": [0.0], "n_at_risk": [everybody]}
    )
    if mine.empty:
        return start
    wide = mine.pivot(index="visit", columns="stat_name", values="stat").reset_index()
    wide.insert(0, "day", wide["visit"].str.removeprefix("Day ").astype(int))
    return pd.concat([start, wide[list(start.columns)]], ignore_index=True)


def guided_incidence_figure(rows: EstimateRows, rules, title: str) -> Figure:
    """Cumulative incidence of guided therapy with its band; death and withdrawal as thin lines."""
    numbers = Numbers(rows)
    weeks = rules.estimation.guided_weeks
    everyone = _curve(numbers, "guided")
    least = least_at_risk(rules)
    guided = until_few(everyone, least)
    with journal_style():
        drawing = canvas(height=4.6)
        axes, below = drawing.subplots(2, 1, height_ratios=[7, 1], sharex=True)
        axes.step(guided["day"], 100 * guided["estimate"], where="post", color=COLOURS["TG"])
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
            curve = until_few(_curve(numbers, parameter), least)
            axes.step(
                curve["day"],
                100 * curve["estimate"],
                where="post",
                color=MUTED,
                linewidth=1.1,
                linestyle=line,
                label=label,
            )
            ends.append((curve, label, MUTED))
        axes.lines[0].set_label(f"Guided therapy started ({confidence(rules)} CI)")
        axes.legend(loc="upper left")
        ticks = _axis(axes, guided, weeks)
        _at_risk(below, everyone, ticks)
    notes = (f"Curves end where fewer than {counted(least, 'patient')} are at risk.",)
    return Figure(rows.output_id, title, drawing, _alt(numbers, weeks, rules), guided, notes)


def _axis(axes, curve: pd.DataFrame, weeks) -> list[int]:
    """Scale and labels; returns the weeks that have a tick."""
    top = float(np.nanmax(100 * curve["ci_high"])) if len(curve) > 1 else 10.0
    axes.set_ylim(0, min(100, max(20, 1.35 * top)))
    axes.set_xlim(0, 7 * (max(weeks) + max(weeks) // 2))
    ticks = [0, *weeks, max(weeks) + max(weeks) // 2]
    axes.set_xticks([7 * week for week in ticks], [str(week) for week in ticks])
    axes.set_ylabel("Cumulative incidence, %")
    axes.set_xlabel("Weeks from enrolment")
    axes.tick_params(labelbottom=True)
    return ticks


def _at_risk(axes, curve: pd.DataFrame, ticks: list[int]) -> None:
    """Numbers at risk, aligned under the ticks of the axis."""
    axes.set_axis_off()
    axes.set_ylim(0, 1)
    axes.text(0, 0.95, "At risk", fontsize=8, color=MUTED, ha="left", va="top")
    for week in ticks:
        at_risk = str(at_risk_on(curve, 7 * week))
        axes.text(7 * week, 0.45, at_risk, fontsize=8.5, ha="center", va="top")


def _alt(numbers: Numbers, weeks, rules) -> str:
    parts = []
    for week in weeks:
        place = {"visit": f"Week {week}", "parameter": "guided"}
        if numbers.get("n_at_risk", "at landmark", **place) < least_at_risk(rules):
            continue
        estimate, limits = rate_and_limits(numbers, rules, "at landmark", **place)
        parts.append(f"week {week}: {estimate}% {limits}")
    said = "; ".join(parts) or "too few at risk at the landmarks"
    return (
        "Cumulative incidence of guided therapy from enrolment, with "
        f"{confidence(rules)} limits: {said}."
    )


def guided_landmark_table(rows: EstimateRows, rules, title: str) -> Table:
    """The landmarks of the curve as a table beside the figure."""
    numbers = Numbers(rows)
    body = []
    for week in rules.estimation.guided_weeks:
        place = {"visit": f"Week {week}", "parameter": "guided"}
        at_risk = count(numbers.get("n_at_risk", "at landmark", **place))
        cells = rate_and_limits(numbers, rules, "at landmark", **place)
        body.append(Row(f"Week {week}", (at_risk, *cells)))
        exact = exact_cell(numbers, rules, "at landmark", **place)
        if exact:
            body.append(Row(exact_label(rules), ("", "", exact), indent=1))
    columns = (Column("At risk"), Column("Guided, %"), Column(f"{confidence(rules)} CI"))
    name = f"{rows.output_id}-landmarks"
    return Table(
        name, title, "From enrolment", columns, tuple(body), tuple(limit_notes(rules, body))
    )
