"""L16.2.6.1: measurements, time-point response and confirmed best response, per assessment."""

from __future__ import annotations

import pandas as pd

from analysis.datasets import Datasets
from analysis.displays.listing import listing_table
from analysis.endpoints.lesions import by_investigator
from analysis.estimates.rows import Listing
from analysis.outputs.origin import of_one_origin
from analysis.params import Rules
from analysis.tabulation.groups import in_set

OUTPUT = "L16.2.6.1"
NEEDS = ()


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> Listing:
    """L16.2.6.1: measurements, time-point response and confirmed best response, per assessment.

    Returns
    -------
    Listing
        One row per patient of the response set and assessment, in order: USUBJID, TRTGRP1, ADT,
        ADY, AVISIT, LESIONS (diameters by lesion), SUMDIAM, PCHG, PCHGNAD, OVRDER, OVRINV, CBOR,
        SOURCE (file and line of the recorded response).
    """
    adsl = in_set(data["adsl"], "RSPEVLFL").set_index("USUBJID")
    adtr, adrs = (
        d[d["USUBJID"].isin(adsl.index)] for d in (by_investigator(data["adtr"]), data["adrs"])
    )
    key = ["USUBJID", "ADT"]
    lesions = adtr[adtr["PARAMCD"].eq("LDIAM") & adtr["AVAL"].notna()]
    lesions = lesions.assign(text=lesions["LESID"] + " " + lesions["AVAL"].map("{:g}".format))
    sums = adtr[adtr["PARAMCD"].eq("SUMDIAM")].set_index(key)
    parts = {"LESIONS": lesions.groupby(key)["text"].agg("; ".join)}
    parts |= {"SUMDIAM": sums["AVAL"], "PCHG": sums["PCHG"], "PCHGNAD": sums["PCHGNAD"]}
    for paramcd in ("OVRDER", "OVRINV"):
        rows = adrs[adrs["PARAMCD"].eq(paramcd)].set_index(key)
        parts[paramcd] = rows["AVALC"]
    recorded = adrs[adrs["PARAMCD"].eq("OVRINV")].set_index(key)
    parts["SOURCE"] = recorded["SRCFILE"] + ":" + recorded["SRCROW"].astype(str)
    timing = pd.concat([adtr, adrs[adrs["ADY"].notna() & adrs["AVISIT"].notna()]])
    timing = timing.drop_duplicates(key).set_index(key)
    listing = pd.DataFrame(parts)
    listing.insert(0, "ADY", timing["ADY"].reindex(listing.index))
    listing.insert(1, "AVISIT", timing["AVISIT"].reindex(listing.index))
    listing = listing.reset_index().sort_values(key, kind="stable", ignore_index=True)
    best = adrs[adrs["PARAMCD"].eq("CBOR")].set_index("USUBJID")["AVALC"]
    listing.insert(1, "TRTGRP1", listing["USUBJID"].map(adsl["TRTGRP1"]))
    return Listing(OUTPUT, listing.assign(CBOR=listing["USUBJID"].map(best)))


LABELS = {
    "USUBJID": "Patient",
    "TRTGRP1": "Group",
    "ADT": "Assessment",
    "ADY": "Day",
    "AVISIT": "Visit",
    "LESIONS": "Targets, mm",
    "SUMDIAM": "Sum, mm",
    "PCHG": "Change from baseline, %",
    "PCHGNAD": "Change from nadir, %",
    "OVRDER": "From lesions",
    "OVRINV": "Recorded",
    "CBOR": "Confirmed best",
    "SOURCE": "Raw row",
}


def show(rows: Listing, rules: Rules) -> tuple:
    """The listing as a table."""
    return (listing_table(rows.output_id, rows.frame, LABELS),)
