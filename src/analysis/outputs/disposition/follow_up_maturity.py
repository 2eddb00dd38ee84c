"""T14.1.9: how mature the follow-up is at this cut, by treatment group.

Estimation only: no test and no hazard ratio stands in these outputs.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.datasets import Datasets
from analysis.displays.curves import flat_notes
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import confidence, count, rounded
from analysis.displays.table import Column, Row, Table
from analysis.displays.time_to_event import in_months, median_text
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.origin import of_one_origin
from analysis.params import Rules
from analysis.tabulation.groups import PLANNED, by_group, group_label, groups_by, in_set
from analysis.tabulation.known_at_origin import followed, times_of
from analysis.tabulation.proportion import add_share
from analysis.tabulation.time_to_event import TREATED, add_time_to_event

OUTPUT = "T14.1.9"
NEEDS = ("treatments",)


@of_one_origin
def numbers(data: Datasets, rules: Rules, by: str = PLANNED) -> EstimateRows:
    """T14.1.9: how mature the follow-up is at this cut, by treatment group.

    Returns
    -------
    EstimateRows
        Reverse Kaplan-Meier follow-up for OS, the patients with the plan's months of potential
        follow-up, events of PFS and OS over the patients (information fraction), those censored
        less than one visit interval before the cut, and the silent: in follow-up, but not seen in
        the plan's days before the cut.
    """
    adsl = data["adsl"]
    times = followed(data, rules, ("OS", "PFS"), TREATED, by)
    rows = EstimateRows(OUTPUT, TREATED, by)
    months = rules.estimation.maturity_months
    potential = pd.Timedelta(days=months * rules.estimation.month_days)
    interval = pd.Timedelta(days=rules.pfs.interval_days)
    treated = in_set(adsl, TREATED)
    for group, patients in by_group(treated, groups_by(treated, by), by):
        who = patients["USUBJID"]
        survival, progression = (times_of(times, code, who) for code in ("OS", "PFS"))
        add_time_to_event(rows, Cell("OS", group), survival, rules)
        observable = patients["DCUTDT"] - patients["TRTSDT"] >= potential
        cell = Cell("potential follow-up", group, category=f"{months} months or more")
        add_share(rows, cell, patients.loc[observable, "USUBJID"], who)
        silent = patients.loc[patients["SILENTFL"].eq("Y"), "USUBJID"]
        add_share(rows, Cell("silent", group, category="silent at the cut"), silent, who)
        for paramcd, rows_of in (("PFS", progression), ("OS", survival)):
            events = rows_of.loc[rows_of["CNSR"].eq(0), "USUBJID"]
            add_share(rows, Cell("information", group, category=paramcd), events, who)
            cut = rows_of["USUBJID"].map(adsl.set_index("USUBJID")["DCUTDT"])
            recent = rows_of["CNSR"].gt(0) & (cut - rows_of["ADT"] < interval)
            cell = Cell("censored near the cut", group, category=paramcd)
            add_share(rows, cell, rows_of.loc[recent, "USUBJID"], who)
    return rows


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (maturity_table(rows, rules),)


def maturity_table(rows: EstimateRows, rules: Rules) -> Table:
    """T14.1.9: follow-up and information at this cut."""
    estimates = Numbers(rows)
    decimals = rules.display.percent_decimals

    def share(analysis, category):
        cells = []
        for group in estimates.groups:
            place: dict[str, Any] = {"group": group, "category": category}
            n, pct = estimates.get("n", analysis, **place), estimates.get("pct", analysis, **place)
            cells.append(f"{count(n)} ({rounded(pct, decimals)})")
        return tuple(cells)

    least = f"{rules.estimation.maturity_months} months or more"
    follow_up = tuple(
        median_text(estimates, rules, "OS", name="Follow-up", group=group)
        for group in estimates.groups
    )
    body = (
        Row(f"Median follow-up, months ({confidence(rules)} CI)", follow_up),
        Row(f"Potential follow-up {least}, n (%)", share("potential follow-up", least)),
        Row("PFS events, n (%)", share("information", "PFS")),
        Row("Deaths, n (%)", share("information", "OS")),
        Row(
            "PFS censored within one visit interval of the cut, n (%)",
            share("censored near the cut", "PFS"),
        ),
        Row(
            "OS censored within one visit interval of the cut, n (%)",
            share("censored near the cut", "OS"),
        ),
        Row(
            f"Silent: in follow-up, last seen more than {rules.follow_up.silent_days} days before "
            "the cut, n (%)",
            share("silent", "silent at the cut"),
        ),
    )
    heads = tuple(
        Column(group_label(g), f"N = {count(estimates.get('n', 'OS', g, parameter='Patients'))}")
        for g in estimates.groups
    )
    notes = flat_notes(estimates, in_months(rules), " months")
    return Table(rows.output_id, "", heads, body, notes)
