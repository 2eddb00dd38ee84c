"""A new lesion that is confirmed later is progression from its first sighting. RECIST 1.1 4.3.5.

With ``equivocal_confirmed_backdates`` a lesion that was equivocal and is unequivocal at a later
assessment, which counts as progression, makes the assessment of its first sighting the progression:
in every endpoint that assessment counts as PD and later ones no more. Where the investigator
recorded no response on the day of the sighting, the next recorded assessment counts as PD, dated at
the sighting. What was recorded is not rewritten; responses derived from the lesions
(`new_lesions`) say so themselves.

It does not matter whether another progression, new therapy or the end of follow-up lies between the
sighting and its confirmation: the lesion was there. It does matter that the investigator recorded
progression when it was unequivocal: recorded responses drive, and the lesions only date them. A
lesion seen on or before the origin (equivocal then) counts from its first sighting after it.
"""

from __future__ import annotations

import pandas as pd

from analysis.dates import UNIT
from analysis.endpoints.assessments import effective_responses
from analysis.endpoints.new_lesions import lesions_new_since
from analysis.endpoints.progression import FIRST_SIGHTING, KEY
from analysis.endpoints.progression_rows import TABLE, earliest_first, earliest_scan
from analysis.params import Rules


def _confirmed_sightings(
    lesions: pd.DataFrame, anchors: pd.Series, assessments: pd.DataFrame, rules: Rules
) -> pd.DataFrame:
    """Equivocal sightings of lesions that a later progression confirmed: USUBJID, ADT, SIGHTING."""
    pairs = _doubtful_and_sure(lesions[lesions["ROLE"].eq("new")])
    if pairs.empty:  # as good as always
        return pairs
    pairs = _doubtful_and_sure(lesions_new_since(lesions, anchors))
    counted = effective_responses(assessments, rules)
    progressed = pd.MultiIndex.from_frame(counted.loc[counted["AVALC"].eq("PD"), KEY])
    return pairs[pd.MultiIndex.from_frame(pairs[["USUBJID", "CONFDT"]]).isin(progressed)]


def _doubtful_and_sure(new: pd.DataFrame) -> pd.DataFrame:
    """Every equivocal sighting beside every later unequivocal one (CONFDT) of the same lesion."""
    doubtful, sure = (new[new["STATUS"].eq(status)] for status in ("equivocal", "unequivocal"))
    pairs = doubtful.assign(SIGHTING=earliest_first(doubtful)).merge(
        sure[["USUBJID", "LESID", "ADT"]].rename(columns={"ADT": "CONFDT"}), on=["USUBJID", "LESID"]
    )
    return pairs.loc[pairs["ADT"] < pairs["CONFDT"], ["USUBJID", "ADT", "CONFDT", "SIGHTING"]]


def first_sightings(
    assessments: pd.DataFrame, lesions: pd.DataFrame, anchors: pd.Series, rules: Rules
) -> pd.DataFrame:
    """Assessments that count as progression because a new lesion seen there was confirmed later.

    Parameters
    ----------
    assessments : DataFrame
        Recorded overall responses: USUBJID, ADT, AVALC.
    lesions : DataFrame
        From `read_dated_lesions`.
    anchors : Series of datetime64
        Origin by USUBJID: sightings and assessments on or before it do not count.
    rules : Rules

    Returns
    -------
    DataFrame
        One row per such assessment: USUBJID, ADT, SIGHTDT (day of the sighting), SIGHTROW (lesion
        row that shows it, `progression_rows`), FIRSTSIGHT (bool: something else was recorded).
    """
    after = assessments[assessments["ADT"] > assessments["USUBJID"].map(anchors).astype(UNIT)]
    if not rules.response.equivocal_confirmed_backdates:
        return _nothing()
    sightings = _confirmed_sightings(lesions, anchors, after, rules)
    if sightings.empty:
        return _nothing()
    # The confirming assessment is recorded, so a next recorded assessment always exists.
    at = pd.merge_asof(
        sightings[["USUBJID", "ADT", "SIGHTING"]].sort_values("ADT", kind="stable"),
        after[[*KEY, "AVALC"]].assign(ASSDT=after["ADT"]).sort_values("ADT", kind="stable"),
        on="ADT",
        by="USUBJID",
        direction="forward",
    )
    by_assessment = at.sort_values("SIGHTING", kind="stable").drop_duplicates(["USUBJID", "ASSDT"])
    day, row = earliest_scan(by_assessment["SIGHTING"])
    found = pd.DataFrame({"SIGHTDT": day, "SIGHTROW": row}, index=by_assessment.index)
    found[FIRST_SIGHTING] = by_assessment["AVALC"].ne("PD")
    return pd.concat(
        [by_assessment[["USUBJID", "ASSDT"]].rename(columns={"ASSDT": "ADT"}), found], axis=1
    )


def _nothing() -> pd.DataFrame:
    return pd.DataFrame(columns=["USUBJID", "ADT", "SIGHTDT", "SIGHTROW", FIRST_SIGHTING])


def count_from_first_sighting(assessments: pd.DataFrame, sightings: pd.DataFrame) -> pd.DataFrame:
    """Assessments with those of a first sighting as PD, which the lesion row shows.

    Parameters
    ----------
    assessments : DataFrame
        USUBJID, ADT, AVALC; SRCDOM, SRCVAR and SRCROW where given become those of the lesion.
    sightings : DataFrame
        From `first_sightings`.
    """
    if sightings.empty:
        return assessments
    own = assessments[KEY].merge(sightings, how="left", on=KEY).set_axis(assessments.index)
    seen = own[FIRST_SIGHTING].eq(True)
    counted = assessments.assign(AVALC=assessments["AVALC"].mask(seen, "PD"))
    if "SRCDOM" not in counted:
        return counted
    return counted.assign(
        SRCDOM=counted["SRCDOM"].mask(seen, TABLE),
        SRCVAR=counted["SRCVAR"].mask(seen, "status"),
        SRCROW=counted["SRCROW"].mask(seen, own["SIGHTROW"].abs().astype("Int64")),
    )


def evidence_of_sightings(evidence: pd.DataFrame, sightings: pd.DataFrame) -> pd.DataFrame:
    """Evidence of progression (`progression_evidence`) with the days of the first sightings."""
    if sightings.empty:
        return evidence
    rows = evidence.merge(sightings, how="outer", on=KEY)
    earlier = rows["SIGHTDT"].notna() & ~(rows["NEWPDDT"] <= rows["SIGHTDT"])
    return rows.assign(
        NEWPDDT=rows["NEWPDDT"].mask(earlier, rows["SIGHTDT"]),
        NEWPDROW=rows["NEWPDROW"].mask(earlier, rows["SIGHTROW"]),
        **{FIRST_SIGHTING: rows[FIRST_SIGHTING].eq(True)},
    ).drop(columns=["SIGHTDT", "SIGHTROW"])
