"""Synthetic registries the tests of this folder share, each simulated once a session."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from analysis.simulation import simulate

CUTS = ("DC01", "DC02", "DC03", "DC04")


class Registry:
    """A simulated study folder, read as text."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._read: dict[tuple[str, str], pd.DataFrame] = {}

    def table(self, name: str, cut: str = "DC04") -> pd.DataFrame:
        if (cut, name) not in self._read:
            path = self.folder / "data" / "raw" / cut / f"{name}.csv"
            self._read[cut, name] = pd.read_csv(path, dtype=str, keep_default_na=False)
        return self._read[cut, name].copy()

    @property
    def truth(self) -> pd.DataFrame:
        return pd.read_parquet(self.folder / "truth.parquet").set_index("patient_id")


@pytest.fixture(scope="session")
def usual(tmp_path_factory) -> Registry:
    """1,000 patients as a registry has them: late, corrected, sometimes wrong; four cuts."""
    out = tmp_path_factory.mktemp("usual")
    simulate(out, patients=1000)
    return Registry(out)


@pytest.fixture(scope="session")
def clean(tmp_path_factory) -> Registry:
    """1,000 patients without any error; four cuts."""
    out = tmp_path_factory.mktemp("clean")
    simulate(out, patients=1000, clean=True)
    return Registry(out)


@pytest.fixture(params=["usual", "clean"])
def registry(request) -> Registry:
    return request.getfixturevalue(request.param)
