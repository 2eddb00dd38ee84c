"""How the study of a patient stands at the cut, in the words that every output uses. SAP 14.1."""

from __future__ import annotations

import pandas as pd

from schemas.terminology import DISCONTINUATION, DISCONTINUED_REASON

GOING_ON = "In follow-up at the cut"
DIED, WITHDREW, LOST = "Died", "Withdrew", "Lost to follow-up"
NOT_SEEN, COMPLETED = "No contact up to the planned end", "Follow-up completed"
_DISCONTINUED = dict(zip(DISCONTINUATION[:4], (DIED, WITHDREW, LOST, NOT_SEEN), strict=True))
OTHERWISE = {reason: f"Study ended: {reason.replace('_', ' ')}" for reason in DISCONTINUED_REASON}
_DISCONTINUED |= OTHERWISE
# In the order in which tables list them.
ENDS = (GOING_ON, WITHDREW, DIED, LOST, NOT_SEEN, COMPLETED)


def ends_of(adsl: pd.DataFrame) -> tuple[str, ...]:
    """`ENDS`, and before completion the other ends of the study that some patient has."""
    there = set(adsl["DCSREAS"].dropna())
    more = [words for reason, words in OTHERWISE.items() if reason in there]
    return (*ENDS[:-1], *more, COMPLETED)


def study_end(adsl: pd.DataFrame) -> pd.Series:
    """One of `ENDS` for each patient, in the order of `adsl` (EOSSTT, DCSREAS).

    Raises
    ------
    ValueError
        For a reason that has no words yet: nobody is counted as completed for want of them.
    """
    reason = adsl["DCSREAS"]
    if unknown := sorted(set(reason.dropna()) - set(_DISCONTINUED)):
        raise ValueError(f"DCSREAS without words: {', '.join(unknown)}")
    words = reason.map(_DISCONTINUED).astype(object).fillna(COMPLETED)
    return words.mask(adsl["EOSSTT"].eq("ONGOING"), GOING_ON)
