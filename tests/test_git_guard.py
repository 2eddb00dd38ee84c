"""Patient data stay out of git: a filter for notebooks, a hook behind it, and what they refuse."""

import copy
import json
import os
import shutil
import stat
import subprocess
import sys

import pytest

from analysis import git_guard
from analysis.git_guard import FILTER, HERE, Refused, sources
from analysis.reporting.project import Project
from tests.machine import ROOT

PATIENT = "P0042, stomach, deceased"
# Nothing of the user's own settings, and somebody who commits.
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    **dict.fromkeys(("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"), "Somebody"),
    **dict.fromkeys(("GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"), "somebody@example.org"),
}
NOTEBOOK = "notebooks/s07_safety.ipynb"


class Repository:
    """A clone with an environment of its own, as `make environment` leaves one."""

    def __init__(self, folder):
        self.folder = folder

    def run(self, *command, data=None):
        return subprocess.run(
            command, cwd=self.folder, env=ENVIRONMENT, input=data, capture_output=True, text=True
        )

    def git(self, *arguments, data=None):
        done = self.run("git", *arguments, data=data)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def guard(self, command, python=".venv/bin/python"):
        return self.run(python, "-I", HERE, command)

    def path(self, name=NOTEBOOK):
        return self.folder / name

    def work_in(self, name=NOTEBOOK):
        """Leave in a notebook what running and saving it leaves."""
        path = self.path(name)
        path.write_text(json.dumps(executed(json.loads(path.read_text(encoding="utf-8")))))
        return path.read_bytes()

    def committed(self, name=NOTEBOOK, at="HEAD"):
        return self.git("show", f"{at}:{name}")


def executed(notebook):
    """A notebook as JupyterLab saves it after a run: patients in it, in every kind of output."""
    ran = copy.deepcopy(notebook)
    ran["metadata"]["language_info"] = {"name": "python", "version": "3.13.1"}
    ran["metadata"]["widgets"] = {"application/vnd.jupyter.widget-state+json": {"rows": PATIENT}}
    data = {"text/html": [f"<td>{PATIENT}</td>\n"], "image/png": "iVBORw0KGgo="}
    kinds = [
        {"output_type": "stream", "name": "stdout", "text": [PATIENT]},
        {"output_type": "execute_result", "execution_count": 7, "data": data, "metadata": {}},
        {"output_type": "display_data", "data": data, "metadata": {"alt": PATIENT}},
        {"output_type": "error", "ename": "KeyError", "evalue": PATIENT, "traceback": [PATIENT]},
    ]
    for cell in ran["cells"]:
        cell["metadata"] |= {"execution": {"iopub.execute_input": "2026-11-26T08:00:00Z"}}
        if cell["cell_type"] == "code":
            cell |= {"execution_count": 7, "outputs": kinds}
    return ran


@pytest.fixture(scope="session")
def _repository(tmp_path_factory):
    folder = tmp_path_factory.mktemp("guarded") / "a clone"
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--"]
    parts = [
        ".git*",
        HERE,
        "notebooks",
        "params",
        "data/raw/DC01",
        "*README.md",
        "requirements.lock",
    ]
    names = subprocess.run([*listed, *parts], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in filter(None, names.stdout.split("\0")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, folder / name)
    clone = Repository(folder)
    clone.git("init", "--quiet", "--initial-branch=main")
    clone.git("add", ".")
    clone.git("commit", "--quiet", "--message=The project")
    make_environment(folder)
    return clone


def make_environment(folder):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / ".venv"], check=True)


@pytest.fixture
def bare(_repository, tmp_path):
    """A clone in which nothing is set up yet."""
    folder = tmp_path / "a clone"
    shutil.copytree(_repository.folder, folder, symlinks=True)
    return Repository(folder)


@pytest.fixture
def clone(bare):
    """A clone in which filter and hook are set up."""
    done = bare.guard("set-up")
    assert done.returncode == 0, done.stderr
    assert bare.git("status", "--porcelain") == ""  # git now knows these files
    return bare


