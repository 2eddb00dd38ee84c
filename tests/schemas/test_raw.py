"""The raw schemas declare everything a reader asks for, and agree with the shipped references."""

import csv

import pandas as pd
import pandera.errors
import pytest

from analysis.extracts import read_extracts
from schemas import dictionary, terminology
from schemas.columns import DTYPES
from schemas.raw import RAW_TABLES
from tests.extracts_factory import ROOT, write_extracts

#: Columns that stay in the extracts.
IN_NO_DATASET = ("source_subject_id",)


def test_sixteen_tables_in_the_order_of_the_data_model():
    assert tuple(RAW_TABLES) == terminology.RAW_TABLES
    assert len(RAW_TABLES) == 17


@pytest.mark.parametrize("table", RAW_TABLES.values(), ids=str)
def test_every_field_is_described(table):
    assert table.description.endswith(".")
    assert set(table.key) <= set(table.columns)
    for field in table.fields.values():
        assert field.kind in DTYPES and field.description
        assert field.adam.isupper() or field.name in IN_NO_DATASET, (
            f"{table.name}.{field.name}: name its variable, about(adam=...); or add it to "
            "IN_NO_DATASET of tests/schemas/test_raw.py, where no dataset has it"
        )
        assert bool(field.codes) == (field.kind == "code")
    for reference in table.references:
        assert reference.column in table.columns
        assert reference.parent_key in RAW_TABLES[reference.table].columns


def test_promis_items_are_those_of_the_reference():
    with (ROOT / "schemas/reference/promis29/items.csv").open() as file:
        items = {row["item_code"].lower(): row for row in csv.DictReader(file)}
    fields = RAW_TABLES["promis29"].fields
    assert list(items) == list(terminology.PROMIS29_ITEMS) == RAW_TABLES["promis29"].columns[3:-1]
    for name, row in items.items():
        assert terminology.PROMIS29_ITEMS[name] == row["domain"]
        assert fields[name].minimum == int(row["response_min"])
        assert fields[name].maximum == int(row["response_max"])


def test_pandera_itself_refuses_what_is_wrong(tmp_path):
    frame = read_extracts(write_extracts(tmp_path))[0]["ecog"].drop(columns="line")
    schema = RAW_TABLES["ecog"].schema
    schema.validate(frame)
    for column, value in (("ecog", 6), ("visit", "week_9"), ("patient_id", "X1"), ("visit", None)):
        wrong = frame.copy()
        wrong.loc[0, column] = value
        with pytest.raises(pandera.errors.SchemaError):
            schema.validate(wrong)
    with pytest.raises(pandera.errors.SchemaError):
        schema.validate(frame.assign(ecog=frame["ecog"].astype("float64")))
    with pytest.raises(pandera.errors.SchemaErrors):
        schema.validate(frame.assign(more=pd.Series(1, index=frame.index)))


def test_the_rendered_dictionary_is_the_one_of_the_schemas():
    assert dictionary.PATH.read_text(encoding="utf-8") == dictionary.render(), (
        "stale: run python -m schemas.dictionary"
    )


def test_the_dictionary_names_every_column():
    text = dictionary.render()
    for table in RAW_TABLES.values():
        assert f"### {table.name}\n" in text
        assert all(f"| `{column}` |" in text for column in table.columns)
