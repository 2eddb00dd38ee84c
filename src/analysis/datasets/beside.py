"""Do one step in a process of its own, beside the others.

Deriving a registry of the study's size is overhead more than work, and its long steps do not need
each other. The child is forked, so it sees the frames without a copy and sends back only its result
through a pipe of its own. A process that has threads (a kernel, a test worker) must not fork, and
for a registry of ten thousand patients the way through the pipe costs more time and memory than it
saves: there the step simply runs when its result is asked for.
"""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import pickle
import signal
import threading
import traceback
import warnings
from collections.abc import Callable
from typing import Any

from analysis.errors import RegistryError

MANY_ROWS = 100_000


def may_fork() -> bool:
    """Whether forking is safe and worth it: one thread, more than one core, children allowed."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    alone = threading.active_count() == 1 and not multiprocessing.current_process().daemon
    return alone and cores > 1


def _end_with(parent: int) -> None:
    """Let the kernel end this process when its parent is gone (Linux; elsewhere the pipe does)."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, int(signal.SIGKILL))  # PR_SET_PDEATHSIG
    if os.getppid() != parent:  # gone before the line above
        os._exit(1)


def _able_to_travel(error: Exception) -> Exception:
    """The error itself if it survives the way through the pipe, else its words."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        told = RegistryError(f"{type(error).__name__}: {error}")
        for note in getattr(error, "__notes__", ()):
            told.add_note(note)
        return told
    return error


class Beside:
    """The result of a step that is under way.

    Parameters
    ----------
    step : callable
    *arguments
        What it is called with; not changed by it.
    rows : int
        How many rows it is about.
    """

    def __init__(self, step: Callable, *arguments: Any, rows: int = 0) -> None:
        self._step, self._arguments = step, arguments
        self._child = None
        if rows < MANY_ROWS and may_fork():
            forked = multiprocessing.get_context("fork")
            self._pipe, end = forked.Pipe(duplex=False)
            self._child = forked.Process(target=self._run, args=(end, os.getpid()), daemon=True)
            with warnings.catch_warnings():
                # Python 3.12 and later count the idle threads of OpenBLAS and Arrow, which survive
                # a fork; threads of Python's own were ruled out above.
                warnings.simplefilter("ignore", DeprecationWarning)
                self._child.start()
            end.close()

    @property
    def under_way(self) -> bool:
        """Whether a process of its own works at it."""
        return self._child is not None

    def __enter__(self) -> Beside:
        return self

    def __exit__(self, *_: object) -> None:
        """End the step if nobody asked for its result, so that no process is left behind."""
        if self._child is not None:
            if self._child.is_alive():
                self._child.kill()
            self._child.join()
            self._pipe.close()

    def _run(self, end: Any, parent: int) -> None:
        self._pipe.close()  # else a send to a parent that is gone would wait for ever
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C is the parent's to tell
        _end_with(parent)
        try:
            answer = (True, self._step(*self._arguments))
        except Exception as error:
            if not isinstance(error, RegistryError):
                error.add_note("In a process of its own:\n" + traceback.format_exc())
            answer = (False, _able_to_travel(error))
        with contextlib.suppress(BrokenPipeError):
            end.send(answer)

    def result(self) -> Any:
        """Wait for the step; return what it returned, or raise what it raised.

        Raises
        ------
        RegistryError
            If its process ended without an answer (killed, out of memory).
        """
        if self._child is None:
            return self._step(*self._arguments)
        try:
            fine, answer = self._pipe.recv()
        except EOFError:
            self._child.join()
            code = self._child.exitcode
            name = getattr(self._step, "__name__", "a step")
            raise RegistryError(f"{name} ended without an answer (exit code {code})") from None
        self._child.join()
        if not fine:
            raise answer
        return answer
