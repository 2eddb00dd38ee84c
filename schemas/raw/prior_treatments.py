"""Raw extract `prior_treatments`: lines of therapy before enrolment."""

from schemas import terminology as codes
from schemas.fields import code, integer, partial, patient_id, text
from schemas.tables import raw_table

TABLE = raw_table(
    "prior_treatments",
    "One row per line of therapy before enrolment.",
    [
        patient_id(),
        integer("line", "Line of therapy, 1 = the first", "LINE", minimum=1),
        text("regimen", "Regimen as recorded", "TRT"),
        code("therapy_class", "Class of therapy", codes.THERAPY_CLASS, "THERCLS"),
        partial("start_date", "Start of the line", "ASTDT"),
        partial("end_date", "End of the line", "AENDT", required=False),
        code(
            "best_response",
            "Best response to the line",
            codes.OVERALL_RESPONSE,
            "BESTRESP",
            required=False,
        ),
        partial("progression_date", "Progression on the line", "PDDT", required=False),
        code("stop_reason", "Why the line ended", codes.PRIOR_STOP_REASON, "STOPRSN"),
    ],
    key=("patient_id", "line"),
)
