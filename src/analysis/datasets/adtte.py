"""ADTTE: one row per patient and time-to-event parameter. SAP 14.1, 14.2.2 to 14.2.5, 14.3.

Which patients have which row: PFS, PFSHYP, PFSCOMP, PFSTP, PFSUNT, PFSEARL, PFSLATE, OS, TOT, TTSAE
all treated; PFSG all with guided therapy; PFSENR, OSENR, TTGUID all enrolled; PFSMTB, OSMTB all
with an MTB date on which they were alive; DOR, TTR all confirmed responders; the turnaround times
all who entered the step.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis.datasets.adtte_sources import (
    last_alive_rows,
    raw_lines,
    therapy_lines,
    workup_lines,
)
from analysis.datasets.source import STUDYID
from analysis.dates import UNIT, later_of, latest
from analysis.endpoints.assessments import driving_parameter
from analysis.endpoints.duration_of_response import derive_dor
from analysis.endpoints.intercurrent_events import (
    death_dates,
    follow_up_status,
    last_days_that_count,
    local_therapy,
    recorded_clinical_progression,
)
from analysis.endpoints.lesions import read_lesions
from analysis.endpoints.overall_response import derive_timepoint_responses
from analysis.endpoints.overall_survival import derive_os
from analysis.endpoints.progression import progression_evidence
from analysis.endpoints.progression_free_facts import progression_free_facts
from analysis.endpoints.progression_free_survival import (
    SENSITIVITY,
    derive_pfs,
    derive_pfs_sensitivity,
    derive_pfscomp,
    derive_pfshyp,
    derive_pfstp,
    with_one_rule_changed,
)
from analysis.endpoints.time_on_treatment import derive_tot, first_treatment_ends
from analysis.endpoints.time_to_guided_therapy import derive_ttguid
from analysis.endpoints.time_to_response import derive_ttr
from analysis.endpoints.time_to_serious_adverse_event import derive_ttsae
from analysis.endpoints.tumour_baseline import in_baseline_window
from analysis.endpoints.turnaround import STEPS, derive_turnaround
from analysis.endpoints.vital_status import disposition_dates

Extracts = dict[str, pd.DataFrame]
_ASSESSED = {
    "OVRINV": ("tumour_responses", "overall_response"),
    "OVRDER": ("tumour_lesions", "status"),
}


def located_facts(adsl: pd.DataFrame, adex: pd.DataFrame, extracts: Extracts) -> pd.DataFrame:
    """ADSL with the raw lines of its dates; no rule of follow-up has acted yet.

    A withdrawal or loss with a partial date is not dated before the enrolment.
    """
    facts = adsl.reset_index(drop=True)
    lines = raw_lines(extracts, adex).reindex(facts["USUBJID"]).reset_index(drop=True)
    more = [
        workup_lines(extracts, facts),
        therapy_lines(adex, facts),
        last_alive_rows(extracts, facts),
    ]
    withdrawn = disposition_dates(extracts["disposition"], "withdrawal")["event_date"]
    facts = pd.concat([facts, lines, *more], axis=1)
    latest_withdrawal = pd.Series(latest(withdrawn), withdrawn.index)
    return facts.assign(
        WITHLATE=facts["USUBJID"].map(latest_withdrawal).astype(UNIT),
        ENRLINE=facts["SRCROW"],
        **{
            name: later_of(facts[name], facts["ENRLDT"]).where(facts[name].notna())
            for name in ("WITHDT", "LOSTDT", "COMPDT")
        },
    )


def patient_facts(located: pd.DataFrame, extracts: Extracts, rules) -> pd.DataFrame:
    """Add the last days that count and the status of follow-up to `located_facts`."""
    limits = last_days_that_count(located, extracts["disposition"], rules)
    facts = pd.concat([located, limits], axis=1)
    return facts.assign(STATUS=follow_up_status(facts))


def _recorded(extracts: Extracts) -> pd.DataFrame:
    """Responses and components as the investigator recorded them."""
    rows = extracts["tumour_responses"]
    rows = rows[rows["assessor"].eq("investigator")]
    names = {"patient_id": "USUBJID", "assessment_date": "ADT"}
    return rows.rename(columns=names).astype({"ADT": UNIT})


def _assessments(
    adrs: pd.DataFrame, timepoints: pd.DataFrame, lesions: pd.DataFrame, rules
) -> pd.DataFrame:
    """Responses that drive the endpoints: recorded, or from the lesions against this baseline."""
    if driving_parameter(rules) == "OVRINV":
        rows = adrs[adrs["PARAMCD"].eq("OVRINV")]
        return rows[["USUBJID", "ADT", "AVALC", "SRCROW"]]
    first = lesions.groupby(["USUBJID", "ADT"], as_index=False)["line"].min()
    rows = timepoints[["USUBJID", "ADT", "AVALC"]].merge(first, how="left", on=["USUBJID", "ADT"])
    return rows.rename(columns={"line": "SRCROW"})


@dataclass(frozen=True)
class TumourCourse:
    """What the scans say, against the baseline of one origin; independent of the rules of PFS."""

    windows: pd.Series
    assessments: pd.DataFrame
    evidence: pd.DataFrame


def _anchors(facts: pd.DataFrame, origin: str) -> pd.Series:
    """Anchor of the tumour baseline: the origin, or the first dose where that comes later."""
    return pd.Series(later_of(facts[origin], facts["TRTSDT"]).array, facts["USUBJID"])


def tumour_course(
    facts: pd.DataFrame, origin: str, adrs: pd.DataFrame, extracts: Extracts, rules
) -> TumourCourse:
    """Baseline windows, assessments and evidence of progression of the patients of one origin."""
    anchors = _anchors(facts, origin)
    lesions = read_lesions(extracts["tumour_lesions"], rules)
    scans = in_baseline_window(lesions, anchors, rules)
    best = scans.sort_values("BASEWIN").drop_duplicates("USUBJID")  # "28" before "42"
    timepoints = derive_timepoint_responses(lesions, anchors, rules)
    return TumourCourse(
        windows=best.set_index("USUBJID")["BASEWIN"],
        assessments=_assessments(adrs, timepoints, lesions, rules),
        evidence=progression_evidence(timepoints, _recorded(extracts)),
    )


def _origin_patients(
    facts: pd.DataFrame, origin: str, new_therapy: str, course: TumourCourse
) -> pd.DataFrame:
    """Patients of one origin with anchor, baseline window and the raw row of the origin."""
    table, raw_column, line = {
        "TRTSDT": ("treatments", "start_date", "TRTLINE"),
        "GUIDDT": ("treatments", "start_date", "GUIDLINE"),
        "ENRLDT": ("patients", "enrolment_date", "ENRLINE"),
        "MTBDT": ("mtb_reviews", "review_date", "MTBLINE"),
    }[origin]
    return facts.assign(
        STARTDT=facts[origin],
        ANCHORDT=later_of(facts[origin], facts["TRTSDT"]),
        NACTDT=facts[f"{new_therapy}DT"],
        NACTLINE=facts[f"{new_therapy}LINE"],
        ORGTABLE=table,
        ORGCOLUMN=raw_column,
        ORGLINE=facts[line],
        BASEWIN=facts["USUBJID"].map(course.windows),
    )


def origin_facts(
    facts: pd.DataFrame,
    origin: str,
    course: TumourCourse,
    adex: pd.DataFrame,
    extracts: Extracts,
    rules,
    new_therapy: str = "NACT",
) -> pd.DataFrame:
    """Facts of progression-free survival from one origin, for the patients in `facts`."""
    patients = _origin_patients(facts, origin, new_therapy, course)
    patients["DTHDT"] = death_dates(patients, extracts["disposition"], rules)
    clinical = recorded_clinical_progression(patients, extracts["disposition"], rules)
    patients = pd.concat([patients, clinical, local_therapy(patients, adex)], axis=1)
    table, raw_column = _ASSESSED[driving_parameter(rules)]
    patients = patients.assign(ASSTABLE=table, ASSCOLUMN=raw_column)
    return progression_free_facts(patients, course.assessments, course.evidence, adex, rules)


def _progression_free(located, facts, adex, adrs, extracts, rules) -> list[pd.DataFrame]:
    """PFS from first dose under the estimands and sensitivities, and from the other origins."""

    def course_of(patients, origin):
        return tumour_course(patients, origin, adrs, extracts, rules)

    # the tumour baseline is that of the first dose, also when the clock starts at enrolment
    of_everyone = course_of(facts, "ENRLDT")

    def from_first_dose(everyone, declared):
        treated = everyone[everyone["TRTFL"].eq("Y")]
        return origin_facts(treated, "TRTSDT", of_everyone, adex, extracts, declared)

    treated = from_first_dose(facts, rules)
    rows = [derive_pfs(treated, rules)]
    rows += [derive(treated) for derive in (derive_pfshyp, derive_pfscomp, derive_pfstp)]
    for paramcd in SENSITIVITY:
        changed = with_one_rule_changed(rules, paramcd)
        sensitive = from_first_dose(patient_facts(located, extracts, changed), changed)
        rows.append(derive_pfs_sensitivity(sensitive, changed, paramcd))
    guided, discussed = facts[facts["GUIDFL"].eq("Y")], _alive_at_mtb(facts)
    for paramcd, origin, patients, new_therapy, course in (
        ("PFSG", "GUIDDT", guided, "NACTG", course_of(guided, "GUIDDT")),
        ("PFSENR", "ENRLDT", facts, "NACT", of_everyone),
        ("PFSMTB", "MTBDT", discussed, "NACT", course_of(discussed, "MTBDT")),
    ):
        of_origin = origin_facts(patients, origin, course, adex, extracts, rules, new_therapy)
        rows.append(derive_pfs(of_origin, rules, paramcd))
    return rows


def _alive_at_mtb(facts: pd.DataFrame) -> pd.DataFrame:
    """Patients with an MTB date who did not die before it."""
    return facts[facts["MTBDT"].notna() & ~(facts["DTHDT"] < facts["MTBDT"])]


def _responders(facts: pd.DataFrame, adrs: pd.DataFrame, rules) -> pd.DataFrame:
    """Confirmed responders with the first scan of the response and its raw row."""
    rows = adrs[adrs["PARAMCD"].eq("CRSP") & adrs["AVALC"].eq("Y")]
    responses = rows[["USUBJID", "ADT", "SRCROW"]]
    responses = responses.rename(columns={"ADT": "RSPDT", "SRCROW": "RSPLINE"})
    table, raw_column = _ASSESSED[driving_parameter(rules)]
    treated = facts.loc[facts["TRTFL"].eq("Y"), ["USUBJID", "TRTSDT"]]
    return treated.merge(responses, on="USUBJID").assign(RSPTABLE=table, RSPCOLUMN=raw_column)


def build_adtte(
    adsl: pd.DataFrame,
    adex: pd.DataFrame,
    adrs: pd.DataFrame,
    extracts: Extracts,
    rules,
) -> pd.DataFrame:
    """Time-to-event dataset.

    Parameters
    ----------
    adsl, adex, adrs : DataFrame
        Analysis datasets.
    extracts : dict of DataFrame
        Raw tables after the cut: lesions, recorded components, disposition, adverse events, and
        the lines of the deciding facts.
    rules : Rules

    Returns
    -------
    DataFrame
        USUBJID PARAMCD PARAM STARTDT ADT AVAL CNSR EVTCAUSE EVNTDESC CNSDTDSC, the source, and
        SITUATION RULE ADTF ESTIMAND BASEWIN.

    Raises
    ------
    DerivationError
        Naming patients without origin, with an event before it, or with an unknown response.
    """
    located = located_facts(adsl, adex, extracts)
    facts = patient_facts(located, extracts, rules)
    treated = facts[facts["TRTFL"].eq("Y")]
    progression_free = _progression_free(located, facts, adex, adrs, extracts, rules)
    responders = _responders(facts, adrs, rules)
    ends = first_treatment_ends(treated, adex)
    on_treatment = treated.merge(ends, left_on="USUBJID", right_index=True, how="left")
    parts = [
        *progression_free,
        derive_os(treated, "TRTSDT", "OS"),
        derive_os(facts, "ENRLDT", "OSENR"),
        derive_os(_alive_at_mtb(facts), "MTBDT", "OSMTB"),
        derive_dor(responders, progression_free[0]),
        derive_ttr(responders),
        derive_ttguid(facts),
        derive_tot(on_treatment),
        derive_ttsae(treated, extracts["adverse_events"], adex, rules),
        *(derive_turnaround(facts, adex, paramcd) for paramcd in STEPS),
    ]
    return _assembled(parts)


def _assembled(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """All rows with every column; a parameter without patients has none."""
    some = [part for part in parts if len(part)] or parts[:1]
    columns = list(dict.fromkeys(name for part in parts for name in part))
    rows = []
    for part in some:
        full = part.reindex(columns=columns)
        texts = [name for name in columns if full[name].isna().all() and name != "SITUATION"]
        full[texts] = full[texts].astype(object).where(full[texts].notna(), None)
        full["SRCROW"] = full["SRCROW"].astype("Int64")
        full["SITUATION"] = full["SITUATION"].astype("Int64")
        rows.append(full)
    return pd.concat(rows, ignore_index=True).assign(STUDYID=STUDYID)
