"""Raw extract `biopsies`: specimens of tissue and blood."""

from schemas import terminology as codes
from schemas.fields import code, date, number, patient_id, text
from schemas.tables import raw_table

TABLE = raw_table(
    "biopsies",
    "One row per specimen.",
    [
        patient_id(),
        text("specimen_id", "Specimen", "SPECID", matched=True),
        date("collection_date", "Day on which the specimen was taken", "SPECDT"),
        code("specimen_type", "Kind of specimen", codes.SPECIMEN_TYPE, "SPECTYPE"),
        text("organ", "Organ it was taken from", "ORGAN", matched=True),
        number(
            "tumour_content_pct",
            "Tumour content",
            "TUMPCT",
            unit="%",
            required=False,
            minimum=0,
            maximum=100,
        ),
        code("adequate", "Whether it was adequate for sequencing", codes.YES_NO, "ADEQFL"),
    ],
    key=("specimen_id",),
)
