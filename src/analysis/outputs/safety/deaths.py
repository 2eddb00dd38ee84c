"""T14.3.2: deaths of the enrolled by group of the first regimen."""

from __future__ import annotations

import pandas as pd

from analysis.datasets import Datasets
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import count
from analysis.displays.table import Column, Row, Table
from analysis.endpoints.death_after_treatment import LATER, NEVER_TREATED, WITHIN, deaths_by_timing
from analysis.endpoints.fatal_events import DISAGREEMENTS, disagreements, fatal_events
from analysis.endpoints.vital_status import NO_CONTACT
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.origin import of_one_origin
from analysis.outputs.safety.cells import disagreement_note, share_of
from analysis.params import Rules
from analysis.tabulation.groups import ALL_GROUPS, by_group, group_label, in_set
from analysis.tabulation.proportion import add_share
from schemas.terminology import CAUSE_OF_DEATH, DISCONTINUED_REASON

OUTPUT = "T14.3.2"
NEEDS = ("disposition",)
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
OTHERWISE = "Study ended for another reason"


def _alive(adsl: pd.DataFrame) -> dict:
    """How the living stand; other ends of the study where somebody has one."""
    ended = adsl["DCSREAS"].isin(DISCONTINUED_REASON)
    if not ended.any():
        return ALIVE
    return ALIVE | {OTHERWISE: lambda a: a["DCSREAS"].isin(DISCONTINUED_REASON)}


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


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> EstimateRows:
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
    rows = EstimateRows(OUTPUT, "ENRLFL")
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
        for label, condition in _alive(adsl).items():
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


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (deaths_table(rows, rules),)


def deaths_table(rows: EstimateRows, rules: Rules) -> Table:
    """T14.3.2: deaths, their causes and their distance from the last dose."""
    estimates = Numbers(rows)
    decimals = rules.display.percent_decimals
    groups = (*ALL_GROUPS, "All")
    days = rules.estimation.death_after_last_dose_days
    within = f"On treatment or up to {days} days after the last dose"
    timing = dict(
        zip(TIMINGS, (within, f"More than {days} days after it", "Never treated"), strict=True)
    )

    def line(analysis, category, label=None, **look) -> Row:
        cells = tuple(
            share_of(estimates, decimals, analysis, group=group, category=category)
            for group in groups
        )
        return Row(label or category, cells, **look)

    body = [line("status", DIED, strong=True)]
    body.append(Row("Cause of death", heading=True))
    body += [line("cause", cause, cause.capitalize(), indent=1) for cause in CAUSES]
    body.append(Row("Death and treatment", heading=True))
    body += [line("timing", name, label, indent=1) for name, label in timing.items()]
    body.append(Row(f"Cause of deaths on treatment or up to {days} days after", heading=True))
    body += [line("cause, within", cause, cause.capitalize(), indent=1) for cause in CAUSES]
    body.append(Row("Deaths and fatal adverse events (T14.3.1.1)", heading=True))
    body.append(line("fatal event", WITH_FATAL_EVENT, indent=1))
    body += [line("disagreement", kind, indent=1) for kind in DISAGREEMENTS]
    body.append(Row("Not known to have died", heading=True))
    for label in estimates.categories("status", "")[1:]:
        body.append(line("status", label, indent=1))
        if label == IN_STUDY:
            body.append(line("silent", SILENT, indent=2))
    size = {g: count(estimates.get("N", "status", g, category=DIED)) for g in groups}
    columns = tuple(Column(group_label(group), f"N = {size[group]}") for group in groups)
    notes = (
        f"Silent: last seen more than {rules.follow_up.silent_days} days before the cut.",
        disagreement_note(estimates, "T14.3.1.1"),
    )
    return Table(rows.output_id, "", columns, tuple(body), notes)