# --- what is kept of a notebook ------------------------------------------------------------------
def places(value, path=()):
    """Every place of a JSON value, and in every mapping one more."""
    yield path
    if isinstance(value, dict):
        yield (*path, "something else")
        for key, inner in value.items():
            yield from places(inner, (*path, key))
    if isinstance(value, list):
        for position, inner in enumerate(value):
            yield from places(inner, (*path, position))


def planted(notebook, path):
    changed = copy.deepcopy(notebook)
    place = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = PATIENT
    return changed


WRITTEN = {"source", "id", "cell_type", "tags", "kernelspec", "language_info"}


def test_nothing_is_kept_but_what_a_person_writes():
    notebook = executed(json.loads((ROOT / NOTEBOOK).read_text(encoding="utf-8")))
    notebook["cells"] = notebook["cells"][:4]
    notebook["cells"].append({"cell_type": "raw", "id": "raw", "metadata": {}, "source": []})
    tried = [path for path in places(notebook) if path and not WRITTEN & set(path)]
    assert len(tried) > 60
    for path in tried:
        try:
            kept = sources(json.dumps(planted(notebook, path)).encode())
        except Refused:
            continue
        assert PATIENT.encode() not in kept, path


def test_the_sources_of_a_notebook_are_the_same_bytes_however_it_was_run_and_saved():
    data = (ROOT / NOTEBOOK).read_bytes()
    ran = executed(json.loads(data))
    assert sources(json.dumps(ran).encode()) == data
    assert sources(json.dumps(ran, indent=4, sort_keys=True).encode("utf-8")) == data
    for cell in ran["cells"]:
        cell["source"] = "".join(cell["source"])
    assert sources(b"\xef\xbb\xbf" + json.dumps(ran).encode()) == data
    assert sources(data) == data


def test_what_a_person_writes_is_kept():
    cell = {
        "cell_type": "code",
        "id": "a1",
        "metadata": {"tags": ["parameters"], "editable": False, "scrolled": True},
        "source": ["# ä, 中, \u2028\n", "cut = 'DC04'"],
        "execution_count": 3,
        "outputs": [],
    }
    picture = {"x.png": {"image/png": "iVBORw0KGgo="}}
    words = {"cell_type": "markdown", "id": "b2", "metadata": {}, "source": "![](attachment:x.png)"}
    notebook = {"cells": [cell, words | {"attachments": picture}], "metadata": {}, "nbformat": 4}
    kept = json.loads(sources(json.dumps(notebook | {"nbformat_minor": 5}).encode()))
    assert "".join(kept["cells"][0]["source"]) == "".join(cell["source"])
    assert kept["cells"][0]["metadata"] == {"tags": ["parameters"], "editable": False}
    assert kept["cells"][1]["attachments"] == picture
    assert [cell["id"] for cell in kept["cells"]] == ["a1", "b2"]


@pytest.mark.parametrize(
    "data",
    [
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe{}",
        b'{"nbformat": 3, "worksheets": []}',
        b'{"nbformat": 4}',
        b'{"nbformat": 4, "cells": {}}'.replace(b"{}", b'"x"'),
        b'{"nbformat": 4, "cells": [{"cell_type": "code"}]}',
        b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": ["\\ud800"]}]}',
        b'{"nbformat": 4, "cells": [' + b"[" * 100_000 + b"]" * 100_000 + b"]}",
    ],
)
def test_what_is_no_notebook_is_refused(data):
    with pytest.raises(Refused):
        sources(data)


@pytest.mark.parametrize("data", [b"", b"\n"])
def test_an_empty_file_holds_nothing(data):
    assert sources(data) == data


def test_what_git_holds_of_this_project_may_be_there():
    if not git_guard.is_repository():
        pytest.skip("no clone")
    assert git_guard.complaints(git_guard.tracked()) == []


# --- git -----------------------------------------------------------------------------------------
def test_outputs_stay_in_the_file_and_out_of_the_commit(clone):
    before = clone.committed()
    ran = clone.work_in()
    assert PATIENT.encode() in ran
    clone.git("add", NOTEBOOK)
    assert clone.git("status", "--porcelain") == ""
    clone.path().write_bytes(ran.replace(b"# Safety", b"# Safety, edited"))
    clone.git("commit", "--quiet", "--all", "--message=Work")
    assert PATIENT.encode() in clone.path().read_bytes()
    after = clone.committed()
    assert after == before.replace("# Safety", "# Safety, edited")
    assert PATIENT not in clone.git("log", "--all", "--patch")


