"""Who executes the notebooks: local processes with forked kernels, or a cluster.

What runs notebooks may be ended from outside, as the system does it where memory runs out. That is
noticed at once, since nobody waits for a process that has ended; everything is started again, once,
and the notebooks that were lost are executed again. A second time they have failed.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path

from analysis.errors import ParameterError
from analysis.faults import in_plain_words
from analysis.reporting.execution import (
    COLD,
    FAULT,
    OWN,
    REFUSED,
    NotebookJob,
    NotebookResult,
    execute,
    start_worker,
)
from analysis.reporting.kernels import KernelServer
from analysis.reporting.private import temporary_files_inside
from analysis.reporting.progress import Progress
from analysis.wording import counted

AGAIN = "This was the second time; where memory runs out, `--workers 1` needs less of it."


#: What can be taken away of a cut on demand; Word, Rich Text, CSV and SVG always are.
ALWAYS = ("docx", "rtf", "csv", "svg")
FORMATS = ("pdf", "png", "report.pdf", "report.zip")


@dataclass(frozen=True)
class Options:
    """How to run: kernels, where, how many at once, whether to do everything again, or only some.

    Attributes
    ----------
    only : tuple of str
        Notebooks, or outputs whose notebooks, are executed; empty for all that are stale.
    formats : tuple of str
        Of what is taken away, beside those that always are: of `FORMATS`.
    """

    cold_kernels: bool = False
    scheduler: str | None = None
    workers: int | None = None
    force: bool = False
    only: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()

    @property
    def of_figures(self) -> tuple[str, ...]:
        """Formats that a notebook makes, with the figure at hand."""
        return tuple(kind for kind in self.formats if kind in ("pdf", "png"))

    @property
    def at_once(self) -> int:
        """Notebooks to execute at the same time: two a core, since each waits half of its time."""
        return self.workers or 2 * len(os.sched_getaffinity(0))


@dataclass(frozen=True)
class Workers:
    """An executor, which kernels its jobs use, and the server of these where it is ours."""

    executor: Executor
    kernels: str
    server: KernelServer | None = None


@contextlib.contextmanager
def local_workers(options: Options) -> Iterator[Workers]:
    """Yield local processes and the kernels they use."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["analysis.reporting.execution"])
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(temporary_files_inside())
        server = None if options.cold_kernels else stack.enter_context(KernelServer())
        pool = stack.enter_context(
            ProcessPoolExecutor(
                options.at_once,
                mp_context=context,
                initializer=start_worker,
                initargs=(str(folder),),
            )
        )
        try:
            yield Workers(pool, COLD if server is None else str(server.socket), server)
        except BaseException:
            # Interrupted: end the workers (their kernels end with them) rather than wait.
            for process in multiprocessing.active_children():
                process.terminate()
            raise


@contextlib.contextmanager
def cluster_workers(options: Options) -> Iterator[Workers]:
    """Yield a Dask cluster as an executor; it must share the study folder.

    Raises
    ------
    ParameterError
        If no scheduler answers at the address, or the extra `cluster` is not installed.
    """
    try:
        from distributed import Client  # type: ignore[import-not-found]
    except ModuleNotFoundError:
        raise ParameterError(
            "a Dask scheduler needs the package distributed: "
            "pip install 'precision-registry-analysis[cluster]'"
        ) from None

    try:
        client = Client(options.scheduler, timeout="10s")
    except (OSError, ValueError) as error:
        raise ParameterError(f"no Dask scheduler answers at {options.scheduler}: {error}") from None
    with client:
        kernels = COLD if options.cold_kernels else OWN
        yield Workers(client.get_executor(pure=False, retries=0), kernels)


def execute_all(
    jobs: list[NotebookJob], options: Options, reports: Path, progress: Progress
) -> list[NotebookResult]:
    """Execute notebooks in parallel; return what became of each.

    Parameters
    ----------
    jobs : list of NotebookJob
        What to execute.
    options : Options
        How.
    reports : Path
        Folder of the reports, where the log of a kernel server that ended is kept.
    progress : Progress
        Where to say how far it is.
    """
    if not jobs:
        return []
    progress.expect(len(jobs))
    results, lost, why = _round(jobs, options, reports, progress)
    if lost:
        of_all = f"{len(lost)} of {counted(len(jobs), 'notebook')}"
        progress.say(f"{why}\nIt is started again, once, for {of_all}.")
        again, lost, why = _round(lost, options, reports, progress)
        results += again
    for job in lost:
        failure = f"{job.notebook.name}, cut {job.cut}\n{why} {AGAIN}"
        results.append(NotebookResult(job.cut, job.name, failure))
        _tell(results[-1], job, progress)
    return results


def _named(job: NotebookJob) -> str:
    return f"{job.cut}: {job.name}"


def _round(
    jobs: list[NotebookJob], options: Options, reports: Path, progress: Progress
) -> tuple[list[NotebookResult], list[NotebookJob], str]:
    """Execute notebooks; return the results, the jobs that were lost, and by what."""
    results, lost = [], []
    why = "A process that executes notebooks ended before its time."
    with (cluster_workers if options.scheduler else local_workers)(options) as workers:
        futures = {}
        for job in jobs:
            try:
                ready = replace(job, kernels=workers.kernels)
                futures[workers.executor.submit(execute, ready)] = job
                progress.begin(_named(job), options.at_once)
            except BrokenExecutor:
                lost.append(job)
        for future in as_completed(futures):
            result = _result(future, futures[future])
            if result.lost:
                lost.append(futures[future])
            else:
                results.append(result)
                _tell(result, futures[future], progress)
        if workers.server is not None and (end := workers.server.end()):
            log = workers.server.keep_log(reports)
            why = f"The kernel server {end}. Its log: {log or 'could not be kept'}."
    return results, lost, why


def _result(future, job: NotebookJob) -> NotebookResult:
    """Return what a job gave, or what became of the process that should have done it."""
    try:
        return future.result()
    except Exception as error:
        where = f"{job.notebook.name}, cut {job.cut}"
        refused = in_plain_words(error, job.study)
        return NotebookResult(
            job.cut,
            job.name,
            f"{where}\n{refused or f'the worker: {error!r}'}",
            lost=isinstance(error, BrokenExecutor),
            status=REFUSED if refused else FAULT,
        )


def _tell(result: NotebookResult, job: NotebookJob, progress: Progress) -> None:
    state = "failed" if result.failure else "executed"
    progress.step(f"{result.cut}: {result.notebook} {state}", _named(job))
    for line in result.warnings:
        progress.say(f"  {result.notebook}, {result.cut}: {line}")
    if result.failure:
        progress.say(f"FAILED {result.failure}")
