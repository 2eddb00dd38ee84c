"""The raw tables biopsies, sequencing, variants and those of the tumour board, from the plan."""

from __future__ import annotations

import numpy as np
from schemas import terminology

from . import catalogue, drugs, model
from .course import DEATH, LOST, WITHDRAWN, Course
from .draws import Draws
from .molecular import MAX_RANKS, N_ALTERATIONS, Profile, Specimens
from .people import People
from .rows import MISSING, NEVER, Rows, day, written
from .therapy import Therapy

_QC = {name: i for i, name in enumerate(terminology.QC_STATUS)}
_MSI = {name: i for i, name in enumerate(terminology.MSI_STATUS)}
_HRD = {name: i for i, name in enumerate(terminology.HRD_STATUS)}
_CONCLUSION = {name: i for i, name in enumerate(terminology.MTB_CONCLUSION)}
_DECISION = {name: i for i, name in enumerate(terminology.MTB_DECISION)}
_REASON = {name: i for i, name in enumerate(terminology.DECISION_REASON)}
_TYPE = {name: i for i, name in enumerate(terminology.ALTERATION_TYPE)}
_BIOMARKER = {name: i for i, name in enumerate(terminology.BIOMARKER)}
YES, NO = terminology.YES_NO.index("Y"), terminology.YES_NO.index("N")

EVIDENCE_LEVELS = tuple(level for levels in catalogue.EVIDENCE_LEVELS for level in levels)
ASSAYS = catalogue.ASSAYS + catalogue.LIQUID_ASSAYS
GENES = tuple(
    dict.fromkeys([a[0] for a in catalogue.ALTERATIONS] + [a[0] for a in catalogue.ACQUIRED])
)
CHANGES = tuple(
    dict.fromkeys(
        [text for a in catalogue.ALTERATIONS for text in a[2] if text]
        + [a[2] for a in catalogue.ACQUIRED if a[2]]
    )
)
_PRIMARY = np.array([catalogue.ORGANS.index(t[5]) for t in catalogue.TUMOURS])
_VERSION_DAYS = np.array([day(f"{version}-01") for version in catalogue.EVIDENCE_VERSIONS])


def specimens_done(specimens: Specimens, course: Course) -> np.ndarray:
    """Which planned biopsies took place before the end of observation."""
    return specimens.planned & (specimens.day < course.end[:, None])


def biopsies_rows(draws: Draws, people: People, specimens: Specimens, course: Course) -> Rows:
    """The raw table biopsies."""
    patient, attempt = np.nonzero(specimens_done(specimens, course))
    pick = (patient, attempt)
    from_primary = draws.chance("biopsy of primary", 0.4, 3)[pick]
    other = draws.choose("biopsy organ", (0.5, 0.3, 0.2), 3)[pick]
    spread = np.array([catalogue.ORGANS.index(o) for o in ("liver", "lymph_node", "lung")])[other]
    organ = np.where(from_primary, _PRIMARY[people.tumour[patient]], spread)
    blood = specimens.blood[pick]
    columns = {
        "specimen_id": patient * 100 + attempt + 1,
        "patient_id": patient,
        "collection_date": specimens.day[pick],
        "specimen_type": np.where(blood, 1, 0),
        "organ": np.where(blood, catalogue.ORGANS.index("blood"), organ),
        "tumour_content_pct": specimens.content[pick],
        "adequate": np.where(specimens.adequate[pick], YES, NO),
    }
    return Rows(columns, patient, specimens.day[pick])


def reports(specimens: Specimens, course: Course) -> np.ndarray:
    """Day of each report that comes; the laboratory gives up some weeks after the patient left."""
    comes = specimens_done(specimens, course) & specimens.adequate
    comes &= specimens.report <= course.end[:, None] + 20
    return np.where(comes, specimens.report, NEVER)


