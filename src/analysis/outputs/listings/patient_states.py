"""L16.2.1: stage, state and what is awaited or how it ended, one row per enrolled patient."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.datasets import Datasets
from analysis.displays.listing import listing_with_dates
from analysis.estimates.rows import Listing
from analysis.outputs.disposition.funnel_states import states
from analysis.outputs.disposition.funnel_steps import FUNNEL
from analysis.outputs.origin import of_one_origin
from analysis.params import Rules

OUTPUT = "L16.2.1"
NEEDS = ()


def skipped_stages(adsl: pd.DataFrame) -> pd.Series:
    """Stages not reached below the furthest one, as text."""
    reached = np.column_stack([adsl[flag].eq("Y") for flag, _ in FUNNEL])
    later = np.cumsum(reached[:, ::-1], axis=1)[:, ::-1] > 0
    missing = ~reached & later
    labels = [label for _, label in FUNNEL]
    text = ["; ".join(s for s, m in zip(labels, row, strict=True) if m) for row in missing]
    return pd.Series(text, index=adsl.index, dtype=object)


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> Listing:
    """L16.2.1: stage, state and what is awaited or how it ended, one row per enrolled patient.

    Returns
    -------
    Listing
        USUBJID SITEID TRTGRP1 ENRLDT BIOPDT NGSDT MTBFDT RECGRP GUIDDT EOSSTT EOSDT STAGE SKIPPED
        STATE WHY.
    """
    adsl = data["adsl"].sort_values("USUBJID", kind="stable").reset_index(drop=True)
    columns = [
        "USUBJID", "SITEID", "TRTGRP1", "ENRLDT", "BIOPDT", "NGSDT", "MTBFDT", "RECGRP", "GUIDDT",
        "EOSSTT", "EOSDT",
    ]  # fmt: skip
    listing = adsl[columns].assign(SKIPPED=skipped_stages(adsl))
    return Listing(OUTPUT, listing.merge(states(data, rules), on="USUBJID", validate="1:1"))


LABELS = {
    "USUBJID": "Patient",
    "SITEID": "Site",
    "STATE": "State",
    "STAGE": "Furthest stage",
    "WHY": "Awaited, or how it ended",
    "SKIPPED": "Stages skipped",
    "TRTGRP1": "Group",
    "RECGRP": "Recommended",
    "ENRLDT": "Enrolled",
    "BIOPDT": "Specimen",
    "NGSDT": "Report",
    "MTBFDT": "MTB",
    "GUIDDT": "Guided dose",
    "EOSSTT": "Study",
    "EOSDT": "Ended",
}


def show(rows: Listing, rules: Rules) -> tuple:
    """The listing as a table."""
    return (listing_with_dates(rows.output_id, rows.frame, LABELS),)