@pytest.mark.parametrize(
    "name", ["notebooks/s20_new.ipynb", "notebooks/s21_new.IPYNB", "a/b.ipynb"]
)
def test_a_new_notebook_anywhere_is_added_without_outputs(clone, name):
    clone.path(name).parent.mkdir(exist_ok=True)
    shutil.copyfile(clone.path(), clone.path(name))
    clone.work_in(name)
    clone.git("add", "--force", name)
    clone.git("commit", "--quiet", "--message=New")
    assert clone.committed(name) == clone.committed()


def broken(clone, how):
    if how == "no environment":
        shutil.rmtree(clone.path(".venv"))
    elif how == "no program":
        clone.path(HERE).unlink()
    else:
        clone.path(".venv/bin/python").unlink()
        clone.path(".venv/bin/python").write_text("#!/bin/sh\nexit 1\n")
        clone.path(".venv/bin/python").chmod(0o755)


@pytest.mark.parametrize("how", ["no environment", "no program", "no python"])
def test_a_broken_environment_refuses_to_add(clone, how):
    clone.work_in()
    broken(clone, how)
    for command in (["add", NOTEBOOK], ["commit", "--all", "--message=x"], ["stash"]):
        done = clone.run("git", *command)
        assert done.returncode != 0
        assert f"clean filter '{FILTER}' failed" in done.stderr
    assert clone.git("rev-list", "--count", "HEAD").strip() == "1"
    for oid in clone.git("cat-file", "--batch-all-objects", "--batch-check").splitlines():
        assert PATIENT not in clone.git("cat-file", "-p", oid.split()[0])


def test_a_broken_environment_checks_out(clone):
    ran = clone.work_in()
    shutil.rmtree(clone.path(".venv"))
    clone.git("checkout", "--quiet", "--", NOTEBOOK)
    assert PATIENT.encode() in ran
    assert clone.path().read_text(encoding="utf-8") == clone.committed()


def test_a_clone_without_the_filter_checks_out_and_is_clean(clone, tmp_path):
    clone.git("clone", "--quiet", ".", str(tmp_path / "fresh"))
    fresh = Repository(tmp_path / "fresh")
    assert fresh.git("status", "--porcelain") == ""
    assert fresh.path().read_text(encoding="utf-8") == fresh.committed()
    done = fresh.guard("check", sys.executable)
    assert done.returncode == 1
    assert "Run `make environment` first" in done.stderr


def test_a_worktree_is_guarded_by_its_own_environment(clone, tmp_path):
    clone.git("worktree", "add", "--quiet", str(tmp_path / "tree"), "-b", "tree")
    tree = Repository(tmp_path / "tree")
    tree.work_in()
    assert "clean filter" in tree.run("git", "add", NOTEBOOK).stderr
    make_environment(tree.folder)
    assert tree.guard("set-up").stdout == ""
    tree.path().write_bytes(tree.path().read_bytes().replace(b"# Safety", b"# Safe"))
    tree.git("commit", "--quiet", "--all", "--message=From the tree")
    assert PATIENT not in tree.committed()
    # the hook is the same, and looks at the index of the worktree
    whole(tree)
    assert "it holds more than sources" in tree.run("git", "commit", "--message=x").stderr


# --- set-up --------------------------------------------------------------------------------------
def settings(clone):
    return clone.path(".git/config").read_bytes(), clone.path(".git/hooks/pre-commit").read_bytes()


