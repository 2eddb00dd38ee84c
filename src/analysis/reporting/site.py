"""The pages around the notebooks: a cut's own pages and overview, and the list of all cuts."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from analysis.errors import ParameterError
from analysis.findings import FILE, UNPUBLISHED
from analysis.hashing import read_json
from analysis.params import list_cuts
from analysis.prose.checklists import read_checklists, share
from analysis.prose.overview import overview as overview_of
from analysis.prose.sentences import Filled, Numbers
from analysis.replacing import whole_file
from analysis.reporting.courses import courses
from analysis.reporting.definitions import AMENDMENTS_PAGE, anchor, spoken_id
from analysis.reporting.emission import LISTINGS
from analysis.reporting.glossary import GLOSSARY_PAGE, glossary, rules_in_words
from analysis.reporting.headlines import headlines, share_not_due
from analysis.reporting.number_help import NumberHelp, in_a_script
from analysis.reporting.parts import read_estimates
from analysis.reporting.patient_pages import patients_of, write_patient_pages
from analysis.reporting.project import Commit, Project
from analysis.reporting.provenance import SHORT, Provenance
from analysis.reporting.rendering import html_made_by_us, render_template
from analysis.reporting.staleness import reports_folder
from analysis.rule_comments import rule_comments
from analysis.sap import Sap, Study, read_study
from analysis.wording import counted

SITE_TITLE = "Reports"
# In the order in which a reader asks for them; only those that exist are listed.
FILES = (
    ("estimates.csv", "every number of the report, unrounded, one per row"),
    ("members.parquet", "who is counted in each cell"),
    ("findings.csv", "what is wrong or odd in the extracts, by file and line"),
    ("report.pdf", "all pages as one document, numbered, with bookmarks"),
    ("report.zip", "everything in one archive, with the hash of each file"),
    ("manifest.json", "hashes of all inputs and outputs, commit, package versions"),
)


@dataclass(frozen=True)
class Page:
    """One page of a cut: a notebook, its title and its outputs."""

    name: str
    title: str
    contents: tuple[dict[str, str], ...]


def notebook_title(path: Path) -> str:
    """Return the first heading of a notebook, its name where it has none."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            heading = re.search(r"^#\s+(.+)$", cell.source, re.M)
            if heading:
                return heading.group(1).strip()
    return path.stem


def contents_of(sap: Sap, notebook: str | None) -> tuple[dict[str, str], ...]:
    """Return number, title and anchor of each output of a notebook, in the order of the plan.

    Without a notebook: the outputs that are planned and not produced yet.
    """
    return tuple(
        {
            "id": output.id,
            "number": spoken_id(output.id),
            "title": output.title,
            "anchor": anchor(output.id),
        }
        for output in sap.outputs
        if output.notebook == notebook
    )


def pages_of(study: Study, project: Project) -> tuple[Page, ...]:
    """Return the pages of a cut in the order of the notebooks."""
    return tuple(
        Page(name, notebook_title(project.notebook(name)), contents_of(study.sap, name))
        for name in sorted(study.sap.notebooks())
    )


