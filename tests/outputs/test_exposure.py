"""T14.1.10 and T14.1.11 by hand: time on treatment, and what came after guided therapy."""

# ruff: noqa: E501 - a table reads best with a row on a line

import pandas as pd

from analysis.estimates.rows import Cell
from analysis.outputs.exposure import subsequent_therapy, treatment_periods
from tests.tables import frame, plan_rules

CUT = pd.Timestamp("2023-11-30")
# All three went on with their drug: P1 died, P2 is in follow-up, P3 withdrew.
GOING_ON = """
    | USUBJID | APERIOD | TRTGRP | EXSEQ | ASTDT      | AENDT |
    | P1      | 1       | TG     | 1     | 2023-01-01 |       |
    | P2      | 1       | TG     | 1     | 2023-01-01 |       |
    | P3      | 1       | TG     | 1     | 2023-01-01 |       |
"""
LAST_DAYS = """
    | USUBJID | EOSSTT       | EOSDT      | DTHDT      | WITHDT     | LSTALVDT   | EOFDT      | COMPDT | LOSTDT |
    | P1      | DISCONTINUED | 2023-03-01 | 2023-03-01 |            | 2023-03-01 | 2023-03-01 |        |        |
    | P2      | ONGOING      |            |            |            | 2023-11-30 | 2024-01-30 |        |        |
    | P3      | DISCONTINUED | 2023-02-09 |            | 2023-02-09 | 2023-02-09 | 2023-02-09 |        |        |
"""


def test_nobody_is_on_treatment_after_death_or_withdrawal():
    dates = "EOSDT DTHDT WITHDT LSTALVDT EOFDT COMPDT LOSTDT"
    adsl = frame(LAST_DAYS, dates=dates).assign(DCUTDT=CUT)
    adex = frame(GOING_ON, dates="ASTDT AENDT", numbers="APERIOD EXSEQ")
    periods = treatment_periods({"adsl": adsl, "adex": adex}).set_index("USUBJID")
    assert periods["DAYS"].to_dict() == {"P1": 60, "P2": 334, "P3": 40}
    assert not periods["ENDED"].any()


# G1 had another drug beside the guided one from the first day, G2 one afterwards, G3 one before.
AFTER_GUIDED = """
    | USUBJID | TRTGRP | EXSEQ | ASTDT      |
    | G1      | TG     | 1     | 2023-02-01 |
    | G1      | TN     | 2     | 2023-02-01 |
    | G2      | TG     | 1     | 2023-02-01 |
    | G2      | OT     | 2     | 2023-02-02 |
    | G3      | OT     | 1     | 2023-01-31 |
    | G3      | TG     | 2     | 2023-02-01 |
"""


def test_other_therapy_after_guided_therapy_begins_on_a_later_day():
    adex = frame(AFTER_GUIDED, dates="ASTDT", numbers="EXSEQ")
    adsl = pd.DataFrame(
        {
            "USUBJID": ["G1", "G2", "G3"],
            "TRTFL": "Y",
            "GUIDFL": "Y",
            "GUIDDT": pd.Timestamp("2023-02-01"),
            "TRTGRP1": ["TG", "TG", "OT"],
            "EOSSTT": "ONGOING",
        }
    )
    rows = subsequent_therapy({"adex": adex, "adsl": adsl}, plan_rules())
    cell = Cell("crossover", category="Other therapy after guided therapy")
    assert (rows.value(cell, "n"), rows.value(cell, "N")) == (1, 3)
    after = rows.members[rows.members["category"].eq(cell.category)]
    assert after["USUBJID"].tolist() == ["G2"]
