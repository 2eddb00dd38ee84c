"""What a lock holds of the datasets, and how those made today differ from it.

A dataset is held by the hash of each column, so that what differs can be named although the frozen
files are no longer there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import pandas as pd

from analysis.errors import LockedError
from analysis.locked.lock import Lock

_DIGITS = 16


def dataset_differences(lock: Lock, datasets: Mapping[str, pd.DataFrame]) -> list[str]:
    """Columns of the datasets that are not as they were frozen; one sentence each."""
    now = {name: column_hashes(frame) for name, frame in datasets.items()}
    said = []
    for name, columns in lock.content["columns"].items():
        if name not in now:
            said.append(f"dataset {name} is no longer made")
            continue
        changed = [c for c, digest in columns.items() if now[name].get(c) != digest]
        if changed:
            said.append(f"dataset {name} differs in {', '.join(changed)}")
    return said


def refuse_other_datasets(lock: Lock, datasets: Mapping[str, pd.DataFrame]) -> None:
    """Refuse datasets that are not the frozen ones.

    Raises
    ------
    LockedError
        Naming dataset and columns.
    """
    if said := dataset_differences(lock, datasets):
        raise LockedError(lock.refusal(said))


def column_hashes(frame: pd.DataFrame) -> dict[str, str]:
    """Hash of the values of each column, whatever file or package holds them."""
    hashes = {}
    for name in frame.columns:
        column = frame[name]
        if pd.api.types.is_float_dtype(column):
            cells = ["" if pd.isna(v) else f"{float(v):.12g}" for v in column]
        else:
            cells = ["" if pd.isna(v) else str(v) for v in column]
        hashes[str(name)] = hashlib.sha256("\x1f".join(cells).encode("utf-8")).hexdigest()[:_DIGITS]
    return hashes
