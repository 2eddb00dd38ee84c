"""ADCM: one row per prior line, with its progression-free time."""

from pandera.pandas import Field

from schemas import terminology as codes
from schemas.columns import (
    Day,
    Text,
    Whole,
    about,
    source_column,
    source_file,
    source_line,
    source_table,
)
from schemas.tables import AnalysisDataset


class ADCM(AnalysisDataset):
    """One row per line of therapy before enrolment."""

    LINE: Whole = Field(title="Line of therapy", ge=1)
    TRT: Text = Field(title="Regimen", metadata=about(source="prior_treatments.regimen"))
    THERCLS: Text = Field(title="Class of therapy", isin=codes.THERAPY_CLASS)
    ASTDT: Day = Field(title="Start", nullable=True)
    ASTDTF: Text = Field(
        title="Start imputed: day, month and day", isin=codes.IMPUTED, nullable=True
    )
    AENDT: Day = Field(title="End", nullable=True)
    AENDTF: Text = Field(title="End imputed: day, month and day", isin=codes.IMPUTED, nullable=True)
    BESTRESP: Text = Field(title="Best response", isin=codes.OVERALL_RESPONSE, nullable=True)
    PDDT: Day = Field(title="Progression", nullable=True)
    STOPRSN: Text = Field(title="Why the line ended", isin=codes.PRIOR_STOP_REASON)
    PFS1: Whole = Field(title="PDDT - ASTDT + 1", ge=1, nullable=True, metadata=about(unit="days"))
    SRCDOM: Text = source_table()
    SRCVAR: Text = source_column()
    SRCFILE: Text = source_file()
    SRCROW: Whole = source_line()
    PDDTF: Text | None = Field(
        title="Progression imputed: day, month and day", isin=codes.IMPUTED, nullable=True
    )
    PFS1RSN: Text | None = Field(title="Why there is no PFS1", nullable=True)
    PFS1ORFL: Text | None = Field(
        title="PFS1: order of partial dates possible, not certain", isin=codes.FLAG, nullable=True
    )
    PFS1END: Whole | None = Field(
        title="PFS1 to the end of the line, stopped for progression without a date",
        ge=1,
        nullable=True,
        metadata=about(unit="days"),
    )
    PFS1STOP: Whole | None = Field(
        title="PFS1 by the stop reason alone", ge=1, nullable=True, metadata=about(unit="days")
    )

    class Config:
        """Key, and order of the rows."""

        name = "adcm"
        metadata = {"key": ("USUBJID", "LINE")}
