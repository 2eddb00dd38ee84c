"""Raw extract `variants`: what a test reported."""

from pandera.pandas import Field

from schemas import terminology as codes
from schemas.columns import Number, Text, about, patient_id
from schemas.tables import PATIENT, RawExtract, Reference


class Variants(RawExtract):
    """One row per reported variant of a test."""

    patient_id: Text = patient_id()
    test_id: Text = Field(
        title="Test that reported it", metadata=about(adam="TESTID", matched=True)
    )
    variant_id: Text = Field(title="Variant", metadata=about(adam="VARID", matched=True))
    gene: Text = Field(title="Gene, HGNC symbol", metadata=about(adam="GENE", matched=True))
    alteration_type: Text = Field(
        title="Kind of alteration", isin=codes.ALTERATION_TYPE, metadata=about(adam="ALTTYPE")
    )
    hgvs_p: Text = Field(
        title="Change of the protein, HGVS",
        nullable=True,
        metadata=about(adam="HGVSP", matched=True),
    )
    vaf: Number = Field(
        title="Variant allele fraction", ge=0, le=1, nullable=True, metadata=about(adam="VAF")
    )
    copy_number: Number = Field(
        title="Copy number", ge=0, nullable=True, metadata=about(adam="COPYNUM", unit="copies")
    )

    class Config:
        """Key of the table."""

        name = "variants"
        metadata = {
            "key": ("variant_id",),
            "references": (PATIENT, Reference("test_id", "sequencing")),
        }
