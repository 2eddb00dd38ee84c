"""The raw tables biopsies, sequencing and variants, from the plan."""

from __future__ import annotations

import numpy as np

from schemas import terminology

from . import catalogue
from .course import Course
from .draws import Draws
from .molecular import N_ALTERATIONS, Profile, Specimens
from .people import People
from .rows import MISSING, NEVER, Rows, written
from .therapy import Therapy

_QC = {name: i for i, name in enumerate(terminology.QC_STATUS)}
_MSI = {name: i for i, name in enumerate(terminology.MSI_STATUS)}
_HRD = {name: i for i, name in enumerate(terminology.HRD_STATUS)}
_TYPE = {name: i for i, name in enumerate(terminology.ALTERATION_TYPE)}
YES, NO = terminology.YES_NO.index("Y"), terminology.YES_NO.index("N")

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
