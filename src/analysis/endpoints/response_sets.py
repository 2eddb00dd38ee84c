"""Response analysis sets. SAP section 1; RECIST 1.1 section 4.

- RSPEVLFL: treated, with measurable disease at baseline (a scan at most 28 days before the first
  administration; 29 to 42 days flagged). No assessment after baseline is required.
- EVALFL: RSPEVLFL and at least one adequate assessment (not NE) after baseline within follow-up, a
  progression among them, or an early death: one so early that it needs no assessment before it
  (``pfs.early_death_intervals`` scheduled intervals with their window). Whether new anticancer
  therapy came before plays no part: it decides what the response was, not whether the patient can
  be evaluated. For sensitivity only.
"""

from __future__ import annotations

import pandas as pd

from analysis.dates import UNIT, earlier_of
from analysis.endpoints.adequate_assessments import early_death_limit
from analysis.endpoints.assessments import (
    after_start,
    driving_assessments,
    effective_responses,
)
from analysis.endpoints.lesions import read_lesions
from analysis.endpoints.tumour_baseline import measurable_baseline
from analysis.missing import NO_TEXT
from analysis.params import Rules


def flag_rspevlfl(lesions: pd.DataFrame, subjects: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Measurable disease at baseline among the treated.

    Parameters
    ----------
    lesions : DataFrame
        Raw ``tumour_lesions``.
    subjects : DataFrame
        One row per patient: USUBJID, TRTSDT.
    rules : Rules

    Returns
    -------
    DataFrame
        One row per patient, in the order of `subjects`: USUBJID, RSPEVLFL, RSPBLDT (baseline scan
        with measurable disease), RSPBLWIN ("28", or "42" where flagged).
    """
    anchors = subjects.set_index("USUBJID")["TRTSDT"].dropna()
    baseline = measurable_baseline(read_lesions(lesions, rules), anchors, rules)
    by = subjects["USUBJID"]
    date = by.map(baseline["BASEDT"]).astype(UNIT)
    flag = pd.Series("Y", index=subjects.index, dtype=object).where(date.notna(), NO_TEXT)
    window = by.map(baseline["BASEWIN"]).astype(object)
    return pd.DataFrame(
        {
            "USUBJID": by,
            "RSPEVLFL": flag,
            "RSPBLDT": date,
            "RSPBLWIN": window.where(window.notna(), NO_TEXT),
        }
    )


def evaluable_from(assessments: pd.DataFrame, subjects: pd.DataFrame, rules: Rules) -> pd.Series:
    """First day of being evaluable for response: of an adequate assessment, or of an early death.

    Parameters
    ----------
    assessments : DataFrame
        USUBJID, ADT, AVALC of the responses that drive the endpoints.
    subjects : DataFrame
        One row per patient: USUBJID, RSPEVLFL, TRTSDT, EOFDT, DTHDT.
    rules : Rules

    Returns
    -------
    Series of datetime64
        EVALDT, missing for who is not evaluable, with the index of `subjects`.
    """
    reference = subjects.rename(columns={"TRTSDT": "STARTDT"})
    counted = effective_responses(after_start(assessments, reference), rules)
    end = counted["USUBJID"].map(subjects.set_index("USUBJID")["EOFDT"]).astype(UNIT)
    # a missing date never excludes: compared as "not after"
    adequate = counted[counted["AVALC"].ne("NE") & ~(counted["ADT"] > end)]
    early_death = subjects["DTHDT"] <= early_death_limit(subjects["TRTSDT"].astype(UNIT), rules)
    scanned = subjects["USUBJID"].map(adequate.groupby("USUBJID")["ADT"].min()).astype(UNIT)
    first = earlier_of(scanned, subjects["DTHDT"].astype(UNIT).where(early_death))
    return first.where(subjects["RSPEVLFL"].eq("Y"))


def flag_evalfl(assessments: pd.DataFrame, subjects: pd.DataFrame, rules: Rules) -> pd.Series:
    """Flag who is evaluable for response ("Y" or missing); parameters as of `evaluable_from`."""
    first = evaluable_from(assessments, subjects, rules)
    return pd.Series("Y", index=first.index, dtype=object).where(first.notna(), NO_TEXT)


def response_sets(
    lesions: pd.DataFrame, adrs: pd.DataFrame, adsl: pd.DataFrame, rules: Rules
) -> pd.DataFrame:
    """Both response sets of every patient.

    Parameters
    ----------
    lesions : DataFrame
        Raw ``tumour_lesions``.
    adrs : DataFrame
        Analysis dataset; its time-point rows that drive the endpoints are used.
    adsl : DataFrame
        One row per patient: USUBJID, TRTSDT, EOFDT, DTHDT.
    rules : Rules

    Returns
    -------
    DataFrame
        One row per patient, in the order of `adsl`: USUBJID, RSPEVLFL, RSPBLDT, RSPBLWIN, EVALFL,
        EVALDT (first day of being evaluable).
    """
    sets = flag_rspevlfl(lesions, adsl, rules)
    subjects = adsl.assign(RSPEVLFL=sets["RSPEVLFL"])
    known = (driving_assessments(adrs, rules), subjects, rules)
    return sets.assign(EVALFL=flag_evalfl(*known), EVALDT=evaluable_from(*known))
