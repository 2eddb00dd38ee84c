"""Replace a folder or a file whole: made aside, renamed into place.

A file takes one rename. A folder takes two, the old one aside and the new one in: killed between
them there is none, and `mend` puts the old one back. Who replaces or mends folders of a study holds
its lock (`analysis.reporting.lock`), so that what lies aside then belongs to nobody alive.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

BUILDING, REPLACED = ".building-", ".replaced-"


def aside(target: Path) -> Path:
    """Where the new content of a folder is built."""
    return target.with_name(f"{BUILDING}{target.name}")


def put_in_place(built: Path, target: Path) -> None:
    """Put a folder that is complete in the place of the old one."""
    replaced = target.with_name(f"{REPLACED}{target.name}")
    if target.exists():
        _remove(replaced)
        target.rename(replaced)
    built.rename(target)
    shutil.rmtree(replaced, ignore_errors=True)


def mend(parent: Path) -> None:
    """Put back what was moved aside and not replaced; remove what was left half-built."""
    for replaced in parent.glob(f"{REPLACED}*"):
        target = parent / replaced.name.removeprefix(REPLACED)
        if target.exists():
            _remove(replaced)
        else:
            replaced.rename(target)
    for half_built in parent.glob(f"{BUILDING}*"):
        _remove(half_built)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[TextIO]:
    """Yield a text file that takes the place of `path` once it is complete.

    UTF-8, line ends as written. Its permissions are those the umask gives any new file; a link in
    the place of `path` is replaced, not followed.
    """
    made = path.with_name(f"{BUILDING}{path.name}-{secrets.token_hex(6)}")
    new = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with os.fdopen(new, "w", encoding="utf-8", newline="") as file:
            yield file
        os.replace(made, path)
    except BaseException:
        made.unlink(missing_ok=True)
        raise
