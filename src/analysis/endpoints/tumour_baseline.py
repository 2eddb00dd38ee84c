"""Tumour baseline: the last complete measurement of the targets before treatment. SAP section 5.

The baseline assessment is the last on or before the anchor at which every target was measured, at
most 28 days before it (``visits.baseline_first``); failing that, one 29 to 42 days before
(``visits.baseline_flagged_first``), which is flagged. The targets are those recorded in that
window; the non-targets likewise. The anchor is the first administration, or the first guided dose
for the endpoints that start there (SAP D9): with it the baseline starts anew.

Sources: RECIST 1.1 sections 3.2 and 4.1; SAP sections 1 and 5, D9.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.dates import UNIT
from analysis.endpoints.lesions import is_measurable
from analysis.params import Rules

WITHIN_WINDOW, FLAGGED_WINDOW = "28", "42"


def baseline_window(adt: pd.Series, anchor: pd.Series, rules: Rules) -> pd.Series:
    """Window of each date before its anchor: "28", "42" (flagged) or missing."""
    day, since = adt.to_numpy(dtype=UNIT), anchor.to_numpy(dtype=UNIT)
    days = np.floor((day - since) / np.timedelta64(1, "D"))  # missing where either date is
    days = days + (days >= 0)  # there is no day 0
    visits = rules.visits
    window = np.full(len(days), None, dtype=object)
    not_after = days <= visits.baseline_last
    window[not_after & (days >= visits.baseline_flagged_first)] = FLAGGED_WINDOW
    window[not_after & (days >= visits.baseline_first)] = WITHIN_WINDOW
    return pd.Series(window, index=adt.index, dtype=object)


def _last_in_best_window(dates: pd.DataFrame) -> pd.DataFrame:
    """Take the last date within 28 days, else the last within 42; one row per patient."""
    ordered = dates.sort_values(
        ["USUBJID", "BASEWIN", "ADT"], ascending=[True, False, True], kind="stable"
    )
    return ordered.drop_duplicates("USUBJID", keep="last")


def in_baseline_window(lesions: pd.DataFrame, anchors: pd.Series, rules: Rules) -> pd.DataFrame:
    """Lesion rows (`read_lesions`) of the baseline window, with BASEWIN."""
    anchor = lesions["USUBJID"].map(anchors).astype(UNIT)
    rows = lesions.assign(BASEWIN=baseline_window(lesions["ADT"], anchor, rules))
    return rows[rows["BASEWIN"].notna()]


def find_baseline(lesions: pd.DataFrame, anchors: pd.Series, rules: Rules) -> pd.DataFrame:
    """Baseline assessment of each patient who has one.

    Parameters
    ----------
    lesions : DataFrame
        From `read_lesions`.
    anchors : Series of datetime64
        Anchor by USUBJID; patients without one have no baseline.
    rules : Rules

    Returns
    -------
    DataFrame
        Indexed by USUBJID: BASEDT, BASEWIN ("28", or "42" where flagged). A patient without target
        lesions has as baseline the last assessment in the window.
    """
    rows = in_baseline_window(lesions, anchors, rules)
    targets = rows[rows["ROLE"].eq("target")]
    number = targets.groupby("USUBJID")["LESID"].nunique()
    dates = (
        rows.assign(TARGET=rows["MEASURED"] & rows["ROLE"].eq("target"))
        .groupby(["USUBJID", "ADT", "BASEWIN"], as_index=False)["TARGET"]
        .sum()
    )
    complete = dates["TARGET"].eq(dates["USUBJID"].map(number).fillna(0))
    chosen = _last_in_best_window(dates[complete]).set_index("USUBJID")
    return chosen.rename(columns={"ADT": "BASEDT"})[["BASEDT", "BASEWIN"]]


def measurable_baseline(lesions: pd.DataFrame, anchors: pd.Series, rules: Rules) -> pd.DataFrame:
    """Last assessment in the baseline window with at least one measurable target.

    Returns
    -------
    DataFrame
        Indexed by USUBJID, patients with measurable disease only: BASEDT, BASEWIN.
    """
    rows = in_baseline_window(lesions, anchors, rules)
    measurable = rows[rows["ROLE"].eq("target") & is_measurable(rows, rules)]
    dates = measurable[["USUBJID", "ADT", "BASEWIN"]].drop_duplicates()
    chosen = _last_in_best_window(dates).set_index("USUBJID")
    return chosen.rename(columns={"ADT": "BASEDT"})


def followed_lesions(
    lesions: pd.DataFrame, role: str, anchors: pd.Series, rules: Rules
) -> pd.DataFrame:
    """Lesions of one role that were recorded at baseline and must be assessed each time.

    Returns
    -------
    DataFrame
        USUBJID, LESID, once each.
    """
    rows = in_baseline_window(lesions[lesions["ROLE"].eq(role)], anchors, rules)
    return rows[["USUBJID", "LESID"]].drop_duplicates(ignore_index=True)
