"""A cut under other rules: labelled, compared, never published; nothing stale in silence."""

# ruff: noqa: E501 - a table reads best with a row on a line

import shutil

import pytest

from analysis.bench.what_if import WhatIf
from analysis.datasets.build import derive_cut
from analysis.errors import ParameterError
from analysis.reporting import session
from analysis.reporting.session import OpenCut
from analysis.sap import read_study
from tests.study_folder import PROJECT
from tests.tables import table

# The rule, what is asked for, and what is said.
REFUSED = table(
    """
    | rule                     | value | said                                                     |
    | ------------------------ | ----- | -------------------------------------------------------- |
    | response.confirm_day     | 84    | unknown key 'rules.response.confirm_day'; did you mean 'confirm_days'? |
    | respons.confirm_days     | 84    | unknown key 'rules.respons'; did you mean 'response'?    |
    | response.confirm_days    | -1    | 'rules.response.confirm_days' is -1: give at least 0     |
    | response                 | 84    | 'rules.response' is a group of rules; give its keys below it |
    """
)


@pytest.fixture
def shown(monkeypatch):
    """HTML that is shown, in order."""
    pieces = []

    def display(data, **_):
        pieces.append(data.get("text/html", ""))

    monkeypatch.setattr("IPython.display.display", display)
    return pieces


@pytest.fixture
def opened(small_study):
    return OpenCut(read_study(small_study, "DC01"), None, None)


@pytest.fixture
def other(opened):
    return opened.what_if({"response.min_sd_days": 700})


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: f"{case['rule']} {case['value']}")
def test_a_rule_is_checked_as_the_plan_is(opened, case):
    with pytest.raises(ParameterError) as refused:
        opened.what_if({case["rule"]: int(case["value"])})
    assert case["said"] in str(refused.value)
    with pytest.raises(ParameterError, match="name at least one rule"):
        opened.what_if({})


def test_it_says_what_if_in_all_it_shows_and_changes_no_file(opened, other, small_study, shown):
    files = {p: p.read_bytes() for p in small_study.rglob("*") if p.is_file()}
    assert isinstance(other, WhatIf)
    label = "WHAT IF response.min_sd_days = 700 (plan: 42)"
    assert repr(other).startswith(label)
    for output in ("T14.2.3.1", "T14.2.1.2", "T14.1.2"):
        shown.clear()
        other.show(other.outputs.by_id(output).numbers())
        assert label in shown[0]
        assert "Not a result of the plan" in shown[0]
    assert other.rules.response.min_sd_days == 700
    assert opened.rules.response.min_sd_days == 42
    assert {p: p.read_bytes() for p in small_study.rglob("*") if p.is_file()} == files


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    """The second cut of the shipped registry, where rules of response move numbers."""
    root = tmp_path_factory.mktemp("study")
    for part in ("params", "data/raw/DC02"):
        shutil.copytree(PROJECT / part, root / part)
    assert derive_cut(root, "DC02").exit_status == 0
    return root


def test_the_numbers_are_those_of_a_cut_derived_with_that_rule(shipped, tmp_path):
    """The same as deriving the study with an override of the cut, on disk."""
    plan = OpenCut(read_study(shipped, "DC02"), None, None)
    other = plan.what_if({"response.min_sd_days": 120})
    root = tmp_path / "overridden"
    shutil.copytree(shipped, root)
    path = root / "params" / "cuts" / "DC02.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("overrides: {}", "overrides: {response: {min_sd_days: 120}}"))
    assert derive_cut(root, "DC02").exit_status == 0
    really = OpenCut(read_study(root, "DC02"), None, None)
    for output in ("T14.2.3.1", "T14.2.1.2", "T14.2.4.1", "DQ.1", "CUT.1"):
        one = other.outputs.by_id(output).numbers().frame
        two = really.outputs.by_id(output).numbers().frame
        assert one.equals(two), output
        assert plan.compare(other, output).changed.empty == (
            output in ("T14.2.4.1", "DQ.1", "CUT.1")
        )


def test_stories_and_members_are_those_of_its_rules(shipped, shown):
    """With 120 days before stable disease counts, who had it for less has it no more, anywhere."""
    plan = OpenCut(read_study(shipped, "DC02"), None, None)
    other = plan.what_if({"response.min_sd_days": 120})
    cell = {"group": "All", "category": "SD"}
    before = set(plan.members("T14.2.3.1", **cell)["USUBJID"])
    after = set(other.members("T14.2.3.1", **cell)["USUBJID"])
    assert after < before
    patient = min(before - after)
    assert ": SD" in plan.patient(patient, "BOR").lines()[-1]
    shown.clear()
    assert ": SD" not in other.patient(patient, "BOR").lines()[-1]
    assert "WHAT IF response.min_sd_days = 120" in shown[0]
    assert "WHAT IF" in other.outputs.T14_2_3_1.numbers()._repr_html_()
    assert "DC02, data to" in plan.outputs.T14_2_3_1.numbers()._repr_html_()


def test_two_makings_of_an_output_stand_beside_each_other(opened):
    other = opened.what_if({"estimation.conf_level": 0.8})
    compared = opened.compare(other, "T14.2.2.1")
    moved = compared.changed
    assert len(moved)
    assert (moved["difference"].dropna() == moved["other"] - moved["this"]).all()
    assert compared.names == ("DC01", "WHAT IF estimation.conf_level = 0.8 (plan: 0.95)")
    assert set(moved["stat_name"]) <= {"ci_low", "ci_high", "lower", "upper", "conf_level"}
    assert "Difference" in compared._repr_html_()
    assert opened.compare(opened, "T14.2.2.1").changed.empty
    assert "No number differs" in opened.compare(opened, "T14.2.2.1")._repr_html_()
    with pytest.raises(ParameterError, match="is a listing: it has no numbers"):
        opened.compare(other, "L16.2.8")


def test_a_what_if_of_a_what_if_keeps_both(other):
    both = other.what_if({"response.confirm_days": 84})
    assert (both.rules.response.min_sd_days, both.rules.response.confirm_days) == (700, 84)
    assert both.label == (
        "WHAT IF response.min_sd_days = 700 (plan: 42), response.confirm_days = 84 (plan: 28)"
    )


def test_no_report_takes_it(small_study, tmp_path):
    under_the_runner = OpenCut(read_study(small_study, "DC01"), tmp_path, None)
    with pytest.raises(ParameterError, match="a what-if is no part of a report"):
        under_the_runner.what_if({"response.min_sd_days": 700})


def test_an_edit_after_opening_is_said_in_red(small_study, shown, monkeypatch):
    monkeypatch.setenv("REGISTRY_STUDY", str(small_study))
    monkeypatch.delenv("REGISTRY_STAGING", raising=False)
    monkeypatch.setattr(session, "_derive_if_stale", lambda study: None)
    study = session.open_cut("DC01")
    rows = study.outputs.T14_1_2.numbers()
    study.show(rows)
    assert "DC01, data to" in shown[0]
    assert "up to date" in shown[0]
    shown.clear()
    path = small_study / "data" / "raw" / "DC01" / "ecog.csv"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    study.show(rows)
    assert "raw extracts changed since it was opened" in shown[0]
    assert "Refresh: study = open_cut(&#x27;DC01&#x27;)" in shown[0]
    assert "#b3261e" in shown[0]
