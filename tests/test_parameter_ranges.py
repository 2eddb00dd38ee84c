"""Values that cannot be meant are refused at file and line, every one of the plan, in plain words.

The first part walks all leaves of ``params/sap.yaml``, so that a rule added later is held to it too.
"""

from __future__ import annotations

import copy
import re
from pathlib import Path

import pytest
import yaml

from analysis.errors import ParameterError
from analysis.params import read_rules
from analysis.yaml_source import YamlSource, read_yaml
from tests.study_folder import PROJECT
from tests.tables import table

# ruff: noqa: E501 - a table reads best with a row on a line

PLAN = read_yaml(PROJECT / "params" / "sap.yaml")
# words of the library that reads the parameters, and of no clinician
FOREIGN = re.compile(
    r"input|pydantic|validation|tuple|union|literal|instance|parse|Decimal|str\b|dict\b|<class|\binf\b.*inf"
)
# texts that may say anything; a name of something that is declared elsewhere in the plan is no such
FREE_TEXT = re.compile(r"windows\.\d+\.(code|label)|evidence_systems\.|known_at_origin\.")
# lists that say of nothing that it is an exception
MAY_BE_EMPTY = re.compile(r"not_collected|known_at_origin\.exceptions(\.\d+\.parameters)?$")


def leaves(values, at=()):
    """Every value of the plan that is no group, lists included, with its key path."""
    if isinstance(values, dict):
        for key, value in values.items():
            yield from leaves(value, (*at, key))
    else:
        yield at, values
        if isinstance(values, list):
            for position, value in enumerate(values):
                yield from leaves(value, (*at, position))


LEAVES = [(at, value) for at, value in leaves(PLAN.values["rules"]) if value != {}]
NUMBERS = [
    at
    for at, value in LEAVES
    if (isinstance(value, (int, float)) and value not in (True, False))
    or (value in (0, 1) and not isinstance(value, bool))
]
LISTS = [at for at, value in LEAVES if isinstance(value, list)]


def refusal(at: tuple, value: object) -> str:
    """What is said when one value of the plan is another."""
    values = copy.deepcopy(PLAN.values)
    place = values["rules"]
    for step in at[:-1]:
        place = place[step]
    place[at[-1]] = value
    with pytest.raises(ParameterError) as caught:
        read_rules(YamlSource(PLAN.path, values, PLAN.lines), {}, PLAN)
    return str(caught.value)


def assert_told(message: str, at: tuple) -> None:
    """File, line and key of the value, or of the group that it makes impossible, in plain words."""
    lines = message.splitlines()
    assert lines
    for line in lines:
        assert re.match(rf"{re.escape(str(PLAN.path))}, line \d+: ", line), line
        assert not FOREIGN.search(line.split(": ", 1)[1]), line
    assert ".".join(map(str, ("rules", *at[:2]))) in message, message


@pytest.mark.parametrize("at", NUMBERS, ids=lambda at: ".".join(map(str, at)))
@pytest.mark.parametrize(
    "value",
    [10**9, -(10**9), 1e300, float("nan"), float("inf"), "many", None, True, [1], {"a": 1}],
    ids=repr,
)
def test_every_number_of_the_plan_has_both_ends_and_is_a_number(at, value):
    assert_told(refusal(at, value), at)


@pytest.mark.parametrize("at", LISTS, ids=lambda at: ".".join(map(str, at)))
@pytest.mark.parametrize("value", [[], "a, b", 5, None, [None], {"a": 1}], ids=repr)
def test_every_list_of_the_plan_holds_something(at, value):
    if value == [] and MAY_BE_EMPTY.search(".".join(map(str, at))):
        return
    assert_told(refusal(at, value), at)


@pytest.mark.parametrize(
    "at",
    [at for at, value in LEAVES if isinstance(value, str)],
    ids=lambda at: ".".join(map(str, at)),
)
@pytest.mark.parametrize("value", ["", "  ", 5.5, False, None, ["a", "b"]], ids=repr)
def test_every_text_of_the_plan_is_one(at, value):
    number_in_quotes = value == 5.5 and re.fullmatch(r"[0-9.]+", str(dict(LEAVES)[at]))
    if not number_in_quotes:
        assert_told(refusal(at, value), at)


@pytest.mark.parametrize(
    "at",
    [
        at
        for at, value in LEAVES
        if isinstance(value, str) and not FREE_TEXT.search(".".join(map(str, at)))
    ],
    ids=lambda at: ".".join(map(str, at)),
)
def test_every_name_of_the_plan_is_known(at):
    assert_told(refusal(at, "zzz"), at)


