"""A table without a row is a finding, unless the plan says that it is not collected."""

from __future__ import annotations

import pytest

from analysis.errors import ParameterError
from analysis.extracts import read_extracts
from analysis.parameter_rules import COLLECTABLE
from analysis.validation import validate
from schemas.raw import RAW_TABLES
from tests.extracts_factory import CUT, tiny_study, write_extracts
from tests.tables import plan_rules


def found(folder, tables, rules, rule):
    extracts, findings = read_extracts(write_extracts(folder, tables))
    findings.extend(validate(extracts, CUT, rules))
    rows = findings.frame()
    return rows[rows["rule"].eq(rule)]


@pytest.mark.parametrize("name", COLLECTABLE)
def test_an_empty_table_is_a_warning_that_says_what_to_do(name, tmp_path):
    tables = {**tiny_study(), name: []}
    rows = found(tmp_path, tables, plan_rules(), "extract.empty_table")
    assert rows["file"].tolist() == [f"{name}.csv"]
    assert rows["severity"].tolist() == ["warning"]
    assert rows["line"].isna().all()
    assert "rules.extracts.not_collected" in rows["message"].item()


def test_tables_with_rows_and_declared_ones_are_none(tmp_path):
    assert found(tmp_path / "full", tiny_study(), plan_rules(), "extract.empty_table").empty
    tables = {**tiny_study(), "promis29": [], "ecog": []}
    rules = plan_rules(extracts={"not_collected": ["promis29"]})
    rows = found(tmp_path / "declared", tables, rules, "extract.empty_table")
    assert rows["file"].tolist() == ["ecog.csv"]


def test_before_anybody_is_enrolled_nothing_is_missed(tmp_path):
    tables = {name: [] for name in RAW_TABLES}
    assert found(tmp_path, tables, plan_rules(), "extract.empty_table").empty


def test_a_file_that_cannot_be_read_is_not_empty(tmp_path):
    folder = write_extracts(tmp_path, tiny_study())
    (folder / "ecog.csv").write_bytes(b"\xff\xfe\x00")
    extracts, findings = read_extracts(folder)
    findings.extend(validate(extracts, CUT, plan_rules()))
    assert "extract.empty_table" not in set(findings.frame()["rule"])


def test_a_declared_table_with_rows_is_an_error_at_its_first_row(tmp_path):
    rules = plan_rules(extracts={"not_collected": ["promis29", "variants"]})
    tables = {**tiny_study(), "variants": []}
    rows = found(tmp_path, tables, rules, "extract.declared_not_collected")
    assert rows[["file", "line", "severity"]].values.tolist() == [["promis29.csv", 2, "error"]]


@pytest.mark.parametrize("name", ["patients", "promis", "ae"])
def test_only_tables_that_can_be_left_out_are_declared(name):
    with pytest.raises(ParameterError, match=r"extracts\.not_collected"):
        plan_rules(extracts={"not_collected": [name]})
