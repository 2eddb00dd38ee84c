"""T14.2.9.1: value at each visit against the value at baseline."""

from __future__ import annotations

import pandas as pd

from analysis.datasets import Datasets
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import count
from analysis.displays.table import Column, Row, Table
from analysis.endpoints.questionnaire_state import COMPLETED, DEAD, MISSING, NOT_DUE, OFF_STUDY
from analysis.estimates.rows import Cell, EstimateRows
from analysis.missing import NO_TEXT
from analysis.outputs.origin import of_one_origin
from analysis.outputs.performance_status.status import DUE_NOTE, STATUS_LABELS, ecog_rows
from analysis.outputs.quality_of_life.forms_and_scores import visit_labels
from analysis.params import Rules
from analysis.tabulation.groups import TREATED_GROUPS, by_group, group_label

OUTPUT = "T14.2.9.1"
NEEDS = ("ecog",)
VALUES = ("0", "1", "2", "3", "4")
AT_VISIT = (*VALUES, MISSING, OFF_STUDY, DEAD)
AT_BASELINE = (*VALUES, MISSING)


def _as_code(values: pd.Series) -> pd.Series:
    """ECOG as text "0".."4", missing where there is no value."""
    return values.astype("Int64").astype("string").astype(object).where(values.notna(), NO_TEXT)


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> EstimateRows:
    """T14.2.9.1: value at each visit against the value at baseline.

    Parameters
    ----------
    data : mapping of DataFrame
        ``adsl`` and ``adqs``.
    rules : Rules

    Returns
    -------
    EstimateRows
        By group and visit: "N" (treated), "old baseline" (of them, with one of more than the plan's
        days before the anchor), "due" and "not due" (they add up to N), and "shift":
        parameter = value at the visit (0..4, missing, off_study, dead), category = value at
        baseline (0..4, missing); all cells add up to the due.
    """
    adsl, planned = ecog_rows(data)
    baseline = _as_code(planned["BASE"])
    seen = planned["STATE"].eq(COMPLETED)
    planned = planned.assign(
        FROM=baseline.where(baseline.notna(), MISSING),
        TO=_as_code(planned["AVAL"]).where(seen, planned["STATE"]),
    )
    rows = EstimateRows(OUTPUT, "TRTFL")
    for group, patients in by_group(adsl):
        rows.count(Cell("N", group), patients["USUBJID"])
        old = patients.loc[patients["ECOGBLFL"].eq("Y"), "USUBJID"]
        rows.count(Cell("old baseline", group), old)
        mine = planned[planned["USUBJID"].isin(patients["USUBJID"])]
        for visit in visit_labels(rules, baseline=False):
            at = mine[mine["AVISIT"].eq(visit)]
            due = at[at["STATE"].ne(NOT_DUE)]
            rows.count(Cell("due", group, visit), due["USUBJID"])
            later = at.loc[at["STATE"].eq(NOT_DUE), "USUBJID"]
            rows.count(Cell("not due", group, visit), later)
            cells = due.groupby(["TO", "FROM"])["USUBJID"].agg(list).to_dict()
            for to in AT_VISIT:
                for start in AT_BASELINE:
                    who = cells.get((to, start), [])
                    rows.count(Cell("shift", group, visit, to, start), who)
    return rows


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return tuple(shift_table(rows, rules, group) for group in ("All", *TREATED_GROUPS))


def shift_table(rows: EstimateRows, rules: Rules, group: str) -> Table:
    """T14.2.9.1: rows are the value at the visit, columns the value at baseline."""
    estimates = Numbers(rows)
    title = "All patients" if group == "All" else group_label(group)
    body: list[Row] = []
    for visit in visit_labels(rules, baseline=False):
        due = count(estimates.get("n", "due", group, visit))
        later = count(estimates.get("n", "not due", group, visit))
        body.append(Row(f"{visit}: due {due}, not due {later}", heading=True))
        for to in AT_VISIT:
            cells = [estimates.get("n", "shift", group, visit, to, start) for start in AT_BASELINE]
            total = sum(cells)
            shown = (*(count(cell) for cell in cells), count(total))
            body.append(Row(STATUS_LABELS.get(to, f"ECOG {to}"), shown, indent=1))
    columns = [Column(f"ECOG {start}", span="At baseline") for start in AT_BASELINE[:-1]]
    columns += [Column("Missing", span="At baseline"), Column("All", span="At baseline")]
    patients = count(estimates.get("n", "N", group))
    old = count(estimates.get("n", "old baseline", group))
    days = -rules.visits.baseline_flagged_first
    notes = (
        f"N = {patients}. {DUE_NOTE}",
        f"Baseline more than {days} days before the anchor: {old}.",
    )
    return Table(rows.output_id, "At the visit", tuple(columns), tuple(body), notes, title=title)
