"""Raw extracts as typed frames with file and line; every problem of every table in one pass.

Each distinct text of a column is parsed once. What does not parse becomes a finding and a missing
cell; then the schema checks codes, limits, patterns and empty cells on the typed frame: pandera,
unless a quick look at the distinct values has shown that all is in order. Nothing is repaired: a
value that is not exactly right is a finding, and an extract with an error is not analysed.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from analysis import csv_source
from analysis.csv_source import Cells, Column, read_cells
from analysis.findings import ERROR, WARNING, Findings, Rule
from schemas.fields import Field
from schemas.quick import is_fine
from schemas.raw import RAW_TABLES
from schemas.tables import RawTable

NOT_INTEGER = Rule("type.integer", ERROR, "*", "A whole number is written in digits only.")
NOT_NUMBER = Rule("type.number", ERROR, "*", "A number is written with a decimal point, no unit.")
NOT_DATE = Rule("type.date", ERROR, "*", "A date is a real day, written YYYY-MM-DD.")
NOT_PARTIAL = Rule(
    "type.partial_date", ERROR, "*", "A partial date is written YYYY-MM-DD, YYYY-MM or YYYY."
)
PATTERN = Rule("type.pattern", ERROR, "*", "An identifier or code has the declared shape.")
CODE = Rule("code.unknown", ERROR, "*", "A code is exactly one of its list.")
RANGE = Rule("range.value", ERROR, "*", "A number lies within its limits.")
REQUIRED = Rule("required.empty", ERROR, "*", "A required cell is not empty.")
EMPTY_ROW = Rule("row.empty", ERROR, "*", "A row holds values.")
BLANKS = Rule("text.blanks", WARNING, "*", "Text has no blanks at its start or end.")
UNPRINTABLE = Rule("text.unprintable", WARNING, "*", "Text holds printable characters only.")
TOO_LONG = Rule("text.too_long", WARNING, "*", "Text is not longer than 500 characters.")

RULES = (
    *csv_source.RULES,
    NOT_INTEGER,
    NOT_NUMBER,
    NOT_DATE,
    NOT_PARTIAL,
    PATTERN,
    CODE,
    RANGE,
    REQUIRED,
    EMPTY_ROW,
    BLANKS,
    UNPRINTABLE,
    TOO_LONG,
)

_BY_CHECK = {rule.id: rule for rule in (PATTERN, CODE, RANGE)} | {"not_nullable": REQUIRED}
_LONGEST_TEXT = 500
_FIRST_YEAR, _LAST_YEAR = 1900, 2199
_INTEGER = re.compile(r"-?[0-9]{1,18}")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,2})?")
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_PARTIAL = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


@dataclass
class Damage:
    """What of a table cannot be relied on when tables are compared with each other.

    Attributes
    ----------
    cells : set of (int, str)
        Line and column of cells that could not be parsed and are missing in the frame.
    mentions : set of str
        Texts of rows left out of the frame; what they hold is not known to be absent.
    complete : bool
        False where rows may have been lost.
    """

    cells: set[tuple[int, str]] = field(default_factory=set)
    mentions: set[str] = field(default_factory=set)
    complete: bool = True


class Extracts(dict[str, pd.DataFrame]):
    """Typed frames by table name; tables that cannot be read are absent.

    Attributes
    ----------
    damage : dict of str to Damage
        What of each table is not to be relied on.
    """

    def __init__(self) -> None:
        super().__init__()
        self.damage: dict[str, Damage] = {}


def read_extracts(folder: Path) -> tuple[Extracts, Findings]:
    """Read and check the 16 raw extracts of a folder.

    Parameters
    ----------
    folder : Path
        ``data/raw/<CUT>`` of a study.

    Returns
    -------
    extracts : Extracts
        By table name a frame with exactly the columns of its schema, in that order, and the line
        in the file on which each row starts (`RawTable.line_column`: `line`, in prior_treatments
        `file_line`). Text, codes and partial dates are object (None = missing), whole numbers
        Int64, numbers float64, dates datetime64[ns].
    findings : Findings
        All findings of all tables. Where one is an error, frames may lack tables, columns, rows
        or cells and must not be analysed.
    """
    extracts, findings = Extracts(), Findings()
    for table in RAW_TABLES.values():
        read_table(folder, table, extracts, findings)
    return extracts, findings


def read_table(folder: Path, table: RawTable, extracts: Extracts, findings: Findings) -> None:
    """Read and check one table; add its frame to `extracts` and what is wrong to `findings`."""
    cells = read_cells(folder, table, findings)
    if cells is None:
        return
    mentions = {text for row in cells.unusable for text in row}
    damage = Damage(mentions=mentions, complete=cells.complete)
    frame = _typed(cells, table, damage, findings)
    _check_columns(frame, table, damage, findings)
    extracts[table.name], extracts.damage[table.name] = frame, damage


# --- text to values ------------------------------------------------------------------------------
def _integer(text: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise ValueError("write a whole number, without decimals, blanks or words")
    return int(text)


def _number(text: str) -> float:
    if not _NUMBER.fullmatch(text):
        hint = "a decimal point, not a comma" if "," in text else "digits and a decimal point only"
        raise ValueError(f"write {hint}")
    return float(text)


def _day(text: str) -> np.datetime64:
    parts = _DATE.fullmatch(text)
    if not parts:
        raise ValueError(_date_hint(text, "YYYY-MM-DD"))
    _real_day(*parts.groups())
    return np.datetime64(text, "ns")


def _partial(text: str) -> str:
    parts = _PARTIAL.fullmatch(text)
    if not parts:
        raise ValueError(_date_hint(text, "YYYY-MM-DD, YYYY-MM or YYYY"))
    year, month, day = parts.groups()
    _real_day(year, month or "01", day or "01")
    return text


def _real_day(year: str, month: str, day: str) -> None:
    try:
        dt.date(int(year), int(month), int(day))
    except ValueError:
        raise ValueError("the calendar has no such day") from None
    if not _FIRST_YEAR <= int(year) <= _LAST_YEAR:
        raise ValueError(f"the year lies outside {_FIRST_YEAR} to {_LAST_YEAR}")


def _date_hint(text: str, shape: str) -> str:
    if re.fullmatch(r"[0-9]{5}(\.[0-9]+)?", text):
        return f"a serial number of a spreadsheet; export dates as {shape}"
    if re.fullmatch(r"[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{2,4}", text):
        return f"day and month cannot be told apart; write {shape}"
    if _DATE.match(text) or _DATE.search(text.strip()):
        return f"a date without time or blanks; write {shape}"
    return f"write {shape}"


_PARSERS: dict[str, tuple[Callable[[str], object], Rule]] = {
    "int": (_integer, NOT_INTEGER),
    "float": (_number, NOT_NUMBER),
    "date": (_day, NOT_DATE),
    "partial": (_partial, NOT_PARTIAL),
}


def _typed(cells: Cells, table: RawTable, damage: Damage, findings: Findings) -> pd.DataFrame:
    """Build the typed frame, without rows that hold nothing."""
    holds_values = _rows_with_values(cells, table, damage, findings)
    problems: list[tuple[Rule, Field, np.ndarray, Column, dict[int, str]]] = []
    data: dict[str, object] = {}
    for name, each in table.fields.items():
        if name not in cells.columns:
            continue
        column = cells.columns[name]
        if holds_values is not None:
            column = Column(column.distinct, column.codes[holds_values])
        values, bad = _parsed(column, each)
        data[name] = values
        if bad:
            problems.append((_PARSERS[each.kind][1], each, column.codes, column, bad))
    line = cells.line if holds_values is None else cells.line[holds_values]
    frame = pd.DataFrame({**data, table.line_column: line})
    for rule, each, codes, column, bad in problems:
        rows = np.flatnonzero(np.isin(codes, list(bad)))
        messages = [f"{bad[codes[row]][0].upper()}{bad[codes[row]][1:]}." for row in rows]
        texts = column.distinct[codes[rows]]
        _report(frame, table, rule, each.name, rows, texts, messages, findings)
        damage.cells |= {(int(at), each.name) for at in line[rows]}
    _check_texts(frame, table, cells, holds_values, findings)
    return frame


def _rows_with_values(
    cells: Cells, table: RawTable, damage: Damage, findings: Findings
) -> np.ndarray | None:
    """Mask of rows that hold anything; None where all do."""
    empty = np.ones(len(cells.line), dtype=bool)
    for column in cells.columns.values():
        if not empty.any():
            return None
        blank = np.flatnonzero(column.distinct == "")
        empty &= np.isin(column.codes, blank)
    if not empty.any():
        return None
    rows = pd.DataFrame({"line": cells.line[empty], "value": "", "patient_id": ""})
    rows["message"] = "All cells of this row are empty; delete the row."
    findings.add_rows(EMPTY_ROW, table.file, "", rows)
    return ~empty


def _parsed(column: Column, each: Field) -> tuple[object, dict[int, str]]:
    """Values of a column, and for each distinct text that is none the reason."""
    distinct = column.distinct
    given = np.array([text != "" for text in distinct], dtype=bool)
    bad: dict[int, str] = {}
    parsed: list[object] = list(distinct)
    if each.kind in _PARSERS:
        parse = _PARSERS[each.kind][0]
        for position in np.flatnonzero(given):
            try:
                parsed[position] = parse(distinct[position])
            except ValueError as error:
                bad[int(position)] = str(error)
                given[position] = False
    return _as_array(each.kind, parsed, given, column.codes), bad


def _as_array(kind: str, parsed: list, given: np.ndarray, codes: np.ndarray) -> object:
    """Spread the distinct values over the rows, missing where not given."""
    if kind == "int":
        numbers = [value if there else 0 for value, there in zip(parsed, given, strict=True)]
        spread = np.array(numbers, dtype=np.int64)[codes]
        return pd.arrays.IntegerArray(spread, ~given[codes])
    if kind == "float":
        numbers = [value if there else np.nan for value, there in zip(parsed, given, strict=True)]
        return np.array(numbers, dtype=np.float64)[codes]
    if kind == "date":
        nat = np.datetime64("NaT", "ns")
        days = [value if there else nat for value, there in zip(parsed, given, strict=True)]
        return np.array(days, dtype="datetime64[ns]")[codes]
    texts = np.empty(len(parsed), dtype=object)
    texts[:] = [value if there else None for value, there in zip(parsed, given, strict=True)]
    return texts[codes]


def _check_texts(
    frame: pd.DataFrame,
    table: RawTable,
    cells: Cells,
    holds_values: np.ndarray | None,
    findings: Findings,
) -> None:
    """Warn of text that reads like something else than it is."""
    for name, column in cells.columns.items():
        each = table.fields[name]
        if each.kind != "text" or each.pattern:
            continue
        codes = column.codes if holds_values is None else column.codes[holds_values]
        doubtful = [at for at, text in enumerate(column.distinct) if not _is_plain(text)]
        for rule, odd, message in _TEXT_CHECKS:
            which = [at for at in doubtful if odd(column.distinct[at])]
            if which:
                rows = np.flatnonzero(np.isin(codes, which))
                texts = column.distinct[codes[rows]]
                _report(frame, table, rule, name, rows, texts, [message] * len(rows), findings)


def _is_plain(text: str) -> bool:
    # One cheap question for the many texts in which nothing is odd.
    return text.isascii() and text.isprintable() and text == text.strip() and not _is_long(text)


def _has_blanks(text: str) -> bool:
    return text != text.strip()


def _is_unprintable(text: str) -> bool:
    # Line ends and tabs inside a quoted text are ordinary; a zero-width or control sign is not.
    return (not text.isprintable() and not "".join(text.split()).isprintable()) or "\ufffd" in text


def _is_long(text: str) -> bool:
    return len(text) > _LONGEST_TEXT


_TEXT_CHECKS = (
    (BLANKS, _has_blanks, "Blanks at the start or end: two texts that look alike are not equal."),
    (UNPRINTABLE, _is_unprintable, "A control, zero-width or replacement character in the text."),
    (TOO_LONG, _is_long, "Longer than 500 characters: is a quote missing?"),
)


# --- columns by pandera --------------------------------------------------------------------------
def _check_columns(
    frame: pd.DataFrame, table: RawTable, damage: Damage, findings: Findings
) -> None:
    """Codes, limits, patterns and empty cells, by the schema of the table."""
    there = [name for name in table.columns if name in frame]
    if is_fine(frame[there], {name: table.fields[name] for name in there}):
        return
    failures = _failure_cases(frame[there], table)
    if failures is None:
        return
    for (name, check), cases in failures.groupby(["column", "check"], sort=False):
        rule, each = _BY_CHECK[check], table.fields[name]
        rows = cases["index"].to_numpy(dtype=np.int64)
        if rule is REQUIRED:
            lines = frame[table.line_column].to_numpy()[rows]
            rows = rows[[(int(line), name) not in damage.cells for line in lines]]
            _report(frame, table, rule, name, rows, [""] * len(rows), [_missing(each)], findings)
            continue
        values = frame[name].to_numpy()[rows]
        words = {value: _WORDS[rule.id](each, value) for value in set(values)}
        messages = [words[value] for value in values]
        _report(frame, table, rule, name, rows, values, messages, findings)


def _failure_cases(frame: pd.DataFrame, table: RawTable) -> pd.DataFrame | None:
    """What pandera finds wrong in the columns that are there."""
    import pandera.errors

    absent = [name for name in table.columns if name not in frame]
    schema = table.schema.remove_columns(absent) if absent else table.schema
    try:
        schema.validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as error:
        return error.failure_cases
    return None


def _missing(each: Field) -> str:
    what = f": {each.allowed}" if each.codes else ""
    return f"{each.name} is empty; it is required{what}."


def _unknown_code(each: Field, value: str) -> str:
    squeezed = {code.lower(): code for code in each.codes}
    near = squeezed.get(str(value).strip().lower())
    if near is not None:
        how = "blanks" if str(value).strip() == near else "capitals"
        return f"'{value}' must be written {near} exactly (mind the {how})."
    close = difflib.get_close_matches(str(value).strip().lower(), squeezed, 1, 0.6)
    hint = f"; was {squeezed[close[0]]} meant" if close else ""
    return f"'{value}' is not one of {', '.join(each.codes)}{hint}."


def _out_of_range(each: Field, value: object) -> str:
    unit = f" {each.unit}" if each.unit and each.unit not in ("points", "copies") else ""
    return f"{each.name} must be {each.allowed}{unit}; found {value}."


def _wrong_shape(each: Field, value: str) -> str:
    return f"'{value}' does not have the shape {each.pattern} of {each.name}."


_WORDS = {CODE.id: _unknown_code, RANGE.id: _out_of_range, PATTERN.id: _wrong_shape}


def _report(
    frame: pd.DataFrame,
    table: RawTable,
    rule: Rule,
    column: str,
    rows: np.ndarray,
    values: object,
    messages: list[str],
    findings: Findings,
) -> None:
    """Add findings for rows of a frame, with the patient of each row."""
    if len(rows) == 0:
        return
    patients = frame["patient_id"].to_numpy()[rows] if "patient_id" in frame else ""
    found = pd.DataFrame(
        {
            "line": frame[table.line_column].to_numpy()[rows],
            "value": np.asarray(values, dtype=object),
            "patient_id": patients,
            "message": messages * len(rows) if len(messages) == 1 else messages,
        }
    )
    findings.add_rows(rule, table.file, column, found)
