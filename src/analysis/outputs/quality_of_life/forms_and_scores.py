"""T14.2.8.1 to T14.2.8.3, F14.2.8.1, L16.2.6.5: PROMIS-29 by visit. SAP 14.2.8.

Every patient-visit has one state (completed, missing, off study, dead, not due), and at each visit
the states add up to the patients of the column. Scores are described while alive; new anticancer
therapy is ignored (treatment policy). No test, no imputation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pandas as pd

from analysis.datasets import Datasets
from analysis.endpoints.promis29_scores import DOMAINS, PAIN_INTENSITY, PARAMETERS
from analysis.endpoints.questionnaire_state import (
    COMPLETED,
    DEAD,
    EXPECTED,
    MISSING,
    NOT_DUE,
    OFF_STUDY,
)
from analysis.estimates.confidence_level import level_in_words
from analysis.estimates.paired import paired_summary
from analysis.estimates.rows import Cell, EstimateRows
from analysis.params import Rules
from analysis.tabulation.estimable import add_mean_limits, add_number
from analysis.tabulation.groups import ALL_GROUPS, by_group, in_set
from analysis.visits import BASELINE

STATES = (COMPLETED, MISSING, OFF_STUDY, DEAD, NOT_DUE)
RESPONDER_PARAMETERS = (*DOMAINS, PAIN_INTENSITY)
PLANNED_COLUMNS = ("USUBJID", "PARAMCD", "AVISIT", "STATE", "AVAL", "BASE", "CHG")
TOO_FEW = "too few values"
SUMMARY_STATS: dict[str, Callable] = {
    "mean": np.mean,
    "sd": lambda x: np.std(x, ddof=1),
    "median": np.median,
    "q1": lambda x: np.quantile(x, 0.25),
    "q3": lambda x: np.quantile(x, 0.75),
    "min": np.min,
    "max": np.max,
}


def visit_labels(rules: Rules, *, baseline: bool = True) -> list[str]:
    """Planned visits in order."""
    return [*([BASELINE] if baseline else []), *(window.label for window in rules.visits.windows)]


def planned_rows(adqs: pd.DataFrame, parameters: Iterable[str]) -> pd.DataFrame:
    """Rows of ADQS that stand for a planned visit (they have a state) of some parameters."""
    chosen = adqs["PARAMCD"].isin(list(parameters)) & adqs["STATE"].notna()
    return adqs.loc[chosen, list(PLANNED_COLUMNS)]


def add_states(
    rows: EstimateRows, analysis_id: str, group: str, visit: str, at: pd.DataFrame, analysis_set
) -> None:
    """Number of patients in each of the five states at one visit."""
    who, states = at["USUBJID"].to_numpy(), at["STATE"].to_numpy()
    for state in STATES:
        cell = Cell(analysis_id, group, visit, category=state)
        rows.count(cell, who[states == state], analysis_set=analysis_set)


def by_parameter(at: pd.DataFrame, parameters: Iterable[str]):
    """Each parameter with its rows, as arrays by column; empty where there are none."""
    columns = {name: at[name].to_numpy() for name in at}
    codes = columns["PARAMCD"]
    for paramcd in parameters:
        yield paramcd, {name: values[codes == paramcd] for name, values in columns.items()}


def rows_at_visits(rows: EstimateRows, data: Datasets, parameters, rules: Rules):
    """Each group and visit of the PRO set with its rows; adds patients and states on the way."""
    adsl = in_set(data["adsl"], "PROFL")
    planned = planned_rows(data["adqs"], parameters)
    planned = planned[planned["USUBJID"].isin(adsl["USUBJID"])]
    for group, patients in by_group(adsl, ALL_GROUPS):
        rows.count(Cell("patients", group), patients["USUBJID"])
        mine = planned[planned["USUBJID"].isin(patients["USUBJID"])]
        for visit in visit_labels(rules):
            at = mine[mine["AVISIT"].eq(visit)]
            add_states(rows, "states", group, visit, at[at["PARAMCD"].eq(PARAMETERS[0])], "PROFL")
            yield group, visit, at


def add_value(
    rows: EstimateRows, cell: Cell, at: dict, rules: Rules, summaries: Iterable[str] = SUMMARY_STATS
) -> None:
    """Add the summary of the scores at one visit."""
    expected = np.isin(at["STATE"].astype(str), EXPECTED)
    scored = expected & (at["STATE"] == COMPLETED) & ~np.isnan(at["AVAL"])
    size, n = int(expected.sum()), rows.count(cell, at["USUBJID"][scored])
    rows.add(cell, "N", size, unit="patients", n_subjects=size)
    rows.add(cell, "n_missing", size - n, unit="patients", n_subjects=size)
    values = at["AVAL"][scored]
    for stat_name in summaries:
        enough = n > (1 if stat_name == "sd" else 0)
        add_or_too_few(
            rows, cell, stat_name, float(SUMMARY_STATS[stat_name](values)) if enough else None, n
        )
    limits = paired_summary(np.zeros(n), values, rules.estimation.conf_level)
    add_limits(rows, cell, limits, n, rules)


def add_limits(rows: EstimateRows, cell: Cell, summary: dict, n: int, rules: Rules) -> None:
    """Add the t interval of a mean."""
    about: dict[str, Any] = {
        "why": TOO_FEW,
        "unit": "points",
        "method": f"t interval of the mean, {level_in_words(rules.estimation.conf_level)}",
        "n_subjects": n,
    }
    limits = (summary["low"], summary["high"])
    add_mean_limits(rows, cell, limits, summary["sd_change"], **about)


def add_or_too_few(rows: EstimateRows, cell: Cell, stat_name: str, value, n: int) -> None:
    """Add a number, or that there are too few scores for it."""
    add_number(rows, cell, stat_name, value, why=TOO_FEW, unit="points", n_subjects=n)
