"""T14.1.11: the group of the next systemic regimen, and crossover."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.datasets import Datasets
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import count
from analysis.displays.shares import share_cell
from analysis.displays.table import Column, Row, Table
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.origin import of_one_origin
from analysis.params import Rules
from analysis.tabulation.groups import GROUP_LABELS, TREATED_GROUPS, group_label
from analysis.tabulation.proportion import add_share

OUTPUT = "T14.1.11"
NEEDS = ("treatments",)
NONE_YET, NONE = "None, in follow-up", "None, final"
STEPS = (("First to second", 1, 2), ("Second to third", 2, 3))


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> EstimateRows:
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
    rows = EstimateRows(OUTPUT, "TRTFL")
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


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (
        subsequent_table(rows, rules, "Next regimen"),
        crossover_table(rows, rules, "Crossover"),
    )


def subsequent_table(rows: EstimateRows, rules: Rules, title: str) -> Table:
    """What followed each regimen, and crossover between guided and other therapy."""
    estimates = Numbers(rows)
    decimals = rules.display.percent_decimals
    body: list[Row] = []
    for label, _, _ in STEPS:
        body.append(Row(f"{label} regimen", heading=True))
        categories = estimates.categories(label, "")
        size = [
            count(estimates.get("N", label, g, category=categories[0])) for g in estimates.groups
        ]
        body.append(Row("Patients with the earlier one", tuple(size), indent=1))
        for category in categories:
            cells = [
                share_cell(estimates, decimals, label, group=g, category=category)
                for g in estimates.groups
            ]
            name = GROUP_LABELS.get(category, category)
            body.append(Row(name, tuple(cells), indent=2))
    columns = tuple(Column(group_label(g), span="Earlier regimen") for g in estimates.groups)
    return Table(rows.output_id, "Next regimen, n (%)", columns, tuple(body), title=title)


def crossover_table(rows: EstimateRows, rules: Rules, title: str) -> Table:
    """Guided after other, other after guided."""
    estimates = Numbers(rows)
    decimals = rules.display.percent_decimals
    body = [
        Row(
            category,
            (
                count(estimates.get("N", "crossover", category=category)),
                share_cell(estimates, decimals, "crossover", category=category),
            ),
        )
        for category in estimates.categories("crossover", "")
    ]
    columns = (Column("Patients"), Column("n (%)"))
    return Table(rows.output_id, "Crossover", columns, tuple(body), title=title)
