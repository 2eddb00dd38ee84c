"""ECOG performance status and PROMIS-29 at baseline. SAP section 5.

Baseline is the last value on or before the anchor, from consent on; older than the flagged limit of
the tumour baseline it is kept and flagged. A patient never treated who has none takes the first one
within a few days after the anchor (`rules.visits.untreated_baseline_days`).
"""

from __future__ import annotations

import pandas as pd

from analysis.dates import add_days
from analysis.params import Rules


def baseline_records(
    records: pd.DataFrame, adsl: pd.DataFrame, date: str, rules: Rules
) -> pd.DataFrame:
    """The record that is the baseline of each patient.

    Parameters
    ----------
    records : DataFrame
        Raw rows that have the value, with patient_id, line and the column named by `date`.
    adsl : DataFrame
        USUBJID, CONSDT, ANCHORDT (TRTSDT, else MTBDT, else ENRLDT), TRTSDT.
    date : str
        Name of the date column.

    Returns
    -------
    DataFrame
        The chosen rows indexed by patient_id, with ``old`` true where the record is older than
        ``-rules.visits.baseline_flagged_first`` days. Patients without a baseline are absent.
    """
    reference = adsl.set_index("USUBJID")[["CONSDT", "ANCHORDT", "TRTSDT"]]
    rows = records.merge(reference, left_on="patient_id", right_index=True, how="inner")
    rows = rows.sort_values(["patient_id", date, "line"], kind="stable")
    from_consent = rows[(rows[date] >= rows["CONSDT"]) | rows["CONSDT"].isna()]
    before = from_consent[from_consent[date] <= from_consent["ANCHORDT"]]
    chosen = before.drop_duplicates("patient_id", keep="last")
    late = from_consent[
        from_consent["TRTSDT"].isna()
        & (from_consent[date] > from_consent["ANCHORDT"])
        & (
            from_consent[date]
            <= add_days(from_consent["ANCHORDT"], rules.visits.untreated_baseline_days)
        )
        & ~from_consent["patient_id"].isin(chosen["patient_id"])
    ].drop_duplicates("patient_id")
    found = pd.concat([chosen, late]).set_index("patient_id").sort_index()
    age = (found["ANCHORDT"] - found[date]).dt.days
    return found.assign(old=age > -rules.visits.baseline_flagged_first)
