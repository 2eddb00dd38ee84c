"""The installed project: where its notebooks, code and lock lie, and at which commit it stands.

Code, schemas and notebooks come from the project, never from a study folder.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import analysis
from analysis import git_guard
from analysis.errors import ParameterError
from analysis.hashing import combine, hash_file, hash_folder

PROJECT_NAME = "precision-registry-analysis"
LOCK_NAME = "requirements.lock"
#: Notebooks of one's own; locks of cuts and their errata, written after the reports.
_DECIDE_NOTHING = (
    "notebooks/explore",
    "params/cuts/*.lock.json",
    "params/cuts/*.errata.yaml",
)


@dataclass(frozen=True)
class Commit:
    """The state of the project's version control.

    Attributes
    ----------
    sha : str or None
        The commit; None where there is no version control.
    dirty : bool
        True if what decides a report (code, schemas, sources of its notebooks, parameters, lock)
        differs from it, or if git cannot say.
    """

    sha: str | None
    dirty: bool

    @property
    def short(self) -> str:
        """Twelve digits for a page, with a word on changes not committed."""
        if self.sha is None:
            return "no commit"
        return self.sha[:12] + (" with uncommitted changes" if self.dirty else "")


@dataclass(frozen=True)
class Project:
    """Where code and notebooks come from."""

    root: Path
    notebooks: Path
    packages: tuple[Path, ...]

    @classmethod
    def installed(cls) -> Project:
        """Return the project that this very code belongs to."""
        import schemas

        package = Path(analysis.__file__).resolve().parent
        return cls(
            root=package.parent.parent,
            notebooks=package.parent.parent / "notebooks",
            packages=(package, Path(schemas.__file__).resolve().parent),
        )

    def notebook(self, name: str) -> Path:
        """Return the file of a notebook.

        Raises
        ------
        ParameterError
            If the plan names a notebook that is not there.
        """
        path = self.notebooks / f"{name}.ipynb"
        if not self.notebooks.is_dir():
            raise ParameterError(
                "reports are made by notebooks, which come with the checkout of the project and "
                "not with the installed package: call this command of a checkout, with --study"
            )
        if not path.is_file():
            raise ParameterError(
                f"params/sap.yaml assigns outputs to the notebook '{name}'; there is no {path}"
            )
        return path

    @cached_property
    def code(self) -> str:
        """One hash of all code and schemas."""
        return combine({package.name: hash_folder(package) for package in self.packages})

    @cached_property
    def lock(self) -> str:
        """Hash of the lock, or of nothing where the project was installed without it."""
        path = self.root / LOCK_NAME
        return hash_file(path) if path.is_file() else ""

    @cached_property
    def commit(self) -> Commit:
        """The commit of the project and whether its working tree differs."""
        sha = self._git("rev-parse", "HEAD")
        if sha is None or self._git("ls-files", "--error-unmatch", LOCK_NAME) is None:
            return Commit(None, dirty=False)
        return Commit(sha, dirty=self._differs())

    def _differs(self) -> bool:
        """Whether what decides a report differs from the commit, or git cannot say.

        Notebooks are read through the filter, set up or not: outputs of one that was run decide
        nothing. (`git status` would go by the size of the file.)
        """
        decides = ["--", "src", "schemas", "notebooks", "params", LOCK_NAME]
        decides += [f":(exclude){path}" for path in _DECIDE_NOTHING]
        settings = git_guard.settings(sys.executable, git_guard.__file__)
        settings["diff.autoRefreshIndex"] = "true"
        given = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        changed = self._git(*given, "diff", "--no-ext-diff", "--name-only", "HEAD", *decides)
        added = self._git("ls-files", "--others", "--exclude-standard", *decides)
        return bool(changed != "" or added != "")

    def _git(self, *arguments: str) -> str | None:
        """Return what git prints, or None where it cannot say."""
        try:
            done = subprocess.run(
                ["git", "-C", str(self.root), "--no-optional-locks", *arguments],
                capture_output=True,
                text=True,
                check=True,
                timeout=60,
            )
        except (OSError, subprocess.SubprocessError):
            return None
        return done.stdout.strip()


def package_versions() -> dict[str, str]:
    """Return the installed version of each direct dependency, by name."""
    import re
    from importlib.metadata import PackageNotFoundError, requires, version

    versions = {}
    for line in requires(PROJECT_NAME) or ():
        name = re.match(r"[A-Za-z0-9._-]+", line)
        if name is None or "extra ==" in line:
            continue
        try:
            versions[name.group().lower()] = version(name.group())
        except PackageNotFoundError:
            continue
    return versions
