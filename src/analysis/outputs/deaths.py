"""T14.3.2: deaths, their causes, and their distance from treatment. SAP 14.3."""

from __future__ import annotations

import pandas as pd

from analysis.endpoints.death_after_treatment import (
    LATER,
    NEVER_TREATED,
    WITHIN,
    deaths_by_timing,
)
from analysis.endpoints.fatal_events import DISAGREEMENTS, disagreements, fatal_events
from analysis.endpoints.vital_status import NO_CONTACT
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.groups import ALL_GROUPS, by_group, in_set
from analysis.outputs.proportion import add_share
from schemas.terminology import CAUSE_OF_DEATH

DIED, NOT_RECORDED = "Died", "not recorded"
CAUSES = (*CAUSE_OF_DEATH, NOT_RECORDED)
TIMINGS = (WITHIN, LATER, NEVER_TREATED)
IN_STUDY = "In the study"
ALIVE = {
    IN_STUDY: lambda a: a["EOSSTT"].eq("ONGOING"),
    "Follow-up completed": lambda a: a["EOSSTT"].eq("COMPLETED"),
    "Withdrew": lambda a: a["DCSREAS"].eq("withdrawal"),
    "Lost to follow-up": lambda a: a["DCSREAS"].eq("lost_to_follow_up"),
    "No contact up to the planned end": lambda a: a["DCSREAS"].eq(NO_CONTACT),
}
SILENT = "of them silent at the cut"
WITH_FATAL_EVENT = "Died, with a fatal adverse event"


def add_disagreements(
    rows: EstimateRows, doubted: pd.DataFrame, group: str, patients: pd.Series
) -> None:
    """Patients of a group whose death and fatal adverse events do not agree, by kind."""
    mine = doubted[doubted["USUBJID"].isin(patients)]
    for kind in DISAGREEMENTS:
        chosen = mine.loc[mine["KIND"].eq(kind), "USUBJID"]
        add_share(rows, Cell("disagreement", group, category=kind), chosen, patients)


def deaths_and_causes(data, rules) -> EstimateRows:
    """T14.3.2: deaths of the enrolled by group of the first regimen.

    Parameters
    ----------
    data : mapping of DataFrame
        ``adsl``, ``adex`` and ``adae``.
    rules : Rules
        ``estimation.death_after_last_dose_days``.

    Returns
    -------
    EstimateRows
        n, N, pct of the group: analysis "status" (died, and how the study stands of the others;
        they add up to N), "cause" (add up to the deaths), "timing" (likewise), "cause, within"
        (causes of the deaths within the window), "silent" (in the study, but not seen in the plan's
        days before the cut), "fatal event" (deaths with a fatal adverse event), "disagreement"
        (patients whose death and fatal events do not say the same, by kind). Deaths after
        withdrawal or loss count as deaths.
    """
    adsl = in_set(data["adsl"], "ENRLFL")
    rows = EstimateRows("T14.3.2", "ENRLFL")
    deaths = deaths_by_timing(adsl, data["adex"], rules)
    cause = adsl.set_index("USUBJID")["DTHCAUS"].reindex(deaths.index)
    cause = cause.astype(object).where(cause.notna(), NOT_RECORDED)
    within = deaths["TIMING"].eq(WITHIN)
    fatal = deaths.index.isin(fatal_events(data["adae"])["USUBJID"])
    doubted = disagreements(adsl, data["adae"])
    for group, patients in by_group(adsl, ALL_GROUPS):
        who = patients["USUBJID"]
        mine = deaths.index.isin(who)
        add_share(rows, Cell("status", group, category=DIED), deaths.index[mine], who)
        living = patients[~who.isin(deaths.index)]
        for label, condition in ALIVE.items():
            chosen = living.loc[condition(living), "USUBJID"]
            add_share(rows, Cell("status", group, category=label), chosen, who)
        silent = living.loc[living["SILENTFL"].eq("Y"), "USUBJID"]
        add_share(rows, Cell("silent", group, category=SILENT), silent, who)
        for analysis, counted in (("cause", mine), ("cause, within", mine & within)):
            for name in CAUSES:
                chosen = deaths.index[counted & cause.eq(name)]
                add_share(rows, Cell(analysis, group, category=name), chosen, who)
        for name in TIMINGS:
            chosen = deaths.index[mine & deaths["TIMING"].eq(name)]
            add_share(rows, Cell("timing", group, category=name), chosen, who)
        chosen = deaths.index[mine & fatal]
        add_share(rows, Cell("fatal event", group, category=WITH_FATAL_EVENT), chosen, who)
        add_disagreements(rows, doubted, group, who)
    return rows
