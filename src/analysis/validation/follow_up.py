"""Vital status, ends of follow-up and contacts: what contradicts, and who is not heard of."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from analysis.dates import UNIT
from analysis.findings import ERROR, WARNING
from analysis.validation.family import Family, Found, pick
from analysis.validation.study import Study

FOLLOW_UP = Family("follow_up")
# Where a patient is seen or heard of: table, date, and the rows it holds for (None = all).
SIGNS_OF_LIFE = (
    ("patients", "enrolment_date", None),
    ("biopsies", "collection_date", None),
    ("treatments", "start_date", None),
    ("tumour_lesions", "assessment_date", None),
    ("tumour_responses", "assessment_date", None),
    ("promis29", "completion_date", None),
    ("ecog", "assessment_date", ("ecog", (0, 1, 2, 3, 4))),
    ("follow_up", "contact_date", ("vital_status", ("alive",))),
)
AFTER_WITHDRAWAL = (
    ("tumour_responses", "assessment_date"),
    ("promis29", "completion_date"),
    ("ecog", "assessment_date"),
)
# In lesions one row stands for the assessment, unless it has a response.
AFTER_LOSS = (
    *AFTER_WITHDRAWAL,
    ("tumour_lesions", "assessment_date"),
    ("follow_up", "contact_date"),
)
ENDS = ("death", "withdrawal", "lost_to_follow_up", "completed", "discontinued")


def longest_gap(study: Study) -> int:
    """Days without a visit from which two in a row were missed (rules.pfs)."""
    pfs = study.rules.pfs
    return pfs.interval_days * (pfs.max_missed + 1) + pfs.window_days


def observed_until(study: Study) -> pd.Series:
    """Last day on which each patient could be expected at a visit, by patient.

    The first of the cutoff, the end of follow-up, and the earliest possible death, withdrawal,
    loss, completion or other end; missing where these cannot be read.
    """
    enrolled = study.enrolments.astype(UNIT)
    follow_up = study.rules.follow_up
    anchor = enrolled
    if follow_up.origin == "first_dose":
        anchor = study.first_doses.reindex(enrolled.index).fillna(enrolled).astype(UNIT)
    end = (anchor + pd.Timedelta(days=follow_up.days)).clip(upper=study.cutoff)  # type: ignore[call-overload]
    events = study.whole_table("disposition", "patient_id", "event", "event_date")
    first = study.first_dates("disposition", "event_date")
    ended = first[events["event"].isin(ENDS)].groupby(events["patient_id"]).min()
    until = pd.concat([end, ended.reindex(end.index)], axis=1).min(axis=1).astype(UNIT)
    # an event that cannot be read may be the end: nobody is missed after it
    return until.mask(until.index.isin(study.in_doubt("disposition", "event", "event_date")))


@FOLLOW_UP.rule("ecog_5_without_death", ERROR, "ecog", "ECOG 5 belongs to a patient who has died.")
def ecog_5_without_death(study: Study) -> Iterator[Found]:
    """Dead by ECOG, but no death on record."""
    rows = study.of_patients("ecog", study.table("ecog", "patient_id", "ecog"))
    which = rows["ecog"].eq(5).fillna(False) & ~rows["patient_id"].isin(study.dead)
    message = "ECOG 5 is death, but disposition.csv has no death of {patient_id}."
    yield Found("ecog", pick(rows, which.astype(bool)), "ecog", message)


@FOLLOW_UP.rule(
    "not_eligible", WARNING, "patients", "An enrolled patient met all criteria of entry."
)
def not_eligible(study: Study) -> Iterator[Found]:
    """Enrolled although not eligible; the patient stays in all sets."""
    rows = study.table("patients", "eligible")
    message = "Enrolled on {enrolment_date} although not eligible; stays in every analysis set."
    enrolled = study.table("patients", "enrolment_date")["enrolment_date"].notna()
    yield Found("patients", pick(rows, rows["eligible"].eq("N") & enrolled), "eligible", message)


@FOLLOW_UP.rule(
    "sparse",
    WARNING,
    "patients",
    "Until the end of follow-up a patient is seen or heard of at least every other visit.",
)
def sparse(study: Study) -> Iterator[Found]:
    """Patients not heard of for too long before the cutoff or the end of their follow-up."""
    last = _last_sign_of_life(study)
    rows = study.table("patients", "patient_id", "enrolment_date")
    rows = rows.dropna(subset=["patient_id", "enrolment_date"]).drop_duplicates("patient_id")
    for table, column, only in SIGNS_OF_LIFE:
        unread = study.in_doubt(table, column, *(only[:1] if only else ()))
        rows = rows[~rows["patient_id"].isin(unread)]
    until = rows["patient_id"].map(observed_until(study)).astype(UNIT)
    rows = rows.assign(last=rows["patient_id"].map(last).astype(UNIT))
    days = (until - rows["last"]).dt.days
    rows = rows.assign(days=days)
    message = "Last seen or heard of {last}, {days} days before the end of observation: contact?"
    found = rows[days > longest_gap(study)]
    yield Found("patients", found, "patient_id", message, value="last")


def _last_sign_of_life(study: Study) -> pd.Series:
    """Last date on which each patient was certainly alive, up to the cutoff."""
    dates = []
    for table, column, only in SIGNS_OF_LIFE:
        rows = study.whole_table(table, "patient_id", column)
        if only:
            rows = rows[study.table(table, only[0])[only[0]].isin(only[1]).astype(bool)]
        rows = rows[rows[column] <= study.cutoff]
        dates.append(rows.groupby("patient_id")[column].max())
    return pd.concat(dates).groupby(level=0).max()


def _after(study: Study, event: str, tables) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Rows of `tables` that lie surely after an event of the patient."""
    events = study.table("disposition", "patient_id", "event", "event_date")
    last = study.last_dates("disposition", "event_date")[events["event"].eq(event)]
    ended = last.groupby(events["patient_id"]).max()
    for table, column in tables:
        if not study.has(table, "patient_id", column):
            continue
        rows = study.table(table)
        end = rows["patient_id"].map(ended).astype(UNIT)
        yield table, column, pick(rows, rows[column] > end, ended=end)


