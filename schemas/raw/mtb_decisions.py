"""Raw extract `mtb_decisions`: what became of a recommendation."""

from schemas import terminology as codes
from schemas.fields import code, date, patient_id, text
from schemas.tables import PATIENT, Reference, raw_table

TABLE = raw_table(
    "mtb_decisions",
    "At most one row per recommendation: the decision of patient and clinician.",
    [
        patient_id(),
        text("recommendation_id", "Recommendation decided on", "RECID", matched=True),
        date("decision_date", "Day of the decision; empty while pending", "DECDT", required=False),
        code("decision", "Decision", codes.MTB_DECISION, "DECISN"),
        code(
            "reason",
            "Why it was declined, or what kept an accepted therapy from starting",
            codes.DECISION_REASON,
            "DECRSN",
            required=False,
        ),
    ],
    key=("recommendation_id",),
    references=(PATIENT, Reference("recommendation_id", "mtb_recommendations")),
)
