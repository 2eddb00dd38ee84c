"""Failure of guided therapy: resistance, intolerance, and when. SAP section 1, TFAILFL."""

# ruff: noqa: E501 - a table reads best with a row on a line

import pytest

from analysis.endpoints.treatment_failure import derive_treatment_failure
from tests.tables import as_text, frame, plan_rules, table

# One guided regimen from 2023-03-01; progressions are scans. 30 days after 2023-06-01 is 2023-07-01.
FAILURES = table(
    """
    | situation                                  | end        | stopped for | progressions            | failed     | why         |
    |--------------------------------------------|------------|-------------|-------------------------|------------|-------------|
    | ongoing, no progression                    |            |             |                         |            |             |
    | ongoing, progression seen                  |            |             | 2023-05-10              | 2023-05-10 | resistance  |
    | first of two progressions                  |            |             | 2023-08-10, 2023-05-10  | 2023-05-10 | resistance  |
    | progression on the first day: a scan before it |        |             | 2023-03-01              |            |             |
    | progression the day after the first        |            |             | 2023-03-02              | 2023-03-02 | resistance  |
    | progression the day before the start       |            |             | 2023-02-28              |            |             |
    | stopped for progression, no scan           | 2023-06-01 | progression |                         | 2023-06-01 | resistance  |
    | stopped for progression, seen earlier      | 2023-06-01 | progression | 2023-05-10              | 2023-05-10 | resistance  |
    | stopped for progression, seen later        | 2023-06-01 | progression | 2023-06-15              | 2023-06-01 | resistance  |
    | stopped for toxicity                       | 2023-06-01 | toxicity    |                         | 2023-06-01 | intolerance |
    | toxicity, then progression: resistance wins | 2023-06-01 | toxicity   | 2023-06-15              | 2023-06-01 | resistance  |
    | toxicity, progression 30 days after        | 2023-06-01 | toxicity    | 2023-07-01              | 2023-06-01 | resistance  |
    | toxicity, progression 31 days after        | 2023-06-01 | toxicity    | 2023-07-02              | 2023-06-01 | intolerance |
    | completed, progression 30 days after       | 2023-06-01 | completed   | 2023-07-01              | 2023-07-01 | resistance  |
    | completed, progression 31 days after       | 2023-06-01 | completed   | 2023-07-02              |            |             |
    | completed, no progression                  | 2023-06-01 | completed   |                         |            |             |
    | stopped by choice                          | 2023-06-01 | patient_choice |                      |            |             |
    | ended by death                             | 2023-06-01 | death       |                         |            |             |
    """
)


def fails(regimens: str, progressions: list[str], **rules) -> dict:
    adex = frame(regimens, dates="ASTDT AENDT")
    seen = frame(
        "\n".join(["| USUBJID | ADT |", *(f"| P1 | {day} |" for day in progressions or [""])]),
        dates="ADT",
    ).dropna()
    found = derive_treatment_failure(adex, seen, plan_rules(**rules))
    return {
        patient: (as_text(row["TFAILDT"]), row["TFAILRSN"]) for patient, row in found.iterrows()
    }


@pytest.mark.parametrize("case", FAILURES, ids=lambda case: case["situation"])
def test_failure_of_guided_therapy(case):
    found = fails(
        f"""
        | USUBJID | ASTDT      | AENDT               | STOPRSN                     | GUIDFL |
        | P1      | 2023-03-01 | {case["end"] or ""} | {case["stopped for"] or ""} | Y      |
        """,
        (case["progressions"] or "").replace(" ", "").split(",") if case["progressions"] else [],
    )
    assert found == ({"P1": (case["failed"], case["why"])} if case["failed"] else {})


def test_a_regimen_that_is_not_guided_does_not_fail():
    found = fails(
        """
        | USUBJID | ASTDT      | AENDT      | STOPRSN     | GUIDFL |
        | P1      | 2023-03-01 | 2023-06-01 | progression |        |
        """,
        ["2023-05-10"],
    )
    assert found == {}


def test_a_progression_before_the_guided_regimen_is_no_failure_of_it():
    """Progression on the bridging regimen, guided therapy from a month later."""
    found = fails(
        """
        | USUBJID | ASTDT      | AENDT      | STOPRSN     | GUIDFL |
        | P1      | 2023-01-01 | 2023-03-01 | progression |        |
        | P1      | 2023-03-15 |            |             | Y      |
        """,
        ["2023-02-28"],
    )
    assert found == {}


def test_an_assessment_that_began_before_the_regimen_is_no_failure_of_it():
    """Targets imaged on two days, the second after the first guided dose on 1 March."""
    adex = frame(
        """
        | USUBJID | ASTDT      | AENDT | STOPRSN | GUIDFL |
        | P1      | 2023-03-01 |       |         | Y      |
        | P2      | 2023-03-01 |       |         | Y      |
        """,
        dates="ASTDT AENDT",
    )
    seen = frame(
        """
        | USUBJID | ADT        | ASSDT      |
        | P1      | 2023-03-03 | 2023-02-27 |
        | P2      | 2023-03-03 | 2023-03-02 |
        """,
        dates="ADT ASSDT",
    )
    assert list(derive_treatment_failure(adex, seen, plan_rules()).index) == ["P2"]


def test_the_earliest_failure_of_two_guided_regimens():
    found = fails(
        """
        | USUBJID | ASTDT      | AENDT      | STOPRSN     | GUIDFL |
        | P1      | 2023-01-01 | 2023-03-01 | toxicity    | Y      |
        | P1      | 2023-03-15 | 2023-08-01 | progression | Y      |
        """,
        [],
    )
    assert found == {"P1": ("2023-03-01", "resistance")}


def test_the_window_after_the_end_is_a_rule():
    regimens = """
        | USUBJID | ASTDT      | AENDT      | STOPRSN   | GUIDFL |
        | P1      | 2023-03-01 | 2023-06-01 | completed | Y      |
    """
    assert fails(regimens, ["2023-07-02"], guided={"failure_window_days": 31}) == {
        "P1": ("2023-07-02", "resistance")
    }
    assert fails(regimens, ["2023-06-02"], guided={"failure_window_days": 0}) == {}


def test_nobody_guided_nobody_fails():
    assert (
        fails("| USUBJID | ASTDT | AENDT | STOPRSN | GUIDFL |\n| P1 | 2023-03-01 | | | |", []) == {}
    )
