"""What ADRS reads: recorded responses, responses from the lesions, and the courses they belong to.

A course is a patient from one origin. Everybody treated has one from the first dose; a patient
whose guided therapy follows another regimen has a second one from the first guided dose, with a
baseline of its own (SAP D9); and where the regimen before guided therapy is not the first either, a
third one from its start, for PFS1. All are judged in one pass: it takes hardly longer than one of
them.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis.datasets.source import flag
from analysis.dates import UNIT
from analysis.endpoints.assessments import driving_parameter, worst_of_each_date
from analysis.endpoints.lesions import CENTRAL, SECOND_READER
from analysis.endpoints.overall_response import deciding_rows, derive_timepoint_responses
from analysis.endpoints.progression import progression_evidence
from analysis.endpoints.progression_first_sighting import (
    count_from_first_sighting,
    evidence_of_sightings,
    first_sightings,
)
from analysis.endpoints.progression_rows import read_dated_lesions
from analysis.endpoints.tumour_baseline import in_baseline_window
from analysis.params import Rules

_GUIDED_COURSE = " guided"
_BRIDGE_COURSE = " before guided"
_NON_TARGET_WORDS = {
    "CR": "every non-target absent",
    "NON-CR/NON-PD": "a non-target present",
    "PD": "unequivocal progression of a non-target",
    "NE": "a non-target not evaluated",
    "NA": "no non-target lesions",
}


def recorded_responses(responses: pd.DataFrame, assessor: str) -> pd.DataFrame:
    """Responses as one assessor recorded them, with the components."""
    rows = responses[responses["assessor"].eq(assessor)]
    rows = pd.DataFrame(
        {
            "USUBJID": rows["patient_id"],
            "ADT": rows["assessment_date"].astype(UNIT),
            "AVALC": rows["overall_response"],
            "target_response": rows["target_response"],
            "non_target_response": rows["non_target_response"],
            "new_lesion": rows["new_lesion"],
            "ANLRSN": "as recorded",
            "SRCDOM": "tumour_responses",
            "SRCVAR": "overall_response",
            "SRCROW": rows["line"].astype("Int64"),
        }
    )
    return worst_of_each_date(rows).reset_index(drop=True)


def derived_parameters(timepoints: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """OVRDER and its components as time-point rows, by PARAMCD."""
    key = timepoints[["USUBJID", "ADT"]]
    columns = {
        "TRGRESP": (timepoints["TRGRSN"], "diameter_mm"),
        "NTGRESP": (timepoints["NTGRESP"].map(_NON_TARGET_WORDS), "status"),
        "NEWLES": (timepoints["NEWLES"].map({"Y": "new lesion", "N": "no new lesion"}), "status"),
    }
    rows = {
        paramcd: key.assign(
            AVALC=timepoints[paramcd], ANLRSN=reason, SRCDOM="tumour_lesions", SRCVAR=raw_column
        )
        for paramcd, (reason, raw_column) in columns.items()
    }
    rows["TRGRESP"]["AVALCCF"] = timepoints["TRGCARR"]
    names = ["USUBJID", "ADT", "AVALC", "ANLRSN", "CARRIED", "SRCDOM", "SRCVAR", "SRCROW"]
    return {"OVRDER": timepoints[names].rename(columns={"CARRIED": "AVALCCF"}), **rows}


def of_other_readers(
    responses: pd.DataFrame, lesions: pd.DataFrame, anchors: pd.Series, rules: Rules
) -> dict[str, pd.DataFrame]:
    """Time-point responses of central and second reader, by PARAMCD; only where there are any.

    As recorded by the second reader (OVR2RD), and from the lesions that each measured (OVRDERC,
    OVRDER2), by the rules of the investigator's.
    """
    found = {"OVR2RD": recorded_responses(responses, SECOND_READER)}
    for assessor, paramcd in ((CENTRAL, "OVRDERC"), (SECOND_READER, "OVRDER2")):
        read = read_dated_lesions(lesions, rules, assessor)
        timepoints = (
            derive_timepoint_responses(read, anchors.dropna(), rules) if len(read) else read
        )
        if len(timepoints):
            timepoints = pd.concat([timepoints, deciding_rows(timepoints, read)], axis=1)
            found[paramcd] = derived_parameters(timepoints)["OVRDER"]
    return {paramcd: rows for paramcd, rows in found.items() if len(rows)}


def reference(adsl: pd.DataFrame, flag: str, start: str, new_therapy: str) -> pd.DataFrame:
    """Patients of a set with origin, new therapy, end of follow-up, death and cutoff."""
    rows = adsl[adsl[flag].eq("Y")]
    return pd.DataFrame(
        {
            "USUBJID": rows["USUBJID"],
            "STARTDT": rows[start].astype(UNIT),
            "NACTDT": rows[new_therapy].astype(UNIT),
            "ENDDT": rows["EOFDT"].astype(UNIT),
            "DTHDT": rows["DTHDT"].astype(UNIT),
            "DCUTDT": rows["DCUTDT"].astype(UNIT),
        }
    )


def guided_reference(adsl: pd.DataFrame) -> pd.DataFrame:
    """The same from the first guided dose: USUBJID names the course, PATIENT whose it is.

    LATER: guided therapy follows another regimen, so that the course is one of its own.
    """
    rows = reference(adsl, "GUIDFL", "GUIDDT", "NACTGDT")
    return _named_courses(rows, adsl, _GUIDED_COURSE)


def bridge_reference(adsl: pd.DataFrame) -> pd.DataFrame:
    """The same from the start of the regimen immediately before guided therapy, if any."""
    bridged = adsl.assign(BRIDGFL=flag(adsl["BRIDGDT"].notna()))
    rows = reference(bridged, "BRIDGFL", "BRIDGDT", "NACTGDT")
    return _named_courses(rows, adsl, _BRIDGE_COURSE)


def _named_courses(rows: pd.DataFrame, adsl: pd.DataFrame, suffix: str) -> pd.DataFrame:
    later = rows["STARTDT"] > adsl.loc[rows.index, "TRTSDT"]
    course = rows["USUBJID"].mask(later, rows["USUBJID"] + suffix)
    return rows.assign(USUBJID=course, PATIENT=rows["USUBJID"], LATER=later)


@dataclass(frozen=True)
class Courses:
    """Assessments of every course (USUBJID names it) and what shows their progressions.

    Attributes
    ----------
    recorded : DataFrame
        Recorded responses as they count: an assessment of a first sighting as PD.
    derived : DataFrame
        Responses from the lesions against the baseline of the course, with their raw row.
    evidence : DataFrame
        From `progression_evidence`.
    sightings : DataFrame
        From `first_sightings`.
    guided, bridge : DataFrame
        From `guided_reference` and `bridge_reference`.
    with_baseline : Series
        Courses of their own with a scan in the window before their origin.
    """

    recorded: pd.DataFrame
    derived: pd.DataFrame
    evidence: pd.DataFrame
    sightings: pd.DataFrame
    guided: pd.DataFrame
    bridge: pd.DataFrame
    with_baseline: pd.Series

    @property
    def own(self) -> pd.DataFrame:
        """Guided courses of their own: guided therapy follows another regimen."""
        return self.guided[self.guided["LATER"]]

    @property
    def origins(self) -> pd.DataFrame:
        """Courses that do not begin at the first dose."""
        return pd.concat([self.own, self.bridge[self.bridge["LATER"]]])

    def patients(self, courses: pd.Series) -> pd.Series:
        """Patient of each course."""
        patient = self.origins.set_index("USUBJID")["PATIENT"]
        return courses.map(patient).astype(object).fillna(courses)

    def driving(self, rules: Rules) -> pd.DataFrame:
        """Assessments that drive the endpoints."""
        return {"OVRINV": self.recorded, "OVRDER": self.derived}[driving_parameter(rules)]

    def other(self, rules: Rules) -> pd.DataFrame:
        """Assessments of the source that does not drive them."""
        return {"OVRINV": self.derived, "OVRDER": self.recorded}[driving_parameter(rules)]


def _with_courses(rows: pd.DataFrame, later: pd.DataFrame) -> pd.DataFrame:
    """Rows of every patient, and once more for each course that begins later."""
    if later.empty:
        return rows
    course = later[["PATIENT", "USUBJID"]].rename(columns={"USUBJID": "COURSE"})
    again = rows.merge(course, left_on="USUBJID", right_on="PATIENT")
    again = again.assign(USUBJID=again["COURSE"])[list(rows.columns)]
    return pd.concat([rows, again], ignore_index=True)


def response_courses(
    recorded: pd.DataFrame,
    lesions: pd.DataFrame,
    anchors: pd.Series,
    guided: pd.DataFrame,
    bridge: pd.DataFrame,
    rules: Rules,
) -> Courses:
    """Assessments of the courses from the first dose and from later origins.

    Parameters
    ----------
    recorded : DataFrame
        From `recorded_responses`.
    lesions : DataFrame
        Raw ``tumour_lesions``.
    anchors : Series of datetime64
        First dose by USUBJID.
    guided, bridge : DataFrame
        From `guided_reference` and `bridge_reference`.
    """
    later = pd.concat([guided[guided["LATER"]], bridge[bridge["LATER"]]])
    origins = pd.concat([anchors.dropna(), later.set_index("USUBJID")["STARTDT"]])
    lesions = _with_courses(read_dated_lesions(lesions, rules), later)
    recorded = _with_courses(recorded, later)
    timepoints = derive_timepoint_responses(lesions, origins, rules)
    timepoints = pd.concat([timepoints, deciding_rows(timepoints, lesions)], axis=1)
    sightings = first_sightings(recorded, lesions, origins, rules)
    of_later = lesions[lesions["USUBJID"].isin(later["USUBJID"])]
    return Courses(
        recorded=count_from_first_sighting(recorded, sightings),
        derived=timepoints,
        evidence=evidence_of_sightings(progression_evidence(timepoints, recorded), sightings),
        sightings=sightings,
        guided=guided,
        bridge=bridge,
        with_baseline=in_baseline_window(of_later, origins, rules)["USUBJID"],
    )
