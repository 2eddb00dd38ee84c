"""ADRS: time-point and patient-level responses (RECIST 1.1, SAP 14.2.1 and 14.2.3)."""

from pandera.pandas import Field

from schemas import terminology as codes
from schemas.columns import (
    Day,
    Number,
    Text,
    Whole,
    source_column,
    source_file,
    source_line,
    source_table,
)
from schemas.tables import AnalysisDataset


class ADRS(AnalysisDataset):
    """One row per patient and parameter, per assessment for time-point responses."""

    PARAMCD: Text = Field(title="Parameter", isin=codes.ADRS_PARAMCD)
    AVALC: Text = Field(
        title="Response, or Y and N",
        isin=("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE", "MISSING", "NA", "Y", "N"),
        nullable=True,
    )
    AVAL: Number = Field(title="Response as a number", nullable=True)
    ADT: Day = Field(title="Date of the response", nullable=True)
    ADY: Whole = Field(title="Study day", nullable=True)
    AVISIT: Text = Field(title="Analysis visit", nullable=True)
    AVISITN: Whole = Field(title="Analysis visit, number", nullable=True)
    ANL01FL: Text = Field(
        title="The record of its visit that is analysed", isin=codes.FLAG, nullable=True
    )
    ANLRSN: Text = Field(title="The rule that decided", nullable=True)
    CONFDT: Day = Field(title="The assessment that confirmed it", nullable=True)
    SRCDOM: Text = source_table(nullable=True)
    SRCVAR: Text = source_column(nullable=True)
    SRCFILE: Text = source_file(nullable=True)
    SRCROW: Whole = source_line(nullable=True)
    PDDT: Day | None = Field(
        title="Date of the progression shown at this assessment", nullable=True
    )
    PDTYPE: Text | None = Field(title="What progressed", nullable=True)
    ASSDT: Day | None = Field(title="Assessment at which the progression was seen", nullable=True)
    AVALCCF: Text | None = Field(title="Result with PR carried until PD", nullable=True)
    AVALC112: Text | None = Field(
        title="Result without the tolerance of the landmark", nullable=True
    )
    ADTF: Text | None = Field(
        title="Date of the assessment imputed: day", isin=codes.IMPUTED, nullable=True
    )

    class Config:
        """Key, and order of the rows."""

        name = "adrs"
        metadata = {"key": ("USUBJID", "PARAMCD", "ADT")}
