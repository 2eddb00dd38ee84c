"""Who is counted in a cell, from which analysis rows, from which raw rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from analysis.errors import ParameterError
from analysis.estimates.rows import KEY, MEMBER_COLUMNS
from analysis.findings import FILE
from analysis.sap import Study
from analysis.tracing.datasets import AnalysisRows
from analysis.tracing.raw_rows import RawFiles, RawRow
from analysis.tracing.sources import datasets_of, tables_of

CELL = ("analysis_id", "group", "visit", "parameter", "category")
_ONE_SCAN = ("assessment_date", "assessor")
_BY_FINDINGS = ("DQ.1", "T14.1.8")
_SHOWN = ("PARAMCD", "AVISIT", "AVALC", "STATE", "AVAL", "CNSR", "ADT", "TRT", "GENE", "AEDECOD")
TRACE_COLUMNS = (
    *MEMBER_COLUMNS,
    "dataset",
    "analysis_row",
    "source_file",
    "source_line",
    "source_column",
    "source_value",
    "searched",
    "decided_by",
)


@dataclass(frozen=True)
class Trail:
    """One member of a cell: analysis rows, raw rows, or what was searched and which date decides.

    Attributes
    ----------
    analysis : tuple of (dataset, row)
    raw : tuple of (RawRow, column)
        Rows that the analysis rows name.
    searched : tuple of RawRow
        Where none is named: all rows of the patient in the tables of the output.
    tables : tuple of str
        Those tables.
    decided_by : str
        The date that decides then; empty where raw rows do.
    """

    patient: str
    analysis: tuple[tuple[str, dict[str, Any]], ...] = field(repr=False)
    raw: tuple[tuple[RawRow, str], ...]
    searched: tuple[RawRow, ...] = ()
    tables: tuple[str, ...] = ()
    decided_by: str = ""


class Members:
    """Who is counted in the cells of a published cut.

    Parameters
    ----------
    study : Study
        Opened for the cut.
    made : DataFrame, optional
        Members of outputs, instead of those of the report.
    rows : AnalysisRows, optional
        Instead of those of the cut on disk.
    """

    def __init__(
        self, study: Study, made: pd.DataFrame | None = None, rows: AnalysisRows | None = None
    ) -> None:
        self._study = study
        self._made = made
        self._raw = RawFiles(study.raw)
        self._rows = rows or AnalysisRows(study.derived)
        self._found: dict[str, list[dict[str, Any]]] = {}

    @cached_property
    def frame(self) -> pd.DataFrame:
        """Members of every cell, as in ``members.parquet``.

        Raises
        ------
        ParameterError
            If the cut has no report.
        """
        if self._made is not None:
            return self._made
        path = self._study.reports / "members.parquet"
        if not path.is_file():
            cut = self._study.cut.cut
            raise ParameterError(f"{path}: not there; `registry run {cut}` makes it")
        return pd.read_parquet(path)

    def of_cell(self, output_id: str, **cell: str | None) -> pd.DataFrame:
        """Members of the cells of an output that have these values; a key not given may be any.

        Parameters
        ----------
        output_id : str
        **cell : str or None
            Of `CELL`; a visit by its name or its code.

        Raises
        ------
        ParameterError
            If no cell is like that; what there is, is listed.
        """
        frame = self.frame[self.frame["output_id"].eq(output_id)]
        if frame.empty:
            have = ", ".join(sorted(set(self.frame["output_id"])))
            raise ParameterError(f"{output_id} counts nobody; outputs that do: {have}")
        visits = {w.code: w.label for w in self._study.rules.visits.windows}
        for name in CELL:
            wanted = cell.get(name)
            if wanted is None:
                continue
            value = visits.get(wanted, wanted) if name == "visit" else wanted
            some = frame[frame[name].str.lower().eq(value.lower())]
            if some.empty:
                have = ", ".join(repr(v) for v in sorted(set(frame[name])))
                raise ParameterError(f"{output_id} has no {name} '{wanted}' here; there are {have}")
            frame = some
        return frame

    def trail(self, member: Mapping[str, str]) -> Trail:
        """From one member of a cell back to the raw rows.

        Parameters
        ----------
        member : mapping of str to str
            A row of `frame`.
        """
        output_id, patient = member["output_id"], member["USUBJID"]
        if output_id in _BY_FINDINGS:
            return self._trail_of_findings(member)
        texts = [member[name] for name in CELL if member[name]]
        found = []
        for dataset, where in datasets_of(output_id, self._study.rules):
            rows = self._rows.of_patient(dataset, patient)
            rows = [row for row in rows if all(row.get(n) in v for n, v in where.items())]
            found += [(dataset, row) for row in _narrowed(rows, texts)]
        raw = tuple(_unique((dataset, row) for dataset, row in found))
        named = [(self._raw.at(file, line), column) for file, line, column in raw]
        rows_named = tuple(self._with_scans((r, column) for r, column in named if r is not None))
        adsl = [("adsl", row) for row in self._rows.of_patient("adsl", patient)]
        if rows_named:
            return Trail(patient, (*found, *adsl), rows_named)
        tables = tables_of(output_id)
        searched = tuple(row for table in tables for row in self._raw.of_patient(table, patient))
        date = self._deciding_date(patient, " ".join(texts).lower())
        return Trail(patient, (*found, *adsl), (), searched, tables, date)

    def _with_scans(self, rows: Iterable[tuple[RawRow, str]]) -> Iterable[tuple[RawRow, str]]:
        """Rows, and for a lesion every lesion of that scan: a response is made of all of them."""
        given: set[RawRow] = set()
        for row, column in rows:
            scan = [row]
            if row.table == "tumour_lesions":
                scan += [
                    other
                    for other in self._raw.of_patient(row.table, row.cells["patient_id"])
                    if all(other.cells.get(name) == row.cells.get(name) for name in _ONE_SCAN)
                ]
            for one in scan:
                if one not in given:
                    given.add(one)
                    yield one, column

    def _deciding_date(self, patient: str, words: str) -> str:
        adsl = (self._rows.of_patient("adsl", patient) or [{}])[0]
        if ("dead" in words or "death" in words or "died" in words) and "DTHDT" in adsl:
            return f"death on {adsl['DTHDT']}"
        if "off_study" in words and "EOSDT" in adsl:
            return f"end of the study on {adsl['EOSDT']}"
        cut = self._study.cut
        return f"clinical cutoff {cut.clinical_cutoff} (params/cuts/{cut.cut}.yaml)"

    def _trail_of_findings(self, member: Mapping[str, str]) -> Trail:
        """Findings of a patient are raw rows themselves; those of the previous cut its own."""
        patient, cut = member["USUBJID"], self._study.cut.cut
        raw = self._raw
        if member["analysis_id"] == "previous cut":
            cut = str(self._study.cut.previous)
            raw = RawFiles(self._study.raw.with_name(cut))
        rule = member["category"] if member["output_id"] == "DQ.1" else member["parameter"]
        mine = [
            row
            for row in self._findings(cut)
            if row["patient_id"] == patient and rule in (row["rule"], "all")
        ]
        rows = [(raw.at(row["file"], int(row["line"] or 0)), row["column"]) for row in mine]
        named = tuple((row, column) for row, column in rows if row is not None)
        if named:
            return Trail(patient, tuple(("findings", row) for row in mine), named)
        searched = tuple(raw.of_patient("patients", patient))
        return Trail(patient, (), (), searched, ("patients",), f"the findings of {cut}")

    def _findings(self, cut: str) -> list[dict[str, Any]]:
        if cut not in self._found:
            path = self._study.derived.with_name(cut) / FILE
            rows: list[Any] = []
            if path.is_file():
                frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
                rows = frame.to_dict("records")
            self._found[cut] = rows
        return self._found[cut]

    def as_frame(self, members: pd.DataFrame) -> pd.DataFrame:
        """Every raw row behind some members, one a line: columns `TRACE_COLUMNS`, all text."""
        lines = []
        for member in members[list(MEMBER_COLUMNS)].to_dict("records"):
            key = tuple(member.values())
            trail = self.trail(member)  # type: ignore[arg-type]
            for row, column in trail.raw:
                value = row.cells.get(column, "")
                at = (row.file, str(row.line), column, value, "", "")
                lines.append((*key, *_said_of(trail, row), *at))
            for row in trail.searched:
                at = (row.file, str(row.line), "", "", "searched", trail.decided_by)
                lines.append((*key, "", "", *at))
            if not trail.raw and not trail.searched:
                tables = ", ".join(f"{table}.csv" for table in trail.tables)
                lines.append((*key, "", "", tables, "", "", "", "no row", trail.decided_by))
        return pd.DataFrame(lines, columns=list(TRACE_COLUMNS), dtype=object)

    def lines(self, members: pd.DataFrame) -> list[str]:
        """Members in plain words, patient by patient."""
        told = []
        for cell, some in members.groupby(list(MEMBER_COLUMNS[:-1]), sort=False):
            told.append(f"{' / '.join(str(part) for part in cell if part)}: {len(some)}")
            for member in some.to_dict("records"):
                told += _in_words(self.trail(member))  # type: ignore[arg-type]
        return told


def number_by_key(study: Study, key: str) -> tuple[pd.Series, pd.DataFrame]:
    """A row of ``estimates.csv`` by its key, and the members behind it.

    Parameters
    ----------
    study : Study
        Opened for the cut.
    key : str
        The columns of the key joined by bars:
        ``output_id|analysis_id|group|visit|parameter|category|stat_name``.

    Raises
    ------
    ParameterError
        If the report has no such number; the nearest are listed.
    """
    path = study.reports / "estimates.csv"
    if not path.is_file():
        raise ParameterError(f"{path}: not there; `registry run {study.cut.cut}` makes it")
    table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    keys = table[list(KEY)].agg("|".join, axis=1)
    hit = table[keys.eq(key)]
    if hit.empty:
        start = keys[keys.str.startswith(key.split("|")[0] + "|")].head(5)
        like = f"; there are {'  '.join(start)}" if len(start) else ""
        raise ParameterError(
            f"{path}: no number '{key}'; a key is {'|'.join(KEY)}, as the columns stand there{like}"
        )
    row = hit.iloc[0]
    members = Members(study).frame
    members = members[members["output_id"].eq(row["output_id"])]
    # A median has no members of its own: those of its group and analysis are behind it.
    for names in (CELL, CELL[:3], CELL[:2], CELL[:1]):
        mine = members[(members[list(names)] == row[list(names)]).all(axis=1)]
        if len(mine):
            return row, mine
    return row, members.iloc[:0]


def _narrowed(rows: list[dict[str, Any]], texts: Iterable[str]) -> list[dict[str, Any]]:
    """Rows that hold the texts of the cell; a text that none holds narrows nothing."""
    for text in texts:
        some = [row for row in rows if text in row.values()]
        rows = some or rows
    return rows


def _unique(found: Iterable[tuple[str, dict[str, Any]]]) -> list[tuple[str, int, str]]:
    places = [
        (row["SRCFILE"], int(row["SRCROW"]), row.get("SRCVAR", ""))
        for _, row in found
        if "SRCROW" in row
    ]
    return list(dict.fromkeys(places))


def _said_of(trail: Trail, raw: RawRow) -> tuple[str, str]:
    """Dataset and analysis row that name a raw row."""
    for dataset, row in trail.analysis:
        if row.get("SRCFILE") == raw.file and row.get("SRCROW") == raw.line:
            return dataset, _row_in_words(row)
    return "", ""


def _row_in_words(row: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} = {row[name]}" for name in _SHOWN if name in row)


def _in_words(trail: Trail) -> list[str]:
    told = []
    for row, column in trail.raw:
        dataset, said = _said_of(trail, row)
        analysis = f" <- {dataset.upper()} {said}" if said else ""
        told.append(f"  {trail.patient}{analysis} <- {row.place(column)}")
    if trail.raw:
        return told
    lines: dict[str, list[str]] = {f"{table}.csv": [] for table in trail.tables}
    for row in trail.searched:
        lines[row.file].append(str(row.line))
    where = "; ".join(
        f"{file} {'line ' + ', '.join(at) if at else 'has no row'}" for file, at in lines.items()
    )
    return [f"  {trail.patient}: searched {where}; decided by {trail.decided_by}"]
