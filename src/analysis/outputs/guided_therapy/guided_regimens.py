"""T14.2.2.1, T14.2.2.2 and F14.2.2.1: therapy guided by tumour molecular characteristics.

Primary B: all enrolled, nobody removed; death or withdrawal before the start is not guided
(composite). The cumulative incidence is the estimator for interim cuts, where some patients have
not had time to start.

T14.2.2.1, T14.2.2.2 as tables, F14.2.2.1 as a figure.
"""

from __future__ import annotations

import pandas as pd

from analysis.displays.numbers import confidence
from analysis.displays.table import Column
from analysis.params import Rules

ANY = "Any guided therapy"
TARGETED = "Guided targeted drug"


def guided_targeted(adex: pd.DataFrame) -> pd.Series:
    """Patients with a guided regimen of a targeted drug, the first guided one or a later."""
    chosen = adex["GUIDFL"].eq("Y") & adex["THERCLS"].eq("targeted")
    return adex.loc[chosen, "USUBJID"].drop_duplicates()


def interval_columns(rules: Rules) -> tuple[Column, ...]:
    """Columns of a proportion and its interval."""
    return (Column("n/N (%)"), Column(f"{confidence(rules)} CI"))
