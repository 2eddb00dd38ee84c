"""ADGN: one row per reported variant."""

from pandera.pandas import Field

from schemas import terminology as codes
from schemas.columns import (
    Number,
    Text,
    Whole,
    about,
    source_column,
    source_file,
    source_line,
    source_table,
)
from schemas.tables import AnalysisDataset


class ADGN(AnalysisDataset):
    """One row per reported variant of a test."""

    VARID: Text = Field(title="Variant", metadata=about(source="variants.variant_id"))
    TESTID: Text = Field(title="Test that reported it")
    PROFNUM: Whole = Field(title="Profile of the test", ge=1)
    GENE: Text = Field(title="Gene")
    ALTTYPE: Text = Field(title="Kind of alteration", isin=codes.ALTERATION_TYPE)
    HGVSP: Text = Field(title="Change of the protein", nullable=True)
    VAF: Number = Field(title="Variant allele fraction", ge=0, le=1, nullable=True)
    COPYNUM: Number = Field(title="Copy number", ge=0, nullable=True, metadata=about(unit="copies"))
    ACTNVFL: Text = Field(title="Named by a recommendation", isin=codes.FLAG, nullable=True)
    SRCDOM: Text = source_table()
    SRCVAR: Text = source_column()
    SRCFILE: Text = source_file()
    SRCROW: Whole = source_line()

    class Config:
        """Key, and order of the rows."""

        name = "adgn"
        metadata = {"key": ("USUBJID", "VARID")}
