"""Raw extract `prior_treatments`: lines of therapy before enrolment."""

from pandera.pandas import Field

from schemas import terminology as codes
from schemas.columns import Text, Whole, about, patient_id
from schemas.tables import RawExtract


class PriorTreatments(RawExtract):
    """One row per line of therapy before enrolment."""

    patient_id: Text = patient_id()
    line: Whole = Field(title="Line of therapy, 1 = the first", ge=1, metadata=about(adam="LINE"))
    regimen: Text = Field(title="Regimen as recorded", metadata=about(adam="TRT"))
    therapy_class: Text = Field(
        title="Class of therapy", isin=codes.THERAPY_CLASS, metadata=about(adam="THERCLS")
    )
    start_date: Text = Field(title="Start of the line", metadata=about(adam="ASTDT", partial=True))
    end_date: Text = Field(
        title="End of the line", nullable=True, metadata=about(adam="AENDT", partial=True)
    )
    best_response: Text = Field(
        title="Best response to the line",
        isin=codes.OVERALL_RESPONSE,
        nullable=True,
        metadata=about(adam="BESTRESP"),
    )
    progression_date: Text = Field(
        title="Progression on the line", nullable=True, metadata=about(adam="PDDT", partial=True)
    )
    stop_reason: Text = Field(
        title="Why the line ended", isin=codes.PRIOR_STOP_REASON, metadata=about(adam="STOPRSN")
    )

    class Config:
        """Key of the table."""

        name = "prior_treatments"
        metadata = {"key": ("patient_id", "line")}
