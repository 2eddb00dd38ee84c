"""What goes wrong outside of the analysis, in plain words; and the traceback of what is our fault.

A full disk or a folder that is read-only is no fault of the program: who reads the message can mend
it, and needs to know what and where, not where in the code it was noticed.
"""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path

_RIGHTS = (
    "give yourself the right to read and write there, or work on a copy of the study (--study)"
)
_COPY = "work on a copy of the study that can be written (--study)"
_WORDS = {
    errno.ENOSPC: "the disk is full; make room, and run again",
    errno.EDQUOT: "your share of the disk is used up; make room, and run again",
    errno.EFBIG: "a file must not grow as long as it has to; raise the limit (ulimit -f unlimited)",
    errno.EACCES: f"no permission; {_RIGHTS}",
    errno.EPERM: f"not permitted; {_RIGHTS}",
    errno.EROFS: f"the disk is read-only; {_COPY}",
    errno.ENAMETOOLONG: "the name is too long; move the study to a folder with a shorter one",
    errno.ENOTDIR: "a file stands where a folder should; move it away",
    errno.EEXIST: "a file stands where a folder should; move it away",
    errno.EISDIR: "a folder stands where a file should; move it away",
    errno.ELOOP: "a link that leads nowhere, or where no link may be; remove it",
    errno.EMFILE: "too many files are open; raise the limit (ulimit -n 4096)",
    errno.ENFILE: "too many files are open on this machine; end other programs, and run again",
    errno.ENOMEM: "the memory is full; end other programs, or run with --workers 1",
    errno.EIO: "the disk does not answer as it should; look after it before you run again",
    errno.ESTALE: "the network drive has lost the file; mount it again, and run again",
    errno.ETIMEDOUT: "the network drive does not answer; mount it again, and run again",
}
MACHINE = frozenset(_WORDS)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what led to it, the last first."""
    seen = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def in_plain_words(error: BaseException, where: Path | str) -> str | None:
    """Say what the machine refused and what to do; None where it is not the machine.

    Parameters
    ----------
    error : BaseException
        What was raised; also looked at is what it was raised from.
    where : Path or str
        Named if the error itself does not say which file it is about.
    """
    for one in _chain(error):
        if isinstance(one, MemoryError):
            return f"{where}: {_WORDS[errno.ENOMEM]}"
        if isinstance(one, OSError) and one.errno in _WORDS:
            return f"{_named(one) or where}: {_WORDS[one.errno]}"
    return None


def _named(error: OSError) -> str | None:
    name = error.filename
    if isinstance(name, bytes):
        return os.fsdecode(name)
    return None if name is None or isinstance(name, int) else str(name)


def words_for(number: int, where: Path | str) -> str | None:
    """Say the same of an error that is known by its number only."""
    return f"{where}: {_WORDS[number]}" if number in _WORDS else None


LOG, SERVER_LOG = "fault-", "kernel-server-"


def keep_traceback(error: BaseException, reports: Path) -> Path | None:
    """Write the traceback of a fault of ours to a file that only this user may read.

    Beside the reports, or where temporary files go; always a new file, since a name that can be
    guessed may be a link that somebody put there.

    Returns
    -------
    Path or None
        None where neither folder can be written.
    """
    return keep_log(LOG, "".join(traceback.format_exception(error)), reports)


def keep_log(prefix: str, text: str, reports: Path) -> Path | None:
    """Write a log that may hold patient data: a new file, for this user only."""
    for folder in (reports, None):
        with contextlib.suppress(OSError):
            handle, name = tempfile.mkstemp(prefix=prefix, suffix=".log", dir=folder)
            with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as log:
                log.write(text)
            return Path(name)
    return None


def forget_logs(reports: Path) -> None:
    """Remove the logs of earlier faults, after a run in which there was none."""
    for pattern in ("fault.log", f"{LOG}*.log", f"{SERVER_LOG}*.log"):
        for log in reports.glob(pattern):
            with contextlib.suppress(OSError):
                log.unlink()
