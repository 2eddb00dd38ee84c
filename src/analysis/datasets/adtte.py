"""ADTTE: one row per patient and time-to-event parameter. SAP 14.1, 14.2.2 to 14.2.5, 14.2.8, 14.3.

Which patients have which row: PFS, PFSHYP, PFSCOMP, PFSTP, PFSUNT, PFSEARL, PFSLATE, OS, OSLIM,
OSCONT, TOT, TTSAE all treated; PFSG all with guided therapy; PFSENR (and its readings 1, 0, L),
OSENR, OSENRLIM, TTGUID all enrolled; OSMTB, OSMTBLIM all with an MTB date on which they were alive;
PFSMTB (likewise) of these all who had not progressed before; DOR, TTR all
confirmed responders; the turnaround times all who entered the step; TTDPF to TTDPAINN all with a
score of the domain at baseline.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis.datasets.adtte_sources import (
    ASSESSED,
    ORIGIN_ROWS,
    TumourCourse,
    last_alive_rows,
    numbered_rows,
    raw_lines,
    therapy_lines,
    tumour_courses,
    workup_lines,
)
from analysis.datasets.source import STUDYID
from analysis.dates import UNIT, later_of, latest
from analysis.endpoints.assessments import driving_parameter
from analysis.endpoints.duration_of_response import derive_dor
from analysis.endpoints.end_of_observation import end_of_observation, follow_up_status
from analysis.endpoints.intercurrent_events import (
    death_dates,
    last_days_that_count,
    local_therapy,
    recorded_clinical_progression,
)
from analysis.endpoints.overall_survival import (
    derive_os,
    derive_os_by_last_contact,
    derive_os_to_the_limit,
    derive_os_with_unknown_consent,
    last_alive,
)
from analysis.endpoints.progression_free_facts import progression_free_facts
from analysis.endpoints.progression_free_survival import (
    SENSITIVITY,
    derive_pfs,
    derive_pfs_sensitivity,
    derive_pfscomp,
    derive_pfshyp,
    derive_pfstp,
    derive_recorded_progression,
    with_one_rule_changed,
)
from analysis.endpoints.reported_outcomes import derive_reported_times
from analysis.endpoints.time_on_treatment import derive_tot, first_treatment_ends
from analysis.endpoints.time_to_deterioration import derive_deterioration
from analysis.endpoints.time_to_guided_therapy import derive_ttguid
from analysis.endpoints.time_to_response import derive_ttr
from analysis.endpoints.time_to_serious_adverse_event import derive_ttsae
from analysis.endpoints.turnaround import STEPS, derive_turnaround
from analysis.endpoints.vital_status import disposition_dates
from analysis.params import Rules

Extracts = dict[str, pd.DataFrame]


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
            for name in ("WITHDT", "LOSTDT", "COMPDT", "DISCDT")
        },
    )


def patient_facts(
    located: pd.DataFrame, extracts: Extracts, rules: Rules, origin: str | None = None
) -> pd.DataFrame:
    """Add the last days that count and how observation ended to `located_facts`.

    By the clock of the plan, or by another (`origin`, as of `planned_end`): DTHLIMDT, LIMITDT,
    STATUS, OBSENDT.
    """
    limits = last_days_that_count(located, extracts["disposition"], rules, origin)
    facts = located.assign(**limits)
    return facts.assign(
        STATUS=follow_up_status(facts, rules), OBSENDT=end_of_observation(facts, rules)
    )


@dataclass(frozen=True)
class Population:
    """Patients of one parameter with the origin, the rules and the new therapy that counts."""

    paramcd: str
    facts: pd.DataFrame
    origin: str
    rules: Rules
    new_therapy: str = "NACT"


def _patients(population: Population, disposition: pd.DataFrame) -> pd.DataFrame:
    """Patients with origin, anchor, raw row of the origin and date of death.

    The anchor of the tumour baseline is the first dose, also when the clock starts at enrolment or
    at the review, before or after it; of guided therapy after a bridge, the first guided dose; of
    the never treated, the origin.
    """
    facts, origin, new_therapy = population.facts, population.origin, population.new_therapy
    table, raw_column, line = ORIGIN_ROWS[origin]
    facts = facts.assign(DTHDT=death_dates(facts, disposition, population.rules))
    return facts.assign(
        PARAMCD=population.paramcd,
        STARTDT=facts[origin],
        ANCHORDT=later_of(facts[origin], facts["TRTSDT"])
        if origin == "GUIDDT"
        else facts["TRTSDT"].fillna(facts[origin]),
        NACTDT=facts[f"{new_therapy}DT"],
        NACTLINE=facts[f"{new_therapy}LINE"],
        ORGTABLE=table,
        ORGCOLUMN=raw_column,
        ORGLINE=facts[line],
        # a death at its latest may lie after the end of follow-up, and then proves life at it
        STATUS=follow_up_status(facts, population.rules),
    )


def _clinically_progressed(
    people: pd.DataFrame, populations: list[Population], disposition: pd.DataFrame
) -> pd.DataFrame:
    """Clinical progression of each person by the rule for partial dates of its population."""
    rules = {population.paramcd: population.rules for population in populations}
    of_rule = {rule.pfs.partial_dates: rule for rule in rules.values()}
    rule = people["PARAMCD"].map(
        {paramcd: rule.pfs.partial_dates for paramcd, rule in rules.items()}
    )
    parts = [
        recorded_clinical_progression(people[rule.eq(name)], disposition, declared)
        for name, declared in of_rule.items()
    ]
    return pd.concat(parts).reindex(people.index)


def facts_of_populations(
    populations: list[Population],
    adex: pd.DataFrame,
    adrs: pd.DataFrame,
    extracts: Extracts,
    rules: Rules,
) -> dict[str, pd.DataFrame]:
    """Facts of progression-free survival (`progression_free_facts`) of each population.

    A patient asked about from several origins or under several rules is as many persons, each with
    a number: one pass over all of them takes hardly longer than over those of one origin.

    Returns
    -------
    dict of DataFrame
        By PARAMCD.
    """
    patients = [_patients(population, extracts["disposition"]) for population in populations]
    people = pd.concat(patients, ignore_index=True)
    pair = ["USUBJID", "ANCHORDT"]
    # what the scans say depends on the patient and the anchor alone: one course for each such pair
    clinical = _clinically_progressed(people, populations, extracts["disposition"])
    people = pd.concat([people, clinical], axis=1)
    people["COURSE"] = people.groupby(pair, dropna=False, sort=False).ngroup()
    courses = people.drop_duplicates("COURSE")[[*pair, "COURSE"]]
    course = tumour_courses(courses, adrs, extracts, rules)
    table, raw_column = ASSESSED[driving_parameter(rules)]
    people = people.assign(
        PERSON=people.index,
        BASEWIN=people["COURSE"].map(course.windows),
        ASSTABLE=table,
        ASSCOLUMN=raw_column,
    )
    facts = _judged(people, course, adex, rules)
    return {
        population.paramcd: facts[facts["PARAMCD"].eq(population.paramcd)].drop(columns="PARAMCD")
        for population in populations
    }


def _judged(
    people: pd.DataFrame, course: TumourCourse, adex: pd.DataFrame, rules: Rules
) -> pd.DataFrame:
    """Facts of each person, who goes by number until they are split by parameter."""
    regimens = numbered_rows(adex, people, "USUBJID", "PERSON")
    assessments, evidence = (
        numbered_rows(rows, people, "COURSE", "PERSON")
        for rows in (course.assessments, course.evidence)
    )
    numbered = people.rename(columns={"USUBJID": "PATIENT", "PERSON": "USUBJID"})
    numbered = pd.concat([numbered, local_therapy(numbered, regimens)], axis=1)
    facts = progression_free_facts(numbered, assessments, evidence, regimens, rules)
    return facts.drop(columns="USUBJID").rename(columns={"PATIENT": "USUBJID"})


def _progression_free(
    located, facts, from_enrolment, adex, adrs, extracts, rules: Rules
) -> list[pd.DataFrame]:
    """PFS from first dose under the estimands and sensitivities, and from the other origins."""
    treated = facts[facts["TRTFL"].eq("Y")]
    guided = facts[facts["GUIDFL"].eq("Y")]
    populations = [
        Population("PFS", treated, "TRTSDT", rules),
        Population("PFSG", guided, "GUIDDT", rules, "NACTG"),
        Population("PFSENR", last_alive(from_enrolment), "ENRLDT", rules),
        Population("PFSMTB", last_alive(_alive_at_mtb(from_enrolment)), "MTBDT", rules),
    ]
    for paramcd in SENSITIVITY:
        changed = with_one_rule_changed(rules, paramcd)
        # the last days that count depend on the rules of follow-up alone
        same = changed.follow_up == rules.follow_up
        everyone = facts if same else patient_facts(located, extracts, changed)
        sensitive = everyone[everyone["TRTFL"].eq("Y")]
        populations.append(Population(paramcd, sensitive, "TRTSDT", changed))
    of = facts_of_populations(populations, adex, adrs, extracts, rules)
    rows = [derive_pfs(of["PFS"], rules)]
    rows += [derive(of["PFS"]) for derive in (derive_pfshyp, derive_pfscomp, derive_pfstp)]
    rows += [derive_pfs_sensitivity(of[paramcd], rules, paramcd) for paramcd in SENSITIVITY]
    rows.append(derive_pfs(of["PFSG"], rules, "PFSG"))
    reviewed = _not_progressed_before_review(of["PFSMTB"], of["PFS"])
    rows += derive_recorded_progression(of["PFSENR"], rules, "PFSENR")
    rows += derive_recorded_progression(reviewed, rules, "PFSMTB")
    return rows


def _not_progressed_before_review(reviewed: pd.DataFrame, treated: pd.DataFrame) -> pd.DataFrame:
    """Patients whose progression under a therapy begun before the review did not come up to it.

    Nobody is progression-free after the review who is known on its day to have progressed.
    """
    progressed = reviewed["USUBJID"].map(treated.set_index("USUBJID")["PDDT"])
    return reviewed[~(progressed <= reviewed["STARTDT"])]


def _alive_at_mtb(facts: pd.DataFrame) -> pd.DataFrame:
    """Patients with an MTB date who did not die before it."""
    return facts[facts["MTBDT"].notna() & ~(facts["DTHDT"] < facts["MTBDT"])]


def _survival(facts: pd.DataFrame, from_enrolment: pd.DataFrame) -> list[pd.DataFrame]:
    """Survival from the three origins, and each with the living followed to the planned end.

    A clock that starts before a dose ends for everybody after the same time from enrolment: the
    treated would else be followed longer, and only they would be at risk late.
    """
    treated = facts[facts["TRTFL"].eq("Y")]
    origins = {
        "OS": (treated, "TRTSDT"),
        "OSENR": (from_enrolment, "ENRLDT"),
        "OSMTB": (_alive_at_mtb(from_enrolment), "MTBDT"),
    }
    rows = [derive(*of, paramcd) for paramcd, of in origins.items()
            for derive in (derive_os, derive_os_to_the_limit)]  # fmt: skip
    return [*rows, derive_os_by_last_contact(treated), derive_os_with_unknown_consent(treated)]


def _responders(facts: pd.DataFrame, adrs: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Confirmed responders with the first scan of the response and its raw row."""
    rows = adrs[adrs["PARAMCD"].eq("CRSP") & adrs["AVALC"].eq("Y")]
    responses = rows[["USUBJID", "ADT", "SRCROW"]]
    responses = responses.rename(columns={"ADT": "RSPDT", "SRCROW": "RSPLINE"})
    table, raw_column = ASSESSED[driving_parameter(rules)]
    treated = facts.loc[facts["TRTFL"].eq("Y"), ["USUBJID", "TRTSDT"]]
    return treated.merge(responses, on="USUBJID").assign(RSPTABLE=table, RSPCOLUMN=raw_column)


