"""Raw extract `adverse_events`: adverse events by CTCAE v5.0."""

from schemas import terminology as codes
from schemas.fields import code, integer, partial, patient_id, text
from schemas.tables import raw_table

TABLE = raw_table(
    "adverse_events",
    "One row per adverse event.",
    [
        patient_id(),
        text("ae_id", "Adverse event", "AEID", matched=True),
        text("term", "Term of CTCAE v5.0", "AEDECOD", matched=True),
        text("verbatim", "As reported", "AETERM"),
        text("soc", "System organ class of CTCAE v5.0", "AEBODSYS", matched=True),
        integer("grade", "Grade of CTCAE v5.0", "AETOXGR", minimum=1, maximum=5),
        code("serious", "Whether it was serious (not: severe)", codes.YES_NO, "AESER"),
        code(
            "serious_criterion",
            "What made it serious; required if serious, else empty",
            codes.SERIOUS_CRITERION,
            "AESCRIT",
            required=False,
        ),
        partial("onset_date", "Onset", "ASTDT"),
        partial("resolution_date", "Resolution", "AENDT", required=False),
        code("outcome", "Outcome", codes.AE_OUTCOME, "AEOUT"),
        code("related", "Whether related to treatment", codes.RELATED, "AEREL"),
        code("action_taken", "What was done about the treatment", codes.ACTION_TAKEN, "AEACN"),
        code("biopsy_related", "Whether a complication of a biopsy", codes.YES_NO, "BIOPRFL"),
    ],
    key=("ae_id",),
)
