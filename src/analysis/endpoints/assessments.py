"""Tumour assessments as endpoints read them: which drive, which count, what each counts as.

Every response endpoint and PFS begin here, so that "progression" and "CR then a lesser response"
mean the same everywhere. Time-point rows of the datasets are never rewritten; `effective_responses`
gives what a visit counts as, and `progression_first_sighting` which visits a new lesion confirmed
later makes progression.

Sources: RECIST 1.1 sections 4.4 to 4.6 and table 3; SAP D7, D12 and section 3 (E1').
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analysis.dates import UNIT
from analysis.endpoints.response_sequences import (
    as_dates,
    day_numbers,
    read_sequences,
    response_codes,
    worst_of_each_day,
)
from analysis.params import Rules
from schemas.terminology import OVERALL_RESPONSE


def driving_parameter(rules: Rules) -> str:
    """PARAMCD of the overall responses that drive the endpoints (``response.source``; SAP D12)."""
    return {"recorded": "OVRINV", "derived": "OVRDER"}[rules.response.source]


def driving_assessments(adrs: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Time-point rows of ADRS that drive the endpoints, as they stand."""
    return adrs[adrs["PARAMCD"].eq(driving_parameter(rules))]


def worst_of_each_date(assessments: pd.DataFrame) -> pd.DataFrame:
    """One row per patient and date: the worst record (PD, then NE, then the least response).

    Parameters
    ----------
    assessments : DataFrame
        USUBJID, ADT, AVALC; other columns come along.
    """
    patient, _ = pd.factorize(assessments["USUBJID"])
    code = response_codes(assessments, OVERALL_RESPONSE)
    return assessments.iloc[worst_of_each_day(patient, day_numbers(assessments["ADT"]), code)]


def after_start(assessments: pd.DataFrame, reference: pd.DataFrame) -> pd.DataFrame:
    """Assessments after the first administration: a scan on or before it is no response.

    Patients who are not in `reference`, or who have no STARTDT, have none.
    """
    start = assessments["USUBJID"].map(reference.set_index("USUBJID")["STARTDT"])
    return assessments[assessments["ADT"].gt(start.astype(UNIT))]


def effective_responses(assessments: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Say what each assessment counts as in every endpoint, PFS included.

    ``response.cr_then_lesser`` says what a response less than CR (PR, SD, NON-CR/NON-PD) at a visit
    after a CR is:

    - ``pd``: progression at that visit, because disease has come back (RECIST 1.1 table 3);
    - ``reclassify_pr``: the earlier CRs were none; they count as PR (NON-CR/NON-PD where there is
      no target disease), lesser responses after a progression not considered;
    - ``as_recorded``: nothing changes.

    Several records of a patient on one date: the worst (PD, then NE, then the least response).

    Parameters
    ----------
    assessments : DataFrame
        USUBJID, ADT, AVALC; after baseline only (`after_start`). Rows of ADRS have PDTYPE: where it
        is given the assessment counts as progression, whatever was recorded.
    rules : Rules

    Returns
    -------
    DataFrame
        One row per patient and date, sorted: USUBJID, ADT, AVALC (what it counts as), RECORDED
        (as given).
    """
    unlimited: dict[str, Any] = dict.fromkeys(("STARTDT", "NACTDT", "ENDDT"), pd.NaT)
    reference = pd.DataFrame({"USUBJID": assessments["USUBJID"].unique()}).assign(**unlimited)
    sequences = read_sequences(assessments, reference, rules, stop_after_first_pd=False)
    names = np.array(sequences.codes, dtype=object)
    return pd.DataFrame(
        {
            "USUBJID": sequences.patients[sequences.patient],
            "ADT": as_dates(sequences.day),
            "AVALC": names[sequences.code],
            "RECORDED": names[sequences.recorded],
        }
    )
