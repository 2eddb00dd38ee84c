"""T14.1.1, F14.1.1 and T14.1.2: the molecular work-up as a funnel, and the analysis sets. SAP 14.1.

A patient who has not reached a stage is pending if the study of that patient is still going on at
the cut and the stage before was reached or is itself pending; otherwise the answer is final.
"""

from __future__ import annotations

import pandas as pd

from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.groups import SET_LABELS, in_set
from analysis.outputs.proportion import add_share
from analysis.outputs.second_profile import second_profile_after_failure
from schemas.terminology import LOCAL_CLASSES

FUNNEL = (
    ("ENRLFL", "Enrolled"),
    ("BIOPFL", "Tissue or blood obtained"),
    ("SEQFL", "Sequenced, quality control passed"),
    ("MTBFL", "Discussed by MTB"),
    ("ACTFL", "Intervenable variant"),
    ("RECTGFL", "Guided therapy recommended"),
    ("GUIDFL", "Guided therapy started"),
)
# A conclusion or a recommendation is part of the review: it is not awaited by itself.
NOT_AWAITED = ("ENRLFL", "ACTFL", "RECTGFL")
LOCAL_ONLY = "local therapy only (radiotherapy, surgery)"
SECOND = ("SEQ2FL", "Second NGS after failure of guided therapy")


def _stage(rows, flag, label, adsl, previous: str | None) -> None:
    enrolled = adsl["USUBJID"]
    reached = in_set(adsl, flag)["USUBJID"]
    cell = {"parameter": flag, "category": label}
    add_share(rows, Cell("of enrolled", **cell), reached, enrolled)
    if previous is not None:
        before = in_set(adsl, previous)["USUBJID"]
        both = reached[reached.isin(before)]
        add_share(rows, Cell("of previous stage", **cell), both, before, analysis_set=previous)


def mtb_funnel(data, rules, output_id: str = "T14.1.1") -> EstimateRows:
    """Stages of the work-up: n, % of enrolled, % of the previous stage, pending at the cut.

    Parameters
    ----------
    data : mapping of DataFrame
        ``adsl`` and ``adngs``.
    rules : Rules
        Not used: the stages are flags of ADSL.
    output_id : str
        F14.1.1 prints the same rows under its own id.

    Returns
    -------
    EstimateRows
        Analyses "of enrolled", "of previous stage", "pending at cut"; parameter = ADSL flag.
    """
    adsl = data["adsl"]
    rows = EstimateRows(output_id, "ENRLFL")
    ongoing = adsl["EOSSTT"].eq("ONGOING")
    awaited = ongoing & adsl["ENRLFL"].eq("Y")
    previous = None
    for flag, label in FUNNEL:
        _stage(rows, flag, label, adsl, previous)
        reached = adsl[flag].eq("Y")
        pending = awaited & ~reached
        if flag not in NOT_AWAITED:
            cell = Cell("pending at cut", parameter=flag, category=label)
            rows.count(cell, adsl.loc[pending, "USUBJID"])
        awaited = ongoing  # who still is in the study may still reach any later stage
        previous = flag
    _second_profile(rows, data, ongoing)
    return rows


def _second_profile(rows: EstimateRows, data, ongoing: pd.Series) -> None:
    """Second profile of a specimen taken on or after the failure: one taken before is not it."""
    adsl = data["adsl"]
    flag, label = SECOND
    failed = adsl["TFAILFL"].eq("Y")
    reached = adsl["USUBJID"].isin(second_profile_after_failure(data))
    cell = {"parameter": flag, "category": label}
    add_share(
        rows, Cell("of enrolled", **cell), adsl.loc[failed & reached, "USUBJID"], adsl["USUBJID"]
    )
    add_share(
        rows,
        Cell("of previous stage", **cell),
        adsl.loc[failed & reached, "USUBJID"],
        adsl.loc[failed, "USUBJID"],
        analysis_set="TFAILFL",
    )
    rows.count(Cell("pending at cut", **cell), adsl.loc[failed & ~reached & ongoing, "USUBJID"])


