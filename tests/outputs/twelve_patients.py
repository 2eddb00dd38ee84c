"""Twelve patients whose whole story fits on a page, as raw extracts: what a pencil can recompute.

Six are those of ``tests/extracts_factory.py``, six their relatives, who go the same way but for what
stands here. The cut is 2023-11-30.

| patient | story |
| --- | --- |
| P001 | colon, woman of 62, BRAF; encorafenib+cetuximab as recommended from 1 February to 15 October; liver target 30, 18, 15, 16, 22.5 mm: PR at weeks 8, 16 and 24, PD with a bone lesion on 13 September |
| P011 | her relative: not scanned at week 32, still on treatment, alive on 15 November |
| P002 | lung, man of 67, MET; capmatinib declined for its cost; docetaxel from 10 February; SD at week 8; febrile neutropenia; died of sepsis on 20 June |
| P012 | his relative: a new brain lesion at week 8, PD on 5 April; died on 20 June |
| P003 | bile duct, woman of 51, the specimen too poor; capecitabine from 20 February; SD at week 8; withdrew in June |
| P013 | her relative: did not withdraw, alive on 20 November |
| P004, P014 | stomach, of 43; enrolled in October, the report still to come |
| P005 | colon, man of 73, MSI-H; pembrolizumab as recommended from 3 April, going on; CR at weeks 8, 16, 24 and 32 |
| P015 | his relative: the same |
| P006, P016 | ovary, women of 56; nothing intervenable; lost in September, never treated |
"""

# ruff: noqa: E501 - a story reads best on a line

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from analysis.datasets.build import derive_cut
from tests.extracts_factory import Study, drop, tiny_study
from tests.odd_studies import study_folder
from tests.outputs.every_output import Collector, every_output

# Columns that hold an identifier of a patient's own; a relative has another one.
OWN = {
    "patient_id", "specimen_id", "test_id", "variant_id", "review_id", "recommendation_id",
    "regimen_id", "ae_id",
}  # fmt: skip


def _relative(row: dict[str, str]) -> dict[str, str]:
    renamed = {name: f"{text}-2" if name in OWN and text else text for name, text in row.items()}
    return renamed | {"patient_id": row["patient_id"].replace("P00", "P01")}


def twelve_patients() -> Study:
    """All 16 tables."""
    study = tiny_study()
    study = {name: [*rows, *map(_relative, rows)] for name, rows in study.items()}
    for table in ("tumour_lesions", "tumour_responses"):
        drop(study, table, patient_id="P011", visit="week_32")
    for row in study["treatments"]:
        if row["patient_id"] == "P011":
            row |= {"end_date": "", "stop_reason": ""}
    drop(study, "disposition", patient_id="P011")
    drop(study, "disposition", patient_id="P013")
    study["follow_up"].append(
        {"patient_id": "P013", "contact_date": "2023-11-20", "vital_status": "alive"}
    )
    for row in study["tumour_responses"]:
        if row["patient_id"] == "P012":
            row |= {"new_lesion": "Y", "overall_response": "PD"}
    first = next(
        r for r in study["tumour_lesions"] if r["patient_id"] == "P012" and r["visit"] == "week_8"
    )
    brain = {"lesion_id": "N", "lesion_role": "new", "organ": "brain", "diameter_mm": ""}
    study["tumour_lesions"].append(first | brain | {"status": "unequivocal"})
    return study


@cache
def of_twelve() -> Collector:
    """Every output of the twelve, made and shown as in a report."""
    folder = study_folder(Path(tempfile.mkdtemp(prefix="registry-twelve-")), twelve_patients())
    done = derive_cut(folder, "DC90")
    assert done.exit_status == 0, done.summary
    return every_output(folder, "DC90")
