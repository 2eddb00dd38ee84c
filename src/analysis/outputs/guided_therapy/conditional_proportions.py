"""T14.2.2.2: guided among sequenced, discussed, intervenable and recommended patients.

Primary B: all enrolled, nobody removed; death or withdrawal before the start is not guided
(composite). The cumulative incidence is the estimator for interim cuts, where some patients have
not had time to start.
"""

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

OUTPUT = "T14.2.2.2"
NEEDS = ("sequencing", "mtb_reviews", "mtb_recommendations", "treatments")
DENOMINATORS = (
    ("SEQFL", "of sequenced"),
    ("MTBFL", "of discussed by MTB"),
    ("ACTFL", "of those with an intervenable variant"),
    ("RECTGFL", "of those with guided therapy recommended"),
)

STILL_POSSIBLE = "Not guided, a step still open at the cut"


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> EstimateRows:
    """T14.2.2.2: guided among sequenced, discussed, intervenable and recommended patients."""
    adsl, targeted = data["adsl"], guided_targeted(data["adex"])
    rows = EstimateRows(OUTPUT, "ENRLFL")
    stand = states(data, rules)
    waiting = stand.loc[stand["STATE"].eq(PENDING), "USUBJID"]
    for flag, label in DENOMINATORS:
        population = in_set(adsl, flag)
        guided = in_set(population, "GUIDFL")
        drug = guided[guided["USUBJID"].isin(targeted)]
        still = population.loc[population["USUBJID"].isin(waiting), "USUBJID"]
        rows.count(Cell(label, parameter=STILL_POSSIBLE), still, analysis_set=flag)
        for parameter, who in ((ANY, guided), (TARGETED, drug)):
            add_proportion(
                rows,
                Cell(label, parameter=parameter),
                who["USUBJID"],
                population["USUBJID"],
                rules,
                analysis_set=flag,
            )
    return rows


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (conditional_guided_table(rows, rules),)


def conditional_guided_table(rows: EstimateRows, rules: Rules) -> Table:
    """Guided therapy among those who reached each stage."""
    estimates = Numbers(rows)
    decimals = rules.display.percent_decimals
    body: list[Row] = []
    for _, label in DENOMINATORS:
        body.append(Row(label[0].upper() + label[1:], heading=True))
        for parameter in (ANY, TARGETED):
            cells = proportion_cells(estimates, decimals, label, parameter=parameter)
            body.append(Row(parameter, cells, indent=1, strong=parameter == ANY))
        n = count(estimates.get("n", label, parameter=STILL_POSSIBLE))
        body.append(Row(STILL_POSSIBLE, (n, ""), indent=1))
    return Table(rows.output_id, "Denominator", interval_columns(rules), tuple(body))
