"""What a parameter may be: kinds of numbers with the range in which they can be meant.

A value outside of its range would not stop the analysis, or would stop it later as a fault of the
program; so every kind has both ends. The longest time is ten years: follow-up is twelve months, and
99999, the usual word for no limit, leads beyond the days that a date can hold.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, Field

CUT_NAME = re.compile(r"DC[0-9]{2}")

LONGEST_DAYS = 3653  # ten years
LONGEST_MONTHS, LONGEST_WEEKS = 120, 520
LONGEST_INTERVAL = 366  # between two assessments
MOST_IN_A_ROW = 20  # visits, intervals, assessments
MOST_PATIENTS = 100_000


Days = Annotated[int, Field(ge=0, le=LONGEST_DAYS, strict=True)]
SomeDays = Annotated[int, Field(ge=1, le=LONGEST_DAYS, strict=True)]
Interval = Annotated[int, Field(ge=1, le=LONGEST_INTERVAL, strict=True)]
Tolerance = Annotated[int, Field(ge=0, le=LONGEST_INTERVAL, strict=True)]
InARow = Annotated[int, Field(ge=0, le=MOST_IN_A_ROW, strict=True)]
SomeInARow = Annotated[int, Field(ge=1, le=MOST_IN_A_ROW, strict=True)]
Months = Annotated[int, Field(ge=1, le=LONGEST_MONTHS, strict=True)]
Weeks = Annotated[int, Field(ge=1, le=LONGEST_WEEKS, strict=True)]
Percent = Annotated[int, Field(ge=1, le=100, strict=True)]
Millimetres = Annotated[int, Field(ge=0, le=500, strict=True)]
SomeMillimetres = Annotated[int, Field(ge=1, le=500, strict=True)]
Patients = Annotated[int, Field(ge=0, le=MOST_PATIENTS, strict=True)]
SomePatients = Annotated[int, Field(ge=1, le=MOST_PATIENTS, strict=True)]
Decimals = Annotated[int, Field(ge=0, le=6, strict=True)]
Age = Annotated[int, Field(ge=1, le=130, strict=True)]
_FINITE = Field(strict=True, allow_inf_nan=False)
TScore = Annotated[float, _FINITE, Field(gt=0, lt=100)]
Difference = Annotated[float, _FINITE, Field(gt=0, le=50)]  # T points
Worsening = Annotated[float, _FINITE, Field(ge=-50, le=0)]  # T points
# Decimal numbers are written in quotes, so that 1.3 is 1.3.
Ratio = Annotated[Decimal, Field(allow_inf_nan=False, gt=0, le=100)]
Share = Annotated[Decimal, Field(allow_inf_nan=False, gt=0, le=1)]

_Item = TypeVar("_Item")


def _rising(values: tuple[Any, ...]) -> tuple[Any, ...]:
    if list(values) != sorted(set(values)):
        raise ValueError("each must be greater than the one before")
    return values


def _once(values: tuple[_Item, ...]) -> tuple[_Item, ...]:
    twice = next((value for value in values if values.count(value) > 1), None)
    if twice is not None:
        raise ValueError(f"{twice} stands twice")
    return values


#: At least one value, each greater than the one before.
Rising = Annotated[tuple[_Item, ...], Field(min_length=1), AfterValidator(_rising)]
#: At least one value, none of them twice.
Some = Annotated[tuple[_Item, ...], Field(min_length=1), AfterValidator(_once)]


def _no_day_zero(value: int) -> int:
    if value == 0:
        raise ValueError("there is no day 0: the day before day 1 is -1")
    return value


def _not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("give a text")
    return value


#: A day by the clock of a visit: day 1 is the anchor, the day before it is -1.
StudyDay = Annotated[
    int, Field(ge=-LONGEST_DAYS, le=LONGEST_DAYS, strict=True), AfterValidator(_no_day_zero)
]
Flag = Annotated[bool, Field(strict=True)]
Text = Annotated[str, Field(strict=True, min_length=1), AfterValidator(_not_blank)]
CutName = Annotated[str, Field(strict=True, pattern=rf"^{CUT_NAME.pattern}$")]
# The years that the extracts may hold: 0023-11-30 is a slip, not a data cut.
StrictDate = Annotated[
    dt.date, Field(strict=True, ge=dt.date(1900, 1, 1), le=dt.date(2199, 12, 31))
]