# --- edges: what may still be meant, and what not ------------------------------------------------
EDGES = table(
    """
    | rule                                    | meant               | not meant             | says                                     |
    | response.confirm_days                   | 0                   | -1                    | at least 0                               |
    | response.min_sd_days                    | 3653                | 3654                  | at most 3653 (ten years)                 |
    | response.cbr_tolerance_days             | 366                 | 367                   | at most 366 (one year)                   |
    | response.max_nr_ne                      | 20                  | 21                    | at most 20                               |
    | recist.pr_percent                       | 100                 | 101                   | at most 100                              |
    | recist.pd_percent                       | 1                   | 0                     | at least 1                               |
    | recist.max_targets_per_organ            | 5                   | 6                     | more than max_targets, 5                 |
    | recist.node_normal_mm                   | 15                  | 16                    | more than measurable_node_mm, 15         |
    | recist.too_small_mm                     | 10                  | 11                    | more than measurable_mm, 10              |
    | treatment.systemic_classes              | [targeted]          | [targeted, targeted]  | targeted stands twice                    |
    | guided.failure_window_days              | 3653                | 1000000               | at most 3653 (ten years)                 |
    | molecular.tmb_high                      | 0.1                 | 0                     | more than 0                              |
    | follow_up.days                          | 1                   | 0                     | at least 1                               |
    | follow_up.days                          | 3653                | 99999                 | at most 3653 (ten years)                 |
    | follow_up.silent_days                   | 0                   | 4000                  | at most 3653 (ten years)                 |
    | pfs.interval_days                       | 366                 | 367                   | at most 366 (one year)                   |
    | pfs.max_missed                          | 20                  | 9999                  | at most 20                               |
    | visits.baseline_first                   | -42                 | -43                   | more than baseline_first, -43            |
    | visits.baseline_first                   | 1                   | 2                     | more than baseline_last, 1               |
    | visits.baseline_last                    | 28                  | 29                    | the window of week_8 begins on day 29    |
    | visits.baseline_last                    | -1                  | 0                     | there is no day 0                        |
    | safety.days_after_last_dose.default     | 0                   | 200000                | at most 3653 (ten years)                 |
    | promis29.severity.symptoms              | [50, 60, 70]        | [60, 60, 70]          | must rise                                |
    | promis29.severity.function              | [45, 40, 30]        | [45, 40, 0]           | more than 0                              |
    | promis29.minimal_difference.PF          | 0.5                 | 0                     | more than 0                              |
    | promis29.pain_intensity_difference      | 10                  | 11                    | at most 10                               |
    | promis29.tipping_deltas                 | [0]                 | [0, 1]                | at most 0                                |
    | ecog.worst_value                        | 5                   | 4                     | at least 5                               |
    | estimation.conf_level                   | 0.5                 | 0.05                  | at least 0.5                             |
    | estimation.conf_level                   | 0.999               | 1.0                   | less than 1                              |
    | estimation.month_days                   | 28                  | 365.25                | at most 31                               |
    | estimation.survival_months              | [120]               | [3, 121]              | at most 120 (ten years)                  |
    | estimation.pfs_ratio_threshold          | "1.5"               | "1.4"                 | one of pfs_ratio_thresholds (1.0, 1.3, 1.5) |
    | estimation.pfs_ratio_modified_least_months | 6                | 7                     | more than pfs_ratio_modified_enough_months, 6 |
    | estimation.matching_score_cuts          | ["1"]               | ["1.1"]               | at most 1                                |
    | estimation.matching_score_cuts          | ["0.1"]             | ["-1"]                | more than 0                              |
    | estimation.bootstrap_replicates         | 100                 | 99                    | at least 100                             |
    | estimation.age_groups                   | [130]               | [131]                 | at most 130                              |
    | estimation.uneven_loss_points           | 100                 | 101                   | at most 100                              |
    | display.percent_decimals                | 6                   | 7                     | at most 6                                |
    """
)


def overridden(tmp_path: Path, text: str):
    """Rules of the plan with the overrides of a cut, as they stand in its file."""
    path = tmp_path / "DC90.yaml"
    path.write_text(text, encoding="utf-8")
    source = read_yaml(path)
    return read_rules(PLAN, source.values["overrides"], source)


def nested(rule: str, value: str) -> str:
    """A rule with its value as the overrides of a cut are written."""
    group, *rest = rule.split(".")
    inner = "".join(f"{{{key}: " for key in rest) + value + "}" * len(rest)
    return f"cut: DC90\noverrides:\n  {group}: {inner}\n"


@pytest.mark.parametrize("case", EDGES, ids=lambda case: f"{case['rule']} {case['not meant']}")
def test_both_sides_of_an_edge(case, tmp_path):
    overridden(tmp_path, nested(case["rule"], case["meant"]))
    with pytest.raises(ParameterError) as caught:
        overridden(tmp_path, nested(case["rule"], case["not meant"]))
    message = str(caught.value)
    assert case["says"] in message
    assert message.startswith(f"{tmp_path / 'DC90.yaml'}, line 3: '")


