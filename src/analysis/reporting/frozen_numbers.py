"""What a lock holds of the numbers of a cut, and how those made today differ from it.

A number is held by the hash of its key and of its value, so that what differs can be named although
the frozen file is no longer there.
"""

from __future__ import annotations

import hashlib

import pandas as pd

from analysis.errors import LockedError
from analysis.estimates.rows import KEY
from analysis.locked.lock import Lock

VALUES = ("stat", "stat_text", "n_subjects")
_DIGITS = 10
_NAMED = 20


def estimate_differences(lock: Lock, estimates: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Numbers that differ from the frozen ones, and numbers that are new.

    Parameters
    ----------
    lock : Lock
    estimates : DataFrame
        As read from ``estimates.csv``, every cell text.
    """
    frozen, differ, added = lock.content["numbers"], [], []
    now: dict[str, set[str]] = {}
    for key, (place, value) in row_hashes(estimates).items():
        now.setdefault(key[0], set()).add(place)
        was = frozen.get(key[0], {}).get(place)
        if was is None:
            added.append(" / ".join(part for part in key if part))
        elif was != value:
            differ.append(" / ".join(part for part in key if part))
    for output_id, places in frozen.items():
        if gone := len(set(places) - now.get(output_id, set())):
            differ.append(f"{output_id}: numbers no longer made: {gone}")
    return differ, added


def held_numbers(estimates: pd.DataFrame) -> dict[str, dict[str, str]]:
    """What a lock holds of the numbers: hash of the value by hash of the key, by output."""
    held: dict[str, dict[str, str]] = {}
    for key, (place, value) in row_hashes(estimates).items():
        held.setdefault(key[0], {})[place] = value
    return held


def row_hashes(estimates: pd.DataFrame) -> dict[tuple[str, ...], tuple[str, str]]:
    """Hash of the key and of the value of each number, by key."""
    keys = zip(*(estimates[name] for name in KEY), strict=True)
    values = zip(*(estimates[name] for name in VALUES), strict=True)
    return {
        key: (_short("\x1f".join(key)), _short("\x1f".join(value)))
        for key, value in zip(keys, values, strict=True)
    }


def _short(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:_DIGITS]


def refuse_other_numbers(lock: Lock, estimates: pd.DataFrame) -> list[str]:
    """Refuse numbers that are not the frozen ones; return the keys of those that are new.

    Raises
    ------
    LockedError
        Naming what differs.
    """
    differ, added = estimate_differences(lock, estimates)
    if differ:
        more = [f"and {len(differ) - _NAMED} more"] if len(differ) > _NAMED else []
        raise LockedError(lock.refusal([*differ[:_NAMED], *more]))
    return added
