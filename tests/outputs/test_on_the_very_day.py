"""Outputs at their edges: on the very day, exactly the threshold, exactly the least number.

Nobody of the registries that are shipped stands on such an edge.
"""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.best_response import disease_control
from analysis.outputs.disposition import follow_up_maturity, subsequent_therapy
from analysis.outputs.genomics import first_profile
from analysis.outputs.progression_free_survival import summary
from analysis.outputs.response import waterfall
from analysis.outputs.response.counted_assessments import counted_sums
from analysis.outputs.second_profile.panels import add_of_comparable
from tests.outputs.known_days import known_from_the_start
from tests.tables import frame, plan_rules

RULES = plan_rules()
START = pd.Timestamp("2023-01-01")


def treated(*patients: str, **columns) -> pd.DataFrame:
    """ADSL of treated patients of one group; their first dose is on 2023-01-01."""
    shape = {"TRTSDT": START, "TRTGRP1": "TG", "TRTFL": "Y", "RSPEVLFL": "Y", "SILENTFL": None}
    return pd.DataFrame({"USUBJID": patients}).assign(**{**shape, **columns})


def test_another_therapy_of_the_day_of_the_guided_dose_does_not_follow_it():
    adsl = treated("BEFORE", "SAME", "AFTER", GUIDFL="Y", GUIDDT=START)
    systemic = frame(
        """
        | USUBJID | TRTGRP | ASTDT      |
        | BEFORE  | OT     | 2022-12-31 |
        | SAME    | OT     | 2023-01-01 |
        | AFTER   | OT     | 2023-01-02 |
        """,
        dates="ASTDT",
    )
    rows = EstimateRows("T", "TRTFL")
    subsequent_therapy._crossover(rows, adsl, systemic)
    cell = Cell("crossover", category="Other therapy after guided therapy")
    assert rows.value(cell, "n") == 1


@pytest.mark.parametrize(("days", "near"), [(55, 1), (56, 0), (57, 0)])
def test_censored_near_the_cut_is_less_than_an_interval_before_it(days, near):
    rules = plan_rules(pfs={"interval_days": 56})
    cut = pd.Timestamp("2023-12-31")
    adsl = treated("P", DCUTDT=cut)
    end = cut - pd.Timedelta(days=days)
    adtte = pd.DataFrame({"USUBJID": "P", "PARAMCD": ["OS", "PFS"], "ADT": end, "STARTDT": START})
    adtte = adtte.assign(CNSR=1, AVAL=(end - START).days + 1, EVTCAUSE=0)
    rows = follow_up_maturity.numbers(known_from_the_start({"adsl": adsl, "adtte": adtte}), rules)
    assert rows.value(Cell("censored near the cut", "TG", category="OS"), "n") == near


@pytest.mark.parametrize(("days", "long_enough"), [(182, 0), (183, 1)])
def test_six_months_of_potential_follow_up_are_six_of_the_plan(days, long_enough):
    rules = plan_rules(estimation={"maturity_months": 6, "month_days": 30.4375})
    adsl = treated("P", DCUTDT=START + pd.Timedelta(days=days))
    adtte = pd.DataFrame({"USUBJID": "P", "PARAMCD": ["OS", "PFS"], "ADT": START, "STARTDT": START})
    adtte = adtte.assign(CNSR=1, AVAL=1, EVTCAUSE=0)
    rows = follow_up_maturity.numbers(known_from_the_start({"adsl": adsl, "adtte": adtte}), rules)
    cell = Cell("potential follow-up", "TG", category="6 months or more")
    assert rows.value(cell, "n") == long_enough


def test_a_scan_on_the_day_of_the_next_therapy_or_after_the_end_counts_for_no_response():
    adsl = treated("P", NACTDT=pd.Timestamp("2023-03-01"), EOFDT=pd.Timestamp("2023-12-31"))
    adtr = frame(
        """
        | USUBJID | PARAMCD | ADT        | ADY | PCHG |
        | P       | SUMDIAM | 2023-01-01 | 1   | -90  |
        | P       | SUMDIAM | 2023-02-28 | 59  | -20  |
        | P       | SUMDIAM | 2023-03-01 | 60  | -80  |
        """,
        dates="ADT",
        numbers="ADY PCHG",
    )
    adrs = frame("| USUBJID | PARAMCD | ASSDT |\n| X | PD | 2023-02-01 |", dates="ASSDT")
    found = counted_sums({"adsl": adsl, "adtr": adtr, "adrs": adrs})
    assert found["PCHG"].tolist() == [-20]


