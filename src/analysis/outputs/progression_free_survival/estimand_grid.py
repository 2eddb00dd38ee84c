"""T14.2.4.3: one row per estimand and group, and the patients who change status against main.

From the first dose by the group of the first regimen. From enrolment nobody has a group yet: all
together. From the MTB date all together, and by what was recommended on that day.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from analysis.datasets import Datasets
from analysis.displays.curves import exact_cell, exact_label, flat_notes, limit_notes, rate_cell
from analysis.displays.labels import RECOMMENDATION_LABELS, in_words
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import confidence, count, rounded
from analysis.displays.table import Column, Row, Table
from analysis.displays.time_to_event import in_months, median_text
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.origin import of_one_origin
from analysis.params import Rules
from analysis.tabulation.groups import by_group, in_set
from analysis.tabulation.known_at_origin import followed, times_of
from analysis.tabulation.time_to_event import add_time_to_event
from analysis.wording import counted

OUTPUT = "T14.2.4.3"
NEEDS = ("treatments",)
NEEDS_IF_RECORDED = ("tumour_responses",)
MAIN = "PFS"
EVERYBODY = "All"


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
    Estimand("OSUNKN", "TRTFL", "Overall survival, deaths after a withdrawal used where consent is "
             "unknown", main="OS"),
)  # fmt: skip
#: In the grid only where somebody is in it.
IF_THERE = ("OSUNKN",)
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
    known = {"TRTGRP1": ("TG", "TN", "OT"), "RECGRP": tuple(RECOMMENDATION_LABELS), None: ()}
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


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> EstimateRows:
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
    rows = EstimateRows(OUTPUT, "TRTFL")
    there = set(data["adtte"]["PARAMCD"])
    estimands = [e for e in ESTIMANDS if e.paramcd not in IF_THERE or e.paramcd in there]
    times = {
        estimand.paramcd: followed(data, rules, estimand.paramcd, estimand.flag, estimand.by)
        for estimand in estimands
    }
    times["OS"] = followed(data, rules, "OS", "TRTFL")
    for estimand in estimands:
        main = _status(times[estimand.main])
        for group, patients in _grouped(adsl, estimand):
            mine = times_of(times[estimand.paramcd], estimand.paramcd, patients["USUBJID"])
            cell = Cell(estimand.paramcd, group)
            add_time_to_event(rows, cell, mine, rules, analysis_set=estimand.flag)
            _flips(rows, cell, main, _status(mine), estimand.flag)
    for paramcd, flag in (("PFSENR", "ENRLFL"), ("PFSMTB", "MTBFL")):
        _not_assessed(rows, adsl, times, paramcd, flag)
    _progressed_before(rows, adsl, times)
    return rows


def _not_assessed(rows: EstimateRows, adsl: pd.DataFrame, times, paramcd: str, flag: str) -> None:
    """Patients without an adequate scan after the origin: who they are, and what became of them."""
    unscanned = times[f"{paramcd}0"]
    who = unscanned.loc[unscanned["CNSR"].eq(11), "USUBJID"]
    died = who.isin(times[paramcd].loc[times[paramcd]["CNSR"].eq(0), "USUBJID"])
    treated = who.isin(adsl.loc[adsl["TRTFL"].eq("Y"), "USUBJID"])
    parts = (~treated & ~died, ~treated & died, treated & ~died, treated & died)
    for category, which in zip(UNSCANNED, parts, strict=True):
        cell = Cell(paramcd, EVERYBODY, "", NOT_ASSESSED, category)
        rows.count(cell, who[which], analysis_set=flag)


def _progressed_before(rows: EstimateRows, adsl: pd.DataFrame, times) -> None:
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


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (
        estimand_table(rows, rules, "By estimand"),
        flips_table(rows, rules, "Patients whose status differs from the main estimand"),
    )


_LANDMARK_MONTHS = 6
_CHANGES = ("censored to event", "event to censored")

#: The parameter that is PFS again, by the main estimand of the plan.
_MAIN_AGAIN = {
    "treatment_policy": "PFSTP",
    "hypothetical": "PFSHYP",
    "composite": "PFSCOMP",
}


def _landmark(rules: Rules) -> str:
    """Six months, or the plan's first landmark where it has no six months."""
    planned = rules.estimation.survival_months
    return f"{_LANDMARK_MONTHS if _LANDMARK_MONTHS in planned else planned[0]} months"


