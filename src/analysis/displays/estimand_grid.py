"""T14.2.4.3 as tables: the estimands side by side, and who changes status."""

from __future__ import annotations

from analysis.displays.curves import exact_cell, exact_label, flat_notes, limit_notes, rate_cell
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import confidence, count, rounded
from analysis.displays.table import Column, Row, Table
from analysis.displays.time_to_event import in_months, median_text
from analysis.estimates.rows import EstimateRows
from analysis.outputs.estimand_grid import (
    ESTIMANDS,
    EVERYBODY,
    MAIN,
    NOT_ASSESSED,
    PROGRESSED_BEFORE,
    RECOMMENDED,
    UNSCANNED,
    groups_of,
)
from analysis.outputs.groups import GROUP_LABELS
from analysis.wording import counted

_LANDMARK_MONTHS = 6
_CHANGES = ("censored to event", "event to censored")


def _landmark(rules) -> str:
    """Six months, or the plan's first landmark where it has no six months."""
    planned = rules.estimation.survival_months
    return f"{_LANDMARK_MONTHS if _LANDMARK_MONTHS in planned else planned[0]} months"


def estimand_table(rows: EstimateRows, rules, title: str) -> Table:
    """Patients, events, censored, median, 6-month rate and changes, estimand by estimand."""
    numbers = Numbers(rows)
    body: list[Row] = []
    for estimand in ESTIMANDS:
        paramcd = estimand.paramcd
        body.append(Row(f"{estimand.label} ({paramcd})", heading=True))
        for group in groups_of(estimand):
            label = RECOMMENDED.get(group, GROUP_LABELS.get(group, group))
            body.append(Row(label, _cells(numbers, rules, paramcd, group), indent=1))
            exact = exact_cell(numbers, rules, paramcd, **_at_landmark(rules, group))
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
        _not_assessed(numbers, "PFSENR", "enrolment"),
        f"{_not_assessed(numbers, 'PFSMTB', 'the MTB review')} Of the patients alive at the review "
        f"{count(numbers.get('n', 'PFSMTB', EVERYBODY, parameter=PROGRESSED_BEFORE))} had "
        "progressed before it, under a therapy begun earlier, and are in none of its rows but "
        "survival.",
        "Recorded progression or death: the living without an adequate scan after the origin are "
        "censored when last known alive. BIASED: censored on day 1, the untreated enter the risk "
        "set only by dying. Limit: the planned end of follow-up, the same for everybody after "
        "enrolment.",
        *limit_notes(rules, body),
        *flat_notes(numbers, in_months(rules), " months"),
    )
    return Table(rows.output_id, title, "Estimand and group", columns, tuple(body), notes)


def _not_assessed(numbers: Numbers, paramcd: str, origin: str) -> str:
    """How many have no adequate scan after the origin, and what became of them."""
    found = [
        (numbers.get("n", paramcd, EVERYBODY, parameter=NOT_ASSESSED, category=name), name)
        for name in UNSCANNED
    ]
    total = sum(int(n) for n, _ in found)
    parts = ", ".join(f"{count(n)} {name}" for n, name in found)
    return f"No adequate scan after {origin}: {counted(total, 'patient')} ({parts})."


def _cells(numbers: Numbers, rules, paramcd: str, group: str) -> tuple[str, ...]:
    decimals = rules.display.percent_decimals

    def of(stat, parameter, category=""):
        return numbers.get(stat, paramcd, group, parameter=parameter, category=category)

    changed = sum(of("n", "Status changed", change) for change in _CHANGES)
    return (
        count(of("n", "Patients")),
        f"{count(of('n', 'Events'))} ({rounded(of('pct', 'Events'), decimals)})",
        median_text(numbers, rules, paramcd, group=group),
        rate_cell(numbers, rules, paramcd, **_at_landmark(rules, group)),
        "" if paramcd == MAIN else count(changed),
    )


def _at_landmark(rules, group: str) -> dict[str, str]:
    return {"group": group, "parameter": "Survival", "category": _landmark(rules)}


def flips_table(rows: EstimateRows, rules, title: str) -> Table:
    """Who changes status: by id in the internal profile, by count in the public one."""
    numbers = Numbers(rows)
    members = rows.members
    body: list[Row] = []
    for estimand in ESTIMANDS:
        paramcd, label = estimand.paramcd, estimand.label
        if paramcd == MAIN:
            continue
        for change in _CHANGES:
            n = numbers.get("n", paramcd, "All", parameter="Status changed", category=change)
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
    return Table(rows.output_id, title, "Change against the main estimand", columns, tuple(body))
