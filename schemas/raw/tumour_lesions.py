"""Raw extract `tumour_lesions`: every lesion at every assessment (RECIST 1.1)."""

from schemas import terminology as codes
from schemas.fields import code, date, number, patient_id, text
from schemas.tables import raw_table

TABLE = raw_table(
    "tumour_lesions",
    "One row per lesion and assessment.",
    [
        patient_id(),
        code("visit", "Visit as labelled; analysis visits come from dates", codes.VISIT, "VISIT"),
        date("assessment_date", "Date of the assessment: its first scan day", "ADT"),
        date(
            "scan_date",
            "Day this lesion was imaged; empty = assessment date",
            "SCANDT",
            required=False,
        ),
        text("lesion_id", "Lesion", "LESID", matched=True),
        code("lesion_role", "Role of the lesion", codes.LESION_ROLE, "LESROLE"),
        text("organ", "Organ", "ORGAN", matched=True),
        code("nodal", "Whether it is a lymph node", codes.YES_NO, "NODALFL"),
        number(
            "diameter_mm",
            "Longest diameter; short axis of a node",
            "AVAL",
            unit="mm",
            required=False,
            minimum=0,
        ),
        code(
            "status",
            "What was seen; which statuses depends on role",
            codes.LESION_STATUS,
            "LESSTAT",
        ),
        code("method", "Method of imaging", codes.IMAGING_METHOD, "METHOD"),
    ],
    key=("patient_id", "assessment_date", "lesion_id"),
)
