"""ADTR: tumour measurements, one row per patient, assessment and parameter. SAP 14.2.1.

SUMDIAM is the sum of the target diameters, NTARGET how many targets were measured, LDIAM the
diameter of each target lesion that enters the sum. The sum of an assessment at which a target was
not measured is missing and never the nadir. Baseline, nadir and sums are those of the endpoints
(`analysis.endpoints.tumour_baseline`, `target_response`): computed once, shown here.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.datasets.source import STUDYID
from analysis.endpoints.lesions import (
    INVESTIGATOR,
    as_micrometres,
    as_millimetres,
    of_assessor,
    read_lesions,
)
from analysis.endpoints.target_response import derive_target_response, sum_targets
from analysis.endpoints.tumour_baseline import find_baseline
from analysis.missing import NO_TEXT
from analysis.params import Rules
from analysis.visits import anchor_dates, assign_visits
from schemas.terminology import ASSESSOR

TABLE = "tumour_lesions"
_COLUMNS = [
    "STUDYID",
    "USUBJID",
    "PARAMCD",
    "AVAL",
    "BASE",
    "CHG",
    "PCHG",
    "NADIR",
    "PCHGNAD",
    "AVISIT",
    "AVISITN",
    "ADT",
    "ADY",
    "LESID",
    "BASEFL",
    "BASEWIN",
    "ANL01FL",
    "SRCDOM",
    "SRCVAR",
    "SRCFILE",
    "SRCROW",
]


def _changes(rows: pd.DataFrame) -> pd.DataFrame:
    """CHG and PCHG from baseline, after baseline only; PCHGNAD from the nadir before."""
    after = rows["ADT"] > rows["BASEDT"]
    aval, base, nadir = (
        pd.Series(as_micrometres(rows[name]), rows.index) for name in ("AVAL", "BASE", "NADIR")
    )
    change = (aval - base).where(after)
    return rows.assign(
        CHG=as_millimetres(change),
        PCHG=100 * change / base.where(base > 0),
        PCHGNAD=100 * (aval - nadir) / nadir.where(nadir > 0),
    )


def _sum_rows(lesions: pd.DataFrame, anchors: pd.Series, rules: Rules) -> pd.DataFrame:
    """SUMDIAM and NTARGET rows."""
    sums = sum_targets(lesions, anchors, rules)
    after = sums[sums["ADT"] > sums["BASEDT"]]
    nadir = derive_target_response(after, rules)[["USUBJID", "ADT", "NADIR"]]
    sums = sums.merge(nadir, how="left", on=["USUBJID", "ADT"])
    sums["BASE"] = sums["BASE"].where(sums["ADT"] >= sums["BASEDT"])
    diameters = sums.assign(PARAMCD="SUMDIAM", AVAL=sums["AVAL"].where(sums["COMPLETE"]))
    number_at_baseline = sums["NEXPECT"].where(sums["ADT"] >= sums["BASEDT"]).astype("float64")
    numbers = sums.assign(
        PARAMCD="NTARGET",
        AVAL=sums["NTARGET"].astype("float64"),
        BASE=number_at_baseline,
        NADIR=np.nan,
    )
    return pd.concat([diameters, numbers], ignore_index=True).assign(
        LESID=None, SRCVAR="diameter_mm", SRCROW=pd.array([pd.NA] * (2 * len(sums)), dtype="Int64")
    )


def _lesion_rows(lesions: pd.DataFrame, baseline: pd.DataFrame) -> pd.DataFrame:
    """LDIAM rows, one per target lesion and assessment."""
    rows = lesions[lesions["ROLE"].eq("target")].merge(
        baseline, how="left", left_on="USUBJID", right_index=True
    )
    at_baseline = rows.loc[rows["ADT"].eq(rows["BASEDT"]), ["USUBJID", "LESID", "DIAM"]]
    rows = rows.merge(
        at_baseline.rename(columns={"DIAM": "BASE"}), how="left", on=["USUBJID", "LESID"]
    )
    rows["BASE"] = rows["BASE"].where(rows["ADT"] >= rows["BASEDT"])
    after = rows["ADT"] > rows["BASEDT"]
    since = rows["DIAM"].where(rows["ADT"] >= rows["BASEDT"])
    by_lesion = [rows["USUBJID"], rows["LESID"]]
    smallest = since.groupby(by_lesion).cummin().groupby(by_lesion).ffill()
    return rows.assign(
        PARAMCD="LDIAM",
        AVAL=as_millimetres(rows["DIAM"]),
        BASE=as_millimetres(rows["BASE"]),
        NADIR=as_millimetres(smallest.groupby(by_lesion).shift().where(after)),
        SRCVAR="diameter_mm",
        SRCROW=rows["line"].astype("Int64"),
    )


def _among(rows: pd.DataFrame, others: pd.DataFrame) -> pd.Series:
    """Which rows are assessments of `others` (bool)."""
    mine, theirs = (pd.MultiIndex.from_frame(frame[["USUBJID", "ADT"]]) for frame in (rows, others))
    return pd.Series(mine.isin(theirs), index=rows.index)


def build_adtr(lesions: pd.DataFrame, adsl: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Tumour measurements.

    Parameters
    ----------
    lesions : DataFrame
        Raw ``tumour_lesions`` with ``line``.
    adsl : DataFrame
        One row per patient: USUBJID, TRTSDT. A patient never treated keeps the rows, without study
        day, visit and baseline.
    rules : Rules

    Returns
    -------
    DataFrame
        Sorted by USUBJID, ADT, PARAMCD, LESID. AVAL, BASE, CHG, NADIR in mm (NTARGET: lesions),
        PCHG and PCHGNAD in percent (missing from 0). NADIR is the smallest complete value before
        the assessment, baseline included. BASEFL "Y" on the baseline assessment; BASEWIN "28", or
        "42" for a baseline 29 to 42 days before treatment, on every row of the patient. ANL01FL
        "Y" on the assessment that stands for its visit: the nearest at which every target was
        measured, else the nearest. TREVAL: who read the scan.
    """
    parts = [
        _of_assessor(read_lesions(lesions, rules, assessor), adsl, rules).assign(TREVAL=assessor)
        for assessor in assessors_of(lesions)
    ]
    return pd.concat(parts, ignore_index=True).sort_values(
        ["USUBJID", "ADT", "PARAMCD", "LESID", "TREVAL"], kind="stable", ignore_index=True
    )