@FOLLOW_UP.rule("after_withdrawal", WARNING, "*", "Nothing is collected after a withdrawal.")
def after_withdrawal(study: Study) -> Iterator[Found]:
    """Scans, forms and ECOG after the withdrawal of consent."""
    for table, column, rows in _after(study, "withdrawal", AFTER_WITHDRAWAL):
        message = f"{column} {{{column}}} lies after the withdrawal on {{ended}}: may it be used?"
        yield Found(table, rows, column, message)


@FOLLOW_UP.rule(
    "after_loss",
    WARNING,
    "*",
    "A patient lost to follow-up is not heard of again: no contact, scan, form or ECOG.",
)
def after_loss(study: Study) -> Iterator[Found]:
    """What shows that the patient was alive after the loss; one finding per scan and assessment."""
    for table, column, rows in _after(study, "lost_to_follow_up", AFTER_LOSS):
        if rows.empty:
            continue
        alive = rows[_shows_life(study, table, rows)]
        if table in ("tumour_responses", "tumour_lesions"):
            alive = alive.drop_duplicates(["patient_id", column])
        message = f"{column} {{{column}}} lies after the loss to follow-up on {{ended}}: not lost?"
        yield Found(table, alive, column, message)


def _shows_life(study: Study, table: str, rows: pd.DataFrame) -> pd.Series:
    """Whether each row tells of a living patient, and no other table tells the same."""
    only = next((only for name, _, only in SIGNS_OF_LIFE if name == table and only), None)
    if only:
        return rows[only[0]].isin(only[1]) if only[0] in rows else pd.Series(False, rows.index)
    scan = ["patient_id", "assessment_date"]
    if table == "tumour_lesions" and study.has("tumour_responses", *scan):
        responses = pd.MultiIndex.from_frame(study.table("tumour_responses")[scan])
        return pd.Series(~pd.MultiIndex.from_frame(rows[scan]).isin(responses), rows.index)
    return pd.Series(True, rows.index)


@FOLLOW_UP.rule(
    "several_ends",
    WARNING,
    "disposition",
    "A patient completed follow-up, withdrew, or was lost: one of these.",
)
def several_ends(study: Study) -> Iterator[Found]:
    """Second and later ends of one patient, deaths aside."""
    rows = study.table("disposition", "patient_id", "event").sort_values("line", kind="stable")
    ends = rows[rows["event"].isin(ENDS[1:])]
    again = ends[ends.duplicated("patient_id") & ~ends.duplicated(["patient_id", "event"])]
    message = "{event}, but the patient has another end of follow-up; the earliest date decides."
    yield Found("disposition", again, "event", message)
