"""Best overall response, unconfirmed (BOR) and confirmed (CBOR, CBORG). SAP 14.2.1.2, 14.2.3.1.

The best of what a patient had before new anticancer therapy, up to the first progression and the
end of follow-up, in the order CR > PR > SD > NON-CR/NON-PD > PD > NE > MISSING; its date is the
earliest visit that gives it (confirmed: the first of the pair).

- CR, PR: BOR at any time; CBOR if confirmed (`confirmed_response`).
- SD: any CR, PR or SD from ``min_sd_days`` after the first administration; NON-CR/NON-PD likewise.
- PD: the first progression.
- NE: any NE, and any CR, PR, SD or NON-CR/NON-PD before the minimum.
- MISSING: no assessment that counts, without a date (NE without a date with ``missing_as_ne``).

CBORG is CBOR with the first guided dose as the origin: the same function, another reference; after
a bridge the responses are those against the new baseline (`guided_assessments`).

Sources: RECIST 1.1 sections 4.4, 4.5 and table 3; response.md, "Best overall response".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.endpoints.confirmed_response import (
    confirmed_complete_responses,
    confirmed_partial_responses,
)
from analysis.endpoints.response_sequences import (
    CR,
    NE,
    NON_CR_NON_PD,
    PD,
    PR,
    SD,
    Sequences,
    endpoint_rows,
    read_sequences,
)
from analysis.errors import DerivationError
from analysis.params import Rules

MISSING = "MISSING"
NO_ASSESSMENT = "no assessment"
_NOT_PROGRESSED = (CR, PR, SD, NON_CR_NON_PD)


@dataclass(frozen=True)
class Candidate:
    """One possible best response: at which assessments, and in which words.

    Attributes
    ----------
    response : str
        Value of AVALC.
    at : ndarray of bool
        Assessments that give it.
    because : dict of int to str
        Rule that decided, by what the deciding visit counts as.
    confirmed_by : ndarray of int or None
        Confirming visit of each assessment.
    """

    response: str
    at: np.ndarray
    because: dict[int, str]
    confirmed_by: np.ndarray | None = None


def _lasting(sequences: Sequences, rules: Rules) -> list[Candidate]:
    """SD, NON-CR/NON-PD, PD and NE: the same for confirmed and unconfirmed response."""
    code = sequences.code
    from_minimum = sequences.days_from_start() >= rules.response.min_sd_days
    stable = {
        CR: "CR without confirmation counts as SD",
        PR: "PR without confirmation counts as SD",
        SD: "SD from the minimum on",
    }
    early = {c: f"{sequences.codes[c]} before the minimum for SD" for c in _NOT_PROGRESSED}
    neither = {NON_CR_NON_PD: "NON-CR/NON-PD from the minimum on"}
    too_early = np.isin(code, _NOT_PROGRESSED) & ~from_minimum
    return [
        Candidate("SD", np.isin(code, (CR, PR, SD)) & from_minimum, stable),
        Candidate("NON-CR/NON-PD", (code == NON_CR_NON_PD) & from_minimum, neither),
        Candidate("PD", code == PD, {PD: "first progression"}),
        Candidate("NE", (code == NE) | too_early, {NE: "not evaluable", **early}),
    ]


def _passed_through(sequences: Sequences) -> list[Candidate]:
    known = len(sequences.codes) - NE - 1
    return [
        Candidate(sequences.codes[c], sequences.code == c, {c: "code of the source"})
        for c in range(NE + 1, NE + 1 + known)
    ]


def _choose_best(sequences: Sequences, candidates: list[Candidate], rules: Rules) -> pd.DataFrame:
    """Take the first candidate in the order that a patient has, at its earliest visit."""
    number = len(sequences.patients)
    nothing = "NE" if rules.response.missing_as_ne else MISSING
    avalc = np.full(number, nothing, dtype=object)
    reason = np.full(number, NO_ASSESSMENT, dtype=object)
    reason[sequences.has_any] = "assessed only after new therapy or the end of follow-up"
    position = np.full(number, -1, dtype=np.int64)
    confirmed_at = np.full(number, -1, dtype=np.int64)
    for candidate in reversed(candidates):
        earliest = sequences.first(candidate.at)
        has = earliest >= 0
        avalc[has], position[has], confirmed_at[has] = candidate.response, earliest[has], -1
        words = np.array([candidate.because.get(c) for c in range(len(sequences.codes))], object)
        reason[has] = words[sequences.code[earliest[has]]]
        if candidate.confirmed_by is not None:
            confirmed_at[has] = candidate.confirmed_by[earliest[has]]
    progressed = avalc == "PD"
    lesser = sequences.recorded[position[progressed]] != PD
    reason[np.flatnonzero(progressed)[lesser]] = "lesser response after CR counts as PD"
    return endpoint_rows(sequences, avalc, position, reason, confirmed_at)


def _read(assessments, reference, rules: Rules, options) -> Sequences:
    without = reference["STARTDT"].isna()
    if without.any():
        raise DerivationError(
            "best overall response needs a first administration", reference.loc[without, "USUBJID"]
        )
    return read_sequences(assessments, reference, rules, **options)


def derive_bor(
    assessments: pd.DataFrame, reference: pd.DataFrame, rules: Rules, **options
) -> pd.DataFrame:
    """Best overall response without confirmation: CR and PR count at any time.

    Parameters
    ----------
    assessments, reference, rules, **options
        As for `analysis.endpoints.response_sequences.read_sequences`.

    Returns
    -------
    DataFrame
        One row per patient of `reference`: USUBJID, AVALC, ADT, CONFDT (missing), ANLRSN.

    Raises
    ------
    DerivationError
        For a patient without a first administration, and as `read_sequences`.
    """
    sequences = _read(assessments, reference, rules, options)
    candidates = [
        Candidate("CR", sequences.code == CR, {CR: "CR at any time"}),
        Candidate("PR", sequences.code == PR, {PR: "PR at any time"}),
        *_lasting(sequences, rules),
        *_passed_through(sequences),
    ]
    return _choose_best(sequences, candidates, rules)


def derive_cbor(
    assessments: pd.DataFrame, reference: pd.DataFrame, rules: Rules, **options
) -> pd.DataFrame:
    """Best overall response with CR and PR confirmed.

    Parameters
    ----------
    assessments, reference, rules, **options
        As for `analysis.endpoints.response_sequences.read_sequences`.

    Returns
    -------
    DataFrame
        One row per patient of `reference`: USUBJID, AVALC, ADT, CONFDT (the visit that confirmed a
        CR or PR), ANLRSN.

    Raises
    ------
    DerivationError
        For a patient without a first administration, and as `read_sequences`.
    """
    sequences = _read(assessments, reference, rules, options)
    complete = confirmed_complete_responses(sequences, rules)
    partial = confirmed_partial_responses(sequences, rules)
    candidates = [
        Candidate("CR", complete >= 0, {CR: "CR confirmed by a later CR"}, complete),
        Candidate("PR", partial >= 0, {PR: "PR confirmed by a later PR or CR"}, partial),
        *_lasting(sequences, rules),
        *_passed_through(sequences),
    ]
    return _choose_best(sequences, candidates, rules)
