"""Raw extract `follow_up`: contacts and what they said."""

from pandera.pandas import Field

from schemas import terminology as codes
from schemas.columns import Day, Text, about, patient_id
from schemas.tables import RawExtract


class FollowUp(RawExtract):
    """One row per contact."""

    patient_id: Text = patient_id()
    contact_date: Day = Field(title="Day of the contact", metadata=about(adam="LSTALVDT"))
    vital_status: Text = Field(
        title="Vital status on that day", isin=codes.VITAL_STATUS, metadata=about(adam="VITALST")
    )

    class Config:
        """Key of the table."""

        name = "follow_up"
        metadata = {"key": ("patient_id", "contact_date")}
