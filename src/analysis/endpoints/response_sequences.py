"""The engine room of the response endpoints: assessments of many patients as sorted arrays.

What counts, in which order, what each visit counts as and where a patient's first one stands, the
same for best response, confirmed response and clinical benefit. Vectorised over patients: memory
and time grow with the number of assessments.

Sources: RECIST 1.1 sections 4.4 to 4.6 and table 3; SAP D7 and section 3 (E1').
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.dates import UNIT
from analysis.errors import DerivationError
from analysis.params import Rules
from schemas.terminology import OVERALL_RESPONSE

CR, PR, SD, NON_CR_NON_PD, PD, NE = range(len(OVERALL_RESPONSE))
LESSER_THAN_CR = (PR, SD, NON_CR_NON_PD)

# On one date the worst record counts. Progression is never lost to a second record; "not
# evaluable" hides a response, but not a progression.
_BADNESS = {CR: 0, PR: 1, SD: 2, NON_CR_NON_PD: 2, NE: 4, PD: 5}
_BADNESS_OF_OTHER_CODES = 3
_NO_DAY = np.iinfo(np.int32).max


@dataclass(frozen=True)
class Sequences:
    """The assessments of many patients, sorted by patient and day, as arrays of equal length.

    Attributes
    ----------
    patients : ndarray of object
        USUBJID of each patient, sorted; the arrays below point into it.
    patient, day, code : ndarray
        Position in `patients`, day (days since 1970-01-01), what the visit counts as.
    recorded : ndarray
        Response as given, before any rule.
    codes : tuple of str
        Response named by each code.
    start : ndarray of int32
        Day of the first administration; the largest integer where there is none.
    has_any : ndarray of bool
        Whether the patient had any assessment at all, counted or not.
    """

    patients: np.ndarray
    patient: np.ndarray
    day: np.ndarray
    code: np.ndarray
    recorded: np.ndarray
    codes: tuple[str, ...]
    start: np.ndarray
    has_any: np.ndarray

    def keep(self, rows: np.ndarray) -> Sequences:
        """Only the assessments for which `rows` is true; the patients stay."""
        return replace(
            self,
            patient=self.patient[rows],
            day=self.day[rows],
            code=self.code[rows],
            recorded=self.recorded[rows],
        )

    def first(self, rows: np.ndarray) -> np.ndarray:
        """Position of each patient's earliest assessment for which `rows` is true, else -1."""
        found = np.flatnonzero(rows)
        owner = self.patient[found]
        earliest = np.ones(len(found), dtype=bool)
        earliest[1:] = owner[1:] != owner[:-1]
        position = np.full(len(self.patients), -1, dtype=np.int64)
        position[owner[earliest]] = found[earliest]
        return position

    def code_at(self, position: np.ndarray) -> np.ndarray:
        """Give what the assessments at `position` count as; -1 where there is none (-1)."""
        code = np.full(len(position), -1, dtype=np.int8)
        code[position >= 0] = self.code[position[position >= 0]]
        return code

    def days_from_start(self) -> np.ndarray:
        """Days from the first administration to each assessment."""
        return self.day.astype(np.int64) - self.start[self.patient]


def day_numbers(dates: pd.Series) -> np.ndarray:
    """Whole days since 1970-01-01 (int32); a missing date is later than every other."""
    values = dates.to_numpy(dtype="datetime64[ns]")
    days = values.astype("datetime64[D]").astype(np.int64)
    return np.where(np.isnat(values), _NO_DAY, days).astype(np.int32)


def as_dates(days: np.ndarray) -> np.ndarray:
    """datetime64[ns] of day numbers."""
    return days.astype("datetime64[D]").astype(UNIT)


def response_codes(assessments: pd.DataFrame, codes: tuple[str, ...]) -> np.ndarray:
    """Codes of AVALC; an unknown or missing response is refused by patient."""
    found, names = pd.factorize(assessments["AVALC"], use_na_sentinel=True)
    of_name = np.array([codes.index(name) if name in codes else -1 for name in names] + [-1])
    code = of_name[found].astype(np.int8)
    if (code < 0).any():
        wrong = assessments[code < 0]
        unknown = ", ".join(sorted({repr(value) for value in wrong["AVALC"]}))
        raise DerivationError(
            f"unknown response {unknown}; known: {', '.join(codes)}", wrong["USUBJID"]
        )
    return code


def worst_of_each_day(patient: np.ndarray, day: np.ndarray, code: np.ndarray) -> np.ndarray:
    """Order by patient and day, one row per day: the worst."""
    of_code = [_BADNESS.get(c, _BADNESS_OF_OTHER_CODES) for c in range(1 + code.max(initial=0))]
    goodness = (max(of_code) - np.array(of_code))[code]
    # One whole number to sort by: several keys take three times as long for millions of rows.
    since = day.astype(np.int64) - day.min(initial=_NO_DAY)
    patient_day = (patient.astype(np.int64) << 32) | (since << 8)
    in_order = np.argsort(patient_day | (goodness << 4) | code, kind="stable")
    patient_day = patient_day[in_order]
    first_of_day = np.ones(len(in_order), dtype=bool)
    first_of_day[1:] = patient_day[1:] != patient_day[:-1]
    return in_order[first_of_day]


