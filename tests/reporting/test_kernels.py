"""Forked and ordinary kernels: equal outputs, private sockets, and nothing left when killed."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from analysis.reporting.execution import COLD, NotebookJob, execute
from analysis.reporting.kernels import KernelSockets, private_folder
from tests.reporting.toy import FIGURE_PAGE, OPEN, TABLE_PAGE, derive_toy, make_toy

ROOT = Path(__file__).resolve().parents[2]

DRIVER = """\
import sys
from pathlib import Path
from types import SimpleNamespace

from tests.reporting import toy as toys
from analysis.reporting.project import Project


def main():
    build = SimpleNamespace(derive_cut=toys.derive_toy)
    sys.modules["analysis.datasets.build"] = build
    study, home = Path(sys.argv[1]), Path(sys.argv[2])
    toy = toys.Toy(study, Project(home, home / "notebooks", (home / "code",)))

    class Aloud(toys.Said):
        def say(self, text):
            print(text, flush=True)

        step = say

    sys.exit(toys.run(toy, progress=Aloud(), cold_kernels="cold" in sys.argv)[0])


if __name__ == "__main__":
    main()
"""


def job(toy, name, output_id, kernels):
    path = toy.project.notebook(name)
    return NotebookJob(path, "DC01", toy.root, (output_id,), {}, kernels, synthetic=True)


def parts(toy, name):
    folder = toy.root / "reports" / ".work" / "DC01" / name
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in ("executed.ipynb", "record.json")
    }


@pytest.mark.parametrize(("name", "output_id"), [("s01_toy", "T14.1.1"), ("s02_toy", "F14.1.1")])
def test_forked_and_ordinary_kernels_give_the_same_bytes(tmp_path, kernel_server, name, output_id):
    toy = make_toy(tmp_path)
    derive_toy(toy.root, "DC01")
    forked = execute(job(toy, name, output_id, str(kernel_server.socket)))
    first = parts(toy, name)
    cold = execute(job(toy, name, output_id, COLD))
    assert (forked.failure, cold.failure) == (None, None)
    assert len(first) >= 4
    assert parts(toy, name) == first


def test_a_kernel_that_dies_is_a_failure_with_its_cell(tmp_path, kernel_server):
    toy = make_toy(tmp_path)
    derive_toy(toy.root, "DC01")
    toy.write_notebook("s01_toy", OPEN, "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    result = execute(job(toy, "s01_toy", "T14.1.1", str(kernel_server.socket)))
    assert "s01_toy.ipynb, cell 3 (import os, signal), cut DC01" in result.failure
    assert "DeadKernelError" in result.failure
    again = toy.write_notebook("s01_toy", *TABLE_PAGE)
    again = execute(job(toy, "s01_toy", "T14.1.1", str(kernel_server.socket)))
    assert again.failure is None


def test_a_cell_that_takes_too_long_is_a_failure(tmp_path, kernel_server):
    toy = make_toy(tmp_path)
    derive_toy(toy.root, "DC01")
    toy.write_notebook("s01_toy", OPEN, "import time\ntime.sleep(60)")
    slow = job(toy, "s01_toy", "T14.1.1", str(kernel_server.socket))
    slow = NotebookJob(**{**vars(slow), "timeout": 1})
    assert "cell 3 (import time)" in execute(slow).failure


def test_random_numbers_differ_between_forked_kernels(tmp_path, kernel_server):
    toy = make_toy(tmp_path)
    derive_toy(toy.root, "DC01")
    shown = "import random\nimport numpy as np\nprint(random.random(), np.random.random())"
    seen = set()
    for _ in range(2):
        toy.write_notebook("s01_toy", *TABLE_PAGE, shown)
        assert execute(job(toy, "s01_toy", "T14.1.1", str(kernel_server.socket))).failure is None
        seen.add(parts(toy, "s01_toy")["body.html"])
    assert len(seen) == 2


def test_sockets_are_private_short_and_not_tcp():
    with KernelSockets(None) as sockets:
        manager = sockets.manager()
        assert manager.transport == "ipc"
        assert sockets.folder.stat().st_mode & 0o077 == 0
        assert len(f"{manager.ip}-5") < 100
        other = sockets.manager()
        assert other.ip != manager.ip
    assert not sockets.folder.exists()


def start(toy, tmp_path, *options):
    driver = tmp_path / "driver.py"
    driver.write_text(DRIVER)
    return subprocess.Popen(
        [sys.executable, str(driver), str(toy.root), str(toy.project.root), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path / "t")},
    )


def wait_for(condition, seconds=180):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def is_gone(pid):
    """Whether a process has ended; a zombie that nobody waits for has."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return True
    return state == "Z"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes are watched in /proc")
@pytest.mark.slow
@pytest.mark.parametrize("options", [(), ("cold",)], ids=["forked", "cold"])
def test_a_run_killed_half_way_leaves_nothing_and_the_next_one_finishes(tmp_path, options):
    toy = make_toy(tmp_path)
    (tmp_path / "t").mkdir()
    pid_file = tmp_path / "kernel.pid"
    stop = f"import os, time\nopen({str(pid_file)!r}, 'w').write(str(os.getpid()))\ntime.sleep(600)"
    toy.write_notebook("s02_toy", *FIGURE_PAGE, stop)
    with start(toy, tmp_path, *options) as process:
        wait_for(lambda: pid_file.exists() and pid_file.read_text())
        kernel = int(pid_file.read_text())
        process.send_signal(signal.SIGKILL)
    wait_for(lambda: is_gone(kernel))
    assert not (toy.root / "reports" / "DC01" / "index.html").exists()

    toy.write_notebook("s02_toy", *FIGURE_PAGE)
    with start(toy, tmp_path, *options) as process:
        said = process.stdout.read()
    assert process.returncode == 0, said
    assert "index.html" in toy.published()
    assert not list((toy.root / "reports").glob(".building-*"))


def test_an_edit_of_the_code_is_live_in_an_interactive_kernel(tmp_path, monkeypatch):
    """As in JupyterLab: an ordinary kernel, no staging folder."""
    from jupyter_client.manager import KernelManager

    toy = make_toy(tmp_path)
    derive_toy(toy.root, "DC01")
    live = tmp_path / "live.py"
    live.write_text("def answer():\n    return 'before'\n")
    monkeypatch.setenv("REGISTRY_STUDY", str(toy.root))
    monkeypatch.delenv("REGISTRY_STAGING", raising=False)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    folder = private_folder()
    manager = KernelManager(transport="ipc", ip=str(folder / "k"))
    manager.start_kernel(cwd=str(tmp_path))
    client = manager.blocking_client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        said = []

        def run_cell(code):
            def hear(message):
                said.append(message["content"].get("text", ""))

            reply = client.execute_interactive(code, output_hook=hear, timeout=60)
            assert reply["content"]["status"] == "ok", reply["content"]

        run_cell(
            "import sys, types\n"
            "from tests.reporting import toy\n"
            "stand_in = types.SimpleNamespace(derive_cut=toy.derive_toy)\n"
            "sys.modules['analysis.datasets.build'] = stand_in\n"
            "from analysis.reporting import open_cut\n"
            "import live\n"
            "for _ in range(2):\n"
            "    study = open_cut('DC01')\n"
        )
        live.write_text("def answer():\n    return 'after the edit'\n")
        run_cell("print(live.answer())")
        run_cell("print(len(study.adsl))")
        heard = "".join(said)
        assert "after the edit\n3\n" in heard
        assert "already loaded" not in heard
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        shutil.rmtree(folder)
