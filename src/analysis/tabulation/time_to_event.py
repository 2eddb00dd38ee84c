"""PFS and OS: T14.2.4.1-3, F14.2.4.1, T14.2.5.1-2, F14.2.5.1, and T14.1.9 (maturity).

Estimation only: no test and no hazard ratio stands in these outputs.

A time-to-event parameter as rows of estimates: events, median, rates, RMST, follow-up, curve.

Time is in days throughout; months exist only on display. The median and its limits follow R and SAS
(Brookmeyer-Crowley on the log-log scale); not reached is a missing number with the text NR. The
restricted mean goes to one time per endpoint, the plan's, in every output and cut.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pandas as pd
from scipy.special import ndtri

from analysis.datasets import Datasets
from analysis.estimates.confidence_level import level_in_words
from analysis.estimates.rows import Cell, EstimateRows
from analysis.estimates.survival import KaplanMeier, kaplan_meier, reverse_kaplan_meier
from analysis.params import Rules
from analysis.tabulation.estimable import (
    NO_VARIATION,
    NOT_ESTIMABLE,
    NOT_REACHED,
    add_mean_limits,
    add_number,
    add_numbers,
    add_quantile,
    add_rate,
)
from analysis.tabulation.groups import PLANNED, by_group, groups_by, in_set
from analysis.tabulation.known_at_origin import followed, times_of
from analysis.tabulation.proportion import add_share
from analysis.wording import counted

TREATED = "TRTFL"


def summary_by_group(
    data: Datasets, rules: Rules, output_id: str, paramcd: str, by: str = PLANNED
) -> EstimateRows:
    """All summaries of one parameter from the first dose, of the treated by group."""
    times = followed(data, rules, paramcd, TREATED, by)
    treated = in_set(data["adsl"], TREATED)
    rows = EstimateRows(output_id, TREATED, by)
    for group, patients in by_group(treated, groups_by(treated, by), by):
        of_group = times_of(times, paramcd, patients["USUBJID"])
        add_time_to_event(rows, Cell(paramcd, group), of_group, rules)
    return rows


def curves_by_group(
    data: Datasets, rules: Rules, output_id: str, paramcd: str, by: str = PLANNED
) -> EstimateRows:
    """The Kaplan-Meier curve of one parameter from the first dose, of the treated by group."""
    times = followed(data, rules, paramcd, TREATED, by)
    treated = in_set(data["adsl"], TREATED)
    months = months_below(times, rules)
    rows = EstimateRows(output_id, TREATED, by)
    for group, patients in by_group(treated, groups_by(treated, by), by):
        of_group = times_of(times, paramcd, patients["USUBJID"])
        rows.count(Cell(paramcd, group, parameter="Patients"), of_group["USUBJID"])
        events = of_group.loc[of_group["CNSR"].eq(0), "USUBJID"]
        rows.count(Cell(paramcd, group, parameter="Events"), events)
        add_curve(rows, Cell(paramcd, group), of_group, rules)
        add_below_curve(rows, Cell(paramcd, group), of_group, months, rules)
    return rows


def months_below(times: pd.DataFrame, rules: Rules) -> list[int]:
    """Months under a figure: every third, to the end of the longest time."""
    last = times["AVAL"].max() / rules.estimation.month_days if len(times) else 12.0
    return list(range(0, max(3, 3 * math.ceil(last / 3)) + 1, 3))


def add_below_curve(
    out: EstimateRows, at: Cell, rows: pd.DataFrame, months: list[int], rules: Rules
) -> None:
    """What stands under and beside the curve of one group.

    At each of `months` (visit = "3 months") those at risk in the morning of that day, and events
    and censored before it (parameters "At risk" and "Censored before"); survival at the months of
    the plan, as in the table (parameter "Survival").
    """
    days, event = rows["AVAL"].astype("float64"), rows["CNSR"].eq(0)
    for month in months:
        day = month * rules.estimation.month_days
        before = days < day
        about: dict[str, Any] = {"unit": "patients", "n_subjects": len(rows), "time": day}
        cell = replace(at, visit=f"{month} months", parameter="At risk")
        out.add(cell, "n_at_risk", int((~before).sum()), **about)
        out.add(cell, "n_events", int((before & event).sum()), **about)
        censored = replace(cell, parameter="Censored before")
        out.add(censored, "n_events", int((before & ~event).sum()), **about)
    curve = fit(rows, rules) if len(rows) else None
    for month in rules.estimation.survival_months:
        cell = replace(at, parameter="Survival", category=f"{month} months")
        day = month * rules.estimation.month_days
        _rate(out, cell, curve, day, rules, n_subjects=len(rows))


KM = "Kaplan-Meier"
KM_CI = "Kaplan-Meier, Brookmeyer-Crowley, log-log, {level}"
NO_PATIENT = "no patient in this group"
BEYOND = "beyond the last observation"


def fit(rows: pd.DataFrame, rules: Rules) -> KaplanMeier:
    """Kaplan-Meier estimate of ADTTE rows (days)."""
    return kaplan_meier(
        rows["AVAL"].to_numpy(dtype=float),
        rows["CNSR"].eq(0).to_numpy(dtype=bool),
        conf_level=rules.estimation.conf_level,
    )


def restriction_months(paramcd: str, rules: Rules) -> int | None:
    """Months to which the mean of a parameter is restricted: those of its family in the plan.

    PFSENR is of the family PFS, OSMTB of OS. None: the plan restricts no mean of it, and none is
    printed.
    """
    for family, months in dict(rules.estimation.rmst_months).items():
        if paramcd.startswith(family):
            return months
    return None


def add_time_to_event(
    out: EstimateRows,
    at: Cell,
    rows: pd.DataFrame,
    rules: Rules,
    *,
    analysis_set: str | None = None,
) -> None:
    """Everything of one group: counts, median, rates, RMST, median follow-up.

    Parameters
    ----------
    out : EstimateRows
    at : Cell
        Analysis (the PARAMCD) and group; parameter and category are filled here.
    rows : DataFrame
        ADTTE rows of one parameter and group.
    rules : Rules
    """
    place = (at.analysis_id, at.group, at.visit)
    about: dict[str, Any] = {"n_subjects": len(rows), "analysis_set": analysis_set}
    add_counts(out, at, rows, analysis_set=analysis_set)
    curve = fit(rows, rules) if len(rows) else None
    _median(out, Cell(*place, "Median"), curve, KM_CI, rules, **about)
    for month in rules.estimation.survival_months:
        cell = Cell(*place, "Survival", f"{month} months")
        _rate(out, cell, curve, month * rules.estimation.month_days, rules, **about)
    _rmst(out, Cell(*place, "RMST"), curve, rules, **about)
    reverse = None
    if len(rows):
        level = rules.estimation.conf_level
        reverse = reverse_kaplan_meier(
            rows["AVAL"].to_numpy(dtype=float), rows["CNSR"].eq(0).to_numpy(), conf_level=level
        )
    method = "reverse Kaplan-Meier, log-log, {level}"
    _median(out, Cell(*place, "Follow-up"), reverse, method, rules, **about)


def add_counts(out: EstimateRows, at: Cell, rows: pd.DataFrame, *, analysis_set=None) -> None:
    """Patients, events and censored of one group."""
    place = (at.analysis_id, at.group, at.visit)
    event = rows["CNSR"].eq(0)
    out.count(Cell(*place, "Patients"), rows["USUBJID"], analysis_set=analysis_set)
    for name, chosen in (("Events", event), ("Censored", ~event)):
        who = rows.loc[chosen, "USUBJID"]
        add_share(out, Cell(*place, name), who, rows["USUBJID"], analysis_set=analysis_set)


def _median(out: EstimateRows, cell: Cell, curve, method: str, rules: Rules, **about) -> None:
    add_quantile(
        out,
        cell,
        curve,
        unit="days",
        method=method.format(level=level_in_words(rules.estimation.conf_level)),
        why="not reached" if curve is not None else NO_PATIENT,
        text=NOT_REACHED if curve is not None else NOT_ESTIMABLE,
        **about,
    )


def _rate(out: EstimateRows, cell: Cell, curve, day: float, rules: Rules, **about) -> None:
    values, at_risk = (None,) * 3, 0
    if curve is not None:
        point = curve.at([day]).iloc[0]
        values = (point["survival"], point["ci_low"], point["ci_high"])
        at_risk = int(point["n_at_risk"])
    why = BEYOND if curve is not None else NO_PATIENT
    about |= {"time": day}
    add_rate(out, cell, values, at_risk, rules, rising=False, method=KM, why=why, **about)


def _no_restricted_mean(curve: KaplanMeier | None, months: int, tau: float, rules: Rules) -> tuple:
    """Why a group has no restricted mean, and what is printed for it; empty where it has one."""
    least = rules.estimation.min_stratum
    if curve is None:
        return NO_PATIENT, NOT_ESTIMABLE
    if curve.n < least:
        why = f"fewer than {counted(least, 'patient')}"
    elif curve.time[-1] < tau and curve.survival[-1] > 0:
        why = f"the curve ends above 0 before {months} months"
    else:
        return ()
    return why, f"{NOT_ESTIMABLE}, {why}"


def _rmst(out: EstimateRows, cell: Cell, curve, rules: Rules, **about) -> None:
    months = restriction_months(cell.analysis_id, rules)
    if months is None:
        return
    tau = months * rules.estimation.month_days
    out.add(replace(cell, parameter="tau"), "estimate", tau, unit="days", **about)
    about |= {"unit": "days", "method": f"restricted at {tau:.12g} days, Greenwood"}
    if missing := _no_restricted_mean(curve, months, tau, rules):
        names = ("estimate", "se", "ci_low", "ci_high")
        add_numbers(out, cell, names, (None,) * 4, why=missing[0], text=missing[1], **about)
        return
    mean, error = curve.rmst(tau)
    half = float(ndtri((1 + rules.estimation.conf_level) / 2)) * error
    add_number(out, cell, "estimate", mean, why="", **about)
    add_number(out, cell, "se", error if error > 0 else None, why=NO_VARIATION, **about)
    add_mean_limits(out, cell, (mean - half, mean + half), error, why="", **about)


def add_curve(out: EstimateRows, at: Cell, rows: pd.DataFrame, rules: Rules) -> None:
    """The curve of one group, a row per day on which something happens.

    visit = "Day 0042"; estimate and limits, n_at_risk at the beginning of the day, n_events, and
    the censored as parameter "Censored".
    """
    if rows.empty:
        cell = Cell(at.analysis_id, at.group, "", "Curve")
        add_number(out, cell, "estimate", None, why=NO_PATIENT, n_subjects=0)
        return
    for point in fit(rows, rules).curve.to_dict("records"):
        cell = Cell(at.analysis_id, at.group, f"Day {int(point['time']):04d}", "Curve")
        values = (point["survival"], point["ci_low"], point["ci_high"])
        about: dict[str, Any] = {"rising": False, "method": KM, "why": BEYOND, "landmark": False}
        add_rate(out, cell, values, int(point["n_at_risk"]), rules, n_subjects=len(rows), **about)
        out.add(cell, "n_events", int(point["n_events"]), unit="patients")
        censored = Cell(at.analysis_id, at.group, cell.visit, "Censored")
        out.add(censored, "n_events", int(point["n_censored"]), unit="patients")
