"""ADQS: PROMIS-29 scores and ECOG by visit (SAP 14.2.8 and 14.2.9)."""

from schemas import terminology as codes
from schemas.fields import code, date, flag, integer, number, text
from schemas.tables import dataset, identity, source

DATASET = dataset(
    "adqs",
    "One row per patient, visit and parameter, forms that are not there included.",
    [
        *identity(),
        code("PARAMCD", "Parameter", codes.ADQS_PARAMCD),
        integer("RAWSUM", "Raw sum of the items", unit="points", required=False, minimum=0),
        number("AVAL", "T score, pain intensity or ECOG", unit="points", required=False),
        number("SE", "Standard error of the T score", unit="points", required=False, minimum=0),
        number("BASE", "Value at baseline", unit="points", required=False),
        number("CHG", "Change from baseline", unit="points", required=False),
        text("AVISIT", "Analysis visit", required=False),
        integer("AVISITN", "Analysis visit, number", required=False),
        date("ADT", "Date of the form", required=False),
        integer("ADY", "Study day", required=False),
        flag("EXPFL", "Form expected"),
        flag("COMPFL", "Form completed"),
        code("STATE", "What became of the form", codes.FORM_STATE, required=False),
        flag("ANL01FL", "The record of its visit that is analysed"),
        *source(required=False),
    ],
    key=("USUBJID", "PARAMCD", "AVISITN", "ADT"),
    extras=[flag("BLOLDFL", "Baseline older than the limit of the tumour baseline")],
)
