"""Small and odd studies as raw extracts: what a registry looks like early, or when much is missing.

Each is made of the tiny study (P001 and P005 guided, P002 and P003 on other therapy, P004 and P006
untreated) by taking patients, tables or cells away; what still refers to something finds it.
"""

from __future__ import annotations

from pathlib import Path

from schemas.raw import RAW_TABLES
from tests.extracts_factory import Study, tiny_study, write_extracts
from tests.study_folder import with_plan

CUT = """\
cut: DC90
label: odd
clinical_cutoff: 2023-11-30
snapshot_date: 2023-12-15
previous: null
sap_version: "1.1"
synthetic: true
overrides: {}
"""


def of_patients(*who: str) -> Study:
    """The tiny study of some of its patients."""
    tables = tiny_study().items()
    return {name: [row for row in rows if row["patient_id"] in who] for name, rows in tables}


def without(*tables: str) -> Study:
    """The tiny study with some tables empty."""
    return {name: [] if name in tables else rows for name, rows in tiny_study().items()}


def only(*tables: str) -> Study:
    """The tiny study with nothing but some tables."""
    return without(*(name for name in RAW_TABLES if name not in tables))


def sequenced_and_treated_only() -> Study:
    """One patient from specimen to a guided drug, and no measurement of any kind."""
    tables = only(
        *("patients", "biopsies", "sequencing", "variants", "mtb_reviews", "mtb_recommendations"),
        "treatments",
    )
    return {name: [r for r in rows if r["patient_id"] == "P001"] for name, rows in tables.items()}


def empty_where_allowed() -> Study:
    """The tiny study without the cells that may be empty and that no other cell makes necessary."""
    kept = {"biomarker", "variant_id", "diameter_mm", "end_date", "stop_reason", "local_reason"}
    kept |= {"serious_criterion", "qc_fail_reason", "reason", "cause", "vital_status_consent"}
    kept |= {"target_lesion_treated", "report_date", "decision_date", "enrolment_date"}
    kept |= {"value", "days", "status", "anchor"}
    study = tiny_study()
    for name, rows in study.items():
        fields = RAW_TABLES[name].fields
        empty = {c: "" for c, field in fields.items() if not field.required and c not in kept}
        study[name] = [row | empty for row in rows]
    return study


def in_other_letters() -> Study:
    """The tiny study of a registry that writes its groups and genes in other letters."""
    study = tiny_study()
    for row in study["patients"]:
        row["tumour_group"] = {"lung": "肺癌", "colorectal": "Прямая кишка"}.get(
            row["tumour_group"], "$x_{1}$"
        )
    for row in study["tumour_lesions"] + study["biopsies"]:
        row["organ"] = f"肝 {row['organ']}"
    return study


STUDIES = {
    "nobody": {name: [] for name in RAW_TABLES},
    "one guided patient": of_patients("P001"),
    "one patient on other therapy": of_patients("P003"),
    "one untreated patient": of_patients("P004"),
    "two guided patients": of_patients("P001", "P005"),
    "two patients on other therapy": of_patients("P002", "P003"),
    "two untreated patients": of_patients("P004", "P006"),
    "nobody guided, one of each": of_patients("P002", "P006"),
    "one of each": of_patients("P001", "P002", "P004"),
    "enrolled and nothing else": only("patients"),
    "treated and nothing else": only("patients", "treatments"),
    "sequenced and treated, nothing measured": sequenced_and_treated_only(),
    "no scan": without("tumour_lesions", "tumour_responses"),
    "no lesion": without("tumour_lesions"),
    "no response": without("tumour_responses"),
    "no form": without("promis29"),
    "no performance status": without("ecog"),
    "no adverse event": without("adverse_events"),
    "no contact, no end": without("follow_up", "disposition", "ecog"),
    "no prior treatment": without("prior_treatments"),
    "no decision": without("mtb_decisions"),
    "empty where allowed": empty_where_allowed(),
    "other letters": in_other_letters(),
    "tiny": tiny_study(),
}


def study_folder(root: Path, tables: Study) -> Path:
    """A study folder with these extracts as the cut DC90."""
    with_plan(root)
    (root / "params" / "cuts").mkdir(exist_ok=True)
    (root / "params" / "cuts" / "DC90.yaml").write_text(CUT, encoding="utf-8")
    write_extracts(root / "data" / "raw" / "DC90", tables)
    return root
