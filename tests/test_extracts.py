"""CSV to typed frames: true line numbers, exact types, and every problem of every file at once."""

import os
import time

import pandas as pd
import pytest
from pandera.pandas import Field

from analysis import csv_source
from analysis.characters import hidden
from analysis.extracts import Extracts, read_extracts, read_table
from analysis.findings import Findings
from analysis.validation import validate
from schemas.columns import DTYPES, Text, about
from schemas.raw import RAW_TABLES
from schemas.raw.ecog import Ecog
from schemas.tables import RawTable
from tests.extracts_factory import CUT, change, shipped_rules, tiny_study, write_extracts

HEADER = "patient_id,visit,assessment_date,ecog\n"
ROW = "P001,baseline,2023-02-01,1\n"


@pytest.fixture
def folder(tmp_path):
    return write_extracts(tmp_path / "raw")


def read_one(folder, name="ecog"):
    """Read one table only: its frame and the rows of findings."""
    extracts, findings = Extracts(), Findings()
    read_table(folder, RAW_TABLES[name], extracts, findings)
    return extracts.get(name), findings.frame()


def places(rows):
    """Rule, file and line of each finding."""
    lines = rows["line"].astype(object).where(rows["line"].notna(), None)
    return list(zip(rows["rule"], rows["file"], lines, strict=True))


def test_tiny_study_has_no_finding(folder):
    extracts, findings = read_extracts(folder)
    assert findings.frame().empty
    assert list(extracts) == list(RAW_TABLES)


@pytest.mark.parametrize("name", RAW_TABLES)
@pytest.mark.parametrize("rows", ["with rows", "header only", "all cells missing"])
def test_frames_have_the_declared_columns_and_types(folder, name, rows):
    table = RAW_TABLES[name]
    if rows != "with rows":
        blank = "," * (len(table.columns) - 1)
        only = ",".join(table.columns) + "\n"
        more = f"P001{blank}\n" if rows == "all cells missing" else ""
        (folder / table.file).write_text(only + more)
    frame, _ = read_one(folder, name)
    assert list(frame.columns) == [*table.columns, table.line_column]
    expected = {column: DTYPES[field.kind] for column, field in table.fields.items()}
    assert dict(frame.dtypes.astype(str)) == {**expected, table.line_column: "int64"}


def test_the_line_of_therapy_is_not_taken_for_the_line_of_the_file(folder):
    prior = read_extracts(folder)[0]["prior_treatments"]
    assert prior["line"].tolist() == [1, 2, 1, 1, 1]
    assert prior["file_line"].tolist() == [2, 3, 4, 5, 6]


def test_missing_text_is_none_and_values_are_typed(folder):
    extracts = read_extracts(folder)[0]
    patients = extracts["patients"].set_index("patient_id")
    assert patients.loc["P002", "diagnosis_date"] == "2021-11"
    assert patients.loc["P001", "consent_date"] == pd.Timestamp("2023-01-02")
    assert patients["metastatic_sites"].isna().tolist() == [False, False, False, True, False, False]
    assert extracts["treatments"].loc[0, "local_reason"] is None


# --- lines ---------------------------------------------------------------------------------------
LINES = {
    "plain": (ROW * 3, [2, 3, 4]),
    "no line end at the end": (ROW + ROW.strip(), [2, 3]),
    "windows line ends": ((ROW * 2).replace("\n", "\r\n"), [2, 3]),
    "old mac line ends": ((ROW * 2).replace("\n", "\r"), [2, 3]),
    "blank lines": ("\n" + ROW + "\n\n" + ROW + "\n", [3, 6]),
    "quoted": ('P001,"baseline",2023-02-01,1\n' + ROW, [2, 3]),
    "quoted line ends": ('P001,"base\nline\n",2023-02-01,1\n' + ROW, [2, 5]),
    "quoted carriage return": ('P001,"base\rline",2023-02-01,1\n' + ROW, [2, 3]),
    "carriage return before the line end": (ROW.replace("\n", "\r\r\n") + ROW, [2, 3]),
    "quoted comma": ('P001,"base,line",2023-02-01,1\n' + ROW, [2, 3]),
    "ragged row left out": ("P001,baseline\n" + ROW, [3]),
}


@pytest.mark.parametrize("small", [csv_source.SMALL_FILE, 0])
@pytest.mark.parametrize("name", LINES)
def test_each_row_knows_the_line_on_which_it_starts(folder, name, small, monkeypatch):
    monkeypatch.setattr(csv_source, "SMALL_FILE", small)
    body, lines = LINES[name]
    (folder / "ecog.csv").write_bytes((HEADER + body).encode())
    assert read_one(folder)[0]["line"].tolist() == lines


