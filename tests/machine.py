"""A machine that refuses something: really, for one process, not by a stand-in.

Each is given to `subprocess.run(..., preexec_fn=...)`, or is a context around it.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import struct
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
REGISTRY = (sys.executable, "-m", "analysis.cli")
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux")
_FLOCK = {"x86_64": 73, "aarch64": 32}


def registry(*arguments, env=None, timeout=120, **options):
    """Call the command as a person does; return what it said and its exit status."""
    return subprocess.run(
        [*REGISTRY, *map(str, arguments)],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, **(env or {})},
        timeout=timeout,
        **options,
    )


def _prctl(*numbers):
    if ctypes.CDLL(None, use_errno=True).prctl(*numbers, *[0] * (5 - len(numbers))):
        raise OSError(ctypes.get_errno(), "prctl")


def without_rights():
    """Let the permissions of files count, for the superuser too."""
    if os.geteuid() == 0:
        drop_from_bounding_set = 24
        for overrides in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
            _prctl(drop_from_bounding_set, overrides)


def without_locks():
    """Let flock(2) fail as it does on a file system without locks (ENOLCK)."""
    if platform.machine() not in _FLOCK:
        raise OSError("the number of flock is not known here")
    load, jump_if_equal, give = 0x20, 0x15, 0x06
    steps = [
        (load, 0, 0, 0),
        (jump_if_equal, 0, 1, _FLOCK[platform.machine()]),
        (give, 0, 0, 0x00050000 | 37),
        (give, 0, 0, 0x7FFF0000),
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = struct.pack("HxxxxxxP", len(steps), ctypes.addressof(code))
    pointer = ctypes.create_string_buffer(program)
    _prctl(38, 1)  # no new privileges, which a filter asks for
    if ctypes.CDLL(None, use_errno=True).prctl(22, 2, ctypes.byref(pointer), 0, 0):
        raise OSError(ctypes.get_errno(), "seccomp")


def with_files_up_to(size):
    """Let no file grow beyond a size."""

    def limit():
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


@contextlib.contextmanager
def small_disk(folder: Path, kilobytes: int):
    """A disk of its own, full at so many kB; skipped where nothing may be mounted."""
    folder.mkdir(parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("nothing may be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def fill(folder: Path, leaving: int = 0):
    """Fill a small disk but for so many bytes; return the file that fills it."""
    stopper = folder / "stopper"
    free = os.statvfs(folder)
    stopper.write_bytes(b"x" * max(0, free.f_bavail * free.f_frsize - leaving))
    return stopper


def tree(folder: Path):
    """Every file below a folder with its bytes, every folder with its name."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
        if path.name != ".lock"
    }
