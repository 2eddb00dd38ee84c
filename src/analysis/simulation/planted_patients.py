"""Patients made to carry one error each: valid but for what is asked, and unrelated to all others.

An error between tables needs several rows that fit together. Planted into the rows of an existing
patient it would bring others with it (a scan after death is no response any more); in a patient of
its own it stands alone.
"""

from __future__ import annotations

import datetime as dt

Row = dict[str, str]
VALID_PATIENT = {
    "site_id": "S01",
    "birth_year": "1960",
    "sex": "female",
    "diagnosis": "Colon adenocarcinoma",
    "oncotree_code": "COAD",
    "tumour_group": "colorectal",
    "diagnosis_date": "2015",
    "stage": "IV",
    "metastatic_sites": "2",
    "eligible": "Y",
}


class Newcomers:
    """New patients appended to the tables of an extract.

    Parameters
    ----------
    tables : dict of list of dict
        All rows as text; changed in place.
    today : date
        A day shortly before the cutoff; all dates are counted back from it.
    """

    def __init__(self, tables: dict[str, list[Row]], today: dt.date) -> None:
        self.tables = tables
        self.today = today
        taken = [int(row["patient_id"][1:]) for row in tables["patients"]]
        self._next = max([9_000_000, *(number for number in taken if number < 9_999_000)]) + 1

    def day(self, days_ago: int) -> str:
        """Date so many days before today."""
        return (self.today - dt.timedelta(days=days_ago)).isoformat()

    def add(self, table: str, **cells: object) -> tuple[str, Row]:
        """Append a row."""
        row = {name: str(value) for name, value in cells.items()}
        self.tables[table].append(row)
        return table, row

    def enrol(self, days_ago: int, **cells: object) -> str:
        """Enrol a patient, heard of today; return the pseudonym."""
        patient = f"P{self._next}"
        self._next += 1
        day = self.day(days_ago)
        row = {**VALID_PATIENT, "consent_date": day, "enrolment_date": day, **cells}
        self.add("patients", patient_id=patient, **row)
        self.add("follow_up", patient_id=patient, contact_date=self.day(0), vital_status="alive")
        return patient

    def treat(self, patient: str, days_ago: int, **cells: object) -> tuple[str, Row]:
        """Start chemotherapy, ongoing."""
        row = {
            "regimen_id": f"RG-{patient}",
            "drug": "capecitabine",
            "therapy_class": "chemotherapy",
            "start_date": self.day(days_ago),
        }
        return self.add("treatments", patient_id=patient, **{**row, **cells})

    def lesion(
        self, patient: str, days_ago: int, lesion: str, size: object, **cells: object
    ) -> tuple[str, Row]:
        """Assess a target lesion in the liver."""
        row = {
            "visit": "unscheduled",
            "assessment_date": self.day(days_ago),
            "lesion_id": lesion,
            "lesion_role": "target",
            "organ": "liver",
            "nodal": "N",
            "diameter_mm": size,
            "status": "measured",
            "method": "ct",
        }
        return self.add("tumour_lesions", patient_id=patient, **{**row, **cells})

    def respond(self, patient: str, days_ago: int, target: str, overall: str) -> tuple[str, Row]:
        """Record the response of the investigator."""
        return self.add(
            "tumour_responses",
            patient_id=patient,
            visit="unscheduled",
            assessment_date=self.day(days_ago),
            assessor="investigator",
            target_response=target,
            non_target_response="NA",
            new_lesion="N",
            overall_response=overall,
        )

    def treated(self, dose_days_ago: int = 5, *sizes: int) -> str:
        """Enrol and treat a patient whose baseline scan shows targets of these sizes."""
        patient = self.enrol(dose_days_ago + 15)
        self.treat(patient, dose_days_ago)
        for number, size in enumerate(sizes, start=1):
            self.lesion(patient, dose_days_ago + 10, f"L{number}", size)
        return patient

    def dies(self, patient: str, days_ago: int, **cells: object) -> tuple[str, Row]:
        """Record a death; the contact of the patient is moved to before it."""
        for row in self.tables["follow_up"]:
            if row["patient_id"] == patient:
                row["contact_date"] = self.day(days_ago + 1)
        row = {"event": "death", "event_date": self.day(days_ago), "cause": "disease"}
        return self.add("disposition", patient_id=patient, **{**row, **cells})

    def tested(self, patient: str, days_ago: int, **cells: object) -> tuple[str, Row]:
        """Take a specimen and report its test ten days later; return the test."""
        self.add(
            "biopsies",
            patient_id=patient,
            specimen_id=f"SP-{patient}",
            collection_date=self.day(days_ago),
            specimen_type="tissue",
            organ="liver",
            adequate="Y",
        )
        row = {
            "test_id": f"T-{patient}",
            "specimen_id": f"SP-{patient}",
            "profile_number": 1,
            "assay": "panel",
            "report_date": self.day(days_ago - 10),
            "qc_status": "pass",
            "msi_status": "MSS",
            "hrd_status": "unknown",
        }
        return self.add("sequencing", patient_id=patient, **{**row, **cells})

    def variant(self, patient: str, test: str, name: str = "V1") -> tuple[str, Row]:
        """Report a variant of a test."""
        return self.add(
            "variants",
            patient_id=patient,
            test_id=test,
            variant_id=f"{name}-{patient}",
            gene="BRAF",
            alteration_type="snv",
        )

    def reviewed(self, days_ago: int = 12, **cells: object) -> tuple[str, Row, Row]:
        """Take a new patient to a review with a matched recommendation; return both rows."""
        patient = self.enrol(30)
        self.tested(patient, 28)
        self.variant(patient, f"T-{patient}")
        _, review = self.add(
            "mtb_reviews",
            patient_id=patient,
            review_id=f"R-{patient}",
            test_id=f"T-{patient}",
            review_date=self.day(days_ago),
            conclusion="intervenable",
        )
        row = {
            "review_id": f"R-{patient}",
            "recommendation_id": f"RC-{patient}",
            "rank": 1,
            "variant_id": f"V1-{patient}",
            "drug": "dabrafenib",
            "therapy_class": "targeted",
            "evidence_system": "ESCAT",
            "evidence_level": "III-A",
        }
        _, recommendation = self.add("mtb_recommendations", patient_id=patient, **{**row, **cells})
        return patient, review, recommendation

    def adverse_event(self, patient: str, **cells: object) -> tuple[str, Row]:
        """Record a mild event of five days ago."""
        row = {
            "ae_id": f"AE-{patient}",
            "term": "Anemia",
            "verbatim": "anaemia",
            "soc": "Blood and lymphatic system disorders",
            "grade": 1,
            "serious": "N",
            "onset_date": self.day(5),
            "outcome": "unknown",
            "related": "unknown",
            "action_taken": "none",
            "biopsy_related": "N",
        }
        return self.add("adverse_events", patient_id=patient, **{**row, **cells})

    def ecog(self, patient: str, days_ago: int, value: int, **cells: object) -> tuple[str, Row]:
        """Assess the performance status."""
        row = {"visit": "unscheduled", "assessment_date": self.day(days_ago), "ecog": value}
        return self.add("ecog", patient_id=patient, **{**row, **cells})

    def prior_line(self, patient: str, line: int, **cells: object) -> tuple[str, Row]:
        """Record a prior line of 2016."""
        row = {
            "line": line,
            "regimen": "FOLFOX",
            "therapy_class": "chemotherapy",
            "start_date": "2016",
            "stop_reason": "progression",
        }
        return self.add("prior_treatments", patient_id=patient, **{**row, **cells})
