"""A step in a process of its own gives what it gives here: result, error, or a word of its end."""

import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pandas as pd
import pytest

from analysis.datasets.beside import MANY_ROWS, Beside, may_fork
from analysis.errors import DerivationError, RegistryError
from tests.study_folder import PROJECT

forks = pytest.mark.skipif(not may_fork(), reason="this process has threads, or one core")


def doubled(frame: pd.DataFrame) -> pd.DataFrame:
    return 2 * frame


def refused(frame: pd.DataFrame) -> pd.DataFrame:
    raise DerivationError("P001, P002 have no origin")


def killed(frame: pd.DataFrame) -> pd.DataFrame:
    os.kill(os.getpid(), signal.SIGKILL)
    return frame


class StubbornError(Exception):
    """Cannot be pickled: it holds a lock."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.lock = threading.Lock()


def stubborn(frame: pd.DataFrame) -> pd.DataFrame:
    raise StubbornError("no way out")


@pytest.fixture
def frame():
    return pd.DataFrame({"AVAL": [1, 2]})


def test_the_result_is_that_of_the_step(frame):
    pd.testing.assert_frame_equal(Beside(doubled, frame).result(), pd.DataFrame({"AVAL": [2, 4]}))


def test_of_many_rows_nothing_is_forked(frame):
    step = Beside(doubled, frame, rows=MANY_ROWS)
    assert not step.under_way
    assert step.result()["AVAL"].tolist() == [2, 4]


def test_an_error_is_raised_where_the_result_is_asked_for(frame):
    step = Beside(refused, frame)
    with pytest.raises(DerivationError, match="P001, P002 have no origin"):
        step.result()


def test_with_threads_or_as_a_daemon_nothing_is_forked(monkeypatch, frame):
    with monkeypatch.context() as patch:
        patch.setattr(threading, "active_count", lambda: 2)
        assert not may_fork()
        step = Beside(doubled, frame)
        assert not step.under_way
        assert step.result()["AVAL"].tolist() == [2, 4]
    daemon = multiprocessing.current_process()
    monkeypatch.setattr(type(daemon), "daemon", True)
    assert not may_fork()


@forks
def test_a_process_that_is_killed_is_told(frame):
    with pytest.raises(RegistryError, match=r"killed ended without an answer \(exit code -9\)"):
        Beside(killed, frame).result()


@forks
def test_an_error_that_cannot_travel_is_told(frame):
    with pytest.raises(RegistryError, match="StubbornError: no way out"):
        Beside(stubborn, frame).result()


class TwoArgumentsError(Exception):
    """Pickles, but cannot be built again."""

    def __init__(self, one: str, other: str) -> None:
        super().__init__(f"{one} and {other}")


def twofold(frame: pd.DataFrame) -> pd.DataFrame:
    raise TwoArgumentsError("this", "that")


def faulty(frame: pd.DataFrame) -> pd.DataFrame:
    return frame["NOSUCH"]


@forks
def test_an_error_that_cannot_be_built_again_is_told(frame):
    with pytest.raises(RegistryError, match="TwoArgumentsError: this and that"):
        Beside(twofold, frame).result()


@forks
def test_a_fault_says_where_it_happened(frame):
    with pytest.raises(KeyError) as fault:
        Beside(faulty, frame).result()
    assert "in faulty" in "".join(fault.value.__notes__)


def long(frame: pd.DataFrame) -> pd.DataFrame:
    time.sleep(600)
    return frame


@forks
def test_a_step_nobody_waits_for_is_ended(frame):
    with pytest.raises(ValueError, match="elsewhere"), Beside(long, frame):  # noqa: PT012
        assert multiprocessing.active_children()
        raise ValueError("elsewhere")
    assert not multiprocessing.active_children()


ORPHAN = textwrap.dedent(
    """
    import sys, time
    from analysis.datasets.beside import Beside
    step = Beside(*{"busy": (time.sleep, 600), "answering": (bytes, 10_000_000)}[sys.argv[1]])
    print(step._child.pid, flush=True)
    time.sleep(600)
    """
)


@forks
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("how", ["busy", "answering"])
def test_a_killed_process_leaves_none_behind(how):
    """An orphan would hold the lock of the study folder, and patient data, for ever."""
    with subprocess.Popen(
        [sys.executable, "-c", ORPHAN, how], stdout=subprocess.PIPE, text=True
    ) as parent:
        child = Path("/proc", parent.stdout.readline().strip())
        time.sleep(0.3)
        assert child.exists()
        parent.kill()
    for _ in range(50):
        stat = child / "stat"
        if not child.exists() or " Z " in stat.read_text(encoding="utf-8"):
            return
        time.sleep(0.1)
    pytest.fail(f"process {child.name} outlives the one that started it")


CODE = textwrap.dedent(
    """
    import hashlib, sys
    from pathlib import Path
    import analysis.datasets.beside as beside
    if sys.argv[1] == "alone":
        beside.may_fork = lambda: False
    from analysis.datasets.build import derive_cut
    root = Path(sys.argv[2])
    assert derive_cut(root, "DC01").exit_status == 0
    for path in sorted((root / "data" / "derived" / "DC01").iterdir()):
        print(path.name, hashlib.sha256(path.read_bytes()).hexdigest())
    """
)


def test_derived_alone_or_beside_the_bytes_are_the_same(tmp_path):
    import shutil

    shutil.copytree(PROJECT / "params", tmp_path / "params")
    raw = PROJECT / "data" / "raw" / "DC01"
    shutil.copytree(raw, tmp_path / "data" / "raw" / "DC01")
    said = [
        subprocess.run(
            [sys.executable, "-W", "error", "-c", CODE, how, str(tmp_path)],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for how in ("alone", "beside")
    ]
    assert said[0] == said[1]
    assert said[0].count("\n") == 14
