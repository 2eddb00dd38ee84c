"""Raw extracts as typed frames with file and line; every problem of every table in one pass.

Each distinct text of a column is parsed once. What does not parse becomes a finding and a missing
cell; then the schema checks codes, limits, patterns and empty cells on the typed frame: pandera,
unless a quick look at the distinct values has shown that all is in order. Nothing is repaired: a
value that is not exactly right is a finding, and an extract with an error is not analysed.
"""

from __future__ import annotations

import datetime as dt
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pandera.errors

from analysis import csv_source
from analysis.characters import called, hidden, is_hidden
from analysis.csv_source import Cells, Column, read_cells
from analysis.dates import recorded_column
from analysis.findings import ERROR, WARNING, Findings, Rule
from analysis.hints import was_meant
from schemas.columns import ColumnSpec
from schemas.raw import RAW_TABLES
from schemas.tables import AS_DECLARED, RawTable, Wanted

NOT_INTEGER = Rule("type.integer", ERROR, "*", "A whole number is written in digits only.")
NOT_NUMBER = Rule("type.number", ERROR, "*", "A number is written with a decimal point, no unit.")
NOT_DATE = Rule(
    "type.date", ERROR, "*", "A date is a real day, written YYYY-MM-DD; of a scan also YYYY-MM."
)
NOT_PARTIAL = Rule(
    "type.partial_date", ERROR, "*", "A partial date is written YYYY-MM-DD, YYYY-MM or YYYY."
)
PATTERN = Rule("type.pattern", ERROR, "*", "An identifier or code has the declared shape.")
CODE = Rule("code.unknown", ERROR, "*", "A code is exactly one of its list.")
RANGE = Rule("range.value", ERROR, "*", "A number lies within its limits.")
REQUIRED = Rule("required.empty", ERROR, "*", "A required cell is not empty.")
EMPTY_ROW = Rule("row.empty", ERROR, "*", "A row holds values.")
BLANKS = Rule("text.blanks", WARNING, "*", "Text has no blanks at its start or end.")
SPACES = Rule(
    "text.spaces",
    WARNING,
    "*",
    "In a text that is compared with others (not a drug), words stand apart by ordinary spaces.",
)
UNPRINTABLE = Rule(
    "text.unprintable",
    WARNING,
    "*",
    "Text holds no control or invisible character; line feeds and tabs inside quotes are allowed.",
)
INVISIBLE = Rule(
    "text.unprintable_matched",
    ERROR,
    "*",
    "A text that is compared with others (keys, drugs, groups) holds no control or invisible "
    "character: it would make another value of it.",
)
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
    SPACES,
    UNPRINTABLE,
    INVISIBLE,
    TOO_LONG,
)

# What pandera calls its checks, and the rule that each is here.
_RULE_OF_CHECK = {
    "not_nullable": REQUIRED,
    "isin": CODE,
    "greater_than_or_equal_to": RANGE,
    "less_than_or_equal_to": RANGE,
    "str_matches": PATTERN,
}
_LONGEST_TEXT = 500
_FIRST_YEAR, _LAST_YEAR = 1900, 2199
_INTEGER = re.compile(r"-?[0-9]{1,18}")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,2})?")
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")
_PARTIAL = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


@dataclass
class Damage:
    """What of a table cannot be relied on when tables are compared with each other.

    Attributes
    ----------
    cells : set of (int, str)
        Line and column of cells that have an error already: those that could not be parsed are
        missing in the frame, others are empty, no code, out of range or misshapen.
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
    absent : list of str
        ``table.column`` that the export may lack and lacks.
    """

    def __init__(self) -> None:
        super().__init__()
        self.damage: dict[str, Damage] = {}
        self.absent: list[str] = []


def read_extracts(folder: Path, wanted: Wanted = AS_DECLARED) -> tuple[Extracts, Findings]:
    """Read and check the raw extracts of a folder.

    Parameters
    ----------
    folder : Path
        ``data/raw/<CUT>`` of a study.
    wanted : Wanted
        What the plan says about columns (`wanted_of`).

    Returns
    -------
    extracts : Extracts
        By table name a frame with exactly the columns of its schema, in that order, and the line in
        the file on which each row starts (`RawTable.line_column`: `line`, in prior_treatments
        `file_line`). A column that the export may lack, and lacks, is missing; an optional table
        without a file has no row. An empty cell that stands for a code holds the code. Text, codes
        and partial dates are object (None = missing), whole numbers Int64, numbers float64, dates
        datetime64[ns].
    findings : Findings
        All findings of all tables. Where one is an error, frames may lack tables, columns, rows
        or cells and must not be analysed.
    """
    extracts, findings = Extracts(), Findings()
    for table in RAW_TABLES.values():
        read_table(folder, table, extracts, findings, wanted)
    return extracts, findings


