"""How numbers look: half-up, no negative nought, missing said in words; cells escaped."""

import numpy as np
import pandas as pd
import pytest

from analysis.displays.lookup import Numbers
from analysis.displays.numbers import (
    Number,
    count,
    interval,
    is_missing,
    months,
    percent,
    rounded,
    with_interval,
)
from analysis.displays.table import Column, Row, Table
from analysis.estimates.rows import Cell, EstimateRows

# Half-up as tables and readers expect it; away from nought below it. The minus is a true one.
ROUNDED = [
    (12.25, 1, "12.3"),
    (12.35, 1, "12.4"),
    (12.24, 1, "12.2"),
    (0.125, 2, "0.13"),
    (2.675, 2, "2.68"),
    (1.005, 2, "1.01"),
    (0.5, 0, "1"),
    (1.5, 0, "2"),
    (2.5, 0, "3"),
    (-0.05, 1, "−0.1"),
    (-0.04, 1, "0.0"),
    (-0.0, 1, "0.0"),
    (0.0, 0, "0"),
    (-2.5, 0, "−3"),
    (-12.25, 1, "−12.3"),
    (99.95, 1, "100.0"),
    (0.1 + 0.2, 1, "0.3"),
    (1 / 3, 3, "0.333"),
    (1e-15, 2, "0.00"),
    (1234567.125, 2, "1234567.13"),
    (3, 1, "3.0"),
]


@pytest.mark.parametrize(("value", "decimals", "shown"), ROUNDED, ids=lambda x: str(x))
def test_half_up(value, decimals, shown):
    assert rounded(value, decimals) == shown
    assert rounded(np.float64(value), decimals) == shown


MISSING = [None, float("nan"), np.nan, pd.NA, np.float64("nan")]


@pytest.mark.parametrize("missing", MISSING)
def test_a_missing_number_without_its_row_cannot_be_printed(missing):
    """What is missing is said by its row of estimates: a display has no text of its own."""
    assert is_missing(missing)
    for shown in (
        lambda: rounded(missing, 1),
        lambda: percent(missing),
        lambda: months(missing, 30.4375),
        lambda: interval(1.0, missing),
        lambda: rounded(Number(missing if missing is not pd.NA else None), 1),
    ):
        with pytest.raises(ValueError, match="without the text of its row"):
            shown()
    assert count(missing) == "–"


@pytest.mark.parametrize("text", ["NE", "NR", "NE, fewer than 10 responders: range only"])
def test_a_missing_number_is_printed_as_its_row_says(text):
    number = Number(float("nan"), text)
    assert {rounded(number, 1), percent(number), months(number, 30.4375), count(number)} == {text}
    assert rounded(number / 30.4375, 1) == text
    assert with_interval((number,) * 3, lambda value: rounded(value, 1)) == text


def test_a_missing_limit_is_said_in_its_place():
    missing = Number(None, "NR")
    values = (Number(12.25), Number(1.5), missing)
    assert with_interval(values, lambda value: rounded(value, 1)) == "12.3 (1.5, NR)"
    nowhere = (Number(None, "NR"), Number(1.5), Number(None, "NE"))
    assert with_interval(nowhere, lambda value: rounded(value, 1)) == "NR (1.5, NE)"
    different = (Number(None, "NR"), Number(None, "NE"), Number(None, "NE"))
    assert with_interval(different, lambda value: rounded(value, 1)) == "NR (NE, NE)"


@pytest.mark.parametrize(
    ("proportion", "shown"),
    [(0.1225, "12.3"), (0.5, "50.0"), (1, "100.0"), (0, "0.0"), (1 / 3, "33.3"), (0.00049, "0.0")],
)
def test_a_proportion_as_a_percentage(proportion, shown):
    assert percent(proportion) == shown


def test_limits_in_brackets():
    assert interval(0.0675, 0.9325, scale=100) == "(6.8, 93.3)"
    assert interval(1.25, Number(None, "NE")) == "(1.3, NE)"
    assert interval(Number(None, "NE"), Number(None, "NE"), scale=100) == "(NE, NE)"
    assert interval(-1.25, 1.25) == "(−1.3, 1.3)"


def test_days_as_months():
    assert months(365.25, 30.4375) == "12.0"
    assert months(30.4375, 30.4375, decimals=2) == "1.00"


def test_whole_numbers():
    assert [count(value) for value in (0, 7.0, 1200)] == ["0", "7", "1200"]


# --- tables --------------------------------------------------------------------------------------
SCRIPT = "<script>alert('x')</script>"


def test_everything_that_comes_from_outside_is_escaped():
    table = Table(
        "T0",
        SCRIPT,
        (Column(SCRIPT, SCRIPT, SCRIPT), Column("plain")),
        (Row(SCRIPT, heading=True), Row(SCRIPT, (SCRIPT, "a & b"))),
        (SCRIPT,),
        title=SCRIPT,
    )
    assert "<script" not in table.html
    assert table.html.count("&lt;script&gt;") == 9
    assert "a &amp; b" in table.html


@pytest.mark.parametrize("formula", ["=1+1", "+A1", "-1+2", "@SUM(A1)", "=HYPERLINK(1)"])
def test_a_cell_that_reads_like_a_formula_is_neutralised(formula):
    frame = Table("T0", formula, (Column(formula),), (Row(formula, (formula,)),)).frame
    cells = [*frame.columns, *frame.to_numpy().ravel()]
    assert len(cells) == 4
    for cell in cells:
        assert cell[0] not in "=+-@"
        assert formula in cell


def test_negative_numbers_of_ours_need_no_neutralising():
    frame = Table("T0", "", (Column("x"),), (Row("a", (rounded(-1.25, 1),)),)).frame
    assert frame.iat[0, 1] == "−1.3"


def test_a_heading_has_a_cell_in_every_column_and_rows_keep_their_indent():
    columns = (Column("A", "N = 3"), Column("B", "N = 4"))
    rows = (Row("Head", heading=True), Row("in", ("1", "2"), indent=1))
    table = Table("T0", "Stub", columns, rows)
    assert list(table.frame.columns) == ["Stub", "A N = 3", "B N = 4"]
    assert table.frame.to_numpy().tolist() == [["Head", "", ""], ["  in", "1", "2"]]
    assert table.html.count("<td") == 4


# --- lookup --------------------------------------------------------------------------------------
def test_a_display_finds_numbers_by_what_they_are_and_never_invents_one():
    rows = EstimateRows("T0", "ENRLFL")
    rows.add(Cell("a", "TG", "Week 8", "x", "one"), "n", 3)
    rows.add(Cell("a", "TG", "Week 8", "x", "two"), "median", None, text="NR")
    numbers = Numbers(rows)
    assert numbers.get("n", "a", "TG", "Week 8", "x", "one") == 3
    missing = numbers.get("median", "a", "TG", "Week 8", "x", "two")
    assert np.isnan(missing) and missing.text == "NR"
    assert numbers.categories("a", "x") == ["one", "two"]
    assert numbers.has("n", "a", group="TG", visit="Week 8", parameter="x", category="one")
    assert not numbers.has("n", "a")
    with pytest.raises(KeyError, match="no estimate"):
        numbers.get("n", "a", "TG", "Week 16", "x", "one")
