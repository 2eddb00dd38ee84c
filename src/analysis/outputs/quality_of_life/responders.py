"""T14.2.8.3: improved, stable, worse by the minimally important difference of each domain."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analysis.datasets import Datasets
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import count, rounded
from analysis.displays.table import Column, Row, Table
from analysis.endpoints.promis29_scores import (
    LABELS,
    PARAMETERS,
    change_category,
    minimal_difference,
)
from analysis.endpoints.questionnaire_state import COMPLETED, EXPECTED
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.origin import of_one_origin
from analysis.outputs.quality_of_life.forms_and_scores import (
    RESPONDER_PARAMETERS,
    STATES,
    add_states,
    by_parameter,
    planned_rows,
    visit_labels,
)
from analysis.outputs.quality_of_life.labels import DIFFERENCE_LABEL, STATE_LABELS, STATE_NOTE
from analysis.params import Rules
from analysis.tabulation.groups import ALL_GROUPS, by_group, group_label, in_set
from analysis.tabulation.proportion import add_share

OUTPUT = "T14.2.8.3"
NEEDS = ("promis29",)
NO_CHANGE_SCORE = "no change score"
CATEGORIES = ("improved", "stable", "worse", NO_CHANGE_SCORE)


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> EstimateRows:
    """T14.2.8.3: improved, stable, worse by the minimally important difference of each domain.

    Returns
    -------
    EstimateRows
        By group and visit: "states" (death, off study and not due are not in the denominator and
        stand beside it); per parameter "category" (n, N expected, pct; "no change score" where the
        form or an item is missing, or there is no baseline: the four add up to the expected).
    """
    adsl = in_set(data["adsl"], "PROFL")
    planned = planned_rows(data["adqs"], RESPONDER_PARAMETERS)
    planned = planned[planned["USUBJID"].isin(adsl["USUBJID"])]
    changes = planned.groupby("PARAMCD")["CHG"]
    changed = [change_category(own, str(paramcd), rules) for paramcd, own in changes]
    categories = pd.concat([*changed, pd.Series(dtype=object)])
    kept = categories.reindex(planned.index).where(planned["STATE"].eq(COMPLETED))
    planned = planned.assign(CATEGORY=kept.astype(object).fillna(NO_CHANGE_SCORE))
    rows = EstimateRows(OUTPUT, "PROFL")
    for group, patients in by_group(adsl, ALL_GROUPS):
        rows.count(Cell("patients", group), patients["USUBJID"])
        mine = planned[planned["USUBJID"].isin(patients["USUBJID"])]
        for visit in visit_labels(rules, baseline=False):
            at = mine[mine["AVISIT"].eq(visit)]
            add_states(rows, "states", group, visit, at[at["PARAMCD"].eq(PARAMETERS[0])], "PROFL")
            for paramcd, own in by_parameter(at, RESPONDER_PARAMETERS):
                expected = np.isin(own["STATE"].astype(str), EXPECTED)
                for category in CATEGORIES:
                    who = own["USUBJID"][expected & (own["CATEGORY"] == category)]
                    cell = Cell("category", group, visit, paramcd, category)
                    add_share(rows, cell, who, own["USUBJID"][expected])
    return rows


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return tuple(responder_table(rows, rules, group) for group in ("All", *ALL_GROUPS))


def responder_table(rows: EstimateRows, rules: Rules, group: str) -> Table:
    """T14.2.8.3: improved, stable, worse of the expected; death and the rest beside them."""
    estimates = Numbers(rows)
    title = "All patients" if group == "All" else group_label(group)
    decimals = rules.display.percent_decimals
    body: list[Row] = []
    for paramcd in RESPONDER_PARAMETERS:
        threshold = f"{minimal_difference(paramcd, rules):g}"
        body.append(Row(f"{LABELS[paramcd]}, {threshold} points", heading=True))
        for visit in visit_labels(rules, baseline=False):
            place: dict[str, Any] = {"group": group, "visit": visit}
            cells = []
            for category in CATEGORIES:
                at = {**place, "parameter": paramcd, "category": category}
                share = rounded(estimates.get("pct", "category", **at), decimals)
                cells.append(f"{count(estimates.get('n', 'category', **at))} ({share})")
            size = count(estimates.get("N", "category", **at))
            others = [
                count(estimates.get("n", "states", **place, category=state)) for state in STATES[2:]
            ]
            body.append(Row(visit, (size, *cells, *others), indent=1))
    beside = "Not in the denominator"
    columns = (
        Column("Expected"),
        *(Column(name.capitalize(), "n (%)", "Of the expected") for name in CATEGORIES),
        *(Column(STATE_LABELS[state], "n", beside) for state in STATES[2:]),
    )
    patients = count(estimates.get("n", "patients", group))
    notes = (
        f"N = {patients}. {DIFFERENCE_LABEL}",
        "A change of exactly the threshold counts. " + STATE_NOTE,
    )
    return Table(rows.output_id, "Domain, visit", columns, tuple(body), notes, title=title)
