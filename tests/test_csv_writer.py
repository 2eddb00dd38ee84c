"""CSV files of ours: the rows and cells that were written are the ones that are read."""

import csv
import io

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.characters import hidden
from analysis.csv_writer import neutralise, safe, write_csv, write_rows

# What splits a row for some reader, what quotes, and what cannot be seen; the rest is any letter.
HOSTILE = "\r\n\t,;|\"' =+-@\x00\x07\x0b\x0c\x1b\x1c\x85\xa0"
HOSTILE += "\u00ad\u2028\u2029\u202e\u2066\u200b\ufeff\U000e0041"
texts = st.text(st.sampled_from(HOSTILE) | st.characters(exclude_categories=["Cs"]), max_size=12)
tables = st.lists(st.tuples(texts, texts, texts), min_size=1, max_size=5)
names = ("a", "b", "c")


def written(frame: pd.DataFrame) -> str:
    stream = io.StringIO(newline="")
    write_rows(frame, stream)
    return stream.getvalue()


def rows_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


@given(tables)
def test_what_is_written_is_what_is_read(rows):
    text = written(pd.DataFrame(rows, columns=names, dtype=object))
    assert rows_of(text) == [list(names), *map(list, rows)]
    if "\0" in text:  # which ends a text for the parser of pandas
        return
    back = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)
    assert back.to_numpy().tolist() == [list(row) for row in rows]


@given(tables)
def test_a_safe_frame_hides_nothing_and_holds_no_formula(rows):
    text = written(safe(pd.DataFrame(rows, columns=names, dtype=object)))
    assert hidden(text) == []
    cells = [cell for row in rows_of(text) for cell in row]
    assert len(cells) == 3 * (len(rows) + 1)
    assert not [cell for cell in cells if cell.lstrip(" \xa0").startswith(("=", "@", "\t", "\n"))]


def test_a_carriage_return_inside_a_cell_does_not_end_its_row(tmp_path):
    frame = pd.DataFrame({"group": ["colo\rrectal", "a\r\nb", "lung"], "n": [1, 2, 3]})
    write_csv(frame, tmp_path / "x.csv")
    data = (tmp_path / "x.csv").read_bytes()
    assert data == b'group,n\n"colo\rrectal",1\n"a\r\nb",2\nlung,3\n'
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "x.csv"), frame)


def test_numbers_and_missing_cells_stay_what_they_are():
    frame = pd.DataFrame(
        {"x": [-1.5, None], "t": ["-1.5", None], "n": pd.array([1, None], "Int64")}
    )
    assert written(safe(frame)) == "x,t,n\n-1.5,-1.5,1\n,,\n"


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("+1+1", "'+1+1"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("  =1+1", "'  =1+1"),
        ("-3.5", "-3.5"),
        ("+4", "+4"),
        ("-1e-5", "-1e-5"),
        ("nausea", "nausea"),
        ("2023-01-02", "2023-01-02"),
        ("", ""),
    ],
)
def test_formulas_are_neutralised_and_numbers_kept(text, safe):
    assert neutralise(text) == safe
