"""Overall response at each assessment. RECIST 1.1 tables 1 and 2.

| target | non-target             | new | overall       |
|--------|------------------------|-----|---------------|
| any    | any                    | Y   | PD            |
| PD     | any                    | any | PD            |
| any    | PD                     | any | PD            |
| CR     | CR (or none)           | N   | CR            |
| CR     | NON-CR/NON-PD or NE    | N   | PR            |
| PR     | not PD                 | N   | PR            |
| SD     | not PD                 | N   | SD            |
| NE     | not PD                 | N   | NE            |
| none   | CR, NON-CR/NON-PD, NE  | N   | the same      |
| none   | none                   | N   | NE            |
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.dates import UNIT
from analysis.endpoints.new_lesions import derive_new_lesions
from analysis.endpoints.non_target_response import derive_non_target_response
from analysis.endpoints.progression_rows import TABLE
from analysis.endpoints.target_response import (
    NOT_APPLICABLE,
    derive_target_response,
    sum_targets,
)
from analysis.params import Rules

_OF_TARGETS = {
    "AVALC": "TRGRESP",
    "ANLRSN": "TRGRSN",
    "CARRIED": "TRGCARR",
    "SCANDT": "TRGDT",
    "SCANROW": "TRGROW",
}
_OF_NON_TARGETS = {"AVALC": "NTGRESP", "PDDT": "NTGDT", "PDROW": "NTGROW"}
_OF_NEW_LESIONS = {"AVALC": "NEWLES", "FIRSTDT": "NEWDT", "SHOWNDT": "NEWSHOWN"}
_OF_NEW_LESIONS |= {"FIRSTROW": "NEWROW"}


def overall_response(components: pd.DataFrame, target: str = "TRGRESP") -> pd.Series:
    """Overall response of each assessment from its three components.

    Parameters
    ----------
    components : DataFrame
        TRGRESP (CR PR SD PD NE NA), NTGRESP (CR NON-CR/NON-PD PD NE NA), NEWLES (Y N); NA where
        there was no such disease at baseline.
    target : str
        Column of the target response.
    """
    trg, ntg, new = components[target], components["NTGRESP"], components["NEWLES"]
    no_targets = trg.eq(NOT_APPLICABLE)
    no_disease = no_targets & ntg.eq(NOT_APPLICABLE)
    overall = np.select(
        [
            new.eq("Y") | trg.eq("PD") | ntg.eq("PD"),
            no_disease,
            no_targets,
            trg.eq("CR") & ntg.isin(["NON-CR/NON-PD", "NE"]),
        ],
        ["PD", "NE", ntg.astype(object), "PR"],
        default=trg.astype(object),
    )
    return pd.Series(overall, index=components.index, dtype=object)


def deciding_component(components: pd.DataFrame) -> pd.Series:
    """Which component made the overall response, in short words (ANLRSN)."""
    trg, ntg = components["TRGRESP"], components["NTGRESP"]
    words = np.select(
        [
            trg.eq("PD"),
            ntg.eq("PD"),
            components["NEWLES"].eq("Y"),
            trg.eq(NOT_APPLICABLE) & ntg.eq(NOT_APPLICABLE),
            trg.eq(NOT_APPLICABLE),
            trg.eq("CR") & ntg.isin(["NON-CR/NON-PD", "NE"]),
        ],
        [
            "target PD",
            "non-target PD",
            "new lesion",
            "no disease at baseline",
            "non-target " + ntg.astype(object),
            "target CR, non-target " + ntg.astype(object),
        ],
        default="target " + trg.astype(object),
    )
    return pd.Series(words, index=components.index, dtype=object)


def derive_timepoint_responses(
    lesions: pd.DataFrame,
    anchors: pd.Series,
    rules: Rules,
    raised_markers: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Responses at every assessment after the anchor, from the lesions.

    Parameters
    ----------
    lesions : DataFrame
        From `read_lesions`.
    anchors : Series of datetime64
        Anchor by USUBJID (first administration, or first guided dose); patients without one have
        no rows.
    rules : Rules
    raised_markers : DataFrame, optional
        See `derive_non_target_response`.

    Returns
    -------
    DataFrame
        One row per patient and assessment, sorted: USUBJID, ADT, TRGRESP, TRGRSN, TRGCARR (PR held
        until PD), NTGRESP, NEWLES, AVALC (overall), CARRIED (overall with the carried target
        response), ANLRSN, TRGDT (last day on which a target was imaged), NTGDT (first day on which
        a progressed non-target was imaged), NEWDT (first day on which a new lesion that counts was
        imaged), NEWSHOWN (likewise, doubtful ones included); TRGROW, NTGROW, NEWROW and SHOWNROW,
        the lesion rows that give these days (`progression_rows`), and SEENROW, the new lesion of
        this assessment.
    """
    key = ["USUBJID", "ADT"]
    mine = lesions[lesions["USUBJID"].map(anchors).notna()]
    sums = sum_targets(mine, anchors, rules)
    after = sums[sums["ADT"] > sums["USUBJID"].map(anchors).astype(UNIT)]
    target = derive_target_response(after, rules)
    target = target.merge(after[[*key, "SCANDT", "SCANROW"]], on=key).rename(columns=_OF_TARGETS)
    non_target = derive_non_target_response(mine, anchors, rules, raised_markers)
    new = derive_new_lesions(mine, anchors, rules)
    rows = non_target.rename(columns=_OF_NON_TARGETS).merge(
        new.rename(columns=_OF_NEW_LESIONS), on=key
    )
    rows = rows[rows["ADT"] > rows["USUBJID"].map(anchors).astype(UNIT)]
    rows = rows.merge(target.drop(columns="NADIR"), how="left", on=key)
    rows[["TRGRESP", "TRGCARR"]] = rows[["TRGRESP", "TRGCARR"]].fillna(NOT_APPLICABLE)
    rows["TRGRSN"] = rows["TRGRSN"].fillna("no target lesions")
    return rows.assign(
        AVALC=overall_response(rows),
        CARRIED=overall_response(rows, target="TRGCARR"),
        ANLRSN=deciding_component(rows),
    ).sort_values(key, kind="stable", ignore_index=True)


