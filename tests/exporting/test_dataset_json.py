"""Datasets as Dataset-JSON 1.1: back again equal, by the rules, by another reader, no clock."""

import copy
import json

import pandas as pd
import pytest

from analysis.exporting.dataset_json import (
    code_lists,
    dataset_document,
    label,
    read_dataset_json,
    written,
)
from analysis.exporting.dataset_json_rules import violations
from schemas.derived import DATASETS
from tests.extracts_factory import CUT
from tests.outputs.derived_study import simulated


def document(name, frame=None):
    frame = simulated()[name] if frame is None else frame
    return dataset_document(name, frame, "STUDY", "DC04", CUT.snapshot_date)


@pytest.mark.parametrize("name", DATASETS)
def test_every_dataset_comes_back_equal(name, tmp_path):
    path = tmp_path / f"{name}.json"
    path.write_text(written(document(name)), encoding="utf-8")
    back, frame = read_dataset_json(path), simulated()[name]
    pd.testing.assert_frame_equal(back, frame, check_exact=True)


@pytest.mark.parametrize("name", DATASETS)
def test_every_document_keeps_the_rules(name):
    assert violations(json.loads(written(document(name)))) == []


def test_the_same_bytes_and_no_clock():
    assert written(document("adsl")) == written(document("adsl"))
    assert document("adsl")["datasetJSONCreationDateTime"] == "2023-12-15T00:00:00"


@pytest.mark.parametrize("name", DATASETS)
def test_another_reader_reads_it(name, tmp_path):
    from odmlib.dataset_json_1_1.model import DatasetJSON

    path, made = tmp_path / f"{name}.json", document(name)
    path.write_text(written(made), encoding="utf-8")
    read = DatasetJSON.read_json(str(path))
    assert read.column_names == [column["name"] for column in made["columns"]]
    assert read.rows == made["rows"] and read.records == len(simulated()[name])


def test_hostile_text_stays_text(tmp_path):
    hostile = ['<script>alert("x")</script>', "=1+1", "a\nb\u2028c", "\\", "Ünï"]
    frame = simulated()["adae"].head(len(hostile)).assign(AETERM=hostile)
    path = tmp_path / "adae.json"
    path.write_text(written(document("adae", frame)), encoding="utf-8")
    assert read_dataset_json(path)["AETERM"].tolist() == hostile


def test_code_lists_stand_beside():
    lists = code_lists(simulated())
    assert lists["IT.ADSL.SEX"] == ["female", "male", "unknown"]


BROKEN = {
    "no version": lambda d: d.pop("datasetJSONVersion"),
    "another version": lambda d: d.update(datasetJSONVersion="2.0"),
    "no group": lambda d: d.pop("itemGroupOID"),
    "no name": lambda d: d.pop("name"),
    "no label": lambda d: d.pop("label"),
    "no columns": lambda d: d.pop("columns"),
    "columns that are none": lambda d: d.update(columns="AGE"),
    "an attribute nobody knows": lambda d: d.update(rowCount=2),
    "records as text": lambda d: d.update(records="2"),
    "records as truth": lambda d: d.update(records=True),
    "too few records": lambda d: d.update(records=1),
    "a date that is none": lambda d: d.update(datasetJSONCreationDateTime="today"),
    "a day that is none": lambda d: d.update(datasetJSONCreationDateTime="2023-02-30T00:00:00"),
    "a source without version": lambda d: d["sourceSystem"].pop("version"),
    "a column without OID": lambda d: d["columns"][0].pop("itemOID"),
    "a column without a name": lambda d: d["columns"][0].update(name=""),
    "an OID twice": lambda d: d["columns"][1].update(itemOID=d["columns"][0]["itemOID"]),
    "a name twice": lambda d: d["columns"][1].update(name=d["columns"][0]["name"]),
    "a type nobody knows": lambda d: d["columns"][0].update(dataType="text"),
    "a target nobody knows": lambda d: d["columns"][0].update(targetDataType="date"),
    "a length of nothing": lambda d: d["columns"][0].update(length=0),
    "keys that skip": lambda d: d["columns"][0].update(keySequence=7),
    "a row too short": lambda d: d["rows"][0].pop(),
    "a row that is none": lambda d: d["rows"].__setitem__(0, "row"),
    "a number as text": lambda d: d["rows"][0].__setitem__(2, "61"),
    "truth as a number": lambda d: d["rows"][0].__setitem__(2, True),
    "a text too long": lambda d: d["rows"][0].__setitem__(0, "P0000001"),
    "a day as a number": lambda d: d["rows"][0].__setitem__(1, 22000),
    "a day that the calendar lacks": lambda d: d["rows"][0].__setitem__(1, "2023-02-30"),
}
GOOD = {
    "datasetJSONCreationDateTime": "2023-12-15T00:00:00",
    "datasetJSONVersion": "1.1.0",
    "sourceSystem": {"name": "a", "version": "1"},
    "itemGroupOID": "IG.A",
    "records": 2,
    "name": "A",
    "label": "A dataset",
    "columns": [
        {"itemOID": "IT.A.ID", "name": "ID", "label": "Who", "dataType": "string", "length": 4,
         "keySequence": 1},
        {"itemOID": "IT.A.DT", "name": "DT", "label": "When", "dataType": "date",
         "targetDataType": "integer", "displayFormat": "E8601DA10."},
        {"itemOID": "IT.A.N", "name": "N", "label": "How many", "dataType": "integer"},
    ],
    "rows": [["P001", "2023-05-03", 61], ["P002", None, None]],
}  # fmt: skip


def test_a_good_document_has_no_violation():
    assert violations(GOOD) == []


@pytest.mark.parametrize("kind", BROKEN)
def test_every_violation_is_found(kind):
    broken = copy.deepcopy(GOOD)
    BROKEN[kind](broken)
    assert violations(broken)


# Names over 8 characters and labels over 40 would not fit into XPT; these are known.
LONG_NAMES = {"SITUATION"}  # 9 characters: XPT will call it SITUATN


def test_names_and_labels_that_xpt_cannot_hold_are_known():
    """A new variable with a long name is a decision; long labels are cut for XPT, and counted."""
    fields = [(name, column, spec) for name, dataset in DATASETS.items()
              for column, spec in dataset.fields.items()]  # fmt: skip
    assert {column for _, column, _ in fields if len(column) > 8} == LONG_NAMES
    long = [f"{name}.{column}" for name, column, spec in fields if len(label(spec)) > 40]
    assert len(long) <= KNOWN_LONG_LABELS, long


KNOWN_LONG_LABELS = 29
