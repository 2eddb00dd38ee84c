"""ADCM: one row per prior line, with its progression-free time."""

from schemas import terminology as codes
from schemas.fields import code, date, flag, integer, text
from schemas.tables import dataset, identity, source

DATASET = dataset(
    "adcm",
    "One row per line of therapy before enrolment.",
    [
        *identity(),
        integer("LINE", "Line of therapy", minimum=1),
        text("TRT", "Regimen", source="prior_treatments.regimen"),
        code("THERCLS", "Class of therapy", codes.THERAPY_CLASS),
        date("ASTDT", "Start", required=False),
        code("ASTDTF", "Start imputed: day, month and day", codes.IMPUTED, required=False),
        date("AENDT", "End", required=False),
        code("AENDTF", "End imputed: day, month and day", codes.IMPUTED, required=False),
        code("BESTRESP", "Best response", codes.OVERALL_RESPONSE, required=False),
        date("PDDT", "Progression", required=False),
        code("STOPRSN", "Why the line ended", codes.PRIOR_STOP_REASON),
        integer("PFS1", "PDDT - ASTDT + 1", unit="days", required=False, minimum=1),
        *source(),
    ],
    key=("USUBJID", "LINE"),
    extras=[
        code("PDDTF", "Progression imputed: day, month and day", codes.IMPUTED, required=False),
        text("PFS1RSN", "Why there is no PFS1", required=False),
        flag("PFS1ORFL", "PFS1: order of partial dates possible, not certain"),
        integer(
            "PFS1END",
            "PFS1 to the end of the line, stopped for progression without a date",
            unit="days",
            required=False,
            minimum=1,
        ),
        integer(
            "PFS1STOP", "PFS1 by the stop reason alone", unit="days", required=False, minimum=1
        ),
    ],
)
