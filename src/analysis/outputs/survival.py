"""PFS and OS: T14.2.4.1-3, F14.2.4.1, T14.2.5.1-2, F14.2.5.1, and T14.1.9 (maturity).

Estimation only: no test and no hazard ratio stands in these outputs.
"""

from __future__ import annotations

import pandas as pd

from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.groups import by_group, in_set
from analysis.outputs.known_at_origin import followed, times_of
from analysis.outputs.proportion import add_share
from analysis.outputs.time_to_event import (
    add_curve,
    add_time_to_event,
)

TREATED, GROUP = "TRTFL", "TRTGRP1"


def _summary(data, rules, output_id: str, paramcd: str) -> EstimateRows:
    """All summaries of one parameter from first dose, by group."""
    times = followed(data, rules, paramcd, TREATED, GROUP)
    rows = EstimateRows(output_id, TREATED)
    for group, patients in by_group(in_set(data["adsl"], TREATED)):
        of_group = times_of(times, paramcd, patients["USUBJID"])
        add_time_to_event(rows, Cell(paramcd, group), of_group, rules)
    return rows


def progression_free_survival(data, rules) -> EstimateRows:
    """T14.2.4.1: PFS from first administration under the main estimand, by treatment group."""
    return _summary(data, rules, "T14.2.4.1", "PFS")


def overall_survival(data, rules) -> EstimateRows:
    """T14.2.5.1: OS from first administration, by treatment group."""
    return _summary(data, rules, "T14.2.5.1", "OS")


def _curves(data, rules, output_id: str, paramcd: str) -> EstimateRows:
    times = followed(data, rules, paramcd, TREATED, GROUP)
    rows = EstimateRows(output_id, TREATED)
    for group, patients in by_group(in_set(data["adsl"], TREATED)):
        of_group = times_of(times, paramcd, patients["USUBJID"])
        rows.count(Cell(paramcd, group, parameter="Patients"), of_group["USUBJID"])
        add_curve(rows, Cell(paramcd, group), of_group, rules)
    return rows


def pfs_curves(data, rules) -> EstimateRows:
    """F14.2.4.1: Kaplan-Meier curves of PFS by treatment group."""
    return _curves(data, rules, "F14.2.4.1", "PFS")


def os_curves(data, rules) -> EstimateRows:
    """F14.2.5.1: Kaplan-Meier curves of OS by treatment group."""
    return _curves(data, rules, "F14.2.5.1", "OS")


def pfs_reasons(data, rules) -> EstimateRows:
    """T14.2.4.2: PFS events and censoring by reason, by treatment group.

    Returns
    -------
    EstimateRows
        Analyses "event" and "censored"; category = EVNTDESC or CNSDTDSC, parameter = CNSR. The
        reasons of a group add up to its patients.
    """
    rows = EstimateRows("T14.2.4.2", TREATED)
    treated = in_set(data["adsl"], TREATED)
    everyone = followed(data, rules, "PFS", TREATED, GROUP)
    for group, patients in by_group(treated):
        mine = times_of(everyone, "PFS", patients["USUBJID"])
        rows.count(Cell("patients", group), mine["USUBJID"])
        for analysis, column, chosen in (
            ("event", "EVNTDESC", everyone["CNSR"].eq(0)),
            ("censored", "CNSDTDSC", everyone["CNSR"].gt(0)),
        ):
            reasons = everyone.loc[chosen, ["CNSR", column]].drop_duplicates()
            for code, reason in sorted(reasons.itertuples(index=False, name=None)):
                same = mine["CNSR"].eq(code) & mine[column].eq(reason)
                cell = Cell(analysis, group, parameter=f"CNSR {code}", category=reason)
                add_share(rows, cell, mine.loc[same, "USUBJID"], mine["USUBJID"])
    return rows


# the bound beside each: everybody not known to have died followed to the planned end
TO_THE_LIMIT = {"OSENR": "OSENRLIM", "OSMTB": "OSMTBLIM", "OS": "OSLIM"}
ORIGINS = (
    ("OSENR", "ENRLFL", "Enrolment"),
    ("OSMTB", "MTBFL", "MTB review"),
    ("OS", "TRTFL", "First dose"),
)


def overall_survival_by_origin(data, rules) -> EstimateRows:
    """T14.2.5.2: OS of the whole cohort from enrolment, MTB review and first dose.

    Returns
    -------
    EstimateRows
        analysis_id = PARAMCD (visit = origin): of each origin OS, and OS with everybody not known
        to have died followed to the planned end (`TO_THE_LIMIT`); "Origin pending" counts the
        patients of the set without it.
    """
    adsl = data["adsl"]
    rows = EstimateRows("T14.2.5.2", "ENRLFL")
    for paramcd, flag, origin in ORIGINS:
        bound = TO_THE_LIMIT[paramcd]
        mine, at_most = (followed(data, rules, code, flag) for code in (paramcd, bound))
        for code, of in ((paramcd, mine), (bound, at_most)):
            add_time_to_event(rows, Cell(code, "All", origin), of, rules, analysis_set=flag)
        without = in_set(adsl, flag)
        missing = without.loc[~without["USUBJID"].isin(mine["USUBJID"]), "USUBJID"]
        rows.count(Cell(paramcd, "All", origin, "Origin pending"), missing, analysis_set=flag)
    return rows


def follow_up_maturity(data, rules) -> EstimateRows:
    """T14.1.9: how mature the follow-up is at this cut, by treatment group.

    Returns
    -------
    EstimateRows
        Reverse Kaplan-Meier follow-up for OS, the patients with the plan's months of potential
        follow-up, events of PFS and OS over the patients (information fraction), those censored
        less than one visit interval before the cut, and the silent: in follow-up, but not seen in
        the plan's days before the cut.
    """
    adsl = data["adsl"]
    times = followed(data, rules, ("OS", "PFS"), TREATED, GROUP)
    rows = EstimateRows("T14.1.9", TREATED)
    months = rules.estimation.maturity_months
    potential = pd.Timedelta(days=months * rules.estimation.month_days)
    interval = pd.Timedelta(days=rules.pfs.interval_days)
    for group, patients in by_group(in_set(adsl, TREATED)):
        who = patients["USUBJID"]
        survival, progression = (times_of(times, code, who) for code in ("OS", "PFS"))
        add_time_to_event(rows, Cell("OS", group), survival, rules)
        observable = patients["DCUTDT"] - patients["TRTSDT"] >= potential
        cell = Cell("potential follow-up", group, category=f"{months} months or more")
        add_share(rows, cell, patients.loc[observable, "USUBJID"], who)
        silent = patients.loc[patients["SILENTFL"].eq("Y"), "USUBJID"]
        add_share(rows, Cell("silent", group, category="silent at the cut"), silent, who)
        for paramcd, rows_of in (("PFS", progression), ("OS", survival)):
            events = rows_of.loc[rows_of["CNSR"].eq(0), "USUBJID"]
            add_share(rows, Cell("information", group, category=paramcd), events, who)
            cut = rows_of["USUBJID"].map(adsl.set_index("USUBJID")["DCUTDT"])
            recent = rows_of["CNSR"].gt(0) & (cut - rows_of["ADT"] < interval)
            cell = Cell("censored near the cut", group, category=paramcd)
            add_share(rows, cell, rows_of.loc[recent, "USUBJID"], who)
    return rows
