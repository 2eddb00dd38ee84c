"""The output thread of a forked kernel: it too listens on ipc, never TCP.

What a process forked from a notebook prints comes to the kernel through a socket of its output
thread. ipykernel binds that one to a random port of 127.0.0.1, whatever the transport of the
kernel; here it stands beside the other sockets of the kernel, in its private folder.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import zmq
from ipykernel import kernelapp
from ipykernel.iostream import IOPubThread
from zmq.eventloop.zmqstream import ZMQStream


class PrivateOutputThread(IOPubThread):
    """ipykernel's output thread, listening on a Unix socket in the folder of the kernel."""

    address = ""

    def _setup_pipe_in(self) -> None:
        """Listen for what forked processes print; `_pipe_uuid` tells them from strangers."""
        self._pipe_uuid = os.urandom(16)
        listener = self.socket.context.socket(zmq.PULL)
        listener.linger = 0
        listener.bind(self.address)
        self._pipe_in = ZMQStream(listener, self.io_loop)
        self._pipe_in.on_recv(self._handle_pipe_msg)

    def _setup_pipe_out(self) -> tuple[Any, Any]:
        """In a forked process: connect to the kernel, in a context made after the fork."""
        context = zmq.Context()
        sender = context.socket(zmq.PUSH)
        sender.linger = 3000
        sender.connect(self.address)
        return context, sender


def listen_privately(arguments: list[str]) -> None:
    """Let the kernel that is about to start have such a thread.

    Parameters
    ----------
    arguments : list of str
        Of ipykernel: the file that names the kernel's sockets follows ``-f``.
    """
    connection = Path(arguments[arguments.index("-f") + 1])
    PrivateOutputThread.address = f"ipc://{connection.with_suffix('')}-output"
    vars(kernelapp)["IOPubThread"] = PrivateOutputThread
