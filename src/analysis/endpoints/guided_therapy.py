"""Therapy guided by tumour molecular characteristics: derived, never typed. SAP D8, section 2.

A systemic regimen is guided if every drug of one MTB recommendation is in it, the review that made
the recommendation is dated on or before the first dose (the same day counts), and the
recommendation names a variant or a biomarker. Drugs beyond the recommendation are allowed and said.
The decision (accepted, declined) is ignored. A drug started before the review and continued after
it stays not guided, also where the registry enters the continuation as a regimen of its own: a
recommendation that an earlier regimen, running on the day of the review, met already did not guide
the later one. What had ended before the review and is taken up again on its advice is guided.
"""

from __future__ import annotations

import pandas as pd

from analysis.dates import UNIT
from analysis.endpoints.systemic_treatment import DrugNames
from analysis.missing import NO_TEXT
from analysis.params import Rules

GUIDED = "guided: every recommended drug, review on or before first dose"
GUIDED_ANY = "guided: a recommended drug, review on or before first dose"
GUIDED_MORE = "guided: every recommended drug and further ones, review on or before first dose"
BEFORE_REVIEW = "concordant, before the review"
PARTIAL = "not every recommended drug"
NO_TARGET = "recommended without a variant or biomarker"
OTHER_DRUG = "not among the recommended drugs"
NO_RECOMMENDATION = "no recommendation on or before first dose"
LOCAL = "local therapy"

# Which reason stands where several recommendations fail, the nearest to guided first.
_NOT_GUIDED = (BEFORE_REVIEW, PARTIAL, NO_TARGET, OTHER_DRUG, NO_RECOMMENDATION)


def linked_recommendations(extracts: dict[str, pd.DataFrame], rules: Rules) -> pd.DataFrame:
    """Recommendations with their review, profile, and whether they name a variant or a biomarker.

    Returns
    -------
    DataFrame
        One row per recommendation: its raw columns and ``review_date``, ``conclusion``,
        ``test_id``, ``profile_number``, ``collection_date`` (of the specimen), ``linked`` (bool)
        and ``recommended`` (frozenset of drugs).
    """
    reviews = extracts["mtb_reviews"][["review_id", "test_id", "review_date", "conclusion"]]
    tests = extracts["sequencing"][["test_id", "specimen_id", "profile_number"]]
    specimens = extracts["biopsies"][["specimen_id", "collection_date"]]
    joined = (
        extracts["mtb_recommendations"]
        .merge(reviews, on="review_id", how="left", validate="m:1")
        .merge(tests, on="test_id", how="left", validate="m:1")
        .merge(specimens, on="specimen_id", how="left", validate="m:1")
    )
    names = DrugNames(rules.guided.equivalent_drugs)
    return joined.assign(
        linked=joined["variant_id"].notna() | joined["biomarker"].notna(),
        recommended=joined["drug"].map(names.of).astype(object),
    )


def _pairs(regimens: pd.DataFrame, recommendations: pd.DataFrame, match: str) -> pd.DataFrame:
    """Every regimen beside every recommendation of its patient, and how the two fit."""
    columns = [
        "patient_id",
        "recommendation_id",
        "review_id",
        "review_date",
        "profile_number",
        "collection_date",
        "rank",
        "linked",
        "recommended",
    ]
    pairs = regimens[["patient_id", "regimen_id", "start_date", "drugs"]].merge(
        recommendations[columns], on="patient_id", how="inner"
    )
    given = list(zip(pairs["drugs"], pairs["recommended"], strict=True))
    every = pd.Series([bool(want) and want <= got for got, want in given], dtype=bool)
    some = pd.Series([bool(want & got) for got, want in given], dtype=bool)
    pairs["matches"] = every if match == "all_drugs" else some
    pairs["shares"] = some
    pairs["exact"] = pd.Series([got == want for got, want in given], dtype=bool)
    pairs["every"] = every
    running = _running_at_review(pairs, regimens)
    pairs["in_time"] = (pairs["review_date"] <= pairs["start_date"]) & ~running
    return pairs


def _running_at_review(pairs: pd.DataFrame, regimens: pd.DataFrame) -> pd.Series:
    """Whether an earlier regimen met the recommendation and was running when it was reviewed."""
    met = pairs[pairs["matches"] & (pairs["start_date"] < pairs["review_date"])]
    if met.empty:
        return pd.Series(False, index=pairs.index)
    ends = met["regimen_id"].map(regimens.set_index("regimen_id")["end_date"]).astype(UNIT)
    running = met.loc[~(ends < met["review_date"]), "recommendation_id"]
    return pairs["recommendation_id"].isin(running)


