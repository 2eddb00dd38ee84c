"""ADMB: one row per recommendation of the molecular tumour board and what became of it."""

from schemas import terminology as codes
from schemas.fields import code, date, flag, integer, text
from schemas.tables import dataset, identity, source

DATASET = dataset(
    "admb",
    "One row per recommendation of the molecular tumour board.",
    [
        *identity(),
        text("REVID", "Review", source="mtb_recommendations.review_id"),
        date("REVDT", "Day of the review", source="mtb_reviews.review_date"),
        text("RECID", "Recommendation", source="mtb_recommendations.recommendation_id"),
        integer("RANK", "Rank within the review", minimum=1),
        text("DRUG", "Recommended drugs"),
        code("THERCLS", "Class of therapy", codes.THERAPY_CLASS),
        text("GENE", "Gene of the variant", required=False),
        text("VARID", "Variant it is based on", required=False),
        code("EVSYS", "System of evidence levels", codes.EVIDENCE_SYSTEM),
        text("EVLVL", "Evidence level"),
        integer("PROFNUM", "Profile of the test reviewed", minimum=1),
        code("DECISN", "Decision; pending where none is recorded", codes.MTB_DECISION),
        code("DECRSN", "Reason", codes.DECISION_REASON, required=False),
        flag("RECVFL", "Received"),
        date("RECVDT", "First dose of what was recommended", required=False),
        *source(),
    ],
    key=("USUBJID", "RECID"),
    extras=[
        code("CONCL", "Conclusion of the review", codes.MTB_CONCLUSION),
        code("BIOMARK", "Biomarker it is based on", codes.BIOMARKER, required=False),
        flag("LINKFL", "Linked to a variant or a biomarker"),
        text("EVVER", "Version of the evidence system", required=False),
        date("DECDT", "Day of the decision", required=False),
    ],
)
