"""T14.1.5 as two tables: per patient, and per specimen."""

from __future__ import annotations

import pandas as pd

from analysis.displays.lookup import Numbers
from analysis.displays.numbers import count, rounded
from analysis.displays.shares import quartiles_cell, share_cell
from analysis.displays.table import Column, Row, Table
from analysis.estimates.rows import EstimateRows
from analysis.outputs.specimens import KINDS

_CONTENT = "Tumour content, %"


def _label(text: str) -> str:
    """A code as words; names of assays stay as they are."""
    return text.replace("_", " ")[:1].upper() + text.replace("_", " ")[1:]


def patients_table(rows: EstimateRows, rules, title: str) -> Table:
    """Source, outcome of the first profile, assay, failures: of all enrolled."""
    numbers = Numbers(rows)
    decimals = rules.display.percent_decimals
    mine = numbers.frame[numbers.frame["analysis_id"].eq("per patient")]
    body: list[Row] = []
    for parameter in pd.unique(mine["parameter"]):
        body.append(Row(parameter, heading=True))
        for category in numbers.categories("per patient", parameter):
            place = {"parameter": parameter, "category": category}
            n = numbers.get("n", "per patient", **place)
            share = rounded(numbers.get("pct", "per patient", **place), decimals)
            body.append(Row(_label(category), (count(n), share), indent=1))
    columns = (Column("Patients"), Column("% of enrolled"))
    notes = (
        "First profile: exclusive; a repeat is any earlier specimen or test without a report.",
    )
    return Table(rows.output_id, title, "", columns, tuple(body), notes)


def specimens_table(rows: EstimateRows, rules, title: str) -> Table:
    """Specimens and tests, all and by source."""
    numbers = Numbers(rows)
    decimals = rules.display.percent_decimals
    mine = numbers.frame[numbers.frame["analysis_id"].eq("per specimen")]
    groups = [group for group, _ in KINDS]
    body: list[Row] = []
    for parameter in pd.unique(mine["parameter"]):
        body.append(Row(parameter, heading=True))
        for category in numbers.categories("per specimen", parameter):
            place = {"parameter": parameter, "category": category}
            if parameter == _CONTENT:
                cells = [
                    quartiles_cell(numbers, 0, "per specimen", group=g, **place) for g in groups
                ]
                missing = [
                    count(numbers.get("n_missing", "per specimen", group=g, **place))
                    for g in groups
                ]
                body.append(Row("Median (Q1–Q3)", tuple(cells), indent=1))
                body.append(Row("Not recorded", tuple(missing), indent=1))
                continue
            cells = [_of(numbers, decimals, group, place) for group in groups]
            body.append(Row(_label(category), tuple(cells), indent=1))
    columns = tuple(Column(group) for group in groups)
    notes = (
        "Specimens and tests are counted, not patients. Percentages: of specimens; of tests; "
        "reasons of failed tests; the pass rate of each assay of its own tests.",
    )
    return Table(rows.output_id, title, "n/N (%)", columns, tuple(body), notes)


def _of(numbers: Numbers, decimals: int, group: str, place: dict[str, str]) -> str:
    text = share_cell(numbers, decimals, "per specimen", "n_events", group=group, **place)
    size = count(numbers.get("N", "per specimen", group=group, **place))
    return text.replace(" (", f"/{size} (", 1)
