"""`registry run`: validate and derive the cuts, execute their notebooks, publish their reports.

Only what is stale is done. Notebooks run in parallel over an executor; each leaves its parts in
``reports/.work``. A cut is published when all its notebooks are good: its report is built aside and
renamed into place, so that a failed or killed run leaves the last good one.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from analysis.errors import ParameterError
from analysis.reporting import staleness
from analysis.reporting.execution import (
    BODY,
    COLD,
    OWN,
    NotebookJob,
    NotebookResult,
    execute,
    start_worker,
)
from analysis.reporting.hashing import read_json
from analysis.reporting.kernels import KernelServer
from analysis.reporting.manifest import NAME as MANIFEST
from analysis.reporting.manifest import write_manifest
from analysis.reporting.parts import collect
from analysis.reporting.progress import Progress
from analysis.reporting.project import Project
from analysis.reporting.provenance import provenance
from analysis.reporting.site import write_cut_pages, write_index
from analysis.sap import Study, read_study

DONE, FINDINGS, FAULT = 0, 1, 3


@dataclass(frozen=True)
class Options:
    """How to run: kernels, where, how many at once, and whether to do everything again."""

    cold_kernels: bool = False
    scheduler: str | None = None
    workers: int | None = None
    force: bool = False

    @property
    def at_once(self) -> int:
        """Notebooks to execute at the same time: two a core, since each waits half of its time."""
        return self.workers or 2 * len(os.sched_getaffinity(0))


def sweep(study_root: Path) -> None:
    """Remove what a killed run left half-built; put back a report that it had moved aside."""
    reports = staleness.reports_folder(study_root)
    for aside in reports.glob(".replaced-*"):
        published = reports / aside.name.removeprefix(".replaced-")
        if published.exists():
            shutil.rmtree(aside)
        else:
            aside.rename(published)
    for half_built in reports.glob(".building-*"):
        if half_built.is_dir():
            shutil.rmtree(half_built)
        else:
            half_built.unlink()


def derive_stale(
    studies: list[Study], project: Project, options: Options, progress: Progress
) -> list[Study]:
    """Derive the cuts that are stale; return those whose datasets are good."""
    good = []
    for study in studies:
        cut = study.cut.cut
        reason = staleness.derivation(study.root, cut, project).reason()
        if options.force and reason is None:
            reason = "asked for"
        if reason is None:
            progress.step(f"{cut}: datasets are up to date")
            good.append(study)
            continue
        result = staleness.derive_and_record(study.root, cut, project)
        done = result.exit_status == 0
        progress.step(f"{cut}: {'derived' if done else 'refused'} ({reason})")
        for line in result.summary:
            progress.say(f"  {line}")
        if done:
            good.append(study)
        else:
            progress.say(f"{cut} is not analysed; its last good report stays as it was.")
    return good


def stale_jobs(study: Study, project: Project, options: Options) -> list[NotebookJob]:
    """Return the notebooks of a cut that must be executed; the kernels are chosen later."""
    jobs = []
    for name in study.sap.notebooks():
        step = staleness.notebook(study, name, project)
        if options.force or step.reason() is not None:
            jobs.append(
                NotebookJob(
                    notebook=project.notebook(name),
                    cut=study.cut.cut,
                    study=study.root,
                    outputs=tuple(output.id for output in study.sap.outputs_of(name)),
                    key=step.key,
                    kernels=COLD,
                    synthetic=study.cut.synthetic,
                )
            )
    return jobs


@contextlib.contextmanager
def local_executor(options: Options) -> Iterator[tuple[Executor, str]]:
    """Yield local processes and the kernels they use."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["analysis.reporting.execution"])
    with contextlib.ExitStack() as stack:
        kernels = COLD
        if not options.cold_kernels:
            kernels = str(stack.enter_context(KernelServer()).socket)
        pool = stack.enter_context(
            ProcessPoolExecutor(options.at_once, mp_context=context, initializer=start_worker)
        )
        try:
            yield pool, kernels
        except BaseException:
            # Interrupted: end the workers (their kernels end with them) rather than wait.
            for process in multiprocessing.active_children():
                process.terminate()
            raise


@contextlib.contextmanager
def cluster_executor(options: Options) -> Iterator[tuple[Executor, str]]:
    """Yield a Dask cluster as an executor; it must share the study folder.

    Raises
    ------
    ParameterError
        If no scheduler answers at the address.
    """
    from distributed import Client

    try:
        client = Client(options.scheduler, timeout="10s")
    except (OSError, ValueError) as error:
        raise ParameterError(f"no Dask scheduler answers at {options.scheduler}: {error}") from None
    with client:
        yield client.get_executor(pure=False, retries=0), COLD if options.cold_kernels else OWN


