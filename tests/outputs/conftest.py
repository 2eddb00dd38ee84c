"""Every output of two cuts of the shipped registry, made once for all tests that walk them."""

from __future__ import annotations

import shutil

import pytest

from analysis.datasets.build import derive_cut
from tests.outputs.every_output import every_output, numbers_and_members
from tests.study_folder import PROJECT

CUTS = ("DC02", "DC04")


@pytest.fixture(scope="session", params=CUTS)
def cut(request, tmp_path_factory):
    """Collector, estimates and members of one cut; do not change them."""
    root = tmp_path_factory.mktemp("study")
    shutil.copytree(PROJECT / "params", root / "params")
    shutil.copytree(PROJECT / "data" / "raw" / request.param, root / "data" / "raw" / request.param)
    assert derive_cut(root, request.param).exit_status == 0
    collector = every_output(root, request.param)
    numbers, members = numbers_and_members(collector)
    return collector, numbers, members
