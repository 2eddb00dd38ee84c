"""Overall survival (OS, OSENR, OSMTB and beside them). SAP 4 (OS), 14.2.5; death from any cause.

From the first dose (OS: treated), enrolment (OSENR: enrolled) or MTB date (OSMTB: first review of
the first profile that is not deferred) to death, whatever therapy is given (treatment policy). A
patient not known to be dead is censored when last known alive. Where follow-up truncates, a death
after its planned end is no event, but, like any sign of life on that day or later, it proves that
the patient was alive on it: censored there, follow-up complete (code 8). A death after withdrawal
counts only with consent to vital status. Without any contact after the origin: day 1. A patient who
died before the MTB date is not in the set of that origin.

Beside them stand OSLIM, OSENRLIM and OSMTBLIM, which take everybody not known to have died as alive
to the planned end, or to the cut (the most that silence can hide), and OSCONT, which reads a death
after the planned end as it was read before the plan was amended: the last contact before it.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from analysis.dates import earlier_of
from analysis.endpoints.end_of_observation import (
    COMPLETE,
    DISCONTINUED,
    LOST,
    NO_CONTACT,
    ONGOING,
    WITHDREW,
    alive_at_the_limit,
    is_closed,
)
from analysis.endpoints.intercurrent_events import up_to
from analysis.endpoints.time_to_event import Source, column, derive_time_to_event, where

ORIGINS = {"OS": "first dose", "OSENR": "enrolment", "OSMTB": "MTB date"}
TO_THE_LIMIT = {"OS": "OSLIM", "OSENR": "OSENRLIM", "OSMTB": "OSMTBLIM"}
LAST_CONTACT = "OSCONT"
CONSENT_UNKNOWN = "OSUNKN"

DEATH = Source(
    "Death",
    column("DTHDT"),
    table="disposition",
    column="event_date",
    line="DTHLINE",
    imputed="DTHDTF",
    rule="death on or before the cut",
)


def _alive(description: str | Callable, code: int) -> Source:
    """Last known alive, for the patients whose follow-up ended in one way."""
    return Source(
        description,
        where("ALIVEDT", lambda facts: facts["STATUS"].eq(code)),
        code=code,
        table=lambda facts: facts["ALVTABLE"],
        column=lambda facts: facts["ALVCOLUMN"],
        line="ALVLINE",
        rule="last known alive, at most the planned end of follow-up",
    )


def _completed(facts: pd.DataFrame) -> pd.Series:
    """How the completion of follow-up is known."""
    seen = pd.Series("Follow-up complete: last known alive in it", facts.index, dtype=object)
    at_its_end = facts["ALIVEDT"].eq(facts["DTHLIMDT"])
    seen = seen.mask(at_its_end, "Follow-up complete: alive at its planned end")
    return seen.mask(is_closed(facts), "Study closed: last known alive")


def _ended(facts: pd.DataFrame) -> pd.Series:
    """Why the study ended for who neither withdrew nor was lost."""
    reason = facts["DISCRSN"].astype(object).where(facts["DISCRSN"].notna(), "other")
    return "Study ended (" + reason.str.replace("_", " ") + "): last known alive"


CENSORS = [
    _alive("Withdrew consent: last known alive", WITHDREW),
    _alive("Lost to follow-up: last known alive", LOST),
    _alive("No contact up to the planned end: last known alive", NO_CONTACT),
    _alive(_ended, DISCONTINUED),
    _alive(_completed, COMPLETE),
    _alive("Alive at the data cut: last known alive", ONGOING),
]
TAKEN_AS_ALIVE = [
    Source(
        f"Not known to have died: {words}",
        where("ALIVEDT", holds),
        code=code,
        rule="taken as alive to the planned end of follow-up, or to the cut",
    )
    for words, code, holds in (
        ("taken as alive at the planned end", COMPLETE, lambda f: f["DTHLIMDT"] <= f["DCUTDT"]),
        ("taken as alive at the cut", ONGOING, lambda f: ~(f["DTHLIMDT"] <= f["DCUTDT"])),
    )
]


def last_alive(facts: pd.DataFrame) -> pd.DataFrame:
    """Facts with ALIVEDT: last known alive, or the planned end on which a later fact proves life.

    A death after it is the raw row that says so.
    """
    limit = facts["DTHLIMDT"]
    late = facts["DTHDT"] > limit
    return facts.assign(
        ALIVEDT=earlier_of(facts["LSTALVDT"], limit).mask(alive_at_the_limit(facts), limit),
        ALVTABLE=facts["ALVTABLE"].mask(late, "disposition"),
        ALVCOLUMN=facts["ALVCOLUMN"].mask(late, "event_date"),
        ALVLINE=facts["ALVLINE"].mask(late, facts["DTHLINE"]),
    )


def derive_os(facts: pd.DataFrame, origin: str, paramcd: str = "OS") -> pd.DataFrame:
    """Overall survival of every patient of one origin (one row per patient, days).

    Parameters
    ----------
    facts : DataFrame
        USUBJID, the origin, DTHDT DTHDTF LSTALVDT DTHLIMDT (last day that counts, missing = none)
        STATUS (3, 2, 12, 13, 8 or 1), DTHLINE, ALVTABLE ALVCOLUMN ALVLINE (raw row of last sign of
        life).
    origin : str
        Column of the origin.
    paramcd : str
        OS, OSENR or OSMTB.

    Raises
    ------
    DerivationError
        Naming patients without origin or with a death before it.
    """
    return _derive(last_alive(facts), origin, paramcd, f"from {ORIGINS[paramcd]}", CENSORS)


def derive_os_to_the_limit(facts: pd.DataFrame, origin: str, paramcd: str = "OS") -> pd.DataFrame:
    """Survival with everybody not known to have died followed to the planned end, or to the cut.

    Whatever ended the observation. Deaths become known without a contact, lives do not: `derive_os`
    takes the silent away when last seen, this takes all of them as alive.

    Parameters
    ----------
    facts, origin, paramcd
        As for `derive_os`, with DCUTDT.
    """
    end = earlier_of(facts["DTHLIMDT"], facts["DCUTDT"])
    name = f"from {ORIGINS[paramcd]}, all the living followed to the planned end"
    return _derive(facts.assign(ALIVEDT=end), origin, TO_THE_LIMIT[paramcd], name, TAKEN_AS_ALIVE)


def derive_os_by_last_contact(facts: pd.DataFrame) -> pd.DataFrame:
    """Survival from first dose as read before: a death after the planned end proves nothing.

    Parameters
    ----------
    facts : DataFrame
        As for `derive_os`.
    """
    alive = earlier_of(facts["LSTALVDT"], facts["DTHLIMDT"])
    name = f"from {ORIGINS['OS']}, later deaths censored at the last contact"
    return _derive(facts.assign(ALIVEDT=alive), "TRTSDT", LAST_CONTACT, name, CENSORS)


def derive_os_with_unknown_consent(facts: pd.DataFrame) -> pd.DataFrame:
    """Survival from first dose with the deaths used of which nobody knows whether they may be.

    Parameters
    ----------
    facts : DataFrame
        As for `derive_os`, with DTHUNKDT. No row where no patient has one.
    """
    if "DTHUNKDT" not in facts or facts["DTHUNKDT"].isna().all():
        facts = facts.iloc[:0]
        used = facts["DTHDT"]
    else:
        used = facts["DTHDT"].fillna(facts["DTHUNKDT"])
    facts = last_alive(facts.assign(DTHDT=used))
    name = f"from {ORIGINS['OS']}, deaths after a withdrawal used where consent is unknown"
    return _derive(facts, "TRTSDT", CONSENT_UNKNOWN, name, CENSORS)


def _derive(facts, origin: str, paramcd: str, name: str, censors: list[Source]) -> pd.DataFrame:
    facts = facts.assign(DTHDT=up_to(facts["DTHDT"], facts["DTHLIMDT"]))
    param = f"Overall survival {name}"
    return derive_time_to_event(paramcd, param, facts, origin, [DEATH], censors)
