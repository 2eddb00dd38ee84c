"""Fatal adverse events against the death on record: one death has one story."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from analysis.dates import UNIT
from analysis.findings import WARNING
from analysis.validation.family import Family, Found, pick
from analysis.validation.study import Study

FATAL_EVENTS = Family("fatal_event")
EVENTS, ENDS = "adverse_events", "disposition"


def _fatal(study: Study, *columns: str) -> pd.DataFrame:
    """Fatal events of known patients, in the order of their lines."""
    rows = study.of_patients(EVENTS, study.table(EVENTS, "patient_id", "outcome", *columns))
    return rows[rows["outcome"].eq("fatal")].sort_values("line", kind="stable")


def _deaths(study: Study) -> pd.DataFrame:
    """The first death on record of each known patient, in the order of the lines."""
    rows = study.of_patients(ENDS, study.table(ENDS, "patient_id", "event", "cause"))
    deaths = rows[rows["event"].eq("death")].sort_values("line", kind="stable")
    return deaths.drop_duplicates("patient_id")


@FATAL_EVENTS.rule("two_of_one_patient", WARNING, EVENTS, "A patient dies of one adverse event.")
def two_of_one_patient(study: Study) -> Iterator[Found]:
    """Second and later fatal events of a patient, with the term of the first."""
    rows = _fatal(study, "term")
    first = rows.drop_duplicates("patient_id").set_index("patient_id")["term"]
    again = pick(rows, rows.duplicated("patient_id"))
    again = again.assign(first=again["patient_id"].map(first))
    message = "{term} is fatal, and so is {first} of the same patient: which one led to death?"
    yield Found(EVENTS, again, "outcome", message)


@FATAL_EVENTS.rule(
    "related_other_cause",
    WARNING,
    EVENTS,
    "A death by an event related to treatment has the cause treatment.",
)
def related_other_cause(study: Study) -> Iterator[Found]:
    """Related fatal events of patients whose death has another cause."""
    rows = _fatal(study, "related")
    causes = _deaths(study).set_index("patient_id")["cause"]
    cause = rows["patient_id"].map(causes)
    which = rows["related"].eq("yes") & cause.notna() & cause.ne("treatment")
    message = "Fatal and related to treatment, but the cause of death is {cause}."
    yield Found(EVENTS, pick(rows, which, cause=cause), "related", message)


@FATAL_EVENTS.rule(
    "cause_without_event",
    WARNING,
    ENDS,
    "A death with the cause treatment has a fatal adverse event that may be related to it.",
)
def cause_without_event(study: Study) -> Iterator[Found]:
    """Deaths by treatment without a fatal event, or with unrelated ones only."""
    study.whole_table(EVENTS, "patient_id", "outcome", "related")
    fatal = _fatal(study, "related")
    doubt = study.in_doubt(EVENTS, "outcome", "related")
    unrelated = fatal["related"].eq("no")
    explained = fatal.loc[~unrelated, "patient_id"]
    rows = _deaths(study)
    which = rows["cause"].eq("treatment") & ~rows["patient_id"].isin(explained)
    which &= ~rows["patient_id"].isin(doubt)
    only = rows["patient_id"].isin(fatal["patient_id"])
    why = only.map({True: "only fatal events unrelated to it", False: "no fatal event"})
    message = "The cause of death is treatment, but {patient_id} has {why}."
    yield Found(ENDS, pick(rows, which, why=why), "cause", message)


@FATAL_EVENTS.rule(
    "ends_on_another_day", WARNING, EVENTS, "A fatal event ends on the day of the death."
)
def ends_on_another_day(study: Study) -> Iterator[Found]:
    """Fatal events whose end and the death can be no one day."""
    rows = _fatal(study, "resolution_date")
    first = study.first_dates(EVENTS, "resolution_date")[rows.index]
    last = study.last_dates(EVENTS, "resolution_date")[rows.index]
    died = {
        bound: rows["patient_id"].map(study.deaths[bound]).astype(UNIT)
        for bound in ("first", "last")
    }
    # after the death is a finding of its own
    before = last < died["first"]
    message = "Fatal, but its end {resolution_date} is before the death on {death} or later."
    yield Found(EVENTS, pick(rows, before & first.notna(), death=died["first"]),
                "resolution_date", message)  # fmt: skip