def deciding_rows(timepoints: pd.DataFrame, lesions: pd.DataFrame) -> pd.DataFrame:
    """Raw row of each overall response: of a progression the lesion that shows it.

    Of several kinds of progression at one assessment the first in the order target, non-target, new
    lesion, as in ANLRSN. Any other response rests on all lesions: the first row of the assessment.

    Parameters
    ----------
    timepoints : DataFrame
        From `derive_timepoint_responses`.
    lesions : DataFrame
        From `read_lesions`, with the line.

    Returns
    -------
    DataFrame
        With the index of `timepoints`: SRCDOM, SRCVAR (diameter_mm for a target, else status),
        SRCROW.
    """
    key = ["USUBJID", "ADT"]
    first = lesions.groupby(key, as_index=False)["line"].min()
    first = timepoints[key].merge(first, how="left", on=key)  # type: ignore[assignment]
    progressed = [timepoints[name].eq("PD") for name in ("TRGRESP", "NTGRESP")]
    progressed.append(timepoints["NEWLES"].eq("Y"))
    lines = [timepoints[name].abs() for name in ("TRGROW", "NTGROW", "SEENROW")]
    line = np.select(progressed, lines, default=first["line"].to_numpy(np.float64))
    return pd.DataFrame(
        {
            "SRCDOM": TABLE,
            "SRCVAR": np.where(progressed[0], "diameter_mm", "status").astype(object),
            "SRCROW": pd.array(line, dtype="Float64").astype("Int64"),
        },
        index=timepoints.index,
    )
