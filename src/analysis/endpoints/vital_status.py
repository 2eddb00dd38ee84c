"""Death, last known alive, and the end of follow-up. SAP D7 and section 4 (OS; situation 20).

Death: a complete date as recorded; day missing = the later of the first of the month and the day
after the patient was last known alive; month missing = the day after last known alive, not before
1 January; never outside the month or year on record (a patient seen on its last day died that day).
A death after a withdrawal without consent to vital status is not used.

Follow-up is completed only where somebody saw it completed: a record says so, or the patient is
known to have been alive on or after the planned end less the length of the last visit window (by a
contact, a scan, a form, or a later death). Otherwise it ended without contact.

The study of a patient may end for other reasons (`discontinued`): no treatment ends with it. When
the study is closed everything ends with it, later deaths too; the other reasons are no limit for
deaths.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.datacut import last_sign_of_life
from analysis.dates import (
    UNIT,
    add_days,
    complete,
    earlier_of,
    earliest,
    later_of,
    latest,
    precision,
)
from analysis.missing import NO_TEXT
from analysis.params import Rules
from schemas import terminology

_ENDS = {
    "withdrawal": "WITHDT",
    "lost_to_follow_up": "LOSTDT",
    "completed": "COMPDT",
    "discontinued": "DISCDT",
}
DEATH, WITHDRAWAL, LOSS, NO_CONTACT = terminology.DISCONTINUATION[:4]
OTHER = "discontinued"
STUDY_CLOSURE, LACK_OF_EFFICACY = "study_closure", "lack_of_efficacy"


def disposition_dates(disposition: pd.DataFrame, event: str) -> pd.DataFrame:
    """The rows of one disposition event, one per patient, indexed by patient_id."""
    rows = disposition[disposition["event"].eq(event)]
    rows = rows.sort_values(["patient_id", "event_date", "line"], kind="stable")
    return rows.drop_duplicates("patient_id").set_index("patient_id")


def last_known_alive(extracts: dict[str, pd.DataFrame]) -> pd.Series:
    """LSTALVDT by patient_id: the latest sign of life on or before the cut (SAP 4, OS)."""
    return last_sign_of_life(extracts)


def deaths(extracts: dict[str, pd.DataFrame], last_alive: pd.Series) -> pd.DataFrame:
    """Deaths that may be used, with imputed dates.

    Parameters
    ----------
    extracts : dict of DataFrame
        Raw tables after the cut.
    last_alive : Series of datetime64
        From `last_known_alive`.

    Returns
    -------
    DataFrame
        Indexed by patient_id: DTHDT, DTHDTF ("D", "M" or missing), DTHCAUS, ``line``; and of
        deaths that are not used because nobody knows whether they may be (``vital_status_consent``
        unknown), DTHUNKDT instead of DTHDT.
    """
    disposition = extracts["disposition"]
    dead = disposition_dates(disposition, "death")
    whole = complete(dead["event_date"])
    imputed = later_of(earliest(dead["event_date"]), add_days(last_alive.reindex(dead.index), 1))
    imputed = earlier_of(imputed, pd.Series(latest(dead["event_date"]), dead.index))
    found = pd.DataFrame(
        {
            "DTHDT": whole.fillna(imputed).astype(UNIT),
            "DTHDTF": precision(dead["event_date"]),
            "DTHCAUS": dead["cause"],
            "line": dead["line"],
        },
        index=dead.index,
    )
    left = disposition_dates(disposition, "withdrawal")
    silent = left[left["vital_status_consent"].ne("Y")]
    withdrew = _end_date(silent["event_date"], last_alive).reindex(found.index)
    unused = (found["DTHDT"] > withdrew.astype(UNIT)).to_numpy(bool)
    consent = left["vital_status_consent"].reindex(found.index)
    unknown = unused & consent.isin([terminology.UNKNOWN]).to_numpy(bool)
    found["DTHUNKDT"] = found["DTHDT"].where(unknown)
    found.loc[unknown, ["DTHDT", "DTHDTF", "DTHCAUS"]] = [pd.NaT, None, None]
    return found[~unused | unknown]


def _end_date(recorded: pd.Series, last_alive: pd.Series) -> pd.Series:
    """Day of a withdrawal, loss or completion; a partial one on the last sign of life.

    Not before its first possible day nor after its last: a patient enrolled on 10 June who withdrew
    "in June" did not withdraw on the 1st.
    """
    seen = last_alive.reindex(recorded.index).astype(UNIT)
    within = earlier_of(later_of(earliest(recorded), seen), latest(recorded))
    return complete(recorded).fillna(within).astype(UNIT)


def recorded_ends(extracts: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Withdrawal, loss, completion and other ends of the study by patient, with their dates.

    Returns
    -------
    DataFrame
        Indexed by patient_id: WITHDT, LOSTDT, COMPDT, DISCDT (datetime64; a partial date on the
        last sign of life, within what is known of it), WITHDTF, LOSTDTF, COMPDTF, DISCDTF ("D", "M"
        or missing), WITHRSN (why the patient withdrew, as recorded) and DISCRSN (the code of
        another end).
    """
    disposition = extracts["disposition"]
    alive = last_known_alive(extracts)
    dates = {}
    for event, column in _ENDS.items():
        rows = disposition_dates(disposition, event)
        dates[column] = _end_date(rows["event_date"], alive)
        dates[f"{column}F"] = precision(rows["event_date"])
        if event in ("withdrawal", "discontinued"):
            dates[f"{column[:4]}RSN"] = rows["reason"]
    return pd.DataFrame(dates)


