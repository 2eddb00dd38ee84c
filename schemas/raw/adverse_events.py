"""Raw extract `adverse_events`: adverse events by CTCAE v5.0."""

from pandera.pandas import Field

from schemas import terminology as codes
from schemas.columns import Text, Whole, about, patient_id
from schemas.tables import RawExtract


class AdverseEvents(RawExtract):
    """One row per adverse event."""

    patient_id: Text = patient_id()
    ae_id: Text = Field(title="Adverse event", metadata=about(adam="AEID", matched=True))
    term: Text = Field(title="Term of CTCAE v5.0", metadata=about(adam="AEDECOD", matched=True))
    verbatim: Text = Field(title="As reported", metadata=about(adam="AETERM"))
    soc: Text = Field(
        title="System organ class of CTCAE v5.0", metadata=about(adam="AEBODSYS", matched=True)
    )
    grade: Whole = Field(title="Grade of CTCAE v5.0", ge=1, le=5, metadata=about(adam="AETOXGR"))
    serious: Text = Field(
        title="Whether it was serious (not: severe)",
        isin=codes.YES_NO,
        metadata=about(adam="AESER"),
    )
    serious_criterion: Text = Field(
        title="What made it serious",
        description="required if serious, else empty",
        isin=codes.SERIOUS_CRITERION,
        nullable=True,
        metadata=about(adam="AESCRIT"),
    )
    onset_date: Text = Field(title="Onset", metadata=about(adam="ASTDT", partial=True))
    resolution_date: Text = Field(
        title="Resolution", nullable=True, metadata=about(adam="AENDT", partial=True)
    )
    outcome: Text = Field(title="Outcome", isin=codes.AE_OUTCOME, metadata=about(adam="AEOUT"))
    related: Text = Field(
        title="Whether related to treatment", isin=codes.RELATED, metadata=about(adam="AEREL")
    )
    action_taken: Text = Field(
        title="What was done about the treatment",
        isin=codes.ACTION_TAKEN,
        metadata=about(adam="AEACN"),
    )
    biopsy_related: Text = Field(
        title="Whether a complication of a biopsy",
        isin=codes.YES_NO,
        metadata=about(adam="BIOPRFL"),
    )

    class Config:
        """Key of the table."""

        name = "adverse_events"
        metadata = {"key": ("ae_id",)}
