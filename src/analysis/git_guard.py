"""Patient data stay out of git: what is added of a notebook is its sources, never an output.

A clean filter takes outputs, counts and what the run left in the metadata out of a notebook
whenever git reads it; the file itself keeps them. It is required: where it cannot run, git refuses
to add the notebook rather than add it whole. A hook looks once more at what is about to be
committed, extracts and datasets included.

It needs nothing but Python (``python3 -I src/analysis/git_guard.py set-up``), and does not import
the package that it lies in. Commands: ``set-up``, ``check``, ``clean`` (the filter), ``hook``.
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

FILTER = "notebook-sources"
ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().relative_to(ROOT).as_posix()

# What a person wrote; anything else beside a cell was left there by a run or by a program.
_OF_A_CELL = ("cell_type", "id", "source", "attachments")
_OF_ITS_METADATA = (
    *("deletable", "editable", "format", "name"),
    *("raw_mimetype", "slideshow", "tags"),
)
_OF_THE_KERNEL = ("display_name", "language", "name")


class Refused(Exception):
    """What must not go into git, in words."""


# --- what git keeps of a notebook ----------------------------------------------------------------
def sources(data: bytes) -> bytes:
    """Return a notebook without anything that running it left.

    Parameters
    ----------
    data : bytes
        The file. An empty one is returned as it is.

    Returns
    -------
    bytes
        The same for the same sources: cells in order, keys sorted, lines split, UTF-8, LF.

    Raises
    ------
    Refused
        If it is no notebook of format 4, of which alone it is known where data may stand.
    """
    if not data.strip():
        return data
    try:
        notebook = json.loads(data.decode("utf-8-sig"))
        if not isinstance(notebook, dict) or notebook.get("nbformat") != 4:
            raise Refused("it is no notebook of format 4; open it in JupyterLab and save it")
        kept = {
            "cells": [_cell(cell) for cell in notebook["cells"]],
            "metadata": _metadata(notebook.get("metadata", {})),
            "nbformat": 4,
            "nbformat_minor": int(notebook.get("nbformat_minor", 0)),
        }
        text = json.dumps(kept, indent=1, ensure_ascii=False, sort_keys=True)
        return f"{text}\n".encode()
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise Refused(f"it cannot be read as a notebook ({type(error).__name__})") from None


def _cell(cell: dict[str, Any]) -> dict[str, Any]:
    kept = {key: cell[key] for key in _OF_A_CELL if key in cell}
    lines = cell["source"]
    text = lines if isinstance(lines, str) else "".join(lines)
    kept["source"] = text.splitlines(keepends=True)
    kept["metadata"] = _only(cell.get("metadata", {}), _OF_ITS_METADATA)
    if cell["cell_type"] == "code":
        kept |= {"execution_count": None, "outputs": []}
    return kept


def _metadata(metadata: dict[str, Any]) -> dict[str, Any]:
    """Keep which kernel a notebook is for; its version is that of the last run."""
    kept = {
        "kernelspec": _only(metadata.get("kernelspec", {}), _OF_THE_KERNEL),
        "language_info": _only(metadata.get("language_info", {}), ("name",)),
    }
    return {key: value for key, value in kept.items() if value}


def _only(values: dict[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    return {key: values[key] for key in keys if key in values}


# --- what is about to be committed ---------------------------------------------------------------
def _git(*arguments: str, data: bytes | None = None, check: bool = True) -> bytes:
    done = subprocess.run(["git", *arguments], input=data, capture_output=True, cwd=ROOT)
    if check and done.returncode:
        raise Refused(done.stderr.decode("utf-8", "replace").strip() or "git failed")
    return done.stdout


def staged() -> list[str]:
    """Paths that the next commit adds or changes."""
    names = _git("diff", "--cached", "--name-only", "--no-renames", "--diff-filter=d", "-z")
    return [name.decode("utf-8", "surrogateescape") for name in names.split(b"\0") if name]


def tracked() -> list[str]:
    """Paths of everything that git holds."""
    return [
        name.decode("utf-8", "surrogateescape")
        for name in _git("ls-files", "-z").split(b"\0")
        if name
    ]


def complaints(paths: Iterable[str]) -> list[str]:
    """Say of each path in the index what about it must not be committed."""
    found = ((path, _complaint(path)) for path in paths)
    return [f"{path}: {why}" for path, why in found if why is not None]


def _complaint(path: str) -> str | None:
    if path.lower().endswith(".ipynb"):
        return _about_a_notebook(_git("cat-file", "blob", f":{path}"))
    if path.startswith(("data/derived/", "reports/")) and path not in (
        "data/derived/README.md",
        "reports/README.md",
    ):
        return "made from the extracts of patients; it stays out of git"
    if path.startswith("data/raw/") and not _is_synthetic(path.split("/")[2]):
        return (
            "an extract of a cut that its file in params/cuts does not declare as synthetic; "
            "extracts of patients stay out of git"
        )
    return None


def _about_a_notebook(data: bytes) -> str | None:
    try:
        kept = sources(data)
    except Refused as refused:
        return str(refused)
    if kept != data:
        return "it holds more than sources; run `make environment`, then `git add --renormalize`"
    if b'"attachments"' in data and any("attachments" in c for c in json.loads(data)["cells"]):
        return "a picture is pasted into a cell, and may show patients; take it out"
    return None


def _is_synthetic(cut: str) -> bool:
    """Whether the parameters in the index declare a cut as synthetic."""
    declared = _git("cat-file", "blob", f":params/cuts/{cut}.yaml", check=False)
    return re.search(rb"^synthetic:[ \t]*true[ \t]*(#.*)?$", declared, re.M) is not None


# --- set-up --------------------------------------------------------------------------------------
HOOK = f"""\
#!/bin/sh
# Patient data stay out of git: {HERE} looks at what is about to be committed.
# Put here by `make environment`; what stood here before is pre-commit.before, and runs after it.
guard={HERE}
nothing='No Python looks for patient data here: run `make environment`'
if [ -f "$guard" ]; then
  for python in .venv/bin/python python3 python; do
    if "$python" -I -c "" 2>/dev/null; then break; fi
    python=
  done
  [ -n "$python" ] || {{ echo "$nothing" >&2; exit 1; }}
  "$python" -I "$guard" hook || exit 1
