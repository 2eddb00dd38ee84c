"""Who was lost more: withdrawal, loss and no contact as a competing event of death. SAP 14.2.5.

Withdrawal, loss and no contact up to the planned end take patients away before anybody knows
whether they lived. Where they take more from one group than from another, and the ill go first, the
curves differ for that reason alone; so their incidence stands beside the reasons.
"""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd

from analysis.datasets import Datasets
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import count, percent, rounded
from analysis.endpoints.end_of_observation import DISCONTINUED, LOST, NO_CONTACT, WITHDREW
from analysis.estimates.rows import Cell, EstimateRows
from analysis.params import Rules
from analysis.tabulation.competing_events import add_landmarks
from analysis.tabulation.groups import PLANNED, by_group, group_label, groups_by, in_set
from analysis.tabulation.known_at_origin import followed

GONE = (WITHDREW, LOST, NO_CONTACT, DISCONTINUED)
WITHDRAWN, INCIDENCE, DIFFERENCE = "withdrew because", "gone", "gone, difference"
_GONE, _DIED = 1, 2


def add_loss(rows: EstimateRows, data: Datasets, rules: Rules, by: str = PLANNED) -> None:
    """Add the incidence of loss of each group of the treated, and its differences."""
    treated = in_set(data["adsl"], "TRTFL")
    times = followed(data, rules, "OS", "TRTFL", by)
    for group, patients in by_group(treated, groups_by(treated, by), by):
        mine = times[times["USUBJID"].isin(patients["USUBJID"])]
        add_incidence_of_loss(rows, group, mine, rules)
    add_differences(rows, treated, rules, by)


def add_incidence_of_loss(rows: EstimateRows, group: str, mine: pd.DataFrame, rules: Rules) -> None:
    """Aalen-Johansen incidence of withdrawal, loss, no contact or another end by then."""
    code = mine["CNSR"].astype("int64")
    cause = np.select([code.isin(GONE), code.eq(0)], [_GONE, _DIED], 0)
    times = mine.assign(EVTCAUSE=cause)
    day = rules.estimation.uneven_loss_months * rules.estimation.month_days
    last = times["AVAL"].max()
    # where the last ones left or died before, nobody is open and the incidence stays what it is
    nobody_open = len(times) and times.loc[times["AVAL"].eq(last), "EVTCAUSE"].gt(0).all()
    days = {_landmark(rules): min(day, float(last)) if nobody_open else day}
    add_landmarks(rows, lambda visit: Cell(INCIDENCE, group, visit), times, _GONE, days, rules)


def _landmark(rules: Rules) -> str:
    return f"{rules.estimation.uneven_loss_months} months"


def add_differences(
    rows: EstimateRows, treated: pd.DataFrame, rules: Rules, by: str = PLANNED
) -> None:
    """Difference of the incidence between every two groups that are large enough."""
    groups = groups_by(treated, by)
    size = {group: len(own) for group, own in by_group(treated, groups, by) if group in groups}
    least = rules.estimation.uneven_loss_min_group
    large = [group for group, n in size.items() if n >= least]
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
            n_subjects=size[one] + size[other],
            text="NE" if missing else "",
            warning="beyond the last day of observation of a group" if missing else "",
        )


_NOTHING_LOST = 1e-9  # a difference of exactly the plan's points is not lost to floating point


def uneven_loss(rows: EstimateRows, rules: Rules) -> tuple[str, ...]:
    """One sentence where groups differ by the plan's points or more in who was lost; else none.

    Parameters
    ----------
    rows : EstimateRows
        Numbers that `add_loss` made among others.
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
    sizes = frame[frame["analysis_id"].eq(INCIDENCE)].groupby("group")["n_subjects"].first()
    compared = {group for pair in known["group"] for group in pair.split(" - ")}
    said = [
        f"{percent(estimates.get('estimate', INCIDENCE, group=group, visit=visit), decimals)}% "
        f"({group_label(group)}, N = {count(sizes[group])})"
        for group in estimates.groups
        if group in compared
    ]
    most = rounded(100 * float(large["stat"].abs().max()), decimals)
    return (
        f"By {visit}, {', '.join(said[:-1])} and {said[-1]} had withdrawn, were lost or without "
        f"contact, a difference of up to {most} points: where those who leave first are the more "
        "ill, curves of groups that lose more read too high, and the groups differ for that reason "
        "too.",
    )
