"""One at a time in a study folder; and what a kill at the worst instant leaves is mended."""

import fcntl
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from analysis.errors import ParameterError
from analysis.reporting.lock import study_lock
from tests.machine import LINUX, ROOT, registry, tree

# Runs the command, and kills it right after so many renames: nothing runs in between.
KILLED = """\
import os, signal, sys

left = int(sys.argv.pop(1))


def killing(rename):
    def then_killed(*where, **more):
        global left
        rename(*where, **more)
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    return then_killed


os.rename, os.replace = killing(os.rename), killing(os.replace)
"""


def killed_after(renames, main, *arguments, **options):
    """Call a command that is killed after so many renames; return its exit status."""
    command = [sys.executable, "-c", KILLED + main, str(renames), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, **options)
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode


MAIN = "from analysis.cli import main\nsys.argv[0] = 'registry'\nmain()\n"


def test_six_derivations_of_one_cut_at_once(small_study):
    before = tree(small_study)
    with ThreadPoolExecutor(6) as pool:
        asked = [pool.submit(registry, "derive", "DC01", "--study", small_study) for _ in range(6)]
        done = [one.result() for one in asked]
    assert [one.returncode for one in done] == [0] * 6, [one.stderr for one in done]
    assert tree(small_study) == before
    waited = [one.stderr for one in done if one.stderr]
    assert waited
    for said in waited:
        assert "another run is at work here (process " in said
        assert ", registry derive DC01); waiting until it is done" in said


@pytest.mark.parametrize("command", ["validate", "derive"])
def test_validate_and_derive_wait_for_a_run_and_say_for_whom(small_study, command):
    with (small_study / "reports" / ".lock").open("w") as held:
        held.write("4711, registry run DC01")
        held.flush()
        fcntl.flock(held, fcntl.LOCK_EX)
        asked = subprocess.Popen(
            [sys.executable, "-m", "analysis.cli", command, "DC01", "--study", str(small_study)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        said = asked.stderr.readline()
        assert "process 4711, registry run DC01); waiting" in said
        assert asked.poll() is None
    assert asked.communicate(timeout=120)[0].startswith("DC01: 0 errors")
    assert asked.returncode == 0


def test_a_run_is_refused_while_another_derives(small_study):
    with study_lock(small_study, "registry derive DC01"):
        done = registry("run", "--study", small_study)
    assert done.returncode == 2
    assert f"(process {os.getpid()}, registry derive DC01); wait until it is done" in done.stderr


def test_the_lock_is_free_after_a_failure(tmp_path):
    with pytest.raises(ZeroDivisionError), study_lock(tmp_path, "this"):
        raise ZeroDivisionError
    with (
        study_lock(tmp_path, "that"),
        pytest.raises(ParameterError, match="that"),
        study_lock(tmp_path, "a third"),
    ):
        pass


@pytest.mark.slow
@LINUX
def test_killed_after_any_rename_of_a_derivation_the_datasets_come_back(small_study):
    before = tree(small_study / "data")
    killed = 0
    while killed_after(killed + 1, MAIN, "derive", "DC01", "--study", small_study):
        killed += 1
        # `validate` derives nothing: what is there after it was there before
        assert registry("validate", "DC01", "--study", small_study).returncode == 0
        assert tree(small_study / "data") == before, killed
        left = [path for path in tree(small_study) if "building" in path or "replaced" in path]
        assert left == []
    assert killed >= 3


def test_the_instant_between_the_two_renames_of_a_dataset_folder(small_study):
    before = tree(small_study / "data")
    folder = small_study / "data" / "derived"
    (folder / "DC01").rename(folder / ".replaced-DC01")
    (folder / ".building-DC01").mkdir()
    (folder / ".building-DC01" / "adsl.parquet").write_text("half")
    assert registry("validate", "DC01", "--study", small_study).returncode == 0
    assert tree(small_study / "data") == before