def other_end(facts: pd.DataFrame) -> pd.Series:
    """DISCDT: when the study of each patient ended for another reason; missing where unknown."""
    if "DISCDT" not in facts:
        return pd.Series(pd.NaT, facts.index, dtype=UNIT)
    return facts["DISCDT"].astype(UNIT)


def closure(facts: pd.DataFrame) -> pd.Series:
    """Day on which the study was closed while the patient was in it, else missing."""
    if "DISCRSN" not in facts:
        return pd.Series(pd.NaT, facts.index, dtype=UNIT)
    return other_end(facts).where(facts["DISCRSN"].eq(STUDY_CLOSURE))


def planned_end(adsl: pd.DataFrame, rules: Rules, origin: str | None = None) -> pd.Series:
    """Planned end of follow-up: ``follow_up.days`` after the anchor (SAP D7).

    Parameters
    ----------
    adsl : DataFrame
        ENRLDT, TRTSDT.
    rules : Rules
        ``follow_up.origin`` and ``follow_up.days``.
    origin : str, optional
        ``first_dose`` (enrolment where there is none) or ``enrolment``, for times that start at
        another clock than the one of the plan.
    """
    anchor = adsl["ENRLDT"]
    if (origin or rules.follow_up.origin) == "first_dose":
        anchor = adsl["TRTSDT"].fillna(anchor)
    return add_days(anchor.astype(UNIT), rules.follow_up.days)


def last_day_that_counts(adsl: pd.DataFrame, rules: Rules, origin: str | None = None) -> pd.Series:
    """The planned end of follow-up where it truncates (``follow_up.truncate``), else missing.

    The closure of the study, always a limit, if it comes earlier. Parameters as of `planned_end`.
    """
    planned = planned_end(adsl, rules, origin)
    planned = planned.where(pd.Series(rules.follow_up.truncate, adsl.index)).astype(UNIT)
    return earlier_of(planned, closure(adsl))


