"""L16.2.6.2: how PFS and OS of each treated patient came about."""

from __future__ import annotations

import pandas as pd

from analysis.datasets import Datasets
from analysis.displays.listing import listing_table
from analysis.estimates.rows import Listing
from analysis.outputs.origin import of_one_origin
from analysis.params import Rules
from analysis.tabulation.groups import in_set

OUTPUT = "L16.2.6.2"
NEEDS = ()


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> Listing:
    """L16.2.6.2: how PFS and OS of each treated patient came about.

    Returns
    -------
    Listing
        One row per treated patient and parameter (PFS, OS): USUBJID, TRTGRP1, PARAMCD, STARTDT,
        ADT, AVAL, CNSR, WHY (event or censoring), SOURCE (file and line).
    """
    adsl = in_set(data["adsl"], "TRTFL").set_index("USUBJID")
    adtte = data["adtte"]
    rows = adtte[adtte["PARAMCD"].isin(["PFS", "OS"]) & adtte["USUBJID"].isin(adsl.index)]
    rows = rows.sort_values(["USUBJID", "PARAMCD"], kind="stable", ignore_index=True)
    line = rows["SRCROW"].astype("string").fillna("")
    source = rows["SRCFILE"].astype("string").fillna("") + line.map(lambda n: f":{n}" if n else "")
    return Listing(
        OUTPUT,
        pd.DataFrame(
            {
                "USUBJID": rows["USUBJID"],
                "TRTGRP1": rows["USUBJID"].map(adsl["TRTGRP1"]),
                "PARAMCD": rows["PARAMCD"],
                "STARTDT": rows["STARTDT"],
                "ADT": rows["ADT"],
                "AVAL": rows["AVAL"],
                "CNSR": rows["CNSR"],
                "WHY": rows["EVNTDESC"].fillna(rows["CNSDTDSC"]),
                "SOURCE": source.astype(object),
            }
        ),
    )


LABELS = {
    "USUBJID": "Patient",
    "TRTGRP1": "Group",
    "PARAMCD": "Endpoint",
    "STARTDT": "Origin",
    "ADT": "End",
    "AVAL": "Days",
    "CNSR": "CNSR",
    "WHY": "Event or censoring",
    "SOURCE": "Raw row",
}


def show(rows: Listing, rules: Rules) -> tuple:
    """The listing as a table."""
    return (listing_table(rows.output_id, rows.frame, LABELS),)
