"""ADGN: one row per reported variant."""

from schemas import terminology as codes
from schemas.fields import code, flag, integer, number, text
from schemas.tables import dataset, identity, source

DATASET = dataset(
    "adgn",
    "One row per reported variant of a test.",
    [
        *identity(),
        text("VARID", "Variant", source="variants.variant_id"),
        text("TESTID", "Test that reported it"),
        integer("PROFNUM", "Profile of the test", minimum=1),
        text("GENE", "Gene"),
        code("ALTTYPE", "Kind of alteration", codes.ALTERATION_TYPE),
        text("HGVSP", "Change of the protein", required=False),
        number("VAF", "Variant allele fraction", required=False, minimum=0, maximum=1),
        number("COPYNUM", "Copy number", unit="copies", required=False, minimum=0),
        flag("ACTNVFL", "Named by a recommendation"),
        *source(),
    ],
    key=("USUBJID", "VARID"),
)
