"""Kernels of notebooks: forked from a pre-imported server, or ordinary ones; always over ipc.

Patient data pass between a notebook's kernel and the runner, so the transport is a Unix socket in a
folder that only this user may enter, never TCP. Each kernel has its own socket names.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner

from analysis.errors import RegistryError
from analysis.reporting.kernel_server import die_with_parent

# The same for every kernel, forked or ordinary: one thread each (the runner uses the cores), no
# figure shown unless emitted, set order that does not change from run to run.
KERNEL_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "ARROW_NUM_THREADS": "1",
    "MPLBACKEND": "agg",
    "PYTHONHASHSEED": "0",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}

# A Unix socket path may have some 100 characters; ours add about 30 to the folder.
LONGEST_FOLDER = 60


def private_folder() -> Path:
    """Return a new folder for sockets that only this user may enter, with a short name."""
    parent = tempfile.gettempdir()
    if len(parent) > LONGEST_FOLDER:
        parent = "/tmp"
    return Path(tempfile.mkdtemp(prefix="registry-", dir=parent))


class KernelServer:
    """The pre-imported process, started at once and waited for when the first kernel is wanted."""

    def __init__(self) -> None:
        self.folder = private_folder()
        self.socket = self.folder / "server"
        self.log = self.folder / "server.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "analysis.reporting.kernel_server", str(self.socket)],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env={**os.environ, **KERNEL_ENVIRONMENT},
            )
        atexit.register(self.close)

    def close(self) -> None:
        """End the server and with it its kernels."""
        atexit.unregister(self.close)
        if self.process.stdin:
            self.process.stdin.close()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> KernelServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class ForkedKernel:
    """A kernel forked by the server, with the few methods of ``Popen`` that are asked of it."""

    stdin = stdout = stderr = None

    def __init__(self, server: Path, request: dict[str, Any], patience: float = 300) -> None:
        self.connection = self._connect(server, patience)
        self.connection.sendall(f"{json.dumps(request)}\n".encode())
        self.stream = self.connection.makefile("rb")
        answer = self.stream.readline()
        if not answer:
            raise RegistryError(f"the kernel server gave no kernel; its log is {server}.log")
        self.pid: int = json.loads(answer)["pid"]
        self.connection.setblocking(False)
        self.returncode: int | None = None

    @staticmethod
    def _connect(server: Path, patience: float) -> socket.socket:
        """Connect; the server binds its socket within a moment of its start."""
        end = time.monotonic() + patience
        while True:
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            connection.settimeout(patience)
            try:
                connection.connect(str(server))
            except (FileNotFoundError, ConnectionRefusedError):
                connection.close()
                if time.monotonic() > end:
                    raise RegistryError(
                        f"no kernel server at {server}; its log is {server}.log"
                    ) from None
                time.sleep(0.02)
            else:
                return connection

    def poll(self) -> int | None:
        """Return the exit status, or None while the kernel lives."""
        if self.returncode is None:
            try:
                answer = self.connection.recv(512)
            except BlockingIOError:
                return None
            except OSError:
                answer = b""
            # An empty answer: the server itself is gone, and its kernels with it.
            self.returncode = json.loads(answer)["exit"] if answer else -signal.SIGKILL
            self.stream.close()
            self.connection.close()
        return self.returncode

    def wait(self) -> int | None:
        """Return the exit status; asked for only after `poll` gave one."""
        return self.poll()

    def send_signal(self, signum: int) -> None:
        """Send a signal to the kernel."""
        if self.poll() is None:
            os.kill(self.pid, signum)

    def kill(self) -> None:
        """End the kernel at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask the kernel to end."""
        self.send_signal(signal.SIGTERM)


class ForkedProvisioner(LocalProvisioner):
    """Starts a kernel by asking a `KernelServer` for a fork instead of starting Python."""

    server: Path

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> dict[str, Any]:
        """Launch the kernel; `cmd` is what would be run, of which only the arguments are used."""
        after_module = cmd.index("-m") + 2
        request = {
            "argv": cmd[after_module:],
            "env": kwargs["env"],
            "cwd": str(kwargs.get("cwd") or Path.cwd()),
        }
        self.process = ForkedKernel(self.server, request)
        self.pid = self.process.pid
        # The kernel leads its own group, but only once it has said so: signal the process instead.
        self.pgid = None
        self.cwd = request["cwd"]
        return self.connection_info


class ColdProvisioner(LocalProvisioner):
    """Starts an ordinary kernel, which ends with the process that asked for it."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> dict[str, Any]:
        """Launch the kernel."""
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return await super().launch_kernel(cmd, preexec_fn=die_with_parent, **quiet, **kwargs)


class PrivateKernelManager(AsyncKernelManager):
    """A kernel of this very interpreter over ipc, whatever kernels the user has installed."""

    @property
    def kernel_spec(self) -> KernelSpec:
        """The only kernel there is: this Python, this environment."""
        return KernelSpec(
            argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
            display_name="Python 3",
            language="python",
        )


class KernelSockets:
    """The folder of one kernel's sockets and the manager that uses it."""

    def __init__(self, server: Path | None) -> None:
        self.server = server
        self.folder = private_folder()

    def manager(self) -> PrivateKernelManager:
        """Return a manager of a kernel not yet started."""
        name = secrets.token_hex(4)
        manager = PrivateKernelManager(
            transport="ipc",
            ip=str(self.folder / name),
            connection_file=str(self.folder / f"{name}.json"),
        )
        manager.kernel_id = name
        provisioner = ColdProvisioner if self.server is None else ForkedProvisioner
        manager.provisioner = provisioner(
            kernel_id=name, kernel_spec=manager.kernel_spec, parent=manager
        )
        if self.server is not None:
            manager.provisioner.server = self.server
        return manager

    def __enter__(self) -> KernelSockets:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            shutil.rmtree(self.folder)


_own_server: KernelServer | None = None


def own_server() -> Path:
    """Return the socket of a server that belongs to this process, started when first asked for.

    A worker of a cluster may be on another machine than the command; it keeps its own.
    """
    global _own_server
    if _own_server is None or _own_server.process.poll() is not None:
        _own_server = KernelServer()
    return _own_server.socket
