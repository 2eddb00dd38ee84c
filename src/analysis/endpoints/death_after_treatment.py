"""Deaths in relation to systemic treatment: on it or shortly after the last dose, later, without.

The last dose before death is the latest end of the systemic regimens started by then; a regimen
ongoing at death ends with it. A death at most ``rules.estimation.death_after_last_dose_days`` days
after the last dose counts as within the window.

Source: SAP T14.3.2.
"""

from __future__ import annotations

import pandas as pd

from analysis.dates import UNIT, earlier_of
from analysis.params import Rules

WITHIN, LATER, NEVER_TREATED = "within the window", "later", "never treated"


def deaths_by_timing(adsl: pd.DataFrame, adex: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Every death with the days since the last dose.

    Parameters
    ----------
    adsl : DataFrame
        USUBJID DTHDT.
    adex : DataFrame
        USUBJID APERIOD (missing for local therapy) ASTDT AENDT.
    rules : Rules
        ``estimation.death_after_last_dose_days``.

    Returns
    -------
    DataFrame
        One row per patient who died, indexed by USUBJID: LASTDT (last dose), DAYS (Int64, from last
        dose to death, missing without treatment), TIMING (`WITHIN`, `LATER`, `NEVER_TREATED`).
    """
    died = adsl.loc[adsl["DTHDT"].notna()].set_index("USUBJID")["DTHDT"].astype(UNIT).sort_index()
    systemic = adex[adex["APERIOD"].notna()]
    death = systemic["USUBJID"].map(died).astype(UNIT)
    end = earlier_of(systemic["AENDT"], death)
    begun = (systemic["ASTDT"] <= death).astype(bool)
    last = end[begun].groupby(systemic.loc[begun, "USUBJID"]).max().reindex(died.index).astype(UNIT)
    days = (died - last).dt.days.astype("Int64")
    timing = pd.Series(NEVER_TREATED, index=died.index, dtype=object)
    timing[last.notna()] = LATER
    within = days <= rules.estimation.death_after_last_dose_days
    timing[within.fillna(False).astype(bool)] = WITHIN
    return pd.DataFrame({"LASTDT": last, "DAYS": days, "TIMING": timing})
