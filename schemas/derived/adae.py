"""ADAE: one row per adverse event (SAP 14.3)."""

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


class ADAE(AnalysisDataset):
    """One row per adverse event, or per severity of it."""

    AEID: Text = Field(title="Adverse event", metadata=about(source="adverse_events.ae_id"))
    AETERM: Text = Field(title="As reported", metadata=about(source="adverse_events.verbatim"))
    AEDECOD: Text = Field(
        title="Term of the dictionary of the plan", metadata=about(source="adverse_events.term")
    )
    AEBODSYS: Text = Field(title="System organ class", metadata=about(source="adverse_events.soc"))
    AETOXGR: Whole = Field(title="Grade", ge=1, le=5, nullable=True)
    AESER: Text = Field(title="Serious", isin=codes.FLAG, nullable=True)
    AESCRIT: Text = Field(title="What made it serious; several joined by ;", nullable=True)
    AEREL: Text = Field(title="Related to treatment", isin=codes.RELATED)
    AEACN: Text = Field(title="Action taken", isin=codes.ACTION_TAKEN, nullable=True)
    AEOUT: Text = Field(title="Outcome", isin=codes.AE_OUTCOME)
    ASTDT: Day = Field(title="Onset", nullable=True)
    ASTDTF: Text = Field(
        title="Onset imputed: day, month and day", isin=codes.IMPUTED, nullable=True
    )
    AENDT: Day = Field(title="Resolution", nullable=True)
    ASTDY: Whole = Field(title="Study day of onset", nullable=True)
    TRTEMFL: Text = Field(title="Treatment-emergent", isin=codes.FLAG, nullable=True)
    APERIOD: Whole = Field(title="Treatment period", ge=0, nullable=True)
    TRTGRP: Text = Field(title="Group of the period", isin=codes.TREATMENT_GROUP, nullable=True)
    BIOPRFL: Text = Field(title="Complication of a biopsy", isin=codes.FLAG, nullable=True)
    SRCDOM: Text = source_table()
    SRCVAR: Text = source_column()
    SRCFILE: Text = source_file()
    SRCROW: Whole = source_line()
    AENDTF: Text | None = Field(
        title="Resolution imputed: day, month and day", isin=codes.IMPUTED, nullable=True
    )
    APHASE: Text | None = Field(
        title="Before or without treatment, on treatment, after", isin=codes.AE_PHASE
    )
    GRADERSN: Text | None = Field(title="Why the grade is missing", nullable=True)
    AESEQ: Whole | None = Field(title="Severity of the event, in order", ge=1)
    AECTCTRM: Text | None = Field(title="Term of CTCAE v5.0, if it has one", nullable=True)
    OBSFL: Text | None = Field(
        title="Onset between consent and the end of observation", isin=codes.FLAG, nullable=True
    )

    class Config:
        """Key, and order of the rows."""

        name = "adae"
        metadata = {"key": ("USUBJID", "AEID", "AESEQ")}
