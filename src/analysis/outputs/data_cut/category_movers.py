"""CUT.4: patients whose group, response, times, funnel stage or analysis set changed, and why."""

from __future__ import annotations

import pandas as pd

from analysis.changes.movers import MOVER_COLUMNS
from analysis.datasets import Datasets
from analysis.displays.listing import listing_table
from analysis.displays.table import Table
from analysis.estimates.rows import Listing
from analysis.outputs.data_cut.since_the_previous_cut import (
    causes_in_words,
    change_listing,
    counts_table,
)
from analysis.outputs.origin import of_one_origin
from analysis.params import Rules

OUTPUT = "CUT.4"
NEEDS = ()
_LABELS = {
    "USUBJID": "Patient",
    "variable": "Variable",
    "old": "Was",
    "new": "Is",
    "why": "Cause",
    "source_file": "File",
    "source_line": "Line",
    "source_extract": "Extract",
}
_WORDS = {
    "ENRLFL": "Enrolled",
    "BIOPFL": "Biopsy taken",
    "SEQFL": "Sequenced",
    "MTBFL": "Discussed by MTB",
    "ACTFL": "Intervenable variant",
    "RECTGFL": "Guided therapy recommended",
    "TRTFL": "Treated",
    "SAFFL": "Safety set",
    "RSPEVLFL": "Response-evaluable set",
    "EVALFL": "Evaluable set",
    "GUIDFL": "Guided therapy",
    "TRTGRP1": "Treatment group",
    "TFAILFL": "Treatment failure",
    "SEQ2FL": "Second profile",
    "MTB2FL": "Second profile discussed by MTB",
    "ACT2FL": "Second profile: intervenable variant",
    "GUID2FL": "Second profile: guided therapy",
    "PFSRFL": "PFS ratio set",
    "PROFL": "PRO set",
    "FUNNEL": "Stage of the funnel",
    "BOR": "Best overall response",
    "CBOR": "Best overall response, confirmed",
}


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> Listing:
    """CUT.4: patients whose group, response, times, funnel stage or set changed, and why.

    Parameters
    ----------
    data : mapping of DataFrame
        ``movers``, as in ``changes/movers.csv``; ``change_notes``.
    rules : Rules

    Returns
    -------
    ChangeListing
        One row per patient and variable. No row where nothing was compared.
    """
    return change_listing(OUTPUT, data, "movers", MOVER_COLUMNS)


def show(rows: Listing, rules: Rules) -> tuple:
    """How many moved by what, and each of them."""
    frame = rows.frame.assign(
        why=[causes_in_words(causes) for causes in rows.frame["cause"]],
        variable=[_WORDS.get(name, name) for name in rows.frame["variable"]],
    )
    return (
        _counts(frame),
        listing_table(OUTPUT, frame, _LABELS, "Every mover with the raw row that decides"),
        "Further raw rows of these patients that changed or came to count are in "
        "changes/movers.csv beside this report.",
    )


def _counts(frame: pd.DataFrame) -> Table:
    causes = {why: why.capitalize() for why in sorted(set(frame["why"]))} or {"": "Moved"}
    counts = pd.crosstab(frame["variable"], frame["why"])
    return counts_table(OUTPUT, "Variable", counts, causes, "Patients who moved, by cause")
