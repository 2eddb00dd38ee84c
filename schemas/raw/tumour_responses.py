"""Raw extract `tumour_responses`: time-point responses as recorded (RECIST 1.1)."""

from schemas import terminology as codes
from schemas.fields import code, date, patient_id
from schemas.tables import raw_table

TABLE = raw_table(
    "tumour_responses",
    "One row per assessment and assessor.",
    [
        patient_id(),
        code("visit", "Visit as labelled; analysis visits come from dates", codes.VISIT, "VISIT"),
        date("assessment_date", "Date of the assessment: its first scan day", "ADT"),
        code("assessor", "Who assessed", codes.ASSESSOR, "ASSESSOR"),
        code("target_response", "Response of the target lesions", codes.TARGET_RESPONSE, "TRGRESP"),
        code(
            "non_target_response",
            "Response of the non-target lesions",
            codes.NON_TARGET_RESPONSE,
            "NTGRESP",
        ),
        code("new_lesion", "Whether a new lesion was seen", codes.YES_NO, "NEWLES"),
        code("overall_response", "Overall response", codes.OVERALL_RESPONSE, "OVRINV"),
    ],
    key=("patient_id", "assessment_date", "assessor"),
)
