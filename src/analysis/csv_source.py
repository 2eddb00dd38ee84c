"""Read one CSV file so that every row remembers its line, and say all that is wrong with the file.

Most large files are plain: no quotes, no blank lines, the same number of commas on each line. Those
are read by pandas' C parser. All others, and small ones, go through the csv module, which knows
where a row with quoted line ends started.
"""

from __future__ import annotations

import csv
import io
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.findings import ERROR, WARNING, Findings, Rule
from analysis.hints import nearest, was_meant
from schemas.tables import AS_DECLARED, RawTable, Wanted

MISSING = Rule("file.missing", ERROR, "*", "Every table is required, if only with its header.")
UNREADABLE = Rule("file.unreadable", ERROR, "*", "Each table is an ordinary file that can be read.")
EMPTY = Rule("file.empty", ERROR, "*", "A table without rows still has its header line.")
BINARY = Rule("file.binary", ERROR, "*", "A table is a text file, not a workbook or other binary.")
NO_HEADER = Rule("file.header", ERROR, "*", "Line 1 holds the names of the columns.")
SEPARATOR = Rule("file.separator", ERROR, "*", "Columns are separated by commas.")
NOT_UTF8 = Rule("encoding.not_utf8", ERROR, "*", "Text is encoded as UTF-8.")
BYTE_ORDER_MARK = Rule(
    "encoding.byte_order_mark", WARNING, "*", "UTF-8 needs no byte order mark; it is skipped."
)
UNKNOWN_COLUMN = Rule("column.unknown", ERROR, "*", "Each column is one of the data dictionary.")
IGNORED_COLUMN = Rule(
    "column.ignored",
    WARNING,
    "*",
    "Where rules.extracts.unknown_columns is ignore, a column that is not in the data dictionary "
    "is passed over.",
)
MISSING_COLUMN = Rule("column.missing", ERROR, "*", "Each column of the data dictionary is there.")
DUPLICATE_COLUMN = Rule("column.duplicate", ERROR, "*", "Each column stands once.")
OTHER_PROMIS_VERSION = Rule(
    "column.promis_version",
    ERROR,
    "promis29",
    "Only the items of the PROMIS-29 Profile v2.1 are used; others belong to another version.",
)
RAGGED = Rule("row.ragged", ERROR, "*", "Each row has as many fields as the header.")
QUOTE = Rule("row.quote", ERROR, "*", "Each quote that opens a field is closed at its end.")
RETURN = Rule(
    "row.carriage_return",
    ERROR,
    "*",
    "Rows end as the header does; no carriage return stands by itself outside quotes.",
)

RULES = (
    MISSING,
    UNREADABLE,
    EMPTY,
    BINARY,
    NO_HEADER,
    SEPARATOR,
    NOT_UTF8,
    BYTE_ORDER_MARK,
    UNKNOWN_COLUMN,
    IGNORED_COLUMN,
    MISSING_COLUMN,
    DUPLICATE_COLUMN,
    OTHER_PROMIS_VERSION,
    RAGGED,
    QUOTE,
    RETURN,
)

_SIGNATURES = {
    b"PK\x03\x04": "an Excel workbook or zip archive",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a gzip archive",
    b"PAR1": "a Parquet file",
}
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}
#: Bytes below which the C parser takes longer to set up than the csv module to read.
SMALL_FILE = 100_000
# The shape of PROMIS item codes: an unknown column like this is an item of another version.
_PROMIS_ITEM = re.compile(
    r"(pf[abcm]?|edanx|eddep|hi|an|fatexp|sleep|srp[a-z]+|painin|painqu|global)[0-9]+(_[a-z]+)?"
)


@dataclass(frozen=True)
class Column:
    """One column as written: the distinct texts, and which of them each row holds."""

    distinct: np.ndarray
    codes: np.ndarray

    def __len__(self) -> int:
        return len(self.codes)

    def texts(self, rows: np.ndarray) -> np.ndarray:
        """Texts of some rows, as they stand in the file."""
        return self.distinct[self.codes[rows]]


NO_LINES = np.array([], dtype=np.int64)
NO_CELLS = Column(np.array([], dtype=object), NO_LINES)


