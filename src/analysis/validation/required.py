"""Cells that another cell makes necessary or impossible."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.findings import ERROR
from analysis.validation.family import Family, Found, pick
from analysis.validation.study import Study
from schemas import terminology
from schemas.terminology import LESION_STATUS_BY_ROLE, LOCAL_CLASSES

REQUIRED = Family("required")
CODES = Family("code")
_VOCABULARIES = Path(terminology.__file__).parent / "reference" / "vocabularies.csv"
# Names of the evidence systems in the extracts, and in the reference of their levels.
_EVIDENCE_SYSTEMS = {"ESCAT": "ESCAT", "OncoKB": "OncoKB", "AMP": "AMP/ASCO/CAP"}


@dataclass(frozen=True)
class Condition:
    """`column` must hold a value where `filled` is true, and none where `empty` is."""

    table: str
    column: str
    depends_on: str
    filled: Callable[[pd.Series], pd.Series]
    empty: Callable[[pd.Series], pd.Series]
    filled_when: str
    empty_when: str


def _when(table: str, column: str, depends_on: str, codes: tuple[str, ...], words: str):
    """A value with these codes of another column, none otherwise."""
    return Condition(
        table,
        column,
        depends_on,
        lambda values: values.isin(codes),
        lambda values: values.notna() & ~values.isin(codes),
        words,
        f"not {words}",
    )


CONDITIONS = (
    _when("sequencing", "qc_fail_reason", "qc_status", ("fail",), "quality control failed"),
    Condition(
        "sequencing",
        "report_date",
        "qc_status",
        lambda values: values.eq("pass"),
        lambda values: values.isna() & values.notna(),
        "quality control passed",
        "",
    ),
    Condition(
        "mtb_decisions",
        "reason",
        "decision",
        lambda values: values.eq("declined"),
        lambda values: values.eq("pending"),
        "the recommendation was declined",
        "the decision is pending",
    ),
    Condition(
        "mtb_decisions",
        "decision_date",
        "decision",
        lambda values: values.isin(["accepted", "declined"]),
        lambda values: values.isna() & values.notna(),
        "a decision was made",
        "",
    ),
    _when("treatments", "local_reason", "therapy_class", LOCAL_CLASSES, "the therapy is local"),
    _when(
        "treatments",
        "target_lesion_treated",
        "therapy_class",
        LOCAL_CLASSES,
        "the therapy is local",
    ),
    Condition(
        "treatments",
        "stop_reason",
        "end_date",
        lambda values: values.notna(),
        lambda values: values.isna(),
        "the regimen has ended",
        "the regimen has no end date (ongoing)",
    ),
    _when("disposition", "cause", "event", ("death",), "the event is a death"),
    _when("disposition", "vital_status_consent", "event", ("withdrawal",), "it is a withdrawal"),
)


@REQUIRED.rule("conditional", ERROR, "*", "A cell that another cell makes necessary is filled.")
def conditional(study: Study) -> Iterator[Found]:
    """Empty cells where the condition asks for a value."""
    for each in CONDITIONS:
        if study.has(each.table, each.column, each.depends_on):
            rows = study.table(each.table)
            which = each.filled(rows[each.depends_on]) & rows[each.column].isna()
            which &= ~_unread(study, each)
            message = f"{each.column} is empty; it is required because {each.filled_when}."
            yield Found(each.table, pick(rows, which), each.column, message)


@REQUIRED.rule("not_applicable", ERROR, "*", "A cell that does not apply is empty.")
def not_applicable(study: Study) -> Iterator[Found]:
    """Values where the condition asks for an empty cell."""
    for each in CONDITIONS:
        if study.has(each.table, each.column, each.depends_on):
            rows = study.table(each.table)
            which = each.empty(rows[each.depends_on]) & rows[each.column].notna()
            which &= ~_unread(study, each)
            message = f"{each.column} is {{{each.column}}}, but {each.empty_when}; empty it."
            yield Found(each.table, pick(rows, which), each.column, message)


def _unread(study: Study, each: Condition) -> pd.Series:
    """Rows of which the deciding cell could not be parsed."""
    cells = study.damage(each.table).cells
    lines = study.table(each.table)[study.line_column(each.table)]
    return lines.isin([line for line, column in cells if column == each.depends_on])


@CODES.rule(
    "lesion_status",
    ERROR,
    "tumour_lesions",
    "The status of a lesion is one of those of its role (target, non-target, new).",
)
def lesion_status(study: Study) -> Iterator[Found]:
    """Statuses of another role."""
    rows = study.table("tumour_lesions", "lesion_role", "status")
    for role, statuses in LESION_STATUS_BY_ROLE.items():
        other = set(terminology.LESION_STATUS) - set(statuses)
        wrong = rows["lesion_role"].eq(role) & rows["status"].isin(other)
        message = f"A lesion of role {role} cannot be {{status}}; use {', '.join(statuses)}."
        yield Found("tumour_lesions", pick(rows, wrong), "status", message)


@CODES.rule(
    "evidence_level",
    ERROR,
    "mtb_recommendations",
    "An evidence level is one of its system (ESCAT, OncoKB, AMP); other systems are free text.",
)
def evidence_level(study: Study) -> Iterator[Found]:
    """Levels that their system does not have."""
    rows = study.table("mtb_recommendations", "evidence_system", "evidence_level")
    levels = pd.read_csv(_VOCABULARIES, dtype=str)
    for system, name in _EVIDENCE_SYSTEMS.items():
        known = levels.loc[levels["system"].eq(name), "code"]
        wrong = rows["evidence_system"].eq(system) & rows["evidence_level"].notna()
        wrong &= ~rows["evidence_level"].isin(known)
        message = f"{system} has no level {{evidence_level}}; it has {', '.join(known)}."
        yield Found("mtb_recommendations", pick(rows, wrong), "evidence_level", message)
