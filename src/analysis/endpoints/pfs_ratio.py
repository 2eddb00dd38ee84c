"""The line before guided therapy, for the PFS ratio PFS2/PFS1. SAP 1 (PFSRFL), 14.2.4.4.

PFS1 is the progression-free time on the systemic line immediately before the first guided dose: a
regimen after enrolment if there was one, else the last prior line. One criterion says where it ends
(`endpoints.line_progression`); the start of the next line is the first guided dose.
"""

from __future__ import annotations

import pandas as pd

from analysis.dates import UNIT
from analysis.endpoints.line_progression import WITHOUT_PFS1 as ON_THE_LINE
from analysis.endpoints.line_progression import Span, line_times
from analysis.endpoints.systemic_treatment import last_before
from analysis.params import Rules

NO_LINE = "no systemic line before guided therapy"
_BEFORE = "line before: "
# Why a guided patient has no PFS1 (PFS1RSN of ADSL), each excluding the others.
WITHOUT_PFS1 = (NO_LINE, *(f"{_BEFORE}{why}" for why in ON_THE_LINE))
_TIMES = ["PFS1", "PFS1RSN", "PFS1ORFL", "PFS1END", "PFS1STOP"]


def _bridging(adex: pd.DataFrame, guided: pd.Series, progressions: pd.DataFrame) -> pd.DataFrame:
    """PFS1 of the regimen after enrolment that precedes guided therapy."""
    systemic = adex[adex["TRTGRP"].notna()].sort_values(["USUBJID", "EXSEQ"], kind="stable")
    before = last_before(systemic["USUBJID"], systemic["ASTDT"], guided)
    last = systemic[before].set_index("USUBJID")
    following = guided.reindex(last.index).astype(UNIT)
    seen = progressions[progressions["USUBJID"].isin(last.index)]
    on_line = seen["ADT"] > seen["USUBJID"].map(last["ASTDT"]).astype(UNIT)
    on_line &= seen["ADT"] <= seen["USUBJID"].map(following).astype(UNIT)
    first = seen[on_line].groupby("USUBJID")["ADT"].min().reindex(last.index).astype(UNIT)
    dates = (last["ASTDT"], first, last["AENDT"].astype(UNIT), following)
    start, progression, end, next_line = map(Span.of_days, dates)
    times = line_times(start, progression, end, next_line, last["STOPRSN"])
    return times[_TIMES].assign(PFS1SRC="adex", PFS1LINE=last["EXSEQ"])


def _last_prior(adcm: pd.DataFrame, systemic_classes: tuple[str, ...]) -> pd.DataFrame:
    """PFS1 of the last systemic prior line."""
    systemic = adcm[adcm["THERCLS"].isin(systemic_classes)]
    last = systemic.sort_values(["USUBJID", "LINE"], kind="stable")
    last = last.drop_duplicates("USUBJID", keep="last").set_index("USUBJID")
    return last[_TIMES].assign(PFS1SRC="adcm", PFS1LINE=last["LINE"].astype("Int64"))


def derive_pfs1(
    guided_start: pd.Series,
    adex: pd.DataFrame,
    adcm: pd.DataFrame,
    progressions: pd.DataFrame,
    rules: Rules,
) -> pd.DataFrame:
    """PFS on the line before guided therapy.

    Parameters
    ----------
    guided_start : Series of datetime64
        GUIDDT by USUBJID, guided patients only.
    adex, adcm : DataFrame
        Analysis datasets.
    progressions : DataFrame
        Every progression after the start of the regimen before guided therapy, judged against the
        last scan before that regimen: USUBJID, ADT.
    rules : Rules
        ``treatment.systemic_classes``.

    Returns
    -------
    DataFrame
        Indexed by USUBJID, one row per guided patient: PFS1 (days, missing where the line before
        did not end by progression or its dates are not known), PFS1RSN (why missing), PFS1ORFL,
        PFS1END and PFS1STOP (`line_times`), PFS1SRC (adex, adcm or missing: no line), PFS1LINE
        (EXSEQ or LINE).
    """
    bridging = _bridging(adex, guided_start, progressions)
    prior = _last_prior(adcm, rules.treatment.systemic_classes)
    prior = prior[~prior.index.isin(bridging.index)]
    parts = [part for part in (bridging, prior) if len(part)]
    found = pd.concat(parts or [prior]).reindex(guided_start.index)
    why = _BEFORE + found["PFS1RSN"].astype(object)
    return found.assign(PFS1RSN=why.mask(found["PFS1SRC"].isna(), NO_LINE))
