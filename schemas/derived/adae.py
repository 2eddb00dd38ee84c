"""ADAE: one row per adverse event (SAP 14.3)."""

from schemas import terminology as codes
from schemas.fields import code, date, flag, integer, text
from schemas.tables import dataset, identity, source

DATASET = dataset(
    "adae",
    "One row per adverse event.",
    [
        *identity(),
        text("AEID", "Adverse event", source="adverse_events.ae_id"),
        text("AETERM", "As reported", source="adverse_events.verbatim"),
        text("AEDECOD", "Term of CTCAE v5.0", source="adverse_events.term"),
        text("AEBODSYS", "System organ class", source="adverse_events.soc"),
        integer("AETOXGR", "Grade", required=False, minimum=1, maximum=5),
        flag("AESER", "Serious"),
        code("AESCRIT", "What made it serious", codes.SERIOUS_CRITERION, required=False),
        code("AEREL", "Related to treatment", codes.RELATED),
        code("AEACN", "Action taken", codes.ACTION_TAKEN, required=False),
        code("AEOUT", "Outcome", codes.AE_OUTCOME),
        date("ASTDT", "Onset", required=False),
        code("ASTDTF", "Onset imputed: day, month and day", codes.IMPUTED, required=False),
        date("AENDT", "Resolution", required=False),
        integer("ASTDY", "Study day of onset", required=False),
        flag("TRTEMFL", "Treatment-emergent"),
        integer("APERIOD", "Treatment period", required=False, minimum=0),
        code("TRTGRP", "Group of the period", codes.TREATMENT_GROUP, required=False),
        flag("BIOPRFL", "Complication of a biopsy"),
        *source(),
    ],
    key=("USUBJID", "AEID"),
    extras=[
        code("AENDTF", "Resolution imputed: day, month and day", codes.IMPUTED, required=False),
        code("APHASE", "Before or without treatment, on treatment, after", codes.AE_PHASE),
        text("GRADERSN", "Why the grade is missing", required=False),
        flag("OBSFL", "Onset between consent and the end of observation"),
    ],
)
