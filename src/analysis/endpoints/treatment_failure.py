"""Failure of guided therapy: resistance or intolerance. SAP section 1 (TFAILFL).

A guided regimen failed if the tumour progressed from its start to a number of days after its end
(`rules.guided.failure_window_days`), or it was stopped for progression or toxicity. The date is the
earliest of these. Progression makes it resistance, toxicity alone intolerance; resistance wins.
"""

from __future__ import annotations

import pandas as pd

from analysis.dates import UNIT, add_days


def _window_progressions(guided: pd.DataFrame, progressions: pd.DataFrame, days: int) -> pd.Series:
    """Progressions seen during a guided regimen or shortly after it, by patient (all dates)."""
    pairs = guided.merge(progressions, left_on="USUBJID", right_on="USUBJID", how="inner")
    closes = add_days(pairs["AENDT"], days)
    inside = (pairs["ADT"] >= pairs["ASTDT"]) & (closes.isna() | (pairs["ADT"] <= closes))
    return pairs[inside].set_index("USUBJID")["ADT"]


def derive_treatment_failure(adex: pd.DataFrame, progressions: pd.DataFrame, rules) -> pd.DataFrame:
    """First failure of guided therapy.

    Parameters
    ----------
    adex : DataFrame
        USUBJID, ASTDT, AENDT, GUIDFL, STOPRSN.
    progressions : DataFrame
        Every assessment of progressive disease: USUBJID, ADT.
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
    seen = _window_progressions(guided, progressions[["USUBJID", "ADT"]], days)
    stopped = guided[guided["STOPRSN"].isin(["progression", "toxicity"]) & guided["AENDT"].notna()]
    ends = stopped.set_index("USUBJID")
    resistant = set(seen.index) | set(ends.index[ends["STOPRSN"].eq("progression")])
    dates = pd.concat([seen, ends["AENDT"]])
    first = dates.groupby(level=0).min().astype(UNIT)
    reason = ["resistance" if patient in resistant else "intolerance" for patient in first.index]
    return pd.DataFrame(
        {"TFAILDT": first, "TFAILRSN": pd.Series(reason, first.index, dtype=object)}
    )
