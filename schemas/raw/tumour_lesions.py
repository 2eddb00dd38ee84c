"""Raw extract `tumour_lesions`: every lesion at every assessment (RECIST 1.1)."""

from pandera.pandas import Field

from schemas import terminology as codes
from schemas.columns import CONTRACT_1_2, Day, Number, Text, about, patient_id, source_visit
from schemas.tables import RawExtract


class TumourLesions(RawExtract):
    """One row per lesion and assessment."""

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
    scan_date: Day = Field(
        title="Day this lesion was imaged",
        description="empty = assessment date",
        nullable=True,
        metadata=about(adam="SCANDT", month=True),
    )
    lesion_id: Text = Field(title="Lesion", metadata=about(adam="LESID", matched=True))
    lesion_role: Text = Field(
        title="Role of the lesion", isin=codes.LESION_ROLE, metadata=about(adam="LESROLE")
    )
    organ: Text = Field(title="Organ, or unknown", metadata=about(adam="ORGAN", matched=True))
    nodal: Text = Field(
        title="Whether it is a lymph node", isin=codes.YES_NO, metadata=about(adam="NODALFL")
    )
    diameter_mm: Number = Field(
        title="Longest diameter",
        description="short axis of a node",
        ge=0,
        nullable=True,
        metadata=about(adam="AVAL", unit="mm"),
    )
    status: Text = Field(
        title="What was seen",
        description="which statuses depends on role",
        isin=codes.LESION_STATUS,
        metadata=about(adam="LESSTAT"),
    )
    method: Text = Field(
        title="Method of imaging", isin=codes.IMAGING_METHOD, metadata=about(adam="METHOD")
    )
    assessor: Text = Field(
        title="Who read the scan",
        description="empty = investigator",
        isin=codes.ASSESSOR,
        nullable=True,
        metadata=about(
            adam="ASSESSOR", birth=CONTRACT_1_2, empty_means="investigator", matched=True
        ),
    )
    source_visit: Text = source_visit()

    class Config:
        """Key of the table."""

        name = "tumour_lesions"
        metadata = {"key": ("patient_id", "assessment_date", "lesion_id", "assessor")}