@dataclass
class Cells:
    """The cells of a file as text.

    Attributes
    ----------
    columns : dict of str to Column
        Known columns of the header.
    line : ndarray of int64
        Line on which each row starts; the header is line 1.
    unusable : list of list of str
        Rows that do not fit the header.
    complete : bool
        False where rows may have been lost, so that nothing can be concluded from their absence.
    """

    columns: dict[str, Column]
    line: np.ndarray
    unusable: list[list[str]] = field(default_factory=list)
    complete: bool = True


def read_cells(
    folder: Path, table: RawTable, findings: Findings, wanted_columns: Wanted = AS_DECLARED
) -> Cells | None:
    """Read the file of a table; None where it cannot be read at all.

    Parameters
    ----------
    folder : Path
        Folder of the extracts.
    table : RawTable
        What is expected.
    findings : Findings
        Receives what is wrong.
    wanted_columns : Wanted
        What the plan says about columns.
    """
    data = _bytes(folder, table.file, findings)
    if data is None or not _is_text(data, table.file, findings):
        return None
    header, rest_from = _header(data, table, findings)
    if header is None:
        return None
    body = data[rest_from:]
    wanted = _known_columns(header, table, findings, wanted_columns)
    if not wanted:
        return None
    cells = _read_plain(body, header, wanted)
    if cells is None:
        # Files of an old Macintosh end their rows in CR. In all others LF ends a line, as editors
        # count them, and a CR by itself is a character of a text.
        old = data[rest_from - 1 : rest_from] == b"\r" or b"\n" not in body
        ends = "" if old else "\n"
        text = io.StringIO(body.decode("utf-8"), newline=ends)
        cells = _read_quoted(text, header, wanted, table.file, findings)
    return cells


# --- the file ------------------------------------------------------------------------------------
def _bytes(folder: Path, name: str, findings: Findings) -> bytes | None:
    path = folder / name
    try:
        mode = path.lstat().st_mode
    except OSError:
        findings.add(MISSING, name, f"{name} is missing{_near_file(folder, name)}.")
        return None
    if not stat.S_ISREG(mode):
        kind = "a link" if stat.S_ISLNK(mode) else "a folder" if stat.S_ISDIR(mode) else "a device"
        findings.add(UNREADABLE, name, f"{name} is {kind}; put the file itself there.")
        return None
    try:
        data = path.read_bytes()
    except OSError as error:
        findings.add(UNREADABLE, name, f"{name} cannot be read: {error.strerror}.")
        return None
    if data.startswith(_BYTE_ORDER_MARK):
        findings.add(BYTE_ORDER_MARK, name, f"{name} starts with a byte order mark; skipped.")
        data = data[3:]
    if not data.strip():
        what = "holds only blank lines" if data else "is empty (0 bytes)"
        findings.add(EMPTY, name, f"{name} {what}; a table without rows still has its header.")
        return None
    return data


def _near_file(folder: Path, name: str) -> str:
    try:
        present = sorted(path.name for path in folder.iterdir())
    except OSError:
        return f": there is no folder {folder.name}"
    alike = [other for other in present if other.lower() == name.lower()]
    alike += nearest(name, present)
    return f"; rename '{alike[0]}'" if alike else "; a table without rows still has its header"


def _is_text(data: bytes, name: str, findings: Findings) -> bool:
    for signature, what in _SIGNATURES.items():
        if data.startswith(signature):
            findings.add(BINARY, name, f"{name} is {what}; export it as CSV (UTF-8).")
            return False
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or _alternating_nulls(data):
        text = f"{name} is encoded as UTF-16 ('Unicode text'); export it as CSV (UTF-8)."
        findings.add(NOT_UTF8, name, text, value="UTF-16")
        return False
    null = data.find(b"\0")
    if null >= 0:
        line = data.count(b"\n", 0, null) + 1
        text = f"Line {line} holds a NUL byte (byte {null + 1} of the file): not a text file."
        findings.add(BINARY, name, text, line=line, value="0x00")
        return False
    return _is_utf8(data, name, findings)


def _alternating_nulls(data: bytes) -> bool:
    start = data[:200]
    half = len(start) // 2
    return half > 8 and max(start[::2].count(0), start[1::2].count(0)) > 0.9 * half