def estimand_table(rows: EstimateRows, rules: Rules, title: str) -> Table:
    """Patients, events, censored, median, 6-month rate and changes, estimand by estimand."""
    estimates = Numbers(rows)
    body: list[Row] = []
    same = _MAIN_AGAIN[rules.pfs.estimand]
    for estimand in ESTIMANDS:
        paramcd = estimand.paramcd
        if paramcd == same or not estimates.frame["analysis_id"].eq(paramcd).any():
            continue
        body.append(Row(f"{estimand.label} ({paramcd})", heading=True))
        for group in groups_of(estimand):
            label = in_words(group)
            body.append(Row(label, _cells(estimates, rules, paramcd, group), indent=1))
            exact = exact_cell(estimates, rules, paramcd, **_at_landmark(rules, group))
            if exact:
                body.append(Row(exact_label(rules), ("", "", "", exact, ""), indent=2))
    columns = (
        Column("Patients"),
        Column("Events (%)"),
        Column("Median, months", f"({confidence(rules)} CI)"),
        Column(f"{_landmark(rules)}, %", f"({confidence(rules)} CI)"),
        Column("Status changed", "vs main"),
    )
    notes = (
        "Status changed: patients censored under the main estimand and with an event here, or the "
        "reverse; of the readings beside recorded progression or death, against that. Groups have "
        "different patients and are not compared. NR: not reached.",
        _not_assessed_rows(estimates, "PFSENR", "enrolment"),
        f"{_not_assessed_rows(estimates, 'PFSMTB', 'the MTB review')} Of the patients alive at the "
        f"review {count(estimates.get('n', 'PFSMTB', EVERYBODY, parameter=PROGRESSED_BEFORE))} had "
        "progressed before it, under a therapy begun earlier, and are in none of its rows but "
        "survival.",
        "Recorded progression or death: the living without an adequate scan after the origin are "
        "censored when last known alive. BIASED: censored on day 1, the untreated enter the risk "
        "set only by dying. Limit: the planned end of follow-up, the same for everybody after "
        "enrolment.",
        f"{same} is the main estimand under its own name, equal by construction; its estimates "
        "stand in the file, and it has no rows of its own here.",
        *limit_notes(rules, body),
        *flat_notes(estimates, in_months(rules), " months"),
    )
    return Table(rows.output_id, "Estimand and group", columns, tuple(body), notes, title=title)


def _not_assessed_rows(estimates: Numbers, paramcd: str, origin: str) -> str:
    """How many have no adequate scan after the origin, and what became of them."""
    found = [
        (estimates.get("n", paramcd, EVERYBODY, parameter=NOT_ASSESSED, category=name), name)
        for name in UNSCANNED
    ]
    total = sum(int(n) for n, _ in found)
    parts = ", ".join(f"{count(n)} {name}" for n, name in found)
    return f"No adequate scan after {origin}: {counted(total, 'patient')} ({parts})."


def _cells(estimates: Numbers, rules: Rules, paramcd: str, group: str) -> tuple[str, ...]:
    decimals = rules.display.percent_decimals

    def of(stat, parameter, category=""):
        return estimates.get(stat, paramcd, group, parameter=parameter, category=category)

    changed = sum(of("n", "Status changed", change) for change in _CHANGES)
    return (
        count(of("n", "Patients")),
        f"{count(of('n', 'Events'))} ({rounded(of('pct', 'Events'), decimals)})",
        median_text(estimates, rules, paramcd, group=group),
        rate_cell(estimates, rules, paramcd, **_at_landmark(rules, group)),
        "" if paramcd == MAIN else count(changed),
    )


def _at_landmark(rules: Rules, group: str) -> dict[str, str]:
    return {"group": group, "parameter": "Survival", "category": _landmark(rules)}


def flips_table(rows: EstimateRows, rules: Rules, title: str) -> Table:
    """Who changes status: by id in the internal profile, by count in the public one."""
    estimates = Numbers(rows)
    members = rows.members
    body: list[Row] = []
    there = set(estimates.frame["analysis_id"])
    for estimand in [one for one in ESTIMANDS if one.paramcd in there]:
        paramcd, label = estimand.paramcd, estimand.label
        if paramcd == MAIN:
            continue
        for change in _CHANGES:
            n = estimates.get("n", paramcd, "All", parameter="Status changed", category=change)
            cell = members[
                members["analysis_id"].eq(paramcd)
                & members["group"].eq("All")
                & members["parameter"].eq("Status changed")
                & members["category"].eq(change)
            ]
            who = ", ".join(sorted(cell["USUBJID"]))
            if rules.display.profile == "public":
                who = "not shown in the public profile"
            body.append(Row(f"{label}: {change}", (count(n), who if n else "")))
    columns = (Column("Patients"), Column("Who", text=True))
    return Table(
        rows.output_id, "Change against the main estimand", columns, tuple(body), title=title
    )
