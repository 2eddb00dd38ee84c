"""ADSL: one row per patient, the backbone of every analysis. SAP sections 1 and 2.

Built in two steps: `build_adsl` from what is known before any tumour assessment, `complete_adsl`
with the flags that need responses (failure of guided therapy, second profile, response sets, PFS
ratio). Every patient of the cut is in it, whatever is missing.
"""

from __future__ import annotations

from itertools import pairwise

import pandas as pd

from analysis.datasets.source import STUDYID, flag, with_source
from analysis.dates import UNIT
from analysis.endpoints.end_of_observation import end_of_observation, silent
from analysis.endpoints.guided_therapy import guided_by_second_profile
from analysis.endpoints.molecular_workup import (
    guided_therapy_recommended,
    profile_reviews,
    workup_stages,
)
from analysis.endpoints.not_assessed import first_visit_not_due
from analysis.endpoints.performance_status import baseline_records
from analysis.endpoints.pfs_ratio import derive_pfs1
from analysis.endpoints.promis29_scores import scorable
from analysis.endpoints.systemic_treatment import (
    first_regimen,
    last_before,
    last_dose,
    new_anticancer_therapy,
)
from analysis.endpoints.treatment_failure import derive_treatment_failure
from analysis.endpoints.treatment_group import guided_class, recommendation_group
from analysis.endpoints.vital_status import (
    deaths,
    end_of_follow_up,
    last_day_that_counts,
    last_known_alive,
    recorded_ends,
    study_status,
)
from analysis.errors import DerivationError
from analysis.missing import NO_TEXT
from analysis.params import Rules

_AS_RECORDED = ("WITHDTF", "LOSTDTF", "COMPDTF", "DISCDTF", "WITHRSN", "DISCRSN")


def _patients(
    extracts: dict[str, pd.DataFrame], cutoff: pd.Timestamp, rules: Rules
) -> pd.DataFrame:
    """Identity, baseline characteristics and the cutoff, one row per patient."""
    patients = extracts["patients"].sort_values("patient_id", kind="stable").reset_index(drop=True)
    if patients["patient_id"].duplicated().any():
        twice = patients.loc[patients["patient_id"].duplicated(), "patient_id"].tolist()
        raise DerivationError(f"patients: more than one row for {', '.join(twice[:5])}")
    lines = extracts["prior_treatments"].groupby("patient_id").size()
    entry = patients["consent_date"].fillna(patients["enrolment_date"])
    age = entry.dt.year.astype("Int64") - patients["birth_year"]
    adsl = pd.DataFrame(
        {
            "USUBJID": patients["patient_id"],
            "SITEID": patients["site_id"],
            "AGE": age,
            "AGEGR1": age_group(age, rules.estimation.age_groups),
            "SEX": patients["sex"],
            "TUMTYP": patients["oncotree_code"],
            "TUMGRP": patients["tumour_group"],
            "STAGE": patients["stage"],
            "METSITES": patients["metastatic_sites"],
            "NPRIORL": patients["patient_id"].map(lines).fillna(0).astype("Int64"),
            "CONSDT": patients["consent_date"],
            "ENRLDT": patients["enrolment_date"],
            "ENRLFL": flag(patients["enrolment_date"].notna()),
            "DCUTDT": cutoff,
            "line": patients["line"],
        }
    )
    return with_source(adsl, "patients", "patient_id").drop(columns="line")


def enrolled_only(
    frames: dict[str, pd.DataFrame],
) -> tuple[dict[str, pd.DataFrame], dict[str, pd.DataFrame]]:
    """Part the raw tables: those of the enrolled, and of who consented and was not enrolled."""
    patients = frames["patients"]
    failed = patients.loc[patients["enrolment_date"].isna(), "patient_id"]
    if failed.empty:
        return frames, {name: frame.iloc[:0] for name, frame in frames.items()}
    parts: tuple[dict[str, pd.DataFrame], dict[str, pd.DataFrame]] = ({}, {})
    for name, frame in frames.items():
        theirs = frame["patient_id"].isin(failed)
        parts[0][name] = frame[~theirs].reset_index(drop=True)
        parts[1][name] = frame[theirs].reset_index(drop=True)
    return parts


