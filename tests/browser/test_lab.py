"""A first hour in JupyterLab, driven in a real browser: `make lab`, and what a statistician does.

The project is copied to a folder with a blank in its name and put under git, so that sources can be
edited and what git would take can be asked. Screenshots go to the folder named in LAB_SCREENSHOTS.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.study_folder import PROJECT

pytestmark = pytest.mark.browser

NOTEBOOK = "explore/00_start_here.ipynb"
WAIT = 60_000  # milliseconds; a busy machine is no failure
BIN = Path(sys.executable).parent
_IDLE = "document.querySelector('.jp-Notebook-ExecutionIndicator')?.dataset.status === 'idle'"


def cutoff(cut: str) -> str:
    text = (PROJECT / "params" / "cuts" / f"{cut}.yaml").read_text(encoding="utf-8")
    return re.search(r"^clinical_cutoff: (\S+)", text, re.M).group(1)


class Copy:
    """The project in another folder, under git as a clone is."""

    def __init__(self, folder: Path) -> None:
        self.root = folder
        listed = self._run(
            "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", at=PROJECT
        )
        for name in filter(None, listed.split("\0")):
            if name.startswith(("tests/", "benchmarks/")) or not (PROJECT / name).is_file():
                continue
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PROJECT / name, folder / name)
        self.git("init", "--quiet")
        self._run(sys.executable, "-I", "src/analysis/git_guard.py", "set-up")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "all")

    def git(self, *words: str) -> str:
        return self._run("git", "-c", "user.name=A", "-c", "user.email=a@b.c", *words)

    def _run(self, *words: str, at: Path | None = None) -> str:
        done = subprocess.run(
            words, cwd=at or self.root, capture_output=True, text=True, check=True
        )
        return done.stdout


class Lab:
    """JupyterLab as `make lab` starts it, with the environment that is there already."""

    def __init__(self, copy: Copy, log: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        options = f"--no-browser --allow-root --ServerApp.port={port}"
        command = ["make", "lab", f"BIN={BIN}", "STAMP=README.md", f"LAB_ARGS={options}"]
        settings = log.parent / "settings"
        tracker = settings / "@jupyterlab" / "notebook-extension" / "tracker.jupyterlab-settings"
        tracker.parent.mkdir(parents=True)
        tracker.write_text('{"windowingMode": "none"}')  # cells out of sight are there to be read
        paths = {
            "PYTHONPATH": f"{copy.root / 'src'}:{copy.root}",
            "JUPYTERLAB_SETTINGS_DIR": str(settings),
        }
        self._log = log
        self._begun = time.monotonic()
        with log.open("w") as file:
            self._process = subprocess.Popen(
                command, cwd=copy.root, env={**os.environ, **paths}, stdout=file, stderr=file,
                start_new_session=True,
            )  # fmt: skip

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._begun

    def address(self, notebook: str) -> str:
        while self.seconds < WAIT / 1000 and self._process.poll() is None:
            said = re.search(r"(http://127\.0\.0\.1:\d+/lab)\?(token=\w+)", self._log.read_text())
            if said:
                return f"{said.group(1)}/tree/{notebook}?{said.group(2)}"
            time.sleep(0.1)
        raise AssertionError(self._log.read_text())

    def stop(self) -> None:
        os.killpg(self._process.pid, signal.SIGTERM)
        self._process.wait(30)


@pytest.fixture
def copy(tmp_path):
    return Copy(tmp_path / "a study")


@pytest.fixture
def lab(copy, tmp_path):
    lab = Lab(copy, tmp_path / "lab.log")
    yield lab
    lab.stop()


class Notebook:
    """What a person does with an open notebook."""

    def __init__(self, page) -> None:
        self.page = page
        page.set_default_timeout(WAIT)
        page.wait_for_selector(".jp-Notebook .jp-CodeCell")
        page.wait_for_function(_IDLE, timeout=WAIT)

    def start_all(self) -> None:
        self.page.get_by_role("menuitem", name="Run", exact=True).click()
        entry = self.page.locator("[data-command='runmenu:run-all']")
        entry.hover()
        entry.click()
        self.page.keyboard.press("Escape")

    def begun(self) -> bool:
        """Whether a cell runs or has run."""
        prompts = "[...document.querySelectorAll('.jp-InputPrompt')]"
        return self.page.evaluate(f"{prompts}.some(e => /\\[(\\*|\\d+)\\]/.test(e.textContent))")

    def run_all(self) -> None:
        self.start_all()
        self.page.wait_for_timeout(500)
        self.wait()

    def wait(self) -> None:
        self.page.wait_for_function(
            "![...document.querySelectorAll('.jp-InputPrompt')]"
            f".some(e => e.textContent.includes('*')) && {_IDLE}",
            timeout=WAIT,
        )

    def replace(self, was: str, now: str) -> None:
        """Type another text into the cell that has this one."""
        cell = self.page.locator(".jp-CodeCell .cm-content", has_text=was).first
        cell.click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(now)

    def add(self, text: str) -> None:
        """Add a cell below the last one and type into it."""
        self.page.locator(".jp-Cell").last.click()
        self.page.keyboard.press("Escape")
        self.page.keyboard.press("b")
        self.page.keyboard.press("Enter")
        self.page.keyboard.type(text)

    def run(self) -> str:
        """Run the cell at the cursor; return the text below it."""
        self.page.keyboard.press("Control+Enter")
        self.page.wait_for_timeout(300)
        self.wait()
        return self.page.locator(".jp-Cell").last.locator(".jp-OutputArea").inner_text()

    def text(self) -> str:
        return self.page.locator(".jp-Notebook").inner_text()

    def picture(self, name: str) -> None:
        if folder := os.environ.get("LAB_SCREENSHOTS"):
            self.page.screenshot(path=Path(folder) / f"{name}.png")


def test_a_first_hour(browser, lab, copy):
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    outside: list[str] = []
    page.on("request", lambda r: outside.append(r.url) if "//127.0.0.1:" not in r.url else None)
    page.goto(lab.address(NOTEBOOK))
    notebook = Notebook(page)
    print(f"notebook open after {lab.seconds:.1f} s")

    # Run all: every cell gives something, and no error.
    for _ in range(5):  # a click on a menu that is just being built is lost
        notebook.start_all()
        page.wait_for_timeout(2000)
        if notebook.begun():
            break
    page.wait_for_selector("table.dataframe, table.output")
    print(f"first table after {lab.seconds:.1f} s")
    notebook.wait()
    print(f"all cells after {lab.seconds:.1f} s")
    assert page.locator("[data-mime-type='application/vnd.jupyter.stderr']").count() == 0
    assert f"DC04, data to {cutoff('DC04')}, up to date." in notebook.text()
    notebook.picture("run-all")

    # Change the cut.
    notebook.replace('cut = "DC04"', 'cut = "DC03"')
    notebook.run_all()
    assert f"DC03, data to {cutoff('DC03')}, up to date." in notebook.text()
    assert "DC04, data to" not in notebook.text()

    # The completion popup holds the rules, with what the plan says of each.
    notebook.add("study.rules.response.")
    page.keyboard.press("Tab")
    popup = page.locator(".jp-Completer")
    popup.wait_for(state="visible")
    offered = popup.inner_text()
    notebook.picture("completion")
    for name in ("confirm_days", "min_sd_days", "supportive_visit"):
        assert name in offered
    assert "confirmed at least this many days later" in " ".join(offered.split())
    assert "model_dump" not in offered
    page.keyboard.type("conf")
    page.keyboard.press("Enter")
    assert notebook.run().strip().endswith("28")
    assert "study.rules.response.confirm_days" in page.locator(".jp-Cell").last.inner_text()
    notebook.add("")

    # A table of one's own, a what-if, the dictionary of a dataset.
    page.keyboard.press("Control+A")
    page.keyboard.type("study.show(study.adsl['SEX'].value_counts(), title='Mine')")
    assert "Mine" in notebook.run()
    own = page.locator(".jp-Cell").last.locator("table.output")
    assert own.locator("tbody tr").count() == 2
    notebook.add("other = study.what_if({'response.confirm_days': 84}); other.adsl.shape; "
                 "other.show(other.outputs.T14_2_1_2.numbers())")  # fmt: skip
    begun = time.monotonic()
    assert "WHAT IF response.confirm_days = 84 (plan: 28). DC03" in notebook.run()
    print(f"what-if shown after {time.monotonic() - begun:.1f} s")
    notebook.picture("what-if")
    notebook.add("study.adtte?")
    notebook.run()
    assert "Key and order of the rows: " in page.inner_text("body")

    # Edit a rule in src: what is old says so in red, and the edit counts without a restart.
    rows = "study.outputs.T14_2_9_2.numbers().frame"
    counted = f"{rows}.query('category == \"improved\"')['stat'].sum().item()"
    notebook.add(counted)
    before = float(notebook.run().split()[-1])
    assert before > 0
    rule = copy.root / "src" / "analysis" / "endpoints" / "performance_change.py"
    text = rule.read_text(encoding="utf-8")
    assert text.count("change.lt(0)") == 1
    rule.write_text(text.replace("change.lt(0)", "change.lt(-9)"), encoding="utf-8")
    stale = notebook.run()
    notebook.picture("stale")
    assert "code or schemas changed since it was opened" in stale
    assert "Refresh: study = open_cut('DC03')" in stale
    notebook.add(f"study = open_cut('DC03'); {counted}")
    after = notebook.run()
    assert "changed since" not in after
    assert float(after.split()[-1]) == 0
    rule.write_text(text, encoding="utf-8")

    # Save: git sees the source of the notebook that was changed, and none of its outputs.
    page.keyboard.press("Escape")
    page.keyboard.press("Control+s")
    path = copy.root / "notebooks" / NOTEBOOK
    for _ in range(100):
        if "T14_2_9_2" in path.read_text(encoding="utf-8"):
            break
        page.wait_for_timeout(100)
    assert "application/vnd" in path.read_text(encoding="utf-8") or '"outputs"' in path.read_text()
    assert copy.git("status", "--short").split() == ["M", f"notebooks/{NOTEBOOK}"]
    staged = copy.git("diff")
    assert '+   "outputs": [\n' not in staged
    assert "WHAT IF response" not in staged
    copy.git("checkout", "--", f"notebooks/{NOTEBOOK}")
    assert copy.git("status", "--short") == ""
    assert outside == []
    page.close()
