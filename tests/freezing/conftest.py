"""A small registry with two cuts and two notebooks of the plan, frozen once for all tests."""

import re
import shutil

import pytest

from analysis.errors import ParameterError
from analysis.freezing.freeze import freeze_cut
from tests.machine import registry

NOTEBOOKS = ("s09_performance_status", "s14_changes_since_the_previous_cut")


def said(done):
    return f"{done.stdout}\n{done.stderr}"


def plan_few_notebooks(study):
    """Leave the plan as it is, but for the notebooks: two of them are quick enough."""
    path = study / "params" / "sap.yaml"
    text = path.read_text(encoding="utf-8")

    def kept(found):
        return found.group() if found.group(1) in NOTEBOOKS else "notebook: null"

    path.write_text(re.sub(r"notebook: (s\d\d_\w+)", kept, text), encoding="utf-8")


@pytest.fixture(scope="session")
def _frozen(tmp_path_factory):
    study = tmp_path_factory.mktemp("frozen") / "study"
    done = registry("simulate", study, "--patients", 12, "--cuts", "DC01,DC02")
    assert done.returncode == 0, said(done)
    plan_few_notebooks(study)
    with pytest.raises(ParameterError, match="DC02 follows DC01, which is not locked"):
        freeze_cut(study, "DC02", progress=None)
    for cut in ("DC01", "DC02"):
        done = registry("freeze", cut, "--study", study)
        assert done.returncode == 0, said(done)
        assert f"{cut} is frozen: " in done.stdout
    return study


@pytest.fixture
def frozen(_frozen, tmp_path):
    """A copy of it, that a test may spoil."""
    study = tmp_path / "study"
    shutil.copytree(_frozen, study)
    return study