def test_both_ways_of_reading_give_the_same(folder, monkeypatch):
    other = read_extracts(folder)[0]
    monkeypatch.setattr(csv_source, "SMALL_FILE", 0)
    plain = read_extracts(folder)[0]
    for name in RAW_TABLES:
        pd.testing.assert_frame_equal(plain[name], other[name])


def test_columns_are_taken_by_name(folder):
    expected, _ = read_one(folder)
    rows = [line.split(",") for line in (folder / "ecog.csv").read_text().splitlines()]
    (folder / "ecog.csv").write_text("".join(",".join(reversed(row)) + "\n" for row in rows))
    frame, findings = read_one(folder)
    pd.testing.assert_frame_equal(frame, expected)
    assert findings.empty


# --- files ---------------------------------------------------------------------------------------
FILES = {
    "empty": (b"", "file.empty", None, "0 bytes"),
    "blank": (b"\n \n", "file.empty", None, "blank lines"),
    "workbook": (b"PK\x03\x04\x14\x00", "file.binary", None, "Excel workbook"),
    "nul byte": (f"{HEADER}P001,\0".encode(), "file.binary", 2, "NUL"),
    "utf-16": (f"{HEADER}{ROW}".encode("utf-16"), "encoding.not_utf8", None, "UTF-16"),
    "utf-16 unmarked": (f"{HEADER}{ROW}".encode("utf-16-le"), "encoding.not_utf8", None, "UTF-16"),
    "latin-1": (f"{HEADER}{ROW}P001,fü".encode("latin-1"), "encoding.not_utf8", 3, "byte 7: 0xFC"),
    "byte order mark": (f"\ufeff{HEADER}{ROW}".encode(), "encoding.byte_order_mark", None, "mark"),
    "semicolons": (f"{HEADER}{ROW}".replace(",", ";").encode(), "file.separator", 1, "semicolons"),
    "tabs": (f"{HEADER}{ROW}".replace(",", "\t").encode(), "file.separator", 1, "tabs"),
    "no header": (ROW.encode(), "file.header", 1, "patient_id,visit"),
    "blank first line": (f"\n{HEADER}{ROW}".encode(), "file.header", 1, "blank"),
    "garbage": (bytes(range(128, 256)) * 4, "encoding.not_utf8", 1, "0x80"),
    "too few fields": (f"{HEADER}{ROW}P001,x\n".encode(), "row.ragged", 3, "2 fields where"),
    "too many fields": (f"{HEADER}{ROW}P1,a,b,c,d\n".encode(), "row.ragged", 3, "needs quotes"),
    "balanced ragged": (f"{HEADER}P1,a,b,c,d\nP1,a,b\n".encode(), "row.ragged", 2, "5 fields"),
    "unclosed quote": (f'{HEADER}{ROW}P001,"x,\n\n'.encode(), "row.quote", 3, "never closed"),
    "text after quote": (f'{HEADER}P001,"a"b,1,2\n'.encode(), "row.quote", 2, "comma must follow"),
    "all blank row": (f"{HEADER}{ROW},,,\n".encode(), "row.empty", 3, "delete the row"),
    "carriage return": (f"{HEADER}{ROW}P\r1,a,b,1\n".encode(), "row.carriage_return", 3, "U+000D"),
}


@pytest.mark.parametrize("small", [csv_source.SMALL_FILE, 0])
@pytest.mark.parametrize("name", FILES)
def test_a_bad_file_is_named_with_its_line_and_what_would_be_right(
    folder, name, small, monkeypatch
):
    monkeypatch.setattr(csv_source, "SMALL_FILE", small)
    data, rule, line, words = FILES[name]
    (folder / "ecog.csv").write_bytes(data)
    rows = read_one(folder)[1].iloc[:1]
    assert places(rows) == [(rule, "ecog.csv", line)]
    assert words in rows["message"].item()


HEADERS = {
    "unknown": ("patient_id,visit,assessment_date,ecog,note", "column.unknown", "note"),
    "capitals": ("Patient_ID,visit,assessment_date,ecog", "column.unknown", "Patient_ID"),
    "blanks": ("patient_id, visit,assessment_date,ecog", "column.unknown", " visit"),
    "misspelt": ("patient_id,visit,assesment_date,ecog", "column.unknown", "assesment_date"),
    "missing": ("patient_id,visit,assessment_date", "column.missing", "ecog"),
    "twice": ("patient_id,visit,assessment_date,ecog,ecog", "column.duplicate", "ecog"),
}


