"""Raw extract `patients`: who was registered."""

from pandera.pandas import Field

from schemas import terminology as codes
from schemas.columns import Day, Text, Whole, about, patient_id
from schemas.tables import RawExtract


class Patients(RawExtract):
    """One row per registered patient."""

    patient_id: Text = patient_id()
    site_id: Text = Field(
        title="Study site",
        str_matches=r"S[0-9]{2,3}\Z",
        metadata=about(adam="SITEID", matched=True),
    )
    consent_date: Day = Field(title="Date of informed consent", metadata=about(adam="CONSDT"))
    enrolment_date: Day = Field(
        title="Date of enrolment, not before consent", metadata=about(adam="ENRLDT")
    )
    birth_year: Whole = Field(
        title="Year of birth",
        description="18 to 110 years at consent",
        metadata=about(adam="BRTHYR", unit="year"),
    )
    sex: Text = Field(title="Sex", isin=codes.SEX, metadata=about(adam="SEX"))
    diagnosis: Text = Field(title="Diagnosis as recorded", metadata=about(adam="TUMTYP"))
    oncotree_code: Text = Field(
        title="OncoTree code",
        str_matches=r"[A-Z0-9_]{2,12}\Z",
        metadata=about(adam="TUMTYP", matched=True),
    )
    tumour_group: Text = Field(
        title="Tumour group, e.g. colorectal, lung, biliary",
        metadata=about(adam="TUMGRP", matched=True),
    )
    diagnosis_date: Text = Field(
        title="Date of diagnosis, not after consent", metadata=about(adam="DIAGDT", partial=True)
    )
    stage: Text = Field(title="Stage at enrolment", isin=codes.STAGE, metadata=about(adam="STAGE"))
    metastatic_sites: Whole = Field(
        title="Number of metastatic sites", ge=0, nullable=True, metadata=about(adam="METSITES")
    )
    eligible: Text = Field(
        title="Whether all criteria of entry were met",
        isin=codes.YES_NO,
        metadata=about(adam="ELIGFL"),
    )

    class Config:
        """Key of the table."""

        name = "patients"
        metadata = {"key": ("patient_id",), "references": ()}