def assessors_of(lesions: pd.DataFrame) -> list[str]:
    """Who read any scan, in the order of the codes; the investigator always."""
    others = [name for name in ASSESSOR[1:] if len(of_assessor(lesions, name))]
    return [INVESTIGATOR, *others]


def _of_assessor(frame: pd.DataFrame, adsl: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Rows of one assessor, by the same rules for each."""
    anchors = anchor_dates(adsl, "TRTSDT")
    baseline = find_baseline(frame, anchors, rules)
    parts = [_sum_rows(frame, anchors, rules), _lesion_rows(frame, baseline)]
    rows = _changes(pd.concat([part for part in parts if len(part)] or parts, ignore_index=True))
    at_baseline = rows["ADT"].eq(rows["BASEDT"])
    key = ["USUBJID", "ADT"]
    summed = rows[rows["PARAMCD"].eq("SUMDIAM") & rows["AVAL"].notna()]
    assessed = frame[key].drop_duplicates(ignore_index=True)
    visits = assign_visits(
        assessed,
        anchors,
        rules,
        baseline=baseline["BASEDT"],
        complete=_among(assessed, summed),
    )
    rows = rows.merge(visits, how="left", on=key).assign(
        STUDYID=STUDYID,
        BASEFL=pd.Series("Y", index=rows.index, dtype=object).where(at_baseline, NO_TEXT),
        BASEWIN=rows["BASEWIN"].astype(object).where(rows["BASEWIN"].notna(), NO_TEXT),
        SRCDOM=TABLE,
        SRCFILE=f"{TABLE}.csv",
    )
    return rows[_COLUMNS]
