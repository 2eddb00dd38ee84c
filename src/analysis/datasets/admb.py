"""ADMB: one row per MTB recommendation, its evidence, the decision, and whether it was received."""

from __future__ import annotations

import pandas as pd

from analysis.datasets.source import flag, with_source
from analysis.dates import UNIT


def _received(recommendations: pd.DataFrame, regimens: pd.DataFrame) -> pd.Series:
    """First dose of a regimen with every recommended drug on or after the review, by id."""
    pairs = recommendations[
        ["patient_id", "recommendation_id", "review_date", "recommended"]
    ].merge(regimens[["patient_id", "start_date", "drugs"]], on="patient_id", how="inner")
    every = [
        bool(want) and want <= got
        for want, got in zip(pairs["recommended"], pairs["drugs"], strict=True)
    ]
    holds = pd.Series(every, index=pairs.index, dtype=bool) & (
        pairs["review_date"] <= pairs["start_date"]
    )
    return pairs[holds].groupby("recommendation_id")["start_date"].min().astype(UNIT)


def build_admb(
    recommendations: pd.DataFrame,
    decisions: pd.DataFrame,
    variants: pd.DataFrame,
    regimens: pd.DataFrame,
) -> pd.DataFrame:
    """Recommendations of the molecular tumour board.

    Parameters
    ----------
    recommendations : DataFrame
        From `linked_recommendations`.
    decisions, variants : DataFrame
        Raw ``mtb_decisions`` and ``variants`` after the cut.
    regimens : DataFrame
        From `systemic_regimens`.

    Returns
    -------
    DataFrame
        One row per recommendation: REVID REVDT CONCL RECID RANK DRUG THERCLS GENE VARID BIOMARK
        LINKFL EVSYS EVLVL EVVER PROFNUM DECISN (no record = pending) DECRSN DECDT RECVFL RECVDT
        and the source.
    """
    rows = recommendations.reset_index(drop=True)
    decided = decisions.drop_duplicates("recommendation_id").set_index("recommendation_id")
    genes = variants.drop_duplicates("variant_id").set_index("variant_id")["gene"]
    received = rows["recommendation_id"].map(_received(rows, regimens)).astype(UNIT)
    admb = pd.DataFrame(
        {
            "USUBJID": rows["patient_id"],
            "REVID": rows["review_id"],
            "REVDT": rows["review_date"],
            "CONCL": rows["conclusion"],
            "RECID": rows["recommendation_id"],
            "RANK": rows["rank"].astype("Int64"),
            "DRUG": rows["drug"],
            "THERCLS": rows["therapy_class"],
            "GENE": rows["variant_id"].map(genes),
            "VARID": rows["variant_id"],
            "BIOMARK": rows["biomarker"],
            "LINKFL": flag(rows["linked"]),
            "EVSYS": rows["evidence_system"],
            "EVLVL": rows["evidence_level"],
            "EVVER": rows["evidence_version"],
            "PROFNUM": rows["profile_number"].astype("Int64"),
            "DECISN": rows["recommendation_id"].map(decided["decision"]).fillna("pending"),
            "DECRSN": rows["recommendation_id"].map(decided["reason"]),
            "DECDT": rows["recommendation_id"].map(decided["decision_date"]).astype(UNIT),
            "RECVFL": flag(received.notna()),
            "RECVDT": received,
            "line": rows["line"],
        }
    )
    return with_source(admb, "mtb_recommendations", "recommendation_id").drop(columns="line")
