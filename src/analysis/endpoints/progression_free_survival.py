"""Progression-free survival (PFS, PFSHYP, PFSCOMP, PFSG), and from clocks that start before a dose.

SAP 4, 14.2.4.

From the first dose to progression (RECIST 1.1) or death from any cause, whichever comes first. One
definition, three estimands (SAP 3, E3 to E3c), one switch (``pfs.estimand``) for PFS, PFSG, PFSENR
and PFSMTB; PFSHYP and PFSCOMP always stand beside them.

- Treatment policy: new therapy, clinical progression, local therapy and missed assessments are
  ignored; every progression and every death is an event on its day.
- Hypothetical: new therapy, a gap of missed assessments before the event, local therapy to a target
  lesion and clinical progression end the observation at the last adequate assessment. A patient
  without baseline counts for day 1 only; one never assessed afterwards likewise, unless dead within
  two intervals.
- Composite: new therapy, clinical progression and local therapy for progression are events.

Read where the plan is open:

- Without a baseline scan only a progression or a death is an event, under the composite too
  (situations 1 and 2 name no other; situation 3 does).
- A gap counts where it stands right before the progression or death; a later adequate assessment
  closes it.
- Of new therapy, gap, local therapy and clinical progression the first fact decides; on one day in
  the order gap, new therapy, local therapy, clinical progression. Clinical progression has no code
  of its own: the patient keeps that of the follow-up (3, 2, 12, 13, 8 or 1).
- "No PD scan within 28 days" belongs to a treatment stopped for progression; a clinical progression
  on record counts by itself.
- New therapy, clinical progression or local therapy before the origin is not one of this origin.
- Why the living are not followed further is the reason of every time to event (3, 2, 12, 13, 8, 1:
  `end_of_observation`); they are censored at the last adequate assessment whichever it is.
- The last adequate assessment may be the one on the day of new therapy, but not that of local
  therapy.

From enrolment and from the MTB date (PFSENR, PFSMTB) many are never scanned, most because they are
never treated. What is recorded of them is a death or nothing: recorded progression or death. The
living without an adequate scan after the origin are censored when last known alive (11, not
assessed, in place of 6 and 7). Three readings stand beside it (`UNSCANNED`), none of them right:
censored on day 1 (the untreated then enter the risk set only by dying), day 1 for the dead too, and
followed to the planned end as if they had been scanned and had not progressed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from analysis.dates import earlier_of
from analysis.endpoints.end_of_observation import is_closed
from analysis.endpoints.time_to_event import Censors, Source, column, derive_time_to_event, where
from analysis.missing import NO_TEXT
from analysis.params import Rules

SITUATIONS = {
    1: "no baseline assessment",
    2: "no baseline assessment, death",
    3: "no adequate assessment after baseline, alive",
    4: "no assessment after baseline, death within two intervals",
    5: "no assessment after baseline, death later",
    6: "progression at a scan",
    7: "progression after missed assessments that are tolerated",
    8: "progression or death after a gap of missed assessments",
    9: "death without progression",
    10: "new anticancer therapy before progression",
    11: "clinical progression",
    13: "withdrew consent",
    14: "lost to follow-up",
    15: "progression-free at the data cut",
    17: "follow-up complete",
    18: "local therapy to a target lesion",
    22: "no contact up to the planned end of follow-up",
    23: "no adequate assessment after the origin, last known alive",
    25: "another end of the study",
    26: "study closed",
    24: "no adequate assessment after the origin, as declared for a sensitivity row",
}


def _because(situation: int | str) -> dict:
    """Situation and rule of a source: one situation, or the column that holds each patient's."""
    if isinstance(situation, int):
        return {"situation": situation, "rule": f"situation {situation}: {SITUATIONS[situation]}"}
    words = {number: f"situation {number}: {text}" for number, text in SITUATIONS.items()}
    return {"situation": column(situation), "rule": lambda facts: facts[situation].map(words)}


def has_baseline(facts: pd.DataFrame) -> pd.Series:
    """Whether there is a scan in the baseline window."""
    return facts["BASEWIN"].notna()


