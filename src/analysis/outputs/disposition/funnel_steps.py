"""Who went on at each step of the funnel, who did not, and why. SAP 14.1: T14.1.1, F14.1.1.

A patient who reached a stage and not the next one stands at that step with one reason. A step is
still open (`OPEN`) only where the patient's study goes on at the cut and the very step can still be
taken: a specimen, a report, a discussion; a conclusion where every review was deferred; a dose
where a recommendation is neither declined nor kept from starting (T14.1.6); a second profile after
failure of guided therapy. Whoever reached a stage is whoever went on and the patients of all its
reasons; whoever came into a stage without the one before (`joined`) is counted apart.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.datasets import Datasets
from analysis.outputs.disposition.recommendation_uptake import CONTINUED, PENDING, not_given
from analysis.outputs.disposition.study_end import ENDS, GOING_ON, study_end
from analysis.outputs.second_profile.panels import second_profile_after_failure
from analysis.params import Rules

FUNNEL = (
    ("ENRLFL", "Enrolled"),
    ("BIOPFL", "Tissue or blood obtained"),
    ("SEQFL", "Sequenced, quality control passed"),
    ("MTBFL", "Discussed by MTB"),
    ("ACTFL", "Intervenable variant"),
    ("RECTGFL", "Guided therapy recommended"),
    ("GUIDFL", "Guided therapy started"),
)
SECOND = ("SEQ2FL", "Second NGS after failure of guided therapy")
OPEN = "Still possible at the cut"
NOT_INTERVENABLE = "Review concluded not intervenable"
UNMATCHED, NO_THERAPY = "Only therapy not matched recommended", "No therapy recommended"
NOT_FAILED = "Not applicable: guided, not failed"
_END_REASONS = (OPEN, *(end for end in ENDS if end != GOING_ON))


@dataclass(frozen=True)
class Step:
    """From one stage to the next: reasons in order, and who left for which."""

    base: str
    flag: str
    label: str
    reasons: Callable[..., tuple[str, ...]]
    why: Callable[..., pd.Series]


def _by_end(adsl: pd.DataFrame, data: Datasets, rules: Rules) -> pd.Series:
    """How the study of the patient ended; while it goes on, the step is open."""
    return study_end(adsl).replace({GOING_ON: OPEN})


def _by_conclusion(adsl: pd.DataFrame, data: Datasets, rules: Rules) -> pd.Series:
    """Concluded otherwise; only deferred so far: by the end of the study."""
    return _by_end(adsl, data, rules).mask(adsl["MTBDT"].notna(), NOT_INTERVENABLE)


def _by_recommendation(adsl: pd.DataFrame, data: Datasets, rules: Rules) -> pd.Series:
    """A recommendation is part of the review: what there is instead, it is not awaited."""
    admb = data["admb"]
    some = adsl["USUBJID"].isin(admb.loc[admb["PROFNUM"].eq(1), "USUBJID"])
    return pd.Series(np.where(some, UNMATCHED, NO_THERAPY), adsl.index, dtype=object)


def _by_uptake(adsl: pd.DataFrame, data: Datasets, rules: Rules) -> pd.Series:
    """Why the recommended therapy was not given, as in T14.1.6."""
    fate = not_given(data, rules).set_index("USUBJID")["FATE"].replace({PENDING: OPEN})
    return adsl["USUBJID"].map(fate).astype(object)


def _by_failure(adsl: pd.DataFrame, data: Datasets, rules: Rules) -> pd.Series:
    """Only failure of guided therapy calls for a second profile."""
    return _by_end(adsl, data, rules).mask(adsl["TFAILFL"].ne("Y"), NOT_FAILED)


def _ends(rules: Rules) -> tuple[str, ...]:
    return _END_REASONS


_REASONS = {
    "ACTFL": (lambda rules: (NOT_INTERVENABLE, *_END_REASONS), _by_conclusion),
    "RECTGFL": (lambda rules: (UNMATCHED, NO_THERAPY), _by_recommendation),
    "GUIDFL": (lambda rules: (OPEN, CONTINUED, *rules.molecular.reason_order), _by_uptake),
    "SEQ2FL": (lambda rules: (NOT_FAILED, *_END_REASONS), _by_failure),
}
STEPS = tuple(
    Step(base, flag, label, *_REASONS.get(flag, (_ends, _by_end)))
    for (base, _), (flag, label) in zip(FUNNEL, (*FUNNEL[1:], SECOND), strict=True)
)


def reached(data: Datasets, flag: str) -> pd.Series:
    """Whether each patient of ADSL reached a stage of the funnel.

    The second profile counts where its specimen was taken on or after the failure of guided
    therapy: one taken before is not it.
    """
    adsl = data["adsl"]
    if flag == SECOND[0]:
        after = adsl["USUBJID"].isin(second_profile_after_failure(data))
        return adsl["TFAILFL"].eq("Y") & after
    return adsl[flag].eq("Y")


def not_gone_on(data: Datasets, rules: Rules) -> pd.DataFrame:
    """Everybody who reached a stage and not the next, with one reason for each.

    Returns
    -------
    DataFrame
        One row per step and patient: FLAG (the stage not reached), USUBJID, WHY (one of the
        reasons of the step).
    """
    adsl = data["adsl"]
    found = []
    for step in STEPS:
        left = adsl[reached(data, step.base) & ~reached(data, step.flag)]
        why = step.why(left, data, rules)
        found.append(pd.DataFrame({"FLAG": step.flag, "USUBJID": left["USUBJID"], "WHY": why}))
    return pd.concat(found, ignore_index=True)


def joined(data: Datasets, step: Step) -> pd.Series:
    """Patients who reached a stage without the one before it."""
    came = reached(data, step.flag) & ~reached(data, step.base)
    return data["adsl"].loc[came, "USUBJID"]
