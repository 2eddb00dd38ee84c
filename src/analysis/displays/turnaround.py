"""T14.1.7 as a table: one column per step."""

from __future__ import annotations

from analysis.displays.curves import exact_cell, exact_row, flat_notes, limit_notes, rate_cell
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import confidence, count, rounded
from analysis.displays.shares import limits_cell, quartiles_cell, share_cell
from analysis.displays.table import Column, Row, Table
from analysis.estimates.rows import EstimateRows
from analysis.outputs.turnaround import COMPLETERS, ELSEWHERE, EVER, QUANTILES, STATES, STEPS


def _elsewhere(numbers: Numbers, category: str):
    """A cell: patients who took a step, but not as this table counts it."""

    def cell(code: str) -> str:
        return count(numbers.get("n", code, parameter="Elsewhere", category=category))

    return cell


def _anybody(numbers: Numbers, codes, category: str) -> bool:
    place = {"parameter": "Elsewhere", "category": category}
    return any(numbers.get("n", code, **place) for code in codes)


def turnaround_table(rows: EstimateRows, rules, title: str) -> Table:
    """Who entered and what became of them, quantiles over everybody, completers beside."""
    numbers = Numbers(rows)
    decimals = rules.display.percent_decimals
    codes = [code for code, _ in STEPS]

    def line(label, cell, **look):
        return Row(label, tuple(cell(code) for code in codes), **look)

    def state(label):
        def cell(code):
            return share_cell(numbers, decimals, code, parameter="State", category=label)

        return cell

    def quantile(label):
        def cell(code):
            place = {"parameter": "Aalen-Johansen", "category": label}
            return limits_cell(numbers, 0, code, ("median", "ci_low", "ci_high"), **place)

        return cell

    body = [line("Entered the step", lambda c: count(numbers.get("n", c, parameter="Entered")))]
    body += [line(f"{label}, n (%)", state(label), indent=1) for _, label in STATES]
    body.append(Row("Everybody who took the step (T14.1.1, T14.1.2)", heading=True))
    body.append(line("Ever taken", lambda c: count(numbers.get("n", c, parameter=EVER)), indent=1))
    for category in ELSEWHERE:
        if _anybody(numbers, codes, category):
            body.append(
                line(
                    f"of them {category}: not reached above",
                    _elsewhere(numbers, category),
                    indent=2,
                )
            )
    body.append(
        Row(
            f"Days until so many of all who entered had reached it ({confidence(rules)} CI)",
            heading=True,
        )
    )
    body += [
        line(label, quantile(label), indent=1, strong=label == "Half") for _, label in QUANTILES
    ]
    body.append(
        Row(f"Reached by week, % of all who entered ({confidence(rules)} CI)", heading=True)
    )
    for week in rules.estimation.turnaround_weeks:
        place = {"visit": f"Week {week}", "parameter": "By week"}
        cells = tuple(rate_cell(numbers, rules, code, **place) for code in codes)
        body.append(Row(f"Week {week}", cells, indent=1))
        exact = (exact_cell(numbers, rules, code, **place) for code in codes)
        body += exact_row(rules, exact, indent=3)
    body.append(Row(f"{COMPLETERS} only", heading=True))
    body.append(
        line(
            "Median days (Q1–Q3)",
            lambda c: quartiles_cell(numbers, 0, c, parameter=COMPLETERS),
            indent=1,
        )
    )
    notes = (
        "Day 1 is the day of the step before: a step done on the same day took 1 day.",
        "NR: not reached by so many.",
        *limit_notes(rules, body),
        *flat_notes(numbers, lambda days: rounded(days, 0), " days"),
    )
    columns = tuple(Column(label) for _, label in STEPS)
    return Table(rows.output_id, title, "", columns, tuple(body), notes)
