"""T14.1.3: demographics and baseline characteristics by treatment group. SAP 14.1.

Percentages are of all patients of the column, missing included; missing is always a row. No test of
baseline differences: the standardised difference between guided and other treated patients instead.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.groups import ALL_GROUPS, TREATED_GROUPS, by_group, in_set
from analysis.outputs.proportion import add_share

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


def baseline_characteristics(data, rules) -> EstimateRows:
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
    rows = EstimateRows("T14.1.3", "ENRLFL")
    for flag, groups in (("ENRLFL", ALL_GROUPS), ("TRTFL", TREATED_GROUPS)):
        population = in_set(adsl, flag)
        for group, patients in by_group(population, groups):
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


def _categorical(rows, flag, group, label, patients, column, levels) -> None:
    for level in levels:
        who = patients.loc[patients[column].eq(level).fillna(False).astype(bool), "USUBJID"]
        cell = Cell(flag, group, parameter=label, category=str(level))
        add_share(rows, cell, who, patients["USUBJID"], analysis_set=flag)
    absent = patients.loc[patients[column].isna(), "USUBJID"]
    cell = Cell(flag, group, parameter=label, category=MISSING)
    add_share(rows, cell, absent, patients["USUBJID"], analysis_set=flag)


def _numeric(rows, flag, group, label, patients: pd.DataFrame, column: str) -> None:
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
            float(summary(known)) if enough else None,
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


def _difference(rows, label, category, one: pd.Series, other: pd.Series) -> None:
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
