"""The planted effects and rates: closed where the model is closed, else by simulating the plan.

`population_values` holds what `population_truth(400_000, 1)` gives; a test keeps it in step with
the model by a smaller run. Standard errors of its proportions by group are below 0.003.
"""

from __future__ import annotations

import numpy as np

from schemas import terminology

from . import model
from .assessments import NO_RESPONSE, VISITS
from .draws import Draws
from .plan import Plan, plan_chunk
from .population_values import POPULATION
from .promis import DOMAINS, plan_forms, t_score_table
from .response_truth import BEST, best_responses, with_lesser_after_complete
from .rows import MISSING, NEVER, day
from .tumour import progression_days

_GROUPS = terminology.TREATMENT_GROUP[:3]
_CONTROLLED = [BEST[name] for name in ("CR", "PR", "SD", "NON-CR/NON-PD")]
_RESPONSE = [BEST["CR"], BEST["PR"]]
_STEP = 10_000
_VISITS = terminology.VISIT[1 : 1 + VISITS]


def planted() -> dict:
    """Effects and rates for truth.json."""
    groups = terminology.TREATMENT_GROUP
    return {
        "closed_form": {
            "serious_adverse_events_per_patient_month": _serious_rates(),
            "latent_t_change_per_visit": {
                domain: dict(zip(groups, change, strict=True))
                for domain, change in model.PROMIS_CHANGE_PER_VISIT.items()
            },
        },
        "population": POPULATION,
    }


def _serious_rates() -> dict[str, float]:
    """Serious events per patient-month by group of the period; fatal ones included.

    Before treatment, serious complications of biopsies come on top.
    """
    after = [rate + model.FATAL_SAE_PER_MONTH for rate in model.SAE_PER_MONTH[:3]]
    return dict(zip(terminology.TREATMENT_GROUP, (*after, model.SAE_PER_MONTH[3]), strict=True))


