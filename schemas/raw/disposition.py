"""Raw extract `disposition`: death, withdrawal, loss, completion and other ends of the study."""

from pandera.pandas import Field

from schemas import terminology as codes
from schemas.columns import Text, about, patient_id
from schemas.tables import RawExtract


class Disposition(RawExtract):
    """At most one row per patient and event."""

    patient_id: Text = patient_id()
    event: Text = Field(
        title="What happened", isin=codes.DISPOSITION_EVENT, metadata=about(adam="EOSSTT")
    )
    event_date: Text = Field(title="When it happened", metadata=about(adam="EOSDT", partial=True))
    reason: Text = Field(
        title="Why, as recorded",
        description="a code where discontinued",
        nullable=True,
        metadata=about(adam="DCSREAS"),
    )
    cause: Text = Field(
        title="Cause of death",
        description="for death only",
        isin=codes.CAUSE_OF_DEATH,
        nullable=True,
        metadata=about(adam="DTHCAUS"),
    )
    vital_status_consent: Text = Field(
        title="Whether later deaths may be used",
        description="for withdrawal only",
        isin=codes.YES_NO_UNKNOWN,
        nullable=True,
        metadata=about(adam="VSCONSFL"),
    )

    class Config:
        """Key of the table."""

        name = "disposition"
        metadata = {"key": ("patient_id", "event")}
