"""The last day on which each patient was observed: one definition for everything that counts time.

What has happened up to a day is known only of those who were seen up to it. Neither a loss nor the
end of the study is a sign of life: nobody is observed later than last known alive, except

- the dead: to the day of death;
- who is known, by a death or any sign of life on or after the planned end of follow-up, to have
  been alive on it: to the planned end;
- who is still in the study at the cut and was seen within ``follow_up.silent_days`` before it: to
  the cut. Who was not is silent.

A withdrawal, a loss, another end or a completion on record, and the planned end where follow-up
truncates, end the observation if they come earlier. Who had left before is not observed until a
death that became known later.

Why observation ended is the reason of every censoring (`follow_up_status`). Who is known to have
been alive at the planned end was followed to it (8), whatever had been recorded before; else
withdrew (3), lost (2), no contact up to the planned end (12; nothing on record says why), another
end of the study (13), completed or the study closed (8), still followed (1).

Used by: OBSENDT of ADSL, and from there the periods, events and patient-months of adverse events
(`adverse_event_period`), time to the first serious event, T14.1.10; time on treatment, time to
deterioration, time to guided therapy and the turnaround times. Progression-free survival and
duration of response end at the last adequate assessment, survival when last known alive or at the
planned end, all for the same reasons. The states of forms do not use it: a form that did not come
from a patient who went silent is missing, and to call it not expected would let silence raise the
rate of completion.

Source: SAP D7, section 4.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.dates import UNIT, add_days, earlier_of, later_of
from analysis.endpoints.time_to_event import Source, where
from analysis.endpoints.vital_status import closure, other_end, seen_to_the_end
from analysis.params import Rules

ONGOING, LOST, WITHDREW, COMPLETE, NO_CONTACT, DISCONTINUED = 1, 2, 3, 8, 12, 13
CLOSED = "Study closed"

ENDINGS = {
    WITHDREW: "Withdrew consent",
    LOST: "Lost to follow-up",
    NO_CONTACT: "No contact up to the planned end",
    DISCONTINUED: "Study ended for another reason",
    COMPLETE: "Follow-up complete",
    ONGOING: "In follow-up at the data cut",
}
#: What `follow_up_status` and `end_of_observation` ask for; DISCDT and DISCRSN where there are any.
FACTS = ("DTHDT", "WITHDT", "LOSTDT", "COMPDT", "LSTALVDT", "DTHLIMDT", "DCUTDT")


def _by(dates: pd.Series, limit: pd.Series) -> pd.Series:
    """Whether there is a date and it is not after the limit; a missing limit is none."""
    return dates.notna() & ~(dates > limit)


def alive_at_the_limit(facts: pd.DataFrame) -> pd.Series:
    """Whether a death after the last day that counts, or a sign of life from it on, proves life.

    Parameters
    ----------
    facts : DataFrame
        DTHDT, LSTALVDT, DTHLIMDT (planned end where it truncates).
    """
    limit = facts["DTHLIMDT"]
    return (facts["LSTALVDT"] >= limit) | (facts["DTHDT"] > limit)


def follow_up_status(facts: pd.DataFrame, rules: Rules) -> pd.Series:
    """Why a patient without an event is not followed further: a code of `ENDINGS`.

    Without truncation the planned end ends nothing.

    Parameters
    ----------
    facts : DataFrame
        One row per patient: `FACTS`.
    rules : Rules
        ``visits.windows``.
    """
    limit = facts["DTHLIMDT"]
    passed = limit <= facts["DCUTDT"]
    closed, ended = is_closed(facts), _by(other_end(facts), limit)
    seen = seen_to_the_end(facts, limit, rules) | facts["DTHDT"].notna()
    holds = {
        COMPLETE: alive_at_the_limit(facts),
        WITHDREW: _by(facts["WITHDT"], limit),
        LOST: _by(facts["LOSTDT"], limit),
        # an end on record says why nobody was heard of later
        NO_CONTACT: passed & ~seen & ~ended,
        DISCONTINUED: ended & ~closed,
    }
    over = np.where(passed | facts["COMPDT"].notna(), COMPLETE, ONGOING)
    return pd.Series(np.select(list(holds.values()), list(holds), over), index=facts.index)


def is_closed(facts: pd.DataFrame) -> pd.Series:
    """Whether the study was closed with the patient in it, by the last day (bool)."""
    closed = closure(facts)
    if closed.isna().all():
        return pd.Series(False, facts.index)
    return _by(closed, facts["DTHLIMDT"])


def silent(facts: pd.DataFrame, rules: Rules) -> pd.Series:
    """Whether a patient was last seen more than ``follow_up.silent_days`` before the cut (bool)."""
    heard = add_days(facts["LSTALVDT"], rules.follow_up.silent_days) >= facts["DCUTDT"]
    return ~heard


def end_of_observation(facts: pd.DataFrame, rules: Rules) -> pd.Series:
    """OBSENDT: last day on which each patient was observed.

    Parameters
    ----------
    facts : DataFrame
        One row per patient: `FACTS`. DTHLIMDT, the planned end where it truncates, is that of the
        clock asked about.
    rules : Rules
        ``follow_up.silent_days``.

    Returns
    -------
    Series of datetime64
        With the index of `facts`.
    """
    alive, died = facts["LSTALVDT"].astype(UNIT), facts["DTHDT"].astype(UNIT)
    limit, cut = facts["DTHLIMDT"].astype(UNIT), facts["DCUTDT"].astype(UNIT)
    ends = (facts[name].astype(UNIT) for name in ("WITHDT", "LOSTDT", "COMPDT"))
    left = earlier_of(*ends, other_end(facts))
    end = cut.mask(silent(facts, rules), alive)
    end = end.mask(limit <= cut, earlier_of(limit, later_of(alive, died)))
    end = end.mask(died.notna(), earlier_of(died, limit))
    return end.mask(_by(left, limit), earlier_of(left, alive, died, limit)).astype(UNIT)


def at_the_end_of_observation(words: str, rule: str, **more) -> list[Source]:
    """Censorings at OBSENDT, one for each reason.

    Parameters
    ----------
    words : str
        What the censoring is called, where ``{ending}`` stands for the reason.
    rule : str
        The rule, in words.
    more
        Further attributes of every `Source`.
    """

    def because(code: int):
        return lambda facts: facts["STATUS"].eq(code)

    def said(ending: str):
        usual, closed = words.format(ending=ending), words.format(ending=CLOSED)
        if ending != ENDINGS[COMPLETE]:
            return usual
        return lambda facts: pd.Series(np.where(is_closed(facts), closed, usual), facts.index)

    return [
        Source(
            said(ending),
            where("OBSENDT", because(code)),
            code=code,
            rule=rule,
            **more,
        )
        for code, ending in ENDINGS.items()
    ]
