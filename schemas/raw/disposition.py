"""Raw extract `disposition`: death, withdrawal, loss, completion, clinical progression."""

from schemas import terminology as codes
from schemas.fields import code, partial, patient_id, text
from schemas.tables import raw_table

TABLE = raw_table(
    "disposition",
    "At most one row per patient and event.",
    [
        patient_id(),
        code("event", "What happened", codes.DISPOSITION_EVENT, "EOSSTT"),
        partial("event_date", "When it happened", "EOSDT"),
        text("reason", "Why, as recorded", "DCSREAS", required=False),
        code(
            "cause",
            "Cause of death; for death only",
            codes.CAUSE_OF_DEATH,
            "DTHCAUS",
            required=False,
        ),
        code(
            "vital_status_consent",
            "Whether later deaths may be used; for withdrawal only",
            codes.YES_NO,
            "VSCONSFL",
            required=False,
        ),
    ],
    key=("patient_id", "event"),
)
