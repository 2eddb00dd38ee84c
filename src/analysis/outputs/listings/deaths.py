"""L16.2.8: every death of an enrolled patient."""

from __future__ import annotations

import pandas as pd

from analysis.datasets import Datasets
from analysis.displays.listing import listing_table
from analysis.displays.table import Table
from analysis.endpoints.death_after_treatment import deaths_by_timing
from analysis.estimates.rows import Listing
from analysis.outputs.listings.source_rows import in_words, source_row, starred
from analysis.outputs.origin import of_one_origin
from analysis.params import Rules
from analysis.tabulation.groups import GROUP_LABELS, in_set

OUTPUT = "L16.2.8"
NEEDS = ("disposition",)


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> Listing:
    """L16.2.8: every death of an enrolled patient.

    Returns
    -------
    Listing
        One row per death, by patient: USUBJID, SITEID, GROUP, TRTSDT, LASTDT (last dose), DEATH
        (imputed with a star), DAYS (from the last dose), TIMING, DTHCAUS, FATAL (terms of fatal
        adverse events), LSTALVDT, SOURCE (raw row, of the deaths that end OS from enrolment; those
        after the end of follow-up end no time).
    """
    adsl = in_set(data["adsl"], "ENRLFL")
    deaths = deaths_by_timing(adsl, data["adex"], rules)
    rows = adsl.set_index("USUBJID").reindex(deaths.index)
    fatal = data["adae"][data["adae"]["AEOUT"].eq("fatal")]
    terms = {
        who: "; ".join(sorted(own["AEDECOD"])) for who, own in fatal.groupby("USUBJID", sort=True)
    }
    adtte = data["adtte"]
    counted = adtte[adtte["PARAMCD"].eq("OSENR") & adtte["CNSR"].eq(0)]
    sources = source_row(counted).set_axis(counted["USUBJID"])
    listing = pd.DataFrame(
        {
            "SITEID": rows["SITEID"],
            "GROUP": rows["TRTGRP1"].map(GROUP_LABELS),
            "TRTSDT": rows["TRTSDT"],
            "LASTDT": deaths["LASTDT"],
            "DEATH": starred(rows["DTHDT"], rows["DTHDTF"]),
            "DAYS": deaths["DAYS"],
            "TIMING": deaths["TIMING"],
            "DTHCAUS": rows["DTHCAUS"],
            "FATAL": pd.Series([terms.get(who) for who in rows.index], rows.index, dtype=object),
            "LSTALVDT": rows["LSTALVDT"],
            "SOURCE": sources.reindex(rows.index).astype(object),
        }
    )
    return Listing(OUTPUT, listing.rename_axis("USUBJID").reset_index())


def show(rows: Listing, rules: Rules) -> tuple:
    """The listing as a table."""
    return (death_table(rows.frame, rules),)


LABELS = {
    "USUBJID": "Patient",
    "SITEID": "Site",
    "GROUP": "Group",
    "TRTSDT": "First dose",
    "LASTDT": "Last dose",
    "DEATH": "Death",
    "DAYS": "Days from last dose",
    "TIMING": "Within 30 days",
    "DTHCAUS": "Cause",
    "FATAL": "Fatal adverse event",
    "LSTALVDT": "Last known alive",
    "SOURCE": "Raw row",
}


def death_table(listing: pd.DataFrame, rules: Rules) -> Table:
    """L16.2.8."""
    days = rules.estimation.death_after_last_dose_days
    labels = {**LABELS, "TIMING": f"Last dose and {days} days"}
    return listing_table(OUTPUT, in_words(listing), labels)
