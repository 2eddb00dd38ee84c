"""Treatment groups TG, TN, OT, NT, treatment periods, and groups as recommended. SAP section 2.

The group is that of the first systemic regimen after enrolment. Local therapy alone is NT. A new
treatment period begins where the group of the next systemic regimen differs from the one before.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

GUIDED_CLASSES = ("targeted", "immunotherapy")


def regimen_group(classified: pd.DataFrame) -> pd.Series:
    """TG if guided, TN if a targeted drug that is not, OT otherwise (one per systemic regimen)."""
    guided = classified["GUIDFL"].eq("Y")
    targeted = classified["therapy_class"].eq("targeted")
    group = np.select([guided, targeted], ["TG", "TN"], "OT")
    return pd.Series(group, index=classified.index, dtype=object)


def treatment_period(classified: pd.DataFrame) -> pd.Series:
    """Number of the treatment period (1, 2, ...) of each systemic regimen, in order of treatment.

    `classified` is sorted by patient and start and has the column TRTGRP.
    """
    same_patient = classified["patient_id"].eq(classified["patient_id"].shift())
    switched = classified["TRTGRP"].ne(classified["TRTGRP"].shift())
    return (switched | ~same_patient).groupby(classified["patient_id"]).cumsum().astype("Int64")


def guided_class(therapy_class: pd.Series) -> pd.Series:
    """GUIDCLS of a guided regimen: targeted, immunotherapy or other."""
    return therapy_class.where(therapy_class.isin(GUIDED_CLASSES) | therapy_class.isna(), "other")


def recommendation_group(reviews: pd.DataFrame, recommendations: pd.DataFrame) -> pd.DataFrame:
    """Group as recommended at the first first-profile review that is not deferred.

    Parameters
    ----------
    reviews : DataFrame
        One row per first-profile review: patient_id, review_id, review_date, conclusion.
    recommendations : DataFrame
        From `linked_recommendations`.

    Returns
    -------
    DataFrame
        Indexed by patient_id: MTBDT (that review's date) and RECGRP: REC-T if it made a
        recommendation linked to a variant or biomarker, REC-O if only another one, REC-N if none.
        Patients with deferred reviews only are absent: they are pending.
    """
    concluded = reviews[reviews["conclusion"].ne("deferred")]
    deciding = concluded.sort_values(
        ["patient_id", "review_date", "review_id"], kind="stable"
    ).drop_duplicates("patient_id")
    # every review of that day speaks: a board may file one form per tumour or question
    same_day = concluded.merge(
        deciding[["patient_id", "review_date"]], on=["patient_id", "review_date"]
    )
    made = recommendations[recommendations["review_id"].isin(same_day["review_id"])]
    linked = made.groupby("patient_id")["linked"].any()
    groups = deciding.set_index("patient_id")
    known = linked.reindex(groups.index)
    code = np.select([known.eq(True), known.eq(False)], ["REC-T", "REC-O"], "REC-N")
    return pd.DataFrame(
        {"MTBDT": groups["review_date"], "RECGRP": pd.Series(code, groups.index, dtype=object)}
    )
