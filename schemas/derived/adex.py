"""ADEX: one row per regimen, with its group and why it is guided or not (SAP D8)."""

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


class ADEX(AnalysisDataset):
    """One row per regimen after enrolment."""

    EXSEQ: Whole = Field(title="Number of the regimen within the patient", ge=1)
    TRT: Text = Field(title="Drugs", metadata=about(source="treatments.drug"))
    THERCLS: Text = Field(title="Class of therapy", isin=codes.THERAPY_CLASS)
    ASTDT: Day = Field(title="First administration")
    AENDT: Day = Field(title="End", description="missing = ongoing at the cut", nullable=True)
    TRTGRP: Text = Field(title="Group of the regimen", isin=codes.TREATMENT_GROUP, nullable=True)
    APERIOD: Whole = Field(title="Treatment period", ge=1, nullable=True)
    GUIDFL: Text = Field(title="Guided", isin=codes.FLAG, nullable=True)
    GUIDRSN: Text = Field(title="Why it is guided or not")
    RECID: Text = Field(title="Recommendation behind it", nullable=True)
    MTBREVID: Text = Field(title="Review behind it", nullable=True)
    PROFNUM: Whole = Field(title="Profile behind it", ge=1, nullable=True)
    STOPRSN: Text = Field(title="Why it ended", isin=codes.STOP_REASON, nullable=True)
    SRCDOM: Text = source_table()
    SRCVAR: Text = source_column()
    SRCFILE: Text = source_file()
    SRCROW: Whole = source_line()
    REGID: Text | None = Field(
        title="Regimen in the registry", metadata=about(source="treatments.regimen_id")
    )
    LOCRSN: Text | None = Field(
        title="Why local therapy was given", isin=codes.LOCAL_REASON, nullable=True
    )
    TRGLTRFL: Text | None = Field(
        title="A target lesion was treated", isin=codes.FLAG, nullable=True
    )

    class Config:
        """Key, and order of the rows."""

        name = "adex"
        metadata = {"key": ("USUBJID", "EXSEQ")}
