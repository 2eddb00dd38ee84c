"""ADQS: PROMIS-29 scores and ECOG by visit (SAP 14.2.8 and 14.2.9)."""

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


class ADQS(AnalysisDataset):
    """One row per patient, visit and parameter, forms that are not there included."""

    PARAMCD: Text = Field(title="Parameter", isin=codes.ADQS_PARAMCD)
    RAWSUM: Whole = Field(
        title="Raw sum of the items", ge=0, nullable=True, metadata=about(unit="points")
    )
    AVAL: Number = Field(
        title="T score, pain intensity or ECOG", nullable=True, metadata=about(unit="points")
    )
    SE: Number = Field(
        title="Standard error of the T score", ge=0, nullable=True, metadata=about(unit="points")
    )
    BASE: Number = Field(title="Value at baseline", nullable=True, metadata=about(unit="points"))
    CHG: Number = Field(title="Change from baseline", nullable=True, metadata=about(unit="points"))
    AVISIT: Text = Field(title="Analysis visit", nullable=True)
    AVISITN: Whole = Field(title="Analysis visit, number", nullable=True)
    ADT: Day = Field(title="Date of the form", nullable=True)
    ADY: Whole = Field(title="Study day", nullable=True)
    EXPFL: Text = Field(title="Form expected", isin=codes.FLAG, nullable=True)
    COMPFL: Text = Field(title="Form completed", isin=codes.FLAG, nullable=True)
    STATE: Text = Field(title="What became of the form", isin=codes.FORM_STATE, nullable=True)
    ANL01FL: Text = Field(
        title="The record of its visit that is analysed", isin=codes.FLAG, nullable=True
    )
    SRCDOM: Text = source_table(nullable=True)
    SRCVAR: Text = source_column(nullable=True)
    SRCFILE: Text = source_file(nullable=True)
    SRCROW: Whole = source_line(nullable=True)
    BLOLDFL: Text | None = Field(
        title="Baseline older than the limit of the tumour baseline", isin=codes.FLAG, nullable=True
    )

    class Config:
        """Key, and order of the rows."""

        name = "adqs"
        metadata = {"key": ("USUBJID", "PARAMCD", "AVISITN", "ADT")}
