"""Questions to the sites: an id that stays, what became of them, and files nobody is hurt by."""

import csv
import io
import zipfile

import pandas as pd
import pytest
from typer.testing import CliRunner

from analysis import cli
from analysis.findings import COLUMNS
from analysis.queries.questions import QUESTION_COLUMNS, FoundInCut, question_ids, questions
from analysis.queries.run import file_name
from analysis.queries.workbook import write_workbook
from analysis.tracing.raw_rows import RawFiles
from tests.extracts_factory import tiny_study, write_extracts
from tests.study_folder import with_plan
from tests.tables import table

RULE = "follow_up.alive_after_death"


def found(folder, *rows):
    """Findings as text: file, line, column, value, patient, site."""
    names = ("file", "line", "column", "value", "patient_id", "site_id")
    frame = pd.DataFrame([dict(zip(names, row, strict=True)) for row in rows], dtype=object)
    filled = {"rule": RULE, "severity": "warning", "message": "Look at it."}
    return FoundInCut(folder.name, frame.assign(**filled)[list(COLUMNS)], RawFiles(folder))


@pytest.fixture(scope="module")
def extracts(tmp_path_factory):
    """The same rows in two orders, in two cuts."""
    root = tmp_path_factory.mktemp("raw")
    write_extracts(root / "DC01", tiny_study())
    turned = {name: list(reversed(rows)) for name, rows in tiny_study().items()}
    write_extracts(root / "DC02", turned)
    return root


def line_of(folder, file, start):
    lines = (folder / file).read_text(encoding="utf-8").splitlines()
    [line] = [number for number, text in enumerate(lines, 1) if text.startswith(start)]
    return str(line)


def test_the_id_survives_another_order_and_another_wrong_value(extracts):
    ids = []
    for cut, value in (("DC01", "1"), ("DC02", "2")):
        folder = extracts / cut
        at = line_of(folder, "biopsies.csv", "P002,SP2,")
        found_here = found(folder, ("biopsies.csv", at, "tumour_content_pct", value, "P002", "S01"))
        ids.append(question_ids(found_here).tolist())
    assert ids[0] == ids[1]
    assert line_of(extracts / "DC01", "biopsies.csv", "P002,SP2,") != line_of(
        extracts / "DC02", "biopsies.csv", "P003,SP3,"
    )


def test_another_row_column_or_rule_is_another_question(extracts):
    folder = extracts / "DC01"
    at = line_of(folder, "biopsies.csv", "P002,SP2,")
    other = line_of(folder, "biopsies.csv", "P002,SP2,")
    rows = [
        ("biopsies.csv", at, "organ", "1", "P003", "S02"),
        ("biopsies.csv", at, "adequate", "1", "P003", "S02"),
        ("biopsies.csv", other, "organ", "1", "P002", "S01"),
        ("biopsies.csv", "", "organ", "1", "P003", "S02"),
        ("biopsies.csv", "", "organ", "1", "P002", "S01"),
    ]
    assert question_ids(found(folder, *rows)).nunique() == len(rows)


def test_two_alike_are_told_apart_whatever_their_order(extracts):
    folder = extracts / "DC01"
    rows = [("biopsies.csv", "", "organ", value, "P003", "S02") for value in ("a", "b")]
    one, two = question_ids(found(folder, *rows)), question_ids(found(folder, *rows[::-1]))
    assert one[0] != one[1]
    assert (one[0], one[1]) == (two[1], two[0])


# In which cuts a question is found, from the first; what is said of it in the last.
LIVES = table(
    """
    | found in | status   | age | since |
    | -------- | -------- | --- | ----- |
    | 111      | open     | 3   | DC01  |
    | 011      | open     | 2   | DC02  |
    | 001      | new      | 1   | DC03  |
    | 101      | new      | 1   | DC03  |
    | 110      | resolved | 2   | DC01  |
    | 010      | resolved | 1   | DC02  |
    | 100      |          |     |       |
    """
)


@pytest.mark.parametrize("case", LIVES, ids=lambda case: case["found in"])
def test_status_and_age_follow_the_cuts(extracts, case):
    cuts = []
    for number, here in enumerate(case["found in"], 1):
        row = ("ecog.csv", "", "ecog", "7", "P001", "S01")
        one = found(extracts / "DC01", row)
        findings = one.findings if here == "1" else one.findings.iloc[:0]
        cuts.append(FoundInCut(f"DC0{number}", findings, one.raw))
    asked = questions(cuts)
    if case["status"] is None:
        assert asked.empty
        return
    [row] = asked.to_dict("records")
    assert (row["status"], row["age_in_cuts"], row["open_since"]) == (
        case["status"],
        case["age"],
        case["since"],
    )


def test_a_resolved_question_has_no_line(extracts):
    one = found(extracts / "DC01", ("ecog.csv", "3", "ecog", "7", "P001", "S01"))
    [row] = questions([one, FoundInCut("DC02", one.findings.iloc[:0], one.raw)]).to_dict("records")
    assert (row["line"], row["status"]) == ("", "resolved")


