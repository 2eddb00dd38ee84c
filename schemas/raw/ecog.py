"""Raw extract `ecog`: performance status."""

from pandera.pandas import Field

from schemas import terminology as codes
from schemas.columns import Day, Text, Whole, about, patient_id, source_visit
from schemas.tables import RawExtract


class Ecog(RawExtract):
    """One row per assessment of the performance status."""

    patient_id: Text = patient_id()
    visit: Text = Field(
        title="Visit as labelled",
        description="analysis visits come from dates",
        isin=codes.VISIT,
        metadata=about(adam="VISIT"),
    )
    assessment_date: Day = Field(title="Day of the assessment", metadata=about(adam="ADT"))
    ecog: Whole = Field(
        title="ECOG performance status, 5 = dead", ge=0, le=5, metadata=about(adam="AVAL")
    )
    source_visit: Text = source_visit()

    class Config:
        """Key of the table."""

        name = "ecog"
        metadata = {"key": ("patient_id", "assessment_date")}
