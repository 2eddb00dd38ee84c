"""ADTTE: one row per patient and time-to-event parameter. SAP 14.2.2, 14.2.4, 14.2.5."""

from __future__ import annotations

import pandas as pd

from analysis.datasets.source import STUDYID
from analysis.endpoints.time_to_guided_therapy import derive_ttguid
from analysis.endpoints.vital_status import disposition_dates


def raw_lines(extracts: dict[str, pd.DataFrame], adex: pd.DataFrame) -> pd.DataFrame:
    """Lines in the raw files of the dated facts that end or censor a time, by patient.

    Returns
    -------
    DataFrame
        Indexed by patient: DTHLINE, WITHLINE, LOSTLINE, COMPLINE (disposition), GUIDLINE
        (treatments, first guided dose), TRTLINE (treatments, first systemic dose).
    """
    disposition = extracts["disposition"]
    lines = {
        name: disposition_dates(disposition, event)["line"]
        for name, event in (
            ("DTHLINE", "death"),
            ("WITHLINE", "withdrawal"),
            ("LOSTLINE", "lost_to_follow_up"),
            ("COMPLINE", "completed"),
        )
    }
    systemic = adex[adex["TRTGRP"].notna()].sort_values(["USUBJID", "EXSEQ"], kind="stable")
    guided = systemic[systemic["GUIDFL"].eq("Y")]
    for name, rows in (("TRTLINE", systemic), ("GUIDLINE", guided)):
        lines[name] = rows.drop_duplicates("USUBJID").set_index("USUBJID")["SRCROW"]
    return pd.DataFrame(lines).astype("Int64")


def build_adtte(
    adsl: pd.DataFrame, adex: pd.DataFrame, extracts: dict[str, pd.DataFrame]
) -> pd.DataFrame:
    """Time-to-event dataset.

    Parameters
    ----------
    adsl, adex : DataFrame
        Analysis datasets.
    extracts : dict of DataFrame
        Raw tables after the cut (for the lines of the deciding facts).

    Returns
    -------
    DataFrame
        USUBJID PARAMCD PARAM STARTDT ADT AVAL CNSR EVTCAUSE EVNTDESC CNSDTDSC and the source.
    """
    lines = raw_lines(extracts, adex)
    facts = adsl.merge(lines, left_on="USUBJID", right_index=True, how="left")
    parts = [derive_ttguid(facts)]
    return pd.concat(parts, ignore_index=True).assign(STUDYID=STUDYID)
