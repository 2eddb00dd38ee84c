"""A time-to-event parameter as rows of estimates: events, median, rates, RMST, follow-up, curve.

Time is in days throughout; months exist only on display. The median and its limits follow R and SAS
(Brookmeyer-Crowley on the log-log scale); not reached is a missing number with the text NR.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.estimates.confidence_level import level_in_words
from analysis.estimates.rows import Cell, EstimateRows
from analysis.estimates.survival import KaplanMeier, kaplan_meier, reverse_kaplan_meier
from analysis.outputs.proportion import add_share

KM = "Kaplan-Meier"
KM_CI = "Kaplan-Meier, Brookmeyer-Crowley, log-log, {level}"
NO_PATIENT = "no patient in this group"
NOT_REACHED = "not reached"


def parameter(adtte: pd.DataFrame, paramcd: str, patients: pd.Series) -> pd.DataFrame:
    """Rows of one parameter for the patients of a group."""
    return adtte[adtte["PARAMCD"].eq(paramcd) & adtte["USUBJID"].isin(patients)]


def fit(rows: pd.DataFrame, rules) -> KaplanMeier:
    """Kaplan-Meier estimate of ADTTE rows (days)."""
    return kaplan_meier(
        rows["AVAL"].to_numpy(dtype=float),
        rows["CNSR"].eq(0).to_numpy(dtype=bool),
        conf_level=rules.estimation.conf_level,
    )


def restriction_time(groups: list[pd.DataFrame], rules) -> float:
    """Tau of the RMST: the shortest of the groups' last times, at most the plan's months (days)."""
    most = rules.estimation.rmst_max_months * rules.estimation.month_days
    last = [float(rows["AVAL"].max()) for rows in groups if len(rows)]
    return min([most, *last])


def add_time_to_event(
    out: EstimateRows,
    at: Cell,
    rows: pd.DataFrame,
    rules,
    tau: float,
    *,
    analysis_set: str | None = None,
) -> None:
    """Everything of one group: counts, median, rates, RMST, median follow-up.

    Parameters
    ----------
    out : EstimateRows
    at : Cell
        Analysis and group; parameter and category are filled here.
    rows : DataFrame
        ADTTE rows of one parameter and group.
    rules : Rules
    tau : float
        Restriction time of the RMST, days.
    """
    place = (at.analysis_id, at.group, at.visit)
    event = rows["CNSR"].eq(0)
    everyone = Cell(*place, "Patients")
    out.count(everyone, rows["USUBJID"], analysis_set=analysis_set)
    for name, chosen in (("Events", event), ("Censored", ~event)):
        who = rows.loc[chosen, "USUBJID"]
        add_share(out, Cell(*place, name), who, rows["USUBJID"], analysis_set=analysis_set)
    curve = fit(rows, rules) if len(rows) else None
    _median(out, Cell(*place, "Median"), curve, rules, len(rows), analysis_set)
    for month in rules.estimation.survival_months:
        cell = Cell(*place, "Survival", f"{month} months")
        _rate(out, cell, curve, month * rules.estimation.month_days, len(rows), rules, analysis_set)
    _rmst(out, Cell(*place, "RMST"), curve, tau, rows, rules, analysis_set)
    _follow_up(out, Cell(*place, "Follow-up"), rows, rules, analysis_set)


def _add(out, cell, stat_name, value, *, analysis_set, n, warning="", text=None, **about) -> None:
    missing = value is None or np.isnan(value)
    shown = text if text is not None else ("NE" if missing else "")
    out.add(
        cell,
        stat_name,
        None if missing else value,
        text=shown if missing else "",
        warning=(warning or "not estimable") if missing else "",
        n_subjects=n,
        analysis_set=analysis_set,
        **about,
    )


def _median(out, cell, curve, rules, n, analysis_set) -> None:
    values = curve.median() if curve is not None else (None, None, None)
    method = KM_CI.format(level=level_in_words(rules.estimation.conf_level))
    for stat_name, value in zip(("median", "ci_low", "ci_high"), values, strict=True):
        _add(
            out,
            cell,
            stat_name,
            value,
            unit="days",
            method=method,
            n=n,
            analysis_set=analysis_set,
            warning=NOT_REACHED if n else NO_PATIENT,
            text="NR" if n else "NE",
        )


def _rate(out, cell, curve, day, n, rules, analysis_set) -> None:
    names = ("estimate", "ci_low", "ci_high")
    if curve is None:
        values, at_risk = (None,) * 3, 0
    else:
        point = curve.at([day]).iloc[0]
        values = (point["survival"], point["ci_low"], point["ci_high"])
        at_risk = int(point["n_at_risk"])
    out.add(cell, "n_at_risk", at_risk, unit="patients", n_subjects=n, analysis_set=analysis_set)
    for stat_name, value in zip(names, values, strict=True):
        _add(
            out,
            cell,
            stat_name,
            value,
            unit="proportion",
            method=f"{KM}, log-log, {level_in_words(rules.estimation.conf_level)}",
            n=n,
            analysis_set=analysis_set,
            warning="beyond the last observation" if n else NO_PATIENT,
        )


def _rmst(out, cell, curve, tau, rows, rules, analysis_set) -> None:
    from scipy.special import ndtri

    mean, error = curve.rmst(tau) if curve is not None else (None, None)
    z = float(ndtri((1 + rules.estimation.conf_level) / 2))
    known = mean is not None and not np.isnan(mean) and not np.isnan(error)
    limits = (mean - z * error, mean + z * error) if known else (None, None)
    named = zip(("estimate", "se", "ci_low", "ci_high"), (mean, error, *limits), strict=True)
    for stat_name, value in named:
        _add(
            out,
            cell,
            stat_name,
            value,
            unit="days",
            method=f"restricted at {tau:.12g} days, Greenwood",
            n=len(rows),
            analysis_set=analysis_set,
            warning=NO_PATIENT if curve is None else "",
        )


def _follow_up(out, cell, rows, rules, analysis_set) -> None:
    values: tuple = (None, None, None)
    if len(rows):
        reverse = reverse_kaplan_meier(
            rows["AVAL"].to_numpy(dtype=float),
            rows["CNSR"].eq(0).to_numpy(dtype=bool),
            conf_level=rules.estimation.conf_level,
        )
        values = reverse.median()
    for stat_name, value in zip(("median", "ci_low", "ci_high"), values, strict=True):
        _add(
            out,
            cell,
            stat_name,
            value,
            unit="days",
            method=f"reverse Kaplan-Meier, log-log, {level_in_words(rules.estimation.conf_level)}",
            n=len(rows),
            analysis_set=analysis_set,
            warning=NOT_REACHED if len(rows) else NO_PATIENT,
            text="NR" if len(rows) else "NE",
        )


def add_curve(out: EstimateRows, at: Cell, rows: pd.DataFrame, rules) -> None:
    """The curve of one group, a row per day on which something happens.

    visit = "Day 0042"; estimate and limits, n_at_risk at the beginning of the day, n_events, and
    the censored as parameter "Censored".
    """
    if rows.empty:
        out.add(
            Cell(at.analysis_id, at.group, "", "Curve"),
            "estimate",
            None,
            text="NE",
            warning=NO_PATIENT,
            n_subjects=0,
        )
        return
    for point in fit(rows, rules).curve.to_dict("records"):
        cell = Cell(at.analysis_id, at.group, f"Day {int(point['time']):04d}", "Curve")
        about = {"n": len(rows), "analysis_set": None}
        for stat_name, name in (("estimate", "survival"), ("ci_low",) * 2, ("ci_high",) * 2):
            _add(out, cell, stat_name, point[name], unit="proportion", method=KM, **about)
        out.add(cell, "n_at_risk", int(point["n_at_risk"]), unit="patients")
        out.add(cell, "n_events", int(point["n_events"]), unit="patients")
        censored = Cell(at.analysis_id, at.group, cell.visit, "Censored")
        out.add(censored, "n_events", int(point["n_censored"]), unit="patients")
