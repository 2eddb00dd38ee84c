"""F14.2.1.1 and F14.2.1.3 by hand: which sums count, and what a decrease is."""

import pandas as pd
import pytest

from analysis.estimates.rows import Cell
from analysis.outputs.response.spider import numbers as change_over_time
from analysis.outputs.response.waterfall import numbers as best_change
from tests.tables import frame, plan_rules

RULES = plan_rules()
START = pd.Timestamp("2023-01-01")
# P1's next therapy begins on 26 April, P2 progresses on 26 April; 30 % is a partial response.
SUMS = """
    | USUBJID | PARAMCD | ADT        | ADY | PCHG |
    | P1      | SUMDIAM | 2022-12-20 | -12 | 0    |
    | P1      | SUMDIAM | 2023-02-26 | 57  | -10  |
    | P1      | SUMDIAM | 2023-04-26 | 116 | -50  |
    | P2      | SUMDIAM | 2023-02-26 | 57  | -30  |
    | P2      | SUMDIAM | 2023-04-26 | 116 | 25   |
    | P2      | SUMDIAM | 2023-06-26 | 177 | -60  |
    | P3      | SUMDIAM | 2023-02-26 | 57  | -29  |
    | P3      | SUMDIAM | 2023-04-26 | 116 | -40  |
"""
PATIENTS = """
    | USUBJID | TRTGRP1 | RSPEVLFL | NACTDT     | EOFDT      | DTHDT |
    | P1      | TG      | Y        | 2023-04-26 | 2024-01-30 |       |
    | P2      | TG      | Y        |            | 2024-01-30 |       |
    | P3      | OT      | Y        |            | 2023-04-25 |       |
"""
RESPONSES = """
    | USUBJID | PARAMCD | AVALC | ASSDT      |
    | P1      | CBOR    | SD    |            |
    | P2      | CBOR    | PR    |            |
    | P3      | CBOR    | SD    |            |
    | P2      | PD      | Y     | 2023-04-26 |
"""


@pytest.fixture(scope="module")
def study():
    adsl = frame(PATIENTS, dates="NACTDT EOFDT DTHDT").assign(
        TRTSDT=START, DCUTDT=pd.Timestamp("2023-11-30")
    )
    return {
        "adsl": adsl,
        "adtr": frame(SUMS, dates="ADT", numbers="ADY PCHG"),
        "adrs": frame(RESPONSES, dates="ASSDT").assign(ANLRSN=None),
    }


def test_sums_count_up_to_progression_and_before_new_therapy(study):
    rows = change_over_time(study, RULES).frame
    points = rows[rows["analysis_id"].eq("point")]
    assert list(zip(points["category"], points["visit"], strict=True)) == [
        ("P1", "Day 0057"),
        ("P2", "Day 0057"),
        ("P2", "Day 0116"),
        ("P3", "Day 0057"),
    ]


def test_a_decrease_of_just_the_percentage_of_a_partial_response_is_one(study):
    rows = best_change(study, RULES)
    bars = rows.frame[rows.frame["analysis_id"].eq("bar")].set_index("category")["stat"]
    assert bars.to_dict() == {"P1": -10, "P2": -30, "P3": -29}
    cell = Cell("patients", category="decreased")
    members = rows.members
    assert members.loc[members["category"].eq("decreased"), "USUBJID"].tolist() == ["P2"]
    assert rows.value(cell, "n") == 1
