"""Kernels of notebooks: forked from a pre-imported server, or ordinary ones; always over ipc.

Patient data pass between a notebook's kernel and the runner, so the transport is a Unix socket in a
folder that only this user may enter, never TCP. Each kernel has its own socket names. What ordinary
kernels (``--cold-kernels``, JupyterLab) listen for besides is said in DECISIONS.md, 2.
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
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner

from analysis.errors import RegistryError
from analysis.faults import SERVER_LOG, keep_log
from analysis.reporting.kernel_server import die_with_parent
from analysis.reporting.private import private_folder

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

PATIENCE = 300  # seconds; a busy machine takes its time over the imports


class KernelServerGone(RegistryError):
    """The process that forks kernels has ended before its time, and its kernels with it."""


def is_gone(server: Path) -> bool:
    """Whether nobody listens at the socket of a kernel server any more."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(PATIENCE)
        try:
            connection.connect(str(server))
        except (FileNotFoundError, ConnectionRefusedError):
            return True
        except OSError:
            return False
        return False


class KernelServer:
    """The pre-imported process, started at once and waited for when the first kernel is wanted.

    It is given its socket listening, and nobody else keeps that open: a connection that is refused
    means that the server has ended.
    """

    def __init__(self) -> None:
        self.folder = private_folder()
        self.socket = self.folder / "server"
        self.log = self.folder / "server.log"
        with self.log.open("wb") as log, self._listen() as listener:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "analysis.reporting.kernel_server", str(listener.fileno())],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env={**os.environ, **KERNEL_ENVIRONMENT},
                pass_fds=[listener.fileno()],
            )
        atexit.register(self.close)

    def _listen(self) -> socket.socket:
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(str(self.socket))
        listener.listen(1024)
        return listener

    def end(self) -> str | None:
        """How the server ended, in words; None while it lives."""
        status = self.process.poll()
        if status is None:
            return None
        if status == -signal.SIGKILL:
            return "ended by signal 9, as the system does it where memory runs out"
        return f"ended by signal {-status}" if status < 0 else f"ended with status {status}"

    def keep_log(self, reports: Path) -> Path | None:
        """Copy the log to where it can be read after the run; return its path."""
        text = self.log.read_text(encoding="utf-8", errors="replace")
        message = (
            f"The kernel server {self.end() or 'lives'}.\n{text or 'It wrote nothing before.'}\n"
        )
        return keep_log(SERVER_LOG, message, reports)

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

    def __init__(self, server: Path, request: dict[str, Any]) -> None:
        self.connection = self._connect(server)
        self.stream = self.connection.makefile("rb")
        self.pid: int = json.loads(self._ask(request))["pid"]
        self.connection.setblocking(False)
        self.returncode: int | None = None

    @staticmethod
    def _connect(server: Path) -> socket.socket:
        """Connect to the server, which listens from its start to its end."""
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(PATIENCE)
        try:
            connection.connect(str(server))
        except (FileNotFoundError, ConnectionRefusedError):
            connection.close()
            raise KernelServerGone("the kernel server has ended before its time") from None
        return connection

    def _ask(self, request: dict[str, Any]) -> bytes:
        """Send what to run; return the answer, which comes once the server has imported all."""
        try:
            self.connection.sendall(f"{json.dumps(request)}\n".encode())
            answer = self.stream.readline()
        except ConnectionError:
            answer = b""
        if not answer:
            self.stream.close()
            self.connection.close()
            raise KernelServerGone("the kernel server has ended before its time")
        return answer

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

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Launch the kernel; `cmd` is what would be run, of which only the arguments are used."""
        after_module = cmd.index("-m") + 2
        request = {
            "argv": cmd[after_module:],
            "env": kwargs["env"],
            "cwd": str(kwargs.get("cwd") or Path.cwd()),
        }
        kernel: Any = ForkedKernel(self.server, request)
        self.process, self.pid = kernel, kernel.pid
        # The kernel leads its own group, but only once it has said so: signal the process instead.
        self.pgid = None
        self.cwd = request["cwd"]
        return self.connection_info


class ColdProvisioner(LocalProvisioner):
    """Starts an ordinary kernel, which ends with the process that asked for it."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
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
            vars(manager.provisioner)["server"] = self.server
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