NAMES = table(
    """
    | site         | file                     |
    | ------------ | ------------------------ |
    | S02          | S02                      |
    | Site-3_a.b   | Site-3_a.b               |
    | ../../etc    | etc-                     |
    | A/B          | A-B-                     |
    | =1+1         | 1-1-                     |
    | .hidden      | hidden-                  |
    | dot.         | dot-                     |
    """
)


@pytest.mark.parametrize("case", NAMES, ids=lambda case: case["site"])
def test_a_site_names_a_file_and_never_a_path(case):
    name = file_name(case["site"])
    assert name.startswith(case["file"])
    assert "/" not in name
    assert not name.startswith(".")
    assert (name == case["site"]) == (case["file"] == case["site"])


def texts_of(path):
    """All text of a workbook, and whether any cell is a formula or a link."""
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name).decode("utf-8") for name in book.namelist()}
    sheets = "".join(text for name, text in parts.items() if name.startswith("xl/worksheets"))
    assert "<f>" not in sheets
    assert "<hyperlink" not in sheets
    assert not any("externalLink" in name for name in parts)
    return parts["xl/sharedStrings.xml"]


HOSTILE = ("=HYPERLINK(A1)", "+1", "@SUM(A1)", "http://example.org", "a\x07b", "<b>&amp;", "\u202e")


def test_a_workbook_is_text_and_the_same_bytes(tmp_path):
    rows = [dict.fromkeys(QUESTION_COLUMNS, text) | {"status": "new"} for text in HOSTILE]
    frame = pd.DataFrame(rows, columns=list(QUESTION_COLUMNS), dtype=object)
    for name in ("one.xlsx", "two.xlsx"):
        write_workbook(frame, tmp_path / name, {"Title": "=1+1"})
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()
    said = texts_of(tmp_path / "one.xlsx")
    assert "=HYPERLINK(A1)" in said
    assert "&lt;b&gt;" in said
    assert "\x07" not in said
    assert "\u202e" not in said
    assert "&lt;U+202E&gt;" in said


@pytest.fixture
def study(tmp_path, extracts):
    """A study of six patients in two cuts; the later one has new findings and a hostile site."""
    root = with_plan(tmp_path / "study")
    cut = (
        "cut: {0}\nlabel: Q\nclinical_cutoff: {1}\nsnapshot_date: 2023-12-15\nprevious: {2}\n"
        'sap_version: "1.1"\nsynthetic: true\noverrides: {{}}\n'
    )
    folder = root / "params" / "cuts"
    folder.mkdir()
    (folder / "DC01.yaml").write_text(cut.format("DC01", "2023-10-15", "null"))
    (folder / "DC02.yaml").write_text(cut.format("DC02", "2023-11-30", "DC01"))
    write_extracts(root / "data" / "raw" / "DC01", tiny_study())
    later = {name: [dict(row) for row in rows] for name, rows in tiny_study().items()}
    for row in later["patients"]:
        if row["patient_id"] in ("P003", "P004"):
            row["site_id"] = "../S02"
    late = next(row for row in later["follow_up"] if row["patient_id"] == "P001")
    later["follow_up"].append(late | {"patient_id": "P002", "contact_date": "2023-11-20"})
    write_extracts(root / "data" / "raw" / "DC02", later)
    return root


def call(*arguments, folder):
    return CliRunner().invoke(cli.app, [*arguments, "--study", str(folder)])


def test_every_site_gets_a_workbook_and_a_csv(study):
    done = call("queries", "DC02", folder=study)
    assert done.exit_code == 0, done.output
    folder = study / "reports" / "DC02" / "queries"
    names = sorted(path.name for path in folder.iterdir())
    assert {"S01.csv", "S01.xlsx", "S03.csv", "S03.xlsx"} <= set(names)
    assert all(path.parent == folder for path in folder.rglob("*"))
    assert len(names) % 2 == 0
    with (folder / "S01.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    asked = [row for row in rows if row["patient_id"] == "P002"]
    assert asked
    assert {row["status"] for row in asked} == {"new"}
    assert all(row["answer"] == "" and row["what_would_be_right"] for row in rows)
    assert "P002" in texts_of(folder / "S01.xlsx")
    before = {path: path.read_bytes() for path in folder.iterdir()}
    again = call("queries", "DC02", "--site", "S01", folder=study)
    assert again.exit_code == 0, again.output
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_a_site_that_is_not_there_is_named_with_those_that_are(study):
    done = call("queries", "DC02", "--site", "S77", folder=study)
    assert done.exit_code == 2
    assert "DC02 has no site 'S77'; there are ../S02, S01, S03" in done.output
    assert not (study / "reports" / "DC02" / "queries").exists()


def test_a_csv_starts_no_formula(tmp_path):
    from analysis.csv_writer import safe, write_csv

    rows = [dict.fromkeys(QUESTION_COLUMNS, text) for text in HOSTILE]
    write_csv(safe(pd.DataFrame(rows, dtype=object)), tmp_path / "q.csv")
    cells = list(csv.reader(io.StringIO((tmp_path / "q.csv").read_text(encoding="utf-8"))))
    assert all(not cell.startswith(("=", "@")) for row in cells[1:] for cell in row)
