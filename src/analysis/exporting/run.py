"""`registry export`: make what is missing or stale, then write the files of one kind whole."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd

from analysis.errors import InputError, ParameterError
from analysis.exporting.ars import reporting_event
from analysis.exporting.dataset_json import CODE_LISTS, code_lists, dataset_document, written
from analysis.replacing import aside, put_in_place
from analysis.sap import Study, read_study
from analysis.wording import counted
from schemas.derived import DATASETS

KINDS = ("dataset-json", "ars")


def export_cut(root: Path, cut: str, kind: str, progress) -> list[str]:
    """Export one cut.

    Parameters
    ----------
    root : Path
        Study folder.
    cut : str
    kind : str
        dataset-json or ars.
    progress : Progress
        Told what is made first.

    Returns
    -------
    list of str
        What to print.

    Raises
    ------
    ParameterError
        For an unknown kind or cut.
    InputError
        If what is to be exported cannot be made; nothing is written then.
    """
    if kind not in KINDS:
        raise ParameterError(f"'{kind}' cannot be exported; known are {' and '.join(KINDS)}")
    study = read_study(root, cut)
    if kind == "ars":
        from analysis.reporting.pipeline import Options, run_cuts

        if run_cuts(root, [cut], Options(), progress) != 0:
            raise InputError(f"{cut}: not exported; the report that it is made of cannot be made")
        return _whole(study, kind, _ars(study))
    return _whole(study, kind, _datasets(study))


def _datasets(study: Study) -> dict[str, str]:
    """Text of each file, the datasets derived first where they are stale."""
    from analysis.reporting.dataset_files import read_dataset
    from analysis.reporting.lock import study_lock
    from analysis.reporting.project import Project
    from analysis.reporting.staleness import derivation, derive_and_record

    cut = study.cut.cut
    with study_lock(study.root, f"registry export {cut}", tell=print):
        project = Project.installed()
        if derivation(study.root, cut, project).reason() is not None:
            result = derive_and_record(study.root, cut, project)
            if result.exit_status:
                raise InputError("\n".join(result.summary))
        frames = {name: read_dataset(study.derived, name) for name in DATASETS}
    name = study.root.name
    files = {
        f"{one}.json": written(dataset_document(one, frame, name, cut, study.cut.snapshot_date))
        for one, frame in frames.items()
    }
    return files | {CODE_LISTS: written(code_lists(frames))}


def _ars(study: Study) -> dict[str, str]:
    estimates = pd.read_csv(
        study.reports / "estimates.csv", dtype=str, keep_default_na=False, encoding="utf-8"
    )
    event, sidecar = reporting_event(
        estimates, study.sap, study.root.name, study.cut.cut, study.cut.label
    )
    return {"reporting_event.json": written(event), "beside_ars.json": written(sidecar)}


def _whole(study: Study, kind: str, files: dict[str, str]) -> list[str]:
    """Write all files aside, then put them in place."""
    folder = study.reports / "export" / kind
    folder.parent.mkdir(parents=True, exist_ok=True)
    built = aside(folder)
    shutil.rmtree(built, ignore_errors=True)
    built.mkdir()
    try:
        for name, text in files.items():
            (built / name).write_text(text, encoding="utf-8", newline="\n")
        put_in_place(built, folder)
    except BaseException:
        shutil.rmtree(built, ignore_errors=True)
        raise
    return [f"{study.cut.cut}: {counted(len(files), 'file')} in {folder}"]
