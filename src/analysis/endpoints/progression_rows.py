"""Which raw lesion row gives the day of a progression, so that the date can be traced to it.

Of several rows that give the day, one with a scan date comes first, then the first line of the
file. A row is written as one number, its line in ``tumour_lesions``: negative where the row has no
``scan_date``, so that its ``assessment_date`` gave the day; missing where no lesion row did.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.dates import UNIT
from analysis.endpoints.lesions import INVESTIGATOR, read_lesions
from analysis.params import Rules

TABLE = "tumour_lesions"
# A day and a row as one whole number that floats hold exactly: day, 1 bit (no scan date), line.
_LINES = 2.0**32
_ROWS = 2 * _LINES


def read_dated_lesions(
    lesions: pd.DataFrame, rules: Rules, assessor: str = INVESTIGATOR
) -> pd.DataFrame:
    """Lesions as from `read_lesions`, with SCANNED: whether the row has a scan date of its own."""
    undated = lesions.loc[lesions["scan_date"].isna(), "line"]
    frame = read_lesions(lesions, rules, assessor)
    return frame.assign(SCANNED=~frame["line"].isin(undated))


def _days_and_rows(lesions: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    scanned = lesions["SCANDT"].to_numpy(dtype=UNIT)
    days = scanned.astype("datetime64[D]").astype(np.float64)
    days[np.isnat(scanned)] = np.nan
    if "line" not in lesions:
        return days, np.zeros(len(lesions))
    undated = ~lesions["SCANNED"].to_numpy(bool) if "SCANNED" in lesions else 0.0
    return days, lesions["line"].to_numpy(dtype=np.float64) + undated * _LINES


def earliest_first(lesions: pd.DataFrame) -> np.ndarray:
    """One number per lesion row: the smallest is the earliest scan, on one day the first row."""
    days, rows = _days_and_rows(lesions)
    return days * _ROWS + rows


def latest_last(lesions: pd.DataFrame) -> np.ndarray:
    """One number per lesion row: the largest is the latest scan, on one day the first row."""
    days, rows = _days_and_rows(lesions)
    return days * _ROWS - rows


def _signed(row: np.ndarray) -> np.ndarray:
    line = np.where(row >= _LINES, _LINES - row, row)
    return np.where(line == 0, np.nan, line)


def _dates(days: np.ndarray) -> np.ndarray:
    known = ~np.isnan(days)
    dates = np.full(len(days), np.datetime64("NaT"), dtype=UNIT)
    dates[known] = days[known].astype(np.int64).astype("datetime64[D]").astype(UNIT)
    return dates


def earliest_scan(numbers: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Day and row of the smallest numbers (`earliest_first`); missing where there is none."""
    number = numbers.to_numpy(dtype=np.float64)
    days = np.floor(number / _ROWS)
    return _dates(days), _signed(number - days * _ROWS)


def latest_scan(numbers: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Day and row of the largest numbers (`latest_last`); missing where there is none."""
    number = numbers.to_numpy(dtype=np.float64)
    days = np.ceil(number / _ROWS)
    return _dates(days), _signed(days * _ROWS - number)


def named_rows(rows: pd.Series, otherwise: pd.DataFrame) -> pd.DataFrame:
    """Table, column and line of each row; of `otherwise` where no lesion row gave the day.

    Parameters
    ----------
    rows : Series of float64
        Rows as this module writes them.
    otherwise : DataFrame
        With the index of `rows`: SRCDOM, SRCVAR, SRCROW.

    Returns
    -------
    DataFrame
        SRCDOM, SRCVAR ("scan_date", or "assessment_date" where that is empty), SRCROW.
    """
    known = rows.notna()
    column = pd.Series(np.where(rows < 0, "assessment_date", "scan_date"), rows.index, dtype=object)
    return pd.DataFrame(
        {
            "SRCDOM": otherwise["SRCDOM"].astype(object).mask(known, TABLE),
            "SRCVAR": otherwise["SRCVAR"].astype(object).mask(known, column),
            "SRCROW": otherwise["SRCROW"].astype("Int64").mask(known, rows.abs().astype("Int64")),
        }
    )
