"""Raw extract `reported_outcomes`: what a source reports of an outcome instead of its course."""

from pandera.pandas import Field

from schemas import terminology as codes
from schemas.columns import Text, Whole, about, patient_id
from schemas.tables import RawExtract


class ReportedOutcomes(RawExtract):
    """One row per patient and outcome of a source that holds no scans, or no calendar."""

    patient_id: Text = patient_id()
    parameter: Text = Field(
        title="Outcome: best response, response yes or no, time without progression, survival",
        isin=codes.REPORTED_PARAMETER,
        metadata=about(adam="PARAMCD", matched=True),
    )
    value: Text = Field(
        title="Best response (BOR), or Y and N (RSP)",
        description="empty for times",
        isin=(*codes.OVERALL_RESPONSE, *codes.YES_NO),
        nullable=True,
        metadata=about(adam="AVALC"),
    )
    days: Whole = Field(
        title="Days from the anchor, the anchor being day 1",
        description="of PFS and OS, else empty",
        ge=1,
        le=36_525,
        nullable=True,
        metadata=about(adam="AVAL", unit="days"),
    )
    status: Text = Field(
        title="Whether the time ended in the event",
        description="of PFS and OS, else empty",
        isin=codes.REPORTED_STATUS,
        nullable=True,
        metadata=about(adam="CNSR"),
    )
    anchor: Text = Field(
        title="Day 1 of the time, in the words of the source, e.g. start of treatment",
        description="of PFS and OS, else empty",
        nullable=True,
        metadata=about(adam="ANCHOR", matched=True),
    )

    class Config:
        """Key of the table; no file is a table without rows."""

        name = "reported_outcomes"
        metadata = {"key": ("patient_id", "parameter"), "optional": True}
