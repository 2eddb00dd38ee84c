"""T14.1.1, F14.1.1 and T14.1.2: the molecular work-up as a funnel, and the analysis sets. SAP 14.1.

Every stage is the next one plus those who did not go on, each for one reason (`funnel_steps`);
pending are those for whom that very step is still open.
"""

from __future__ import annotations

import pandas as pd

from analysis.endpoints.pfs_ratio import WITHOUT_PFS1
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.funnel_steps import (
    FUNNEL,
    OPEN,
    SECOND,
    STEPS,
    joined,
    not_gone_on,
    reached,
)
from analysis.outputs.groups import SET_LABELS, in_set
from analysis.outputs.proportion import add_share
from schemas.terminology import LOCAL_CLASSES

LOCAL_ONLY = "local therapy only (radiotherapy, surgery)"


def mtb_funnel(data, rules, output_id: str = "T14.1.1") -> EstimateRows:
    """Stages of the work-up: who reached each, who did not go on and why, who still can.

    Parameters
    ----------
    data : mapping of DataFrame
        ``adsl``, ``adngs``, ``admb`` and ``adex``.
    rules : Rules
        ``molecular.reason_order`` and ``molecular.reason_if_unrecorded``.
    output_id : str
        F14.1.1 prints the same rows under its own id.

    Returns
    -------
    EstimateRows
        Parameter = ADSL flag. Analyses "of enrolled" and "of previous stage" (the second profile:
        of those whose guided therapy failed); "not gone on" (n, N, pct of the stage before, by
        exclusive reason), "pending at cut" (those of them for whom this step is still open; none
        where a step is never awaited) and "joined" (reached without the stage before). N of "not
        gone on" = its patients + the patients of the stage - those who joined.
    """
    adsl = data["adsl"]
    rows = EstimateRows(output_id, "ENRLFL")
    first = Cell("of enrolled", parameter=FUNNEL[0][0], category=FUNNEL[0][1])
    add_share(rows, first, in_set(adsl, "ENRLFL")["USUBJID"], adsl["USUBJID"])
    left = not_gone_on(data, rules)
    for step in STEPS:
        _stage(rows, data, step)
        mine = left[left["FLAG"].eq(step.flag)]
        _who_left(rows, data, step, mine, step.reasons(rules))
    return rows


def _stage(rows: EstimateRows, data, step) -> None:
    """Who reached a stage: of the enrolled, and of those of whom it is asked."""
    adsl = data["adsl"]
    asked = "TFAILFL" if step.flag == SECOND[0] else step.base
    there, base = reached(data, step.flag), adsl[asked].eq("Y")
    cell = {"parameter": step.flag, "category": step.label}
    who = adsl["USUBJID"]
    add_share(rows, Cell("of enrolled", **cell), who[there], who)
    previous = Cell("of previous stage", **cell)
    add_share(rows, previous, who[there & base], who[base], analysis_set=asked)
    rows.count(Cell("joined", **cell), joined(data, step))


def _who_left(rows: EstimateRows, data, step, left: pd.DataFrame, reasons) -> None:
    """Reasons of those who did not go on; open ones are pending."""
    base = in_set(data["adsl"], step.base)["USUBJID"]
    for reason in reasons:
        who = left.loc[left["WHY"].eq(reason), "USUBJID"]
        cell = Cell("not gone on", parameter=step.flag, category=reason)
        add_share(rows, cell, who, base, analysis_set=step.base)
        if reason == OPEN:
            rows.count(Cell("pending at cut", parameter=step.flag, category=step.label), who)


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
        *((why, lambda a, why=why: a["PFS1RSN"].eq(why)) for why in WITHOUT_PFS1),
    ),
    "PROFL": tuple(
        (reason, lambda a, reason=reason: a["PROXRSN"].eq(reason))
        for reason in ("no baseline form", "no later form: not due yet", "no later form")
    ),
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
