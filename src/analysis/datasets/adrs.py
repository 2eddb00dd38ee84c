"""ADRS: responses at each assessment, and best and confirmed response. SAP 14.2.1, 14.2.3.

Time-point rows say what was recorded (OVRINV, OVRCEN) and what the lesions say (OVRDER with its
components TRGRESP, NTGRESP, NEWLES). They are never rewritten: what a rule such as
``cr_then_lesser`` or ``equivocal_confirmed_backdates`` makes of a visit stands in PDTYPE, PDDT and
ANLRSN beside it. Patient-level rows follow from OVRINV or OVRDER (``response.source``); OVRCEN is a
parallel parameter only (SAP D12), which no lesion of the investigator makes progression. Of a
progression the source is the raw row that holds its date (`endpoints.progression`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.datasets.adrs_sources import (
    Courses,
    bridge_reference,
    derived_parameters,
    guided_reference,
    of_other_readers,
    recorded_responses,
    reference,
    response_courses,
)
from analysis.datasets.source import STUDYID
from analysis.dates import UNIT, study_day
from analysis.endpoints.assessments import after_start, driving_parameter, effective_responses
from analysis.endpoints.best_overall_response import derive_bor, derive_cbor
from analysis.endpoints.clinical_benefit import derive_cbr6m, derive_cbr16, derive_dcr
from analysis.endpoints.confirmed_response import derive_crsp
from analysis.endpoints.guided_assessments import (
    judged_against_new_baseline,
    judged_against_own_baseline,
    with_baseline_said,
)
from analysis.endpoints.not_assessed import with_reason_not_assessed
from analysis.endpoints.objective_response import derive_rsp
from analysis.endpoints.progression import (
    FIRST_SIGHTING,
    LESSER_AFTER_CR,
    derive_progressions,
    first_progressions,
)
from analysis.endpoints.progression_rows import named_rows
from analysis.endpoints.response_at_visit import status_at_visits
from analysis.missing import NO_TEXT
from analysis.params import Rules
from analysis.visits import UNSCHEDULED, anchor_dates, assign_visits
from schemas.terminology import BEST_OVERALL_RESPONSE

_COLUMNS = [
    "STUDYID",
    "USUBJID",
    "PARAMCD",
    "AVALC",
    "AVAL",
    "ADT",
    "ADY",
    "AVISIT",
    "AVISITN",
    "ANL01FL",
    "ANLRSN",
    "CONFDT",
    "PDDT",
    "PDTYPE",
    "ASSDT",
    "AVALCCF",
    "AVALC112",
    "SRCDOM",
    "SRCVAR",
    "SRCFILE",
    "SRCROW",
]
_DATES = ("ADT", "CONFDT", "PDDT", "ASSDT")
_NUMBERED = ("AVISITN", "SRCROW")
_NUMBERS = {name: float(i) for i, name in enumerate(BEST_OVERALL_RESPONSE, start=1)}
_NUMBERS |= {"Y": 1.0, "N": 0.0}
_SOURCE = ["SRCDOM", "SRCVAR", "SRCROW"]
_SIGHTED_FIRST = "first sighting of a new lesion confirmed later"


@dataclass(frozen=True)
class Responses:
    """ADRS, and the progressions of the guided line and of the line before it."""

    adrs: pd.DataFrame
    guided_progressions: pd.DataFrame
    line_progressions: pd.DataFrame


def _with_progressions(
    rows: pd.DataFrame, progressions: pd.DataFrame, sightings: pd.DataFrame
) -> pd.DataFrame:
    """Add PDDT and PDTYPE where the assessment counts as progression, and why if not recorded."""
    shown = progressions[["USUBJID", "ADT", "ASSDT", "PDTYPE"]]
    shown = shown.rename(columns={"ADT": "PDDT", "ASSDT": "ADT"})
    rows = rows.merge(shown, how="left", on=["USUBJID", "ADT"])
    counts = rows["PDTYPE"].notna() & rows["AVALC"].ne("PD")
    why = pd.Series(LESSER_AFTER_CR, rows.index, dtype=object)
    if len(sightings):
        own = rows[["USUBJID", "ADT"]].merge(sightings, how="left", on=["USUBJID", "ADT"])
        why = why.mask(own[FIRST_SIGHTING].eq(True), _SIGHTED_FIRST)
    words = rows["ANLRSN"] + "; counts as PD in the endpoints: " + why
    return rows.assign(ANLRSN=rows["ANLRSN"].mask(counts, words))


def _stand_for_visits(rows: pd.DataFrame, treated: pd.DataFrame, rules: Rules) -> pd.MultiIndex:
    """Assessments (USUBJID, ADT) of one source that T14.2.1.1 would read at a planned visit."""
    reference = treated.rename(columns={"TRTSDT": "STARTDT"})
    counted = effective_responses(after_start(rows, reference), rules)
    status = status_at_visits(counted, treated, rules)
    return pd.MultiIndex.from_frame(status.loc[status["ADT"].notna(), ["USUBJID", "ADT"]])


def _visits_of(rows: pd.DataFrame, anchors: pd.Series, treated: pd.DataFrame, rules: Rules):
    """Visit of each assessment; ANL01FL: at a planned visit, the one that T14.2.1.1 reads."""
    visits = assign_visits(rows[["USUBJID", "ADT"]], anchors, rules)
    planned = visits["AVISIT"].isin([window.label for window in rules.visits.windows])
    assessment = pd.MultiIndex.from_frame(visits[["USUBJID", "ADT"]])
    read = assessment.isin(_stand_for_visits(rows, treated, rules))
    yes = pd.Series("Y", index=visits.index, dtype=object).where(read, NO_TEXT)
    return visits.assign(ANL01FL=visits["ANL01FL"].mask(planned, yes))


def _with_visits(
    by_visit: dict[str, pd.DataFrame], anchors: pd.Series, adsl: pd.DataFrame, rules: Rules
) -> list:
    """Add PARAMCD, ADY, AVISIT, AVISITN, ANL01FL; an unscheduled progression is always kept."""
    treated = adsl[adsl["TRTSDT"].notna()]
    found = {
        name: _visits_of(by_visit[name], anchors, treated, rules)
        for name in by_visit
        if name.startswith("OVR")
    }
    parts = []
    for paramcd, rows in by_visit.items():
        visits = found.get(paramcd, found["OVRDER"])  # its components have the same assessments
        kept = rows["AVALC"].eq("PD") & visits["AVISIT"].eq(UNSCHEDULED)
        columns = {name: visits[name] for name in ("ADY", "AVISIT", "AVISITN")}
        analysed = visits["ANL01FL"].mask(kept, "Y")
        parts.append(rows.assign(PARAMCD=paramcd, ANL01FL=analysed, **columns))
    return parts


def _patient_rows(
    driving: pd.DataFrame, treated: pd.DataFrame, progressions: pd.DataFrame, rules: Rules
) -> dict[str, pd.DataFrame]:
    """BOR to PD, by PARAMCD, for the treated."""
    counted = after_start(driving, treated)
    confirmed = derive_crsp(counted, treated, rules)
    at_16 = derive_cbr16(counted, treated, rules, confirmed=confirmed)
    strict = derive_cbr16(counted, treated, rules, strict=True, confirmed=confirmed)
    return {
        "BOR": derive_bor(counted, treated, rules),
        "CBOR": derive_cbor(counted, treated, rules),
        "RSP": derive_rsp(counted, treated, rules),
        "CRSP": confirmed,
        "DCR": derive_dcr(counted, treated, rules),
        "CBR16": at_16.assign(AVALC112=strict["AVALC"]),
        "CBR6M": derive_cbr6m(counted, treated, rules, confirmed=confirmed),
        "PD": first_progressions(progressions, treated),
    }


def _guided_driving(courses: Courses, rules: Rules) -> pd.DataFrame:
    """Assessments from the first guided dose on, of every guided course."""
    columns = ["USUBJID", "ADT", "AVALC", *_SOURCE]
    driving = after_start(courses.driving(rules), courses.guided)[columns]
    if courses.own.empty:
        return driving
    derived = after_start(courses.derived, courses.own)[columns]
    is_own = driving["USUBJID"].isin(courses.own["USUBJID"])
    judged = judged_against_new_baseline(derived, driving[is_own], courses.with_baseline)
    return pd.concat([driving[~is_own], judged], ignore_index=True)


def _with_source_row(rows: pd.DataFrame, driving: pd.DataFrame) -> pd.DataFrame:
    """Raw row of the assessment that decided, or of the lesion that gave the day of a PD."""
    assessed = rows["ASSDT"].fillna(rows["ADT"])  # of a PD, the assessment; else the date itself
    source = driving[["USUBJID", "ADT", *_SOURCE]].rename(columns={"ADT": "ASSESSED"})
    found = rows.assign(ASSESSED=assessed).merge(source, how="left", on=["USUBJID", "ASSESSED"])
    named = named_rows(found["PDROW"], found[_SOURCE])
    return found.drop(columns=["ASSESSED", "PDROW"]).assign(**named)


def build_adrs(
    responses: pd.DataFrame, lesions: pd.DataFrame, adsl: pd.DataFrame, rules: Rules
) -> pd.DataFrame:
    """Responses at each assessment and per patient; see `derive_responses`."""
    return derive_responses(responses, lesions, adsl, rules).adrs


def derive_responses(
    responses: pd.DataFrame, lesions: pd.DataFrame, adsl: pd.DataFrame, rules: Rules
) -> Responses:
    """Responses at each assessment and per patient.

    Parameters
    ----------
    responses, lesions : DataFrame
        Raw ``tumour_responses`` and ``tumour_lesions`` with ``line``.
    adsl : DataFrame
        One row per patient: USUBJID TRTSDT TRTFL NACTDT GUIDDT GUIDFL NACTGDT BRIDGDT EOFDT DTHDT
        DCUTDT.
    rules : Rules

    Returns
    -------
    Responses
        ``adrs``: sorted by USUBJID, PARAMCD, ADT. OVRINV, OVRCEN and OVR2RD for every recorded
        assessment; OVRDERC and OVRDER2 from the lesions that the central and the second reader
        measured, by the same rules; they drive nothing;
        OVRDER, TRGRESP, NTGRESP and NEWLES for every assessment after first administration; BOR
        CBOR RSP CRSP DCR CBR16 CBR6M PD once for every treated patient, CBORG once for every
        patient with guided therapy (`guided_assessments`). Beyond the data model: PDDT and PDTYPE
        (progression date and kind, on PD and on assessments that count as progression), ASSDT
        (assessment of the PD), AVALCCF (PR carried until PD: OVRDER, TRGRESP), AVALC112 (CBR16
        without the tolerance). ``guided_progressions``: every progression after the first guided
        dose, as PFSG counts it: USUBJID, ADT, ASSDT, PDTYPE. ``line_progressions``: likewise after
        the start of the regimen before guided therapy (`judged_against_own_baseline`).

    Raises
    ------
    DerivationError
        For an unknown response or an assessment without a date, by patient.
    """
    anchors = anchor_dates(adsl, "TRTSDT")
    treated = reference(adsl, "TRTFL", "TRTSDT", "NACTDT")
    recorded = recorded_responses(responses, "investigator")
    references = guided_reference(adsl), bridge_reference(adsl)
    courses = response_courses(recorded, lesions, anchors, *references, rules)
    progressions = _progressions(courses, treated, rules)
    of_first_dose = courses.derived["USUBJID"].isin(anchors.index)
    by_visit = {
        "OVRINV": recorded,
        "OVRCEN": recorded_responses(responses, "central"),
        **derived_parameters(courses.derived[of_first_dose].reset_index(drop=True)),
    }
    by_visit |= of_other_readers(responses, lesions, anchors, rules)
    for paramcd, found in progressions.items():
        by_visit[paramcd] = _with_progressions(by_visit[paramcd], found, courses.sightings)
    driving = progressions[driving_parameter(rules)]
    parts = _with_visits(by_visit, anchors, adsl, rules)
    parts.append(_of_patients(courses, treated, driving, rules))
    return Responses(
        _assembled(parts, anchors),
        guided_progressions=_of_courses(driving, courses.guided, courses),
        line_progressions=_of_courses(
            _on_the_line_before(progressions, courses, rules), courses.bridge, courses
        ),
    )


def _progressions(courses: Courses, treated: pd.DataFrame, rules: Rules) -> dict[str, pd.DataFrame]:
    """Every progression of every course, as recorded and as the lesions show it."""
    origins = pd.concat([treated, courses.origins])
    assessments = {"OVRINV": courses.recorded, "OVRDER": courses.derived}
    return {
        paramcd: derive_progressions(after_start(rows, origins), courses.evidence, rules)
        for paramcd, rows in assessments.items()
    }


def _of_patients(
    courses: Courses, treated: pd.DataFrame, progressions: pd.DataFrame, rules: Rules
) -> pd.DataFrame:
    """Patient-level rows with their source."""
    driving = courses.driving(rules)
    rows = _patient_rows(driving, treated, progressions, rules)
    guided_driving = _guided_driving(courses, rules)
    own = courses.own["USUBJID"]
    best = derive_cbor(guided_driving, courses.guided, rules)
    rows["CBORG"] = with_baseline_said(best, own, courses.with_baseline)
    for paramcd, origin in (("BOR", treated), ("CBOR", treated), ("CBORG", courses.guided)):
        otherwise = set(after_start(courses.other(rules), origin)["USUBJID"])
        rows[paramcd] = with_reason_not_assessed(rows[paramcd], origin, otherwise, rules)
    every = pd.concat([part.assign(PARAMCD=name) for name, part in rows.items()], ignore_index=True)
    is_own = guided_driving["USUBJID"].isin(own)
    sources = pd.concat([driving[~driving["USUBJID"].isin(own)], guided_driving[is_own]])
    every = _with_source_row(every, sources)
    return every.assign(USUBJID=courses.patients(every["USUBJID"]))


def _on_the_line_before(
    progressions: dict[str, pd.DataFrame], courses: Courses, rules: Rules
) -> pd.DataFrame:
    """Progressions that drive, without those of a later bridge that its own baseline denies."""
    found = progressions[driving_parameter(rules)]
    return judged_against_own_baseline(
        found,
        progressions["OVRDER"],
        courses.derived,
        set(courses.bridge.loc[courses.bridge["LATER"], "USUBJID"]) & set(courses.with_baseline),
    )


def _of_courses(progressions: pd.DataFrame, origin: pd.DataFrame, courses: Courses) -> pd.DataFrame:
    """Progressions of the courses of one origin by patient, in order."""
    mine = progressions[progressions["USUBJID"].isin(origin["USUBJID"])]
    mine = mine.assign(USUBJID=courses.patients(mine["USUBJID"]))
    mine = mine[["USUBJID", "ADT", "ASSDT", "PDTYPE"]]
    return mine.sort_values(["USUBJID", "ASSDT"], kind="stable", ignore_index=True)


def _assembled(parts: list[pd.DataFrame], anchors: pd.Series) -> pd.DataFrame:
    """All rows with every column in its type."""
    rows = pd.DataFrame(
        {
            name: pd.concat([_column(part, name) for part in parts], ignore_index=True)
            for name in _COLUMNS
        }
    )
    rows["ADY"] = study_day(rows["ADT"], rows["USUBJID"].map(anchors).astype(UNIT))
    rows["STUDYID"] = STUDYID
    rows["AVAL"] = rows["AVALC"].map(_NUMBERS).astype(np.float64)
    rows["SRCFILE"] = rows["SRCDOM"] + ".csv"
    text = ["AVALC", "AVISIT", "ANL01FL", "ANLRSN", "PDTYPE", "AVALCCF", "AVALC112"]
    for column in [*text, "SRCDOM", "SRCVAR", "SRCFILE"]:
        rows[column] = rows[column].astype(object).where(rows[column].notna(), NO_TEXT)
    return rows.sort_values(
        ["USUBJID", "PARAMCD", "ADT"], kind="stable", na_position="first", ignore_index=True
    )


def with_reported(adrs: pd.DataFrame, reported: pd.DataFrame) -> pd.DataFrame:
    """ADRS with the responses that the source reports (`reported_responses`)."""
    no_anchor = pd.Series(pd.NaT, pd.Index([], dtype=object), dtype=UNIT)
    rows = _assembled([reported.reset_index(drop=True)], no_anchor)
    return pd.concat([adrs, rows], ignore_index=True).astype(adrs.dtypes.to_dict())


def _column(part: pd.DataFrame, name: str) -> pd.Series:
    """One column of one parameter in its type; all missing where the parameter has none."""
    dtype = UNIT if name in _DATES else "Int64" if name in _NUMBERED else object
    if name not in part:
        return pd.Series(None, index=part.index, dtype=dtype)
    return part[name] if part[name].dtype == dtype else part[name].astype(dtype)  # type: ignore[arg-type]


def progressions(adrs: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Every progression of the responses that drive the endpoints.

    Returns
    -------
    DataFrame
        Sorted: USUBJID, ADT (progression date by situation 6), ASSDT (assessment), PDTYPE.
    """
    rows = adrs[adrs["PARAMCD"].eq(driving_parameter(rules)) & adrs["PDTYPE"].notna()]
    found = pd.DataFrame(
        {
            "USUBJID": rows["USUBJID"],
            "ADT": rows["PDDT"],
            "ASSDT": rows["ADT"],
            "PDTYPE": rows["PDTYPE"],
        }
    )
    return found.sort_values(["USUBJID", "ASSDT"], kind="stable", ignore_index=True)
