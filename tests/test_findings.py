"""Findings: sorted, once, safe to open in a spreadsheet, written whole or not at all."""

import os

import pandas as pd
import pytest

from analysis.errors import DerivationError, InputError, ParameterError, RegistryError
from analysis.findings import COLUMNS, ERROR, WARNING, Findings, Rule, shown

WRONG = Rule("code.unknown", ERROR, "*", "A code is one of its list.")
ODD = Rule("text.blanks", WARNING, "*", "Text has no blanks.")


def some_findings():
    findings = Findings()
    findings.add(ODD, "ecog.csv", "odd", line=3, column="visit", value=" a")
    findings.add(WRONG, "ecog.csv", "wrong", line=3, column="visit", value="b")
    findings.add(WRONG, "biopsies.csv", "whole file")
    findings.add(WRONG, "biopsies.csv", "row", line=2)
    findings.add(WRONG, "ecog.csv", "wrong", line=12, column="ecog", value=9, patient_id="P001")
    return findings


def test_sorted_by_file_line_column_rule():
    rows = some_findings().frame()
    assert rows[["file", "line", "rule"]].astype(str).values.tolist() == [
        ["biopsies.csv", "<NA>", "code.unknown"],
        ["biopsies.csv", "2", "code.unknown"],
        ["ecog.csv", "3", "code.unknown"],
        ["ecog.csv", "3", "text.blanks"],
        ["ecog.csv", "12", "code.unknown"],
    ]


def test_once_and_counted():
    findings = some_findings()
    findings.extend(some_findings())
    assert len(findings) == 5
    assert (findings.n_errors, findings.n_warnings, findings.has_errors) == (4, 1, True)
    assert findings.counts().values.tolist() == [
        ["error", "code.unknown", 4],
        ["warning", "text.blanks", 1],
    ]


def test_none_found():
    findings = Findings()
    assert not findings.has_errors
    assert list(findings.frame().columns) == list(COLUMNS)
    assert len(findings) == 0


def test_message_falls_back_on_the_rule():
    findings = Findings()
    findings.add(WRONG, "ecog.csv")
    assert findings.frame()["message"].tolist() == [WRONG.sentence]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (pd.NA, ""),
        (float("nan"), ""),
        (pd.Timestamp("2023-01-02"), "2023-01-02"),
        (2.0, "2"),
        (2.5, "2.5"),
        (100.00001, "100.00001"),
        (-1234567.0, "-1234567"),
        ("a\nb\u200b\xa0c", "a<U+000A>b<U+200B><U+00A0>c"),
        ("x" * 300, "x" * 200 + "…"),
    ],
)
def test_values_are_shown_on_one_line(value, text):
    assert shown(value) == text


def test_csv_is_safe_and_complete(tmp_path):
    findings = some_findings()
    findings.add(ODD, "ecog.csv", "=1+1", line=4, value="=HYPERLINK(1)")
    path = tmp_path / "reports" / "findings.csv"
    findings.to_csv(path)
    text = path.read_text(encoding="utf-8")
    assert text.splitlines()[0] == ",".join(COLUMNS)
    assert "'=HYPERLINK(1),,'=1+1" in text
    assert ",=" not in text
    assert [each.name for each in path.parent.iterdir()] == ["findings.csv"]


def test_same_findings_same_bytes(tmp_path):
    some_findings().to_csv(tmp_path / "a.csv")
    backwards = Findings()
    for row in reversed(list(some_findings().frame().itertuples(index=False))):
        rule = Rule(row.rule, row.severity, "*", "")
        one = pd.DataFrame([{"line": row.line, "value": row.value, "patient_id": row.patient_id}])
        backwards.add_rows(rule, row.file, row.column, one.assign(message=row.message))
    backwards.to_csv(tmp_path / "b.csv")
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_a_failed_write_leaves_what_was_there(tmp_path, monkeypatch):
    path = tmp_path / "findings.csv"
    path.write_text("old")

    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        some_findings().to_csv(path)
    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["findings.csv"]


@pytest.mark.parametrize(
    ("error", "status"),
    [(InputError("a"), 1), (ParameterError("a"), 2), (DerivationError("a"), 3)],
)
def test_each_kind_of_error_has_its_status(error, status):
    assert isinstance(error, RegistryError)
    assert error.exit_status == status
    assert str(error) == "a"


def test_refused_patients_are_named():
    error = DerivationError("no origin", [f"P{number:03}" for number in range(12, 0, -1)])
    assert error.patients[0] == "P001"
    assert str(error).startswith("no origin (12 patients: P001, P002")
    assert str(error).endswith("P010 and 2 more)")