def _is_utf8(data: bytes, name: str, findings: Findings) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return True
    for number, line in enumerate(data.split(b"\n"), start=1):
        try:
            line.decode("utf-8")
        except UnicodeDecodeError as error:
            byte = line[error.start]
            guess = bytes([byte]).decode("cp1252", errors="replace")
            text = (
                f"Line {number}, byte {error.start + 1}: 0x{byte:02X} is not UTF-8 "
                f"('{guess}' in Windows-1252?); export as CSV (UTF-8)."
            )
            findings.add(NOT_UTF8, name, text, line=number, value=f"0x{byte:02X}")
    return False


# --- the header ----------------------------------------------------------------------------------
def _header(data: bytes, table: RawTable, findings: Findings) -> tuple[list[str] | None, int]:
    """Names of the columns, and the byte at which line 2 starts."""
    ends = [at for at in (data.find(b"\n"), data.find(b"\r")) if at >= 0]
    end = min(ends, default=len(data))
    after = end + (2 if data[end : end + 2] == b"\r\n" else 1)
    first = data[:end].decode("utf-8")
    names = next(csv.reader([first]), [])
    known = [name for name in names if _plain(name) in table.fields]
    if known or not first.strip():
        if first.strip():
            return names, after
        findings.add(NO_HEADER, table.file, "Line 1 is blank; the header must stand there.", line=1)
        return None, after
    for separator, what in _SEPARATORS.items():
        if any(_plain(name) in table.fields for name in first.split(separator)):
            text = f"Columns are separated by {what}; export with commas."
            findings.add(SEPARATOR, table.file, text, line=1, value=separator)
            return None, after
    some = ",".join(table.columns[:4]) + (",..." if len(table.columns) > 4 else "")
    text = f"Line 1 is not a header; it should read {some}"
    findings.add(NO_HEADER, table.file, text, line=1, value=first)
    return None, after


def _plain(name: str) -> str:
    return name.strip().strip('"').lower()


def _known_columns(
    header: list[str], table: RawTable, findings: Findings, wanted: Wanted
) -> dict[str, int]:
    """Position of each known column; findings for all others."""
    at: dict[str, int] = {}
    renamed: set[str] = set()
    for position, name in enumerate(header):
        if name in at:
            text = f"The column {name} stands twice (fields {at[name] + 1} and {position + 1})."
            findings.add(DUPLICATE_COLUMN, table.file, text, line=1, column=name, value=name)
        elif name in table.fields:
            at[name] = position
        else:
            renamed.add(_unknown_column(name, header, table, findings, wanted))
    for name in table.fields:
        if name not in at and name not in renamed and not wanted.may_lack(table, name):
            since = " in this cut by the plan" if f"{table.name}.{name}" in wanted.now else ""
            text = f"The column {name} is missing; it is required{since}, if only with empty cells."
            findings.add(MISSING_COLUMN, table.file, text, line=1, column=name)
    return at


def _unknown_column(
    name: str, header: list[str], table: RawTable, findings: Findings, wanted: Wanted
) -> str:
    """Report an unknown column; return the known name it was surely meant to be, or nothing."""
    absent = [other for other in table.fields if other not in header]
    if _plain(name) in absent:
        text = f"The column '{name}' must be written {_plain(name)}, without blanks or capitals."
        findings.add(UNKNOWN_COLUMN, table.file, text, line=1, column=name, value=name)
        return _plain(name)
    if table.name == "promis29" and _PROMIS_ITEM.fullmatch(_plain(name)):
        text = f"The item '{name}' is not in the PROMIS-29 Profile v2.1; export version 2.1."
        findings.add(OTHER_PROMIS_VERSION, table.file, text, line=1, column=name, value=name)
        return ""
    hint = was_meant(name, absent, quote="")
    if wanted.ignore_unknown:
        hint = f"{hint}?" if hint else "; rules.extracts.unknown_columns is ignore"
        text = f"The column '{name}' is not in the data dictionary and is not read{hint}"
        findings.add(IGNORED_COLUMN, table.file, text, line=1, column=name, value=name)
        return ""
    hint = f"{hint}?" if hint else "; remove it, or set rules.extracts.unknown_columns to ignore"
    text = f"The column '{name}' is not in the data dictionary{hint}"
    findings.add(UNKNOWN_COLUMN, table.file, text, line=1, column=name, value=name)
    return ""


