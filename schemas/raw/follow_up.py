"""Raw extract `follow_up`: contacts and what they said."""

from schemas import terminology as codes
from schemas.fields import code, date, patient_id
from schemas.tables import raw_table

TABLE = raw_table(
    "follow_up",
    "One row per contact.",
    [
        patient_id(),
        date("contact_date", "Day of the contact", "LSTALVDT"),
        code("vital_status", "Vital status on that day", codes.VITAL_STATUS, "VITALST"),
    ],
    key=("patient_id", "contact_date"),
)
