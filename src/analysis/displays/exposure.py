"""T14.1.10 and T14.1.11 as tables."""

from __future__ import annotations

from analysis.displays.curves import flat_notes
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import confidence, count, months
from analysis.displays.shares import limits_cell, quartiles_cell, share_cell
from analysis.displays.table import Column, Row, Table
from analysis.estimates.rows import EstimateRows
from analysis.outputs.exposure import STEPS
from analysis.outputs.groups import GROUP_LABELS, TREATED_GROUPS

_GROUPS = (*TREATED_GROUPS, "All")


def exposure_table(rows: EstimateRows, rules, title: str) -> Table:
    """One column per group of the treatment period."""
    numbers = Numbers(rows)
    decimals, month = rules.display.months_decimals, rules.estimation.month_days

    def line(label, cell, **look):
        return Row(label, tuple(cell(group) for group in _GROUPS), **look)

    def number(stat, parameter):
        return lambda g: count(numbers.get(stat, "exposure", g, parameter=parameter))

    def time(g):
        stats = ("median", "ci_low", "ci_high")
        place = {"group": g, "parameter": "Time on treatment"}
        return limits_cell(numbers, decimals, "exposure", stats, month, **place)

    def ended(g):
        place = {"group": g, "parameter": "Ended periods"}
        return quartiles_cell(numbers, decimals, "exposure", month, **place)

    body = [
        line("Patients", number("n", "Patients")),
        line("Treatment periods", number("n_events", "Periods")),
        line("Regimens", number("n_events", "Regimens")),
        Row("Time on treatment, per period", heading=True),
        line(f"Median, months ({confidence(rules)} CI)", time, indent=1, strong=True),
        line("Ended periods", number("n", "Ended periods"), indent=1),
        line("Their median, months (Q1–Q3)", ended, indent=1),
        Row("Why the regimen ended, regimens (%)", heading=True),
    ]
    reason = "Why the regimen ended"
    for category in numbers.categories("exposure", reason):

        def share(g, category=category):
            place = {"group": g, "parameter": reason, "category": category}
            percent = rules.display.percent_decimals
            return share_cell(numbers, percent, "exposure", "n_events", **place)

        body.append(line(category.replace("_", " ").capitalize(), share, indent=1))

    def in_months(days: float) -> str:
        return months(days, month, decimals)

    notes = (
        "NR: not reached. NE: not estimable. Ongoing periods are censored; the ended ones alone "
        "are shorter.",
        *flat_notes(numbers, in_months, " months"),
    )
    columns = tuple(Column(GROUP_LABELS[group]) for group in _GROUPS)
    return Table(rows.output_id, title, "By treatment period", columns, tuple(body), notes)


def subsequent_table(rows: EstimateRows, rules, title: str) -> Table:
    """What followed each regimen, and crossover between guided and other therapy."""
    numbers = Numbers(rows)
    decimals = rules.display.percent_decimals
    body: list[Row] = []
    for label, _, _ in STEPS:
        body.append(Row(f"{label} regimen", heading=True))
        categories = numbers.categories(label, "")
        size = [count(numbers.get("N", label, g, category=categories[0])) for g in _GROUPS]
        body.append(Row("Patients with the earlier one", tuple(size), indent=1))
        for category in categories:
            cells = [
                share_cell(numbers, decimals, label, group=g, category=category) for g in _GROUPS
            ]
            name = GROUP_LABELS.get(category, category)
            body.append(Row(name, tuple(cells), indent=2))
    columns = tuple(Column(GROUP_LABELS[g], span="Earlier regimen") for g in _GROUPS)
    return Table(rows.output_id, title, "Next regimen, n (%)", columns, tuple(body))


def crossover_table(rows: EstimateRows, rules, title: str) -> Table:
    """Guided after other, other after guided."""
    numbers = Numbers(rows)
    decimals = rules.display.percent_decimals
    body = [
        Row(
            category,
            (
                count(numbers.get("N", "crossover", category=category)),
                share_cell(numbers, decimals, "crossover", category=category),
            ),
        )
        for category in numbers.categories("crossover", "")
    ]
    columns = (Column("Patients"), Column("n (%)"))
    return Table(rows.output_id, title, "Crossover", columns, tuple(body))
