"""T14.2.1.1 and T14.2.1.2: objective response at each visit, and by confirmed best response.

Primary A. No test between the groups: they are not randomised. Not due is not missing (SAP D13):
who has not been due is counted apart, and stands in no rate of those assessed.

T14.2.1.3, T14.2.3.1, T14.2.3.2: how ORR depends on its definition; disease control; duration.

F14.2.1.1-4: waterfall, swimmer, spider and forest of response.

The first three show one row per patient: their estimates are patient-level and carry the patient's
id as category, so they belong to the internal report only.
"""

from __future__ import annotations

import pandas as pd

from analysis.datasets import Datasets
from analysis.dates import UNIT
from analysis.endpoints.assessments import effective_responses
from analysis.endpoints.lesions import by_investigator
from analysis.params import Rules
from analysis.tabulation.groups import in_set
from analysis.tabulation.known_at_origin import Grouping

MAIN, SUPPORT = "RSPEVLFL", "TRTFL"


def driving_responses(adrs: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Overall responses that drive the endpoints (``rules.response.source``), made effective.

    Recorded by the investigator or derived from the lesions; ``cr_then_lesser`` and
    ``pr_carry_forward`` have acted, as in every endpoint.
    """
    paramcd = "OVRINV" if rules.response.source == "recorded" else "OVRDER"
    rows = adrs[adrs["PARAMCD"].eq(paramcd)]
    after_start = rows[rows["ADY"].gt(1).fillna(False).astype(bool)]
    return effective_responses(after_start, rules)


def responders(data: Datasets) -> Grouping:
    """Confirmed responders, known as such at the confirming scan: not dated, so never before it."""
    confirmed = data["adtte"].loc[data["adtte"]["PARAMCD"].eq("DOR"), "USUBJID"]
    return Grouping("confirmed responders", pd.Series(pd.NaT, index=pd.Index(confirmed)))


def counted_sums(data: Datasets) -> pd.DataFrame:
    """Sums of diameters after baseline that count for the response of each patient.

    Up to and including the first progression, before new anticancer therapy, within follow-up.
    """
    adsl = in_set(data["adsl"], "RSPEVLFL").set_index("USUBJID")
    adtr, adrs = by_investigator(data["adtr"]), data["adrs"]
    sums = adtr[adtr["PARAMCD"].eq("SUMDIAM") & adtr["USUBJID"].isin(adsl.index)]
    sums = sums[sums["PCHG"].notna() & sums["ADY"].gt(1).fillna(False).astype(bool)]
    seen = adrs[adrs["PARAMCD"].eq("PD")].set_index("USUBJID")["ASSDT"]
    by = sums["USUBJID"]
    progression = by.map(seen).astype(UNIT)
    therapy = by.map(adsl["NACTDT"]).astype(UNIT)
    end = by.map(adsl["EOFDT"]).astype(UNIT)
    late = (sums["ADT"] > progression) | (sums["ADT"] >= therapy) | (sums["ADT"] > end)
    return sums[~late]
