"""`registry queries`: a workbook and a CSV per site, of a cut and against the ones before it."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from analysis.csv_writer import safe, write_csv
from analysis.errors import ParameterError
from analysis.hybrids.states import findings_as_text
from analysis.params import list_cuts
from analysis.queries.questions import NO_SITE, FoundInCut, questions
from analysis.queries.workbook import write_workbook
from analysis.replacing import aside, put_in_place
from analysis.reporting.changes_between import cut_findings
from analysis.reporting.lock import study_lock
from analysis.sap import Study, read_study
from analysis.tracing.raw_rows import RawFiles
from analysis.wording import counted

FOLDER = "queries"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,60}")
_STATUSES = ("new", "open", "resolved")


def write_queries(
    root: Path, cut: str, site: str | None, tell: Callable[[str], object]
) -> list[str]:
    """Write the questions of a cut to its sites; whole, or the old ones stay.

    Parameters
    ----------
    root : Path
        Study folder.
    cut : str
        Declared.
    site : str, optional
        The one site to write; by default all.
    tell : callable
        Told who is waited for.

    Returns
    -------
    list of str
        What to say, a line per site.

    Raises
    ------
    ParameterError
        If there is no such site.
    """
    study = read_study(root, cut)
    with study_lock(root, f"registry queries {cut}", tell=tell):
        chain = _cuts_up_to(study)
        found = [
            FoundInCut(one.cut.cut, findings_as_text(cut_findings(one)), RawFiles(one.raw))
            for one in chain
        ]
        asked = questions(found)
        sites = _sites(study, asked)
        if site is not None and site not in sites:
            raise ParameterError(f"{cut} has no site '{site}'; there are {', '.join(sites)}")
        chosen = sites if site is None else [site]
        target = study.reports / FOLDER
        target.parent.mkdir(parents=True, exist_ok=True)
        built = aside(target)
        shutil.rmtree(built, ignore_errors=True)
        if site is not None and target.is_dir():
            shutil.copytree(target, built)
        built.mkdir(exist_ok=True)
        for name in chosen:
            _write_site(study, name, asked[asked["site_id"].eq(name)], built)
        put_in_place(built, target)
    lines = [_in_words(name, asked[asked["site_id"].eq(name)]) for name in chosen]
    return [*lines, f"Written: {target}"]


def _cuts_up_to(study: Study) -> list[Study]:
    """A cut and those before it whose extracts are there, in order of time."""
    chain = [study]
    declared = list_cuts(study.root)
    while (name := chain[0].cut.previous) is not None and name in declared:
        before = read_study(study.root, name)
        if not before.raw.is_dir() or before.cut.cut in {one.cut.cut for one in chain}:
            break
        chain.insert(0, before)
    return chain


def _sites(study: Study, asked: pd.DataFrame) -> list[str]:
    """Every site of the cut, with or without questions, and those of resolved ones."""
    rows = RawFiles(study.raw).all_of("patients")
    named = {row.cells.get("site_id", "") for row in rows} | set(asked["site_id"])
    return sorted(named - {"", NO_SITE}) + ([NO_SITE] if NO_SITE in named else [])


def file_name(site: str) -> str:
    """Name of the files of a site; of a site that is no name of a file, with a hash of it."""
    if _NAME.fullmatch(site) and not site.endswith("."):
        return site
    kept = re.sub(r"[^A-Za-z0-9]+", "-", site).strip("-")[:40] or "site"
    return f"{kept}-{hashlib.sha256(site.encode('utf-8')).hexdigest()[:8]}"


def _write_site(study: Study, site: str, asked: pd.DataFrame, folder: Path) -> None:
    name, cut = file_name(site), study.cut
    write_csv(safe(asked), folder / f"{name}.csv")
    about = {
        "Title": f"Data queries, {cut.cut}, site {site}",
        "Cut": f"{cut.cut}, {cut.label}, data to {cut.clinical_cutoff}, "
        f"exported {cut.snapshot_date}",
        "Site": site,
        "Queries": _in_words(site, asked),
        "Status": "new: not there in the previous cut. open: there already. resolved: no longer "
        "found in this cut; nothing to do.",
        "Age, cuts": "Cuts in a row in which the query was found, this one counted.",
        "Line": "Line of the file of this cut; the header is line 1.",
        "Query": "The same query keeps its number from cut to cut, whatever line it moves to.",
        "Answer of the site": "What was checked and what will be corrected, or why it is right. "
        "Corrections are made in the registry, not here.",
    }
    if cut.synthetic:
        about["Synthetic data"] = "No patient exists."
    write_workbook(asked, folder / f"{name}.xlsx", about)


def _in_words(site: str, asked: pd.DataFrame) -> str:
    by_status = asked["status"].value_counts()
    parts = [f"{int(by_status.get(status, 0))} {status}" for status in _STATUSES]
    return f"{site}: {counted(len(asked), 'query', 'queries')}, {', '.join(parts)}"