def with_screen_failures(
    adsl: pd.DataFrame, screened: dict[str, pd.DataFrame], cutoff: pd.Timestamp, rules: Rules
) -> pd.DataFrame:
    """ADSL with the screen failures: who they are, and nothing of a course they did not have.

    They have neither ENRLFL nor any other flag and are in no analysis but the count of the flow.
    """
    if screened["patients"].empty:
        return adsl
    rows = _patients(screened, cutoff, rules)
    rows = rows.assign(STUDYID=STUDYID, EOSSTT="SCREEN FAILURE")
    rows = rows.reindex(columns=adsl.columns)
    rows = rows.astype({name: adsl[name].dtype for name in adsl.columns})
    return pd.concat([adsl, rows], ignore_index=True)


def age_group(age: pd.Series, lower_bounds: tuple[int, ...]) -> pd.Series:
    """AGEGR1 as text: ``<65``, ``65-74``, ``>=75`` for the lower bounds 65 and 75."""
    bounds = sorted(lower_bounds)
    labels = [f"<{bounds[0]}"]
    labels += [f"{low}-{high - 1}" for low, high in pairwise(bounds)]
    labels += [f">={bounds[-1]}"]
    cut = pd.cut(
        age.astype("float64"),
        [-float("inf"), *bounds, float("inf")],
        right=False,
        labels=labels,
    )
    return cut.astype(object).where(cut.notna(), NO_TEXT)


def _add_treatment(adsl: pd.DataFrame, classified: pd.DataFrame) -> pd.DataFrame:
    """First and last dose, group, guided therapy, new anticancer therapy."""
    by = adsl["USUBJID"]
    first = first_regimen(classified)
    guided = first_regimen(classified[classified["GUIDFL"].eq("Y")])
    before = last_before(classified["patient_id"], classified["start_date"], guided["start_date"])
    bridge = classified[before].set_index("patient_id")
    adsl = adsl.assign(
        TRTSDT=by.map(first["start_date"]).astype(UNIT),
        TRTEDT=by.map(last_dose(classified)).astype(UNIT),
        TRTGRP1=by.map(first["TRTGRP"]).fillna("NT"),
        NACTDT=by.map(new_anticancer_therapy(classified, first)).astype(UNIT),
        GUIDDT=by.map(guided["start_date"]).astype(UNIT),
        BRIDGDT=by.map(bridge["start_date"]).astype(UNIT),
        GUIDCLS=by.map(guided_class(guided["therapy_class"])),
        NACTGDT=by.map(new_anticancer_therapy(classified, guided)).astype(UNIT),
    )
    adsl["TRTFL"] = flag(adsl["TRTSDT"].notna())
    adsl["SAFFL"] = adsl["TRTFL"]
    adsl["GUIDFL"] = flag(adsl["GUIDDT"].notna())
    return adsl


def _add_molecular(
    adsl: pd.DataFrame, extracts: dict[str, pd.DataFrame], recommendations: pd.DataFrame
) -> pd.DataFrame:
    """Stages of the molecular work-up and the group as recommended."""
    by = adsl.set_index("USUBJID").index
    stages = workup_stages(extracts).reindex(by).reset_index(drop=True)
    groups = recommendation_group(profile_reviews(extracts, 1), recommendations).reindex(by)
    recommended = guided_therapy_recommended(recommendations).reindex(by).reset_index(drop=True)
    return adsl.assign(
        BIOPDT=stages["BIOPDT"].astype(UNIT),
        NGSDT=stages["NGSDT"].astype(UNIT),
        MTBFDT=stages["MTBFDT"].astype(UNIT),
        MTBDT=groups["MTBDT"].reset_index(drop=True).astype(UNIT),
        RECGRP=groups["RECGRP"].reset_index(drop=True),
        BIOPFL=flag(stages["BIOPDT"].notna()),
        SEQFL=flag(stages["NGSDT"].notna()),
        MTBFL=flag(stages["MTBFDT"].notna()),
        ACTFL=flag(stages["ACTDT"].notna()),
        RECTGFL=flag(recommended.notna()),
        RECTGDT=recommended.astype(UNIT),
        SEQ2FL=flag(stages["SEQ2DT"].notna()),
        MTB2FL=flag(stages["MTB2DT"].notna()),
        ACT2FL=flag(stages["ACT2DT"].notna()),
        **{name: stages[name].astype(UNIT) for name in ("ACTDT", "SEQ2DT", "MTB2DT", "ACT2DT")},
    )


