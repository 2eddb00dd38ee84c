"""The shipped registry, its two smallest cuts: every number of both is accounted for."""

import shutil
from decimal import Decimal

import pandas as pd
import pytest

from analysis.changes import ABOUT_CHANGES
from analysis.estimates.rows import KEY
from analysis.reporting.changes_between import compare_and_write
from tests.golden import read_golden
from tests.study_folder import PROJECT

PARTS = ("rule_change", "corrections", "follow_up", "new_patients")


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    """Changes, and the folder with the files that others rely on."""
    root = tmp_path_factory.mktemp("registry")
    for part in ("params", "data/raw/DC01", "data/raw/DC02"):
        shutil.copytree(PROJECT / part, root / part)
    return compare_and_write(root, "DC01", "DC02", tell=lambda text: None)


@pytest.fixture(scope="module")
def estimates(compared):
    """As others read them."""
    return pd.read_csv(compared[1] / "estimates.csv", dtype=str, keep_default_na=False)


def test_the_parts_of_every_number_sum_to_its_delta(estimates):
    split = chained = 0
    for row in estimates.to_dict("records"):
        if row["delta"]:
            split += 1
            parts = [Decimal(row[part]) for part in PARTS if row[part]]
            assert sum(parts, Decimal(0)) == Decimal(row["delta"])
            assert Decimal(row["new"]) - Decimal(row["old"]) == Decimal(row["delta"])
        else:
            chained += 1
            assert row["chain"], row
            # a cell that would begin as a formula begins with an apostrophe
            assert row["chain"].removeprefix("'").startswith(row["old"])
    assert split > 20_000
    assert chained > 3_000


def test_the_new_numbers_are_all_those_of_the_report(estimates):
    """Held since the cut was first reported, by other code than that which compares."""
    golden = read_golden("DC02").set_index(list(KEY))["stat"]
    golden = golden[[output not in ABOUT_CHANGES for output in golden.index.get_level_values(0)]]
    new = estimates[estimates["new"].ne("no such number")].set_index(list(KEY))["new"]
    about_findings = new.index.get_level_values("output_id") == "T14.1.8"
    new = new[~about_findings]  # with a previous cut there, and without one in the golden numbers
    golden = golden[golden.index.get_level_values("output_id") != "T14.1.8"]
    assert set(new.index) == set(golden.index)
    numbers = pd.to_numeric(golden, errors="coerce").dropna()
    said = pd.to_numeric(new.loc[numbers.index])
    assert ((said - numbers).abs() <= 1e-9 * numbers.abs() + 1e-12).all()


def test_the_same_rules_and_code_change_nothing(estimates):
    assert set(estimates["rule_change"]) <= {"", "0"}


def test_every_mover_has_a_cause_and_a_raw_line(compared):
    folder = compared[1]
    movers = pd.read_csv(folder / "movers.csv", dtype=str, keep_default_na=False)
    wanted = ["USUBJID", "variable", "old", "new", "cause", "source_file", "source_line"]
    assert list(movers.columns[:7]) == wanted
    assert len(movers) > 100
    assert movers["cause"].ne("").all()
    lines = {}
    root = folder.parents[2]
    for row in movers.to_dict("records"):
        raw = row["source_file"].endswith(".csv")
        folder_of = {"old": "data/raw/DC01", "new": "data/raw/DC02"}[row["source_extract"]]
        path = root / (folder_of if raw else "") / row["source_file"]
        if path not in lines:
            lines[path] = path.read_text(encoding="utf-8").splitlines()
        line = lines[path][int(row["source_line"]) - 1]
        assert (row["USUBJID"] if raw else "clinical_cutoff: 2022-11-30") in line


def test_the_records_are_those_of_the_two_extracts(compared):
    """Counted with nothing of ours: keys of patients and diaries of both extracts."""
    records = pd.read_csv(compared[1] / "records.csv", dtype=str, keep_default_na=False)
    wanted = ["table", "key", "change", "column", "old", "new", "site_id"]
    assert list(records.columns[:7]) == wanted
    for table, key in (("patients", ["patient_id"]), ("treatments", ["regimen_id"])):
        old, new = (
            set(
                map(
                    tuple,
                    pd.read_csv(PROJECT / f"data/raw/{cut}/{table}.csv", dtype=str)[key].to_numpy(),
                )
            )
            for cut in ("DC01", "DC02")
        )
        mine = records[records["table"].eq(table)]
        assert mine["change"].eq("new").sum() == len(new - old)
        assert mine["change"].eq("deleted").sum() == len(old - new)


def test_ten_lines_at_most_name_numbers_causes_and_places(compared):
    lines = compared[0].sentences
    assert 7 <= len(lines) <= 10
    assert lines[0] == "Patients enrolled 64, was 31: +33 by new patients."
    assert any("csv line" in line for line in lines)
