"""Every output of two cuts of the shipped registry, for the tests that walk them."""

from __future__ import annotations

import pytest

CUTS = ("DC02", "DC04")


@pytest.fixture(scope="session", params=CUTS)
def cut(request, shipped_outputs):
    """Collector, estimates and members of one cut; do not change them."""
    return shipped_outputs(request.param)