# --- events --------------------------------------------------------------------------------------
PROGRESSION = Source(
    lambda facts: "Progression: " + facts["PDTYPE"],
    column("PDDT"),
    table=lambda facts: facts["PDTABLE"],
    column=lambda facts: facts["PDCOLUMN"],
    line="PDLINE",
    **_because("PDSIT"),
)
DEATH = Source(
    "Death",
    column("DTHDT"),
    table="disposition",
    column="event_date",
    line="DTHLINE",
    imputed="DTHDTF",
    **_because("DTHSIT"),
)
NEW_THERAPY_STARTED = Source(
    "New anticancer therapy",
    where("NACTDT", has_baseline),
    table="treatments",
    column="start_date",
    line="NACTLINE",
    **_because(10),
)
CLINICAL_PROGRESSION = Source(
    "Clinical progression",
    where("CLINDT", has_baseline),
    table="disposition",
    column="event_date",
    line="CLINLINE",
    imputed="CLINDTF",
    **_because(11),
)
STOPPED_FOR_PROGRESSION = Source(
    "Treatment stopped for progression without a scan",
    where("STOPDT", has_baseline),
    table="treatments",
    column="end_date",
    line="STOPLINE",
    **_because(11),
)
LOCAL_THERAPY_FOR_PROGRESSION = Source(
    "Local therapy to a target lesion for progression",
    where("LOCPDDT", has_baseline),
    table="treatments",
    column="start_date",
    line="LOCPDLINE",
    **_because(18),
)


# --- censorings ----------------------------------------------------------------------------------
def _at_day_1(description: str, code: int, holds: Callable, **more) -> Source:
    """Censored at the origin."""
    origin: dict[str, Any] = {
        "table": lambda facts: facts["ORGTABLE"],
        "column": lambda facts: facts["ORGCOLUMN"],
        "line": "ORGLINE",
    }
    return Source(description, where("STARTDT", holds), code=code, **origin, **more)


def _at_last_assessment(
    description: str, code: int | Callable, holds: Callable, last: str = "LAA", **more
) -> Source:
    """Censored at a last adequate assessment; at day 1 where there is none, without a raw row."""

    def named(name: str) -> Callable:
        return lambda facts: facts[name].where(facts[f"{last}LINE"].notna(), "")

    return Source(
        description,
        where(f"{last}DT", holds),
        code=code,
        table=named("ASSTABLE"),
        column=named("ASSCOLUMN"),
        line=f"{last}LINE",
        **more,
    )


def _has_status(code: int) -> Callable:
    return lambda facts: facts["STATUS"].eq(code)


NO_BASELINE = _at_day_1(
    "No baseline assessment: day 1", 6, lambda facts: ~has_baseline(facts), **_because("NOBASESIT")
)
NO_POST_BASELINE = _at_day_1(
    "No adequate assessment after baseline: day 1",
    7,
    lambda facts: ~facts["HASPOST"],
    **_because("NOPOSTSIT"),
)
WITHDREW = _at_last_assessment(
    "Withdrew consent: last adequate assessment", 3, _has_status(3), **_because(13)
)
LOST = _at_last_assessment(
    "Lost to follow-up: last adequate assessment", 2, _has_status(2), **_because(14)
)
NO_CONTACT = _at_last_assessment(
    "No contact up to the planned end: last adequate assessment",
    12,
    _has_status(12),
    **_because(22),
)
DISCONTINUED = _at_last_assessment(
    "Study ended for another reason: last adequate assessment",
    13,
    _has_status(13),
    **_because(25),
)
CLOSED = _at_last_assessment(
    "Study closed: last adequate assessment",
    8,
    lambda facts: facts["STATUS"].eq(8) & is_closed(facts),
    **_because(26),
)
COMPLETE = _at_last_assessment(
    "Follow-up complete: last adequate assessment", 8, _has_status(8), **_because(17)
)
ONGOING = _at_last_assessment(
    "Progression-free at the data cut: last adequate assessment",
    1,
    lambda facts: facts["STATUS"].notna(),
    **_because(15),
)
FOLLOWED = [WITHDREW, LOST, NO_CONTACT, DISCONTINUED, CLOSED, COMPLETE, ONGOING]

# Under the hypothetical estimand these take a later event away, from the day `since`.
STRICTLY_NO_BASELINE = replace(NO_BASELINE, since=column("STARTDT"))
STRICTLY_NO_POST_BASELINE = replace(NO_POST_BASELINE, since=column("EARLYDT"))
GAP = _at_last_assessment(
    "Gap of missed assessments: last adequate assessment before it",
    5,
    lambda facts: facts["GAPDT"].notna(),
    "GAPLAA",
    since=column("GAPDT"),
    **_because(8),
)
NEW_THERAPY = _at_last_assessment(
    "New anticancer therapy: last adequate assessment up to it",
    4,
    lambda facts: facts["NACTDT"].notna(),
    "NACTLAA",
    since=column("NACTDT"),
    **_because(10),
)
LOCAL_THERAPY = _at_last_assessment(
    "Local therapy to a target lesion: last adequate assessment before it",
    9,
    lambda facts: facts["LOCDT"].notna(),
    "LOCLAA",
    since=column("LOCDT"),
    **_because(18),
)
CLINICALLY_PROGRESSED = _at_last_assessment(
    "Clinical progression: last adequate assessment up to it",
    column("STATUS"),
    lambda facts: facts["CLPDT"].notna(),
    "CLPLAA",
    since=column("CLPDT"),
    **_because(11),
)


