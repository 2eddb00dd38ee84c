"""A folder of SDTM domains as tables of text: XPT, Dataset-JSON 1.1 or CSV, supplements merged.

Beside the domains stand shaped tables that a flat mapping can read (`sdtm_shapes`): LESIONS from TR
and TU, RESPONSES from RS, QUESTIONNAIRE from QS. A record keeps its file and number (CSV: line).

Source: CDISC SDTM Implementation Guide 3.4; Dataset-JSON 1.1; SAS transport format version 5.
"""

from __future__ import annotations

import json
import re
import warnings
from pathlib import Path

from analysis.importing.sdtm_shapes import shaped_tables
from analysis.importing.source import ImportRefusedError, Problems, Received, Source, SourceTable
from analysis.importing.text_table import read_text_table

DOMAINS = ("DM", "EX", "AE", "DS", "SS", "TU", "TR", "RS", "QS")
_SUPPLEMENT = re.compile(r"SUPP([A-Z]{2})")
_SUFFIXES = (".xpt", ".json", ".csv")
_NEEDED = {"USUBJID"}
_KEY = ("USUBJID", "IDVAR", "IDVARVAL", "QNAM", "QVAL")


def read_sdtm(folder: Path, encoding: str | None = None) -> Received:
    """Read the domains of a folder.

    Parameters
    ----------
    folder : Path
        One file a domain: ``dm.xpt``, ``dm.json`` or ``dm.csv``, in any capitals.
    encoding : str, optional
        Of texts in CSV and XPT where not UTF-8.

    Returns
    -------
    Received
        Domains with the fields of their supplemental qualifiers, and the shaped tables.

    Raises
    ------
    ImportRefusedError
        Naming file and record, for everything at once.
    """
    if not folder.is_dir():
        raise ImportRefusedError(f"{folder}: there is no such folder")
    problems = Problems()
    notes: list[tuple[str, str, int]] = []
    files = _files(folder, problems, notes)
    problems.refuse()
    tables = {name: _read(name, path, encoding) for name, path in sorted(files.items())}
    for name, table in tables.items():
        _check(name, table, problems)
    problems.refuse()
    source: Source = {name: table for name, table in tables.items() if name in DOMAINS}
    for name, table in tables.items():
        if found := _SUPPLEMENT.fullmatch(name):
            _merge(source, found.group(1), table, problems)
    if "DM" not in source:
        problems.add(folder.name, None, "", "", "no DM: the domain of the subjects is needed")
    problems.refuse()
    source |= shaped_tables(source, problems)
    problems.refuse()
    return Received(source, notes)


def _files(folder: Path, problems: Problems, notes: list[tuple[str, str, int]]) -> dict[str, Path]:
    """File of each domain; what is none is noted."""
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        name = path.stem.upper()
        if path.suffix.lower() not in _SUFFIXES or path.is_symlink() or not path.is_file():
            notes.append((path.name, "file that is no domain of SDTM", 1))
        elif name not in DOMAINS and not _SUPPLEMENT.fullmatch(name):
            notes.append((path.name, "domain that is not read", 1))
        elif name in found:
            message = f"the domain stands in {found[name].name} too; keep one"
            problems.add(path.name, None, "", "", message)
        else:
            found[name] = path
    return found


def _read(name: str, path: Path, encoding: str | None) -> SourceTable:
    reader = {".xpt": _xpt, ".json": _dataset_json, ".csv": _csv}[path.suffix.lower()]
    return reader(name, path, encoding)


def _csv(name: str, path: Path, encoding: str | None) -> SourceTable:
    table = read_text_table(path, encoding)
    columns = list(zip(*table.rows, strict=True)) or [()] * len(table.header)
    fields = {one: list(texts) for one, texts in zip(table.header, columns, strict=True)}
    return SourceTable(name, path.name, _tidy(fields), table.lines)


