"""A cut under other rules, derived in memory: labelled in all that it shows, never published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.csv_writer import safe
from analysis.datasets import Datasets
from analysis.errors import InputError, ParameterError
from analysis.hybrids.states import State, numbers_of, state_of
from analysis.outputs.origin import DatasetsOf
from analysis.reporting.changes_between import read_cut_extracts
from analysis.reporting.emission import show_html
from analysis.reporting.session import OpenCut
from analysis.sap import Study, read_study

if TYPE_CHECKING:
    from analysis.tracing.datasets import AnalysisRows
    from analysis.tracing.story import Story

_STYLE = "border:2px solid #b3261e;color:#8c1d18;padding:4px 8px;margin:8px 0;font-weight:600"


class WhatIf(OpenCut):
    """A cut under rules that are not those of the plan; what `OpenCut.what_if` returns.

    Everything of an open cut is there. Nothing of it is part of a report.

    Parameters
    ----------
    study : Study
        Opened with the altered rules.
    state : State
        Derived under them.
    altered : mapping of str to value
        What was asked for.
    planned : mapping of str to value
        The same rules as they are in the plan.
    opened_with : dict of str, or None
        What decided the extracts and rules when they were read; None where nobody looks.
    """

    def __init__(
        self,
        study: Study,
        state: State,
        altered: Mapping[str, Any],
        planned: Mapping[str, Any],
        opened_with: dict[str, str] | None,
    ) -> None:
        super().__init__(study, None, None)
        self._opened_with = opened_with
        counts = state.result.counts
        beside: Datasets = {"cut_counts": counts, "cut_readout": safe(state.result.readout)}
        self._counts = state.received
        self._altered, self._planned = dict(altered), dict(planned)
        origin = replace(state.origin, label=f"{self.label}. {self._said()}")
        self.datasets = DatasetsOf({**state.data(), **beside}, origin)
        self._derived = state.datasets

    @property
    def label(self) -> str:
        """What was altered, and what the plan has."""
        said = [
            f"{name} = {value} (plan: {self._planned[name]})"
            for name, value in self._altered.items()
        ]
        return f"WHAT IF {', '.join(said)}"

    @property
    def _received(self) -> dict[str, int]:
        return self._counts

    @cached_property
    def estimates(self) -> pd.DataFrame:
        """All numbers under these rules, made now. Every cell is text."""
        return numbers_of(self.datasets, self._counts, self.sap, self.rules)

    def _say_state(self) -> None:
        text = f"{self.label}. {self._said()}. Not a result of the plan."
        show_html(f'<p class="sentence" style="{_STYLE}">{escape(text)}</p>')
        self._warn_if_stale()

    def patient(self, patient: str, endpoint: str | None = None) -> Story:
        """The story of a patient, with what is derived of it under these rules."""
        self._say_state()
        return super().patient(patient, endpoint)

    def members(self, output_id: str, **cell: str | None) -> pd.DataFrame:
        """Who is counted in the cells of an output under these rules."""
        self._say_state()
        return super().members(output_id, **cell)

    def _analysis_rows(self, patient: str = "") -> AnalysisRows:
        from analysis.tracing.datasets import AnalysisRows

        return AnalysisRows(self.study.derived, patient, self._derived)

    def _refresh(self) -> str:
        return f"study = open_cut({self.cut.cut!r}), then study.what_if({self._altered!r})"

    def _signature(self) -> str:
        return f"{self.label}. {super()._signature()}"

    @property
    def _folder(self) -> str:
        return f"{self.cut.cut}-what-if"

    def what_if(self, altered: Mapping[str, Any]) -> WhatIf:
        """The same cut with further rules altered."""
        return what_if(self.study, {**self._altered, **altered}, self._opened_with)

    def __repr__(self) -> str:
        return f"{self.label}; {super().__repr__()}"


def what_if(
    study: Study, altered: Mapping[str, Any], opened_with: dict[str, str] | None = None
) -> WhatIf:
    """Derive a cut under other rules, in memory.

    Parameters
    ----------
    study : Study
        Opened for the cut.
    altered : mapping of str to value
        Rules by name, like ``{"response.confirm_days": 84}``.
    opened_with : dict of str, optional
        What decides the datasets, by kind, as it is now: so that a later edit is noticed.

    Raises
    ------
    ParameterError
        If nothing is altered, or a rule is unknown or wrong; as of the plan.
    InputError
        If the extracts have errors under these rules.
    """
    if not altered:
        raise ParameterError('name at least one rule, like {"response.confirm_days": 84}')
    planned = read_study(study.root, study.cut.cut)
    other = read_study(study.root, study.cut.cut, altered=altered)
    received, wrong = read_cut_extracts(other, other.rules, other.cut.cut)
    if wrong:
        raise InputError(wrong)
    state = state_of(received, other.cut, other.rules)
    values = {name: _value(planned.rules, name) for name in altered}
    return WhatIf(other, state, altered, values, opened_with)


def _value(rules: Any, name: str) -> Any:
    """The value of a rule by its name; None where an open map has none yet."""
    for step in name.split("."):
        rules = rules.get(step) if isinstance(rules, Mapping) else getattr(rules, step, None)
    return rules
