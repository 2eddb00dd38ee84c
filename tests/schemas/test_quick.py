"""The quick check and pandera agree: on every schema, on what is right and on each violation."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pandera.errors
import pytest

from schemas.derived import DATASETS
from schemas.estimates import ESTIMATES
from schemas.fields import DTYPES
from schemas.quick import is_fine
from schemas.raw import RAW_TABLES

TABLES = {
    **{f"raw.{name}": table for name, table in RAW_TABLES.items()},
    **{f"derived.{name}": data for name, data in DATASETS.items()},
    "estimates": ESTIMATES,
}
MISSING = {"object": None, "Int64": pd.NA, "float64": np.nan, "datetime64[ns]": pd.NaT}
#: Texts of which each declared shape fits one; for a new shape add one here.
SHAPES = ("P001", "S01", "A1")


def right_value(field):
    if field.codes:
        return field.codes[-1]
    kind = DTYPES[field.kind]
    if kind == "object":
        return next((text for text in SHAPES if fits(field, text)), "text")
    if kind == "datetime64[ns]":
        return pd.Timestamp("2023-01-02")
    return field.minimum if field.minimum is not None else field.maximum or 3


def fits(field, text):
    return not field.pattern or bool(pd.Series([text]).str.fullmatch(field.pattern).item())


def column_of(field, values):
    return pd.Series(values, dtype=DTYPES[field.kind])


def right_frame(table):
    columns = {}
    for name, field in table.fields.items():
        last = right_value(field) if field.required else MISSING[DTYPES[field.kind]]
        columns[name] = column_of(field, [right_value(field)] * 2 + [last])
    return pd.DataFrame(columns)


def with_last(frame, field, value):
    """The frame with another value in the last row of a column."""
    values = [*frame[field.name].tolist()[:-1], value]
    return frame.assign(**{field.name: column_of(field, values)})


def violations(field, column):
    """Every way to break the declaration of one column, by name."""
    kind = DTYPES[field.kind]
    yield "of another type", column.assign(**{field.name: pd.Series([1, 2, 3], dtype="int8")})
    yield "empty", with_last(column, field, MISSING[kind])
    if field.codes:
        yield "no code", with_last(column, field, f"{field.codes[0]} ")
        yield "no text", with_last(column, field, 1)
    if field.pattern:
        yield "misshapen", with_last(column, field, f"+{right_value(field)}")
        yield "line end", with_last(column, field, f"{right_value(field)}\n")
        yield "blank", with_last(column, field, "")
    for limit, step in ((field.minimum, -1), (field.maximum, 1)):
        if limit is not None:
            yield "at its limit", with_last(column, field, limit)
            yield "beyond its limit", with_last(column, field, limit + step)


def pandera_accepts(schema, frame):
    try:
        schema.validate(frame, lazy=True)
    except pandera.errors.SchemaErrors:
        return False
    return True


def quick_accepts(table, frame):
    return is_fine(frame, table.fields, getattr(table, "optional", frozenset()))


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_on_whole_frames_the_quick_check_and_pandera_agree(table):
    frame, columns = right_frame(table), table.columns
    for right in (frame, frame.iloc[:0], frame[columns[::-1]]):
        assert quick_accepts(table, right) and pandera_accepts(table.schema, right)
    more = frame.assign(more="x")
    assert not quick_accepts(table, more) and not pandera_accepts(table.schema, more)
    for absent in (columns[0], columns[-1]):
        less = frame.drop(columns=absent)
        assert quick_accepts(table, less) == pandera_accepts(table.schema, less), absent


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_the_quick_check_refuses_of_each_column_what_pandera_refuses(table):
    frame = right_frame(table)
    for name, field in table.fields.items():
        schema = table.schema.select_columns([name])
        for what, wrong in violations(field, frame[[name]]):
            accepted = pandera_accepts(schema, wrong)
            assert is_fine(wrong, {name: field}) == accepted, f"{name} {what}"
            if what != "line end":  # some shapes allow one
                harmless = what == "at its limit" or (what == "empty" and not field.required)
                assert accepted == harmless, f"{name} {what}"


@pytest.mark.parametrize("values", [[["a"]], [{"a": 1}]], ids=["list", "dict"])
def test_what_cannot_be_told_apart_is_left_to_pandera(values):
    field = RAW_TABLES["patients"].fields["patient_id"]
    frame = pd.DataFrame({field.name: pd.Series(values, dtype=object)})
    assert not is_fine(frame, {field.name: field})


def test_a_column_that_stands_twice_is_left_to_pandera():
    frame = right_frame(RAW_TABLES["ecog"])
    assert not quick_accepts(RAW_TABLES["ecog"], pd.concat([frame, frame["ecog"]], axis=1))


def test_frames_in_order_are_checked_without_importing_pandera():
    words = (
        "import sys, schemas.derived, schemas.estimates, schemas.raw, analysis.extracts\n"
        "assert 'pandera' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", words], check=True)
