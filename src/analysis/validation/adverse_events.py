"""Adverse events against CTCAE v5.0, seriousness against its criterion, outcome against grade.

An impossible combination of term, class, grade and outcome is an error (data model, section 2). A
fatal event of a patient whose death is not on record is not in that list: it is a warning.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.ctcae import GRADES, ctcae, ctcae_terms_of
from analysis.dates import UNIT
from analysis.findings import ERROR, WARNING
from analysis.hints import was_meant
from analysis.validation.family import Family, Found, pick
from analysis.validation.study import Study

ADVERSE_EVENTS = Family("adverse_event")
TABLE = "adverse_events"


def _is_meddra(study: Study) -> bool:
    return study.rules.safety.dictionary == "meddra"


def _in_ctcae(study: Study, rows: pd.DataFrame) -> pd.Series:
    """CTCAE term of each event, missing where the term is none and the crosswalk has it not."""
    return ctcae_terms_of(rows["term"], study.rules.safety.crosswalk)


@ADVERSE_EVENTS.rule(
    "unknown_term",
    ERROR,
    TABLE,
    "A term is one of CTCAE v5.0, whatever its capitals, or of the crosswalk; under MedDRA any is.",
)
def unknown_term(study: Study) -> Iterator[Found]:
    """Terms that CTCAE v5.0 does not have, with the nearest that it has."""
    rows = study.table(TABLE, "term")
    if _is_meddra(study):
        return
    unknown = rows[rows["term"].notna() & _in_ctcae(study, rows).isna()]
    hints = {term: was_meant(term, ctcae().index) for term in unknown["term"].unique()}
    rows = unknown.assign(hint=unknown["term"].map(hints))
    yield Found(TABLE, rows, "term", "'{term}' is not a term of CTCAE v5.0{hint}.")


@ADVERSE_EVENTS.rule("wrong_soc", ERROR, TABLE, "A term stands under its own class (SOC).")
def wrong_soc(study: Study) -> Iterator[Found]:
    """Known terms under another class."""
    rows = study.table(TABLE, "term", "soc")
    if _is_meddra(study):
        return
    right = _in_ctcae(study, rows).map(ctcae()["soc"])
    wrong = right.notna() & rows["soc"].notna()
    wrong &= right.str.casefold().ne(rows["soc"].str.casefold())
    yield Found(
        TABLE, pick(rows, wrong, right=right), "soc", "{term} belongs to '{right}', not to '{soc}'."
    )


@ADVERSE_EVENTS.rule("impossible_grade", ERROR, TABLE, "A grade is one that its term has.")
def impossible_grade(study: Study) -> Iterator[Found]:
    """Grades 1 to 5 that CTCAE v5.0 does not give the term."""
    rows = study.table(TABLE, "term", "grade")
    term = _in_ctcae(study, rows)
    known = (term.notna() & rows["grade"].isin(GRADES)).astype(bool)
    rows, term = rows[known], term[known]
    has = ctcae()[list(GRADES)].to_numpy()
    at = ctcae().index.get_indexer(pd.Index(term))
    possible = has[at, rows["grade"].to_numpy(dtype=np.int64) - 1]
    grades = term.map(ctcae()["grades"])
    yield Found(
        TABLE,
        pick(rows, ~possible, grades=grades),
        "grade",
        "{term} has no grade {grade}, only {grades}.",
    )


@ADVERSE_EVENTS.rule(
    "one_event_two_patients", ERROR, TABLE, "All severities of one event belong to one patient."
)
def one_event_two_patients(study: Study) -> Iterator[Found]:
    """Rows of an event whose first row belongs to somebody else."""
    rows = study.of_patients(TABLE, study.table(TABLE, "patient_id", "ae_id", "ae_sequence"))
    rows = rows.dropna(subset=["ae_id"])
    first = rows.groupby("ae_id")["patient_id"].transform("first")
    message = "Event {ae_id} belongs to {first} on an earlier line, here to {patient_id}."
    differs = first.ne(rows["patient_id"])
    yield Found(TABLE, pick(rows, differs, first=first), "ae_id", message)


@ADVERSE_EVENTS.rule(
    "severities_out_of_order",
    WARNING,
    TABLE,
    "The severities of one event begin in the order of their numbers.",
)
def severities_out_of_order(study: Study) -> Iterator[Found]:
    """Severities that surely begin before the one before them."""
    rows = study.table(TABLE, "ae_id", "ae_sequence", "onset_date")
    last = study.last_dates(TABLE, "onset_date")
    rows = rows.assign(FIRST=study.first_dates(TABLE, "onset_date"), LAST=last)
    rows = rows.sort_values(["ae_id", "ae_sequence", "line"], kind="stable")
    before = rows.groupby("ae_id")["FIRST"].shift().astype(UNIT)
    message = "Severity {ae_sequence} begins {onset_date}, before the one before it."
    yield Found(TABLE, pick(rows, rows["LAST"] < before), "onset_date", message)


@ADVERSE_EVENTS.rule("grade_5_not_fatal", ERROR, TABLE, "An event of grade 5 is fatal.")
def grade_5_not_fatal(study: Study) -> Iterator[Found]:
    """Grade 5 with another outcome."""
    rows = study.table(TABLE, "grade", "outcome")
    which = (
        rows["grade"].eq(5).fillna(False) & rows["outcome"].notna() & rows["outcome"].ne("fatal")
    )
    message = "Grade 5 is death, but the outcome is {outcome}."
    yield Found(TABLE, pick(rows, which), "outcome", message)


@ADVERSE_EVENTS.rule("fatal_below_grade_5", ERROR, TABLE, "A fatal event is of grade 5.")
def fatal_below_grade_5(study: Study) -> Iterator[Found]:
    """Fatal outcomes of a lower grade."""
    rows = study.table(TABLE, "grade", "outcome")
    which = rows["outcome"].eq("fatal") & rows["grade"].lt(5).fillna(False)
    message = "The outcome is fatal, so the grade is 5, not {grade}."
    yield Found(TABLE, pick(rows, which), "grade", message)


@ADVERSE_EVENTS.rule(
    "serious_without_criterion", ERROR, TABLE, "A serious event says what made it serious."
)
def serious_without_criterion(study: Study) -> Iterator[Found]:
    """Serious events without a criterion."""
    rows = study.table(TABLE, "serious", "serious_criterion")
    which = rows["serious"].eq("Y") & rows["serious_criterion"].isna()
    message = "Serious, but no criterion is given: say what made it serious."
    yield Found(TABLE, pick(rows, which), "serious_criterion", message)


@ADVERSE_EVENTS.rule(
    "criterion_without_serious",
    WARNING,
    TABLE,
    "An event with a criterion of seriousness is serious.",
)
def criterion_without_serious(study: Study) -> Iterator[Found]:
    """Criteria of events that are not called serious."""
    rows = study.table(TABLE, "serious", "serious_criterion")
    which = rows["serious"].eq("N") & rows["serious_criterion"].notna()
    message = "The criterion is {serious_criterion}, but the event is not called serious."
    yield Found(TABLE, pick(rows, which), "serious_criterion", message)


def _names_death(criteria: object) -> bool:
    return isinstance(criteria, list) and "death" in criteria


@ADVERSE_EVENTS.rule(
    "death_criterion_not_fatal",
    WARNING,
    TABLE,
    "An event that is serious because of death is fatal.",
)
def death_criterion_not_fatal(study: Study) -> Iterator[Found]:
    """Criterion death with another outcome; of grade 5 the outcome has its own finding."""
    rows = study.table(TABLE, "grade", "serious_criterion", "outcome")
    which = (
        rows["serious_criterion"].str.split(";").apply(_names_death)
        & rows["outcome"].notna()
        & rows["outcome"].ne("fatal")
        & ~rows["grade"].eq(5).fillna(False)
        & study.readable(TABLE, "outcome")
    )
    message = "Serious because of death, but the outcome is {outcome}."
    yield Found(TABLE, pick(rows, which), "serious_criterion", message)


@ADVERSE_EVENTS.rule(
    "related_before_treatment",
    WARNING,
    TABLE,
    "An event related to treatment begins on or after the first dose.",
)
def related_before_treatment(study: Study) -> Iterator[Found]:
    """Events called related that surely began before any anticancer therapy, or without one."""
    rows = study.of_patients(TABLE, study.table(TABLE, "patient_id", "related", "onset_date"))
    regimens = study.whole_table("treatments", "patient_id", "start_date")
    starts = regimens.dropna(subset=["patient_id", "start_date"])
    first = rows["patient_id"].map(starts.groupby("patient_id")["start_date"].min()).astype(UNIT)
    onset = study.last_dates(TABLE, "onset_date")[rows.index]
    early = first.isna() | (onset < first)
    early &= ~rows["patient_id"].isin(study.in_doubt("treatments", "start_date"))
    which = rows["related"].eq("yes") & early & rows["onset_date"].notna()
    message = "Called related to treatment, but begun {onset_date}, before any."
    yield Found(TABLE, pick(rows, which), "related", message)


@ADVERSE_EVENTS.rule(
    "fatal_without_death",
    WARNING,
    TABLE,
    "A fatal event belongs to a patient whose death is on record.",
)
def fatal_without_death(study: Study) -> Iterator[Found]:
    """Fatal events of patients not known to be dead."""
    rows = study.of_patients(TABLE, study.table(TABLE, "patient_id", "outcome"))
    which = rows["outcome"].eq("fatal") & ~rows["patient_id"].isin(study.dead)
    message = "Fatal event, but disposition.csv has no death of {patient_id}."
    yield Found(TABLE, pick(rows, which), "outcome", message)


@ADVERSE_EVENTS.rule("grade_5_not_serious", WARNING, TABLE, "An event of grade 5 is serious.")
def grade_5_not_serious(study: Study) -> Iterator[Found]:
    """Deaths that are not called serious."""
    rows = study.table(TABLE, "grade", "serious")
    which = rows["grade"].eq(5).fillna(False) & rows["serious"].eq("N")
    yield Found(TABLE, pick(rows, which), "serious", "Grade 5, but not called serious.")


@ADVERSE_EVENTS.rule(
    "ongoing_with_resolution", WARNING, TABLE, "An ongoing event has no date of resolution."
)
def ongoing_with_resolution(study: Study) -> Iterator[Found]:
    """Events that are both."""
    rows = study.table(TABLE, "outcome", "resolution_date")
    which = rows["outcome"].eq("ongoing") & rows["resolution_date"].notna()
    message = "Called ongoing, but resolved {resolution_date}."
    yield Found(TABLE, pick(rows, which), "resolution_date", message)


@ADVERSE_EVENTS.rule("before_consent", WARNING, TABLE, "An adverse event starts after consent.")
def before_consent(study: Study) -> Iterator[Found]:
    """Events surely before consent: history, not an adverse event of the study."""
    rows = study.table(TABLE, "patient_id", "onset_date")
    consents = study.looked_up("patients", "patient_id", "consent_date")
    consent = rows["patient_id"].map(consents).astype(UNIT)
    early = study.last_dates(TABLE, "onset_date") < consent
    message = "Onset {onset_date}, before consent on {consent}: medical history?"
    yield Found(TABLE, pick(rows, early, consent=consent), "onset_date", message)


@ADVERSE_EVENTS.rule(
    "recorded_twice",
    WARNING,
    TABLE,
    "One event of a term, in the words of the report, and an onset is recorded once.",
)
def recorded_twice(study: Study) -> Iterator[Found]:
    """Second and later rows of one patient, term, verbatim term and onset.

    Two reports in other words under one term (the left arm, the right arm) are two events; where
    one of them has no words of its own, nothing tells them apart.
    """
    key = ["patient_id", "term", "onset_date"]
    rows = study.table(TABLE, *key).dropna(subset=key).sort_values("line")
    rows = rows.assign(said=_in_its_words(rows))
    again = rows.duplicated([*key, "said"])
    silent = rows["said"].eq("").groupby([rows[name] for name in key]).transform("any")
    again |= silent & rows.duplicated(key)
    message = "{term} with onset {onset_date} is recorded twice; one event or two?"
    yield Found(TABLE, pick(rows, again), "term", message)


def _in_its_words(rows: pd.DataFrame) -> pd.Series:
    """The verbatim term without capitals and double blanks; empty where there is none."""
    if "verbatim" not in rows:
        return pd.Series("", index=rows.index, dtype=object)
    said = rows["verbatim"].astype(object).where(rows["verbatim"].notna(), "")
    return said.map(lambda text: " ".join(str(text).casefold().split()))


@ADVERSE_EVENTS.rule(
    "biopsy_complication_without_biopsy",
    WARNING,
    TABLE,
    "A complication of a biopsy belongs to a patient of whom tissue was taken.",
)
def biopsy_complication_without_biopsy(study: Study) -> Iterator[Found]:
    """Complications of biopsies that are not on record; a blood sample is no biopsy."""
    rows = study.of_patients(TABLE, study.table(TABLE, "patient_id", "biopsy_related"))
    specimens = study.whole_table("biopsies", "patient_id", "specimen_type")
    tissue = specimens.loc[specimens["specimen_type"].ne("blood"), "patient_id"]
    which = rows["biopsy_related"].eq("Y") & ~rows["patient_id"].isin(tissue)
    blood = rows["patient_id"].isin(specimens["patient_id"])
    what = pd.Series("none", rows.index).mask(blood, "blood only")
    message = "Related to a biopsy, but biopsies.csv has {what} of {patient_id}."
    yield Found(TABLE, pick(rows, which, what=what), "biopsy_related", message)


@ADVERSE_EVENTS.rule(
    "biopsy_complication_before_biopsy",
    WARNING,
    TABLE,
    "A complication of a biopsy begins on or after the first day on which tissue was taken.",
)
def biopsy_complication_before_biopsy(study: Study) -> Iterator[Found]:
    """Complications that surely began before any tissue was taken."""
    rows = study.table(TABLE, "patient_id", "biopsy_related", "onset_date")
    specimens = study.whole_table("biopsies", "patient_id", "specimen_type", "collection_date")
    tissue = specimens[specimens["specimen_type"].ne("blood")]
    in_doubt = tissue.loc[tissue["collection_date"].isna(), "patient_id"]
    days = tissue.groupby("patient_id")["collection_date"].min()
    first = rows["patient_id"].map(days).astype(UNIT)
    early = study.last_dates(TABLE, "onset_date")[rows.index] < first
    which = rows["biopsy_related"].eq("Y") & early & ~rows["patient_id"].isin(in_doubt)
    message = "Related to a biopsy, but begun {onset_date}: tissue was first taken on {first}."
    yield Found(TABLE, pick(rows, which, first=first), "onset_date", message)