def _xpt(name: str, path: Path, encoding: str | None) -> SourceTable:
    """Read a SAS transport file.

    Raises
    ------
    ImportRefusedError
        If it is none, or cut short.
    """
    import pyreadstat

    data = path.read_bytes()
    if not data.startswith(b"HEADER RECORD*******LIBRARY"):
        raise ImportRefusedError(f"{path.name}: not a SAS transport file (XPT, version 5)")
    if len(data) % 80:
        raise ImportRefusedError(
            f"{path.name}: cut short ({len(data)} bytes are no whole number of 80-byte records)"
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            frame, _ = pyreadstat.read_xport(
                str(path), disable_datetime_conversion=True, encoding=encoding
            )
    except Exception as error:  # the reader raises classes of its own
        raise ImportRefusedError(f"{path.name}: cannot be read as XPT ({error})") from None
    fields = {str(one): [_text(value) for value in frame[one].tolist()] for one in frame}
    return SourceTable(name, path.name, _tidy(fields), list(range(1, len(frame) + 1)))


def _dataset_json(name: str, path: Path, encoding: str | None) -> SourceTable:
    """Read a Dataset-JSON 1.1 file.

    Raises
    ------
    ImportRefusedError
        Naming what is wrong with it.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ImportRefusedError(f"{path.name}: not JSON ({error})") from None
    columns = data.get("columns") if isinstance(data, dict) else None
    rows = data.get("rows", []) if isinstance(data, dict) else None
    if not isinstance(columns, list) or not isinstance(rows, list):
        raise ImportRefusedError(f"{path.name}: no Dataset-JSON: it needs columns and rows")
    names = [str(column.get("name", "")) for column in columns]
    problems = Problems()
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, list) or len(row) != len(names):
            problems.add(path.name, number, "", "", f"a record has {len(names)} values")
    if data.get("records", len(rows)) != len(rows):
        message = f"records says {data['records']}, there are {len(rows)}: cut short?"
        problems.add(path.name, None, "", "", message)
    problems.refuse()
    fields = {one: [_text(row[at]) for row in rows] for at, one in enumerate(names)}
    return SourceTable(name, path.name, _tidy(fields), list(range(1, len(rows) + 1)))


def _text(value: object) -> str:
    """A value as text: whole numbers without decimals, missing empty."""
    if value is None or value != value:
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value)


def _tidy(fields: dict[str, list[str]]) -> dict[str, list[str]]:
    """Names in capitals, texts without the blanks that fixed widths leave."""
    return {name.upper(): [text.rstrip() for text in texts] for name, texts in fields.items()}


def _check(name: str, table: SourceTable, problems: Problems) -> None:
    for field in sorted(_NEEDED - set(table.fields)):
        problems.add(table.file, None, field, "", "the domain needs this variable")
    for at, text in enumerate(table.fields.get("DOMAIN", ())):
        if text and text != name:
            message = f"a record of another domain in {name}"
            problems.add(table.file, table.lines[at], "DOMAIN", text, message)
            return


def _places(parent: SourceTable, variables: list[str]) -> dict[tuple[str, str, str], list[int]]:
    """Rows of a domain by subject and the variable that a supplement names; all without one."""
    subjects = parent.fields["USUBJID"]
    places: dict[tuple[str, str, str], list[int]] = {}
    for variable in variables:
        for at, text in enumerate(parent.fields[variable]):
            places.setdefault((subjects[at], variable, text), []).append(at)
    for at, subject in enumerate(subjects):
        places.setdefault((subject, "", ""), []).append(at)
    return places


def _merge(source: Source, domain: str, supplement: SourceTable, problems: Problems) -> None:
    """Add the supplemental qualifiers of a domain as fields of their own."""
    if domain not in source:
        problems.add(supplement.file, None, "RDOMAIN", domain, f"there is no {domain} beside it")
        return
    if absent := sorted(set(_KEY) - set(supplement.fields)):
        problems.add(supplement.file, None, absent[0], "", "a supplement needs this variable")
        return
    parent = source[domain]
    variables = sorted(set(supplement.fields["IDVAR"]) - {""})
    if unknown := [name for name in variables if name not in parent.fields]:
        problems.add(supplement.file, None, "IDVAR", unknown[0], f"{domain} has no such variable")
        return
    places = _places(parent, variables)
    columns = zip(*(supplement.fields[name] for name in _KEY), strict=True)
    added: dict[str, list[str]] = {}
    for line, (subject, variable, text, qualifier, value) in zip(
        supplement.lines, columns, strict=True
    ):
        rows = places.get((subject, variable, text), [])
        if not rows:
            problems.add(supplement.file, line, variable or "USUBJID", text or subject,
                         f"no record of {domain} of {subject} has it")  # fmt: skip
            continue
        if qualifier in parent.fields:
            problems.add(supplement.file, line, "QNAM", qualifier, f"{domain} has such a variable")
            continue
        texts = added.setdefault(qualifier, [""] * len(parent))
        for at in rows:
            if texts[at] and texts[at] != value:
                problems.add(supplement.file, line, qualifier, value,
                             f"the record has '{texts[at]}' already")  # fmt: skip
            texts[at] = value
    source[domain] = SourceTable(parent.name, parent.file, {**parent.fields, **added}, parent.lines)
