"""Execute one notebook for one cut: papermill, a kernel of ours, parts written aside.

`execute` is the job that an executor runs, here or on a cluster; it takes and returns plain values.
What it makes goes into a staging folder first and is put in place only when the notebook has
emitted everything that the plan asks of it.
"""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import re
import shutil
import signal
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import papermill
from jupyter_core.utils import ensure_event_loop
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines
from papermill.exceptions import PapermillExecutionError

from analysis.errors import ParameterError, RegistryError
from analysis.reporting.emission import emitted_outputs
from analysis.reporting.hashing import hash_folder, write_json
from analysis.reporting.kernels import KERNEL_ENVIRONMENT, KernelSockets, own_server
from analysis.reporting.rendering import failed_page, render_body
from analysis.reporting.session import NOTEBOOK_VARIABLE, STAGING_VARIABLE, STUDY_VARIABLE

EXECUTED = "executed.ipynb"
BODY = "body.html"
COLD, OWN = "cold", "own"
CELL_TIMEOUT = 1800
START_TIMEOUT = 300  # a busy machine takes its time
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class NotebookJob:
    """One notebook to be executed for one cut.

    Attributes
    ----------
    notebook : Path
        File of the notebook.
    cut : str
        The cut, the only parameter.
    study : Path
        Study folder.
    outputs : tuple of str
        Ids the plan asks of this notebook.
    key : dict
        What decides its result, recorded with it.
    kernels : str
        Socket of a kernel server, ``cold`` for an ordinary kernel, ``own`` for a server of the
        worker's process.
    """

    notebook: Path
    cut: str
    study: Path
    outputs: tuple[str, ...]
    key: dict[str, str]
    kernels: str
    synthetic: bool
    timeout: int = CELL_TIMEOUT

    @property
    def name(self) -> str:
        """Name of the notebook without suffix."""
        return self.notebook.stem

    @property
    def staging(self) -> Path:
        """Where the parts are built."""
        return self.study / "reports" / f".building-{self.cut}-{self.name}"

    @property
    def target(self) -> Path:
        """Where the parts are kept."""
        return self.study / "reports" / ".work" / self.cut / self.name

    @property
    def failed(self) -> Path:
        """Where a failed notebook is kept for reading."""
        return self.study / "reports" / self.cut / "failed" / self.notebook.name


@dataclass(frozen=True)
class NotebookResult:
    """What became of one job: no failure is good."""

    cut: str
    notebook: str
    failure: str | None = None
    warnings: tuple[str, ...] = field(default=())


class _Client(PapermillNotebookClient):
    """papermill's client with a kernel manager of ours."""

    def create_kernel_manager(self) -> Any:
        self.km = self._sockets.manager()
        return self.km


class RegistryEngine(NBClientEngine):
    """Papermill engine that starts kernels over ipc, forked or ordinary."""

    @classmethod
    def execute_managed_notebook(  # type: ignore[override]
        cls,
        nb_man: Any,
        kernel_name: str,
        *,
        server: Path | None,
        environment: dict,
        **options: Any,
    ) -> Any:
        """Execute the notebook with a kernel of its own."""
        client = _Client(
            nb_man,
            timeout=options["execution_timeout"],
            startup_timeout=options["start_timeout"],
            shutdown_kernel="immediate",  # a kernel holds nothing worth a graceful end
        )
        with KernelSockets(server) as sockets:
            client._sockets = sockets
            try:
                return client.execute(env=environment, cwd=str(options["folder"]))
            finally:
                # Opened for this thread by the first call of the client, and nobody else's.
                ensure_event_loop().close()


papermill_engines.register("registry", RegistryEngine)


def check_parameters(notebook: Path) -> None:
    """Refuse a notebook whose parameter cell does not hold ``cut``, and nothing else.

    Papermill would only print a notice about a parameter it does not know, and the notebook would
    run with its default cut.

    Raises
    ------
    ParameterError
        Naming the parameters found.
    """
    found = sorted(papermill.inspect_notebook(str(notebook)))
    if found != ["cut"]:
        raise ParameterError(
            f"{notebook.name}: the cell tagged 'parameters' holds {found or 'nothing'}; "
            "it must hold `cut` only"
        )


def _environment(job: NotebookJob) -> dict[str, str]:
    named = {
        STUDY_VARIABLE: str(job.study),
        STAGING_VARIABLE: str(job.staging),
        NOTEBOOK_VARIABLE: job.name,
    }
    return {**os.environ, **KERNEL_ENVIRONMENT, **named}


def _server(kernels: str) -> Path | None:
    if kernels == COLD:
        return None
    return own_server() if kernels == OWN else Path(kernels)


