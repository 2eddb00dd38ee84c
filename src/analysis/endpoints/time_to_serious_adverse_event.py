"""Time to the first serious adverse event (TTSAE). SAP E6, F14.3.1.

From the first dose, while on the first treatment group and for a number of days after its last dose
(``safety.days_after_last_dose``), or to the day before a regimen of another group. Death and the
switch of group compete; an event on the day of the switch belongs to the next group. A partial
onset counts from the first dose on unless its known parts prove otherwise. The end of the period,
withdrawal, loss (last known alive) and the cut censor, whichever comes first.
"""

from __future__ import annotations

import pandas as pd

from analysis.dates import UNIT, add_days, earliest, later_of, latest, precision
from analysis.endpoints.intercurrent_events import up_to
from analysis.endpoints.time_to_event import Source, column, derive_time_to_event
from analysis.endpoints.time_to_guided_therapy import COMPETING

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
DEATH = Source(
    "Death",
    column("DTHDT"),
    code=COMPETING,
    cause=2,
    table="disposition",
    column="event_date",
    line="DTHLINE",
    imputed="DTHDTF",
    rule="death competes",
)
PERIOD_OVER = Source("End of the safety period", column("SAFENDT"), code=8, rule="no event")
WITHDREW = Source("Withdrew consent", column("WITHDT"), code=3, rule="no event")
LOST = Source(
    "Lost to follow-up: last known alive",
    lambda facts: facts["LSTALVDT"].where(facts["LOSTDT"].notna()),
    code=2,
    rule="no event",
)
CUT = Source("No event by the data cut", column("DCUTDT"), code=1, rule="no event")


def safety_period(adex: pd.DataFrame, rules) -> pd.DataFrame:
    """End of the safety period of the first treatment group, and the switch to another.

    Parameters
    ----------
    adex : DataFrame
        USUBJID EXSEQ ASTDT AENDT APERIOD THERCLS TRTGRP SRCROW.

    Returns
    -------
    DataFrame
        Indexed by USUBJID: SAFENDT (missing while a regimen is ongoing), SWITCHDT, SWITCHLINE.
    """
    systemic = adex[adex["TRTGRP"].notna()].sort_values(["USUBJID", "EXSEQ"], kind="stable")
    first = systemic[systemic["APERIOD"].eq(1)]
    days = rules.safety.days_after_last_dose
    after = first["THERCLS"].map(lambda therapy: days.get(therapy, days["default"]))
    ends = first["AENDT"] + pd.to_timedelta(after.astype("int64"), unit="D")
    ongoing = first["AENDT"].isna().groupby(first["USUBJID"]).any()
    second = systemic[systemic["APERIOD"].eq(2)].drop_duplicates("USUBJID").set_index("USUBJID")
    period = pd.DataFrame({"SAFENDT": ends.groupby(first["USUBJID"]).max().where(~ongoing)})
    period["SWITCHDT"] = second["ASTDT"].reindex(period.index).astype(UNIT)
    period["SWITCHLINE"] = second["SRCROW"].reindex(period.index)
    return period


def first_serious_event(facts: pd.DataFrame, adverse_events: pd.DataFrame) -> pd.DataFrame:
    """First serious event from the first dose on, by patient: SAEDT, SAEDTF, SAELINE."""
    serious = adverse_events[adverse_events["serious"].eq("Y")]
    start = serious["patient_id"].map(facts.set_index("USUBJID")["TRTSDT"]).astype(UNIT)
    found = pd.DataFrame(
        {
            "SAEDT": later_of(earliest(serious["onset_date"]), start),
            "SAEDTF": precision(serious["onset_date"]),
            "SAELINE": serious["line"],
            "USUBJID": serious["patient_id"],
        }
    )[latest(serious["onset_date"]) >= start]
    ordered = found.sort_values(["USUBJID", "SAEDT", "SAELINE"], kind="stable")
    return ordered.drop_duplicates("USUBJID").set_index("USUBJID")


def derive_ttsae(
    facts: pd.DataFrame, adverse_events: pd.DataFrame, adex: pd.DataFrame, rules
) -> pd.DataFrame:
    """Time to the first serious adverse event of every treated patient (one row per patient, days).

    Parameters
    ----------
    facts : DataFrame
        USUBJID TRTSDT DTHDT DTHDTF DTHLINE WITHDT LOSTDT LSTALVDT DCUTDT.
    adverse_events : DataFrame
        Raw ``adverse_events`` with ``line``.
    adex : DataFrame
        As for `safety_period`.
    """
    by = {"left_on": "USUBJID", "right_index": True, "how": "left"}
    facts = facts.merge(safety_period(adex, rules), **by)
    facts = facts.merge(first_serious_event(facts, adverse_events), **by)
    facts = facts.assign(
        SAEDT=up_to(facts["SAEDT"], facts["SAFENDT"]),
        DTHDT=up_to(facts["DTHDT"], facts["SAFENDT"]),
        SWITCHDT=up_to(facts["SWITCHDT"], add_days(facts["SAFENDT"], 1)),
    )
    param = "Time to first serious adverse event"
    events, censors = [SWITCH, SERIOUS, DEATH], [(PERIOD_OVER, WITHDREW, LOST, CUT)]
    return derive_time_to_event("TTSAE", param, facts, "TRTSDT", events, censors)
