"""What was known at a cutoff: the day on which a raw row begins, and who was enrolled by then."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from analysis.datacut import RULES, Extract, death_dates


def begins(extracts: Mapping[str, pd.DataFrame], cutoff: pd.Timestamp) -> dict[str, pd.Series]:
    """Day on which each row of each table begins, as the data cut reads it; missing if undated."""
    frames = dict(extracts)
    extract = Extract(frames, cutoff, death_dates(frames))
    return {table: RULES[table].begins(extract) for table in frames}


def known_by(extracts: Mapping[str, pd.DataFrame], cutoff: pd.Timestamp) -> set[str]:
    """Patients who are in a cut at this cutoff."""
    in_time = begins(extracts, cutoff)["patients"].le(cutoff)
    return set(extracts["patients"].loc[in_time, "patient_id"])
