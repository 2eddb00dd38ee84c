"""T14.2.5.3: why each patient's survival time ended, and who was lost more. SAP 14.2.5.

Withdrawal, loss and no contact up to the planned end take patients away before anybody knows
whether they lived. Where they take more from one group than from another, and the ill go first, the
curves differ for that reason alone; so their incidence stands beside the reasons.
"""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd

from analysis.endpoints.end_of_observation import LOST, NO_CONTACT, WITHDREW
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.competing_events import add_landmarks
from analysis.outputs.groups import TREATED_GROUPS, by_group, in_set
from analysis.outputs.known_at_origin import followed
from analysis.outputs.proportion import add_share

#: Codes of the plan in the order in which they are judged.
ORDER = (0, WITHDREW, LOST, NO_CONTACT, 8, 1)
GONE = (WITHDREW, LOST, NO_CONTACT)
WITHDRAWN, INCIDENCE, DIFFERENCE = "withdrew because", "gone", "gone, difference"
NOT_RECORDED = "not recorded"
_GONE, _DIED = 1, 2


def overall_survival_reasons(data, rules) -> EstimateRows:
    """T14.2.5.3: deaths and censoring of overall survival by reason, by treatment group.

    Parameters
    ----------
    data : mapping of DataFrame
        ``adsl`` (WITHRSN) and ``adtte`` (OS).
    rules : Rules
        ``estimation``.

    Returns
    -------
    EstimateRows
        Analyses "event" and "censored" (n, N, pct; category = EVNTDESC or CNSDTDSC, parameter =
        CNSR), which add up to the patients of the group; "withdrew because" (the reasons on record
        of those censored for a withdrawal, which add up to them); "gone" (Aalen-Johansen incidence
        of withdrawal, loss or no contact at the months of the plan, death competes; visit = "6
        months") and "gone, difference" (between two groups that are large enough).
    """
    treated = in_set(data["adsl"], "TRTFL")
    everyone = followed(data, rules, "OS", "TRTFL", "TRTGRP1")
    reasons = spelt_once(treated.set_index("USUBJID")["WITHRSN"])
    rows = EstimateRows("T14.2.5.3", "TRTFL")
    for group, patients in by_group(treated):
        mine = everyone[everyone["USUBJID"].isin(patients["USUBJID"])]
        rows.count(Cell("patients", group), mine["USUBJID"])
        _reasons(rows, group, mine, everyone)
        _withdrawals(rows, group, mine, everyone, reasons)
        _incidence(rows, group, mine, rules)
    _differences(rows, everyone, treated, rules)
    return rows


def spelt_once(reasons: pd.Series) -> pd.Series:
    """Reasons on record, those that differ only by spaces or case under their first spelling."""
    text = reasons.astype(object).where(reasons.notna(), "").astype(str)
    tidy = text.str.split().str.join(" ")
    first = tidy.sort_values(kind="stable").groupby(tidy.str.casefold()).first()
    return tidy.str.casefold().map(first).replace("", NOT_RECORDED)


def _reasons(rows: EstimateRows, group: str, mine: pd.DataFrame, everyone: pd.DataFrame) -> None:
    known = everyone.assign(
        REASON=everyone["EVNTDESC"].where(everyone["CNSR"].eq(0), everyone["CNSDTDSC"])
    )
    named = known[["CNSR", "REASON"]].drop_duplicates().itertuples(index=False, name=None)
    for code, reason in sorted(named, key=lambda pair: (ORDER.index(pair[0]), pair[1])):
        same = known["CNSR"].eq(code) & known["REASON"].eq(reason)
        who = mine.loc[mine["USUBJID"].isin(known.loc[same, "USUBJID"]), "USUBJID"]
        analysis = "event" if code == 0 else "censored"
        cell = Cell(analysis, group, parameter=f"CNSR {code}", category=reason)
        add_share(rows, cell, who, mine["USUBJID"])


def _withdrawals(rows, group: str, mine, everyone, reasons: pd.Series) -> None:
    """Why those censored for a withdrawal withdrew: who is too unwell is not who moved away."""
    withdrew = reasons.reindex(everyone.loc[everyone["CNSR"].eq(WITHDREW), "USUBJID"])
    for reason in sorted(withdrew.unique(), key=lambda text: (text == NOT_RECORDED, text)):
        who = mine.loc[mine["USUBJID"].isin(withdrew.index[withdrew.eq(reason)]), "USUBJID"]
        add_share(rows, Cell(WITHDRAWN, group, category=reason), who, mine["USUBJID"])


def _incidence(rows: EstimateRows, group: str, mine: pd.DataFrame, rules) -> None:
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


def _differences(rows: EstimateRows, everyone, treated: pd.DataFrame, rules) -> None:
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
