"""Pairs of PFS1 and PFS2 for the PFS ratio. SAP E5, 14.2.4.4, section 9.

PFS2 is PFSG, from the first guided dose: progression or death is the event, death on the guided
line included. New anticancer therapy before progression ends what can be said of the guided line
(hypothetical): PFS2 is then censored at the last adequate assessment on or before it, else on
day 1. A censored PFS2 is known to be at least so long; it is never used as if it were complete.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.dates import UNIT, days_between
from analysis.endpoints.adequate_assessments import AdequateAssessments
from analysis.endpoints.assessments import driving_parameter
from analysis.endpoints.pfs_ratio import WITHOUT_PFS1
from analysis.endpoints.progression_free_survival import NEW_THERAPY_STARTED
from analysis.params import Rules

NO_PFS2 = "no PFS2"
EXCLUSIONS = (*WITHOUT_PFS1, NO_PFS2)
MAIN = "recorded progression"
END_OF_LINE = "end of the line where progression has no date"
STOP_REASON = "stop reason alone"
NACT_TEXT = "new anticancer therapy before progression"


def pfs1_by(criterion: str, adsl: pd.DataFrame) -> pd.Series:
    """PFS1 in days: by the criterion of the plan, or as a sensitivity row takes it.

    `END_OF_LINE`: also the lines stopped for progression that have no date of it, to their end.
    `STOP_REASON`: only the lines stopped for progression, to the progression, else to their end.
    """
    return {
        MAIN: adsl["PFS1"],
        END_OF_LINE: adsl["PFS1"].fillna(adsl["PFS1END"]),
        STOP_REASON: adsl["PFS1STOP"],
    }[criterion]


def derive_ratio_pairs(
    adsl: pd.DataFrame, adrs: pd.DataFrame, adtte: pd.DataFrame, rules: Rules, criterion: str = MAIN
) -> pd.DataFrame:
    """PFS1 and PFS2 of every patient of the PFS-ratio set.

    Parameters
    ----------
    adsl, adrs, adtte : DataFrame
        Analysis datasets.
    rules : Rules
        ``response.source``.
    criterion : str
        Where PFS1 ends (`pfs1_by`).

    Returns
    -------
    DataFrame
        One row per patient with both, sorted by USUBJID: USUBJID, PFS1, PFS2 (days), EVENT (bool:
        PFS2 ended by progression or death), PFS1SRC, PFS1ORFL, ENDED (in words why PFS2 ended).
    """
    patients = adsl.assign(PFS1=pfs1_by(criterion, adsl))
    patients = patients[patients["GUIDFL"].eq("Y") & patients["PFS1"].notna()]
    second = adtte[adtte["PARAMCD"].eq("PFSG")].set_index("USUBJID")
    pairs = patients[patients["USUBJID"].isin(second.index)]
    pairs = pairs.sort_values("USUBJID", kind="stable").reset_index(drop=True)
    own = second.reindex(pairs["USUBJID"]).reset_index(drop=True)
    start, new = pairs["GUIDDT"].astype(UNIT), pairs["NACTGDT"].astype(UNIT)
    # where the main estimand is the composite, new therapy stands as the event of PFSG
    taken_as_event = own["EVNTDESC"].eq(str(NEW_THERAPY_STARTED.description))
    censored = (own["ADT"].astype(UNIT) > new) | taken_as_event
    scans = adrs[adrs["PARAMCD"].eq(driving_parameter(rules))]
    last = AdequateAssessments(pairs["USUBJID"], scans).last(up_to=new)["ADT"]
    last = last.where(last >= start, start).astype(UNIT)
    days = own["AVAL"].astype("Int64").mask(censored, days_between(start, last))
    ended = own["EVNTDESC"].fillna(own["CNSDTDSC"])
    return pd.DataFrame(
        {
            "USUBJID": pairs["USUBJID"],
            "PFS1": pairs["PFS1"].astype("int64"),
            "PFS2": days.astype("int64"),
            "EVENT": own["CNSR"].eq(0).to_numpy(bool) & ~censored.to_numpy(bool),
            "PFS1SRC": pairs["PFS1SRC"],
            "PFS1ORFL": pairs["PFS1ORFL"],
            "ENDED": ended.mask(censored, NACT_TEXT).astype(object),
        }
    )


def exclusion_reasons(adsl: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """Why each guided patient without a pair has none: USUBJID and REASON (one of `EXCLUSIONS`)."""
    left = adsl[adsl["GUIDFL"].eq("Y") & ~adsl["USUBJID"].isin(pairs["USUBJID"])]
    reason = left["PFS1RSN"].astype(object).fillna(NO_PFS2)
    return pd.DataFrame({"USUBJID": left["USUBJID"], "REASON": reason}).reset_index(drop=True)


def modified_pairs(pairs: pd.DataFrame, threshold: float, rules: Rules) -> pd.DataFrame:
    """Pairs for the modified ratio (Mock et al., ESMO Open 2019; 4: e000583; PMID 31798980).

    A PFS1 below ``pfs_ratio_modified_least_months`` is set to it; a PFS2 above
    ``pfs_ratio_modified_enough_months``, censored or not, is a success whatever the ratio: it is
    lengthened to the threshold, so that every estimator counts it.
    """
    month = rules.estimation.month_days
    first = (
        pairs["PFS1"]
        .astype(float)
        .clip(lower=rules.estimation.pfs_ratio_modified_least_months * month)
    )
    second = pairs["PFS2"].astype(float)
    enough = second > rules.estimation.pfs_ratio_modified_enough_months * month
    longer = np.maximum(second, threshold * first)
    return pairs.assign(PFS1=first, PFS2=second.where(~enough, longer))  # type: ignore[arg-type]
