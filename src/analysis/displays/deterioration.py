"""T14.2.8.5 as a table: what came first, and the cumulative incidence of deterioration."""

from __future__ import annotations

from analysis.displays.competing_events import incidence_rows
from analysis.displays.curves import limit_notes
from analysis.displays.lookup import Numbers
from analysis.displays.numbers import confidence, count
from analysis.displays.promis29 import DIFFERENCE_LABEL
from analysis.displays.table import Column, Row, Table
from analysis.endpoints.promis29_scores import LABELS, minimal_difference
from analysis.endpoints.time_to_deterioration import DETERIORATION
from analysis.estimates.rows import EstimateRows
from analysis.outputs.deterioration import OUTCOMES, WORSE
from analysis.outputs.groups import ALL_GROUPS, GROUP_LABELS

GROUPS = (*ALL_GROUPS, "All")


def deterioration_table(rows: EstimateRows, rules, title: str) -> Table:
    """One block per domain: who had a baseline, what came first, incidence at the landmarks."""
    numbers = Numbers(rows)
    body: list[Row] = []
    for paramcd in DETERIORATION:
        threshold = f"{minimal_difference(paramcd, rules):g}"
        body.append(Row(f"{LABELS[paramcd]}, worse by {threshold} points", heading=True))
        sizes = (numbers.get("N", "outcome", g, parameter=paramcd) for g in GROUPS)
        body.append(
            Row("With a score at baseline, alive at the anchor", tuple(map(count, sizes)), indent=1)
        )
        for label in OUTCOMES.values():
            place = {"parameter": paramcd, "category": label}
            cells = tuple(count(numbers.get("n", "outcome", g, **place)) for g in GROUPS)
            body.append(Row(label, cells, indent=2))
        for month in rules.estimation.survival_months:
            place = {"visit": f"{month} months", "parameter": paramcd, "category": WORSE}
            label = f"Deteriorated by {month} months, % ({confidence(rules)} CI)"
            body += incidence_rows(numbers, rules, label, [{"group": g, **place} for g in GROUPS])
    columns = tuple(
        Column(GROUP_LABELS[g], f"N = {count(numbers.get('n', 'patients', g))}") for g in GROUPS
    )
    notes = (
        "From the anchor (first dose; of the untreated the MTB date, else enrolment). Both are "
        f"looked for up to the close of the planned visit that makes more than "
        f"{rules.promis29.max_missed} missed in a row without a score, or the end of "
        "follow-up if earlier; who has neither by then is censored there.",
        DIFFERENCE_LABEL,
        "The groups are not a comparison.",
        *limit_notes(rules, body),
    )
    return Table(rows.output_id, title, "Domain", columns, tuple(body), notes)
