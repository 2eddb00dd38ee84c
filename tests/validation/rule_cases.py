"""Cases of rules as tables: what is changed in the tiny study, and where the rule finds it.

A line reads ``rule | given | found``. Given is one or more steps joined by `` / ``:

- ``patients:2 sex=F; stage=`` overwrites cells of the row on line 2 of patients.csv;
- ``+ecog:3 ecog=4`` appends a copy of line 3 with other cells (``+ecog``: an empty row);
- ``-mtb_reviews review_id=R1`` deletes rows.

Found is ``table:line column``, several joined by a comma, or ``-`` where the rule must find
nothing. An appended row has the line ``+``.
"""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from analysis.extracts import Extracts, read_extracts, read_table
from analysis.findings import Findings
from analysis.validation import FAMILIES
from analysis.validation.study import Study, UnavailableError
from schemas.raw import RAW_TABLES
from tests.extracts_factory import CUT, add, change, drop, shipped_rules, tiny_study, write_extracts

CHECKS = {rule.id: check for family in FAMILIES for rule, check in family.checks}


def cases(table: str) -> list[tuple[str, str, str]]:
    """Parse a table of cases; blank lines and lines that start with ``#`` are for the reader."""
    lines = [line.strip() for line in table.strip().splitlines()]
    rows = [line.split(" | ") for line in lines if line and not line.startswith("#")]
    return [(rule.strip(), given.strip(), found.strip()) for rule, given, found in rows]


@cache
def _tiny() -> tuple[Extracts, Findings]:
    return read_extracts(write_extracts(Path(tempfile.mkdtemp())))


def given_extracts(given: str, folder: Path) -> tuple[Extracts, Findings, dict[str, int]]:
    """Tiny study with the steps applied, what reading found, and the lines that were appended."""
    study, appended, touched = tiny_study(), {}, set()
    for step in given.split(" / "):
        place, _, rest = step.partition(" ")
        cells = dict(cell.split("=", 1) for cell in rest.split("; ") if cell)
        cells = {name: value.encode().decode("unicode_escape") for name, value in cells.items()}
        table, _, line = place.lstrip("+-").partition(":")
        touched.add(table)
        if place.startswith("+"):
            appended[table] = add(study, table, int(line) if line else None, **cells)
        elif place.startswith("-"):
            drop(study, table, **cells)
        else:
            change(study, table, int(line), **cells)
    extracts, findings = Extracts(), Findings()
    extracts.update(_tiny()[0])
    write_extracts(folder, {table: study[table] for table in touched})
    for table in touched:
        del extracts[table]
        read_table(folder, RAW_TABLES[table], extracts, findings)
    return extracts, findings, appended


def found_by(rule: str, extracts: Extracts, reading: Findings) -> set[str]:
    """Places in which one rule finds something, as ``table:line column``."""
    if rule not in CHECKS:
        rows = reading.frame()
        rows = rows[rows["rule"].eq(rule)]
        tables = rows["file"].str.removesuffix(".csv")
        return {_place(*row) for row in zip(tables, rows["line"], rows["column"], strict=True)}
    study, places = Study(extracts, CUT, shipped_rules()), set()
    try:
        for found in CHECKS[rule](study):
            lines = found.rows[study.line_column(found.table)] if len(found.rows) else []
            assert len(found.sentences()) == len(found.rows)
            places |= {_place(found.table, line, found.column) for line in lines}
    except UnavailableError:
        pass
    return places


def _place(table: str, line: object, column: str) -> str:
    return f"{table}:{line} {column}".strip()


def check_case(rule: str, given: str, found: str, folder: Path) -> None:
    """Assert that the rule finds exactly what the case says."""
    extracts, reading, appended = given_extracts(given, folder)
    expected = set() if found == "-" else {place.strip() for place in found.split(",")}
    expected = {
        place.replace(":+", f":{appended.get(place.partition(':')[0])}") for place in expected
    }
    assert found_by(rule, extracts, reading) == expected
