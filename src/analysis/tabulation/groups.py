"""Treatment groups and analysis sets as the outputs use them."""

from __future__ import annotations

import pandas as pd

GROUP_LABELS = {
    "TG": "Guided",
    "TN": "Targeted, not guided",
    "OT": "Other therapy",
    "NT": "Untreated",
    "All": "All",
}
SET_LABELS = {
    "ENRLFL": "Enrolled",
    "BIOPFL": "Specimen obtained",
    "SEQFL": "Sequenced",
    "MTBFL": "Discussed by MTB",
    "ACTFL": "Intervenable variant",
    "RECTGFL": "Guided therapy recommended",
    "TRTFL": "Treated",
    "SAFFL": "Safety",
    "RSPEVLFL": "Response",
    "EVALFL": "Response-evaluable",
    "GUIDFL": "Molecularly guided",
    "TFAILFL": "Guided, failed or intolerant",
    "PFSRFL": "PFS ratio",
    "PROFL": "Patient-reported outcomes",
}
TREATED_GROUPS = ("TG", "TN", "OT")
ALL_GROUPS = ("TG", "TN", "OT", "NT")


def in_set(adsl: pd.DataFrame, flag: str) -> pd.DataFrame:
    """Patients of an analysis set."""
    return adsl[adsl[flag].eq("Y")]


def by_group(adsl: pd.DataFrame, groups: tuple[str, ...] = TREATED_GROUPS):
    """Each group with its patients, then all of them together (``All``)."""
    for group in groups:
        yield group, adsl[adsl["TRTGRP1"].eq(group)]
    yield "All", adsl
