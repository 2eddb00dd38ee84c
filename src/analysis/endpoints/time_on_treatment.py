"""Time on treatment (TOT). SAP 14.1.10.

From the first dose to the end of the first treatment: the first systemic regimen and restarts of
the same drugs, up to new anticancer therapy. The last of their ends, whatever the reason, is the
event; so is death on treatment. Still on treatment is censored: withdrawn, lost (last known alive),
at the planned end of follow-up where it truncates, else at the cut.
"""

from __future__ import annotations

import pandas as pd

from analysis.dates import UNIT, earlier_of
from analysis.endpoints.intercurrent_events import up_to
from analysis.endpoints.time_to_event import Source, column, derive_time_to_event, where

ENDED = Source(
    lambda facts: "End of treatment: " + facts["TRTRSN"].fillna("unknown"),
    column("TRTENDT"),
    table="treatments",
    column="end_date",
    line="TRTENLINE",
    rule="last end of the first treatment",
)
DIED = Source(
    "Death on treatment",
    column("DTHDT"),
    table="disposition",
    column="event_date",
    line="DTHLINE",
    imputed="DTHDTF",
    rule="death ends treatment",
)


def _still_treated(description: str, code: int, date: str) -> Source:
    return Source(
        description,
        where(date, lambda facts: facts["STATUS"].eq(code)),
        code=code,
        rule="still on treatment",
    )


CENSORS = [
    _still_treated("Withdrew consent on treatment", 3, "WITHDT"),
    _still_treated("Lost to follow-up on treatment: last known alive", 2, "LSTALVDT"),
    _still_treated("On treatment at the end of follow-up", 8, "LASTDT"),
    _still_treated("On treatment at the data cut", 1, "LASTDT"),
]


def first_treatment_ends(adsl: pd.DataFrame, adex: pd.DataFrame) -> pd.DataFrame:
    """End of the first treatment of each treated patient.

    Parameters
    ----------
    adsl : DataFrame
        USUBJID, NACTDT.
    adex : DataFrame
        USUBJID ASTDT AENDT TRTGRP (systemic) STOPRSN EXSEQ SRCROW.

    Returns
    -------
    DataFrame
        Indexed by USUBJID: TRTENDT (missing while a regimen is ongoing), TRTRSN, TRTENLINE.
    """
    systemic = adex[adex["TRTGRP"].notna()]
    switch = systemic["USUBJID"].map(adsl.set_index("USUBJID")["NACTDT"]).astype(UNIT)
    first = systemic[~(systemic["ASTDT"] >= switch)]
    last = first.sort_values(["USUBJID", "AENDT", "EXSEQ"], kind="stable", na_position="last")
    last = last.drop_duplicates("USUBJID", keep="last").set_index("USUBJID")
    return pd.DataFrame(
        {"TRTENDT": last["AENDT"], "TRTRSN": last["STOPRSN"], "TRTENLINE": last["SRCROW"]}
    )


def derive_tot(facts: pd.DataFrame) -> pd.DataFrame:
    """Time on treatment of every treated patient (one row per patient, days).

    Parameters
    ----------
    facts : DataFrame
        USUBJID TRTSDT TRTENDT TRTRSN DTHDT DTHDTF WITHDT LSTALVDT COMPDT DTHLIMDT DCUTDT STATUS and
        the lines TRTENLINE, DTHLINE.
    """
    limit = facts["DTHLIMDT"]
    facts = facts.assign(
        TRTENDT=up_to(facts["TRTENDT"], limit),
        DTHDT=up_to(facts["DTHDT"], limit),
        LASTDT=earlier_of(limit, facts["COMPDT"], facts["DCUTDT"]),
    )
    param = "Time on first treatment"
    return derive_time_to_event("TOT", param, facts, "TRTSDT", [ENDED, DIED], CENSORS)
