"""T14.2.1.3, T14.2.3.1, T14.2.3.2: how ORR depends on its definition; disease control; duration."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.endpoints.assessments import after_start
from analysis.endpoints.best_overall_response import derive_bor, derive_cbor
from analysis.endpoints.clinical_benefit import SIXTEEN_WEEKS_DAYS, six_months_days
from analysis.endpoints.response_at_visit import status_at_visits
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.estimable import MEDIAN, NOT_ESTIMABLE, add_number, add_numbers
from analysis.outputs.groups import by_group, in_set
from analysis.outputs.known_at_origin import Grouping, followed, times_of
from analysis.outputs.proportion import add_proportion, add_share
from analysis.outputs.response import driving_responses
from analysis.outputs.time_to_event import (
    add_counts,
    add_time_to_event,
    restriction_months,
)
from schemas.terminology import BEST_OVERALL_RESPONSE

RESPONSES = (
    ("Confirmed, recorded", "OVRINV", derive_cbor),
    ("Unconfirmed, recorded", "OVRINV", derive_bor),
    ("Confirmed, from the lesions", "OVRDER", derive_cbor),
    ("Unconfirmed, from the lesions", "OVRDER", derive_bor),
    ("Confirmed, central", "OVRCEN", derive_cbor),
)
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


def landmarks(rules) -> tuple[tuple[str, int, str], ...]:
    """PARAMCD, landmark day and name of each clinical benefit."""
    return (
        ("CBR16", SIXTEEN_WEEKS_DAYS, "Clinical benefit at 16 weeks"),
        ("CBR6M", six_months_days(rules), "Clinical benefit at 6 months"),
    )


def _best(adrs, adsl, paramcd, derive, rules) -> pd.DataFrame:
    """Best response of every treated patient by one source and definition."""
    reference = adsl.rename(columns={"TRTSDT": "STARTDT", "EOFDT": "ENDDT"})
    reference = reference[["USUBJID", "STARTDT", "NACTDT", "ENDDT"]]
    rows = adrs[adrs["PARAMCD"].eq(paramcd)]
    return derive(after_start(rows, reference), reference, rules)


def response_grid(data, rules) -> EstimateRows:
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
    rows = EstimateRows("T14.2.1.3", "TRTFL")
    central = set(adrs.loc[adrs["PARAMCD"].eq("OVRCEN"), "USUBJID"])
    for label, paramcd, derive in RESPONSES:
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
    return rows


def _visits_before_amendment(rows: EstimateRows, adsl, adrs, rules) -> None:
    """Primary A as read before A11, with who changes, and of assessed as read before A3."""
    counted = driving_responses(adrs, rules)
    new, old = (
        status_at_visits(counted, adsl, rules, nearest_only=nearest) for nearest in (False, True)
    )
    both = old.assign(NOW=new["STATUS"], NOWOR=new["OR"])
    both = both[both["DUE"]]
    both = both.assign(CHANGE=_change(both))
    readings = {NEAREST_ONLY: both, ALSO_OPEN: new[new["ASSESSED"]]}
    about = {"analysis_set": "RSPEVLFL"}
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
    return pd.Series(kind, both.index, dtype=object).where(both["NOW"].ne(both["STATUS"]), None)


def disease_control(data, rules) -> EstimateRows:
    """T14.2.3.1: best response, disease control and clinical benefit by group.

    Patients whose potential follow-up does not reach the landmark are counted as not yet
    assessable, whatever happened to them, and are not in the denominator.
    """
    adsl, adrs = data["adsl"], data["adrs"]
    rows = EstimateRows("T14.2.3.1", "RSPEVLFL")
    yes = adrs[adrs["AVALC"].eq("Y")]
    for flag in ("RSPEVLFL", "TRTFL"):
        for group, patients in by_group(in_set(adsl, flag)):
            who = patients["USUBJID"]
            best = adrs[adrs["PARAMCD"].eq("CBOR") & adrs["USUBJID"].isin(who)]
            for response in BEST_OVERALL_RESPONSE:
                cell = Cell(flag, group, parameter="Confirmed best response", category=response)
                chosen = best.loc[best["AVALC"].eq(response), "USUBJID"]
                add_share(rows, cell, chosen, who, analysis_set=flag)
            controlled = yes.loc[yes["PARAMCD"].eq("DCR"), "USUBJID"]
            cell = Cell(flag, group, parameter="Disease control")
            add_proportion(rows, cell, who[who.isin(controlled)], who, rules, analysis_set=flag)
            for paramcd, day, label in landmarks(rules):
                _benefit(
                    rows, Cell(flag, group, parameter=label), patients, adrs, paramcd, day, rules
                )
    return rows


def _benefit(rows, cell, patients, adrs, paramcd, day, rules) -> None:
    flag = cell.analysis_id
    reaches = (patients["DCUTDT"] - patients["TRTSDT"]).dt.days >= day
    assessable = patients.loc[reaches, "USUBJID"]
    mine = adrs[adrs["PARAMCD"].eq(paramcd)]
    kinds = [("", "AVALC")] + ([("strict", "AVALC112")] if paramcd == "CBR16" else [])
    for category, column in kinds:
        who = mine.loc[mine[column].eq("Y"), "USUBJID"]
        at = Cell(flag, cell.group, parameter=cell.parameter, category=category)
        add_proportion(
            rows, at, assessable[assessable.isin(who)], assessable, rules, analysis_set=flag
        )
    waiting = Cell(flag, cell.group, parameter=cell.parameter, category="not yet assessable")
    rows.count(waiting, patients.loc[~reaches, "USUBJID"], analysis_set=flag)


def responders(data) -> Grouping:
    """Confirmed responders, known as such at the confirming scan: not dated, so never before it."""
    confirmed = data["adtte"].loc[data["adtte"]["PARAMCD"].eq("DOR"), "USUBJID"]
    return Grouping("confirmed responders", pd.Series(pd.NaT, index=pd.Index(confirmed)))


def duration_of_response(data, rules) -> EstimateRows:
    """T14.2.3.2: duration of response and time to response among confirmed responders.

    Returns
    -------
    EstimateRows
        Analyses DOR and TTR by group: patients, events, median with limits where there are at
        least ``estimation.min_responders_for_km`` responders (else the rows say so), and the range
        (min, max; parameter "Censored at the maximum" tells whether the longest still goes on).
    """
    adsl = data["adsl"]
    times = followed(data, rules, ("DOR", "TTR"), responders(data), "TRTGRP1")
    rows = EstimateRows("T14.2.3.2", "TRTFL")
    least = rules.estimation.min_responders_for_km
    for group, patients in by_group(in_set(adsl, "TRTFL")):
        for paramcd in ("DOR", "TTR"):
            mine = times_of(times, paramcd, patients["USUBJID"])
            if len(mine) >= least:
                add_time_to_event(rows, Cell(paramcd, group), mine, rules)
            else:
                _too_few(rows, Cell(paramcd, group), mine, rules)
            _range(rows, Cell(paramcd, group), mine)
    return rows


def _too_few(rows, at: Cell, mine: pd.DataFrame, rules) -> None:
    why = f"fewer than {rules.estimation.min_responders_for_km} responders: range only"
    about = {"why": why, "text": f"{NOT_ESTIMABLE}, {why}", "unit": "days", "n_subjects": len(mine)}
    add_counts(rows, at, mine)
    add_numbers(rows, replace(at, parameter="Median"), MEDIAN, (None,) * 3, **about)
    if restriction_months(at.analysis_id, rules) is not None:
        names = ("estimate", "se", "ci_low", "ci_high")
        add_numbers(rows, replace(at, parameter="RMST"), names, (None,) * 4, **about)


def _range(rows, at: Cell, mine: pd.DataFrame) -> None:
    days = mine["AVAL"].astype(float)
    cell = Cell(at.analysis_id, at.group, parameter="Range")
    for stat_name, value in (("min", days.min()), ("max", days.max())):
        add_number(
            rows, cell, stat_name, value, why="no responder", unit="days", n_subjects=len(mine)
        )
    for name, end in (("minimum", days.min()), ("maximum", days.max())):
        ongoing = mine.loc[days.eq(end) & mine["CNSR"].gt(0), "USUBJID"]
        rows.count(Cell(at.analysis_id, at.group, parameter=f"Censored at the {name}"), ongoing)
