"""T14.2.10.2: patients by gene and change between the two profiles.

The registered endpoint asks for the proportion on therapy guided by the second profile after
resistance; its denominator is open, so every one of D10 is printed. The stages of the cascade need
not be passed one by one: a regimen can follow a review that concluded otherwise.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.datasets import Datasets
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import count, rounded
from analysis.displays.shares import share_cell
from analysis.displays.table import Column, Row, Table
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.origin import of_one_origin
from analysis.outputs.second_profile.panels import (
    ACQUIRED,
    DECLARED,
    KEPT,
    LOST,
    NOT_CALLED,
    SAME_ASSAY,
    Panels,
    add_of_comparable,
    alteration_changes,
    compared_panels,
    paired_panels,
)
from analysis.params import Rules
from analysis.tabulation.proportion import add_share

OUTPUT = "T14.2.10.2"
NEEDS = ("sequencing", "variants")
PAIRED = "Paired profiles"


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> EstimateRows:
    """T14.2.10.2: patients by gene and change between the two profiles.

    Returns
    -------
    EstimateRows
        Analysis "any" (n, N, pct of patients with at least one gene of each change) and "gene"
        (parameter = gene, category = change): acquired and lost of the pairs that can be compared
        (on that gene), not estimable where none can and without a percentage below
        ``estimation.min_stratum``; in both, patients; not comparable, patients by the profile that
        has the gene (group: first, second). "panel" counts pairs by how they compare.
    """
    pairs = paired_panels(data, rules)
    changes = alteration_changes(data, rules)
    rows = EstimateRows(OUTPUT, PAIRED)
    rows.count(Cell("patients"), pairs)
    kinds = compared_panels(data, rules)
    for kind in (SAME_ASSAY, DECLARED, NOT_CALLED):
        add_share(rows, Cell("panel", category=kind), kinds.index[kinds.eq(kind)], pairs)
    comparable = kinds.index[kinds.ne(NOT_CALLED)]
    for change in (KEPT, ACQUIRED, LOST, NOT_CALLED):
        who = set(changes.loc[changes["CHANGE"].eq(change), "USUBJID"])
        cell = Cell("any", category=change)
        if change in (ACQUIRED, LOST):
            add_of_comparable(rows, cell, who, comparable, rules)
        else:
            add_share(rows, cell, who, pairs)
    sizes = changes.groupby("GENE")["USUBJID"].nunique()
    for gene in sorted(sizes.index, key=lambda name: (-sizes[name], name)):
        _gene(rows, gene, changes[changes["GENE"].eq(gene)], pairs, rules)
    return rows


def _gene(
    rows: EstimateRows, gene: str, mine: pd.DataFrame, pairs: dict[str, Panels], rules: Rules
) -> None:
    """One gene: in both, acquired, lost, and what cannot be compared."""
    both = mine.loc[mine["CHANGE"].eq(KEPT), "USUBJID"]
    rows.count(Cell("gene", parameter=gene, category=KEPT), both)
    comparable = [patient for patient, panels in pairs.items() if panels.compare(gene)]
    for change in (ACQUIRED, LOST):
        who = mine.loc[mine["CHANGE"].eq(change), "USUBJID"]
        cell = Cell("gene", parameter=gene, category=change)
        add_of_comparable(rows, cell, who, comparable, rules)
    for seen in ("first", "second"):
        which = mine["CHANGE"].eq(NOT_CALLED) & mine["SEEN"].eq(seen)
        cell = Cell("gene", group=seen, parameter=gene, category=NOT_CALLED)
        rows.count(cell, mine.loc[which, "USUBJID"])


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (changes_table(rows, rules),)


def changes_table(rows: EstimateRows, rules: Rules) -> Table:
    """Patients by gene: in both profiles, acquired, lost, and what cannot be compared."""
    estimates = Numbers(rows)
    decimals = rules.display.percent_decimals
    frame = estimates.frame
    any_change = [
        share_cell(estimates, decimals, "any", category=KEPT),
        *(_of_comparable(estimates, decimals, change) for change in (ACQUIRED, LOST)),
    ]
    apart = share_cell(estimates, decimals, "any", category=NOT_CALLED)
    body = [Row("At least one gene, n (%)", (*any_change, apart, ""), strong=True)]
    body.append(Row("Gene, n/N", heading=True))
    for gene in pd.unique(frame.loc[frame["analysis_id"].eq("gene"), "parameter"]):
        both = count(estimates.get("n", "gene", parameter=gene, category=KEPT))
        called = [both, *(_of_gene(estimates, gene, change) for change in (ACQUIRED, LOST))]
        open_questions = [
            count(estimates.get("n", "gene", seen, parameter=gene, category=NOT_CALLED))
            for seen in ("first", "second")
        ]
        body.append(Row(gene, (*called, *open_questions), indent=1))
    body.append(Row("How the two panels compare", heading=True))
    for category in estimates.categories("panel", ""):
        share = share_cell(estimates, decimals, "panel", category=category)
        body.append(Row(category[0].upper() + category[1:], (share, "", "", "", ""), indent=1))
    pairs, comparable = (
        f"N = {count(estimates.get('N', 'any', category=change))}" for change in (KEPT, ACQUIRED)
    )
    span = "Not comparable"
    columns = (
        Column("In both", pairs),
        Column("Acquired", f"second only; {comparable}"),
        Column("Lost", f"first only; {comparable}"),
        Column("In the first only", span=span),
        Column("In the second only", span=span),
    )
    notes = (
        "Gene level, patients with both profiles. Acquired and lost are called, and counted of "
        "those pairs, where both could have seen the gene: the same assay, or both panels declared "
        "in the plan. NE: no pair, or in a percentage fewer than "
        f"{rules.estimation.min_stratum}. In both: of all pairs.",
        "First line, not comparable: in either profile, of all pairs.",
    )
    return Table(rows.output_id, "Gene", columns, tuple(body), notes)


def _of_comparable(estimates: Numbers, decimals: int, change: str) -> str:
    """``n/N (p)`` of the pairs that can be compared; NE where there are none."""
    n, size, share = (estimates.get(stat, "any", category=change) for stat in ("n", "N", "pct"))
    if not size:
        return rounded(n, decimals)
    return f"{count(n)}/{count(size)} ({rounded(share, decimals)})"


def _of_gene(estimates: Numbers, gene: str, change: str) -> str:
    """Patients of those who can be compared on a gene; NE where nobody can."""
    place: dict[str, Any] = {"parameter": gene, "category": change}
    n, size = (estimates.get(stat, "gene", **place) for stat in ("n", "N"))
    return f"{count(n)}/{count(size)}" if size else rounded(n, 0)
