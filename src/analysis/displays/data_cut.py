"""CUT.1 and DQ.1 as tables, and the listing of findings."""

from __future__ import annotations

import pandas as pd

from analysis.displays.lookup import Numbers
from analysis.displays.numbers import count
from analysis.displays.table import Column, Row, Table
from analysis.estimates.rows import EstimateRows
from analysis.outputs.data_cut import COUNTS


def cut_table(rows: EstimateRows) -> Table:
    """Rows received, removed and kept, table by table."""
    numbers = Numbers(rows)
    frame = numbers.frame
    tables = pd.unique(frame.loc[frame["analysis_id"].eq("table"), "parameter"])
    body = [
        Row(
            table,
            tuple(
                count(numbers.get("n", "table", parameter=table, category=label))
                for _, label in COUNTS
            ),
        )
        for table in tables
    ]
    columns = tuple(Column(label) for _, label in COUNTS)
    return Table(rows.output_id, "Rows and cells by table", "Extract", columns, tuple(body))


def cut_rules_table(rows: EstimateRows) -> Table:
    """What was done, by table and rule."""
    frame = rows.frame
    done = frame[frame["analysis_id"].eq("rule")]
    body = [
        Row(record["parameter"], (record["category"], count(record["stat"])))
        for record in done.to_dict("records")
    ]
    if not body:
        body = [Row("Nothing", ("nothing lies after the cutoff", "0"))]
    columns = (Column("What and why", text=True), Column("Rows or cells"))
    notes = ("Each row and cell is listed in data/derived, file cut_readout.csv of this cut.",)
    return Table(rows.output_id, "By rule", "Extract", columns, tuple(body), notes)


def findings_table(rows: EstimateRows) -> Table:
    """Findings by severity, file and rule."""
    numbers = Numbers(rows)
    frame = numbers.frame
    body: list[Row] = []
    for severity in ("error", "warning"):
        total = count(numbers.get("n_events", severity, parameter="all"))
        body.append(Row(f"{severity.capitalize()}s", ("", total, ""), heading=True))
        mine = frame[
            frame["analysis_id"].eq(severity)
            & frame["stat_name"].eq("n_events")
            & frame["parameter"].ne("all")
        ]
        for record in mine.to_dict("records"):
            place = {"parameter": record["parameter"], "category": record["category"]}
            patients = count(numbers.get("n", severity, **place))
            cells = (record["parameter"], count(record["stat"]), patients)
            body.append(Row(record["category"], cells, indent=1))
    columns = (Column("File", text=True), Column("Findings"), Column("Patients"))
    return Table(rows.output_id, "By rule", "Rule", columns, tuple(body))


def findings_listing(rows: EstimateRows, findings: pd.DataFrame) -> Table:
    """Every finding with its place and a sentence to act on."""
    body = [
        Row(
            record["rule"],
            tuple(
                record[name]
                for name in ("file", "line", "column", "value", "patient_id", "message")
            ),
        )
        for record in findings.to_dict("records")
    ]
    names = ("File", "Line", "Column", "Value", "Patient", "What to look at")
    columns = tuple(Column(name, text=name != "Line") for name in names)
    if not body:
        body = [Row("No finding", ("",) * len(columns))]
    return Table(rows.output_id, "Every finding", "Rule", columns, tuple(body))
