"""One engine for every time-to-event endpoint: named events, named censorings, one origin.

An endpoint is its sources and two lists. The first event decides; on one day the event listed first
wins, and an event and a censoring on one day is an event. Without an event the first censoring
whose condition holds decides, in the order listed. A patient without an origin, with a date before
the origin, or with neither event nor censoring is refused by name, never dropped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.dates import UNIT, days_between
from analysis.errors import DerivationError

Dates = Callable[[pd.DataFrame], pd.Series]


@dataclass(frozen=True)
class Source:
    """A dated fact that ends, or censors, the time of a patient.

    Attributes
    ----------
    description : str
        EVNTDESC or CNSDTDSC.
    date : callable
        Facts (one row per patient) -> dates; missing where the source does not apply.
    code : int
        CNSR: 0 for the event of interest, else the censoring code of SAP section 4.
    cause : int
        EVTCAUSE: 1 event, 2 death, 3 withdrawal, 4 other competing event, 0 censored.
    table, column : str
        Raw table and column the date comes from (SRCDOM, SRCVAR).
    line : str or None
        Column of the facts with the line in the raw file.
    """

    description: str
    date: Dates
    code: int = 0
    cause: int = 1
    table: str = ""
    column: str = ""
    line: str | None = None


def column(name: str) -> Dates:
    """Dates of one column of the facts."""
    return lambda facts: facts[name]


def where(name: str, condition: Callable[[pd.DataFrame], pd.Series]) -> Dates:
    """Dates of one column for the patients for whom a condition holds."""
    return lambda facts: facts[name].where(condition(facts).fillna(False).astype(bool))


def _dates(sources: list[Source], facts: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {number: source.date(facts).astype(UNIT) for number, source in enumerate(sources)},
        index=facts.index,
    )


def _refuse(facts: pd.DataFrame, wrong: pd.Series, paramcd: str, why: str) -> None:
    if wrong.any():
        names = ", ".join(facts.loc[wrong, "USUBJID"].astype(str).head(5))
        more = f" and {int(wrong.sum()) - 5} more" if wrong.sum() > 5 else ""
        raise DerivationError(f"{paramcd}: {why}: {names}{more}")


def _pick(sources: list[Source], chosen: np.ndarray, attribute: str, otherwise) -> np.ndarray:
    values = [getattr(source, attribute) for source in sources]
    return np.array([values[i] if i >= 0 else otherwise for i in chosen], dtype=object)


def derive_time_to_event(
    paramcd: str,
    param: str,
    facts: pd.DataFrame,
    origin: str,
    events: list[Source],
    censors: list[Source],
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
    censors : list of Source
        In order of precedence; the first that has a date decides.

    Returns
    -------
    DataFrame
        One row per patient: USUBJID PARAMCD PARAM STARTDT ADT AVAL (days, ADT - STARTDT + 1) CNSR
        EVTCAUSE EVNTDESC CNSDTDSC and SRCDOM SRCVAR SRCFILE SRCROW of the deciding fact.

    Raises
    ------
    DerivationError
        Naming the patients without origin, with a date before it, or without event and censoring.
    """
    facts = facts.sort_values("USUBJID", kind="stable").reset_index(drop=True)
    start = facts[origin].astype(UNIT)
    _refuse(facts, start.isna(), paramcd, "no origin")
    event_dates, censor_dates = _dates(events, facts), _dates(censors, facts)
    _refuse(
        facts, event_dates.lt(start, axis=0).any(axis=1), paramcd, "an event before the origin"
    )
    first = event_dates.min(axis=1)
    has_event = first.notna().to_numpy()
    is_first = event_dates.eq(first, axis=0).to_numpy()
    event = np.where(has_event, is_first.argmax(axis=1) if is_first.size else -1, -1)
    applies = censor_dates.notna().to_numpy()
    has_censor = applies.any(axis=1)
    _refuse(
        facts,
        pd.Series(~has_event & ~has_censor, facts.index),
        paramcd,
        "neither an event nor a censoring",
    )
    censor = np.where(~has_event & has_censor, applies.argmax(axis=1), -1)
    return _rows(paramcd, param, facts, start, (events, event_dates, event), (censors, censor_dates, censor))


def _chosen_dates(dates: pd.DataFrame, chosen: np.ndarray) -> np.ndarray:
    values = dates.to_numpy(dtype="datetime64[ns]")
    if values.shape[1] == 0:
        return np.full(len(chosen), np.datetime64("NaT"), dtype="datetime64[ns]")
    taken = values[np.arange(len(chosen)), np.maximum(chosen, 0)]
    return np.where(chosen >= 0, taken, np.datetime64("NaT"))


def _lines(sources: list[Source], chosen: np.ndarray, facts: pd.DataFrame) -> pd.Series:
    lines = pd.Series(pd.NA, index=facts.index, dtype="Int64")
    for number, source in enumerate(sources):
        if source.line is not None:
            mine = chosen == number
            lines[mine] = facts.loc[mine, source.line].astype("Int64")
    return lines


def _rows(paramcd, param, facts, start, of_events, of_censors) -> pd.DataFrame:
    """ADTTE rows from the chosen event or censoring of each patient."""
    events, event_dates, event = of_events
    censors, censor_dates, censor = of_censors
    date = pd.Series(_chosen_dates(event_dates, event), index=facts.index)
    end = date.fillna(pd.Series(_chosen_dates(censor_dates, censor), index=facts.index))
    end = end.where(end >= start, start)  # a censoring before the origin is day 1 (SAP 4)
    happened = event >= 0

    def of(attribute, otherwise=None):
        return np.where(
            happened,
            _pick(events, event, attribute, otherwise),
            _pick(censors, censor, attribute, otherwise),
        )

    table = pd.Series(of("table"), index=facts.index, dtype=object).replace("", None)
    return pd.DataFrame(
        {
            "USUBJID": facts["USUBJID"],
            "PARAMCD": paramcd,
            "PARAM": param,
            "STARTDT": start,
            "ADT": end.astype(UNIT),
            "AVAL": days_between(start, end),
            "CNSR": pd.array(of("code"), dtype="Int64"),
            "EVTCAUSE": pd.array(np.where(happened, of("cause"), 0), dtype="Int64"),
            "EVNTDESC": np.where(happened, _pick(events, event, "description", None), None),
            "CNSDTDSC": np.where(happened, None, _pick(censors, censor, "description", None)),
            "SRCDOM": table,
            "SRCVAR": pd.Series(of("column"), index=facts.index, dtype=object).replace("", None),
            "SRCFILE": table.map(lambda name: f"{name}.csv" if name else None),
            "SRCROW": _lines(events, event, facts).fillna(_lines(censors, censor, facts)),
        }
    )