def write_cut_pages(
    folder: Path,
    study: Study,
    project: Project,
    facts: Provenance,
    bodies: dict[str, Path],
    whole: tuple[str, ...] = (),
) -> tuple[tuple[Page, ...], dict[str, Any]]:
    """Write the pages of a cut and its overview; return what all pages share.

    Parameters
    ----------
    folder : Path
        Folder of the report; ``estimates.csv`` is read from it.
    study : Study
        The study folder, opened for the cut.
    project : Project
        Where the notebooks come from.
    facts : Provenance
        What each page says about itself.
    bodies : dict
        The rendered body of each notebook, by name.
    whole : tuple of str
        Files of the whole report that will stand beside the pages.
    """
    pages = pages_of(study, project)
    shared: dict[str, Any] = {
        "provenance": facts,
        "synthetic": facts.synthetic,
        "pages": pages,
        "amendments": study.sap.amendments,
        "up": "",
        "search_index": html_made_by_us(search_index(study, pages)),
    }
    places = _places(pages)
    helped = NumberHelp(*_numbers_and_members(folder))
    for number, page in enumerate(pages):
        body = bodies[page.name].read_text(encoding="utf-8")
        text = render_template(
            "page.html.j2",
            title=page.title,
            current=page.name,
            contents=page.contents,
            body=html_made_by_us(body),
            numbers=html_made_by_us(helped.of_page(body)),
            before=pages[number - 1] if number else None,
            after=pages[number + 1] if number + 1 < len(pages) else None,
            **shared,
        )
        _write(folder / f"{page.name}.html", text)
    _write_listings(folder, pages, helped, shared)
    present = [
        {"name": name, "holds": holds}
        for name, holds in FILES
        if name == "manifest.json" or name in whole or (folder / name).is_file()
    ]
    parts = overview_of(Numbers(read_estimates(folder / "estimates.csv"), study.rules))
    overview = render_template(
        "overview.html.j2",
        title="Overview",
        current="index",
        contents=(),
        files=present,
        planned=contents_of(study.sap, None),
        headlines=headlines(study.sap, folder / "estimates.csv", linked_to=""),
        not_due=share_not_due(folder / "estimates.csv", study.rules),
        parts=[(head, [s.text for s in said], caveat) for head, said, caveat in parts],
        links={head: places[said[0].output] for head, said, _ in parts if said[0].output in places},
        changed=_what_changed(folder),
        **shared,
    )
    _write(folder / "index.html", overview)
    _write_checked(folder, study, parts, places, shared)
    amendments = render_template(
        "amendments.html.j2",
        title="Amendments of the plan",
        current="amendments",
        contents=(),
        places=_places(pages),
        **shared,
    )
    _write(folder / AMENDMENTS_PAGE, amendments)
    terms = render_template(
        "glossary.html.j2",
        title="Glossary",
        current="glossary",
        contents=(),
        terms=[(code, words, what) for code, (words, what) in glossary().items()],
        rules=rules_in_words(study),
        **shared,
    )
    _write(folder / GLOSSARY_PAGE, terms)
    _write_patients(folder, study, _places(pages), shared)
    return pages, shared


def _what_changed(folder: Path) -> list[str]:
    """Sentences about the changes since the previous cut, as the comparison left them."""
    path = folder / "changes" / "sentences.txt"
    return path.read_text(encoding="utf-8").splitlines()[:4] if path.is_file() else []


def _write_checked(
    folder: Path,
    study: Study,
    parts: list[tuple[str, list[Filled], str]],
    places: dict[str, dict[str, str]],
    shared: dict[str, Any],
) -> None:
    """Write the checklists (REP.1) and the owners of numbers in sentences (REP.2)."""
    listed = read_checklists(study.root, study.sap)
    text = render_template(
        "checklists.html.j2",
        title="Reporting checklists",
        current="checklists",
        contents=(),
        checklists=[(checklist, share(checklist)) for checklist in listed],
        places=places,
        **shared,
    )
    _write(folder / "checklists.html", text)
    text = render_template(
        "numbers.html.j2",
        title="Numbers in sentences",
        current="numbers",
        contents=(),
        sentences=[sentence for _, said, _ in parts for sentence in said],
        **shared,
    )
    _write(folder / "numbers-in-sentences.html", text)


def _write_patients(
    folder: Path, study: Study, places: dict[str, dict[str, str]], shared: dict[str, Any]
) -> None:
    """Write the pages of the patients and their list."""
    import pandas as pd

    members = pd.read_parquet(folder / "members.parquet")
    write_patient_pages(folder, study, members, places, shared)
    listed = render_template(
        "patients.html.j2",
        title="Patients",
        current="patients",
        contents=(),
        patients=patients_of(study),
        **{**shared, "up": "../"},
    )
    _write(folder / "patients" / "index.html", listed)


def _write_listings(
    folder: Path, pages: tuple[Page, ...], helped: NumberHelp, shared: dict[str, Any]
) -> None:
    """Write the further pages of listings, whose tables the notebooks left."""
    places = _places(pages)
    found = sorted(folder.glob(f"{LISTINGS}/*.html"), key=_by_page)
    for place, path in enumerate(found):
        output = re.sub(r"(-\d+)?-page\d+$", "", path.stem)
        body = path.read_text(encoding="utf-8")
        beside = [found[place - 1] if place else None, *found[place + 1 : place + 2]]
        same = [p.name if p and p.stem.startswith(f"{output}-") else "" for p in beside]
        text = render_template(
            "listing.html.j2",
            title=places[output]["title"],
            current=places[output]["href"].partition(".html")[0],
            contents=(),
            place=places[output],
            before=same[0],
            after=same[1] if len(same) > 1 else "",
            body=html_made_by_us(body),
            **{**shared, "up": "../"},
        )
        _write(path, text)


