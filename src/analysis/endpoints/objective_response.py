"""Objective response without confirmation (RSP): any CR or PR. SAP 14.2.1.3.

Counted before new anticancer therapy, up to the first progression and the end of follow-up; the
date is the first CR or PR. Source: RECIST 1.1 section 4.6.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.endpoints.response_sequences import CR, PR, endpoint_rows, read_sequences
from analysis.params import Rules


def derive_rsp(
    assessments: pd.DataFrame, reference: pd.DataFrame, rules: Rules, **options
) -> pd.DataFrame:
    """Whether a patient ever had a CR or PR.

    Parameters
    ----------
    assessments, reference, rules, **options
        As for `analysis.endpoints.response_sequences.read_sequences`.

    Returns
    -------
    DataFrame
        One row per patient of `reference`: USUBJID, AVALC (Y, N), ADT, CONFDT (missing), ANLRSN.
    """
    sequences = read_sequences(assessments, reference, rules, **options)
    position = sequences.first(np.isin(sequences.code, (CR, PR)))
    responded = position >= 0
    avalc = np.where(responded, "Y", "N").astype(object)
    reason = np.full(len(position), "no CR or PR", dtype=object)
    reason[responded] = "PR at any time"
    reason[responded & (sequences.code_at(position) == CR)] = "CR at any time"
    return endpoint_rows(sequences, avalc, position, reason)
