"""Why a patient has no tumour assessment: not due is not missing. SAP D13, T14.2.1.2.

Best response without any assessment is MISSING, a non-response. Who is counted so has

- not been due yet: the window of the first planned visit had not closed by the cut, whatever
  happened before (as everywhere: counting only those who failed before it closed would be unfair to
  those still waiting);
- been scanned, but nothing that drives the endpoints came of it: lesions without a recorded
  response, or, where the lesions drive, a response without lesions;
- never been scanned.

They are told apart in this order: a scan that was done is first.
"""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from analysis.dates import UNIT
from analysis.endpoints.best_overall_response import NO_ASSESSMENT
from analysis.params import Rules
from analysis.visits import window_has_closed

NOT_DUE_YET = f"{NO_ASSESSMENT}: not due yet"
NEVER_SCANNED = f"{NO_ASSESSMENT}: never scanned"
_WITHOUT = {
    "recorded": f"{NO_ASSESSMENT}: scanned, no response recorded",
    "derived": f"{NO_ASSESSMENT}: response recorded, no lesion row",
}


def first_visit_not_due(anchor: pd.Series, cutoff: pd.Series, rules: Rules) -> pd.Series:
    """Whether the window of the first planned visit has not closed by the cut (bool)."""
    first = min(rules.visits.windows, key=lambda window: window.first)
    return ~window_has_closed(anchor.astype(UNIT), cutoff.astype(UNIT), first.last)[1]


def with_reason_not_assessed(
    best: pd.DataFrame, reference: pd.DataFrame, assessed_otherwise: Collection[str], rules: Rules
) -> pd.DataFrame:
    """Say in ANLRSN why there is no assessment.

    Parameters
    ----------
    best : DataFrame
        From `derive_bor` or `derive_cbor`: USUBJID, ANLRSN.
    reference : DataFrame
        One row per patient: USUBJID, STARTDT, DCUTDT.
    assessed_otherwise : collection of str
        Patients with an assessment after the origin by the source that does not drive.
    rules : Rules
        ``response.source``, ``visits.windows``.
    """
    dates = reference.set_index("USUBJID")[["STARTDT", "DCUTDT"]].reindex(best["USUBJID"])
    not_due = first_visit_not_due(dates["STARTDT"], dates["DCUTDT"], rules).to_numpy()
    why = pd.Series(NEVER_SCANNED, best.index, dtype=object).mask(not_due, NOT_DUE_YET)
    why = why.mask(best["USUBJID"].isin(assessed_otherwise), _WITHOUT[rules.response.source])
    return best.assign(ANLRSN=best["ANLRSN"].mask(best["ANLRSN"].eq(NO_ASSESSMENT), why))
