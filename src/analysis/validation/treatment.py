"""Regimens before and after enrolment: what makes their reading doubtful."""

from __future__ import annotations

from collections.abc import Iterator

from analysis.findings import WARNING
from analysis.validation.family import Family, Found, pick
from analysis.validation.study import Study

TREATMENT = Family("treatment")


@TREATMENT.rule(
    "prior_lines_out_of_order",
    WARNING,
    "prior_treatments",
    "Lines of therapy are numbered in the order in which they started.",
)
def prior_lines_out_of_order(study: Study) -> Iterator[Found]:
    """Lines that surely started before the line numbered just below them."""
    rows = study.table("prior_treatments", "patient_id", "line", "start_date")
    rows = rows.assign(
        first=study.first_dates("prior_treatments", "start_date"),
        last=study.last_dates("prior_treatments", "start_date"),
    )
    rows = rows.dropna(subset=["patient_id", "line"])
    rows = rows.sort_values(["patient_id", "line"], kind="stable")
    before = rows.groupby("patient_id")[["first", "line"]].shift()
    rows = rows.assign(before=before["line"])
    message = "Line {line} started {start_date}, before line {before}."
    yield Found(
        "prior_treatments", pick(rows, rows["last"] < before["first"]), "start_date", message
    )


@TREATMENT.rule(
    "several_starts_on_one_date",
    WARNING,
    "treatments",
    "Two systemic regimens of a patient do not start on one day; drugs given together are one.",
)
def several_starts_on_one_date(study: Study) -> Iterator[Found]:
    """Second and later regimens of a day; the lowest regimen_id counts as the first."""
    rows = study.table("treatments", "patient_id", "regimen_id", "therapy_class", "start_date")
    systemic = rows["therapy_class"].isin(study.rules.treatment.systemic_classes)
    dated = rows[systemic].dropna(subset=["patient_id", "start_date"])
    dated = dated.sort_values("regimen_id", kind="stable")
    again = dated[dated.duplicated(["patient_id", "start_date"])]
    message = "Another systemic regimen started on {start_date} too; join their drugs with +?"
    yield Found("treatments", again, "start_date", message)


@TREATMENT.rule(
    "stop_by_death_without_death",
    WARNING,
    "treatments",
    "A regimen that ended by death belongs to a patient whose death is on record.",
)
def stop_by_death_without_death(study: Study) -> Iterator[Found]:
    """Ends by death of patients not known to be dead."""
    rows = study.of_patients("treatments", study.table("treatments", "patient_id", "stop_reason"))
    which = rows["stop_reason"].eq("death") & ~rows["patient_id"].isin(study.dead)
    message = "Ended by death, but disposition.csv has no death of {patient_id}."
    yield Found("treatments", pick(rows, which), "stop_reason", message)
