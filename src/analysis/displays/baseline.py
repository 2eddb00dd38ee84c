"""T14.1.3 as a table."""

from __future__ import annotations

import pandas as pd

from analysis.displays.lookup import Numbers
from analysis.displays.numbers import count, rounded
from analysis.displays.table import Column, Row, Table
from analysis.estimates.rows import EstimateRows
from analysis.outputs.groups import ALL_GROUPS, GROUP_LABELS, TREATED_GROUPS

_SMD = ("standardised difference", "TG vs TN+OT")


def baseline_table(rows: EstimateRows, rules, title: str, analysis_set: str = "ENRLFL") -> Table:
    """One column per group and one for all; the standardised difference last."""
    numbers = Numbers(rows)
    groups = (*(ALL_GROUPS if analysis_set == "ENRLFL" else TREATED_GROUPS), "All")
    columns = [
        Column(
            GROUP_LABELS[group],
            f"N = {count(numbers.get('n', analysis_set, group, parameter='Patients'))}",
        )
        for group in groups
    ]
    columns.append(Column("Standardised difference", "guided vs other treated"))
    mine = numbers.frame[numbers.frame["analysis_id"].eq(analysis_set)]
    body: list[Row] = []
    for parameter in pd.unique(mine["parameter"]):
        if parameter == "Patients":
            continue
        if numbers.has("median", analysis_set, group="All", parameter=parameter):
            body += _numeric(numbers, analysis_set, groups, parameter)
        else:
            decimals = rules.display.percent_decimals
            body += _categorical(numbers, analysis_set, groups, parameter, decimals)
    notes = (
        "Percentages are of all patients of the column, missing included.",
        "Standardised difference: guided minus other treated patients, in standard deviations.",
    )
    return Table(rows.output_id, title, "Characteristic", tuple(columns), tuple(body), notes)


def _smd(numbers: Numbers, parameter: str, category: str = "") -> str:
    place = {"group": _SMD[1], "parameter": parameter, "category": category}
    if not numbers.has("estimate", _SMD[0], **place):
        return ""
    return rounded(numbers.get("estimate", _SMD[0], **place), 2)


def _numeric(numbers, analysis_set, groups, parameter) -> list[Row]:
    def of(stat, group, decimals=1):
        return rounded(numbers.get(stat, analysis_set, group, parameter=parameter), decimals)

    lines = (
        ("Mean (SD)", lambda g: f"{of('mean', g)} ({of('sd', g)})"),
        ("Median (Q1–Q3)", lambda g: f"{of('median', g)} ({of('q1', g)}–{of('q3', g)})"),
        ("Range", lambda g: f"{of('min', g, 0)}–{of('max', g, 0)}"),
        ("Missing", lambda g: of("n_missing", g, 0)),
    )
    body = [Row(parameter, (*[""] * len(groups), _smd(numbers, parameter)), heading=True)]
    for label, text in lines:
        body.append(Row(label, (*(text(group) for group in groups), ""), indent=1))
    return body


def _categorical(numbers, analysis_set, groups, parameter, decimals) -> list[Row]:
    body = [Row(parameter, heading=True)]
    for category in numbers.categories(analysis_set, parameter):
        cells = []
        for group in groups:
            place = {"group": group, "parameter": parameter, "category": category}
            n = numbers.get("n", analysis_set, **place)
            share = numbers.get("pct", analysis_set, **place)
            cells.append(f"{count(n)} ({rounded(share, decimals)})")
        body.append(Row(category, (*cells, _smd(numbers, parameter, category)), indent=1))
    return body
