"""A delimited text file as rows with their lines; what cannot be read is refused at its line."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from analysis.importing.source import ImportRefusedError, Problems

_SEPARATORS = (",", ";", "\t", "|")
_SIGNATURES = {
    b"PK\x03\x04": "an Excel workbook or zip archive",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF",
}


@dataclass(frozen=True)
class TextTable:
    """Header and rows of a file, with the line on which each row starts."""

    file: str
    header: list[str]
    rows: list[list[str]]
    lines: list[int]


def read_text_table(
    path: Path, encoding: str | None = None, separator: str | None = None
) -> TextTable:
    """Read a delimited file.

    Parameters
    ----------
    path : Path
    encoding : str, optional
        Where it is not UTF-8, like cp1252: never guessed, for a wrong guess changes names.
    separator : str, optional
        Where it is not the one that the header has most of.

    Raises
    ------
    ImportRefusedError
        Naming file and line.
    """
    text = _decoded(path, encoding)
    if not text.strip():
        raise ImportRefusedError(f"{path.name}: the file is empty")
    chosen = separator or _separator(text)
    problems = Problems()
    rows: list[list[str]] = []
    lines: list[int] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=chosen, strict=True)
    header: list[str] = []
    while True:
        start = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            problems.add(path.name, start, "", "", f"a quote is not closed or doubled ({error})")
            break
        if not row:
            continue
        if not header:
            header = [name.strip() for name in row]
            continue
        if len(row) != len(header):
            what = f"{len(row)} fields where the header has {len(header)}"
            problems.add(path.name, start, "", "", f"{what}; cut short, or a text without quotes?")
            continue
        rows.append(row)
        lines.append(start)
    _check_header(header, path.name, problems)
    problems.refuse()
    return TextTable(path.name, header, rows, lines)


def _check_header(header: list[str], file: str, problems: Problems) -> None:
    for name in sorted({name for name in header if name and header.count(name) > 1}):
        problems.add(file, 1, name, "", "the column stands twice")
    for at, name in enumerate(header, start=1):
        if not name:
            problems.add(file, 1, f"column {at}", "", "the column has no name")


def _decoded(path: Path, encoding: str | None) -> str:
    """Text of a file.

    Raises
    ------
    ImportRefusedError
        If it is no text, or not in the encoding.
    """
    if path.is_symlink() or not path.is_file():
        raise ImportRefusedError(f"{path}: there is no such file")
    data = path.read_bytes()
    for signature, what in _SIGNATURES.items():
        if data.startswith(signature):
            raise ImportRefusedError(f"{path.name}: is {what}; export it as CSV")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise ImportRefusedError(f"{path.name}: encoded as UTF-16; export it as CSV UTF-8")
    if b"\0" in data:
        line = data[: data.index(b"\0")].count(b"\n") + 1
        raise ImportRefusedError(f"{path.name}, line {line}: holds a NUL byte; not a text file")
    try:
        return data.decode(encoding or "utf-8-sig")
    except LookupError:
        raise ImportRefusedError(f"the mapping: no encoding is called '{encoding}'") from None
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        byte = data[error.start]
        guess = bytes([byte]).decode("cp1252", errors="replace")
        raise ImportRefusedError(
            f"{path.name}, line {line}: byte 0x{byte:02X} is not {encoding or 'UTF-8'} "
            f"('{guess}' in Windows-1252?); if so, say `encoding: cp1252` in the mapping"
        ) from None


def _separator(text: str) -> str:
    header = text.splitlines()[0]
    return max(_SEPARATORS, key=lambda one: (header.count(one), one == ","))