fi
before="$(dirname "$0")/pre-commit.before"
if [ -x "$before" ]; then exec "$before" "$@"; fi
"""
_MARK = b"# Patient data stay out of git:"


def settings(python: str, guard: str = HERE) -> dict[str, str]:
    """What git has to know of the filter; nothing is done to a notebook that is checked out."""
    command = f"{shlex.quote(python)} -I {shlex.quote(guard)} clean"
    names = {"clean": command, "smudge": "cat", "required": "true"}
    return {f"filter.{FILTER}.{name}": value for name, value in names.items()}


def is_repository() -> bool:
    """Whether the project is the top of a checkout, so that there is something to guard."""
    try:
        top = _git("rev-parse", "--show-toplevel").decode("utf-8", "surrogateescape").rstrip("\n")
    except (OSError, Refused):
        return False
    return Path(top).resolve() == ROOT


def _set(key: str) -> str:
    """The value of a setting of git, nothing where it has none."""
    return _git("config", "--get", key, check=False).decode("utf-8", "replace").rstrip("\n")


def set_up() -> list[str]:
    """Tell git of the filter and put the hook in its place; return what was done, in words."""
    # That of the environment beside it, whichever checkout of several it is.
    inside = Path(sys.prefix).resolve() == ROOT / ".venv"
    done = []
    for key, value in settings(".venv/bin/python" if inside else sys.executable).items():
        if _set(key) != value:
            _git("config", "--local", "--replace-all", key, value)
            done = ["Outputs of notebooks stay out of git: the filter is set up."]
    return done + _set_up_hook()


def _set_up_hook() -> list[str]:
    if _set("core.hooksPath"):
        return [
            "Hooks come from another folder here (core.hooksPath), in which nothing was changed; "
            f"for the second guard let its pre-commit call: python3 -I {HERE} hook"
        ]
    common = _git("rev-parse", "--path-format=absolute", "--git-common-dir")
    hook = Path(common.decode("utf-8", "surrogateescape").rstrip("\n")) / "hooks" / "pre-commit"
    old = hook.read_bytes() if hook.is_file() else None
    if old == HOOK.encode():
        return []
    if old is not None and _MARK not in old:
        before = hook.with_name("pre-commit.before")
        if before.exists():
            return [f"{hook} and {before} are in the way of the second guard; move one away."]
        hook.rename(before)
    hook.parent.mkdir(parents=True, exist_ok=True)
    hook.write_bytes(HOOK.encode())
    hook.chmod(0o755)
    return ["Outputs of notebooks stay out of git: the hook is set up."]


_TRIED = {
    "cell_type": "code",
    "execution_count": 1,
    "metadata": {},
    "outputs": [{"name": "stdout", "output_type": "stream", "text": ["P0001\n"]}],
    "source": ["patients\n"],
}


def check() -> str | None:
    """Let git read a notebook with an output; say why the output would be added, if it could be."""
    for key, value in settings("").items():
        if not key.endswith(".clean") and _set(key) != value:
            return f"{key} is not '{value}'"
    notebook = {"cells": [_TRIED], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    data = json.dumps(notebook).encode()
    try:
        added = _git("hash-object", "--path=notebooks/tried.ipynb", "--stdin", data=data)
        wanted = _git("hash-object", "--no-filters", "--stdin", data=sources(data))
    except Refused as refused:
        return str(refused)
    return None if added == wanted else "the filter is not set up in this clone"


# --- the program ---------------------------------------------------------------------------------
def _clean() -> int:
    try:
        sys.stdout.buffer.write(sources(sys.stdin.buffer.read()))
    except Refused as refused:
        print(f"Not added: {refused}.", file=sys.stderr)
        return 1
    return 0


def _hook() -> int:
    if found := complaints(staged()):
        print("Not committed:", *found, sep="\n  ", file=sys.stderr)
        return 1
    return 0


def _set_up() -> int:
    if not is_repository():
        return 0
    try:
        for line in set_up():
            print(line)
    except (OSError, Refused) as error:
        print(error, file=sys.stderr)
    return _check()


def _check() -> int:
    if not is_repository() or (why := check()) is None:
        return 0
    print(
        "Outputs of notebooks, and patients in them, would go into git with the next `git add`: "
        f"{why}.\nRun `make environment` first.",
        file=sys.stderr,
    )
    return 1


COMMANDS = {"clean": _clean, "hook": _hook, "set-up": _set_up, "check": _check}

if __name__ == "__main__":
    asked = sys.argv[1] if len(sys.argv) == 2 else ""
    if asked not in COMMANDS:
        sys.exit(__doc__)
    sys.exit(COMMANDS[asked]())
