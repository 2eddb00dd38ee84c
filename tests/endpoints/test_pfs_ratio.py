"""PFS1: one criterion for prior lines and regimens after enrolment. SAP PFSRFL, 14.2.4.4."""

# ruff: noqa: E501 - a table reads best with a row on a line

import itertools

import pandas as pd
import pytest

from analysis.datasets.adcm import build_adcm
from analysis.dates import earliest, latest
from analysis.endpoints.line_progression import WITHOUT_PFS1, Span, in_order
from analysis.endpoints.pfs_ratio import derive_pfs1
from tests.tables import as_text, frame, plan_rules, raw_frame, table

RULES = plan_rules()

# Prior lines of one patient each; the next line is the first dose after enrolment, 2023-02-01.
# PFS1 = progression - start + 1 days. A partial date stands on the 15th, or on the nearest day that
# keeps start < progression <= next line. June to September: 30 + 31 + 31 days, and 1.
PRIOR_LINES = table(
    """
    | situation                                  | start_date | end_date   | progression_date | stopped     | start      | progression | PFS1 | flag | end | stop | why                                                |
    | complete                                   | 2022-06-01 | 2022-09-01 | 2022-09-01       | progression | 2022-06-01 | 2022-09-01  | 93   |      |     | 93   |                                                    |
    | stopped for toxicity, progressed later     | 2022-06-01 | 2022-07-01 | 2022-09-01       | toxicity    | 2022-06-01 | 2022-09-01  | 93   |      |     |      |                                                    |
    | stop reason not known                      | 2022-06-01 |            | 2022-09-01       | unknown     | 2022-06-01 | 2022-09-01  | 93   |      |     |      |                                                    |
    | the day after the start                    | 2022-06-01 |            | 2022-06-02       | progression | 2022-06-01 | 2022-06-02  | 2    |      |     | 2    |                                                    |
    | on the day of the start                    | 2022-06-01 | 2022-06-01 | 2022-06-01       | other       | 2022-06-01 | 2022-06-01  |      |      |     |      | no progression between its start and the next line |
    | on the day of the start, ended later       | 2022-06-01 | 2022-06-10 | 2022-06-01       | progression | 2022-06-01 | 2022-06-01  |      |      | 10  | 10   | stopped for progression, no date of it on the line |
    | on the day of the next start               | 2022-12-01 |            | 2023-02-01       | progression | 2022-12-01 | 2023-02-01  | 63   |      |     | 63   |                                                    |
    | the day after the next start               | 2022-12-01 |            | 2023-02-02       | other       | 2022-12-01 | 2023-02-02  |      |      |     |      | no progression between its start and the next line |
    | no date, stopped for progression           | 2022-06-01 | 2022-09-01 |                  | progression | 2022-06-01 |             |      |      | 93  | 93   | stopped for progression, no date of it on the line |
    | neither date nor end                       | 2022-06-01 |            |                  | progression | 2022-06-01 |             |      |      |     |      | stopped for progression, no date of it on the line |
    | no date, ended after the next start        | 2022-06-01 | 2023-03-01 |                  | progression | 2022-06-01 |             |      |      |     |      | stopped for progression, no date of it on the line |
    | no date, end known to the year             | 2022-06-01 | 2022       |                  | progression | 2022-06-01 |             |      |      |     |      | stopped for progression, no date of it on the line |
    | no progression                             | 2022-06-01 | 2022-09-01 |                  | completed   | 2022-06-01 |             |      |      |     |      | no progression between its start and the next line |
    | months only, in order                      | 2022-06    | 2022-09    | 2022-09          | progression | 2022-06-15 | 2022-09-15  | 93   |      |     | 93   |                                                    |
    | one month                                  | 2022-06    |            | 2022-06          | progression | 2022-06-15 | 2022-06-16  | 2    | Y    |     | 2    |                                                    |
    | start after the 15th, same month           | 2022-06-20 |            | 2022-06          | progression | 2022-06-20 | 2022-06-21  | 2    | Y    |     | 2    |                                                    |
    | start on the last of the month             | 2022-06-30 |            | 2022-06          | other       | 2022-06-30 | 2022-06-30  |      |      |     |      | no progression between its start and the next line |
    | start in the month of the progression      | 2022-06    |            | 2022-06-10       | progression | 2022-06-09 | 2022-06-10  | 2    | Y    |     | 2    |                                                    |
    | month of the next start                    | 2022-12-01 |            | 2023-02          | progression | 2022-12-01 | 2023-02-01  | 63   | Y    |     | 63   |                                                    |
    | month after the next start                 | 2022-12-01 |            | 2023-03          | other       | 2022-12-01 | 2023-03-15  |      |      |     |      | no progression between its start and the next line |
    | start known to the year                    | 2022       |            | 2022-09-01       | progression | 2022-07-01 | 2022-09-01  |      |      |     |      | dates not known to the month                       |
    | progression known to the year              | 2022-06-01 |            | 2022             | progression | 2022-06-01 | 2022-07-01  |      |      |     |      | dates not known to the month                       |
    """
)