# --- the estimands -------------------------------------------------------------------------------
@dataclass(frozen=True)
class Estimand:
    """What is an event and what is a censoring, each in order of precedence."""

    name: str
    events: list[Source]
    censors: Censors


ESTIMANDS = {
    "treatment_policy": Estimand(
        "treatment policy",
        events=[PROGRESSION, DEATH],
        censors=[NO_BASELINE, NO_POST_BASELINE, *FOLLOWED],
    ),
    "hypothetical": Estimand(
        "hypothetical",
        events=[PROGRESSION, DEATH],
        censors=[
            STRICTLY_NO_BASELINE,
            STRICTLY_NO_POST_BASELINE,
            (GAP, NEW_THERAPY, LOCAL_THERAPY, CLINICALLY_PROGRESSED),
            *FOLLOWED,
        ],
    ),
    "composite": Estimand(
        "composite",
        events=[
            PROGRESSION,
            DEATH,
            NEW_THERAPY_STARTED,
            CLINICAL_PROGRESSION,
            STOPPED_FOR_PROGRESSION,
            LOCAL_THERAPY_FOR_PROGRESSION,
        ],
        censors=[NO_BASELINE, NO_POST_BASELINE, *FOLLOWED],
    ),
}
_NOT_ASSESSED = 11


def _never_scanned(facts: pd.DataFrame) -> pd.Series:
    return ~facts["HASPOST"]


NOT_ASSESSED = Source(
    "No adequate assessment after the origin: last known alive",
    where("ALIVEDT", _never_scanned),
    code=_NOT_ASSESSED,
    table=column("ALVTABLE"),
    column=column("ALVCOLUMN"),
    line="ALVLINE",
    **_because(23),
)
_TO_THE_LIMIT = Source(
    "No adequate assessment after the origin: taken as progression-free to the planned end",
    where("ENDDT", _never_scanned),
    code=_NOT_ASSESSED,
    **_because(24),
)
_ON_DAY_1 = _at_day_1(
    "No adequate assessment after the origin: day 1, whatever happened",
    _NOT_ASSESSED,
    _never_scanned,
    since=where("STARTDT", _never_scanned),
    **_because(24),
)
# How the never scanned are read, by the last letter of the parameter: in place of 6 and 7.
UNSCANNED = {"": (NOT_ASSESSED,), "1": None, "0": (_ON_DAY_1,), "L": (_TO_THE_LIMIT,)}
_READ_AS = {
    "": "",
    "1": ", the never scanned on day 1 (BIASED)",
    "0": ", all never scanned on day 1, deaths too",
    "L": ", the living never scanned followed to the planned end",
}
BEFORE_A_DOSE = ("PFSENR", "PFSMTB")
ORIGINS = {
    "PFS": "first dose",
    "PFSG": "first guided dose",
    "PFSENR": "enrolment",
    "PFSMTB": "MTB date",
}


def _of_the_unscanned(censors: Censors, instead: tuple[Source, ...]) -> Censors:
    """Censorings of an estimand with others in place of those of patients never scanned."""
    day_1 = (NO_BASELINE, NO_POST_BASELINE, STRICTLY_NO_BASELINE, STRICTLY_NO_POST_BASELINE)
    return [*instead, *(source for source in censors if not any(source is one for one in day_1))]


def _derive(paramcd: str, facts: pd.DataFrame, estimand: str, origin: str) -> pd.DataFrame:
    chosen = ESTIMANDS[estimand]
    param = f"Progression-free survival from {origin}, {chosen.name}"
    return _rows(paramcd, param, facts, chosen, estimand)


def _rows(paramcd, param: str, facts: pd.DataFrame, chosen: Estimand, estimand: str):
    dead = facts["DTHDT"].notna().to_numpy()
    facts = facts.assign(NOBASESIT=np.where(dead, 2, 1), NOPOSTSIT=np.where(dead, 5, 3))
    rows = derive_time_to_event(paramcd, param, facts, "STARTDT", chosen.events, chosen.censors)
    position = pd.Index(facts["USUBJID"]).get_indexer(rows["USUBJID"])
    window = facts["BASEWIN"].to_numpy(dtype=object)[position]
    return rows.assign(ESTIMAND=estimand, BASEWIN=np.where(pd.isna(window), NO_TEXT, window))


