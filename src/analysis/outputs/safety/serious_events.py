"""T14.3.1.2: patients with serious adverse events by SOC and term, and their worst grade."""

from __future__ import annotations

import pandas as pd

from analysis.datasets import Datasets
from analysis.displays.lookup import Numbers
from analysis.displays.table import Row, Table
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.origin import of_one_origin
from analysis.outputs.safety.cells import (
    PERIOD_NOTE,
    incidence_rows,
    limit_note,
    period_columns,
    share_of,
)
from analysis.outputs.safety.columns import (
    COLUMN_LABELS,
    EVERYBODY,
    NOT_KNOWN,
    SafetyColumn,
    add_exposure,
    add_incidence,
    chosen_events,
    safety_columns,
)
from analysis.params import Rules
from analysis.tabulation.proportion import add_share

OUTPUT = "T14.3.1.2"
NEEDS = ("treatments", "adverse_events")
GRADES = (1, 2, 3, 4, 5)
ANY_SERIOUS = "Any serious adverse event"


def _terms(events: pd.DataFrame) -> list[tuple[str, str]]:
    """(SOC, "") and (SOC, term) of the events: most patients first, then by name."""
    patients = events.drop_duplicates(["USUBJID", "AEBODSYS", "AEDECOD"])
    classes = events.drop_duplicates(["USUBJID", "AEBODSYS"])["AEBODSYS"].value_counts()
    terms = patients.groupby(["AEBODSYS", "AEDECOD"]).size()
    places: list[tuple[str, str]] = []
    for soc in sorted(classes.index, key=lambda name: (-classes[name], name)):
        own = terms[soc]
        places.append((soc, ""))
        places += [(soc, term) for term in sorted(own.index, key=lambda t, n=own: (-n[t], t))]  # type: ignore[misc]
    return places


def _of(events: pd.DataFrame, soc: str, term: str) -> pd.DataFrame:
    mine = events["AEBODSYS"].eq(soc)
    return events[mine & events["AEDECOD"].eq(term)] if term else events[mine]


@of_one_origin
def numbers(data: Datasets, rules: Rules) -> EstimateRows:
    """T14.3.1.2: patients with serious adverse events by SOC and term, and their worst grade.

    Returns
    -------
    EstimateRows
        Analyses "exposure"; "incidence" (parameter = SOC, category = term, or empty for the whole
        SOC; `ANY_SERIOUS` for any); "worst grade" (parameter = term, category = grade: patients by
        the worst grade of their serious events of that term; the grades add up to the patients).
    """
    rows = EstimateRows(OUTPUT, "SAFFL")
    columns = safety_columns(data, rules)
    serious = {c.code: chosen_events(c.events, lambda e: e["AESER"].eq("Y")) for c in columns}
    places = _terms(serious[EVERYBODY])
    named = [(ANY_SERIOUS, ""), *((soc, term) for soc, term in places if term)]
    graded = [(soc, term, _grades(serious[EVERYBODY], soc, term)) for soc, term in named]
    for column in columns:
        add_exposure(rows, column, rules)
        events = serious[column.code]
        cell = Cell("incidence", column.code, parameter=ANY_SERIOUS)
        add_incidence(rows, cell, column, events, rules)
        for soc, term in places:
            cell = Cell("incidence", column.code, parameter=soc, category=term)
            add_incidence(rows, cell, column, _of(events, soc, term), rules)
        _worst_grades(rows, column, events, graded)
    return rows


def _grades(events: pd.DataFrame, soc: str, term: str) -> list[int | None]:
    """Grades that the events of a term have, in order; None for a missing one."""
    there = (_of(events, soc, term) if term else events)["AETOXGR"]
    found: list[int | None] = [grade for grade in GRADES if there.eq(grade).any()]
    return [*found, None] if there.isna().any() else found


def worst_grade(events: pd.DataFrame) -> pd.Series:
    """Worst grade of each patient, Int64.

    Missing where a grade is missing and no other is 4 or 5: an event that turned fatal after the
    cut was of at most grade 4 on it.
    """
    grades = events.groupby("USUBJID")["AETOXGR"]
    worst = grades.max().astype("Int64")
    complete = events["AETOXGR"].notna().groupby(events["USUBJID"]).all()
    return worst.where(complete | worst.ge(4).fillna(False).astype(bool))


def _worst_grades(rows: EstimateRows, column: SafetyColumn, events, graded) -> None:
    """Patients by worst grade; `graded` gives SOC, term and the grades its events have anywhere."""
    for soc, term, grades in graded:
        worst = worst_grade(_of(events, soc, term) if term else events)
        for grade in grades:
            is_grade = worst.isna() if grade is None else worst.eq(grade).fillna(False)
            category = NOT_KNOWN if grade is None else f"Grade {grade}"
            add_share(
                rows,
                Cell("worst grade", column.code, parameter=term or soc, category=category),
                worst.index[is_grade.astype(bool)],
                column.patients,
                analysis_set=column.analysis_set,
            )


def show(rows: EstimateRows, rules: Rules) -> tuple:
    """Tables and figures of the output, in order."""
    return (
        serious_table(rows, rules, "By class and term"),
        worst_grade_table(rows, rules, "By worst grade"),
    )


def serious_table(rows: EstimateRows, rules: Rules, title: str) -> Table:
    """T14.3.1.2: patients with serious events by SOC and term."""
    estimates = Numbers(rows)
    frame = estimates.frame
    mine = frame[frame["analysis_id"].eq("incidence") & frame["parameter"].ne(ANY_SERIOUS)]
    body = incidence_rows(estimates, rules, ANY_SERIOUS, ANY_SERIOUS, strong=True)
    for soc, term in mine[["parameter", "category"]].drop_duplicates().to_numpy():
        if not term:
            body.append(Row(soc, heading=True))
            body += incidence_rows(estimates, rules, "Any of this class", soc, indent=1)
        else:
            body += incidence_rows(estimates, rules, term, soc, term, indent=2)
    notes = (
        PERIOD_NOTE,
        limit_note(rules),
        "Within a class, patients with several terms count once.",
    )
    columns = period_columns(estimates)
    return Table(rows.output_id, "Class (SOC) and term", columns, tuple(body), notes, title=title)


def worst_grade_table(rows: EstimateRows, rules: Rules, title: str) -> Table:
    """T14.3.1.2: the severity of the serious events, patients by their worst grade."""
    estimates = Numbers(rows)
    decimals = rules.display.percent_decimals
    frame = estimates.frame
    mine = frame[frame["analysis_id"].eq("worst grade")]
    body: list[Row] = []
    for term in pd.unique(mine["parameter"]):
        body.append(Row(term, heading=True))
        for grade in estimates.categories("worst grade", term):
            cells = tuple(
                share_of(
                    estimates, decimals, "worst grade", group=c, parameter=term, category=grade
                )
                for c in COLUMN_LABELS
            )
            body.append(Row(grade, cells, indent=1))
    if mine.empty:
        body.append(Row("No serious adverse event at this cut", ("",) * len(COLUMN_LABELS)))
    notes = (
        "Each patient once per term, at the worst CTCAE v5.0 grade of the serious events of that "
        "term. A grade tells how severe an event was, not whether it was serious.",
    )
    columns = period_columns(estimates)
    return Table(rows.output_id, "Worst grade", columns, tuple(body), notes, title=title)
