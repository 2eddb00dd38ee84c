"""Time from enrolment to the first guided dose (TTGUID). SAP 14.2.2, F14.2.2.1.

Event: first dose of a guided regimen. Competing: death, withdrawal before it. Other therapy does
not compete: a bridging regimen may come first. Not yet started is censored at the cut; lost to
follow-up at last known alive; follow-up completed at its end.
"""

from __future__ import annotations

import pandas as pd

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
LOST = Source(
    "Lost to follow-up: last known alive",
    lambda facts: facts["LSTALVDT"].where(facts["LOSTDT"].notna()),
    code=2,
    rule="lost to follow-up",
)
COMPLETED = Source("Follow-up completed", column("COMPDT"), code=8, rule="follow-up complete")
CUT = Source(
    "No guided therapy by the data cut", column("DCUTDT"), code=1, rule="not yet at the cut"
)


def derive_ttguid(facts: pd.DataFrame) -> pd.DataFrame:
    """Time to guided therapy of every enrolled patient (one row per patient; days).

    Parameters
    ----------
    facts : DataFrame
        ADSL with GUIDLINE, DTHLINE, WITHLINE (lines in the raw files).
    """
    return derive_time_to_event(
        PARAMCD,
        "Time from enrolment to guided therapy",
        facts,
        "ENRLDT",
        events=[GUIDED_START, DEATH, WITHDRAWAL],
        censors=[LOST, COMPLETED, CUT],
    )
