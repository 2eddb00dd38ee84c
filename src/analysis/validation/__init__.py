"""Rules across columns, rows and tables; all findings in one pass.

One module per family of rules. A rule is a declared sentence and a function that finds the rows
that break it; `RULES` is the catalogue of everything that can be found, reading included.
"""

from __future__ import annotations

import pandas as pd

from analysis import extracts
from analysis.findings import WARNING, Findings, Rule
from analysis.params import Rules
from analysis.validation import (
    adverse_events,
    dates,
    drug_names,
    fatal_events,
    follow_up,
    keys,
    lesions,
    molecular,
    promis29,
    required,
    response,
    scan_dates,
    treatment,
    visits,
)
from analysis.validation.family import Found
from analysis.validation.study import Study, UnavailableError
from analysis.wording import counted

FAMILIES = (
    *(keys.KEYS, required.REQUIRED, required.CODES, required.EXTRACTS),
    *(dates.DATES, dates.RANGES),
    *(molecular.MOLECULAR, treatment.TREATMENT, drug_names.DRUG_NAMES),
    *(lesions.LESIONS, response.RESPONSE, scan_dates.SCAN_DATES, visits.VISITS),
    *(
        adverse_events.ADVERSE_EVENTS,
        fatal_events.FATAL_EVENTS,
        promis29.PROMIS29,
        follow_up.FOLLOW_UP,
    ),
)

#: Every rule that can be found, by id.
RULES: dict[str, Rule] = {
    rule.id: rule
    for rule in (*extracts.RULES, *(rule for family in FAMILIES for rule, _ in family.checks))
}

__all__ = ["RULES", "Findings", "Rule", "validate"]


def validate(frames: dict[str, pd.DataFrame], cut, rules: Rules) -> Findings:
    """Check the rules across columns, rows and tables of one extract.

    Parameters
    ----------
    frames : dict of DataFrame
        From `read_extracts`. Tables or columns that could not be read are left out of all rules
        that need them.
    cut : object
        Has `clinical_cutoff` and `snapshot_date` (dates).
    rules : object
        Typed parameters: `recist`, `response`, `treatment`, `visits`, `pfs`, `promis29`,
        `follow_up`.

    Returns
    -------
    Findings
        To be added to those of reading.
    """
    study = Study(frames, cut, rules)
    findings = Findings()
    for family in FAMILIES:
        for rule, check in family.checks:
            try:
                for found in check(study):
                    _add(study, rule, found, findings)
            except UnavailableError:
                continue
    return findings


#: So few patients that all of them may break a rule by chance.
_FEW = 10


def _true_of_all(study: Study, found: Found) -> str:
    """One sentence where a rule is broken by every patient of the table, else nothing.

    What is true of everybody says something about the registry, not about a patient: thousands of
    lines of it would hide the others.
    """
    table = study.frames[found.table]
    if "patient_id" not in table or "patient_id" not in found.rows or not len(table):
        return ""
    everybody = table["patient_id"].dropna().nunique()
    if everybody < _FEW or found.rows["patient_id"].nunique() < everybody:
        return ""
    first = found.sentences()[0]
    rows = f"{counted(len(found.rows), 'row')} of all {everybody} who are in the table"
    return f"Found in {rows}, so said once. The first reads: {first}"


def _add(study: Study, rule: Rule, found: Found, findings: Findings) -> None:
    """Add findings, but for cells that already have one because they cannot be read."""
    if found.rows.empty:
        return
    if rule.severity == WARNING and (whole := _true_of_all(study, found)):
        findings.add(rule, f"{found.table}.csv", whole, column=found.column)
        return
    line = study.line_column(found.table)
    unread = study.damage(found.table).cells
    rows = found.rows
    if unread:
        known = [pd.isna(at) or (int(at), found.column) not in unread for at in rows[line]]
        found = Found(found.table, rows[known], found.column, found.message, found.value)
        rows = found.rows
    findings.add_rows(
        rule,
        f"{found.table}.csv",
        found.column,
        pd.DataFrame(
            {
                "line": rows[line].to_numpy(),
                "value": pd.Series(found.cells(found.value or found.column), dtype=object),
                "patient_id": found.cells("patient_id"),
                "message": found.sentences(),
            }
        ),
    )
