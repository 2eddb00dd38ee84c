"""The documentation: made pages say what there is, code on the pages runs, the site is offline."""

import importlib.util
import re
import subprocess
import sys
from types import SimpleNamespace

import pytest

from analysis.params import Rules
from analysis.tabulation.known_at_origin import FutureError
from tests.study_folder import PROJECT

DOCS = PROJECT / "docs"
WRITTEN = sorted(
    path
    for path in DOCS.rglob("*.md")
    if path.parent.name not in ("reference", "gallery") and "_build" not in path.parts
)


@pytest.fixture(scope="module")
def made():
    spec = importlib.util.spec_from_file_location("made_pages", DOCS / "made_pages.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_of_the_plan_has_every_rule_with_its_comment(made):
    page = made.plan()
    for group, field in Rules.model_fields.items():
        assert f"### {group}\n" in page
        for name in field.annotation.model_fields:
            assert f"| `{name}` |" in page
    assert "| `confirm_days` | `28` | CR/PR confirmed at least this many days later" in page


def test_the_page_of_endpoints_has_the_cases_of_the_tests(made):
    page = made.endpoints()
    for path in (PROJECT / "tests" / "endpoints").glob("test_*.py"):
        if re.search(r'^[A-Z_]+ = table\(\n?\s*"""', path.read_text(encoding="utf-8"), re.M):
            assert f"`tests/endpoints/{path.name}`" in page
    assert page.count("\n| --- |") > 40


def test_the_page_of_estimators_has_the_calls_of_r(made):
    page = made.estimators()
    fixtures = (PROJECT / "tests/reference/statistics/fixtures.json").read_text(encoding="utf-8")
    for case in re.findall(r'"id": "([a-z_0-9]+)"', fixtures):
        assert f"`{case}`" in page or case.split("_")[0] not in sum(made.ESTIMATORS.values(), ())
    for module in made.ESTIMATORS:
        assert f":: analysis.estimates.{module}." in page


def test_the_page_of_the_command_line_has_every_command(made):
    page = made.command_line()
    for name in ("run", "validate", "derive", "freeze", "trace", "simulate", "import", "status"):
        assert f"## registry {name}\n" in page
    assert "`--only`" in page


@pytest.mark.parametrize(
    ("link", "page", "said"),
    [
        ("[x:3](../src/a.py#L3)", "finder", "`src/a.py, line 3`"),
        ("[17](../params/sap.yaml#L17)", "finder", "`params/sap.yaml, line 17`"),
        ("[the page](../schemas/DICTIONARY.md)", "import", "[the page](reference/dictionary.md)"),
        ("[the page](../import.md)", "tutorial/first-hour", "[the page](../import.md)"),
        ("[away](https://example.org/a)", "finder", "[away](https://example.org/a)"),
    ],
)
def test_a_link_out_of_the_site_becomes_file_and_line(made, link, page, said):
    source = [link]
    made.without_links_outside(None, page, source)
    assert source == [said]


def blocks(path):
    return re.findall(r"^```python\n(.*?)^```", path.read_text(encoding="utf-8"), re.M | re.S)


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.stem)
def test_the_code_on_a_page_runs(path, shipped_outputs, monkeypatch):
    """Each block, on the last shipped cut; what a page shows as refused is refused."""
    study = shipped_outputs("DC04")[0]
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda *a, **k: shown.append(a))
    module = SimpleNamespace(open_cut=lambda cut: study)
    monkeypatch.setitem(sys.modules, "analysis.reporting", module)
    names = {"study": study}
    for block in blocks(path):
        if "# FutureError" in block:
            with pytest.raises(FutureError, match="is not known yet at its origin"):
                exec(block, names)
        else:
            exec(block, names)


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.stem)
def test_what_a_page_names_is_there(path):
    """Files, folders, make targets and commands in code spans."""
    text = path.read_text(encoding="utf-8")
    for name in re.findall(r"`((?:src|schemas|params|tests|benchmarks|notebooks)/[\w./-]+)`", text):
        if not re.search(r"DC0[5-9]|\.(lock|errata)\.|<|sNN", name):
            assert (PROJECT / name).exists(), name
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"`make ([a-z]+)`", text):
        assert f"\n{target}:" in makefile, target


def test_every_page_is_in_the_contents():
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    for path in WRITTEN:
        name = path.relative_to(DOCS).with_suffix("").as_posix()
        assert name in ("index", "README") or f"\n{name}\n" in index, name


def test_the_site_asks_nothing_of_the_network():
    if not (DOCS / "_build" / "index.html").is_file():
        pytest.skip("make docs has not been run here")
    pages = list((DOCS / "_build").rglob("*.html"))
    assert len(pages) > 30
    loaded = re.compile(r"<(?:script|link|img|iframe|source)\b[^>]*(?:src|href)=\"(?:https?:)?//")
    for path in pages:
        text = path.read_text(encoding="utf-8")
        assert not loaded.search(text), path
        assert "mathjax" not in text.lower(), path
    for path in (DOCS / "_build" / "_static").rglob("*.css"):
        assert not re.search(r"url\([\"']?(?:https?:)?//", path.read_text(encoding="utf-8")), path


def test_made_pages_stay_out_of_git():
    asked = ["docs/reference/plan.md", "docs/gallery/index.md", "docs/_build/index.html"]
    command = ["git", "check-ignore", "--no-index", *asked]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    if done.returncode == 128:
        pytest.skip("not a git checkout")
    assert done.stdout.split() == asked
