"""Forked and ordinary kernels: equal outputs, private sockets, and nothing left when killed."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from analysis.reporting.execution import COLD, NotebookJob, execute
from analysis.reporting.kernels import (
    PATIENCE,
    ForkedKernel,
    KernelServer,
    KernelServerGone,
    KernelSockets,
    private_folder,
)
from analysis.reporting.kernels import is_gone as is_gone_server
from tests.machine import LINUX
from tests.reporting.toy import FIGURE_PAGE, OPEN, TABLE_PAGE, derive_toy, make_toy

ROOT = Path(__file__).resolve().parents[2]


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


@pytest.fixture
def temporary():
    """A folder for temporary files with a short name, as sockets need it."""
    folder = Path(tempfile.mkdtemp(prefix="t-", dir="/tmp"))
    yield folder
    shutil.rmtree(folder)


def start(toy, temporary, *options):
    command = [sys.executable, "-m", "tests.reporting.toy_registry", toy.root, toy.project.root]
    return subprocess.Popen(
        [*map(str, command), "run", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(temporary)},
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


def pausing(toy, folder):
    """Let the second notebook say who runs it and wait to be let on; return where it says so."""
    told, go_on = folder / "kernel", folder / "go on"
    stop = (
        "import os, pathlib, time\n"
        f"made = pathlib.Path({str(told)!r})\n"
        "_ = made.with_name('new').write_text(f'{os.getpid()} {os.getppid()}')\n"
        "_ = made.with_name('new').rename(made)\n"
        f"while not pathlib.Path({str(go_on)!r}).exists(): time.sleep(0.05)"
    )
    toy.write_notebook("s02_toy", *FIGURE_PAGE, stop)
    return told, go_on


def who(told):
    """Wait for the notebook to say who runs it: process ids of the kernel and of its parent."""
    wait_for(told.exists)
    kernel, parent = map(int, told.read_text().split())
    told.unlink()
    return kernel, parent


@LINUX
@pytest.mark.slow
@pytest.mark.parametrize("options", [(), ("--cold-kernels",)], ids=["forked", "cold"])
def test_a_run_killed_half_way_leaves_nothing_and_the_next_one_finishes(
    tmp_path, temporary, options
):
    toy = make_toy(tmp_path)
    told, go_on = pausing(toy, tmp_path)
    with start(toy, temporary, *options) as process:
        kernel, _ = who(told)
        process.send_signal(signal.SIGKILL)
    wait_for(lambda: is_gone(kernel))
    assert not (toy.root / "reports" / "DC01" / "index.html").exists()

    go_on.touch()
    with start(toy, temporary, *options) as process:
        said = process.stdout.read()
    assert process.returncode == 0, said
    assert "index.html" in toy.published()
    assert not list((toy.root / "reports").glob(".building-*"))
    assert list(temporary.iterdir()) == []


@LINUX
def test_a_kernel_server_that_dies_is_started_again_once(tmp_path, temporary):
    toy = make_toy(tmp_path)
    told, go_on = pausing(toy, tmp_path)
    with start(toy, temporary) as process:
        kernel, server = who(told)
        os.kill(server, signal.SIGKILL)
        killed = time.monotonic()
        wait_for(lambda: is_gone(kernel))  # what was running did not come to its end
        go_on.touch()
        said = process.stdout.read()
    assert process.returncode == 0, said
    assert is_gone(kernel)
    assert "The kernel server ended by signal 9" in said
    assert "It is started again, once, for " in said
    assert "FAILED" not in said
    assert "index.html" in toy.published()
    assert list((toy.root / "reports").glob("*.log")) == []
    assert list(temporary.iterdir()) == []
    assert time.monotonic() - killed < PATIENCE / 2


@LINUX
def test_a_kernel_server_that_dies_twice_is_a_failure_that_keeps_its_log(tmp_path, temporary):
    toy = make_toy(tmp_path)
    told, _ = pausing(toy, tmp_path)
    noise = "import os\n_ = os.write(2, b'the last words')"
    path = toy.project.notebooks / "s02_toy.ipynb"
    cells = json.loads(path.read_text())
    cells["cells"][2]["source"] += f"\n{noise}"
    path.write_text(json.dumps(cells))
    with start(toy, temporary) as process:
        for _ in range(2):
            kernel, server = who(told)
            os.kill(server, signal.SIGKILL)
        said = process.stdout.read()
    assert process.returncode == 3
    assert is_gone(kernel)
    assert "FAILED s02_toy.ipynb, cut DC01\nThe kernel server ended by signal 9" in said
    assert "This was the second time; where memory runs out, `--workers 1` needs less" in said
    logs = sorted((toy.root / "reports").glob("kernel-server-*.log"))
    assert len(logs) == 2
    assert any(str(log) in said for log in logs)
    for log in logs:
        assert log.stat().st_mode & 0o077 == 0
        assert "the last words" in log.read_text()
    assert list(temporary.iterdir()) == []


@LINUX
def test_a_worker_that_dies_is_started_again_once(tmp_path, temporary):
    toy = make_toy(tmp_path)
    told, go_on = pausing(toy, tmp_path)
    with start(toy, temporary, "--cold-kernels") as process:
        _, worker = who(told)  # the parent of an ordinary kernel
        go_on.touch()
        os.kill(worker, signal.SIGKILL)
        said = process.stdout.read()
    assert process.returncode == 0, said
    assert "A process that executes notebooks ended before its time.\nIt is started" in said
    assert "index.html" in toy.published()
    assert list(temporary.iterdir()) == []


def test_a_server_that_has_ended_is_noticed_at_once():
    with KernelServer() as server:
        assert not is_gone_server(server.socket)
        assert server.end() is None
        server.process.kill()
        server.process.wait()
        assert is_gone_server(server.socket)
        assert server.end().startswith("ended by signal 9")
        begun = time.monotonic()
        with pytest.raises(KernelServerGone):
            ForkedKernel(server.socket, {})
        assert time.monotonic() - begun < 5


LISTENING = """import pathlib
sockets = set()
for entry in pathlib.Path('/proc/self/fd').iterdir():
    try: sockets.add(entry.readlink().name)
    except OSError: pass
