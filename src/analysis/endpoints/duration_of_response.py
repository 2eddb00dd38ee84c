"""Duration of response (DOR). SAP 4 (DOR), 14.2.3.2.

Confirmed responders only: from the first scan of the earliest confirmed CR or PR to the end of
progression-free survival under the main estimand, event or censoring alike, for the same reason and
from the same raw row. A response that began after that end (a censoring at day 1 without baseline)
lasts one day.
"""

from __future__ import annotations

import pandas as pd

from analysis.dates import UNIT, days_between, later_of

PARAMCD = "DOR"


def derive_dor(responders: pd.DataFrame, pfs: pd.DataFrame) -> pd.DataFrame:
    """Duration of response of every confirmed responder (one row per patient, days).

    Parameters
    ----------
    responders : DataFrame
        USUBJID, RSPDT: first scan of the earliest confirmed response.
    pfs : DataFrame
        Rows of PFS, from `derive_pfs`.
    """
    rows = pfs.merge(responders[["USUBJID", "RSPDT"]], on="USUBJID", how="inner")
    start = rows["RSPDT"].astype(UNIT)
    early = rows["ADT"] < start
    end = later_of(rows["ADT"], start)
    rule = "ends as PFS, " + rows["RULE"].astype(object)
    return rows.drop(columns="RSPDT").assign(
        PARAMCD=PARAMCD,
        PARAM="Duration of confirmed response",
        STARTDT=start,
        ADT=end,
        AVAL=days_between(start, end),
        RULE=rule.where(~early, rule + "; dated before the response, so it lasts one day"),
    )
