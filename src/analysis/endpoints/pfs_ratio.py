"""The line before guided therapy, for the PFS ratio PFS2/PFS1. SAP 1 (PFSRFL), 14.2.4.4.

PFS1 is the progression-free time on the systemic line immediately before the first guided dose: a
regimen after enrolment if there was one, else the last prior line. It counts only if that line
ended by progression and its dates are known to the month. PFS1 = progression - start + 1 days.
"""

from __future__ import annotations

import pandas as pd

from analysis.dates import UNIT, days_between


def _bridging(adex: pd.DataFrame, guided: pd.Series, progressions: pd.DataFrame) -> pd.DataFrame:
    """Last systemic regimen after enrolment and before the first guided dose, if any."""
    systemic = adex[adex["TRTGRP"].notna()]
    start = systemic["USUBJID"].map(guided).astype(UNIT)
    before = systemic[systemic["ASTDT"] < start].sort_values(["USUBJID", "EXSEQ"], kind="stable")
    last = before.drop_duplicates("USUBJID", keep="last").set_index("USUBJID")
    scans = progressions.merge(
        pd.DataFrame({"from": last["ASTDT"], "until": guided.reindex(last.index)}).rename_axis(
            None
        ),
        left_on="USUBJID",
        right_index=True,
    )
    inside = scans[(scans["ADT"] >= scans["from"]) & (scans["ADT"] <= scans["until"])]
    seen = inside.groupby("USUBJID")["ADT"].min().reindex(last.index).astype(UNIT)
    stopped = last["AENDT"].where(last["STOPRSN"].eq("progression"))
    progression = seen.fillna(stopped).astype(UNIT)
    return pd.DataFrame(
        {
            "PFS1": days_between(last["ASTDT"], progression),
            "PFS1SRC": "adex",
            "PFS1LINE": last["EXSEQ"],
        },
        index=last.index,
    )


def _last_prior(adcm: pd.DataFrame, systemic_classes: tuple[str, ...]) -> pd.DataFrame:
    """Last systemic prior line, with PFS1 where it was stopped for progression."""
    systemic = adcm[adcm["THERCLS"].isin(systemic_classes)]
    last = systemic.sort_values(["USUBJID", "LINE"], kind="stable")
    last = last.drop_duplicates("USUBJID", keep="last").set_index("USUBJID")
    return pd.DataFrame(
        {
            "PFS1": last["PFS1"].where(last["STOPRSN"].eq("progression")).astype("Int64"),
            "PFS1SRC": "adcm",
            "PFS1LINE": last["LINE"].astype("Int64"),
        },
        index=last.index,
    )


def derive_pfs1(
    guided_start: pd.Series,
    adex: pd.DataFrame,
    adcm: pd.DataFrame,
    progressions: pd.DataFrame,
    rules,
) -> pd.DataFrame:
    """PFS on the line before guided therapy.

    Parameters
    ----------
    guided_start : Series of datetime64
        GUIDDT by USUBJID, guided patients only.
    adex, adcm : DataFrame
        Analysis datasets.
    progressions : DataFrame
        Every assessment of progressive disease: USUBJID, ADT.
    rules : Rules
        ``treatment.systemic_classes``.

    Returns
    -------
    DataFrame
        Indexed by USUBJID, one row per guided patient: PFS1 (days, missing where the line before
        did not end by progression or its dates are not known), PFS1SRC (adex, adcm or missing),
        PFS1LINE (EXSEQ or LINE).
    """
    bridging = _bridging(adex, guided_start, progressions)
    prior = _last_prior(adcm, rules.treatment.systemic_classes)
    prior = prior[~prior.index.isin(bridging.index)]
    parts = [part for part in (bridging, prior) if len(part)]
    if not parts:
        parts = [prior]
    return pd.concat(parts).reindex(guided_start.index)
