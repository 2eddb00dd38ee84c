"""Disease control (DCR) and clinical benefit (CBR16, CBR6M). SAP 14.2.3.1.

- DCR: a CR or PR at any time, or SD from ``min_sd_days`` (42) after the first administration.
- CBR16: a confirmed CR or PR, or CR, PR or SD at an assessment on or after day 112 minus
  ``cbr_tolerance_days`` (the DRUP definition; its strict form uses day 112). The tolerance is for
  the scan, which may come early; the landmark stays day 112.
- CBR6M: a confirmed CR or PR, or CR, PR or SD at an assessment six months or later.

Days are counted from the first administration, as for the minimum for SD: day 112 is sixteen whole
weeks. New anticancer therapy or death before the landmark of CBR16 or CBR6M is a failure, whatever
the response was. NON-CR/NON-PD is not among the values that count.

Sources: RECIST 1.1 section 4.5; DRUP (SAP section 13); WINTHER and I-PREDICT for six months.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from analysis.endpoints.confirmed_response import derive_crsp
from analysis.endpoints.objective_response import derive_rsp
from analysis.endpoints.response_sequences import (
    as_dates,
    day_numbers,
    endpoint_rows,
    read_sequences,
)
from analysis.params import Rules

SIXTEEN_WEEKS_DAYS = 16 * 7
SIX_MONTHS = 6
BENEFIT_VALUES = ("CR", "PR", "SD")


def six_months_days(rules: Rules) -> int:
    """Whole days from the first administration from which six months have passed."""
    return math.ceil(SIX_MONTHS * rules.estimation.month_days)


def _response_days(response: pd.DataFrame, patients: np.ndarray) -> np.ndarray:
    """Day of each patient's response; later than every other day where there was none."""
    responders = response[response["AVALC"].eq("Y")].set_index("USUBJID")["ADT"]
    return day_numbers(responders.reindex(patients))


def derive_clinical_benefit(
    assessments: pd.DataFrame,
    reference: pd.DataFrame,
    rules: Rules,
    *,
    response: pd.DataFrame,
    from_days: int,
    benefit_values: tuple[str, ...] = BENEFIT_VALUES,
    **options,
) -> pd.DataFrame:
    """Whether a patient responded or was still free of progression at a landmark.

    Parameters
    ----------
    assessments, reference, rules, **options
        As for `analysis.endpoints.response_sequences.read_sequences`.
    response : DataFrame
        USUBJID, AVALC (Y, N), ADT: the response that counts (`derive_rsp` or `derive_crsp`).
    from_days : int
        Days from the first administration from which `benefit_values` count.
    benefit_values : tuple of str
        Responses at an assessment that count from then on.

    Returns
    -------
    DataFrame
        One row per patient of `reference`: USUBJID, AVALC (Y, N), ADT (the earlier of the response
        and the assessment), CONFDT (missing), ANLRSN.
    """
    sequences = read_sequences(assessments, reference, rules, **options)
    values = [sequences.codes.index(value) for value in benefit_values]
    late_enough = sequences.days_from_start() >= from_days
    position = sequences.first(np.isin(sequences.code, values) & late_enough)

    never = day_numbers(pd.Series([pd.NaT]))[0]
    stable_day = np.full(len(position), never)
    stable_day[position >= 0] = sequences.day[position[position >= 0]]
    response_day = _response_days(response, sequences.patients)
    responded = (response_day < never) & (response_day <= stable_day)

    avalc = np.where(responded | (position >= 0), "Y", "N").astype(object)
    names = np.array([*sequences.codes, "no benefit"], dtype=object)
    reason = names[sequences.code_at(position)] + f" on or after day {from_days}"
    reason[position < 0] = f"no response that counts and no benefit from day {from_days}"
    reason[responded] = "CR or PR"
    rows = endpoint_rows(sequences, avalc, position, reason)
    rows.loc[responded, "ADT"] = as_dates(response_day[responded])
    return rows


def _fails_before_landmark(
    benefit: pd.DataFrame, reference: pd.DataFrame, landmark_days: int
) -> pd.DataFrame:
    """Make the result N where new therapy or death came before the landmark."""
    patients = reference.set_index("USUBJID").reindex(benefit["USUBJID"])
    landmark = day_numbers(patients["STARTDT"]).astype(np.int64) + landmark_days
    new_therapy = day_numbers(patients["NACTDT"]) < landmark
    died = day_numbers(patients["DTHDT"]) < landmark
    failed = benefit["AVALC"].eq("Y").to_numpy() & (new_therapy | died)
    why = np.where(died, "death", "new therapy")
    benefit = benefit.copy()
    benefit.loc[failed, "AVALC"] = "N"
    benefit.loc[failed, "ADT"] = pd.NaT
    benefit.loc[failed, "ANLRSN"] = [f"{w} before day {landmark_days}" for w in why[failed]]
    return benefit


def derive_dcr(assessments: pd.DataFrame, reference: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Disease control: CR, PR, or SD from the minimum on.

    Parameters and result as for `derive_clinical_benefit`.
    """
    response = derive_rsp(assessments, reference, rules)
    return derive_clinical_benefit(
        assessments, reference, rules, response=response, from_days=rules.response.min_sd_days
    )


def _derive_landmark_benefit(
    assessments, reference, rules: Rules, landmark_days: int, tolerance_days: int, confirmed
) -> pd.DataFrame:
    response = derive_crsp(assessments, reference, rules) if confirmed is None else confirmed
    from_days = landmark_days - tolerance_days
    benefit = derive_clinical_benefit(
        assessments, reference, rules, response=response, from_days=from_days
    )
    return _fails_before_landmark(benefit, reference, landmark_days)


def derive_cbr16(
    assessments: pd.DataFrame,
    reference: pd.DataFrame,
    rules: Rules,
    *,
    strict: bool = False,
    confirmed: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Clinical benefit at 16 weeks.

    Parameters
    ----------
    assessments, rules
        As for `derive_clinical_benefit`.
    reference : DataFrame
        Has NACTDT and DTHDT too.
    strict : bool
        Scans from day 112 on only, without the tolerance.
    confirmed : DataFrame, optional
        Confirmed responses of these patients (`derive_crsp`), where they are known already.

    Returns
    -------
    DataFrame
        As `derive_clinical_benefit`.
    """
    tolerance = 0 if strict else rules.response.cbr_tolerance_days
    return _derive_landmark_benefit(
        assessments, reference, rules, SIXTEEN_WEEKS_DAYS, tolerance, confirmed
    )


def derive_cbr6m(
    assessments: pd.DataFrame,
    reference: pd.DataFrame,
    rules: Rules,
    *,
    confirmed: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Clinical benefit at six months (no tolerance); as `derive_cbr16`."""
    landmark = six_months_days(rules)
    return _derive_landmark_benefit(assessments, reference, rules, landmark, 0, confirmed)
