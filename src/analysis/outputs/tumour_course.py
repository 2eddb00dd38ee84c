"""F14.2.1.1-4: waterfall, swimmer, spider and forest of response.

The first three show one row per patient: their estimates are patient-level and carry the patient's
id as category, so they belong to the internal report only.
"""

from __future__ import annotations

import pandas as pd

from analysis.dates import UNIT
from analysis.endpoints.not_assessed import first_visit_not_due
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.groups import GROUP_LABELS, by_group, in_set
from analysis.outputs.known_at_origin import followed
from analysis.outputs.proportion import add_proportion


def _counted_sums(data) -> pd.DataFrame:
    """Sums of diameters after baseline that count for the response of each patient.

    Up to and including the first progression, before new anticancer therapy, within follow-up.
    """
    adsl = in_set(data["adsl"], "RSPEVLFL").set_index("USUBJID")
    adtr, adrs = data["adtr"], data["adrs"]
    sums = adtr[adtr["PARAMCD"].eq("SUMDIAM") & adtr["USUBJID"].isin(adsl.index)]
    sums = sums[sums["PCHG"].notna() & sums["ADY"].gt(1).fillna(False).astype(bool)]
    seen = adrs[adrs["PARAMCD"].eq("PD")].set_index("USUBJID")["ASSDT"]
    by = sums["USUBJID"]
    progression = by.map(seen).astype(UNIT)
    therapy = by.map(adsl["NACTDT"]).astype(UNIT)
    end = by.map(adsl["EOFDT"]).astype(UNIT)
    late = (sums["ADT"] > progression) | (sums["ADT"] >= therapy) | (sums["ADT"] > end)
    return sums[~late]


def best_change(data, rules) -> EstimateRows:
    """F14.2.1.1: best percentage change in the sum of diameters, one bar per patient.

    Returns
    -------
    EstimateRows
        Analysis "bar": category = patient, group = treatment group, parameter = CBOR, estimate in
        percent. "with a bar" and "without" add up to the response set; "without, not due yet" are
        those without whose first visit was not due by the cut.
    """
    adsl = in_set(data["adsl"], "RSPEVLFL")
    rows = EstimateRows("F14.2.1.1", "RSPEVLFL")
    best = _counted_sums(data).groupby("USUBJID")["PCHG"].min()
    adrs = data["adrs"]
    response = adrs[adrs["PARAMCD"].eq("CBOR")].set_index("USUBJID")["AVALC"]
    group = adsl.set_index("USUBJID")["TRTGRP1"]
    for patient, change in best.sort_index().items():
        cell = Cell("bar", group[patient], parameter=response[patient], category=patient)
        rows.add(cell, "estimate", change, unit="%", n_subjects=1)
    shown = adsl["USUBJID"].isin(best.index)
    rows.count(Cell("patients", category="with a bar"), adsl.loc[shown, "USUBJID"])
    rows.count(Cell("patients", category="without"), adsl.loc[~shown, "USUBJID"])
    waiting = ~shown & first_visit_not_due(adsl["TRTSDT"], adsl["DCUTDT"], rules)
    rows.count(Cell("patients", category="without, not due yet"), adsl.loc[waiting, "USUBJID"])
    decreased = best.index[best <= -rules.recist.pr_percent]
    rows.count(Cell("patients", category="decreased"), decreased)
    return rows


def change_over_time(data, rules) -> EstimateRows:
    """F14.2.1.3: percentage change in the sum of diameters at each assessment, per patient."""
    adsl = in_set(data["adsl"], "RSPEVLFL")
    rows = EstimateRows("F14.2.1.3", "RSPEVLFL")
    group = adsl.set_index("USUBJID")["TRTGRP1"]
    sums = _counted_sums(data)
    for record in sums.sort_values(["USUBJID", "ADT"]).to_dict("records"):
        patient = record["USUBJID"]
        visit = f"Day {int(record['ADY']):04d}"
        cell = Cell("point", group[patient], visit, category=patient)
        rows.add(cell, "estimate", record["PCHG"], unit="%", n_subjects=1)
    for name, patients in by_group(adsl):
        rows.count(Cell("patients", name), patients["USUBJID"])
    return rows


