"""ADTR: tumour measurements, one row per patient, assessment and parameter (RECIST 1.1)."""

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


class ADTR(AnalysisDataset):
    """One row per patient, assessment and parameter; LDIAM has a row per lesion."""

    PARAMCD: Text = Field(title="Parameter", isin=codes.ADTR_PARAMCD)
    AVAL: Number = Field(
        title="Value", ge=0, nullable=True, metadata=about(unit="mm, number of lesions for NTARGET")
    )
    BASE: Number = Field(
        title="Value at baseline", ge=0, nullable=True, metadata=about(unit="as AVAL")
    )
    CHG: Number = Field(title="Change from baseline", nullable=True, metadata=about(unit="as AVAL"))
    PCHG: Number = Field(title="Change from baseline", nullable=True, metadata=about(unit="%"))
    NADIR: Number = Field(
        title="Smallest value so far", ge=0, nullable=True, metadata=about(unit="as AVAL")
    )
    PCHGNAD: Number = Field(title="Change from nadir", nullable=True, metadata=about(unit="%"))
    AVISIT: Text = Field(title="Analysis visit", nullable=True)
    AVISITN: Whole = Field(title="Analysis visit, number", nullable=True)
    ADT: Day = Field(title="Date of the assessment")
    ADY: Whole = Field(title="Study day", nullable=True)
    LESID: Text = Field(title="Lesion, for LDIAM", nullable=True)
    ANL01FL: Text = Field(
        title="The record of its visit that is analysed", isin=codes.FLAG, nullable=True
    )
    SRCDOM: Text = source_table(nullable=True)
    SRCVAR: Text = source_column(nullable=True)
    SRCFILE: Text = source_file(nullable=True)
    SRCROW: Whole = source_line(nullable=True)
    BASEFL: Text | None = Field(title="Baseline record", isin=codes.FLAG, nullable=True)
    BASEWIN: Text | None = Field(
        title="Window of the baseline scan in days: 28, or 42 where flagged", nullable=True
    )
    TREVAL: Text | None = Field(title="Who read the scan", isin=codes.ASSESSOR)
    ADTF: Text | None = Field(
        title="Date of the assessment imputed: day", isin=codes.IMPUTED, nullable=True
    )

    class Config:
        """Key, and order of the rows."""

        name = "adtr"
        metadata = {"key": ("USUBJID", "PARAMCD", "ADT", "LESID", "TREVAL")}
