"""Raw extract `adverse_events`: adverse events by CTCAE v5.0."""

from pandera.pandas import Field

from schemas import terminology as codes
from schemas.columns import CONTRACT_1_2, Text, Whole, about, patient_id
from schemas.tables import RawExtract

_ONE_CRITERION = f"({'|'.join(codes.SERIOUS_CRITERION)})"
SEVERAL_CRITERIA = rf"{_ONE_CRITERION}(;{_ONE_CRITERION})*\Z"


class AdverseEvents(RawExtract):
    """One row per adverse event, or per severity of it (`ae_sequence`)."""

    patient_id: Text = patient_id()
    ae_id: Text = Field(title="Adverse event", metadata=about(adam="AEID", matched=True))
    term: Text = Field(
        title="Term of CTCAE v5.0, or preferred term of MedDRA (rules.safety.dictionary)",
        metadata=about(adam="AEDECOD", matched=True),
    )
    verbatim: Text = Field(title="As reported", metadata=about(adam="AETERM"))
    soc: Text = Field(
        title="System organ class as coded", metadata=about(adam="AEBODSYS", matched=True)
    )
    grade: Whole = Field(
        title="Grade of CTCAE v5.0",
        description="empty = not recorded",
        ge=1,
        le=5,
        nullable=True,
        metadata=about(adam="AETOXGR"),
    )
    serious: Text = Field(
        title="Whether it was serious (not: severe)",
        isin=codes.YES_NO,
        metadata=about(adam="AESER"),
    )
    serious_criterion: Text = Field(
        title="What made it serious",
        description="required if serious, else empty; several joined by ;",
        str_matches=SEVERAL_CRITERIA,
        nullable=True,
        metadata=about(adam="AESCRIT", several=codes.SERIOUS_CRITERION),
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
        description="empty = not recorded",
        isin=codes.YES_NO,
        nullable=True,
        metadata=about(adam="BIOPRFL"),
    )
    ae_sequence: Whole = Field(
        title="Number of the severity within the event",
        description="empty = 1",
        ge=1,
        nullable=True,
        metadata=about(adam="AESEQ", birth=CONTRACT_1_2, empty_means=1),
    )

    class Config:
        """Key of the table."""

        name = "adverse_events"
        metadata = {"key": ("ae_id", "ae_sequence")}
