"""A number of a page explains itself: its rows of the estimates, and who is counted."""

import json

import pandas as pd
import pytest

from analysis.displays.blocks import PAGE, blocks, widths
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import count, percent, remembering
from analysis.displays.table import Column, Row, Table
from analysis.estimates.rows import Cell, EstimateRows
from analysis.estimates.written import NUMERIC, as_text
from analysis.reporting.number_help import NumberHelp, asked_for, in_a_script


@pytest.fixture
def rows():
    made = EstimateRows("T14.1.1", "ENRLFL")
    for group, who in (("TG", ["P1", "P2"]), ("OT", ["P3"])):
        made.count(Cell("main", group, parameter="</script>"), who)
        made.add(Cell("main", group, parameter="</script>"), "estimate", len(who) / 4)
    return made


def table_of(rows):
    numbers = Numbers(rows)

    def cell(group):
        place = {"group": group, "parameter": "</script>"}
        n, share = (numbers.get(stat, "main", **place) for stat in ("n", "estimate"))
        return f"{count(n)} ({percent(share)})"

    with remembering():
        count(numbers.get("n", "main", group="OT", parameter="</script>"))  # of a note
        columns = (Column("Guided"), Column("Other therapy"))
        return Table("T14.1.1", "x", columns, (Row("a", (cell("TG"), cell("OT"))),))


def test_a_cell_knows_its_rows_and_no_other_groups(rows):
    table = table_of(rows)
    assert table.behind == (((1, 2), (3, 4)),)
    assert 'data-n="1 2">2 (50.0)</td>' in table.html
    assert 'data-n="3 4">1 (25.0)</td>' in table.html


def test_a_cell_that_would_speak_of_something_else_than_its_row_knows_nothing():
    """The same words of another number, said before: two groups agree, the third is silent."""
    rows = EstimateRows("T14.1.1", "ENRLFL")
    for group in ("TG", "TN", "OT"):
        rows.count(Cell("main", group, parameter="A"), ["P1"])
        rows.count(Cell("main", group, parameter="B"), ["P2"])
    numbers = Numbers(rows)

    def said(group, parameter):
        return count(numbers.get("n", "main", group=group, parameter=parameter))

    with remembering():
        said("TG", "B")  # of a note
        columns = tuple(Column(t) for t in ("Guided", "Targeted, not guided", "Other therapy"))
        cells = tuple(said(group, "A") for group in ("TG", "TN", "OT"))
        table = Table("T14.1.1", "x", columns, (Row("a", cells),))
    frame = rows.frame.set_index("row")
    [behind] = table.behind
    assert behind[0] == ()
    assert [frame.loc[cell[0], "parameter"] for cell in behind[1:]] == ["A", "A"]


def test_nobody_remembers_outside_of_showing(rows):
    numbers = Numbers(rows)
    n = numbers.get("n", "main", group="TG", parameter="</script>")
    table = Table("T14.1.1", "x", (Column("Guided"),), (Row("a", (count(n),)),))
    assert table.behind == (((),),)
    assert "data-n" not in table.html


def test_the_page_has_what_its_tables_show_and_whom(rows):
    body = f'<div data-output="T14.1.1">{table_of(rows).html}</div>'
    assert asked_for(body) == {"T14.1.1": [1, 2, 3, 4]}
    assert asked_for("<p>nothing</p>") == {}
    helped = NumberHelp(as_text(rows.frame, NUMERIC), rows.members)
    text = helped.of_page(body)
    assert "</script>" not in text
    content = json.loads(text)
    of = content["outputs"]["T14.1.1"]
    assert of["rows"]["2"][1:4] == ["estimate", "0.5", ""]
    who = [content["patients"][at] for at in of["members"][str(of["rows"]["3"][0])]]
    assert who == ["P3"]
    assert helped.of_page("<p>nothing</p>") == ""


def test_a_script_cannot_be_ended_from_within():
    assert "<" not in in_a_script(["</script><script>alert(1)</script>", "&", "é"])
    assert json.loads(in_a_script(["</b>&"])) == ["</b>&"]


def test_a_wide_table_becomes_blocks_that_fit():
    columns = tuple(Column("x" * 14, span="left" if n < 4 else "right") for n in range(10))
    rows = (Row("Head", heading=True), Row("a", tuple(str(n) * 12 for n in range(10))))
    table = Table("T1", "s", columns, rows, ("note",), behind=((), tuple((n,) for n in range(10))))
    made = blocks(table)
    assert [len(block.columns) for block in made] == [4, 6]
    assert [block.notes for block in made] == [(), ("note",)]
    assert made[1].behind[1] == ((4,), (5,), (6,), (7,), (8,), (9,))
    assert made[0].title == "(columns 1 to 4 of 10)"
    assert all(sum(widths(block)) < PAGE for block in made)
    assert [row.label for row in made[1].rows] == ["Head", "a"]
    narrow = Table("T1", "s", columns[:2], (Row("a", ("1", "2")),))
    assert blocks(narrow) == [narrow]


def test_members_without_rows_are_nobody():
    empty = pd.DataFrame(columns=["output_id", "analysis_id"])
    assert NumberHelp(empty, empty).of_page('<div data-output="T1"><td data-n="1">') == ""