# --- the rows ------------------------------------------------------------------------------------
def _read_plain(body: bytes, header: list[str], wanted: dict[str, int]) -> Cells | None:
    """Read by pandas' C parser; None where the file is not plain enough for it."""
    if not body:
        return Cells(dict.fromkeys(wanted, NO_CELLS), NO_LINES)
    if len(body) < SMALL_FILE:
        return None
    if b'"' in body or len(header) < 2 or body.count(b"\r") != body.count(b"\r\n"):
        return None
    if body.startswith(_BYTE_ORDER_MARK):  # the C parser would skip it, and it is a character here
        return None
    n_rows = _rows_if_even(body, len(header) - 1)
    if n_rows is None:
        return None
    frame = pd.read_csv(
        io.BytesIO(body),
        header=None,
        names=range(len(header)),
        usecols=sorted(wanted.values()),
        dtype="category",
        na_filter=False,
        quoting=csv.QUOTE_NONE,
        skip_blank_lines=False,
        low_memory=False,
        engine="c",
        encoding="utf-8",
    )
    if len(frame) != n_rows:
        return None
    columns = {}
    for name, position in wanted.items():
        values = frame[position].array
        columns[name] = Column(
            values.categories.to_numpy(dtype=object), values.codes.astype(np.int64)
        )
    return Cells(columns, np.arange(2, n_rows + 2, dtype=np.int64))


def _rows_if_even(body: bytes, commas: int) -> int | None:
    """Return the number of lines if each holds that many commas."""
    text = np.frombuffer(body, dtype=np.uint8)
    ends = np.flatnonzero(text == ord("\n"))
    starts = np.concatenate(([0], ends + 1))
    if starts[-1] == len(text):
        starts = starts[:-1]
    per_line = np.add.reduceat(text == ord(","), starts, dtype=np.int32)
    return len(starts) if (per_line == commas).all() else None


def _read_quoted(
    text: io.StringIO, header: list[str], wanted: dict[str, int], name: str, findings: Findings
) -> Cells:
    """Read row by row, noting on which line each starts."""
    rows: list[list[str]] = []
    lines: list[int] = []
    cells = Cells({}, np.array([], dtype=np.int64))
    reader = csv.reader(text, strict=True)
    while True:
        start = reader.line_num + 2
        try:
            row = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            cells.complete = False
            rule = RETURN if "new-line character" in str(error) else QUOTE
            findings.add(rule, name, _broken_message(start, error), line=start)
            continue
        if not row:
            continue
        if len(row) != len(header):
            many = f"{len(row)} fields where the header has {len(header)}"
            hint = "a text with a comma needs quotes" if len(row) > len(header) else "cut short?"
            findings.add(
                RAGGED,
                name,
                f"Line {start} has {many}; {hint}.",
                line=start,
                value=len(row),
                patient_id=_patient(row, wanted),
            )
            cells.unusable.append(row)
            continue
        rows.append(row)
        lines.append(start)
    by_position = list(zip(*rows, strict=True)) if rows else [()] * len(header)
    for column, position in wanted.items():
        cells.columns[column] = _distinct(by_position[position])
    cells.line = np.array(lines, dtype=np.int64)
    return cells


def _distinct(texts: tuple[str, ...]) -> Column:
    """Distinct texts in the order in which they first stand, and which of them each row holds."""
    seen: dict[str, int] = {}
    codes = [seen.setdefault(text, len(seen)) for text in texts]
    distinct = np.empty(len(seen), dtype=object)
    distinct[:] = list(seen)
    return Column(distinct, np.array(codes, dtype=np.int64))


def _broken_message(start: int, error: csv.Error) -> str:
    if "new-line character" in str(error):
        return f"Line {start}: a carriage return (U+000D) stands outside quotes; delete it."
    if "end of data" in str(error) or "field limit" in str(error):
        return f"A quote opened in the row that starts on line {start} is never closed."
    return f"Line {start}: after a closing quote a comma must follow; double a quote inside text."


def _patient(row: list[str], wanted: dict[str, int]) -> str:
    at = wanted.get("patient_id")
    return row[at] if at is not None and at < len(row) else ""
