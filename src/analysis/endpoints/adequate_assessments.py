"""Adequate tumour assessments: which was the last, how many were missed since. SAP section 4.

An assessment is adequate if its overall response is evaluable (not NE, not missing). The last
adequate assessment up to a day is the LAA of that day.

Missed assessments are counted on the schedule, not by the distance of two scans. Assessment k is
planned ``interval_days`` x k after the first dose and has its slot from ``window_days`` before that
day to the day before the next slot (56 and 28 days: days 29-84, 85-140, 141-196, ...: the windows
of SAP section 5). Days before the first slot belong to the baseline. A slot without an adequate
assessment that has passed between the last adequate assessment and an event is a missed one;
several scans in one slot are one assessment; a slot in which the event itself falls is not missed.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.dates import UNIT, add_days
from analysis.endpoints.response_sequences import as_dates
from analysis.params import Rules

_DAYS = "datetime64[D]"
_SHIFT = 20  # two to this many days is later than any date: patient and day as one whole number
_LATEST = (1 << _SHIFT) - 1


def _day(dates: pd.Series, otherwise: int) -> np.ndarray:
    """Days since 1970-01-01, `otherwise` where the date is missing."""
    values = dates.to_numpy(dtype=UNIT)
    days = values.astype(_DAYS).astype(np.int64)
    return np.where(np.isnat(values), otherwise, days)


class AdequateAssessments:
    """The adequate assessments of the patients of an endpoint, searchable by day.

    Parameters
    ----------
    patients : Series
        USUBJID of each patient; answers come in this order.
    assessments : DataFrame
        USUBJID, ADT, AVALC, SRCROW (line in the raw file); those that count only.
    """

    def __init__(self, patients: pd.Series, assessments: pd.DataFrame) -> None:
        self.index = patients.index
        rows = assessments[assessments["AVALC"].notna() & assessments["AVALC"].ne("NE")]
        patient = pd.Index(patients).get_indexer(rows["USUBJID"]).astype(np.int64)
        key = (patient << _SHIFT) + _day(rows["ADT"], 0)
        known = patient >= 0
        order = np.argsort(key[known], kind="stable")
        self.key = key[known][order]
        self.line = rows["SRCROW"].to_numpy(dtype=np.float64, na_value=np.nan)[known][order]

    def _last(self, day: np.ndarray) -> np.ndarray:
        """Position of each patient's last assessment on or before a day, else -1."""
        patient = np.arange(len(self.index), dtype=np.int64)
        position = np.searchsorted(self.key, (patient << _SHIFT) + day, side="right") - 1
        found = np.full(len(position), -1)
        some = position >= 0
        found[some] = self.key[position[some]] >> _SHIFT
        return np.where(found == patient, position, -1)

    def last(self, up_to: pd.Series | None = None, inclusive: bool = True) -> pd.DataFrame:
        """Last adequate assessment on or before a day (before it: ``inclusive=False``).

        A missing day, or none given, is no limit.

        Returns
        -------
        DataFrame
            One row per patient: ADT (missing where there is none), SRCROW.
        """
        limit = np.full(len(self.index), _LATEST)
        if up_to is not None:
            limit = _day(up_to, _LATEST) - (0 if inclusive else 1)
        position = self._last(limit)
        date = np.full(len(position), np.datetime64("NaT"), dtype=UNIT)
        line = np.full(len(position), np.nan)
        some = position >= 0
        date[some] = as_dates(self.key[position[some]] & _LATEST)
        line[some] = self.line[position[some]]
        return pd.DataFrame(
            {"ADT": date, "SRCROW": pd.array(line, dtype="Float64").astype("Int64")},
            index=self.index,
        )


def slot(date: pd.Series, anchor: pd.Series, rules: Rules) -> pd.Series:
    """Number of the scheduled assessment whose slot holds a date; 0 before the first slot.

    Missing dates count as the baseline (0).
    """
    days = (date - anchor).dt.days.fillna(0)
    number = (days + rules.pfs.window_days) // rules.pfs.interval_days
    return number.clip(lower=0).astype("int64")


def missed_before(event: pd.Series, last: pd.Series, anchor: pd.Series, rules: Rules) -> pd.Series:
    """Scheduled assessments missed in a row between the last adequate one and an event.

    Parameters
    ----------
    event, last, anchor : Series of datetime64
        Event, last adequate assessment before it (missing: none since baseline), first dose.

    Returns
    -------
    Series of int64
        0 where there is no event.
    """
    between = slot(event, anchor, rules) - slot(last, anchor, rules) - 1
    return between.clip(lower=0).where(event.notna(), 0).astype("int64")


def gap_established(last: pd.Series, anchor: pd.Series, rules: Rules) -> pd.Series:
    """Day on which one more assessment than tolerated (``max_missed``) has been missed.

    The last day of the slot of that assessment, for a patient last assessed on `last`.
    """
    passed = slot(last, anchor, rules) + rules.pfs.max_missed + 2
    days = passed * rules.pfs.interval_days - rules.pfs.window_days - 1
    return (anchor + pd.to_timedelta(days, unit="D")).astype(UNIT)


def early_death_days(pfs) -> int:
    """Study day up to which a death needs no assessment before it (``rules.pfs``)."""
    return pfs.early_death_intervals * (pfs.interval_days + pfs.window_days)


def early_death_limit(anchor: pd.Series, rules: Rules) -> pd.Series:
    """Last day on which a death needs no assessment before it (situations 2, 4 and 5).

    ``early_death_intervals`` intervals with their window from the first dose on, day 1 included.
    """
    return add_days(anchor, early_death_days(rules.pfs) - 1)
