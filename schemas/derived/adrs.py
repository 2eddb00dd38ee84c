"""ADRS: time-point and patient-level responses (RECIST 1.1, SAP 14.2.1 and 14.2.3)."""

from schemas import terminology as codes
from schemas.fields import code, date, flag, integer, number, text
from schemas.tables import dataset, identity, source

DATASET = dataset(
    "adrs",
    "One row per patient and parameter, per assessment for time-point responses.",
    [
        *identity(),
        code("PARAMCD", "Parameter", codes.ADRS_PARAMCD),
        code(
            "AVALC",
            "Response, or Y and N",
            (*codes.BEST_OVERALL_RESPONSE, "NA", "Y", "N"),
            required=False,
        ),
        number("AVAL", "Response as a number", required=False),
        date("ADT", "Date of the response", required=False),
        integer("ADY", "Study day", required=False),
        text("AVISIT", "Analysis visit", required=False),
        integer("AVISITN", "Analysis visit, number", required=False),
        flag("ANL01FL", "The record of its visit that is analysed"),
        text("ANLRSN", "The rule that decided", required=False),
        date("CONFDT", "The assessment that confirmed it", required=False),
        *source(required=False),
    ],
    key=("USUBJID", "PARAMCD", "ADT"),
    extras=[
        date("PDDT", "Date of the progression shown at this assessment", required=False),
        text("PDTYPE", "What progressed", required=False),
        date("ASSDT", "Assessment at which the progression was seen", required=False),
        text("AVALCCF", "Result with PR carried until PD", required=False),
        text("AVALC112", "Result without the tolerance of the landmark", required=False),
    ],
)