@pytest.mark.parametrize(("change", "decreased"), [(-29.9, 0), (-30.0, 1), (-30.1, 1)])
def test_a_bar_of_exactly_minus_thirty_percent_is_a_decrease(change, decreased):
    far = pd.Timestamp("2023-12-31")
    adsl = treated("P", NACTDT=pd.NaT, EOFDT=far, DCUTDT=far)
    adtr = frame("| USUBJID | PARAMCD | ADT |\n| P | SUMDIAM | 2023-03-01 |", dates="ADT")
    adrs = frame(
        """
        | USUBJID | PARAMCD | AVALC | ASSDT | ANLRSN        |
        | P       | CBOR    | SD    |       | not confirmed |
        """,
        dates="ASSDT",
    )
    data = {"adsl": adsl, "adtr": adtr.assign(ADY=60, PCHG=change), "adrs": adrs}
    rows = waterfall.numbers(data, RULES)
    assert rows.value(Cell("patients", category="decreased"), "n") == decreased
    assert rows.value(Cell("patients", category="decreased, not confirmed"), "n") == decreased


@pytest.mark.parametrize(("days", "assessable"), [(111, 0), (112, 1), (113, 1)])
def test_benefit_at_112_days_is_of_those_treated_exactly_so_long_before_the_cut(days, assessable):
    patients = treated("P", DCUTDT=START + pd.Timedelta(days=days))
    adrs = pd.DataFrame({"USUBJID": ["P"], "PARAMCD": ["CBR24"], "AVALC": ["N"]})
    rows = EstimateRows("T", "RSPEVLFL")
    cell = Cell("RSPEVLFL", "TG", parameter="Benefit")
    disease_control._benefit(rows, cell, patients, adrs, "CBR24", 112, RULES)
    assert rows.value(cell, "N") == assessable
    waiting = Cell("RSPEVLFL", "TG", parameter="Benefit", category="not yet assessable")
    assert rows.value(waiting, "n") == 1 - assessable


def test_censored_on_day_one_is_day_one():
    adsl = treated("EVENT", "DAY1", "DAY2")
    adtte = frame(
        """
        | USUBJID | PARAMCD | AVAL | CNSR |
        | EVENT   | PFS     | 1    | 0    |
        | DAY1    | PFS     | 1    | 7    |
        | DAY2    | PFS     | 2    | 1    |
        """,
        numbers="AVAL CNSR",
    ).assign(STARTDT=START, EVTCAUSE=0)
    rows = summary.numbers(known_from_the_start({"adsl": adsl, "adtte": adtte}), RULES)
    assert rows.value(Cell("PFS", "TG", parameter="Censored on day 1"), "n") == 1


def test_the_burden_of_two_panels_is_the_highest():
    adsl = pd.DataFrame({"USUBJID": ["P"], "SEQFL": "Y"})
    tests = pd.DataFrame({"USUBJID": "P", "PROFNUM": 1, "QCSTAT": "pass", "TMB": [4.0, 12.0, None]})
    tests = tests.assign(MSI=None, HRD=None)
    found = first_profile.first_profile_biomarkers({"adsl": adsl, "adngs": tests}, RULES)
    assert found.loc["P", "TMB"] == 12


@pytest.mark.parametrize(("patients", "percent"), [(4, None), (5, 20.0)])
def test_a_share_is_given_of_exactly_the_least_number(patients, percent):
    rules = plan_rules(estimation={"min_stratum": 5})
    rows, cell = EstimateRows("T", "SEQ2FL"), Cell("acquired")
    everyone = [f"P{n}" for n in range(patients)]
    add_of_comparable(rows, cell, everyone[:1], everyone, rules)
    found = rows.value(cell, "pct")
    assert found == percent if percent is not None else pd.isna(found)
    assert rows.value(cell, "n") == 1
