"""Raw extract `sequencing`: tests of a specimen."""

from schemas import terminology as codes
from schemas.fields import code, date, integer, number, patient_id, text
from schemas.tables import PATIENT, Reference, raw_table

TABLE = raw_table(
    "sequencing",
    "One row per sequencing test.",
    [
        patient_id(),
        text("test_id", "Test", "TESTID", matched=True),
        text("specimen_id", "Specimen that was sequenced", "SPECID", matched=True),
        integer(
            "profile_number",
            "Molecular profile: 1 = at entry, 2 = at resistance",
            "PROFNUM",
            minimum=1,
            maximum=2,
        ),
        text("assay", "Assay or panel", "ASSAY", matched=True),
        date("report_date", "Date of the report; empty = pending", "REPDT", required=False),
        code("qc_status", "Quality control", codes.QC_STATUS, "QCSTAT"),
        code(
            "qc_fail_reason",
            "Why quality control failed; required if it did, else empty",
            codes.QC_FAIL_REASON,
            "QCRSN",
            required=False,
        ),
        number(
            "tmb_mut_per_mb",
            "Tumour mutational burden",
            "TMB",
            unit="mutations/Mb",
            required=False,
            minimum=0,
        ),
        code("msi_status", "Microsatellite status", codes.MSI_STATUS, "MSI"),
        code("hrd_status", "Homologous recombination deficiency", codes.HRD_STATUS, "HRD"),
    ],
    key=("test_id",),
    references=(PATIENT, Reference("specimen_id", "biopsies")),
)
