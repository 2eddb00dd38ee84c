"""T14.2.1.4 as a table."""

from __future__ import annotations

import pandas as pd

from analysis.displays.lookup import Numbers
from analysis.displays.numbers import DASH, confidence, count
from analysis.displays.response import proportion_cells
from analysis.displays.table import Column, Row, Table
from analysis.estimates.rows import EstimateRows
from analysis.outputs.response_by_stratum import EVERYBODY
from analysis.wording import counted


def stratum_table(rows: EstimateRows, rules, title: str) -> Table:
    """Response of each stratum; small ones without a percentage."""
    numbers = Numbers(rows)
    decimals = rules.display.percent_decimals
    body = [
        Row(
            EVERYBODY,
            proportion_cells(numbers, decimals, "response", parameter=EVERYBODY),
            strong=True,
        )
    ]
    for parameter in pd.unique(numbers.frame["parameter"]):
        if parameter == EVERYBODY:
            continue
        body.append(Row(parameter, heading=True))
        for category in numbers.categories("response", parameter):
            place = {"parameter": parameter, "category": category}
            cells: tuple[str, str]
            if numbers.has("estimate", "response", **place):
                cells = proportion_cells(numbers, decimals, "response", **place)
            else:
                n, size = (numbers.get(stat, "response", **place) for stat in ("n", "N"))
                cells = (f"{count(n)}/{count(size)}", DASH)
            label = category.replace("_", " ")
            body.append(Row(label[:1].upper() + label[1:], cells, indent=1))
    notes = (
        f"Strata of fewer than {counted(rules.estimation.min_stratum, 'patient')}: listed, "
        "no percentage.",
        "Strata overlap between groupings and are not compared; no test.",
    )
    columns = (Column("Responders, n/N (%)"), Column(f"{confidence(rules)} CI"))
    return Table(rows.output_id, title, "Stratum", columns, tuple(body), notes)