def sequencing_rows(draws: Draws, specimens: Specimens, course: Course, profile: Profile) -> Rows:
    """The raw table sequencing; a test is pending until its report."""
    report = reports(specimens, course)
    patient, attempt = np.nonzero(specimens_done(specimens, course) & specimens.adequate)
    pick = (patient, attempt)
    blood = specimens.blood[pick]
    here = report[pick]
    passed = specimens.passed[pick] & (here < NEVER)
    failed = ~specimens.passed[pick] & (here < NEVER)
    assay = draws.choose("assay", (0.35, 0.35, 0.15, 0.15), 3)[pick]
    liquid = len(catalogue.ASSAYS) + draws.choose("liquid assay", (0.7, 0.3), 3)[pick]
    reason = draws.choose("qc fail reason", (0.30, 0.30, 0.25, 0.10, 0.05), 3)[pick]
    reason = np.where(blood, 2, reason)
    msi = np.where(profile.msi_high[patient], _MSI["MSI-H"], _MSI["MSS"])
    hrd = np.where(profile.hrd_positive[patient], _HRD["positive"], _HRD["negative"])
    hrd_unknown = draws.chance("HRD not tested", 0.25)[patient] & ~profile.hrd_positive[patient]
    columns = {
        "test_id": patient * 100 + attempt + 1,
        "patient_id": patient,
        "specimen_id": patient * 100 + attempt + 1,
        "profile_number": np.where(attempt == 2, 2, 1),
        "assay": np.where(blood, liquid, assay),
        "report_date": written(here),
        "qc_status": np.where(passed, _QC["pass"], np.where(failed, _QC["fail"], _QC["pending"])),
        "qc_fail_reason": np.where(failed, reason, MISSING),
        "tmb_mut_per_mb": np.where(passed, profile.tmb[patient], MISSING),
        "msi_status": np.where(passed, msi, _MSI["unknown"]),
        "hrd_status": np.where(passed & ~hrd_unknown, hrd, _HRD["unknown"]),
    }
    rows = Rows(columns, patient, specimens.day[pick])
    everyone = np.arange(len(patient))
    for column, pending in (
        ("report_date", MISSING),
        ("qc_status", _QC["pending"]),
        ("qc_fail_reason", MISSING),
        ("tmb_mut_per_mb", MISSING),
        ("msi_status", _MSI["unknown"]),
        ("hrd_status", _HRD["unknown"]),
    ):
        rows.open_until(column, everyone, pending, here)
    return rows


def _variant_place(profile: Profile) -> np.ndarray:
    """Number of each first-profile alteration in its patient's list, from 1."""
    return np.cumsum(profile.present, axis=1)


def variants_rows(
    draws: Draws, specimens: Specimens, course: Course, profile: Profile, therapy: Therapy
) -> Rows:
    """The raw table variants: what a passed test reports."""
    n = len(profile.review)
    report = np.where(specimens.passed, reports(specimens, course), NEVER)
    at = np.maximum(profile.sequenced, 0)
    first_report = np.where(profile.sequenced >= 0, report[np.arange(n), at], NEVER)
    first = profile.present & (first_report < NEVER)[:, None]
    second_done = report[:, 2] < NEVER
    kept = draws.chance("variant kept", 0.86, N_ALTERATIONS)
    second = profile.present & kept & second_done[:, None]
    acquired = (therapy.acquired >= 0) & second_done
    blocks = np.hstack([first, second, acquired[:, None]])
    patient, place = np.nonzero(blocks)
    is_second = place >= N_ALTERATIONS
    is_acquired = place == 2 * N_ALTERATIONS
    which = np.where(is_acquired, 0, place % N_ALTERATIONS)
    number = np.cumsum(blocks, axis=1)[patient, place]
    in_first = np.cumsum(first, axis=1)[:, -1][patient]
    number = np.where(is_second, 50 + number - in_first, number)

    genes = np.array([GENES.index(a[0]) for a in catalogue.ALTERATIONS])
    types = np.array([_TYPE[a[1]] for a in catalogue.ALTERATIONS])
    new_genes = np.array([GENES.index(a[0]) for a in catalogue.ACQUIRED])
    new_types = np.array([_TYPE[a[1]] for a in catalogue.ACQUIRED])
    new_changes = np.array([CHANGES.index(a[2]) if a[2] else -1 for a in catalogue.ACQUIRED])
    got = np.maximum(therapy.acquired, 0)[patient]
    kind = np.where(is_acquired, new_types[got], types[which])
    sized = np.isin(kind, (_TYPE["snv"], _TYPE["indel"]))
    vaf = np.clip(draws.lognormal("vaf", 220.0, 0.55, 2 * N_ALTERATIONS + 1), 12, 920)
    copies = np.clip(draws.lognormal("copies", 11.0, 0.5, 2 * N_ALTERATIONS + 1), 6, 60)
    copies = np.floor(copies[patient, place]).astype(np.int64)
    copies = np.where(kind == _TYPE["deletion"], 0, copies)
    has_copies = np.isin(kind, (_TYPE["amplification"], _TYPE["deletion"]))
    columns = {
        "variant_id": patient * 100 + number,
        "patient_id": patient,
        "test_id": patient * 100 + np.where(is_second, 3, profile.sequenced[patient] + 1),
        "gene": np.where(is_acquired, new_genes[got], genes[which]),
        "alteration_type": kind,
        "hgvs_p": np.where(is_acquired, new_changes[got], _change(draws, which, patient)),
        "vaf": np.where(sized, np.floor(vaf[patient, place]).astype(np.int64), MISSING),
        "copy_number": np.where(has_copies, copies, MISSING),
    }
    return Rows(columns, patient, np.where(is_second, report[patient, 2], first_report[patient]))


