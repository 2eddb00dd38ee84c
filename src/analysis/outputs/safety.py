"""T14.3.1.1 to T14.3.1.4: adverse events by treatment period. SAP 14.3.

Seriousness is a regulatory outcome (AESER), severity the CTCAE v5.0 grade (AETOXGR): no cell counts
one for the other. No test between the groups.
"""

from __future__ import annotations

import pandas as pd

from analysis.dates import UNIT
from analysis.endpoints.fatal_events import disagreements
from analysis.estimates.rows import Cell, EstimateRows
from analysis.outputs.deaths import add_disagreements
from analysis.outputs.groups import in_set
from analysis.outputs.incidence import (
    EVERYBODY,
    SafetyColumn,
    add_exposure,
    add_incidence,
    add_upper_limit,
    safety_columns,
)
from analysis.outputs.proportion import add_proportion, add_share

SEVERE = 3
GRADES = (1, 2, 3, 4, 5)
NOT_KNOWN = "Grade not known at the cut"
ANY_SERIOUS = "Any serious adverse event"
ANY_SEVERE = "Any adverse event of grade 3 or higher"

OVERVIEW = (
    ("Any adverse event", lambda e: e["USUBJID"].notna()),
    ("Related to treatment", lambda e: e["AEREL"].eq("yes")),
    ("Relation to treatment not known", lambda e: e["AEREL"].eq("unknown")),
    ("Serious", lambda e: e["AESER"].eq("Y")),
    ("Serious and related", lambda e: e["AESER"].eq("Y") & e["AEREL"].eq("yes")),
    ("Grade 3 or higher", lambda e: e["AETOXGR"].ge(SEVERE)),
    (NOT_KNOWN, lambda e: e["AETOXGR"].isna()),
    ("Led to stop of treatment", lambda e: e["AEACN"].eq("discontinued")),
    ("Led to dose reduction", lambda e: e["AEACN"].eq("dose_reduced")),
    ("Led to interruption", lambda e: e["AEACN"].eq("interrupted")),
    ("Led to death", lambda e: e["AEOUT"].eq("fatal")),
)


def _chosen(events: pd.DataFrame, condition) -> pd.DataFrame:
    return events[condition(events).fillna(False).astype(bool)]


def overview(data, rules) -> EstimateRows:
    """T14.3.1.1: adverse events by treatment period.

    Parameters
    ----------
    data : mapping of DataFrame
        ``adsl``, ``adex``, ``adae``.
    rules : Rules

    Returns
    -------
    EstimateRows
        Analysis "exposure" (patients, patient-months) and "incidence" (n, N, proportion with its
        interval, events; rate) per column and kind of event; "disagreement" of the enrolled, as in
        T14.3.2.
    """
    rows = EstimateRows("T14.3.1.1", "SAFFL")
    for column in safety_columns(data, rules):
        add_exposure(rows, column, rules)
        for label, condition in OVERVIEW:
            cell = Cell("incidence", column.code, parameter=label)
            add_incidence(rows, cell, column, _chosen(column.events, condition), rules)
    enrolled = in_set(data["adsl"], "ENRLFL")
    add_disagreements(rows, disagreements(enrolled, data["adae"]), "All", enrolled["USUBJID"])
    return rows


def _terms(events: pd.DataFrame) -> list[tuple[str, str]]:
    """(SOC, "") and (SOC, term) of the events: most patients first, then by name."""
    patients = events.drop_duplicates(["USUBJID", "AEBODSYS", "AEDECOD"])
    classes = events.drop_duplicates(["USUBJID", "AEBODSYS"])["AEBODSYS"].value_counts()
    terms = patients.groupby(["AEBODSYS", "AEDECOD"]).size()
    places: list[tuple[str, str]] = []
    for soc in sorted(classes.index, key=lambda name: (-classes[name], name)):
        own = terms[soc]
        places.append((soc, ""))
        places += [(soc, term) for term in sorted(own.index, key=lambda t, n=own: (-n[t], t))]
    return places


def _of(events: pd.DataFrame, soc: str, term: str) -> pd.DataFrame:
    mine = events["AEBODSYS"].eq(soc)
    return events[mine & events["AEDECOD"].eq(term)] if term else events[mine]


def serious_by_term(data, rules) -> EstimateRows:
    """T14.3.1.2: patients with serious adverse events by SOC and term, and their worst grade.

    Returns
    -------
    EstimateRows
        Analyses "exposure"; "incidence" (parameter = SOC, category = term, or empty for the whole
        SOC; `ANY_SERIOUS` for any); "worst grade" (parameter = term, category = grade: patients by
        the worst grade of their serious events of that term; the grades add up to the patients).
    """
    rows = EstimateRows("T14.3.1.2", "SAFFL")
    columns = safety_columns(data, rules)
    serious = {c.code: _chosen(c.events, lambda e: e["AESER"].eq("Y")) for c in columns}
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


