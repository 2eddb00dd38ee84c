"""Whole analysis datasets for output tests: synthetic registries, and a cut with nobody in it."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path

import pandas as pd

from analysis.datasets.build import derive_datasets
from analysis.extracts import read_extracts
from analysis.sap import read_study
from analysis.simulation import simulate
from tests.study_folder import with_plan


@functools.cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="registry-outputs-"))
    simulate(folder, patients=120, seed=20231130, cuts=("DC01", "DC04"), clean=True)
    return with_plan(folder)


@functools.cache
def _datasets(cut: str) -> dict[str, pd.DataFrame]:
    study = read_study(_folder(), cut)
    extracts, findings = read_extracts(study.raw)
    assert not findings.has_errors
    return derive_datasets(extracts, study.cut, study.rules)[0]


def simulated(cut: str = "DC04") -> dict[str, pd.DataFrame]:
    """Datasets of 120 synthetic patients at the final cut (or at an early one, DC01)."""
    return _datasets(cut)


def nobody() -> dict[str, pd.DataFrame]:
    """The same datasets, typed as they are, without a row."""
    return {name: rows.iloc[:0] for name, rows in simulated().items()}
