"""Raw extract `tumour_responses`: time-point responses as recorded (RECIST 1.1)."""

from pandera.pandas import Field

from schemas import terminology as codes
from schemas.columns import Day, Text, about, patient_id, source_visit
from schemas.tables import RawExtract


class TumourResponses(RawExtract):
    """One row per assessment and assessor."""

    patient_id: Text = patient_id()
    visit: Text = Field(
        title="Visit as labelled",
        description="analysis visits come from dates",
        isin=codes.VISIT,
        metadata=about(adam="VISIT"),
    )
    assessment_date: Day = Field(
        title="Date of the assessment: its first scan day", metadata=about(adam="ADT", month=True)
    )
    assessor: Text = Field(
        title="Who assessed", isin=codes.ASSESSOR, metadata=about(adam="ASSESSOR")
    )
    target_response: Text = Field(
        title="Response of the target lesions",
        description="empty = only the overall response was recorded",
        isin=codes.TARGET_RESPONSE,
        nullable=True,
        metadata=about(adam="TRGRESP"),
    )
    non_target_response: Text = Field(
        title="Response of the non-target lesions",
        description="empty = only the overall response was recorded",
        isin=codes.NON_TARGET_RESPONSE,
        nullable=True,
        metadata=about(adam="NTGRESP"),
    )
    new_lesion: Text = Field(
        title="Whether a new lesion was seen",
        description="empty = only the overall response was recorded",
        isin=codes.YES_NO,
        nullable=True,
        metadata=about(adam="NEWLES"),
    )
    overall_response: Text = Field(
        title="Overall response", isin=codes.OVERALL_RESPONSE, metadata=about(adam="OVRINV")
    )
    source_visit: Text = source_visit()

    class Config:
        """Key of the table."""

        name = "tumour_responses"
        metadata = {"key": ("patient_id", "assessment_date", "assessor")}
