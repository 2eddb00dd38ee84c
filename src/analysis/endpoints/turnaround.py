"""Turnaround of the molecular work-up (TCONBIO, TBIONGS, TNGSMTB, TMTBTRT, TCONTRT). SAP 14.1.7.

| parameter | from                     | to                                 | of            |
|-----------|--------------------------|------------------------------------|---------------|
| TCONBIO   | consent                  | first specimen                     | all enrolled  |
| TBIONGS   | first specimen           | first report that passed           | with specimen |
| TNGSMTB   | first report that passed | first MTB discussion, deferred too | sequenced     |
| TMTBTRT   | first MTB discussion     | first guided dose                  | discussed     |
| TCONTRT   | consent                  | first dose of systemic therapy     | all enrolled  |

Death and withdrawal compete with every step; other systemic therapy, begun on or after the
discussion, only with the first guided dose. A step not yet reached is censored at the end of
observation (`end_of_observation`). Where follow-up truncates, it ends for everybody
``follow_up.days`` after enrolment, and nothing later counts.

Only patients who entered a step count: a patient who died or withdrew before its origin (a report
that came after the death) ended in the step before. A step done before its origin (an archival
specimen, a board that knew an earlier test) is done on day 1 and says so.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis.dates import UNIT, later_of
from analysis.endpoints.end_of_observation import at_the_end_of_observation
from analysis.endpoints.intercurrent_events import up_to
from analysis.endpoints.time_to_event import (
    COMPETING,
    Source,
    column,
    competing_death,
    derive_time_to_event,
)


@dataclass(frozen=True)
class Step:
    """One step of the work-up: columns of ADSL, and the raw column of what it leads to."""

    param: str
    origin: str
    reached: str
    event: str
    table: str
    column: str
    line: str
    other_therapy_competes: bool = False


STEPS = {
    "TCONBIO": Step(
        "Time from consent to biopsy",
        "CONSDT", "BIOPDT", "First specimen", "biopsies", "collection_date", "BIOPLINE",
    ),
    "TBIONGS": Step(
        "Time from biopsy to sequencing report",
        "BIOPDT", "NGSDT", "Report that passed", "sequencing", "report_date", "NGSLINE",
    ),
    "TNGSMTB": Step(
        "Time from sequencing report to MTB discussion",
        "NGSDT", "MTBFDT", "MTB discussion", "mtb_reviews", "review_date", "MTBFLINE",
    ),
    "TMTBTRT": Step(
        "Time from MTB discussion to first guided dose (other therapy competes)",
        "MTBFDT", "GUIDDT", "First guided dose", "treatments", "start_date", "GUIDLINE", True,
    ),
    "TCONTRT": Step(
        "Time from consent to first dose",
        "CONSDT", "TRTSDT", "First dose", "treatments", "start_date", "TRTLINE",
    ),
}  # fmt: skip

DEATH = competing_death("Death before it")
WITHDRAWAL = Source(
    "Withdrawal before it",
    lambda facts: later_of(facts["WITHDT"], facts["STARTDT"]).where(facts["WITHDT"].notna()),
    code=3,
    cause=3,
    table="disposition",
    column="event_date",
    line="WITHLINE",
    rule="withdrawal competes",
)
OTHER_THERAPY = Source(
    "Other systemic therapy before it",
    column("OTHERDT"),
    code=COMPETING,
    cause=4,
    table="treatments",
    column="start_date",
    line="OTHERLINE",
    rule="other therapy competes",
)
CENSORS = at_the_end_of_observation("{ending}, not reached", "not reached")


def _reached(step: Step) -> Source:
    before = f"{step.event}, before the origin"
    return Source(
        lambda facts: pd.Series(step.event, facts.index).where(
            ~(facts[step.reached] < facts["STARTDT"]), before
        ),
        lambda facts: later_of(facts[step.reached], facts["STARTDT"]).where(
            facts[step.reached].notna()
        ),
        table=step.table,
        column=step.column,
        line=step.line,
        rule="reached",
    )


def entered(facts: pd.DataFrame, step: Step) -> pd.Series:
    """Whether each patient entered a step: it began, and neither death nor withdrawal came before.

    A withdrawal with a partial date is taken at its latest (WITHLATE).
    """
    origin = facts[step.origin]
    return origin.notna() & ~(facts["DTHDT"] < origin) & ~(facts["WITHLATE"] < origin)


def other_therapy(facts: pd.DataFrame, adex: pd.DataFrame) -> pd.DataFrame:
    """First systemic regimen that is not guided, on or after STARTDT: OTHERDT, OTHERLINE."""
    regimens = adex[adex["TRTGRP"].notna() & adex["GUIDFL"].ne("Y")]
    origin = regimens["USUBJID"].map(facts.set_index("USUBJID")["STARTDT"]).astype(UNIT)
    later = regimens[regimens["ASTDT"] >= origin].sort_values(["USUBJID", "EXSEQ"], kind="stable")
    first = later.drop_duplicates("USUBJID").set_index("USUBJID").reindex(facts["USUBJID"])
    return facts.assign(
        OTHERDT=first["ASTDT"].to_numpy(dtype=UNIT), OTHERLINE=first["SRCROW"].array
    )


def derive_turnaround(facts: pd.DataFrame, adex: pd.DataFrame, paramcd: str) -> pd.DataFrame:
    """One turnaround time of every patient who entered the step (one row per patient, days).

    Parameters
    ----------
    facts : DataFrame
        One row per enrolled patient: ADSL with WITHLATE and the lines BIOPLINE NGSLINE MTBFLINE
        GUIDLINE TRTLINE DTHLINE WITHLINE; DTHLIMDT, OBSENDT, STATUS by the clock of enrolment.
    adex : DataFrame
        USUBJID EXSEQ ASTDT TRTGRP GUIDFL SRCROW.
    paramcd : str
        One of `STEPS`.
    """
    step = STEPS[paramcd]
    mine = facts[entered(facts, step)]
    limit = mine["DTHLIMDT"]
    mine = mine.assign(
        STARTDT=mine[step.origin],
        **{name: up_to(mine[name], limit) for name in (step.reached, "DTHDT", "WITHDT")},
    )
    events = [_reached(step), DEATH, WITHDRAWAL]
    if step.other_therapy_competes:
        mine = other_therapy(mine, adex)
        mine = mine.assign(OTHERDT=up_to(mine["OTHERDT"], mine["DTHLIMDT"]))
        events.append(OTHER_THERAPY)
    return derive_time_to_event(paramcd, step.param, mine, "STARTDT", events, CENSORS)
