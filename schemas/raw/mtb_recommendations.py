"""Raw extract `mtb_recommendations`: therapies the board recommended."""

from schemas import terminology as codes
from schemas.fields import code, drug, integer, patient_id, text
from schemas.tables import PATIENT, Reference, raw_table

TABLE = raw_table(
    "mtb_recommendations",
    "One row per therapy that a review recommended.",
    [
        patient_id(),
        text("review_id", "Review that made it", "REVID", matched=True),
        text("recommendation_id", "Recommendation", "RECID", matched=True),
        integer("rank", "Rank within the review, 1 = first choice", "RANK", minimum=1),
        text("variant_id", "Variant it is based on", "VARID", required=False, matched=True),
        code("biomarker", "Biomarker it is based on", codes.BIOMARKER, "BIOMARK", required=False),
        drug("DRUG"),
        code("therapy_class", "Class of therapy", codes.THERAPY_CLASS, "THERCLS"),
        code("evidence_system", "System of evidence levels", codes.EVIDENCE_SYSTEM, "EVSYS"),
        text("evidence_level", "Level within the system", "EVLVL", matched=True),
        text("evidence_version", "Version of the system, e.g. 2023-06", "EVVER", required=False),
    ],
    key=("recommendation_id",),
    references=(
        PATIENT,
        Reference("review_id", "mtb_reviews"),
        Reference("variant_id", "variants"),
    ),
)
