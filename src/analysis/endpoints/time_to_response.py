"""Time to response (TTR). SAP 14.2.3.2.

Confirmed responders only: from the first dose to the first scan of the earliest confirmed CR or PR.
Every responder has the event; nobody is censored.
"""

from __future__ import annotations

import pandas as pd

from analysis.endpoints.time_to_event import Source, column, derive_time_to_event

RESPONSE = Source(
    "Confirmed CR or PR",
    column("RSPDT"),
    table=lambda facts: facts["RSPTABLE"],
    column=lambda facts: facts["RSPCOLUMN"],
    line="RSPLINE",
    rule="first scan of the earliest confirmed response",
)


def derive_ttr(responders: pd.DataFrame) -> pd.DataFrame:
    """Time to response of every confirmed responder (one row per patient, days).

    Parameters
    ----------
    responders : DataFrame
        USUBJID TRTSDT RSPDT RSPTABLE RSPCOLUMN RSPLINE.
    """
    param = "Time to confirmed response"
    return derive_time_to_event("TTR", param, responders, "TRTSDT", [RESPONSE], [])
