"""ADNGS: one row per specimen and test; a specimen without a test has a row too."""

from schemas import terminology as codes
from schemas.fields import code, date, flag, integer, number, text
from schemas.tables import dataset, identity, source

DATASET = dataset(
    "adngs",
    "One row per specimen and sequencing test, specimens without a test included.",
    [
        *identity(),
        text("SPECID", "Specimen", source="biopsies.specimen_id"),
        date("SPECDT", "Collection", source="biopsies.collection_date"),
        code("SPECTYPE", "Kind of specimen", codes.SPECIMEN_TYPE),
        text("ORGAN", "Organ"),
        number("TUMPCT", "Tumour content", unit="%", required=False, minimum=0, maximum=100),
        flag("ADEQFL", "Adequate for sequencing"),
        text("TESTID", "Test", required=False, source="sequencing.test_id"),
        integer("PROFNUM", "Profile", required=False, minimum=1),
        text("ASSAY", "Assay", required=False),
        date("REPDT", "Report", required=False),
        code("QCSTAT", "Quality control", codes.QC_STATUS, required=False),
        number("TMB", "Mutational burden", unit="mutations/Mb", required=False, minimum=0),
        code("MSI", "Microsatellite status", codes.MSI_STATUS, required=False),
        *source(),
    ],
    key=("USUBJID", "SPECID", "TESTID"),
    extras=[
        code("QCRSN", "Why quality control failed", codes.QC_FAIL_REASON, required=False),
        code("HRD", "Homologous recombination deficiency", codes.HRD_STATUS, required=False),
    ],
)
