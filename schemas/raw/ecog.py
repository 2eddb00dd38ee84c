"""Raw extract `ecog`: performance status."""

from schemas import terminology as codes
from schemas.fields import code, date, integer, patient_id
from schemas.tables import raw_table

TABLE = raw_table(
    "ecog",
    "One row per assessment of the performance status.",
    [
        patient_id(),
        code("visit", "Visit as labelled; analysis visits come from dates", codes.VISIT, "VISIT"),
        date("assessment_date", "Day of the assessment", "ADT"),
        integer("ecog", "ECOG performance status, 5 = dead", "AVAL", minimum=0, maximum=5),
    ],
    key=("patient_id", "assessment_date"),
)
