"""PFS1: how long a line of treatment lasted until progression. SAP 1 (PFSRFL), 14.2.4.4.

One criterion for prior lines and for regimens after enrolment: PFS1 ends at the first progression
recorded after the start of the line, strictly, and up to the start of the next systemic line, that
day included. A progression on the first day of a line belongs to the line before. Why the line was
stopped does not matter: "stopped for progression" without a date of progression is no PFS1.
PFS1 = progression - start + 1 days.

A partial date stands for every day that it could be. It suffices that some completion puts start,
progression and next start in that order; where not every one does, the line is flagged. For its
length a date known to the month stands on the 15th, or on the nearest day that keeps the order; a
date known to the year gives no PFS1.

Beside it, for the sensitivity rows: the end of the line in place of a progression that has no date,
where the line was stopped for progression; and the stop reason alone, whatever else is recorded.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.dates import UNIT, add_days, days_between, earlier_of, later_of, middle
from analysis.dates import earliest as first_day_of
from analysis.dates import latest as last_day_of

NOT_PROGRESSION = "no progression between its start and the next line"
UNDATED = "stopped for progression, no date of it on the line"
DATES = "dates not known to the month"
WITHOUT_PFS1 = (NOT_PROGRESSION, UNDATED, DATES)
POSSIBLE_ORDER = "order of partial dates possible, not certain"
PROGRESSION = "progression"


@dataclass(frozen=True)
class Span:
    """A date that may be partial: first and last day that it could be, and the day it stands on."""

    first: pd.Series
    last: pd.Series
    stands_on: pd.Series

    @staticmethod
    def of_partial(texts: pd.Series) -> Span:
        """Read partial dates: the 15th where the day is missing, else 1 July."""
        return Span(first_day_of(texts), last_day_of(texts), middle(texts))

    @staticmethod
    def of_days(days: pd.Series) -> Span:
        """Take complete dates as they are."""
        return Span(days, days, days)

    @property
    def to_the_month(self) -> pd.Series:
        """Whether the date is known, and at least to its month."""
        same = self.first.dt.year.eq(self.last.dt.year) & self.first.dt.month.eq(self.last.dt.month)
        return same & self.first.notna()

    def or_else(self, other: Span) -> Span:
        """Return this date, or the other where this one is missing."""
        return Span(
            *(
                getattr(self, name).fillna(getattr(other, name)).astype(UNIT)
                for name in ("first", "last", "stands_on")
            )
        )

    def where(self, holds: pd.Series) -> Span:
        """Return the date where `holds`, else nothing."""
        return Span(self.first.where(holds), self.last.where(holds), self.stands_on.where(holds))


@dataclass(frozen=True)
class Ordered:
    """A start and an end of lines in order, and how sure that order is.

    Attributes
    ----------
    possible, certain : Series of bool
        Whether some, and whether every, completion of the partial dates has
        start < end <= next start.
    start, end : Series of datetime64
        Dates that keep this order where it is possible; else as they stand.
    """

    possible: pd.Series
    certain: pd.Series
    start: pd.Series
    end: pd.Series

    def days(self, holds: pd.Series) -> pd.Series:
        """Days from start to end, both counted, where the order is possible and `holds`."""
        return days_between(self.start, self.end).where(self.possible & holds)


def in_order(start: Span, end: Span, following: Span) -> Ordered:
    """Put an end strictly after the start of its line and up to the start of the next.

    Parameters
    ----------
    start, end, following : Span
        Start of the line, what ends it, start of the next line (missing: there is none).
    """
    least = later_of(end.first, add_days(start.first, 1))
    most = earlier_of(end.last, following.last)
    possible = start.first.notna() & end.first.notna() & (least <= most)
    certain = possible & (start.last < end.first) & ~(end.last > following.first)
    until = earlier_of(most, later_of(following.stands_on, least)).where(
        following.stands_on.notna(), most
    )
    began = earlier_of(start.stands_on, add_days(until, -1).where(possible))
    least_after = add_days(began, 1).where(possible, began)
    ended = earlier_of(later_of(end.stands_on, least_after), until.where(possible, end.last))
    ended = ended.where(end.stands_on.notna())
    return Ordered(possible, certain, began.astype(UNIT), ended.astype(UNIT))


def following_lines(rows: pd.DataFrame, start: Span, systemic: pd.Series, dose: pd.Series) -> Span:
    """Start of the systemic line that follows each prior line.

    Parameters
    ----------
    rows : DataFrame
        Raw ``prior_treatments``: patient_id, line.
    start : Span
        Start of each line.
    systemic : Series of bool
        Whether the line is systemic.
    dose : Series of datetime64
        First systemic dose after enrolment, by patient.
    """
    order = rows.sort_values(["patient_id", "line"], kind="stable").index
    patient = rows["patient_id"].loc[order]

    def next_of(days: pd.Series) -> pd.Series:
        later = days.where(systemic).loc[order].groupby(patient).shift(-1)
        return later.groupby(patient).bfill().reindex(rows.index).astype(UNIT)

    after = Span(*map(next_of, (start.first, start.last, start.stands_on)))
    return after.or_else(Span.of_days(rows["patient_id"].map(dose).astype(UNIT)))


def line_times(
    start: Span, progression: Span, end: Span, following: Span, stop_reason: pd.Series
) -> pd.DataFrame:
    """PFS1 of each line, why it has none, and what the sensitivity rows take instead.

    Parameters
    ----------
    start, progression, end, following : Span
        Start, first recorded progression, end of the line, and start of the next.
    stop_reason : Series
        Why the line ended.

    Returns
    -------
    DataFrame
        ASTDT and PDDT as they stand for PFS1; PFS1 (days, missing where the line did not end by
        progression or its dates are not known); PFS1RSN (why missing); PFS1ORFL (Y: the order of
        partial dates is possible, not certain); PFS1END (to the end of the line, where it was
        stopped for progression without a date of progression); PFS1STOP (the stop reason alone:
        to the progression, else to the end of the line).
    """
    stands_on = earlier_of(start.stands_on, end.stands_on, progression.stands_on)
    begun = Span(start.first, start.last, later_of(stands_on, start.first))
    progressed = in_order(begun, progression, following)
    stopped = in_order(begun, end, following)
    dated, to_month = progressed.possible, start.to_the_month
    pfs1 = progressed.days(to_month & progression.to_the_month)
    until_end = stopped.days(to_month & end.to_the_month)
    for_progression = stop_reason.eq(PROGRESSION)
    reason = np.select(  # type: ignore[type-var]
        [pfs1.notna(), dated, for_progression],
        [None, DATES, UNDATED],
        NOT_PROGRESSION,
    )
    return pd.DataFrame(
        {
            "ASTDT": progressed.start,
            "PDDT": progressed.end,
            "PFS1": pfs1,
            "PFS1RSN": pd.Series(reason, start.first.index, dtype=object),
            "PFS1ORFL": (pfs1.notna() & ~progressed.certain)
            .map({True: "Y", False: None})
            .astype(object),
            "PFS1END": until_end.where(~dated & for_progression),
            "PFS1STOP": pfs1.fillna(until_end).where(for_progression),
        }
    )
