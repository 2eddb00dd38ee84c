"""Assessments from the first guided dose, neither lost to nor credited with a bridge. SAP D9.

Where guided therapy is the first regimen, its assessments are those that drive every endpoint.
Where it follows another regimen, its baseline is the last scan before the first guided dose, and
what the investigator recorded may still be read against the scan before the bridge: a lesion that
shrank on the bridge and is stable since is no response to guided therapy. Responses are then
derived from the lesions against the new baseline, whatever ``response.source`` says.

What the lesions cannot judge (no scan in the window before the first guided dose, no lesion row on
that day, not evaluable) is NE, but a recorded progression stays progression: so CBORG agrees with
PFSG, which has no baseline there (CNSR 6) but takes a recorded progression as its event.
"""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

AGAINST_NEW_BASELINE = "lesions against the last scan before guided therapy"
WITHOUT_BASELINE = "no baseline scan before guided therapy: a PD stays PD, the rest is NE"
KEY = ["USUBJID", "ADT"]
_SOURCE = ["SRCDOM", "SRCVAR", "SRCROW"]


def judged_against_new_baseline(
    derived: pd.DataFrame, recorded: pd.DataFrame, with_baseline: Collection[str]
) -> pd.DataFrame:
    """Responses of patients whose guided therapy follows another regimen.

    Parameters
    ----------
    derived : DataFrame
        Overall responses from the lesions, the first guided dose as the anchor, with their raw row:
        USUBJID, ADT, AVALC, SRCDOM, SRCVAR, SRCROW.
    recorded : DataFrame
        The same of the responses that drive the endpoints.
    with_baseline : collection of str
        Patients with a scan in the window before the first guided dose.

    Returns
    -------
    DataFrame
        One row per patient and assessment of either: USUBJID, ADT, AVALC, SRCDOM, SRCVAR, SRCROW
        (of the lesions where they judge or are all there is, else of the record).
    """
    rows = derived.merge(recorded, how="outer", on=KEY, suffixes=("", "_REC"))
    judges = rows["USUBJID"].isin(with_baseline) & rows["AVALC"].notna() & rows["AVALC"].ne("NE")
    otherwise = pd.Series("NE", rows.index, dtype=object).where(rows["AVALC_REC"].ne("PD"), "PD")
    of_record = ~judges & rows["AVALC_REC"].notna()
    source = {name: rows[name].mask(of_record, rows[f"{name}_REC"]) for name in _SOURCE}
    return rows[KEY].assign(AVALC=rows["AVALC"].where(judges, otherwise), **source)


def judged_against_own_baseline(
    progressions: pd.DataFrame,
    shown: pd.DataFrame,
    derived: pd.DataFrame,
    courses: Collection[str],
) -> pd.DataFrame:
    """Recorded progressions of a line that are progression against the last scan before it.

    A line that follows another regimen has a baseline of its own, and what the investigator
    recorded may still be read against the scan before the first regimen: a tumour that grew on the
    regimen before and is stable since has not progressed on the line. A recorded progression of
    such a line counts unless the lesions, against its own baseline, show something else that day;
    what they cannot judge (no lesion row, not evaluable) stands as recorded.

    Parameters
    ----------
    progressions, shown : DataFrame
        Progressions as recorded, and as the lesions show them: USUBJID (course), ASSDT.
    derived : DataFrame
        Overall responses from the lesions by course: USUBJID, ADT, AVALC.
    courses : collection of str
        Lines after another regimen with a scan in the window before their start.
    """
    can_judge = derived["USUBJID"].isin(courses) & derived["AVALC"].ne("NE")
    judged = pd.MultiIndex.from_frame(derived.loc[can_judge, KEY])
    assessed = pd.MultiIndex.from_frame(progressions[["USUBJID", "ASSDT"]])
    progressed = assessed.isin(pd.MultiIndex.from_frame(shown[["USUBJID", "ASSDT"]]))
    return progressions[progressed | ~assessed.isin(judged)]


def with_baseline_said(
    rows: pd.DataFrame, later: Collection[str], with_baseline: Collection[str]
) -> pd.DataFrame:
    """Add to ANLRSN what a response rests on where guided therapy came later."""
    words = pd.Series(WITHOUT_BASELINE, rows.index, dtype=object)
    words = words.mask(rows["USUBJID"].isin(with_baseline), AGAINST_NEW_BASELINE)
    decided = rows["USUBJID"].isin(later) & rows["ADT"].notna()
    return rows.assign(ANLRSN=rows["ANLRSN"].mask(decided, rows["ANLRSN"] + "; " + words))
