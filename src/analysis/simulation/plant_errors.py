"""Plant one of each kind of data error into clean extracts, and list what was planted where.

Errors of a single cell are planted into existing rows, chosen by the seed. Errors between rows and
tables are planted as new patients (`Newcomers`), so that each stands alone: on extracts without
errors, validation finds every planted one at its line and none besides. Errors of a whole file
exclude others in the same file and are planted one at a time by `plant_file_error`.
"""

from __future__ import annotations

import csv
import datetime as dt
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from analysis.csv_writer import LineFeeds, write_csv
from analysis.simulation import planted_kinds
from analysis.simulation.planted_patients import Newcomers, Row
from schemas.raw import RAW_TABLES
from schemas.terminology import REQUIRED_TABLES

COLUMNS = ("rule", "severity", "file", "line", "column", "value", "patient_id")
LISTING = "planted_errors.csv"
# Dates are counted back from the last contact less this, to lie before the cutoff as well.
MARGIN_DAYS = 20


@dataclass
class Planting:
    """The tables while errors are planted into them.

    Attributes
    ----------
    tables : dict of list of dict
        Rows as text.
    new : Newcomers
        Makes patients that carry an error.
    """

    tables: dict[str, list[Row]]
    rng: random.Random
    new: Newcomers
    _planted: list[tuple[str, str, str, Row | None, str]] = field(default_factory=list)
    _touched: set[str] = field(default_factory=set)

    def note(self, rule: str, place: tuple[str, Row | None], column: str, shows: str = "") -> None:
        """Note an error: the rule it breaks, the row, the column, and the value if not the cell."""
        table, row = place
        self._planted.append((rule, table, column, row, shows))

    def edit(
        self,
        rule: str,
        table: str,
        column: str,
        value: str | Callable[[Row], str],
        where: Callable[[Row], bool] = lambda row: True,
    ) -> None:
        """Put a wrong value into the row of a patient who has no error yet, if there is one."""
        fit = [
            row
            for row in self.tables[table]
            if row.get("patient_id") not in self._touched and row.get(column) and where(row)
        ]
        if not fit:
            return
        row = self.rng.choice(fit)
        self._touched.add(row["patient_id"])
        row[column] = value(row) if callable(value) else value
        self.note(rule, (table, row), column)

    def listing(self, severities: dict[str, str]) -> pd.DataFrame:
        """What was planted, with the lines on which it now stands."""
        lines = {
            id(row): number
            for rows in self.tables.values()
            for number, row in enumerate(rows, start=2)
        }
        rows = []
        for rule, table, column, row, shows in self._planted:
            value = shows if shows or row is None else row.get(column, "")
            line = pd.NA if row is None else lines[id(row)]
            patient = "" if row is None else row.get("patient_id", "")
            file = f"{table}.csv"
            rows.append((rule, severities[rule], file, line, column, value, patient))
        listing = pd.DataFrame(rows, columns=list(COLUMNS)).astype({"line": "Int64"})
        return listing.sort_values(["file", "line", "rule"], na_position="first", ignore_index=True)


def plant_errors(raw_folder: Path, seed: int) -> pd.DataFrame:
    """Plant one of each kind of error that can stand beside the others.

    Parameters
    ----------
    raw_folder : Path
        Extracts of one cut without errors; the files are rewritten in place.
    seed : int
        Chooses the rows.

    Returns
    -------
    DataFrame
        One row per planted error: rule, severity, file, line, column, value, patient_id; also
        written to ``planted_errors.csv`` in the folder. A kind for which the extracts have no
        fitting row is left out.
    """
    from analysis.validation import RULES

    tables = {name: _read(raw_folder / RAW_TABLES[name].file) for name in REQUIRED_TABLES}
    planting = Planting(tables, random.Random(seed), Newcomers(tables, _today(tables)))
    for plant in planted_kinds.KINDS:
        plant(planting)
    listing = planting.listing({rule.id: rule.severity for rule in RULES.values()})
    for name, rows in tables.items():
        _write(raw_folder / f"{name}.csv", rows, planted_kinds.EXTRA_COLUMNS.get(name, ()))
    extra = planted_kinds.plant_raw_text(raw_folder, RULES)
    listing = pd.concat([listing, pd.DataFrame(extra, columns=list(COLUMNS))], ignore_index=True)
    listing = listing.astype({"line": "Int64"})
    write_csv(listing, raw_folder / LISTING)
    return listing