def _by_page(path: Path) -> tuple[str, int]:
    stem, _, page = path.stem.rpartition("-page")
    return stem, int(page)


def _numbers_and_members(folder: Path) -> tuple[Any, Any]:
    import pandas as pd

    return read_estimates(folder / "estimates.csv"), pd.read_parquet(folder / "members.parquet")


def search_index(study: Study, pages: tuple[Page, ...]) -> str:
    """What can be searched on every page: outputs, codes, rules with their comments, patients."""
    entries: list[list[str]] = []
    for page in pages:
        entries.append(["Page", page.title, f"{page.name}.html"])
        for item in page.contents:
            href = f"{page.name}.html#{item['anchor']}"
            entries.append([item["number"], item["title"], href, item["id"]])
    for code, (words, what) in glossary().items():
        entries.append([code, words, f"{GLOSSARY_PAGE}#{code}", what])
    for path, comment in rule_comments(study.root / "params" / "sap.yaml").items():
        name = ".".join(path)
        entries.append([name, comment, f"{GLOSSARY_PAGE}#rule-{name}", "rule"])
    entries += [[p, "patient", f"patients/{p}.html"] for p in patients_of(study)]
    return in_a_script(entries)


def _places(pages: tuple[Page, ...]) -> dict[str, dict[str, str]]:
    """Return where each output stands and its title, by its id."""
    return {
        item["id"]: {"href": f"{page.name}.html#{item['anchor']}", **item}
        for page in pages
        for item in page.contents
    }


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _error_findings(folder: Path) -> tuple[int, str]:
    """Return how many errors the extracts have as they are now, and which file lists them."""
    for name in (f"{UNPUBLISHED}/{FILE}", FILE):
        if (path := folder / name).is_file():
            with path.open(encoding="utf-8", newline="") as stream:
                rows = csv.DictReader(stream)
                return sum(row.get("severity") == "error" for row in rows), name
    return 0, FILE


def _source(manifest: dict[str, Any]) -> dict[str, str]:
    """Return what a report was made from, in short; nothing where there is no report."""
    if not manifest:
        return {}
    commit = Commit(**manifest["commit"])
    return {
        "sap_version": manifest["sap_version"],
        "sha": commit.sha or "",
        "commit": commit.short,
        "extracts": manifest["extracts"],
        "extracts_short": manifest["extracts"][:SHORT],
    }


def cut_entry(study: Study) -> dict[str, Any]:
    """Return what the list of cuts says of one cut, read from its report where there is one."""
    manifest = read_json(study.reports / "manifest.json")
    errors, listed = _error_findings(study.reports)
    status = "reported" if manifest else "not reported yet"
    if errors:
        kept = "; the report shown was made before" if manifest else ""
        status = f"the extracts have {counted(errors, 'error')}, see {listed}{kept}"
    return {
        "name": study.cut.cut,
        "label": study.cut.label,
        "cutoff": study.cut.clinical_cutoff.isoformat(),
        "exported": study.cut.snapshot_date.isoformat(),
        "source": _source(manifest),
        "locked": study.lock is not None,
        "synthetic": study.cut.synthetic,
        "reported": bool(manifest),
        "status": status,
        "headlines": headlines(
            study.sap, study.reports / "estimates.csv", linked_to=f"{study.cut.cut}/"
        ),
    }


def write_index(study_root: Path) -> Path:
    """Write ``reports/index.html``, all declared cuts, latest first; return its path.

    A cut whose parameters are wrong is named with what is wrong, and keeps no other from the list.
    """
    cuts, unreadable = [], []
    for name in reversed(list_cuts(study_root)):
        try:
            study = read_study(study_root, name)
        except ParameterError as error:
            unreadable.append({"name": name, "why": str(error).replace(f"{study_root}/", "")})
        else:
            cuts.append(cut_entry(study))
    text = render_template(
        "site.html.j2",
        title=SITE_TITLE,
        synthetic=any(cut["synthetic"] for cut in cuts),
        courses=[(title, html_made_by_us(svg)) for title, svg in courses(cuts)],
        cuts=cuts,
        unreadable=unreadable,
    )
    path = reports_folder(study_root) / "index.html"
    with whole_file(path) as file:
        file.write(text)
    return path
