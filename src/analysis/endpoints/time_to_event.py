"""One engine for every time-to-event endpoint: named events, named censorings, one origin.

An endpoint is its sources and two lists. The first event decides; on one day the event listed first
wins, and an event and a censoring on one day is an event. Without an event the first censoring
whose condition holds decides, in the order listed; of several listed as a group, the earliest fact.

Some censorings take an event away: new therapy, under a hypothetical estimand, ends the observation
on the day it starts (`since`), and the patient is censored at the last assessment up to then
(`date`). Such a censoring counts if its fact comes before the first event, not on the same day.

A patient without an origin, with an event before the origin, or with neither event nor censoring is
refused by name, never dropped. A censoring before the origin is day 1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.dates import UNIT
from analysis.errors import DerivationError
from analysis.missing import NO_TEXT

Dates = Callable[[pd.DataFrame], pd.Series]
_NEVER = np.datetime64("NaT", "ns")
_NAMES_A_COLUMN = ("line", "imputed")


@dataclass(frozen=True)
class Source:
    """A dated fact that ends, or censors, the time of a patient.

    Where it says "or callable", facts (one row per patient) -> one value per patient.

    Attributes
    ----------
    description : str or callable
        EVNTDESC or CNSDTDSC.
    date : callable
        Facts -> dates; missing where the source does not apply.
    code : int or callable
        CNSR: 0 for the event of interest, else the censoring code of SAP section 4.
    cause : int
        EVTCAUSE: 1 event, 2 death, 3 withdrawal, 4 other competing event, 0 censored.
    table, column : str or callable
        Raw table and column the date comes from (SRCDOM, SRCVAR).
    line : str or None
        Column of the facts with the line in the raw file.
    since : callable or None
        Of a censoring that takes a later event away: facts -> day of the fact.
    situation : int, callable or None
        Number of the situation in SAP section 4.
    rule : str or callable
        The rule that decided, in words.
    imputed : str or None
        Column of the facts with the flag of an imputed date (ADTF).
    """

    description: str | Callable
    date: Dates
    code: int | Callable = 0
    cause: int = 1
    table: str | Callable = ""
    column: str | Callable = ""
    line: str | None = None
    since: Dates | None = None
    situation: int | Callable | None = None
    rule: str | Callable = ""
    imputed: str | None = None


COMPETING = 10  # CNSR of a competing event: none of the codes of the plan's table
Censors = Sequence[Source | tuple[Source, ...]]


def column(name: str) -> Dates:
    """Dates of one column of the facts."""
    return lambda facts: facts[name]


def where(name: str, condition: Callable[[pd.DataFrame], pd.Series]) -> Dates:
    """Dates of one column for the patients for whom a condition holds."""

    def dates(facts: pd.DataFrame) -> pd.Series:
        holds = condition(facts).to_numpy(dtype=bool, na_value=False)
        found = np.where(holds, facts[name].to_numpy(dtype=UNIT), _NEVER)
        return pd.Series(found, index=facts.index)

    return dates


def competing_death(
    description: str = "Death", date: str = "DTHDT", rule: str = "death competes"
) -> Source:
    """Death as a competing event, from a column of dates (with DTHLINE and DTHDTF beside it)."""
    return Source(
        description,
        column(date),
        code=COMPETING,
        cause=2,
        table="disposition",
        column="event_date",
        line="DTHLINE",
        imputed="DTHDTF",
        rule=rule,
    )


def _dates(sources: list[Source], facts: pd.DataFrame, what: str) -> np.ndarray:
    """Dates of all sources (`what`: date or since), one column each; missing where it has none."""
    dates = np.full((len(facts), len(sources)), _NEVER)
    for number, source in enumerate(sources):
        rule = getattr(source, what)
        if rule is not None:
            dates[:, number] = rule(facts).to_numpy(dtype=UNIT)
    return dates


def _refuse(facts: pd.DataFrame, wrong: np.ndarray, paramcd: str, why: str) -> None:
    if wrong.any():
        names = ", ".join(facts.loc[wrong, "USUBJID"].astype(str).head(5))
        more = f" and {int(wrong.sum()) - 5} more" if wrong.sum() > 5 else ""
        raise DerivationError(f"{paramcd}: {why}: {names}{more}")


def _earliest(dates: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Earliest date of each row and the first column that has it; -1 where there is none."""
    if dates.shape[1] == 0:
        return np.full(len(dates), _NEVER), np.full(len(dates), -1)
    first = np.fmin.reduce(dates, axis=1)
    position = (dates == first[:, None]).argmax(axis=1)
    return first, np.where(np.isnat(first), -1, position)