def _add_follow_up(
    adsl: pd.DataFrame, extracts: dict[str, pd.DataFrame], rules: Rules
) -> pd.DataFrame:
    """Death, last known alive, end of follow-up and of observation, status."""
    by = adsl["USUBJID"]
    alive = last_known_alive(extracts)
    dead = deaths(extracts, alive)
    ends = recorded_ends(extracts)
    adsl = adsl.assign(
        LSTALVDT=by.map(alive).astype(UNIT),
        DTHDT=by.map(dead["DTHDT"]).astype(UNIT),
        DTHDTF=by.map(dead["DTHDTF"]),
        DTHCAUS=by.map(dead["DTHCAUS"]),
        DTHUNKDT=by.map(dead["DTHUNKDT"]).astype(UNIT),
        WITHDT=by.map(ends["WITHDT"]).astype(UNIT),
        LOSTDT=by.map(ends["LOSTDT"]).astype(UNIT),
        COMPDT=by.map(ends["COMPDT"]).astype(UNIT),
        DISCDT=by.map(ends["DISCDT"]).astype(UNIT),
        **{name: by.map(ends[name]).astype(object) for name in _AS_RECORDED},
    )
    adsl["DTHFL"] = flag(adsl["DTHDT"].notna())
    adsl["EOFDT"] = end_of_follow_up(adsl, rules)
    adsl = pd.concat([adsl, study_status(adsl, rules)], axis=1)
    limits = {"DTHLIMDT": last_day_that_counts(adsl, rules)}
    adsl["OBSENDT"] = end_of_observation(adsl.assign(**limits), rules)
    adsl["SILENTFL"] = flag(adsl["EOSSTT"].eq("ONGOING") & silent(adsl, rules))
    untreated = adsl["TRTFL"].isna()
    final = adsl["EOSSTT"].ne("ONGOING")
    adsl["NTSTAT"] = pd.Series(None, index=adsl.index, dtype=object)
    adsl.loc[untreated, "NTSTAT"] = "pending"
    adsl.loc[untreated & final, "NTSTAT"] = "final"
    return adsl


def _add_baseline(
    adsl: pd.DataFrame, extracts: dict[str, pd.DataFrame], rules: Rules
) -> pd.DataFrame:
    """ECOG at baseline and the PRO set."""
    anchor = adsl["TRTSDT"].fillna(adsl["MTBDT"]).fillna(adsl["ENRLDT"])
    adsl = adsl.assign(ANCHORDT=anchor.astype(UNIT))
    ecog = extracts["ecog"]
    alive = ecog[ecog["ecog"].lt(5).fillna(False).astype(bool)]
    chosen = baseline_records(alive, adsl, "assessment_date", rules)
    forms = extracts["promis29"]
    forms = forms[scorable(forms)]  # an empty form is no baseline, nor a later form
    first_form = baseline_records(forms, adsl, "completion_date", rules)["completion_date"]
    after = forms[forms["completion_date"] > forms["patient_id"].map(first_form)]
    later_form = after.groupby("patient_id")["completion_date"].min()
    not_due = first_visit_not_due(adsl["ANCHORDT"], adsl["DCUTDT"], rules)
    without = pd.Series("no later form", adsl.index, dtype=object)
    without = without.mask(not_due, "no later form: not due yet")
    without = without.mask(~adsl["USUBJID"].isin(first_form.index), "no baseline form")
    return adsl.assign(
        ECOGBL=adsl["USUBJID"].map(chosen["ecog"]).astype("Int64"),
        ECOGBLDT=adsl["USUBJID"].map(chosen["assessment_date"]).astype(UNIT),
        ECOGBLFL=flag(adsl["USUBJID"].map(chosen["old"]).eq(True)),
        PROFL=flag(adsl["USUBJID"].isin(later_form.index)),
        PROFDT=adsl["USUBJID"].map(later_form).astype(UNIT),
        PROXRSN=without.where(~adsl["USUBJID"].isin(later_form.index), NO_TEXT),
    )


