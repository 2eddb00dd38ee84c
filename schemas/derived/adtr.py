"""ADTR: tumour measurements, one row per patient, assessment and parameter (RECIST 1.1)."""

from schemas import terminology as codes
from schemas.fields import code, date, flag, integer, number, text
from schemas.tables import dataset, identity, source

DATASET = dataset(
    "adtr",
    "One row per patient, assessment and parameter; LDIAM has a row per lesion.",
    [
        *identity(),
        code("PARAMCD", "Parameter", codes.ADTR_PARAMCD),
        number(
            "AVAL", "Value", unit="mm, number of lesions for NTARGET", required=False, minimum=0
        ),
        number("BASE", "Value at baseline", unit="as AVAL", required=False, minimum=0),
        number("CHG", "Change from baseline", unit="as AVAL", required=False),
        number("PCHG", "Change from baseline", unit="%", required=False),
        number("NADIR", "Smallest value so far", unit="as AVAL", required=False, minimum=0),
        number("PCHGNAD", "Change from nadir", unit="%", required=False),
        text("AVISIT", "Analysis visit", required=False),
        integer("AVISITN", "Analysis visit, number", required=False),
        date("ADT", "Date of the assessment"),
        integer("ADY", "Study day", required=False),
        text("LESID", "Lesion, for LDIAM", required=False),
        flag("ANL01FL", "The record of its visit that is analysed"),
        *source(required=False),
    ],
    key=("USUBJID", "PARAMCD", "ADT", "LESID"),
    extras=[
        flag("BASEFL", "Baseline record"),
        text(
            "BASEWIN",
            "Window of the baseline scan in days: 28, or 42 where flagged",
            required=False,
        ),
    ],
)
