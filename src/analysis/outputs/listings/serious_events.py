"""L16.2.7: every serious adverse event of an enrolled patient, in a treatment period or not."""

from __future__ import annotations

import pandas as pd

from analysis.datasets import Datasets
from analysis.displays.listing import listing_table
from analysis.estimates.rows import Listing
from analysis.outputs.listings.source_rows import in_words, source_row, starred
from analysis.outputs.origin import of_one_origin
from analysis.params import Rules
from analysis.tabulation.groups import GROUP_LABELS

OUTPUT = "L16.2.7"
NEEDS = ("adverse_events",)
PHASES = {
    "before_or_without": "Before or without treatment",
    "on_treatment": "On treatment",
    "after": "After the treatment window or the end of observation",
}


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> Listing:
    """L16.2.7: every serious adverse event of an enrolled patient, in a treatment period or not.

    Returns
    -------
    Listing
        One row per event, by patient and onset: USUBJID, PERIOD (phase and group), ONSET, ASTDY,
        RESOLVED (imputed dates with a star), AEBODSYS, AEDECOD, AETERM (as reported), AESCRIT (what
        made it serious), GRADE (CTCAE, or why it is missing), AEREL, AEACN, AEOUT, SOURCE.
    """
    adae = data["adae"]
    serious = adae[adae["AESER"].eq("Y")]
    rows = serious.sort_values(["USUBJID", "ASTDT", "AEID"], kind="stable", ignore_index=True)
    group = rows["TRTGRP"].map(GROUP_LABELS)
    phase = rows["APHASE"].map(PHASES).astype(object)
    grade = rows["AETOXGR"].astype("string").astype(object)
    return Listing(
        OUTPUT,
        pd.DataFrame(
            {
                "USUBJID": rows["USUBJID"],
                "PERIOD": phase.where(rows["APHASE"].ne("on_treatment"), group),
                "ONSET": starred(rows["ASTDT"], rows["ASTDTF"]),
                "ASTDY": rows["ASTDY"],
                "RESOLVED": starred(rows["AENDT"], rows["AENDTF"]),
                **{name: rows[name] for name in ("AEBODSYS", "AEDECOD", "AETERM", "AESCRIT")},
                "GRADE": grade.where(rows["AETOXGR"].notna(), rows["GRADERSN"]),
                **{name: rows[name] for name in ("AEREL", "AEACN", "AEOUT")},
                "SOURCE": source_row(rows),
            }
        ),
    )


def show(rows: Listing, rules: Rules) -> tuple:
    """The listing as a table."""
    coded = {"meddra": "Term (MedDRA)", "ctcae": "Term (CTCAE v5.0)"}[rules.safety.dictionary]
    labels = LABELS | {"AEDECOD": coded}
    return (listing_table(rows.output_id, in_words(rows.frame), labels),)


LABELS = {
    "USUBJID": "Patient",
    "PERIOD": "Treatment period",
    "ONSET": "Onset",
    "ASTDY": "Day",
    "RESOLVED": "Resolved",
    "AEBODSYS": "Class (SOC)",
    "AEDECOD": "Term",
    "AETERM": "As reported",
    "AESCRIT": "Serious because",
    "GRADE": "Grade",
    "AEREL": "Related",
    "AEACN": "Action",
    "AEOUT": "Outcome",
    "SOURCE": "Raw row",
}
