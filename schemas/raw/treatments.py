"""Raw extract `treatments`: anticancer regimens after enrolment."""

from schemas import terminology as codes
from schemas.fields import code, date, drug, patient_id, text
from schemas.tables import raw_table

TABLE = raw_table(
    "treatments",
    "One row per anticancer regimen after enrolment, local therapy included.",
    [
        patient_id(),
        text("regimen_id", "Regimen", "REGID", matched=True),
        drug("TRT"),
        code("therapy_class", "Class of therapy", codes.THERAPY_CLASS, "THERCLS"),
        date("start_date", "First administration", "ASTDT"),
        date("end_date", "End of the regimen; empty = ongoing", "AENDT", required=False),
        code(
            "stop_reason",
            "Why it ended; empty while ongoing",
            codes.STOP_REASON,
            "STOPRSN",
            required=False,
        ),
        code(
            "local_reason",
            "Why local therapy was given; radiotherapy and surgery only",
            codes.LOCAL_REASON,
            "LOCRSN",
            required=False,
        ),
        code(
            "target_lesion_treated",
            "Whether a target lesion was treated; radiotherapy and surgery only",
            codes.YES_NO,
            "TRGLTRFL",
            required=False,
        ),
    ],
    key=("regimen_id",),
)
