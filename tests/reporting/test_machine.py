"""What the machine refuses is said plainly, with what to do, and changes nothing that was there."""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from analysis.errors import MachineError
from analysis.reporting import private
from tests.machine import (
    LINUX,
    ROOT,
    fill,
    registry,
    small_disk,
    tree,
    with_files_up_to,
    without_locks,
    without_rights,
)
from tests.reporting.toy import make_toy

pytestmark = LINUX
WRITING = (["validate", "DC01"], ["derive", "DC01"], ["run", "DC01"])


def toy_registry(toy, *arguments, env=None, **options):
    """Call the command on a toy, in a process of its own."""
    command = [sys.executable, "-m", "tests.reporting.toy_registry", toy.root, toy.project.root]
    return subprocess.run(
        [*map(str, command), *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, **(env or {})},
        timeout=180,
        **options,
    )


def assert_plain(done, *words):
    """Exit status 2, the words, and neither a traceback nor talk of a fault."""
    said = done.stdout + done.stderr
    assert done.returncode == 2, said
    for word in words:
        assert word in said
    assert "Traceback" not in said
    assert "fault" not in said
    return said


@pytest.mark.parametrize("command", WRITING, ids=lambda c: c[0])
@pytest.mark.parametrize("closed", ["", "reports", "reports/DC01", "data/derived"])
def test_a_folder_that_is_read_only(small_study, command, closed):
    if (closed, command[0]) == ("data/derived", "validate"):
        assert registry(*command, "--study", small_study).returncode == 0  # it writes nothing there
        return
    if closed != "reports/DC01":
        shutil.rmtree(small_study / "reports")
    if closed == "reports":
        (small_study / "reports").mkdir()
    if closed == "data/derived":
        shutil.rmtree(small_study / "data/derived/DC01")
    before = tree(small_study)
    (small_study / closed).chmod(0o555)
    done = registry(*command, "--study", small_study, preexec_fn=without_rights)
    report = (closed, command[0]) == ("reports/DC01", "run")
    words = ["read-only, so that it is not replaced"] if report else ["no permission", "on a copy"]
    said = assert_plain(done, str(small_study / closed), *words)
    assert "executed" not in said
    made = {path: data for path, data in tree(small_study).items() if path not in before}
    assert not [path for path in made if "building" in path or "replaced" in path]
    assert {path: data for path, data in tree(small_study).items() if path in before} == before


@pytest.mark.parametrize("command", WRITING, ids=lambda c: c[0])
def test_a_plan_that_must_not_be_read(small_study, command):
    (small_study / "params/sap.yaml").chmod(0)
    done = registry(*command, "--study", small_study, preexec_fn=without_rights)
    assert_plain(done, "params/sap.yaml: no permission")


@pytest.mark.parametrize("command", WRITING, ids=lambda c: c[0])
def test_an_extract_that_must_not_be_read_is_a_finding(small_study, command):
    (small_study / "data/raw/DC01/ecog.csv").chmod(0)
    done = registry(*command, "--study", small_study, preexec_fn=without_rights)
    assert done.returncode == 1, done.stderr
    assert "ecog.csv cannot be read: Permission denied" in done.stdout


@pytest.mark.parametrize("command", WRITING, ids=lambda c: c[0])
def test_a_file_system_without_locks(small_study, command):
    done = registry(*command, "--study", small_study, preexec_fn=without_locks)
    assert_plain(
        done, "has no locks (flock)", "copy the study to a folder on a disk of this machine"
    )


def test_a_file_where_a_folder_should_be(small_study):
    shutil.rmtree(small_study / "reports")
    (small_study / "reports").write_text("notes")
    done = registry("derive", "DC01", "--study", small_study)
    assert_plain(done, "reports", "a file stands where a folder should")


def test_an_umlaut_in_the_path_under_a_locale_without_umlauts(small_study):
    folder = small_study.with_name("Müller, Prüfung")
    small_study.rename(folder)
    done = registry("derive", "DC01", "--study", folder, env={"LC_ALL": "C"})
    assert done.returncode == 0, done.stderr
    assert str(folder) in done.stdout
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    for command in WRITING:
        done = registry(*command, "--study", folder, env=ascii_only)
        assert_plain(done, "set PYTHONUTF8=1")
    folder.rename(small_study)


