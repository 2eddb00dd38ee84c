"""What has to be done again, and why.

Each step is recorded with its key (a hash of everything that decides its result, by kind, so that
the reason can be named) and with the hashes of its outputs, so that a touched output is noticed.
Steps: the derivation of a cut, each notebook of a cut, the pages of a cut. Records live in
``reports/.work/<CUT>/`` and beside the pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.changes import ABOUT_CHANGES
from analysis.hashing import (
    combine,
    files_below,
    hash_file,
    hash_files,
    hash_sources,
    read_json,
    write_json,
)
from analysis.params import list_cuts
from analysis.reporting.project import Project
from analysis.reporting.provenance import extract_hashes, hash_of_extracts
from analysis.sap import Sap, Study, read_study

NUMBERS = "numbers"

KINDS = {
    "extracts": "raw extracts",
    "previous": "the previous cut",
    "previous numbers": "the numbers of the previous cut",
    "parameters": "parameters",
    "code": "code or schemas",
    "lock": "the lock of packages",
    "notebook": "the notebook",
    "notebooks": "a notebook",
    "commit": "the commit",
}


def reports_folder(study_root: Path) -> Path:
    """Folder of all reports of a study."""
    return study_root / "reports"


def work_folder(study_root: Path, cut: str) -> Path:
    """Folder of what is kept between runs of a cut: executed notebooks and records."""
    return reports_folder(study_root) / ".work" / cut


@dataclass(frozen=True)
class Step:
    """One step: its record, its key by kind, and the folder its outputs are named from."""

    name: str
    record: Path
    key: dict[str, str]
    root: Path

    def reason(self) -> str | None:
        """Say why the step must be done, or None where it is up to date."""
        known = read_json(self.record)
        if not known:
            return "never done"
        before = known.get("key", {})
        kinds = [kind for kind in {**self.key, **before} if self.key.get(kind) != before.get(kind)]
        if kinds:
            return " and ".join(KINDS.get(kind, kind) for kind in kinds) + " changed"
        for path, digest in known.get("outputs", {}).items():
            file = self.root / path
            if not file.is_file():
                return f"{path} is missing"
            if hash_file(file) != digest:
                return f"{path} was touched"
        return None

    def done(self, outputs: dict[str, str], **more: Any) -> None:
        """Record the step with the hashes of its outputs (paths below `root`)."""
        self.record.parent.mkdir(parents=True, exist_ok=True)
        write_json(self.record, {"key": self.key, "outputs": outputs, **more})


def parameter_hash(study_root: Path, cut: str) -> str:
    """One hash of the plan and of the cut's own file."""
    files = [study_root / "params" / "sap.yaml", study_root / "params" / "cuts" / f"{cut}.yaml"]
    files += sorted((study_root / "params").glob("*.csv"))  # what the plan names
    return combine(hash_files(files, study_root))


def derivation(study_root: Path, cut: str, project: Project) -> Step:
    """Raw extracts of one cut to its analysis datasets and findings."""
    key = {
        "extracts": hash_of_extracts(extract_hashes(study_root, cut)),
        "parameters": parameter_hash(study_root, cut),
        "code": project.code,
        "lock": project.lock,
    }
    record = work_folder(study_root, cut) / "derived.json"
    return Step(f"{cut} datasets", record, key, study_root)


def notebook(study: Study, name: str, project: Project) -> Step:
    """One notebook executed for one cut.

    A notebook may compare with the previous cut, so that one's extracts and parameters count too.
    """
    cut, previous = study.cut.cut, study.cut.previous
    key = dict(derivation(study.root, cut, project).key)
    key["notebook"] = hash_sources(project.notebook(name))
    if previous is not None and previous in list_cuts(study.root):
        before = derivation(study.root, previous, project).key
        key["previous"] = combine({"extracts": before["extracts"], "of": before["parameters"]})
        if name in about_changes(study.sap):
            key["previous numbers"] = _numbers_hash(read_study(study.root, previous), project)
    folder = work_folder(study.root, cut) / name
    return Step(f"{cut} {name}", folder / "record.json", key, folder)


def _numbers_hash(study: Study, project: Project) -> str:
    """Hash of the numbers that a later cut is compared with: the locked ones, wherever they lie."""
    if study.lock is not None:
        return study.lock.estimates
    made, _ = last_numbers(study, project)
    return hash_file(made) if made is not None else "none"


