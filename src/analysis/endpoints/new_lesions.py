"""New lesions at each assessment. RECIST 1.1 section 4.3.5.

An unequivocal new lesion is progression. An equivocal one alone is not; if the same lesion is later
unequivocal, progression takes the date of the first scan that showed it, provided that
``equivocal_confirmed_backdates``. A lesion already unequivocal on or before the anchor is not new.
"""

from __future__ import annotations

import pandas as pd

from analysis.dates import UNIT


def derive_new_lesions(lesions: pd.DataFrame, anchors: pd.Series, rules) -> pd.DataFrame:
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
        which any new lesion of this assessment was imaged, equivocal ones included).
    """
    key = ["USUBJID", "LESID"]
    new = lesions[lesions["ROLE"].eq("new")]
    anchor = new["USUBJID"].map(anchors).astype(UNIT)
    unequivocal = new["STATUS"].eq("unequivocal")
    old = new[unequivocal & (new["ADT"] <= anchor)]
    is_old = pd.MultiIndex.from_frame(new[key]).isin(pd.MultiIndex.from_frame(old[key]))
    after = ~is_old & ~(new["ADT"] <= anchor)
    new, unequivocal = new[after], unequivocal[after]

    last_sure = new["ADT"].where(unequivocal).groupby([new[k] for k in key]).transform("max")
    backdated = new["STATUS"].eq("equivocal") & (new["ADT"] <= last_sure)
    counts = unequivocal | (backdated & rules.response.equivocal_confirmed_backdates)
    seen_sure = new["SCANDT"].where(unequivocal)
    seen_doubtful = new["SCANDT"].where(counts & ~unequivocal)
    first_doubtful = seen_doubtful.groupby([new[k] for k in key]).transform("min")
    # An earlier doubtful sighting brings the date forward; an earlier sure one has its own row.
    first_shown = pd.concat([seen_sure, first_doubtful], axis=1).min(axis=1).where(counts)
    states = (
        new.assign(COUNTS=counts, FIRSTDT=first_shown.astype(UNIT))
        .groupby(["USUBJID", "ADT"])
        .agg(COUNTS=("COUNTS", "any"), FIRSTDT=("FIRSTDT", "min"), SHOWNDT=("SCANDT", "min"))
    )
    visits = lesions[["USUBJID", "ADT"]].drop_duplicates()
    visits = visits.merge(states, how="left", on=["USUBJID", "ADT"])
    counted = visits["COUNTS"].eq(True)
    visits["AVALC"] = pd.Series("N", index=visits.index, dtype=object).where(~counted, "Y")
    visits = visits[["USUBJID", "ADT", "AVALC", "FIRSTDT", "SHOWNDT"]]
    return visits.sort_values(["USUBJID", "ADT"], kind="stable", ignore_index=True)
