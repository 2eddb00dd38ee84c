"""What validation found: every finding of every table, sorted, once, in words a person can act on.

A finding is made from a declared `Rule`, so the catalogue of rules and what can be found cannot
drift apart. Values and messages are one line each, with nothing hidden in it. Writing is atomic,
and safe to open in a spreadsheet: a cell that a spreadsheet would run as a formula gets a leading
apostrophe. A plain number keeps its sign and stays readable.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.characters import on_one_line
from analysis.csv_writer import safe, write_rows
from analysis.replacing import whole_file
from analysis.wording import counted

FILE, UNPUBLISHED = "findings.csv", "unpublished"
COLUMNS = (
    "rule",
    "severity",
    "file",
    "line",
    "column",
    "value",
    "patient_id",
    "message",
    "site_id",
)
ERROR, WARNING = "error", "warning"
LONGEST_VALUE = 200

_ALL_DIGITS = 1e15
_SORTED_BY = ["file", "line", "column", "rule", "value", "patient_id", "message"]
_ONCE_BY = ["rule", "file", "line", "column", "value", "patient_id"]


@dataclass(frozen=True)
class Rule:
    """One rule of validation.

    Attributes
    ----------
    id : str
        Family and name, like ``dates.consent_after_enrolment``.
    severity : str
        ``error`` blocks the run, ``warning`` does not.
    table : str
        Raw table in which it is found; ``*`` for all.
    sentence : str
        The rule in words, for the data dictionary and the data manager.
    """

    id: str
    severity: str
    table: str
    sentence: str


def shown(value: object) -> str:
    """Return any value as one line of text, nothing hidden in it, cut after 200 characters."""
    if value is None or value is pd.NA or value is pd.NaT or value != value:
        return ""
    if isinstance(value, pd.Timestamp):
        return value.strftime("%Y-%m-%d")
    if isinstance(value, float):
        # every digit that was given: 100.00001 must not read as 100
        whole = value.is_integer() and abs(value) < _ALL_DIGITS
        return str(int(value)) if whole else repr(float(value))
    text = str(value)
    if len(text) > LONGEST_VALUE:
        text = text[:LONGEST_VALUE] + "…"
    return on_one_line(text)


class Findings:
    """A collection of findings.

    Rows are gathered in any order; `frame` sorts them by place and drops repetitions, so that the
    same extracts give the same bytes.
    """

    def __init__(self) -> None:
        # Tuples in the order of COLUMNS: a file may have a hundred thousand rows that do not fit.
        self._rows: list[tuple[object, ...]] = []
        self._sites: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self.frame())

    @property
    def in_words(self) -> str:
        """How many errors and warnings there are."""
        return f"{counted(self.n_errors, 'error')} and {counted(self.n_warnings, 'warning')}"

    def __repr__(self) -> str:
        return f"Findings({self.in_words})"

    def add(
        self,
        rule: Rule,
        file: str,
        message: str = "",
        *,
        line: int | None = None,
        column: str = "",
        value: object = "",
        patient_id: str = "",
    ) -> None:
        """Add one finding; without a message the sentence of the rule is taken."""
        words = shown(message) or rule.sentence
        place = (rule.id, rule.severity, file, line, column)
        self._rows.append((*place, shown(value), shown(patient_id), words))

    def add_rows(self, rule: Rule, file: str, column: str | None, rows: pd.DataFrame) -> None:
        """Add one finding per row.

        Parameters
        ----------
        rule : Rule
            What was broken.
        file : str
            Name of the file.
        column : str or None
            Column concerned; None takes it from ``rows["column"]``.
        rows : DataFrame
            Columns `line`, `value`, `patient_id` and, if not the sentence of the rule, `message`.
        """
        columns = rows["column"] if column is None else [column] * len(rows)
        messages = rows["message"] if "message" in rows else [""] * len(rows)
        cells = zip(rows["line"], columns, rows["value"], rows["patient_id"], messages, strict=True)
        self._rows += [
            (
                *(rule.id, rule.severity, file, None if pd.isna(line) else int(line), name),
                *(shown(value), shown(patient), shown(text) or rule.sentence),
            )
            for line, name, value, patient, text in cells
        ]

    def extend(self, other: Findings) -> None:
        """Add all findings of another collection."""
        self._rows += other._rows

    def of_patients(self, patients: set[str]) -> Findings:
        """Findings about these patients, and those about none."""
        some = Findings()
        place = COLUMNS.index("patient_id")
        some._rows = [row for row in self._rows if not row[place] or row[place] in patients]
        some._sites = self._sites
        return some

    def locate(self, patients: pd.DataFrame | None) -> None:
        """Say from which site each finding is: columns `patient_id` and `site_id`."""
        if patients is None:
            return
        known = patients[["patient_id", "site_id"]].dropna().drop_duplicates("patient_id")
        sites = zip(known["patient_id"], known["site_id"], strict=True)
        self._sites = {shown(patient): shown(site) for patient, site in sites}

    def frame(self) -> pd.DataFrame:
        """Return all findings, sorted by file, line, column and rule, each once."""
        rows = pd.DataFrame(self._rows, columns=list(COLUMNS[:-1]), dtype=object)
        rows["site_id"] = rows["patient_id"].map(lambda patient: self._sites.get(patient, ""))
        rows = rows.astype({"line": "Int64"})
        rows = rows.sort_values(_SORTED_BY, kind="stable", na_position="first")
        return rows.drop_duplicates(_ONCE_BY)[list(COLUMNS)].reset_index(drop=True)

    @property
    def n_errors(self) -> int:
        """Number of findings that block the run."""
        return int((self.frame()["severity"] == ERROR).sum())

    @property
    def n_warnings(self) -> int:
        """Number of findings that do not block the run."""
        return int((self.frame()["severity"] == WARNING).sum())

    @property
    def has_errors(self) -> bool:
        """Whether the run is blocked."""
        return any(severity == ERROR for _, severity, *_ in self._rows)

    def counts(self) -> pd.DataFrame:
        """Return the number of findings by rule and severity, most severe first."""
        rows = self.frame().groupby(["severity", "rule"], as_index=False).size()
        return rows.rename(columns={"size": "n"})

    def to_csv(self, path: Path) -> None:
        """Write the findings to a CSV file that is either the old one or the whole new one."""
        rows = safe(self.frame())
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as file:
            write_rows(rows, file)

    def keep(self, reports: Path) -> Path:
        """Write the findings where the reader of a cut looks for them; return the path.

        That is ``findings.csv`` beside the pages. While a report is published there, its findings
        stay those it was made with: others go to ``unpublished/`` until the next report has them.
        """
        shown, pending = reports / FILE, reports / UNPUBLISHED / FILE
        if not (reports / "manifest.json").is_file():
            self.to_csv(shown)
            return shown
        self.to_csv(pending)
        if not shown.is_file() or shown.read_bytes() != pending.read_bytes():
            return pending
        shutil.rmtree(pending.parent)
        return shown
