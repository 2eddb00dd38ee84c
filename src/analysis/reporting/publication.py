"""Publish the report of a cut: built aside from the parts of its notebooks, renamed into place."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from analysis.errors import MachineError
from analysis.findings import FILE, UNPUBLISHED
from analysis.hashing import read_json
from analysis.replacing import BUILDING, aside, put_in_place
from analysis.reporting import staleness
from analysis.reporting.emission import DOWNLOADS, LISTINGS
from analysis.reporting.execution import BODY
from analysis.reporting.manifest import NAME as MANIFEST
from analysis.reporting.manifest import write_manifest
from analysis.reporting.parts import collect
from analysis.reporting.project import Project
from analysis.reporting.provenance import provenance
from analysis.reporting.site import write_cut_pages
from analysis.reporting.whole_report import (
    ARCHIVE,
    NO_BROWSER,
    PDF,
    find_browser,
    write_archive,
    write_pdf,
)
from analysis.sap import Study

#: The whole report in one file.
WHOLE = (PDF, ARCHIVE)
#: What the comparison with the previous cut leaves, and folders that other commands fill.
CHANGES, KEPT_FOLDERS = "changes", ("queries", "changes-since-")


def refuse_read_only(study: Study) -> None:
    """Refuse to replace a report that somebody made read-only.

    Raises
    ------
    MachineError
        If there is one.
    """
    if study.reports.exists() and not os.access(study.reports, os.W_OK):
        raise MachineError(
            f"{study.reports}: read-only, so that it is not replaced; give yourself the right to "
            "write there, or move the report away"
        )


def publish(study: Study, project: Project, formats: tuple[str, ...] = ()) -> list[str]:
    """Build the report of a cut aside and put it in place of the last one.

    Parameters
    ----------
    study : Study
    project : Project
    formats : tuple of str
        ``report.pdf`` and ``report.zip`` where asked for; figures are made by the notebooks.

    Returns
    -------
    list of str
        What was asked for and cannot be made here, in words.
    """
    refuse_read_only(study)
    published = study.reports
    built = aside(published)
    shutil.rmtree(built, ignore_errors=True)
    try:
        said = _build(study, project, built, formats)
        put_in_place(built, published)
    except BaseException:
        shutil.rmtree(built, ignore_errors=True)  # a full disk is full of it
        raise
    return said


def _build(study: Study, project: Project, built: Path, formats: tuple[str, ...]) -> list[str]:
    """Write the whole report of a cut into a folder aside."""
    step = staleness.pages(study, project)
    (built / "figures").mkdir(parents=True)
    work = staleness.work_folder(study.root, study.cut.cut)
    parts = {name: work / name for name in study.sap.notebooks()}
    for folder in parts.values():
        for figure in sorted(folder.glob("figures/*")):
            shutil.copyfile(figure, built / "figures" / figure.name)
        for part in (DOWNLOADS, LISTINGS):
            if (folder / part).is_dir():
                shutil.copytree(folder / part, built / part, dirs_exist_ok=True)
    collect(parts.values(), built)
    for folder in parts.values():
        if (folder / CHANGES).is_dir():
            shutil.copytree(folder / CHANGES, built / CHANGES, dirs_exist_ok=True)
    shutil.copyfile(study.derived / FILE, built / FILE)
    _carry_over(study.reports, built)
    facts = provenance(study, project)
    bodies = {name: folder / BODY for name, folder in parts.items()}
    wanted = [kind for kind in WHOLE if kind in formats]
    said = []
    if PDF in wanted and (browser := find_browser()) is None:
        said.append(NO_BROWSER)
        wanted.remove(PDF)
    pages, shared = write_cut_pages(built, study, project, facts, bodies, tuple(wanted))
    if PDF in wanted:
        write_pdf(built, pages, shared, str(browser))
    write_manifest(built, study, project, facts, step)
    if ARCHIVE in wanted:
        write_archive(built, study.cut.cut)
    return said


def _carry_over(published: Path, built: Path) -> None:
    """Copy what others keep beside the report, but no output of an old one."""
    ours = {*read_json(published / MANIFEST).get("outputs", {}), MANIFEST, FILE}
    if not published.is_dir():
        return
    for path in sorted(published.iterdir()):
        if path.is_dir() and path.name.startswith(KEPT_FOLDERS):
            shutil.copytree(path, built / path.name)
        ours_or_half = path.name in (*ours, *WHOLE) or path.name.startswith(BUILDING)
        if path.is_file() and not ours_or_half and not (built / path.name).exists():
            shutil.copyfile(path, built / path.name)


def published_already(study: Study) -> None:
    """Remove what is kept for reading beside a report that turns out to be up to date."""
    for name in ("failed", UNPUBLISHED):
        shutil.rmtree(study.reports / name, ignore_errors=True)
