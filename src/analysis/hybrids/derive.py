"""Hybrids between two cuts: each derived once, and all numbers computed from it.

Deriving is the same for every hybrid and shares nothing, so several are made at once where there
are processors for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context

import pandas as pd

from analysis.hybrids.states import Received, State, numbers_of, state_of
from analysis.params import Cut, Rules
from analysis.sap import Sap


@dataclass(frozen=True)
class Hybrid:
    """One state to derive: of which extracts, at which cutoff, under which rules.

    Attributes
    ----------
    only : tuple of str or None
        Outputs of which numbers are wanted; None for all.
    numbers : bool
        Whether numbers are wanted at all; datasets always are.
    """

    received: Received = field(repr=False)
    cut: Cut
    rules: Rules = field(repr=False)
    sap: Sap = field(repr=False)
    previous_findings: pd.DataFrame | None = field(default=None, repr=False)
    only: tuple[str, ...] | None = None
    numbers: bool = True

    def derived(self) -> Derived:
        """Datasets and, where they are wanted, the numbers made of them."""
        state = state_of(self.received, self.cut, self.rules)
        if not self.numbers:
            return state, None
        data = state.data(self.previous_findings)
        return state, numbers_of(data, state.received, self.sap, self.rules, self.only)


#: Datasets of a state and its numbers as text; None where they were not asked for.
Derived = tuple[State, pd.DataFrame | None]
_planned: dict[str, Hybrid] = {}


def _derived_by_name(name: str) -> Derived:
    return _planned[name].derived()


def derive_all(hybrids: Mapping[str, Hybrid], processes: int = 1) -> dict[str, Derived]:
    """Derive every hybrid, several at once where there are processes for it."""
    if processes < 2 or len(hybrids) < 2:
        return {name: hybrid.derived() for name, hybrid in hybrids.items()}
    _planned.clear()
    _planned.update(hybrids)  # seen by the children, which are forked
    try:
        with ProcessPoolExecutor(processes, mp_context=get_context("fork")) as pool:
            return dict(zip(hybrids, pool.map(_derived_by_name, hybrids), strict=True))
    finally:
        _planned.clear()