def course_of_treatment(data, rules) -> EstimateRows:
    """F14.2.1.2: treatment, responses, progression, death and new therapy of each patient, in days.

    Returns
    -------
    EstimateRows
        category = patient, group = treatment group. Analysis "regimen" (visit = order, parameter =
        group of the regimen: min and max = first and last day), "event" (parameter = Response,
        Progression, Death, New therapy: estimate = day) and "last day" (parameter = ongoing or
        ended).
    """
    adsl = in_set(data["adsl"], "TRTFL")
    rows = EstimateRows("F14.2.1.2", "TRTFL")
    adex, adrs = data["adex"], data["adrs"]
    confirmed = adrs[adrs["PARAMCD"].eq("CRSP") & adrs["AVALC"].eq("Y")].set_index("USUBJID")
    progressed = adrs[adrs["PARAMCD"].eq("PD") & adrs["AVALC"].eq("Y")].set_index("USUBJID")
    survival = followed(data, rules, "OS", "TRTFL", "TRTGRP1").set_index("USUBJID")
    for patient in adsl.sort_values("USUBJID").to_dict("records"):
        who, start, group = patient["USUBJID"], patient["TRTSDT"], patient["TRTGRP1"]
        last = int(survival.at[who, "AVAL"])
        _regimens(rows, adex[adex["USUBJID"].eq(who)], patient, last)
        events = {
            "Response": confirmed["ADT"].get(who),
            "Progression": progressed["ADT"].get(who),
            "New therapy": patient["NACTDT"],
            "Death": patient["DTHDT"],
        }
        for name, date in events.items():
            if date is not None and not pd.isna(date) and (date - start).days + 1 <= last:
                cell = Cell("event", group, parameter=name, category=who)
                rows.add(cell, "estimate", (date - start).days + 1, unit="days", n_subjects=1)
        state = "ongoing" if patient["EOSSTT"] == "ONGOING" else "ended"
        rows.add(
            Cell("last day", group, parameter=state, category=who), "estimate", last, unit="days"
        )
    return rows


def _regimens(rows, regimens: pd.DataFrame, patient: dict, last: int) -> None:
    systemic = regimens[regimens["TRTGRP"].notna()].sort_values("EXSEQ")
    for regimen in systemic.to_dict("records"):
        first = (regimen["ASTDT"] - patient["TRTSDT"]).days + 1
        if first > last:
            continue
        end = regimen["AENDT"]
        final = last if pd.isna(end) else min(last, (end - patient["TRTSDT"]).days + 1)
        cell = Cell(
            "regimen",
            patient["TRTGRP1"],
            f"Regimen {int(regimen['EXSEQ']):02d}",
            regimen["TRTGRP"],
            patient["USUBJID"],
        )
        rows.add(cell, "min", first, unit="days", n_subjects=1)
        rows.add(cell, "max", max(first, final), unit="days", n_subjects=1)


SUBGROUPS = (
    ("TRTGRP1", "Treatment group"),
    ("TUMGRP", "Tumour group"),
    ("AGEGR1", "Age"),
    ("SEX", "Sex"),
    ("ECOGBL", "ECOG"),
    ("NPRIORL", "Prior lines"),
)


def _level_order(value: str) -> tuple:
    """Order of the levels: groups as everywhere, ``<65`` first, ``>=75`` and Missing last."""
    if value in GROUP_LABELS:
        return (0, list(GROUP_LABELS).index(value), value)
    return (2, 0, value) if value == "Missing" else (1, {"<": 0, ">": 2}.get(value[0], 1), value)


def response_by_subgroup(data, rules) -> EstimateRows:
    """F14.2.1.4: confirmed ORR by subgroup; a stratum below the plan's size is listed only."""
    adsl, adrs = in_set(data["adsl"], "RSPEVLFL"), data["adrs"]
    rows = EstimateRows("F14.2.1.4", "RSPEVLFL")
    best = adrs[adrs["PARAMCD"].eq("CBOR") & adrs["AVALC"].isin(["CR", "PR"])]
    responders = set(best["USUBJID"])
    who = adsl["USUBJID"]
    overall = Cell("subgroup", parameter="All", category="All")
    add_proportion(rows, overall, who[who.isin(responders)], who, rules)
    for column, label in SUBGROUPS:
        values = adsl[column].astype(object).where(adsl[column].notna(), "Missing").astype(str)
        names = GROUP_LABELS if column == "TRTGRP1" else {}
        for value in sorted(values.unique(), key=_level_order):
            stratum = who[values.eq(value)]
            cell = Cell("subgroup", parameter=label, category=names.get(value, value))
            if len(stratum) >= rules.estimation.min_stratum:
                add_proportion(rows, cell, stratum[stratum.isin(responders)], stratum, rules)
            else:
                rows.count(cell, stratum[stratum.isin(responders)])
                rows.add(cell, "N", len(stratum), unit="patients", n_subjects=len(stratum))
    return rows
