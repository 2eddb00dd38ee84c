"""Raw extract `variants`: what a test reported."""

from schemas import terminology as codes
from schemas.fields import code, number, patient_id, text
from schemas.tables import PATIENT, Reference, raw_table

TABLE = raw_table(
    "variants",
    "One row per reported variant of a test.",
    [
        patient_id(),
        text("test_id", "Test that reported it", "TESTID", matched=True),
        text("variant_id", "Variant", "VARID", matched=True),
        text("gene", "Gene, HGNC symbol", "GENE", matched=True),
        code("alteration_type", "Kind of alteration", codes.ALTERATION_TYPE, "ALTTYPE"),
        text("hgvs_p", "Change of the protein, HGVS", "HGVSP", required=False, matched=True),
        number("vaf", "Variant allele fraction", "VAF", required=False, minimum=0, maximum=1),
        number("copy_number", "Copy number", "COPYNUM", unit="copies", required=False, minimum=0),
    ],
    key=("variant_id",),
    references=(PATIENT, Reference("test_id", "sequencing")),
)
