"""What ADTTE reads: which raw row says when something happened, and what the scans say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.dates import UNIT, complete
from analysis.endpoints.assessments import driving_parameter, effective_responses
from analysis.endpoints.molecular_workup import passed_reports, profile_reviews
from analysis.endpoints.overall_response import deciding_rows, derive_timepoint_responses
from analysis.endpoints.progression import progression_evidence
from analysis.endpoints.progression_first_sighting import (
    count_from_first_sighting,
    evidence_of_sightings,
    first_sightings,
)
from analysis.endpoints.progression_rows import read_dated_lesions
from analysis.endpoints.tumour_baseline import in_baseline_window
from analysis.endpoints.vital_status import disposition_dates
from analysis.params import Rules

ASSESSED = {
    "OVRINV": ("tumour_responses", "overall_response"),
    "OVRDER": ("tumour_lesions", "status"),
}
ORIGIN_ROWS = {
    "TRTSDT": ("treatments", "start_date", "TRTLINE"),
    "GUIDDT": ("treatments", "start_date", "GUIDLINE"),
    "ENRLDT": ("patients", "enrolment_date", "ENRLINE"),
    "MTBDT": ("mtb_reviews", "review_date", "MTBLINE"),
}
_SIGNS_OF_LIFE = (
    ("patients", "enrolment_date"),
    ("biopsies", "collection_date"),
    ("treatments", "start_date"),
    ("tumour_lesions", "assessment_date"),
    ("tumour_lesions", "scan_date"),
    ("tumour_responses", "assessment_date"),
    ("ecog", "assessment_date"),
    ("promis29", "completion_date"),
    ("adverse_events", "onset_date"),
    ("follow_up", "contact_date"),
    ("disposition", "event_date"),
)


def raw_lines(extracts: dict[str, pd.DataFrame], adex: pd.DataFrame) -> pd.DataFrame:
    """Lines in the raw files of the dated facts that end or censor a time, by patient.

    Returns
    -------
    DataFrame
        Indexed by patient: DTHLINE, WITHLINE, LOSTLINE, COMPLINE (disposition), GUIDLINE
        (treatments, first guided dose), TRTLINE (treatments, first systemic dose).
    """
    disposition = extracts["disposition"]
    lines = {
        name: disposition_dates(disposition, event)["line"]
        for name, event in (
            ("DTHLINE", "death"),
            ("WITHLINE", "withdrawal"),
            ("LOSTLINE", "lost_to_follow_up"),
            ("COMPLINE", "completed"),
        )
    }
    systemic = adex[adex["TRTGRP"].notna()].sort_values(["USUBJID", "EXSEQ"], kind="stable")
    guided = systemic[systemic["GUIDFL"].eq("Y")]
    for name, rows in (("TRTLINE", systemic), ("GUIDLINE", guided)):
        lines[name] = rows.drop_duplicates("USUBJID").set_index("USUBJID")["SRCROW"]
    return pd.DataFrame(lines).astype("Int64")


def line_on(
    rows: pd.DataFrame, patient: str, date: str, line: str, of: pd.DataFrame, on: str
) -> pd.Series:
    """First line of `rows` of each patient of `of` on the date in its column `on`.

    Returns
    -------
    Series of Int64
        With the index of `of`; missing where there is no such row.
    """
    position = pd.Index(of["USUBJID"]).get_indexer(rows[patient])
    day = rows[date].to_numpy(dtype=UNIT)
    wanted = of[on].to_numpy(dtype=UNIT)[position]
    number = rows[line].to_numpy(dtype=np.float64, na_value=np.nan)
    hits = (position >= 0) & (day == wanted) & ~np.isnan(number)
    found = np.full(len(of), np.inf)
    np.minimum.at(found, position[hits], number[hits])
    missing = np.isinf(found)
    lines = pd.arrays.IntegerArray(np.where(missing, 0, found).astype(np.int64), missing)
    return pd.Series(lines, index=of.index)


def _signs(extracts: dict[str, pd.DataFrame], table: str, date: str) -> pd.DataFrame:
    """Rows of one table that prove a patient alive, with the day (SAP 4, OS)."""
    rows = extracts[table]
    if table == "ecog":
        rows = rows[rows["ecog"].lt(5).fillna(False).astype(bool)]
    elif table == "follow_up":
        rows = rows[rows["vital_status"].eq("alive")]
    elif table == "disposition":
        rows = rows[rows["event"].isin(["withdrawal", "completed"])]
    day = rows[date]
    if table in ("adverse_events", "disposition"):
        day = complete(day)
    return rows[["patient_id", "line"]].assign(day=day)


def last_alive_rows(extracts: dict[str, pd.DataFrame], adsl: pd.DataFrame) -> pd.DataFrame:
    """Raw row that says when each patient was last known alive: ALVTABLE, ALVCOLUMN, ALVLINE.

    Of several on that day, the first in the order of the plan's list of signs of life.
    """
    tables, columns = (np.full(len(adsl), "", dtype=object) for _ in range(2))
    lines = pd.array([pd.NA] * len(adsl), dtype="Int64")
    for table, date in _SIGNS_OF_LIFE:
        signs = _signs(extracts, table, date)
        line = line_on(signs, "patient_id", "day", "line", adsl, "LSTALVDT").array
        new = lines.isna() & ~line.isna()
        tables[new], columns[new], lines[new] = table, date, line[new]
    return pd.DataFrame({"ALVTABLE": tables, "ALVCOLUMN": columns, "ALVLINE": lines}, adsl.index)


def workup_lines(extracts: dict[str, pd.DataFrame], adsl: pd.DataFrame) -> pd.DataFrame:
    """Lines of first specimen, first passed report, first discussion and MTB date."""
    reviews = profile_reviews(extracts, 1)
    passed = passed_reports(extracts["sequencing"])
    return pd.DataFrame(
        {
            "BIOPLINE": line_on(
                extracts["biopsies"], "patient_id", "collection_date", "line", adsl, "BIOPDT"
            ),
            "NGSLINE": line_on(passed, "patient_id", "report_date", "line", adsl, "NGSDT"),
            "MTBFLINE": line_on(reviews, "patient_id", "review_date", "line", adsl, "MTBFDT"),
            "MTBLINE": line_on(reviews, "patient_id", "review_date", "line", adsl, "MTBDT"),
        }
    )


def therapy_lines(adex: pd.DataFrame, adsl: pd.DataFrame) -> pd.DataFrame:
    """Lines of the start of new anticancer therapy, after the first and the guided regimen."""
    systemic = adex[adex["TRTGRP"].notna()]
    return pd.DataFrame(
        {
            f"{name}LINE": line_on(systemic, "USUBJID", "ASTDT", "SRCROW", adsl, f"{name}DT")
            for name in ("NACT", "NACTG")
        }
    )


def numbered_rows(rows: pd.DataFrame, numbers: pd.DataFrame, by: str, number: str) -> pd.DataFrame:
    """Rows of each number in `numbers`, with the number as USUBJID, in the order of the numbers."""
    known = numbers[[by, number]].rename(columns={by: "USUBJID"})
    rows = rows.merge(known, on="USUBJID").sort_values(number, kind="stable", ignore_index=True)
    return rows.drop(columns="USUBJID").rename(columns={number: "USUBJID"})


@dataclass(frozen=True)
class TumourCourse:
    """What the scans say of each course (USUBJID holds its number), whatever the rules of PFS."""

    windows: pd.Series
    assessments: pd.DataFrame
    evidence: pd.DataFrame


def _recorded(extracts: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Responses and components as the investigator recorded them."""
    rows = extracts["tumour_responses"]
    rows = rows[rows["assessor"].eq("investigator")]
    names = {"patient_id": "USUBJID", "assessment_date": "ADT"}
    return rows.rename(columns=names).astype({"ADT": UNIT})