@pytest.mark.parametrize("case", PRIOR_LINES, ids=lambda case: case["situation"])
def test_pfs_on_a_prior_line(case):
    recorded = {name: case[name] for name in ("start_date", "end_date", "progression_date")}
    line = {"patient_id": "P1", "line": "1", "therapy_class": "chemotherapy"}
    rows = [line | recorded | {"stop_reason": case["stopped"]}]
    first_dose = pd.Series({"P1": pd.Timestamp("2023-02-01")})
    adcm = build_adcm(raw_frame("prior_treatments", rows), first_dose, RULES).iloc[0]
    assert as_text(adcm["ASTDT"]) == case["start"]
    assert as_text(adcm["PDDT"]) == case["progression"]
    assert as_text(adcm["PFS1"]) == case["PFS1"]
    assert as_text(adcm["PFS1ORFL"]) == case["flag"]
    assert as_text(adcm["PFS1END"]) == case["end"]
    assert as_text(adcm["PFS1STOP"]) == case["stop"]
    assert as_text(adcm["PFS1RSN"]) == case["why"]
    assert adcm["SRCROW"] == 2


def test_the_reasons_of_the_table_are_all_there_are():
    assert {case["why"] for case in PRIOR_LINES} - {None} == set(WITHOUT_PFS1)


# The next line is the next systemic prior line, partial or not, else the first dose.
FOLLOWED = table(
    """
    | patient_id | line | therapy_class | start_date | progression_date | stop_reason | PFS1 | flag | note                                    |
    | P1         | 1    | chemotherapy  | 2022-01-01 | 2022-03-01       | progression |      |      | progressed on the next line             |
    | P1         | 2    | chemotherapy  | 2022-02-01 | 2022-04-01       | progression | 60   |      |                                         |
    | P2         | 1    | chemotherapy  | 2022-01-01 | 2022-03-01       | progression | 60   |      | radiotherapy in between is no next line |
    | P2         | 2    | radiotherapy  | 2022-02-01 |                  | completed   |      |      |                                         |
    | P2         | 3    | chemotherapy  | 2022-04-01 |                  | completed   |      |      |                                         |
    | P3         | 1    | chemotherapy  | 2022-01-01 | 2022-03-20       | progression | 79   | Y    | the next line began some day in March   |
    | P3         | 2    | chemotherapy  | 2022-03    |                  | completed   |      |      |                                         |
    | P4         | 1    | chemotherapy  | 2022-01-01 | 2022-03-20       | progression |      |      | the next line began in February         |
    | P4         | 2    | chemotherapy  | 2022-02    |                  | completed   |      |      |                                         |
    | P5         | 1    | chemotherapy  | 2022-01-01 | 2023-06-01       | progression | 517  |      | never treated after enrolment           |
    """
)


def test_the_next_line_is_the_next_systemic_one():
    columns = (
        "patient_id",
        "line",
        "therapy_class",
        "start_date",
        "progression_date",
        "stop_reason",
    )
    rows = [{name: case[name] for name in columns} for case in FOLLOWED]
    dose = pd.Series({f"P{n}": pd.Timestamp("2023-02-01") for n in range(1, 5)})
    adcm = build_adcm(raw_frame("prior_treatments", rows[::-1]), dose, RULES)
    adcm = adcm.sort_values(["USUBJID", "LINE"])
    found = [tuple(map(as_text, pair)) for pair in zip(adcm["PFS1"], adcm["PFS1ORFL"], strict=True)]
    assert found == [(case["PFS1"], case["flag"]) for case in FOLLOWED]


def days_of(text):
    return pd.date_range(*(each(pd.Series([text]))[0] for each in (earliest, latest)))


def test_a_possible_order_is_one_that_some_completion_makes():
    """Every combination of the dates below, against trying all completions day by day."""
    texts = ("2022-02-01", "2022-02-14", "2022-02-28", "2022-03-01", "2022-02", "2022-03", "2022")
    for start, end, following in itertools.product(texts, texts, (*texts, None)):
        texts_of_line = (start, end, following)
        spans = [Span.of_partial(pd.Series([text], dtype=object)) for text in texts_of_line]
        found = in_order(*spans)
        starts, ends = days_of(start), days_of(end)
        nexts = days_of(following) if following else [pd.Timestamp.max]
        possible = any(starts[0] < day <= nexts[-1] for day in ends)
        certain = starts[-1] < ends[0] and ends[-1] <= nexts[0]
        assert (found.possible[0], found.certain[0]) == (possible, certain), texts_of_line
        if possible:
            assert found.start[0] < found.end[0] <= nexts[-1], texts_of_line
            assert found.start[0] in starts and found.end[0] in ends, texts_of_line


