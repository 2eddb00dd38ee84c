"""Findings as questions: an id that stays, whether it is new, open or resolved, and its age.

A question is told apart by rule, table, key of the row and column, so that it stays the same when
the extract is sorted otherwise, grows, or the value is changed into another wrong one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from analysis.tracing.raw_rows import RawFiles
from analysis.validation import RULES
from schemas.raw import RAW_TABLES

NEW, OPEN, RESOLVED = "new", "open", "resolved"
NO_SITE = "no-site"
QUESTION_COLUMNS = (
    "query_id",
    "site_id",
    "status",
    "age_in_cuts",
    "open_since",
    "severity",
    "patient_id",
    "question",
    "file",
    "line",
    "field",
    "value",
    "what_would_be_right",
    "rule",
    "answer",
)
_ORDER = {NEW: 0, OPEN: 1, RESOLVED: 2}
_DIGITS = 10


@dataclass(frozen=True)
class FoundInCut:
    """Findings of one cut, and the extracts they are about.

    Attributes
    ----------
    cut : str
    findings : DataFrame
        As read from ``findings.csv``: every cell text.
    raw : RawFiles
    """

    cut: str
    findings: pd.DataFrame = field(repr=False)
    raw: RawFiles = field(repr=False)


def question_ids(found: FoundInCut) -> pd.Series:
    """Id of each finding: of rule, table, key of the row and column.

    Two findings alike in all four (two rows share a key) are numbered in the order of their values,
    whatever their lines.
    """
    places = []
    for row in found.findings.to_dict("records"):
        table = row["file"].removesuffix(".csv")
        key = _row_key(found.raw, table, row["line"]) or row["patient_id"]
        places.append("\x1f".join((row["rule"], table, key, row["column"])))
    frame = found.findings.assign(_place=places)
    ordered = frame.sort_values(["_place", "value", "message"], kind="stable")
    nth = ordered.groupby("_place").cumcount().reindex(frame.index)
    return pd.Series(
        [_id(place, int(number)) for place, number in zip(places, nth, strict=True)],
        index=frame.index,
        dtype=object,
    )


def _id(place: str, number: int) -> str:
    text = place if number == 0 else f"{place}\x1f{number}"
    return f"Q{hashlib.sha256(text.encode('utf-8')).hexdigest()[:_DIGITS]}"


def _row_key(raw: RawFiles, table: str, line: str) -> str:
    """Values of the key of a row, joined by bars; empty where the finding is about no row."""
    if table not in RAW_TABLES or not line:
        return ""
    row = raw.at(RAW_TABLES[table].file, int(line))
    if row is None:
        return ""
    return "|".join(row.cells.get(name, "") for name in RAW_TABLES[table].key)


def questions(cuts: Sequence[FoundInCut]) -> pd.DataFrame:
    """Questions of the last of some cuts, with their state against the one before it.

    Parameters
    ----------
    cuts : sequence of FoundInCut
        In order of time, each the previous one of the next.

    Returns
    -------
    DataFrame
        Columns `QUESTION_COLUMNS`, every cell text: by site, then new, open, resolved.
        `age_in_cuts` counts the cuts in a row that have it, this one too; a resolved one has the
        age it reached, and no line, since that of the previous extract means nothing in this one.
    """
    known = [_by_id(found) for found in cuts]
    last = known[-1]
    before: dict[str, dict[str, str]] = known[-2] if len(known) > 1 else {}
    rows = []
    for name, finding in last.items():
        age = _age(known, name)
        status = OPEN if name in before else NEW
        rows.append(
            _question(name, finding, status, age, cuts[len(cuts) - age].cut, keep_line=True)
        )
    for name, finding in before.items():
        if name not in last:
            age = _age(known[:-1], name)
            since = cuts[len(cuts) - 1 - age].cut
            rows.append(_question(name, finding, RESOLVED, age, since, keep_line=False))
    frame = pd.DataFrame(rows, columns=list(QUESTION_COLUMNS), dtype=object)
    order = frame.assign(
        _status=frame["status"].map(_ORDER), _line=pd.to_numeric(frame["line"], errors="coerce")
    )
    order = order.sort_values(
        ["site_id", "_status", "severity", "file", "_line", "field", "query_id"], kind="stable"
    )
    return order[list(QUESTION_COLUMNS)].reset_index(drop=True)


def _by_id(found: FoundInCut) -> dict[str, dict[str, str]]:
    records: list[dict] = found.findings.to_dict("records")
    return dict(zip(question_ids(found), records, strict=True))


def _age(known: Sequence[Mapping[str, object]], name: str) -> int:
    """In how many cuts in a row, the last one among them, a question stands."""
    age = 0
    for findings in reversed(known):
        if name not in findings:
            break
        age += 1
    return age


def _question(
    name: str, finding: Mapping[str, str], status: str, age: int, since: str, *, keep_line: bool
) -> tuple[str, ...]:
    rule = RULES.get(finding["rule"])
    return (
        name,
        finding["site_id"] or NO_SITE,
        status,
        str(age),
        since,
        finding["severity"],
        finding["patient_id"],
        finding["message"],
        finding["file"],
        finding["line"] if keep_line else "",
        finding["column"],
        finding["value"],
        rule.sentence if rule else "",
        finding["rule"],
        "",
    )
