"""From biopsy to tumour board: the stages a patient has reached, for either profile. SAP section 1.

First profile = profile_number 1, second = 2. A specimen counts as obtained when it was collected,
a profile as sequenced when a report passed quality control, a patient as discussed when a review
took place, deferred ones included.
"""

from __future__ import annotations

import pandas as pd

from analysis.dates import UNIT


def profile_reviews(extracts: dict[str, pd.DataFrame], profile: int) -> pd.DataFrame:
    """Reviews of the tests of one profile (raw columns and ``profile_number``)."""
    tests = extracts["sequencing"][["test_id", "profile_number"]]
    reviews = extracts["mtb_reviews"].merge(tests, on="test_id", how="left", validate="m:1")
    return reviews[reviews["profile_number"].eq(profile).fillna(False).astype(bool)]


def first_date(rows: pd.DataFrame, column: str) -> pd.Series:
    """Earliest date in `column` by patient."""
    return rows.groupby("patient_id")[column].min().astype(UNIT)


def passed_reports(sequencing: pd.DataFrame) -> pd.DataFrame:
    """Tests with a report that passed quality control."""
    return sequencing[sequencing["qc_status"].eq("pass") & sequencing["report_date"].notna()]


def workup_stages(extracts: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Dates and flags of the molecular work-up by patient.

    Returns
    -------
    DataFrame
        Indexed by patient_id, for patients with any of them: BIOPDT first specimen; NGSDT first
        report that passed (any profile); MTBFDT first discussion of the first profile, deferred
        included; ACTDT first review that concluded intervenable; the same for the second profile
        as SEQ2DT, MTB2DT, ACT2DT.
    """
    passed = passed_reports(extracts["sequencing"])
    columns = {
        "BIOPDT": first_date(extracts["biopsies"], "collection_date"),
        "NGSDT": first_date(passed, "report_date"),
        "SEQ2DT": first_date(passed[passed["profile_number"].eq(2)], "report_date"),
    }
    for profile, discussed, actionable in ((1, "MTBFDT", "ACTDT"), (2, "MTB2DT", "ACT2DT")):
        reviews = profile_reviews(extracts, profile)
        columns[discussed] = first_date(reviews, "review_date")
        intervenable = reviews[reviews["conclusion"].eq("intervenable")]
        columns[actionable] = first_date(intervenable, "review_date")
    return pd.DataFrame(columns)


def guided_therapy_recommended(recommendations: pd.DataFrame) -> pd.Series:
    """Date of the first first-profile recommendation linked to a variant or biomarker (RECTGFL)."""
    first_profile = recommendations["profile_number"].eq(1).fillna(False).astype(bool)
    linked = recommendations[first_profile & recommendations["linked"]]
    return first_date(linked, "review_date")