@pytest.mark.parametrize("name", HEADERS)
def test_a_bad_header_is_found(folder, name):
    header, rule, column = HEADERS[name]
    values = ["P001", "baseline", "2023-02-01", "1", "1"][: header.count(",") + 1]
    (folder / "ecog.csv").write_text(f"{header}\n{','.join(values)}\n")
    rows = read_one(folder)[1]
    first = rows[rows["rule"].eq(rule)].iloc[0]
    assert (first["file"], first["line"], first["column"]) == ("ecog.csv", 1, column)


def test_an_item_of_another_promis_version_is_called_that(folder):
    path = folder / "promis29.csv"
    path.write_text("".join(f"{line},1\n" for line in path.read_text().splitlines()))
    path.write_text(path.read_text().replace("source_visit,1\n", "source_visit,srpsat06\n", 1))
    assert places(read_one(folder, "promis29")[1]) == [("column.promis_version", "promis29.csv", 1)]


def test_missing_misnamed_folder_and_link(folder, tmp_path):
    (folder / "ecog.csv").unlink()
    (folder / "biopsies.csv").rename(folder / "Biopsies.CSV")
    (folder / "variants.csv").unlink()
    (folder / "variants.csv").mkdir()
    (folder / "follow_up.csv").rename(tmp_path / "elsewhere.csv")
    os.symlink(tmp_path / "elsewhere.csv", folder / "follow_up.csv")
    rows = read_extracts(folder)[1].frame()
    assert rows[["rule", "file"]].values.tolist() == [
        ["file.missing", "biopsies.csv"],
        ["file.missing", "ecog.csv"],
        ["file.unreadable", "follow_up.csv"],
        ["file.unreadable", "variants.csv"],
    ]
    assert "rename 'Biopsies.CSV'" in rows["message"].iloc[0]


def test_no_folder_at_all(tmp_path):
    rows = read_extracts(tmp_path / "DC09")[1].frame()
    assert rows["rule"].tolist() == ["file.missing"] * 16
    assert "no folder DC09" in rows["message"].iloc[0]


def test_it_never_stops_at_the_first_problem(folder):
    study = change(tiny_study(), "patients", 2, sex="F", consent_date="2023-02-30")
    write_extracts(folder, change(study, "ecog", 3, ecog="nine"))
    (folder / "variants.csv").unlink()
    (folder / "biopsies.csv").write_bytes(b"\xff\xfe\x00")
    assert places(read_extracts(folder)[1].frame()) == [
        ("encoding.not_utf8", "biopsies.csv", None),
        ("type.integer", "ecog.csv", 3),
        ("type.date", "patients.csv", 2),
        ("code.unknown", "patients.csv", 2),
        ("file.missing", "variants.csv", None),
    ]


def test_a_wrong_code_gets_the_nearest_one(folder):
    study = change(tiny_study(), "tumour_responses", 2, overall_response=" PR")
    change(study, "tumour_responses", 3, overall_response="pd")
    change(study, "treatments", 2, stop_reason="progresion")
    write_extracts(folder, study)
    messages = read_extracts(folder)[1].frame()["message"].tolist()
    assert "was progression meant" in messages[0]
    assert messages[1:] == [
        "' PR' must be written PR exactly (mind the blanks).",
        "'pd' must be written PD exactly (mind the capitals).",
    ]


# --- values as they stand in the file ------------------------------------------------------------
OUT_OF_RANGE = {
    ("biopsies", "tumour_content_pct", "100.00001"): "must be 0 to 100 %; found 100.00001.",
    ("sequencing", "tmb_mut_per_mb", "-1"): "must be >= 0 mutations/Mb; found -1.",
    ("variants", "vaf", "1.0000001"): "must be 0 to 1; found 1.0000001.",
    ("variants", "copy_number", "-1234567"): "must be >= 0; found -1234567.",
    ("promis29", "pfa11", "007"): "must be 1 to 5; found 007.",
    ("tumour_lesions", "diameter_mm", "-1.50"): "must be >= 0 mm; found -1.50.",
}


@pytest.mark.parametrize(("table", "column", "text"), OUT_OF_RANGE)
def test_a_number_out_of_range_is_shown_as_it_stands(folder, table, column, text):
    write_extracts(folder, change(tiny_study(), table, 2, **{column: text}))
    row = read_one(folder, table)[1].iloc[0]
    assert (row["rule"], row["line"], row["value"]) == ("range.value", 2, text)
    assert row["message"] == f"{column} {OUT_OF_RANGE[table, column, text]}"


