"""Deaths and fatal adverse events of one patient: where the two records disagree. SAP 14.3.

The death and its cause come from the disposition, fatal events from the adverse events. Both are
counted as they are recorded; who is counted in one table and not as the other would have it is
named here, so that no two tables contradict each other unremarked.
"""

from __future__ import annotations

import pandas as pd

RELATED_OTHER_CAUSE = "Related fatal event, cause of death not treatment"
TREATMENT_NO_EVENT = "Cause of death treatment, no fatal event that may be related"
EVENT_NO_DEATH = "Fatal event, no death on record by the cut"
SEVERAL_EVENTS = "More than one fatal event"
DISAGREEMENTS = (RELATED_OTHER_CAUSE, TREATMENT_NO_EVENT, EVENT_NO_DEATH, SEVERAL_EVENTS)


def fatal_events(adae: pd.DataFrame) -> pd.DataFrame:
    """Adverse events with the outcome fatal."""
    return adae[adae["AEOUT"].eq("fatal").fillna(False).astype(bool)]


def disagreements(adsl: pd.DataFrame, adae: pd.DataFrame) -> pd.DataFrame:
    """Patients whose death and fatal adverse events do not say the same.

    Parameters
    ----------
    adsl : DataFrame
        USUBJID, DTHFL, DTHCAUS.
    adae : DataFrame
        USUBJID, AEOUT, AEREL.

    Returns
    -------
    DataFrame
        USUBJID and KIND (`DISAGREEMENTS`), a row for each patient and kind. A fatal event of
        unknown relation contradicts no cause; a cause that is not recorded contradicts no event.
    """
    fatal = fatal_events(adae)
    who = adsl["USUBJID"]
    related, possible = (
        who.isin(fatal.loc[fatal["AEREL"].isin(relations), "USUBJID"])
        for relations in (("yes",), ("yes", "unknown"))
    )
    cause, died = adsl["DTHCAUS"].astype(object), adsl["DTHFL"].eq("Y")
    several = who.isin(fatal.loc[fatal["USUBJID"].duplicated(), "USUBJID"])
    kinds = {
        RELATED_OTHER_CAUSE: related & died & cause.notna() & cause.ne("treatment"),
        TREATMENT_NO_EVENT: cause.eq("treatment") & ~possible,
        EVENT_NO_DEATH: who.isin(fatal["USUBJID"]) & ~died,
        SEVERAL_EVENTS: several,
    }
    found = [
        pd.DataFrame({"USUBJID": who[which.to_numpy(dtype=bool)], "KIND": kind})
        for kind, which in kinds.items()
    ]
    return pd.concat(found, ignore_index=True)
