"""T14.3.1.1: adverse events by treatment period."""

from __future__ import annotations

from analysis.datasets import Datasets
from analysis.displays.lookup import Numbers
from analysis.displays.table import Row, Table
from analysis.endpoints.fatal_events import disagreements
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.origin import of_one_origin
from analysis.outputs.safety.cells import (
    PERIOD_NOTE,
    anybody,
    disagreement_note,
    incidence_rows,
    limit_note,
    period_columns,
)
from analysis.outputs.safety.columns import (
    NOT_KNOWN,
    SEVERE,
    add_exposure,
    add_incidence,
    chosen_events,
    safety_columns,
    where_grades_are_known,
)
from analysis.outputs.safety.deaths import add_disagreements
from analysis.params import Rules
from analysis.tabulation.groups import in_set

OUTPUT = "T14.3.1.1"
NEEDS = ("treatments", "adverse_events")
SEVERE_KIND = "Grade 3 or higher"
OVERVIEW = (
    ("Any adverse event", lambda e: e["USUBJID"].notna()),
    ("Related to treatment", lambda e: e["AEREL"].eq("yes")),
    ("Relation to treatment not known", lambda e: e["AEREL"].eq("unknown")),
    ("Serious", lambda e: e["AESER"].eq("Y")),
    ("Serious and related", lambda e: e["AESER"].eq("Y") & e["AEREL"].eq("yes")),
    (SEVERE_KIND, lambda e: e["AETOXGR"].ge(SEVERE)),
    (NOT_KNOWN, lambda e: e["AETOXGR"].isna()),
    ("Led to stop of treatment", lambda e: e["AEACN"].eq("discontinued")),
    ("Led to dose reduction", lambda e: e["AEACN"].eq("dose_reduced")),
    ("Led to interruption", lambda e: e["AEACN"].eq("interrupted")),
    ("Led to death", lambda e: e["AEOUT"].eq("fatal")),
)


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> EstimateRows:
    """T14.3.1.1: adverse events by treatment period.

    Parameters
    ----------
    data : mapping of DataFrame
        ``adsl``, ``adex``, ``adae``.
    rules : Rules

    Returns
    -------
    EstimateRows
        Analysis "exposure" (patients, patient-months) and "incidence" (n, N, proportion with its
        interval, events; rate) per column and kind of event; "disagreement" of the enrolled, as in
        T14.3.2.
    """
    rows = EstimateRows(OUTPUT, "SAFFL")
    for column in safety_columns(data, rules):
        add_exposure(rows, column, rules)
        for label, condition in OVERVIEW:
            cell = Cell("incidence", column.code, parameter=label)
            add_incidence(rows, cell, column, chosen_events(column.events, condition), rules)
    enrolled = in_set(data["adsl"], "ENRLFL")
    add_disagreements(rows, disagreements(enrolled, data["adae"]), "All", enrolled["USUBJID"])
    return where_grades_are_known(rows, data["adae"], lambda kind: kind == SEVERE_KIND)


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (overview_table(rows, rules),)


def overview_table(rows: EstimateRows, rules: Rules) -> Table:
    """T14.3.1.1: one block per kind of event."""
    estimates = Numbers(rows)
    body: list[Row] = []
    for label, _ in OVERVIEW:
        if label != NOT_KNOWN or anybody(estimates, "incidence", label):
            body += incidence_rows(estimates, rules, label, label, strong=label == "Serious")
    notes = (PERIOD_NOTE, limit_note(rules), disagreement_note(estimates, "T14.3.2"))
    return Table(rows.output_id, "Patients with", period_columns(estimates), tuple(body), notes)
