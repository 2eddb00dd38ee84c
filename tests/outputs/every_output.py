"""Every number and display of a report: the notebooks' cells run here, what they emit is kept."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

import analysis.reporting.session as session
from analysis.sap import Study, read_study
from tests.study_folder import PROJECT

NOTEBOOKS = sorted((PROJECT / "notebooks").glob("s*.ipynb"))


class Collector(session.OpenCut):
    """An open cut that keeps numbers and displays instead of showing them."""

    def __init__(self, study: Study) -> None:
        super().__init__(study, None, None)
        self.emitted: dict[str, object] = {}
        self.displays: dict[str, tuple] = {}

    def define(self, output_id: str) -> None:
        self.sap.output(output_id)

    def emit(self, output_id: str, rows, *displays) -> None:
        self.emitted[output_id] = rows
        self.displays[output_id] = displays


def every_output(root: Path, cut: str) -> Collector:
    """All outputs of a derived cut, by running the notebooks' own cells in order."""
    collector = Collector(read_study(root, cut))
    for path in NOTEBOOKS:
        run_cells(path, collector)
    import matplotlib.pyplot as plt

    plt.close("all")
    return collector


def every_page(root: Path, cut: str, staging: Path) -> str:
    """All that the notebooks of a derived cut show, as HTML; their files go to `staging`.

    The cells run here, through the project's own emission, where a warning is an error.
    """
    pieces: list[str] = []

    def display(data: dict[str, str], **_: object) -> None:
        pieces.extend(text for kind, text in data.items() if kind != "text/plain")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("IPython.display.display", display)
        for path in NOTEBOOKS:
            study = session.OpenCut(read_study(root, cut), staging, path.stem)
            run_cells(path, study)
    return "\n".join(pieces)


def run_cells(path: Path, study: session.OpenCut) -> None:
    """Run the code cells of a notebook in order on an open cut."""
    names: dict[str, object] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "open_cut", lambda name: study)
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                exec("".join(cell["source"]), names)


def numbers_and_members(collector: Collector) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Estimates and members of all outputs that have any."""
    emitted = [rows for rows in collector.emitted.values() if rows is not None]
    return (
        pd.concat([rows.frame for rows in emitted], ignore_index=True),
        pd.concat([rows.members for rows in emitted], ignore_index=True),
    )
