"""What became of each planned form or examination: completed, missing, off study, dead, not due.

Every patient has exactly one state at every planned visit; death is never missing, and not due is
neither. In this order:

1. not_due: the window of the visit has not closed by the cut, whatever happened before. Counting
   an open window for those who already answered or died would let only them in.
2. completed: a form that can be scored (ECOG: a value of 0 to 4) stands for the visit.
3. dead: died before the window closed.
4. off_study: withdrew or was lost before the window closed, or had completed follow-up before it
   opened.
5. missing: alive, on study, due, and no form.

Baseline is due for everybody: completed, missing, or, of an untreated patient whose anchor (the MTB
date) came too late for that, dead or off study before it. A form is expected (EXPFL) where it is
completed or missing, so completed / expected is the rate with the variable denominator (alive, on
study and due), and completed / all with a baseline the one with the fixed denominator.

Source: SAP sections 5, 14.2.8 and 14.2.9; SISAQOL (Coens et al., Lancet Oncol 2020; 21: e83-96),
recommendations 19 to 23.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.dates import UNIT, add_days, earlier_of
from analysis.missing import NO_TEXT
from analysis.params import Rules
from analysis.visits import BASELINE, visits_due

COMPLETED, MISSING, OFF_STUDY, DEAD, NOT_DUE = (
    "completed",
    "missing",
    "off_study",
    "dead",
    "not_due",
)
EXPECTED = (COMPLETED, MISSING)


def questionnaire_states(
    completed: pd.DataFrame, adsl: pd.DataFrame, anchors: pd.Series, rules: Rules
) -> pd.DataFrame:
    """State of every patient at every planned visit.

    Parameters
    ----------
    completed : DataFrame
        USUBJID and AVISIT of the scorable forms that stand for a visit (one per pair).
    adsl : DataFrame
        One row per patient: USUBJID DTHDT WITHDT LOSTDT COMPDT EOFDT DCUTDT.
    anchors : Series of datetime64
        Anchor by USUBJID.
    rules : Rules
        ``visits.windows``.

    Returns
    -------
    DataFrame
        One row per patient and planned visit (Baseline first), sorted: USUBJID AVISIT AVISITN STATE
        EXPFL COMPFL.
    """
    visits = visits_due(adsl, anchors, rules)
    ends = adsl.set_index("USUBJID")[["DTHDT", "WITHDT", "LOSTDT", "COMPDT", "EOFDT"]]
    rows = visits.merge(ends, left_on="USUBJID", right_index=True, how="left", validate="m:1")
    first = {window.label: window.first for window in rules.visits.windows}
    anchor = rows["USUBJID"].map(anchors).astype(UNIT)
    days = pd.to_timedelta(rows["AVISIT"].map(first).fillna(1).astype("int64") - 1, unit="D")
    opens = (anchor + days).astype(UNIT)
    there = pd.MultiIndex.from_frame(rows[["USUBJID", "AVISIT"]]).isin(
        pd.MultiIndex.from_frame(completed[["USUBJID", "AVISIT"]])
    )
    later = rows["AVISIT"].ne(BASELINE)
    # a baseline form may come on the anchor itself: only who was gone before has none to give
    last = rows["CLOSEDT"].where(later, add_days(anchor, -1)).astype(UNIT)
    dead = rows["DTHDT"] <= last
    left = earlier_of(rows["WITHDT"], rows["LOSTDT"]) <= last
    over = earlier_of(rows["COMPDT"], rows["EOFDT"]) < opens
    state = np.select(
        [~rows["DUE"], there, dead, left | over],
        [NOT_DUE, COMPLETED, DEAD, OFF_STUDY],
        default=MISSING,
    )
    states = pd.Series(state, index=rows.index, dtype=object)
    yes = pd.Series("Y", index=rows.index, dtype=object)
    return rows[["USUBJID", "AVISIT", "AVISITN"]].assign(
        STATE=states,
        EXPFL=yes.where(states.isin(EXPECTED), NO_TEXT),
        COMPFL=yes.where(there, NO_TEXT),
    )