# --- which line ----------------------------------------------------------------------------------
# First guided dose 2023-05-01 for everybody.
PRIOR = """
    | USUBJID | LINE | THERCLS      | STOPRSN     | PFS1 | PFS1RSN                      | PFS1ORFL | PFS1END | PFS1STOP |
    | P01     | 1    | chemotherapy | progression | 100  |                              |          |         | 100      |
    | P01     | 2    | chemotherapy | progression | 50   |                              | Y        |         | 50       |
    | P02     | 1    | chemotherapy | progression | 100  |                              |          |         | 100      |
    | P02     | 2    | chemotherapy | toxicity    | 50   |                              |          |         |          |
    | P03     | 1    | chemotherapy | progression | 100  |                              |          |         | 100      |
    | P03     | 2    | radiotherapy | progression | 50   |                              |          |         | 50       |
    | P05     | 1    | chemotherapy | progression | 100  |                              |          |         | 100      |
    | P06     | 1    | chemotherapy | progression | 100  |                              |          |         | 100      |
    | P07     | 1    | chemotherapy | progression | 100  |                              |          |         | 100      |
    | P08     | 1    | chemotherapy | progression |      | dates not known to the month |          |         |          |
    | P09     | 1    | chemotherapy | progression | 100  |                              |          |         | 100      |
    | P11     | 1    | chemotherapy | progression | 100  |                              |          |         | 100      |
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
    | P11     | 1     | OT     | 2023-01-01 | 2023-04-10 | other       |
    | P11     | 2     | TG     | 2023-05-01 |            |             |
    | P12     | 1     | OT     | 2023-01-01 | 2023-04-10 | progression |
    | P12     | 2     | TG     | 2023-05-01 |            |             |
"""
PROGRESSIONS = """
    | USUBJID | ADT        |
    | P05     | 2023-04-20 |
    | P05     | 2023-04-25 |
    | P06     | 2023-06-01 |
    | P10     | 2023-02-05 |
    | P10     | 2023-04-05 |
    | P11     | 2023-01-01 |
    | P12     | 2023-01-01 |
    | P12     | 2023-05-01 |
"""
# From 1 January: 20 April is day 110, 10 April day 100, 1 May day 121. From 1 March: 5 April is
# day 36.
LINES = table(
    """
    | patient | line before guided therapy                                 | PFS1 | flag | end | stop | from | why |
    | P01     | last prior line, progression recorded                      | 50   | Y    |     | 50   | adcm |     |
    | P02     | last prior line, stopped for toxicity, progressed          | 50   |      |     |      | adcm |     |
    | P03     | radiotherapy is no line: the one before it                 | 100  |      |     | 100  | adcm |     |
    | P04     | no line before                                             |      |      |     |      |      | no systemic line before guided therapy |
    | P05     | bridging regimen, first progression seen on it             | 110  |      |     |      | adex |     |
    | P06     | bridging regimen stopped for progression, no scan shows it |      |      | 100 | 100  | adex | line before: stopped for progression, no date of it on the line |
    | P07     | bridging regimen without progression: none                 |      |      |     |      | adex | line before: no progression between its start and the next line |
    | P08     | last prior line, dates not known: none                     |      |      |     |      | adcm | line before: dates not known to the month |
    | P09     | local therapy after enrolment is no line                   | 100  |      |     | 100  | adcm |     |
    | P10     | the last of two bridging regimens                          | 36   |      |     | 36   | adex |     |
    | P11     | a scan on the first day of the bridge belongs before it    |      |      |     |      | adex | line before: no progression between its start and the next line |
    | P12     | the first progression after the first day, on the last one | 121  |      |     | 121  | adex |     |
    """
)


@pytest.fixture(scope="module")
def pfs1():
    guided = pd.Series(pd.Timestamp("2023-05-01"), index=[case["patient"] for case in LINES])
    return derive_pfs1(
        guided,
        frame(AFTER_ENROLMENT, dates="ASTDT AENDT", numbers="EXSEQ"),
        frame(PRIOR, numbers="LINE PFS1 PFS1END PFS1STOP"),
        frame(PROGRESSIONS, dates="ADT"),
        RULES,
    )


@pytest.mark.parametrize("case", LINES, ids=lambda case: case["line before guided therapy"])
def test_pfs1_is_of_the_line_immediately_before(pfs1, case):
    row = pfs1.loc[case["patient"]]
    columns = ("PFS1", "PFS1ORFL", "PFS1END", "PFS1STOP", "PFS1SRC", "PFS1RSN")
    expected = (case[name] for name in ("PFS1", "flag", "end", "stop", "from", "why"))
    assert [as_text(row[name]) for name in columns] == list(expected)


def test_every_guided_patient_has_one_row(pfs1):
    assert list(pfs1.index) == [case["patient"] for case in LINES]


def test_nobody_guided():
    found = derive_pfs1(
        pd.Series(dtype="datetime64[ns]"),
        frame(AFTER_ENROLMENT, dates="ASTDT AENDT", numbers="EXSEQ").iloc[:0],
        frame(PRIOR, numbers="LINE PFS1 PFS1END PFS1STOP").iloc[:0],
        frame(PROGRESSIONS, dates="ADT").iloc[:0],
        RULES,
    )
    assert len(found) == 0
