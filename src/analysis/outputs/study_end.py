"""How the study of a patient stands at the cut, in the words that every output uses. SAP 14.1."""

from __future__ import annotations

import pandas as pd

GOING_ON = "In follow-up at the cut"
DIED, WITHDREW, LOST = "Died", "Withdrew", "Lost to follow-up"
COMPLETED = "Follow-up completed"
_DISCONTINUED = {"death": DIED, "withdrawal": WITHDREW, "lost_to_follow_up": LOST}
# In the order in which tables list them.
ENDS = (GOING_ON, WITHDREW, DIED, LOST, COMPLETED)


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
