"""The estimates of two shipped cuts: a number changes on purpose or not at all.

``python -m tests.golden`` renews the files and prints every difference, for ``CHANGELOG.md``.
"""

from __future__ import annotations

import gzip
import math
import shutil
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.datasets.build import derive_cut
from analysis.estimates.rows import KEY
from analysis.estimates.written import NUMERIC, as_text
from tests.outputs.every_output import every_output, numbers_and_members
from tests.study_folder import PROJECT

FOLDER = PROJECT / "tests" / "golden"
CUTS = ("DC02", "DC04")
RELATIVE = 1e-9
UNCOMPARED = ("row",)  # the order in which numbers were made, not a number


@dataclass(frozen=True)
class Difference:
    """One cell of the estimates that is not what it was; an absent row is ``no row``."""

    key: tuple[str, ...]
    column: str
    was: str
    now: str

    def __str__(self) -> str:
        place = " | ".join(part or "-" for part in self.key)
        return f"{place}\n    {self.column}: was {self.was or 'empty'}, is {self.now or 'empty'}"


def estimates_of(cut: str, folder: Path) -> pd.DataFrame:
    """All estimates of a shipped cut, derived and emitted in `folder`, as they would be written."""
    for part in ("params", f"data/raw/{cut}"):
        shutil.copytree(PROJECT / part, folder / part, dirs_exist_ok=True)
    result = derive_cut(folder, cut)
    assert result.exit_status == 0, result.summary
    return as_written(numbers_and_members(every_output(folder, cut))[0])


def as_written(numbers: pd.DataFrame) -> pd.DataFrame:
    """Estimates in the order of their keys, every cell as the text that is written."""
    return as_text(numbers, NUMERIC).sort_values(list(KEY), kind="stable", ignore_index=True)


def path_of(cut: str) -> Path:
    """File with the golden estimates of a cut."""
    return FOLDER / f"{cut}.csv.gz"


def read_golden(cut: str) -> pd.DataFrame:
    """The golden estimates of a cut, every cell a string."""
    return pd.read_csv(path_of(cut), dtype=str, keep_default_na=False, encoding="utf-8")


def write_golden(cut: str, estimates: pd.DataFrame) -> None:
    """Write the golden estimates of a cut; the same estimates give the same bytes."""
    text = estimates.to_csv(index=False, lineterminator="\n")
    path_of(cut).write_bytes(gzip.compress(text.encode("utf-8"), compresslevel=9, mtime=0))


def _differs(column: str, was: str, now: str) -> bool:
    if was == now:
        return False
    if column != "stat" or not was or not now:
        return True
    old, new = float(was), float(now)
    return not math.isclose(old, new, rel_tol=RELATIVE, abs_tol=0.0)


def differences(golden: pd.DataFrame, estimates: pd.DataFrame) -> list[Difference]:
    """Every cell that differs: texts and counts exactly, numbers beyond a relative 1e-9."""
    old, new = (frame.set_index(list(KEY)) for frame in (golden, estimates))
    found = [Difference(key, "row", "there", "no row") for key in old.index.difference(new.index)]
    for key in new.index.difference(old.index):
        row = new.loc[[key]].iloc[0]
        found.append(Difference(key, "row", "no row", row["stat"] or row["stat_text"]))
    both = old.index.intersection(new.index)
    for column in new.columns.union(old.columns).difference(list(UNCOMPARED)):
        before, after = (
            frame[column].reindex(both) if column in frame else pd.Series("", both)
            for frame in (old, new)
        )
        for key in both[(before != after).to_numpy()]:
            was, now = before.loc[[key]].iloc[0], after.loc[[key]].iloc[0]
            if _differs(column, was, now):
                found.append(Difference(key, column, was, now))
    return sorted(found, key=lambda difference: (difference.key, difference.column))
