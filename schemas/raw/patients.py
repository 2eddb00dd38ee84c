"""Raw extract `patients`: who was registered."""

from pandera.pandas import Field

from schemas import terminology as codes
from schemas.columns import CONTRACT_1_2, Day, Text, Whole, about, patient_id
from schemas.tables import RawExtract


class Patients(RawExtract):
    """One row per registered patient."""

    patient_id: Text = patient_id()
    site_id: Text = Field(
        title="Study site",
        str_matches=r"S[0-9]{2,3}\Z",
        metadata=about(adam="SITEID", matched=True),
    )
    consent_date: Day = Field(
        title="Date of informed consent", nullable=True, metadata=about(adam="CONSDT")
    )
    enrolment_date: Day = Field(
        title="Date of enrolment, not before consent",
        description="empty = consented and not enrolled (screen failure)",
        nullable=True,
        metadata=about(adam="ENRLDT"),
    )
    birth_year: Whole = Field(
        title="Year of birth",
        description="18 to 110 years at consent; empty = not recorded",
        nullable=True,
        metadata=about(adam="BRTHYR", unit="year"),
    )
    sex: Text = Field(title="Sex", isin=codes.SEX, metadata=about(adam="SEX"))
    diagnosis: Text = Field(
        title="Diagnosis as recorded, or unknown", metadata=about(adam="TUMTYP")
    )
    oncotree_code: Text = Field(
        title="OncoTree code, or unknown",
        str_matches=r"([A-Z0-9_]{2,12}|unknown)\Z",
        metadata=about(adam="TUMTYP", matched=True),
    )
    tumour_group: Text = Field(
        title="Tumour group, e.g. colorectal, lung, biliary, or unknown",
        metadata=about(adam="TUMGRP", matched=True),
    )
    diagnosis_date: Text = Field(
        title="Date of diagnosis, not after consent",
        nullable=True,
        metadata=about(adam="DIAGDT", partial=True),
    )
    stage: Text = Field(title="Stage at enrolment", isin=codes.STAGE, metadata=about(adam="STAGE"))
    metastatic_sites: Whole = Field(
        title="Number of metastatic sites", ge=0, nullable=True, metadata=about(adam="METSITES")
    )
    eligible: Text = Field(
        title="Whether all criteria of entry were met",
        isin=codes.YES_NO_UNKNOWN,
        metadata=about(adam="ELIGFL"),
    )
    source_subject_id: Text = Field(
        title="The site's own id of the patient",
        description="never in a dataset, page or export",
        nullable=True,
        metadata=about(birth=CONTRACT_1_2),
    )

    class Config:
        """Key of the table."""

        name = "patients"
        metadata = {"key": ("patient_id",), "references": ()}