def read_table(
    folder: Path,
    table: RawTable,
    extracts: Extracts,
    findings: Findings,
    wanted: Wanted = AS_DECLARED,
) -> None:
    """Read and check one table; add its frame to `extracts` and what is wrong to `findings`."""
    if table.optional and not (folder / table.file).exists():
        nothing = Cells(dict.fromkeys(table.fields, csv_source.NO_CELLS), csv_source.NO_LINES)
        extracts[table.name] = _typed(nothing, table, Damage(), findings, wanted)
        extracts.damage[table.name] = Damage()
        return
    cells = read_cells(folder, table, findings, wanted)
    if cells is None:
        return
    lacking = [name for name in table.fields if name not in cells.columns]
    extracts.absent += [f"{table.name}.{name}" for name in lacking if wanted.may_lack(table, name)]
    mentions = {text for row in cells.unusable for text in row}
    damage = Damage(mentions=mentions, complete=cells.complete)
    cells = _rows_with_values(cells, table, findings)
    frame = _typed(cells, table, damage, findings, wanted)
    _check_texts(frame, table, cells, damage, findings)
    _check_columns(frame, table, cells, damage, findings)
    frame = _with_meaning(frame, table)
    extracts[table.name], extracts.damage[table.name] = frame, damage


def _with_meaning(frame: pd.DataFrame, table: RawTable) -> pd.DataFrame:
    """Put the code that an empty cell stands for in its place."""
    means = {
        n: spec.empty_means for n, spec in table.fields.items() if spec.empty_means is not None
    }
    filled = {
        name: frame[name].where(frame[name].notna(), value)
        for name, value in means.items()
        if name in frame and frame[name].isna().any()
    }
    return frame.assign(**filled) if filled else frame


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


def _day_or_month(text: str) -> np.datetime64:
    """Day, or the 15th of a month of which the day is unknown (`endpoints.scan_dates`)."""
    if not _MONTH.fullmatch(text):
        return _day(text)
    year, month = text.split("-")
    _real_day(year, month, "15")
    return np.datetime64(f"{text}-15", "ns")


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


def _written(text: str) -> str:
    if not _is_visible(text):
        raise ValueError("holds only blanks or invisible characters; it is required")
    return text


_PARSERS: dict[str, tuple[Callable[[str], object], Rule]] = {
    "int": (_integer, NOT_INTEGER),
    "float": (_number, NOT_NUMBER),
    "date": (_day, NOT_DATE),
    "partial": (_partial, NOT_PARTIAL),
    "text": (_written, REQUIRED),
}


def _typed(
    cells: Cells, table: RawTable, damage: Damage, findings: Findings, wanted: Wanted
) -> pd.DataFrame:
    """Build the typed frame; what does not parse is a finding and a missing cell."""
    problems: list[tuple[ColumnSpec, Column, dict[int, str]]] = []
    data: dict[str, object] = {}
    for name, spec in table.fields.items():
        if name in cells.columns:
            data[name], bad = _parsed(cells.columns[name], spec)
            if bad:
                problems.append((spec, cells.columns[name], bad))
        elif wanted.may_lack(table, name):  # an export from before the column was collected
            nothing = np.zeros(len(cells.line), dtype=np.intp)
            data[name] = _as_array(spec.kind, [None], np.array([False]), nothing)
    for name, spec in table.fields.items():
        if spec.month and name in cells.columns:
            data |= _months(name, cells.columns[name], problems)
    frame = pd.DataFrame({**data, table.line_column: cells.line})
    for spec, column, bad in problems:
        rows = np.flatnonzero(np.isin(column.codes, list(bad)))
        reasons = [bad[code] for code in column.codes[rows]]
        messages = [f"{reason[0].upper()}{reason[1:]}." for reason in reasons]
        rule, texts = _PARSERS[spec.kind][1], column.texts(rows)
        _report(frame, table, rule, spec.name, rows, texts, messages, findings)
        damage.cells |= {(int(at), spec.name) for at in cells.line[rows]}
    return frame


