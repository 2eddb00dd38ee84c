"""Nobody is grouped by the future: times of a group or set are given only if it was known before.

A patient belongs to a group, or to an analysis set, from a day on. A time that starts before that
day is conditioned on the future: who is to be treated lives until the treatment, and the group
looks immortal until then. Every output takes its times to event here. For each patient the day from
which the set and the grouping are known (`schemas.derived.adsl.KNOWN_FROM`) is compared with the
origin of the time; one day that is missing or later refuses the rows, and names both. The days are
the true ones: nothing is dated earlier to pass.

What the plan declares all the same (``rules.known_at_origin``) carries a footnote that says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from analysis.datasets import Datasets
from analysis.dates import UNIT, later_of
from analysis.errors import DerivationError
from analysis.params import Rules
from analysis.tabulation.groups import in_set
from schemas.derived import DATASETS

ALL = "ENRLFL"  # everybody in the registry


@dataclass(frozen=True)
class Grouping:
    """A way to group patients, or a set of them, with the day from which it is known of each.

    Attributes
    ----------
    name : str
        As the plan's exceptions name it: a column of ADSL, or a name of its own.
    known : Series of dates
        By patient (USUBJID); missing where it is not known of a patient.
    """

    name: str
    known: pd.Series


class FutureError(DerivationError):
    """A group or set that was not known yet when the time of a patient began."""


def of_adsl(adsl: pd.DataFrame, column: str) -> Grouping:
    """A column of ADSL as a grouping: known from the latest of the days that its schema declares.

    Raises
    ------
    ValueError
        If the schema declares no day for the column.
    """
    days = DATASETS["adsl"].fields[column].known_from
    if not days:
        raise ValueError(f"adsl.{column} does not declare from which day it is known")
    dates = [adsl[day].astype(UNIT) for day in days]
    known = later_of(*dates).where(pd.concat(dates, axis=1).notna().all(axis=1))
    return Grouping(column, known.set_axis(adsl["USUBJID"]))


def followed(
    data: Datasets,
    rules: Rules,
    parameters: str | Iterable[str],
    of: str | Grouping = ALL,
    by: str | Grouping | None = None,
) -> pd.DataFrame:
    """Times to event of the patients of a set, which may be told apart by a grouping.

    Parameters
    ----------
    data : mapping of DataFrame
        ``adsl`` and ``adtte``.
    rules : Rules
        ``known_at_origin.exceptions``.
    parameters : str or iterable of str
        PARAMCD, one or several.
    of : str or Grouping
        The analysis set: a flag of ADSL, or patients chosen otherwise (all with a known day).
    by : str or Grouping, optional
        What they are grouped by: a column of ADSL, or days of its own.

    Returns
    -------
    DataFrame
        Rows of ADTTE.

    Raises
    ------
    FutureError
        Naming the parameter, the set or grouping, and the patients of whom it is not known at the
        origin.
    """
    adsl = data["adsl"]
    names = [parameters] if isinstance(parameters, str) else list(parameters)
    patients = in_set(adsl, of)["USUBJID"] if isinstance(of, str) else of.known.index
    adtte = data["adtte"]
    rows = adtte[adtte["PARAMCD"].isin(names) & adtte["USUBJID"].isin(patients)]
    untreated = adsl.loc[adsl["TRTSDT"].isna(), "USUBJID"]
    for what in (of, by):
        if what is None:
            continue
        grouping = of_adsl(adsl, what) if isinstance(what, str) else what
        for paramcd in names:
            mine = rows[rows["PARAMCD"].eq(paramcd)]
            _refuse_the_future(mine, grouping, paramcd, untreated, rules)
    return rows


def refuse_future(adsl: pd.DataFrame, by: str, origin: str, of: str) -> None:
    """Refuse a grouping that was not known on the day from which something is counted.

    Parameters
    ----------
    adsl : DataFrame
    by : str
        Column of ADSL.
    origin : str
        Column of ADSL with the day; who has none is not counted.
    of : str
        What is counted, in words.

    Raises
    ------
    FutureError
        Naming the column and the patients of whom it was not known.
    """
    counted = adsl[adsl[origin].notna()]
    known = counted["USUBJID"].map(of_adsl(adsl, by).known).astype(UNIT)
    early = ~(known <= counted[origin].astype(UNIT))
    if early.any():
        raise FutureError(
            f"{of} cannot be grouped by {by}, which is not known yet at its origin ({origin})",
            counted.loc[early, "USUBJID"],
        )


def _refuse_the_future(rows, grouping: Grouping, paramcd: str, untreated, rules: Rules) -> None:
    """Refuse what is not known at the origin of every row, unless the plan declares it."""
    known = rows["USUBJID"].map(grouping.known).astype(UNIT)
    early = ~(known <= rows["STARTDT"].astype(UNIT))
    for exception in rules.known_at_origin.exceptions:
        if grouping.name == exception.of and paramcd in exception.parameters:
            only = rows["USUBJID"].isin(untreated) if exception.untreated_only else True
            early &= ~pd.Series(only, index=rows.index)
    if early.any():
        raise FutureError(
            f"{paramcd} cannot be grouped or chosen by {grouping.name}, which is not known yet at "
            "its origin; group by what was known, start the time later, or declare it in "
            "rules.known_at_origin",
            rows.loc[early, "USUBJID"],
        )


def times_of(rows: pd.DataFrame, paramcd: str, patients: pd.Series) -> pd.DataFrame:
    """Rows of one parameter for the patients of a group, of times that `followed` gave."""
    return rows[rows["PARAMCD"].eq(paramcd) & rows["USUBJID"].isin(patients)]
