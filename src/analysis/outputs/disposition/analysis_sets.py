"""T14.1.2: patients in each analysis set, and one exclusive reason for each who is not.

Every stage is the next one plus those who did not go on, each for one reason (`funnel_steps`);
pending are those for whom that very step is still open.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.datasets import Datasets
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import count, rounded
from analysis.displays.table import Column, Row, Table
from analysis.endpoints.pfs_ratio import WITHOUT_PFS1
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.origin import of_one_origin
from analysis.params import Rules
from analysis.tabulation.groups import SET_LABELS
from analysis.tabulation.proportion import add_share
from schemas.terminology import LOCAL_CLASSES

OUTPUT = "T14.1.2"
NEEDS = ()
LOCAL_ONLY = "local therapy only (radiotherapy, surgery)"
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


def with_local_therapy(data: Datasets) -> pd.DataFrame:
    """ADSL with LOCALTRT (bool: any radiotherapy or surgery), as the exclusions read it."""
    local = data["adex"].loc[data["adex"]["THERCLS"].isin(LOCAL_CLASSES), "USUBJID"]
    return data["adsl"].assign(LOCALTRT=data["adsl"]["USUBJID"].isin(local))


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> EstimateRows:
    """T14.1.2: patients in each analysis set, and one exclusive reason for each who is not.

    Returns
    -------
    EstimateRows
        Analysis "set" (n, N, pct of enrolled) and "excluded" (n by reason); parameter = flag. The
        members of a set and its reasons add up to the enrolled.
    """
    adsl = with_local_therapy(data)
    rows = EstimateRows(OUTPUT, "ENRLFL")
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


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (sets_table(rows, rules),)


def sets_table(rows: EstimateRows, rules: Rules) -> Table:
    """T14.1.2: each analysis set and the exclusive reasons of those outside it."""
    estimates = Numbers(rows)
    decimals = rules.display.percent_decimals
    frame = estimates.frame
    body = []
    for flag in pd.unique(frame["parameter"]):
        (label,) = estimates.categories("set", flag)
        body.append(_share_row(estimates, "set", flag, label, decimals, strong=True))
        body += [
            _share_row(estimates, "excluded", flag, reason, decimals, indent=1)
            for reason in estimates.categories("excluded", flag)
        ]
    columns = (Column("n"), Column("% of enrolled"))
    notes = ("Reasons are exclusive: each patient outside a set stands at the first that holds.",)
    return Table(rows.output_id, "Analysis set", columns, tuple(body), notes)


def _share_row(estimates: Numbers, analysis, parameter, category, decimals, **look) -> Row:
    place: dict[str, Any] = {"parameter": parameter, "category": category}
    n = estimates.get("n", analysis, **place)
    share = estimates.get("pct", analysis, **place)
    return Row(category, (count(n), rounded(share, decimals)), **look)