def _months(name: str, column: Column, problems: list) -> dict[str, np.ndarray]:
    """What was written where a date lacks its day, as a column of its own; none where none does."""
    bad: dict[int, str] = next((of for spec, _, of in problems if spec.name == name), {})
    texts = np.empty(len(column.distinct), dtype=object)
    texts[:] = [
        text if _MONTH.fullmatch(text) and at not in bad else None
        for at, text in enumerate(column.distinct)
    ]
    if not any(texts):
        return {}
    return {recorded_column(name): texts[column.codes]}


def _rows_with_values(cells: Cells, table: RawTable, findings: Findings) -> Cells:
    """Cells without the rows that hold nothing."""
    empty = np.ones(len(cells.line), dtype=bool)
    for column in cells.columns.values():
        if not empty.any():
            return cells
        blank = np.flatnonzero(column.distinct == "")
        empty &= np.isin(column.codes, blank)
    if not empty.any():
        return cells
    rows = pd.DataFrame({"line": cells.line[empty], "value": "", "patient_id": ""})
    rows["message"] = "All cells of this row are empty; delete the row."
    findings.add_rows(EMPTY_ROW, table.file, "", rows)
    columns = {
        name: Column(column.distinct, column.codes[~empty])
        for name, column in cells.columns.items()
    }
    return Cells(columns, cells.line[~empty], cells.unusable, cells.complete)


def _parsed(column: Column, spec: ColumnSpec) -> tuple[object, dict[int, str]]:
    """Values of a column, and for each distinct text that is none the reason."""
    distinct = column.distinct
    given = np.array([text != "" for text in distinct], dtype=bool)
    bad: dict[int, str] = {}
    parsed: list[object] = list(distinct)
    if spec.kind in _PARSERS and (spec.kind != "text" or spec.required):
        parse = _day_or_month if spec.month else _PARSERS[spec.kind][0]
        for position in np.flatnonzero(given):
            try:
                parsed[position] = parse(distinct[position])
            except ValueError as error:
                bad[int(position)] = f"{error}{_hidden_hint(distinct[position])}"
                given[position] = False
    return _as_array(spec.kind, parsed, given, column.codes), bad


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
    frame: pd.DataFrame, table: RawTable, cells: Cells, damage: Damage, findings: Findings
) -> None:
    """Text that reads like something else than it is."""
    for name, column in cells.columns.items():
        spec = table.fields[name]
        if spec.kind != "text":
            continue
        doubtful = [at for at, text in enumerate(column.distinct) if _is_doubtful(text, spec)]
        for rule, what_is_odd in _TEXT_CHECKS:
            words = {at: what_is_odd(column.distinct[at], spec) for at in doubtful}
            rows = np.flatnonzero(np.isin(column.codes, [at for at in doubtful if words[at]]))
            messages = [words[code] for code in column.codes[rows]]
            found = INVISIBLE if rule is UNPRINTABLE and spec.matched else rule
            _report(frame, table, found, name, rows, column.texts(rows), messages, findings)
            if found is INVISIBLE:
                damage.cells |= {(int(at), name) for at in cells.line[rows]}


def _is_doubtful(text: str, spec: ColumnSpec) -> bool:
    """Whether to look closer at a text that has no other finding."""
    if _is_plain(text) or (spec.required and not _is_visible(text)):
        return False
    return not spec.pattern or re.fullmatch(spec.pattern, text) is not None


def _is_plain(text: str) -> bool:
    # One cheap question for the many texts in which nothing is odd.
    return text.isascii() and text.isprintable() and text == text.strip() and not _is_long(text)


def _is_visible(text: str) -> bool:
    if text.isascii() and text.isprintable():
        return bool(text.strip())
    return any(not char.isspace() and not is_hidden(char) for char in text)


def _is_long(text: str) -> bool:
    return len(text) > _LONGEST_TEXT


def _blanks(text: str, _: ColumnSpec) -> str:
    if text == text.strip():
        return ""
    return "Blanks at the start or end: two texts that look alike are not equal."


def _spaces(text: str, spec: ColumnSpec) -> str:
    """Unusual spaces inside a text that is compared; a drug's do not count."""
    unusual = {char for char in text.strip() if char.isspace()} - set(" \t\r\n")
    unusual = {char for char in unusual if not is_hidden(char)}
    if not spec.matched or spec.name == "drug" or not unusual:
        return ""
    names = ", ".join(map(called, sorted(unusual)))
    return f"{names} inside: two texts that look alike are not equal; use an ordinary space."


