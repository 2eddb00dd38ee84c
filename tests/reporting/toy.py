"""A toy study and toy notebooks: two cuts, two pages, a table, a figure, a sentence."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import yaml

from analysis.findings import Findings, Rule
from analysis.reporting.project import Project
from schemas.derived import DATASETS, check

ROOT = Path(__file__).resolve().parents[2]
MEND = Rule("cells.range", "error", "patients", "mend it")
FREE_TEXT = "<script>alert('x')</script> & co"

MODULE = '''\
"""What the toy notebooks call."""

import os
import warnings

from matplotlib.figure import Figure as Drawing

from analysis.displays.figure import Figure
from analysis.displays.table import Column, Row, Table
from analysis.estimates.rows import Cell, EstimateRows


def numbers(study, output_id):
    rows = EstimateRows(output_id, "ENRLFL")
    for group, people in study.adsl.groupby("TRTGRP1"):
        rows.count(Cell("main", group), people["USUBJID"])
        rows.add(Cell("main", group), "estimate", len(people) / 3, unit="proportion")
    return rows


def table(study, output_id):
    lines = tuple(Row(text, ("1",)) for text in study.adsl["TUMTYP"])
    return Table(output_id, "Diagnosis", (Column("n"),), lines, title="A table")


def figure(study, output_id, alt="Two bars, the first higher."):
    drawing = Drawing(figsize=(4, 2))
    axes = drawing.subplots()
    counts = study.adsl["TRTGRP1"].value_counts().sort_index()
    axes.bar(counts.index, counts.to_numpy())
    data = counts.rename_axis("group").reset_index(name="n")
    return Figure(output_id, drawing, alt, data)


def warn():
    warnings.warn("this is unusual", stacklevel=1)


def fail():
    raise ValueError("the toy is broken")


def process():
    return os.getpid()
'''


def outputs():
    first = {"section": "14.1", "priority": "P1", "endpoint": None, "analysis_set": "ENRLFL"}
    return [
        {"id": "T14.1.1", "title": "Patients & groups", "notebook": "s01_toy"}
        | first
        | {"footnotes": ["A note with <b>brackets</b>."], "endpoint": "toy"},
        {"id": "F14.1.1", "title": "Groups drawn", "notebook": "s02_toy"}
        | first
        | {"footnotes": []},
    ]


def notebook(*cells):
    """A notebook as JSON: text that starts with ``#`` and a blank is markdown."""
    made = [_code("cut = 'DC01'", tags=["parameters"])]
    for text in cells:
        made.append(_markdown(text) if text.startswith("# ") else _code(text))
    for number, cell in enumerate(made):
        cell["id"] = f"cell-{number:02d}"
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return {"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def _code(source, tags=()):
    metadata = {"tags": list(tags)} if tags else {}
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": metadata,
        "outputs": [],
        "source": source,
    }


def _markdown(source):
    return {"cell_type": "markdown", "metadata": {}, "source": source}


OPEN = "import toy_outputs as toy\nfrom analysis.reporting import open_cut\nstudy = open_cut(cut)"
TABLE_PAGE = (
    "# People of the toy",
    OPEN,
    "# T14.1.1",
    "study.define('T14.1.1')",
    "rows, shown = toy.numbers(study, 'T14.1.1'), toy.table(study, 'T14.1.1')\n"
    "study.emit('T14.1.1', rows, shown, 'So < many.')",
)
FIGURE_PAGE = (
    "# Drawings",
    OPEN,
    "study.define('F14.1.1')",
    "study.emit('F14.1.1', toy.numbers(study, 'F14.1.1'), toy.figure(study, 'F14.1.1'))",
)


