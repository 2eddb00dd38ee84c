"""Time from enrolment to the first guided dose (TTGUID). SAP 14.2.2, F14.2.2.1.

Event: first dose of a guided regimen. Competing: death, withdrawal before it. Other therapy does
not compete: a bridging regimen may come first. Not yet started is censored at the end of
observation (`end_of_observation`). Where follow-up truncates, it ends for everybody
``follow_up.days`` after enrolment, treated or not, and nothing later counts. The proportion of all
enrolled (T14.2.2.1) takes nobody away and counts every start by the cut.
"""

from __future__ import annotations

import pandas as pd

from analysis.endpoints.end_of_observation import at_the_end_of_observation
from analysis.endpoints.intercurrent_events import up_to
from analysis.endpoints.time_to_event import (
    Source,
    column,
    competing_death,
    derive_time_to_event,
)

PARAMCD = "TTGUID"

GUIDED_START = Source(
    "First dose of guided therapy",
    column("GUIDDT"),
    rule="reached",
    table="treatments",
    column="start_date",
    line="GUIDLINE",
)
DEATH = competing_death("Death before guided therapy")
WITHDRAWAL = Source(
    "Withdrawal before guided therapy",
    column("WITHDT"),
    code=3,
    cause=3,
    rule="withdrawal competes",
    table="disposition",
    column="event_date",
    line="WITHLINE",
)
CENSORS = at_the_end_of_observation("{ending}, no guided therapy", "not started")
DATES = ("GUIDDT", "DTHDT", "WITHDT")


def derive_ttguid(facts: pd.DataFrame) -> pd.DataFrame:
    """Time to guided therapy of every enrolled patient (one row per patient; days).

    Parameters
    ----------
    facts : DataFrame
        ADSL with GUIDLINE, DTHLINE, WITHLINE (lines in the raw files), and DTHLIMDT, OBSENDT,
        STATUS by the clock of enrolment.
    """
    limit = facts["DTHLIMDT"]
    facts = facts.assign(**{name: up_to(facts[name], limit) for name in DATES})
    return derive_time_to_event(
        PARAMCD,
        "Time from enrolment to guided therapy",
        facts,
        "ENRLDT",
        events=[GUIDED_START, DEATH, WITHDRAWAL],
        censors=CENSORS,
    )
