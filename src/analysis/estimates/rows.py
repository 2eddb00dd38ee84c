"""Rows of estimates: one number per row, unrounded, made once; and who is counted in each.

`EstimateRows` collects the numbers of one output. A count always comes with its members, so that
any n in a report leads back to patients, and from there to raw rows.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from html import escape
from typing import Any

import pandas as pd

from schemas.terminology import STAT_NAMES

COLUMNS = (
    "output_id",
    "analysis_id",
    "row",
    "analysis_set",
    "group",
    "visit",
    "parameter",
    "category",
    "stat_name",
    "stat",
    "stat_text",
    "unit",
    "method",
    "n_subjects",
    "warning",
    "time",
    "time_unit",
)
KEY = ("output_id", "analysis_id", "group", "visit", "parameter", "category", "stat_name")
CELL = KEY[:-1]
MEMBER_COLUMNS = (*CELL, "USUBJID")
_DAY = re.compile(r"Day (-?[0-9]+)")


@dataclass(frozen=True)
class Cell:
    """Where a number stands: the analysis and its group, visit, parameter and category."""

    analysis_id: str
    group: str = ""
    visit: str = ""
    parameter: str = ""
    category: str = ""


def _day_of(cell: Cell) -> float | None:
    """Day of a point of a curve, as its visit says it."""
    day = _DAY.fullmatch(cell.visit)
    return float(day.group(1)) if day else None


@dataclass(frozen=True)
class Listing:
    """The rows of a listing: what is shown as it is, patient by patient, and counts nothing.

    Parameters
    ----------
    output_id : str
        SAP id, such as ``L16.2.7``.
    frame : DataFrame
        One row per line of the listing.
    origin : Origin, optional
        Cut and rules of the datasets, where the room knew them.
    """

    output_id: str
    frame: pd.DataFrame
    origin: Any = field(default=None, repr=False, compare=False, kw_only=True)


@dataclass
class EstimateRows:
    """Numbers of one output and the patients behind them.

    Parameters
    ----------
    output_id : str
        SAP id, such as ``T14.2.1.1``.
    analysis_set : str
        Analysis set of the output (``ENRLFL``, ``RSPEVLFL``, ...).
    by : str
        Column of ADSL by which patients are grouped; empty where there is no choice.
    listing : DataFrame, optional
        What is listed below the numbers, row by row.
    origin : Origin, optional
        Cut and rules of the datasets, where the room knew them.
    """

    output_id: str
    analysis_set: str
    by: str = ""
    listing: pd.DataFrame | None = None
    origin: Any = field(default=None, repr=False, compare=False, kw_only=True)
    _numbers: list[dict] = field(default_factory=list)
    _members: list[tuple[Cell, tuple[str, ...]]] = field(default_factory=list)

    def add(
        self,
        cell: Cell,
        stat_name: str,
        stat: float | int | None,
        *,
        text: str = "",
        unit: str = "",
        method: str = "",
        n_subjects: int | None = None,
        warning: str = "",
        analysis_set: str | None = None,
        time: float | None = None,
    ) -> None:
        """Add one number.

        A missing `stat` needs a `text`, which every display prints in its place (NE, NR); the
        `warning` says why it is missing. `time` is the day of a point of a curve, or of a landmark;
        a visit such as ``Day 0042`` says it by itself.

        Raises
        ------
        ValueError
            For an unknown `stat_name`, or a missing number without its text.
        """
        if stat_name not in STAT_NAMES:
            raise ValueError(f"'{stat_name}' is not a stat_name; known: {', '.join(STAT_NAMES)}")
        missing = stat is None or (isinstance(stat, float) and math.isnan(stat)) or stat is pd.NA
        if missing and not text:
            what = "a text to print" if warning else "a reason"
            raise ValueError(f"{self.output_id} {cell}: {stat_name} is missing without {what}")
        self._numbers.append(
            {
                "output_id": self.output_id,
                "analysis_id": cell.analysis_id,
                "row": len(self._numbers) + 1,
                "analysis_set": self.analysis_set if analysis_set is None else analysis_set,
                "group": cell.group,
                "visit": cell.visit,
                "parameter": cell.parameter,
                "category": cell.category,
                "stat_name": stat_name,
                "stat": float("nan") if missing or stat is None else float(stat),
                "stat_text": text,
                "unit": unit,
                "method": method,
                "n_subjects": n_subjects,
                "warning": warning,
                "time": _day_of(cell) if time is None else float(time),
                "time_unit": "" if time is None and _day_of(cell) is None else "days",
            }
        )

    def count(
        self,
        cell: Cell,
        members: Iterable[str],
        *,
        stat_name: str = "n",
        analysis_set: str | None = None,
    ) -> int:
        """Add a count of patients with its members; returns the count."""
        who = tuple(sorted(set(members)))
        self.add(
            cell,
            stat_name,
            len(who),
            unit="patients",
            n_subjects=len(who),
            analysis_set=analysis_set,
        )
        if stat_name == "n":
            self._members.append((cell, who))
        return len(who)

    def _repr_html_(self) -> str:
        """Return the numbers as a notebook shows them."""
        named = ["analysis_id", "group", "visit", "parameter", "category", "stat_name"]
        shown = self.frame[[*named, "stat", "stat_text", "unit", "warning"]]
        of = " ".join(filter(None, (self.output_id, getattr(self.origin, "label", ""))))
        return f"<p>{escape(of)}</p>{shown.to_html(index=False, max_rows=60, na_rep='')}"

    def without_numbers(self, text: str, why: str) -> EstimateRows:
        """The same rows without a number: each is missing, printed as `text`, because of `why`."""
        return self.without_numbers_of(lambda number: True, text, why)

    def without_numbers_of(
        self, concerned: Callable[[dict[str, Any]], bool], text: str, why: str
    ) -> EstimateRows:
        """The same rows, those concerned without a number and without a member.

        Parameters
        ----------
        concerned : callable
            Of a row (its columns by name), whether nobody knows its number.
        text, why : str
            As of `without_numbers`.
        """
        partly = EstimateRows(self.output_id, self.analysis_set, self.by, origin=self.origin)
        blank = {"stat": float("nan"), "stat_text": text, "method": "", "warning": why}
        blank |= {"n_subjects": None}
        partly._numbers = [n | blank if concerned(n) else n for n in self._numbers]
        partly._members = [(cell, who) for cell, who in self._members if not concerned(vars(cell))]
        return partly

    @property
    def frame(self) -> pd.DataFrame:
        """The numbers, columns as in the data model, in the order in which they were made.

        Raises
        ------
        ValueError
            If two numbers have one key.
        """
        numbers = pd.DataFrame(self._numbers, columns=list(COLUMNS))
        twice = numbers.duplicated(list(KEY))
        if twice.any():
            where = numbers.loc[twice, list(KEY)].iloc[0].to_dict()
            raise ValueError(f"two numbers for one key: {where}")
        return numbers.astype(
            {"row": "int64", "n_subjects": "Int64", "stat": "float64", "time": "float64"}
        )

    @property
    def members(self) -> pd.DataFrame:
        """Who is counted: one row per cell and patient."""
        rows = [
            (
                self.output_id,
                cell.analysis_id,
                cell.group,
                cell.visit,
                cell.parameter,
                cell.category,
                who,
            )
            for cell, patients in self._members
            for who in patients
        ]
        return pd.DataFrame(rows, columns=list(MEMBER_COLUMNS), dtype=object)

    def value(self, cell: Cell, stat_name: str) -> float:
        """One number by its key.

        Raises
        ------
        KeyError
            If there is no such number.
        """
        for number in self._numbers:
            same = all(
                number[name] == getattr(cell, name)
                for name in ("analysis_id", "group", "visit", "parameter", "category")
            )
            if same and number["stat_name"] == stat_name:
                return number["stat"]
        raise KeyError(f"{self.output_id}: no {stat_name} at {cell}")
