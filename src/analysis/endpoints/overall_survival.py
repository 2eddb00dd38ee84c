"""Overall survival (OS, OSENR, OSMTB). SAP 4 (OS), 14.2.5; death from any cause.

From the first dose (OS: treated), enrolment (OSENR: enrolled) or MTB date (OSMTB: first review of
the first profile that is not deferred) to death, whatever therapy is given (treatment policy). A
patient not known to be dead is censored when last known alive; where follow-up truncates, deaths
after its planned end are not seen and the patient is censored there at the latest (code 8). A death
after withdrawal counts only with consent to vital status. Without any contact after the origin: day
1. A patient who died before the MTB date is not in the set of that origin.
"""

from __future__ import annotations

import pandas as pd

from analysis.dates import earlier_of
from analysis.endpoints.intercurrent_events import COMPLETE, LOST, ONGOING, WITHDREW, up_to
from analysis.endpoints.time_to_event import Source, column, derive_time_to_event, where

ORIGINS = {"OS": "first dose", "OSENR": "enrolment", "OSMTB": "MTB date"}

DEATH = Source(
    "Death",
    column("DTHDT"),
    table="disposition",
    column="event_date",
    line="DTHLINE",
    imputed="DTHDTF",
    rule="death on or before the cut",
)


def _alive(description: str, code: int) -> Source:
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


CENSORS = [
    _alive("Withdrew consent: last known alive", WITHDREW),
    _alive("Lost to follow-up: last known alive", LOST),
    _alive("Follow-up complete: last known alive in it", COMPLETE),
    _alive("Alive at the data cut: last known alive", ONGOING),
]


def derive_os(facts: pd.DataFrame, origin: str, paramcd: str = "OS") -> pd.DataFrame:
    """Overall survival of every patient of one origin (one row per patient, days).

    Parameters
    ----------
    facts : DataFrame
        USUBJID, the origin, DTHDT DTHDTF LSTALVDT DTHLIMDT (last day that counts, missing = none)
        STATUS (3, 2, 8 or 1), DTHLINE, ALVTABLE ALVCOLUMN ALVLINE (raw row of last sign of life).
    origin : str
        Column of the origin.
    paramcd : str
        OS, OSENR or OSMTB.

    Raises
    ------
    DerivationError
        Naming patients without origin or with a death before it.
    """
    limit = facts["DTHLIMDT"]
    facts = facts.assign(
        DTHDT=up_to(facts["DTHDT"], limit), ALIVEDT=earlier_of(facts["LSTALVDT"], limit)
    )
    param = f"Overall survival from {ORIGINS[paramcd]}"
    return derive_time_to_event(paramcd, param, facts, origin, [DEATH], CENSORS)
