"""Cells that another cell makes necessary or impossible."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.findings import ERROR, WARNING
from analysis.hints import was_meant
from analysis.parameter_rules import COLLECTABLE
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
    """`column` must hold a value where `filled` is true, and none where `empty` is.

    Both are asked about the cells of `depends_on`, and only of rows in which that cell is readable.
    """

    table: str
    column: str
    depends_on: str
    filled: Callable[[pd.Series], pd.Series]
    empty: Callable[[pd.Series], pd.Series]
    filled_when: str
    empty_when: str


def _is(*codes: str) -> Callable[[pd.Series], pd.Series]:
    return lambda values: values.isin(codes)


def _is_other_than(*codes: str) -> Callable[[pd.Series], pd.Series]:
    return lambda values: values.notna() & ~values.isin(codes)


_NEVER = _is()

CONDITIONS = (
    Condition(
        *("sequencing", "qc_fail_reason", "qc_status"),
        *(_is("fail"), _is_other_than("fail")),
        *("quality control failed", "quality control did not fail"),
    ),
    Condition(
        *("sequencing", "report_date", "qc_status"),
        *(_is("pass"), _NEVER),
        *("quality control passed", ""),
    ),
    Condition(
        *("mtb_decisions", "reason", "decision"),
        *(_is("declined"), _is("pending")),
        *("the recommendation was declined", "the decision is pending"),
    ),
    Condition(
        *("mtb_decisions", "decision_date", "decision"),
        *(_is("accepted", "declined"), _NEVER),
        *("a decision was made", ""),
    ),
    Condition(
        *("treatments", "local_reason", "therapy_class"),
        *(_is(*LOCAL_CLASSES), _is_other_than(*LOCAL_CLASSES)),
        *("the therapy is local", "the therapy is neither radiotherapy nor surgery"),
    ),
    Condition(
        *("treatments", "target_lesion_treated", "therapy_class"),
        *(_is(*LOCAL_CLASSES), _is_other_than(*LOCAL_CLASSES)),
        *("the therapy is local", "the therapy is neither radiotherapy nor surgery"),
    ),
    Condition(
        *("treatments", "stop_reason", "end_date"),
        *(pd.Series.notna, _NEVER),
        *("the regimen has ended", ""),
    ),
    Condition(
        *("disposition", "cause", "event"),
        *(_is("death"), _is_other_than("death")),
        *("the event is a death", "the event is not a death"),
    ),
    Condition(
        *("disposition", "vital_status_consent", "event"),
        *(_is("withdrawal"), _is_other_than("withdrawal")),
        *("the event is a withdrawal", "the event is not a withdrawal"),
    ),
    Condition(
        *("disposition", "reason", "event"),
        *(_is("discontinued"), _NEVER),
        *("the study ended for another reason", ""),
    ),
    Condition(
        *("patients", "enrolment_date", "consent_date"),
        *(pd.Series.isna, _NEVER),
        *("there is no date of consent either", ""),
    ),
    *(
        Condition(
            *("reported_outcomes", column, "parameter"),
            *(_is(*having), _is_other_than(*having)),
            *(f"the outcome is {' or '.join(having)}", f"the outcome is not {' or '.join(having)}"),
        )
        for column, having in (
            ("value", ("BOR", "RSP")),
            ("days", ("PFS", "OS")),
            ("status", ("PFS", "OS")),
            ("anchor", ("PFS", "OS")),
        )
    ),
)


def _breaking(study: Study, which: str) -> Iterator[tuple[Condition, pd.DataFrame]]:
    """Rows in which a cell is empty where it must not be, or filled where it must not be."""
    for condition in CONDITIONS:
        if study.has(condition.table, condition.column, condition.depends_on):
            rows = study.table(condition.table)
            missing = rows[condition.column].isna()
            broken = missing if which == "filled" else ~missing
            broken &= getattr(condition, which)(rows[condition.depends_on])
            yield (
                condition,
                pick(rows, broken & study.readable(condition.table, condition.depends_on)),
            )


@REQUIRED.rule("conditional", ERROR, "*", "A cell that another cell makes necessary is filled.")
def conditional(study: Study) -> Iterator[Found]:
    """Empty cells where the condition asks for a value."""
    for condition, rows in _breaking(study, "filled"):
        message = f"{condition.column} is empty; it is required because {condition.filled_when}."
        yield Found(condition.table, rows, condition.column, message)


def _reason_without_end(study: Study) -> Iterator[Found]:
    """Reasons of regimens that have no end, but for unknown: that the end is not known."""
    if not study.has("treatments", "stop_reason", "end_date"):
        return
    rows = study.table("treatments", "stop_reason", "end_date")
    known = rows["stop_reason"].notna() & rows["stop_reason"].ne("unknown")
    broken = known & rows["end_date"].isna() & study.readable("treatments", "end_date")
    message = (
        "stop_reason is {stop_reason}, but the regimen has no end date: empty it (ongoing), give "
        "the end, or write unknown (the end is not known)."
    )
    yield Found("treatments", pick(rows, broken), "stop_reason", message)


@REQUIRED.rule("not_applicable", ERROR, "*", "A cell that does not apply is empty.")
def not_applicable(study: Study) -> Iterator[Found]:
    """Values where the condition asks for an empty cell."""
    for condition, rows in _breaking(study, "empty"):
        message = (
            f"{condition.column} is {{{condition.column}}}, but {condition.empty_when}; empty it."
        )
        yield Found(condition.table, rows, condition.column, message)
    yield from _reason_without_end(study)


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
    WARNING,
    "mtb_recommendations",
    "An evidence level is one that the reference has for its system (ESCAT, OncoKB, AMP).",
)
def evidence_level(study: Study) -> Iterator[Found]:
    """Levels that their system does not have in the reference, with the nearest that it has."""
    rows = study.table("mtb_recommendations", "evidence_system", "evidence_level")
    levels = pd.read_csv(_VOCABULARIES, dtype=str)
    for system, name in _EVIDENCE_SYSTEMS.items():
        known = levels.loc[levels["system"].eq(name), "code"]
        odd = rows["evidence_system"].eq(system) & rows["evidence_level"].notna()
        found = pick(rows, odd & ~rows["evidence_level"].isin(known))
        hints = {text: _nearest_level(text, known) for text in found["evidence_level"].unique()}
        message = (
            f"'{{evidence_level}}' is no known level of {system} ({{hint}}); "
            "it counts as not assigned."
        )
        found = found.assign(hint=found["evidence_level"].map(hints))
        yield Found("mtb_recommendations", found, "evidence_level", message)


def _nearest_level(text: str, known: pd.Series) -> str:
    by_core = {_core(code): code for code in known}
    core = _core(text)
    near = [core] if core in by_core else difflib.get_close_matches(core, by_core, 3, 0.75)
    meant = " or ".join(sorted(by_core[condition] for condition in near))
    return f"was {meant} meant?" if meant else f"it has {', '.join(known)}"


def _core(level: str) -> str:
    """Tell levels apart by what is left without the words and signs that only decorate them."""
    return re.sub(r"LEVEL|TIER|[^0-9A-Z]", "", level.upper())


@CODES.rule(
    "discontinued_reason",
    ERROR,
    "disposition",
    "The reason of another end of the study is one of its codes.",
)
def discontinued_reason(study: Study) -> Iterator[Found]:
    """Reasons in other words, with the nearest code."""
    rows = study.table("disposition", "event", "reason")
    known = terminology.DISCONTINUED_REASON
    wrong = rows["event"].eq("discontinued") & rows["reason"].notna() & ~rows["reason"].isin(known)
    found = pick(rows, wrong)
    hints = {text: was_meant(text, known, quote="") for text in found["reason"].unique()}
    found = found.assign(hint=found["reason"].map(hints))
    message = f"'{{reason}}' is not one of {', '.join(known)}{{hint}}."
    yield Found("disposition", found, "reason", message)


@CODES.rule(
    "reported_value",
    ERROR,
    "reported_outcomes",
    "A reported best response is a response, a reported response Y or N.",
)
def reported_value(study: Study) -> Iterator[Found]:
    """Values of the other outcome."""
    rows = study.table("reported_outcomes", "parameter", "value")
    for parameter, codes in (
        ("BOR", terminology.OVERALL_RESPONSE),
        ("RSP", terminology.YES_NO),
    ):
        wrong = rows["parameter"].eq(parameter) & rows["value"].notna()
        wrong &= ~rows["value"].isin(codes)
        message = f"{parameter} cannot be {{value}}; use {', '.join(codes)}."
        yield Found("reported_outcomes", pick(rows, wrong), "value", message)


EXTRACTS = Family("extract")
_ALL_TABLES = "*"


@EXTRACTS.rule("empty_table", WARNING, _ALL_TABLES, "A table that the registry collects has rows.")
def empty_table(study: Study) -> Iterator[Found]:
    """Tables without a row although patients are enrolled, and not declared as not collected."""
    if not _enrolled(study):
        return
    for name in COLLECTABLE:
        if name not in study.rules.extracts.not_collected and _is_empty(study, name):
            message = (
                'No row was received: what needs the table reads "not received". If the registry '
                "does not collect it, say so in rules.extracts.not_collected."
            )
            yield Found(name, _no_line(), "", message)


@EXTRACTS.rule(
    "declared_not_collected",
    ERROR,
    _ALL_TABLES,
    "A table that is declared as not collected has no row.",
)
def declared_not_collected(study: Study) -> Iterator[Found]:
    """The first row of a table that the plan says is not collected."""
    for name in study.rules.extracts.not_collected:
        if study.has(name) and len(study.frames[name]):
            rows = study.frames[name].sort_values(study.line_column(name)).head(1)
            message = (
                f"rules.extracts.not_collected names {name}, but it has rows: take it from the "
                "list, or leave the rows out of the extract."
            )
            yield Found(name, rows, "patient_id", message)


def _enrolled(study: Study) -> bool:
    return study.has("patients") and len(study.frames["patients"]) > 0


def _is_empty(study: Study, name: str) -> bool:
    """Whether a table was read, whole, and holds nothing."""
    return study.has(name) and not len(study.frames[name]) and study.damage(name).complete


def _no_line() -> pd.DataFrame:
    return pd.DataFrame({"line": [pd.NA], "file_line": [pd.NA], "patient_id": [""], "": [""]})
