"""Time to deterioration of quality of life (TTDPF, TTDANX to TTDPAINN). SAP 14.2.8, E7.

From the anchor (first dose; for the untreated the MTB date, else enrolment) to the first score that
is worse than at baseline by the minimally important difference of its domain, at a planned visit or
between. Everybody with a score at baseline is followed, also who never gave a later one: to ask for
a later form would leave out those who died first. New anticancer therapy is ignored (treatment
policy).

Deterioration and death are looked for up to one and the same day, the end of observation: the close
of the planned visit that makes more than ``promis29.max_missed`` visits in a row without a score of
the domain, or the day on which the patient's observation ended (OBSENDT: `end_of_observation`), if
that is earlier. Each visit is judged by what came up to its close, never by a form that came later.
A deterioration or a death up to that day counts, whether or not a visit was missed before; whoever
neither got worse nor died by then is censored there. (Were survivors censored at their last score,
deaths would be looked for longer than survival, and their incidence overstated.)

Source: SISAQOL (Coens et al., Lancet Oncol 2020; 21: e83-96), time to first deterioration.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analysis.dates import UNIT, earlier_of, later_of, study_day
from analysis.endpoints.end_of_observation import at_the_end_of_observation
from analysis.endpoints.intercurrent_events import up_to
from analysis.endpoints.promis29_scores import DOMAINS, LABELS, PAIN_INTENSITY, change_category
from analysis.endpoints.time_to_event import (
    Source,
    column,
    competing_death,
    derive_time_to_event,
    where,
)
from analysis.params import Rules
from analysis.visits import BASELINE

#: PARAMCD of ADTTE by PARAMCD of the score in ADQS.
DETERIORATION = {paramcd: f"TTD{paramcd}" for paramcd in (*DOMAINS, PAIN_INTENSITY)}
_FORM: dict[str, Any] = {"table": "promis29", "column": "completion_date"}
_PERSON = ["USUBJID", "PARAMCD"]

WORSE = Source(
    "Deterioration by the minimally important difference",
    column("WORSEDT"),
    line="WORSELINE",
    rule="first score worse than baseline by the difference",
    **_FORM,
)
DEATH = competing_death(date="DIEDDT", rule="death by the end of observation competes")


NO_LATER_SCORE = Source(
    "No score after baseline",
    where("OBSENDT", lambda facts: facts["LASTDT"].isna()),
    code=7,
    rule="censored at the end of observation",
)
MISSED = Source(
    "Planned visits missed in a row",
    where("OBSENDT", lambda facts: facts["OBSENDT"].eq(facts["MISSEDDT"])),
    code=5,
    line="LASTLINE",
    rule="last score; censored at the close of the planned visit that was one too many",
    **_FORM,
)
CENSORS = [
    NO_LATER_SCORE,
    MISSED,
    *at_the_end_of_observation(
        "{ending}, not worse",
        "last score; censored at the end of observation",
        line="LASTLINE",
        **_FORM,
    ),
]


def missed_in_a_row(days: pd.DataFrame, people: int, rules: Rules) -> np.ndarray:
    """Last study day of the visit that makes more than `max_missed` in a row without a score.

    Parameters
    ----------
    days : DataFrame
        A row per score: ``person`` (0 to `people` - 1) and ``day`` (study day; the anchor is 1).
    people : int
        How many persons there are, with a score or without.
    rules : Rules
        ``visits.windows`` and ``promis29.max_missed``.

    Returns
    -------
    ndarray of float
        By person; NaN where it never comes to that.
    """
    windows = sorted(rules.visits.windows, key=lambda window: window.first)
    person, day = days["person"].to_numpy(), days["day"].to_numpy()
    closes, missed = np.full(people, np.nan), np.zeros(people, dtype=np.int64)
    for window in windows:
        there = np.zeros(people, dtype=bool)
        there[person[(day >= window.first) & (day <= window.last)]] = True
        missed = np.where(there, 0, missed + 1)
        too_many = (missed > rules.promis29.max_missed) & np.isnan(closes)
        closes[too_many] = window.last
    return closes


def deterioration_facts(facts: pd.DataFrame, adqs: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """What the scores say of every patient and domain with a score at baseline.

    Parameters
    ----------
    facts : DataFrame
        One row per patient: USUBJID ANCHORDT DTHDT OBSENDT and what the sources read.
    adqs : DataFrame
        USUBJID PARAMCD AVISIT STATE ADT AVAL CHG SRCROW.
    rules : Rules
        ``promis29`` (minimally important differences, visits that may be missed),
        ``visits.windows``.

    Returns
    -------
    DataFrame
        One row per patient and domain, sorted: the facts and PARAMCD, OBSENDT (end of observation),
        MISSEDDT (close of the visit that was one too many), WORSEDT WORSELINE (first deterioration
        up to OBSENDT), LASTDT LASTLINE (last score after baseline up to it), DIEDDT (death that
        competes).
    """
    scores = adqs[adqs["PARAMCD"].isin(list(DETERIORATION)) & adqs["AVAL"].notna()]
    at_baseline = scores["AVISIT"].eq(BASELINE) & scores["STATE"].notna()
    people = scores.loc[at_baseline, _PERSON].merge(facts, on="USUBJID", validate="m:1")
    # who died before the anchor (an MTB date) has no time from it
    people = people[~(people["DTHDT"] < people["ANCHORDT"])]
    people = people.sort_values(_PERSON, kind="stable", ignore_index=True)
    later = scores.loc[scores["CHG"].notna(), [*_PERSON, "ADT", "CHG", "SRCROW"]]
    numbered = people[[*_PERSON, "ANCHORDT"]].assign(person=people.index)
    later = later.merge(numbered, on=_PERSON)
    later["day"] = study_day(later["ADT"], later["ANCHORDT"]).astype("int64")
    closes = missed_in_a_row(later, len(people), rules)
    missed = people["ANCHORDT"] + pd.to_timedelta(closes - 1, unit="D")
    end = later_of(earlier_of(missed.astype(UNIT), people["OBSENDT"]), people["ANCHORDT"])
    people = people.assign(MISSEDDT=missed.astype(UNIT), OBSENDT=end)
    people = _first_and_last(people, later[~(later["ADT"] > later["person"].map(end))], rules)
    return people.assign(DIEDDT=up_to(people["DTHDT"], end))


def _first_and_last(people: pd.DataFrame, later: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Add the first score that is worse and the last one, of the scores while observed."""
    later = later.sort_values([*_PERSON, "ADT", "SRCROW"], kind="stable")
    category = pd.Series(None, index=later.index, dtype=object)
    for paramcd, own in later.groupby("PARAMCD"):
        category[own.index] = change_category(own["CHG"], str(paramcd), rules)
    worse = later[category.eq("worse")].drop_duplicates(_PERSON)
    last = later.drop_duplicates(_PERSON, keep="last")
    for name, rows in (("WORSE", worse), ("LAST", last)):
        dated = rows[[*_PERSON, "ADT", "SRCROW"]]
        dated = dated.rename(columns={"ADT": f"{name}DT", "SRCROW": f"{name}LINE"})
        people = people.merge(dated, on=_PERSON, how="left", validate="1:1")
    return people


def derive_deterioration(facts: pd.DataFrame, adqs: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Time to deterioration of every patient and domain with a score at baseline (days).

    Parameters
    ----------
    facts : DataFrame
        One row per patient: USUBJID ANCHORDT DTHDT DTHDTF DTHLINE OBSENDT STATUS.
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
