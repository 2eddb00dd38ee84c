"""Death, last known alive, and the end of follow-up. SAP D7 and section 4 (OS; situation 20).

Death: a complete date as recorded; day missing = the later of the first of the month and the day
after the patient was last known alive; month missing = the day after last known alive, not before
1 January; never outside the month or year on record (a patient seen on its last day died that day).
A death after a withdrawal without consent to vital status is not used.
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

_ENDS = ("withdrawal", "lost_to_follow_up", "completed")


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
        Indexed by patient_id: DTHDT, DTHDTF ("D", "M" or missing), DTHCAUS, ``line``.
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
    return found[~(found["DTHDT"] > withdrew.astype(UNIT)).to_numpy(bool)]


def _end_date(recorded: pd.Series, last_alive: pd.Series) -> pd.Series:
    """Day of a withdrawal, loss or completion; a partial one on the last sign of life.

    Not before its first possible day nor after its last: a patient enrolled on 10 June who withdrew
    "in June" did not withdraw on the 1st.
    """
    seen = last_alive.reindex(recorded.index).astype(UNIT)
    within = earlier_of(later_of(earliest(recorded), seen), latest(recorded))
    return complete(recorded).fillna(within).astype(UNIT)


def ends_of_observation(extracts: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Withdrawal, loss and completion by patient: the first of them and its date.

    Returns
    -------
    DataFrame
        Indexed by patient_id: WITHDT, LOSTDT, COMPDT (datetime64; a partial date on the last sign
        of life, within what is known of it) and WITHDTF, LOSTDTF, COMPDTF ("D", "M" or missing).
    """
    disposition = extracts["disposition"]
    alive = last_known_alive(extracts)
    dates = {}
    for event, column in zip(_ENDS, ("WITHDT", "LOSTDT", "COMPDT"), strict=True):
        rows = disposition_dates(disposition, event)
        dates[column] = _end_date(rows["event_date"], alive)
        dates[f"{column}F"] = precision(rows["event_date"])
    return pd.DataFrame(dates)


def end_of_follow_up(adsl: pd.DataFrame, rules) -> pd.Series:
    """EOFDT: planned end of follow-up, or death, withdrawal, loss if earlier (SAP D7).

    Parameters
    ----------
    adsl : DataFrame
        ENRLDT, TRTSDT, DTHDT, WITHDT, LOSTDT.
    rules : Rules
        ``follow_up.origin`` and ``follow_up.days``.
    """
    if rules.follow_up.origin == "first_dose":
        anchor = adsl["TRTSDT"].fillna(adsl["ENRLDT"])
    else:
        anchor = adsl["ENRLDT"]
    planned = add_days(anchor, rules.follow_up.days)
    return earlier_of(planned, adsl["DTHDT"], adsl["WITHDT"], adsl["LOSTDT"])


def study_status(adsl: pd.DataFrame) -> pd.DataFrame:
    """EOSSTT, DCSREAS, EOSDT and EOSDTF: how the study ended for each patient by the cut.

    DISCONTINUED (death, withdrawal, lost to follow-up), COMPLETED (recorded, or the planned end of
    follow-up has passed by the cut, that day included), else ONGOING. The earliest event decides;
    on one day death comes first.
    """
    passed = adsl["EOFDT"].where(adsl["EOFDT"] <= adsl["DCUTDT"])
    events = {
        "death": adsl["DTHDT"],
        "withdrawal": adsl["WITHDT"],
        "lost_to_follow_up": adsl["LOSTDT"],
        "completed": adsl["COMPDT"],
        "passed": passed,
    }
    dates = pd.DataFrame(events)
    first = dates.min(axis=1).astype(UNIT)
    is_first = [dates[name].eq(first) & first.notna() for name in events]
    status = np.select(is_first, ["DISCONTINUED"] * 3 + ["COMPLETED"] * 2, default="ONGOING")
    reason = pd.Series(
        np.select(is_first[:3], list(events)[:3], default=""), adsl.index, dtype=object
    )
    flags = [adsl[f"{name}F"] for name in ("DTHDT", "WITHDT", "LOSTDT", "COMPDT")]
    imputed = np.select(is_first[:4], flags, default=None)
    return pd.DataFrame(
        {
            "EOSSTT": pd.Series(status, adsl.index, dtype=object),
            "DCSREAS": reason.where(reason.ne(""), None),
            "EOSDT": first,
            "EOSDTF": pd.Series(imputed, adsl.index, dtype=object),
        }
    )
