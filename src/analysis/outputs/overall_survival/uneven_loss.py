"""T14.2.5.3: why each patient's survival time ended, and who was lost more. SAP 14.2.5.

Withdrawal, loss and no contact up to the planned end take patients away before anybody knows
whether they lived. Where they take more from one group than from another, and the ill go first, the
curves differ for that reason alone; so their incidence stands beside the reasons.

T14.2.5.3 as a table, and the sentence on groups that were lost more than others.
"""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd

from analysis.displays.lookup import Numbers
from analysis.displays.numbers import count, percent, rounded
from analysis.endpoints.end_of_observation import LOST, NO_CONTACT, WITHDREW
from analysis.estimates.rows import Cell, EstimateRows
from analysis.tabulation.competing_events import add_landmarks
from analysis.tabulation.groups import GROUP_LABELS, TREATED_GROUPS

GONE = (WITHDREW, LOST, NO_CONTACT)
WITHDRAWN, INCIDENCE, DIFFERENCE = "withdrew because", "gone", "gone, difference"
_GONE, _DIED = 1, 2


def add_incidence_of_loss(rows: EstimateRows, group: str, mine: pd.DataFrame, rules) -> None:
    code = mine["CNSR"].astype("int64")
    cause = np.select([code.isin(GONE), code.eq(0)], [_GONE, _DIED], 0)
    times = mine.assign(EVTCAUSE=cause)
    day = rules.estimation.uneven_loss_months * rules.estimation.month_days
    last = times["AVAL"].max()
    # where the last ones left or died before, nobody is open and the incidence stays what it is
    nobody_open = len(times) and times.loc[times["AVAL"].eq(last), "EVTCAUSE"].gt(0).all()
    days = {_landmark(rules): min(day, float(last)) if nobody_open else day}
    add_landmarks(rows, lambda visit: Cell(INCIDENCE, group, visit), times, _GONE, days, rules)


def _landmark(rules) -> str:
    return f"{rules.estimation.uneven_loss_months} months"


def add_differences(rows: EstimateRows, everyone, treated: pd.DataFrame, rules) -> None:
    """Difference of the incidence between every two groups that are large enough."""
    size = treated.loc[treated["USUBJID"].isin(everyone["USUBJID"]), "TRTGRP1"].value_counts()
    least = rules.estimation.uneven_loss_min_group
    large = [group for group in TREATED_GROUPS if size.get(group, 0) >= least]
    for one, other in itertools.combinations(large, 2):
        of = [rows.value(Cell(INCIDENCE, g, _landmark(rules)), "estimate") for g in (one, other)]
        difference = of[0] - of[1]
        missing = bool(np.isnan(difference))
        rows.add(
            Cell(DIFFERENCE, f"{one} - {other}", _landmark(rules)),
            "estimate",
            difference,
            unit="proportion",
            method="difference of Aalen-Johansen estimates",
            n_subjects=int(size[one] + size[other]),
            text="NE" if missing else "",
            warning="beyond the last day of observation of a group" if missing else "",
        )


_NOTHING_LOST = 1e-9  # a difference of exactly the plan's points is not lost to floating point


def uneven_loss(rows: EstimateRows, rules) -> tuple[str, ...]:
    """One sentence where groups differ by the plan's points or more in who was lost; else none.

    Parameters
    ----------
    rows : EstimateRows
        Numbers of T14.2.5.3.
    rules : Rules
        ``estimation.uneven_loss_points`` and what belongs to it.
    """
    estimates = Numbers(rows)
    frame = estimates.frame
    differences = frame[frame["analysis_id"].eq(DIFFERENCE)]
    points = rules.estimation.uneven_loss_points
    large = differences[differences["stat"].abs() >= points / 100 - _NOTHING_LOST]
    if large.empty:
        return ()
    decimals = rules.display.percent_decimals
    visit = f"{rules.estimation.uneven_loss_months} months"
    known = differences[differences["stat"].notna()]
    compared = {group for pair in known["group"] for group in pair.split(" - ")}
    said = [
        f"{percent(estimates.get('estimate', INCIDENCE, group=group, visit=visit), decimals)}% "
        f"({GROUP_LABELS[group]}, N = {count(estimates.get('n', 'patients', group))})"
        for group in TREATED_GROUPS
        if group in compared
    ]
    most = rounded(100 * float(large["stat"].abs().max()), decimals)
    return (
        f"By {visit}, {', '.join(said[:-1])} and {said[-1]} had withdrawn, were lost or without "
        f"contact, a difference of up to {most} points: where those who leave first are the more "
        "ill, curves of groups that lose more read too high, and the groups differ for that reason "
        "too.",
    )