def test_a_name_that_is_no_text(small_study):
    folder = os.fsencode(small_study.parent) + b"/M\xfcller"
    os.rename(small_study, folder)
    done = subprocess.run(
        [sys.executable, "-m", "analysis.cli", "derive", "DC01", "--study", folder],
        capture_output=True,
    )
    assert done.returncode == 2
    assert b"the name is not UTF-8; rename the folder" in done.stderr
    os.rename(folder, small_study)


def test_a_long_name_of_the_folder_for_temporary_files(tmp_path):
    toy = make_toy(tmp_path)
    folder = tmp_path / ("t" * 150)
    folder.mkdir()
    done = toy_registry(toy, "run", env={"TMPDIR": str(folder)})
    assert done.returncode == 0, done.stdout + done.stderr
    assert list(folder.iterdir()) == []


def test_no_folder_for_temporary_files(monkeypatch):
    def none():
        raise FileNotFoundError(2, "No usable temporary directory found in ['/a', '/b']")

    monkeypatch.setattr(tempfile, "gettempdir", none)
    with pytest.raises(MachineError, match=r"\['/a', '/b'\].*set TMPDIR to a folder that can"):
        private.parents()


@pytest.mark.parametrize("command", [["derive", "DC01"], ["run", "DC01"]], ids=lambda c: c[0])
def test_a_file_that_must_not_grow(small_study, command):
    before = tree(small_study / "data")
    with (small_study / "params/cuts/DC01.yaml").open("a") as cut:
        cut.write("# edited\n")
    done = registry(*command, "--study", small_study, preexec_fn=with_files_up_to(4000))
    assert_plain(done, "raise the limit (ulimit -f unlimited)")
    assert tree(small_study / "data") == before


def test_a_full_disk_leaves_the_datasets_that_were_there(small_study):
    with small_disk(small_study.parent / "disk", 2000) as disk:
        for part in ("params", "data"):
            shutil.copytree(small_study / part, disk / part)
        before = tree(disk / "data")
        stopper = fill(disk, leaving=20_000)
        assert_plain(registry("derive", "DC01", "--study", disk), "the disk is full; make room")
        assert tree(disk / "data") == before
        stopper.unlink()
        assert registry("derive", "DC01", "--study", disk).returncode == 0


def test_a_full_disk_leaves_the_report_that_was_there(tmp_path):
    with small_disk(tmp_path / "disk", 4000) as disk:
        toy = make_toy(disk)
        assert toy_registry(toy, "run").returncode == 0
        before = toy.published()
        stopper = fill(disk, leaving=40_000)
        assert_plain(toy_registry(toy, "run", "--force"), "the disk is full; make room")
        assert toy.published() == before
        assert not list((toy.root / "reports").glob(".building-*"))
        stopper.unlink()
        assert toy_registry(toy, "run", "--force").returncode == 0
        assert toy.published() == before


def test_what_is_said_goes_to_a_full_disk(small_study):
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "analysis.cli", "status", "--study", str(small_study)],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert done.returncode == 2
    assert "the disk is full; make room" in done.stderr
    assert "Traceback" not in done.stderr


def permissions(folder):
    return {
        path: stat.S_IMODE(path.stat().st_mode)
        for path in folder.rglob("*")
        if not path.is_symlink()
    }


@pytest.mark.parametrize("umask", [0o077, 0o002])
def test_every_file_has_the_permissions_that_the_umask_leaves(tmp_path, umask):
    toy = make_toy(tmp_path)
    done = toy_registry(toy, "run", umask=umask)
    assert done.returncode == 0, done.stdout + done.stderr
    made = permissions(toy.root / "reports") | permissions(toy.root / "data" / "derived")
    assert len(made) > 20
    for path, mode in made.items():
        assert mode == (0o777 if path.is_dir() else 0o666) & ~umask, path


@pytest.mark.parametrize("umask", [0o077, 0o002])
def test_datasets_and_findings_too(small_study, umask):
    shutil.rmtree(small_study / "data/derived")
    shutil.rmtree(small_study / "reports")
    for command in ("derive", "validate"):
        done = registry(command, "DC01", "--study", small_study, umask=umask)
        assert done.returncode == 0
        made = permissions(small_study / "reports") | permissions(small_study / "data/derived")
        for path, mode in made.items():
            assert mode == (0o777 if path.is_dir() else 0o666) & ~umask, path


