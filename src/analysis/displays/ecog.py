"""T14.2.9.1 and T14.2.9.2 as tables."""

from __future__ import annotations

from analysis.displays.lookup import Numbers
from analysis.displays.numbers import confidence, count, percent, rounded, with_interval
from analysis.displays.promis29 import STATE_LABELS
from analysis.displays.response import proportion_cells
from analysis.displays.table import Column, Row, Table
from analysis.endpoints.performance_change import IMPROVED, NO_BASELINE, UNCHANGED, WORSE
from analysis.estimates.rows import EstimateRows
from analysis.outputs.ecog import (
    AT_BASELINE,
    AT_VISIT,
    BALANCE,
    CATEGORIES,
    OF_DUE,
    OF_OBSERVED,
    PAIRS,
    WORSE_OR_DEAD,
)
from analysis.outputs.estimable import ESTIMATE, INTERVAL
from analysis.outputs.groups import GROUP_LABELS, TREATED_GROUPS
from analysis.outputs.promis29 import visit_labels

GROUPS = (*TREATED_GROUPS, "All")
_LABELS = {
    **STATE_LABELS,
    IMPROVED: "Improved",
    UNCHANGED: "Unchanged",
    WORSE: "Worse",
    NO_BASELINE: "No baseline",
    WORSE_OR_DEAD: "Worse or dead",
}
DUE_NOTE = (
    "Due: the window of the visit closed by the cut, whatever happened before. Death is its own "
    "state; missing and off study are neither death nor a value."
)


def shift_table(rows: EstimateRows, rules, title: str, group: str = "All") -> Table:
    """T14.2.9.1: rows are the value at the visit, columns the value at baseline."""
    numbers = Numbers(rows)
    body: list[Row] = []
    for visit in visit_labels(rules, baseline=False):
        due = count(numbers.get("n", "due", group, visit))
        later = count(numbers.get("n", "not due", group, visit))
        body.append(Row(f"{visit}: due {due}, not due {later}", heading=True))
        for to in AT_VISIT:
            cells = [numbers.get("n", "shift", group, visit, to, start) for start in AT_BASELINE]
            total = sum(cells)
            shown = (*(count(cell) for cell in cells), count(total))
            body.append(Row(_LABELS.get(to, f"ECOG {to}"), shown, indent=1))
    columns = [Column(f"ECOG {start}", span="At baseline") for start in AT_BASELINE[:-1]]
    columns += [Column("Missing", span="At baseline"), Column("All", span="At baseline")]
    patients = count(numbers.get("n", "N", group))
    old = count(numbers.get("n", "old baseline", group))
    days = -rules.visits.baseline_flagged_first
    notes = (
        f"N = {patients}. {DUE_NOTE}",
        f"Baseline more than {days} days before the anchor: {old}.",
    )
    return Table(rows.output_id, title, "At the visit", tuple(columns), tuple(body), notes)


def _points(numbers: Numbers, decimals: int, analysis: str, **place: str) -> str:
    """A difference of proportions in percentage points with its interval."""
    values = tuple(numbers.get(name, analysis, **place) for name in ESTIMATE)
    return with_interval(values, lambda value: percent(value, decimals))


def change_table(rows: EstimateRows, rules, title: str) -> Table:
    """T14.2.9.2: numbers, proportions, the paired difference and the mean change."""
    numbers = Numbers(rows)
    decimals = rules.display.percent_decimals
    body: list[Row] = []
    for visit in visit_labels(rules, baseline=False):
        body.append(Row(visit, heading=True))
        for category in CATEGORIES:
            cells = tuple(
                count(numbers.get("n", "category", group, visit, category=category))
                for group in GROUPS
            )
            body.append(Row(_LABELS[category], cells, indent=1))
        for category, denominator in (
            (IMPROVED, OF_DUE),
            (UNCHANGED, OF_DUE),
            (WORSE, OF_DUE),
            (WORSE_OR_DEAD, OF_DUE),
            (IMPROVED, OF_OBSERVED),
            (UNCHANGED, OF_OBSERVED),
            (WORSE, OF_OBSERVED),
        ):
            body += _proportion_rows(numbers, rules, visit, category, denominator)
        for denominator, label in (
            (OF_DUE, f"Improved minus worse or dead, of due, % ({confidence(rules)} CI)"),
            (OF_OBSERVED, f"Improved minus worse, of observed, % ({confidence(rules)} CI)"),
        ):
            place = {"visit": visit, "parameter": BALANCE, "category": denominator}
            cells = tuple(_points(numbers, decimals, "balance", group=g, **place) for g in GROUPS)
            body.append(Row(label, cells, indent=1, strong=denominator == OF_DUE))
        for analysis, label in (
            ("mean change", "Mean change, observed"),
            ("mean change with death", f"Mean change, death as {rules.ecog.worst_value}"),
        ):
            changes = tuple(_mean_change(numbers, analysis, group, visit) for group in GROUPS)
            body.append(Row(f"{label} ({confidence(rules)} CI)", changes, indent=1))
        later = tuple(
            count(numbers.get("n", "category", g, visit, category="not_due")) for g in GROUPS
        )
        body.append(Row("Not due", later, indent=1))
    columns = tuple(
        Column(GROUP_LABELS[group], f"N = {count(numbers.get('n', 'N', group))}")
        for group in GROUPS
    )
    notes = (
        DUE_NOTE,
        "Observed: a value at the visit and at baseline. A lower value is better: a negative mean "
        "change is an improvement.",
        "Improved minus worse: difference of paired proportions, Newcombe's interval.",
    )
    return Table(rows.output_id, title, "Visit", columns, tuple(body), notes)


def _proportion_rows(numbers, rules, visit, category, denominator) -> list[Row]:
    decimals = rules.display.percent_decimals
    places = [
        {"group": group, "visit": visit, "parameter": category, "category": denominator}
        for group in GROUPS
    ]
    pairs = [proportion_cells(numbers, decimals, "proportion", **place) for place in places]
    label = f"{_LABELS[category]}, {denominator}, n/N (%)"
    return [
        Row(label, tuple(shown for shown, _ in pairs), indent=1),
        Row(f"{confidence(rules)} CI", tuple(limits for _, limits in pairs), indent=2),
    ]


def _mean_change(numbers: Numbers, analysis: str, group: str, visit: str) -> str:
    names = ("mean", *INTERVAL)
    values = tuple(numbers.get(name, analysis, group, visit) for name in names)
    return with_interval(values, lambda value: rounded(value, 2))


def differences_table(rows: EstimateRows, rules, title: str) -> Table:
    """T14.2.9.2: differences between groups, descriptive."""
    numbers = Numbers(rows)
    decimals = rules.display.percent_decimals
    body: list[Row] = []
    for visit in visit_labels(rules, baseline=False):
        body.append(Row(visit, heading=True))
        for category in (IMPROVED, WORSE_OR_DEAD):
            place = {"visit": visit, "parameter": category, "category": OF_DUE}
            cells = tuple(
                _points(numbers, decimals, "difference", group=f"{one} - {other}", **place)
                for one, other in PAIRS
            )
            body.append(Row(f"{_LABELS[category]}, of due", cells, indent=1))
    columns = tuple(
        Column(
            f"{GROUP_LABELS[one]} minus {GROUP_LABELS[other].lower()}",
            f"% ({confidence(rules)} CI)",
        )
        for one, other in PAIRS
    )
    notes = ("Newcombe's interval. Descriptive: the groups are not randomised.",)
    return Table(rows.output_id, title, "Visit", columns, tuple(body), notes)
