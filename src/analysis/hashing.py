"""SHA-256 of files and of whole folders: what a report was made from, and whether it changed."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from analysis.git_guard import Refused, sources
from analysis.replacing import whole_file

# Made by running the code, or by an editor; no part of what a folder says.
_PASSING = ("__pycache__", ".ipynb_checkpoints")


def hash_file(path: Path) -> str:
    """Return the SHA-256 of one file, in hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def hash_sources(notebook: Path) -> str:
    """Return the SHA-256 of what git keeps of a notebook: outputs and counts have no part in it.

    That is the hash of the file in git, whether or not this one was run and saved.
    """
    data = notebook.read_bytes()
    with contextlib.suppress(Refused):  # executing it will say what is wrong with it
        data = sources(data)
    return hashlib.sha256(data).hexdigest()


def hash_files(paths: Iterable[Path], root: Path) -> dict[str, str]:
    """Return the SHA-256 of each file by its path below `root`, sorted."""
    return {path.relative_to(root).as_posix(): hash_file(path) for path in sorted(paths)}


def _passes(path: Path) -> bool:
    """Whether a path, seen from the folder, is hidden or left there by running the code."""
    return path.suffix == ".pyc" or any(
        part in _PASSING or part.startswith(".") for part in path.parts
    )


def files_below(folder: Path) -> list[Path]:
    """Return the files below a folder, without what running the code leaves there; sorted."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not _passes(path.relative_to(folder))
    )


def hash_folder(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each file below a folder, by its path below it."""
    return hash_files(files_below(folder), folder)


def combine(hashes: Mapping[str, object]) -> str:
    """Return one SHA-256 for a mapping of names to hashes (or to other JSON values)."""
    text = json.dumps(hashes, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def write_json(path: Path, content: Mapping[str, object]) -> None:
    """Write JSON with sorted keys, so that the same content has the same bytes."""
    text = json.dumps(content, sort_keys=True, indent=1, ensure_ascii=False)
    with whole_file(path) as file:
        file.write(f"{text}\n")


def read_json(path: Path) -> dict:
    """Return the content of a JSON file; an empty mapping where there is none, or it is broken."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
