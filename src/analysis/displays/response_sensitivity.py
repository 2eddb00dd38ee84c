"""T14.2.1.3, T14.2.3.1 and T14.2.3.2 as tables."""

from __future__ import annotations

from analysis.displays.curves import flat_notes
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import confidence, count, is_missing, rounded
from analysis.displays.response import GROUPS, proportion_cells
from analysis.displays.table import Column, Row, Table
from analysis.displays.time_to_event import in_months, median_text, months_cell, rmst_label
from analysis.endpoints.adequate_assessments import early_death_days
from analysis.estimates.rows import EstimateRows
from analysis.outputs.estimable import ESTIMATE
from analysis.outputs.groups import GROUP_LABELS
from analysis.outputs.response_sensitivity import (
    ALSO_OPEN,
    CHANGES,
    NEAREST_ONLY,
    POPULATIONS,
    RESPONSES,
    STATUS_CHANGED,
    landmarks,
)
from analysis.outputs.time_to_event import restriction_months
from schemas.terminology import BEST_OVERALL_RESPONSE


def grid_table(rows: EstimateRows, rules, title: str) -> Table:
    """One line per definition and denominator: n/N (%) and 95% CI of each group."""
    numbers = Numbers(rows)
    decimals = rules.display.percent_decimals
    body: list[Row] = []
    for response, _, _ in RESPONSES:
        body.append(Row(response, heading=True))
        for population, _ in POPULATIONS:
            cells = []
            for group in GROUPS:
                place = {"group": group, "parameter": population}
                shown, limits = proportion_cells(numbers, decimals, response, **place)
                cells.append(f"{shown} {limits}")
            body.append(Row(population, tuple(cells), indent=1))
    body += _visits_before_amendment(numbers, rules)
    columns = tuple(
        Column(GROUP_LABELS[group], f"n/N (%) ({confidence(rules)} CI)") for group in GROUPS
    )
    notes = (
        "Recorded: by the investigator. From the lesions: derived by RECIST 1.1 from the "
        "measurements. Central: over the patients who have a central review.",
        "Response-evaluable: of the response set, an adequate scan (not NE) after baseline within "
        "follow-up, a progression among them, or death by day "
        f"{early_death_days(rules.pfs)}, whether or not new anticancer therapy came before.",
        "At the visit, of due: primary A (T14.2.1.1) as it was read before amendment A11, response "
        "set; now an assessment that is not evaluable hides no evaluable one of the window. Of "
        "assessed, whether due or not: as read before amendment A3; now only visits that are due.",
    )
    return Table(rows.output_id, title, "Response and denominator", columns, tuple(body), notes)


def _visits_before_amendment(numbers: Numbers, rules) -> list[Row]:
    """Primary A as read before A11 and, of assessed, before A3; how many change with A11."""
    decimals = rules.display.percent_decimals
    body = []
    for reading in (NEAREST_ONLY, ALSO_OPEN):
        body.append(Row(reading, heading=True))
        for window in rules.visits.windows:
            places = [{"group": group, "visit": window.label} for group in GROUPS]
            shown = (
                proportion_cells(numbers, decimals, reading, parameter="Response set", **place)
                for place in places
            )
            body.append(Row(window.label, tuple(map(" ".join, shown)), indent=1))
            if reading == NEAREST_ONLY:
                cells = tuple(_changed(numbers, place) for place in places)
                body.append(Row("Patients whose status changes with A11", cells, indent=2))
    return body


def _changed(numbers: Numbers, place: dict[str, str]) -> str:
    """Patients of one group whose status at one visit changes."""
    place = {**place, "parameter": STATUS_CHANGED}
    return count(sum(numbers.get("n", NEAREST_ONLY, category=kind, **place) for kind in CHANGES))


def changed_table(rows: EstimateRows, rules, title: str) -> Table:
    """Who changes status at a visit with amendment A11: by id, in the public profile by number."""
    numbers, members = Numbers(rows), rows.members
    members = members[members["parameter"].eq(STATUS_CHANGED) & members["group"].eq("All")]
    body: list[Row] = []
    for window in rules.visits.windows:
        for change in CHANGES:
            place = {"group": "All", "visit": window.label, "parameter": STATUS_CHANGED}
            n = numbers.get("n", NEAREST_ONLY, category=change, **place)
            mine = members[members["visit"].eq(window.label) & members["category"].eq(change)]
            who = ", ".join(sorted(mine["USUBJID"]))
            if rules.display.profile == "public":
                who = "not shown in the public profile"
            body.append(Row(f"{window.label}: {change}", (count(n), who if n else "")))
    columns = (Column("Patients"), Column("Who", text=True))
    return Table(rows.output_id, title, "Change with amendment A11", columns, tuple(body))


