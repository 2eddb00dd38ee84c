"""Import a source into a folder of extracts: read, map, write whole, and say what became of it."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path

from analysis.csv_writer import LineFeeds
from analysis.errors import ParameterError
from analysis.importing.apply import Extracts, make_extracts
from analysis.importing.mapping import Mapping, read_mapping
from analysis.importing.redcap import read_redcap
from analysis.importing.report import REPORT, report_of_columns, report_of_fields, write_report
from analysis.importing.sdtm import read_sdtm
from analysis.importing.source import Received
from analysis.replacing import aside, put_in_place
from analysis.wording import counted

KINDS = ("redcap", "sdtm")


def import_source(
    kind: str, source: Path, mapping_path: Path, out: Path, previous: Path | None = None
) -> list[str]:
    """Import a source.

    Parameters
    ----------
    kind : str
        redcap or sdtm; must be that of the mapping.
    source : Path
        REDCap's CSV, or the folder of SDTM domains.
    mapping_path : Path
        The mapping.
    out : Path
        Folder of extracts to make, like ``data/raw/DC05``: new, or an earlier import.
    previous : Path, optional
        Extracts of an earlier import, so that patients keep their numbers.

    Returns
    -------
    list of str
        What to print.

    Raises
    ------
    ParameterError
        For a wrong mapping or source; nothing is written then.
    """
    mapping = read_mapping(mapping_path)
    if mapping.kind != kind:
        raise ParameterError(f"{mapping_path}: the mapping is of kind {mapping.kind}, not {kind}")
    _check_out(out)
    received = read_source(kind, source, mapping, mapping_path.parent)
    made = make_extracts(received.tables, mapping, _numbers_of(previous))
    built = aside(out)
    shutil.rmtree(built, ignore_errors=True)
    built.mkdir(parents=True)
    try:
        for table, columns in made.columns.items():
            _write(built / f"{table}.csv", columns, made.tables[table])
        write_report(built, received, mapping, made, out.name, source.name)
        put_in_place(built, out)
    except BaseException:
        shutil.rmtree(built, ignore_errors=True)
        raise
    return _summary(received, made, out)


def read_source(kind: str, source: Path, mapping: Mapping, beside: Path) -> Received:
    """Read a source as its mapping says.

    Raises
    ------
    ParameterError
        If the source cannot be read, or a mapping of REDCap names no dictionary.
    """
    if kind == "sdtm":
        return read_sdtm(source, mapping.encoding)
    if mapping.dictionary is None:
        raise ParameterError("the mapping: `dictionary` names the data dictionary CSV, beside it")
    dictionary = Path(mapping.dictionary)
    if dictionary.is_absolute() or ".." in dictionary.parts:
        raise ParameterError("the mapping: `dictionary` is a file beside the mapping")
    return read_redcap(source, beside / dictionary, mapping.encoding, mapping.separator)


def _check_out(out: Path) -> None:
    """Refuse to write over what no import has made.

    Raises
    ------
    ParameterError
        If the folder holds something else.
    """
    if not out.exists():
        if not out.parent.is_dir():
            raise ParameterError(f"{out.parent}: there is no such folder; make the study first")
        return
    if not out.is_dir():
        raise ParameterError(f"{out}: is no folder")
    content = sorted(path.name for path in out.iterdir())
    header_only = all(
        path.suffix == ".csv" and path.read_bytes().count(b"\n") <= 1 for path in out.iterdir()
    )
    if content and REPORT not in content and not header_only:
        raise ParameterError(
            f"{out}: holds {counted(len(content), 'file')} that no import has made; "
            "name a new folder, or move them away"
        )


def _numbers_of(previous: Path | None) -> dict[str, str]:
    """Source id -> patient_id of an earlier import.

    Raises
    ------
    ParameterError
        If its patients have no source_subject_id.
    """
    if previous is None:
        return {}
    path = previous / "patients.csv"
    if not path.is_file():
        raise ParameterError(f"{path}: there is no such file; name the folder of an earlier import")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    if rows and not all(row.get("source_subject_id") for row in rows):
        raise ParameterError(
            f"{path}: has patients without source_subject_id, by which they are found again"
        )
    wrong = [r["patient_id"] for r in rows if not re.fullmatch(r"P[0-9]{3,7}", r["patient_id"])]
    if wrong:
        raise ParameterError(f"{path}: '{wrong[0]}' is no patient_id")
    return {row["source_subject_id"]: row["patient_id"] for row in rows}


def _write(path: Path, columns: list[str], rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(LineFeeds(file), columns, restval="")
        writer.writeheader()
        writer.writerows(rows)


def _summary(received: Received, made: Extracts, out: Path) -> list[str]:
    fields, columns = report_of_fields(received, made), report_of_columns(made)
    patients = len(made.tables["patients"])
    rows = sum(len(rows) for rows in made.tables.values())
    dropped = fields[fields["action"].eq("dropped") & fields["values"].gt(0)]
    lines = [
        f"{out.name}: {counted(patients, 'patient')}, {counted(rows, 'row')} in {out}",
        f"Fields with values that are not imported: {len(dropped)}; values invented: "
        f"{int(columns['invented'].sum())}; see {out / 'import_report.html'}",
    ]
    return lines + [f"{place}: {n} {why}" for place, why, n in received.notes]
