"""Names relied on from outside: importable from the package and from the module of their family."""

from __future__ import annotations

from importlib import import_module

import pytest

NAMES = {
    "proportions": (
        "clopper_pearson",
        "wilson",
        "newcombe",
        "newcombe_paired",
        "miettinen_nurminen",
    ),
    "survival": ("kaplan_meier", "log_rank", "cox"),
    "competing_risks": ("cumulative_incidence", "gray_test"),
    "incidence": ("poisson_rate",),
    "longitudinal": ("mmrm",),
    "paired": ("signed_rank", "stuart_maxwell"),
    "molecular": ("pfs_ratio",),
}


@pytest.mark.parametrize(("module", "name"), [(m, n) for m, names in NAMES.items() for n in names])
def test_a_name_means_the_same_function_in_both_places(module, name):
    package = import_module("analysis.estimates")
    family = import_module(f"analysis.estimates.{module}")
    assert getattr(package, module) is family
    assert getattr(package, name) is getattr(family, name)
    assert callable(getattr(package, name))
