"""T14.1.7: Aalen-Johansen quantiles by hand, completers beside them, states that add up."""

import math

import pytest

from analysis.estimates.rows import Cell
from analysis.outputs.disposition.turnaround_times import (
    COMPLETERS,
    EVER,
    STATES,
    STEPS,
    turnaround_table,
)
from analysis.outputs.disposition.turnaround_times import numbers as turnaround_times
from schemas.estimates import check_estimates
from tests.outputs.derived_study import nobody, simulated
from tests.outputs.known_days import known_from_the_start
from tests.tables import frame, plan_rules

RULES = plan_rules()
# Five entered. F after day 3: 1/5; day 5: + 3/5 x 1/3 = 2/5; day 6: + 2/5 x 1/2 = 3/5.
FIVE = """
    | USUBJID | PARAMCD | AVAL | EVTCAUSE |
    |---------|---------|------|----------|
    | P1      | TCONBIO | 3    | 1        |
    | P2      | TCONBIO | 4    | 2        |
    | P3      | TCONBIO | 5    | 1        |
    | P4      | TCONBIO | 6    | 1        |
    | P5      | TCONBIO | 10   | 0        |
    | P1      | TBIONGS | 20   | 1        |
    | P3      | TBIONGS | 22   | 3        |
"""


# P2's specimen came after the death; P6 died before the specimen; P7 has a report and no specimen.
ADSL = """
    | USUBJID | CONSDT     | BIOPDT     | NGSDT      | MTBFDT | GUIDDT | TRTSDT |
    | P1      | 2023-01-01 | 2023-01-03 | 2023-01-22 |        |        |        |
    | P2      | 2023-01-01 | 2023-01-20 |            |        |        |        |
    | P3      | 2023-01-01 | 2023-01-05 | 2023-03-01 |        |        |        |
    | P4      | 2023-01-01 | 2023-01-06 |            |        |        |        |
    | P5      | 2023-01-01 |            |            |        |        |        |
    | P6      |            | 2023-01-06 | 2023-02-10 |        |        |        |
    | P7      |            |            | 2023-02-10 |        |        |        |
"""


def steps_of(drawn: str) -> dict:
    """The datasets of T14.1.7: drawn times, and the dates of `ADSL`."""
    dates = "CONSDT BIOPDT NGSDT MTBFDT GUIDDT TRTSDT"
    adsl = frame(ADSL, dates=dates).assign(ENRLFL="Y")
    return known_from_the_start({"adtte": frame(drawn, numbers="AVAL EVTCAUSE"), "adsl": adsl})


@pytest.fixture
def five():
    return turnaround_times(steps_of(FIVE), RULES)


def test_who_took_a_step_but_is_not_among_the_reached_is_told_why(five):
    def who(code, parameter, category=""):
        mine = five.members
        mine = mine[mine["analysis_id"].eq(code) & mine["parameter"].eq(parameter)]
        return " ".join(mine.loc[mine["category"].eq(category), "USUBJID"])

    assert who("TCONBIO", EVER) == "P1 P2 P3 P4 P6"
    assert who("TCONBIO", "State", "Reached") == "P1 P3 P4"
    assert who("TCONBIO", "Elsewhere", "after death or withdrawal") == "P2"
    assert who("TCONBIO", "Elsewhere", "without the step before") == "P6"
    assert who("TBIONGS", EVER) == "P1 P3 P6 P7"
    assert who("TBIONGS", "Elsewhere", "after death or withdrawal") == "P3"
    entered = "after a death or withdrawal before the step began"
    assert who("TBIONGS", "Elsewhere", entered) == "P6"
    assert who("TBIONGS", "Elsewhere", "without the step before") == "P7"
    shown = turnaround_table(five, RULES).frame.iloc[:, 0]
    assert shown.str.contains("of them after death or withdrawal").any()
    assert not shown.str.contains("of them after other therapy").any()


def quantile(rows, label, stat="median", code="TCONBIO"):
    return rows.value(Cell(code, parameter="Aalen-Johansen", category=label), stat)


def test_quantiles_of_all_who_entered(five):
    assert quantile(five, "Quarter") == 5
    assert quantile(five, "Half") == 6
    assert math.isnan(quantile(five, "Three quarters"))


def test_the_completers_alone_look_faster(five):
    completers = five.value(Cell("TCONBIO", parameter=COMPLETERS), "median")
    assert completers == 5 < quantile(five, "Half")


def test_by_week_is_carried_on_only_where_nobody_is_open(five):
    def at(code, week):
        return five.value(Cell(code, visit=f"Week {week}", parameter="By week"), "estimate")

    assert math.isnan(at("TCONBIO", 4))  # P5 was last seen on day 10, open
    assert at("TBIONGS", 4) == at("TBIONGS", 16) == pytest.approx(1 / 2)


def test_at_risk_at_a_week_is_who_was_observed_to_that_very_day():
    """Day 27 is before the end of week 4 (day 28), day 28 is it."""
    drawn = """
        | USUBJID | PARAMCD | AVAL | EVTCAUSE |
        | P1      | TCONBIO | 27   | 1        |
        | P2      | TCONBIO | 28   | 1        |
        | P3      | TCONBIO | 28   | 0        |
        | P4      | TCONBIO | 90   | 0        |
    """
    rows = turnaround_times(steps_of(drawn), RULES)
    at = {w: Cell("TCONBIO", visit=f"Week {w}", parameter="By week") for w in (4, 8, 12, 16)}
    assert [rows.value(cell, "n_at_risk") for cell in at.values()] == [3, 1, 1, 0]


@pytest.mark.parametrize("cut", ["DC01", "DC04"])
def test_states_add_up_to_the_entered(cut):
    rows = turnaround_times(simulated(cut), RULES)
    for code, _ in STEPS:
        states = (Cell(code, parameter="State", category=label) for _, label in STATES)
        total = sum(rows.value(cell, "n") for cell in states)
        assert total == rows.value(Cell(code, parameter="Entered"), "n")


def test_other_therapy_competes_with_the_guided_dose_only():
    rows = turnaround_times(simulated(), RULES)
    other = {
        code: rows.value(Cell(code, parameter="State", category="Other therapy before"), "n")
        for code, _ in STEPS
    }
    assert [code for code, n in other.items() if n] == ["TMTBTRT"]


@pytest.mark.parametrize("study", [simulated, nobody], ids=["final", "nobody"])
def test_table(study):
    rows = turnaround_times(study(), RULES)
    check_estimates(rows.frame)
    assert turnaround_table(rows, RULES).html
