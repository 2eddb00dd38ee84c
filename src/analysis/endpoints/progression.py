"""Progression (PD): when, and by what. SAP section 4, situation 6; 14.2.4.2.

The first assessment after the origin that counts as progression (`effective_responses`). Its date:

- new lesion or non-target progression: the earliest day on which the scan showed it;
- progression of the target sum: the last day on which the targets were imaged;
- day of the scan not given: the assessment date.

A new lesion that was equivocal first and confirmed later takes the day of its first sighting, and
the assessment of that sighting counts as progression (`progression_first_sighting`). With several
kinds at one assessment the earliest date decides, on one day in the order target PD, non-target PD,
new lesion. New therapy and the end of follow-up do not limit this parameter: each estimand of PFS
says itself what it does with them.

What kind it was is read from the lesions; where they show none, from the recorded components; else
it is unspecified and dated at the assessment. The raw row of a progression is the one that holds
its day: the lesion row where the day is not that of the assessment, or where the assessment is
itself read from the lesions.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.dates import UNIT
from analysis.endpoints.assessments import driving_parameter, effective_responses
from analysis.errors import DerivationError
from analysis.params import Rules

KEY = ["USUBJID", "ADT"]
KINDS = ("target PD", "non-target PD", "new lesion")
LESSER_AFTER_CR = "lesser response after CR"
UNSPECIFIED = "unspecified"
FIRST_SIGHTING = "FIRSTSIGHT"
_KIND_DATES = ["TRGPDDT", "NTGPDDT", "NEWPDDT"]
_KIND_ROWS = ["TRGPDROW", "NTGPDROW", "NEWPDROW"]


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
        there is no progression of that kind. TRGPDROW, NTGPDROW, NEWPDROW: the lesion rows that
        give these days (`progression_rows`), missing where the day is that of the assessment.
    """
    rows = timepoints.merge(_recorded_components(recorded), how="outer", on=KEY)
    new = rows["NEWLES"].eq("Y")
    by_lesions = [rows["TRGRESP"].eq("PD"), rows["NTGRESP"].eq("PD"), new]
    by_record = [rows[name].eq(True) for name in ("RECTRG", "RECNTG", "RECNEW")]
    days = [rows["TRGDT"], rows["NTGDT"], rows["NEWDT"].where(new, rows["NEWSHOWN"])]
    lesion = [rows["TRGROW"], rows["NTGROW"], rows["NEWROW"].where(new, rows["SHOWNROW"])]
    shown = np.logical_or.reduce(by_lesions)
    evidence = {name: rows[name] for name in KEY}
    for kind in range(len(KINDS)):
        progressed = by_lesions[kind].where(shown, by_record[kind])
        day = days[kind].fillna(rows["ADT"])
        evidence[_KIND_DATES[kind]] = day.where(progressed).astype(UNIT)
        evidence[_KIND_ROWS[kind]] = lesion[kind].where(progressed)
    return pd.DataFrame(evidence)


def _lesion_rows(rows: pd.DataFrame, of_kind: np.ndarray, rules: Rules) -> np.ndarray:
    """Lesion row of each progression; missing where the assessment's own row holds the day."""
    if not set(_KIND_ROWS) <= set(rows):
        return np.full(len(rows), np.nan)
    by_kind = rows[_KIND_ROWS].to_numpy(np.float64)
    row = by_kind[np.arange(len(rows)), of_kind.argmax(axis=1)]
    day = rows[_KIND_DATES].min(axis=1)
    needed = day.ne(rows["ADT"]) | (driving_parameter(rules) == "OVRDER")
    if FIRST_SIGHTING in rows:  # what was recorded there is no progression
        needed |= rows[FIRST_SIGHTING].eq(True)
    return np.where(needed & of_kind.any(axis=1), row, np.nan)  # type: ignore[operator]


def derive_progressions(
    assessments: pd.DataFrame, evidence: pd.DataFrame, rules: Rules
) -> pd.DataFrame:
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
        "unspecified"), PDROW (lesion row that gives the date, `progression_rows`; missing where the
        row of the assessment does).
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
            "PDROW": _lesion_rows(rows, of_kind, rules),
        }
    )


def derive_pd(
    assessments: pd.DataFrame, reference: pd.DataFrame, evidence: pd.DataFrame, rules: Rules
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
        CONFDT (missing), ANLRSN, ASSDT, PDTYPE, PDROW.
    """
    return first_progressions(derive_progressions(assessments, evidence, rules), reference)


def first_progressions(progressions: pd.DataFrame, reference: pd.DataFrame) -> pd.DataFrame:
    """First of the progressions of each patient of `reference`; result as for `derive_pd`."""
    twice = reference["USUBJID"].duplicated()
    if twice.any():
        raise DerivationError("more than one reference row", reference.loc[twice, "USUBJID"])
    first = progressions.drop_duplicates("USUBJID")
    patients = reference[["USUBJID"]].sort_values("USUBJID", kind="stable", ignore_index=True)
    rows = patients.merge(first, how="left", on="USUBJID")
    progressed = rows["ASSDT"].notna()
    return rows.assign(
        AVALC=np.where(progressed, "Y", "N").astype(object),
        CONFDT=pd.Series(pd.NaT, index=rows.index, dtype=UNIT),
        ANLRSN=("first progression: " + rows["PDTYPE"]).where(progressed, "no progression"),
    )[["USUBJID", "AVALC", "ADT", "CONFDT", "ANLRSN", "ASSDT", "PDTYPE", "PDROW"]]
