"""ADTTE: times to event with their reason and source (SAP section 4)."""

from schemas import terminology as codes
from schemas.fields import code, date, integer, text
from schemas.tables import dataset, identity, source

DATASET = dataset(
    "adtte",
    "One row per patient and parameter.",
    [
        *identity(),
        code("PARAMCD", "Parameter", codes.ADTTE_PARAMCD),
        text("PARAM", "Parameter in words"),
        date("STARTDT", "Origin"),
        date("ADT", "Event or censoring"),
        integer("AVAL", "ADT - STARTDT + 1", unit="days", minimum=1),
        integer(
            "CNSR",
            "0 event, 1 to 9 censored as in the SAP table, 10 competing event, "
            "11 not assessed, 12 no contact up to the planned end, 13 other end of the study",
            minimum=0,
            maximum=13,
        ),
        integer(
            "EVTCAUSE",
            "0 censored, 1 event, 2 death, 3 withdrawal, 4 other competing event",
            minimum=0,
            maximum=4,
        ),
        text("EVNTDESC", "The event in words", required=False),
        text("CNSDTDSC", "The censoring in words", required=False),
        *source(required=False),
    ],
    key=("USUBJID", "PARAMCD"),
    extras=[
        integer(
            "SITUATION",
            "Situation of the table of censoring (PFS)",
            required=False,
            minimum=1,
            maximum=24,
        ),
        text("RULE", "The rule that decided, in words", required=False),
        code("ADTF", "Date imputed: day, month and day", codes.IMPUTED, required=False),
        code(
            "ESTIMAND",
            "Estimand of progression-free survival",
            ("treatment_policy", "hypothetical", "composite"),
            required=False,
        ),
        code(
            "BASEWIN", "Days before the origin of the baseline scan", ("28", "42"), required=False
        ),
    ],
)
