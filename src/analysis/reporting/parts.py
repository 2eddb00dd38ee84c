"""The numbers of a report as files: written by each emit, collected once per cut.

``estimates.csv`` has one row per number, sorted by its key, floats to 12 significant digits and LF
ends, so that two runs give the same bytes. ``members.parquet`` says who is counted in each cell.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from analysis.csv_writer import write_csv
from analysis.errors import RegistryError
from analysis.estimates.rows import COLUMNS, KEY, MEMBER_COLUMNS
from analysis.estimates.written import NUMERIC, as_text


def check_estimates(output_id: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the estimates of one output in the order of columns; refuse what breaks the contract.

    Raises
    ------
    RegistryError
        If a column is missing or unknown, a row belongs to another output, or a key stands twice.
    """
    missing = [column for column in COLUMNS if column not in frame.columns]
    unknown = [column for column in frame.columns if column not in COLUMNS]
    if missing or unknown:
        raise RegistryError(f"{output_id}: columns missing {missing}, unknown {unknown}")
    foreign = sorted(set(frame["output_id"]) - {output_id})
    if foreign:
        raise RegistryError(f"{output_id}: rows of other outputs: {', '.join(map(str, foreign))}")
    refuse_double_keys(frame)
    return frame.loc[:, list(COLUMNS)]


def refuse_double_keys(frame: pd.DataFrame) -> None:
    """Raise where a number stands twice.

    Raises
    ------
    RegistryError
        Naming the first key that is not unique.
    """
    double = frame.duplicated(list(KEY), keep=False)
    if double.any():
        first = frame.loc[double, list(KEY)].iloc[0]
        named = ", ".join(f"{name}={value!r}" for name, value in first.items())
        raise RegistryError(f"{int(double.sum())} estimates share their key, first: {named}")


def write_estimates(output_id: str, frame: pd.DataFrame, path: Path) -> None:
    """Write the estimates of one output."""
    write_csv(as_text(check_estimates(output_id, frame), NUMERIC), path)


def write_members(output_id: str, members: pd.DataFrame, path: Path) -> None:
    """Write who is counted in the cells of one output.

    Raises
    ------
    RegistryError
        If a column is missing or unknown, or a row belongs to another output.
    """
    if sorted(members.columns) != sorted(MEMBER_COLUMNS):
        raise RegistryError(
            f"{output_id}: members have the columns {list(members.columns)}, "
            f"not {list(MEMBER_COLUMNS)}"
        )
    foreign = sorted(set(members["output_id"]) - {output_id})
    if foreign:
        raise RegistryError(f"{output_id}: members of other outputs: {', '.join(foreign)}")
    path.parent.mkdir(parents=True, exist_ok=True)
    text = members.loc[:, list(MEMBER_COLUMNS)].fillna("").astype(str)
    text.sort_values(list(MEMBER_COLUMNS), kind="stable").to_parquet(path, index=False)


def write_figure_data(frame: pd.DataFrame, path: Path) -> None:
    """Write the data of a figure beside it."""
    numeric = frame.select_dtypes("number").columns
    write_csv(as_text(frame, numeric), path)


def read_estimates(path: Path) -> pd.DataFrame:
    """Read estimates as they are written: every cell a string."""
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")


def collect(folders: Iterable[Path], target: Path) -> None:
    """Join the parts of all notebooks of a cut into ``estimates.csv`` and ``members.parquet``.

    Parameters
    ----------
    folders : iterable of Path
        One folder per notebook, with ``estimates/`` and ``members/``.
    target : Path
        Folder to write into.

    Raises
    ------
    RegistryError
        If two outputs give the same key.
    """
    folders = list(folders)
    estimates = [
        read_estimates(path) for f in folders for path in sorted(f.glob("estimates/*.csv"))
    ]
    members = [
        pd.read_parquet(path) for f in folders for path in sorted(f.glob("members/*.parquet"))
    ]
    table = pd.concat([pd.DataFrame(columns=list(COLUMNS), dtype=str), *estimates])
    refuse_double_keys(table)
    write_csv(table.sort_values(list(KEY), kind="stable"), target / "estimates.csv")
    people = pd.concat([pd.DataFrame(columns=list(MEMBER_COLUMNS), dtype=str), *members])
    people.sort_values(list(MEMBER_COLUMNS), kind="stable").to_parquet(
        target / "members.parquet", index=False
    )
