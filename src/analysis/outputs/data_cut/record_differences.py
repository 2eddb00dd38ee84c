"""CUT.2: records new, changed field by field, deleted or moved since the previous cut."""

from __future__ import annotations

import pandas as pd

from analysis.changes.records import CHANGED, DELETED, MOVED, NEW, RECORD_COLUMNS
from analysis.datasets import Datasets
from analysis.displays.listing import listing_table
from analysis.displays.table import Table
from analysis.estimates.rows import Listing
from analysis.outputs.data_cut.since_the_previous_cut import change_listing, counts_table
from analysis.outputs.origin import of_one_origin
from analysis.params import Rules

OUTPUT = "CUT.2"
NEEDS = ()
_KINDS = {NEW: "New", CHANGED: "Fields changed", DELETED: "Deleted", MOVED: "Across the old cutoff"}
_ROW = {
    "key": "Key",
    "patient_id": "Patient",
    "site_id": "Site",
    "source_file": "File",
    "source_line": "Line",
}
_PARTS = {
    "corrected": "known at the earlier cutoff",
    "late": "entered late",
    "deleted": "known at the earlier cutoff",
    "": "dated after it",
}


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> Listing:
    """CUT.2: records new, changed field by field, deleted or moved since the previous cut.

    Parameters
    ----------
    data : mapping of DataFrame
        ``record_changes``, as in ``changes/records.csv``; ``change_notes``.
    rules : Rules

    Returns
    -------
    ChangeListing
        One row per record, of changed ones per field. No row where nothing was compared.
    """
    return change_listing(OUTPUT, data, "record_changes", RECORD_COLUMNS)


def show(rows: Listing, rules: Rules) -> tuple:
    """Tables of the output, what was deleted first."""
    frame = rows.frame.assign(when=rows.frame["part"].map(_PARTS))
    deleted = frame[frame["change"].eq(DELETED)]
    changed = frame[frame["change"].eq(CHANGED)]
    moved = frame[frame["change"].eq(MOVED)]
    fields = {"key": "Key", "column": "Field", "old": "Was", "new": "Is", **_ROW, "when": "Row"}
    return (
        _counts(rows, "table", "Table", "By table"),
        _counts(rows, "site_id", "Site", "By site"),
        listing_table(OUTPUT, deleted, {**_ROW, "when": "Row"}, "Deleted: no longer there"),
        listing_table(
            OUTPUT,
            moved,
            {"key": "Key", "old": "Began", "new": "Begins", **_ROW},
            "Moved across the earlier cutoff",
        ),
        listing_table(OUTPUT, changed, fields, "Changed, field by field"),
        "New records are counted above and listed in changes/records.csv beside this report.",
    )


def _counts(rows: Listing, by: str, stub: str, title: str) -> Table:
    frame = rows.frame
    counts = pd.crosstab(frame[by], frame["change"])
    if by == "table":
        counts = counts.loc[list(dict.fromkeys(frame[by]))]
    return counts_table(OUTPUT, stub, counts, _KINDS, title)
