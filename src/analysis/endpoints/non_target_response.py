"""Non-target response at each assessment. RECIST 1.1 section 4.3.3.

PD: unequivocal progression of a non-target. NE: not all evaluated and none progressed. CR: all
absent, and the tumour marker, where one is given, not above normal. Else NON-CR/NON-PD. NA: no
non-target disease at baseline.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.endpoints.progression_rows import earliest_first, earliest_scan
from analysis.endpoints.tumour_baseline import followed_lesions
from analysis.params import Rules

NOT_EVALUATED = ("not_evaluable",)


def derive_non_target_response(
    lesions: pd.DataFrame,
    anchors: pd.Series,
    rules: Rules,
    raised_markers: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Non-target response at every assessment.

    A non-target recorded at baseline that has no row at an assessment was not evaluated there.

    Parameters
    ----------
    lesions : DataFrame
        From `read_lesions`.
    anchors : Series of datetime64
        Anchor by USUBJID.
    rules : Rules
    raised_markers : DataFrame, optional
        USUBJID, ADT of assessments with a tumour marker above normal: no CR then.

    Returns
    -------
    DataFrame
        One row per patient and assessment (any lesion row), sorted: USUBJID, ADT, AVALC (CR,
        NON-CR/NON-PD, PD, NE, NA), PDDT (first day on which a progressed non-target was imaged),
        PDROW (the lesion row that says so, `progression_rows`).
    """
    followed = followed_lesions(lesions, "non_target", anchors, rules)
    expected = followed.groupby("USUBJID").size()
    rows = lesions[lesions["ROLE"].eq("non_target")]
    known = rows[["USUBJID", "LESID"]].merge(followed.assign(FOLLOWED=True), how="left")
    rows = rows.assign(FOLLOWED=known["FOLLOWED"].eq(True).to_numpy())
    progressed = rows["STATUS"].eq("unequivocal_progression")
    rows = rows.assign(
        PROGRESSED=progressed,
        EVALUATED=rows["FOLLOWED"] & ~rows["STATUS"].isin(NOT_EVALUATED),
        SEEN=rows["STATUS"].eq("present"),
        FIRST=np.where(progressed, earliest_first(rows), np.nan),
    )
    visits = lesions[["USUBJID", "ADT"]].drop_duplicates()
    states = rows.groupby(["USUBJID", "ADT"]).agg(
        PROGRESSED=("PROGRESSED", "any"),
        EVALUATED=("EVALUATED", "sum"),
        SEEN=("SEEN", "any"),
        FIRST=("FIRST", "min"),
    )
    visits = visits.merge(states, how="left", on=["USUBJID", "ADT"])
    number = visits["USUBJID"].map(expected).fillna(0)
    if raised_markers is None:
        raised_markers = pd.DataFrame({"USUBJID": [], "ADT": pd.to_datetime([])})
    raised = pd.MultiIndex.from_frame(visits[["USUBJID", "ADT"]]).isin(
        pd.MultiIndex.from_frame(raised_markers[["USUBJID", "ADT"]])
    )
    visits["AVALC"] = np.select(
        [
            visits["PROGRESSED"].eq(True),
            number.eq(0),
            visits["EVALUATED"].fillna(0).lt(number),
            visits["SEEN"].eq(True) | raised,
        ],
        ["PD", "NA", "NE", "NON-CR/NON-PD"],
        default="CR",
    ).astype(object)
    visits["PDDT"], visits["PDROW"] = earliest_scan(visits["FIRST"])
    visits = visits[["USUBJID", "ADT", "AVALC", "PDDT", "PDROW"]]
    return visits.sort_values(["USUBJID", "ADT"], kind="stable", ignore_index=True)