def severe_by_term(data, rules) -> EstimateRows:
    """T14.3.1.3: patients with adverse events of grade 3 or higher, by term.

    Returns
    -------
    EstimateRows
        Analyses "exposure" and "patients" (n, N, pct; parameter = term or `ANY_SEVERE`), most
        frequent first; `NOT_KNOWN` counts patients with an event whose grade is missing.
    """
    rows = EstimateRows("T14.3.1.3", "SAFFL")
    columns = safety_columns(data, rules)
    severe = {c.code: _chosen(c.events, lambda e: e["AETOXGR"].ge(SEVERE)) for c in columns}
    everybody = severe[EVERYBODY].drop_duplicates(["USUBJID", "AEDECOD"])["AEDECOD"].value_counts()
    terms = sorted(everybody.index, key=lambda term: (-everybody[term], term))
    for column in columns:
        add_exposure(rows, column, rules)
        events = severe[column.code]
        unknown = column.events.loc[column.events["AETOXGR"].isna(), "USUBJID"]
        named = [(ANY_SEVERE, events["USUBJID"])]
        named += [(term, events.loc[events["AEDECOD"].eq(term), "USUBJID"]) for term in terms]
        for term, who in [*named, (NOT_KNOWN, unknown)]:
            cell = Cell("patients", column.code, parameter=term)
            add_share(rows, cell, who, column.patients, analysis_set=column.analysis_set)
    return rows


BIOPSY_KINDS = (
    ("Any complication", lambda e: e["USUBJID"].notna()),
    ("Serious", lambda e: e["AESER"].eq("Y")),
    ("Grade 3 or higher", lambda e: e["AETOXGR"].ge(SEVERE)),
    ("Led to death", lambda e: e["AEOUT"].eq("fatal")),
)


TISSUE_TAKEN = "Tissue taken"


def tissue_taken(data) -> pd.Series:
    """Patients with a tissue specimen: who had a biopsy. A blood sample is none."""
    tissue = data["adngs"].loc[data["adngs"]["SPECTYPE"].eq("tissue"), "USUBJID"]
    patients = data["adsl"]["USUBJID"]
    return patients[patients.isin(tissue)]


def biopsy_related(data, rules) -> EstimateRows:
    """T14.3.1.4: complications of biopsies among those who had one (not the treated), at any time.

    Parameters
    ----------
    data : mapping of DataFrame
        ``adsl``, ``adngs`` and ``adae``.
    rules : Rules

    Returns
    -------
    EstimateRows
        Analysis "incidence" (n, N, proportion with its interval, events; the one-sided upper limit
        at 0) by kind and by term, of the patients of whom tissue was taken; patients and events
        "begun before tissue was taken", counted in these; and "without tissue taken", those of
        everybody else, by what there was instead.
    """
    adsl, adae = data["adsl"], data["adae"]
    rows = EstimateRows("T14.3.1.4", TISSUE_TAKEN)
    biopsied = tissue_taken(data)
    related = adae[adae["BIOPRFL"].eq("Y")]
    events = related[related["USUBJID"].isin(biopsied)]
    terms = sorted(events["AEDECOD"].unique())
    kinds = [("Kind", label, _chosen(events, condition)) for label, condition in BIOPSY_KINDS]
    kinds += [("Term", term, events[events["AEDECOD"].eq(term)]) for term in terms]
    for parameter, label, chosen in kinds:
        cell = Cell("incidence", parameter=parameter, category=label)
        add_proportion(rows, cell, chosen["USUBJID"], biopsied, rules)
        _add_events(rows, cell, chosen, TISSUE_TAKEN)
        add_upper_limit(rows, cell, chosen["USUBJID"], biopsied, rules, analysis_set=None)
    early = _before_tissue(events, data["adngs"])
    rows.count(Cell("begun before tissue was taken"), early["USUBJID"])
    _add_events(rows, Cell("begun before tissue was taken"), early, TISSUE_TAKEN)
    others = adsl[~adsl["USUBJID"].isin(biopsied)]
    sampled = others["BIOPFL"].eq("Y")  # tissue or blood, and these have no tissue
    for label, instead in (("Blood only", sampled), ("No specimen", ~sampled)):
        chosen = related[related["USUBJID"].isin(others.loc[instead, "USUBJID"])]
        cell = Cell("without tissue taken", category=label)
        rows.count(cell, chosen["USUBJID"], analysis_set="ENRLFL")
        _add_events(rows, cell, chosen, "ENRLFL")
    return rows


def _before_tissue(events: pd.DataFrame, adngs: pd.DataFrame) -> pd.DataFrame:
    """Events that began, on a complete date, before the first day on which tissue was taken."""
    tissue = adngs[adngs["SPECTYPE"].eq("tissue")].groupby("USUBJID")["SPECDT"].min()
    first = events["USUBJID"].map(tissue).astype(UNIT)
    return events[events["ASTDTF"].isna() & (events["ASTDT"].astype(UNIT) < first)]


def _add_events(rows: EstimateRows, cell: Cell, events: pd.DataFrame, analysis_set: str) -> None:
    who = events["USUBJID"].nunique()
    rows.add(
        cell, "n_events", len(events), unit="events", n_subjects=who, analysis_set=analysis_set
    )