def population_truth(n: int = 400_000, seed: int = 1, cut: str = "DC04") -> dict:
    """Values of the population behind the registry, by simulating its plan.

    Parameters
    ----------
    n, seed : int
        Patients simulated, and their seed.
    cut : str
        Cut for the values as they stand at a cutoff.

    Returns
    -------
    dict
        `complete`: everybody followed for 12 months or to death, nobody lost, scans as planned and
        recorded by an investigator who is never wrong. `at_cut`: the same registry with
        withdrawal and loss at the cutoff, when the last enrolled have hardly begun.
    """
    cutoff = day(model.CUTS[cut][1])
    complete, at_cut = [], []
    for chunk in range(-(-n // _STEP)):
        size = min(_STEP, n - chunk * _STEP)
        draws = Draws(seed, 1_000_000 + chunk, size)
        complete.append(_patients(draws, plan_chunk(draws, 1, True, False), NEVER))
        at_cut.append(_patients(draws, plan_chunk(draws, 1, True), cutoff))
    return {
        "patients": n,
        "seed": seed,
        "complete": _summary(_joined(complete), True),
        "at_cut": _summary(_joined(at_cut), False) | {"cut": cut},
    }


def complete_times(
    n: int = 400_000, seed: int = 1, as_in_routine: bool = False
) -> dict[str, np.ndarray]:
    """True times of every patient, by simulating the plan: everybody followed, nobody lost.

    Parameters
    ----------
    n, seed : int
        Patients simulated, and their seed.
    as_in_routine : bool
        The patients of the registry with follow-up as in routine care.

    Returns
    -------
    dict of ndarray
        ``group`` (position in the treatment groups), ``os_enrolment`` (days from enrolment to
        death), ``os`` and ``pfs`` (from first dose to death; to progression, seen within follow-up
        by an investigator who is never wrong, or death; of the treated).
    """
    parts = []
    for chunk in range(-(-n // _STEP)):
        draws = Draws(seed, 1_000_000 + chunk, min(_STEP, n - chunk * _STEP))
        plan = plan_chunk(draws, 1, True, False, as_in_routine)
        found = _patients(draws, plan, NEVER)
        parts.append({name: found[name] for name in ("group", "os_enrolment", "os", "pfs")})
    return _joined(parts)


def _joined(parts: list[dict]) -> dict:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _patients(draws: Draws, plan: Plan, cutoff: int) -> dict[str, np.ndarray]:
    """What the summary needs of every patient."""
    course, therapy, scans = plan.course, plan.therapy, plan.scans
    start = np.where(course.group == model.NT, NEVER, course.first_dose)
    start = np.where(start <= cutoff, start, NEVER)
    treated = start < NEVER
    up_to = np.where(treated, np.minimum(start + model.FOLLOW_UP_DAYS, cutoff), 0)
    recorded = np.where(scans.later, NO_RESPONSE, scans.recorded)
    when = np.where(scans.later[None, :], NEVER, scans.day)
    bor, cbor = best_responses(recorded, when, start, therapy.new_therapy(), up_to)
    seen = np.where((when > start[:, None]) & (when <= up_to[:, None]), when, NEVER)
    progressed = progression_days(scans, plan.lesions, with_lesser_after_complete(recorded, seen))
    event = np.minimum(np.where(seen < NEVER, progressed, NEVER).min(axis=1), course.death)
    guided = np.where(therapy.guided, therapy.start, NEVER).min(axis=1)
    concluded = plan.reviews[:, 1] <= min(cutoff, NEVER - 1)
    linked = plan.profile.ranked[:, 0] >= 0
    form_day, _, number, items = plan_forms(
        draws, plan.people, course, np.minimum(plan.reviews[:, 1], plan.reviews[:, 0])
    )
    change = _changes(np.where(form_day <= cutoff, form_day, NEVER), number, items)
    return {
        "group": np.where(treated, course.group, model.NT),
        "measurable": treated & scans.measurable & (scans.baseline < NEVER),
        "bor": bor,
        "cbor": cbor,
        "pfs": np.where(treated, event - start + 1, NEVER),
        "os": np.where(treated, course.death - start + 1, NEVER),
        "os_enrolment": course.death - plan.people.enrolment + 1,
        "guided": guided <= min(cutoff, NEVER - 1),
        "second": (therapy.by_second & (therapy.start <= min(cutoff, NEVER - 1))).any(axis=1),
        "sequenced": plan.profile.sequenced >= 0,
        "intervenable": concluded & plan.profile.intervenable,
        "recommended": concluded & linked,
        "change": change,
        "pfs1": plan.people.last_pfs,
    }


def _changes(form_day: np.ndarray, number: np.ndarray, items: np.ndarray) -> np.ndarray:
    """Scored T at each visit less T at baseline, (patients, visits, domains); NaN without both."""
    table = t_score_table()
    of_domain = []
    for at in range(len(DOMAINS)):
        answers = items[:, :, 4 * at : 4 * at + 4]
        scored = table[at][np.where((answers == MISSING).any(axis=2), 0, answers.sum(axis=2))]
        of_domain.append(np.where((scored > 0) & (form_day < NEVER), scored, np.nan))
    scored = np.stack(of_domain, axis=2)
    at_enrolment, before_dose = np.flatnonzero(number == 0)
    later = form_day[:, before_dose, None] < NEVER
    baseline = np.where(later, scored[:, before_dose], scored[:, at_enrolment])
    return scored[:, number > 0] - baseline[:, None]


def _mean_changes(changes: np.ndarray) -> dict[str, dict[str, float]]:
    """Mean change by visit and domain of everybody with a score at both."""
    return {
        visit: {
            domain: round(float(np.nanmean(changes[:, at, of])), 3)
            for of, domain in enumerate(DOMAINS)
        }
        for at, visit in enumerate(_VISITS)
    }


def _median(days: np.ndarray) -> float:
    """Median of days that may never come, in months."""
    return round(float(np.median(days)) / model.DAYS_PER_MONTH, 3)


def _share(is_so: np.ndarray) -> float:
    return round(float(is_so.mean()), 4)


def _summary(p: dict[str, np.ndarray], complete: bool) -> dict:
    """Proportions, medians and mean changes, overall and by group."""
    out = {
        "guided": _share(p["guided"]),
        "guided_by_second": _share(p["second"]),
        "sequenced": _share(p["sequenced"]),
        "intervenable": _share(p["intervenable"]),
        "recommended_linked": _share(p["recommended"]),
        "groups": {
            name: _share(p["group"] == k) for k, name in enumerate(terminology.TREATMENT_GROUP)
        },
    }
    year = 365.25
    for name, here in (
        ("all", p["group"] != model.NT),
        *((name, p["group"] == k) for k, name in enumerate(_GROUPS)),
    ):
        evaluable = here & p["measurable"]
        values = {
            "orr_confirmed": _share(np.isin(p["cbor"][evaluable], _RESPONSE)),
            "orr_unconfirmed": _share(np.isin(p["bor"][evaluable], _RESPONSE)),
            "dcr": _share(np.isin(p["bor"][evaluable], _CONTROLLED)),
        }
        if complete:
            ratio = p["pfs"][here] / p["pfs1"][here]
            values |= {
                "median_pfs_months": _median(p["pfs"][here]),
                "median_os_months": _median(p["os"][here]),
                "os_12_months": _share(p["os"][here] > year),
                "pfs_6_months": _share(p["pfs"][here] > year / 2),
                "pfs_ratio_1_3": _share(ratio >= 1.3),
                "t_change": _mean_changes(p["change"][here]),  # type: ignore[dict-item]
            }
        out[name] = values
    if complete:
        out["median_os_months_from_enrolment"] = _median(p["os_enrolment"])
    return out
