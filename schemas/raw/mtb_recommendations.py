"""Raw extract `mtb_recommendations`: therapies the board recommended."""

from pandera.pandas import Field

from schemas import terminology as codes
from schemas.columns import Text, Whole, about, drug, patient_id
from schemas.tables import PATIENT, RawExtract, Reference


class MtbRecommendations(RawExtract):
    """One row per therapy that a review recommended."""

    patient_id: Text = patient_id()
    review_id: Text = Field(title="Review that made it", metadata=about(adam="REVID", matched=True))
    recommendation_id: Text = Field(
        title="Recommendation", metadata=about(adam="RECID", matched=True)
    )
    rank: Whole = Field(
        title="Rank within the review, 1 = first choice", ge=1, metadata=about(adam="RANK")
    )
    variant_id: Text = Field(
        title="Variant it is based on", nullable=True, metadata=about(adam="VARID", matched=True)
    )
    biomarker: Text = Field(
        title="Biomarker it is based on",
        isin=codes.BIOMARKER,
        nullable=True,
        metadata=about(adam="BIOMARK"),
    )
    drug: Text = drug("DRUG")
    therapy_class: Text = Field(
        title="Class of therapy", isin=codes.THERAPY_CLASS, metadata=about(adam="THERCLS")
    )
    evidence_system: Text = Field(
        title="System of evidence levels", isin=codes.EVIDENCE_SYSTEM, metadata=about(adam="EVSYS")
    )
    evidence_level: Text = Field(
        title="Level within the system", metadata=about(adam="EVLVL", matched=True)
    )
    evidence_version: Text = Field(
        title="Version of the system, e.g. 2023-06", nullable=True, metadata=about(adam="EVVER")
    )

    class Config:
        """Key of the table."""

        name = "mtb_recommendations"
        metadata = {
            "key": ("recommendation_id",),
            "references": (
                PATIENT,
                Reference("review_id", "mtb_reviews"),
                Reference("variant_id", "variants"),
            ),
        }
