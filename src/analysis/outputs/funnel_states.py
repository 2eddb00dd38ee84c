"""L16.2.1 and L16.2.3: where each patient stands in the funnel, and in which sets. SAP 14.1, 16.2.

Three states, of which a patient has one: guided therapy started; pending, while the patient's study
goes on at the cut; final. The pending ones are those T14.1.1 counts as pending before guided
therapy. Stages can be skipped only on declared branches (`BRANCHES`).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.outputs.disposition import EXCLUSIONS, FUNNEL, with_local_therapy
from analysis.outputs.groups import SET_LABELS

STARTED, PENDING, FINAL = "Guided", "Pending", "Final"
STATES = (STARTED, PENDING, FINAL)

# Stages that may be missing below a later one, and why that is no contradiction.
BRANCHES = {
    "Sequenced, quality control passed": "a review of a test whose report is still to come",
    "Intervenable variant": "a matched recommendation of a review that concluded otherwise",
    "Guided therapy recommended": "guided by the second profile",
}
_ENDS = {
    "death": "Died",
    "withdrawal": "Withdrew",
    "lost_to_follow_up": "Lost to follow-up",
}


def furthest_stage(adsl: pd.DataFrame) -> pd.Series:
    """Label of the last stage of the funnel that each patient reached, in the order of `adsl`."""
    stage = pd.Series(FUNNEL[0][1], index=adsl.index, dtype=object)
    for flag, label in FUNNEL[1:]:
        stage[adsl[flag].eq("Y")] = label
    return stage


def skipped_stages(adsl: pd.DataFrame) -> pd.Series:
    """Stages not reached below the furthest one, as text."""
    reached = np.column_stack([adsl[flag].eq("Y") for flag, _ in FUNNEL])
    later = np.cumsum(reached[:, ::-1], axis=1)[:, ::-1] > 0
    missing = ~reached & later
    labels = [label for _, label in FUNNEL]
    text = ["; ".join(s for s, m in zip(labels, row, strict=True) if m) for row in missing]
    return pd.Series(text, index=adsl.index, dtype=object)


def awaited(adsl: pd.DataFrame) -> pd.Series:
    """What a pending patient waits for."""
    answer = np.select(
        [
            adsl["RECTGFL"].eq("Y"),
            adsl["MTBDT"].notna(),
            adsl["MTBFL"].eq("Y"),
            adsl["SEQFL"].eq("Y"),
            adsl["BIOPFL"].eq("Y"),
        ],
        [
            "start of the recommended therapy",
            "nothing: no guided therapy recommended, in follow-up",
            "conclusion of the deferred review",
            "review",
            "report",
        ],
        "specimen",
    )
    return pd.Series(answer, index=adsl.index, dtype=object)


def patient_states(data) -> pd.DataFrame:
    """L16.2.1: stage, state and what is awaited or how it ended, one row per enrolled patient.

    Returns
    -------
    DataFrame
        USUBJID SITEID TRTGRP1 ENRLDT BIOPDT NGSDT MTBFDT RECGRP GUIDDT STAGE SKIPPED STATE WHY
        EOSSTT EOSDT.
    """
    adsl = data["adsl"].sort_values("USUBJID", kind="stable").reset_index(drop=True)
    guided, ongoing = adsl["GUIDFL"].eq("Y"), adsl["EOSSTT"].eq("ONGOING")
    state = np.select([guided, ongoing], [STARTED, PENDING], FINAL)
    ended = adsl["DCSREAS"].map(_ENDS).fillna("Follow-up completed")
    why = np.select([guided, ongoing], ["", "Awaits " + awaited(adsl)], ended)
    columns = [
        "USUBJID", "SITEID", "TRTGRP1", "ENRLDT", "BIOPDT", "NGSDT", "MTBFDT", "RECGRP", "GUIDDT",
        "EOSSTT", "EOSDT",
    ]  # fmt: skip
    listing = adsl[columns].assign(
        STAGE=furthest_stage(adsl), SKIPPED=skipped_stages(adsl), STATE=state, WHY=why
    )
    return listing.assign(WHY=listing["WHY"].str.replace("Awaits nothing: n", "N", regex=False))


def set_membership(data) -> pd.DataFrame:
    """L16.2.3: each analysis set, "Y" or the reason why not, one row per enrolled patient.

    The reasons are those of T14.1.2: the first that holds.

    Returns
    -------
    DataFrame
        USUBJID, TRTGRP1 and a column for each set of `SET_LABELS` that T14.1.2 counts.
    """
    adsl = with_local_therapy(data)
    adsl = adsl.sort_values("USUBJID", kind="stable").reset_index(drop=True)
    columns = {"USUBJID": adsl["USUBJID"], "TRTGRP1": adsl["TRTGRP1"]}
    for flag, reasons in EXCLUSIONS.items():
        answers = ["Y", *(reason for reason, _ in reasons)]
        holds = [adsl[flag].eq("Y"), *(test(adsl) for _, test in reasons)]
        columns[flag] = pd.Series(np.select(holds, answers, "other"), adsl.index, dtype=object)
    return pd.DataFrame(columns)


def set_labels() -> dict[str, str]:
    """Column -> heading of L16.2.3."""
    heads = {"USUBJID": "Patient", "TRTGRP1": "Group"}
    return heads | {flag: SET_LABELS[flag] for flag in EXCLUSIONS}
