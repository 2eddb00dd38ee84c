"""The lock of a cut: ``params/cuts/<CUT>.lock.json``.

It holds the hash of everything a cut was made from and of everything that was made; it is chained
to the lock of the previous cut, and holds its own hash, so that an edit by hand shows. A locked cut
keeps its rules.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.errors import LockedError
from analysis.hashing import combine, files_below, hash_file
from analysis.params import Cut, Rules

_OWN = "lock"
#: What the file of a locked cut says, and must go on saying.
KEPT_FROM_THE_CUT_FILE = (
    "clinical_cutoff",
    "snapshot_date",
    "previous",
    "synthetic",
    "sap_version",
    "overrides",
)


@dataclass(frozen=True)
class Lock:
    """The lock of one cut as it was read."""

    path: Path
    content: dict[str, Any]

    @property
    def own(self) -> str:
        """Its hash, which the next lock holds."""
        return self.content[_OWN]

    @property
    def estimates(self) -> str:
        """SHA-256 of ``estimates.csv``."""
        return self.content["estimates"]

    @property
    def sap_version(self) -> str:
        """Version of the plan under which the cut was frozen."""
        return self.content["sap_version"]

    def refusal(self, differences: list[str]) -> str:
        """What is said where today's code makes something else of a locked cut."""
        cut = self.content["cut"]
        said = "\n  ".join(differences)
        return (
            f"{cut} is locked, and what is made of it now differs from what was frozen:\n  {said}\n"
            f"Nothing of it is put in place. `registry restate {cut}` shows the differences as "
            "changes of rules and code, beside the locked cut."
        )

    def refuse_changed_cut(self, cut: Cut) -> None:
        """Refuse a file of the cut that says something else than when it was frozen.

        Raises
        ------
        LockedError
            Naming the file, the key and both values.
        """
        stated = cut.model_dump(mode="json")
        for name in KEPT_FROM_THE_CUT_FILE:
            if stated[name] != self.content[name]:
                file = self.path.with_name(f"{cut.cut}.yaml")
                raise LockedError(
                    f"{file}: {name} is {stated[name]}, and the cut {cut.cut} is locked with "
                    f"{self.content[name]}; put it back"
                )

    def refuse_changed_raw(self, root: Path) -> None:
        """Refuse raw extracts that are not those that were frozen.

        Raises
        ------
        LockedError
            Naming each file and both hashes.
        """
        folder = root / "data" / "raw" / self.content["cut"]
        present = {path.relative_to(root).as_posix(): path for path in files_below(folder)}
        said = []
        for name in sorted({*self.content["raw"], *present}):
            frozen = self.content["raw"].get(name)
            now = hash_file(present[name]) if name in present else None
            if frozen != now:
                said.append(f"{name}: frozen as {frozen or 'not there'}, is {now or 'not there'}")
        if said:
            raise LockedError(
                f"{self.path}: the cut {self.content['cut']} is locked, and its raw extracts "
                "changed:\n  " + "\n  ".join(said) + "\nPut the frozen files back; a correction "
                f"goes into {self.path.name.replace('.lock.json', '.errata.yaml')}."
            )


def lock_path(root: Path, cut: str) -> Path:
    """Where the lock of a cut lies."""
    return root / "params" / "cuts" / f"{cut}.lock.json"


def sealed(content: dict[str, Any]) -> dict[str, Any]:
    """The content of a lock with its own hash."""
    bare = {name: value for name, value in content.items() if name != _OWN}
    return {**bare, _OWN: combine(bare)}


def lock_of(root: Path, cut: str) -> Lock | None:
    """The lock of a cut, checked down its chain; None where the cut is not locked.

    Raises
    ------
    LockedError
        If a lock of the chain cannot be read, was edited, or does not follow the one before it.
    """
    path = lock_path(root, cut)
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    lock = _read_lock(path, cut, stat.st_mtime_ns, stat.st_size)
    _refuse_broken_chain(root, lock)
    return lock


@functools.lru_cache(maxsize=16)  # a run asks for the same lock again and again
def _read_lock(path: Path, cut: str, modified: int, size: int) -> Lock:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise LockedError(f"{path}: cannot be read as a lock ({error}); restore it") from error
    if not isinstance(content, dict) or sealed(content) != content:
        own = content.get(_OWN) if isinstance(content, dict) else None
        is_now = sealed(content)[_OWN] if isinstance(content, dict) else "no lock at all"
        raise LockedError(
            f"{path}: edited after the freeze: it says of itself {own}, and its content is "
            f"{is_now}; restore the file"
        )
    if content.get("cut") != cut:
        raise LockedError(
            f"{path}: it is the lock of {content.get('cut')}; put the lock of {cut} back"
        )
    return Lock(path, content)


def _refuse_broken_chain(root: Path, lock: Lock) -> None:
    previous, wanted = lock.content["chain"]["cut"], lock.content["chain"]["lock"]
    if previous is None:
        return
    before = lock_of(root, previous)
    if before is None or before.own != wanted:
        has = "is not there" if before is None else f"is {before.own}"
        raise LockedError(
            f"{lock.path}: the chain is broken: it follows the lock {wanted} of {previous}, and "
            f"{lock_path(root, previous)} {has}; restore that file"
        )


def rules_under_lock(lock: Lock, today: Rules, version: str) -> tuple[Rules, list[str]]:
    """The rules of a locked cut, and what its lock lacks.

    Parameters
    ----------
    lock : Lock
    today : Rules
        Rules of the plan as it is now, with the overrides of the cut.
    version : str
        Version of the plan as it is now.

    Returns
    -------
    rules : Rules
        Those of the lock; a rule that it lacks is that of today's plan.
    lacking : list of str
        Names of those.

    Raises
    ------
    LockedError
        If a rule changed without a new version of the plan.
    """
    lacking: list[str] = []
    changed: list[str] = []
    merged = _merged(today.model_dump(mode="json"), lock.content["rules"], "", lacking, changed)
    if changed and version == lock.sap_version:
        cut = lock.content["cut"]
        raise LockedError(
            f"{lock.path}: the cut {cut} is locked under version {version} of the plan, and rules "
            f"of that version changed: {'; '.join(changed)}. Put them back, or amend the plan: a "
            "new version leaves locked cuts as they are"
        )
    return Rules.model_validate(merged), lacking


def _merged(
    today: dict[str, Any], locked: dict[str, Any], at: str, lacking: list[str], changed: list[str]
) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for name, value in today.items():
        place = f"{at}{name}"
        if name not in locked:
            lacking.append(place)
            merged[name] = value
        elif isinstance(value, dict) and isinstance(locked[name], dict) and at.count(".") < 1:
            merged[name] = _merged(value, locked[name], f"{place}.", lacking, changed)
        else:
            if value != locked[name]:
                changed.append(f"{place} was {locked[name]}, is {value}")
            merged[name] = locked[name]
    return merged