def end_of_follow_up(adsl: pd.DataFrame, rules: Rules) -> pd.Series:
    """EOFDT: planned end of follow-up, or death, withdrawal, loss, other end if earlier (SAP D7).

    A limit for what counts, not a day on which anybody was seen: how long a patient was observed
    says `analysis.endpoints.end_of_observation`.

    Parameters
    ----------
    adsl : DataFrame
        ENRLDT, TRTSDT, DTHDT, WITHDT, LOSTDT, DISCDT.
    rules : Rules
        ``follow_up.origin`` and ``follow_up.days``.
    """
    ends = (adsl["DTHDT"], adsl["WITHDT"], adsl["LOSTDT"], other_end(adsl))
    return earlier_of(planned_end(adsl, rules), *ends)


def last_window_days(rules: Rules) -> int:
    """Length of the last visit window in days, both ends counted."""
    last = max(rules.visits.windows, key=lambda window: window.last)
    return last.last - last.first + 1


def seen_to_the_end(adsl: pd.DataFrame, planned: pd.Series, rules: Rules) -> pd.Series:
    """Whether follow-up up to a planned end was seen completed (bool).

    A completion on record, or known alive on or after the planned end less the length of the last
    visit window; who died on or after that day was alive on it.

    Parameters
    ----------
    adsl : DataFrame
        LSTALVDT, DTHDT, COMPDT.
    planned : Series of datetime64
        Planned end of each patient.
    rules : Rules
        ``visits.windows``.
    """
    known = later_of(adsl["LSTALVDT"], adsl["DTHDT"])
    return adsl["COMPDT"].notna() | (known >= add_days(planned, -last_window_days(rules)))


def study_status(adsl: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """EOSSTT, DCSREAS, EOSDT and EOSDTF: how the study ended for each patient by the cut.

    DISCONTINUED (death, withdrawal, lost to follow-up, another reason), COMPLETED (recorded, or the
    planned end of follow-up has passed by the cut, that day included, and the patient was seen up
    to it: `seen_to_the_end`), DISCONTINUED without contact up to the planned end (it has passed and
    nobody saw the patient), else ONGOING. The earliest event decides; on one day death comes first.

    Parameters
    ----------
    adsl : DataFrame
        EOFDT DTHDT WITHDT LOSTDT COMPDT DISCDT LSTALVDT DCUTDT DISCRSN, DTHDTF WITHDTF LOSTDTF
        COMPDTF DISCDTF.
    rules : Rules
        ``visits.windows``.
    """
    passed = adsl["EOFDT"].where(adsl["EOFDT"] <= adsl["DCUTDT"])
    seen = seen_to_the_end(adsl, adsl["EOFDT"], rules)
    dates = pd.DataFrame(
        {
            DEATH: adsl["DTHDT"],
            WITHDRAWAL: adsl["WITHDT"],
            LOSS: adsl["LOSTDT"],
            OTHER: other_end(adsl),
            "completed": earlier_of(adsl["COMPDT"], passed.where(seen)),
            NO_CONTACT: passed.where(~seen),
        }
    )
    first = dates.min(axis=1).astype(UNIT)
    is_first = [dates[name].eq(first) & first.notna() for name in dates]
    decides = pd.Series(np.select(is_first, list(dates), default=""), adsl.index, dtype=object)  # type: ignore[call-overload, type-var]
    status = decides.map({"": "ONGOING", "completed": "COMPLETED"}).fillna("DISCONTINUED")
    if "DISCRSN" in adsl:
        decides = decides.mask(decides.eq(OTHER), adsl["DISCRSN"])
    flags = [
        adsl[f"{name}F"] if f"{name}F" in adsl else pd.Series(NO_TEXT, adsl.index)
        for name in ("DTHDT", "WITHDT", "LOSTDT", "DISCDT", "COMPDT")
    ]
    on_record = [*is_first[:4], adsl["COMPDT"].eq(first)]
    imputed = np.select(on_record, flags, default=NO_TEXT)
    return pd.DataFrame(
        {
            "EOSSTT": status.astype(object),
            "DCSREAS": decides.where(decides.isin(terminology.DISCONTINUATION), None),
            "EOSDT": first,
            "EOSDTF": pd.Series(imputed, adsl.index, dtype=object),
        }
    )