@dataclass
class Toy:
    """A toy study folder and the toy project that reports it."""

    root: Path
    project: Project

    def write_notebook(self, name, *cells):
        path = self.project.notebooks / f"{name}.ipynb"
        path.write_text(json.dumps(notebook(*cells), indent=1), encoding="utf-8")

    def keep_first_page_only(self):
        write_plan(self.root, outputs()[:1])

    def write_cut(self, name, previous=None, **changed):
        content = {
            "cut": name,
            "label": f"Look <{name}>",
            "clinical_cutoff": "2022-05-31",
            "snapshot_date": "2022-06-15",
            "previous": previous,
            "sap_version": "1.0",
            "synthetic": True,
            "overrides": {},
        }
        text = yaml.safe_dump(content | changed, sort_keys=False).replace("'2022", "2022")
        text = text.replace("-31'", "-31").replace("-15'", "-15")
        path = self.root / "params" / "cuts" / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        self.write_extracts(name)

    def write_extracts(self, name, groups=("TG", "TG", "OT")):
        frame = pd.DataFrame(
            {
                "patient_id": [f"P{number:03d}" for number in range(1, len(groups) + 1)],
                "group": groups,
                "diagnosis": [FREE_TEXT] * len(groups),
            }
        )
        folder = self.root / "data" / "raw" / name
        folder.mkdir(parents=True, exist_ok=True)
        frame.to_csv(folder / "patients.csv", index=False)

    def published(self, cut="DC01"):
        """Content hash of every file of a report that a reader sees."""
        folder = self.root / "reports" / cut
        return {
            path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }

    def page(self, name, cut="DC01"):
        return (self.root / "reports" / cut / name).read_text(encoding="utf-8")


@dataclass
class Outcome:
    """What the derivation returns, in short."""

    exit_status: int
    summary: list


def declared(name, frame):
    """The frame with every column that its schema requires, filled with what it allows."""
    least = {"date": pd.Timestamp("2022-01-03"), "int": 2, "float": 0.0, "text": "toy"}
    for field in DATASETS[name].fields.values():
        if field.name not in frame and field.name not in DATASETS[name].optional:
            value = field.codes[0] if field.kind == "code" else least.get(field.kind)
            frame = frame.assign(**{field.name: value if field.required else None})
    return check(name, frame)


def derive_toy(root, cut):
    """A derivation that knows only patients; a word of the extracts makes it refuse them."""
    raw = pd.read_csv(root / "data" / "raw" / cut / "patients.csv")
    findings = Findings()
    bad = raw["group"].eq("broken").any()
    if bad:
        findings.add(MEND, "patients.csv", line=2, column="group", value="broken")
    findings.keep(root / "reports" / cut)
    if bad:
        return Outcome(1, [f"{cut}: 1 error"])
    derived = root / "data" / "derived" / cut
    derived.mkdir(parents=True, exist_ok=True)
    names = {"patient_id": "USUBJID", "group": "TRTGRP1", "diagnosis": "TUMTYP"}
    adsl = declared("adsl", raw.rename(columns=names)[[*names.values()]])
    adsl.to_parquet(derived / "adsl.parquet", index=False)
    findings.to_csv(derived / "findings.csv")
    return Outcome(0, [f"{cut}: 0 errors"])


def write_plan(root, planned):
    plan = yaml.safe_load((ROOT / "params" / "sap.yaml").read_text(encoding="utf-8"))
    content = {
        "version": "1.0",
        "rules": plan["rules"],
        "sections": {"14.1": "Toys"},
        "endpoints": {
            "toy": {
                "title": "Toys <owned>",
                "role": "primary",
                "section": "14.1",
                "module": None,
                "definition": "Every toy & box counts.",
            }
        },
        "outputs": planned,
    }
    path = root / "params" / "sap.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")


def make_toy(folder):
    """Write the toy study and project below a folder."""
    root, home = folder / "study", folder / "project"
    for path in (home / "notebooks", home / "code"):
        path.mkdir(parents=True)
    (home / "code" / "module.py").write_text("ANSWER = 42\n")
    (home / "notebooks" / "toy_outputs.py").write_text(MODULE)
    toy = Toy(root, Project(home, home / "notebooks", (home / "code",)))
    write_plan(root, outputs())
    toy.write_cut("DC01")
    toy.write_notebook("s01_toy", *TABLE_PAGE)
    toy.write_notebook("s02_toy", *FIGURE_PAGE)
    return toy


def run(toy, cuts=("DC01",), progress=None, **options):
    """Run cuts of the toy in this process; return the exit status and what was said."""
    from analysis.reporting.pipeline import Options, run_cuts

    said = progress or Said()
    project = Project(toy.project.root, toy.project.notebooks, toy.project.packages)
    status = run_cuts(toy.root, list(cuts), Options(**options), said, project)
    return status, said


class Said:
    """Progress that remembers."""

    def __init__(self):
        self.lines = []
        self.begun = []

    def say(self, text):
        self.lines.append(text)

    def expect(self, steps):
        pass

    def begin(self, name, at_once=1):
        self.begun.append(name)

    def step(self, doing, name=""):
        self.lines.append(doing)
        if name:
            self.begun.remove(name)

    @property
    def text(self):
        return "\n".join(self.lines)