def _counts_as(sequences: Sequences, cr_then_lesser: str) -> np.ndarray:
    """Apply `cr_then_lesser`: see `assessments.effective_responses`."""
    code = sequences.code.copy()
    if cr_then_lesser == "as_recorded" or not len(code):
        return code
    row = np.arange(len(code))
    first_cr = sequences.first(code == CR)[sequences.patient]
    lesser = np.isin(code, LESSER_THAN_CR) & (first_cr >= 0) & (row > first_cr)
    if cr_then_lesser == "pd":
        code[lesser] = PD
        return code
    first_pd = sequences.first(code == PD)[sequences.patient]
    lesser &= (first_pd < 0) | (row < first_pd)
    last_lesser = np.full(len(sequences.patients), -1, dtype=np.int64)
    last_lesser[sequences.patient[lesser]] = row[lesser]
    last = last_lesser[sequences.patient]
    never_complete = (code == CR) & (row < last)
    without_targets = code[np.maximum(last, 0)] == NON_CR_NON_PD
    code[never_complete] = np.where(without_targets[never_complete], NON_CR_NON_PD, PR)
    return code


def _progression_shown(assessments: pd.DataFrame, recorded: np.ndarray) -> np.ndarray:
    """Codes as recorded, PD where ADRS says that the assessment counts as progression (PDTYPE)."""
    if "PDTYPE" not in assessments:
        return recorded
    return np.where(assessments["PDTYPE"].notna(), PD, recorded).astype(np.int8)


def _refuse_bad_frames(assessments: pd.DataFrame, reference: pd.DataFrame) -> None:
    absent = {"USUBJID", "STARTDT", "NACTDT", "ENDDT"} - set(reference.columns)
    if absent:
        raise DerivationError(f"the reference has no column {', '.join(sorted(absent))}")
    undated = assessments["ADT"].isna()
    if undated.any():
        raise DerivationError("assessment without a date", assessments.loc[undated, "USUBJID"])


def read_sequences(
    assessments: pd.DataFrame,
    reference: pd.DataFrame,
    rules: Rules,
    *,
    stop_after_first_pd: bool = True,
    pass_through: tuple[str, ...] = (),
) -> Sequences:
    """Assessments that count, in order, with what each counts as.

    An assessment counts strictly before new anticancer therapy, not after the end of follow-up,
    and up to and including the first progression. A patient without new therapy or without an end
    keeps every assessment: a missing date never excludes.

    Parameters
    ----------
    assessments : DataFrame
        USUBJID, ADT, AVALC; after baseline only (`assessments.after_start`). Patients who are not
        in `reference` are not asked for. PDTYPE, where the rows come from ADRS: given where the
        assessment counts as progression.
    reference : DataFrame
        One row per patient: USUBJID, STARTDT (first administration), NACTDT (new anticancer
        therapy), ENDDT (end of follow-up); each may be missing, none excludes then.
    rules : Rules
        ``response.cr_then_lesser``.
    stop_after_first_pd : bool
        False keeps what follows the first progression (sources that count so).
    pass_through : tuple of str
        Codes beyond the code list that a source carries along.

    Raises
    ------
    DerivationError
        For an unknown response, an assessment without a date, a patient twice in `reference`.
    """
    _refuse_bad_frames(assessments, reference)
    reference = reference.sort_values("USUBJID", kind="stable", ignore_index=True)
    twice = reference["USUBJID"].eq(reference["USUBJID"].shift())
    if twice.any():
        raise DerivationError("more than one reference row", reference.loc[twice, "USUBJID"])
    codes = (*OVERALL_RESPONSE, *pass_through)
    recorded = response_codes(assessments, codes)
    code = _progression_shown(assessments, recorded)
    patients = pd.Index(reference["USUBJID"])
    patient = patients.get_indexer(assessments["USUBJID"]).astype(np.int32)
    day = day_numbers(assessments["ADT"])
    has_any = np.zeros(len(patients), dtype=bool)
    has_any[patient[patient >= 0]] = True

    counts = np.flatnonzero(patient >= 0)
    counts = counts[day[counts] < day_numbers(reference["NACTDT"])[patient[counts]]]
    counts = counts[day[counts] <= day_numbers(reference["ENDDT"])[patient[counts]]]
    order = counts[worst_of_each_day(patient[counts], day[counts], code[counts])]
    sequences = Sequences(
        patients.to_numpy(dtype=object),
        patient[order],
        day[order],
        code[order],
        recorded[order],
        codes,
        day_numbers(reference["STARTDT"]),
        has_any,
    )
    sequences = replace(sequences, code=_counts_as(sequences, rules.response.cr_then_lesser))
    if not stop_after_first_pd:
        return sequences
    first_pd = sequences.first(sequences.code == PD)[sequences.patient]
    return sequences.keep((first_pd < 0) | (np.arange(len(first_pd)) <= first_pd))


def endpoint_rows(
    sequences: Sequences,
    avalc: np.ndarray,
    position: np.ndarray,
    reason: np.ndarray,
    confirmed_at: np.ndarray | None = None,
) -> pd.DataFrame:
    """One row per patient: USUBJID, AVALC, ADT, CONFDT, ANLRSN.

    Parameters
    ----------
    avalc, reason : ndarray of object
        Result and the rule that decided, per patient.
    position, confirmed_at : ndarray of int
        Deciding and confirming assessment of each patient, -1 where there is none.
    """
    return pd.DataFrame(
        {
            "USUBJID": sequences.patients,
            "AVALC": avalc,
            "ADT": _dates_at(sequences, position),
            "CONFDT": _dates_at(
                sequences, np.full(len(position), -1) if confirmed_at is None else confirmed_at
            ),
            "ANLRSN": reason,
        }
    )


def _dates_at(sequences: Sequences, position: np.ndarray) -> np.ndarray:
    dates = np.full(len(position), np.datetime64("NaT"), dtype=UNIT)
    known = position >= 0
    dates[known] = as_dates(sequences.day[position[known]])
    return dates
