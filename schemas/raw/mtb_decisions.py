"""Raw extract `mtb_decisions`: what became of a recommendation."""

from pandera.pandas import Field

from schemas import terminology as codes
from schemas.columns import Day, Text, about, patient_id
from schemas.tables import PATIENT, RawExtract, Reference


class MtbDecisions(RawExtract):
    """At most one row per recommendation: the decision of patient and clinician."""

    patient_id: Text = patient_id()
    recommendation_id: Text = Field(
        title="Recommendation decided on", metadata=about(adam="RECID", matched=True)
    )
    decision_date: Day = Field(
        title="Day of the decision",
        description="empty while pending",
        nullable=True,
        metadata=about(adam="DECDT"),
    )
    decision: Text = Field(title="Decision", isin=codes.MTB_DECISION, metadata=about(adam="DECISN"))
    reason: Text = Field(
        title="Why it was declined, or what kept an accepted therapy from starting",
        isin=codes.DECISION_REASON,
        nullable=True,
        metadata=about(adam="DECRSN"),
    )

    class Config:
        """Key of the table."""

        name = "mtb_decisions"
        metadata = {
            "key": ("recommendation_id",),
            "references": (PATIENT, Reference("recommendation_id", "mtb_recommendations")),
        }