# --- what nobody can see -------------------------------------------------------------------------
CONTROLS = ["\r", "\x1b", "\x07", "\x01", "\x7f", "\x85"]
UNSEEN = ["\u00ad", "\u200b", "\u200d", "\u2060", "\ufeff", "\ufe0f", "\u3164", "\ue000"]
DIRECTIONS = ["\u200e", "\u2028", "\u202e", "\u2066", "\U000e0041", "\U000e0101"]
HIDDEN = [*CONTROLS, *UNSEEN, *DIRECTIONS]
LOST = "\ufffd"  # to be seen, but it stands for a letter that was lost
# Texts that are shown and never compared with others: there a hidden character is a warning.
ONLY_SHOWN = {
    ("adverse_events", "verbatim"),
    ("disposition", "reason"),
    ("mtb_recommendations", "evidence_version"),
    ("patients", "diagnosis"),
    ("prior_treatments", "regimen"),
    ("patients", "source_subject_id"),
    *(
        (table, "source_visit")
        for table in ("ecog", "promis29", "tumour_lesions", "tumour_responses")
    ),
}
COLUMNS = [
    (table.name, field.name, field.kind)
    for table in RAW_TABLES.values()
    for field in table.fields.values()
]
TEXTS = [(table, column) for table, column, kind in COLUMNS if kind == "text"]
OTHERS = [(table, column) for table, column, kind in COLUMNS if kind != "text"]


def with_cells(folder, table, column, values):
    """The tiny table with these values, one a row, in one column."""
    rows = tiny_study()[table]
    cells = [{**rows[at % len(rows)], column: value} for at, value in enumerate(values)]
    write_extracts(folder, {table: cells})
    return read_one(folder, table)


def test_every_text_is_compared_with_others_or_only_shown():
    assert {(t, c) for t, c in TEXTS if not RAW_TABLES[t].fields[c].matched} == ONLY_SHOWN


@pytest.mark.parametrize("small", [csv_source.SMALL_FILE, 0])
@pytest.mark.parametrize(("table", "column"), TEXTS)
def test_a_hidden_character_is_never_data(folder, table, column, small, monkeypatch):
    """A warning where a text is only shown, an error where it is compared; always named."""
    monkeypatch.setattr(csv_source, "SMALL_FILE", small)
    value = tiny_study()[table][0].get(column) or "text"
    odd = [*HIDDEN, LOST]
    _, rows = with_cells(folder, table, column, [f"{value}{char}{value}" for char in odd])
    rows = rows[rows["column"].eq(column)]
    assert rows["line"].tolist() == list(range(2, len(odd) + 2))
    if (table, column) in ONLY_SHOWN:
        expected = ("warning", "text.unprintable")
    elif RAW_TABLES[table].fields[column].pattern and column != "drug":
        expected = ("error", "type.pattern")
    else:
        expected = ("error", "text.unprintable_matched")
    assert set(zip(rows["severity"], rows["rule"], strict=True)) == {expected}
    for char, value, message in zip(odd, rows["value"], rows["message"], strict=True):
        assert f"U+{ord(char):04X}" in message + value or char == LOST
        assert hidden(value + message) == []


@pytest.mark.parametrize(("table", "column"), OTHERS)
def test_a_hidden_character_makes_no_code_number_or_date(folder, table, column):
    values = [row[column] for row in tiny_study()[table] if row.get(column)]
    assert values, f"tests/extracts_factory.py: no row of {table} has a value of {column}"
    value = values[0]
    _, rows = with_cells(folder, table, column, [f"{value}{char}" for char in HIDDEN])
    rows = rows[rows["column"].eq(column)]
    assert rows["line"].tolist() == list(range(2, len(HIDDEN) + 2))
    assert set(rows["severity"]) == {"error"}
    for char, shown in zip(HIDDEN, rows["value"], strict=True):
        assert shown == f"{value}<U+{ord(char):04X}>"


@pytest.mark.parametrize("small", [csv_source.SMALL_FILE, 0])
@pytest.mark.parametrize("table", ["adverse_events", "patients", "treatments"])
def test_a_nul_is_an_error_in_every_table(folder, table, small, monkeypatch):
    monkeypatch.setattr(csv_source, "SMALL_FILE", small)
    frame, rows = with_cells(folder, table, "patient_id", ["P001", "P0\x0002"])
    assert frame is None
    assert places(rows) == [("file.binary", f"{table}.csv", 3)]


