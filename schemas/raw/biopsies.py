"""Raw extract `biopsies`: specimens of tissue and blood."""

from pandera.pandas import Field

from schemas import terminology as codes
from schemas.columns import Day, Number, Text, about, patient_id
from schemas.tables import RawExtract


class Biopsies(RawExtract):
    """One row per specimen."""

    patient_id: Text = patient_id()
    specimen_id: Text = Field(title="Specimen", metadata=about(adam="SPECID", matched=True))
    collection_date: Day = Field(
        title="Day on which the specimen was taken", metadata=about(adam="SPECDT")
    )
    specimen_type: Text = Field(
        title="Kind of specimen", isin=codes.SPECIMEN_TYPE, metadata=about(adam="SPECTYPE")
    )
    organ: Text = Field(title="Organ it was taken from", metadata=about(adam="ORGAN", matched=True))
    tumour_content_pct: Number = Field(
        title="Tumour content", ge=0, le=100, nullable=True, metadata=about(adam="TUMPCT", unit="%")
    )
    adequate: Text = Field(
        title="Whether it was adequate for sequencing",
        isin=codes.YES_NO,
        metadata=about(adam="ADEQFL"),
    )

    class Config:
        """Key of the table."""

        name = "biopsies"
        metadata = {"key": ("specimen_id",)}
