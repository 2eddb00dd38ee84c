"""Raw rows as they stand in their files: line and cells as text, nothing parsed or judged.

A table `ecog` lies in ``ecog.csv``. The schemas are not needed, and their import is slow.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path


@dataclass(frozen=True)
class RawRow:
    """One row of an extract: its table, file, the line on which it starts, and its cells."""

    table: str
    file: str
    line: int
    cells: dict[str, str] = field(repr=False, compare=False)

    def place(self, column: str = "") -> str:
        """File and line, of a column with its value: ``ecog.csv line 4, ecog = 1``."""
        at = f"{self.file} line {self.line}"
        return f"{at}, {column} = {self.cells.get(column) or 'empty'}" if column else at


@dataclass(frozen=True)
class RawFiles:
    """The extracts of one cut, each file read when first asked for.

    Parameters
    ----------
    folder : Path
        ``data/raw/<CUT>``.
    """

    folder: Path

    @cached_property
    def _read(self) -> dict[str, dict[str, list[RawRow]]]:
        return {}

    @cached_property
    def _lines(self) -> dict[str, dict[int, RawRow]]:
        return {}

    def of_patient(self, table: str, patient: str) -> list[RawRow]:
        """Rows of a patient in a table, in the order of the file."""
        return self._table(table).get(patient, [])

    def all_of(self, table: str) -> list[RawRow]:
        """Every row of a table, in the order of the file."""
        self._table(table)
        return list(self._lines[table].values())

    def at(self, file: str, line: int) -> RawRow | None:
        """The row that starts on a line of a file."""
        table = file.removesuffix(".csv")
        if Path(file).name != file or not (self.folder / file).is_file():
            return None
        self._table(table)
        return self._lines[table].get(line)

    def _table(self, table: str) -> dict[str, list[RawRow]]:
        if table not in self._read:
            rows = _rows(self.folder / f"{table}.csv", table)
            by_patient: dict[str, list[RawRow]] = {}
            for row in rows:
                by_patient.setdefault(row.cells.get("patient_id", ""), []).append(row)
            self._read[table] = by_patient
            self._lines[table] = {row.line: row for row in rows}
        return self._read[table]


def _rows(path: Path, table: str) -> list[RawRow]:
    if not path.is_file():
        return []
    rows = []
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.reader(stream)
        header = [name.strip() for name in next(reader, [])]
        start = reader.line_num + 1
        for cells in reader:
            if any(cells):
                named = dict(zip(header, (cell.strip() for cell in cells), strict=False))
                rows.append(RawRow(table, path.name, start, named))
            start = reader.line_num + 1
    return rows
