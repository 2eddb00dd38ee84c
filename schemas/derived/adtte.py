"""ADTTE: times to event with their reason and source (SAP section 4)."""

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


class ADTTE(AnalysisDataset):
    """One row per patient and parameter."""

    PARAMCD: Text = Field(title="Parameter", isin=codes.ADTTE_PARAMCD)
    PARAM: Text = Field(title="Parameter in words")
    STARTDT: Day = Field(title="Origin")
    ADT: Day = Field(title="Event or censoring")
    AVAL: Whole = Field(title="ADT - STARTDT + 1", ge=1, metadata=about(unit="days"))
    CNSR: Whole = Field(
        title="0 event, 1 to 9 censored as in the SAP table, 10 competing event, "
        "11 not assessed, 12 no contact up to the planned end, 13 other end of the study",
        ge=0,
        le=13,
    )
    EVTCAUSE: Whole = Field(
        title="0 censored, 1 event, 2 death, 3 withdrawal, 4 other competing event", ge=0, le=4
    )
    EVNTDESC: Text = Field(title="The event in words", nullable=True)
    CNSDTDSC: Text = Field(title="The censoring in words", nullable=True)
    SRCDOM: Text = source_table(nullable=True)
    SRCVAR: Text = source_column(nullable=True)
    SRCFILE: Text = source_file(nullable=True)
    SRCROW: Whole = source_line(nullable=True)
    SITUATION: Whole | None = Field(
        title="Situation of the table of censoring (PFS)", ge=1, le=26, nullable=True
    )
    RULE: Text | None = Field(title="The rule that decided, in words", nullable=True)
    ADTF: Text | None = Field(
        title="Date imputed: day, month and day", isin=codes.IMPUTED, nullable=True
    )
    ESTIMAND: Text | None = Field(
        title="Estimand of progression-free survival",
        isin=("treatment_policy", "hypothetical", "composite"),
        nullable=True,
    )
    BASEWIN: Text | None = Field(
        title="Days before the origin of the baseline scan", isin=("28", "42"), nullable=True
    )

    class Config:
        """Key, and order of the rows."""

        name = "adtte"
        metadata = {"key": ("USUBJID", "PARAMCD")}