def disease_control_table(
    rows: EstimateRows, rules, title: str, analysis_set: str = "RSPEVLFL"
) -> Table:
    """Best response, disease control, clinical benefit at the landmarks."""
    numbers = Numbers(rows)
    decimals = rules.display.percent_decimals
    best = "Confirmed best response"
    body: list[Row] = [Row(best, heading=True)]
    for response in BEST_OVERALL_RESPONSE:
        cells = []
        for group in GROUPS:
            place = {"group": group, "parameter": best, "category": response}
            n, share = (numbers.get(s, analysis_set, **place) for s in ("n", "pct"))
            cells.append(f"{count(n)} ({rounded(share, decimals)})")
        body.append(Row(response, tuple(cells), indent=1))
    tolerance = rules.response.cbr_tolerance_days
    lines = [("Disease control", "", "Disease control: CR, PR, or SD at the minimum or later")]
    for paramcd, day, label in landmarks(rules):
        near = f" (from day {day - tolerance})" if paramcd == "CBR16" else f" (day {day})"
        lines.append((label, "", label + near))
        if paramcd == "CBR16":
            lines.append((label, "strict", f"{label}, strict (from day {day})"))
    for parameter, category, label in lines:
        body += _proportion(numbers, analysis_set, parameter, category, label, rules)
        if category == "" and parameter != "Disease control":
            place = {"parameter": parameter, "category": "not yet assessable"}
            waiting = tuple(count(numbers.get("n", analysis_set, g, **place)) for g in GROUPS)
            body.append(Row("Not yet assessable at the cut", waiting, indent=1))
    columns = tuple(
        Column(
            GROUP_LABELS[g],
            f"N = {count(numbers.get('N', analysis_set, g, parameter='Disease control'))}",
        )
        for g in GROUPS
    )
    notes = (
        "Clinical benefit: patients whose potential follow-up ends before the landmark are not in "
        "the denominator, whatever happened to them.",
    )
    return Table(rows.output_id, title, "Response", columns, tuple(body), notes)


def _proportion(numbers, flag, parameter, category, label, rules) -> list[Row]:
    decimals = rules.display.percent_decimals
    pairs = [
        proportion_cells(numbers, decimals, flag, group=g, parameter=parameter, category=category)
        for g in GROUPS
    ]
    return [
        Row(f"{label}, n/N (%)", tuple(shown for shown, _ in pairs), strong=category == ""),
        Row(f"{confidence(rules)} CI", tuple(limits for _, limits in pairs), indent=1),
    ]


def duration_table(rows: EstimateRows, rules, title: str) -> Table:
    """Duration of response and time to response; a plus marks a value that still goes on."""
    numbers = Numbers(rows)
    body: list[Row] = []
    for paramcd, label in (("DOR", "Duration of response"), ("TTR", "Time to response")):
        body.append(Row(f"{label}, months", heading=True))
        for name in ("Patients", "Events", "Censored"):
            cells = (count(numbers.get("n", paramcd, g, parameter=name)) for g in GROUPS)
            if paramcd == "DOR" or name == "Patients":
                body.append(Row(name, tuple(cells), indent=1))
        medians = (median_text(numbers, rules, paramcd, group=g) for g in GROUPS)
        body.append(Row(f"Median ({confidence(rules)} CI)", tuple(medians), indent=1, strong=True))
        if restriction_months(paramcd, rules) is not None:
            place = {"name": "RMST", "stats": ESTIMATE}
            means = (months_cell(numbers, rules, paramcd, group=g, **place) for g in GROUPS)
            body.append(Row(rmst_label(paramcd, rules), tuple(means), indent=1))
        ranges = (_range_text(numbers, rules, paramcd, g) for g in GROUPS)
        body.append(Row("Range", tuple(ranges), indent=1))
    columns = tuple(Column(GROUP_LABELS[group]) for group in GROUPS)
    notes = (
        "Confirmed responders only, so the columns are not comparable. NE: not estimable. NR: not "
        "reached. +: censored.",
        *flat_notes(numbers, in_months(rules), " months"),
    )
    return Table(rows.output_id, title, "", columns, tuple(body), notes)


def _range_text(numbers: Numbers, rules, paramcd: str, group: str) -> str:
    ends = [numbers.get(stat, paramcd, group, parameter="Range") for stat in ("min", "max")]
    texts = list(map(in_months(rules), ends))
    if all(map(is_missing, ends)):
        return texts[0]
    for place, name in enumerate(("minimum", "maximum")):
        if numbers.get("n", paramcd, group, parameter=f"Censored at the {name}"):
            texts[place] += "+"
    return "–".join(texts)
