"""ADEX: one row per regimen, with its group and why it is guided or not (SAP D8)."""

from schemas import terminology as codes
from schemas.fields import code, date, flag, integer, text
from schemas.tables import dataset, identity, source

DATASET = dataset(
    "adex",
    "One row per regimen after enrolment.",
    [
        *identity(),
        integer("EXSEQ", "Number of the regimen within the patient", minimum=1),
        text("TRT", "Drugs", source="treatments.drug"),
        code("THERCLS", "Class of therapy", codes.THERAPY_CLASS),
        date("ASTDT", "First administration"),
        date("AENDT", "End; missing = ongoing at the cut", required=False),
        code("TRTGRP", "Group of the regimen", codes.TREATMENT_GROUP, required=False),
        integer("APERIOD", "Treatment period", required=False, minimum=1),
        flag("GUIDFL", "Guided"),
        text("GUIDRSN", "Why it is guided or not"),
        text("RECID", "Recommendation behind it", required=False),
        text("MTBREVID", "Review behind it", required=False),
        integer("PROFNUM", "Profile behind it", required=False, minimum=1),
        code("STOPRSN", "Why it ended", codes.STOP_REASON, required=False),
        *source(),
    ],
    key=("USUBJID", "EXSEQ"),
    extras=[
        text("REGID", "Regimen in the registry", source="treatments.regimen_id"),
        code("LOCRSN", "Why local therapy was given", codes.LOCAL_REASON, required=False),
        flag("TRGLTRFL", "A target lesion was treated"),
    ],
)
