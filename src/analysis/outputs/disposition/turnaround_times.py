"""T14.1.7: each step of the work-up.

Quantiles of the Aalen-Johansen cumulative incidence among everybody who entered a step: the day by
which a quarter, half, three quarters of them had reached the next one. Patients who died, withdrew
or, before the first guided dose, began another therapy stay in the denominator. The median of those
who did reach it stands beside; it leaves the others out and is shorter by construction.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.datasets import Datasets
from analysis.displays.curves import exact_cell, exact_row, flat_notes, limit_notes, rate_cell
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import confidence, count, rounded
from analysis.displays.shares import limits_cell, quartiles_cell, share_cell
from analysis.displays.table import Column, Row, Table
from analysis.endpoints.turnaround import STEPS as DECLARED
from analysis.estimates.competing_risks import cumulative_incidence
from analysis.estimates.confidence_level import level_in_words
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.origin import of_one_origin
from analysis.params import Rules
from analysis.tabulation.estimable import (
    ESTIMATE,
    NOT_ESTIMABLE,
    NOT_REACHED,
    add_quantile,
    add_rate,
)
from analysis.tabulation.known_at_origin import followed
from analysis.tabulation.proportion import add_share
from analysis.tabulation.summary import add_summary

OUTPUT = "T14.1.7"
NEEDS = ("biopsies", "sequencing", "mtb_reviews")
STEPS = (
    ("TCONBIO", "Consent to biopsy"),
    ("TBIONGS", "Biopsy to report"),
    ("TNGSMTB", "Report to MTB"),
    ("TMTBTRT", "MTB to first guided dose"),
    ("TCONTRT", "Consent to first dose"),
)
STATES = (
    (1, "Reached"),
    (2, "Death before"),
    (3, "Withdrawal before"),
    (4, "Other therapy before"),
    (0, "Not reached at the cut, or lost"),
)
QUANTILES = ((0.25, "Quarter"), (0.5, "Half"), (0.75, "Three quarters"))
COMPLETERS = "Those who reached it"
# Who took a step at all (T14.1.1, T14.1.2) but is not among those who reached it here, and why.
EVER = "Ever taken, whenever"
ELSEWHERE = (
    "after death or withdrawal",
    "after other therapy",
    "after the end of observation",
    "after a death or withdrawal before the step began",
    "without the step before",
)
NO_PATIENT = "no patient in this step"
_METHOD = "Aalen-Johansen quantile; limits from the log-log band, {level}"


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> EstimateRows:
    """T14.1.7: each step of the work-up.

    Parameters
    ----------
    data : mapping of DataFrame
        ``adtte`` and ``adsl``.
    rules : Rules
        ``estimation.conf_level`` and ``estimation.turnaround_weeks``.

    Returns
    -------
    EstimateRows
        Analysis = PARAMCD: "Entered"; parameter "State" (n, N, pct; exclusive, adding up to the
        entered); "Aalen-Johansen" (median, ci_low, ci_high, days, by quantile); "By week"
        (estimate, limits, n_at_risk); "Those who reached it" (median, quartiles, range, days);
        "Ever taken, whenever" (as T14.1.1 and T14.1.2 count it) and of those "Elsewhere": why they
        are not among the reached of this table.
    """
    rows = EstimateRows(OUTPUT, "ENRLFL")
    for paramcd, _ in STEPS:
        step = followed(data, rules, paramcd)
        rows.count(Cell(paramcd, parameter="Entered"), step["USUBJID"])
        for cause, label in STATES:
            who = step.loc[step["EVTCAUSE"].eq(cause), "USUBJID"]
            add_share(rows, Cell(paramcd, parameter="State", category=label), who, step["USUBJID"])
        _ever(rows, data["adsl"], paramcd, step)
        _incidence(rows, paramcd, step, rules)
        done = step[step["EVTCAUSE"].eq(1)]
        cell, days = Cell(paramcd, parameter=COMPLETERS), done["AVAL"].astype("float64")
        add_summary(rows, cell, days, unit="days", patients=done["USUBJID"])
    return rows


def _ever(rows: EstimateRows, adsl: pd.DataFrame, paramcd: str, step: pd.DataFrame) -> None:
    """Everybody who took a step, and who of them this table does not count as having reached it."""
    declared = DECLARED[paramcd]
    taken = adsl.loc[adsl[declared.reached].notna(), ["USUBJID", declared.origin]]
    who = taken["USUBJID"]
    rows.count(Cell(paramcd, parameter=EVER), who)
    cause = who.map(step.set_index("USUBJID")["EVTCAUSE"])
    began = taken[declared.origin].notna()
    holds = (
        cause.isin([2, 3]),
        cause.eq(4),
        cause.eq(0),
        cause.isna() & began,
        cause.isna() & ~began,
    )
    for category, where in zip(ELSEWHERE, holds, strict=True):
        rows.count(Cell(paramcd, parameter="Elsewhere", category=category), who[where])


def _incidence(rows: EstimateRows, paramcd: str, step: pd.DataFrame, rules: Rules) -> None:
    """Quantiles of the cumulative incidence, and its value at the weeks of the plan."""
    level = rules.estimation.conf_level
    days = step["AVAL"].to_numpy(dtype=float)
    cause = step["EVTCAUSE"].to_numpy(dtype=int)
    reached = cumulative_incidence(days, cause, conf_level=level) if len(days) else None
    for p, label in QUANTILES:
        cell = Cell(paramcd, parameter="Aalen-Johansen", category=label)
        about: dict[str, Any] = {
            "unit": "days",
            "method": _METHOD.format(level=level_in_words(level)),
            "why": "not reached by so many" if len(days) else NO_PATIENT,
            "text": NOT_REACHED if len(days) else NOT_ESTIMABLE,
            "n_subjects": len(days),
        }
        add_quantile(rows, cell, reached, p, **about)
    # where the last to be observed had an event, nothing is open and the curve stays as it is
    ended = len(days) > 0 and not ((days == days.max()) & (cause == 0)).any()
    for week in rules.estimation.turnaround_weeks:
        cell = Cell(paramcd, visit=f"Week {week}", parameter="By week")
        values = (None,) * 3
        if reached is not None:
            known = reached.at([min(7 * week, days.max()) if ended else 7 * week])
            values = tuple(known.iloc[0][name] for name in ESTIMATE)
        add_rate(
            rows,
            cell,
            values,
            int((days >= 7 * week).sum()),
            rules,
            rising=True,
            method="Aalen-Johansen",
            limits="Aalen variance, log-log",
            why="beyond the last observation" if len(days) else NO_PATIENT,
            n_subjects=len(days),
        )


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (turnaround_table(rows, rules),)


def _elsewhere(estimates: Numbers, category: str):
    """A cell: patients who took a step, but not as this table counts it."""

    def cell(code: str) -> str:
        return count(estimates.get("n", code, parameter="Elsewhere", category=category))

    return cell


def _anybody(estimates: Numbers, codes, category: str) -> bool:
    place: dict[str, Any] = {"parameter": "Elsewhere", "category": category}
    return any(estimates.get("n", code, **place) for code in codes)


def turnaround_table(rows: EstimateRows, rules: Rules) -> Table:
    """Who entered and what became of them, quantiles over everybody, completers beside."""
    estimates = Numbers(rows)
    decimals = rules.display.percent_decimals
    codes = [code for code, _ in STEPS]

    def line(label, cell, **look):
        return Row(label, tuple(cell(code) for code in codes), **look)

    def state(label):
        def cell(code):
            return share_cell(estimates, decimals, code, parameter="State", category=label)

        return cell

    def quantile(label):
        def cell(code):
            place: dict[str, Any] = {"parameter": "Aalen-Johansen", "category": label}
            return limits_cell(estimates, 0, code, ("median", "ci_low", "ci_high"), **place)

        return cell

    body = [line("Entered the step", lambda c: count(estimates.get("n", c, parameter="Entered")))]
    body += [line(f"{label}, n (%)", state(label), indent=1) for _, label in STATES]
    body.append(Row("Everybody who took the step (T14.1.1, T14.1.2)", heading=True))
    body.append(
        line("Ever taken", lambda c: count(estimates.get("n", c, parameter=EVER)), indent=1)
    )
    for category in ELSEWHERE:
        if _anybody(estimates, codes, category):
            body.append(
                line(
                    f"of them {category}: not reached above",
                    _elsewhere(estimates, category),
                    indent=2,
                )
            )
    body.append(
        Row(
            f"Days until so many of all who entered had reached it ({confidence(rules)} CI)",
            heading=True,
        )
    )
    body += [
        line(label, quantile(label), indent=1, strong=label == "Half") for _, label in QUANTILES
    ]
    body.append(
        Row(f"Reached by week, % of all who entered ({confidence(rules)} CI)", heading=True)
    )
    for week in rules.estimation.turnaround_weeks:
        place: dict[str, Any] = {"visit": f"Week {week}", "parameter": "By week"}
        cells = tuple(rate_cell(estimates, rules, code, **place) for code in codes)
        body.append(Row(f"Week {week}", cells, indent=1))
        exact = (exact_cell(estimates, rules, code, **place) for code in codes)
        body += exact_row(rules, exact, indent=3)
    body.append(Row(f"{COMPLETERS} only", heading=True))
    body.append(
        line(
            "Median days (Q1–Q3)",
            lambda c: quartiles_cell(estimates, 0, c, parameter=COMPLETERS),
            indent=1,
        )
    )
    notes = (
        "Day 1 is the day of the step before: a step done on the same day took 1 day.",
        "NR: not reached by so many.",
        *limit_notes(rules, body),
        *flat_notes(estimates, lambda days: rounded(days, 0), " days"),
    )
    columns = tuple(Column(label) for _, label in STEPS)
    return Table(rows.output_id, "", columns, tuple(body), notes)
