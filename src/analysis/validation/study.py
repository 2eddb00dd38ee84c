"""What rules look at: the tables of one extract, and facts that several rules need.

A rule asks for the columns it needs. Where a table could not be read, or lacks a column, the rule
is not run: the file has its own finding, and a conclusion from what is absent would be false.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TypeVar

import numpy as np
import pandas as pd

from analysis.dates import UNIT, earliest, latest
from analysis.extracts import Damage
from analysis.params import Rules
from schemas.raw import RAW_TABLES

T = TypeVar("T")
#: What the comparison of doses, lesions and responses of a patient rests on.
COURSE = {
    "treatments": ("therapy_class", "start_date"),
    "tumour_lesions": (
        *("assessment_date", "scan_date", "lesion_role"),
        *("nodal", "diameter_mm", "status", "method"),
    ),
    "tumour_responses": ("assessment_date", "assessor", "overall_response"),
}


class UnavailableError(LookupError):
    """A rule needs a table or a column that could not be read."""


class Study:
    """The tables of an extract with the dates of its cut and the rules.

    Parameters
    ----------
    frames : dict of DataFrame
        From `read_extracts`; a plain dict is taken as undamaged.
    cut : object
        Has `clinical_cutoff` and `snapshot_date`.
    rules : object
        Typed parameters of the analysis plan.
    """

    def __init__(self, frames: dict[str, pd.DataFrame], cut, rules: Rules) -> None:
        self.frames = frames
        self.rules = rules
        self.cutoff = pd.Timestamp(cut.clinical_cutoff)
        self.snapshot = pd.Timestamp(cut.snapshot_date)
        self._damage: dict[str, Damage] = getattr(frames, "damage", {})
        self._made: dict[tuple, object] = {}

    def damage(self, table: str) -> Damage:
        """What of a table is not to be relied on."""
        return self._damage.get(table, Damage())

    def has(self, table: str, *columns: str) -> bool:
        """Whether the table was read and has the columns."""
        return table in self.frames and not set(columns) - set(self.frames[table].columns)

    def table(self, name: str, *columns: str) -> pd.DataFrame:
        """Return a table that has these columns.

        Raises
        ------
        UnavailableError
            If it could not be read or a column is missing.
        """
        if not self.has(name, *columns):
            raise UnavailableError(name)
        return self.frames[name]

    def whole_table(self, name: str, *columns: str) -> pd.DataFrame:
        """Return a table of which no row was lost, so that absence means something.

        Raises
        ------
        UnavailableError
            If it could not be read, a column is missing, rows were lost, or patients are asked for
            and it is not known whose some row is.
        """
        rows = self.table(name, *columns)
        whose = "patient_id" not in columns or self.readable(name, "patient_id").all()
        if not self.damage(name).complete or not whose:
            raise UnavailableError(name)
        return rows

    def readable(self, table: str, column: str) -> pd.Series:
        """Whether each cell of a column says something, if only by being empty.

        A cell that could not be parsed, or is no code of its list, decides nothing about others.
        """
        values = self.table(table, column)[column]
        lines = self.frames[table][self.line_column(table)]
        wrong = [line for line, name in self.damage(table).cells if name == column]
        known = ~lines.isin(wrong) if wrong else pd.Series(True, lines.index)
        # in extracts that were read, a cell that is no code is among the wrong ones
        entry = RAW_TABLES[table].fields[column]
        codes = () if table in self._damage or entry.several else entry.codes
        return known & (values.isna() | values.isin(codes)) if codes else known

    def of_patients(self, table: str, rows: pd.DataFrame) -> pd.DataFrame:
        """Return those of some rows of a table of which it is known whose they are."""
        return rows[self.readable(table, "patient_id")[rows.index] & rows["patient_id"].notna()]

    def in_doubt(self, table: str, *columns: str) -> pd.Index:
        """Patients with a cell in these columns that cannot be read."""
        there = [column for column in columns if self.has(table, "patient_id", column)]
        wrong = {column for _, column in self.damage(table).cells}
        if not there or (table in self._damage and not wrong.intersection(there)):
            return pd.Index([], dtype=object)
        unread = [~self.readable(table, column) for column in there]
        who = self.frames[table]["patient_id"]
        return pd.Index(who[np.logical_or.reduce(unread)].dropna().unique())

    @cached_property
    def course_in_doubt(self) -> pd.Index:
        """Patients whose doses, lesions or responses cannot all be read.

        What follows from comparing these with each other says nothing about such a patient.
        """
        found = [self.in_doubt(table, *columns) for table, columns in COURSE.items()]
        return pd.Index(np.unique(np.concatenate(found)))

    def settled(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return the rows of patients whose course can be read."""
        doubt = self.course_in_doubt
        return rows[~rows["patient_id"].isin(doubt)] if len(doubt) else rows

    def line_column(self, table: str) -> str:
        """Column that holds the line in the file."""
        return RAW_TABLES[table].line_column

    def first_dates(self, table: str, column: str) -> pd.Series:
        """First day that each cell of a date column could be."""
        return self._bound(table, column, 0)

    def last_dates(self, table: str, column: str) -> pd.Series:
        """Last day that each cell of a date column could be."""
        return self._bound(table, column, 1)

    def _bound(self, table: str, column: str, end: int) -> pd.Series:
        values = self.table(table, column)[column]
        if RAW_TABLES[table].fields[column].kind != "partial":
            return values
        return self.once(
            (table, column, end), lambda: values.map(self._partial_dates[end]).astype(UNIT)
        )

    @cached_property
    def _partial_dates(self) -> tuple[pd.Series, pd.Series]:
        """First and last day of every partial date that is anywhere written, by its text."""
        texts: set[str] = set()
        for table in RAW_TABLES.values():
            for name, entry in table.fields.items():
                if entry.kind == "partial" and self.has(table.name, name):
                    texts.update(self.frames[table.name][name].dropna().unique())
        written = pd.Series(sorted(texts), index=sorted(texts), dtype=object)
        return earliest(written), latest(written)

    def once(self, name: tuple, make: Callable[[], T]) -> T:
        """Return what `make` gives, made once however many rules ask for it."""
        if name not in self._made:
            self._made[name] = make()
        return self._made[name]  # type: ignore[return-value]

    @cached_property
    def deaths(self) -> pd.DataFrame:
        """First and last day on which each patient could have died, by patient."""
        rows = self.table("disposition", "patient_id", "event", "event_date")
        bounds = pd.DataFrame(
            {
                "patient_id": rows["patient_id"],
                "first": self.first_dates("disposition", "event_date"),
                "last": self.last_dates("disposition", "event_date"),
            }
        )
        bounds = bounds[rows["event"].eq("death")].dropna(subset="patient_id")
        return bounds.drop_duplicates("patient_id").set_index("patient_id")

    @cached_property
    def dead(self) -> pd.Index:
        """Patients with a death on record, whatever its date, or with an event that may be one."""
        rows = self.whole_table("disposition", "patient_id", "event")
        unread = ~self.readable("disposition", "event") | rows["event"].isna()
        patients = rows.loc[rows["event"].eq("death") | unread, "patient_id"].dropna()
        return pd.Index(patients.unique()).union(sorted(self.damage("disposition").mentions))

    @cached_property
    def first_doses(self) -> pd.Series:
        """First systemic administration after enrolment, by patient."""
        rows = self.table("treatments", "patient_id", "therapy_class", "start_date")
        systemic = rows["therapy_class"].isin(self.rules.treatment.systemic_classes)
        starts = rows[systemic].dropna(subset=["patient_id", "start_date"])
        return starts.groupby("patient_id")["start_date"].min()

    @cached_property
    def enrolments(self) -> pd.Series:
        """Date of enrolment, by patient."""
        return self.looked_up("patients", "patient_id", "enrolment_date")

    def looked_up(self, table: str, key: str, column: str) -> pd.Series:
        """Return a column of another table by its key, the first row of each key."""
        rows = self.table(table, key, column)

        def make() -> pd.Series:
            keys = rows[key]
            first = (keys.notna() & ~keys.duplicated()).to_numpy()
            return pd.Series(rows[column].array[first], index=keys.array[first], name=column)

        return self.once((table, key, column), make)