@dataclass(frozen=True)
class Times:
    """Times that need no form and no adverse event, and the facts for those that do."""

    facts: pd.DataFrame
    parts: list[pd.DataFrame]


def derive_times(
    adsl: pd.DataFrame, adex: pd.DataFrame, adrs: pd.DataFrame, extracts: Extracts, rules: Rules
) -> Times:
    """Times of disease, survival, work-up and treatment; parameters as of `build_adtte`."""
    located = located_facts(adsl, adex, extracts)
    facts = patient_facts(located, extracts, rules)
    # the work-up starts before any dose: treated or not, the same end for everybody
    from_enrolment = patient_facts(located, extracts, rules, "enrolment")
    treated = facts[facts["TRTFL"].eq("Y")]
    progression_free = _progression_free(
        located, facts, from_enrolment, adex, adrs, extracts, rules
    )
    responders = _responders(facts, adrs, rules)
    ends = first_treatment_ends(treated, adex)
    on_treatment = treated.merge(ends, left_on="USUBJID", right_index=True, how="left")
    parts = [
        *derive_reported_times(extracts.get("reported_outcomes"), located),
        *progression_free,
        *_survival(facts, from_enrolment),
        derive_dor(responders, progression_free[0]),
        derive_ttr(responders),
        derive_ttguid(from_enrolment),
        derive_tot(on_treatment),
        *(derive_turnaround(from_enrolment, adex, paramcd) for paramcd in STEPS),
    ]
    return Times(facts, parts)


