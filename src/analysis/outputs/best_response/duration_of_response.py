"""T14.2.3.2: duration of response and time to response among confirmed responders."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from analysis.datasets import Datasets
from analysis.displays.curves import flat_notes
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import confidence, count, is_missing
from analysis.displays.table import Column, Row, Table
from analysis.displays.time_to_event import in_months, median_text, months_cell, rmst_label
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.origin import of_one_origin
from analysis.outputs.response.counted_assessments import responders
from analysis.params import Rules
from analysis.tabulation.estimable import ESTIMATE, MEDIAN, NOT_ESTIMABLE, add_number, add_numbers
from analysis.tabulation.groups import PLANNED, by_group, group_label, groups_by, in_set
from analysis.tabulation.known_at_origin import followed, times_of
from analysis.tabulation.time_to_event import add_counts, add_time_to_event, restriction_months

OUTPUT = "T14.2.3.2"
NEEDS = ("treatments", "tumour_lesions", "tumour_responses")


@of_one_origin
def numbers(data: Datasets, rules: Rules, by: str = PLANNED) -> EstimateRows:
    """T14.2.3.2: duration of response and time to response among confirmed responders.

    Returns
    -------
    EstimateRows
        Analyses DOR and TTR by group: patients, events, median with limits where there are at
        least ``estimation.min_responders_for_km`` responders (else the rows say so), and the range
        (min, max; parameter "Censored at the maximum" tells whether the longest still goes on).
    """
    adsl = data["adsl"]
    times = followed(data, rules, ("DOR", "TTR"), responders(data), by)
    rows = EstimateRows(OUTPUT, "TRTFL", by)
    least = rules.estimation.min_responders_for_km
    treated = in_set(adsl, "TRTFL")
    for group, patients in by_group(treated, groups_by(treated, by), by):
        for paramcd in ("DOR", "TTR"):
            mine = times_of(times, paramcd, patients["USUBJID"])
            if len(mine) >= least:
                add_time_to_event(rows, Cell(paramcd, group), mine, rules)
            else:
                _too_few(rows, Cell(paramcd, group), mine, rules)
            _range(rows, Cell(paramcd, group), mine)
    return rows


def _too_few(rows: EstimateRows, at: Cell, mine: pd.DataFrame, rules: Rules) -> None:
    why = f"fewer than {rules.estimation.min_responders_for_km} responders: range only"
    about: dict[str, Any] = {
        "why": why,
        "text": f"{NOT_ESTIMABLE}, {why}",
        "unit": "days",
        "n_subjects": len(mine),
    }
    add_counts(rows, at, mine)
    add_numbers(rows, replace(at, parameter="Median"), MEDIAN, (None,) * 3, **about)
    if restriction_months(at.analysis_id, rules) is not None:
        names = ("estimate", "se", "ci_low", "ci_high")
        add_numbers(rows, replace(at, parameter="RMST"), names, (None,) * 4, **about)


def _range(rows: EstimateRows, at: Cell, mine: pd.DataFrame) -> None:
    days = mine["AVAL"].astype(float)
    cell = Cell(at.analysis_id, at.group, parameter="Range")
    for stat_name, value in (("min", days.min()), ("max", days.max())):
        add_number(
            rows, cell, stat_name, value, why="no responder", unit="days", n_subjects=len(mine)
        )
    for name, end in (("minimum", days.min()), ("maximum", days.max())):
        ongoing = mine.loc[days.eq(end) & mine["CNSR"].gt(0), "USUBJID"]
        rows.count(Cell(at.analysis_id, at.group, parameter=f"Censored at the {name}"), ongoing)


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (duration_table(rows, rules),)


def duration_table(rows: EstimateRows, rules: Rules) -> Table:
    """Duration of response and time to response; a plus marks a value that still goes on."""
    estimates = Numbers(rows)
    body: list[Row] = []
    for paramcd, label in (("DOR", "Duration of response"), ("TTR", "Time to response")):
        body.append(Row(f"{label}, months", heading=True))
        for name in ("Patients", "Events", "Censored"):
            cells = (
                count(estimates.get("n", paramcd, g, parameter=name)) for g in estimates.groups
            )
            if paramcd == "DOR" or name == "Patients":
                body.append(Row(name, tuple(cells), indent=1))
        medians = (median_text(estimates, rules, paramcd, group=g) for g in estimates.groups)
        body.append(Row(f"Median ({confidence(rules)} CI)", tuple(medians), indent=1, strong=True))
        if restriction_months(paramcd, rules) is not None:
            place: dict[str, Any] = {"name": "RMST", "stats": ESTIMATE}
            means = (
                months_cell(estimates, rules, paramcd, group=g, **place) for g in estimates.groups
            )
            body.append(Row(rmst_label(paramcd, rules), tuple(means), indent=1))
        ranges = (_range_text(estimates, rules, paramcd, g) for g in estimates.groups)
        body.append(Row("Range", tuple(ranges), indent=1))
    columns = tuple(Column(group_label(group)) for group in estimates.groups)
    notes = (
        "Confirmed responders only, so the columns are not comparable. NE: not estimable. NR: not "
        "reached. +: censored.",
        *flat_notes(estimates, in_months(rules), " months"),
    )
    return Table(rows.output_id, "", columns, tuple(body), notes)


def _range_text(estimates: Numbers, rules: Rules, paramcd: str, group: str) -> str:
    ends = [estimates.get(stat, paramcd, group, parameter="Range") for stat in ("min", "max")]
    texts = list(map(in_months(rules), ends))
    if all(map(is_missing, ends)):
        return texts[0]
    for place, name in enumerate(("minimum", "maximum")):
        if estimates.get("n", paramcd, group, parameter=f"Censored at the {name}"):
            texts[place] += "+"
    return "–".join(texts)
