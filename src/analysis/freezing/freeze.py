"""`registry freeze`: the lock of a cut, made once everything of it is up to date."""

from __future__ import annotations

import platform
from pathlib import Path
from typing import Any

from analysis.errors import ParameterError
from analysis.hashing import hash_file, hash_files, hash_folder, read_json, write_json
from analysis.locked.datasets import column_hashes
from analysis.locked.errata import errata_of
from analysis.locked.lock import KEPT_FROM_THE_CUT_FILE, lock_of, lock_path, sealed
from analysis.params import list_cuts
from analysis.reporting import manifest, staleness
from analysis.reporting.dataset_files import read_dataset
from analysis.reporting.frozen_numbers import held_numbers
from analysis.reporting.lock import study_lock
from analysis.reporting.parts import read_estimates
from analysis.reporting.pipeline import bring_up_to_date, refuse_public_profile
from analysis.reporting.progress import Progress
from analysis.reporting.project import Project, package_versions
from analysis.reporting.publication import publish
from analysis.reporting.workers import Options
from analysis.sap import Study, read_study
from schemas.derived import DATASETS


def freeze_cut(
    root: Path, cut: str, progress: Progress, project: Project | None = None
) -> tuple[int, list[str]]:
    """Bring a cut up to date, and write its lock: whole or not at all.

    Parameters
    ----------
    root : Path
        Study folder.
    cut : str
        Declared, not locked, the previous one locked.
    progress : Progress
        Where to say how far it is.
    project : Project, optional
        The code that makes the cut; by default the installed project.

    Returns
    -------
    status : int
        0 frozen; else that of the run that failed, and nothing is written.
    lines : list of str
        What to say.

    Raises
    ------
    ParameterError
        If the cut is locked already, or the previous one is not.
    """
    project = project or Project.installed()
    study = read_study(root, cut)
    _refuse_out_of_order(study)
    refuse_public_profile(study)
    with study_lock(root, f"registry freeze {cut}", tell=progress.say):
        # What the previous lock changed on its page makes nothing stale.
        for name in staleness.about_changes(study.sap):
            staleness.notebook(study, name, project).record.unlink(missing_ok=True)
        status = bring_up_to_date([study], project, Options(), progress)
        if status:
            return status, [f"{cut} is not frozen: its report could not be made"]
        publish(study, project)
        path = lock_path(root, cut)
        content = sealed(lock_content(study, project))
        write_json(path, content)
    said = [f"{cut} is frozen: {path}, lock {content['lock']}"]
    if not project.commit.sha or project.commit.dirty:
        state = "has uncommitted changes" if project.commit.sha else "is in no commit"
        said.append(
            f"The code that made it {state}: its pages can be replayed to the byte by nobody who "
            "does not have that code. Commit, remove the lock, and freeze again"
        )
    said.append(f"Commit {path.relative_to(root)} with the study")
    return 0, said


def _refuse_out_of_order(study: Study) -> None:
    cut, previous = study.cut.cut, study.cut.previous
    if study.lock is not None:
        raise ParameterError(
            f"{study.lock.path}: {cut} is locked already; a correction goes into "
            f"params/cuts/{cut}.errata.yaml"
        )
    if previous is None:
        return
    if previous not in list_cuts(study.root):
        raise ParameterError(
            f"params/cuts/{cut}.yaml: the previous cut {previous} is not declared; the lock of "
            f"{cut} could not be chained to it"
        )
    if lock_of(study.root, previous) is None:
        raise ParameterError(
            f"{cut} follows {previous}, which is not locked; `registry freeze {previous}` first"
        )


def lock_content(study: Study, project: Project) -> dict[str, Any]:
    """What the lock of a published cut says, but for its own hash."""
    root, cut, previous = study.root, study.cut.cut, study.cut.previous
    stated = study.cut.model_dump(mode="json")
    parameters = [root / "params" / "sap.yaml", root / "params" / "cuts" / f"{cut}.yaml"]
    parameters += sorted((root / "params").glob("*.csv"))
    before = None if previous is None else lock_of(root, previous)
    errata = () if previous is None else errata_of(root, previous)
    return {
        "cut": cut,
        **{name: stated[name] for name in KEPT_FROM_THE_CUT_FILE},
        "chain": {
            "cut": None if before is None else previous,
            "lock": None if before is None else before.own,
        },
        "raw": hash_folder_of(study.raw, root),
        "parameters": hash_files(parameters, root),
        "rules": study.rules.model_dump(mode="json"),
        "commit": {"sha": project.commit.sha, "dirty": project.commit.dirty},
        "code": project.code,
        "environment": {
            "lock": project.lock,
            "python": platform.python_version(),
            "packages": package_versions(),
        },
        "datasets": hash_folder(study.derived),
        "columns": {
            name: column_hashes(read_dataset(study.derived, name)) for name in sorted(DATASETS)
        },
        "estimates": hash_file(study.reports / "estimates.csv"),
        "members": hash_file(study.reports / "members.parquet"),
        "numbers": held_numbers(read_estimates(study.reports / "estimates.csv")),
        "outputs": output_hashes(study),
        "errata_read": [erratum.model_dump(mode="json") for erratum in errata],
    }


def hash_folder_of(folder: Path, root: Path) -> dict[str, str]:
    """Hashes of the files of a folder by their path below the study folder."""
    below = folder.relative_to(root).as_posix()
    return {f"{below}/{name}": digest for name, digest in hash_folder(folder).items()}


def output_hashes(study: Study) -> dict[str, str]:
    """Hashes of everything that the report of a cut consists of, its manifest too."""
    made = read_json(study.reports / manifest.NAME).get("outputs", {})
    return hash_files([study.reports / name for name in [*made, manifest.NAME]], study.reports)
