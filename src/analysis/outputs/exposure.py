"""T14.1.10 and T14.1.11: regimens, time on them, why they ended, what came next. SAP 14.1.

By treatment period: a patient who changes group counts in each group of which he had a regimen. A
period runs from its first dose to its last end, or to the death of a patient still on it. One that
goes on is censored at the end of observation (OBSENDT: `endpoints.end_of_observation`), one that
goes on beyond the planned end of follow-up there, where it truncates, as in ADTTE (TOT).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.dates import UNIT, days_between, earlier_of, later_of
from analysis.endpoints.vital_status import last_day_that_counts
from analysis.estimates.confidence_level import level_in_words
from analysis.estimates.rows import Cell, EstimateRows
from analysis.estimates.survival import kaplan_meier
from analysis.outputs.estimable import NOT_ESTIMABLE, NOT_REACHED, add_quantile
from analysis.outputs.groups import TREATED_GROUPS
from analysis.outputs.proportion import add_share
from analysis.outputs.summary import add_summary, add_tally
from schemas.terminology import STOP_REASON

ONGOING = "ongoing"
NONE_YET, NONE = "None, in follow-up", "None, final"
STEPS = (("First to second", 1, 2), ("Second to third", 2, 3))


def treatment_periods(data, rules) -> pd.DataFrame:
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


def exposure(data, rules) -> EstimateRows:
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
    rows = EstimateRows("T14.1.10", "TRTFL")
    for group in (*TREATED_GROUPS, "All"):
        mine = periods if group == "All" else periods[periods["TRTGRP"].eq(group)]
        regimens = systemic if group == "All" else systemic[systemic["TRTGRP"].eq(group)]
        _group(rows, group, mine, regimens, rules)
    return rows


def _group(rows, group, periods, regimens, rules) -> None:
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
    reason = regimens["STOPRSN"].where(regimens["AENDT"].notna(), ONGOING).fillna("unknown")
    for category in (*STOP_REASON, ONGOING):
        place = cell("Why the regimen ended", category)
        add_tally(rows, place, int(reason.eq(category).sum()), len(regimens), unit="regimens")


def subsequent_therapy(data, rules) -> EstimateRows:
    """T14.1.11: the group of the next systemic regimen, and crossover.

    Returns
    -------
    EstimateRows
        Analysis = step (group = group of the earlier regimen, category = group of the next, or none
        and whether that is final; n, N, pct over the patients with the earlier regimen), and
        "crossover" (guided after another first regimen; another after guided).
    """
    systemic = data["adex"][data["adex"]["TRTGRP"].notna()]
    systemic = systemic.sort_values(["USUBJID", "EXSEQ"], kind="stable")
    order = systemic.groupby("USUBJID").cumcount() + 1
    groups = systemic.assign(order=order).pivot(index="USUBJID", columns="order", values="TRTGRP")
    groups = groups.reindex(columns=[1, 2, 3])
    status = data["adsl"].set_index("USUBJID")["EOSSTT"].reindex(groups.index)
    last = pd.Series(np.where(status.eq("ONGOING"), NONE_YET, NONE), groups.index, dtype=object)
    rows = EstimateRows("T14.1.11", "TRTFL")
    for label, earlier, later in STEPS:
        for group in (*TREATED_GROUPS, "All"):
            known = groups[earlier].notna()
            mine = groups[known if group == "All" else groups[earlier].eq(group)]
            following = mine[later].fillna(last.reindex(mine.index))
            for category in (*TREATED_GROUPS, NONE_YET, NONE):
                who = mine.index[following.eq(category)]
                add_share(rows, Cell(label, group, category=category), who, mine.index)
    _crossover(rows, data["adsl"], systemic)
    return rows


def _crossover(rows: EstimateRows, adsl: pd.DataFrame, systemic: pd.DataFrame) -> None:
    treated = adsl.loc[adsl["TRTFL"].eq("Y")]
    others = systemic[systemic["TRTGRP"].ne("TG")]
    start = others["USUBJID"].map(adsl.set_index("USUBJID")["GUIDDT"])
    after = others.loc[others["ASTDT"] > start, "USUBJID"]
    bridged = treated["GUIDFL"].eq("Y") & treated["TRTGRP1"].ne("TG")
    guided = treated.loc[treated["GUIDFL"].eq("Y"), "USUBJID"]
    for category, who, base in (
        (
            "Guided therapy after another first regimen",
            treated.loc[bridged, "USUBJID"],
            treated.loc[treated["TRTGRP1"].ne("TG"), "USUBJID"],
        ),
        ("Other therapy after guided therapy", guided[guided.isin(after)], guided),
    ):
        add_share(rows, Cell("crossover", category=category), who, base)
