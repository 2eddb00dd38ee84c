"""What is made on demand: refused by name where it is not known, made once, in no manifest."""

import json

from tests.machine import registry
from tests.reporting.toy import run


def test_a_format_that_nobody_knows_is_refused_with_what_there_is(small_study):
    done = registry("run", "--study", small_study, "--formats", "pdf,tiff")
    assert done.returncode == 2
    assert "--formats tiff: known are docx, rtf, csv, svg, pdf, png, report.pdf" in done.stderr


def test_figures_are_drawn_again_only_where_a_format_is_not_there(toy):
    run(toy)
    manifest = json.loads((toy.root / "reports/DC01/manifest.json").read_text())
    status, said = run(toy, formats=("png", "report.zip"))
    assert status == 0, said.text
    folder = toy.root / "reports" / "DC01"
    for name in ("downloads/F14.1.1.png", "downloads/F14.1.1-85mm.png", "report.zip"):
        assert (folder / name).is_file()
    again = json.loads((folder / "manifest.json").read_text())
    assert again["outputs"].keys() == manifest["outputs"].keys()
    status, said = run(toy, formats=("png", "report.zip"))
    assert "report is up to date" in said.text
    first = (folder / "report.zip").read_bytes()
    run(toy, formats=("png", "report.zip"), force=True)
    assert (folder / "report.zip").read_bytes() == first


def test_without_a_browser_the_pdf_is_a_plain_word(toy, monkeypatch):
    monkeypatch.setattr("analysis.reporting.publication.find_browser", lambda: None)
    status, said = run(toy, formats=("report.pdf",))
    assert status == 0
    assert "report.pdf is not made: no Chromium on this machine" in said.text
    assert not (toy.root / "reports" / "DC01" / "report.pdf").exists()
