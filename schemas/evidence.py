"""Levels of evidence of a recommendation, by system: ESCAT, OncoKB, AMP/ASCO/CAP, NCT/DKTK."""

from __future__ import annotations

import functools
from pathlib import Path

import pandas as pd

_FILE = Path(__file__).parent / "reference" / "vocabularies.csv"


@functools.cache
def evidence_levels() -> pd.DataFrame:
    """Ranked levels: system, code, rank (1 = strongest), definition; others have no rank."""
    levels = pd.read_csv(_FILE, dtype={"code": str, "rank": "Int64"}, encoding="utf-8")
    return levels[levels["rank"].notna()]
