"""Estimators: plain arrays in, unrounded numbers out.

Each module holds one family of methods and imports only numpy, scipy and pandas; a heavier
library is imported inside the function that needs it. Times are whole days (decimals work),
"not reached" is NaN, and nothing here rounds, formats or suppresses.

The submodules load on first use, so ``import analysis.estimates`` itself costs nothing.
"""

from importlib import import_module

__all__ = [
    "competing_risks",
    "incidence",
    "longitudinal",
    "molecular",
    "paired",
    "proportions",
    "survival",
    "weighting",
]


# The functions relied on from outside are importable from here too.
_FUNCTIONS = {
    "clopper_pearson": "proportions",
    "wilson": "proportions",
    "newcombe": "proportions",
    "newcombe_paired": "proportions",
    "miettinen_nurminen": "proportions",
    "kaplan_meier": "survival",
    "log_rank": "survival",
    "cox": "survival",
    "cumulative_incidence": "competing_risks",
    "gray_test": "competing_risks",
    "poisson_rate": "incidence",
    "mmrm": "longitudinal",
    "signed_rank": "paired",
    "stuart_maxwell": "paired",
    "pfs_ratio": "molecular",
}


def __getattr__(name):
    if name in __all__:
        return import_module(f"{__name__}.{name}")
    if name in _FUNCTIONS:
        return getattr(import_module(f"{__name__}.{_FUNCTIONS[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return sorted(list(globals()) + __all__)
