"""The raw tables tumour_lesions and tumour_responses, from the plan."""

from __future__ import annotations

import numpy as np

from schemas import terminology

from . import catalogue, model
from .assessments import CR, NE, NO_RESPONSE, NON, PD, PR, SD, Assessments, mistaken
from .draws import Draws
from .rows import MISSING, NEVER, Rows
from .tumour import NON_TARGET_CODE, NON_TARGETS, RESPONSE, TARGETS, Lesions

# In the order in which the identifiers sort as text
LESION_IDS = ("N1", "N2", "NT1", "NT2", "NT3", "T1", "T2", "T3", "T4", "T5")
_STATUS = {name: i for i, name in enumerate(terminology.LESION_STATUS)}
_ROLE = {name: i for i, name in enumerate(terminology.LESION_ROLE)}
_ORGAN = {name: i for i, name in enumerate(catalogue.ORGANS)}
_NON_TARGET_ORGAN = np.array([_ORGAN[o] for o in catalogue.NON_TARGET_ORGANS])
_NEW_ORGAN = np.array([_ORGAN[o] for o in catalogue.NEW_ORGANS])
_YES, _NO = terminology.YES_NO.index("Y"), terminology.YES_NO.index("N")
_FIRST_NON_TARGET, _FIRST_TARGET = 2, 5
BASELINE = terminology.VISIT.index("baseline")


def tumour_lesions_rows(draws: Draws, plan: Assessments, lesions: Lesions) -> Rows:
    """The raw table tumour_lesions: baseline, then every assessment."""
    n, slots = plan.day.shape
    day = np.hstack([plan.baseline[:, None], plan.day])
    visit = np.hstack([np.full((n, 1), BASELINE), plan.visit])
    there = np.zeros((n, slots + 1, len(LESION_IDS)), dtype=bool)
    status = np.full(there.shape, MISSING)
    diameter = np.full(there.shape, MISSING)
    later = np.zeros(there.shape, dtype=np.int64)
    scanned = day < NEVER

    is_new = _with_baseline(lesions.new, False)
    there[:, :, 0] = is_new & scanned
    status[:, :, 0] = _STATUS["unequivocal"]
    there[:, :, 1] = _with_baseline(lesions.equivocal, False) & scanned
    status[:, :, 1] = _STATUS["equivocal"]
    by = _with_baseline(lesions.later_by, 0)
    part = _with_baseline(lesions.later_part, 0)
    others, targets = slice(0, _FIRST_TARGET), slice(_FIRST_TARGET, None)
    later[:, :, others] = np.where(part == 0, by, 0)[:, :, None]
    later[:, :, targets] = np.where(part == 1, by, 0)[:, :, None]

    for k in range(NON_TARGETS):
        at = _FIRST_NON_TARGET + k
        there[:, :, at] = scanned & (lesions.non_targets > k)[:, None]
        state = np.where(lesions.non_target_gone, _STATUS["absent"], _STATUS["present"])
        if k == 0:
            state = np.where(lesions.non_target_unread, _STATUS["not_evaluable"], state)
            grown = lesions.non_target_progressed
            state = np.where(grown, _STATUS["unequivocal_progression"], state)
        status[:, :, at] = _with_baseline(state, _STATUS["present"])
    size = np.concatenate([lesions.base[:, None, :], lesions.size], axis=1)
    small = np.concatenate([np.zeros((n, 1, TARGETS), dtype=bool), lesions.too_small], axis=1)
    unread = _with_baseline(lesions.not_evaluable, MISSING)
    no_row = _with_baseline(lesions.row_missing, False)
    for k in range(TARGETS):
        at = _FIRST_TARGET + k
        out = unread == k
        there[:, :, at] = scanned & (lesions.targets > k)[:, None] & ~(out & no_row)
        state = np.where(size[:, :, k] == 0, _STATUS["absent"], _STATUS["measured"])
        state = np.where(small[:, :, k], _STATUS["too_small"], state)
        status[:, :, at] = np.where(out, _STATUS["not_evaluable"], state)
        measured = ~out & ~small[:, :, k] & (size[:, :, k] > 0)
        diameter[:, :, at] = np.where(measured, size[:, :, k], MISSING)

    there, order = _by_day(there, day)
    patient, slot, lesion = np.nonzero(there)
    slot = order[patient, slot]
    pick = (patient, slot, lesion)
    role = np.array([_ROLE["new"]] * 2 + [_ROLE["non_target"]] * 3 + [_ROLE["target"]] * 5)
    organ = np.hstack(
        [
            _NEW_ORGAN[lesions.new_organ][:, None],
            _NEW_ORGAN[lesions.new_organ][:, None],
            _NON_TARGET_ORGAN[lesions.non_target_organ],
            lesions.organ,
        ]
    )[patient, lesion]
    assessed = day[patient, slot]
    scan = np.where(later[pick] > 0, assessed + later[pick], MISSING)
    spelt_out = draws.chance("scan date spelt out", 0.2)[patient] & (scan < 0)
    method = draws.choose("method", (0.84, 0.10, 0.06))[patient]
    columns = {
        "patient_id": patient,
        "visit": visit[patient, slot],
        "assessment_date": assessed,
        "scan_date": np.where(spelt_out, assessed, scan),
        "lesion_id": lesion,
        "lesion_role": role[lesion],
        "organ": organ,
        "nodal": np.where(organ == _ORGAN["lymph_node"], _YES, _NO),
        "diameter_mm": diameter[pick],
        "status": status[pick],
        "method": method,
    }
    by_slot = _with_baseline(lesions.later_by, 0)[patient, slot]
    return Rows(columns, patient, assessed + by_slot)


