"""T14.2.1.3: ORR by confirmation, source of the response, and denominator, by group."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analysis.datasets import Datasets
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import confidence, count
from analysis.displays.shares import proportion_cells
from analysis.displays.table import Column, Row, Table
from analysis.endpoints.adequate_assessments import early_death_days
from analysis.endpoints.assessments import after_start, effective_responses
from analysis.endpoints.best_overall_response import derive_bor, derive_cbor
from analysis.endpoints.response_at_visit import status_at_visits
from analysis.estimates.rows import Cell, EstimateRows
from analysis.missing import NO_TEXT
from analysis.outputs.origin import of_one_origin
from analysis.outputs.response.counted_assessments import driving_responses
from analysis.params import Rules
from analysis.tabulation.groups import by_group, group_label, in_set
from analysis.tabulation.proportion import add_proportion

OUTPUT = "T14.2.1.3"
NEEDS = ("treatments", "tumour_lesions", "tumour_responses")
RESPONSES = (
    ("Confirmed, recorded", "OVRINV", derive_cbor),
    ("Unconfirmed, recorded", "OVRINV", derive_bor),
    ("Confirmed, from the lesions", "OVRDER", derive_cbor),
    ("Unconfirmed, from the lesions", "OVRDER", derive_bor),
    ("Confirmed, central", "OVRCEN", derive_cbor),
)
# Where a scan lacks its day: with the first and the last day that is possible.
BOUNDS = (
    ("Confirmed, scan dates at their earliest", "OVREARL", derive_cbor),
    ("Confirmed, scan dates at their latest", "OVRLATE", derive_cbor),
)
AT_VISITS = {
    "OVREARL": "At the visit, of due, scan dates at their earliest",
    "OVRLATE": "At the visit, of due, scan dates at their latest",
}
POPULATIONS = (
    ("Response set", lambda a: a["RSPEVLFL"].eq("Y")),
    ("Response set, scan at most 28 days before", lambda a: a["RSPBLWIN"].eq("28")),
    ("Treated, any disease", lambda a: a["TRTFL"].eq("Y")),
    ("Treated, any baseline scan", lambda a: a["TRTFL"].eq("Y") & a["BLSCANFL"].eq("Y")),
    ("Response-evaluable", lambda a: a["EVALFL"].eq("Y")),
)
# Primary A as it was read before an amendment: of the response set, at each visit.
NEAREST_ONLY = "At the visit, of due, from the nearest assessment whether evaluable or not"
ALSO_OPEN = "At the visit, of assessed, whether due or not"
STATUS_CHANGED = "Status changed"
CHANGES = ("to a response", "from a response", "between non-responses")


def _best(adrs, adsl: pd.DataFrame, paramcd, derive, rules: Rules) -> pd.DataFrame:
    """Best response of every treated patient by one source and definition."""
    reference = adsl.rename(columns={"TRTSDT": "STARTDT", "EOFDT": "ENDDT"})
    reference = reference[["USUBJID", "STARTDT", "NACTDT", "ENDDT"]]
    rows = adrs[adrs["PARAMCD"].eq(paramcd)]
    return derive(after_start(rows, reference), reference, rules)


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> EstimateRows:
    """T14.2.1.3: ORR by confirmation, source of the response, and denominator, by group.

    Returns
    -------
    EstimateRows
        analysis_id = response, parameter = denominator; n, N, estimate and its interval. Central
        review is given over the patients who have one. `NEAREST_ONLY`: primary A by visit as read
        before amendment A11, and (parameter "Status changed") the patients due whose status the
        amendment changes, seen from the old reading to the new one. `ALSO_OPEN`: the rate of those
        assessed as read before amendment A3.
    """
    adsl, adrs = in_set(data["adsl"], "TRTFL"), data["adrs"]
    rows = EstimateRows(OUTPUT, "TRTFL")
    central = set(adrs.loc[adrs["PARAMCD"].eq("OVRCEN"), "USUBJID"])
    bounded = [row for row in BOUNDS if adrs["PARAMCD"].eq(row[1]).any()]
    for label, paramcd, derive in (*RESPONSES, *bounded):
        best = _best(adrs, adsl, paramcd, derive, rules)
        responders = set(best.loc[best["AVALC"].isin(["CR", "PR"]), "USUBJID"])
        for name, belongs in POPULATIONS:
            population = adsl[belongs(adsl)]
            if paramcd == "OVRCEN":
                population = population[population["USUBJID"].isin(central)]
            for group, patients in by_group(population):
                who = patients["USUBJID"]
                cell = Cell(label, group, parameter=name)
                add_proportion(rows, cell, who[who.isin(responders)], who, rules)
    _visits_before_amendment(rows, in_set(data["adsl"], "RSPEVLFL"), adrs, rules)
    for _, paramcd, _ in bounded:
        _visits_at_bounds(rows, in_set(data["adsl"], "RSPEVLFL"), adrs, rules, paramcd)
    return rows


def _visits_at_bounds(rows: EstimateRows, adsl, adrs, rules: Rules, paramcd: str) -> None:
    """Primary A with scan dates at one end of what is possible."""
    counted = effective_responses(adrs[adrs["PARAMCD"].eq(paramcd)], rules)
    status = status_at_visits(counted, adsl, rules)
    status = status[status["DUE"]]
    for group, patients in by_group(adsl):
        own = status[status["USUBJID"].isin(patients["USUBJID"])]
        for window in rules.visits.windows:
            at = own[own["AVISIT"].eq(window.label)]
            cell = Cell(AT_VISITS[paramcd], group, window.label, "Response set")
            who = at.loc[at["OR"], "USUBJID"]
            add_proportion(rows, cell, who, at["USUBJID"], rules, analysis_set="RSPEVLFL")


def _visits_before_amendment(rows: EstimateRows, adsl: pd.DataFrame, adrs, rules: Rules) -> None:
    """Primary A as read before A11, with who changes, and of assessed as read before A3."""
    counted = driving_responses(adrs, rules)
    new, old = (
        status_at_visits(counted, adsl, rules, nearest_only=nearest) for nearest in (False, True)
    )
    both = old.assign(NOW=new["STATUS"], NOWOR=new["OR"])
    both = both[both["DUE"]]
    both = both.assign(CHANGE=_change(both))
    readings = {NEAREST_ONLY: both, ALSO_OPEN: new[new["ASSESSED"]]}
    about: dict[str, Any] = {"analysis_set": "RSPEVLFL"}
    for group, patients in by_group(adsl):
        of_group = patients["USUBJID"]
        mine = {name: own[own["USUBJID"].isin(of_group)] for name, own in readings.items()}
        for window in rules.visits.windows:
            for name, own in mine.items():
                at = own[own["AVISIT"].eq(window.label)]
                cell = Cell(name, group, window.label, "Response set")
                who = at.loc[at["OR"], "USUBJID"]
                add_proportion(rows, cell, who, at["USUBJID"], rules, **about)
            place = (NEAREST_ONLY, group, window.label)
            at = mine[NEAREST_ONLY]
            at = at[at["AVISIT"].eq(window.label)]
            for change in CHANGES:
                who = at.loc[at["CHANGE"].eq(change), "USUBJID"]
                rows.count(Cell(*place, STATUS_CHANGED, change), who, **about)


def _change(both: pd.DataFrame) -> pd.Series:
    """Kind of change of each status (one of `CHANGES`); missing where it stays."""
    kinds = [both["NOWOR"] & ~both["OR"], both["OR"] & ~both["NOWOR"]]
    kind = np.select(kinds, CHANGES[:2], default=CHANGES[2])
    return pd.Series(kind, both.index, dtype=object).where(both["NOW"].ne(both["STATUS"]), NO_TEXT)


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (
        grid_table(rows, rules, "By definition and denominator"),
        changed_table(rows, rules, "Patients whose status at a visit A11 changes"),
    )


def grid_table(rows: EstimateRows, rules: Rules, title: str) -> Table:
    """One line per definition and denominator: n/N (%) and 95% CI of each group."""
    estimates = Numbers(rows)
    decimals = rules.display.percent_decimals
    body: list[Row] = []
    known = [
        name for name, _, _ in (*RESPONSES, *BOUNDS) if name in set(estimates.frame["analysis_id"])
    ]
    for response in known:
        body.append(Row(response, heading=True))
        for population, _ in POPULATIONS:
            cells = []
            for group in estimates.groups:
                place: dict[str, Any] = {"group": group, "parameter": population}
                shown, limits = proportion_cells(estimates, decimals, response, **place)
                cells.append(f"{shown} {limits}")
            body.append(Row(population, tuple(cells), indent=1))
    body += _rows_before_amendment(estimates, rules)
    columns = tuple(
        Column(group_label(group), f"n/N (%) ({confidence(rules)} CI)")
        for group in estimates.groups
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
    return Table(
        rows.output_id, "Response and denominator", columns, tuple(body), notes, title=title
    )


def _rows_before_amendment(estimates: Numbers, rules: Rules) -> list[Row]:
    """Primary A as read before A11 and, of assessed, before A3; how many change with A11."""
    decimals = rules.display.percent_decimals
    body = []
    there = set(estimates.frame["analysis_id"])
    bounds = [reading for reading in AT_VISITS.values() if reading in there]
    for reading in (NEAREST_ONLY, ALSO_OPEN, *bounds):
        body.append(Row(reading, heading=True))
        for window in rules.visits.windows:
            places = [{"group": group, "visit": window.label} for group in estimates.groups]
            shown = (
                proportion_cells(estimates, decimals, reading, parameter="Response set", **place)
                for place in places
            )
            body.append(Row(window.label, tuple(map(" ".join, shown)), indent=1))
            if reading == NEAREST_ONLY:
                cells = tuple(_changed(estimates, place) for place in places)
                body.append(Row("Patients whose status changes with A11", cells, indent=2))
    return body


def _changed(estimates: Numbers, place: dict[str, str]) -> str:
    """Patients of one group whose status at one visit changes."""
    place = {**place, "parameter": STATUS_CHANGED}
    return count(sum(estimates.get("n", NEAREST_ONLY, category=kind, **place) for kind in CHANGES))


def changed_table(rows: EstimateRows, rules: Rules, title: str) -> Table:
    """Who changes status at a visit with amendment A11: by id, in the public profile by number."""
    estimates, members = Numbers(rows), rows.members
    members = members[members["parameter"].eq(STATUS_CHANGED) & members["group"].eq("All")]
    body: list[Row] = []
    for window in rules.visits.windows:
        for change in CHANGES:
            place: dict[str, Any] = {
                "group": "All",
                "visit": window.label,
                "parameter": STATUS_CHANGED,
            }
            n = estimates.get("n", NEAREST_ONLY, category=change, **place)
            mine = members[members["visit"].eq(window.label) & members["category"].eq(change)]
            who = ", ".join(sorted(mine["USUBJID"]))
            if rules.display.profile == "public":
                who = "not shown in the public profile"
            body.append(Row(f"{window.label}: {change}", (count(n), who if n else "")))
    columns = (Column("Patients"), Column("Who", text=True))
    return Table(rows.output_id, "Change with amendment A11", columns, tuple(body), title=title)
