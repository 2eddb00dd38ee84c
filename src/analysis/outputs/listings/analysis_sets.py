"""L16.2.3: each analysis set, "Y" or the reason why not, one row per enrolled patient.

Three states, of which a patient has one: guided therapy started; pending, where the step after the
furthest stage reached is still open (T14.1.1 counts the same); final. Stages can be skipped only on
declared branches (`BRANCHES`).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.datasets import Datasets
from analysis.displays.listing import listing_with_dates
from analysis.estimates.rows import Listing
from analysis.outputs.disposition.analysis_sets import EXCLUSIONS, with_local_therapy
from analysis.outputs.origin import of_one_origin
from analysis.params import Rules
from analysis.tabulation.groups import SET_LABELS

OUTPUT = "L16.2.3"
NEEDS = ()


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> Listing:
    """L16.2.3: each analysis set, "Y" or the reason why not, one row per enrolled patient.

    The reasons are those of T14.1.2: the first that holds.

    Returns
    -------
    Listing
        USUBJID, TRTGRP1 and a column for each set of `SET_LABELS` that T14.1.2 counts.
    """
    adsl = with_local_therapy(data)
    adsl = adsl.sort_values("USUBJID", kind="stable").reset_index(drop=True)
    columns = {"USUBJID": adsl["USUBJID"], "TRTGRP1": adsl["TRTGRP1"]}
    for flag, reasons in EXCLUSIONS.items():
        answers = ["Y", *(reason for reason, _ in reasons)]
        holds = [adsl[flag].eq("Y"), *(test(adsl) for _, test in reasons)]
        columns[flag] = pd.Series(np.select(holds, answers, "other"), adsl.index, dtype=object)
    return Listing(OUTPUT, pd.DataFrame(columns))


def labels() -> dict[str, str]:
    """Column -> heading of L16.2.3."""
    heads = {"USUBJID": "Patient", "TRTGRP1": "Group"}
    return heads | {flag: SET_LABELS[flag] for flag in EXCLUSIONS}


def show(rows: Listing, rules: Rules) -> tuple:
    """The listing as a table."""
    return (listing_with_dates(rows.output_id, rows.frame, labels()),)
