"""Terms of the site's dictionary and what they are in CTCAE: a file that the plan names.

``rules.safety.crosswalk`` is ``{}``, or the name of a file in ``params/``: a CSV with the columns
``preferred_term`` and ``ctcae_term``. A preferred term that CTCAE has too needs no line.
"""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

from analysis.errors import ParameterError
from analysis.hints import was_meant
from analysis.yaml_source import YamlSource

HEADER = ("preferred_term", "ctcae_term")


def with_crosswalk(source: YamlSource, root: Path, at: tuple[str, ...]) -> YamlSource:
    """Parameters in which the name of a crosswalk is replaced by what the file says.

    Parameters
    ----------
    source : YamlSource
        The plan, or the file of a cut.
    root : Path
        Study folder.
    at : tuple of str
        Key under which the rules stand.

    Raises
    ------
    ParameterError
        Naming file and line, for a file that is not there or a line that is wrong.
    """
    group = source.values.get(at[0])
    safety = group.get("safety") if isinstance(group, dict) else None
    if not isinstance(group, dict) or not isinstance(safety, dict):
        return source
    name = safety.get("crosswalk")
    if not isinstance(name, str):
        return source
    line = source.line_of((*at, "safety", "crosswalk"))
    if Path(name).name != name or not name.endswith(".csv"):
        raise ParameterError(
            f"{source.path}, line {line}: safety.crosswalk is '{name}'; "
            "name a file in params/, like meddra_to_ctcae.csv, or {}"
        )
    path = root / "params" / name
    if not path.is_file() or path.is_symlink():
        raise ParameterError(
            f"{source.path}, line {line}: safety.crosswalk names {name}, and {path} is no file"
        )
    changed = {**group, "safety": {**safety, "crosswalk": read_crosswalk(path)}}
    return replace(source, values={**source.values, at[0]: changed})


def read_crosswalk(path: Path) -> dict[str, str]:
    """CTCAE term of each preferred term.

    Raises
    ------
    ParameterError
        Naming file and line.
    """
    from analysis.ctcae import ctcae_term  # not needed to read parameters

    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ParameterError(f"{path}: not UTF-8 (byte {error.start + 1})") from None
    rows = csv.reader(text.splitlines())
    header = next(rows, [])
    if tuple(header) != HEADER:
        raise ParameterError(f"{path}, line 1: the header must read {','.join(HEADER)}")
    found: dict[str, str] = {}
    for line, row in enumerate(rows, start=2):
        if not any(row):
            continue
        if len(row) != len(HEADER) or not all(cell.strip() for cell in row):
            raise ParameterError(f"{path}, line {line}: give a preferred term and a CTCAE term")
        preferred, wanted = (cell.strip() for cell in row)
        term = ctcae_term(wanted)
        if term is None:
            hint = was_meant(wanted, ctcae_terms())
            raise ParameterError(f"{path}, line {line}: '{wanted}' is no term of CTCAE v5.0{hint}")
        if preferred.casefold() in found:
            raise ParameterError(f"{path}, line {line}: '{preferred}' stands twice")
        found[preferred.casefold()] = term
    return found


def ctcae_terms() -> list[str]:
    """All terms, for a hint."""
    from analysis.ctcae import ctcae

    return list(ctcae().index)