def derive_pfs(facts: pd.DataFrame, rules: Rules, paramcd: str = "PFS") -> pd.DataFrame:
    """PFS from one origin under the main estimand.

    Parameters
    ----------
    facts : DataFrame
        From `progression_free_facts`, with ORGTABLE, ORGCOLUMN, ORGLINE (raw row of the origin) and
        ASSTABLE, ASSCOLUMN (raw table and column of the assessments).
    rules : Rules
        ``pfs.estimand``.
    paramcd : str
        PFS or PFSG: which origin the facts have.

    Returns
    -------
    DataFrame
        One row per patient, days; as `derive_time_to_event`, with ESTIMAND and BASEWIN.

    Raises
    ------
    DerivationError
        Naming patients without origin or with an event before it.
    """
    return _derive(paramcd, facts, rules.pfs.estimand, ORIGINS[paramcd])


def derive_recorded_progression(
    facts: pd.DataFrame, rules: Rules, paramcd: str
) -> list[pd.DataFrame]:
    """Recorded progression or death from a clock that starts before a dose, and its readings.

    Parameters
    ----------
    facts : DataFrame
        As for `derive_pfs`, with ALIVEDT ALVTABLE ALVCOLUMN ALVLINE (`last_alive`), DTHLIMDT and
        DCUTDT.
    rules : Rules
        ``pfs.estimand``.
    paramcd : str
        PFSENR or PFSMTB.

    Returns
    -------
    list of DataFrame
        Rows of the parameter, and of those ending in 1, 0 and L: the never scanned on day 1, all of
        them on day 1 with their deaths, and followed to the planned end (`UNSCANNED`).
    """
    main = rules.pfs.estimand
    facts = facts.assign(ENDDT=earlier_of(facts["DTHLIMDT"], facts["DCUTDT"]))
    made = []
    for suffix, instead in UNSCANNED.items():
        chosen = ESTIMANDS[main]
        if instead is not None:
            chosen = replace(chosen, censors=_of_the_unscanned(chosen.censors, instead))
        param = (
            f"Recorded progression or death from {ORIGINS[paramcd]}, {chosen.name}"
            f"{_READ_AS[suffix]}"
        )
        made.append(_rows(f"{paramcd}{suffix}", param, facts, chosen, main))
    return made


SENSITIVITY = {
    "PFSUNT": ("follow_up", "truncate", False, "not truncated at the end of follow-up"),
    "PFSEARL": ("pfs", "partial_dates", "earliest", "partial dates at their earliest"),
    "PFSLATE": ("pfs", "partial_dates", "latest", "partial dates at their latest"),
}


def with_one_rule_changed(rules: Rules, paramcd: str):
    """Rules with the one change that makes a sensitivity parameter; the rest as declared."""
    group, key, value, _ = SENSITIVITY[paramcd]
    changed = getattr(rules, group).model_copy(update={key: value})
    return rules.model_copy(update={group: changed})


def derive_pfs_sensitivity(facts: pd.DataFrame, rules: Rules, paramcd: str) -> pd.DataFrame:
    """PFS from first dose with one rule changed (`SENSITIVITY`), under the main estimand.

    Parameters
    ----------
    facts : DataFrame
        As for `derive_pfs`, made with `with_one_rule_changed`.
    rules : Rules
    paramcd : str
        PFSUNT, PFSEARL or PFSLATE.
    """
    return _derive(
        paramcd, facts, rules.pfs.estimand, f"{ORIGINS['PFS']}, {SENSITIVITY[paramcd][3]}"
    )


def derive_pfstp(facts: pd.DataFrame) -> pd.DataFrame:
    """PFS from first dose, treatment policy, whatever the main estimand is; as `derive_pfs`."""
    return _derive("PFSTP", facts, "treatment_policy", ORIGINS["PFS"])


def derive_pfshyp(facts: pd.DataFrame) -> pd.DataFrame:
    """PFS from first dose, hypothetical estimand; parameters as for `derive_pfs`."""
    return _derive("PFSHYP", facts, "hypothetical", ORIGINS["PFS"])


def derive_pfscomp(facts: pd.DataFrame) -> pd.DataFrame:
    """PFS from first dose, composite estimand; parameters as for `derive_pfs`."""
    return _derive("PFSCOMP", facts, "composite", ORIGINS["PFS"])