def _choose_censoring(
    censors: Censors, flat: list[Source], dates: np.ndarray, since: np.ndarray, event: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Censoring of each patient (-1 none), and whether one takes the first event away."""
    overrides = np.array([source.since is not None for source in flat], dtype=bool)
    holds = ~np.isnat(dates) & ~(overrides & np.isnat(since))
    takes_away = (holds & overrides & (since < event[:, None])).any(axis=1)
    # a source without a fact of its own counts by its censoring date
    fact = np.where(holds, np.where(overrides, since, dates), _NEVER)
    chosen = np.full(len(dates), -1)
    number = 0
    for unit in censors:
        size = len(unit) if isinstance(unit, tuple) else 1
        _, position = _earliest(fact[:, number : number + size])
        chosen = np.where((chosen < 0) & (position >= 0), number + position, chosen)
        number += size
    return chosen, takes_away


def derive_time_to_event(
    paramcd: str,
    param: str,
    facts: pd.DataFrame,
    origin: str,
    events: list[Source],
    censors: Censors,
) -> pd.DataFrame:
    """Rows of ADTTE for one parameter.

    Parameters
    ----------
    paramcd, param : str
        Code and name of the parameter.
    facts : DataFrame
        One row per patient of the population: USUBJID, the origin, and what the sources read.
    origin : str
        Column of the origin (STARTDT); day 1.
    events : list of Source
        In order of precedence on one day.
    censors : list of Source or of tuple of Source
        In order of precedence; the first that has a date decides, in a tuple the earliest fact.

    Returns
    -------
    DataFrame
        One row per patient: USUBJID PARAMCD PARAM STARTDT ADT AVAL (days, ADT - STARTDT + 1) CNSR
        EVTCAUSE EVNTDESC CNSDTDSC and SRCDOM SRCVAR SRCFILE SRCROW of the deciding fact; SITUATION,
        RULE and ADTF where a source gives them.

    Raises
    ------
    DerivationError
        Naming the patients without origin, with an event before it, or without event and censoring.
    """
    if not facts["USUBJID"].is_monotonic_increasing:
        facts = facts.sort_values("USUBJID", kind="stable")
    facts = facts.reset_index(drop=True)
    start = facts[origin].astype(UNIT)
    _refuse(facts, start.isna().to_numpy(), paramcd, "no origin")
    event_dates = _dates(events, facts, "date")
    early = (event_dates < start.to_numpy()[:, None]).any(axis=1)
    _refuse(facts, early, paramcd, "an event before the origin")  # type: ignore[arg-type]
    first, event = _earliest(event_dates)

    flat = [s for unit in censors for s in (unit if isinstance(unit, tuple) else (unit,))]
    censor_dates, since = _dates(flat, facts, "date"), _dates(flat, facts, "since")
    censor, takes_away = _choose_censoring(censors, flat, censor_dates, since, first)
    event = np.where(takes_away, -1, event)
    _refuse(facts, (event < 0) & (censor < 0), paramcd, "neither an event nor a censoring")
    censor = np.where(event >= 0, -1, censor)
    chosen = np.where(event >= 0, event, censor + len(events))
    dates = np.hstack([event_dates, censor_dates])
    return _rows(paramcd, param, facts, start, [*events, *flat], dates, chosen, event >= 0)


class _Chosen:
    """Attributes of the source that decided for each patient."""

    def __init__(self, sources: list[Source], facts: pd.DataFrame, chosen: np.ndarray) -> None:
        self.facts = facts
        self.deciding = [(sources[number], chosen == number) for number in np.unique(chosen)]

    def _values(self, attribute: str) -> list[tuple]:
        """Pairs of a constant, or a Series of the facts, and the patients it is for."""
        pairs = []
        for source, mine in self.deciding:
            value = getattr(source, attribute)
            if attribute in _NAMES_A_COLUMN and value is not None:
                value = self.facts[value]
            elif callable(value):
                value = value(self.facts)
            pairs.append((value, mine))
        return pairs

    def texts(self, attribute: str) -> np.ndarray:
        """Texts of one attribute; an empty one is missing."""
        texts = np.full(len(self.facts), None, dtype=object)
        for value, mine in self._values(attribute):
            texts[mine] = value.to_numpy()[mine] if isinstance(value, pd.Series) else value
        texts[pd.isna(texts) | (texts == "")] = None
        return texts

    def numbers(self, attribute: str) -> pd.arrays.IntegerArray:
        """Whole numbers of one attribute."""
        numbers = np.full(len(self.facts), np.nan)
        for value, mine in self._values(attribute):
            if isinstance(value, pd.Series):
                numbers[mine] = value.to_numpy(dtype=float, na_value=np.nan)[mine]
            elif value is not None:
                numbers[mine] = value
        missing = np.isnan(numbers)
        return pd.arrays.IntegerArray(np.where(missing, 0, numbers).astype(np.int64), missing)


def _optional(sources: list[Source], source: _Chosen) -> dict:
    """SITUATION, RULE and ADTF, if any source of the endpoint gives them."""
    columns = {}
    if any(source.situation is not None for source in sources):
        columns["SITUATION"] = source.numbers("situation")
    if any(source.rule for source in sources):
        columns["RULE"] = source.texts("rule")  # type: ignore[assignment]
    if any(source.imputed for source in sources):
        columns["ADTF"] = source.texts("imputed")  # type: ignore[assignment]
    return columns


def _rows(paramcd, param, facts, start, sources, dates, chosen, happened) -> pd.DataFrame:
    """ADTTE rows from the chosen event or censoring of each patient."""
    start = start.to_numpy()
    end = dates[np.arange(len(facts)), chosen]
    end = np.where(end >= start, end, start)  # a censoring before the origin is day 1 (SAP 4)
    days = (end - start).astype("timedelta64[D]").astype(np.int64) + 1
    source = _Chosen(sources, facts, chosen)
    words, table = source.texts("description"), source.texts("table")
    cause = source.numbers("cause")
    cause[~happened] = 0
    return pd.DataFrame(
        {
            "USUBJID": facts["USUBJID"],
            "PARAMCD": paramcd,
            "PARAM": param,
            "STARTDT": start,
            "ADT": end,
            "AVAL": pd.array(days, dtype="Int64"),
            "CNSR": source.numbers("code"),
            "EVTCAUSE": cause,
            "EVNTDESC": np.where(happened, words, NO_TEXT),
            "CNSDTDSC": np.where(happened, NO_TEXT, words),
            "SRCDOM": table,
            "SRCVAR": source.texts("column"),
            "SRCFILE": pd.Series(table, dtype=object) + ".csv",
            "SRCROW": source.numbers("line"),
            **_optional(sources, source),
        }
    )
