"""Raw extract `treatments`: anticancer regimens after enrolment."""

from pandera.pandas import Field

from schemas import terminology as codes
from schemas.columns import Day, Text, about, drug, patient_id
from schemas.tables import RawExtract


class Treatments(RawExtract):
    """One row per anticancer regimen after enrolment, local therapy included."""

    patient_id: Text = patient_id()
    regimen_id: Text = Field(title="Regimen", metadata=about(adam="REGID", matched=True))
    drug: Text = drug("TRT")
    therapy_class: Text = Field(
        title="Class of therapy", isin=codes.THERAPY_CLASS, metadata=about(adam="THERCLS")
    )
    start_date: Day = Field(title="First administration", metadata=about(adam="ASTDT"))
    end_date: Day = Field(
        title="End of the regimen",
        description="empty = ongoing",
        nullable=True,
        metadata=about(adam="AENDT"),
    )
    stop_reason: Text = Field(
        title="Why it ended",
        description="empty while ongoing",
        isin=codes.STOP_REASON,
        nullable=True,
        metadata=about(adam="STOPRSN"),
    )
    local_reason: Text = Field(
        title="Why local therapy was given",
        description="radiotherapy and surgery only",
        isin=codes.LOCAL_REASON,
        nullable=True,
        metadata=about(adam="LOCRSN"),
    )
    target_lesion_treated: Text = Field(
        title="Whether a target lesion was treated",
        description="radiotherapy and surgery only",
        isin=codes.YES_NO,
        nullable=True,
        metadata=about(adam="TRGLTRFL"),
    )

    class Config:
        """Key of the table."""

        name = "treatments"
        metadata = {"key": ("regimen_id",)}
