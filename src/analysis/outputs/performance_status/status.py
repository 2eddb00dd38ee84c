"""T14.2.9.1 and T14.2.9.2: ECOG performance status against baseline. SAP 14.2.9.

The treated, at every visit that is due by the cut. Death is its own state, and worse in the
composite. The difference improved minus worse is one of paired proportions (the same patients);
differences between groups describe groups that are not randomised.

T14.2.9.1 and T14.2.9.2 as tables.
"""

from __future__ import annotations

import pandas as pd

from analysis.datasets import Datasets
from analysis.endpoints.performance_change import ECOG, IMPROVED, NO_BASELINE, UNCHANGED, WORSE
from analysis.outputs.quality_of_life.labels import STATE_LABELS
from analysis.tabulation.groups import in_set

WORSE_OR_DEAD = "worse or dead"


def ecog_rows(data: Datasets) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The treated, and their planned rows of ADQS."""
    adsl = in_set(data["adsl"], "TRTFL")
    adqs = data["adqs"]
    rows = adqs[adqs["PARAMCD"].eq(ECOG) & adqs["STATE"].notna()]
    return adsl, rows[rows["USUBJID"].isin(adsl["USUBJID"])]


STATUS_LABELS = {
    **STATE_LABELS,
    IMPROVED: "Improved",
    UNCHANGED: "Unchanged",
    WORSE: "Worse",
    NO_BASELINE: "No baseline",
    WORSE_OR_DEAD: "Worse or dead",
}
DUE_NOTE = (
    "Due: the window of the visit closed by the cut, whatever happened before. Death is its own "
    "state; missing and off study are neither death nor a value."
)
