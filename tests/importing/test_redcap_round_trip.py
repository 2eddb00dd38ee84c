"""Registry -> REDCap -> import: the same extracts, byte for byte, whatever way REDCap exports."""

import csv

import pytest

from analysis.errors import ParameterError
from analysis.importing.draft import write_draft
from analysis.importing.run import import_source
from tests.extracts_factory import ROOT, tiny_study, write_extracts
from tests.importing.redcap_writer import project

SHIPPED = ROOT / "data" / "raw" / "DC04"


def bytes_of(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.csv"))
            if path.name != "import_report.csv"}  # fmt: skip


def imported(made, tmp_path, name="DC05"):
    tmp_path.mkdir(exist_ok=True)
    export, mapping = made.write(tmp_path)
    out = tmp_path / name
    import_source("redcap", export, mapping, out)
    return out


@pytest.fixture(scope="module")
def expected():
    return bytes_of(SHIPPED)


@pytest.mark.parametrize("labels", [False, True], ids=["raw codes", "labels"])
def test_the_shipped_registry_comes_back(tmp_path, expected, labels):
    out = imported(project(SHIPPED, labels), tmp_path)
    found = bytes_of(out)
    assert set(found) == set(expected)
    assert [name for name in expected if found[name] != expected[name]] == []


def test_a_second_import_gives_the_same_bytes(tmp_path):
    made = project(SHIPPED)
    first = {p.name: p.read_bytes() for p in imported(made, tmp_path).iterdir()}
    again = {p.name: p.read_bytes() for p in imported(made, tmp_path).iterdir()}
    assert first == again


@pytest.mark.parametrize(
    ("separator", "encoding", "said"),
    [
        (";", "utf-8", {}),
        ("\t", "utf-8", {}),
        (",", "utf-8-sig", {}),
        (";", "cp1252", {"encoding": "cp1252"}),
        (",", "latin-1", {"encoding": "latin-1"}),
    ],
)
def test_separators_and_encodings(tmp_path, separator, encoding, said):
    study = {name: [dict(row) for row in rows] for name, rows in tiny_study().items()}
    study["patients"][0]["diagnosis"] = "Kolonkarzinom, metastasiert (Größe: 3 cm)"
    write_extracts(tmp_path / "own", study)
    made = project(tmp_path / "own")
    made.separator, made.encoding, made.mapping = separator, encoding, made.mapping | said
    out = imported(made, tmp_path / "import")
    with (out / "patients.csv").open(encoding="utf-8", newline="") as file:
        first = next(csv.DictReader(file))
    assert first["diagnosis"] == "Kolonkarzinom, metastasiert (Größe: 3 cm)"


def test_patients_keep_their_numbers_from_one_import_to_the_next(tmp_path):
    made = project(SHIPPED)
    for block in made.mapping["tables"].values():
        block["columns"]["patient_id"] = {"number": "record_id"}
    patients = made.mapping["tables"]["patients"]["columns"]
    patients["source_subject_id"] = {"field": "record_id"}
    keep = {"P0002", "P0005", "P0009"}
    everyone, made.rows = made.rows, [row for row in made.rows if row["record_id"] in keep]
    first = imported(made, tmp_path)
    made.rows = everyone
    export, mapping = made.write(tmp_path)
    second = tmp_path / "DC06"
    import_source("redcap", export, mapping, second, previous=first)
    numbers = []
    for folder in (first, second):
        with (folder / "patients.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        numbers.append({row["source_subject_id"]: row["patient_id"] for row in rows})
    assert numbers[0] == {"P0002": "P00001", "P0005": "P00002", "P0009": "P00003"}
    assert {name: numbers[1][name] for name in keep} == numbers[0]
    assert sorted(numbers[1].values()) == [f"P{n:05}" for n in range(1, len(numbers[1]) + 1)]


def test_the_draft_of_a_project_imports_it(tmp_path):
    """Fields called like the columns are found, choices by their labels; the rest is TODO."""
    made = project(SHIPPED)
    export, _ = made.write(tmp_path)
    draft = tmp_path / "draft.yaml"
    write_draft("redcap", export, draft, tmp_path / "dictionary.csv")
    text = draft.read_text(encoding="utf-8")
    assert [line for line in text.splitlines() if "TODO" in line][1:] == []
    import_source("redcap", export, draft, tmp_path / "DC05")
    for name in ("treatments", "tumour_responses", "adverse_events", "disposition"):
        assert len(lines_of(tmp_path / "DC05", name)) == len(lines_of(SHIPPED, name))


def lines_of(folder, table):
    return (folder / f"{table}.csv").read_bytes().splitlines()


def test_a_draft_is_never_written_over(tmp_path):
    made = project(SHIPPED)
    export, mapping = made.write(tmp_path)
    with pytest.raises(ParameterError, match="is there already"):
        write_draft("redcap", export, mapping, tmp_path / "dictionary.csv")