FAULTY = "import analysis.reporting.staleness as s; s.status_lines = None"


def faulty(study, **options):
    """Call the command where a fault of the program is certain."""
    code = f"{FAULTY}; import sys; from analysis.cli import main; sys.argv[0] = 'registry'; main()"
    return subprocess.run(
        [sys.executable, "-c", code, "status", "--study", str(study)],
        capture_output=True,
        text=True,
        **options,
    )


def test_a_planted_link_is_not_followed(small_study, tmp_path):
    victim = tmp_path / "precious"
    victim.write_text("mine")
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    for folder in (temporary, small_study / "reports"):
        (folder / "fault.log").symlink_to(victim)
    done = faulty(small_study)
    shutil.rmtree(small_study / "reports")
    again = faulty(small_study, env={**os.environ, "TMPDIR": str(temporary)})
    assert (done.returncode, again.returncode) == (3, 3)
    assert victim.read_text() == "mine"
    (log,) = temporary.glob("fault-*.log")
    assert str(log) in again.stderr
    assert stat.S_IMODE(log.lstat().st_mode) == 0o600
    assert "TypeError" in log.read_text()


def test_a_link_in_the_place_of_the_lock_is_not_followed(small_study, tmp_path):
    victim = tmp_path / "precious"
    victim.write_text("mine")
    lock = small_study / "reports" / ".lock"
    lock.unlink()
    lock.symlink_to(victim)
    assert_plain(registry("derive", "DC01", "--study", small_study), str(lock), "link", "remove it")
    assert victim.read_text() == "mine"


def test_the_log_of_a_fault_is_private_and_gone_after_the_next_good_run(tmp_path):
    toy = make_toy(tmp_path)
    (toy.root / "reports").mkdir()
    (toy.root / "reports" / "fault.log").write_text("of an older version")
    for _ in range(2):
        assert faulty(toy.root, umask=0o002).returncode == 3
    logs = list((toy.root / "reports").glob("fault-*.log"))
    assert [stat.S_IMODE(log.stat().st_mode) for log in logs] == [0o600, 0o600]
    toy.write_extracts("DC01", ("broken",))
    assert toy_registry(toy, "run").returncode == 1
    assert all(log.exists() for log in logs)
    toy.write_extracts("DC01")
    assert toy_registry(toy, "run").returncode == 0
    assert list((toy.root / "reports").glob("*.log")) == []


SLEEPER = """\
import sys, time
from analysis.reporting.private import private_folder

print(private_folder(), flush=True)
time.sleep(60)
"""


def test_private_folders_of_the_dead_are_swept_and_no_other(tmp_path, monkeypatch):
    parent = Path(tempfile.mkdtemp(prefix="t-", dir="/tmp"))  # short, as sockets need it
    try:
        monkeypatch.setattr(tempfile, "tempdir", str(parent))
        monkeypatch.setattr(private, "_own", None)
        env = {**os.environ, "TMPDIR": str(parent)}
        start = [sys.executable, "-c", SLEEPER]
        pipe = subprocess.PIPE
        with (
            subprocess.Popen(start, stdout=pipe, text=True, env=env) as dead,
            subprocess.Popen(start, stdout=pipe, text=True, env=env) as alive,
        ):
            left, used = (Path(p.stdout.readline().strip()) for p in (dead, alive))
            assert stat.S_IMODE(left.parent.stat().st_mode) == 0o700
            dead.kill()
            dead.wait()
            foreign = parent / f"{private.PREFIX}foreign"
            foreign.mkdir(mode=0o700)
            (foreign / "work").touch()
            link = parent / f"{private.PREFIX}link"
            link.symlink_to(foreign)
            private.sweep()
            alive.kill()
        assert not left.parent.exists()
        assert used.is_dir()
        assert (foreign / "work").exists()
        assert link.is_symlink()
        private.sweep()
        assert not used.parent.exists()
    finally:
        shutil.rmtree(parent)
