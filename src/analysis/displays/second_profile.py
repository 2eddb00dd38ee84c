"""T14.2.10.1 and T14.2.10.2 as tables."""

from __future__ import annotations

import pandas as pd

from analysis.displays.lookup import Numbers
from analysis.displays.numbers import DASH, confidence, count, is_missing, rounded
from analysis.displays.response import proportion_cells
from analysis.displays.shares import share_cell
from analysis.displays.table import Column, Row, Table
from analysis.estimates.rows import EstimateRows
from analysis.outputs.second_profile import (
    ACQUIRED,
    ANY_TARGETED,
    DENOMINATORS,
    ENROLLED,
    FAILED,
    KEPT,
    LOST,
    NOT_CALLED,
    RESISTANT,
    SEQUENCED,
    STAGES,
)

_HEADS = {
    RESISTANT: "Resistance to guided therapy (main)",
    FAILED: "Resistance or intolerance",
    ANY_TARGETED: "Any targeted therapy failed",
    ENROLLED: "All enrolled",
    SEQUENCED: "Second NGS done",
}


def cascade_table(rows: EstimateRows, rules, title: str) -> Table:
    """Each stage over each denominator of D10, with its interval below."""
    numbers = Numbers(rows)
    decimals = rules.display.percent_decimals
    body: list[Row] = []
    for flag, stage in STAGES:
        pairs = []
        for label in DENOMINATORS:
            certain = (flag == "FAILED" and label != ENROLLED) or (flag, label) == (
                "SEQ2FL",
                SEQUENCED,
            )
            if certain:  # the denominator itself
                pairs.append((DASH, ""))
                continue
            place = {"parameter": flag, "category": stage}
            pairs.append(proportion_cells(numbers, decimals, label, **place))
        main = flag == "GUID2FL"
        body.append(Row(stage, tuple(cell for cell, _ in pairs), strong=main))
        body.append(Row(f"{confidence(rules)} CI", tuple(limits for _, limits in pairs), indent=1))
    columns = tuple(
        Column(
            _HEADS[label],
            f"N = {count(numbers.get('N', label, parameter='FAILED', category=STAGES[0][1]))}",
        )
        for label in DENOMINATORS
    )
    notes = (
        "Counted: patients whose guided therapy failed and who reached the stage. Any targeted "
        "therapy failed: guided or not, by the same rule of failure, with their second profiles.",
    )
    return Table(rows.output_id, title, "n/N (%)", columns, tuple(body), notes)


def after_failure_table(rows: EstimateRows, rules, title: str) -> Table:
    """Why there is no second profile, and what the second profiles are."""
    numbers = Numbers(rows)
    decimals = rules.display.percent_decimals
    body: list[Row] = []
    for analysis, label in (
        ("without a second NGS", "Failed, no second NGS"),
        ("specimen", "Second NGS done: specimen collected"),
        ("acquired", "Second NGS done: finding"),
    ):
        body.append(Row(label, heading=True))
        for category in numbers.categories(analysis, ""):
            size = count(numbers.get("N", analysis, category=category))
            cells = (size, _share_or_none(numbers, decimals, analysis, category))
            body.append(Row(category[0].upper() + category[1:], cells, indent=1))
    columns = (Column("N"), Column("n (%)"))
    return Table(rows.output_id, title, "After failure of guided therapy", columns, tuple(body))


def _share_or_none(numbers: Numbers, decimals: int, analysis: str, category: str) -> str:
    """``n (p)``; NE where nobody can be counted at all."""
    n = numbers.get("n", analysis, category=category)
    if is_missing(n):
        return rounded(n, 0)
    return share_cell(numbers, decimals, analysis, category=category)


def changes_table(rows: EstimateRows, rules, title: str) -> Table:
    """Patients by gene: in both profiles, acquired, lost, and what cannot be compared."""
    numbers = Numbers(rows)
    decimals = rules.display.percent_decimals
    frame = numbers.frame
    any_change = [
        share_cell(numbers, decimals, "any", category=KEPT),
        *(_of_comparable(numbers, decimals, change) for change in (ACQUIRED, LOST)),
    ]
    apart = share_cell(numbers, decimals, "any", category=NOT_CALLED)
    body = [Row("At least one gene, n (%)", (*any_change, apart, ""), strong=True)]
    body.append(Row("Gene, n/N", heading=True))
    for gene in pd.unique(frame.loc[frame["analysis_id"].eq("gene"), "parameter"]):
        both = count(numbers.get("n", "gene", parameter=gene, category=KEPT))
        called = [both, *(_of_gene(numbers, gene, change) for change in (ACQUIRED, LOST))]
        open_questions = [
            count(numbers.get("n", "gene", seen, parameter=gene, category=NOT_CALLED))
            for seen in ("first", "second")
        ]
        body.append(Row(gene, (*called, *open_questions), indent=1))
    body.append(Row("How the two panels compare", heading=True))
    for category in numbers.categories("panel", ""):
        share = share_cell(numbers, decimals, "panel", category=category)
        body.append(Row(category[0].upper() + category[1:], (share, "", "", "", ""), indent=1))
    pairs, comparable = (
        f"N = {count(numbers.get('N', 'any', category=change))}" for change in (KEPT, ACQUIRED)
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
        "in rules.molecular.assays. NE: no pair, or in a percentage fewer than "
        f"{rules.estimation.min_stratum}. In both: of all pairs.",
        "First line, not comparable: in either profile, of all pairs.",
    )
    return Table(rows.output_id, title, "Gene", columns, tuple(body), notes)


def _of_comparable(numbers: Numbers, decimals: int, change: str) -> str:
    """``n/N (p)`` of the pairs that can be compared; NE where there are none."""
    n, size, share = (numbers.get(stat, "any", category=change) for stat in ("n", "N", "pct"))
    if not size:
        return rounded(n, decimals)
    return f"{count(n)}/{count(size)} ({rounded(share, decimals)})"


def _of_gene(numbers: Numbers, gene: str, change: str) -> str:
    """Patients of those who can be compared on a gene; NE where nobody can."""
    place = {"parameter": gene, "category": change}
    n, size = (numbers.get(stat, "gene", **place) for stat in ("n", "N"))
    return f"{count(n)}/{count(size)}" if size else rounded(n, 0)
