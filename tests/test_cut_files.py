"""A file of a cut that is spelt otherwise is named, wherever somebody looks for the cut."""

from __future__ import annotations

import shutil

import pytest
from typer.testing import CliRunner

from analysis.cli import app
from analysis.cut_files import declared_cuts, unread_files
from tests.study_folder import PROJECT
from tests.tables import table

NAMES = table(
    """
    | name           | said                                                   |
    | DC91.yaml      | -                                                      |
    | DC91.yml       | rename it DC91.yaml                                    |
    | dc91.yaml      | rename it DC91.yaml                                    |
    | DC91.YAML      | rename it DC91.yaml                                    |
    | Dc91.Yml       | rename it DC91.yaml                                    |
    | DC9.yaml       | rename it DC09.yaml                                    |
    | DC-09.yaml     | rename it DC09.yaml                                    |
    | DC 09.yaml     | rename it DC09.yaml                                    |
    | DC91.yaml.txt  | rename it DC91.yaml                                    |
    | DC91           | rename it DC91.yaml                                    |
    | DC4.yaml       | DC04.yaml, beside it, is                               |
    | dc04.yaml      | DC04.yaml, beside it, is                               |
    | DC100.yaml     | a cut is a file named by DC and two digits             |
    | final.yaml     | a cut is a file named by DC and two digits             |
    | ٠٤.yaml        | a cut is a file named by DC and two digits             |
    | README.md      | -                                                      |
    | DC91.yaml~     | -                                                      |
    | DC91.yaml.bak  | -                                                      |
    | .DC91.yaml.swp | -                                                      |
    """
)


@pytest.fixture
def study(tmp_path):
    shutil.copytree(PROJECT / "params", tmp_path / "params")
    return tmp_path


@pytest.mark.parametrize("case", NAMES, ids=lambda case: case["name"])
def test_what_is_said_of_a_file_beside_the_cuts(study, case):
    path = study / "params" / "cuts" / case["name"]
    path.write_text("", encoding="utf-8")
    told = unread_files(study)
    if case["said"] == "-":
        assert told == []
    else:
        (sentence,) = told
        assert sentence.startswith(f"{path} is not read: ")
        assert case["said"] in sentence
    assert ("DC91" in declared_cuts(study)) == (case["name"] == "DC91.yaml")


def test_a_folder_named_like_a_cut_is_no_cut(study):
    (study / "params" / "cuts" / "DC91.yaml").mkdir()
    assert declared_cuts(study) == sorted(
        p.stem for p in (PROJECT / "params/cuts").glob("DC??.yaml")
    )
    assert unread_files(study)[0].endswith("DC91.yaml is not read: it is no file")


@pytest.mark.parametrize("command", [["status"], ["validate", "DC91"], ["derive", "DC91"], ["run"]])
def test_every_command_says_so(study, command):
    """`run` is stopped at the first cut without extracts, after what it says."""
    (study / "params" / "cuts" / "DC91.yml").write_text("", encoding="utf-8")
    done = CliRunner().invoke(app, [*command, "--study", str(study)])
    assert "DC91.yml is not read" in done.stderr
    assert "rename it DC91.yaml" in done.stderr


def test_the_only_cut_of_a_study_may_be_the_one_that_is_spelt_otherwise(study):
    folder = study / "params" / "cuts"
    for path in folder.iterdir():
        path.unlink()
    (folder / "dc01.yaml").write_text("", encoding="utf-8")
    done = CliRunner().invoke(app, ["status", "--study", str(study)])
    assert done.exit_code == 2
    assert "no data cut is declared" in done.stderr
    assert "rename it DC01.yaml" in done.stderr
