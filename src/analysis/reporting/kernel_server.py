"""A process that has imported everything once, and forks a kernel from itself on request.

Imports are most of the time of a short notebook; a forked kernel inherits them. The server listens
on a Unix socket in a private folder. One connection is one kernel: the client sends what to run,
is told the process id, later the exit status; a connection that closes takes its kernel with it.
The server ends with its owner (end of its standard input), its kernels end with the server.

It is a program of its own (``python -m analysis.reporting.kernel_server DESCRIPTOR``, that of a
socket which listens already), single-threaded, and starts no loop and no socket of a kernel before
it forks.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import importlib.util
import json
import os
import selectors
import signal
import socket
import sys
from dataclasses import dataclass, field
from typing import Any

# What every kernel needs, then what a notebook makes and shows outputs with, and all they import.
# A name that fails here fails again, and is reported, in the notebook that needs it.
KERNEL_MODULES = (
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "IPython.core.completer",
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_svg",
    "pandas",
    "pyarrow.parquet",
    "analysis.reporting.kernel_output",
    "analysis.downloads.word",
    "analysis.reporting.session",
)
PACKAGES = ("analysis.estimates", "analysis.tabulation", "analysis.displays", "analysis.outputs")


def die_with_parent() -> None:
    """Ask the kernel of the operating system to end this process when its parent ends."""
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    pr_set_pdeathsig = 1
    ctypes.CDLL(None, use_errno=True).prctl(pr_set_pdeathsig, signal.SIGKILL, 0, 0, 0)


def seed_anew() -> None:
    """Give a forked process its own random numbers, as a process started alone would have."""
    import random

    import numpy

    random.seed()
    numpy.random.seed()


def become_kernel(request: dict[str, Any], parent: int) -> None:
    """Turn the forked process into a kernel; does not return.

    Parameters
    ----------
    request : dict
        ``argv`` (arguments of ipykernel), ``env`` (the whole environment), ``cwd``.
    parent : int
        Process id of the server; if it is gone already, so are we.
    """
    status = 1
    try:
        os.setsid()
        die_with_parent()
        if os.getppid() != parent:
            os._exit(1)
        signal.set_wakeup_fd(-1)
        for signum in (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM):
            signal.signal(signum, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.environ.clear()
        os.environ.update(request["env"])
        os.chdir(request["cwd"])
        seed_anew()
        from ipykernel.kernelapp import IPKernelApp

        from analysis.reporting.kernel_output import listen_privately

        sys.argv = ["ipykernel_launcher", *request["argv"]]
        listen_privately(request["argv"])
        IPKernelApp.launch_instance(argv=request["argv"])
        status = 0
    except SystemExit as stop:
        status = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        # Not sys.exit: what the server registered for its own end must not run here.
        os._exit(status)


@dataclass
class Server:
    """State of the server: who asked for which kernel, and what is not asked in full yet."""

    listener: socket.socket
    clients: dict[int, socket.socket] = field(default_factory=dict)
    requests: dict[socket.socket, bytes] = field(default_factory=dict)
    selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)

    def accept(self) -> None:
        """Take a connection; its request is read as it comes, so that none blocks the rest."""
        client, _ = self.listener.accept()
        client.setblocking(False)
        self.requests[client] = b""
        self.selector.register(client, selectors.EVENT_READ, client)

    def read_request(self, client: socket.socket) -> None:
        """Read more of a request; once it is whole, fork and answer with the process id."""
        try:
            more = client.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            more = b""
        self.requests[client] += more
        if more and b"\n" not in self.requests[client]:
            return
        asked = self.requests.pop(client)
        try:
            request = json.loads(asked)
        except ValueError:  # gone before it had said what it wants, or no request
            self.forget(client)
            return
        server = os.getpid()
        pid = os.fork()
        if pid == 0:
            self.close_inherited(client)
            become_kernel(request, server)
        self.clients[pid] = client
        self.selector.modify(client, selectors.EVENT_READ, pid)
        self.tell(pid, {"pid": pid})

    def tell(self, pid: int, answer: dict[str, int]) -> None:
        """Answer the client of a kernel; one that has gone away loses its kernel, nobody else's."""
        try:
            self.clients[pid].sendall(f"{json.dumps(answer)}\n".encode())
        except OSError:
            self.abandon(pid)

    def close_inherited(self, client: socket.socket) -> None:
        """In the child: let go of everything that belongs to the server."""
        self.selector.close()
        self.listener.close()
        client.close()
        for other in (*self.clients.values(), *self.requests):
            other.close()
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)

    def reap(self) -> None:
        """Tell the clients of ended kernels their exit status."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid in self.clients:
                self.tell(pid, {"exit": os.waitstatus_to_exitcode(status)})
            if client := self.clients.pop(pid, None):
                self.forget(client)

    def forget(self, client: socket.socket) -> None:
        """Close one connection."""
        with contextlib.suppress(KeyError):
            self.selector.unregister(client)
        client.close()

    def abandon(self, pid: int) -> None:
        """End a kernel whose client is gone; its exit status has no reader."""
        client = self.clients.pop(pid, None)
        if client is not None:
            self.forget(client)
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def serve(self) -> None:
        """Serve until standard input ends."""
        woken, wake = os.pipe()
        os.set_blocking(wake, False)
        os.set_blocking(woken, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        self.selector.register(self.listener, selectors.EVENT_READ, "listener")
        self.selector.register(woken, selectors.EVENT_READ, "child")
        self.selector.register(0, selectors.EVENT_READ, "owner")
        while True:
            for key, _ in self.selector.select():
                if key.data == "owner":
                    return
                if key.data == "listener":
                    self.accept()
                elif isinstance(key.data, socket.socket):
                    self.read_request(key.data)
                elif key.data == "child":
                    with contextlib.suppress(BlockingIOError):
                        os.read(woken, 512)
                    self.reap()
                else:
                    self.abandon(key.data)


def names_to_import() -> list[str]:
    """Return the modules to import before the first fork."""
    names = list(KERNEL_MODULES)
    for package in PACKAGES:
        spec = importlib.util.find_spec(package)
        names.append(package)
        if spec is not None and spec.submodule_search_locations:
            for folder, _, files in sorted(os.walk(spec.submodule_search_locations[0])):
                inside = os.path.relpath(folder, spec.submodule_search_locations[0])
                parts = [] if inside == "." else inside.split(os.sep)
                names += sorted(
                    ".".join([package, *parts, name.removesuffix(".py")])
                    for name in files
                    if name.endswith(".py") and name != "__init__.py"
                )
    return names


def import_first() -> None:
    """Import what notebooks will need; warnings at import are no concern of a notebook."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in names_to_import():
            with contextlib.suppress(Exception):
                importlib.import_module(name)
    # What is imported stays; a collection in a child would only copy its pages.
    gc.freeze()


def main() -> None:
    """Serve at the socket whose descriptor is named on the command line."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the owner decides when to stop
    listener = socket.socket(fileno=int(sys.argv[1]))
    import_first()
    Server(listener).serve()


if __name__ == "__main__":
    main()
