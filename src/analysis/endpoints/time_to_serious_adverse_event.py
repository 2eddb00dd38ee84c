"""Time to the first serious adverse event (TTSAE). SAP E6, F14.3.1.

From the first dose, in the first treatment period: while on the first group and for a number of
days after its last dose (``safety.days_after_last_dose``), or to the day before a regimen of
another group. The event is the first serious event that ADAE places in that period, so that the
curve and the tables of adverse events count the same. Death and the switch of group compete; an
event on the day of the switch belongs to the next group. The end of the period and the end of
observation (OBSENDT: `end_of_observation`) censor, whichever comes first; nothing later counts.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.dates import UNIT
from analysis.endpoints.adverse_event_period import ON_TREATMENT, treatment_periods
from analysis.endpoints.end_of_observation import at_the_end_of_observation
from analysis.endpoints.intercurrent_events import up_to
from analysis.endpoints.time_to_event import (
    COMPETING,
    Source,
    column,
    competing_death,
    derive_time_to_event,
)
from analysis.params import Rules

SWITCH = Source(
    "Regimen of another treatment group",
    column("SWITCHDT"),
    code=COMPETING,
    cause=4,
    table="treatments",
    column="start_date",
    line="SWITCHLINE",
    rule="switch of group competes",
)
SERIOUS = Source(
    "Serious adverse event",
    column("SAEDT"),
    table="adverse_events",
    column="onset_date",
    line="SAELINE",
    imputed="SAEDTF",
    rule="first serious event on treatment",
)
DEATH = competing_death()
PERIOD_OVER = Source("End of the safety period", column("WINENDT"), code=8, rule="no event")
OBSERVATION_OVER = at_the_end_of_observation("{ending}, no serious event", "no event")


def first_period(adex: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """End of the window of the first treatment period, and the switch to another group.

    Parameters
    ----------
    adex : DataFrame
        USUBJID EXSEQ ASTDT AENDT APERIOD THERCLS TRTGRP SRCROW.

    Returns
    -------
    DataFrame
        Indexed by USUBJID: WINENDT (last day of the period, where no other group ends it; missing
        while a regimen is ongoing), SWITCHDT, SWITCHLINE.
    """
    periods = treatment_periods(adex, rules)
    last = periods[periods["APERIOD"].eq(1)].set_index("USUBJID")["APEREDT"]
    second = adex[adex["APERIOD"].eq(2)].sort_values(["USUBJID", "EXSEQ"], kind="stable")
    second = second.drop_duplicates("USUBJID").set_index("USUBJID").reindex(last.index)
    switch = second["ASTDT"].astype(UNIT)
    switches = (last + pd.Timedelta(days=1)).eq(switch)
    return pd.DataFrame(
        {
            "WINENDT": last.where(~switches).astype(UNIT),
            "SWITCHDT": switch.where(switches),
            "SWITCHLINE": second["SRCROW"],
        }
    )


def first_serious_event(adae: pd.DataFrame) -> pd.DataFrame:
    """First serious event of the first treatment period, by patient: SAEDT, SAEDTF, SAELINE."""
    mine = adae["AESER"].eq("Y") & adae["APHASE"].eq(ON_TREATMENT) & adae["APERIOD"].eq(1)
    ordered = adae[mine.fillna(False).astype(bool)].sort_values(
        ["USUBJID", "ASTDT", "SRCROW"], kind="stable"
    )
    first = ordered.drop_duplicates("USUBJID").set_index("USUBJID")
    names = {"ASTDT": "SAEDT", "ASTDTF": "SAEDTF", "SRCROW": "SAELINE"}
    return first[list(names)].rename(columns=names)


def derive_ttsae(
    facts: pd.DataFrame, adae: pd.DataFrame, adex: pd.DataFrame, rules: Rules
) -> pd.DataFrame:
    """Time to the first serious adverse event of every treated patient (one row per patient, days).

    Parameters
    ----------
    facts : DataFrame
        USUBJID TRTSDT DTHDT DTHDTF DTHLINE OBSENDT STATUS.
    adae : DataFrame
        Adverse events with their periods.
    adex : DataFrame
        As for `first_period`.
    """
    by: dict[str, Any] = {"left_on": "USUBJID", "right_index": True, "how": "left"}
    facts = facts.merge(first_period(adex, rules), **by).merge(first_serious_event(adae), **by)
    end = facts["OBSENDT"]
    facts = facts.assign(
        DTHDT=up_to(up_to(facts["DTHDT"], facts["WINENDT"]), end),
        SWITCHDT=up_to(facts["SWITCHDT"], end),
    )
    param = "Time to first serious adverse event"
    events, censors = [SWITCH, SERIOUS, DEATH], [(PERIOD_OVER, *OBSERVATION_OVER)]
    return derive_time_to_event("TTSAE", param, facts, "TRTSDT", events, censors)
