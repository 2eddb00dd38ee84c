"""Partial dates and study days.

A partial date is text: ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``. It stands for every day that it
could be; `earliest` and `latest` are the ends of that range. Imputation is a rule of an endpoint,
so it stands with the endpoint; only the arithmetic is here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import pandas as pd

UNIT: Final = "datetime64[ns]"
_DATE = "datetime64[D]"


def recorded_column(name: str) -> str:
    """Column of a typed frame that holds what was written where a scan lacks its day."""
    return f"{name}_recorded"


def _read(partial: pd.Series, read: Callable[[str], object], dtype: str) -> pd.Series:
    """Apply `read` to each distinct text once: these columns are read dozens of times."""
    codes, distinct = pd.factorize(partial.to_numpy(dtype=object))
    # The last value stands for what is missing, whose code is -1.
    missing = None if dtype == "object" else np.datetime64("NaT")
    values = np.empty(len(distinct) + 1, dtype=object)
    values[:] = [*(read(text) for text in distinct), missing]
    if dtype != "object":
        values = values.astype(_DATE).astype(dtype)
    return pd.Series(values[codes], index=partial.index, name=partial.name)


def _filled(text: str, month_and_day: str, day: str) -> np.datetime64:
    """The day that a partial date becomes with `day`, or with `month_and_day`."""
    whole = {4: f"{text}-{month_and_day}", 7: f"{text}-{day}"}.get(len(text), text)
    # numpy would also read a time of day, or no more than a year
    if len(whole) != len("YYYY-MM-DD"):
        raise ValueError(f"{text!r} is not a partial date")
    return np.datetime64(whole, "D")


def _last_day(text: str) -> np.datetime64:
    first = _filled(text, "12-01", "01")
    if len(text) == len("YYYY-MM-DD"):
        return first
    return (first.astype("datetime64[M]") + 1).astype(_DATE) - 1


def _imputed(text: str) -> str | None:
    return {4: "M", 7: "D"}.get(len(text))


def earliest(partial: pd.Series) -> pd.Series:
    """First day that each partial date could be (datetime64, missing stays missing)."""
    return _read(partial, lambda text: _filled(text, "01-01", "01"), UNIT)


def latest(partial: pd.Series) -> pd.Series:
    """Last day that each partial date could be (datetime64, missing stays missing)."""
    return _read(partial, _last_day, UNIT)


def precision(partial: pd.Series) -> pd.Series:
    """What had to be imputed: ``D`` (day), ``M`` (month and day) or missing (complete)."""
    return _read(partial, _imputed, "object").rename(None)


def complete(partial: pd.Series) -> pd.Series:
    """The complete dates as datetime64; a partial one is missing here."""
    unknown = np.datetime64("NaT", "D")
    return _read(partial, lambda text: _filled(text, "", "") if len(text) == 10 else unknown, UNIT)


def middle(partial: pd.Series) -> pd.Series:
    """Day missing = 15th; month missing = 1 July (the middle of what is known)."""
    return _read(partial, lambda text: _filled(text, "07-01", "15"), UNIT)


def study_day(date: pd.Series, anchor: pd.Series) -> pd.Series:
    """Study day: the anchor is day 1, the day before it day -1; there is no day 0.

    Returns
    -------
    Series of Int64, missing where either date is missing.
    """
    days = (date - anchor).dt.days.astype("Int64")
    return days + (days >= 0).astype("Int64")


def days_between(start: pd.Series, end: pd.Series) -> pd.Series:
    """Duration in days counting both ends (end - start + 1), Int64."""
    return (end - start).dt.days.astype("Int64") + 1


def add_days(date: pd.Series, days: int) -> pd.Series:
    """Shift dates by whole days; missing stays missing."""
    return date + pd.Timedelta(days=days)


def _rowwise(choose: np.ufunc, dates: tuple[pd.Series, ...]) -> pd.Series:
    """Combine dates row by row, missing ones left out; rows belong together by their index."""
    index = dates[0].index
    if not all(other.index.equals(index) for other in dates[1:]):
        aligned = pd.concat(dates, axis=1)
        index, dates = aligned.index, tuple(aligned.iloc[:, i] for i in range(len(dates)))
    values = [series.to_numpy(dtype=UNIT) for series in dates]
    return pd.Series(choose.reduce(values), index=index, dtype=UNIT)


def later_of(*dates: pd.Series) -> pd.Series:
    """Latest of several dates row by row, ignoring missing ones."""
    return _rowwise(np.fmax, dates)


def earlier_of(*dates: pd.Series) -> pd.Series:
    """Earliest of several dates row by row, ignoring missing ones."""
    return _rowwise(np.fmin, dates)
