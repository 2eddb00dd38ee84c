"""CUT.2: rows of two extracts, told apart by the key of their table."""

# ruff: noqa: E501 - a table reads best with a row on a line

import pandas as pd
import pytest

from analysis.changes.records import record_changes
from analysis.extracts import read_extracts
from tests.extracts_factory import tiny_study, write_extracts
from tests.tables import table

CUTOFF = pd.Timestamp("2023-10-15")

# One cell of the later extract is other; what is said of it.
CASES = table(
    """
    | table          | of row          | column      | was        | is         | change         | part      | why |
    | -------------- | --------------- | ----------- | ---------- | ---------- | -------------- | --------- | --- |
    | patients       | P002            | sex         | male       | female     | changed        | corrected | known at the cutoff |
    | adverse_events | AE1             | onset_date  | 2023-02-15 | 2023-11-01 | changed, moved | corrected | begins after the cutoff now |
    | biopsies       | SP1B            | collection_date | 2023-10-20 | 2023-09-20 | changed, moved | corrected | began after it before |
    | biopsies       | SP1B            | organ       | blood      | plasma     | changed        |           | dated after the cutoff |
    | treatments     | RG5             | end_date    |            | 2023-11-20 | changed        | corrected | a row known at the cutoff |
    """
)
KEYS = {
    "patients": "patient_id",
    "adverse_events": "ae_id",
    "biopsies": "specimen_id",
    "treatments": "regimen_id",
}


def extracts(folder, study):
    write_extracts(folder, study)
    return read_extracts(folder)[0]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['of row']} {case['column']}")
def test_one_cell_that_changed(tmp_path, case):
    later = {name: [dict(row) for row in rows] for name, rows in tiny_study().items()}
    [row] = [r for r in later[case["table"]] if r[KEYS[case["table"]]] == case["of row"]]
    assert row.get(case["column"], "") == (case["was"] or "")
    row[case["column"]] = case["is"]
    old, new = extracts(tmp_path / "old", tiny_study()), extracts(tmp_path / "new", later)
    records = record_changes(old, new, CUTOFF)
    # a report begins with its specimen, and moves with it
    others = records[records["table"].ne(case["table"])]
    assert set(others["table"]) <= {"sequencing"}
    assert set(others["change"]) <= {"moved"}
    found = records[records["table"].eq(case["table"])].to_dict("records")
    assert ", ".join(one["change"] for one in found) == case["change"]
    for one in found:
        assert one["key"].split("|")[0] == case["of row"]
        assert (one["old"], one["new"]) == (case["was"] or "", case["is"])
        assert one["part"] == (case["part"] or "")
    [changed] = [one for one in found if one["change"] == "changed"]
    assert changed["column"] == case["column"]
    lines = (tmp_path / "new" / changed["source_file"]).read_text(encoding="utf-8").splitlines()
    assert case["of row"] in lines[int(changed["source_line"]) - 1]


def test_nothing_changed_is_nothing(tmp_path):
    old = extracts(tmp_path / "old", tiny_study())
    assert record_changes(old, old, CUTOFF).empty
