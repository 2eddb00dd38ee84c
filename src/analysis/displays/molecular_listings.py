"""L16.2.1, L16.2.3, L16.2.5, L16.2.6.3 and L16.2.6.4: headings, and dates that stay on one line."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from analysis.displays.listing import listing_table
from analysis.displays.table import Table


def listing(output_id: str, frame: pd.DataFrame, labels: dict[str, str]) -> Table:
    """The listing as a table; a column of dates is not broken at its hyphens."""
    table = listing_table(output_id, frame, labels)
    _, *others = labels
    columns = tuple(
        replace(column, text=False) if pd.api.types.is_datetime64_any_dtype(frame[name]) else column
        for name, column in zip(others, table.columns, strict=True)
    )
    return replace(table, columns=columns)


STATES = {
    "USUBJID": "Patient",
    "SITEID": "Site",
    "STATE": "State",
    "STAGE": "Furthest stage",
    "WHY": "Awaited, or how it ended",
    "SKIPPED": "Stages skipped",
    "TRTGRP1": "Group",
    "RECGRP": "Recommended",
    "ENRLDT": "Enrolled",
    "BIOPDT": "Specimen",
    "NGSDT": "Report",
    "MTBFDT": "MTB",
    "GUIDDT": "Guided dose",
    "EOSSTT": "Study",
    "EOSDT": "Ended",
}
REGIMENS = {
    "USUBJID": "Patient",
    "EXSEQ": "No.",
    "TRT": "Drugs",
    "THERCLS": "Class",
    "ASTDT": "First dose",
    "AENDT": "End",
    "STOPRSN": "Why ended",
    "TRTGRP": "Group",
    "APERIOD": "Period",
    "GUIDFL": "Guided",
    "GUIDRSN": "Why",
    "RECID": "Recommendation",
    "REVDT": "Reviewed",
    "RECDRUG": "Recommended",
    "TARGET": "Gene or biomarker",
    "DECISN": "Decision",
    "PROFNUM": "Profile",
    "SOURCE": "Raw row",
}
RECOMMENDATIONS = {
    "USUBJID": "Patient",
    "REVDT": "Reviewed",
    "CONCL": "Conclusion",
    "RANK": "Rank",
    "DRUG": "Drugs",
    "TARGET": "Gene or biomarker",
    "LINKED": "Matched",
    "EVIDENCE": "Evidence",
    "PROFNUM": "Profile",
    "DECISN": "Decision",
    "DECRSN": "Reason",
    "RECEIVED": "Received",
    "SOURCE": "Raw row",
}
VARIANTS = {
    "USUBJID": "Patient",
    "PROFNUM": "Profile",
    "REPDT": "Report",
    "ASSAY": "Assay",
    "GENE": "Gene",
    "ALTTYPE": "Kind",
    "HGVSP": "Protein",
    "VAF": "VAF",
    "COPYNUM": "Copies",
    "NAMED": "In a recommendation",
    "SOURCE": "Raw row",
}
