"""T14.2.7.1: patients with an intervenable variant under each denominator."""

from __future__ import annotations

from analysis.datasets import Datasets
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import confidence, count, rounded
from analysis.displays.shares import proportion_cells
from analysis.displays.table import Column, Row, Table
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.origin import of_one_origin
from analysis.params import Rules
from analysis.tabulation.groups import in_set
from analysis.tabulation.proportion import add_proportion, add_share

OUTPUT = "T14.2.7.1"
NEEDS = ("sequencing", "mtb_reviews")
INTERVENABLE = "Intervenable variant by MTB conclusion"
DENOMINATORS = (
    ("ENRLFL", "of all enrolled (main)"),
    ("SEQFL", "of sequenced"),
    ("MTBFL", "of discussed by MTB"),
)


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> EstimateRows:
    """T14.2.7.1: patients with an intervenable variant under each denominator.

    Returns
    -------
    EstimateRows
        Analysis = denominator (n, N, estimate, limits); "without" counts, of all enrolled and
        exclusively, those without: not sequenced or not discussed, final or pending at the cut,
        deferred, and concluded not intervenable.
    """
    adsl = data["adsl"]
    rows = EstimateRows(OUTPUT, "ENRLFL")
    found = in_set(adsl, "ACTFL")["USUBJID"]
    for flag, label in DENOMINATORS:
        population = in_set(adsl, flag)["USUBJID"]
        mine = found[found.isin(population)]
        cell = Cell(label, parameter=INTERVENABLE)
        add_proportion(rows, cell, mine, population, rules, analysis_set=flag)
    without = adsl[adsl["ACTFL"].ne("Y")]
    ongoing = without["EOSSTT"].eq("ONGOING")
    discussed, concluded = without["MTBFL"].eq("Y"), without["MTBDT"].notna()
    sequenced = without["SEQFL"].eq("Y")
    for category, holds in (
        ("Discussed, not intervenable", concluded),
        ("Discussed, conclusion deferred", discussed & ~concluded),
        ("Sequenced, not discussed: pending", sequenced & ~discussed & ongoing),
        ("Sequenced, not discussed: final", sequenced & ~discussed & ~ongoing),
        ("Not sequenced: pending", ~sequenced & ~discussed & ongoing),
        ("Not sequenced: final", ~sequenced & ~discussed & ~ongoing),
    ):
        who = without.loc[holds, "USUBJID"]
        add_share(rows, Cell("without", category=category), who, adsl["USUBJID"])
    return rows


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (intervenable_table(rows, rules),)


def intervenable_table(rows: EstimateRows, rules: Rules) -> Table:
    """The proportion under each denominator, and where the others stand."""
    estimates = Numbers(rows)
    decimals = rules.display.percent_decimals
    body = [Row(INTERVENABLE, heading=True)]
    for flag, label in DENOMINATORS:
        cells = proportion_cells(estimates, decimals, label, parameter=INTERVENABLE)
        name = label[0].upper() + label[1:]
        body.append(Row(name, cells, indent=1, strong=flag == "ENRLFL"))
    body.append(Row("Enrolled without one, exclusive", heading=True))
    for category in estimates.categories("without", ""):
        n = estimates.get("n", "without", category=category)
        size = count(estimates.get("N", "without", category=category))
        share = rounded(estimates.get("pct", "without", category=category), decimals)
        body.append(Row(category, (f"{count(n)}/{size} ({share})", ""), indent=1))
    columns = (Column("n/N (%)"), Column(f"{confidence(rules)} CI"))
    return Table(rows.output_id, "Denominator", columns, tuple(body))
