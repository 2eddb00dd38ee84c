"""What a report was made from and what it consists of: ``reports/<CUT>/manifest.json``.

Hashes of all inputs and outputs, commit and package versions; no time, no machine. It is also the
record by which the pages of a cut are known to be up to date.
"""

from __future__ import annotations

import platform
from pathlib import Path

from analysis.hashing import hash_files, hash_folder, hash_sources, write_json
from analysis.params import list_cuts
from analysis.reporting.project import Project, package_versions
from analysis.reporting.provenance import Provenance, extract_hashes
from analysis.reporting.staleness import Step
from analysis.sap import Study

NAME = "manifest.json"
#: Folders beside a report that are no part of it.
OF_OTHER_COMMANDS = ("queries/", "changes-since-")
#: Made only where they are asked for, some only where there is a browser: in no manifest, no lock.
ON_DEMAND = (".pdf", ".png", ".zip")


def input_hashes(study: Study, project: Project) -> dict[str, object]:
    """Return the SHA-256 of everything that decides a report, by kind and file."""
    cuts = [study.cut.cut]
    if study.cut.previous in list_cuts(study.root):
        cuts.append(str(study.cut.previous))
    parameters = [study.root / "params" / "sap.yaml"]
    parameters += [study.root / "params" / "cuts" / f"{cut}.yaml" for cut in cuts]
    return {
        "raw": {cut: extract_hashes(study.root, cut) for cut in cuts},
        "params": hash_files(parameters, study.root),
        "notebooks": {
            f"{name}.ipynb": hash_sources(project.notebook(name)) for name in study.sap.notebooks()
        },
        "code": project.code,
        "lock": project.lock,
    }


def write_manifest(
    folder: Path, study: Study, project: Project, facts: Provenance, step: Step
) -> None:
    """Write the manifest of a report that is complete but for it.

    Parameters
    ----------
    folder : Path
        The folder of the report, still aside.
    study : Study
        The study folder, opened for the cut.
    project : Project
        The code that made the report.
    facts : Provenance
        What its pages say about themselves.
    step : Step
        The publication of the pages, with its key.
    """
    content = {
        "cut": facts.cut,
        "label": facts.label,
        "clinical_cutoff": facts.clinical_cutoff,
        "snapshot_date": facts.snapshot_date,
        "sap_version": facts.sap_version,
        "synthetic": facts.synthetic,
        "commit": {"sha": project.commit.sha, "dirty": project.commit.dirty},
        "extracts": facts.extracts,
        "inputs": input_hashes(study, project),
        "derived": hash_folder(study.derived),
        "packages": package_versions(),
        "python": platform.python_version(),
        "key": step.key,
        "outputs": {
            path: digest
            for path, digest in hash_folder(folder).items()
            if not path.startswith(OF_OTHER_COMMANDS) and not path.endswith(ON_DEMAND)
        },
    }
    write_json(folder / NAME, content)
