"""Estimates as an ARS v1.0 reporting event: valid by its schema, every number once."""

import json
from collections import Counter
from pathlib import Path

import jsonschema
import pandas as pd
import pytest

import analysis.exporting
from analysis.exporting.ars import reporting_event
from analysis.exporting.dataset_json import written
from analysis.sap import read_study
from tests.extracts_factory import ROOT

SCHEMA = Path(analysis.exporting.__file__).parent / "ars_ldm.schema.json"
GROUPS = ("group", "visit", "parameter", "category")


@pytest.fixture(scope="module")
def estimates():
    path = ROOT / "tests" / "golden" / "DC04.csv.gz"
    return pd.read_csv(path, dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def made(estimates):
    study = read_study(ROOT, "DC04")
    for name in ("row", "time", "time_unit", "analysis_set", "unit", "n_subjects", "warning",
                 "method", "stat", "stat_text"):  # fmt: skip
        if name not in estimates:
            estimates[name] = ""
    return reporting_event(estimates, study.sap, "STUDY", "DC04", "Final")


def test_valid_by_the_public_schema(made):
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    errors = list(jsonschema.Draft7Validator(schema).iter_errors(made[0]))
    assert [error.message for error in errors[:3]] == []


def test_the_schema_refuses_what_is_none(made):
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    broken = {**made[0], "analyses": [{**made[0]["analyses"][0], "methodId": None}]}
    assert list(jsonschema.Draft7Validator(schema).iter_errors(broken))


def test_every_estimate_is_one_result(made, estimates):
    operations = {o["id"]: o["name"] for m in made[0]["methods"] for o in m["operations"]}
    found = Counter()
    for one in made[0]["analyses"]:
        output_id, analysis_id = one["id"].split("/", 1)
        for result in one["results"]:
            groups = {g["groupingId"][3:]: g["groupValue"] for g in result["resultGroups"]}
            key = (output_id, analysis_id, *(groups.get(name, "") for name in GROUPS))
            found[(*key, operations[result["operationId"]], result.get("rawValue", ""))] += 1
    names = ["output_id", "analysis_id", *GROUPS, "stat_name", "stat"]
    expected = Counter(estimates[names].itertuples(index=False, name=None))
    assert found == expected and max(found.values()) == 1


def test_what_has_no_slot_stands_beside_in_the_same_order(made, estimates):
    event, sidecar = made
    for one in event["analyses"]:
        assert len(sidecar["analyses"][one["id"]]) == len(one["results"])
    warned = sum("warning" in row for rows in sidecar["analyses"].values() for row in rows)
    assert warned == estimates["warning"].ne("").sum()


def test_the_contents_lead_to_every_analysis(made):
    listed = set()
    for section in made[0]["mainListOfContents"]["contentsList"]["listItems"]:
        for output in section["sublist"]["listItems"]:
            listed |= {item["analysisId"] for item in output["sublist"]["listItems"]}
    assert listed == {one["id"] for one in made[0]["analyses"]}


def test_the_same_bytes(made, estimates):
    study = read_study(ROOT, "DC04")
    again = reporting_event(
        estimates.sample(frac=1, random_state=1).sort_index(), study.sap, "STUDY", "DC04", "Final"
    )
    assert written(again[0]) == written(made[0])
