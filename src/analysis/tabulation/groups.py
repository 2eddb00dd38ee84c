"""Treatment groups and analysis sets as the outputs use them."""

from __future__ import annotations

from collections.abc import Iterator

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
#: The column by which the plan groups: the group of the first regimen.
PLANNED = "TRTGRP1"


def in_set(adsl: pd.DataFrame, flag: str) -> pd.DataFrame:
    """Patients of an analysis set."""
    return adsl[adsl[flag].eq("Y")]


def groups_by(
    adsl: pd.DataFrame, by: str = PLANNED, planned: tuple[str, ...] = TREATED_GROUPS
) -> tuple[str, ...]:
    """Groups of a column of ADSL: the planned ones of treatment, else the values that occur."""
    if by == PLANNED:
        return planned
    return tuple(sorted(adsl[by].dropna().astype("string").unique()))


def by_group(
    adsl: pd.DataFrame, groups: tuple[str, ...] = TREATED_GROUPS, by: str = PLANNED
) -> Iterator[tuple[str, pd.DataFrame]]:
    """Each group with its patients, then all of them together (``All``).

    Who has no value of the column is in ``All`` only.
    """
    value = adsl[by].astype("string")
    for group in groups:
        yield group, adsl[value.eq(group).fillna(False).astype(bool)]
    yield "All", adsl


def group_label(group: str) -> str:
    """What a group is called; a value of another column is called what it is."""
    return GROUP_LABELS.get(group, group)
