"""Partial dates and study days.

A partial date is text: ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``. It stands for every day that it
could be; `earliest` and `latest` are the ends of that range. Imputation is a rule of an endpoint,
so it stands with the endpoint; only the arithmetic is here.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

UNIT = "datetime64[ns]"


def _completed(partial: pd.Series, month: str, day: str) -> pd.Series:
    """Fill what is absent with `month` and `day`; missing stays missing."""
    text = partial.astype("string")
    length = text.str.len()
    whole = text.where(length.ne(7), text + f"-{day}").where(length.ne(4), text + f"-{month}-{day}")
    return pd.to_datetime(whole, format="%Y-%m-%d").astype(UNIT)


def earliest(partial: pd.Series) -> pd.Series:
    """First day that each partial date could be (datetime64, missing stays missing)."""
    return _completed(partial, "01", "01")


def latest(partial: pd.Series) -> pd.Series:
    """Last day that each partial date could be (datetime64, missing stays missing)."""
    first = _completed(partial, "12", "01")
    month_known_only = partial.astype("string").str.len().lt(10).fillna(False).to_numpy(bool)
    return first.where(~month_known_only, first + pd.offsets.MonthEnd(0)).astype(UNIT)


def precision(partial: pd.Series) -> pd.Series:
    """What had to be imputed: ``D`` (day), ``M`` (month and day) or missing (complete)."""
    length = partial.astype("string").str.len()
    flags = np.select([length.eq(7).fillna(False), length.eq(4).fillna(False)], ["D", "M"], "")
    return pd.Series(flags, index=partial.index, dtype=object).replace("", None)


def complete(partial: pd.Series) -> pd.Series:
    """The complete dates as datetime64; a partial one is missing here."""
    text = partial.astype("string")
    return pd.to_datetime(text.where(text.str.len().eq(10)), format="%Y-%m-%d").astype(UNIT)


def middle(partial: pd.Series) -> pd.Series:
    """Day missing = 15th; month missing = 1 July (the middle of what is known)."""
    text = partial.astype("string")
    length = text.str.len()
    whole = text.where(length.ne(7), text + "-15").where(length.ne(4), text + "-07-01")
    return pd.to_datetime(whole, format="%Y-%m-%d").astype(UNIT)


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


def later_of(*dates: pd.Series) -> pd.Series:
    """Latest of several dates row by row, ignoring missing ones."""
    return pd.concat(dates, axis=1).max(axis=1).astype(UNIT)


def earlier_of(*dates: pd.Series) -> pd.Series:
    """Earliest of several dates row by row, ignoring missing ones."""
    return pd.concat(dates, axis=1).min(axis=1).astype(UNIT)
