"""Failure of guided therapy: resistance or intolerance. SAP section 1 (TFAILFL).

A guided regimen failed if the tumour progressed after its start and up to a number of days after
its end (`rules.guided.failure_window_days`), or it was stopped for progression or toxicity. The
date is the earliest of these. Progression makes it resistance, toxicity alone intolerance;
resistance wins.

Progression counts as for PFSG: strictly after the start, because a scan on the day of the first
dose precedes it. It is judged on the assessments after the first guided dose: a CR on the bridge
makes no later response a failure of guided therapy.
"""

from __future__ import annotations

import pandas as pd

from analysis.dates import UNIT, add_days
from analysis.params import Rules


def _window_progressions(guided: pd.DataFrame, progressions: pd.DataFrame, days: int) -> pd.Series:
    """Progressions seen during a guided regimen or shortly after it, by patient (all dates)."""
    pairs = guided.merge(progressions, on="USUBJID", how="inner")
    # the assessment may begin before the start although its last scan comes after it
    assessed = pairs["ASSDT"] if "ASSDT" in pairs else pairs["ADT"]
    closes = add_days(pairs["AENDT"], days)
    inside = (pairs["ADT"] > pairs["ASTDT"]) & (assessed > pairs["ASTDT"])
    inside &= closes.isna() | (pairs["ADT"] <= closes)
    return pairs[inside].set_index("USUBJID")["ADT"]


def derive_treatment_failure(
    adex: pd.DataFrame, progressions: pd.DataFrame, rules: Rules
) -> pd.DataFrame:
    """First failure of guided therapy.

    Parameters
    ----------
    adex : DataFrame
        USUBJID, ASTDT, AENDT, GUIDFL, STOPRSN.
    progressions : DataFrame
        Every progression after the first guided dose, judged on the assessments after it: USUBJID,
        ADT, ASSDT (assessment; where it is not given, ADT).
    rules : Rules
        ``guided.failure_window_days``.

    Returns
    -------
    DataFrame
        Indexed by USUBJID, for patients whose guided therapy failed: TFAILDT, TFAILRSN
        ("resistance" or "intolerance").
    """
    guided = adex[adex["GUIDFL"].eq("Y")]
    days = rules.guided.failure_window_days
    dates = [name for name in ("ADT", "ASSDT") if name in progressions]
    seen = _window_progressions(guided, progressions[["USUBJID", *dates]], days)
    stopped = guided[guided["STOPRSN"].isin(["progression", "toxicity"]) & guided["AENDT"].notna()]
    ends = stopped.set_index("USUBJID")
    resistant = set(seen.index) | set(ends.index[ends["STOPRSN"].eq("progression")])
    failures = pd.concat([seen, ends["AENDT"]])
    first = failures.groupby(level=0).min().astype(UNIT)
    reason = ["resistance" if patient in resistant else "intolerance" for patient in first.index]
    return pd.DataFrame(
        {"TFAILDT": first, "TFAILRSN": pd.Series(reason, first.index, dtype=object)}
    )
