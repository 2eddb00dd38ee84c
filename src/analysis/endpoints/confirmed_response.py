"""Confirmed response (CRSP): CR or PR seen again at least 28 days later. SAP D2, 14.2.1.2.

A confirmed CR is a CR with a later CR at least ``confirm_days`` after it and only CR and at most
``max_nr_ne`` NE between. A confirmed PR is a PR with a later PR or CR at least ``confirm_days``
after it and only PR, CR, at most ``max_nr_ne`` NE and, with ``accept_sd``, at most one SD between;
from the first to the confirming visit no PR comes after a CR. Any later visit may confirm. The date
of a confirmed response is the first visit of the pair.

Sources: RECIST 1.1 section 4.6 and table 3; response.md, "Candidates".
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.endpoints.response_sequences import (
    CR,
    NE,
    PR,
    SD,
    Sequences,
    endpoint_rows,
    read_sequences,
)
from analysis.params import Rules


def confirming_visits(
    sequences: Sequences, first: int, by: tuple[int, ...], rules: Rules, max_sd: int = 0
) -> np.ndarray:
    """For each assessment with the response `first`: the visit that confirms it, else -1.

    All open responses walk forward together, one visit per turn, until a visit confirms them or
    breaks the run.

    Parameters
    ----------
    first : int
        Code of the response to confirm.
    by : tuple of int
        Codes that confirm it and may stand between.
    max_sd : int
        SD allowed between.
    """
    code, day, patient = sequences.code, sequences.day, sequences.patient
    limits = rules.response
    confirmed_by = np.full(len(code), -1, dtype=np.int64)
    waiting = np.flatnonzero(code == first)
    nr_ne = np.zeros(len(waiting), dtype=np.int16)
    nr_sd = np.zeros(len(waiting), dtype=np.int16)
    cr_between = np.zeros(len(waiting), dtype=bool)
    step = 0
    while len(waiting):
        step += 1
        later = waiting + step
        here = later < len(code)
        here[here] = patient[later[here]] == patient[waiting[here]]
        waiting, later = waiting[here], later[here]
        nr_ne, nr_sd, cr_between = nr_ne[here], nr_sd[here], cr_between[here]

        seen = code[later]
        responds = np.isin(seen, by) & ~((seen == PR) & cr_between)
        confirms = responds & (day[later] - day[waiting] >= limits.confirm_days)
        confirmed_by[waiting[confirms]] = later[confirms]

        nr_ne = nr_ne + (seen == NE)
        nr_sd = nr_sd + (seen == SD)
        cr_between = cr_between | (seen == CR)
        tolerated = ((seen == NE) & (nr_ne <= limits.max_nr_ne)) | (
            (seen == SD) & (nr_sd <= max_sd)
        )
        goes_on = ~confirms & (responds | tolerated)
        waiting, nr_ne, nr_sd, cr_between = (
            waiting[goes_on],
            nr_ne[goes_on],
            nr_sd[goes_on],
            cr_between[goes_on],
        )
    return confirmed_by


def confirmed_complete_responses(sequences: Sequences, rules: Rules) -> np.ndarray:
    """For each CR the visit that confirms it, else -1."""
    return confirming_visits(sequences, CR, (CR,), rules)


def confirmed_partial_responses(sequences: Sequences, rules: Rules) -> np.ndarray:
    """For each PR the visit that confirms it, else -1."""
    max_sd = 1 if rules.response.accept_sd else 0
    return confirming_visits(sequences, PR, (PR, CR), rules, max_sd)


def derive_crsp(
    assessments: pd.DataFrame,
    reference: pd.DataFrame,
    rules: Rules,
    *,
    stop_after_first_pd: bool = True,
    pass_through: tuple[str, ...] = (),
) -> pd.DataFrame:
    """Whether a patient had a confirmed CR or PR.

    Parameters
    ----------
    assessments, reference, rules, stop_after_first_pd, pass_through
        As for `analysis.endpoints.response_sequences.read_sequences`.

    Returns
    -------
    DataFrame
        One row per patient of `reference`: USUBJID, AVALC (Y, N), ADT (first visit of the earliest
        confirmed pair), CONFDT (the visit that confirmed it), ANLRSN.
    """
    sequences = read_sequences(
        assessments,
        reference,
        rules,
        stop_after_first_pd=stop_after_first_pd,
        pass_through=pass_through,
    )
    complete = confirmed_complete_responses(sequences, rules)
    partial = confirmed_partial_responses(sequences, rules)
    confirmed_by = np.where(complete >= 0, complete, partial)
    position = sequences.first(confirmed_by >= 0)
    unconfirmed = sequences.first(np.isin(sequences.code, (CR, PR)))

    responded = position >= 0
    avalc = np.where(responded, "Y", "N").astype(object)
    reason = np.full(len(position), "no CR or PR", dtype=object)
    reason[unconfirmed >= 0] = "CR or PR not confirmed"
    reason[responded] = "PR confirmed"
    reason[responded & (sequences.code_at(position) == CR)] = "CR confirmed"
    confirmed_at = np.full(len(position), -1, dtype=np.int64)
    confirmed_at[responded] = confirmed_by[position[responded]]
    return endpoint_rows(sequences, avalc, position, reason, confirmed_at)
