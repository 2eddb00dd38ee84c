"""T14.2.5.3 as a table, and the sentence on groups that were lost more than others."""

from __future__ import annotations

from analysis.displays.curves import exact_cell, exact_row, limit_notes, rate_cell
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import confidence, count, percent, rounded
from analysis.displays.shares import share_cell
from analysis.displays.table import Column, Row, Table
from analysis.estimates.rows import EstimateRows
from analysis.outputs.groups import GROUP_LABELS, TREATED_GROUPS
from analysis.outputs.survival_reasons import DIFFERENCE, INCIDENCE, WITHDRAWN, WITHDREW

GROUPS = (*TREATED_GROUPS, "All")
_NOTHING_LOST = 1e-9  # a difference of exactly the plan's points is not lost to floating point


def overall_survival_reasons_table(rows: EstimateRows, rules, title: str) -> Table:
    """Deaths, why the others are censored, why patients withdrew, and how many were gone."""
    numbers = Numbers(rows)
    decimals = rules.display.percent_decimals

    def share(analysis, **place) -> tuple[str, ...]:
        return tuple(
            share_cell(numbers, decimals, analysis, group=group, **place) for group in GROUPS
        )

    body: list[Row] = []
    for analysis, label in (("event", "Events"), ("censored", "Censored")):
        body.append(Row(label, heading=True))
        for parameter, reason in _reasons(numbers, analysis):
            name = reason if analysis == "event" else f"{reason} [{parameter}]"
            cells = share(analysis, parameter=parameter, category=reason)
            body.append(Row(name, cells, indent=1))
            if analysis == "censored" and parameter == f"CNSR {WITHDREW}":
                for why in numbers.categories(WITHDRAWN, ""):
                    body.append(Row(why, share(WITHDRAWN, category=why), indent=2))
    months = f"{rules.estimation.uneven_loss_months} months"
    head = f"Withdrawn, lost or without contact by {months}, % ({confidence(rules)} CI)"
    places = [{"group": group, "visit": months} for group in GROUPS]
    cells = tuple(rate_cell(numbers, rules, INCIDENCE, **place) for place in places)
    body.append(Row(head, cells, strong=True))
    exact = (exact_cell(numbers, rules, INCIDENCE, **place) for place in places)
    body += exact_row(rules, exact, indent=1)
    heads = tuple(
        Column(GROUP_LABELS[g], f"N = {count(numbers.get('n', 'patients', g))}") for g in GROUPS
    )
    notes = (
        "Reasons for a withdrawal as the site recorded them. Aalen-Johansen; death competes.",
        *limit_notes(rules, body),
    )
    return Table(rows.output_id, title, "Reason", heads, tuple(body), notes)


def _reasons(numbers: Numbers, analysis: str) -> list[tuple[str, str]]:
    """CNSR and reason of an analysis, in the order in which they were made."""
    frame = numbers.frame
    mine = frame[frame["analysis_id"].eq(analysis) & frame["group"].eq("All")]
    pairs = mine[["parameter", "category"]].drop_duplicates()
    return list(pairs.itertuples(index=False, name=None))


def uneven_loss(rows: EstimateRows, rules) -> tuple[str, ...]:
    """One sentence where groups differ by the plan's points or more in who was lost; else none.

    Parameters
    ----------
    rows : EstimateRows
        Numbers of T14.2.5.3.
    rules : Rules
        ``estimation.uneven_loss_points`` and what belongs to it.
    """
    numbers = Numbers(rows)
    frame = numbers.frame
    differences = frame[frame["analysis_id"].eq(DIFFERENCE)]
    points = rules.estimation.uneven_loss_points
    large = differences[differences["stat"].abs() >= points / 100 - _NOTHING_LOST]
    if large.empty:
        return ()
    decimals = rules.display.percent_decimals
    visit = f"{rules.estimation.uneven_loss_months} months"
    known = differences[differences["stat"].notna()]
    compared = {group for pair in known["group"] for group in pair.split(" - ")}
    said = [
        f"{percent(numbers.get('estimate', INCIDENCE, group=group, visit=visit), decimals)}% "
        f"({GROUP_LABELS[group]}, N = {count(numbers.get('n', 'patients', group))})"
        for group in TREATED_GROUPS
        if group in compared
    ]
    most = rounded(100 * float(large["stat"].abs().max()), decimals)
    return (
        f"By {visit}, {', '.join(said[:-1])} and {said[-1]} had withdrawn, were lost or without "
        f"contact, a difference of up to {most} points: where those who leave first are the more "
        "ill, curves of groups that lose more read too high, and the groups differ for that reason "
        "too.",
    )
