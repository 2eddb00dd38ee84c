"""T14.2.2.1: proportion of all enrolled on guided therapy."""

from __future__ import annotations

from analysis.datasets import Datasets
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import count
from analysis.displays.shares import proportion_cells
from analysis.displays.table import Row, Table
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.disposition.funnel_states import PENDING, states
from analysis.outputs.guided_therapy.guided_regimens import (
    ANY,
    TARGETED,
    guided_targeted,
    interval_columns,
)
from analysis.outputs.origin import of_one_origin
from analysis.params import Rules
from analysis.tabulation.groups import in_set
from analysis.tabulation.proportion import add_proportion

OUTPUT = "T14.2.2.1"
NEEDS = ("mtb_reviews", "mtb_recommendations", "treatments")


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> EstimateRows:
    """T14.2.2.1: proportion of all enrolled on guided therapy.

    Parameters
    ----------
    data : mapping of DataFrame
        ``adsl``, ``adex``, ``admb`` and ``adngs``.
    rules : Rules
        ``estimation`` and ``molecular``.

    Returns
    -------
    EstimateRows
        Analyses "any regimen" (main) and "first regimen"; parameter: any guided (main), guided
        targeted drug only, and each class; "pending at cut" counts who is not guided and still in
        the study.
    """
    adsl, adex = data["adsl"], data["adex"]
    rows = EstimateRows(OUTPUT, "ENRLFL")
    enrolled = adsl["USUBJID"]
    targeted = guided_targeted(adex)
    first = adsl["TRTGRP1"].eq("TG")
    kinds = {
        "any regimen": (in_set(adsl, "GUIDFL")["USUBJID"], targeted),
        "first regimen": (
            adsl.loc[first, "USUBJID"],
            adsl.loc[first & adsl["GUIDCLS"].eq("targeted"), "USUBJID"],
        ),
    }
    for analysis, (anyone, drug) in kinds.items():
        add_proportion(rows, Cell(analysis, parameter=ANY), anyone, enrolled, rules)
        add_proportion(rows, Cell(analysis, parameter=TARGETED), drug, enrolled, rules)
    for guided_class in ("targeted", "immunotherapy", "other"):
        of_class = adsl.loc[adsl["GUIDCLS"].eq(guided_class), "USUBJID"]
        cell = Cell("class of the first guided regimen", parameter=ANY, category=guided_class)
        rows.count(cell, of_class)
    waiting = adsl["GUIDFL"].ne("Y") & adsl["EOSSTT"].eq("ONGOING")
    rows.count(Cell("pending at cut", parameter=ANY), adsl.loc[waiting, "USUBJID"])
    stand = states(data, rules)
    open_step = stand.loc[stand["STATE"].eq(PENDING), "USUBJID"]
    rows.count(Cell("step open at cut", parameter=ANY), open_step)
    return rows


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (guided_proportion_table(rows, rules),)


def guided_proportion_table(rows: EstimateRows, rules: Rules) -> Table:
    """Any guided therapy (main) and guided targeted drugs, over all enrolled."""
    estimates = Numbers(rows)
    decimals = rules.display.percent_decimals
    body: list[Row] = []
    for analysis, label in (
        ("any regimen", "Any regimen after enrolment"),
        ("first regimen", "First regimen after enrolment"),
    ):
        body.append(Row(label, heading=True))
        for parameter in (ANY, TARGETED):
            cells = proportion_cells(estimates, decimals, analysis, parameter=parameter)
            main = analysis == "any regimen" and parameter == ANY
            body.append(Row(parameter, cells, indent=1, strong=main))
    body.append(Row("Class of the first guided regimen", heading=True))
    analysis = "class of the first guided regimen"
    for category in estimates.categories(analysis, ANY):
        n = estimates.get("n", analysis, parameter=ANY, category=category)
        body.append(Row(category.capitalize(), (count(n), ""), indent=1))
    pending = count(estimates.get("n", "pending at cut", parameter=ANY))
    body.append(Row("At the data cut", heading=True))
    body.append(Row("Not guided, still in the study (pending)", (pending, ""), indent=1))
    still = count(estimates.get("n", "step open at cut", parameter=ANY))
    body.append(Row("of them, a step towards it still open (T14.1.1)", (still, ""), indent=2))
    return Table(rows.output_id, "Guided therapy", interval_columns(rules), tuple(body))