def _recorded_responses(adrs: pd.DataFrame, courses: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Overall responses of the investigator of every course."""
    rows = adrs.loc[adrs["PARAMCD"].eq("OVRINV"), ["USUBJID", "ADT", "AVALC", "SRCROW"]]
    effective_responses(rows, rules)  # refuses by name, while the rows still have the names
    return numbered_rows(rows, courses, "USUBJID", "COURSE")


def tumour_courses(
    courses: pd.DataFrame, adrs: pd.DataFrame, extracts: dict[str, pd.DataFrame], rules: Rules
) -> TumourCourse:
    """Baseline windows, assessments and evidence of progression of every course.

    Parameters
    ----------
    courses : DataFrame
        USUBJID, ANCHORDT, COURSE: once for each patient and anchor of the baseline.
    """
    anchors = courses.set_index("COURSE")["ANCHORDT"]
    lesions = read_dated_lesions(extracts["tumour_lesions"], rules)
    lesions = numbered_rows(lesions, courses, "USUBJID", "COURSE")
    scans = in_baseline_window(lesions, anchors, rules)
    best = scans.sort_values("BASEWIN").drop_duplicates("USUBJID")  # "28" before "42"
    timepoints = derive_timepoint_responses(lesions, anchors, rules)
    recorded = numbered_rows(_recorded(extracts), courses, "USUBJID", "COURSE")
    evidence = progression_evidence(timepoints, recorded)
    if driving_parameter(rules) == "OVRINV":
        assessments = _recorded_responses(adrs, courses, rules)
        sightings = first_sightings(assessments, lesions, anchors, rules)
        assessments = count_from_first_sighting(assessments, sightings)
        evidence = evidence_of_sightings(evidence, sightings)
    else:
        rows = deciding_rows(timepoints, lesions)["SRCROW"]
        assessments = timepoints[["USUBJID", "ADT", "AVALC"]].assign(SRCROW=rows)
    return TumourCourse(best.set_index("USUBJID")["BASEWIN"], assessments, evidence)
