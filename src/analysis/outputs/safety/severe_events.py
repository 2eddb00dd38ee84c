"""T14.3.1.3: patients with adverse events of grade 3 or higher, by term."""

from __future__ import annotations

import pandas as pd

from analysis.datasets import Datasets
from analysis.displays.lookup import Numbers
from analysis.displays.table import Row, Table
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.origin import of_one_origin
from analysis.outputs.safety.cells import PERIOD_NOTE, anybody, period_columns, share_of
from analysis.outputs.safety.columns import (
    COLUMN_LABELS,
    EVERYBODY,
    NOT_KNOWN,
    SEVERE,
    add_exposure,
    chosen_events,
    safety_columns,
    where_grades_are_known,
)
from analysis.params import Rules
from analysis.tabulation.proportion import add_share

OUTPUT = "T14.3.1.3"
NEEDS = ("treatments", "adverse_events")
ANY_SEVERE = "Any adverse event of grade 3 or higher"


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> EstimateRows:
    """T14.3.1.3: patients with adverse events of grade 3 or higher, by term.

    Returns
    -------
    EstimateRows
        Analyses "exposure" and "patients" (n, N, pct; parameter = term or `ANY_SEVERE`), most
        frequent first; `NOT_KNOWN` counts patients with an event whose grade is missing.
    """
    rows = EstimateRows(OUTPUT, "SAFFL")
    columns = safety_columns(data, rules)
    severe = {c.code: chosen_events(c.events, lambda e: e["AETOXGR"].ge(SEVERE)) for c in columns}
    everybody = severe[EVERYBODY].drop_duplicates(["USUBJID", "AEDECOD"])["AEDECOD"].value_counts()
    terms = sorted(everybody.index, key=lambda term: (-everybody[term], term))
    for column in columns:
        add_exposure(rows, column, rules)
        events = severe[column.code]
        unknown = column.events.loc[column.events["AETOXGR"].isna(), "USUBJID"]
        named = [(ANY_SEVERE, events["USUBJID"])]
        named += [(term, events.loc[events["AEDECOD"].eq(term), "USUBJID"]) for term in terms]
        for term, who in [*named, (NOT_KNOWN, unknown)]:
            cell = Cell("patients", column.code, parameter=term)
            add_share(rows, cell, who, column.patients, analysis_set=column.analysis_set)
    return where_grades_are_known(rows, data["adae"], lambda term: term not in ("", NOT_KNOWN))


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (severe_table(rows, rules),)


def severe_table(rows: EstimateRows, rules: Rules) -> Table:
    """T14.3.1.3: patients with events of grade 3 or higher by term."""
    estimates = Numbers(rows)
    decimals = rules.display.percent_decimals
    mine = estimates.frame[estimates.frame["analysis_id"].eq("patients")]
    body: list[Row] = []
    for term in pd.unique(mine["parameter"]):
        if term == NOT_KNOWN and not anybody(estimates, "patients", term):
            continue
        cells = tuple(
            share_of(estimates, decimals, "patients", group=code, parameter=term)
            for code in COLUMN_LABELS
        )
        strong = term == ANY_SEVERE
        body.append(Row(term, cells, indent=0 if strong else 1, strong=strong))
    return Table(rows.output_id, "Term", period_columns(estimates), tuple(body), (PERIOD_NOTE,))
