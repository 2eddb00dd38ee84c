"""Study folders for tests: the project's own plan beside any extracts."""

from __future__ import annotations

import shutil
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]


def with_plan(folder: Path) -> Path:
    """Copy the project's analysis plan into a study folder and return the folder."""
    (folder / "params").mkdir(parents=True, exist_ok=True)
    shutil.copy(PROJECT / "params" / "sap.yaml", folder / "params" / "sap.yaml")
    return folder
