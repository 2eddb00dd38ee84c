"""The private folder of a process: sockets, logs and temporary files that nobody else may see.

One folder for each process that runs notebooks, with a short name (the path of a Unix socket has
some hundred characters), removed when the process ends. A killed process leaves it: the lock on it
is gone then, and the next run sweeps it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tempfile
from multiprocessing.util import Finalize
from pathlib import Path

from analysis.errors import MachineError

PREFIX = "registry-"
HELD = "held"  # made once the folder is locked: no lock on it then means that its owner is dead
# The longest path below is that of a kernel of JupyterLab, 68 characters; a socket has 103 or more.
LONGEST_PARENT = 35
ABANDONED_SECONDS = 60

_own: tuple[int, Path] | None = None


def parents() -> list[Path]:
    """Folders for temporary files, the one to use first.

    Raises
    ------
    MachineError
        If there is none.
    """
    try:
        usual = Path(tempfile.gettempdir())
    except FileNotFoundError as error:
        raise MachineError(
            f"no folder for temporary files can be written ({error.args[-1]}); make room there, "
            "or set TMPDIR to a folder that can"
        ) from None
    found = [usual] if len(os.fsencode(usual)) <= LONGEST_PARENT else []
    return list(dict.fromkeys([*found, Path("/tmp")]))


def process_folder() -> Path:
    """Return the folder of this process, made when first asked for.

    Raises
    ------
    MachineError
        If no folder with a name short enough can be made.
    """
    global _own
    if _own is not None and _own[0] == os.getpid() and _own[1].is_dir():
        return _own[1]
    parent = parents()[0]
    try:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
    except OSError as error:
        raise MachineError(
            f"{parent}: no folder for temporary files can be made ({error.strerror}); set TMPDIR "
            f"to a folder that can be written, with a name of at most {LONGEST_PARENT} characters"
        ) from None
    _hold(folder)
    _own = os.getpid(), folder
    # After the finalizers of multiprocessing itself, which keeps its sockets in it.
    Finalize(None, _leave, args=(os.getpid(), folder), exitpriority=-1000)
    return folder


def private_folder() -> Path:
    """Return a new folder of its own inside the folder of this process."""
    return Path(tempfile.mkdtemp(dir=process_folder(), prefix="k"))


def use_folder(folder: str) -> None:
    """Keep what this process needs in the folder of the command that started it."""
    global _own
    _own = os.getpid(), Path(folder)
    tempfile.tempdir = os.environ["TMPDIR"] = folder


@contextlib.contextmanager
def temporary_files_inside():
    """Let temporary files of this process go to its private folder for a while."""
    before, tempfile.tempdir = tempfile.tempdir, str(process_folder())
    try:
        yield Path(tempfile.tempdir)
    finally:
        tempfile.tempdir = before


def sweep() -> None:
    """Remove the private folders that killed processes of this user left."""
    with contextlib.suppress(OSError, MachineError):
        process_folder()
        for parent in parents():
            for folder in parent.glob(f"{PREFIX}*"):
                with contextlib.suppress(OSError):
                    _sweep(folder)


def _hold(folder: Path) -> None:
    """Lock a folder for as long as this process lives; it is left alone where there are no locks.

    The lock of a folder needs it open, and open it stays.
    """
    with contextlib.suppress(ImportError, OSError):
        import fcntl

        fcntl.flock(os.open(folder, os.O_RDONLY | os.O_DIRECTORY), fcntl.LOCK_EX | fcntl.LOCK_NB)
        (folder / HELD).touch()


def _sweep(folder: Path) -> None:
    """Remove one folder if it is private, ours, and of a process that has ended."""
    import fcntl

    about = folder.lstat()
    private = stat.S_ISDIR(about.st_mode) and stat.S_IMODE(about.st_mode) == 0o700
    if not private or about.st_uid != os.getuid() or _own is None or folder == _own[1]:
        return
    if not (folder / HELD).exists():
        # Killed before it was locked, if it is empty and not of this moment.
        if _own[1].stat().st_mtime - about.st_mtime > ABANDONED_SECONDS:
            folder.rmdir()
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)  # refused while the owner lives
        shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(handle)


def _leave(owner: int, folder: Path) -> None:
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)
