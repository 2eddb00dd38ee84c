"""ADSL: one row per patient, the backbone of every analysis (SAP sections 1 and 2)."""

from typing import Any

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


def _flag(title: str, known_from: tuple[str, ...]) -> Any:
    """Declare Y or empty, known from the latest of some dates."""
    return Field(title=title, isin=codes.FLAG, nullable=True, metadata=about(known_from=known_from))


class ADSL(AnalysisDataset):
    """One row per patient."""

    SITEID: Text = Field(
        title="Study site", metadata=about(source="patients.site_id", known_from=("CONSDT",))
    )
    AGE: Whole = Field(
        title="Age at consent",
        ge=0,
        le=130,
        nullable=True,
        metadata=about(unit="years", known_from=("CONSDT",)),
    )
    AGEGR1: Text = Field(title="Age group", nullable=True, metadata=about(known_from=("CONSDT",)))
    SEX: Text = Field(title="Sex", isin=codes.SEX, metadata=about(known_from=("CONSDT",)))
    TUMTYP: Text = Field(
        title="Tumour type, OncoTree code",
        metadata=about(source="patients.oncotree_code", known_from=("ENRLDT",)),
    )
    TUMGRP: Text = Field(
        title="Tumour group", metadata=about(source="patients.tumour_group", known_from=("ENRLDT",))
    )
    STAGE: Text = Field(
        title="Stage at enrolment", isin=codes.STAGE, metadata=about(known_from=("ENRLDT",))
    )
    METSITES: Whole = Field(
        title="Number of metastatic sites",
        ge=0,
        nullable=True,
        metadata=about(known_from=("ENRLDT",)),
    )
    ECOGBL: Whole = Field(
        title="ECOG at baseline",
        ge=0,
        le=4,
        nullable=True,
        metadata=about(known_from=("ECOGBLDT",)),
    )
    NPRIORL: Whole = Field(
        title="Number of prior lines", ge=0, metadata=about(known_from=("ENRLDT",))
    )
    CONSDT: Day = Field(title="Date of consent", nullable=True)
    ENRLDT: Day = Field(title="Date of enrolment; missing of screen failures", nullable=True)
    BIOPDT: Day = Field(title="First specimen", nullable=True)
    NGSDT: Day = Field(title="First report that passed quality control", nullable=True)
    MTBDT: Day = Field(
        title="First review of the first profile that is not deferred", nullable=True
    )
    TRTSDT: Day = Field(title="First administration of systemic therapy", nullable=True)
    TRTEDT: Day = Field(title="Last administration of systemic therapy", nullable=True)
    TRTGRP1: Text = Field(
        title="Group of the first systemic regimen",
        isin=codes.TREATMENT_GROUP,
        nullable=True,
        metadata=about(known_from=("TRTSDT",)),
    )
    NTSTAT: Text = Field(
        title="Untreated: status",
        isin=codes.UNTREATED_STATUS,
        nullable=True,
        metadata=about(known_from=("DCUTDT",)),
    )
    GUIDCLS: Text = Field(
        title="Class of the guided therapy",
        isin=codes.GUIDED_CLASS,
        nullable=True,
        metadata=about(known_from=("GUIDDT",)),
    )
    GUIDDT: Day = Field(title="First guided dose", nullable=True)
    TFAILDT: Day = Field(title="Failure of guided therapy", nullable=True)
    TFAILRSN: Text = Field(
        title="Why guided therapy failed",
        isin=codes.GUIDED_FAILURE,
        nullable=True,
        metadata=about(known_from=("TFAILDT",)),
    )
    EOFDT: Day = Field(title="End of follow-up", nullable=True)
    RECGRP: Text = Field(
        title="Group as recommended",
        isin=codes.RECOMMENDATION_GROUP,
        nullable=True,
        metadata=about(known_from=("MTBDT",)),
    )
    ENRLFL: Text = _flag("Enrolled", ("ENRLDT",))
    BIOPFL: Text = _flag("Specimen obtained", ("BIOPDT",))
    SEQFL: Text = _flag("Sequenced, quality control passed", ("NGSDT",))
    MTBFL: Text = _flag("Discussed by the tumour board", ("MTBFDT",))
    ACTFL: Text = _flag("Intervenable variant", ("ACTDT",))
    RECTGFL: Text = _flag("Guided therapy recommended", ("RECTGDT",))
    TRTFL: Text = _flag("Treated", ("TRTSDT",))
    SAFFL: Text = _flag("Safety set", ("TRTSDT",))
    RSPEVLFL: Text = _flag("Response set", ("TRTSDT", "RSPBLDT"))
    EVALFL: Text = _flag("Response-evaluable", ("EVALDT",))
    GUIDFL: Text = _flag("Received guided therapy", ("GUIDDT",))
    TFAILFL: Text = _flag("Guided therapy failed or not tolerated", ("TFAILDT",))
    SEQ2FL: Text = _flag("Second profile sequenced", ("SEQ2DT",))
    MTB2FL: Text = _flag("Second profile discussed", ("MTB2DT",))
    ACT2FL: Text = _flag("Intervenable variant in the second profile", ("ACT2DT",))
    GUID2FL: Text = _flag("Guided by the second profile", ("GUID2DT",))
    PFSRFL: Text = _flag("PFS-ratio set", ("GUIDDT",))
    PROFL: Text = _flag("Patient-reported outcome set", ("PROFDT",))
    DTHDT: Day = Field(title="Death", nullable=True)
    DTHDTF: Text = Field(
        title="Death date imputed: day, month and day",
        isin=codes.IMPUTED,
        nullable=True,
        metadata=about(known_from=("DTHDT",)),
    )
    DTHFL: Text = _flag("Dead by the cut", ("DTHDT",))
    DTHCAUS: Text = Field(
        title="Cause of death",
        isin=codes.CAUSE_OF_DEATH,
        nullable=True,
        metadata=about(known_from=("DTHDT",)),
    )
    LSTALVDT: Day = Field(title="Last known alive", nullable=True)
    EOSSTT: Text = Field(
        title="Status at the end of the study",
        isin=codes.STUDY_STATUS,
        metadata=about(known_from=("DCUTDT",)),
    )
    DCSREAS: Text = Field(
        title="Why the study ended for the patient",
        nullable=True,
        metadata=about(known_from=("DCUTDT",)),
    )
    EOSDT: Day = Field(title="When the study ended for the patient", nullable=True)
    DCUTDT: Day = Field(title="Clinical cutoff")
    SRCDOM: Text = source_table()
    SRCVAR: Text = source_column()
    SRCFILE: Text = source_file()
    SRCROW: Whole = source_line()
    NACTDT: Day | None = Field(
        title="New anticancer therapy after the first regimen", nullable=True
    )
    NACTGDT: Day | None = Field(
        title="New anticancer therapy after the guided regimen", nullable=True
    )
    MTBFDT: Day | None = Field(title="First discussion of the first profile", nullable=True)
    WITHDT: Day | None = Field(title="Withdrawal", nullable=True)
    WITHDTF: Text | None = Field(
        title="WITHDT imputed: day, month and day",
        isin=codes.IMPUTED,
        nullable=True,
        metadata=about(known_from=("WITHDT",)),
    )
    LOSTDT: Day | None = Field(title="Loss to follow-up", nullable=True)
    LOSTDTF: Text | None = Field(
        title="LOSTDT imputed: day, month and day",
        isin=codes.IMPUTED,
        nullable=True,
        metadata=about(known_from=("LOSTDT",)),
    )
    COMPDT: Day | None = Field(title="Completion of follow-up", nullable=True)
    COMPDTF: Text | None = Field(
        title="COMPDT imputed: day, month and day",
        isin=codes.IMPUTED,
        nullable=True,
        metadata=about(known_from=("COMPDT",)),
    )
    EOSDTF: Text | None = Field(
        title="EOSDT imputed: day, month and day",
        isin=codes.IMPUTED,
        nullable=True,
        metadata=about(known_from=("EOSDT",)),
    )
    OBSENDT: Day | None = Field(
        title="Last day of observation, up to the end of follow-up", nullable=True
    )
    SILENTFL: Text | None = Field(
        title="In follow-up, last seen longer before the cut than the plan allows",
        isin=codes.FLAG,
        nullable=True,
        metadata=about(known_from=("DCUTDT",)),
    )
    DTHUNKDT: Day | None = Field(
        title="Death after a withdrawal, not known whether it may be used", nullable=True
    )
    DISCDT: Day | None = Field(title="Other end of the study", nullable=True)
    DISCDTF: Text | None = Field(
        title="DISCDT imputed: day, month and day",
        isin=codes.IMPUTED,
        nullable=True,
        metadata=about(known_from=("DISCDT",)),
    )
    DISCRSN: Text | None = Field(
        title="Why the study ended otherwise",
        isin=codes.DISCONTINUED_REASON,
        nullable=True,
        metadata=about(known_from=("DISCDT",)),
    )
    WITHRSN: Text | None = Field(
        title="Why the patient withdrew, as recorded",
        nullable=True,
        metadata=about(known_from=("WITHDT",)),
    )
    ANCHORDT: Day | None = Field(title="Anchor of ECOG and PROMIS visits", nullable=True)
    PROXRSN: Text | None = Field(
        title="Why not in the patient-reported outcome set",
        nullable=True,
        metadata=about(known_from=("DCUTDT",)),
    )
    ECOGBLDT: Day | None = Field(title="ECOG at baseline", nullable=True)
    ECOGBLFL: Text | None = Field(
        title="Baseline ECOG older than 42 days",
        isin=codes.FLAG,
        nullable=True,
        metadata=about(known_from=("ECOGBLDT",)),
    )
    ACTDT: Day | None = Field(
        title="First review of the first profile concluding intervenable", nullable=True
    )
    RECTGDT: Day | None = Field(title="First review recommending guided therapy", nullable=True)
    SEQ2DT: Day | None = Field(title="First report of a second profile that passed", nullable=True)
    MTB2DT: Day | None = Field(title="First discussion of a second profile", nullable=True)
    ACT2DT: Day | None = Field(
        title="First review of a second profile concluding intervenable", nullable=True
    )
    GUID2DT: Day | None = Field(title="First dose guided by the second profile", nullable=True)
    PFS1: Whole | None = Field(
        title="Progression-free time of the line before",
        nullable=True,
        metadata=about(unit="days", known_from=("GUIDDT",)),
    )
    PFS1SRC: Text | None = Field(
        title="Where PFS1 comes from", nullable=True, metadata=about(known_from=("GUIDDT",))
    )
    PFS1RSN: Text | None = Field(
        title="Why a guided patient has no PFS1",
        nullable=True,
        metadata=about(known_from=("GUIDDT",)),
    )
    PFS1ORFL: Text | None = Field(
        title="PFS1: order of partial dates possible, not certain",
        isin=codes.FLAG,
        nullable=True,
        metadata=about(known_from=("GUIDDT",)),
    )
    PFS1END: Whole | None = Field(
        title="PFS1 to the end of the line, stopped for progression without a date",
        nullable=True,
        metadata=about(unit="days", known_from=("GUIDDT",)),
    )
    PFS1STOP: Whole | None = Field(
        title="PFS1 by the stop reason alone",
        nullable=True,
        metadata=about(unit="days", known_from=("GUIDDT",)),
    )
    BRIDGDT: Day | None = Field(
        title="Start of the systemic regimen just before guided therapy", nullable=True
    )
    PROFDT: Day | None = Field(title="First PROMIS-29 form after that of baseline", nullable=True)
    BLSCANFL: Text | None = Field(
        title="Scan in the baseline window",
        isin=codes.FLAG,
        nullable=True,
        metadata=about(known_from=("TRTSDT",)),
    )
    RSPBLDT: Day | None = Field(title="Baseline scan with measurable disease", nullable=True)
    RSPBLWIN: Text | None = Field(
        title="Its window in days: 28, or 42 where flagged",
        nullable=True,
        metadata=about(known_from=("TRTSDT", "RSPBLDT")),
    )
    EVALDT: Day | None = Field(title="First day of being response-evaluable", nullable=True)

    class Config:
        """Key, and order of the rows."""

        name = "adsl"
        metadata = {"key": ("USUBJID",)}
