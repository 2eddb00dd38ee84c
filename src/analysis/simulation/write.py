"""From whole numbers to the CSV text of the 16 raw tables, a chunk at a time.

pc: Any = pyarrow.compute  # its functions are made at run time

Text columns are looked up in lists, joined and written by Arrow: fast, and the same bytes on every
machine (UTF-8, LF, comma, a value in quotes only where it has to be).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from schemas import terminology

from . import (
    adverse_events,
    catalogue,
    drugs,
    follow_up,
    model,
    molecular_rows,
    people,
    promis,
    tumour_board_rows,
    tumour_rows,
)
from .rows import day

pc: Any = pyarrow.compute  # its functions are made at run time
_FIRST_YEAR, _LAST_YEAR = 1980, 2030
_FIRST_DAY = day(f"{_FIRST_YEAR}-01-01")
_DAYS = np.arange(_FIRST_DAY, day(f"{_LAST_YEAR}-01-01")).astype("datetime64[D]").astype(str)


def _quoted(text: str) -> str:
    """A value as CSV holds it."""
    if any(sign in text for sign in ',"\n\r'):
        return '"' + text.replace('"', '""') + '"'
    return text


def _list(texts) -> pa.Array:
    """A code list with the empty text of a missing value (position -1) at its end."""
    return pa.array([*(_quoted(str(text)) for text in texts), ""], type=pa.string())


_T = terminology
_YES_NO = _list(_T.YES_NO)
_DATE = _list(_DAYS)
_DATE_PARTIAL = _list(
    [text for full in _DAYS for text in (full, full[:7], full[:4], "")]
)  # day x precision
_WHOLE = _list(range(2100))
_TENTHS = _list(f"{i // 10}.{i % 10}" for i in range(40_000))
_THOUSANDTHS = _list(f"0.{i:03d}" for i in range(1000))
_TWO_DIGITS = _list(f"{i:02d}" for i in range(100))
_CLASS = _list(_T.THERAPY_CLASS)
_VISIT = _list(_T.VISIT)
_ORGAN = _list(catalogue.ORGANS)
_DRUG = _list(drugs.TEXTS)

PATIENT, DATE, PARTIAL, WHOLE = "patient", "date", "partial", "whole"
_SITE = _list(name for name, _ in model.SITES)

# table -> column -> how its numbers become text: a kind, a prefix of identifiers, or a list
COLUMNS: dict[str, dict[str, object]] = {
    "patients": {
        "patient_id": PATIENT, "site_id": _SITE, "consent_date": DATE, "enrolment_date": DATE,
        "birth_year": WHOLE, "sex": _list(_T.SEX),
        "diagnosis": _list(t[2] for t in catalogue.TUMOURS),
        "oncotree_code": _list(t[0] for t in catalogue.TUMOURS),
        "tumour_group": _list(t[1] for t in catalogue.TUMOURS),
        "diagnosis_date": PARTIAL, "stage": _list(_T.STAGE), "metastatic_sites": WHOLE,
        "eligible": _YES_NO,
    },
    "prior_treatments": {
        "patient_id": PATIENT, "line": WHOLE, "regimen": _list(people.PRIOR_REGIMENS),
        "therapy_class": _CLASS, "start_date": PARTIAL, "end_date": PARTIAL,
        "best_response": _list(_T.OVERALL_RESPONSE), "progression_date": PARTIAL,
        "stop_reason": _list(_T.PRIOR_STOP_REASON),
    },
    "biopsies": {
        "patient_id": PATIENT, "specimen_id": "B", "collection_date": DATE,
        "specimen_type": _list(_T.SPECIMEN_TYPE), "organ": _ORGAN, "tumour_content_pct": WHOLE,
        "adequate": _YES_NO,
    },
    "sequencing": {
        "patient_id": PATIENT, "test_id": "T", "specimen_id": "B", "profile_number": WHOLE,
        "assay": _list(molecular_rows.ASSAYS), "report_date": DATE,
        "qc_status": _list(_T.QC_STATUS), "qc_fail_reason": _list(_T.QC_FAIL_REASON),
        "tmb_mut_per_mb": _TENTHS, "msi_status": _list(_T.MSI_STATUS),
        "hrd_status": _list(_T.HRD_STATUS),
    },
    "variants": {
        "patient_id": PATIENT, "test_id": "T", "variant_id": "V",
        "gene": _list(molecular_rows.GENES), "alteration_type": _list(_T.ALTERATION_TYPE),
        "hgvs_p": _list(molecular_rows.CHANGES), "vaf": _THOUSANDTHS, "copy_number": WHOLE,
    },
    "mtb_reviews": {
        "patient_id": PATIENT, "review_id": "M", "test_id": "T", "review_date": DATE,
        "conclusion": _list(_T.MTB_CONCLUSION),
    },
    "mtb_recommendations": {
        "patient_id": PATIENT, "review_id": "M", "recommendation_id": "C", "rank": WHOLE,
        "variant_id": "V", "biomarker": _list(_T.BIOMARKER), "drug": _DRUG,
        "therapy_class": _CLASS, "evidence_system": _list(_T.EVIDENCE_SYSTEM),
        "evidence_level": _list(tumour_board_rows.EVIDENCE_LEVELS),
        "evidence_version": _list(catalogue.EVIDENCE_VERSIONS),
    },
    "mtb_decisions": {
        "patient_id": PATIENT, "recommendation_id": "C", "decision_date": DATE,
        "decision": _list(_T.MTB_DECISION), "reason": _list(_T.DECISION_REASON),
    },
    "treatments": {
        "patient_id": PATIENT, "regimen_id": "R", "drug": _DRUG, "therapy_class": _CLASS,
        "start_date": DATE, "end_date": DATE, "stop_reason": _list(_T.STOP_REASON),
        "local_reason": _list(_T.LOCAL_REASON), "target_lesion_treated": _YES_NO,
    },
    "tumour_lesions": {
        "patient_id": PATIENT, "visit": _VISIT, "assessment_date": DATE, "scan_date": DATE,
        "lesion_id": _list(tumour_rows.LESION_IDS), "lesion_role": _list(_T.LESION_ROLE),
        "organ": _ORGAN, "nodal": _YES_NO, "diameter_mm": _TENTHS,
        "status": _list(_T.LESION_STATUS), "method": _list(_T.IMAGING_METHOD),
    },
    "tumour_responses": {
        "patient_id": PATIENT, "visit": _VISIT, "assessment_date": DATE,
        "assessor": _list(_T.ASSESSOR), "target_response": _list(_T.TARGET_RESPONSE),
        "non_target_response": _list(_T.NON_TARGET_RESPONSE), "new_lesion": _YES_NO,
        "overall_response": _list(_T.OVERALL_RESPONSE),
    },
    "adverse_events": {
        "patient_id": PATIENT, "ae_id": "A", "term": _list(adverse_events.TERMS),
        "verbatim": _list(adverse_events.VERBATIM), "soc": _list(adverse_events.SOCS),
        "grade": WHOLE, "serious": _YES_NO, "serious_criterion": _list(_T.SERIOUS_CRITERION),
        "onset_date": PARTIAL, "resolution_date": PARTIAL, "outcome": _list(_T.AE_OUTCOME),
        "related": _list(_T.RELATED), "action_taken": _list(_T.ACTION_TAKEN),
        "biopsy_related": _YES_NO,
    },
    "promis29": {
        "patient_id": PATIENT, "visit": _VISIT, "completion_date": DATE,
        **dict.fromkeys(promis.ITEMS, WHOLE),
    },
    "ecog": {"patient_id": PATIENT, "visit": _VISIT, "assessment_date": DATE, "ecog": WHOLE},
    "follow_up": {
        "patient_id": PATIENT, "contact_date": DATE, "vital_status": _list(_T.VITAL_STATUS),
    },
    "disposition": {
        "patient_id": PATIENT, "event": _list(follow_up.EVENTS), "event_date": PARTIAL,
        "reason": _list(follow_up.REASONS), "cause": _list(_T.CAUSE_OF_DEATH),
        "vital_status_consent": _YES_NO,
    },
}  # fmt: skip


def _take(texts: pa.Array, at: np.ndarray) -> pa.Array:
    return texts.take(pa.array(np.where(at < 0, len(texts) - 1, at)))


def _text(kind, values: np.ndarray, numbers: pa.Array) -> pa.Array:
    """The text of one column; `numbers` holds the number of each patient of the chunk."""
    if isinstance(kind, pa.Array):
        return _take(kind, values)
    if kind == WHOLE:
        return _take(_WHOLE, values)
    if kind == DATE:
        return _take(_DATE, np.where(values < 0, -1, values - _FIRST_DAY))
    if kind == PARTIAL:
        return _take(_DATE_PARTIAL, np.where(values < 0, -1, values - 4 * _FIRST_DAY))
    if kind == PATIENT:
        return pc.binary_join_element_wise("P", numbers.take(pa.array(values)), "")
    own = np.where(values < 0, 0, values)
    text = pc.binary_join_element_wise(
        kind, numbers.take(pa.array(own // 100)), "-", _TWO_DIGITS.take(pa.array(own % 100)), ""
    )
    return pc.if_else(pa.array(values >= 0), text, "") if (values < 0).any() else text


def patient_numbers(numbers: np.ndarray, width: int) -> pa.Array:
    """Patient numbers as text of one width, so that text sorts as numbers do."""
    return pa.array([f"{number:0{width}d}" for number in numbers])


def header(table: str) -> bytes:
    """The header line of a raw table."""
    return (",".join(COLUMNS[table]) + "\n").encode()


def lines(table: str, columns: dict[str, np.ndarray], numbers: pa.Array) -> bytes:
    """The CSV lines of the rows of one chunk."""
    if not len(columns["patient_id"]):
        return b""
    texts = [_text(kind, columns[name], numbers) for name, kind in COLUMNS[table].items()]
    rows = pc.binary_join_element_wise(*texts, ",")
    whole = pa.ListArray.from_arrays(pa.array([0, len(rows)], type=pa.int32()), rows)
    return pc.binary_join(whole, "\n")[0].as_buffer().to_pybytes() + b"\n"


def cut_file(path: Path, cut: str, previous: str | None) -> None:
    """Write params/cuts/<CUT>.yaml of a synthetic cut."""
    label, cutoff, snapshot = model.CUTS[cut]
    text = (
        f"cut: {cut}\n"
        f"label: {label}\n"
        f"clinical_cutoff: {cutoff}\n"
        f"snapshot_date: {snapshot}\n"
        f"previous: {previous or 'null'}\n"
        'sap_version: "1.1"\n'
        "synthetic: true\n"
        "overrides: {}\n"
    )
    path.write_text(text, encoding="utf-8", newline="\n")
