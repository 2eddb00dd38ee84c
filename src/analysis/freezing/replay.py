"""`registry replay`: a locked cut again, in a folder of its own, held against its lock."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from analysis.errors import MachineError, ParameterError
from analysis.freezing.freeze import output_hashes
from analysis.hashing import hash_folder
from analysis.locked.errata import errata_text
from analysis.locked.lock import Lock, lock_path
from analysis.params import list_cuts, read_cut
from analysis.reporting import staleness
from analysis.reporting.lock import study_lock
from analysis.reporting.pipeline import bring_up_to_date
from analysis.reporting.progress import Progress
from analysis.reporting.project import Project, package_versions
from analysis.reporting.workers import Options
from analysis.sap import Study, read_study
from analysis.wording import counted

_NAMED = 20


@dataclass(frozen=True)
class Replay:
    """What a replay found.

    Attributes
    ----------
    differences : tuple of str
        Empty where everything compared is equal.
    notes : tuple of str
        What was compared, and what could not be.
    """

    differences: tuple[str, ...]
    notes: tuple[str, ...]


def replay_cut(
    root: Path,
    cut: str,
    progress: Progress,
    *,
    at_commit: bool = False,
    project: Project | None = None,
) -> Replay:
    """Make a locked cut again, and hold it against its lock.

    Under the commit, code and packages of the lock everything is compared byte for byte; under
    others datasets and numbers are compared by value.

    Parameters
    ----------
    root : Path
        Study folder.
    cut : str
        Locked.
    progress : Progress
    at_commit : bool
        Whether the code of the lock's commit makes it, from git.
    project : Project, optional
        The code that makes it; by default the installed project.

    Raises
    ------
    ParameterError
        If the cut is not locked, or git does not have the commit.
    LockedError
        If its raw extracts or rules are not those of the lock.
    """
    project = project or Project.installed()
    study = read_study(root, cut)
    lock = study.lock
    if lock is None:
        raise ParameterError(
            f"{cut} is not locked, so there is nothing to hold it against; "
            f"`registry freeze {cut}` locks it"
        )
    lock.refuse_changed_raw(root)
    with study_lock(root, f"registry replay {cut}", tell=progress.say):
        folder = staleness.reports_folder(root) / ".work" / "replay" / cut
        shutil.rmtree(folder, ignore_errors=True)
        try:
            _copy_study(study, lock, folder)
            if at_commit:
                status, said = _run_at_commit(folder, cut, lock, project, progress)
            else:
                status, said = _run_here(folder, cut, project, progress)
            if status:
                return Replay((f"{cut} could not be made again as it was", *said), ())
            made = read_study(folder, cut)
            return _compared(made, lock, what_is_other(lock, project, at_commit=at_commit))
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def what_is_other(lock: Lock, project: Project, *, at_commit: bool = False) -> list[str]:
    """What made the frozen cut and is not what makes it now.

    Parameters
    ----------
    lock : Lock
    project : Project
        The installed project.
    at_commit : bool
        Whether the code of the lock's commit makes it, so that only what is installed can differ.
    """
    content, environment = lock.content, lock.content["environment"]
    said = []
    if not at_commit:
        was = _commit_in_words(content["commit"]["sha"], content["commit"]["dirty"])
        is_now = _commit_in_words(project.commit.sha, project.commit.dirty)
        if was != is_now:
            said.append(f"commit {was}, now {is_now}")
        if content["code"] != project.code:
            said.append(f"code {content['code'][:12]}, now {project.code[:12]}")
        if environment["lock"] != project.lock:
            said.append(f"lock of packages {environment['lock'][:12]}, now {project.lock[:12]}")
    if environment["python"] != platform.python_version():
        said.append(f"Python {environment['python']}, now {platform.python_version()}")
    was_installed, now_installed = environment["packages"], package_versions()
    said += [
        f"{name} {was_installed.get(name, 'not used')}, now {now_installed.get(name, 'not used')}"
        for name in sorted({*was_installed, *now_installed})
        if was_installed.get(name) != now_installed.get(name)
    ]
    return said


def _commit_in_words(sha: str | None, dirty: bool) -> str:
    return f"{sha or 'none'}{' with changes' if dirty else ''}"


def _copy_study(study: Study, lock: Lock, folder: Path) -> None:
    """The parameters and extracts that decide a cut, its own and those of the cuts before it."""
    root = study.root
    (folder / "params" / "cuts").mkdir(parents=True)
    for path in sorted((root / "params").iterdir()):
        if path.is_file():
            shutil.copyfile(path, folder / "params" / path.name)
    name: str | None = study.cut.cut
    declared = list_cuts(root)
    while name is not None and name in declared:
        for kind in ("yaml", "lock.json"):
            path = root / "params" / "cuts" / f"{name}.{kind}"
            if path.is_file():
                shutil.copyfile(path, folder / "params" / "cuts" / path.name)
        raw = root / "data" / "raw" / name
        if raw.is_dir():
            shutil.copytree(raw, folder / "data" / "raw" / name, copy_function=_link)
        name = read_cut(root, name)[0].previous
    if read := lock.content["errata_read"]:
        path = folder / "params" / "cuts" / f"{study.cut.previous}.errata.yaml"
        path.write_text(errata_text(read), encoding="utf-8")


def _link(source: str, target: str) -> str:
    """A second name of a file, where the disk can; else a copy. Nothing writes to extracts."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
    return target