found = [line.split() for name in ('tcp', 'tcp6')
         for line in pathlib.Path('/proc/self/net', name).read_text().splitlines()[1:]]
own = [row for row in found if f'socket:[{row[9]}]' in sockets]
print('listening at', [row[1] for row in own if row[3] == '0A'])
"""
FORKED_OUTPUT = """import os
child = os.fork()
if child == 0: print('said by a child', flush=True); os._exit(0)
_ = os.waitpid(child, 0)
print('said by the kernel')
"""


@LINUX
@pytest.mark.filterwarnings("ignore:This process.*is multi-threaded:DeprecationWarning")
def test_a_forked_kernel_listens_at_no_port_and_shows_what_its_children_print(
    tmp_path, kernel_server
):
    toy = make_toy(tmp_path)
    derive_toy(toy.root, "DC01")
    wait = "import time\ntime.sleep(1)"
    toy.write_notebook("s01_toy", *TABLE_PAGE, LISTENING, FORKED_OUTPUT, wait)
    seen = {}
    for kernels in (str(kernel_server.socket), COLD):
        assert execute(job(toy, "s01_toy", "T14.1.1", kernels)).failure is None
        executed = (toy.root / "reports/.work/DC01/s01_toy/executed.ipynb").read_text()
        texts = [
            "".join(output.get("text", ""))
            for cell in json.loads(executed)["cells"]
            for output in cell.get("outputs", ())
        ]
        seen[kernels] = "".join(texts)
        assert "said by a child" in seen[kernels]
        assert "said by the kernel" in seen[kernels]
    assert "listening at []" in seen[str(kernel_server.socket)]
    # an ordinary kernel has one, of its output thread: DECISIONS.md, 2
    assert re.search(r"listening at \['0100007F:[0-9A-F]{4}'\]", seen[COLD])


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


# --- clients that misbehave ----------------------------------------------------------------------
def test_a_mute_client_does_not_block_the_others(tmp_path, kernel_server):
    toy = make_toy(tmp_path)
    derive_toy(toy.root, "DC01")
    with socket.socket(socket.AF_UNIX) as mute, socket.socket(socket.AF_UNIX) as half:
        mute.connect(str(kernel_server.socket))
        half.connect(str(kernel_server.socket))
        half.sendall(b'{"argv": [')  # and never the rest
        result = execute(job(toy, "s01_toy", "T14.1.1", str(kernel_server.socket)))
    assert result.failure is None


def test_a_client_that_goes_away_takes_no_other_kernel_with_it(tmp_path, kernel_server):
    """It asks for a kernel and is gone before the answer, with and without a whole request."""
    toy = make_toy(tmp_path)
    derive_toy(toy.root, "DC01")
    wanted = {"argv": ["-f", str(tmp_path / "none.json")], "env": {}, "cwd": str(tmp_path)}
    for request in (json.dumps(wanted) + "\n", "{", "not a request\n"):
        with socket.socket(socket.AF_UNIX) as gone:
            gone.connect(str(kernel_server.socket))
            gone.sendall(request.encode())
    result = execute(job(toy, "s01_toy", "T14.1.1", str(kernel_server.socket)))
    assert result.failure is None
    assert kernel_server.process.poll() is None
