"""Files beside the cuts that nobody reads: one letter off, and a cut would be missed in silence."""

from __future__ import annotations

import re
from pathlib import Path

from analysis.parameter_types import CUT_NAME

# Beside a cut: its lock, and corrections to it once it is locked.
_BESIDE = re.compile(rf"({CUT_NAME.pattern})\.(lock\.json|errata\.yaml)")
_CUT_FILE = re.compile(rf"{CUT_NAME.pattern}\.yaml")
# Written like a cut, or as YAML at all; copies that an editor keeps are nobody's intention.
_MEANT = re.compile(r"dc[ _-]?\d+\b.*|.*\.ya?ml(\.txt)?", re.IGNORECASE)
_COPY = re.compile(r"\..*|#.*|.*(~|\.bak|\.orig|\.old|\.swp|\.tmp|\.rej)", re.IGNORECASE)
_NUMBER = re.compile(r"dc[ _-]?0*(\d{1,2})(?!\d)", re.IGNORECASE)


def folder_of_cuts(study: Path) -> Path:
    """Folder in which each cut has its file."""
    return study / "params" / "cuts"


def declared_cuts(study: Path) -> list[str]:
    """Names of the cuts declared in a study folder, sorted."""
    folder = folder_of_cuts(study)
    if not folder.is_dir():
        return []
    return sorted(p.stem for p in folder.iterdir() if _CUT_FILE.fullmatch(p.name) and p.is_file())


def unread_files(study: Path) -> list[str]:
    """One sentence for each file that may be meant as a cut and is not read, with what to do.

    Parameters
    ----------
    study : Path
        The study folder.

    Returns
    -------
    list of str
        In the order of the names; backups of editors and other kinds of files are passed over.
    """
    folder = folder_of_cuts(study)
    if not folder.is_dir():
        return []
    told = []
    for path in sorted(folder.iterdir()):
        name = path.name
        if _COPY.fullmatch(name) or not _MEANT.fullmatch(name):
            continue
        if (beside := _BESIDE.fullmatch(name)) and beside.group(1) in declared_cuts(study):
            continue
        if not _CUT_FILE.fullmatch(name):
            told.append(f"{path} is not read: {_remedy(name, declared_cuts(study))}")
        elif not path.is_file():
            told.append(f"{path} is not read: it is no file")
    return told


def _remedy(name: str, declared: list[str]) -> str:
    found = _NUMBER.match(name)
    if not found:
        return "a cut is a file named by DC and two digits, like DC04.yaml"
    right = f"DC{int(found.group(1)):02}"
    if right in declared:
        return f"{right}.yaml, beside it, is"
    return f"a cut is DC and two digits, ending in .yaml; rename it {right}.yaml"
