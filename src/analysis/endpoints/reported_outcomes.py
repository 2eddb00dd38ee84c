"""Outcomes as a source reports them: parameters of their own, beside the derived ones.

Some sources hold best responses and times, and no scans or no calendar. What they report is shown
as reported (BORREP, RSPREP, PFSREP, OSREP) and never becomes a scan, a date or a derived response.
A time counts in days from the anchor in the words of the source; it is laid on the date of
enrolment, which of a source without a calendar is the day that its import states.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.dates import UNIT
from analysis.missing import NO_TEXT

TABLE = "reported_outcomes"
RESPONSES = {"BOR": "BORREP", "RSP": "RSPREP"}
TIMES = {
    "PFS": ("PFSREP", "Progression-free survival as reported by the source"),
    "OS": ("OSREP", "Overall survival as reported by the source"),
}
_GOING_ON = 1


def _known(reported: pd.DataFrame | None, patients: pd.Series) -> pd.DataFrame:
    columns = ["patient_id", "parameter", "value", "days", "status", "anchor", "line"]
    if reported is None or reported.empty:
        return pd.DataFrame(columns=columns)
    return reported.loc[reported["patient_id"].isin(patients), columns]


def reported_responses(reported: pd.DataFrame | None, patients: pd.Series) -> pd.DataFrame:
    """Best response and response as reported: rows of ADRS.

    Parameters
    ----------
    reported : DataFrame or None
        Raw ``reported_outcomes``; None where the registry has no such table.
    patients : Series
        USUBJID of the enrolled.

    Returns
    -------
    DataFrame
        USUBJID PARAMCD AVALC ANLRSN SRCDOM SRCVAR SRCROW; no date, for none was reported.
    """
    rows = _known(reported, patients)
    rows = rows[rows["parameter"].isin(list(RESPONSES))]
    return pd.DataFrame(
        {
            "USUBJID": rows["patient_id"],
            "PARAMCD": rows["parameter"].map(RESPONSES),
            "AVALC": rows["value"],
            "ADT": pd.Series(pd.NaT, rows.index, dtype=UNIT),
            "ANLRSN": "as reported by the source",
            "SRCDOM": TABLE,
            "SRCVAR": "value",
            "SRCROW": rows["line"].astype("Int64"),
        }
    )


def derive_reported_times(reported: pd.DataFrame | None, adsl: pd.DataFrame) -> list[pd.DataFrame]:
    """Times as reported: rows of ADTTE, one frame per parameter that has any.

    Parameters
    ----------
    reported : DataFrame or None
        Raw ``reported_outcomes``.
    adsl : DataFrame
        USUBJID, ENRLDT.
    """
    rows = _known(reported, adsl["USUBJID"])
    start = adsl.set_index("USUBJID")["ENRLDT"].astype(UNIT)
    parts = []
    for parameter, (paramcd, param) in TIMES.items():
        mine = rows[rows["parameter"].eq(parameter)].reset_index(drop=True)
        if mine.empty:
            continue
        began = mine["patient_id"].map(start).astype(UNIT)
        days = mine["days"].astype("int64")
        event = mine["status"].eq("event").to_numpy()
        anchor = "day 1: " + mine["anchor"].astype(str)
        parts.append(
            pd.DataFrame(
                {
                    "USUBJID": mine["patient_id"],
                    "PARAMCD": paramcd,
                    "PARAM": param,
                    "STARTDT": began,
                    "ADT": (began + pd.to_timedelta(days - 1, unit="D")).astype(UNIT),
                    "AVAL": days.astype("Int64"),
                    "CNSR": pd.Series(np.where(event, 0, _GOING_ON)).astype("Int64"),
                    "EVTCAUSE": pd.Series(np.where(event, 1, 0)).astype("Int64"),
                    "EVNTDESC": np.where(event, "Event as reported", NO_TEXT),
                    "CNSDTDSC": np.where(event, NO_TEXT, "Censored as reported"),
                    "SRCDOM": TABLE,
                    "SRCVAR": "days",
                    "SRCFILE": f"{TABLE}.csv",
                    "SRCROW": mine["line"].astype("Int64"),
                    "RULE": anchor,
                }
            )
        )
    return parts
