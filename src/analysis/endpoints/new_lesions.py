"""New lesions at each assessment. RECIST 1.1 section 4.3.5.

An unequivocal new lesion is progression. An equivocal one alone is not; if the same lesion is later
unequivocal, progression takes the date of the first scan that showed it, provided that
``equivocal_confirmed_backdates``. A lesion already unequivocal on or before the anchor is not new.
"""

from __future__ import annotations

import pandas as pd

from analysis.dates import UNIT
from analysis.endpoints.progression_rows import earliest_first, earliest_scan
from analysis.params import Rules

_KEY = ["USUBJID", "LESID"]
_VISIT = ["USUBJID", "ADT"]


def lesions_new_since(lesions: pd.DataFrame, anchors: pd.Series) -> pd.DataFrame:
    """Sightings after the anchor of lesions that were not unequivocal by then.

    Returns
    -------
    DataFrame
        Rows of `lesions` (`read_lesions`) with SURE: whether the lesion was unequivocal there.
    """
    new = lesions[lesions["ROLE"].eq("new")]
    anchor = new["USUBJID"].map(anchors).astype(UNIT)
    early = new["ADT"] <= anchor
    sure = new["STATUS"].eq("unequivocal")
    old = new[sure & early]
    is_old = pd.MultiIndex.from_frame(new[_KEY]).isin(pd.MultiIndex.from_frame(old[_KEY]))
    return new.assign(SURE=sure)[~is_old & ~early]


def _sightings_that_count(new: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Sightings that are progression: unequivocal, or equivocal and confirmed later."""
    last_sure = new["ADT"].where(new["SURE"]).groupby([new[k] for k in _KEY]).transform("max")
    backdated = new["STATUS"].eq("equivocal") & (new["ADT"] <= last_sure)
    counts = new["SURE"] | (backdated & rules.response.equivocal_confirmed_backdates)
    rows = new[counts]
    # An earlier doubtful sighting brings the date forward; an earlier sure one has its own row.
    doubtful = rows["SHOWN"].where(~rows["SURE"]).groupby([rows[k] for k in _KEY]).transform("min")
    return rows.assign(FIRST=pd.concat([rows["SHOWN"], doubtful], axis=1).min(axis=1))


def derive_new_lesions(lesions: pd.DataFrame, anchors: pd.Series, rules: Rules) -> pd.DataFrame:
    """Whether a new lesion counts at every assessment.

    Parameters
    ----------
    lesions : DataFrame
        From `read_lesions`.
    anchors : Series of datetime64
        Anchor by USUBJID.
    rules : Rules

    Returns
    -------
    DataFrame
        One row per patient and assessment (any lesion row), sorted: USUBJID, ADT, AVALC (Y, N),
        FIRSTDT (first day on which a lesion that counts here was imaged), SHOWNDT (first day on
        which any new lesion of this assessment was imaged, equivocal ones included); FIRSTROW and
        SHOWNROW, the lesion rows that say so (`progression_rows`), and SEENROW, the row of this
        assessment that counts.
    """
    new = lesions_new_since(lesions, anchors)
    new = new.assign(SHOWN=earliest_first(new))
    shown = new.groupby(_VISIT)["SHOWN"].min()
    count = _sightings_that_count(new, rules).rename(columns={"SHOWN": "SEEN"})
    first = count.groupby(_VISIT)[["FIRST", "SEEN"]].min()
    visits = lesions[_VISIT].drop_duplicates()
    visits = visits.merge(shown, how="left", left_on=_VISIT, right_index=True)
    visits = visits.merge(first, how="left", left_on=_VISIT, right_index=True)
    visits["FIRSTDT"], visits["FIRSTROW"] = earliest_scan(visits["FIRST"])
    visits["SHOWNDT"], visits["SHOWNROW"] = earliest_scan(visits["SHOWN"])
    visits["SEENROW"] = earliest_scan(visits["SEEN"])[1]
    counted = visits["FIRST"].notna()
    visits["AVALC"] = pd.Series("N", index=visits.index, dtype=object).where(~counted, "Y")
    columns = ["AVALC", "FIRSTDT", "SHOWNDT", "FIRSTROW", "SHOWNROW", "SEENROW"]
    return visits[[*_VISIT, *columns]].sort_values(_VISIT, kind="stable", ignore_index=True)
