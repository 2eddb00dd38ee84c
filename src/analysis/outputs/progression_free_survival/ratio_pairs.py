"""T14.2.4.4 and F14.2.4.4: PFS on the guided line against PFS on the line before. SAP 14.2.4, 9.

Every threshold is printed with what it would be if the guided line changed nothing. Leaving the
censored ratios out, or using them as complete, would bias the rate: the estimators beside each
other say how much hangs on them. Midrank leads, as section 9 recommends: a PFS2 censored by time
censors the ratio earlier where PFS1 is long, so Kaplan-Meier of the ratio reads too high (48.0 for
43.5 % under the null with 30 % censored; benchmarks/results/pfs_ratio_null.csv).
"""

from __future__ import annotations

import pandas as pd

from analysis.datasets import Datasets
from analysis.endpoints.pfs_ratio_pairs import derive_ratio_pairs
from analysis.estimates.molecular import RATIO_TOLERANCE
from analysis.params import Rules
from analysis.tabulation.known_at_origin import followed


def ratio_pairs(data: Datasets, rules: Rules, *criterion: str) -> pd.DataFrame:
    """PFS1 and PFS2 of the guided (`derive_ratio_pairs`)."""
    second = followed(data, rules, "PFSG", "GUIDFL")
    return derive_ratio_pairs(data["adsl"], data["adrs"], second, rules, *criterion)


def reaches(pairs: pd.DataFrame, threshold: float) -> pd.Series:
    """Whether PFS2, complete or censored, is at least `threshold` times PFS1."""
    return pairs["PFS2"] / pairs["PFS1"] >= threshold * (1 - RATIO_TOLERANCE)
