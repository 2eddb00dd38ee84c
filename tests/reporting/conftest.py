import contextlib
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from analysis.reporting import workers
from analysis.reporting.kernels import KernelServer
from tests.machine import registry
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


@pytest.fixture(scope="session")
def _small_study(tmp_path_factory):
    """A synthetic registry of a dozen patients, derived once."""
    folder = tmp_path_factory.mktemp("small") / "study"
    assert registry("simulate", folder, "--patients", 12, "--cuts", "DC01").returncode == 0
    done = registry("derive", "DC01", "--study", folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def small_study(_small_study, tmp_path):
    """A copy of it that may be spoilt; permissions are given back afterwards."""
    folder = tmp_path / "study"
    shutil.copytree(_small_study, folder)
    yield folder
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
