"""L16.2.5: every regimen, its group, and the recommendation that makes it guided or not."""

from __future__ import annotations

from analysis.datasets import Datasets
from analysis.displays.listing import listing_with_dates
from analysis.estimates.rows import Listing
from analysis.outputs.listings.source_rows import source_row, with_everybody
from analysis.outputs.origin import of_one_origin
from analysis.params import Rules
from analysis.tabulation.groups import in_set

OUTPUT = "L16.2.5"
NEEDS = ("treatments",)
NO_REGIMEN = "no anticancer therapy after enrolment"


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> Listing:
    """L16.2.5: every regimen, its group, and the recommendation that makes it guided or not.

    Returns
    -------
    Listing
        One row per regimen, one for each patient without any: USUBJID EXSEQ REGID TRT THERCLS ASTDT
        AENDT STOPRSN TRTGRP APERIOD GUIDFL GUIDRSN RECID REVDT RECDRUG TARGET DECISN PROFNUM
        SOURCE. Untreated patients have TRTGRP NT and their status in GUIDRSN.
    """
    adsl, adex, admb = data["adsl"], data["adex"], data["admb"]
    behind = admb.drop_duplicates("RECID").set_index("RECID")
    target = behind["GENE"].fillna(behind["BIOMARK"])
    trail = adex.assign(
        REVDT=adex["RECID"].map(behind["REVDT"]),
        RECDRUG=adex["RECID"].map(behind["DRUG"]),
        TARGET=adex["RECID"].map(target),
        DECISN=adex["RECID"].map(behind["DECISN"]),
        SOURCE=source_row(adex),
    )
    columns = [
        "USUBJID", "EXSEQ", "REGID", "TRT", "THERCLS", "ASTDT", "AENDT", "STOPRSN", "TRTGRP",
        "APERIOD", "GUIDFL", "GUIDRSN", "RECID", "REVDT", "RECDRUG", "TARGET", "DECISN", "PROFNUM",
        "SOURCE",
    ]  # fmt: skip
    trail = trail[columns].sort_values(["USUBJID", "EXSEQ"], kind="stable")
    listing = with_everybody(trail, in_set(adsl, "ENRLFL")["USUBJID"])
    none = listing["EXSEQ"].isna()
    status = listing["USUBJID"].map(adsl.set_index("USUBJID")["NTSTAT"])
    return Listing(
        OUTPUT,
        listing.assign(
            TRT=listing["TRT"].mask(none, NO_REGIMEN),
            TRTGRP=listing["TRTGRP"].mask(none, "NT"),
            GUIDRSN=listing["GUIDRSN"].mask(
                none, ("untreated, " + status.astype("string")).astype(object)
            ),
        ),
    )


LABELS = {
    "USUBJID": "Patient",
    "EXSEQ": "No.",
    "TRT": "Drugs",
    "THERCLS": "Class",
    "ASTDT": "First dose",
    "AENDT": "End",
    "STOPRSN": "Why ended",
    "TRTGRP": "Group",
    "APERIOD": "Period",
    "GUIDFL": "Guided",
    "GUIDRSN": "Why",
    "RECID": "Recommendation",
    "REVDT": "Reviewed",
    "RECDRUG": "Recommended",
    "TARGET": "Gene or biomarker",
    "DECISN": "Decision",
    "PROFNUM": "Profile",
    "SOURCE": "Raw row",
}


def show(rows: Listing, rules: Rules) -> tuple:
    """The listing as a table."""
    return (listing_with_dates(rows.output_id, rows.frame, LABELS),)
