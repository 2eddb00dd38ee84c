"""T14.1.7: Aalen-Johansen quantiles by hand, completers beside them, states that add up."""

import math

import pytest

from analysis.displays.turnaround import turnaround_table
from analysis.estimates.rows import Cell
from analysis.outputs.turnaround import COMPLETERS, STATES, STEPS, turnaround_times
from schemas.estimates import check_estimates
from tests.outputs.derived_study import nobody, simulated
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


@pytest.fixture
def five():
    return turnaround_times({"adtte": frame(FIVE, numbers="AVAL EVTCAUSE")}, RULES)


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
    rows = turnaround_times({"adtte": frame(drawn, numbers="AVAL EVTCAUSE")}, RULES)
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
    assert turnaround_table(rows, RULES, "").html