def _with_baseline(slots: np.ndarray, at_baseline) -> np.ndarray:
    """Slots with a baseline slot in front."""
    first = np.full((len(slots), 1), at_baseline, dtype=slots.dtype)
    return np.hstack([first, slots])


def _by_day(there: np.ndarray, day: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Slots of each patient in order of time; the order as second result."""
    order = np.argsort(day, axis=1, kind="stable")
    if there.ndim == 3:
        return np.take_along_axis(there, order[:, :, None], axis=1), order
    return np.take_along_axis(there, order, axis=1), order


def tumour_responses_rows(draws: Draws, plan: Assessments, lesions: Lesions, clean: bool) -> Rows:
    """The raw table tumour_responses: investigator, and a central reader for some patients."""
    slots = plan.day.shape[1]
    shown = np.where(plan.lesions == NO_RESPONSE, plan.recorded, plan.lesions)
    wrong = draws.chance("central wrong", 0.0 if clean else model.CENTRAL_WRONG, slots)
    central = np.where(wrong, mistaken(draws, "central", shown, plan.measurable), shown)
    read = draws.chance("central read", model.CENTRAL_READ)
    scanned = plan.day < NEVER
    there = np.stack(
        [scanned & read[:, None], scanned], axis=2
    )  # central sorts before investigator
    there, order = _by_day(there, plan.day)
    patient, slot, reader = np.nonzero(there)
    slot = order[patient, slot]
    pick = (patient, slot)
    overall = np.where(reader == 0, central[pick], plan.recorded[pick])
    agrees = overall == shown[pick]
    slip = draws.chance("components contradict", 0.15, slots)[pick]  # only of mistaken ones
    agrees |= slip & (reader == 1)
    measurable = plan.measurable[patient]
    some = lesions.non_targets[patient] > 0
    target, other, new = _components(overall, measurable, some)
    columns = {
        "patient_id": patient,
        "visit": plan.visit[pick],
        "assessment_date": plan.day[pick],
        "assessor": np.where(reader == 0, 1, 0),
        "target_response": np.where(agrees, lesions.target_response[pick], target),
        "non_target_response": np.where(agrees, lesions.non_target_response[pick], other),
        "new_lesion": np.where(np.where(agrees, lesions.new[pick], new), _YES, _NO),
        "overall_response": overall,
    }
    return Rows(columns, patient, plan.day[pick] + lesions.later_by[pick])


def _components(overall, measurable, some):
    """Components that give an overall response, for a reader who sees other things."""
    table = np.full(6, RESPONSE["SD"])
    for code, name in ((CR, "CR"), (PR, "PR"), (SD, "SD"), (PD, "PD"), (NE, "NE"), (NON, "NA")):
        table[code] = RESPONSE[name]
    target = np.where(measurable, table[overall], RESPONSE["NA"])
    other = np.where(overall == CR, NON_TARGET_CODE["CR"], NON_TARGET_CODE["NON-CR/NON-PD"])
    other = np.where(~measurable & (overall == PD), NON_TARGET_CODE["PD"], other)
    other = np.where(~measurable & (overall == NE), NON_TARGET_CODE["NE"], other)
    other = np.where(some, other, NON_TARGET_CODE["NA"])
    return target, other, np.zeros(overall.shape, dtype=bool)
