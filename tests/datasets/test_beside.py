"""A step in a process of its own gives what it gives here: result, error, or a word of its end."""

import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import threading

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
    assert said[0].count("\n") == 13