def complete_adtte(
    times: Times, adex: pd.DataFrame, adae: pd.DataFrame, adqs: pd.DataFrame, rules: Rules
) -> pd.DataFrame:
    """ADTTE of `derive_times` and the times to serious events and deterioration."""
    treated = times.facts[times.facts["TRTFL"].eq("Y")]
    later = [
        derive_ttsae(treated, adae, adex, rules),
        derive_deterioration(times.facts, adqs, rules),
    ]
    return _assembled([*times.parts, *later])


def build_adtte(
    adsl: pd.DataFrame,
    adex: pd.DataFrame,
    adrs: pd.DataFrame,
    adae: pd.DataFrame,
    adqs: pd.DataFrame,
    extracts: Extracts,
    rules: Rules,
) -> pd.DataFrame:
    """Time-to-event dataset.

    Parameters
    ----------
    adsl, adex, adrs, adae, adqs : DataFrame
        Analysis datasets.
    extracts : dict of DataFrame
        Raw tables after the cut: lesions, recorded components, disposition, and the lines of the
        deciding facts.
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
    times = derive_times(adsl, adex, adrs, extracts, rules)
    return complete_adtte(times, adex, adae, adqs, rules)


def _assembled(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """All rows with every column; a parameter without patients has none."""
    some = [part for part in parts if len(part)] or parts[:1]
    columns = list(dict.fromkeys(name for part in parts for name in part))
    rows = {
        name: pd.concat([_column(part, name) for part in some], ignore_index=True)  # type: ignore[arg-type, misc]
        for name in columns
    }
    return pd.DataFrame(rows).assign(STUDYID=STUDYID)


def _column(part: pd.DataFrame, name: str) -> pd.Series:
    """One column of one parameter; all missing, in its type, where the parameter has none."""
    if name in part:
        return part[name]
    return pd.Series(None, index=part.index, dtype="Int64" if name == "SITUATION" else object)
