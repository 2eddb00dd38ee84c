"""T14.2.4.3: PFS under every declared estimand and origin, and whose status the choice changes.

From the first dose by the group of the first regimen. From enrolment nobody has a group yet: all
together. From the MTB date all together, and by what was recommended on that day.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.groups import by_group, in_set
from analysis.outputs.known_at_origin import followed, times_of
from analysis.outputs.time_to_event import add_time_to_event
from schemas.terminology import RECOMMENDATION_GROUP

MAIN = "PFS"
EVERYBODY = "All"
RECOMMENDED = dict(
    zip(
        RECOMMENDATION_GROUP[:3],
        (
            "Targeted or immunotherapy recommended",
            "Other therapy recommended",
            "Nothing recommended",
        ),
        strict=True,
    )
)


@dataclass(frozen=True)
class Estimand:
    """A row of the grid: parameter, set, label, what it is grouped by and compared with."""

    paramcd: str
    flag: str
    label: str
    by: str | None = "TRTGRP1"
    main: str = MAIN


ESTIMANDS = (
    Estimand("PFS", "TRTFL", "Main estimand, first dose"),
    Estimand("PFSTP", "TRTFL", "Treatment policy, first dose"),
    Estimand("PFSHYP", "TRTFL", "Hypothetical, first dose"),
    Estimand("PFSCOMP", "TRTFL", "Composite, first dose"),
    Estimand("PFSUNT", "TRTFL", "Main estimand, not truncated at the end of follow-up"),
    Estimand("PFSEARL", "TRTFL", "Main estimand, partial dates at their earliest"),
    Estimand("PFSLATE", "TRTFL", "Main estimand, partial dates at their latest"),
    Estimand("OSCONT", "TRTFL", "Overall survival as read before: later deaths at the last contact",
             main="OS"),
    Estimand("OSENR", "ENRLFL", "Overall survival, enrolment", None, "OS"),
    Estimand("PFSENR", "ENRLFL", "Recorded progression or death, enrolment", None),
    Estimand("PFSENR1", "ENRLFL", "BIASED, enrolment: the never scanned censored on day 1", None,
             "PFSENR"),
    Estimand("PFSENR0", "ENRLFL", "Enrolment: all never scanned on day 1, deaths too", None,
             "PFSENR"),
    Estimand("PFSENRL", "ENRLFL", "Enrolment: the living never scanned followed to the limit", None,
             "PFSENR"),
    Estimand("OSMTB", "MTBFL", "Overall survival, MTB review", "RECGRP", "OS"),
    Estimand("PFSMTB", "MTBFL", "Recorded progression or death, MTB review", "RECGRP"),
    Estimand("PFSMTB1", "MTBFL", "BIASED, MTB review: the never scanned censored on day 1", None,
             "PFSMTB"),
    Estimand("PFSMTB0", "MTBFL", "MTB review: all never scanned on day 1, deaths too", None,
             "PFSMTB"),
    Estimand("PFSMTBL", "MTBFL", "MTB review: the living never scanned followed to the limit", None,
             "PFSMTB"),
)  # fmt: skip
NOT_ASSESSED = "Not assessed"
UNSCANNED = (
    "never treated, alive",
    "never treated, died",
    "treated, alive",
    "treated, died",
)
PROGRESSED_BEFORE = "Progressed before the review"


def groups_of(estimand: Estimand) -> tuple[str, ...]:
    """Groups in which a row of the grid is shown, all of them together last."""
    known = {"TRTGRP1": ("TG", "TN", "OT"), "RECGRP": tuple(RECOMMENDED), None: ()}
    return (*known[estimand.by], EVERYBODY)


def _grouped(adsl: pd.DataFrame, estimand: Estimand) -> Iterator[tuple[str, pd.DataFrame]]:
    """Each group of a row of the grid with its patients."""
    patients = in_set(adsl, estimand.flag)
    if estimand.by == "TRTGRP1":
        yield from by_group(patients, ("TG", "TN", "OT"))
        return
    for group in groups_of(estimand)[:-1]:
        yield group, patients[patients[estimand.by].eq(group)]
    yield EVERYBODY, patients


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
        analysis_id = PARAMCD: patients, events, median, rates by group (of the first regimen, of
        the recommendation, or All). Parameter "Status changed", category "censored to event" or
        "event to censored", with the patients as members; from enrolment and review "Not assessed"
        (n, by whether treated and alive) and "Progressed before the review".
    """
    adsl = data["adsl"]
    rows = EstimateRows("T14.2.4.3", "TRTFL")
    times = {
        each.paramcd: followed(data, rules, each.paramcd, each.flag, each.by) for each in ESTIMANDS
    }
    times["OS"] = followed(data, rules, "OS", "TRTFL")
    for each in ESTIMANDS:
        main = _status(times[each.main])
        for group, patients in _grouped(adsl, each):
            mine = times_of(times[each.paramcd], each.paramcd, patients["USUBJID"])
            cell = Cell(each.paramcd, group)
            add_time_to_event(rows, cell, mine, rules, analysis_set=each.flag)
            _flips(rows, cell, main, _status(mine), each.flag)
    for paramcd, flag in (("PFSENR", "ENRLFL"), ("PFSMTB", "MTBFL")):
        _not_assessed(rows, adsl, times, paramcd, flag)
    _progressed_before(rows, adsl, times)
    return rows


def _not_assessed(rows: EstimateRows, adsl, times, paramcd: str, flag: str) -> None:
    """Patients without an adequate scan after the origin: who they are, and what became of them."""
    unscanned = times[f"{paramcd}0"]
    who = unscanned.loc[unscanned["CNSR"].eq(11), "USUBJID"]
    died = who.isin(times[paramcd].loc[times[paramcd]["CNSR"].eq(0), "USUBJID"])
    treated = who.isin(adsl.loc[adsl["TRTFL"].eq("Y"), "USUBJID"])
    parts = (~treated & ~died, ~treated & died, treated & ~died, treated & died)
    for category, which in zip(UNSCANNED, parts, strict=True):
        cell = Cell(paramcd, EVERYBODY, "", NOT_ASSESSED, category)
        rows.count(cell, who[which], analysis_set=flag)


def _progressed_before(rows: EstimateRows, adsl, times) -> None:
    """Patients alive at the review who are not progression-free after it."""
    reviewed = times["OSMTB"]["USUBJID"]
    before = reviewed[~reviewed.isin(times["PFSMTB"]["USUBJID"])]
    cell = Cell("PFSMTB", EVERYBODY, "", PROGRESSED_BEFORE)
    rows.count(cell, before, analysis_set="MTBFL")


def _flips(rows: EstimateRows, at: Cell, main: pd.Series, other: pd.Series, flag: str) -> None:
    both = pd.DataFrame({"main": main, "other": other}).dropna()
    for before, after in (("censored", "event"), ("event", "censored")):
        changed = both.index[both["main"].eq(before) & both["other"].eq(after)]
        cell = Cell(at.analysis_id, at.group, "", "Status changed", f"{before} to {after}")
        rows.count(cell, changed, analysis_set=flag)
