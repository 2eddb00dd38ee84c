"""Orders of dates that cannot be, within and across tables.

A partial date stands for every day that it could be: an order is impossible only if no completion
of the partial dates makes it possible. The same day is always possible.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from analysis.dates import UNIT
from analysis.findings import ERROR, WARNING
from analysis.validation.family import Family, Found, pick
from analysis.validation.study import Study
from schemas.raw import RAW_TABLES

DATES = Family("dates")
RANGES = Family("range")

YOUNGEST, OLDEST = 18, 110
# What cannot lie after a death: table, date, and the rows it holds for (None = all). A contact
# without an answer, or a death noted at a later visit (ECOG 5), says nothing against the death.
AFTER_DEATH = (
    ("treatments", "start_date", None),
    ("treatments", "end_date", None),
    ("tumour_lesions", "assessment_date", None),
    ("tumour_lesions", "scan_date", None),
    ("tumour_responses", "assessment_date", None),
    ("adverse_events", "onset_date", None),
    ("adverse_events", "resolution_date", None),
    ("promis29", "completion_date", None),
    ("ecog", "assessment_date", ("ecog", (0, 1, 2, 3, 4))),
    ("follow_up", "contact_date", ("vital_status", ("alive",))),
    ("disposition", "event_date", ("event", ("withdrawal", "completed", "clinical_progression"))),
)


def _within(study: Study, table: str, early: str, late: str) -> pd.DataFrame:
    """Rows of which one date must not be after another one of the same row, but is."""
    rows = study.table(table, early, late)
    return pick(rows, study.first_dates(table, early) > study.last_dates(table, late))


@DATES.rule("consent_after_enrolment", ERROR, "patients", "Consent comes before enrolment.")
def consent_after_enrolment(study: Study) -> Iterator[Found]:
    """Enrolment before consent."""
    rows = _within(study, "patients", "consent_date", "enrolment_date")
    message = "Enrolled on {enrolment_date}, before consent on {consent_date}."
    yield Found("patients", rows, "enrolment_date", message)


@DATES.rule("diagnosis_after_consent", ERROR, "patients", "The diagnosis comes before consent.")
def diagnosis_after_consent(study: Study) -> Iterator[Found]:
    """Diagnosis surely after consent."""
    rows = _within(study, "patients", "diagnosis_date", "consent_date")
    message = "Diagnosed {diagnosis_date}, after consent on {consent_date}."
    yield Found("patients", rows, "diagnosis_date", message)


@RANGES.rule(
    "age_at_consent",
    WARNING,
    "patients",
    "A patient is 18 to 110 years old in the year of consent; others are kept.",
)
def age_at_consent(study: Study) -> Iterator[Found]:
    """Years of birth that are too early or too late."""
    rows = study.table("patients", "birth_year", "consent_date", "enrolment_date")
    entry = rows["consent_date"].fillna(rows["enrolment_date"])
    age = entry.dt.year - rows["birth_year"].astype("float64")
    message = (
        f"Born {{birth_year}}: {{age}} years at consent; {YOUNGEST} to {OLDEST} are expected. "
        "Kept in the analysis."
    )
    yield Found(
        "patients", pick(rows, (age < YOUNGEST) | (age > OLDEST), age=age), "birth_year", message
    )


@DATES.rule("end_before_start", ERROR, "*", "A therapy does not end before it starts.")
def end_before_start(study: Study) -> Iterator[Found]:
    """Ends before starts, before and after enrolment."""
    for table in ("prior_treatments", "treatments"):
        if study.has(table, "start_date", "end_date"):
            rows = _within(study, table, "start_date", "end_date")
            yield Found(table, rows, "end_date", "Ended {end_date}, before its start {start_date}.")


@DATES.rule(
    "progression_before_start",
    ERROR,
    "prior_treatments",
    "Progression on a line follows its start.",
)
def progression_before_start(study: Study) -> Iterator[Found]:
    """Progressions before the line."""
    rows = _within(study, "prior_treatments", "start_date", "progression_date")
    message = "Progression {progression_date} lies before the start of the line {start_date}."
    yield Found("prior_treatments", rows, "progression_date", message)


@DATES.rule(
    "prior_line_after_enrolment", ERROR, "prior_treatments", "A prior line starts before enrolment."
)
def prior_line_after_enrolment(study: Study) -> Iterator[Found]:
    """Prior lines that belong to treatments."""
    rows = study.table("prior_treatments", "patient_id", "start_date")
    enrolled = rows["patient_id"].map(study.enrolments).astype(UNIT)
    late = study.first_dates("prior_treatments", "start_date") > enrolled
    message = "Started {start_date}, after enrolment on {enrolled}; it belongs to treatments.csv."
    yield Found("prior_treatments", pick(rows, late, enrolled=enrolled), "start_date", message)


@DATES.rule(
    "treatment_before_enrolment", ERROR, "treatments", "A regimen in treatments follows enrolment."
)
def treatment_before_enrolment(study: Study) -> Iterator[Found]:
    """Regimens that belong to prior_treatments."""
    rows = study.table("treatments", "patient_id", "start_date")
    enrolled = rows["patient_id"].map(study.enrolments).astype(UNIT)
    message = "First given {start_date}, before enrolment on {enrolled}; a prior line?"
    yield Found(
        "treatments",
        pick(rows, rows["start_date"] < enrolled, enrolled=enrolled),
        "start_date",
        message,
    )


@DATES.rule(
    "treatment_without_enrolment",
    ERROR,
    "treatments",
    "Who has a regimen in treatments was enrolled: the patient has a date of enrolment.",
)
def treatment_without_enrolment(study: Study) -> Iterator[Found]:
    """Regimens of patients that read as screen failures."""
    rows = study.of_patients("treatments", study.table("treatments", "patient_id", "start_date"))
    patients = study.whole_table("patients", "patient_id", "enrolment_date")
    empty = patients["enrolment_date"].isna() & study.readable("patients", "enrolment_date")
    failed = patients.loc[empty, "patient_id"].dropna()
    message = "{patient_id} has no date of enrolment (a screen failure?), but this regimen."
    yield Found("treatments", pick(rows, rows["patient_id"].isin(failed)), "patient_id", message)


@DATES.rule(
    "biopsy_before_consent", WARNING, "biopsies", "A specimen is usually taken after consent."
)
def biopsy_before_consent(study: Study) -> Iterator[Found]:
    """Archival specimens: their turnaround starts before the study does."""
    rows = study.table("biopsies", "patient_id", "collection_date")
    consents = study.looked_up("patients", "patient_id", "consent_date")
    consent = rows["patient_id"].map(consents).astype(UNIT)
    message = "Taken {collection_date}, before consent on {consent}; archival tissue?"
    early = rows["collection_date"] < consent
    yield Found("biopsies", pick(rows, early, consent=consent), "collection_date", message)


def _after_parent(
    study: Study, table: str, column: str, key: str, parent: tuple[str, str]
) -> tuple[pd.DataFrame, pd.Series]:
    """Rows of `table` with the date of their parent, and whether they lie before it."""
    rows = study.table(table, column, key)
    dates = study.looked_up(parent[0], key, parent[1])
    rows = rows.assign(parent_date=rows[key].map(dates).astype(UNIT))
    return rows, rows[column] < rows["parent_date"]


@DATES.rule("report_before_collection", ERROR, "sequencing", "A report follows its specimen.")
def report_before_collection(study: Study) -> Iterator[Found]:
    """Reports before the specimen was taken."""
    rows, early = _after_parent(
        study, "sequencing", "report_date", "specimen_id", ("biopsies", "collection_date")
    )
    message = "Reported {report_date}, before specimen {specimen_id} was taken on {parent_date}."
    yield Found("sequencing", pick(rows, early), "report_date", message)


@DATES.rule(
    "review_before_report", ERROR, "mtb_reviews", "A review follows the report of its test."
)
def review_before_report(study: Study) -> Iterator[Found]:
    """Reviews before there was a report."""
    rows, early = _after_parent(
        study, "mtb_reviews", "review_date", "test_id", ("sequencing", "report_date")
    )
    message = "Reviewed {review_date}, before test {test_id} was reported on {parent_date}."
    yield Found("mtb_reviews", pick(rows, early), "review_date", message)


@DATES.rule("decision_before_review", ERROR, "mtb_decisions", "A decision follows the review.")
def decision_before_review(study: Study) -> Iterator[Found]:
    """Decisions before the review that recommended."""
    rows = study.table("mtb_decisions", "recommendation_id", "decision_date")
    reviews = study.looked_up("mtb_recommendations", "recommendation_id", "review_id")
    dates = study.looked_up("mtb_reviews", "review_id", "review_date")
    reviewed = rows["recommendation_id"].map(reviews).map(dates).astype(UNIT)
    early = rows["decision_date"] < reviewed
    message = "Decided {decision_date}, before the review on {reviewed}."
    yield Found("mtb_decisions", pick(rows, early, reviewed=reviewed), "decision_date", message)


@DATES.rule(
    "scan_before_assessment",
    ERROR,
    "tumour_lesions",
    "The date of an assessment is its first scan day: no lesion of it is imaged earlier.",
)
def scan_before_assessment(study: Study) -> Iterator[Found]:
    """Scans before the date of their assessment."""
    rows = _within(study, "tumour_lesions", "assessment_date", "scan_date")
    message = "Imaged {scan_date}, before the date of its assessment {assessment_date}."
    yield Found("tumour_lesions", rows, "scan_date", message)


@DATES.rule("resolution_before_onset", ERROR, "adverse_events", "An event ends after its onset.")
def resolution_before_onset(study: Study) -> Iterator[Found]:
    """Resolutions surely before the onset."""
    rows = _within(study, "adverse_events", "onset_date", "resolution_date")
    message = "Resolved {resolution_date}, before its onset {onset_date}."
    yield Found("adverse_events", rows, "resolution_date", message)


@DATES.rule(
    "event_before_enrolment", ERROR, "disposition", "What ends the study follows enrolment."
)
def event_before_enrolment(study: Study) -> Iterator[Found]:
    """Deaths, withdrawals and the like surely before enrolment."""
    rows = study.table("disposition", "patient_id", "event", "event_date")
    enrolled = rows["patient_id"].map(study.enrolments).astype(UNIT)
    early = study.last_dates("disposition", "event_date") < enrolled
    message = "{event} on {event_date}, before enrolment on {enrolled}."
    yield Found("disposition", pick(rows, early, enrolled=enrolled), "event_date", message)


@DATES.rule(
    "after_death",
    ERROR,
    "*",
    "No treatment, scan, adverse event, form, ECOG or contact lies after the death.",
)
def after_death(study: Study) -> Iterator[Found]:
    """Dates that no completion of a partial date brings before the death."""
    deaths = study.deaths["last"]
    for table, column, only in AFTER_DEATH:
        if not study.has(table, "patient_id", column, *(only[:1] if only else ())):
            continue
        rows = study.table(table)
        death = rows["patient_id"].map(deaths).astype(UNIT)
        after = study.first_dates(table, column) > death
        if only:
            after &= rows[only[0]].isin(only[1])
        message = f"{column} {{{column}}} lies after the death of the patient on {{death}}."
        yield Found(table, pick(rows, after.astype(bool), death=death), column, message)


@DATES.rule("ecog_5_before_death", ERROR, "ecog", "ECOG 5 is not recorded before the death.")
def ecog_5_before_death(study: Study) -> Iterator[Found]:
    """Dead by ECOG on a day on which the death had not yet happened."""
    rows = study.table("ecog", "patient_id", "assessment_date", "ecog")
    death = rows["patient_id"].map(study.deaths["first"]).astype(UNIT)
    early = (rows["assessment_date"] < death) & rows["ecog"].eq(5).fillna(False)
    message = "ECOG 5 on {assessment_date}, but the death is on {death} or later."
    yield Found("ecog", pick(rows, early.astype(bool), death=death), "assessment_date", message)


@DATES.rule("after_snapshot", ERROR, "*", "No date lies after the day of the export.")
def after_snapshot(study: Study) -> Iterator[Found]:
    """Dates that could not be known when the registry was exported."""
    day = f"{study.snapshot:%Y-%m-%d}"
    for table in RAW_TABLES.values():
        for column, entry in table.fields.items():
            if entry.kind not in ("date", "partial") or not study.has(table.name, column):
                continue
            late = study.first_dates(table.name, column) > study.snapshot
            if late.any():
                message = f"{column} {{{column}}} lies after the export of {day}."
                yield Found(table.name, study.table(table.name)[late], column, message)
