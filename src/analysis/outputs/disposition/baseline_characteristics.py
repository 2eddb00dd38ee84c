"""T14.1.3 for the enrolled and the treated.

Percentages are of all patients of the column, missing included; missing is always a row. No test of
baseline differences: the standardised difference between guided and other treated patients instead.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analysis.datasets import Datasets
from analysis.displays.labels import in_words, level_order
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import count, rounded
from analysis.displays.table import Column, Row, Table
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.origin import of_one_origin
from analysis.params import Rules
from analysis.tabulation.groups import (
    ALL_GROUPS,
    PLANNED,
    TREATED_GROUPS,
    by_group,
    group_label,
    groups_by,
    in_set,
)
from analysis.tabulation.proportion import add_share

OUTPUT = "T14.1.3"
NEEDS = ()
NUMERIC = (
    ("AGE", "Age, years"),
    ("METSITES", "Metastatic sites"),
    ("NPRIORL", "Prior lines of treatment"),
)
CATEGORICAL = (
    ("AGEGR1", "Age group"),
    ("SEX", "Sex"),
    ("ECOGBL", "ECOG performance status"),
    ("TUMGRP", "Tumour group"),
    ("TUMTYP", "Tumour type (OncoTree)"),
    ("STAGE", "Stage"),
)
MISSING = "Missing"


@of_one_origin
def numbers(data: Datasets, rules: Rules, by: str = PLANNED) -> EstimateRows:
    """T14.1.3 for the enrolled and the treated.

    Parameters
    ----------
    data : mapping of DataFrame
        ``adsl``.
    rules : Rules
        Not used; the signature is that of every output.

    Returns
    -------
    EstimateRows
        Analyses ENRLFL and TRTFL (by group: n, N, pct per category; n, mean, sd, median, q1, q3,
        min, max, n_missing per number) and "standardised difference" (guided minus other treated).
    """
    adsl = data["adsl"]
    rows = EstimateRows(OUTPUT, "ENRLFL", by)
    for flag, planned in (("ENRLFL", ALL_GROUPS), ("TRTFL", TREATED_GROUPS)):
        population = in_set(adsl, flag)
        for group, patients in by_group(population, groups_by(population, by, planned), by):
            rows.count(
                Cell(flag, group, parameter="Patients"), patients["USUBJID"], analysis_set=flag
            )
            for column, label in NUMERIC:
                _numeric(rows, flag, group, label, patients, column)
            for column, label in CATEGORICAL:
                levels = _levels(population[column])
                _categorical(rows, flag, group, label, patients, column, levels)
    _differences(rows, in_set(adsl, "TRTFL"))
    return rows


def _levels(values: pd.Series) -> list:
    return sorted(values.dropna().unique(), key=lambda value: (isinstance(value, str), value))


def _categorical(rows: EstimateRows, flag, group, label, patients, column, levels) -> None:
    for level in levels:
        who = patients.loc[patients[column].eq(level).fillna(False).astype(bool), "USUBJID"]
        cell = Cell(flag, group, parameter=label, category=str(level))
        add_share(rows, cell, who, patients["USUBJID"], analysis_set=flag)
    absent = patients.loc[patients[column].isna(), "USUBJID"]
    cell = Cell(flag, group, parameter=label, category=MISSING)
    add_share(rows, cell, absent, patients["USUBJID"], analysis_set=flag)


def _numeric(rows: EstimateRows, flag, group, label, patients: pd.DataFrame, column: str) -> None:
    cell = Cell(flag, group, parameter=label)
    values = patients[column].astype("float64")
    known = values.dropna().to_numpy()
    rows.count(cell, patients.loc[values.notna(), "USUBJID"], analysis_set=flag)
    rows.add(
        cell,
        "n_missing",
        len(values) - len(known),
        unit="patients",
        n_subjects=len(values),
        analysis_set=flag,
    )
    summaries = {
        "mean": np.mean,
        "sd": lambda x: np.std(x, ddof=1),
        "median": np.median,
        "q1": lambda x: np.quantile(x, 0.25),
        "q3": lambda x: np.quantile(x, 0.75),
        "min": np.min,
        "max": np.max,
    }
    for stat_name, summary in summaries.items():
        enough = len(known) > (1 if stat_name == "sd" else 0)
        rows.add(
            cell,
            stat_name,
            float(summary(known)) if enough else None,  # type: ignore[operator]
            text="" if enough else "NE",
            warning="" if enough else "too few values",
            n_subjects=len(values),
            analysis_set=flag,
        )


def _differences(rows: EstimateRows, treated: pd.DataFrame) -> None:
    """Standardised mean difference of each characteristic, guided minus other treated."""
    guided = treated["TRTGRP1"].eq("TG")
    for column, label in NUMERIC:
        values = treated[column].astype("float64")
        _difference(rows, label, "", values[guided].dropna(), values[~guided].dropna())
    for column, label in CATEGORICAL:
        for level in _levels(treated[column]):
            is_level = treated[column].eq(level).fillna(False).astype("float64")
            _difference(rows, label, str(level), is_level[guided], is_level[~guided])


def _difference(rows: EstimateRows, label, category, one: pd.Series, other: pd.Series) -> None:
    cell = Cell("standardised difference", "TG vs TN+OT", parameter=label, category=category)
    enough = len(one) > 1 and len(other) > 1
    spread = np.sqrt((one.var(ddof=1) + other.var(ddof=1)) / 2) if enough else 0.0
    known = enough and spread > 0
    rows.add(
        cell,
        "estimate",
        float((one.mean() - other.mean()) / spread) if known else None,
        text="" if known else "NE",
        unit="standard deviations",
        method="difference of means over the pooled standard deviation, variances with n - 1",
        n_subjects=len(one) + len(other),
        warning="" if known else "too few patients, or no variation",
        analysis_set="TRTFL",
    )


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (
        baseline_table(rows, rules, "Enrolled"),
        baseline_table(rows, rules, "Treated", "TRTFL"),
    )


_SMD = ("standardised difference", "TG vs TN+OT")


def baseline_table(
    rows: EstimateRows, rules: Rules, title: str, analysis_set: str = "ENRLFL"
) -> Table:
    """One column per group and one for all; the standardised difference last."""
    estimates = Numbers(rows)
    groups = (*(ALL_GROUPS if analysis_set == "ENRLFL" else TREATED_GROUPS), "All")
    columns = [
        Column(
            group_label(group),
            f"N = {count(estimates.get('n', analysis_set, group, parameter='Patients'))}",
        )
        for group in groups
    ]
    columns.append(Column("Standardised difference", "guided vs other treated"))
    mine = estimates.frame[estimates.frame["analysis_id"].eq(analysis_set)]
    body: list[Row] = []
    for parameter in pd.unique(mine["parameter"]):
        if parameter == "Patients":
            continue
        if estimates.has("median", analysis_set, group="All", parameter=parameter):
            body += _numeric_row(estimates, analysis_set, groups, parameter)
        else:
            decimals = rules.display.percent_decimals
            body += _category_rows(estimates, analysis_set, groups, parameter, decimals)
    notes = (
        "Percentages are of all patients of the column, missing included.",
        "Standardised difference: guided minus other treated patients, in standard deviations.",
    )
    return Table(rows.output_id, "Characteristic", tuple(columns), tuple(body), notes, title=title)


def _smd(estimates: Numbers, parameter: str, category: str = "") -> str:
    place: dict[str, Any] = {"group": _SMD[1], "parameter": parameter, "category": category}
    if not estimates.has("estimate", _SMD[0], **place):
        return ""
    return rounded(estimates.get("estimate", _SMD[0], **place), 2)


def _numeric_row(estimates: Numbers, analysis_set, groups, parameter) -> list[Row]:
    def of(stat, group, decimals=1):
        return rounded(estimates.get(stat, analysis_set, group, parameter=parameter), decimals)

    lines = (
        ("Mean (SD)", lambda g: f"{of('mean', g)} ({of('sd', g)})"),
        ("Median (Q1–Q3)", lambda g: f"{of('median', g)} ({of('q1', g)}–{of('q3', g)})"),
        ("Range", lambda g: f"{of('min', g, 0)}–{of('max', g, 0)}"),
        ("Missing", lambda g: of("n_missing", g, 0)),
    )
    body = [Row(parameter, (*[""] * len(groups), _smd(estimates, parameter)), heading=True)]
    for label, text in lines:
        body.append(Row(label, (*(text(group) for group in groups), ""), indent=1))
    return body


def _category_rows(estimates: Numbers, analysis_set, groups, parameter, decimals) -> list[Row]:
    body = [Row(parameter, heading=True)]
    for category in sorted(estimates.categories(analysis_set, parameter), key=level_order):
        cells = []
        for group in groups:
            place: dict[str, Any] = {"group": group, "parameter": parameter, "category": category}
            n = estimates.get("n", analysis_set, **place)
            share = estimates.get("pct", analysis_set, **place)
            cells.append(f"{count(n)} ({rounded(share, decimals)})")
        body.append(
            Row(in_words(category), (*cells, _smd(estimates, parameter, category)), indent=1)
        )
    return body