def about_changes(sap: Sap) -> tuple[str, ...]:
    """Notebooks that compare cuts: they come last, and make no number of their own."""
    return tuple(
        name
        for name in sap.notebooks()
        if all(output.id in ABOUT_CHANGES for output in sap.outputs_of(name))
    )


def numbers(study: Study, project: Project) -> Step:
    """All numbers of the last whole run of a cut, before they are published."""
    key = dict(derivation(study.root, study.cut.cut, project).key)
    last = about_changes(study.sap)
    names = [name for name in study.sap.notebooks() if name not in last]
    key["notebooks"] = combine({name: hash_sources(project.notebook(name)) for name in names})
    folder = work_folder(study.root, study.cut.cut) / NUMBERS
    return Step(f"{study.cut.cut} numbers", folder / "record.json", key, folder)


def last_numbers(study: Study, project: Project) -> tuple[Path | None, bool]:
    """``estimates.csv`` of the last whole run of a cut, and whether today's code would make it.

    That of the working folder, where it is whole; else the published one.
    """
    step = numbers(study, project)
    made = step.root / "estimates.csv"
    whole = read_json(step.record).get("outputs", {}).get("estimates.csv")
    if whole and made.is_file() and hash_file(made) == whole:
        return made, step.reason() is None
    published = study.reports / "estimates.csv"
    if not published.is_file():
        return None, False
    key = read_json(study.reports / "manifest.json").get("key", {})
    now = derivation(study.root, study.cut.cut, project).key
    return published, all(key.get(kind) == digest for kind, digest in now.items())


def pages(study: Study, project: Project) -> Step:
    """The published report of one cut; its record is the manifest."""
    key = dict(derivation(study.root, study.cut.cut, project).key)
    steps = [notebook(study, name, project) for name in study.sap.notebooks()]
    key["notebooks"] = combine({step.name: step.key for step in steps})
    key["commit"] = project.commit.short
    return Step(f"{study.cut.cut} pages", study.reports / "manifest.json", key, study.reports)


def derived_outputs(study_root: Path, cut: str) -> dict[str, str]:
    """Hashes of the analysis datasets of a cut and its findings, by path below the study folder."""
    return hash_files(files_below(study_root / "data" / "derived" / cut), study_root)


def derive_and_record(study_root: Path, cut: str, project: Project | None = None) -> Any:
    """Derive one cut and record that it was done; the caller holds the lock of the study.

    Parameters
    ----------
    study_root : Path
        Study folder.
    cut : str
        Like ``DC04``.
    project : Project, optional
        The code that derives; by default the installed project.

    Returns
    -------
    object
        What `analysis.datasets.build.derive_cut` returns: ``exit_status`` and ``summary``.
    """
    from analysis.datasets.build import derive_cut

    step = derivation(study_root, cut, project or Project.installed())
    result = derive_cut(study_root, cut)
    if result.exit_status == 0:
        step.done(derived_outputs(study_root, cut))
    return result  # refused: the datasets are still those of the record, and stale


def status_lines(study_root: Path, project: Project | None = None) -> list[str]:
    """Return one line per step of every cut: up to date, or stale and why."""
    project = project or Project.installed()
    lines = []
    for name in list_cuts(study_root):
        study = read_study(study_root, name)
        cutoff = study.cut.clinical_cutoff.isoformat()
        locked = ", locked" if study.lock is not None else ""
        lines.append(f"{name}  {study.cut.label} (cutoff {cutoff}{locked})")
        for step in _steps(study, project):
            reason = step.reason()
            state = "up to date" if reason is None else f"stale: {reason}"
            lines.append(f"  {step.name.removeprefix(name).strip():28} {state}")
    return lines


def short_status(study_root: Path, project: Project | None = None) -> dict[str, str]:
    """Of each cut the first step that is stale and why; nothing where all are up to date."""
    project = project or Project.installed()
    found = {}
    for name in list_cuts(study_root):
        stale = [
            f"{step.name.removeprefix(name).strip()}: {reason}"
            for step in _steps(read_study(study_root, name), project)
            if (reason := step.reason()) is not None
        ]
        found[name] = stale[0] if stale else ""
    return found


def _steps(study: Study, project: Project) -> list[Step]:
    """All steps of a cut, in the order in which they are done."""
    return [
        derivation(study.root, study.cut.cut, project),
        *(notebook(study, name, project) for name in study.sap.notebooks()),
        pages(study, project),
    ]
