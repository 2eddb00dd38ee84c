"""A checker of Dataset-JSON 1.1 against its published rules: each violation a sentence.

No schema file with a licence to ship was found, so the rules of the specification stand here.

Source: CDISC Dataset-JSON v1.1 specification (top-level attributes, columns, rows).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import Any

_TOP = {
    "datasetJSONCreationDateTime": str,
    "datasetJSONVersion": str,
    "itemGroupOID": str,
    "records": int,
    "name": str,
    "label": str,
    "columns": list,
}
_MAY = {
    "fileOID": str,
    "dbLastModifiedDateTime": str,
    "originator": str,
    "sourceSystem": dict,
    "studyOID": str,
    "metaDataVersionOID": str,
    "metaDataRef": str,
    "isReferenceData": bool,
    "rows": list,
}
_COLUMN = {"itemOID": str, "name": str, "label": str, "dataType": str}
_COLUMN_MAY = {
    "targetDataType": str,
    "length": int,
    "displayFormat": str,
    "keySequence": int,
}
DATA_TYPES = (
    "string",
    "integer",
    "decimal",
    "float",
    "double",
    "boolean",
    "datetime",
    "date",
    "time",
    "URI",
)
_TARGETS = ("integer", "decimal")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})?")
_VERSION = re.compile(r"1\.1(\.\d+)?")


def violations(document: Any) -> list[str]:
    """What of a document is not Dataset-JSON 1.1; empty where it is.

    Parameters
    ----------
    document : object
        Parsed JSON.
    """
    if not isinstance(document, dict):
        return ["the document is not an object"]
    found = list(_attributes(document, _TOP, _MAY, "the document"))
    found += _moments(document)
    version = document.get("datasetJSONVersion")
    if isinstance(version, str) and not _VERSION.fullmatch(version):
        found.append(f"datasetJSONVersion is {version}, not 1.1 or 1.1.x")
    system = document.get("sourceSystem")
    if isinstance(system, dict):
        found += _attributes(system, {"name": str, "version": str}, {}, "sourceSystem")
    columns = document.get("columns")
    if not isinstance(columns, list) or not all(isinstance(one, dict) for one in columns):
        return [*found, "columns is a list of objects"]
    found += _columns(columns)
    return found + list(_rows(document, columns))


def _attributes(
    given: dict[str, Any], must: Mapping[str, type], may: Mapping[str, type], place: str
) -> Iterator[str]:
    for name in must:
        if name not in given:
            yield f"{place} lacks {name}"
    for name, value in given.items():
        wanted = must.get(name) or may.get(name)
        if wanted is None:
            yield f"{place} has {name}, which the standard does not know"
        elif not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
            yield f"{name} of {place} is no {wanted.__name__}"


def _moments(document: dict[str, Any]) -> Iterator[str]:
    for name in ("datasetJSONCreationDateTime", "dbLastModifiedDateTime"):
        text = document.get(name)
        if not isinstance(text, str):
            continue
        try:
            good = _MOMENT.fullmatch(text) is not None and bool(dt.datetime.fromisoformat(text))
        except ValueError:
            good = False
        if not good:
            yield f"{name} is {text}, not an ISO 8601 date and time"


def _columns(columns: list[dict[str, Any]]) -> Iterator[str]:
    for number, column in enumerate(columns, start=1):
        place = f"column {number}"
        yield from _attributes(column, _COLUMN, _COLUMN_MAY, place)
        if column.get("dataType") not in DATA_TYPES:
            yield f"dataType of {place} is {column.get('dataType')!r}"
        if "targetDataType" in column and column["targetDataType"] not in _TARGETS:
            yield f"targetDataType of {place} is {column['targetDataType']!r}"
        for name in ("length", "keySequence"):
            if isinstance(column.get(name), int) and column[name] < 1:
                yield f"{name} of {place} is below 1"
        if not column.get("name"):
            yield f"name of {place} is empty"
    for attribute in ("itemOID", "name"):
        given = [column.get(attribute) for column in columns]
        for twice in sorted({str(one) for one in given if given.count(one) > 1}):
            yield f"{attribute} {twice} stands twice"
    keys = sorted(c["keySequence"] for c in columns if isinstance(c.get("keySequence"), int))
    if keys != list(range(1, len(keys) + 1)):
        yield f"keySequence is {keys}, not 1, 2, ..."


def _rows(document: dict[str, Any], columns: list[dict[str, Any]]) -> Iterator[str]:
    rows = document.get("rows", [])
    if not isinstance(rows, list):
        return
    records = document.get("records")
    if isinstance(records, int) and records != len(rows):
        yield f"records is {records}, found: {len(rows)}"
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, list) or len(row) != len(columns):
            yield f"row {number} has not the {len(columns)} values of the columns"
            continue
        for column, value in zip(columns, row, strict=True):
            if not _fits(value, column):
                yield f"row {number}: {column.get('name')} is {value!r}"


def _fits(value: Any, column: dict[str, Any]) -> bool:
    """Whether a value is of the type of its column."""
    kind = column.get("dataType")
    if value is None:
        return True
    if kind == "boolean":
        return isinstance(value, bool)
    if isinstance(value, bool):
        return False
    if kind == "integer":
        return isinstance(value, int)
    if kind in ("float", "double"):
        return isinstance(value, int | float) and value == value
    if not isinstance(value, str):
        return False
    if kind == "date":
        return _is_date(value)
    if kind == "decimal":
        return re.fullmatch(r"[+-]?\d+(\.\d+)?", value) is not None
    length = column.get("length")
    return kind != "string" or not isinstance(length, int) or len(value) <= length


def _is_date(text: str) -> bool:
    """Whether a text is an ISO date, of which the end may be missing."""
    if re.fullmatch(r"\d{4}(-\d{2})?", text):
        return True
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == len("YYYY-MM-DD")