def _reason(pairs: pd.DataFrame) -> pd.Series:
    """Why each regimen-recommendation pair does or does not make the regimen guided."""
    reason = pd.Series(NO_RECOMMENDATION, index=pairs.index, dtype=object)
    reason[pairs["in_time"]] = OTHER_DRUG
    reason[pairs["in_time"] & pairs["shares"] & pairs["linked"]] = PARTIAL
    reason[pairs["in_time"] & pairs["matches"] & ~pairs["linked"]] = NO_TARGET
    reason[~pairs["in_time"] & pairs["matches"] & pairs["linked"]] = BEFORE_REVIEW
    guided = pairs["in_time"] & pairs["matches"] & pairs["linked"]
    reason[guided & pairs["every"]] = GUIDED_MORE
    reason[guided & ~pairs["every"]] = GUIDED_ANY
    reason[guided & pairs["exact"]] = GUIDED
    return reason


def classify_regimens(
    regimens: pd.DataFrame, recommendations: pd.DataFrame, rules: Rules
) -> pd.DataFrame:
    """Guided or not, why, and by which recommendation, for each systemic regimen.

    Parameters
    ----------
    regimens : DataFrame
        From `systemic_regimens`.
    recommendations : DataFrame
        From `linked_recommendations`.
    rules : Rules
        Uses ``guided.match``.

    Returns
    -------
    DataFrame
        `regimens` with GUIDFL ("Y" or missing), GUIDRSN, RECID, MTBREVID, PROFNUM and
        ``collection_date`` of the profile behind it. Where several recommendations make a regimen
        guided, the most recent review stands; then the exact set of drugs, the rank, the id.
    """
    pairs = _pairs(regimens, recommendations, rules.guided.match)
    pairs["reason"] = _reason(pairs)
    pairs["guided"] = pairs["reason"].isin([GUIDED, GUIDED_MORE, GUIDED_ANY])
    pairs["nearness"] = pairs["reason"].map({r: i for i, r in enumerate(_NOT_GUIDED)}).fillna(-1)
    best = pairs.sort_values(
        ["regimen_id", "nearness", "review_date", "exact", "rank", "recommendation_id"],
        ascending=[True, True, False, False, True, True],
        kind="stable",
    ).drop_duplicates("regimen_id")
    best = best.set_index("regimen_id")
    behind = best["reason"].isin([OTHER_DRUG, NO_RECOMMENDATION])
    ids = regimens["regimen_id"]
    named = best[~behind]  # a recommendation that shares nothing is not "behind" the regimen
    return regimens.assign(
        GUIDFL=ids.map(best["guided"])
        .map({True: "Y"})
        .astype(object)
        .where(lambda s: s.notna(), NO_TEXT),
        GUIDRSN=ids.map(best["reason"]).fillna(NO_RECOMMENDATION),
        RECID=_or_none(ids.map(named["recommendation_id"])),
        MTBREVID=_or_none(ids.map(named["review_id"])),
        PROFNUM=ids.map(named["profile_number"]).astype("Int64"),
        collection_date=ids.map(named["collection_date"]).astype(UNIT),
        review_date=ids.map(named["review_date"]).astype(UNIT),
    )


def _or_none(values: pd.Series) -> pd.Series:
    return values.astype(object).where(values.notna(), NO_TEXT)


def guided_by_second_profile(
    regimens: pd.DataFrame, recommendations: pd.DataFrame, failure_date: pd.Series, rules: Rules
) -> pd.Series:
    """Patients with a regimen guided by the second profile (GUID2FL), by patient_id.

    The review is of a profile-2 test whose specimen was collected on or after the failure of guided
    therapy (TFAILDT), and the regimen starts on or after that review.

    Parameters
    ----------
    regimens, recommendations : DataFrame
        From `systemic_regimens` and `linked_recommendations`.
    failure_date : Series of datetime64
        TFAILDT by patient_id.

    Returns
    -------
    Series of datetime64
        First dose of the first such regimen, by patient_id.
    """
    second = recommendations[recommendations["profile_number"].eq(2).fillna(False).astype(bool)]
    pairs = _pairs(regimens, second, rules.guided.match)
    failed = pairs["patient_id"].map(failure_date).astype(UNIT)
    holds = (
        pairs["matches"] & pairs["linked"] & pairs["in_time"] & (pairs["collection_date"] >= failed)
    )
    return pairs[holds].groupby("patient_id")["start_date"].min().astype(UNIT)
