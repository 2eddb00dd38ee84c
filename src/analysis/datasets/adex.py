"""ADEX: one row per anticancer regimen after enrolment, with its group and why. SAP section 2."""

from __future__ import annotations

import pandas as pd

from analysis.datasets.source import with_source
from analysis.endpoints.guided_therapy import LOCAL, classify_regimens
from analysis.endpoints.systemic_treatment import systemic_regimens
from analysis.endpoints.treatment_group import regimen_group, treatment_period
from analysis.missing import NO_TEXT
from analysis.params import Rules

_CLASSIFIED = ["GUIDFL", "GUIDRSN", "RECID", "MTBREVID", "PROFNUM", "TRTGRP", "APERIOD"]


def classified_regimens(
    treatments: pd.DataFrame, recommendations: pd.DataFrame, rules: Rules
) -> pd.DataFrame:
    """Systemic regimens with GUIDFL, GUIDRSN, TRTGRP and APERIOD, in the order of treatment."""
    regimens = systemic_regimens(treatments, rules)
    classified = classify_regimens(regimens, recommendations, rules)
    classified = classified.assign(TRTGRP=regimen_group(classified))
    return classified.assign(APERIOD=treatment_period(classified))


def build_adex(treatments: pd.DataFrame, classified: pd.DataFrame) -> pd.DataFrame:
    """Exposure: every regimen, local therapy included (without group and period).

    Parameters
    ----------
    treatments : DataFrame
        Raw ``treatments`` after the cut.
    classified : DataFrame
        From `classified_regimens`.

    Returns
    -------
    DataFrame
        One row per raw row: USUBJID EXSEQ (order within the patient) REGID TRT THERCLS ASTDT AENDT
        TRTGRP APERIOD GUIDFL GUIDRSN RECID MTBREVID PROFNUM STOPRSN LOCRSN TRGLTRFL and the source.
    """
    order = ["patient_id", "start_date", "regimen_id"]
    rows = treatments.sort_values(order, kind="stable").reset_index(drop=True)
    sequence = rows.groupby("patient_id").cumcount() + 1
    known = classified.set_index("regimen_id")[_CLASSIFIED]
    added = known.reindex(rows["regimen_id"]).reset_index(drop=True)
    adex = pd.DataFrame(
        {
            "USUBJID": rows["patient_id"],
            "EXSEQ": sequence.astype("Int64"),
            "REGID": rows["regimen_id"],
            "TRT": rows["drug"],
            "THERCLS": rows["therapy_class"],
            "ASTDT": rows["start_date"],
            "AENDT": rows["end_date"],
            "STOPRSN": rows["stop_reason"],
            "LOCRSN": rows["local_reason"],
            "TRGLTRFL": rows["target_lesion_treated"].where(
                rows["target_lesion_treated"].eq("Y"), NO_TEXT
            ),
            "line": rows["line"],
        }
    )
    adex = pd.concat([adex, added], axis=1)
    adex["GUIDRSN"] = adex["GUIDRSN"].where(rows["regimen_id"].isin(known.index), LOCAL)
    for column in ("GUIDFL", "RECID", "MTBREVID", "TRTGRP"):
        adex[column] = adex[column].astype(object).where(adex[column].notna(), NO_TEXT)
    return with_source(adex, "treatments", "start_date").drop(columns="line")
