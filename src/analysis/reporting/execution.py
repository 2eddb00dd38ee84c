"""Execute one notebook for one cut: papermill, a kernel of ours, parts written aside.

`execute` is the job that an executor runs, here or on a cluster; it takes and returns plain values.
What it makes goes into a staging folder first and is put in place only when the notebook has
emitted everything that the plan asks of it.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import multiprocessing.connection
import os
import re
import shutil
import signal
import tempfile
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

from analysis.errors import MachineError, ParameterError, RegistryError
from analysis.faults import in_plain_words, words_for
from analysis.hashing import hash_folder, write_json
from analysis.replacing import put_in_place, whole_file
from analysis.reporting.emission import emitted_outputs
from analysis.reporting.kernels import (
    KERNEL_ENVIRONMENT,
    KernelServerGone,
    KernelSockets,
    is_gone,
    own_server,
)
from analysis.reporting.private import use_folder
from analysis.reporting.rendering import failed_page, render_body
from analysis.reporting.session import (
    FORMATS_VARIABLE,
    NOTEBOOK_VARIABLE,
    STAGING_VARIABLE,
    STUDY_VARIABLE,
)

EXECUTED = "executed.ipynb"
BODY = "body.html"
COLD, OWN = "cold", "own"
REFUSED, FAULT = 2, 3
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
    formats : tuple of str
        Of figures, beside SVG.
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
    formats: tuple[str, ...] = ()

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
    """What became of one job: no failure is good.

    Attributes
    ----------
    cut, notebook : str
        Which job it was.
    failure : str or None
        Notebook, cell, cut and error.
    lost : bool
        True where it failed because what runs the notebooks ended; it says nothing of the notebook.
    status : int
        Exit status that the failure deserves: 2 where the machine refused, else 3.
    warnings : tuple of str
        What the notebook wrote to standard error.
    """

    cut: str
    notebook: str
    failure: str | None = None
    lost: bool = False
    status: int = FAULT
    warnings: tuple[str, ...] = field(default=())


class _Client(PapermillNotebookClient):
    """papermill's client with a kernel manager of ours."""

    _sockets: KernelSockets

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
        FORMATS_VARIABLE: ",".join(job.formats),
    }
    return {**os.environ, **KERNEL_ENVIRONMENT, **named, "TMPDIR": tempfile.gettempdir()}


def _server(kernels: str) -> Path | None:
    if kernels == COLD:
        return None
    return own_server() if kernels == OWN else Path(kernels)


def _run_papermill(job: NotebookJob, server: Path | None) -> None:
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
        server=server,
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


def _read_executed(job: NotebookJob) -> Any | None:
    """Return the notebook as far as it was executed; None where it was not even written."""
    try:
        return nbformat.read(job.staging / EXECUTED, as_version=4)
    except (OSError, ValueError):  # on a full disk it may be there in part
        return None


def _refused_by_the_machine(job: NotebookJob, error: Exception) -> str | None:
    """Say what the machine refused, to the runner or to a cell; None where it did not."""
    if isinstance(error, PapermillExecutionError):
        number = re.match(r"\[Errno (\d+)\]", str(error.evalue))
        return words_for(int(number[1]), job.study) if number else None
    return in_plain_words(error, job.study)


def _describe(job: NotebookJob, error: Exception, executed: Any | None) -> str:
    """Say which notebook, cell and cut, and what went wrong."""
    where = f"{job.notebook.name}, cut {job.cut}"
    refused = _refused_by_the_machine(job, error)
    # A refusal, ours or the machine's, concerns the notebook; everything else came from a cell.
    if executed is not None and not isinstance(error, RegistryError) and refused is None:
        number, line = _cell_that_failed(executed)
        where = f"{job.notebook.name}, cell {number} ({line}), cut {job.cut}"
    if isinstance(error, RegistryError):
        what = str(error)
    elif refused is not None:
        what = refused
    elif isinstance(error, PapermillExecutionError):
        what = f"{error.ename}: {error.evalue}"
    else:
        what = f"{type(error).__name__}: {error}"
    return f"{where}\n{_COLOURS.sub('', what).strip()}"


def _keep_failed(job: NotebookJob, executed: Any) -> str:
    """Move the failed notebook to where it can be read; return a line that says where."""
    job.failed.parent.mkdir(parents=True, exist_ok=True)
    title = f"{job.name} failed for {job.cut}"
    page = failed_page(executed, title, synthetic=job.synthetic)
    with whole_file(job.failed.with_suffix(".html")) as file:
        file.write(page)
    (job.staging / EXECUTED).replace(job.failed)
    return f"\nKept for reading: {job.failed.relative_to(job.study)}"


def _failed(job: NotebookJob, error: Exception, server: Path | None) -> NotebookResult:
    """Say what went wrong, and keep the notebook for reading where it is the notebook's fault."""
    lost = isinstance(error, KernelServerGone) or (server is not None and is_gone(server))
    refused = isinstance(error, MachineError) or _refused_by_the_machine(job, error) is not None
    executed = _read_executed(job)
    failure = _describe(job, error, executed)
    if executed is not None and not lost and not refused:
        with contextlib.suppress(OSError):  # what went wrong is told, kept for reading or not
            failure += _keep_failed(job, executed)
    status = REFUSED if refused else FAULT
    return NotebookResult(job.cut, job.name, failure, lost=lost, status=status)


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
    write_json(
        job.staging / "record.json", {"key": job.key, "outputs": made, "formats": job.formats}
    )
    job.target.parent.mkdir(parents=True, exist_ok=True)
    put_in_place(job.staging, job.target)


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
    server = None
    try:
        shutil.rmtree(job.staging, ignore_errors=True)
        job.staging.mkdir(parents=True)
        check_parameters(job.notebook)
        server = _server(job.kernels)
        _run_papermill(job, server)
        _check_emitted(job)
        notebook = nbformat.read(job.staging / EXECUTED, as_version=4)
        body = render_body(notebook, job.outputs)
        (job.staging / BODY).write_text(body, encoding="utf-8", newline="\n")
        _put_in_place(job)
    except Exception as error:
        try:
            return _failed(job, error, server)
        finally:
            shutil.rmtree(job.staging, ignore_errors=True)
    return NotebookResult(job.cut, job.name, warnings=_stderr_lines(notebook))


def start_worker(folder: str) -> None:
    """Prepare a worker process: it ends with the command, and leaves Ctrl-C to it.

    Parameters
    ----------
    folder : str
        The private folder of the command, which the worker shares.
    """
    use_folder(folder)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_command, daemon=True).start()


def _end_with_command() -> None:
    """Wait for the end of the command, however it ends, and end this process at once."""
    command = multiprocessing.parent_process()
    if command is not None:
        multiprocessing.connection.wait([command.sentinel])
        os.kill(os.getpid(), signal.SIGKILL)
