"""What all tests share: the outputs of the shipped registry, made once for each cut.

Being here also makes `tests` importable from every test: ``from tests.tables import table``.
"""

from __future__ import annotations

import shutil
from functools import cache

import pytest
from xdist.scheduler import LoadFileScheduling

from analysis.datasets.build import derive_cut
from tests.machine import registry
from tests.outputs.every_output import every_output, numbers_and_members
from tests.study_folder import PROJECT

# Files that walk all outputs of the shipped registry: one worker, which makes them once.
WALKS = (
    "tests/test_golden_estimates.py",
    "tests/outputs/test_denominators.py",
    "tests/outputs/test_one_quantity.py",
    "tests/tabulation/test_known_at_origin.py",
    "tests/tracing/test_trace_of_the_registry.py",
)


# Files of half a minute and more: begun first, or one worker would be left with them at the end.
SLOW = (
    *WALKS,
    "tests/freezing/test_locked_cuts.py",
    "notebooks/s14_changes_since_the_previous_cut.ipynb",
    "tests/reporting/test_odd_studies.py",
    "tests/reporting/test_kernels.py",
    "tests/reporting/test_machine.py",
    "tests/reporting/test_lock.py",
    "tests/changes/test_planted_changes.py",
    "tests/changes/test_changes_of_the_registry.py",
    "tests/importing/test_sdtm_public_data.py",
    "tests/outputs/test_missing_numbers.py",
    "tests/outputs/test_received.py",
    "tests/datasets/test_other_registries.py",
    "tests/test_planted_truth.py",
)


def pytest_collection_modifyitems(items):
    """What is slow first, everything else as it comes."""
    rank = {name: place for place, name in enumerate(SLOW)}
    items.sort(key=lambda item: rank.get(item.nodeid.split("::")[0], len(SLOW)))


class ByShared(LoadFileScheduling):
    """A file is a unit of work, and so are the files that share what is costly to make."""

    def _split_scope(self, nodeid: str) -> str:
        scope = super()._split_scope(nodeid)
        return "the shipped registry" if scope in WALKS else scope


def pytest_xdist_make_scheduler(config, log):
    """Keep pytest-xdist's own schedule, but for the files above."""
    return ByShared(config, log) if config.getoption("dist") == "loadfile" else None


@pytest.fixture(scope="session")
def shipped_outputs(tmp_path_factory):
    """Collector, estimates and members of a shipped cut; do not change them."""

    @cache
    def of(cut: str):
        root = tmp_path_factory.mktemp("study")
        for part in ("params", f"data/raw/{cut}"):
            shutil.copytree(PROJECT / part, root / part, dirs_exist_ok=True)
        result = derive_cut(root, cut)
        assert result.exit_status == 0, result.summary
        collector = every_output(root, cut)
        return collector, *numbers_and_members(collector)

    return of


@pytest.fixture(scope="session")
def _small_study(tmp_path_factory):
    """A synthetic registry of a dozen patients, derived once."""
    folder = tmp_path_factory.mktemp("small") / "study"
    assert registry("simulate", folder, "--patients", 12, "--cuts", "DC01").returncode == 0
    done = registry("derive", "DC01", "--study", folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def small_study(_small_study, tmp_path):
    """A copy of it that may be spoilt; permissions are given back afterwards."""
    folder = tmp_path / "study"
    shutil.copytree(_small_study, folder)
    yield folder
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
