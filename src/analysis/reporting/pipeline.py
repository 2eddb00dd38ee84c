"""`registry run`: validate and derive the cuts, execute their notebooks, publish their reports.

Only what is stale is done. Notebooks run in parallel over an executor; each leaves its parts in
``reports/.work``. A cut is published when all its notebooks are good: its report is built aside and
renamed into place, so that a failed or killed run leaves the last good one. What stops one cut is
told with its name, and stops no other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from analysis.errors import ParameterError
from analysis.faults import forget_logs, in_plain_words, keep_traceback
from analysis.hashing import hash_files, read_json
from analysis.reporting import staleness
from analysis.reporting.execution import COLD, NotebookJob, NotebookResult
from analysis.reporting.frozen_numbers import refuse_other_numbers
from analysis.reporting.lock import study_lock
from analysis.reporting.parts import collect, read_estimates
from analysis.reporting.private import sweep
from analysis.reporting.progress import Progress
from analysis.reporting.project import Project
from analysis.reporting.publication import WHOLE, publish, published_already, refuse_read_only
from analysis.reporting.site import write_index
from analysis.reporting.workers import Options, execute_all
from analysis.sap import Study, read_study
from analysis.wording import counted
from analysis.yaml_source import read_yaml

DONE, FINDINGS, REFUSED, FAULT = 0, 1, 2, 3


def refuse_public_profile(study: Study) -> None:
    """Refuse a profile under which nobody would be protected yet.

    Raises
    ------
    ParameterError
        Naming the file and the line.
    """
    if study.rules.display.profile != "public":
        return
    key = ("display", "profile")
    plan = study.root / "params" / "sap.yaml"
    cut = study.root / "params" / "cuts" / f"{study.cut.cut}.yaml"
    override = "profile" in study.cut.overrides.get("display", {})
    path, at = (cut, ("overrides", *key)) if override else (plan, ("rules", *key))
    raise ParameterError(
        f"{path}, line {read_yaml(path).line_of(at)}: display.profile is 'public', but the public "
        "profile is not built yet: small numbers would stand in the report as they are. Set it to "
        "'internal', and keep the report inside"
    )


class Cuts:
    """The cuts of one run that are still good, and the exit status that the others deserve."""

    def __init__(self, studies: Iterable[Study], progress: Progress) -> None:
        self.good, self.status = list(studies), DONE
        self._progress = progress

    def drop(self, study: Study, status: int) -> None:
        """Go on without a cut; the reason is told already."""
        self.good.remove(study)
        self.status = max(self.status, status)

    def attempt(self, study: Study, step: Callable[[], Any]) -> Any:
        """Do one step for one cut and return its result, None where it failed.

        Then it is said why, and the run goes on without that cut.
        """
        cut = study.cut.cut
        try:
            return step()
        except Exception as error:
            status, message = getattr(error, "exit_status", None), str(error)
            if status is None and (words := in_plain_words(error, study.root)):
                status, message = REFUSED, words
            elif status is None:
                log = keep_traceback(error, study.root / "reports")
                status, message = FAULT, f"a fault of the program: {type(error).__name__}: {error}"
                message += f"\nThe traceback is in {log}." if log else ""
            self._progress.step(f"{cut}: failed; its last good report stays as it was")
            self._progress.say(f"FAILED {cut}: {message}")
            self.drop(study, status)
            return None


def derive_stale(cuts: Cuts, project: Project, options: Options, progress: Progress) -> None:
    """Derive the cuts that are stale; those that cannot be are dropped."""
    for study in list(cuts.good):
        cuts.attempt(study, partial(_derive_if_stale, study, cuts, project, options, progress))


def _derive_if_stale(
    study: Study, cuts: Cuts, project: Project, options: Options, progress: Progress
) -> None:
    cut = study.cut.cut
    reason = staleness.derivation(study.root, cut, project).reason()
    if options.force and reason is None:
        reason = "asked for"
    if reason is None:
        progress.step(f"{cut}: datasets are up to date")
        return
    progress.begin(f"{cut}: datasets")
    result = staleness.derive_and_record(study.root, cut, project)
    done = result.exit_status == 0
    progress.step(f"{cut}: {'derived' if done else 'refused'} ({reason})", f"{cut}: datasets")
    for line in result.summary:
        progress.say(f"  {line}")
    if not done:
        cuts.drop(study, FINDINGS)
        progress.say(f"{cut} is not analysed; its last good report stays as it was.")


def stale_jobs(
    study: Study, project: Project, options: Options, last: bool = False
) -> list[NotebookJob]:
    """Return the notebooks of a cut that must be executed; the kernels are chosen later.

    Those that compare cuts come last, when all numbers of all cuts are there.
    """
    jobs: list[NotebookJob] = []
    comparing = staleness.about_changes(study.sap)
    wanted = wanted_notebooks(study, options)
    for name in [name for name in wanted if (name in comparing) == last]:
        step = staleness.notebook(study, name, project)
        lacking = set(options.of_figures) - set(read_json(step.record).get("formats", ()))
        if options.force or step.reason() is not None or lacking:
            jobs.append(
                NotebookJob(
                    notebook=project.notebook(name),
                    cut=study.cut.cut,
                    study=study.root,
                    outputs=tuple(output.id for output in study.sap.outputs_of(name)),
                    key=step.key,
                    kernels=COLD,
                    synthetic=study.cut.synthetic,
                    formats=options.of_figures,
                )
            )
    if jobs:
        refuse_read_only(study)
    return jobs


def wanted_notebooks(study: Study, options: Options) -> tuple[str, ...]:
    """Notebooks that may be executed: those named, or those of outputs named; by default all.

    Raises
    ------
    ParameterError
        For a name that is neither, with what there is.
    """
    notebooks = study.sap.notebooks()
    if not options.only:
        return notebooks
    of_output = {output.id: output.notebook for output in study.sap.outputs if output.notebook}
    chosen = set()
    for name in options.only:
        found = name.removesuffix(".ipynb") if name not in of_output else of_output[name]
        if found not in notebooks:
            raise ParameterError(
                f"--only {name}: neither an output with a notebook nor a notebook of the plan; "
                f"there are {', '.join(notebooks)}"
            )
        chosen.add(found)
    return tuple(name for name in notebooks if name in chosen)


def _unfinished(study: Study, project: Project) -> list[str]:
    """Notebooks of a cut that are stale."""
    steps = [staleness.notebook(study, name, project) for name in study.sap.notebooks()]
    return [step.name for step in steps if step.reason() is not None]


def keep_numbers(study: Study, project: Project) -> None:
    """Join the numbers of the notebooks of a cut, for the cuts that are compared with it."""
    step = staleness.numbers(study, project)
    comparing = staleness.about_changes(study.sap)
    names = [name for name in study.sap.notebooks() if name not in comparing]
    parts = [staleness.notebook(study, name, project) for name in names]
    if step.reason() is None or any(part.reason() is not None for part in parts):
        return
    work = staleness.work_folder(study.root, study.cut.cut)
    step.root.mkdir(parents=True, exist_ok=True)
    step.record.unlink(missing_ok=True)
    collect([work / name for name in names], step.root)
    step.done(hash_files(step.root.glob("estimates.csv"), step.root))


def drop_failed(cuts: Cuts, results: list[NotebookResult], progress: Progress) -> None:
    """Drop the cuts of which a notebook failed."""
    for study in list(cuts.good):
        failed = [one.status for one in results if one.failure and one.cut == study.cut.cut]
        if failed:
            progress.step(f"{study.cut.cut}: not published, the last good report stays")
            cuts.drop(study, max(failed))


def publish_stale(cuts: Cuts, project: Project, options: Options, progress: Progress) -> None:
    """Publish the cuts whose pages are stale."""
    for study in list(cuts.good):
        cuts.attempt(study, partial(_publish_if_stale, study, project, options, progress))


def _publish_if_stale(study: Study, project: Project, options: Options, progress: Progress) -> None:
    if options.only and (stale := _unfinished(study, project)):
        progress.step(f"{study.cut.cut}: not published, {counted(len(stale), 'notebook')} stale")
        return
    if study.lock is not None:
        numbers = staleness.numbers(study, project).root / "estimates.csv"
        for key in refuse_other_numbers(study.lock, read_estimates(numbers)):
            progress.say(f"  {study.cut.cut}: not in its lock, made by later code: {key}")
    wanted = set(options.formats)
    absent = [kind for kind in WHOLE if kind in wanted and not (study.reports / kind).is_file()]
    again = absent or _lacks_figures(study, options)
    if options.force or again or staleness.pages(study, project).reason() is not None:
        progress.begin(f"{study.cut.cut}: pages")
        for said in publish(study, project, options.formats):
            progress.say(f"  {study.cut.cut}: {said}")
        progress.step(f"{study.cut.cut}: report written", f"{study.cut.cut}: pages")
    else:
        published_already(study)
        progress.step(f"{study.cut.cut}: report is up to date")


def _lacks_figures(study: Study, options: Options) -> bool:
    """Whether a figure is not there yet in a format that is asked for."""
    folder = study.reports / "downloads"
    drawn = [path.stem for path in folder.glob("*.svg")]
    return any(not (folder / f"{n}.{kind}").is_file() for n in drawn for kind in options.of_figures)


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
        0 done, 1 if the extracts of a cut have errors, 2 if the machine refused something, 3 if a
        notebook failed; the highest of them.

    Raises
    ------
    ParameterError
        If another run is at work, the plan names a notebook that is not there, or asks for the
        public profile.
    """
    project = project or Project.installed()
    studies = [read_study(study_root, cut) for cut in cuts]
    for study in studies:
        refuse_public_profile(study)
        wanted_notebooks(study, options)
        for name in study.sap.notebooks():
            project.notebook(name)
    with study_lock(study_root, " ".join(["registry run", *cuts])):
        return bring_up_to_date(studies, project, options, progress)


def bring_up_to_date(
    studies: list[Study], project: Project, options: Options, progress: Progress
) -> int:
    """What `run_cuts` does, for a caller who holds the lock of the study.

    Returns
    -------
    int
        As `run_cuts`.
    """
    root = studies[0].root
    reports = staleness.reports_folder(root)
    sweep()
    progress.expect(2 * len(studies))
    known = Cuts(studies, progress)
    derive_stale(known, project, options, progress)
    for last in (False, True):
        jobs: list[NotebookJob] = []
        for study in list(known.good):
            jobs += known.attempt(study, partial(stale_jobs, study, project, options, last)) or []
        drop_failed(known, execute_all(jobs, options, reports, progress), progress)
        for study in list(known.good):
            known.attempt(study, partial(keep_numbers, study, project))
    publish_stale(known, project, options, progress)
    write_index(root)
    if known.status == DONE:
        forget_logs(reports)
    return known.status