def plant_into_study(study: Path, seed: int, cuts: tuple[str, ...]) -> list[str]:
    """Plant errors into the extracts of each cut of a study folder; return them as sentences."""
    sentences = []
    for cut in cuts:
        for row in plant_errors(study / "data" / "raw" / cut, seed).itertuples(index=False):
            line = "" if pd.isna(row.line) else f" line {row.line!s}"
            column = f" {row.column!s}" if row.column else ""
            sentences.append(f"{cut} {row.file}{line}{column}: {row.rule} ({row.severity})")
    return sentences


def _read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _write(path: Path, rows: list[Row], extra: tuple[str, ...]) -> None:
    table = RAW_TABLES[path.stem]
    given = {name for row in rows for name in row}
    optional = [name for name in table.columns if name in given - set(table.required_columns)]
    columns = [*table.required_columns, *optional, *extra]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(LineFeeds(file), columns, restval="")
        writer.writeheader()
        writer.writerows(rows)


def _today(tables: dict[str, list[Row]]) -> dt.date:
    dates = [row["contact_date"] for row in tables["follow_up"]]
    dates += [row["enrolment_date"] for row in tables["patients"]]
    last = max(dates, default="2023-01-01")
    return dt.date.fromisoformat(last) - dt.timedelta(days=MARGIN_DAYS)


# --- whole files ---------------------------------------------------------------------------------
def plant_file_error(raw_folder: Path, rule: str) -> pd.DataFrame:
    """Plant one error of a whole file into ``ecog.csv`` (of rows into its last line).

    Parameters
    ----------
    raw_folder : Path
        Extracts without errors; one file is changed in place.
    rule : str
        A key of `FILE_ERRORS`.

    Returns
    -------
    DataFrame
        One row, as `plant_errors`.
    """
    from analysis.validation import RULES

    path = raw_folder / "ecog.csv"
    line, column = FILE_ERRORS[rule](path)
    row = (rule, RULES[rule].severity, path.name, line, column, "", "")
    return pd.DataFrame([row], columns=list(COLUMNS)).astype({"line": "Int64"})


Place = tuple[int | None, str]


def _missing(path: Path) -> Place:
    path.unlink()
    return None, ""


def _folder(path: Path) -> Place:
    path.unlink()
    path.mkdir()
    return None, ""


def _empty(path: Path) -> Place:
    path.write_bytes(b"")
    return None, ""


def _workbook(path: Path) -> Place:
    path.write_bytes(b"PK\x03\x04" + bytes(range(256)))
    return None, ""


def _no_header(path: Path) -> Place:
    path.write_bytes(path.read_bytes().split(b"\n", 1)[1])
    return 1, ""


def _semicolons(path: Path) -> Place:
    path.write_bytes(path.read_bytes().replace(b",", b";"))
    return 1, ""


def _latin(path: Path) -> Place:
    data = path.read_bytes()
    path.write_bytes(data + "P9999999,week_8,2023-01-01,\xfc\n".encode("latin-1"))
    return data.count(b"\n") + 1, ""


def _utf16(path: Path) -> Place:
    path.write_bytes(path.read_text(encoding="utf-8").encode("utf-16"))
    return None, ""


def _no_column(path: Path) -> Place:
    rows = _read(path)
    for row in rows:
        row.pop("ecog")
    columns = [name for name in rows[0] if name != "ecog"]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(LineFeeds(file), columns)
        writer.writeheader()
        writer.writerows(rows)
    return 1, "ecog"


def _open_quote(path: Path) -> Place:
    data = path.read_text(encoding="utf-8")
    path.write_text(data + 'P9999999,"week_8,2023-01-01,1\n', encoding="utf-8")
    return data.count("\n") + 1, ""


def _lone_return(path: Path) -> Place:
    data = path.read_text(encoding="utf-8")
    path.write_bytes(data.encode() + b"P9999999,week\r_8,2023-01-01,1\n")
    return data.count("\n") + 1, ""


FILE_ERRORS: dict[str, Callable[[Path], Place]] = {
    "file.missing": _missing,
    "file.unreadable": _folder,
    "file.empty": _empty,
    "file.binary": _workbook,
    "file.header": _no_header,
    "file.separator": _semicolons,
    "encoding.not_utf8": _latin,
    "column.missing": _no_column,
    "row.quote": _open_quote,
    "row.carriage_return": _lone_return,
}


def plant_file_errors(raw_folder: Path, out: Path) -> pd.DataFrame:
    """Copy the extracts once per whole-file error and plant it there.

    Returns
    -------
    DataFrame
        As `plant_errors`, with the copy's folder in `folder`.
    """
    listings = []
    for rule in FILE_ERRORS:
        copy = out / rule
        shutil.copytree(raw_folder, copy)
        listings.append(plant_file_error(copy, rule).assign(folder=rule))
    return pd.concat(listings, ignore_index=True)