def test_set_up_says_what_it_does_and_does_it_once(bare):
    assert bare.guard("check").returncode == 1
    done = bare.guard("set-up")
    assert done.stdout.splitlines() == [
        "Outputs of notebooks stay out of git: the filter is set up.",
        "Outputs of notebooks stay out of git: the hook is set up.",
    ]
    first = settings(bare)
    again = bare.guard("set-up")
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert settings(bare) == first
    assert bare.guard("check").returncode == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("clean", None),
        ("clean", "cat"),
        ("clean", "nowhere/python -I x clean"),
        ("smudge", None),
        ("required", "false"),
    ],
)
def test_a_filter_that_is_not_as_it_was_set_up_is_noticed_and_set_up_again(clone, name, value):
    key = f"filter.{FILTER}.{name}"
    clone.git("config", *(["--unset", key] if value is None else [key, value]))
    assert clone.guard("check").returncode == 1
    assert clone.guard("set-up").returncode == 0
    assert clone.guard("check").returncode == 0


def test_attributes_that_are_gone_are_noticed(clone):
    clone.path(".gitattributes").unlink()
    done = clone.guard("check")
    assert done.returncode == 1
    assert "would go into git with the next `git add`" in done.stderr


def test_another_python_sets_itself_up(bare):
    assert bare.guard("set-up", sys.executable).returncode == 0
    shutil.rmtree(bare.path(".venv"))
    assert bare.guard("check", sys.executable).returncode == 0


def test_there_is_nothing_to_guard_without_version_control(bare):
    shutil.rmtree(bare.path(".git"))
    for command in ("set-up", "check"):
        done = bare.guard(command)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_hook_of_the_user_is_kept_and_runs_too(bare):
    hook = bare.path(".git/hooks/pre-commit")
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho mine >> told\n[ ! -e refuse ]\n")
    hook.chmod(0o755)
    for _ in range(2):
        assert bare.guard("set-up").returncode == 0
    bare.git("commit", "--quiet", "--allow-empty", "--message=x")
    assert bare.path("told").read_text() == "mine\n"
    bare.path("refuse").touch()
    assert bare.run("git", "commit", "--allow-empty", "--message=x").returncode == 1
    assert bare.path(".git/hooks/pre-commit.before").is_file()


def test_an_older_hook_of_ours_is_replaced(clone):
    hook = clone.path(".git/hooks/pre-commit")
    current = hook.read_bytes()
    hook.write_bytes(current.replace(b"exit 1", b"exit 2"))
    assert clone.guard("set-up").returncode == 0
    assert hook.read_bytes() == current
    assert not hook.with_name("pre-commit.before").exists()
    assert stat.S_IMODE(hook.stat().st_mode) & 0o111


def test_hooks_from_elsewhere_are_left_alone(bare, tmp_path):
    bare.git("config", "core.hooksPath", str(tmp_path / "hooks"))
    done = bare.guard("set-up")
    assert done.returncode == 0
    assert f"let its pre-commit call: python3 -I {HERE} hook" in done.stdout
    assert not (tmp_path / "hooks").exists()


# --- the second guard ----------------------------------------------------------------------------
def whole(clone, name=NOTEBOOK):
    """Put a file into the index as it is, past the filter."""
    made = clone.git("hash-object", "-w", "--no-filters", name).strip()
    clone.git("update-index", "--add", "--cacheinfo", f"100644,{made},{name}")


def refused(clone, *words):
    done = clone.run("git", "commit", "--message=x")
    assert done.returncode == 1
    assert "Not committed:" in done.stderr
    for word in words:
        assert word in done.stderr
    return done.stderr


def test_the_hook_refuses_what_came_past_the_filter(clone):
    clone.work_in()
    whole(clone)
    refused(clone, f"{NOTEBOOK}: it holds more than sources")
    clone.git("add", "--renormalize", NOTEBOOK)
    assert clone.run("git", "commit", "--message=x").stdout.rstrip().endswith("working tree clean")


def test_the_hook_refuses_a_pasted_picture(clone):
    notebook = json.loads(clone.path().read_text(encoding="utf-8"))
    notebook["cells"][0]["attachments"] = {"x.png": {"image/png": "iVBORw0KGgo="}}
    clone.path().write_text(json.dumps(notebook), encoding="utf-8")
    clone.git("add", NOTEBOOK)
    refused(clone, f"{NOTEBOOK}: a picture is pasted into a cell")


