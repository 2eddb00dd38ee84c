"""T14.1.4 as a table."""

from __future__ import annotations

from analysis.displays.lookup import Numbers
from analysis.displays.numbers import count
from analysis.displays.shares import quartiles_cell, share_cell
from analysis.displays.table import Column, Row, Table
from analysis.estimates.rows import EstimateRows
from analysis.outputs.groups import ALL_GROUPS, GROUP_LABELS
from analysis.outputs.prior_treatment import CLASSES, FLAGGED, LINES, PFS1, STOPPED, WITHOUT

_ANALYSIS = "prior treatment"
_GROUPS = (*ALL_GROUPS, "All")


def prior_treatment_table(rows: EstimateRows, rules, title: str) -> Table:
    """One column per group: lines, classes, why the last line ended, PFS on it."""
    numbers = Numbers(rows)
    decimals, month = rules.display.percent_decimals, rules.estimation.month_days

    def shares(parameter):
        for category in numbers.categories(_ANALYSIS, parameter):
            if category:
                cells = tuple(
                    share_cell(
                        numbers,
                        decimals,
                        _ANALYSIS,
                        group=g,
                        parameter=parameter,
                        category=category,
                    )
                    for g in _GROUPS
                )
                words = category.replace("_", " ")
                yield Row(words[0].upper() + words[1:], cells, indent=1)

    def quartiles(label, parameter, places, scale=1.0):
        cells = (
            quartiles_cell(numbers, places, _ANALYSIS, scale, group=g, parameter=parameter)
            for g in _GROUPS
        )
        return Row(label, tuple(cells), indent=1)

    known = (count(numbers.get("n", _ANALYSIS, g, parameter=PFS1)) for g in _GROUPS)
    body = [
        Row(LINES, heading=True),
        quartiles("Median (Q1–Q3)", LINES, 0),
        *shares(LINES),
        Row(CLASSES, heading=True),
        *shares(CLASSES),
        Row(STOPPED, heading=True),
        *shares(STOPPED),
        Row(PFS1, heading=True),
        Row("Known", tuple(known), indent=1),
        quartiles("Median, months (Q1–Q3)", PFS1, rules.display.months_decimals, month),
        *shares(FLAGGED),
        Row(WITHOUT, heading=True),
        *shares(WITHOUT),
    ]
    columns = tuple(
        Column(
            GROUP_LABELS[g], f"N = {count(numbers.get('n', _ANALYSIS, g, parameter='Patients'))}"
        )
        for g in _GROUPS
    )
    return Table(rows.output_id, title, "n (%) of all patients of the column", columns, tuple(body))