@pytest.mark.parametrize("text", ["two\nlines", "a\ttab", "a line\r\nend of Windows"])
def test_line_feeds_and_tabs_inside_quotes_are_legal(folder, text):
    frame, rows = with_cells(folder, "adverse_events", "verbatim", [text])
    assert rows.empty
    assert frame["verbatim"].tolist() == [text]


def test_a_byte_order_mark_inside_a_file_is_a_character(folder, monkeypatch):
    """Before the first cell of the first row, where a parser could take it for that of the file."""
    (folder / "ecog.csv").write_text(f"{HEADER}\ufeff{ROW}{ROW}", encoding="utf-8")
    for small in (csv_source.SMALL_FILE, 0):
        monkeypatch.setattr(csv_source, "SMALL_FILE", small)
        _, rows = read_one(folder)
        assert places(rows) == [("type.pattern", "ecog.csv", 2)]
        assert rows["value"].tolist() == ["<U+FEFF>P001"]


def test_a_matched_cell_with_a_hidden_character_has_one_finding(folder):
    """No second finding follows from it: not an unknown term, not an orphan."""
    study = change(tiny_study(), "adverse_events", 2, term="Nau\u200bsea")
    change(study, "sequencing", 2, specimen_id=study["sequencing"][0]["specimen_id"] + "\u200b")
    extracts, findings = read_extracts(write_extracts(folder, study))
    findings.extend(validate(extracts, CUT, shipped_rules()))
    assert places(findings.frame()) == [
        ("text.unprintable_matched", "adverse_events.csv", 2),
        ("text.unprintable_matched", "sequencing.csv", 2),
    ]


# --- many findings -------------------------------------------------------------------------------
def test_a_hundred_thousand_rows_that_do_not_fit_take_seconds(folder):
    (folder / "ecog.csv").write_text(HEADER + f"{ROW.strip()},more\n" * 100_000)
    began = time.monotonic()
    rows = read_one(folder)[1]
    assert time.monotonic() - began < 20
    assert rows["line"].tolist() == list(range(2, 100_002))
    assert set(rows["rule"]) == {"row.ragged"}


def test_every_line_of_another_encoding_is_reported(folder):
    (folder / "ecog.csv").write_bytes(
        (HEADER + "P001,f\xfc,2023-02-01,1\n" * 120).encode("latin-1")
    )
    rows = read_one(folder)[1]
    assert rows["line"].tolist() == list(range(2, 122))
    assert set(rows["rule"]) == {"encoding.not_utf8"}


@pytest.mark.parametrize("name", RAW_TABLES)
def test_columns_without_a_value_beside_wrong_ones_are_found_in_silence(folder, name):
    """Warnings are errors here: pandera, asked of several columns at once, makes one."""
    table = RAW_TABLES[name]
    for empty in table.columns:
        study = tiny_study()
        for row in study[name]:
            row[empty] = ""
        others = [each for each in table.columns if each != empty]
        study[name][0].update(dict.fromkeys(others, "-1"))
        write_extracts(folder, {name: study[name]})
        found = read_one(folder, name)[1]
        missing = found[found["rule"].eq("required.empty")]
        expected = len(study[name]) if table.fields[empty].required else 0
        assert missing["column"].tolist() == [empty] * expected
        wrong = found[found["line"].eq(2) & found["column"].ne(empty)]
        may_be_minus_one = ("text", "int", "float")
        must = {each for each in others if table.fields[each].kind not in may_be_minus_one}
        assert must <= set(wrong["column"])


class EcogWithAssessor(Ecog):
    """ECOG of a registry that has collected since 2024 who assessed it."""

    assessor: Text = Field(title="Who assessed it", nullable=True, metadata=about(birth="2024-01"))

    class Config:
        """As ECOG."""

        name = "ecog"
        metadata = Ecog.Config.metadata


@pytest.mark.parametrize(("given", "expected"), [(False, [None]), (True, ["nurse"])])
def test_a_column_that_was_born_later_may_be_absent_from_an_export(tmp_path, given, expected):
    """It is then missing for everybody, and no finding; where it is there, it is read."""
    header, row = (
        (HEADER, ROW) if not given else (HEADER[:-1] + ",assessor\n", ROW[:-1] + ",nurse\n")
    )
    (tmp_path / "ecog.csv").write_text(header + row, encoding="utf-8")
    extracts, findings = Extracts(), Findings()
    read_table(tmp_path, RawTable(EcogWithAssessor), extracts, findings)
    assert findings.frame().empty
    assert extracts["ecog"]["assessor"].tolist() == expected
    assert str(extracts["ecog"]["assessor"].dtype) == "object"