@pytest.mark.parametrize(
    "name",
    [
        "data/derived/DC01/adsl.parquet",
        "reports/DC01/members.parquet",
        "reports/index.html",
        "data/raw/DC05/patients.csv",
        "data/raw/DC05/prior/ecog.csv",
        "data/raw/patients.csv",
        "data/raw/Müller\nDC01/pa tients.csv",
    ],
)
def test_the_hook_refuses_data_of_patients(clone, name):
    text = clone.path("params/cuts/DC04.yaml").read_text(encoding="utf-8")
    real = text.replace("synthetic: true", "synthetic: false  # synthetic: true before")
    assert real != text
    clone.path("params/cuts/DC05.yaml").write_text(real, encoding="utf-8")
    clone.path(name).parent.mkdir(parents=True, exist_ok=True)
    clone.path(name).write_text("patient_id\nP0001\n")
    clone.git("add", "--force", "--", name, "params/cuts/DC05.yaml")
    refused(clone, f"{name}: ")


def test_the_hook_lets_through_what_is_no_data_of_patients(clone):
    with clone.path("data/raw/DC01/patients.csv").open("a") as extract:
        extract.write("P9999\n")
    clone.path("reports/README.md").write_text("# Reports\n")
    clone.git("rm", "--quiet", "notebooks/s01_data_cut_and_findings.ipynb")
    clone.git("mv", NOTEBOOK, "notebooks/s07_harm.ipynb")
    clone.git("commit", "--quiet", "--all", "--message=x")
    assert clone.git("status", "--porcelain") == ""


def test_the_hook_works_without_the_environment(clone):
    shutil.rmtree(clone.path(".venv"))
    clone.git("commit", "--quiet", "--allow-empty", "--message=x")
    clone.path("reports/patients.csv").write_text("P0001")
    clone.git("add", "--force", "reports/patients.csv")
    refused(clone, "reports/patients.csv: made from the extracts of patients")


# --- what a report says of its commit ------------------------------------------------------------
def project(clone):
    return Project(clone.folder, clone.path("notebooks"), (clone.path("src"),))


@pytest.mark.parametrize("guarded", [True, False])
def test_work_in_notebooks_leaves_the_commit_what_it_is(clone, guarded):
    if not guarded:
        clone.git("config", "--remove-section", f"filter.{FILTER}")
    clone.work_in()
    clone.work_in("notebooks/explore/00_start_here.ipynb")
    explore = clone.path("notebooks/explore/00_start_here.ipynb")
    explore.write_bytes(explore.read_bytes().replace(b"Start here", b"Started"))
    for name in ("explore/mine.ipynb", "explore/mine.csv", "Untitled.ipynb", "listing.csv"):
        clone.path(f"notebooks/{name}").write_text("{}")
    assert not project(clone).commit.dirty
    assert "mine" not in clone.git("status", "--porcelain", "--untracked-files=all")
    assert "listing" not in clone.git("status", "--porcelain", "--untracked-files=all")


@pytest.mark.parametrize(
    "change",
    [
        lambda clone: clone.path(NOTEBOOK).write_text(
            clone.path(NOTEBOOK).read_text(encoding="utf-8").replace("# Safety", "# Safe"),
            encoding="utf-8",
        ),
        lambda clone: clone.path("params/sap.yaml").write_text("version: x"),
        lambda clone: clone.path("src/analysis/new.py").write_text(""),
        lambda clone: clone.path("notebooks/s30_new.ipynb").write_text("{}"),
        lambda clone: clone.path(NOTEBOOK).write_text("no notebook"),
    ],
    ids=["sources", "plan", "code", "new notebook", "git cannot say"],
)
def test_what_decides_a_report_is_told(clone, change):
    assert not project(clone).commit.dirty
    change(clone)
    assert project(clone).commit.short.endswith("with uncommitted changes")


def test_make_sets_up_and_checks():
    def planned(target):
        command = ["make", "--dry-run", "--always-make", target]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        return done.stdout

    assert f"{HERE} set-up" in planned("environment")
    for target, then in (("test", "-m pytest"), ("lab", "analysis.reporting.lab")):
        text = planned(target)
        assert 0 < text.index(f"{HERE} check") < text.index(then)
