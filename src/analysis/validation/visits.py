"""Visit labels against the dates: analysis visits come from dates, the label is only compared."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pandas as pd

from analysis.dates import UNIT, study_day
from analysis.findings import WARNING
from analysis.validation.family import Family, Found, pick
from analysis.validation.study import Study

VISITS = Family("visit")
SCANS = (("tumour_lesions", "assessment_date"), ("tumour_responses", "assessment_date"))
FORMS = (("promis29", "completion_date"), ("ecog", "assessment_date"))
LABEL = "visit"


@VISITS.rule("label_vs_date", WARNING, "*", "The label of a visit agrees with its date.")
def label_vs_date(study: Study) -> Iterator[Found]:
    """Labels whose window does not hold the date; one finding per assessment and label."""
    for table, date in (*SCANS, *FORMS):
        if not study.has(table, "patient_id", LABEL, date):
            continue
        rows = study.settled(study.table(table)).sort_values("line", kind="stable")
        rows = rows.drop_duplicates(["patient_id", date, LABEL])
        forms = (table, date) in FORMS
        anchors = study.once(("anchors", forms), partial(_anchors, study, forms=forms))
        anchor = rows["patient_id"].map(anchors)
        day = study_day(rows[date], anchor.astype(UNIT))
        known = day.notna() & rows[LABEL].notna()
        rows, day = rows[known], day[known]
        treated = rows["patient_id"].isin(study.first_doses.index)
        window = rows[LABEL].map(_windows(study))
        outside = window.notna() & ~_inside(day, window)
        baseline = rows[LABEL].eq("baseline")
        # Until the first dose any form can become the baseline: nothing is wrong with the label.
        outside |= baseline & treated & ~_is_baseline(day, study, (table, date) in SCANS)
        message = f"Labelled {{visit}}, but {{{date}}} is day {{day}} from the start."
        yield Found(table, pick(rows, outside.astype(bool), day=day), LABEL, message)


def _anchors(study: Study, *, forms: bool) -> pd.Series:
    """First dose; for forms of untreated patients the first review, else enrolment (SAP 5)."""
    anchors = study.first_doses
    if not forms:
        return anchors
    reviews = study.table("mtb_reviews", "patient_id", "test_id", "review_date", "conclusion")
    profile = reviews["test_id"].map(study.looked_up("sequencing", "test_id", "profile_number"))
    first = reviews[profile.eq(1).fillna(False) & reviews["conclusion"].ne("deferred")]
    reviewed = first.groupby("patient_id")["review_date"].min()
    return anchors.combine_first(reviewed).combine_first(study.enrolments).astype(UNIT)


def _windows(study: Study) -> dict[str, tuple[int, int]]:
    return {window.code: (window.first, window.last) for window in study.rules.visits.windows}


def _inside(day: pd.Series, window: pd.Series) -> pd.Series:
    first = window.map(lambda ends: ends[0], na_action="ignore").astype("float64")
    last = window.map(lambda ends: ends[1], na_action="ignore").astype("float64")
    return day.astype("float64").between(first, last)


def _is_baseline(day: pd.Series, study: Study, scan: bool) -> pd.Series:
    """Whether a day can be a baseline: on or before the first dose, scans not too early."""
    visits = study.rules.visits
    days = day.astype("float64")
    return (days <= visits.baseline_last) & (
        days.ge(visits.baseline_flagged_first) if scan else True
    )
