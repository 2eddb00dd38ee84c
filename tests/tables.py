"""Small tables that a clinician can read, as test data; and the rules of the plan.

A table is drawn with pipes, its first row names the columns; an empty cell is missing.
"""

from __future__ import annotations

import functools
from pathlib import Path

import pandas as pd

from analysis.params import Rules, read_rules
from analysis.yaml_source import YamlSource, read_yaml
from schemas.columns import DTYPES
from schemas.raw import RAW_TABLES
from tests.extracts_factory import tiny_study

STUDY = Path(__file__).resolve().parents[1]


def table(drawn: str) -> list[dict[str, str | None]]:
    """Rows of a table drawn with pipes; lines without a pipe and rules (``---``) are left out."""
    lines = [line.strip() for line in drawn.splitlines() if "|" in line]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    if not cells:
        return []
    head, *rows = [row for row in cells if not set("".join(row)) <= set("-:")]
    ragged = [row for row in rows if len(row) != len(head)]
    if ragged:
        raise ValueError(f"not as many cells as columns: {ragged[0]}")
    return [{name: cell or None for name, cell in zip(head, row, strict=True)} for row in rows]


def _typed(values: list[str | None], kind: str) -> pd.Series:
    if kind == "date":
        days = pd.to_datetime(pd.Series(values, dtype=object), format="%Y-%m-%d")
        return days.astype(DTYPES[kind])
    if kind in ("int", "float"):
        return pd.to_numeric(pd.Series(values, dtype=object)).astype(DTYPES[kind])
    return pd.Series(values, dtype=object)


def raw_frame(name: str, rows: list[dict[str, str | None]]) -> pd.DataFrame:
    """One raw extract as the reader types it; absent columns are empty; the header is line 1."""
    declared = RAW_TABLES[name]
    unknown = {column for row in rows for column in row} - set(declared.columns)
    if unknown:
        raise ValueError(f"{name} has no column {', '.join(sorted(unknown))}")
    frame = pd.DataFrame(
        {
            column: _typed([row.get(column) or None for row in rows], field.kind)
            for column, field in declared.fields.items()
        }
    )
    return frame.assign(**{declared.line_column: range(2, len(rows) + 2)})


def raw(**drawn: str) -> dict[str, pd.DataFrame]:
    """All 16 raw extracts; a table that is not drawn holds no row."""
    unknown = set(drawn) - set(RAW_TABLES)
    if unknown:
        raise ValueError(f"no such extract: {', '.join(sorted(unknown))}")
    return {name: raw_frame(name, table(drawn.get(name, ""))) for name in RAW_TABLES}


def tiny_extracts() -> dict[str, pd.DataFrame]:
    """The tiny valid study of the factory, as the reader types it."""
    return {name: raw_frame(name, rows) for name, rows in tiny_study().items()}


def frame(drawn: str, dates: str = "", numbers: str = "") -> pd.DataFrame:
    """A drawn table as a frame; columns named in `dates` and `numbers` are such, others text."""
    rows = table(drawn)
    kinds = dict.fromkeys(dates.split(), "date") | dict.fromkeys(numbers.split(), "int")
    return pd.DataFrame(
        {name: _typed([row[name] for row in rows], kinds.get(name, "text")) for name in rows[0]}
    )


def day(text: str | None) -> pd.Timestamp | None:
    """A date, or None where the cell is empty."""
    return None if text is None else pd.Timestamp(text)


def as_text(value: object) -> str | None:
    """A cell as one would draw it: a date as YYYY-MM-DD, missing as None."""
    if value is None or value is pd.NA or value is pd.NaT or value != value:
        return None
    return f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else str(value)


@functools.cache
def _plan() -> YamlSource:
    return read_yaml(STUDY / "params" / "sap.yaml")


def plan_rules(**groups: dict) -> Rules:
    """The rules of the shipped plan, with single keys of some groups changed."""
    return read_rules(_plan(), groups, _plan())
