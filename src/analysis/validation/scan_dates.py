"""Scan dates that lack their day: taken as the middle of the month, unless the day decides."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from analysis.dates import UNIT, recorded_column
from analysis.endpoints.scan_dates import ASSESSMENT, TABLES, possible_days
from analysis.findings import ERROR, WARNING
from analysis.validation.family import Family, Found, pick
from analysis.validation.study import Study

SCAN_DATES = Family("scan_date")


def _assessments(study: Study) -> Iterator[tuple[str, pd.DataFrame]]:
    """First row of each assessment without a day, with its possible days."""
    column = recorded_column(ASSESSMENT)
    for table in TABLES:
        study.table(table, "patient_id", ASSESSMENT)
    if not any(column in study.frames[table] for table in TABLES):
        return
    days = study.once(("scan days",), lambda: possible_days(study.frames))
    for table in TABLES:
        rows = study.frames[table]
        if column not in rows:
            continue
        rows = rows[rows[column].notna()].sort_values("line", kind="stable")
        rows = rows.drop_duplicates(["patient_id", column])
        yield (
            table,
            rows.merge(days.rename(columns={"text": column}), on=["patient_id", column]),
        )


@SCAN_DATES.rule(
    "day_missing",
    WARNING,
    "*",
    "A scan has a day; without one it is the 15th, bounded by the assessments beside it.",
)
def day_missing(study: Study) -> Iterator[Found]:
    """Assessments of which only the month is known."""
    for table, rows in _assessments(study):
        message = (
            "The day is not recorded; taken as {DATE} ({FIRSTDT} to {LASTDT} are possible, and "
            "stand in the sensitivity rows)."
        )
        yield Found(table, rows, ASSESSMENT, message, value=recorded_column(ASSESSMENT))


@SCAN_DATES.rule(
    "day_decides",
    ERROR,
    "*",
    "Where the day of a scan is unknown, neither the first dose nor the cutoff is a possible day.",
)
def day_decides(study: Study) -> Iterator[Found]:
    """Assessments that may be baseline or response, or lie after the cut, depending on the day."""
    for table, rows in _assessments(study):
        dose = rows["patient_id"].map(study.first_doses).astype(UNIT)
        cutoff = pd.Series(study.cutoff, rows.index)
        for what, day in (("the first dose", dose), ("the cutoff", cutoff)):
            open_ = (rows["FIRSTDT"] <= day) & (day <= rows["LASTDT"])
            message = (
                f"The day is needed: {what} on {{day}} lies in the days that are possible "
                "({FIRSTDT} to {LASTDT})."
            )
            found = pick(rows, open_, day=day)
            yield Found(table, found, ASSESSMENT, message, value=recorded_column(ASSESSMENT))
