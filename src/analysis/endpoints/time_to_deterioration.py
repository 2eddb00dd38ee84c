"""Time to deterioration of quality of life (TTDPF, TTDANX to TTDPAINN). SAP 14.2.8, E7.

From the anchor (first dose; for the untreated the MTB date, else enrolment) to the first score that
is worse than at baseline by the minimally important difference of its domain, at a planned visit or
between. Everybody with a score at baseline is followed, also who never gave a later one: to ask for
a later form would leave out those who died first. New anticancer therapy is ignored (treatment
policy).

Deterioration and death are looked for up to one and the same day, the end of observation: the close
of the first planned visit without a score of the domain, or the data cut, the planned end of
follow-up, a withdrawal, a loss or the completion of the study, if that is earlier. A death up to
that day competes. A later one follows a score that did not come: whether the patient got worse
before is not known, and the patient is censored there, like everybody who neither got worse nor
died. (Were survivors censored at their last score already, deaths would be looked for longer than
survival, and their incidence overstated.)

Source: SISAQOL (Coens et al., Lancet Oncol 2020; 21: e83-96), time to first deterioration.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.dates import UNIT, add_days, earlier_of, later_of, study_day
from analysis.endpoints.intercurrent_events import COMPLETE, LOST, ONGOING, WITHDREW, up_to
from analysis.endpoints.promis29_scores import DOMAINS, LABELS, PAIN_INTENSITY, change_category
from analysis.endpoints.time_to_event import (
    Source,
    column,
    competing_death,
    derive_time_to_event,
    where,
)
from analysis.visits import BASELINE

#: PARAMCD of ADTTE by PARAMCD of the score in ADQS.
DETERIORATION = {paramcd: f"TTD{paramcd}" for paramcd in (*DOMAINS, PAIN_INTENSITY)}
_FORM = {"table": "promis29", "column": "completion_date"}
_PERSON = ["USUBJID", "PARAMCD"]

WORSE = Source(
    "Deterioration by the minimally important difference",
    column("WORSEDT"),
    line="WORSELINE",
    rule="first score worse than baseline by the difference",
    **_FORM,
)
DEATH = competing_death(date="DIEDDT", rule="death by the end of observation competes")


def _died_after_missing_scores(facts: pd.DataFrame) -> pd.Series:
    """Whether a planned visit closed without a score, and a death followed."""
    return facts["OBSENDT"].eq(facts["NEXTDT"]) & (facts["DTHDT"] > facts["NEXTDT"])


NO_LATER_SCORE = Source(
    "No score after baseline",
    where("OBSENDT", lambda facts: facts["LASTDT"].isna()),
    code=7,
    rule="censored at the end of observation",
)
MISSED_BEFORE_DEATH = Source(
    "Death after missing scores",
    where("OBSENDT", _died_after_missing_scores),
    code=5,
    line="LASTLINE",
    rule="censored at the close of the planned visit after this score",
    **_FORM,
)


def _end_of_observation(description: str, code: int) -> Source:
    """End of observation of the patients whose follow-up ended in one way."""
    return Source(
        description,
        where("OBSENDT", lambda facts: facts["STATUS"].eq(code)),
        code=code,
        line="LASTLINE",
        rule="last score; censored at the end of observation, at most the close of the next visit",
        **_FORM,
    )


CENSORS = [
    NO_LATER_SCORE,
    MISSED_BEFORE_DEATH,
    _end_of_observation("Withdrew consent", WITHDREW),
    _end_of_observation("Lost to follow-up", LOST),
    _end_of_observation("Follow-up complete", COMPLETE),
    _end_of_observation("Not worse by the data cut", ONGOING),
]


def _next_visit_closes(last: pd.Series, anchor: pd.Series, rules) -> pd.Series:
    """Close of the planned visit after a date; missing after the last one.

    Without a date, of the first visit.
    """
    day = study_day(last, anchor).fillna(0).to_numpy(dtype=np.int64)
    windows = sorted(rules.visits.windows, key=lambda window: window.first)
    following = np.searchsorted([window.first for window in windows], day, side="right")
    closes = pd.Series(pd.NaT, last.index, dtype=UNIT)
    for number, window in enumerate(windows):
        mine = following == number
        closes[mine] = add_days(anchor[mine], window.last - 1)
    return closes


def deterioration_facts(facts: pd.DataFrame, adqs: pd.DataFrame, rules) -> pd.DataFrame:
    """What the scores say of every patient and domain with a score at baseline.

    Parameters
    ----------
    facts : DataFrame
        One row per patient: USUBJID ANCHORDT DTHDT LIMITDT WITHDT LOSTDT COMPDT DCUTDT and what the
        sources read.
    adqs : DataFrame
        USUBJID PARAMCD AVISIT STATE ADT AVAL CHG SRCROW.
    rules : Rules
        ``promis29`` (minimally important differences), ``visits.windows``.

    Returns
    -------
    DataFrame
        One row per patient and domain, sorted: the facts and PARAMCD, WORSEDT WORSELINE (first
        deterioration), LASTDT LASTLINE (last score after baseline), NEXTDT (close of the planned
        visit after it), OBSENDT (end of observation), DIEDDT (death that competes).
    """
    scores = adqs[adqs["PARAMCD"].isin(list(DETERIORATION)) & adqs["AVAL"].notna()]
    at_baseline = scores["AVISIT"].eq(BASELINE) & scores["STATE"].notna()
    people = scores.loc[at_baseline, _PERSON].merge(facts, on="USUBJID", validate="m:1")
    # who died before the anchor (an MTB date) has no time from it
    people = people[~(people["DTHDT"] < people["ANCHORDT"])]
    later = scores.loc[scores["CHG"].notna(), [*_PERSON, "ADT", "CHG", "SRCROW"]]
    later = later.merge(people[[*_PERSON, "LIMITDT"]], on=_PERSON)
    later = later[~(later["ADT"] > later["LIMITDT"])].sort_values(
        [*_PERSON, "ADT", "SRCROW"], kind="stable"
    )
    category = pd.Series(None, index=later.index, dtype=object)
    for paramcd, own in later.groupby("PARAMCD"):
        category[own.index] = change_category(own["CHG"], paramcd, rules)
    worse = later[category.eq("worse")].drop_duplicates(_PERSON)
    last = later.drop_duplicates(_PERSON, keep="last")
    for name, rows in (("WORSE", worse), ("LAST", last)):
        dated = rows[[*_PERSON, "ADT", "SRCROW"]]
        dated = dated.rename(columns={"ADT": f"{name}DT", "SRCROW": f"{name}LINE"})
        people = people.merge(dated, on=_PERSON, how="left")
    people = people.sort_values(_PERSON, kind="stable", ignore_index=True)
    closes = _next_visit_closes(people["LASTDT"], people["ANCHORDT"], rules)
    leaves = [people[name] for name in ("LIMITDT", "WITHDT", "LOSTDT", "COMPDT", "DCUTDT")]
    end = later_of(earlier_of(closes, *leaves), people["LASTDT"], people["ANCHORDT"])
    return people.assign(NEXTDT=closes, OBSENDT=end, DIEDDT=up_to(people["DTHDT"], end))


def derive_deterioration(facts: pd.DataFrame, adqs: pd.DataFrame, rules) -> pd.DataFrame:
    """Time to deterioration of every patient and domain with a score at baseline (days).

    Parameters
    ----------
    facts : DataFrame
        One row per patient: USUBJID ANCHORDT DTHDT DTHDTF DTHLINE LIMITDT WITHDT LOSTDT COMPDT
        DCUTDT STATUS.
    adqs : DataFrame
        See `deterioration_facts`.
    rules : Rules

    Returns
    -------
    DataFrame
        Rows of ADTTE, PARAMCD by `DETERIORATION`.
    """
    people = deterioration_facts(facts, adqs, rules)
    rows = derive_time_to_event("TTD", "", people, "ANCHORDT", [WORSE, DEATH], CENSORS)
    names = {code: f"Time to deterioration: {LABELS[code]}" for code in DETERIORATION}
    return rows.assign(
        PARAMCD=people["PARAMCD"].map(DETERIORATION), PARAM=people["PARAMCD"].map(names)
    )
