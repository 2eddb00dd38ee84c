"""T14.1.6 and F14.1.6: what became of recommended therapy, and why it was not given. SAP 14.1.

T14.1.6: every patient with a guided therapy recommended at the first profile stands in one row:
given, on the drug already at the review, pending, or the primary reason. Pending: the patient's
study goes on at the cut, and at least one recommendation has neither been declined nor has a reason
that kept the therapy from starting. Else the reason is the first, in the order of
`rules.molecular.reason_order`, of those recorded for any of the patient's recommendations; where
none is recorded, the end of the patient's study says it (`rules.molecular.reason_if_unrecorded`),
else it is unknown.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.datasets import Datasets
from analysis.endpoints.guided_therapy import BEFORE_REVIEW
from analysis.missing import NO_TEXT
from analysis.params import Rules
from analysis.tabulation.groups import in_set

GIVEN, PENDING = "given", "pending"
CONTINUED = "already running at the review"
# Reasons in words; others as they are coded.
_WORDS = {
    "access_or_cost": "Access or cost",
    "patient_choice": "Patient's choice",
    "clinician_choice": "Clinician's choice",
    "trial_unavailable": "Trial unavailable",
    "lost": "Lost to follow-up",
    "other": "Other reason",
    "unknown": "Not known",
    CONTINUED: "Already on it at the review (not guided)",
}
RECORDED, INFERRED, NEITHER = "recorded", "from the end of the study", "neither"


def in_words(reason: str) -> str:
    """A reason why recommended therapy was not given, as a reader sees it."""
    return _WORDS.get(reason, f"{reason[:1].upper()}{reason[1:]}")


def first_profile_recommendations(admb: pd.DataFrame) -> pd.DataFrame:
    """Recommendations of first-profile reviews that name a variant or a biomarker."""
    return admb[admb["PROFNUM"].eq(1) & admb["LINKFL"].eq("Y")]


def first_known(first: pd.Series, *others: pd.Series | str) -> pd.Series:
    """Of each row the first text that is there; of columns that may hold none at all."""
    found = first.astype(object)
    for other in others:
        found = found.where(found.notna(), other)
    return found


def not_given(data: Datasets, rules: Rules) -> pd.DataFrame:
    """One row per patient with guided therapy recommended: what became of it.

    Parameters
    ----------
    data : mapping of DataFrame
        ``adsl``, ``admb`` and ``adex``.
    rules : Rules
        ``molecular.reason_order`` and ``molecular.reason_if_unrecorded``.

    Returns
    -------
    DataFrame
        USUBJID, FATE (``given``, ``already running at the review``, ``pending`` or a reason), FROM
        (how the reason is known, for a reason only) and LATER ("Y" where a guided therapy came all
        the same, by another than a first-profile recommendation).
    """
    adsl = in_set(data["adsl"], "RECTGFL").set_index("USUBJID")
    linked = first_profile_recommendations(data["admb"])
    by_guided, running = _received(linked, data["adex"])
    given = adsl.index.isin(linked.loc[by_guided, "USUBJID"])
    on_it = ~given & adsl.index.isin(linked.loc[running, "USUBJID"])
    # a reason beside an accepted recommendation is what kept the therapy from starting
    unanswered = linked["DECISN"].ne("declined") & linked["DECRSN"].isna() & ~running
    waits = adsl.index.isin(linked.loc[unanswered, "USUBJID"])
    pending = adsl["EOSSTT"].eq("ONGOING") & waits
    recorded = _primary_reason(linked, rules).reindex(adsl.index)
    inferred = adsl["DCSREAS"].map(rules.molecular.reason_if_unrecorded)
    reason = first_known(recorded, inferred, "unknown")
    known = np.select([recorded.notna(), inferred.notna()], [RECORDED, INFERRED], NEITHER)
    fate = np.select([given, pending, on_it], [GIVEN, PENDING, CONTINUED], reason)
    open_or_given = given | on_it | pending.to_numpy()
    return pd.DataFrame(
        {
            "USUBJID": adsl.index,
            "FATE": fate,
            "FROM": np.where(open_or_given, NO_TEXT, known),
            "LATER": np.where(~given & adsl["GUIDFL"].eq("Y"), "Y", NO_TEXT),
        }
    )


def _received(linked: pd.DataFrame, adex: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Whether a regimen guided by each recommendation was given, and whether one was running.

    A drug running at the review did not come of it, also where its continuation is a regimen of its
    own (DECISIONS 31). Where a reason for not giving it is recorded, that reason stands.
    """
    guided = adex[adex["GUIDFL"].eq("Y")]
    starts = pd.MultiIndex.from_frame(guided[["USUBJID", "ASTDT"]])
    on_that_day = pd.MultiIndex.from_frame(linked[["USUBJID", "RECVDT"]]).isin(starts)
    got = linked["RECVFL"].eq("Y")
    by_guided = linked["RECID"].isin(guided["RECID"].dropna()) | (got & on_that_day)
    before = adex[adex["GUIDRSN"].eq(BEFORE_REVIEW)].merge(
        linked[["RECID", "REVDT", "DECRSN"]], on="RECID"
    )
    open_ended = ~(before["AENDT"] < before["REVDT"]) & before["DECRSN"].isna()
    concordant = linked["RECID"].isin(before.loc[open_ended, "RECID"])
    return by_guided, ~by_guided & (got | concordant)


def _primary_reason(linked: pd.DataFrame, rules: Rules) -> pd.Series:
    """First of the recorded reasons of each patient, in the order of the plan."""
    place = {reason: i for i, reason in enumerate(rules.molecular.reason_order)}
    coded = linked[linked["DECRSN"].notna()]
    first = coded["DECRSN"].map(place).groupby(coded["USUBJID"]).min()
    return first.map(dict(enumerate(rules.molecular.reason_order))).astype(object)
