"""A study folder to begin with: the plan, a first cut, extracts that hold their headers only."""

from __future__ import annotations

import csv
import re
import shutil
import sys
from pathlib import Path

from analysis.csv_writer import LineFeeds
from analysis.errors import MachineError, ParameterError
from analysis.replacing import aside
from analysis.yaml_source import read_yaml
from schemas.raw import RAW_TABLES

CUT = "DC01"
_SHARED = Path("share") / "precision-registry-analysis" / "sap.yaml"
_CUT_FILE = """cut: {cut}
label: First cut
clinical_cutoff: 2000-01-01      # the last day that counts
snapshot_date: 2000-01-01        # the day of the export; not before the cutoff
previous: null
sap_version: "{version}"
synthetic: false
overrides: {{}}
"""
_README = """# Study

Put the extracts into `data/raw/{cut}/` (or `registry import ... --out data/raw/{cut}`), the dates
into `params/cuts/{cut}.yaml`, what your plan says otherwise into `params/sap.yaml`. Then run
`registry validate {cut} --study .`, and `registry run {cut} --study .`; read `reports/index.html`.
"""
_IGNORED = "# patient data and what is made of it stay out of git\ndata/\nreports/\n"


def plan_file() -> Path:
    """The plan that comes with the project: of the checkout, or of the installed wheel.

    Raises
    ------
    MachineError
        If there is none.
    """
    checkout = Path(__file__).resolve().parents[3] / "params" / "sap.yaml"
    for path in (checkout, Path(sys.prefix) / _SHARED):
        if path.is_file():
            return path
    raise MachineError("the plan that comes with the project is not installed; install it again")


def new_study(folder: Path) -> list[str]:
    """Make a study folder.

    Returns
    -------
    list of str
        What to print.

    Raises
    ------
    ParameterError
        If the folder is there and not empty.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ParameterError(f"{folder}: is there already and not empty; name a new folder")
    plan = plan_file()
    version = read_yaml(plan).values["version"]
    built = aside(folder)
    shutil.rmtree(built, ignore_errors=True)
    try:
        raw = built / "data" / "raw" / CUT
        raw.mkdir(parents=True)
        (built / "params" / "cuts").mkdir(parents=True)
        text = without_amendments(plan.read_text(encoding="utf-8"))
        _write(built / "params" / "sap.yaml", text)
        cut = _CUT_FILE.format(cut=CUT, version=version)
        _write(built / "params" / "cuts" / f"{CUT}.yaml", cut)
        _write(built / "README.md", _README.format(cut=CUT))
        _write(built / ".gitignore", _IGNORED)
        for table in RAW_TABLES.values():
            if table.optional:
                continue
            with (raw / table.file).open("w", encoding="utf-8", newline="") as file:
                csv.writer(LineFeeds(file)).writerow(table.required_columns)
        if folder.exists():
            folder.rmdir()
        built.rename(folder)
    except BaseException:
        shutil.rmtree(built, ignore_errors=True)
        raise
    return [f"{folder}: a study with the cut {CUT}; README.md says what comes next"]


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def without_amendments(plan: str) -> str:
    """The plan as a new study begins: what was amended elsewhere was amended on other data."""
    found = re.search(r"(?:^#[^\n]*\n)*^amendments:\n(?:(?:[ -].*)?\n)*", plan, re.M)
    return plan if found is None else plan[: found.start()] + plan[found.end() :]
