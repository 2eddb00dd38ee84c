"""The lock of a study: who derives, validates or reports does it alone.

It is a lock of the operating system on ``reports/.lock``, gone with the process that held it,
however that ended. The file says who holds it, for those who wait.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from analysis.errors import MachineError, ParameterError
from analysis.replacing import mend

NAME = ".lock"
_UNSUPPORTED = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL}


@contextlib.contextmanager
def study_lock(
    study_root: Path, doing: str, tell: Callable[[str], object] | None = None
) -> Iterator[None]:
    """Hold the lock of a study folder; what a killed holder left is mended first.

    Parameters
    ----------
    study_root : Path
        Study folder.
    doing : str
        What for, like ``registry derive DC04``: told to others who want the lock.
    tell : callable, optional
        Told who is at work before it is waited for. Without it nobody is waited for.

    Raises
    ------
    ParameterError
        If another process holds the lock and it is not to be waited for.
    MachineError
        If the file system has no locks.
    """
    reports = study_root / "reports"
    reports.mkdir(parents=True, exist_ok=True)
    # A link in its place is not followed: the file is emptied and written.
    handle = os.open(reports / NAME, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
    with os.fdopen(handle, "r+", encoding="utf-8", errors="replace") as lock:
        if not _taken(lock.fileno(), reports):
            who = f"{reports}: another run is at work here (process {_holder(lock)})"
            if tell is None:
                raise ParameterError(f"{who}; wait until it is done, or stop it")
            tell(f"{who}; waiting until it is done")
            _taken(lock.fileno(), reports, wait=True)
        _note(lock, f"{os.getpid()}, {doing}")
        mend_study(study_root)
        yield
        _note(lock, "")


def mend_study(study_root: Path) -> None:
    """Put back or remove what a run that was killed left; for the holder of the lock only."""
    reports = study_root / "reports"
    mend(study_root / "data" / "derived")
    mend(reports)  # first: a report that was moved aside has folders of its own
    for pattern in ("DC[0-9][0-9]", "DC[0-9][0-9]/unpublished", ".work/*"):
        for folder in reports.glob(pattern):
            mend(folder)


def _taken(handle: int, folder: Path, wait: bool = False) -> bool:
    """Take the lock; False where another process holds it."""
    try:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    except (ImportError, OSError) as error:
        if isinstance(error, OSError) and error.errno not in _UNSUPPORTED:
            raise
        raise MachineError(
            f"{folder}: this file system has no locks (flock), so that two runs at once could not "
            "be kept apart; copy the study to a folder on a disk of this machine, and name that "
            "one with --study"
        ) from None
    return True


def _holder(lock: IO[str]) -> str:
    lock.seek(0)
    return lock.read().strip() or "unknown"


def _note(lock: IO[str], text: str) -> None:
    lock.seek(0)
    lock.truncate(0)
    lock.write(text)
    lock.flush()
