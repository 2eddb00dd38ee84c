"""Lesions that grow and shrink, held to the planned response of every scan.

The sum of diameters follows a growth model (exponential decay and growth, Stein 2008) with
measurement error, then is moved, if need be, into the range that gives the planned target response.
Sizes are tenths of a millimetre, so every threshold is exact.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from schemas import terminology

from . import catalogue, model
from .assessments import (
    CR,
    NE,
    NEW,
    NO_RESPONSE,
    NON_TARGET,
    PD,
    PR,
    SD,
    SLOTS,
    TARGET,
    TARGET_AND_NEW,
    Assessments,
)
from .course import Course
from .draws import Draws
from .rows import MISSING, NEVER, day

TARGETS, NON_TARGETS = 5, 3
RESPONSE = {name: i for i, name in enumerate(terminology.TARGET_RESPONSE)}
NON_TARGET_CODE = {name: i for i, name in enumerate(terminology.NON_TARGET_RESPONSE)}
_ORGAN = {name: i for i, name in enumerate(catalogue.ORGANS)}


@dataclass
class Lesions:
    """Lesions of every patient over the slots of the plan; see `plan_lesions`."""

    targets: np.ndarray  # (n,) how many
    nodal: np.ndarray  # (n, targets)
    organ: np.ndarray  # (n, targets)
    base: np.ndarray  # (n, targets) tenths of a millimetre
    size: np.ndarray  # (n, slots, targets), 0 absent
    too_small: np.ndarray  # (n, slots, targets)
    not_evaluable: np.ndarray  # (n, slots) number of the target not evaluable, -1 none
    row_missing: np.ndarray  # (n, slots) that target has no row at all
    non_targets: np.ndarray  # (n,)
    non_target_organ: np.ndarray
    non_target_gone: np.ndarray  # (n, slots)
    non_target_progressed: np.ndarray  # (n, slots)
    non_target_unread: np.ndarray  # (n, slots)
    new: np.ndarray  # (n, slots)
    equivocal: np.ndarray  # (n, slots)
    new_organ: np.ndarray
    target_response: np.ndarray  # (n, slots) as the lesions show
    non_target_response: np.ndarray
    later_by: np.ndarray  # (n, slots) days by which a part of the scan came later
    later_part: np.ndarray  # (n, slots) 0 non-targets and new lesions, 1 targets
    pd_kind: np.ndarray  # (n,)


def plan_lesions(draws: Draws, course: Course, plan: Assessments, clean: bool) -> Lesions:
    """Lesions at baseline and at every slot, in keeping with the planned responses."""
    slots = plan.day.shape[1]
    count, nodal, organ, base = _baseline_targets(draws, plan.measurable)
    non_targets = draws.choose("non-targets", (0.32, 0.34, 0.22, 0.12))
    non_targets = np.where(plan.measurable, non_targets, np.maximum(non_targets, 1))
    kind = np.where((plan.pd_kind == NON_TARGET) & (non_targets == 0), NEW, plan.pd_kind)
    states = plan.lesions.copy()
    states[:, SLOTS:] = plan.recorded[:, SLOTS:]
    there = states != NO_RESPONSE
    progressed = np.cumsum(states == PD, axis=1) > 0
    shows_pd = (states == PD) | (progressed & plan.later)
    complete = (np.cumsum(states == CR, axis=1) > 0) & there
    node_left = draws.integers("node left", 40, 90, TARGETS) * nodal
    sums = _sums(draws, course, plan, base.sum(axis=1), kind, states, complete, node_left)
    size, too_small = _split(draws, sums, base, nodal)
    size = np.where(complete[:, :, None], node_left[:, None, :], size)
    too_small &= ~complete[:, :, None]
    unread = (states == NE) & plan.measurable[:, None]
    which = np.floor(draws.uniform("which not evaluable", slots) * count[:, None]).astype(int)
    row_missing = (
        draws.chance("row missing", 0.0 if clean else 0.3, slots) & (count > 1)[:, None] & unread
    )

    new = shows_pd & np.isin(kind, (NEW, TARGET_AND_NEW))[:, None]
    nt_pd = shows_pd & (kind == NON_TARGET)[:, None]
    some = (non_targets > 0)[:, None]
    nt_unread = (states == NE) & ~plan.measurable[:, None]
    nt_unread |= draws.chance("non-target unread", 0.02, slots) & np.isin(states, (SD, PR)) & some
    equivocal = draws.chance("equivocal", 0.02, slots) & np.isin(states, (SD, PR))
    equivocal &= np.isin(kind, (TARGET, NON_TARGET))[:, None] & ~progressed

    total = size.sum(axis=2)
    target = np.where(total * 10 <= 7 * base.sum(axis=1)[:, None], RESPONSE["PR"], RESPONSE["SD"])
    by_target = np.isin(kind, (TARGET, TARGET_AND_NEW))[:, None] & (states == PD)
    target = np.where(by_target, RESPONSE["PD"], target)
    target = np.where(complete, RESPONSE["CR"], target)
    target = np.where(unread, RESPONSE["NE"], target)
    target = np.where((plan.baseline == NEVER)[:, None], RESPONSE["NE"], target)
    target = np.where(plan.measurable[:, None], target, RESPONSE["NA"])
    gone = complete & ~nt_pd
    other = np.where(gone, NON_TARGET_CODE["CR"], NON_TARGET_CODE["NON-CR/NON-PD"])
    other = np.where(nt_unread, NON_TARGET_CODE["NE"], other)
    other = np.where(nt_pd, NON_TARGET_CODE["PD"], other)
    other = np.where(some, other, NON_TARGET_CODE["NA"])
    later_by, later_part = _split_scans(draws, plan, states, kind, some)
    return Lesions(
        targets=count, nodal=nodal, organ=organ, base=base, size=size, too_small=too_small,
        not_evaluable=np.where(unread, which, MISSING), row_missing=row_missing,
        non_targets=non_targets,
        non_target_organ=draws.choose("non-target organ", [1.0] * 6, NON_TARGETS),
        non_target_gone=gone, non_target_progressed=nt_pd, non_target_unread=nt_unread,
        new=new, equivocal=equivocal, new_organ=draws.choose("new organ", [1.0] * 6),
        target_response=target, non_target_response=other,
        later_by=later_by, later_part=later_part, pd_kind=kind,
    )  # fmt: skip


def _baseline_targets(draws: Draws, measurable: np.ndarray):
    """Up to five targets, two per organ, the largest first and never a node."""
    count = np.where(measurable, 1 + draws.choose("targets", (0.2, 0.32, 0.24, 0.15, 0.09)), 0)
    there = np.arange(TARGETS)[None, :] < count[:, None]
    nodal = draws.chance("nodal", (0.0, 0.25, 0.1, 0.0, 0.0), TARGETS) & there
    organs = np.argsort(draws.uniform("organs", len(catalogue.TARGET_ORGANS)), axis=1)
    organs = np.array([_ORGAN[o] for o in catalogue.TARGET_ORGANS])[organs]
    organ = np.where(nodal, _ORGAN["lymph_node"], organs[:, [0, 0, 1, 1, 2]])
    size = np.clip(draws.lognormal("lesion size", 255.0, 0.5, TARGETS), 102, 1100)
    size = np.floor(size).astype(np.int64)
    size = np.where(nodal, np.clip(size, 151, 420), size) * there
    largest = size.max(axis=1) + draws.integers("largest by", 1, 45)
    size[:, 0] = np.where(count > 0, largest, 0)
    return count, nodal, organ, size


def _sums(draws, course, plan, base, kind, states, complete, node_left) -> np.ndarray:
    """Sum of diameters at every slot, inside the range of the planned target response."""
    n, slots = plan.day.shape
    rel = np.where(plan.day < NEVER, plan.day - course.first_dose[:, None], 0)
    true_days = np.clip(course.progression - course.first_dose, 20, 2000)
    depth = draws.uniform("depth of response")
    responds = np.isin(course.archetype, (1, 2))
    depth = np.where(responds, 0.35 + 0.5 * depth, 0.26 * depth)
    decay = -np.log1p(-depth) / 50
    growth = np.log(1.22) / true_days * np.exp(0.25 * draws.normal("growth"))
    model_ratio = np.exp(-decay[:, None] * rel) + np.exp(growth[:, None] * rel) - 1
    noise = np.exp(model.MEASUREMENT_SD * draws.normal("measurement", slots))
    ratio = np.clip(model_ratio * noise, 0.05, 4.0)
    place = draws.uniform("place in range", slots)
    by_target = np.isin(kind, (TARGET, TARGET_AND_NEW))
    least_share = np.where(course.archetype == 3, 63, 25)
    pr_most = base * 7 // 10
    nadir = base.copy()
    out = np.zeros((n, slots), dtype=np.int64)
    nodes = node_left.sum(axis=1)
    new_base = base.copy()
    for k in range(slots):
        state = states[:, k]
        there = state != NO_RESPONSE
        not_pd = np.maximum((12 * nadir - 1) // 10, nadir + 49)
        pd_least = np.maximum((12 * nadir + 9) // 10, nadir + 50)
        low = base * least_share // 100
        high = not_pd
        low = np.where(state == SD, pr_most + 1, low)
        high = np.where(state == PR, np.minimum(pr_most, not_pd), high)
        target_pd = (state == PD) & by_target
        low = np.where(target_pd, pd_least, low)
        high = np.where(target_pd, pd_least + pd_least // 3, high)
        if plan.later[k]:  # read against the sum before the new regimen
            low = np.select(
                [state == PR, state == PD], [new_base // 2, new_base * 13 // 10], new_base * 8 // 10
            )
            high = np.select(
                [state == PR, state == PD],
                [new_base * 68 // 100, new_base * 3 // 2],
                new_base * 11 // 10,
            )
        high = np.maximum(high, low)
        wanted = np.floor(base * ratio[:, k]).astype(np.int64)
        span = np.minimum(high - low, base // 8 + 10)
        inside = low + np.floor(place[:, k] * span).astype(np.int64)
        from_top = high - np.floor(place[:, k] * span).astype(np.int64)
        total = np.where(wanted < low, inside, np.where(wanted > high, from_top, wanted))
        total = np.where(complete[:, k], nodes, total)
        out[:, k] = np.where(there, total, 0)
        full = there & (state != NE)
        nadir = np.where(full, np.minimum(nadir, total), nadir)
        if not plan.later[k]:
            new_base = np.where(there, total, new_base)
    return out


def _split(draws, sums, base, nodal) -> tuple[np.ndarray, np.ndarray]:
    """Share each sum out among the targets; the first takes what is left over."""
    slots = sums.shape[1]
    noise = np.exp(model.LESION_SD * draws.normal("lesion share", slots, TARGETS))
    noise = np.clip(noise, 0.85, 1.15)
    share = base / np.maximum(base.sum(axis=1), 1)[:, None]
    size = np.floor(sums[:, :, None] * share[:, None, :] * noise).astype(np.int64)
    rest = ~nodal[:, None, :] & (base > 0)[:, None, :]
    rest = np.broadcast_to(rest, size.shape).copy()
    rest[:, :, 0] = False
    size = np.where(rest & (size < 28), 0, size)
    small = rest & (size >= 28) & (size < 50)
    size_small = np.where(small, 50, size)
    left = sums - size_small[:, :, 1:].sum(axis=2)
    fits = left >= 60
    small &= fits[:, :, None]
    size = np.where(small, 50, size)
    size[:, :, 0] = np.where(base[:, None, 0] > 0, sums - size[:, :, 1:].sum(axis=2), 0)
    return size, small


_CUT_DAYS = np.array([day(cut[k]) for cut in model.CUTS.values() for k in (1, 2)])


def _split_scans(draws, plan, states, kind, some) -> tuple[np.ndarray, np.ndarray]:
    """Now and then a part of the scan is a day or two later; not around a cutoff."""
    slots = plan.day.shape[1]
    by = np.where(draws.chance("second scan day", 0.015, slots), 1, 0)
    by = by + by * draws.integers("second scan by", 0, 1, slots)
    part = draws.integers("second scan part", 0, 1, slots)
    near = np.zeros(plan.day.shape, dtype=bool)
    for limit in _CUT_DAYS:
        near |= (plan.day <= limit) & (plan.day >= limit - 3)
    sure = (states == plan.recorded) & ~plan.later & ~near & some
    sure &= plan.measurable[:, None] & (kind != TARGET_AND_NEW)[:, None]
    sure &= states != NO_RESPONSE
    return np.where(sure, by, 0), part


def progression_days(plan: Assessments, lesions: Lesions, response: np.ndarray) -> np.ndarray:
    """Day on which each PD assessment dates the progression, NEVER elsewhere.

    A new or a non-target lesion: the day it was imaged; the sum: the last day a target was imaged.
    """
    part_of_pd = np.where(lesions.pd_kind == TARGET, 1, 0)[:, None]
    later = np.where(lesions.later_part == part_of_pd, lesions.later_by, 0)
    return np.where((response == PD) & (plan.day < NEVER), plan.day + later, NEVER)
