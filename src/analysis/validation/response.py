"""Recorded responses against their components, against the lesions, and against the schedule.

All plausibility: what the investigator recorded drives the endpoints by default and is never
changed (RECIST 1.1 tables 1 and 2; response.md).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.dates import UNIT
from analysis.endpoints.overall_response import derive_timepoint_responses, overall_response
from analysis.endpoints.tumour_baseline import baseline_window
from analysis.findings import WARNING
from analysis.validation.family import Family, Found, pick
from analysis.validation.follow_up import longest_gap, observed_until
from analysis.validation.lesions import read_usable
from analysis.validation.study import Study
from schemas import terminology as codes

RESPONSE = Family("response")
TABLE = "tumour_responses"
COMPONENTS = {
    "target_response": "TRGRESP",
    "non_target_response": "NTGRESP",
    "new_lesion": "NEWLES",
}
LESSER_THAN_CR = ("PR", "SD", "NON-CR/NON-PD")


def _recorded(study: Study) -> pd.DataFrame:
    """Investigator's responses with a patient and a date, in order, nothing in doubt."""
    rows = study.table(TABLE, "patient_id", "assessment_date", "assessor", "overall_response")

    def make() -> pd.DataFrame:
        known = rows["patient_id"].notna() & rows["assessment_date"].notna()
        mine = study.of_patients(TABLE, rows[known & rows["assessor"].eq("investigator")])
        mine = study.settled(mine)
        return mine.sort_values(["patient_id", "assessment_date", "line"], kind="stable")

    return study.once(("recorded",), make)


@RESPONSE.rule(
    "recorded_vs_components",
    WARNING,
    TABLE,
    "The overall response follows from target, non-target and new lesions.",
)
def recorded_vs_components(study: Study) -> Iterator[Found]:
    """Overall responses that their own row contradicts, for every assessor."""
    rows = study.table(TABLE, "overall_response", *COMPONENTS)
    allowed = {
        "overall_response": codes.OVERALL_RESPONSE,
        "target_response": codes.TARGET_RESPONSE,
        "non_target_response": codes.NON_TARGET_RESPONSE,
        "new_lesion": codes.YES_NO,
    }
    rows = rows[np.logical_and.reduce([rows[name].isin(list(of)) for name, of in allowed.items()])]  # type: ignore[assignment]
    expected = overall_response(rows.rename(columns=COMPONENTS))
    message = (
        "Overall response {overall_response}; target {target_response}, non-target "
        "{non_target_response} and new lesion {new_lesion} give {expected}."
    )
    differs = rows["overall_response"].ne(expected)
    yield Found(TABLE, pick(rows, differs, expected=expected), "overall_response", message)


@RESPONSE.rule(
    "recorded_vs_lesions",
    WARNING,
    TABLE,
    "The overall response of the investigator follows from the lesions as measured.",
)
def recorded_vs_lesions(study: Study) -> Iterator[Found]:
    """Overall responses that the lesions contradict (OVRINV against OVRDER)."""
    study.whole_table("tumour_lesions", "patient_id")
    lesions = read_usable(study)
    doses = study.first_doses.rename_axis("USUBJID")
    # Dates of damaged rows may repeat a key, which has its own finding.
    lesions = lesions.drop_duplicates(["USUBJID", "ADT", "LESID"])
    derived = derive_timepoint_responses(lesions, doses, study.rules)
    derived = derived.rename(
        columns={"USUBJID": "patient_id", "ADT": "assessment_date", "AVALC": "derived"}
    )
    rows = _recorded(study).merge(
        derived[["patient_id", "assessment_date", "derived", "ANLRSN"]],
        on=["patient_id", "assessment_date"],
    )
    differs = rows["overall_response"].notna() & rows["overall_response"].ne(rows["derived"])
    message = "Recorded {overall_response}; the lesions give {derived} ({ANLRSN})."
    yield Found(TABLE, pick(rows, differs), "overall_response", message)


@RESPONSE.rule(
    "cr_then_lesser", WARNING, TABLE, "After a complete response only CR, NE or PD is recorded."
)
def cr_then_lesser(study: Study) -> Iterator[Found]:
    """Lesser responses after a CR, before any PD; read by rules.response.cr_then_lesser."""
    rows = _recorded(study)
    patient = rows["patient_id"]
    cr_before = rows["overall_response"].eq("CR").groupby(patient).cummax()
    pd_before = rows["overall_response"].eq("PD").groupby(patient).cummax()
    lesser = cr_before & ~pd_before & rows["overall_response"].isin(LESSER_THAN_CR)
    message = "{overall_response} after an earlier CR: relapse (PD), or was the CR none?"
    yield Found(TABLE, pick(rows, lesser), "overall_response", message)


@RESPONSE.rule(
    "progression_before_start",
    WARNING,
    TABLE,
    "A progression is recorded after the first dose; before it no endpoint counts it.",
)
def progression_before_start(study: Study) -> Iterator[Found]:
    """Progressions recorded on or before the first dose of a treated patient."""
    rows = _recorded(study)
    dose = rows["patient_id"].map(study.first_doses).astype(UNIT)
    early = rows["overall_response"].eq("PD") & (rows["assessment_date"] <= dose)
    message = "PD on {assessment_date}, but the first dose was on {dose}: no endpoint counts it."
    yield Found(TABLE, pick(rows, early, dose=dose), "assessment_date", message)


