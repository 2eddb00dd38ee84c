"""Raw extract `patients`: who was registered."""

from schemas import terminology as codes
from schemas.fields import code, date, integer, partial, patient_id, text
from schemas.tables import raw_table

TABLE = raw_table(
    "patients",
    "One row per registered patient.",
    [
        patient_id(),
        text("site_id", "Study site", "SITEID", pattern=r"S[0-9]{2,3}", matched=True),
        date("consent_date", "Date of informed consent", "CONSDT"),
        date("enrolment_date", "Date of enrolment, not before consent", "ENRLDT"),
        integer("birth_year", "Year of birth; 18 to 110 years at consent", "BRTHYR", unit="year"),
        code("sex", "Sex", codes.SEX, "SEX"),
        text("diagnosis", "Diagnosis as recorded", "TUMTYP"),
        text("oncotree_code", "OncoTree code", "TUMTYP", pattern=r"[A-Z0-9_]{2,12}", matched=True),
        text(
            "tumour_group", "Tumour group, e.g. colorectal, lung, biliary", "TUMGRP", matched=True
        ),
        partial("diagnosis_date", "Date of diagnosis, not after consent", "DIAGDT"),
        code("stage", "Stage at enrolment", codes.STAGE, "STAGE"),
        integer(
            "metastatic_sites", "Number of metastatic sites", "METSITES", required=False, minimum=0
        ),
        code("eligible", "Whether all criteria of entry were met", codes.YES_NO, "ELIGFL"),
    ],
    key=("patient_id",),
    references=(),
)
