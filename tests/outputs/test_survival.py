"""T14.1.9: how mature the follow-up is, by hand."""

import pandas as pd
import pytest

from analysis.estimates.rows import Cell
from analysis.outputs.disposition.follow_up_maturity import numbers as follow_up_maturity
from tests.outputs.known_days import known_from_the_start
from tests.tables import frame, plan_rules

RULES = plan_rules()
CUT = pd.Timestamp("2023-11-30")
# 12 months are 365.25 days, a visit interval is 56 days: 5 October is 56 days before the cut.
PATIENTS = """
    | USUBJID | TRTGRP1 | TRTFL | ENRLDT     | TRTSDT     | SILENTFL |
    | P1      | TG      | Y     | 2022-10-01 | 2022-11-29 |          |
    | P2      | TG      | Y     | 2022-10-01 | 2022-11-30 | Y        |
    | P3      | TG      | Y     | 2022-11-01 | 2022-12-20 |          |
"""
PARAMETERS = """
    | USUBJID | PARAMCD | ADT        | AVAL | CNSR |
    | P1      | OS      | 2023-10-05 | 311  | 8    |
    | P2      | OS      | 2023-10-06 | 311  | 8    |
    | P3      | OS      | 2023-11-20 | 336  | 0    |
    | P1      | PFS     | 2023-10-05 | 311  | 1    |
    | P2      | PFS     | 2023-10-05 | 310  | 1    |
    | P3      | PFS     | 2023-11-20 | 336  | 0    |
"""


@pytest.fixture(scope="module")
def mature():
    adsl = frame(PATIENTS, dates="ENRLDT TRTSDT").assign(DCUTDT=CUT)
    adtte = frame(PARAMETERS, dates="ADT", numbers="AVAL CNSR")
    adtte = adtte.assign(STARTDT=adtte["USUBJID"].map(adsl.set_index("USUBJID")["TRTSDT"]))
    return follow_up_maturity(known_from_the_start({"adsl": adsl, "adtte": adtte}), RULES)


def test_potential_follow_up_counts_from_the_first_dose(mature):
    """P1 was treated 366 days before the cut, P2 and P3 less, though all were enrolled earlier."""
    cell = Cell("potential follow-up", "TG", category="12 months or more")
    assert (mature.value(cell, "n"), mature.value(cell, "N")) == (1, 3)


def test_the_silent_are_counted(mature):
    cell = Cell("silent", "TG", category="silent at the cut")
    assert (mature.value(cell, "n"), mature.value(cell, "N")) == (1, 3)


@pytest.mark.parametrize(("paramcd", "n"), [("OS", 1), ("PFS", 0)])
def test_near_the_cut_is_less_than_one_visit_interval_before_it(mature, paramcd, n):
    cell = Cell("censored near the cut", "TG", category=paramcd)
    assert mature.value(cell, "n") == n