def build_adsl(
    extracts: dict[str, pd.DataFrame],
    recommendations: pd.DataFrame,
    classified: pd.DataFrame,
    cutoff: pd.Timestamp,
    rules: Rules,
) -> pd.DataFrame:
    """Everything in ADSL that does not need tumour responses.

    Parameters
    ----------
    extracts : dict of DataFrame
        Raw tables after the cut.
    recommendations : DataFrame
        From `linked_recommendations`.
    classified : DataFrame
        From `classified_regimens`.
    cutoff : Timestamp
        Clinical cutoff; it travels on only as DCUTDT.
    rules : Rules

    Returns
    -------
    DataFrame
        One row per patient, sorted by USUBJID.

    Raises
    ------
    DerivationError
        If a patient has more than one row, or a first dose before enrolment's consent.
    """
    adsl = _patients(extracts, cutoff, rules)
    adsl = _add_treatment(adsl, classified)
    adsl = _add_molecular(adsl, extracts, recommendations)
    adsl = _add_follow_up(adsl, extracts, rules)
    return _add_baseline(adsl, extracts, rules)


def complete_adsl(
    adsl: pd.DataFrame,
    line_progressions: pd.DataFrame,
    guided_progressions: pd.DataFrame,
    response_sets: pd.DataFrame,
    adex: pd.DataFrame,
    adcm: pd.DataFrame,
    classified: pd.DataFrame,
    recommendations: pd.DataFrame,
    rules: Rules,
) -> pd.DataFrame:
    """Add the flags that need tumour responses.

    Parameters
    ----------
    adsl : DataFrame
        From `build_adsl`.
    line_progressions, guided_progressions : DataFrame
        Every assessment of progressive disease after the start of the regimen before guided
        therapy, and after the first guided dose, each judged from that day on: USUBJID, ADT.
    response_sets : DataFrame
        USUBJID, RSPEVLFL, EVALFL, EVALDT and what else belongs to the response sets.
    adex, adcm : DataFrame
        Analysis datasets.
    classified, recommendations : DataFrame
        As for `build_adsl`.

    Returns
    -------
    DataFrame
        `adsl` with RSPEVLFL EVALFL TFAILFL TFAILDT TFAILRSN GUID2FL GUID2DT PFSRFL PFS1 PFS1SRC
        PFS1RSN PFS1ORFL PFS1END PFS1STOP.
    """
    by = adsl["USUBJID"]
    failure = derive_treatment_failure(adex, guided_progressions, rules)
    second = guided_by_second_profile(classified, recommendations, failure["TFAILDT"], rules)
    guided = adsl[adsl["GUIDFL"].eq("Y")].set_index("USUBJID")["GUIDDT"]
    pfs1 = derive_pfs1(guided, adex, adcm, line_progressions, rules)
    sets = response_sets.set_index("USUBJID").reindex(by).reset_index(drop=True)
    adsl = pd.concat([adsl.reset_index(drop=True), sets], axis=1)
    adsl = adsl.assign(
        TFAILDT=by.map(failure["TFAILDT"]).astype(UNIT),
        TFAILRSN=by.map(failure["TFAILRSN"]),
        GUID2DT=by.map(second).astype(UNIT),
        **{name: by.map(pfs1[name]).astype("Int64") for name in ("PFS1", "PFS1END", "PFS1STOP")},
        **{name: by.map(pfs1[name]) for name in ("PFS1SRC", "PFS1RSN", "PFS1ORFL")},
    )
    adsl["TFAILFL"] = flag(adsl["TFAILDT"].notna())
    adsl["GUID2FL"] = flag(adsl["GUID2DT"].notna())
    adsl["PFSRFL"] = flag(adsl["PFS1"].notna())
    return adsl
