"""T14.1.10: by group of the period: patients, regimens, time on treatment, why regimens ended.

By treatment period: a patient who changes group counts in each group of which he had a regimen. A
period runs from its first dose to its last end, or to the death of a patient still on it. One that
goes on is censored at the end of observation (OBSENDT: `endpoints.end_of_observation`), one that
goes on beyond the planned end of follow-up there, where it truncates, as in ADTTE (TOT).
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.datasets import Datasets
from analysis.dates import UNIT, days_between, earlier_of, later_of
from analysis.displays.curves import flat_notes
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import confidence, count, months
from analysis.displays.shares import limits_cell, quartiles_cell, share_cell
from analysis.displays.table import Column, Row, Table
from analysis.endpoints.vital_status import last_day_that_counts
from analysis.estimates.confidence_level import level_in_words
from analysis.estimates.rows import Cell, EstimateRows
from analysis.estimates.survival import kaplan_meier
from analysis.outputs.origin import of_one_origin
from analysis.params import Rules
from analysis.tabulation.estimable import NOT_ESTIMABLE, NOT_REACHED, add_quantile
from analysis.tabulation.groups import TREATED_GROUPS, group_label
from analysis.tabulation.summary import add_summary, add_tally
from schemas.terminology import STOP_REASON

OUTPUT = "T14.1.10"
NEEDS = ("treatments",)
ONGOING = "ongoing"


def treatment_periods(data: Datasets, rules: Rules) -> pd.DataFrame:
    """Treatment periods: USUBJID APERIOD TRTGRP REGIMENS DAYS and ENDED (False: censored)."""
    systemic = data["adex"][data["adex"]["TRTGRP"].notna()]
    key = ["USUBJID", "APERIOD", "TRTGRP"]
    adsl = data["adsl"].set_index("USUBJID")
    grouped = systemic.assign(open=systemic["AENDT"].isna()).groupby(key, sort=True)
    periods = grouped.agg(
        start=("ASTDT", "min"),
        end=("AENDT", "max"),
        REGIMENS=("EXSEQ", "size"),
        open=("open", "any"),
    ).reset_index()
    of = {name: periods["USUBJID"].map(adsl[name]).astype(UNIT) for name in ("OBSENDT", "DTHDT")}
    limit = periods["USUBJID"].map(last_day_that_counts(adsl, rules)).astype(UNIT)
    died = of["DTHDT"].eq(of["OBSENDT"])
    end = periods["end"].astype(UNIT).mask(periods["open"], of["OBSENDT"])
    ended = (~periods["open"] | died) & ~(end > limit)
    end = later_of(earlier_of(end, limit), periods["start"].astype(UNIT))
    return periods.assign(
        DAYS=days_between(periods["start"].astype(UNIT), end).astype("int64"), ENDED=ended
    )[[*key, "REGIMENS", "DAYS", "ENDED"]]


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> EstimateRows:
    """T14.1.10: by group of the period: patients, regimens, time on treatment, why regimens ended.

    Returns
    -------
    EstimateRows
        Analysis "exposure" by group (TG, TN, OT, All): "Patients", "Periods", "Regimens"
        (n_events), "Ended periods" (median, quartiles, days), "Time on treatment" (Kaplan-Meier
        median, days) and "Why the regimen ended" (n_events, N, pct of regimens).
    """
    periods = treatment_periods(data, rules)
    systemic = data["adex"][data["adex"]["TRTGRP"].notna()]
    rows = EstimateRows(OUTPUT, "TRTFL")
    for group in (*TREATED_GROUPS, "All"):
        mine = periods if group == "All" else periods[periods["TRTGRP"].eq(group)]
        regimens = systemic if group == "All" else systemic[systemic["TRTGRP"].eq(group)]
        _group(rows, group, mine, regimens, rules)
    return rows


def _group(rows: EstimateRows, group, periods, regimens, rules: Rules) -> None:
    def cell(parameter, category=""):
        return Cell("exposure", group, parameter=parameter, category=category)

    rows.count(cell("Patients"), periods["USUBJID"])
    rows.add(cell("Periods"), "n_events", len(periods), unit="periods")
    rows.add(cell("Regimens"), "n_events", len(regimens), unit="regimens")
    ended = periods.loc[periods["ENDED"], "DAYS"].astype("float64")
    add_summary(rows, cell("Ended periods"), ended, unit="days", counted="periods")
    level = rules.estimation.conf_level
    curve = None
    if len(periods):
        curve = kaplan_meier(periods["DAYS"], periods["ENDED"].astype(int), conf_level=level)
    add_quantile(
        rows,
        cell("Time on treatment"),
        curve,
        why="not reached" if len(periods) else "no patient in this group",
        text=NOT_REACHED if len(periods) else NOT_ESTIMABLE,
        unit="days",
        method=f"Kaplan-Meier, Brookmeyer-Crowley, log-log, {level_in_words(level)}",
        n_subjects=periods["USUBJID"].nunique(),
    )
    ongoing = regimens["AENDT"].isna() & regimens["STOPRSN"].ne("unknown")
    reason = regimens["STOPRSN"].mask(ongoing, ONGOING).fillna("unknown")
    for category in (*STOP_REASON, ONGOING):
        place = cell("Why the regimen ended", category)
        add_tally(rows, place, int(reason.eq(category).sum()), len(regimens), unit="regimens")


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (exposure_table(rows, rules),)


def exposure_table(rows: EstimateRows, rules: Rules) -> Table:
    """One column per group of the treatment period."""
    estimates = Numbers(rows)
    decimals, month = rules.display.months_decimals, rules.estimation.month_days

    def line(label, cell, **look):
        return Row(label, tuple(cell(group) for group in estimates.groups), **look)

    def number(stat, parameter):
        return lambda g: count(estimates.get(stat, "exposure", g, parameter=parameter))

    def time(g):
        stats = ("median", "ci_low", "ci_high")
        place: dict[str, Any] = {"group": g, "parameter": "Time on treatment"}
        return limits_cell(estimates, decimals, "exposure", stats, month, **place)

    def ended(g):
        place: dict[str, Any] = {"group": g, "parameter": "Ended periods"}
        return quartiles_cell(estimates, decimals, "exposure", month, **place)

    body = [
        line("Patients", number("n", "Patients")),
        line("Treatment periods", number("n_events", "Periods")),
        line("Regimens", number("n_events", "Regimens")),
        Row("Time on treatment, per period", heading=True),
        line(f"Median, months ({confidence(rules)} CI)", time, indent=1, strong=True),
        line("Ended periods", number("n", "Ended periods"), indent=1),
        line("Their median, months (Q1–Q3)", ended, indent=1),
        Row("Why the regimen ended, regimens (%)", heading=True),
    ]
    reason = "Why the regimen ended"
    for category in estimates.categories("exposure", reason):

        def share(g, category=category):
            place: dict[str, Any] = {"group": g, "parameter": reason, "category": category}
            percent = rules.display.percent_decimals
            return share_cell(estimates, percent, "exposure", "n_events", **place)

        body.append(line(category.replace("_", " ").capitalize(), share, indent=1))

    def in_months(days: float) -> str:
        return months(days, month, decimals)

    notes = (
        "NR: not reached. NE: not estimable. Ongoing periods are censored; the ended ones alone "
        "are shorter.",
        *flat_notes(estimates, in_months, " months"),
    )
    columns = tuple(Column(group_label(group)) for group in estimates.groups)
    return Table(rows.output_id, "By treatment period", columns, tuple(body), notes)
