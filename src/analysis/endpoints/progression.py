"""Progression (PD): when, and by what. SAP section 4, situation 6; 14.2.4.2.

The first assessment after the origin that counts as progression (`effective_responses`). Its date:

- new lesion or non-target progression: the earliest day on which the scan showed it;
- progression of the target sum: the last day on which the targets were imaged;
- day of the scan not given: the assessment date.

A new lesion that was equivocal first and confirmed later takes the day of its first sighting. With
several kinds at one assessment the earliest date decides, on one day in the order target PD,
non-target PD, new lesion. New therapy and the end of follow-up do not limit this parameter: each
estimand of PFS says itself what it does with them.

What kind it was is read from the lesions; where they show none, from the recorded components; else
it is unspecified and dated at the assessment.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.dates import UNIT
from analysis.endpoints.assessments import effective_responses
from analysis.errors import DerivationError

KEY = ["USUBJID", "ADT"]
KINDS = ("target PD", "non-target PD", "new lesion")
LESSER_AFTER_CR = "lesser response after CR"
UNSPECIFIED = "unspecified"
_KIND_DATES = ["TRGPDDT", "NTGPDDT", "NEWPDDT"]


def _recorded_components(recorded: pd.DataFrame) -> pd.DataFrame:
    """Per patient and date, which recorded component is progression."""
    flags = pd.DataFrame(
        {
            "USUBJID": recorded["USUBJID"],
            "ADT": recorded["ADT"],
            "RECTRG": recorded["target_response"].eq("PD"),
            "RECNTG": recorded["non_target_response"].eq("PD"),
            "RECNEW": recorded["new_lesion"].eq("Y"),
        }
    )
    return flags.groupby(KEY, as_index=False).any()


def progression_evidence(timepoints: pd.DataFrame, recorded: pd.DataFrame) -> pd.DataFrame:
    """Date of each kind of progression at every assessment.

    Parameters
    ----------
    timepoints : DataFrame
        From `derive_timepoint_responses`.
    recorded : DataFrame
        Recorded components: USUBJID, ADT, target_response, non_target_response, new_lesion.

    Returns
    -------
    DataFrame
        One row per patient and assessment: USUBJID, ADT, TRGPDDT, NTGPDDT, NEWPDDT; missing where
        there is no progression of that kind.
    """
    rows = timepoints.merge(_recorded_components(recorded), how="outer", on=KEY)
    day = rows["ADT"]
    from_lesions = pd.DataFrame(
        {
            "TRGPDDT": rows["TRGDT"].fillna(day).where(rows["TRGRESP"].eq("PD")),
            "NTGPDDT": rows["NTGDT"].fillna(day).where(rows["NTGRESP"].eq("PD")),
            "NEWPDDT": rows["NEWDT"].fillna(day).where(rows["NEWLES"].eq("Y")),
        }
    )
    from_record = pd.DataFrame(
        {
            "TRGPDDT": rows["TRGDT"].fillna(day).where(rows["RECTRG"].eq(True)),
            "NTGPDDT": rows["NTGDT"].fillna(day).where(rows["RECNTG"].eq(True)),
            "NEWPDDT": rows["NEWSHOWN"].fillna(day).where(rows["RECNEW"].eq(True)),
        }
    )
    shown = from_lesions.notna().any(axis=1)
    dates = from_lesions.where(shown, from_record)
    return rows[KEY].join(dates.astype(UNIT))


def derive_progressions(assessments: pd.DataFrame, evidence: pd.DataFrame, rules) -> pd.DataFrame:
    """Every assessment that counts as progression, with its date and kind.

    Parameters
    ----------
    assessments : DataFrame
        USUBJID, ADT, AVALC of the responses that drive the endpoints, after the origin only.
    evidence : DataFrame
        From `progression_evidence`.
    rules : Rules

    Returns
    -------
    DataFrame
        Sorted by patient and assessment: USUBJID, ADT (progression date), ASSDT (assessment date),
        PDTYPE ("target PD", "non-target PD", "new lesion", "lesser response after CR",
        "unspecified").
    """
    counted = effective_responses(assessments, rules)
    rows = counted[counted["AVALC"].eq("PD")].merge(evidence, how="left", on=KEY)
    dates = rows[_KIND_DATES]
    earliest = dates.min(axis=1)
    of_kind = dates.eq(earliest, axis=0).to_numpy()
    kind = np.array(KINDS, dtype=object)[of_kind.argmax(axis=1)]
    not_recorded = np.where(rows["RECORDED"].eq("PD"), UNSPECIFIED, LESSER_AFTER_CR)
    return pd.DataFrame(
        {
            "USUBJID": rows["USUBJID"],
            "ADT": earliest.fillna(rows["ADT"]).astype(UNIT),
            "ASSDT": rows["ADT"],
            "PDTYPE": np.where(earliest.notna(), kind, not_recorded).astype(object),
        }
    )


def derive_pd(
    assessments: pd.DataFrame, reference: pd.DataFrame, evidence: pd.DataFrame, rules
) -> pd.DataFrame:
    """First progression of each patient.

    Parameters
    ----------
    assessments, evidence, rules
        As for `derive_progressions`.
    reference : DataFrame
        One row per patient: USUBJID.

    Returns
    -------
    DataFrame
        One row per patient of `reference`, sorted: USUBJID, AVALC (Y, N), ADT (progression date),
        CONFDT (missing), ANLRSN, ASSDT, PDTYPE.
    """
    twice = reference["USUBJID"].duplicated()
    if twice.any():
        raise DerivationError("more than one reference row", reference.loc[twice, "USUBJID"])
    first = derive_progressions(assessments, evidence, rules).drop_duplicates("USUBJID")
    patients = reference[["USUBJID"]].sort_values("USUBJID", kind="stable", ignore_index=True)
    rows = patients.merge(first, how="left", on="USUBJID")
    progressed = rows["ASSDT"].notna()
    return rows.assign(
        AVALC=np.where(progressed, "Y", "N").astype(object),
        CONFDT=pd.Series(pd.NaT, index=rows.index, dtype=UNIT),
        ANLRSN=("first progression: " + rows["PDTYPE"]).where(progressed, "no progression"),
    )[["USUBJID", "AVALC", "ADT", "CONFDT", "ANLRSN", "ASSDT", "PDTYPE"]]
