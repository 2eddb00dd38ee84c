"""T14.3.1.4: complications of biopsies among those who had one (not the treated), at any time.

Seriousness is a regulatory outcome (AESER), severity the CTCAE v5.0 grade (AETOXGR): no cell counts
one for the other. No test between the groups.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.datasets import Datasets
from analysis.dates import UNIT
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import confidence, count
from analysis.displays.table import Column, Row, Table
from analysis.endpoints.adverse_event_period import counted_events
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.origin import of_one_origin
from analysis.outputs.safety.cells import incidence_cells, limit_note
from analysis.outputs.safety.columns import (
    SEVERE,
    add_upper_limit,
    chosen_events,
    where_grades_are_known,
)
from analysis.params import Rules
from analysis.tabulation.proportion import add_proportion

OUTPUT = "T14.3.1.4"
NEEDS = ("biopsies", "adverse_events")
BIOPSY_KINDS = (
    ("Any complication", lambda e: e["USUBJID"].notna()),
    ("Serious", lambda e: e["AESER"].eq("Y")),
    ("Grade 3 or higher", lambda e: e["AETOXGR"].ge(SEVERE)),
    ("Led to death", lambda e: e["AEOUT"].eq("fatal")),
)
TISSUE_TAKEN = "Tissue taken"


def tissue_taken(data: Datasets) -> pd.Series:
    """Patients with a tissue specimen: who had a biopsy. A blood sample is none."""
    tissue = data["adngs"].loc[data["adngs"]["SPECTYPE"].eq("tissue"), "USUBJID"]
    patients = data["adsl"]["USUBJID"]
    return patients[patients.isin(tissue)]


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> EstimateRows:
    """T14.3.1.4: complications of biopsies among those who had one (not the treated), at any time.

    Parameters
    ----------
    data : mapping of DataFrame
        ``adsl``, ``adngs`` and ``adae``.
    rules : Rules

    Returns
    -------
    EstimateRows
        Analysis "incidence" (n, N, proportion with its interval, events; the one-sided upper limit
        at 0) by kind and by term, of the patients of whom tissue was taken; patients and events
        "begun before tissue was taken", counted in these; and "without tissue taken", those of
        everybody else, by what there was instead.
    """
    adsl, adae = data["adsl"], counted_events(data["adae"])
    rows = EstimateRows(OUTPUT, TISSUE_TAKEN)
    biopsied = tissue_taken(data)
    related = adae[adae["BIOPRFL"].eq("Y")]
    events = related[related["USUBJID"].isin(biopsied)]
    terms = sorted(events["AEDECOD"].unique())
    kinds = [("Kind", label, chosen_events(events, condition)) for label, condition in BIOPSY_KINDS]
    kinds += [("Term", term, events[events["AEDECOD"].eq(term)]) for term in terms]
    for parameter, label, chosen in kinds:
        cell = Cell("incidence", parameter=parameter, category=label)
        add_proportion(rows, cell, chosen["USUBJID"], biopsied, rules)
        _add_events(rows, cell, chosen, TISSUE_TAKEN)
        add_upper_limit(rows, cell, chosen["USUBJID"], biopsied, rules, analysis_set=None)
    early = _before_tissue(events, data["adngs"])
    rows.count(Cell("begun before tissue was taken"), early["USUBJID"])
    _add_events(rows, Cell("begun before tissue was taken"), early, TISSUE_TAKEN)
    others = adsl[~adsl["USUBJID"].isin(biopsied)]
    sampled = others["BIOPFL"].eq("Y")  # tissue or blood, and these have no tissue
    for label, instead in (("Blood only", sampled), ("No specimen", ~sampled)):
        chosen = related[related["USUBJID"].isin(others.loc[instead, "USUBJID"])]
        cell = Cell("without tissue taken", category=label)
        rows.count(cell, chosen["USUBJID"], analysis_set="ENRLFL")
        _add_events(rows, cell, chosen, "ENRLFL")
    return where_grades_are_known(rows, adae, lambda kind: kind == "Grade 3 or higher")


def _before_tissue(events: pd.DataFrame, adngs: pd.DataFrame) -> pd.DataFrame:
    """Events that began, on a complete date, before the first day on which tissue was taken."""
    tissue = adngs[adngs["SPECTYPE"].eq("tissue")].groupby("USUBJID")["SPECDT"].min()
    first = events["USUBJID"].map(tissue).astype(UNIT)
    return events[events["ASTDTF"].isna() & (events["ASTDT"].astype(UNIT) < first)]


def _add_events(rows: EstimateRows, cell: Cell, events: pd.DataFrame, analysis_set: str) -> None:
    who = events["USUBJID"].nunique()
    rows.add(
        cell, "n_events", len(events), unit="events", n_subjects=who, analysis_set=analysis_set
    )


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (biopsy_table(rows, rules),)


def biopsy_table(rows: EstimateRows, rules: Rules) -> Table:
    """T14.3.1.4: complications of biopsies; below them, those of patients without tissue taken."""
    estimates = Numbers(rows)
    decimals = rules.display.percent_decimals
    size = count(estimates.get("N", "incidence", parameter="Kind", category="Any complication"))
    body: list[Row] = []
    for parameter in ("Kind", "Term"):
        for category in estimates.categories("incidence", parameter):
            place: dict[str, Any] = {"parameter": parameter, "category": category}
            shown, limits = incidence_cells(estimates, decimals, "incidence", **place)
            events = count(estimates.get("n_events", "incidence", **place))
            indent = 0 if category == "Any complication" else 1
            body.append(Row(category, (shown, limits, events), indent=indent))
            if category == "Any complication":
                body.append(_counted(estimates, "begun before tissue was taken", "", _EARLY))
    body.append(Row("Called related to a biopsy, no tissue taken (not in the above)", heading=True))
    for category in estimates.categories("without tissue taken", ""):
        body.append(_counted(estimates, "without tissue taken", category, category))
    columns = (Column("n (%)", f"N = {size}"), Column(f"{confidence(rules)} CI"), Column("Events"))
    notes = (limit_note(rules),)
    return Table(rows.output_id, "Complication", columns, tuple(body), notes)


_EARLY = "of them, begun before tissue was first taken (findings)"


def _counted(estimates: Numbers, analysis: str, category: str, label: str) -> Row:
    """Patients and events, without a percentage."""
    n, events = (
        count(estimates.get(stat, analysis, category=category)) for stat in ("n", "n_events")
    )
    return Row(label, (n, "", events), indent=1)
