"""T14.2.4.3: PFS under every declared estimand and origin, and whose status the choice changes."""

from __future__ import annotations

import pandas as pd

from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.groups import by_group, in_set
from analysis.outputs.time_to_event import add_time_to_event, parameter

MAIN = "PFS"
# what a row that is no PFS is compared with
MAIN_OF = {"OSCONT": "OS"}
ESTIMANDS = (
    ("PFS", "TRTFL", "Main estimand, first dose"),
    ("PFSTP", "TRTFL", "Treatment policy, first dose"),
    ("PFSHYP", "TRTFL", "Hypothetical, first dose"),
    ("PFSCOMP", "TRTFL", "Composite, first dose"),
    ("PFSUNT", "TRTFL", "Main estimand, not truncated at the end of follow-up"),
    ("PFSEARL", "TRTFL", "Main estimand, partial dates at their earliest"),
    ("PFSLATE", "TRTFL", "Main estimand, partial dates at their latest"),
    ("PFSENR", "ENRLFL", "Main estimand, enrolment (all enrolled)"),
    ("PFSMTB", "MTBFL", "Main estimand, MTB review"),
    ("OSCONT", "TRTFL", "Overall survival as read before: later deaths at the last contact"),
)
STATUS = {0: "event"}


def _status(rows: pd.DataFrame) -> pd.Series:
    """Event or censored, by patient."""
    return rows.set_index("USUBJID")["CNSR"].eq(0).map({True: "event", False: "censored"})


def pfs_estimands(data, rules) -> EstimateRows:
    """T14.2.4.3: one row per estimand and group, and the patients who change status against main.

    Parameters
    ----------
    data : mapping of DataFrame
        ``adsl`` and ``adtte``.
    rules : Rules

    Returns
    -------
    EstimateRows
        analysis_id = PARAMCD: patients, events, median, rates by group. Parameter "Status changed",
        category "censored to event" or "event to censored", with the patients as members.
    """
    adsl, adtte = data["adsl"], data["adtte"]
    rows = EstimateRows("T14.2.4.3", "TRTFL")
    mains = {
        paramcd: _status(parameter(adtte, paramcd, adsl["USUBJID"]))
        for paramcd in (MAIN, *MAIN_OF.values())
    }
    for paramcd, flag, _ in ESTIMANDS:
        for group, patients in by_group(in_set(adsl, flag), ("TG", "TN", "OT")):
            mine = parameter(adtte, paramcd, patients["USUBJID"])
            cell = Cell(paramcd, group)
            add_time_to_event(rows, cell, mine, rules, analysis_set=flag)
            _flips(rows, cell, mains[MAIN_OF.get(paramcd, MAIN)], _status(mine), flag)
    return rows


def _flips(rows: EstimateRows, at: Cell, main: pd.Series, other: pd.Series, flag: str) -> None:
    both = pd.DataFrame({"main": main, "other": other}).dropna()
    for before, after in (("censored", "event"), ("event", "censored")):
        changed = both.index[both["main"].eq(before) & both["other"].eq(after)]
        cell = Cell(at.analysis_id, at.group, "", "Status changed", f"{before} to {after}")
        rows.count(cell, changed, analysis_set=flag)
