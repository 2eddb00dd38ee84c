"""Matching score: how much of the tumour's alterations the guided regimen addresses. SAP 14.2.7.4.

Score = matched alterations / all alterations reported at the first profile, for the first guided
regimen of a patient. An alteration is matched if a recommendation on or before the first dose names
it and every drug of that recommendation is in the regimen. One alteration reported by two tests
(same gene, kind and protein change) counts once. Rule of I-PREDICT (Sicklick 2019) and WINTHER
(Rodon 2019) as the plan states it. Guided by a biomarker alone, or by the second profile alone, has
no score: nothing of the first profile is matched by name, and a zero would say more than is known.
"""

from __future__ import annotations

import pandas as pd

from analysis.endpoints.systemic_treatment import DrugNames
from analysis.params import Rules

SCORED = "scored"
BIOMARKER_ONLY = "guided by a biomarker alone"
SECOND_ONLY = "guided by the second profile alone"
NO_ALTERATION = "no alteration reported at the first profile"
UNSCORED = (BIOMARKER_ONLY, SECOND_ONLY, NO_ALTERATION)

ALTERATION = ["USUBJID", "GENE", "ALTTYPE", "HGVSP"]


def _guiding(regimens: pd.DataFrame, admb: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Linked recommendations that the first guided regimen follows (one row each)."""
    names = DrugNames(rules.guided.equivalent_drugs)
    linked = admb[admb["LINKFL"].eq("Y")]
    pairs = linked[["USUBJID", "RECID", "DRUG", "REVDT", "VARID", "PROFNUM"]].merge(
        regimens[["USUBJID", "TRT", "ASTDT", "REGREC"]], on="USUBJID", how="inner"
    )
    every = [
        bool(names.of(want)) and names.of(want) <= names.of(got)
        for want, got in zip(pairs["DRUG"], pairs["TRT"], strict=True)
    ]
    # the recommendation that made it guided counts under `any_drug` as well
    follows = pd.Series(every, index=pairs.index, dtype=bool) | pairs["RECID"].eq(pairs["REGREC"])
    return pairs[follows & (pairs["REVDT"] <= pairs["ASTDT"])]


def first_guided_regimen(adex: pd.DataFrame) -> pd.DataFrame:
    """First guided regimen of each guided patient: USUBJID TRT ASTDT and REGREC (its RECID)."""
    guided = adex[adex["GUIDFL"].eq("Y")].sort_values(["USUBJID", "EXSEQ"], kind="stable")
    first = guided.drop_duplicates("USUBJID")
    return first.rename(columns={"RECID": "REGREC"}).reset_index(drop=True)


def derive_matching_score(
    adex: pd.DataFrame, admb: pd.DataFrame, adgn: pd.DataFrame, rules: Rules
) -> pd.DataFrame:
    """Matching score of every guided patient.

    Parameters
    ----------
    adex, admb, adgn : DataFrame
        Analysis datasets.
    rules : Rules
        ``guided.equivalent_drugs``.

    Returns
    -------
    DataFrame
        One row per guided patient: USUBJID, MATCHED and REPORTED (alterations), SCORE (0..1,
        missing where there is none) and STATUS (``scored`` or why not).
    """
    regimens = first_guided_regimen(adex)
    guiding = _guiding(regimens, admb, rules)
    profile = adgn[adgn["PROFNUM"].eq(1)]
    named = profile["VARID"].isin(guiding["VARID"].dropna())
    by = regimens["USUBJID"]

    def number(rows: pd.DataFrame) -> pd.Series:
        distinct = rows.drop_duplicates(ALTERATION).groupby("USUBJID").size()
        return by.map(distinct).fillna(0).astype("Int64")

    matched, reported = number(profile[named]), number(profile)
    first = guiding[guiding["PROFNUM"].eq(1)]
    status = pd.Series(SCORED, index=by.index, dtype=object)
    status[reported.eq(0)] = NO_ALTERATION
    status[matched.eq(0) & by.isin(first["USUBJID"])] = BIOMARKER_ONLY
    status[matched.eq(0) & ~by.isin(first["USUBJID"])] = SECOND_ONLY
    score = (matched / reported.where(reported > 0)).astype("Float64")
    return pd.DataFrame(
        {
            "USUBJID": by,
            "MATCHED": matched,
            "REPORTED": reported,
            "SCORE": score.where(status.eq(SCORED)),
            "STATUS": status,
        }
    )