def _run_here(
    folder: Path, cut: str, project: Project, progress: Progress
) -> tuple[int, list[str]]:
    with study_lock(folder, f"registry replay {cut}"):
        return bring_up_to_date([read_study(folder, cut)], project, Options(), progress), []


def _run_at_commit(
    folder: Path, cut: str, lock: Lock, project: Project, progress: Progress
) -> tuple[int, list[str]]:
    """Run the code of the lock's commit, checked out beside the copy of the study."""
    sha = lock.content["commit"]["sha"]
    if sha is None:
        raise ParameterError(f"{lock.path}: made by code in no commit; nothing can be checked out")
    code = folder / ".code"
    for words in (
        ["clone", "--quiet", "--no-checkout", str(project.root), str(code)],
        ["-C", str(code), "-c", "core.hooksPath=/dev/null", "checkout", "--quiet", sha],
    ):
        done = subprocess.run(["git", *words], capture_output=True, text=True, check=False)
        if done.returncode:
            raise ParameterError(
                f"{lock.path}: git has no commit {sha} here ({done.stderr.strip()}); fetch the "
                "whole history"
            )
    progress.say(f"{cut}: made by the code of commit {sha}")
    environment = os.environ | {"PYTHONPATH": str(code / "src") + os.pathsep + str(code)}
    command = [sys.executable, "-m", "analysis.cli", "run", cut, "--study", str(folder)]
    try:
        done = subprocess.run(
            command, env=environment, cwd=code, capture_output=True, text=True, check=False
        )
    except OSError as error:
        raise MachineError(f"{sys.executable}: cannot be started ({error})") from error
    return done.returncode, done.stderr.splitlines()[-_NAMED:]


def _compared(made: Study, lock: Lock, other: list[str]) -> Replay:
    """Hold what was made against the lock: bytes, or where other code made it what the run held."""
    content, cut = lock.content, made.cut.cut
    if other:
        notes = [
            f"{cut}: datasets and numbers have the frozen values.",
            f"Pages are not compared, other code or packages made them: {'; '.join(other)}.",
        ]
        return Replay((), tuple(notes))
    pairs = {
        "data/derived": (content["datasets"], hash_folder(made.derived)),
        "reports": (content["outputs"], output_hashes(made)),
    }
    differences = [
        f"{folder}/{cut}/{name}: frozen as {frozen.get(name, 'not there')}, "
        f"is {now.get(name, 'not there')}"
        for folder, (frozen, now) in pairs.items()
        for name in sorted({*frozen, *now})
        if frozen.get(name) != now.get(name)
    ]
    for name, what in (("estimates", "estimates.csv"), ("members", "members.parquet")):
        assert content[name] == content["outputs"][what], lock_path(made.root, cut)
    files = counted(sum(len(frozen) for frozen, _ in pairs.values()), "file")
    notes = [] if differences else [f"{cut}: {files} equal to the byte."]
    return Replay(tuple(differences[:_NAMED]), tuple(notes))