@RESPONSE.rule(
    "without_lesions", WARNING, TABLE, "A response other than NE rests on lesion rows of its date."
)
def without_lesions(study: Study) -> Iterator[Found]:
    """Responses on a date without lesions."""
    lesions = study.whole_table("tumour_lesions", "patient_id", "assessment_date")
    rows = _recorded(study)
    key = ["patient_id", "assessment_date"]
    seen = pd.MultiIndex.from_frame(rows[key]).isin(pd.MultiIndex.from_frame(lesions[key]))
    which = ~seen & rows["overall_response"].ne("NE")
    message = "{overall_response} on {assessment_date}, but tumour_lesions.csv has no row that day."
    yield Found(TABLE, pick(rows, which), "assessment_date", message)


@RESPONSE.rule(
    "missing_for_lesions",
    WARNING,
    "tumour_lesions",
    "Lesions assessed after the first dose have a response by the investigator.",
)
def missing_for_lesions(study: Study) -> Iterator[Found]:
    """First lesion row of assessments without a recorded response."""
    responses = study.whole_table(TABLE, "patient_id", "assessment_date", "assessor")
    responses = responses[responses["assessor"].eq("investigator")]
    key = ["patient_id", "assessment_date"]
    rows = study.settled(study.table("tumour_lesions", *key).dropna(subset=key))
    rows = rows.sort_values("line", kind="stable").drop_duplicates(key)
    answered = pd.MultiIndex.from_frame(rows[key]).isin(pd.MultiIndex.from_frame(responses[key]))
    after = rows["assessment_date"] > rows["patient_id"].map(study.first_doses)
    message = "Assessed {assessment_date}, but the investigator recorded no response that day."
    yield Found("tumour_lesions", pick(rows, after & ~answered), "assessment_date", message)


@RESPONSE.rule(
    "no_baseline",
    WARNING,
    "treatments",
    "A treated patient has a scan at most 28 days (42 with a flag) before the first dose.",
)
def no_baseline(study: Study) -> Iterator[Found]:
    """First regimens without a baseline scan."""
    lesions = study.whole_table("tumour_lesions", "patient_id", "assessment_date")
    anchor = lesions["patient_id"].map(study.first_doses).astype(UNIT)
    known = anchor.notna() & lesions["assessment_date"].notna()
    lesions, anchor = lesions[known], anchor[known]
    window = baseline_window(lesions["assessment_date"], anchor, study.rules)
    scanned = lesions.loc[window.notna(), "patient_id"].unique()
    first = _first_regimens(study)
    message = "No scan in the 42 days before the first dose on {start_date}."
    yield Found(
        "treatments", pick(first, ~first["patient_id"].isin(scanned)), "start_date", message
    )


def _first_regimens(study: Study) -> pd.DataFrame:
    """Row of the first systemic regimen of each patient."""
    rows = study.table("treatments", "patient_id", "regimen_id", "therapy_class", "start_date")

    def make() -> pd.DataFrame:
        known = rows["patient_id"].notna() & rows["start_date"].notna()
        known &= ~rows["patient_id"].isin(study.course_in_doubt)
        systemic = rows["therapy_class"].isin(study.rules.treatment.systemic_classes)
        ordered = study.of_patients("treatments", rows[known & systemic]).sort_values(
            ["patient_id", "start_date", "regimen_id"], kind="stable"
        )
        return ordered.drop_duplicates("patient_id")

    return study.once(("first regimens",), make)


def _until_progression(study: Study) -> pd.DataFrame:
    """Assessments after the first dose up to the first PD, each with the date before it."""
    recorded = _recorded(study)
    dose = recorded["patient_id"].map(study.first_doses).astype(UNIT)

    def make() -> pd.DataFrame:
        rows = recorded.assign(dose=dose)[recorded["assessment_date"] > dose]
        is_pd = rows["overall_response"].eq("PD").astype("int64")
        rows = rows[is_pd.groupby(rows["patient_id"]).cumsum() - is_pd == 0]
        before = rows.groupby("patient_id")["assessment_date"].shift().fillna(rows["dose"])
        return rows.assign(before=before)

    return study.once(("until progression",), make)


@RESPONSE.rule(
    "assessment_gap",
    WARNING,
    TABLE,
    "Until progression no two assessments in a row are missed (rules.pfs).",
)
def assessment_gap(study: Study) -> Iterator[Found]:
    """Assessments that follow too long a gap."""
    rows = _until_progression(study)
    days = (rows["assessment_date"] - rows["before"]).dt.days
    message = "{days} days since {before}: at least two assessments are missing between."
    yield Found(TABLE, pick(rows, days > longest_gap(study), days=days), "assessment_date", message)


@RESPONSE.rule(
    "assessments_stop",
    WARNING,
    "treatments",
    "Assessments go on until progression, death, withdrawal, loss or the end of follow-up.",
)
def assessments_stop(study: Study) -> Iterator[Found]:
    """First regimens of patients whose assessments ended too early, or never began."""
    rows = _until_progression(study)
    progressed = rows.loc[rows["overall_response"].eq("PD"), "patient_id"]
    last = rows.groupby("patient_id")["assessment_date"].max()
    first = _first_regimens(study)
    first = first[~first["patient_id"].isin(progressed)]
    latest = first["patient_id"].map(last).astype(UNIT).fillna(first["start_date"])
    until = observed_until(study).reindex(first["patient_id"]).to_numpy()
    days = (pd.Series(until, index=first.index) - latest).dt.days
    first = first.assign(latest=latest, days=days)
    message = "No assessment in the {days} days after {latest}; still in follow-up without PD."
    found = first[days > longest_gap(study)]
    yield Found("treatments", found, "start_date", message, value="latest")
