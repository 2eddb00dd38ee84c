"""Time on treatment (TOT). SAP 14.1.10.

From the first dose to the end of the first treatment: the first systemic regimen and restarts of
the same drugs, up to new anticancer therapy. The last of their ends, whatever the reason, is the
event; so is death on treatment. Who still is on treatment is censored at the end of observation
(`end_of_observation`), which no loss and no end of the study puts later than last known alive.
"""

from __future__ import annotations

import pandas as pd

from analysis.dates import UNIT
from analysis.endpoints.end_of_observation import at_the_end_of_observation
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


END_UNKNOWN = Source(
    "End of treatment not recorded: day 1",
    where("TRTSDT", lambda facts: facts["TRTENDT"].isna() & facts["TRTRSN"].eq("unknown")),
    code=11,
    rule="the end of the regimen is unknown, and it is not ongoing",
)
CENSORS = at_the_end_of_observation("{ending}, on treatment", "still on treatment")


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
        USUBJID TRTSDT TRTENDT TRTRSN DTHDT DTHDTF DTHLIMDT OBSENDT STATUS and the lines TRTENLINE,
        DTHLINE.
    """
    limit = facts["DTHLIMDT"]
    facts = facts.assign(
        TRTENDT=up_to(facts["TRTENDT"], limit),
        DTHDT=up_to(facts["DTHDT"], limit),
    )
    param = "Time on first treatment"
    return derive_time_to_event(
        "TOT", param, facts, "TRTSDT", [ENDED, DIED], [END_UNKNOWN, *CENSORS]
    )
