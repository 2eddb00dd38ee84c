"""ADMB: one row per recommendation of the molecular tumour board and what became of it."""

from pandera.pandas import Field

from schemas import terminology as codes
from schemas.columns import (
    Day,
    Text,
    Whole,
    about,
    source_column,
    source_file,
    source_line,
    source_table,
)
from schemas.tables import AnalysisDataset


class ADMB(AnalysisDataset):
    """One row per recommendation of the molecular tumour board."""

    REVID: Text = Field(title="Review", metadata=about(source="mtb_recommendations.review_id"))
    REVDT: Day = Field(title="Day of the review", metadata=about(source="mtb_reviews.review_date"))
    RECID: Text = Field(
        title="Recommendation", metadata=about(source="mtb_recommendations.recommendation_id")
    )
    RANK: Whole = Field(title="Rank within the review", ge=1)
    DRUG: Text = Field(title="Recommended drugs")
    THERCLS: Text = Field(title="Class of therapy", isin=codes.THERAPY_CLASS)
    GENE: Text = Field(title="Gene of the variant", nullable=True)
    VARID: Text = Field(title="Variant it is based on", nullable=True)
    EVSYS: Text = Field(title="System of evidence levels", isin=codes.EVIDENCE_SYSTEM)
    EVLVL: Text = Field(title="Evidence level")
    PROFNUM: Whole = Field(title="Profile of the test reviewed", ge=1)
    DECISN: Text = Field(
        title="Decision", description="pending where none is recorded", isin=codes.MTB_DECISION
    )
    DECRSN: Text = Field(title="Reason", isin=codes.DECISION_REASON, nullable=True)
    RECVFL: Text = Field(title="Received", isin=codes.FLAG, nullable=True)
    RECVDT: Day = Field(title="First dose of what was recommended", nullable=True)
    SRCDOM: Text = source_table()
    SRCVAR: Text = source_column()
    SRCFILE: Text = source_file()
    SRCROW: Whole = source_line()
    CONCL: Text | None = Field(title="Conclusion of the review", isin=codes.MTB_CONCLUSION)
    BIOMARK: Text | None = Field(
        title="Biomarker it is based on", isin=codes.BIOMARKER, nullable=True
    )
    LINKFL: Text | None = Field(
        title="Linked to a variant or a biomarker", isin=codes.FLAG, nullable=True
    )
    EVVER: Text | None = Field(title="Version of the evidence system", nullable=True)
    DECDT: Day | None = Field(title="Day of the decision", nullable=True)

    class Config:
        """Key, and order of the rows."""

        name = "admb"
        metadata = {"key": ("USUBJID", "RECID")}
