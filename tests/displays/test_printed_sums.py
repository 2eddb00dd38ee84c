"""What a reader adds up with a pencil: the printed counts of a table make the printed total."""

import re

import pytest

from analysis.displays.table import Column, Row, Table
from analysis.outputs.performance_status.shift_from_baseline import numbers as shift_from_baseline
from analysis.outputs.performance_status.shift_from_baseline import shift_table
from analysis.outputs.quality_of_life.responders import numbers as responders
from analysis.outputs.quality_of_life.responders import responder_table
from analysis.outputs.quality_of_life.time_to_deterioration import deterioration_table
from analysis.outputs.quality_of_life.time_to_deterioration import numbers as time_to_deterioration
from analysis.outputs.safety.deaths import deaths_table
from analysis.outputs.safety.deaths import numbers as deaths_and_causes
from analysis.outputs.safety.first_serious_event import incidence_table
from analysis.outputs.safety.first_serious_event import numbers as first_serious_event_incidence
from analysis.outputs.safety.serious_events import numbers as serious_by_term
from analysis.outputs.safety.serious_events import serious_table, worst_grade_table
from tests.outputs.derived_study import simulated
from tests.outputs.registry import RULES

CUTS = pytest.mark.parametrize("cut", ["DC01", "DC04"])


def lead(cell) -> int:
    """The count a cell starts with: "12 (34.3)" is 12."""
    return int(re.match(r"\d+", str(cell)).group())


def sizes(table) -> list[int]:
    return [int(column.sub.removeprefix("N = ")) for column in table.columns]


def blocks(table) -> dict[str, list]:
    """Rows below each heading of a table."""
    found: dict[str, list] = {}
    for row in table.rows:
        if row.heading:
            found[row.label] = []
        elif found:
            found[list(found)[-1]].append(row)
    return found


@CUTS
def test_shift_rows_make_the_due_and_cells_make_their_row(cut):
    table = shift_table(shift_from_baseline(simulated(cut), RULES), RULES, "All")
    patients = int(re.search(r"N = (\d+)", table.notes[0]).group(1))
    for heading, rows in blocks(table).items():
        due, later = map(int, re.findall(r"due (\d+)", heading))
        assert sum(lead(row.cells[-1]) for row in rows) == due
        assert due + later == patients
        assert all(sum(map(lead, row.cells[:-1])) == lead(row.cells[-1]) for row in rows)


@CUTS
def test_responders_make_the_expected_and_with_the_states_beside_the_patients(cut):
    table = responder_table(responders(simulated(cut), RULES), RULES, "All")
    patients = int(re.search(r"N = (\d+)", table.notes[0]).group(1))
    inside = [i for i, column in enumerate(table.columns) if column.span == "Of the expected"]
    beside = [i for i, column in enumerate(table.columns) if "Not in" in column.span]
    for row in (row for row in table.rows if not row.heading):
        assert sum(lead(row.cells[i]) for i in inside) == lead(row.cells[0])
        assert lead(row.cells[0]) + sum(lead(row.cells[i]) for i in beside) == patients


@CUTS
def test_the_dead_and_the_living_make_the_patients_and_causes_the_dead(cut):
    table = deaths_table(deaths_and_causes(simulated(cut), RULES), RULES)
    died, parts = table.rows[0], blocks(table)
    for place, size in enumerate(sizes(table)):
        dead = lead(died.cells[place])
        total = {name: sum(lead(row.cells[place]) for row in rows) for name, rows in parts.items()}
        assert total["Cause of death"] == total["Death and treatment"] == dead
        assert total["Not known to have died"] == size - dead
        near = lead(parts["Death and treatment"][0].cells[place])
        assert next(n for name, n in total.items() if name.startswith("Cause of deaths")) == near


@CUTS
def test_what_came_first_makes_those_with_a_baseline_score(cut):
    table = deterioration_table(time_to_deterioration(simulated(cut), RULES), RULES)
    assert len(blocks(table)) == 8
    for rows in blocks(table).values():
        first = [row for row in rows if row.indent == 2]
        for place, _ in enumerate(table.columns):
            total = sum(lead(row.cells[place]) for row in first)
            assert total == lead(rows[0].cells[place])


@CUTS
def test_what_came_first_makes_the_treated(cut):
    table = incidence_table(first_serious_event_incidence(simulated(cut), RULES), RULES, "")
    rows = blocks(table)["What came first"]
    for place, size in enumerate(sizes(table)):
        assert sum(lead(row.cells[place]) for row in rows) == size


@CUTS
def test_worst_grades_make_the_patients_with_the_term(cut):
    rows = serious_by_term(simulated(cut), RULES)
    of_term = serious_table(rows, RULES, "").rows
    patients = {row.label.removesuffix(", n (%)"): row for row in of_term if "n (%)" in row.label}
    table = worst_grade_table(rows, RULES, "")
    assert blocks(table)
    for term, grades in blocks(table).items():
        for place, _ in enumerate(table.columns):
            printed = sum(lead(row.cells[place]) for row in grades)
            assert printed == lead(patients[term].cells[place]), term


def test_a_row_without_one_of_its_cells_is_refused():
    with pytest.raises(ValueError, match="T1: 1 cells in the row 'severe' of 2 columns"):
        Table("T1", "", (Column("A"), Column("B")), (Row("severe", ("1",)),))