def _unprintable(text: str, _: ColumnSpec) -> str:
    found = hidden(text) + [char for char in "\ufffd" if char in text]
    if not found:
        return ""
    what = "a letter was lost there" if found == ["\ufffd"] else "nobody can see it; delete it"
    return f"{', '.join(map(called, found))} in the text: {what}."


def _too_long(text: str, _: ColumnSpec) -> str:
    return "Longer than 500 characters: is a quote missing?" if _is_long(text) else ""


_TEXT_CHECKS: tuple[tuple[Rule, Callable[[str, ColumnSpec], str]], ...] = (
    (BLANKS, _blanks),
    (SPACES, _spaces),
    (UNPRINTABLE, _unprintable),
    (TOO_LONG, _too_long),
)


def _hidden_hint(text: str) -> str:
    """What stands in a value that is none and cannot be seen in it."""
    found = hidden(text)
    return f"; delete {', '.join(map(called, found))}" if found else ""


# --- columns by pandera --------------------------------------------------------------------------
def _check_columns(
    frame: pd.DataFrame, table: RawTable, cells: Cells, damage: Damage, findings: Findings
) -> None:
    """Codes, limits, patterns and empty cells, by the schema of the table."""
    there = [name for name in table.columns if name in frame]
    line = frame[table.line_column].to_numpy()
    for name, rule, rows in _failures(frame[there], table):
        spec = table.fields[name]
        # a cell that was given but did not parse has its finding already
        rows = rows[[(int(at), name) not in damage.cells for at in line[rows]]]
        texts = cells.columns[name].texts(rows)
        words = {text: _WORDS[rule.id](spec, text) for text in set(texts)}
        messages = [words[text] for text in texts]
        _report(frame, table, rule, name, rows, texts, messages, findings)
        damage.cells |= {(int(at), name) for at in line[rows]}


def _failures(frame: pd.DataFrame, table: RawTable) -> list[tuple[str, Rule, np.ndarray]]:
    """What pandera refuses: column, rule and rows, in the order of the columns.

    All columns at once. The rows of the frame are numbered, so that the index of a failure case
    leads back to the line in the file.
    """
    try:
        with warnings.catch_warnings():
            # pandera joins refused cells of different types; what pandas will make of it one day
            # does not matter, for the cells are read from the file
            warnings.simplefilter("ignore", FutureWarning)
            table.schema_for(frame).validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as error:
        cases = error.failure_cases
        rule = cases["check"].str.partition("(")[0].map(lambda check: _RULE_OF_CHECK[check].id)
        joined = [name for name, spec in table.fields.items() if spec.several]
        rule = rule.mask(cases["column"].isin(joined) & rule.eq(PATTERN.id), CODE.id)
        found = cases["index"].astype("int64").groupby([cases["column"], rule], sort=False)
        refused = {place: np.sort(rows.to_numpy()) for place, rows in found}
        return [
            (name, rule, refused[name, rule.id])
            for name in map(str, frame)
            for rule in dict.fromkeys(_RULE_OF_CHECK.values())
            if (name, rule.id) in refused
        ]
    return []


def _missing(spec: ColumnSpec, _: str) -> str:
    what = f": {spec.allowed}" if spec.codes else ""
    return f"{spec.name} is empty; it is required{what}."


def _unknown_code(spec: ColumnSpec, value: str) -> str:
    squeezed = {code.lower(): code for code in spec.codes}
    near = squeezed.get(str(value).strip().lower())
    if near is not None:
        how = "blanks" if str(value).strip() == near else "capitals"
        return f"'{value}' must be written {near} exactly (mind the {how})."
    hint = was_meant(str(value), spec.codes, quote="")
    return f"'{value}' is not one of {', '.join(spec.codes)}{hint}."


def _out_of_range(spec: ColumnSpec, value: str) -> str:
    unit = f" {spec.unit}" if spec.unit and spec.unit not in ("points", "copies") else ""
    return f"{spec.name} must be {spec.allowed}{unit}; found {value}."


def _wrong_shape(spec: ColumnSpec, value: str) -> str:
    meaning = f"{spec.name} ({spec.description})"
    return f"'{value}' does not have the shape {spec.pattern} of {meaning}."


_WORDS = {
    CODE.id: _unknown_code,
    RANGE.id: _out_of_range,
    PATTERN.id: _wrong_shape,
    REQUIRED.id: _missing,
}


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