def _change(draws: Draws, which: np.ndarray, patient: np.ndarray) -> np.ndarray:
    """The protein change of an alteration, the same in both profiles of a patient."""
    width = max(len(a[2]) for a in catalogue.ALTERATIONS)
    table = np.full((N_ALTERATIONS, width), MISSING)
    for row, alteration in enumerate(catalogue.ALTERATIONS):
        for column, text in enumerate(alteration[2]):
            table[row, column] = CHANGES.index(text) if text else MISSING
    sizes = np.array([len(a[2]) for a in catalogue.ALTERATIONS])
    u = draws.uniform("protein change", N_ALTERATIONS)[patient, which]
    return table[which, np.floor(u * sizes[which]).astype(np.int64)]


def reviews(course: Course, profile: Profile, therapy: Therapy) -> np.ndarray:
    """Days of the deferred, the concluding and the second-profile review that took place."""
    planned = np.stack([profile.deferred, profile.review, therapy.second_review], axis=1)
    return np.where(planned < course.end[:, None], planned, NEVER)


def mtb_reviews_rows(course: Course, profile: Profile, therapy: Therapy) -> Rows:
    """The raw table mtb_reviews."""
    held = reviews(course, profile, therapy)
    patient, slot = np.nonzero(held < NEVER)
    found = np.where(slot == 2, therapy.acquired[patient] >= 0, profile.intervenable[patient])
    conclusion = np.where(found, _CONCLUSION["intervenable"], _CONCLUSION["not_intervenable"])
    columns = {
        "review_id": patient * 100 + slot + 1,
        "patient_id": patient,
        "test_id": patient * 100 + np.where(slot == 2, 3, profile.sequenced[patient] + 1),
        "review_date": held[patient, slot],
        "conclusion": np.where(slot == 0, _CONCLUSION["deferred"], conclusion),
    }
    return Rows(columns, patient, held[patient, slot])


def mtb_recommendations_rows(
    draws: Draws, course: Course, profile: Profile, therapy: Therapy
) -> Rows:
    """The raw table mtb_recommendations: linked ones by rank, then one without a link."""
    held = reviews(course, profile, therapy)
    made = np.zeros((len(held), MAX_RANKS + 2), dtype=bool)
    made[:, :MAX_RANKS] = (profile.ranked >= 0) & (held[:, 1] < NEVER)[:, None]
    made[:, MAX_RANKS] = profile.unlinked & (held[:, 1] < NEVER)
    made[:, MAX_RANKS + 1] = (therapy.acquired >= 0) & (held[:, 2] < NEVER)
    patient, slot = np.nonzero(made)
    linked, second = slot < MAX_RANKS, slot == MAX_RANKS + 1
    cand = np.maximum(profile.ranked, 0)[patient, np.minimum(slot, MAX_RANKS - 1)]
    got = np.maximum(therapy.acquired, 0)[patient]
    is_variant = linked & (cand < N_ALTERATIONS)
    place = _variant_place(profile)[patient, np.minimum(cand, N_ALTERATIONS - 1)]
    acquired_place = 50 + _second_count(draws, profile)[patient] + 1
    variant = np.where(second, acquired_place, np.where(is_variant, place, MISSING))
    markers = np.array([_BIOMARKER[b[0]] for b in catalogue.BIOMARKERS])
    marker = markers[np.maximum(cand - N_ALTERATIONS, 0)]
    pool = draws.choose("unlinked class", (0.6, 0.0, 0.3, 0.1))[patient]
    free = drugs.from_pool(pool, draws.uniform("unlinked drug")[patient], ())
    count = made[:, : MAX_RANKS + 1].sum(axis=1)[patient]
    from .molecular import CANDIDATE_TIERS

    tiers = np.array([a[5] for a in catalogue.ACQUIRED])
    tier = np.where(second, tiers[got], np.where(linked, CANDIDATE_TIERS[cand], 1))
    system = draws.choose("evidence system", catalogue.EVIDENCE_SYSTEM_WEIGHTS)[patient]
    when = np.where(second, held[patient, 2], held[patient, 1])
    version = np.searchsorted(_VERSION_DAYS, when, side="right") - 1
    unversioned = draws.chance("evidence without version", 0.1, MAX_RANKS + 2)[patient, slot]
    columns = {
        "recommendation_id": patient * 100 + slot + 1,
        "patient_id": patient,
        "review_id": patient * 100 + np.where(second, 3, 2),
        "rank": np.where(second, 1, np.where(linked, slot + 1, count)),
        "variant_id": np.where(variant >= 0, patient * 100 + variant, MISSING),
        "biomarker": np.where(linked & ~is_variant, marker, MISSING),
        "drug": np.where(
            second, drugs.ACQUIRED_DRUG[got], np.where(linked, drugs.AS_RECOMMENDED[cand], free)
        ),
        "therapy_class": np.where(
            second,
            drugs.ACQUIRED_CLASS[got],
            np.where(linked, drugs.CANDIDATE_CLASS[cand], drugs.POOL_CLASS[pool]),
        ),
        "evidence_system": system,
        "evidence_level": system * 4 + tier - 1,
        "evidence_version": np.where(unversioned, MISSING, version),
    }
    return Rows(columns, patient, when)


