"""Raw extract `mtb_reviews`: discussions of the molecular tumour board (MTB)."""

from pandera.pandas import Field

from schemas import terminology as codes
from schemas.columns import Day, Text, about, patient_id
from schemas.tables import PATIENT, RawExtract, Reference


class MtbReviews(RawExtract):
    """One row per discussion of a test by the molecular tumour board."""

    patient_id: Text = patient_id()
    review_id: Text = Field(title="Review", metadata=about(adam="REVID", matched=True))
    test_id: Text = Field(
        title="Test that was discussed", metadata=about(adam="TESTID", matched=True)
    )
    review_date: Day = Field(title="Day of the discussion", metadata=about(adam="REVDT"))
    conclusion: Text = Field(
        title="Conclusion of the board", isin=codes.MTB_CONCLUSION, metadata=about(adam="CONCL")
    )

    class Config:
        """Key of the table."""

        name = "mtb_reviews"
        metadata = {
            "key": ("review_id",),
            "references": (PATIENT, Reference("test_id", "sequencing")),
        }