def execute_all(
    jobs: list[NotebookJob], options: Options, progress: Progress
) -> list[NotebookResult]:
    """Execute notebooks in parallel; return what became of each."""
    if not jobs:
        return []
    progress.expect(len(jobs))
    results = []
    open_executor: Callable = cluster_executor if options.scheduler else local_executor
    with open_executor(options) as (executor, kernels):
        futures = {executor.submit(execute, _with_kernels(job, kernels)): job for job in jobs}
        for future in as_completed(futures):
            job = futures[future]
            try:
                result = future.result()
            except Exception as error:
                result = NotebookResult(
                    job.cut, job.name, f"{job.notebook.name}, cut {job.cut}\nthe worker: {error!r}"
                )
            results.append(result)
            _tell(result, progress)
    return results


def _with_kernels(job: NotebookJob, kernels: str) -> NotebookJob:
    from dataclasses import replace

    return replace(job, kernels=kernels)


def _tell(result: NotebookResult, progress: Progress) -> None:
    state = "failed" if result.failure else "executed"
    progress.step(f"{result.cut}: {result.notebook} {state}")
    for line in result.warnings:
        progress.say(f"  {result.notebook}, {result.cut}: {line}")
    if result.failure:
        progress.say(f"FAILED {result.failure}")


def publish(study: Study, project: Project) -> None:
    """Build the report of a cut aside and put it in place of the last one."""
    cut, published = study.cut.cut, study.reports
    step = staleness.pages(study, project)
    aside = published.with_name(f".building-{cut}")
    shutil.rmtree(aside, ignore_errors=True)
    (aside / "figures").mkdir(parents=True)
    parts = {name: staleness.work_folder(study.root, cut) / name for name in study.sap.notebooks()}
    for folder in parts.values():
        for figure in sorted(folder.glob("figures/*")):
            shutil.copyfile(figure, aside / "figures" / figure.name)
    collect(parts.values(), aside)
    _carry_over(published, aside)
    facts = provenance(study, project)
    bodies = {name: folder / BODY for name, folder in parts.items()}
    write_cut_pages(aside, study, project, facts, bodies)
    write_manifest(aside, study, project, facts, step)
    _swap(aside, published)


def _carry_over(published: Path, aside: Path) -> None:
    """Copy what others keep beside the report (findings above all), but no output of an old one."""
    ours = {*read_json(published / MANIFEST).get("outputs", {}), MANIFEST} - {"findings.csv"}
    if not published.is_dir():
        return
    for path in sorted(published.iterdir()):
        if path.is_file() and path.name not in ours and not (aside / path.name).exists():
            shutil.copyfile(path, aside / path.name)


def _swap(aside: Path, published: Path) -> None:
    """Rename the new report into place; `sweep` mends a kill between the two renames."""
    replaced = published.with_name(f".replaced-{published.name}")
    if published.exists():
        published.rename(replaced)
    aside.rename(published)
    shutil.rmtree(replaced, ignore_errors=True)


def publish_stale(
    studies: list[Study],
    results: list[NotebookResult],
    project: Project,
    options: Options,
    progress: Progress,
) -> None:
    """Publish the cuts whose notebooks are all good and whose pages are stale."""
    failed = {result.cut for result in results if result.failure}
    for study in studies:
        cut = study.cut.cut
        if cut in failed:
            progress.step(f"{cut}: not published, the last good report stays")
            continue
        shutil.rmtree(study.reports / "failed", ignore_errors=True)
        if options.force or staleness.pages(study, project).reason() is not None:
            publish(study, project)
            progress.step(f"{cut}: report written")
        else:
            progress.step(f"{cut}: report is up to date")


def run_cuts(
    study_root: Path,
    cuts: list[str],
    options: Options,
    progress: Progress,
    project: Project | None = None,
) -> int:
    """Bring the reports of the named cuts up to date.

    Parameters
    ----------
    study_root : Path
        Study folder.
    cuts : list of str
        Cuts, each declared and readable.
    options : Options
        How to run.
    progress : Progress
        Where to say how far it is.
    project : Project, optional
        Where notebooks and code come from; by default the installed project.

    Returns
    -------
    int
        0 done, 1 if the extracts of a cut have errors, 3 if a notebook failed.

    Raises
    ------
    ParameterError
        If another run is at work, or the plan names a notebook that is not there.
    """
    project = project or Project.installed()
    studies = [read_study(study_root, cut) for cut in cuts]
    with staleness.refusing_second_run(study_root):
        sweep(study_root)
        progress.expect(2 * len(studies))
        good = derive_stale(studies, project, options, progress)
        jobs = [job for study in good for job in stale_jobs(study, project, options)]
        results = execute_all(jobs, options, progress)
        publish_stale(good, results, project, options, progress)
        write_index(study_root)
    if any(result.failure for result in results):
        return FAULT
    return DONE if len(good) == len(studies) else FINDINGS
