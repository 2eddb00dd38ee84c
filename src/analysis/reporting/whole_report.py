"""The report of a cut as one PDF, printed by Chromium where it is found, and as one archive.

Same inputs, same bytes: dates inside of the PDF are set to the day of the export, entries of the
archive have one date and come in the order of their names.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

from analysis.hashing import hash_file
from analysis.reporting.rendering import html_made_by_us, render_template
from analysis.reporting.site import Page

PDF, ARCHIVE = "report.pdf", "report.zip"
NO_BROWSER = "report.pdf is not made: no Chromium on this machine (package chromium)"
_MAIN = re.compile(r'<main id="content"[^>]*>(.*)</main>', re.S)
_ONE_DATE = (2000, 1, 1, 0, 0, 0)


def find_browser() -> str | None:
    """Path of Chromium, where it is installed."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


def write_pdf(folder: Path, pages: tuple[Page, ...], shared: dict, browser: str) -> Path:
    """Print all pages of a cut as one PDF with bookmarks and page numbers.

    Parameters
    ----------
    folder : Path
        Of the report.
    pages : tuple of Page
        In order; the overview comes first.
    shared : dict
        What the pages say about themselves.
    browser : str
        Path of Chromium.
    """
    names = ["index", *(page.name for page in pages), "amendments", "glossary"]
    bodies = [_main_of(folder / f"{name}.html", f"p{n}-") for n, name in enumerate(names)]
    text = render_template(
        "whole.html.j2",
        title="Report",
        current="",
        contents=(),
        bodies=[html_made_by_us(body) for body in bodies],
        **shared,
    )
    with tempfile.TemporaryDirectory() as made:
        source, target = Path(made) / "report.html", Path(made) / PDF
        source.write_text(text, encoding="utf-8")
        command = [
            *(browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"),
            *("--disable-background-networking", "--no-pdf-header-footer"),
            *("--generate-pdf-document-outline", f"--user-data-dir={made}/profile"),
            *(f"--print-to-pdf={target}", source.as_uri()),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=600)
        exported = shared["provenance"].snapshot_date.replace("-", "")
        (folder / PDF).write_bytes(with_one_day(target.read_bytes(), exported))
    return folder / PDF


def _main_of(page: Path, prefix: str) -> str:
    """What stands in the middle of a page, ids of its figures made its own."""
    found = _MAIN.search(page.read_text(encoding="utf-8"))
    body = "" if found is None else found.group(1)
    body = re.sub(r'\b(id|for)="(f\d+-)', rf'\1="{prefix}\2', body)
    body = re.sub(r'href="#(f\d+-)', rf'href="#{prefix}\1', body)
    body = re.sub(r"url\(#(f\d+-)", rf"url(#{prefix}\1", body)
    return re.sub(r'href="[a-z0-9_]+\.html(#[^"]+)"', r'href="\1"', body)


def with_one_day(pdf: bytes, day: str) -> bytes:
    """A PDF with its dates replaced by a day, length for length, so that its table stays right."""

    def dated(found: re.Match[bytes]) -> bytes:
        fixed = f"D:{day}000000+00'00'".encode()
        return (
            found.group(1) + b"(" + fixed.ljust(len(found.group(2)))[: len(found.group(2))] + b")"
        )

    return re.sub(rb"(/(?:CreationDate|ModDate) )\((D:[^)]*)\)", dated, pdf)


def write_archive(folder: Path, cut: str) -> Path:
    """Write a ZIP of the report with a list of its files and their hashes.

    Parameters
    ----------
    folder : Path
        Of the report.
    cut : str
        Like ``DC04``: the folder inside of the archive.
    """
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.name != ARCHIVE)
    listed = "".join(f"{hash_file(p)}  {p.relative_to(folder).as_posix()}\n" for p in files)
    with zipfile.ZipFile(folder / ARCHIVE, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            _entry(archive, f"{cut}/{path.relative_to(folder).as_posix()}", path.read_bytes())
        _entry(archive, f"{cut}/SHA256SUMS", listed.encode())
    return folder / ARCHIVE


def _entry(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, _ONE_DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, content)
