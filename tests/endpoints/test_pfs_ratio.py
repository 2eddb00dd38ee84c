"""The line before guided therapy and its progression-free time, PFS1. SAP PFSRFL, 14.2.4.4."""

# ruff: noqa: E501 - a table reads best with a row on a line

import pandas as pd
import pytest

from analysis.datasets.adcm import build_adcm
from analysis.endpoints.pfs_ratio import derive_pfs1
from tests.tables import as_text, frame, plan_rules, raw_frame, table

# Prior lines: PFS1 = progression - start + 1 days. A partial date stands on the 15th; dates known
# to the year only give no PFS1. June to September: 30 + 31 + 31 days.
PRIOR_LINES = table(
    """
    | situation                             | start_date | end_date   | progression_date | start      | progression | PFS1 |
    | complete                              | 2022-06-01 | 2022-09-01 | 2022-09-01       | 2022-06-01 | 2022-09-01  | 93   |
    | same day                              | 2022-06-01 | 2022-06-01 | 2022-06-01       | 2022-06-01 | 2022-06-01  | 1    |
    | months only                           | 2022-06    | 2022-09    | 2022-09          | 2022-06-15 | 2022-09-15  | 93   |
    | start after the 15th, same month      | 2022-06-20 |            | 2022-06          | 2022-06-20 | 2022-06-20  | 1    |
    | start in the month of the progression | 2022-06    |            | 2022-06-10       | 2022-06-10 | 2022-06-10  | 1    |
    | start known to the year               | 2022       |            | 2022-09-01       | 2022-07-01 | 2022-09-01  |      |
    | progression known to the year         | 2022-06-01 |            | 2022             | 2022-06-01 | 2022-07-01  |      |
    | no progression                        | 2022-06-01 | 2022-09-01 |                  | 2022-06-01 |             |      |
    """
)


@pytest.mark.parametrize("case", PRIOR_LINES, ids=lambda case: case["situation"])
def test_pfs_on_a_prior_line(case):
    recorded = {name: case[name] for name in ("start_date", "end_date", "progression_date")}
    rows = [{"patient_id": "P1", "line": "1", "stop_reason": "progression", **recorded}]
    adcm = build_adcm(raw_frame("prior_treatments", rows)).iloc[0]
    assert as_text(adcm["ASTDT"]) == case["start"]
    assert as_text(adcm["PDDT"]) == case["progression"]
    assert as_text(adcm["PFS1"]) == case["PFS1"]
    assert adcm["SRCROW"] == 2


# --- which line ----------------------------------------------------------------------------------
# First guided dose 2023-05-01 for everybody.
PRIOR = """
    | USUBJID | LINE | THERCLS      | STOPRSN     | PFS1 |
    | P01     | 1    | chemotherapy | progression | 100  |
    | P01     | 2    | chemotherapy | progression | 50   |
    | P02     | 1    | chemotherapy | progression | 100  |
    | P02     | 2    | chemotherapy | toxicity    | 50   |
    | P03     | 1    | chemotherapy | progression | 100  |
    | P03     | 2    | radiotherapy | progression | 50   |
    | P05     | 1    | chemotherapy | progression | 100  |
    | P06     | 1    | chemotherapy | progression | 100  |
    | P07     | 1    | chemotherapy | progression | 100  |
    | P08     | 1    | chemotherapy | progression |      |
    | P09     | 1    | chemotherapy | progression | 100  |
"""
AFTER_ENROLMENT = """
    | USUBJID | EXSEQ | TRTGRP | ASTDT      | AENDT      | STOPRSN     |
    | P01     | 1     | TG     | 2023-05-01 |            |             |
    | P02     | 1     | TG     | 2023-05-01 |            |             |
    | P03     | 1     | TG     | 2023-05-01 |            |             |
    | P04     | 1     | TG     | 2023-05-01 |            |             |
    | P05     | 1     | OT     | 2023-01-01 | 2023-04-10 | completed   |
    | P05     | 2     | TG     | 2023-05-01 |            |             |
    | P06     | 1     | OT     | 2023-01-01 | 2023-04-10 | progression |
    | P06     | 2     | TG     | 2023-05-01 |            |             |
    | P07     | 1     | OT     | 2023-01-01 | 2023-04-10 | toxicity    |
    | P07     | 2     | TG     | 2023-05-01 |            |             |
    | P08     | 1     | TG     | 2023-05-01 |            |             |
    | P09     | 1     |        | 2023-04-01 | 2023-04-10 | progression |
    | P09     | 2     | TG     | 2023-05-01 |            |             |
    | P10     | 1     | OT     | 2023-01-01 | 2023-02-10 | progression |
    | P10     | 2     | TN     | 2023-03-01 | 2023-04-10 | progression |
    | P10     | 3     | TG     | 2023-05-01 |            |             |
"""
PROGRESSIONS = """
    | USUBJID | ADT        |
    | P05     | 2023-04-20 |
    | P05     | 2023-04-25 |
    | P06     | 2023-06-01 |
    | P10     | 2023-02-05 |
    | P10     | 2023-04-05 |
"""
# From 1 January: 20 April is day 110, 10 April day 100. From 1 March: 5 April is day 36.
LINES = table(
    """
    | patient | line before guided therapy                            | PFS1 | from |
    | P01     | last prior line, ended by progression                 | 50   | adcm |
    | P02     | last prior line, ended for toxicity: none             |      | adcm |
    | P03     | radiotherapy is no line: the one before it            | 100  | adcm |
    | P04     | no line before                                        |      |      |
    | P05     | bridging regimen, first progression seen on it        | 110  | adex |
    | P06     | bridging regimen stopped for progression, no scan     | 100  | adex |
    | P07     | bridging regimen without progression: none            |      | adex |
    | P08     | last prior line, dates not known: none                |      | adcm |
    | P09     | local therapy after enrolment is no line              | 100  | adcm |
    | P10     | the last of two bridging regimens                     | 36   | adex |
    """
)


@pytest.fixture(scope="module")
def pfs1():
    guided = pd.Series(pd.Timestamp("2023-05-01"), index=[case["patient"] for case in LINES])
    return derive_pfs1(
        guided,
        frame(AFTER_ENROLMENT, dates="ASTDT AENDT", numbers="EXSEQ"),
        frame(PRIOR, numbers="LINE PFS1"),
        frame(PROGRESSIONS, dates="ADT"),
        plan_rules(),
    )


@pytest.mark.parametrize("case", LINES, ids=lambda case: case["line before guided therapy"])
def test_pfs1_is_of_the_line_immediately_before(pfs1, case):
    row = pfs1.loc[case["patient"]]
    assert (as_text(row["PFS1"]), as_text(row["PFS1SRC"])) == (case["PFS1"], case["from"])


def test_every_guided_patient_has_one_row(pfs1):
    assert list(pfs1.index) == [case["patient"] for case in LINES]


def test_nobody_guided():
    found = derive_pfs1(
        pd.Series(dtype="datetime64[ns]"),
        frame(AFTER_ENROLMENT, dates="ASTDT AENDT", numbers="EXSEQ").iloc[:0],
        frame(PRIOR, numbers="LINE PFS1").iloc[:0],
        frame(PROGRESSIONS, dates="ADT").iloc[:0],
        plan_rules(),
    )
    assert len(found) == 0
