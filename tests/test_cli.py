"""The command line: exit statuses, messages, and what a command does not import."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from analysis import cli

ROOT = Path(__file__).resolve().parent.parent
HEAVY = (
    *("matplotlib", "IPython", "jupyter_client", "nbformat", "nbconvert", "papermill"),
    *("seaborn", "lifelines", "great_tables", "distributed"),
)
COMMANDS = (
    *("run", "validate", "derive", "simulate", "status", "import", "export", "new"),
    *("diff", "freeze", "replay", "restate", "trace", "queries"),
)


@pytest.fixture
def study(tmp_path):
    """A study folder with parameters and no extracts."""
    shutil.copytree(ROOT / "params", tmp_path / "params")
    return tmp_path


def call(*arguments, folder=None):
    options = ["--study", str(folder)] if folder is not None else []
    return CliRunner().invoke(cli.app, [*map(str, arguments), *options])


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_and_takes_a_study(command):
    shown = call(command, "--help")
    assert shown.exit_code == 0
    assert "--study" in shown.output


def test_the_version_and_the_short_help():
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    shown = call("--version")
    assert (shown.exit_code, shown.output.strip()) == (0, f"registry {project['version']}")
    assert call("-h").output == call("--help").output
    assert call("run", "-h").exit_code == 0


def test_the_short_status_is_a_line_per_cut_and_tells_by_its_exit_status(study):
    shown = call("status", "--short", folder=study)
    assert shown.exit_code == 1
    lines = shown.output.splitlines()
    assert len(lines) == len(list((ROOT / "params" / "cuts").glob("DC*.yaml")))
    assert lines[0] == "DC01  stale: datasets: never done"


def test_the_commands_are_those_of_the_contract():
    names = (info.name or info.callback.__name__ for info in cli.app.registered_commands)
    assert sorted(names) == sorted(COMMANDS)


@pytest.mark.parametrize(
    "arguments", [["run", "--nonsense"], ["derive"], ["nonsense"], ["run", "--workers", "0"]]
)
def test_wrong_use_is_2(arguments):
    assert call(*arguments).exit_code == 2


@pytest.mark.parametrize("command", ["run", "validate", "derive"])
@pytest.mark.parametrize(
    "name", ["../DC04", "DC04/..", "/etc", "DC4", "dc04", "DC004", "DC04\n", ".", "DC04.yaml"]
)
def test_a_cut_name_with_path_parts_is_refused(study, command, name):
    before = sorted(study.rglob("*"))
    result = call(command, name, folder=study)
    assert result.exit_code == 2
    assert "is not a cut name; a cut is DC and two digits, like DC04" in result.output
    assert sorted(study.rglob("*")) == before


@pytest.mark.parametrize("command", ["run", "validate", "derive"])
def test_an_unknown_cut_names_those_that_exist(study, command):
    result = call(command, "DC99", folder=study)
    assert result.exit_code == 2
    assert "the cut DC99 does not exist; declared cuts: DC01, DC02, DC03, DC04" in result.output


@pytest.mark.parametrize(
    "arguments", [["run"], ["validate", "DC04"], ["derive", "DC04"], ["status"]]
)
def test_a_folder_that_is_no_study_is_refused(tmp_path, arguments):
    result = call(*arguments, folder=tmp_path)
    assert result.exit_code == 2
    assert "not a study folder, params/sap.yaml is missing" in result.output
    assert list(tmp_path.iterdir()) == []


def test_a_study_without_cuts_is_refused(study):
    shutil.rmtree(study / "params" / "cuts")
    result = call("run", folder=study)
    assert result.exit_code == 2
    assert "no data cut is declared" in result.output


@pytest.mark.parametrize("command", ["run", "validate", "derive"])
def test_a_misspelt_key_names_file_line_and_what_would_be_right(study, command):
    plan = study / "params" / "sap.yaml"
    text = plan.read_text(encoding="utf-8")
    line = next(n for n, row in enumerate(text.splitlines(), 1) if "confirm_days:" in row)
    plan.write_text(text.replace("confirm_days:", "confirm_dayz:", 1), encoding="utf-8")
    result = call(command, "DC04", folder=study)
    assert result.exit_code == 2
    assert f"{plan}, line {line}: unknown key" in result.output
    assert "did you mean 'confirm_days'?" in result.output


def test_a_fault_of_ours_is_3_and_keeps_the_traceback(study, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError("of ours")

    monkeypatch.setattr("analysis.reporting.staleness.status_lines", broken)
    (study / "reports").mkdir()
    result = call("status", folder=study)
    assert result.exit_code == 3
    assert "A fault of the program: ZeroDivisionError: of ours" in result.output
    assert "Traceback" not in result.output
    (log,) = (study / "reports").glob("fault-*.log")
    assert str(log) in result.output
    assert 'raise ZeroDivisionError("of ours")' in log.read_text()


@pytest.mark.parametrize("place", ["plan", "override"])
def test_the_public_profile_is_refused_until_it_protects_somebody(study, place):
    if place == "plan":
        path = study / "params" / "sap.yaml"
        text = path.read_text(encoding="utf-8").replace("profile: internal", "profile: public")
    else:
        path = study / "params" / "cuts" / "DC02.yaml"
        public = "overrides:\n  display:\n    profile: public\n"
        text = path.read_text(encoding="utf-8").replace("overrides: {}\n", public)
    path.write_text(text, encoding="utf-8")
    line = next(n for n, row in enumerate(text.splitlines(), 1) if "profile: public" in row)
    result = call("run", folder=study)
    assert result.exit_code == 2
    assert f"{path}, line {line}: display.profile is 'public'" in result.output
    assert "not built yet" in result.output
    assert not (study / "reports").exists()
    assert call("run", "DC01", folder=study).exit_code == (2 if place == "plan" else 1)


def test_extracts_that_are_missing_are_findings(study):
    result = call("validate", "DC04", folder=study)
    assert result.exit_code == 1
    findings = (study / "reports" / "DC04" / "findings.csv").read_text(encoding="utf-8")
    assert "patients.csv" in findings
    result = call("run", "DC04", folder=study)
    assert result.exit_code == 1
    assert not (study / "reports" / "DC04" / "index.html").exists()
    assert (study / "reports" / "index.html").is_file()


def test_status_lists_every_cut_and_step(study):
    result = call("status", folder=study)
    assert result.exit_code == 0
    assert "(cutoff 2022-05-31)" in result.output.splitlines()[0]
    assert "stale: never done" in result.output


def test_simulate_fills_a_study_folder_and_never_one_that_holds_something(tmp_path):
    out = tmp_path / "synthetic"
    result = call("simulate", out, "--patients", 5, "--cuts", "DC01")
    assert result.exit_code == 0, result.output
    assert (out / "params" / "sap.yaml").read_bytes() == (ROOT / "params/sap.yaml").read_bytes()
    assert (out / "params" / "cuts" / "DC01.yaml").is_file()
    assert (out / "data" / "raw" / "DC01" / "patients.csv").is_file()
    assert call("validate", "DC01", folder=out).exit_code == 0
    before = sorted(out.rglob("*"))
    result = call("simulate", out, "--patients", 5)
    assert result.exit_code == 2
    assert "holds something already; name a new folder" in result.output
    assert sorted(out.rglob("*")) == before


@pytest.mark.parametrize("cuts", ["../DC01", "DC77"])
def test_simulate_refuses_other_cuts(tmp_path, cuts):
    assert call("simulate", tmp_path / "s", "--cuts", cuts).exit_code == 2


def test_validate_and_derive_import_no_notebook_and_no_plot_library(study):
    code = (
        "import sys\n"
        "from typer.testing import CliRunner\n"
        "from analysis import cli\n"
        "for command in ('validate', 'derive'):\n"
        f"    CliRunner().invoke(cli.app, [command, 'DC04', '--study', {str(study)!r}])\n"
        f"print(*[name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
