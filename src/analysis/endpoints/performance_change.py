"""Change of ECOG performance status at a visit: improved, unchanged, worse. SAP 14.2.9, E8.

Lower is better: a value below baseline is improved, above it worse. In the composite death stands
as ``rules.ecog.worst_value`` (5), so it is worse than any value alive. Who is due and alive without
an examination is missing or off study, who has no baseline has no change: neither is called
unchanged.

Source: Oken et al., Am J Clin Oncol 1982; 5: 649-655 (the scale); SAP section 3 (E8).
"""

from __future__ import annotations

import pandas as pd

from analysis.endpoints.questionnaire_state import COMPLETED, DEAD
from analysis.params import Rules

ECOG = "ECOG"  # PARAMCD in ADQS
IMPROVED, UNCHANGED, WORSE, NO_BASELINE = "improved", "unchanged", "worse", "no baseline"


def change_status(rows: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Category of each patient at each visit.

    Parameters
    ----------
    rows : DataFrame
        ADQS rows of PARAMCD ECOG with a state: STATE, AVAL, BASE, CHG.
    rules : Rules
        ``ecog.worst_value``.

    Returns
    -------
    DataFrame
        `rows` with CATEGORY (improved, unchanged, worse, "no baseline", dead, missing, off_study,
        not_due), COMPVAL (value, or the worst value of the dead) and COMPOSITE (bool: COMPVAL is
        worse than baseline; a death without a baseline too).
    """
    category = rows["STATE"].astype(object).copy()
    seen = rows["STATE"].eq(COMPLETED)
    change = rows["CHG"]
    category[seen & change.lt(0)] = IMPROVED
    category[seen & change.eq(0)] = UNCHANGED
    category[seen & change.gt(0)] = WORSE
    category[seen & change.isna()] = NO_BASELINE
    value = rows["AVAL"].where(~rows["STATE"].eq(DEAD), float(rules.ecog.worst_value))
    # without a baseline a death still is worse: no value alive is as bad
    dead = rows["STATE"].eq(DEAD)
    worse = value.gt(rows["BASE"]) | (dead & rows["BASE"].isna())
    composite = (worse & (seen | dead)).astype(bool)
    return rows.assign(CATEGORY=category, COMPVAL=value, COMPOSITE=composite)