# Why a patient is not in a set: the first reason that holds, in this order.
EXCLUSIONS = {
    "SEQFL": (
        ("no specimen", lambda a: a["BIOPFL"].ne("Y")),
        ("no report that passed quality control", lambda a: a["SEQFL"].ne("Y")),
    ),
    "MTBFL": (
        ("not sequenced", lambda a: a["SEQFL"].ne("Y")),
        ("not discussed", lambda a: a["MTBFL"].ne("Y")),
    ),
    "ACTFL": (
        ("not discussed", lambda a: a["MTBFL"].ne("Y")),
        ("no review concluded intervenable", lambda a: a["ACTFL"].ne("Y")),
    ),
    "TRTFL": (
        (LOCAL_ONLY, lambda a: a["TRTFL"].ne("Y") & a["LOCALTRT"]),
        ("no systemic therapy yet, in follow-up", lambda a: a["NTSTAT"].eq("pending")),
        ("no systemic therapy, final", lambda a: a["NTSTAT"].eq("final")),
    ),
    "RSPEVLFL": (
        ("no systemic therapy", lambda a: a["TRTFL"].ne("Y")),
        ("no baseline scan in the window", lambda a: a["BLSCANFL"].ne("Y")),
        ("no measurable disease at baseline", lambda a: a["RSPEVLFL"].ne("Y")),
    ),
    "GUIDFL": (
        ("no systemic therapy", lambda a: a["TRTFL"].ne("Y")),
        ("no guided therapy recommended", lambda a: a["RECTGFL"].ne("Y")),
        ("recommended, not started", lambda a: a["GUIDFL"].ne("Y")),
    ),
    "TFAILFL": (
        ("not guided", lambda a: a["GUIDFL"].ne("Y")),
        ("guided, no failure by the cut", lambda a: a["TFAILFL"].ne("Y")),
    ),
    "PFSRFL": (
        ("not guided", lambda a: a["GUIDFL"].ne("Y")),
        (
            "line before guided therapy not ended by PD, or dates unknown",
            lambda a: a["PFSRFL"].ne("Y"),
        ),
    ),
    "PROFL": (("no baseline form, or no later one", lambda a: a["PROFL"].ne("Y")),),
}
SETS = ("ENRLFL", *EXCLUSIONS)


def with_local_therapy(data) -> pd.DataFrame:
    """ADSL with LOCALTRT (bool: any radiotherapy or surgery), as the exclusions read it."""
    local = data["adex"].loc[data["adex"]["THERCLS"].isin(LOCAL_CLASSES), "USUBJID"]
    return data["adsl"].assign(LOCALTRT=data["adsl"]["USUBJID"].isin(local))


def analysis_sets(data, rules) -> EstimateRows:
    """T14.1.2: patients in each analysis set, and one exclusive reason for each who is not.

    Returns
    -------
    EstimateRows
        Analysis "set" (n, N, pct of enrolled) and "excluded" (n by reason); parameter = flag. The
        members of a set and its reasons add up to the enrolled.
    """
    adsl = with_local_therapy(data)
    rows = EstimateRows("T14.1.2", "ENRLFL")
    enrolled = adsl["USUBJID"]
    for flag in SETS:
        inside = adsl[flag].eq("Y")
        label = SET_LABELS[flag]
        add_share(
            rows, Cell("set", parameter=flag, category=label), adsl.loc[inside, "USUBJID"], enrolled
        )
        left = ~inside
        for reason, holds in EXCLUSIONS.get(flag, ()):
            excluded = left & holds(adsl)
            cell = Cell("excluded", parameter=flag, category=reason)
            add_share(rows, cell, adsl.loc[excluded, "USUBJID"], enrolled)
            left = left & ~excluded
        if left.any():
            cell = Cell("excluded", parameter=flag, category="other")
            add_share(rows, cell, adsl.loc[left, "USUBJID"], enrolled)
    return rows
