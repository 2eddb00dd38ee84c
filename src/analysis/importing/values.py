"""One cell of a source as the contract writes it, or the reason why it cannot be."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal, InvalidOperation

from analysis.hints import was_meant
from analysis.importing.mapping import Column
from schemas.columns import ColumnSpec

_ISO = re.compile(r"([0-9]{4})(-[0-9]{2})?(-[0-9]{2})?(T.*| [0-9]{2}:.*)?")
_FIRST_DAY = dt.date(1899, 12, 30)  # day 0 of a spreadsheet
_SERIAL = re.compile(r"[0-9]{5}(\.[0-9]+)?")


def cell(text: str, column: Column, spec: ColumnSpec) -> str:
    """Return the text of a cell of the contract.

    Parameters
    ----------
    text : str
        As received, not empty.
    column : Column
        How the mapping reads it.
    spec : ColumnSpec
        What the contract allows there.

    Raises
    ------
    ValueError
        Saying what would be right.
    """
    if column.several is not None:
        parts = [part.strip() for part in text.split(column.several)]
        return ";".join(_one(part, column, spec) for part in parts if part)
    return _one(text, column, spec)


def _one(text: str, column: Column, spec: ColumnSpec) -> str:
    if column.values is not None:
        if text not in column.values:
            raise ValueError(f"not among the values of the mapping ({_some(column.values)})")
        return column.values[text]
    if spec.kind == "date" or spec.kind == "partial":
        return _date(text, column.date, spec)
    if spec.kind == "int" and column.date == "year":
        return _year(text)
    if spec.kind in ("int", "float"):
        return _number(text, column, spec)
    if spec.codes and text not in spec.codes:
        hint = was_meant(text, spec.codes)
        raise ValueError(f"{spec.name} is one of {', '.join(spec.codes)}{hint}; add it to `values`")
    return text


def _some(values: dict[str, str]) -> str:
    names = [repr(value) for value in values]
    return ", ".join(names[:8]) + (", …" if len(names) > 8 else "")


def _date(text: str, shape: str | None, spec: ColumnSpec) -> str:
    if shape == "excel":
        if not _SERIAL.fullmatch(text):
            raise ValueError("not a serial day of a spreadsheet, like 45123")
        return (_FIRST_DAY + dt.timedelta(days=int(float(text)))).isoformat()
    if shape is None or shape == "iso":
        found = _ISO.fullmatch(text)
        if not found:
            raise ValueError("not a date like 2023-05-03; say how it is written with `date`")
        year, month, day, _ = found.groups()
        if not day and not _may_lack(spec, month):
            raise ValueError(f"{spec.name} needs a whole day")
        iso = f"{year}{month or ''}{day or ''}"
        dt.date.fromisoformat(iso if day else f"{year}{month or '-01'}-01")
        return iso
    try:
        return dt.datetime.strptime(text, shape).date().isoformat()
    except ValueError:
        raise ValueError(f"not a date written {shape}") from None


def _year(text: str) -> str:
    """Year of an ISO date."""
    if not _ISO.fullmatch(text):
        raise ValueError("not a date like 1961-05-03, of which to take the year")
    return text[:4]


def _may_lack(spec: ColumnSpec, month: str | None) -> bool:
    return spec.kind == "partial" or (spec.month and month is not None)


def _number(text: str, column: Column, spec: ColumnSpec) -> str:
    plain = text.replace(",", ".") if column.decimal == "," else text
    try:
        number = Decimal(plain)
    except InvalidOperation:
        hint = "; say `decimal: ','`" if "," in text else ""
        raise ValueError(f"not a number{hint}") from None
    if not number.is_finite():
        raise ValueError("not a number")
    if column.factor is not None:
        number *= Decimal(str(column.factor))
    elif column.decimal == "." and spec.kind != "int":
        return text
    if spec.kind == "int":
        if number != number.to_integral_value():
            raise ValueError(f"{spec.name} is a whole number")
        return str(int(number))
    return f"{number.normalize():f}"
