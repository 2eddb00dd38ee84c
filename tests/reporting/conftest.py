import contextlib
import sys
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from analysis.reporting import workers
from analysis.reporting.kernels import KernelServer
from tests.reporting import toy as toys


@pytest.fixture(scope="session")
def kernel_server():
    """One pre-imported server for all tests of a process."""
    with KernelServer() as server:
        yield server


@pytest.fixture
def toy(tmp_path, monkeypatch, kernel_server):
    """A toy study and project; notebooks run in threads over the shared kernel server."""

    @contextlib.contextmanager
    def threads(options):
        with ThreadPoolExecutor(2) as pool:
            yield workers.Workers(pool, str(kernel_server.socket))

    monkeypatch.setattr(workers, "local_workers", threads)
    build = SimpleNamespace(derive_cut=toys.derive_toy)
    monkeypatch.setitem(sys.modules, "analysis.datasets.build", build)
    return toys.make_toy(tmp_path)