def _run_papermill(job: NotebookJob) -> None:
    papermill.execute_notebook(
        str(job.notebook),
        str(job.staging / EXECUTED),
        parameters={"cut": job.cut},
        engine_name="registry",
        kernel_name="python3",
        language="python",
        progress_bar=False,
        start_timeout=START_TIMEOUT,
        execution_timeout=job.timeout,
        autosave_cell_every=0,
        server=_server(job.kernels),
        environment=_environment(job),
        folder=job.notebook.parent,
    )


def _own_cells(notebook: Any) -> list[Any]:
    """Return the cells that stand in the source, without those that papermill put in."""
    added = {"injected-parameters", "papermill-error-cell-tag"}
    return [cell for cell in notebook.cells if not added & set(cell.metadata.get("tags", ()))]


def _cell_that_failed(notebook: Any) -> tuple[int, str]:
    """Return number and first line of the last cell that ran."""
    cells = _own_cells(notebook)
    ran = [
        number
        for number, cell in enumerate(cells, start=1)
        if cell.metadata.get("papermill", {}).get("start_time")
    ]
    number = ran[-1] if ran else 1
    lines = cells[number - 1].source.strip().splitlines() or [""]
    return number, lines[0]


def _describe(job: NotebookJob, error: Exception) -> str:
    """Say which notebook, cell and cut, and what went wrong."""
    where = f"{job.notebook.name}, cut {job.cut}"
    path = job.staging / EXECUTED
    # A refusal of ours concerns the whole notebook; everything else came from a cell.
    if path.is_file() and not isinstance(error, RegistryError):
        number, line = _cell_that_failed(nbformat.read(path, as_version=4))
        where = f"{job.notebook.name}, cell {number} ({line}), cut {job.cut}"
    if isinstance(error, PapermillExecutionError):
        what = f"{error.ename}: {error.evalue}"
    elif isinstance(error, RegistryError):
        what = str(error)
    else:
        what = f"{type(error).__name__}: {error}"
    return f"{where}\n{_COLOURS.sub('', what).strip()}"


def _keep_failed(job: NotebookJob) -> str:
    """Move the failed notebook to where it can be read; return a line that says where."""
    made = job.staging / EXECUTED
    if not made.is_file():
        return ""
    job.failed.parent.mkdir(parents=True, exist_ok=True)
    notebook = nbformat.read(made, as_version=4)
    title = f"{job.name} failed for {job.cut}"
    page = failed_page(notebook, title, synthetic=job.synthetic)
    job.failed.with_suffix(".html").write_text(page, encoding="utf-8")
    made.replace(job.failed)
    return f"\nKept for reading: {job.failed.relative_to(job.study)}"


def _check_emitted(job: NotebookJob) -> None:
    missing = [name for name in job.outputs if name not in emitted_outputs(job.staging)]
    if missing:
        raise RegistryError(f"planned but not emitted: {', '.join(missing)}")


def _stderr_lines(notebook: Any) -> tuple[str, ...]:
    """Return what the notebook wrote to standard error: warnings, without machine paths."""
    texts = [
        output.text
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if output.output_type == "stream" and output.name == "stderr"
    ]
    return tuple(dict.fromkeys(line for text in texts for line in text.splitlines() if line))


def _put_in_place(job: NotebookJob) -> None:
    """Replace what an earlier run left by what this one made; the record is written last."""
    made = hash_folder(job.staging)
    write_json(job.staging / "record.json", {"key": job.key, "outputs": made})
    job.target.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(job.target, ignore_errors=True)
    job.staging.rename(job.target)


def execute(job: NotebookJob) -> NotebookResult:
    """Execute one notebook for one cut and keep its parts, or the failed notebook.

    Parameters
    ----------
    job : NotebookJob

    Returns
    -------
    NotebookResult
        With `failure` naming notebook, cell, cut and error, if it failed.
    """
    shutil.rmtree(job.staging, ignore_errors=True)
    job.staging.mkdir(parents=True)
    try:
        check_parameters(job.notebook)
        _run_papermill(job)
        _check_emitted(job)
        notebook = nbformat.read(job.staging / EXECUTED, as_version=4)
        body = render_body(notebook, job.outputs)
        (job.staging / BODY).write_text(body, encoding="utf-8", newline="\n")
        _put_in_place(job)
    except Exception as error:
        failure = _describe(job, error) + _keep_failed(job)
        shutil.rmtree(job.staging, ignore_errors=True)
        return NotebookResult(job.cut, job.name, failure)
    return NotebookResult(job.cut, job.name, warnings=_stderr_lines(notebook))


def start_worker() -> None:
    """Prepare a worker process: it ends with the command, and leaves Ctrl-C to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_command, daemon=True).start()


def _end_with_command() -> None:
    """Wait for the end of the command, however it ends, and end this process at once."""
    command = multiprocessing.parent_process()
    if command is not None:
        multiprocessing.connection.wait([command.sentinel])
        os.kill(os.getpid(), signal.SIGKILL)
