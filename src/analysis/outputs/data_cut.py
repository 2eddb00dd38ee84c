"""CUT.1 and DQ.1: what the data cut removed and reverted, and what validation found."""

from __future__ import annotations

import pandas as pd

from analysis.estimates.rows import Cell, EstimateRows

COUNTS = (
    ("rows_in", "Rows received"),
    ("removed", "Rows removed"),
    ("rows_kept", "Rows kept"),
    ("undated", "Kept without a date"),
    ("edited", "Cells reverted"),
)


def cut_manifest(counts: pd.DataFrame, readout: pd.DataFrame) -> EstimateRows:
    """CUT.1: rows received, removed and kept per table, and what was done by which rule.

    Parameters
    ----------
    counts : DataFrame
        One row per table: table, rows_in, removed, edited, undated, rows_kept.
    readout : DataFrame
        One row per row removed, cell edited or row kept without a date.

    Returns
    -------
    EstimateRows
        Analysis "table" (parameter = table, category = what is counted) and "rule" (parameter =
        table, category = rule), in rows or cells.
    """
    rows = EstimateRows("CUT.1", "All extracts")
    for record in counts.to_dict("records"):
        for column, label in COUNTS:
            cell = Cell("table", parameter=record["table"], category=label)
            unit = "cells" if column == "edited" else "rows"
            rows.add(cell, "n", int(record[column]), unit=unit)
    done = readout.assign(column=readout["column"].fillna(""))
    sizes = done.groupby(["table", "action", "rule", "column"], sort=False).size()
    for (table, action, rule, column), size in sizes.items():
        what = f"{action}: {rule}" + (f" ({column})" if column else "")
        rows.add(Cell("rule", parameter=table, category=what), "n", int(size), unit="rows or cells")
    return rows


def findings_by_rule(findings: pd.DataFrame) -> EstimateRows:
    """DQ.1: number of findings and of patients concerned, by severity and rule.

    Parameters
    ----------
    findings : DataFrame
        ``findings.csv``.

    Returns
    -------
    EstimateRows
        Analysis = severity, parameter = file, category = rule: n_events findings, n patients.
    """
    rows = EstimateRows("DQ.1", "All extracts")
    for severity in ("error", "warning"):
        mine = findings[findings["severity"].eq(severity)]
        rows.add(Cell(severity, parameter="all"), "n_events", len(mine), unit="findings")
        for (file, rule), same in mine.groupby(["file", "rule"], sort=True):
            cell = Cell(severity, parameter=file, category=rule)
            rows.add(cell, "n_events", len(same), unit="findings")
            rows.count(cell, same["patient_id"][same["patient_id"].ne("")])
    return rows