def _second_count(draws: Draws, profile: Profile) -> np.ndarray:
    """First-profile alterations that the second profile finds again."""
    kept = draws.chance("variant kept", 0.86, N_ALTERATIONS)
    return (profile.present & kept).sum(axis=1)


def mtb_decisions_rows(
    draws: Draws, course: Course, profile: Profile, therapy: Therapy, recommendations: Rows
) -> Rows:
    """The raw table mtb_decisions: accepted, declined with a reason, or pending."""
    rec = recommendations
    patient = rec.patient
    slot = rec.columns["recommendation_id"] % 100 - 1
    shape = (MAX_RANKS + 2,)
    pick = (patient, slot)
    linked, second = slot < MAX_RANKS, slot == MAX_RANKS + 1
    cand = np.where(linked, profile.ranked[patient, np.minimum(slot, MAX_RANKS - 1)], MISSING)
    by_first = therapy.guided & ~therapy.by_second
    first_guided = np.where(by_first, therapy.start, NEVER).min(axis=1)[patient]
    second_guided = np.where(therapy.by_second, therapy.start, NEVER).min(axis=1)[patient]
    chosen = linked & (cand == course.candidate[patient])
    start = np.where(second, second_guided, np.where(chosen, first_guided, NEVER))
    followed = start < NEVER
    meant = chosen & np.isin(course.path[patient], (model.GUIDED, model.BRIDGE)) & ~followed

    u = draws.uniform("decision", *shape)[pick]
    decision = np.where(u < 0.70, _DECISION["declined"], _DECISION["pending"])
    decision = np.where(meant & (u < 0.8), _DECISION["accepted"], decision)
    declined_followed = draws.uniform("declined but followed", *shape)[pick]
    decision = np.where(
        followed,
        np.where(
            declined_followed < model.DECLINED_FOLLOWED,
            _DECISION["declined"],
            _DECISION["accepted"],
        ),
        decision,
    )
    weights = (0.16, 0.0, 0.26, 0.18, 0.20, 0.08, 0.06, 0.0, 0.03, 0.03)
    reason = draws.choose("reason declined", weights, *shape)[pick]
    ends = course.end_reason[patient]
    kept_from = np.select(
        [ends == DEATH, ends == WITHDRAWN, ends == LOST],
        [_REASON["deterioration"], _REASON["patient_choice"], _REASON["lost"]],
        MISSING,
    )
    dies = draws.chance("reason death", 0.5, *shape)[pick] & (ends == DEATH)
    kept_from = np.where(dies, _REASON["death"], kept_from)
    accepted = decision == _DECISION["accepted"]
    reason = np.where(
        accepted, np.where(meant, kept_from, MISSING),
        np.where(decision == _DECISION["pending"], MISSING, reason),
    )  # fmt: skip
    review = rec.date
    when = review + draws.integers("decision day", 0, 8, *shape)[pick]
    when = np.minimum(np.minimum(when, start), course.end[patient] - 1)
    when = np.maximum(when, review)
    pending = decision == _DECISION["pending"]
    when = np.where(pending, review, when)
    has_row = draws.chance("decision recorded", 0.92, *shape)[pick] | followed
    announced = draws.chance("decision first pending", 0.5, *shape)[pick] | pending
    keep = np.nonzero(has_row)[0]
    columns = {
        "recommendation_id": rec.columns["recommendation_id"][keep],
        "patient_id": patient[keep],
        "decision_date": when[keep],
        "decision": decision[keep],
        "reason": reason[keep],
    }
    rows = Rows(columns, patient[keep], np.where(announced, review, when)[keep])
    early = np.nonzero(announced[keep] & ~pending[keep])[0]
    for column, value in (("decision", _DECISION["pending"]), ("reason", MISSING)):
        rows.open_until(column, early, value, when[keep][early])
    rows.open_until("decision_date", early, review[keep][early], when[keep][early])
    late = np.nonzero((accepted & meant)[keep])[0]
    rows.open_until("reason", late, MISSING, course.end[patient[keep][late]] + 12)
    return rows
