"""A state of the registry: what was known of some patients at some cutoff, under some rules.

Five states lead from one cut to the next, and each differs from the one before by one cause:

- the old extract under the rules of the old cut (H1, today's code),
- the old extract under the rules of the new cut (H1),
- the new extract at the old cutoff, patients enrolled by then (H2),
- the same patients at the new cutoff (H3),
- everybody (H4).

The locked or last published numbers of the old cut (H0) come before them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import pandas as pd

from analysis.changes import ABOUT_CHANGES
from analysis.csv_writer import safe
from analysis.datacut import CutResult
from analysis.datasets import Datasets, with_screened
from analysis.datasets.build import derive_datasets
from analysis.estimates.rows import COLUMNS, KEY, EstimateRows
from analysis.estimates.written import NUMERIC, as_text
from analysis.extracts import Extracts
from analysis.findings import Findings
from analysis.outputs.catalogue import module_of
from analysis.outputs.origin import DatasetsOf, Origin
from analysis.outputs.received import as_received
from analysis.params import Cut, Rules
from analysis.sap import Sap
from analysis.validation import validate


@dataclass(frozen=True)
class Received:
    """The extracts of one cut as they were read, with what reading them found.

    Attributes
    ----------
    extracts : Extracts
        Typed raw tables.
    read : Findings
        Findings of reading; those of validation are made per state.
    """

    extracts: Extracts
    read: Findings = field(repr=False)
    _found: dict[tuple[str, str], Findings] = field(default_factory=dict, repr=False, compare=False)

    def of(self, patients: Collection[str]) -> Received:
        """The rows of some patients; line numbers stay those of the files."""
        known = set(patients)
        some = Extracts()
        some.damage, some.absent = self.extracts.damage, self.extracts.absent
        for name, frame in self.extracts.items():
            some[name] = frame[frame["patient_id"].isin(known)].reset_index(drop=True)
        return Received(some, self.read.of_patients(known))


@dataclass(frozen=True)
class State:
    """Datasets of one state, and what beside them the outputs read."""

    datasets: dict[str, pd.DataFrame]
    result: CutResult = field(repr=False)
    findings: Findings = field(repr=False)
    received: dict[str, int]
    origin: Origin

    def data(self, previous_findings: pd.DataFrame | None = None) -> Datasets:
        """What the rooms of the outputs read, as an opened cut gives it."""
        beside = {
            "findings": findings_as_text(self.findings),
            "previous_findings": previous_findings,
            "cut_counts": self.result.counts,
            "cut_readout": self.result.readout,
        }
        there = {k: v for k, v in beside.items() if v is not None}
        return DatasetsOf(with_screened(self.datasets) | there, self.origin)


def findings_as_text(findings: Findings) -> pd.DataFrame:
    """Findings as they are read from ``findings.csv``: every cell as text."""
    frame = safe(findings.frame())
    return frame.astype(object).where(frame.notna(), "").astype(str)


def found(received: Received, cut: Cut, rules: Rules) -> Findings:
    """All findings of extracts, of reading and of validation, with their sites; made once each."""
    asked = (cut.model_dump_json(), rules.model_dump_json())
    if asked in received._found:
        return received._found[asked]
    findings = Findings()
    findings.extend(received.read)
    findings.extend(validate(received.extracts, cut, rules))
    findings.locate(received.extracts.get("patients"))
    received._found[asked] = findings
    return findings


def state_of(received: Received, cut: Cut, rules: Rules) -> State:
    """Derive one state.

    Parameters
    ----------
    received : Received
        Extracts without an error.
    cut : Cut
        Its clinical cutoff is applied; the snapshot date is that of the extracts.
    rules : Rules
    """
    findings = found(received, cut, rules)
    datasets, result = derive_datasets(dict(received.extracts), cut, rules)
    counts = {str(t): int(n) for t, n in result.counts.set_index("table")["rows_in"].items()}
    return State(datasets, result, findings, counts, Origin(cut.cut, rules))


def numbers_of(
    data: Datasets,
    received: Mapping[str, int],
    sap: Sap,
    rules: Rules,
    only: Collection[str] | None = None,
) -> pd.DataFrame:
    """All planned numbers of one state, as a report has them.

    Parameters
    ----------
    data : mapping of DataFrame
        As an opened cut gives it.
    received : mapping of str to int
        Rows of each raw table before the data cut.
    sap : Sap
    rules : Rules
    only : collection of str, optional
        Ids of outputs; by default all that have a notebook.

    Returns
    -------
    DataFrame
        Columns of estimates.csv as text, sorted by key.
    """
    numbers = []
    for output in sap.outputs:
        chosen = output.notebook is not None if only is None else output.id in only
        if not chosen or output.id in ABOUT_CHANGES:
            continue
        rows = module_of(output.id).numbers(data, rules)
        if isinstance(rows, EstimateRows):
            rows = as_received(rows, received, rules)
            numbers.append(as_text(rows.frame, NUMERIC))
    table = pd.concat([pd.DataFrame(columns=list(COLUMNS), dtype=str), *numbers])
    return table.sort_values(list(KEY), kind="stable").reset_index(drop=True)
