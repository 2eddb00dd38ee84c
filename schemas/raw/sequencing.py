"""Raw extract `sequencing`: tests of a specimen."""

from pandera.pandas import Field

from schemas import terminology as codes
from schemas.columns import Day, Number, Text, Whole, about, patient_id
from schemas.tables import PATIENT, RawExtract, Reference


class Sequencing(RawExtract):
    """One row per sequencing test."""

    patient_id: Text = patient_id()
    test_id: Text = Field(title="Test", metadata=about(adam="TESTID", matched=True))
    specimen_id: Text = Field(
        title="Specimen that was sequenced", metadata=about(adam="SPECID", matched=True)
    )
    profile_number: Whole = Field(
        title="Molecular profile: 1 = at entry, 2 = at resistance",
        ge=1,
        le=2,
        metadata=about(adam="PROFNUM"),
    )
    assay: Text = Field(title="Assay or panel", metadata=about(adam="ASSAY", matched=True))
    report_date: Day = Field(
        title="Date of the report",
        description="empty = pending",
        nullable=True,
        metadata=about(adam="REPDT"),
    )
    qc_status: Text = Field(
        title="Quality control", isin=codes.QC_STATUS, metadata=about(adam="QCSTAT")
    )
    qc_fail_reason: Text = Field(
        title="Why quality control failed",
        description="required if it did, else empty",
        isin=codes.QC_FAIL_REASON,
        nullable=True,
        metadata=about(adam="QCRSN"),
    )
    tmb_mut_per_mb: Number = Field(
        title="Tumour mutational burden",
        ge=0,
        nullable=True,
        metadata=about(adam="TMB", unit="mutations/Mb"),
    )
    msi_status: Text = Field(
        title="Microsatellite status", isin=codes.MSI_STATUS, metadata=about(adam="MSI")
    )
    hrd_status: Text = Field(
        title="Homologous recombination deficiency",
        isin=codes.HRD_STATUS,
        metadata=about(adam="HRD"),
    )

    class Config:
        """Key of the table."""

        name = "sequencing"
        metadata = {
            "key": ("test_id",),
            "references": (PATIENT, Reference("specimen_id", "biopsies")),
        }
