"""CUT.1: rows received, removed and kept per table, and what was done by which rule."""

from __future__ import annotations

import pandas as pd

from analysis.datasets import Datasets
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import count
from analysis.displays.table import Column, Row, Table
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.origin import of_one_origin
from analysis.params import Rules

OUTPUT = "CUT.1"
NEEDS = ()
COUNTS = (
    ("rows_in", "Rows received"),
    ("removed", "Rows removed"),
    ("rows_kept", "Rows kept"),
    ("undated", "Kept without a date"),
    ("edited", "Cells reverted"),
)


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> EstimateRows:
    """CUT.1: rows received, removed and kept per table, and what was done by which rule.

    Parameters
    ----------
    data : mapping of DataFrame
        ``cut_counts``, one row per table: table, rows_in, removed, edited, undated, rows_kept;
        ``cut_readout``, one row per row removed, cell edited or row kept without a date.
    rules : Rules

    Returns
    -------
    EstimateRows
        Analysis "table" (parameter = table, category = what is counted) and "rule" (parameter =
        table, category = rule), in rows or cells.
    """
    counts, readout = data["cut_counts"], data["cut_readout"]
    rows = EstimateRows(OUTPUT, "All extracts")
    for record in counts.to_dict("records"):
        for column, label in COUNTS:
            cell = Cell("table", parameter=record["table"], category=label)
            unit = "cells" if column == "edited" else "rows"
            rows.add(cell, "n", int(record[column]), unit=unit)
    done = readout.assign(column=readout["column"].fillna(""))
    sizes = done.groupby(["table", "action", "rule", "column"], sort=False).size()
    for *place, size in sizes.reset_index().itertuples(index=False, name=None):
        table, action, rule, column = map(str, place)
        what = f"{action}: {rule}" + (f" ({column})" if column else "")
        rows.add(Cell("rule", parameter=table, category=what), "n", int(size), unit="rows or cells")
    return rows


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (
        cut_table(rows),
        cut_rules_table(rows),
    )


def cut_table(rows: EstimateRows) -> Table:
    """Rows received, removed and kept, table by table."""
    estimates = Numbers(rows)
    frame = estimates.frame
    tables = pd.unique(frame.loc[frame["analysis_id"].eq("table"), "parameter"])
    body = [
        Row(
            f"{table}.csv",
            tuple(
                count(estimates.get("n", "table", parameter=table, category=label))
                for _, label in COUNTS
            ),
        )
        for table in tables
    ]
    columns = tuple(Column(label) for _, label in COUNTS)
    return Table(rows.output_id, "Extract", columns, tuple(body), title="Rows and cells by table")


def cut_rules_table(rows: EstimateRows) -> Table:
    """What was done, by table and rule."""
    frame = rows.frame
    done = frame[frame["analysis_id"].eq("rule")]
    body = [
        Row(f"{record['parameter']}.csv", (record["category"], count(record["stat"])))
        for record in done.to_dict("records")
    ]
    if not body:
        body = [Row("Nothing", ("nothing lies after the cutoff", "0"))]
    columns = (Column("What and why", text=True), Column("Rows or cells"))
    notes = ("Each row and cell is listed in data/derived, file cut_readout.csv of this cut.",)
    return Table(rows.output_id, "Extract", columns, tuple(body), notes, title="By rule")
