"""How the registry came to know things: late entry, wrong values corrected, wrong rows taken out.

`enter` says of every row when it was typed in and what was wrong with it until when; `as_at` gives
a table as it stood on the day of a snapshot. The last snapshot asked for holds everything dated on
or before its day, with all corrections made.
"""

from __future__ import annotations

import numpy as np

from schemas import terminology

from . import model
from .adverse_events import GRADES
from .assessments import PR, SD
from .draws import Draws
from .people import entry_delay
from .rows import MISSING, NEVER, Rows
from .tumour import RESPONSE

_WIDTH = 32  # rows of one patient in one table that get their own random numbers

# parent table, key column of the parent, column of the child
_PARENTS = {
    "sequencing": (("biopsies", "specimen_id", "specimen_id"),),
    "variants": (("sequencing", "test_id", "test_id"),),
    "mtb_reviews": (("sequencing", "test_id", "test_id"),),
    "mtb_recommendations": (
        ("mtb_reviews", "review_id", "review_id"),
        ("variants", "variant_id", "variant_id"),
    ),
    "mtb_decisions": (("mtb_recommendations", "recommendation_id", "recommendation_id"),),
}
_SAME_FORM = {"tumour_lesions": "scan", "tumour_responses": "scan"}
_KEYS = {
    "treatments": ("regimen_id",),
    "adverse_events": ("ae_id",),
    "ecog": ("patient_id", "assessment_date"),
    "follow_up": ("patient_id", "contact_date"),
}


def enter(draws: Draws, tables: dict[str, Rows], plan, clean: bool) -> None:
    """Give every row the day of its entry, and plant corrections and erroneous rows."""
    for rows in tables.values():
        rows.entered = rows.date.copy()
        rows.deleted = np.full(len(rows), NEVER)
    if clean:
        return
    for name, rows in tables.items():
        rows.entered = _first_entry(draws, name, rows, plan)
    patients = tables["patients"].entered
    for rows in tables.values():
        rows.entered = np.maximum(rows.entered, patients[rows.patient])
    for name, parents in _PARENTS.items():
        for parent, key, column in parents:
            _after_parent(tables[name], tables[parent], key, column)
    _corrections(draws, tables, plan)
    for name in _KEYS:
        _erroneous(draws, name, tables[name], plan)


def _first_entry(draws: Draws, name: str, rows: Rows, plan) -> np.ndarray:
    """Day on which each row would be typed in, by itself."""
    if name == "patients":
        return rows.date + plan.people.entry_delay
    if name in _SAME_FORM:  # lesions and response of one scan come on one form
        by_day = entry_delay(draws, _SAME_FORM[name], _WIDTH)
        return rows.date + by_day[rows.patient, rows.columns["assessment_date"] % _WIDTH]
    usual = rows.date + _per_row(rows, entry_delay(draws, name, _WIDTH))
    if name == "disposition":
        is_death = rows.columns["event"] == _death_event()
        return np.where(is_death, plan.death.known[rows.patient], usual)
    return usual


def _death_event() -> int:
    return sorted(terminology.DISPOSITION_EVENT).index("death")


def _per_row(rows: Rows, values: np.ndarray) -> np.ndarray:
    """The patient's numbers, one per row in turn."""
    return values[rows.patient, rows.place() % _WIDTH]


def _after_parent(rows: Rows, parent: Rows, key: str, column: str) -> None:
    """No row is entered before the row that it refers to; a test refers with its report."""
    keys, values = parent.columns[key], rows.columns[column]
    order = np.argsort(keys, kind="stable")
    at = np.minimum(np.searchsorted(keys[order], values), max(len(keys) - 1, 0))
    if not len(keys):
        return
    found = (keys[order][at] == values) & (values >= 0)
    rows.entered = np.where(
        found, np.maximum(rows.entered, parent.entered[order][at]), rows.entered
    )


def _chosen(draws: Draws, name: str, rows: Rows, allowed: np.ndarray, rate=None):
    """Rows to correct, with the day of the correction."""
    rate = model.CORRECTED if rate is None else rate
    hit = _per_row(rows, draws.chance(f"correct {name}", rate, _WIDTH)) & allowed
    wait = _per_row(
        rows, draws.integers(f"correct {name} after", *model.CORRECTED_AFTER_DAYS, _WIDTH)
    )
    at = np.nonzero(hit)[0]
    return at, rows.entered[at] + wait[at]


