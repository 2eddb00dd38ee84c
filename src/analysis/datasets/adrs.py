"""ADRS: responses at each assessment, and best and confirmed response. SAP 14.2.1, 14.2.3.

Time-point rows say what was recorded (OVRINV, OVRCEN) and what the lesions say (OVRDER with its
components TRGRESP, NTGRESP, NEWLES). They are never rewritten: what a rule such as
``cr_then_lesser`` makes of a visit stands in PDTYPE, PDDT and ANLRSN beside it. Patient-level rows
follow from OVRINV or OVRDER (``response.source``); OVRCEN is a parallel parameter only (SAP D12).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.datasets.source import STUDYID
from analysis.dates import UNIT, study_day
from analysis.endpoints.assessments import (
    after_start,
    driving_parameter,
    worst_of_each_date,
)
from analysis.endpoints.best_overall_response import derive_bor, derive_cbor
from analysis.endpoints.clinical_benefit import derive_cbr6m, derive_cbr16, derive_dcr
from analysis.endpoints.confirmed_response import derive_crsp
from analysis.endpoints.lesions import read_lesions
from analysis.endpoints.objective_response import derive_rsp
from analysis.endpoints.overall_response import derive_timepoint_responses
from analysis.endpoints.progression import (
    LESSER_AFTER_CR,
    derive_pd,
    derive_progressions,
    progression_evidence,
)
from analysis.visits import anchor_dates, assign_visits
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
_NON_TARGET_WORDS = {
    "CR": "every non-target absent",
    "NON-CR/NON-PD": "a non-target present",
    "PD": "unequivocal progression of a non-target",
    "NE": "a non-target not evaluated",
    "NA": "no non-target lesions",
}


def _recorded(responses: pd.DataFrame, assessor: str) -> pd.DataFrame:
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


def _derived(timepoints: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """OVRDER and its components as time-point rows, by PARAMCD."""
    key = timepoints[["USUBJID", "ADT"]]
    columns = {
        "OVRDER": ("AVALC", timepoints["ANLRSN"], "status"),
        "TRGRESP": ("TRGRESP", timepoints["TRGRSN"], "diameter_mm"),
        "NTGRESP": ("NTGRESP", timepoints["NTGRESP"].map(_NON_TARGET_WORDS), "status"),
        "NEWLES": (
            "NEWLES",
            timepoints["NEWLES"].map({"Y": "new lesion", "N": "no new lesion"}),
            "status",
        ),
    }
    carried = {"OVRDER": timepoints["CARRIED"], "TRGRESP": timepoints["TRGCARR"]}
    return {
        paramcd: key.assign(
            AVALC=timepoints[column],
            ANLRSN=reason,
            AVALCCF=carried.get(paramcd),
            SRCDOM="tumour_lesions",
            SRCVAR=raw_column,
        )
        for paramcd, (column, reason, raw_column) in columns.items()
    }


def _with_progressions(
    rows: pd.DataFrame, reference: pd.DataFrame, evidence: pd.DataFrame, rules
) -> pd.DataFrame:
    """Add PDDT and PDTYPE where the assessment counts as progression."""
    counted = derive_progressions(after_start(rows, reference), evidence, rules)
    counted = counted.rename(columns={"ADT": "PDDT", "ASSDT": "ADT"})
    rows = rows.merge(counted, how="left", on=["USUBJID", "ADT"])
    lesser = rows["PDTYPE"].eq(LESSER_AFTER_CR)
    words = rows["ANLRSN"] + "; counts as PD in the endpoints: " + LESSER_AFTER_CR
    return rows.assign(ANLRSN=rows["ANLRSN"].where(~lesser, words))


def _with_visits(rows: pd.DataFrame, anchors: pd.Series, rules) -> pd.DataFrame:
    """Add ADY, AVISIT, AVISITN, ANL01FL; an unscheduled progression is always kept."""
    visits = assign_visits(rows[["USUBJID", "ADT"]], anchors, rules, keep=rows["AVALC"].eq("PD"))
    return rows.assign(**{c: visits[c] for c in ("ADY", "AVISIT", "AVISITN", "ANL01FL")})


def _reference(adsl: pd.DataFrame, flag: str, start: str, new_therapy: str) -> pd.DataFrame:
    """Patients of a set with origin, new therapy, end of follow-up and death."""
    rows = adsl[adsl[flag].eq("Y")]
    return pd.DataFrame(
        {
            "USUBJID": rows["USUBJID"],
            "STARTDT": rows[start].astype(UNIT),
            "NACTDT": rows[new_therapy].astype(UNIT),
            "ENDDT": rows["EOFDT"].astype(UNIT),
            "DTHDT": rows["DTHDT"].astype(UNIT),
        }
    )


def _patient_rows(
    driving: pd.DataFrame, reference: pd.DataFrame, evidence: pd.DataFrame, rules
) -> dict[str, pd.DataFrame]:
    """BOR to PD, by PARAMCD, for the treated."""
    counted = after_start(driving, reference)
    strict = derive_cbr16(counted, reference, rules, strict=True)
    return {
        "BOR": derive_bor(counted, reference, rules),
        "CBOR": derive_cbor(counted, reference, rules),
        "RSP": derive_rsp(counted, reference, rules),
        "CRSP": derive_crsp(counted, reference, rules),
        "DCR": derive_dcr(counted, reference, rules),
        "CBR16": derive_cbr16(counted, reference, rules).assign(AVALC112=strict["AVALC"]),
        "CBR6M": derive_cbr6m(counted, reference, rules),
        "PD": derive_pd(counted, reference, evidence, rules),
    }


def _with_source_row(rows: pd.DataFrame, driving: pd.DataFrame) -> pd.DataFrame:
    """Raw row of the assessment that decided, where there is one."""
    if "SRCROW" not in driving:
        return rows
    assessed = rows["ASSDT"].fillna(rows["ADT"])  # of a PD, the assessment; else the date itself
    source = driving[["USUBJID", "ADT", "SRCDOM", "SRCVAR", "SRCROW"]]
    source = source.rename(columns={"ADT": "ASSESSED"})
    found = rows.assign(ASSESSED=assessed).merge(source, how="left", on=["USUBJID", "ASSESSED"])
    return found.drop(columns="ASSESSED")


def build_adrs(
    responses: pd.DataFrame, lesions: pd.DataFrame, adsl: pd.DataFrame, rules
) -> pd.DataFrame:
    """Responses at each assessment and per patient.

    Parameters
    ----------
    responses, lesions : DataFrame
        Raw ``tumour_responses`` and ``tumour_lesions`` with ``line``.
    adsl : DataFrame
        One row per patient: USUBJID TRTSDT TRTFL NACTDT GUIDDT GUIDFL NACTGDT EOFDT DTHDT.
    rules : Rules

    Returns
    -------
    DataFrame
        Sorted by USUBJID, PARAMCD, ADT. OVRINV and OVRCEN for every recorded assessment; OVRDER,
        TRGRESP, NTGRESP and NEWLES for every assessment after first administration; BOR CBOR RSP
        CRSP DCR CBR16 CBR6M PD once for every treated patient, CBORG once for every patient with
        guided therapy. Beyond the data model: PDDT and PDTYPE (progression date and kind, on PD
        and on assessments that count as progression), ASSDT (assessment of the PD), AVALCCF (PR
        carried until PD: OVRDER, TRGRESP), AVALC112 (CBR16 without the tolerance).

    Raises
    ------
    DerivationError
        For an unknown response or an assessment without a date, by patient.
    """
    frame = read_lesions(lesions, rules)
    anchors = anchor_dates(adsl, "TRTSDT")
    treated = _reference(adsl, "TRTFL", "TRTSDT", "NACTDT")
    recorded = _recorded(responses, "investigator")
    timepoints = derive_timepoint_responses(frame, anchors.dropna(), rules)
    evidence = progression_evidence(timepoints, recorded)

    by_visit = {
        "OVRINV": recorded,
        "OVRCEN": _recorded(responses, "central"),
        **_derived(timepoints),
    }
    by_patient = _patient_rows(by_visit[driving_parameter(rules)], treated, evidence, rules)
    by_patient["CBORG"] = _derive_cborg(frame, recorded, adsl, rules)
    for paramcd in ("OVRINV", "OVRDER"):
        by_visit[paramcd] = _with_progressions(by_visit[paramcd], treated, evidence, rules)
    driving = by_visit[driving_parameter(rules)]
    parts = [
        _with_visits(rows, anchors, rules).assign(PARAMCD=paramcd)
        for paramcd, rows in by_visit.items()
    ]
    of_patients = [rows.assign(PARAMCD=paramcd) for paramcd, rows in by_patient.items()]
    parts.append(_with_source_row(pd.concat(of_patients, ignore_index=True), driving))
    return _assembled(parts, anchors)


def _derive_cborg(
    lesions: pd.DataFrame, recorded: pd.DataFrame, adsl: pd.DataFrame, rules
) -> pd.DataFrame:
    """Confirmed best response from the first guided dose (SAP D9).

    Derived responses start from a new baseline, the last scan before the first guided dose;
    recorded ones are taken as the investigator gave them.
    """
    guided = _reference(adsl, "GUIDFL", "GUIDDT", "NACTGDT")
    driving = recorded
    if driving_parameter(rules) == "OVRDER":
        origin = guided.set_index("USUBJID")["STARTDT"]
        driving = derive_timepoint_responses(lesions, origin, rules)
    return derive_cbor(after_start(driving, guided), guided, rules)


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
        rows[column] = rows[column].astype(object).where(rows[column].notna(), None)
    return rows.sort_values(
        ["USUBJID", "PARAMCD", "ADT"], kind="stable", na_position="first", ignore_index=True
    )


def _column(part: pd.DataFrame, name: str) -> pd.Series:
    """One column of one parameter in its type; all missing where the parameter has none."""
    dtype = UNIT if name in _DATES else "Int64" if name in _NUMBERED else object
    if name not in part:
        return pd.Series(None, index=part.index, dtype=dtype)
    return part[name] if part[name].dtype == dtype else part[name].astype(dtype)


def progressions(adrs: pd.DataFrame, rules) -> pd.DataFrame:
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
