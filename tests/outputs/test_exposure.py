"""T14.1.10 and T14.1.11 by hand: time on treatment, and what came after guided therapy."""

# ruff: noqa: E501 - a table reads best with a row on a line

import pandas as pd

from analysis.estimates.rows import Cell
from analysis.outputs.disposition.exposure import treatment_periods
from analysis.outputs.disposition.subsequent_therapy import numbers as subsequent_therapy
from tests.tables import frame, plan_rules

CUT = pd.Timestamp("2023-11-30")
# P1 died on the drug, P2 is in follow-up, P3 withdrew, P4 was lost on 1 June (last seen on 31 March),
# P5 was not seen up to the planned end, P6 ended treatment after it, P7 was lost and died later,
# P8 ended treatment on the last day of follow-up, P9 the day after.
GOING_ON = """
    | USUBJID | APERIOD | TRTGRP | EXSEQ | ASTDT      | AENDT |
    | P1      | 1       | TG     | 1     | 2023-01-01 |       |
    | P2      | 1       | TG     | 1     | 2023-01-01 |       |
    | P3      | 1       | TG     | 1     | 2023-01-01 |            |
    | P4      | 1       | TG     | 1     | 2023-01-01 |            |
    | P5      | 1       | TG     | 1     | 2022-03-01 |            |
    | P6      | 1       | TG     | 1     | 2022-03-01 | 2023-04-05 |
    | P7      | 1       | TG     | 1     | 2022-03-01 |            |
    | P8      | 1       | TG     | 1     | 2022-03-01 | 2023-03-31 |
    | P9      | 1       | TG     | 1     | 2022-03-01 | 2023-04-01 |
"""
LAST_DAYS = """
    | USUBJID | ENRLDT     | TRTSDT     | EOSDT      | DTHDT      | OBSENDT    |
    | P1      | 2022-12-20 | 2023-01-01 | 2023-03-01 | 2023-03-01 | 2023-03-01 |
    | P2      | 2022-12-20 | 2023-01-01 |            |            | 2023-11-30 |
    | P3      | 2022-12-20 | 2023-01-01 | 2023-02-09 |            | 2023-02-09 |
    | P4      | 2022-12-20 | 2023-01-01 | 2023-06-01 |            | 2023-03-31 |
    | P5      | 2022-02-01 | 2022-03-01 | 2023-03-31 |            | 2022-04-09 |
    | P6      | 2022-02-01 | 2022-03-01 | 2023-03-31 |            | 2023-03-31 |
    | P7      | 2022-02-01 | 2022-03-01 | 2022-05-01 | 2022-06-01 | 2022-04-30 |
    | P8      | 2022-02-01 | 2022-03-01 | 2023-03-31 |            | 2023-03-31 |
    | P9      | 2022-02-01 | 2022-03-01 | 2023-03-31 |            | 2023-03-31 |
"""


def test_nobody_is_on_treatment_after_the_end_of_observation():
    adsl = frame(LAST_DAYS, dates="ENRLDT TRTSDT EOSDT DTHDT OBSENDT").assign(DCUTDT=CUT)
    adex = frame(GOING_ON, dates="ASTDT AENDT", numbers="APERIOD EXSEQ")
    data = {"adsl": adsl, "adex": adex}
    periods = treatment_periods(data, plan_rules()).set_index("USUBJID")
    days = {
        "P1": 60,
        "P2": 334,
        "P3": 40,
        "P4": 90,
        "P5": 40,
        "P6": 396,
        "P7": 61,
        "P8": 396,
        "P9": 396,
    }
    assert periods["DAYS"].to_dict() == days
    # death ends treatment, as in TOT
    assert periods.index[periods["ENDED"]].tolist() == ["P1", "P8"]
    untruncated = treatment_periods(data, plan_rules(follow_up={"truncate": False}))
    assert untruncated.loc[untruncated["USUBJID"].eq("P6"), "DAYS"].tolist() == [401]
    assert untruncated.loc[untruncated["USUBJID"].eq("P6"), "ENDED"].all()


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
