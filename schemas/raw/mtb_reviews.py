"""Raw extract `mtb_reviews`: discussions of the molecular tumour board (MTB)."""

from schemas import terminology as codes
from schemas.fields import code, date, patient_id, text
from schemas.tables import PATIENT, Reference, raw_table

TABLE = raw_table(
    "mtb_reviews",
    "One row per discussion of a test by the molecular tumour board.",
    [
        patient_id(),
        text("review_id", "Review", "REVID", matched=True),
        text("test_id", "Test that was discussed", "TESTID", matched=True),
        date("review_date", "Day of the discussion", "REVDT"),
        code("conclusion", "Conclusion of the board", codes.MTB_CONCLUSION, "CONCL"),
    ],
    key=("review_id",),
    references=(PATIENT, Reference("test_id", "sequencing")),
)
