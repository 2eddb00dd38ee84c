"""Rules explain themselves: what the plan says beside each, in the popup and as a table."""

# ruff: noqa: E501 - a table reads best with a row on a line

from types import SimpleNamespace

import pytest

from analysis.bench.rule_help import RuleHelp
from analysis.reporting.session import OpenCut
from analysis.rule_comments import rule_comments
from analysis.sap import read_study
from tests.study_folder import PROJECT
from tests.tables import table

PLAN = PROJECT / "params" / "sap.yaml"

# What stands beside a rule of the plan, and what must be said of it.
SAID = table(
    """
    | rule                                 | comment                                                          |
    | ------------------------------------ | ---------------------------------------------------------------- |
    | response.confirm_days                | CR/PR confirmed at least this many days later, inclusive         |
    | response                             | RECIST 1.1: what the paper leaves open (SAP D1, D2, D12)         |
    | extracts.required_since              | optional columns that become required, like {patients.source_subject_id: DC05} |
    | promis29.severity.function           | below                                                            |
    | estimation.matching_score_cuts       | at or above is matched to a high degree                          |
    """
)

# What is typed, and the names that are offered.
TYPED = table(
    """
    | typed                          | offered                |
    | ------------------------------ | ---------------------- |
    | study.rules.resp               | response               |
    | study.rules.response.con       | confirm_days           |
    | x = study.rules.response.min_  | min_sd_days            |
    | print(study.rules.promis29.sev | severity               |
    | study.rules.promis29.severity. | symptoms, function     |
    | mine.follow_up.si              | silent_days            |
    | study.adsl.SE                  |                        |
    | other.rules.resp               |                        |
    | study.rules.nothing.x          |                        |
    | boom().rules.resp              |                        |
    """
)


@pytest.fixture(scope="module")
def study():
    return OpenCut(read_study(PROJECT, "DC01"), None, None)


@pytest.fixture(scope="module")
def helped(study):
    return RuleHelp(study.rules, PLAN)


@pytest.mark.parametrize("case", SAID, ids=lambda case: case["rule"])
def test_the_comment_of_a_rule_is_the_plans(case):
    assert rule_comments(PLAN)[tuple(case["rule"].split("."))] == case["comment"]


def test_a_hash_in_quotes_is_no_comment(tmp_path):
    plan = tmp_path / "sap.yaml"
    plan.write_text(
        'rules:\n  display:\n    mark: "a # b"  # said # twice\n    none: "#"\nx: 1 # y\n'
    )
    assert rule_comments(plan) == {("display", "mark"): "said # twice"}


@pytest.mark.parametrize("case", TYPED, ids=lambda case: case["typed"])
def test_what_is_offered(helped, study, case):
    names = {"study": study, "mine": study.rules, "other": SimpleNamespace(rules=study.rules)}
    offered = helped.completions(case["typed"], names)
    assert ", ".join(text for text, _ in offered) == (case["offered"] or "")


def test_value_and_comment_stand_beside_the_name(helped, study):
    [(_, said)] = helped.completions("study.rules.response.confirm", {"study": study})
    words = said.replace("\u2060", "").split("\u00a0")
    assert words[:5] == ["=", "28", "·", "CR/PR", "confirmed"]
    assert " " not in said  # a blank would break the line of the popup
    for _, said in helped.completions("study.rules.", {"study": study}):
        assert len(said.replace("\u2060", "")) <= 56


def test_a_group_shows_itself_with_the_comments(helped, study):
    html = helped.html(study.rules.response)
    assert "<caption>rules.response</caption>" in html
    assert '<td style="text-align:left">confirm_days</td>' in html
    assert "CR/PR confirmed at least this many days later, inclusive" in html
    assert html.count("<tr>") == 1 + len(type(study.rules.response).model_fields)
