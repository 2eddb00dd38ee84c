"""`registry new`, `import` and `export` as a user calls them."""

import pytest
from typer.testing import CliRunner

from analysis.cli import app
from analysis.importing.new_study import without_amendments
from analysis.sap import read_study
from schemas.raw import RAW_TABLES
from tests.extracts_factory import ROOT, tiny_study, write_extracts
from tests.importing.redcap_writer import project


def call(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_a_new_study_is_valid_and_empty(tmp_path):
    study = tmp_path / "own"
    assert call("new", study).exit_code == 0
    assert call("validate", "DC01", "--study", study).exit_code == 0
    assert call("derive", "DC01", "--study", study).exit_code == 0
    assert len((study / "README.md").read_text().splitlines()) == 5
    assert "data/" in (study / ".gitignore").read_text()
    for table in RAW_TABLES.values():
        path = study / "data" / "raw" / "DC01" / table.file
        if not table.optional:
            assert path.read_text() == ",".join(table.required_columns) + "\n"


def test_the_plan_of_a_new_study_has_the_rules_and_no_amendment(tmp_path):
    call("new", tmp_path / "own")
    ours, theirs = read_study(ROOT, "DC04"), read_study(tmp_path / "own", "DC01")
    assert theirs.sap.amendments == () and ours.sap.amendments
    assert theirs.rules.model_dump() == ours.rules.model_dump()
    assert [output.id for output in theirs.sap.outputs] == [o.id for o in ours.sap.outputs]


def test_a_plan_without_amendments_stays_as_it_is():
    assert without_amendments('version: "1.0"\nrules: {}\n') == 'version: "1.0"\nrules: {}\n'


def test_a_folder_with_something_in_it_is_kept(tmp_path):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "mine.txt").write_text("mine")
    result = call("new", tmp_path / "own")
    assert result.exit_code == 2 and "not empty" in result.output
    assert [path.name for path in (tmp_path / "own").iterdir()] == ["mine.txt"]


def test_from_an_export_to_datasets_by_the_command_line(tmp_path):
    write_extracts(tmp_path / "source", tiny_study())
    (tmp_path / "redcap").mkdir()
    export, mapping = project(tmp_path / "source").write(tmp_path / "redcap")
    call("new", tmp_path / "own")
    out = tmp_path / "own" / "data" / "raw" / "DC01"
    result = call("import", "redcap", export, "--map", mapping, "--out", out)
    assert result.exit_code == 0, result.output
    assert "values invented: 0" in result.output
    cut = tmp_path / "own" / "params" / "cuts" / "DC01.yaml"
    cut.write_text(cut.read_text().replace("2000-01-01", "2023-12-15"))
    assert call("derive", "DC01", "--study", tmp_path / "own").exit_code == 0
    exported = call("export", "DC01", "--as", "dataset-json", "--study", tmp_path / "own")
    assert exported.exit_code == 0, exported.output
    folder = tmp_path / "own" / "reports" / "DC01" / "export" / "dataset-json"
    assert len(list(folder.iterdir())) == 12
    assert "0017" not in (folder / "adsl.json").read_text()  # the id of the site


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("import", "excel", "x.xlsx", "--map", "m.yaml", "--out", "o"), "cannot be imported"),
        (("import", "redcap", "x.csv"), "--map"),
        (("export", "DC04", "--as", "xpt", "--study", ROOT), "cannot be exported"),
        (("export", "DC99", "--as", "ars", "--study", ROOT), "does not exist"),
    ],
)
def test_wrong_use_is_2(arguments, said):
    result = call(*arguments)
    assert result.exit_code == 2 and said in result.output
