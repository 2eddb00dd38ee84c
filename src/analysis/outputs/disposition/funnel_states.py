"""L16.2.1 and L16.2.3: where each patient stands in the funnel, and in which sets. SAP 14.1, 16.2.

Three states, of which a patient has one: guided therapy started; pending, where the step after the
furthest stage reached is still open (T14.1.1 counts the same); final. Stages can be skipped only on
declared branches (`BRANCHES`).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.datasets import Datasets
from analysis.outputs.disposition.funnel_steps import FUNNEL, OPEN, not_gone_on
from analysis.outputs.disposition.recommendation_uptake import in_words
from analysis.outputs.disposition.study_end import DIED, study_end
from analysis.params import Rules

STARTED, PENDING, FINAL = "Guided", "Pending", "Final"
STATES = (STARTED, PENDING, FINAL)
# Stages that may be missing below a later one, and why that is no contradiction.
BRANCHES = {
    "Sequenced, quality control passed": "a review of a test whose report is still to come",
    "Intervenable variant": "a matched recommendation of a review that concluded otherwise",
    "Guided therapy recommended": "guided by the second profile",
}
# What a pending patient waits for, by the furthest stage.
AWAITED = {
    "Enrolled": "Awaits specimen",
    "Tissue or blood obtained": "Awaits report that passes",
    "Sequenced, quality control passed": "Awaits review",
    "Discussed by MTB": "Awaits conclusion of the deferred review",
    "Guided therapy recommended": "Awaits start of the recommended therapy",
}


def furthest_stage(adsl: pd.DataFrame) -> pd.Series:
    """Label of the last stage of the funnel that each patient reached, in the order of `adsl`."""
    stage = pd.Series(FUNNEL[0][1], index=adsl.index, dtype=object)
    for flag, label in FUNNEL[1:]:
        stage[adsl[flag].eq("Y")] = label
    return stage


def _at_next_step(data: Datasets, rules: Rules, stage: pd.Series) -> pd.Series:
    """Why each patient did not go on from the furthest stage reached, by USUBJID."""
    labels = [label for _, label in FUNNEL]
    next_flag = dict(zip(labels, [flag for flag, _ in FUNNEL[1:]], strict=False))
    wanted = stage.map(next_flag)
    left = not_gone_on(data, rules)
    mine = left[left["FLAG"].eq(left["USUBJID"].map(wanted))]
    return mine.set_index("USUBJID")["WHY"]


def states(data: Datasets, rules: Rules) -> pd.DataFrame:
    """Where every patient stands: one row per patient, sorted.

    Returns
    -------
    DataFrame
        USUBJID; STAGE, the furthest stage reached; STATE, one of `STATES`; WHY: what is awaited, or
        why it ended and how the patient's study stands; empty for guided patients.
    """
    adsl = data["adsl"].sort_values("USUBJID", kind="stable").reset_index(drop=True)
    stage = furthest_stage(adsl)
    why = adsl["USUBJID"].map(_at_next_step(data, rules, stage.set_axis(adsl["USUBJID"])))
    state = np.select([adsl["GUIDFL"].eq("Y"), why.eq(OPEN)], [STARTED, PENDING], FINAL)
    end = study_end(adsl)
    reason = why.map(in_words, na_action="ignore").astype(object)
    same = reason.eq(end) | (why.eq("death") & end.eq(DIED))
    final = end.where(same, reason + "; " + end.str.lower())
    told = np.select([state == STARTED, state == PENDING], ["", stage.map(AWAITED)], final)
    return pd.DataFrame({"USUBJID": adsl["USUBJID"], "STAGE": stage, "STATE": state, "WHY": told})