WINDOW = "{{code: {0}, label: {1}, number: {2}, target: {4}, first: {3}, last: {5}}}"
WINDOWS = table(
    """
    | what is wrong             | first of two windows         | second                         | says                                      |
    | one number twice          | week_8, Week 8, 8, 29, 57, 84 | week_16, Week 16, 8, 85, 113, 140 | two windows have the number 8          |
    | one label twice           | week_8, Week 8, 8, 29, 57, 84 | week_16, Week 8, 16, 85, 113, 140 | two windows have the label Week 8      |
    | one code twice            | week_16, Week 8, 8, 29, 57, 84 | week_16, Week 16, 16, 85, 113, 140 | two windows have the code week_16    |
    | a day in two windows      | week_8, Week 8, 8, 29, 57, 85 | week_16, Week 16, 16, 85, 113, 140 | the windows of week_8 and week_16 overlap |
    | not in order              | week_16, Week 16, 16, 85, 113, 140 | week_24, Week 24, 24, 29, 57, 84 | the windows of week_16 and week_24 overlap, or are not in the order |
    | numbers that fall         | week_8, Week 8, 20, 29, 57, 84 | week_16, Week 16, 16, 85, 113, 140 | the numbers of week_8 and week_16 fall |
    | a reserved label          | week_8, Baseline, 8, 29, 57, 84 | week_16, Week 16, 16, 85, 113, 140 | the name is reserved                  |
    | reserved, in other letters | week_8, UNSCHEDULED, 8, 29, 57, 84 | week_16, Week 16, 16, 85, 113, 140 | the name is reserved              |
    | in the baseline           | week_8, Week 8, 8, 1, 57, 84 | week_16, Week 16, 16, 85, 113, 140 | begins on day 1; the baseline ends before it |
    | the target outside        | week_8, Week 8, 8, 29, 90, 100 | week_16, Week 16, 16, 85, 80, 140 | first, target and last must not fall    |
    | no end                    | week_8, Week 8, 8, 29, 57, 84 | week_16, Week 16, 16, 85, 113, 99999 | at most 3653 (ten years)              |
    | a visit that is named is gone | week_8, Week 8, 8, 29, 57, 84 | week_17, Week 17, 17, 85, 113, 140 | did you mean 'week_17'?            |
    """
)  # fmt: skip


@pytest.mark.parametrize("case", WINDOWS, ids=lambda case: case["what is wrong"])
def test_windows_that_cannot_be_meant(case, tmp_path):
    windows = [WINDOW.format(*case[n].split(", ")) for n in ("first of two windows", "second")]
    text = f"cut: DC90\noverrides:\n  visits:\n    windows: [{', '.join(windows)}]\n"
    with pytest.raises(ParameterError) as caught:
        overridden(tmp_path, text)
    assert case["says"] in str(caught.value)
    for line in str(caught.value).splitlines():
        assert re.match(rf"{re.escape(str(tmp_path))}/DC90.yaml, line [234]: ", line), line


WRITTEN = table(
    """
    | written                                              | says                                                                                   |
    | molecular: {assays: {panel: [NO, EGFR]}}             | 'overrides.molecular.assays.panel.0' is NO: give a text, written in quotes like "NO"; YAML reads NO as false |
    | molecular: {assays: {panel: [1, EGFR]}}              | is 1: give a text, written in quotes like "1"                                          |
    | safety: {days_after_last_dose: {imunotherapy: 90}}   | unknown key 'overrides.safety.days_after_last_dose.imunotherapy'; did you mean 'immunotherapy'? |
    | estimation: {age_groups: ['65']}                     | 'overrides.estimation.age_groups.0' is '65': give a whole number, written without quotes like 65 |
    | estimation: {conf_level: 9e-1}                       | is 9e-1: give a number with a decimal point like 9.0e-1: YAML reads 9e-1 as text       |
    | estimation: {conf_level: '0.9'}                      | is '0.9': give a number, written without quotes like 0.9                               |
    | guided: {match: all_drug}                            | is all_drug: one of all_drugs, any_drug; did you mean 'all_drugs'?                     |
    | guided: {equivalent_drugs: {a: []}}                  | 'overrides.guided.equivalent_drugs.a' is []: give                                      |
    | response: {accept_sd: "yes"}                         | is 'yes': give true or false                                                           |
    | promis29: {severity: {function: [45, 40]}}           | 'overrides.promis29.severity.function' has 2 values; one more is needed                |
    """
)


@pytest.mark.parametrize("case", WRITTEN, ids=lambda case: case["written"])
def test_one_message_in_the_words_of_who_wrote_it(case, tmp_path):
    with pytest.raises(ParameterError) as caught:
        overridden(tmp_path, f"cut: DC90\noverrides:\n  {case['written']}\n")
    (message,) = str(caught.value).splitlines()
    assert case["says"] in message
    assert not FOREIGN.search(message.split(": ", 1)[1]), message


def test_the_plan_is_the_yaml_that_is_walked():
    assert len(NUMBERS) > 90
    assert len(LISTS) > 12
    assert yaml.safe_load(PLAN.path.read_text(encoding="utf-8")) == PLAN.values
