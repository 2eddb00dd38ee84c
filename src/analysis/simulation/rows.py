"""The rows of one raw table while they are being simulated: whole numbers only.

Every column is an array of integers: a position in a code list, a day since 1970-01-01, tenths of
a millimetre. -1 is a missing value. Text appears only when a row is written.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

MISSING = -1
NEVER = 1_000_000  # a day that does not come
PRECISION_DAY, PRECISION_MONTH, PRECISION_YEAR = 0, 1, 2


def day(iso: str) -> int:
    """Days since 1970-01-01 of an ISO date."""
    return int(np.datetime64(iso, "D").astype(np.int64))


def year_of(days: np.ndarray) -> np.ndarray:
    """Calendar year of days since 1970-01-01."""
    return np.asarray(days).astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970


def month_start(days: np.ndarray) -> np.ndarray:
    """First day of the month of each day."""
    months = np.asarray(days).astype("datetime64[D]").astype("datetime64[M]")
    return months.astype("datetime64[D]").astype(np.int64)


def year_start(days: np.ndarray) -> np.ndarray:
    """First day of the year of each day."""
    years = np.asarray(days).astype("datetime64[D]").astype("datetime64[Y]")
    return years.astype("datetime64[D]").astype(np.int64)


def written(days: np.ndarray) -> np.ndarray:
    """A day as a column value: days that do not come are missing."""
    days = np.asarray(days, dtype=np.int64)
    return np.where(days >= NEVER, MISSING, days)


def partial(days: np.ndarray, precision=PRECISION_DAY) -> np.ndarray:
    """A date of which the day or the month may be unknown, as one number."""
    days = np.asarray(days, dtype=np.int64)
    return np.where((days >= NEVER) | (days < 0), MISSING, days * 4 + precision)


@dataclass
class Change:
    """Some rows show another value in one column until a day comes.

    `correction` tells a wrong value put right later from a thing that is still open; `event` is
    the day of the thing itself, where `until` is the day on which it is typed in.
    """

    column: str
    rows: np.ndarray
    values: np.ndarray
    until: np.ndarray
    event: np.ndarray
    correction: bool = False


@dataclass
class Rows:
    """One raw table of one chunk, in the order of its key.

    patient: position of the patient in the chunk. date: the day the row comes into being.
    entered: the day it is typed in. deleted: the day an erroneous row is taken out again.
    """

    columns: dict[str, np.ndarray]
    patient: np.ndarray
    date: np.ndarray
    entered: Any = None  # days, once `snapshots.enter` has been there
    deleted: Any = None
    changes: list[Change] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.patient)

    def open_until(self, column, rows, value, until, event=None) -> None:
        """The rows (positions) show `value` in `column` until the day `until` has come."""
        rows = np.asarray(rows)
        values = np.broadcast_to(np.asarray(value, dtype=np.int64), rows.shape)
        until = np.broadcast_to(np.asarray(until, dtype=np.int64), rows.shape)
        event = until if event is None else np.asarray(event, dtype=np.int64)
        self.changes.append(Change(column, rows, values, until, event))

    def wrong_until(self, column, rows, value, until) -> None:
        """As `open_until`, for a wrong value that is corrected on the day `until`."""
        self.open_until(column, rows, value, until)
        self.changes[-1].correction = True

    def place(self) -> np.ndarray:
        """Number of each row within its patient, from 0."""
        first = np.searchsorted(self.patient, self.patient, side="left")
        return np.arange(len(self.patient)) - first

    def reordered(self, order: np.ndarray) -> None:
        """Put the rows into another order, in place."""
        position = np.empty(len(order), dtype=np.int64)
        position[order] = np.arange(len(order))
        self.columns = {name: values[order] for name, values in self.columns.items()}
        self.patient, self.date = self.patient[order], self.date[order]
        self.entered = None if self.entered is None else self.entered[order]
        self.deleted = None if self.deleted is None else self.deleted[order]
        for change in self.changes:
            change.rows = position[change.rows]
