"""Partial dates, study days and durations, by hand."""

import pandas as pd
import pytest

from analysis.dates import (
    UNIT,
    add_days,
    complete,
    days_between,
    earlier_of,
    earliest,
    later_of,
    latest,
    middle,
    precision,
    study_day,
)
from tests.tables import as_text, table

# 2024 is a leap year, 2023 is not.
PARTIAL = table(
    """
    | recorded   | earliest   | latest     | middle     | complete   | imputed |
    |------------|------------|------------|------------|------------|---------|
    | 2023-05-17 | 2023-05-17 | 2023-05-17 | 2023-05-17 | 2023-05-17 |         |
    | 2023-05    | 2023-05-01 | 2023-05-31 | 2023-05-15 |            | D       |
    | 2023-04    | 2023-04-01 | 2023-04-30 | 2023-04-15 |            | D       |
    | 2023-02    | 2023-02-01 | 2023-02-28 | 2023-02-15 |            | D       |
    | 2024-02    | 2024-02-01 | 2024-02-29 | 2024-02-15 |            | D       |
    | 2023-12    | 2023-12-01 | 2023-12-31 | 2023-12-15 |            | D       |
    | 2023       | 2023-01-01 | 2023-12-31 | 2023-07-01 |            | M       |
    | 2024-02-29 | 2024-02-29 | 2024-02-29 | 2024-02-29 | 2024-02-29 |         |
    |            |            |            |            |            |         |
    """
)
READINGS = {
    "earliest": earliest,
    "latest": latest,
    "middle": middle,
    "complete": complete,
    "imputed": precision,
}


@pytest.mark.parametrize("reading", READINGS)
def test_what_a_partial_date_stands_for(reading):
    recorded = pd.Series([row["recorded"] for row in PARTIAL], dtype=object)
    read = READINGS[reading](recorded)
    assert [as_text(value) for value in read] == [row[reading] for row in PARTIAL]
    assert str(read.dtype) == ("object" if reading == "imputed" else UNIT)


@pytest.mark.parametrize("reading", READINGS)
def test_no_row_and_only_missing_rows_keep_their_type(reading):
    for recorded in ([], [None, None]):
        read = READINGS[reading](pd.Series(recorded, dtype=object))
        assert len(read) == len(recorded)
        assert read.isna().all()
        assert str(read.dtype) == ("object" if reading == "imputed" else UNIT)


def test_the_rows_keep_their_labels():
    recorded = pd.Series(["2023", "2022-03"], index=[7, 3], dtype=object)
    for reading in READINGS.values():
        assert list(reading(recorded).index) == [7, 3]


DAYS = table(
    """
    | date       | anchor     | study day | days, both ends |
    |------------|------------|-----------|-----------------|
    | 2023-03-01 | 2023-03-01 | 1         | 1               |
    | 2023-03-02 | 2023-03-01 | 2         | 2               |
    | 2023-02-28 | 2023-03-01 | -1        | 0               |
    | 2024-02-28 | 2024-03-01 | -2        | -1              |
    | 2024-03-01 | 2023-03-01 | 367       | 367             |
    |            | 2023-03-01 |           |                 |
    | 2023-03-01 |            |           |                 |
    """
)


def test_study_days_have_no_day_nought_and_durations_count_both_ends():
    date = pd.to_datetime(pd.Series([row["date"] for row in DAYS], dtype=object)).astype(UNIT)
    anchor = pd.to_datetime(pd.Series([row["anchor"] for row in DAYS], dtype=object)).astype(UNIT)
    days = study_day(date, anchor)
    duration = days_between(anchor, date)
    assert days.dtype == duration.dtype == "Int64"
    assert [as_text(value) for value in days] == [row["study day"] for row in DAYS]
    assert [as_text(value) for value in duration] == [row["days, both ends"] for row in DAYS]


def test_days_are_added_over_a_leap_day():
    moved = add_days(pd.Series(pd.to_datetime(["2024-02-28", None])), 2)
    assert [as_text(value) for value in moved] == ["2024-03-01", None]


def test_the_later_and_the_earlier_date_ignore_missing_ones():
    one = pd.Series(pd.to_datetime(["2023-01-01", None, "2023-05-05", None])).astype(UNIT)
    other = pd.Series(pd.to_datetime(["2023-02-01", "2023-03-03", None, None])).astype(UNIT)
    assert [as_text(v) for v in later_of(one, other)] == [
        "2023-02-01",
        "2023-03-03",
        "2023-05-05",
        None,
    ]
    assert [as_text(v) for v in earlier_of(one, other)] == [
        "2023-01-01",
        "2023-03-03",
        "2023-05-05",
        None,
    ]
    assert str(later_of(one, other).dtype) == UNIT
