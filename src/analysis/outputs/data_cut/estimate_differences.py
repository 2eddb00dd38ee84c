"""CUT.3: every number old and new, and its change split by cause."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd

from analysis.changes.headlines import PARTS, headline_rows, said_change, said_value
from analysis.changes.split import ESTIMATE_CHANGE_COLUMNS, SHARE_COLUMNS
from analysis.datasets import Datasets
from analysis.displays.listing import listing_table
from analysis.displays.table import Column, Row, Table
from analysis.estimates.rows import KEY, Listing
from analysis.outputs.data_cut.since_the_previous_cut import (
    ChangeListing,
    change_listing,
    counts_table,
)
from analysis.outputs.origin import of_one_origin
from analysis.params import Rules

OUTPUT = "CUT.3"
NEEDS = ()
_UNITS = {"patients": "", "percent": ", %", "months": ", months"}
#: Rows that a page lists; all are in the file.
_LISTED = 200


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> Listing:
    """CUT.3: every number old and new, and its change split by cause.

    Parameters
    ----------
    data : mapping of DataFrame
        ``estimate_changes``, as in ``changes/estimates.csv``; ``change_notes``; ``rule_shares``,
        as in ``changes/rule_change_by_order.csv``.
    rules : Rules

    Returns
    -------
    ChangeListing
        One row per number of either cut. No row where nothing was compared.
    """
    columns = ESTIMATE_CHANGE_COLUMNS
    return change_listing(OUTPUT, data, "estimate_changes", columns, "rule_shares")


def show(rows: Listing, rules: Rules) -> tuple:
    """Lines for who reads nothing else, findings, and the numbers."""
    assert isinstance(rows, ChangeListing)
    if not rows.compared:
        return rows.said("note") or ("There is no previous cut to compare with.",)
    findings = rows.said("finding")
    unexpected = findings or ("Nothing that must not happen between two cuts has happened.",)
    return (
        *rows.said("line"),
        *(f"To be looked at: {text}" if findings else text for text in unexpected),
        *rows.said("note"),
        headline_table(rows),
        by_output_table(rows),
        questioned_table(rows),
        "Every number with its parts is in changes/estimates.csv beside this report.",
    )


def headline_table(rows: ChangeListing) -> Table:
    """The headline numbers, with the parts of their change and the range over other orders."""
    shares = rows.beside if len(rows.beside) else pd.DataFrame(columns=list(SHARE_COLUMNS))
    ranges: dict[tuple[str, ...], tuple[str, str]] = {
        row[:-2]: row[-2:] for row in shares[list(SHARE_COLUMNS)].itertuples(index=False, name=None)
    }
    columns: tuple[Column, ...] = (
        Column("Was"),
        Column("Is"),
        Column("Change"),
        Column("Rules or code", span="Of the change"),
        Column("Corrections and late entry", span="Of the change"),
        Column("Longer follow-up", span="Of the change"),
        Column("New patients", span="Of the change"),
    )
    if len(rows.beside):
        columns += (Column("Rules, other orders", sub="smallest to largest"),)
    body = []
    for row in headline_rows(rows.frame).to_dict("records"):
        kind = row["kind"]
        label = f"{row['words']}{_UNITS[kind]}"
        if not row["delta"]:
            body.append(Row(label, (row["old"], row["new"], *[""] * (len(columns) - 2))))
            continue
        low, high = ranges.get(tuple(row[name] for name in KEY), ("", ""))
        span = f"{said_change(low, kind)} to {said_change(high, kind)}" if low and high else ""
        parts = tuple(said_change(row[part], kind) if row[part] else "" for part in PARTS)
        values = (said_value(row["old"], kind), said_value(row["new"], kind))
        cells = (*values, said_change(row["delta"], kind), *parts, span)
        body.append(Row(label, cells[: len(columns)]))
    notes = ("Changes of percentages are percentage points. The parts sum to the change.",)
    return Table(OUTPUT, "Number", columns, tuple(body), notes, title="Headline numbers")


def by_output_table(rows: ChangeListing) -> Table:
    """How many numbers of each output changed, and by what."""
    frame = rows.frame
    counts = pd.DataFrame(
        {
            "all": 1,
            "same": frame["old"].eq(frame["new"]),
            **{part: _moves(frame[part]) for part in PARTS},
            "chain": frame["delta"].eq("") & frame["old"].ne(frame["new"]),
        }
    ).astype(int)
    sums = counts.groupby(frame["output_id"], sort=True).sum()
    headings = {
        "all": "Numbers",
        "same": "Unchanged",
        "rule_change": "Rules or code",
        "corrections": "Corrections and late entry",
        "follow_up": "Longer follow-up",
        "new_patients": "New patients",
        "chain": "Not a number in one of them",
    }
    return counts_table(OUTPUT, "Output", sums, headings, "Numbers changed, by output and cause")


def questioned_table(rows: ChangeListing) -> Table:
    """Numbers that would have read otherwise on the same patients and days."""
    frame = rows.frame
    asked = frame[_moves(frame["rule_change"]) | _moves(frame["corrections"])]
    listed = asked.head(_LISTED).assign(
        what=[
            ", ".join(part for part in parts if part)
            for parts in asked.head(_LISTED)[list(KEY[1:])].itertuples(index=False, name=None)
        ]
    )
    labels = {
        "output_id": "Output",
        "what": "Number",
        "old": "Was",
        "new": "Is",
        "delta": "Change",
        "rule_change": "Rules or code",
        "corrections": "Corrections and late entry",
    }
    more = f": the first {_LISTED} of {len(asked)}" if len(asked) > _LISTED else ""
    title = f"Changed by rules, code, corrections or late entry{more}"
    return listing_table(OUTPUT, listed, labels, title)


def _moves(part: pd.Series) -> pd.Series:
    """Whether a part is there and not zero."""
    return pd.Series([bool(text) and Decimal(text) != 0 for text in part], index=part.index)
