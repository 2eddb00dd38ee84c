"""ADNGS: one row per specimen and test; a specimen without a test has a row too."""

from pandera.pandas import Field

from schemas import terminology as codes
from schemas.columns import (
    Day,
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


class ADNGS(AnalysisDataset):
    """One row per specimen and sequencing test, specimens without a test included."""

    SPECID: Text = Field(title="Specimen", metadata=about(source="biopsies.specimen_id"))
    SPECDT: Day = Field(title="Collection", metadata=about(source="biopsies.collection_date"))
    SPECTYPE: Text = Field(title="Kind of specimen", isin=codes.SPECIMEN_TYPE)
    ORGAN: Text = Field(title="Organ")
    TUMPCT: Number = Field(
        title="Tumour content", ge=0, le=100, nullable=True, metadata=about(unit="%")
    )
    ADEQFL: Text = Field(title="Adequate for sequencing", isin=codes.FLAG, nullable=True)
    TESTID: Text = Field(title="Test", nullable=True, metadata=about(source="sequencing.test_id"))
    PROFNUM: Whole = Field(title="Profile", ge=1, nullable=True)
    ASSAY: Text = Field(title="Assay", nullable=True)
    REPDT: Day = Field(title="Report", nullable=True)
    QCSTAT: Text = Field(title="Quality control", isin=codes.QC_STATUS, nullable=True)
    TMB: Number = Field(
        title="Mutational burden", ge=0, nullable=True, metadata=about(unit="mutations/Mb")
    )
    MSI: Text = Field(title="Microsatellite status", isin=codes.MSI_STATUS, nullable=True)
    SRCDOM: Text = source_table()
    SRCVAR: Text = source_column()
    SRCFILE: Text = source_file()
    SRCROW: Whole = source_line()
    QCRSN: Text | None = Field(
        title="Why quality control failed", isin=codes.QC_FAIL_REASON, nullable=True
    )
    HRD: Text | None = Field(
        title="Homologous recombination deficiency", isin=codes.HRD_STATUS, nullable=True
    )

    class Config:
        """Key, and order of the rows."""

        name = "adngs"
        metadata = {"key": ("USUBJID", "SPECID", "TESTID")}