def _corrections(draws: Draws, tables: dict[str, Rows], plan) -> None:
    """Values that were wrong until somebody checked them."""
    rows = tables["patients"]
    at, until = _chosen(draws, "birth year", rows, np.ones(len(rows), dtype=bool))
    rows.wrong_until("birth_year", at, rows.columns["birth_year"][at] + 1, until)
    at, until = _chosen(draws, "stage", rows, rows.columns["stage"] == 1, 0.02)
    rows.wrong_until("stage", at, terminology.STAGE.index("unknown"), until)

    rows = tables["biopsies"]
    at, until = _chosen(draws, "content", rows, rows.columns["tumour_content_pct"] >= 0)
    rows.wrong_until("tumour_content_pct", at, MISSING, until)

    rows = tables["tumour_lesions"]
    size = rows.columns["diameter_mm"]
    at, until = _chosen(draws, "diameter", rows, size > 150, 0.006)
    rows.wrong_until("diameter_mm", at, size[at] + 27, until)

    rows = tables["tumour_responses"]
    overall = rows.columns["overall_response"]
    may = np.isin(overall, (PR, SD)) & (rows.columns["new_lesion"] == 1)
    at, until = _chosen(draws, "response", rows, may)
    other = np.where(overall[at] == PR, SD, PR)
    rows.wrong_until("overall_response", at, other, until)
    table = {PR: RESPONSE["PR"], SD: RESPONSE["SD"]}
    component = np.where(other == PR, table[PR], table[SD])
    rows.wrong_until("target_response", at, component, until)

    rows = tables["adverse_events"]
    grade, term = rows.columns["grade"], rows.columns["term"]
    lower = (grade >= 2) & (grade <= 4) & GRADES[term, np.maximum(grade - 2, 0)]
    at, until = _chosen(draws, "grade", rows, lower)
    rows.wrong_until("grade", at, grade[at] - 1, until)

    rows = tables["ecog"]
    at, until = _chosen(draws, "ecog", rows, rows.columns["ecog"] < 3)
    rows.wrong_until("ecog", at, rows.columns["ecog"][at] + 1, until)

    rows = tables["promis29"]
    answer = rows.columns["edanx40"]
    at, until = _chosen(draws, "answer", rows, answer >= 0, 0.01)
    rows.wrong_until("edanx40", at, MISSING, until)

    rows = tables["treatments"]
    start, ends = rows.columns["start_date"], rows.columns["end_date"]
    # dates earlier than the true start but after enrolment, and no regimen in between
    since = plan.people.enrolment[rows.patient]
    first = rows.columns["regimen_id"] % 100 == 1
    guided = plan.therapy.guided[rows.patient, 0]
    may = first & (start - since > 6) & ((ends < 0) | (ends > start)) & ~guided
    at, until = _chosen(draws, "start", rows, may, 0.05)
    rows.wrong_until("start_date", at, start[at] - 3, until)

    rows = tables["disposition"]
    death = rows.columns["event"] == _death_event()
    cause = rows.columns["cause"]
    unknown = terminology.CAUSE_OF_DEATH.index("unknown")
    at, until = _chosen(draws, "cause", rows, death & (cause != unknown), 0.10)
    at_known = cause[at] == terminology.CAUSE_OF_DEATH.index("disease")
    rows.wrong_until("cause", at[at_known], unknown, until[at_known])


def _erroneous(draws: Draws, name: str, rows: Rows, plan) -> None:
    """Rows that never should have been there, put beside the right ones and taken out later."""
    hit = _per_row(rows, draws.chance(f"erroneous {name}", model.ERRONEOUS_ROWS, _WIDTH))
    end = plan.course.end[rows.patient]
    hit &= rows.date + 4 < end
    if name == "adverse_events":
        hit &= rows.columns["serious"] == 1
    if name == "treatments":
        hit &= rows.columns["regimen_id"] % 100 <= 4
    source = np.nonzero(hit)[0]
    if not len(source):
        return
    columns = {column: values[source].copy() for column, values in rows.columns.items()}
    key = _KEYS[name][0]
    if name in ("treatments", "adverse_events"):
        columns[key] = columns[key] + 50  # entered twice, under another number
    else:
        date = _KEYS[name][1]
        columns[date] = columns[date] + 1
        taken = rows.patient * 100_000 + rows.columns[date]
        free = ~np.isin(rows.patient[source] * 100_000 + columns[date], taken)
        source = source[free]
        columns = {column: values[free] for column, values in columns.items()}
    wait = _per_row(
        rows, draws.integers(f"erroneous {name} for", *model.CORRECTED_AFTER_DAYS, _WIDTH)
    )
    entered = rows.entered[source] + 1
    size = len(rows)
    for change in list(rows.changes):  # the copy is as open, and as wrong, as its original
        inverse = np.full(size, -1)
        inverse[source] = np.arange(len(source))
        copies = inverse[change.rows]
        keep = copies >= 0
        change.rows = np.concatenate([change.rows, size + copies[keep]])
        change.values = np.concatenate([change.values, change.values[keep]])
        change.until = np.concatenate([change.until, change.until[keep]])
        change.event = np.concatenate([change.event, change.event[keep]])
    rows.columns = {
        column: np.concatenate([values, columns[column]]) for column, values in rows.columns.items()
    }
    rows.patient = np.concatenate([rows.patient, rows.patient[source]])
    rows.date = np.concatenate([rows.date, rows.date[source] + 1])
    rows.entered = np.concatenate([rows.entered, np.maximum(entered, rows.date[source] + 1)])
    rows.deleted = np.concatenate([rows.deleted, entered + wait[source]])
    keys = [rows.columns[column] for column in _KEYS[name]]
    rows.reordered(np.lexsort(keys[::-1]))


def as_at(rows: Rows, snapshot: int, last: bool) -> dict[str, np.ndarray]:
    """The columns of a table as it stood on the day of a snapshot."""
    there = rows.date <= snapshot
    if last:
        there &= rows.deleted >= NEVER
    else:
        there &= (rows.entered <= snapshot) & (rows.deleted > snapshot)
    columns = dict(rows.columns)
    for change in rows.changes:
        if last and change.correction:
            continue
        shown = (change.event if last else change.until) > snapshot
        at = change.rows[shown]
        if columns[change.column] is rows.columns[change.column]:
            columns[change.column] = rows.columns[change.column].copy()
        columns[change.column][at] = change.values[shown]
    keep = np.nonzero(there)[0]
    return {name: values[keep] for name, values in columns.items()}
