"""ADCM: one row per prior line of anticancer treatment, with PFS on that line (PFS1)."""

from __future__ import annotations

import pandas as pd

from analysis.datasets.source import with_source
from analysis.dates import UNIT, complete, days_between, earlier_of, middle, precision


def build_adcm(prior_treatments: pd.DataFrame) -> pd.DataFrame:
    """Prior treatment lines.

    A partial date is put in the middle of what is known (the 15th; 1 July) and flagged; a start so
    imputed is never later than the known end or progression of its line. PFS1 = PDDT - ASTDT + 1
    days, and missing where a date is missing or known to the year only (SAP 1, PFSRFL).

    Returns
    -------
    DataFrame
        USUBJID LINE TRT THERCLS ASTDT ASTDTF AENDT AENDTF BESTRESP PDDT PDDTF STOPRSN PFS1, source.
    """
    rows = prior_treatments.reset_index(drop=True)
    end, progression = middle(rows["end_date"]), middle(rows["progression_date"])
    known = earlier_of(
        complete(rows["end_date"]), complete(rows["progression_date"]), end, progression
    )
    start = middle(rows["start_date"])
    partial = precision(rows["start_date"]).notna()
    start = start.where(~(partial & (start > known)), known).astype(UNIT)
    progression = progression.where(~(progression < start), start).astype(UNIT)
    end = end.where(~(end < start), start).astype(UNIT)
    to_the_month = precision(rows["start_date"]).ne("M") & precision(rows["progression_date"]).ne(
        "M"
    )
    pfs1 = days_between(start, progression).where(to_the_month)
    adcm = pd.DataFrame(
        {
            "USUBJID": rows["patient_id"],
            "LINE": rows["line"].astype("Int64"),
            "TRT": rows["regimen"],
            "THERCLS": rows["therapy_class"],
            "ASTDT": start,
            "ASTDTF": precision(rows["start_date"]),
            "AENDT": end,
            "AENDTF": precision(rows["end_date"]),
            "BESTRESP": rows["best_response"],
            "PDDT": progression,
            "PDDTF": precision(rows["progression_date"]),
            "STOPRSN": rows["stop_reason"],
            "PFS1": pfs1,
        }
    )
    located = with_source(
        adcm.assign(line=rows["file_line"]), "prior_treatments", "progression_date"
    )
    return located.drop(columns="line")
