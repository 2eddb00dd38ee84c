"""DQ.1: number of findings and of patients concerned, by severity and rule."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.datasets import Datasets
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import count
from analysis.displays.table import Column, Row, Table
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.origin import of_one_origin
from analysis.params import Rules

OUTPUT = "DQ.1"
NEEDS = ()


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> EstimateRows:
    """DQ.1: number of findings and of patients concerned, by severity and rule.

    Parameters
    ----------
    data : mapping of DataFrame
        ``findings``, as in ``findings.csv``.
    rules : Rules

    Returns
    -------
    EstimateRows
        Analysis = severity, parameter = file, category = rule: n_events findings, n patients. The
        findings themselves are its `listing`.
    """
    findings = data["findings"]
    rows = EstimateRows(OUTPUT, "All extracts", listing=findings)
    for severity in ("error", "warning"):
        mine = findings[findings["severity"].eq(severity)]
        rows.add(Cell(severity, parameter="all"), "n_events", len(mine), unit="findings")
        for (file, rule), same in mine.groupby(["file", "rule"], sort=True):
            cell = Cell(severity, parameter=str(file), category=str(rule))
            rows.add(cell, "n_events", len(same), unit="findings")
            rows.count(cell, same["patient_id"][same["patient_id"].ne("")])
    return rows


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (
        findings_table(rows),
        findings_listing(rows),
    )


def findings_table(rows: EstimateRows) -> Table:
    """Findings by severity, file and rule."""
    estimates = Numbers(rows)
    frame = estimates.frame
    body: list[Row] = []
    for severity in ("error", "warning"):
        total = count(estimates.get("n_events", severity, parameter="all"))
        body.append(Row(f"{severity.capitalize()}s", ("", total, ""), heading=True))
        mine = frame[
            frame["analysis_id"].eq(severity)
            & frame["stat_name"].eq("n_events")
            & frame["parameter"].ne("all")
        ]
        for record in mine.to_dict("records"):
            place: dict[str, Any] = {
                "parameter": record["parameter"],
                "category": record["category"],
            }
            patients = count(estimates.get("n", severity, **place))
            cells = (record["parameter"], count(record["stat"]), patients)
            body.append(Row(rule_in_words(record["category"]), cells, indent=1))
    columns = (Column("File", text=True), Column("Findings"), Column("Patients"))
    return Table(rows.output_id, "Rule", columns, tuple(body), title="By rule")


def rule_in_words(rule: str) -> str:
    """A rule of validation by name, as in docs/validation-rules.md."""
    family, _, name = rule.partition(".")
    return f"{family}: {name}".replace("_", " ").capitalize() if name else rule


def findings_listing(rows: EstimateRows) -> Table:
    """Every finding with its place and a sentence to act on."""
    findings = pd.DataFrame() if rows.listing is None else rows.listing
    body = [
        Row(
            rule_in_words(record["rule"]),
            tuple(
                record[name]
                for name in ("file", "line", "column", "value", "patient_id", "site_id", "message")
            ),
        )
        for record in findings.to_dict("records")
    ]
    names = ("File", "Line", "Column", "Value", "Patient", "Site", "What to look at")
    columns = tuple(Column(name, text=name != "Line") for name in names)
    if not body:
        body = [Row("No finding", ("",) * len(columns))]
    return Table(rows.output_id, "Rule", columns, tuple(body), title="Every finding")
