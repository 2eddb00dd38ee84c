"""Adverse events as rows of estimates: patients with at least one, events, rate per person-time.

The columns of the safety tables are treatment periods, not patients: a patient who changes group
counts in both, each with the time spent there. Two more columns hold what lies in no period, so
that every event of an enrolled patient stands in exactly one column.

T14.3.1.1 to T14.3.1.4: adverse events by treatment period. SAP 14.3.

Seriousness is a regulatory outcome (AESER), severity the CTCAE v5.0 grade (AETOXGR): no cell counts
one for the other. No test between the groups.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.datasets import Datasets
from analysis.endpoints.adverse_event_period import (
    AFTER,
    BEFORE_OR_WITHOUT,
    ON_TREATMENT,
    counted_events,
    observed_time,
    treatment_periods,
)
from analysis.estimates.confidence_level import level_in_words
from analysis.estimates.incidence import poisson_rate
from analysis.estimates.proportions import clopper_pearson_upper
from analysis.estimates.rows import Cell, EstimateRows
from analysis.params import Rules
from analysis.tabulation.groups import GROUP_LABELS, TREATED_GROUPS, in_set
from analysis.tabulation.proportion import add_proportion

ANY_PERIOD, BEFORE, LATER, EVERYBODY = "Periods", "Before", "After", "All"
COLUMN_LABELS = {
    **{group: GROUP_LABELS[group] for group in TREATED_GROUPS},
    ANY_PERIOD: "Any treatment period",
    BEFORE: "Before or without treatment",
    LATER: "After the treatment window or the end of observation",
    EVERYBODY: "All enrolled, any time",
}
NOT_RECORDED = "not recorded"
ONE_SIDED = ", one-sided upper limit"


@dataclass(frozen=True)
class SafetyColumn:
    """One column: who can have an event in it, for how long, and the events.

    Attributes
    ----------
    code : str
        Key of `COLUMN_LABELS`.
    analysis_set : str
        ADSL flag of the population.
    patients : Series
        USUBJID of the denominator.
    days : int
        Days at risk of all of them.
    events : DataFrame
        Rows of ADAE.
    """

    code: str
    analysis_set: str
    patients: pd.Series
    days: int
    events: pd.DataFrame


def safety_columns(data: Datasets, rules: Rules) -> list[SafetyColumn]:
    """Columns of the safety tables, in order; their events and days add up to the last one's.

    Patients of a treatment column are those observed for a day at least in a period of it: who
    began a regimen of a group after the end of observation cannot have an event there.

    Parameters
    ----------
    data : mapping of DataFrame
        ``adsl``, ``adex``, ``adae``.
    rules : Rules
        ``safety``.
    """
    adsl, adae = data["adsl"], counted_events(data["adae"])
    time = observed_time(treatment_periods(data["adex"], rules), adsl)
    on = time["APHASE"].eq(ON_TREATMENT)
    emergent = adae["APHASE"].eq(ON_TREATMENT)
    treated = in_set(adsl, "SAFFL")["USUBJID"]
    enrolled = in_set(adsl, "ENRLFL")["USUBJID"]
    columns = []
    for group in TREATED_GROUPS:
        spent = time[on & time["TRTGRP"].eq(group) & time["DAYS"].gt(0)]
        patients = spent["USUBJID"].drop_duplicates()
        events = adae[emergent & adae["TRTGRP"].eq(group)]
        columns.append(SafetyColumn(group, "SAFFL", patients, int(spent["DAYS"].sum()), events))
    spent = time[on & time["DAYS"].gt(0)]
    patients = treated[treated.isin(spent["USUBJID"])]
    days = int(spent["DAYS"].sum())
    columns.append(SafetyColumn(ANY_PERIOD, "SAFFL", patients, days, adae[emergent]))
    before = time.loc[time["APHASE"].eq(BEFORE_OR_WITHOUT), "DAYS"].sum()
    events = adae[adae["APHASE"].eq(BEFORE_OR_WITHOUT)]
    columns.append(SafetyColumn(BEFORE, "ENRLFL", enrolled, int(before), events))
    after = time[time["APHASE"].eq(AFTER)]
    events = adae[adae["APHASE"].eq(AFTER)]
    there = treated.isin(after.loc[after["DAYS"] > 0, "USUBJID"]) | treated.isin(events["USUBJID"])
    columns.append(SafetyColumn(LATER, "SAFFL", treated[there], int(after["DAYS"].sum()), events))
    columns.append(SafetyColumn(EVERYBODY, "ENRLFL", enrolled, int(time["DAYS"].sum()), adae))
    return columns


def where_grades_are_known(
    rows: EstimateRows, adae: pd.DataFrame, graded: Callable[[str], bool]
) -> EstimateRows:
    """The rows, those about grades "not recorded" where no event of the registry has one.

    Parameters
    ----------
    graded : callable
        Of the parameter of a row, whether it is about grades.
    """
    if adae.empty or adae["AETOXGR"].notna().any():
        return rows
    why = "no grade was recorded of any event"
    return rows.without_numbers_of(lambda number: graded(number["parameter"]), NOT_RECORDED, why)


def add_exposure(rows: EstimateRows, column: SafetyColumn, rules: Rules) -> None:
    """Patients and patient-months of a column."""
    cell = Cell("exposure", column.code)
    rows.count(cell, column.patients, analysis_set=column.analysis_set)
    rows.add(
        cell,
        "estimate",
        column.days / rules.estimation.month_days,
        unit="patient-months",
        n_subjects=len(column.patients),
        analysis_set=column.analysis_set,
    )


def add_incidence(
    rows: EstimateRows, cell: Cell, column: SafetyColumn, events: pd.DataFrame, rules: Rules
) -> None:
    """Patients with at least one of `events`, the number of events, and their rate.

    n, N, estimate, ci_low, ci_high (Clopper-Pearson) and n_events at `cell`; where nobody had one,
    the one-sided upper limit at the analysis "<analysis>, one-sided upper limit"; the rate per
    ``rules.safety.rate_per_months`` patient-months with exact Poisson limits at "<analysis>, rate".
    The rate counts the events in observed time (n_events there): those before consent or after the
    end of observation have no time at risk behind them.
    """
    patients, where = column.patients, column.analysis_set
    add_proportion(rows, cell, events["USUBJID"], patients, rules, analysis_set=where)
    rows.add(
        cell,
        "n_events",
        len(events),
        unit="events",
        n_subjects=events["USUBJID"].nunique(),
        analysis_set=where,
    )
    place = (cell.group, cell.visit, cell.parameter, cell.category)
    add_upper_limit(rows, cell, events["USUBJID"], patients, rules, analysis_set=where)
    per = rules.safety.rate_per_months
    months = column.days / rules.estimation.month_days / per
    level = rules.estimation.conf_level
    known = months > 0
    observed = int(events["OBSFL"].eq("Y").sum())
    rows.add(
        Cell(f"{cell.analysis_id}, rate", *place),
        "n_events",
        observed,
        unit="events",
        n_subjects=events.loc[events["OBSFL"].eq("Y"), "USUBJID"].nunique(),
        analysis_set=where,
    )
    values = poisson_rate(observed, months, level) if known else (np.nan,) * 3
    for stat_name, value in zip(("estimate", "ci_low", "ci_high"), values, strict=True):
        rows.add(
            Cell(f"{cell.analysis_id}, rate", *place),
            stat_name,
            value,
            unit=f"events per {per} patient-months",
            method="" if stat_name == "estimate" else f"exact Poisson, {level_in_words(level)}",
            text="" if known else "NE",
            warning="" if known else "no time at risk",
            n_subjects=len(patients),
            analysis_set=where,
        )


def add_upper_limit(
    rows: EstimateRows,
    cell: Cell,
    members: pd.Series,
    patients: pd.Series,
    rules: Rules,
    *,
    analysis_set,
) -> None:
    """Where 0 of N had the event: the one-sided exact upper limit ("rules out more than")."""
    size = patients.nunique()
    if members.nunique() or not size:
        return
    level = rules.estimation.conf_level
    rows.add(
        Cell(f"{cell.analysis_id}{ONE_SIDED}", *_place(cell)),
        "ci_high",
        clopper_pearson_upper(0, size, level),
        unit="proportion",
        method=f"Clopper-Pearson, one-sided, {level_in_words(level)}",
        n_subjects=size,
        analysis_set=analysis_set,
    )


def _place(cell: Cell) -> tuple[str, str, str, str]:
    return cell.group, cell.visit, cell.parameter, cell.category


SEVERE = 3
NOT_KNOWN = "Grade not known at the cut"


def chosen_events(events: pd.DataFrame, condition) -> pd.DataFrame:
    """Events that fulfil a condition; a missing answer is none."""
    return events[condition(events).fillna(False).astype(bool)]
