"""Parameters: a wrong, missing or misspelt one stops the run, and the message says what is right.

Each test copies the shipped parameters, breaks one thing, and reads the message.
"""

import datetime as dt
import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import ValidationError

from analysis.errors import ParameterError
from analysis.params import check_cut_name, list_cuts, read_cut
from analysis.sap import read_study
from analysis.yaml_source import read_yaml
from tests.tables import STUDY, table

# ruff: noqa: E501 - a table reads best with a row on a line


@pytest.fixture
def study(tmp_path) -> Path:
    shutil.copytree(STUDY / "params", tmp_path / "params")
    # the rules and the first outputs are enough; the rest of the plan only takes time to read
    sap = tmp_path / "params" / "sap.yaml"
    first = sap.read_text(encoding="utf-8").split("  - id: T14.1.4\n")[0]
    before, amendments = first.split("amendments:", 1)
    after = amendments[amendments.index("\nsections:") :]
    sap.write_text(f"{before}amendments: []\n{after}", encoding="utf-8")
    return tmp_path


SAP, CUT = "params/sap.yaml", "params/cuts/DC04.yaml"


def replace(study: Path, file: str, old: str, new: str) -> int:
    """Replace the one place where `old` stands; its line."""
    path = study / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def refusal(study: Path, cut: str = "DC04") -> str:
    with pytest.raises(ParameterError) as caught:
        read_study(study, cut)
    assert caught.value.exit_status == 2
    return str(caught.value)


def test_the_shipped_parameters_are_read(study):
    opened = read_study(study, "DC04")
    assert opened.cut.clinical_cutoff == dt.date(2023, 11, 30)
    assert opened.rules.response.confirm_days == 28
    assert opened.rules.estimation.pfs_ratio_threshold == Decimal("1.3")
    assert opened.raw == study / "data" / "raw" / "DC04"
    assert opened.derived == study / "data" / "derived" / "DC04"
    assert opened.reports == study / "reports" / "DC04"


def test_every_shipped_cut_can_be_opened(study):
    assert {"DC01", "DC02", "DC03", "DC04"} <= set(list_cuts(study))  # others may come
    for cut in list_cuts(study):
        assert read_study(study, cut).cut.cut == cut


def test_parameters_cannot_be_changed_after_reading(study):
    rules = read_study(study, "DC04").rules
    with pytest.raises(ValidationError, match="frozen"):
        rules.response.confirm_days = 1


# --- keys ----------------------------------------------------------------------------------------
# What the file says | what it says after the mistake | what the message must say
KEYS = {
    "a missing key": (
        "    confirm_days: 28  ",
        "    # ",
        ["the key 'rules.response.confirm_days' is missing"],
    ),
    "a misspelt key": (
        "confirm_days: 28  ",
        "confim_days: 28  ",
        ["unknown key 'rules.response.confim_days'; did you mean 'confirm_days'?", "{line}"],
    ),
    "a misspelt group": (
        "  molecular:",
        "  moleculer:",
        ["unknown key 'rules.moleculer'; did you mean 'molecular'?", "{line}"],
    ),
    "a key unlike any other": (
        "  ecog:\n    worst_value",
        "  ecog:\n    zzz: 1\n    worst_value",
        ["unknown key 'rules.ecog.zzz'; known here: worst_value"],
    ),
    "a misspelt key of a visit window": (
        "target: 57,",
        "targt: 57,",
        ["unknown key 'rules.visits.windows.0.targt'; did you mean 'target'?", "{line}"],
    ),
    "a class of therapy that does not exist": (
        "      immunotherapy: 90",
        "      imunotherapy: 90",
        ["imunotherapy", "'immunotherapy'", "{line}"],
    ),
    "a misspelt top-level key": (
        "\nsections:",
        "\nsection:",
        ["unknown key 'section'; did you mean 'sections'?", "the key 'sections' is missing"],
    ),
    "no rules at all": ("\nrules:", "\nrule:", ["the key 'rules' is missing"]),
    "a key that stands twice": (
        "    confirm_days: 28  ",
        "    confirm_days: 28\n    confirm_days: 14  ",
        ["the key 'confirm_days' stands twice"],
    ),
}


@pytest.mark.parametrize("mistake", KEYS, ids=str)
def test_a_wrong_key_is_named_with_what_would_be_right(study, mistake):
    old, new, says = KEYS[mistake]
    at = replace(study, SAP, old, new)
    message = refusal(study)
    assert str(study / SAP) in message
    for text in says:
        assert text.format(line=f"line {at}: ") in message


def test_the_second_of_two_equal_keys_is_the_one_named(study):
    at = replace(
        study, SAP, "    confirm_days: 28  ", "    confirm_days: 28\n    confirm_days: 1  "
    )
    assert f"line {at + 1}: the key 'confirm_days' stands twice" in refusal(study)


def test_all_wrong_keys_are_named_at_once(study):
    replace(study, SAP, "confirm_days: 28  ", "confim_days: 28  ")
    replace(study, SAP, "interval_days: 56  ", "interval: 56  ")
    message = refusal(study)
    for name in (
        "confim_days",
        "confirm_days' is missing",
        "pfs.interval'",
        "interval_days' is mis",
    ):
        assert name in message


# --- values --------------------------------------------------------------------------------------
VALUES = table(
    """
    | what is wrong                     | before                          | after                     | named                       |
    | text for a number                 | confirm_days: 28                | confirm_days: four weeks  | rules.response.confirm_days |
    | a number in quotes                | confirm_days: 28                | confirm_days: "28"        | rules.response.confirm_days |
    | a fraction of a day               | confirm_days: 28                | confirm_days: 28.5        | rules.response.confirm_days |
    | a negative number of days         | confirm_days: 28                | confirm_days: -28         | rules.response.confirm_days |
    | yes for a number                  | confirm_days: 28                | confirm_days: true        | rules.response.confirm_days |
    | an empty value                    | confirm_days: 28                | confirm_days:             | rules.response.confirm_days |
    | a number for yes or no            | accept_sd: false                | accept_sd: 0              | rules.response.accept_sd    |
    | a word that is no choice          | match: all_drugs                | match: every_drug         | rules.guided.match          |
    | a class that is not systemic      | [targeted, immunotherapy,       | [targeted, surgery,       | rules.treatment.systemic_classes |
    | a level above one                 | conf_level: 0.95                | conf_level: 95            | rules.estimation.conf_level |
    | a level in quotes                 | conf_level: 0.95                | conf_level: "0.95"        | rules.estimation.conf_level |
    | yes for a length                  | month_days: 30.4375             | month_days: true          | rules.estimation.month_days |
    | a window before its target        | first: 29,  last: 84            | first: 60,  last: 84      | rules.visits.windows.0      |
    | windows that overlap              | first: 29,  last: 84            | first: 29,  last: 85      | rules.visits                |
    | no default of days after dosing   | default: 30                     | other: 30                 | rules.safety                |
    | a threshold that is no number     | month_days: 30.4375             | month_days: .nan          | rules.estimation.month_days |
    | a threshold without end           | tmb_high: 10                   | tmb_high: .inf            | rules.molecular.tmb_high    |
    | no landmark                       | survival_months: [3, 6, 9, 12]  | survival_months: []       | rules.estimation.survival_months |
    | a landmark twice                  | survival_months: [3, 6, 9, 12]  | survival_months: [6, 6]   | rules.estimation.survival_months |
    | a mean without its time           | {PFS: 6, OS: 12, DOR: 6}        | {PFS: 6, OS: 12}          | rules.estimation.rmst_months |
    | a mean restricted to nothing      | {PFS: 6, OS: 12, DOR: 6}        | {PFS: 0, OS: 12, DOR: 6}  | rules.estimation.rmst_months |
    | a mean that the plan does not have | {PFS: 6, OS: 12, DOR: 6}       | {PFS: 6, OS: 12, DOR: 6, TTR: 6} | rules.estimation.rmst_months |
    | one time for all means            | {PFS: 6, OS: 12, DOR: 6}        | 12                        | rules.estimation.rmst_months |
    | age groups that fall              | age_groups: [65, 75]            | age_groups: [75, 65]      | rules.estimation.age_groups |
    | no week of guidance               | guided_weeks: [4, 8, 12, 16]    | guided_weeks: []          | rules.estimation.guided_weeks |
    | a ratio below zero                | ["1.0", "1.3", "1.5"]           | ["1.0", "-1.3"]           | rules.estimation.pfs_ratio_thresholds |
    | no ratio                          | ["1.0", "1.3", "1.5"]           | []                        | rules.estimation.pfs_ratio_thresholds |
    | a null shape of zero              | ["1.0", "1.5", "2.0"]           | ["0"]                     | rules.estimation.pfs_ratio_null_shapes |
    | a version that is a number        | version: "1.1"                  | version: 1.0              | version                     |
    """
)


@pytest.mark.parametrize("case", VALUES, ids=lambda case: case["what is wrong"])
def test_a_wrong_value_is_named_with_its_line(study, case):
    at = replace(study, SAP, case["before"], case["after"])
    message = refusal(study)
    start = f"{study / SAP}, line "
    named = [line for line in message.splitlines() if f"'{case['named']}" in line]
    assert named, message
    assert all(line.startswith(start) for line in named)
    found = min(int(line.removeprefix(start).split(":")[0]) for line in named)
    assert found == at or case["named"] in ("rules.visits", "rules.safety")  # a whole group


def test_windows_that_overlap_are_named(study):
    replace(study, SAP, "first: 29,  last: 84", "first: 29,  last: 85")
    assert "the windows of week_8 and week_16 overlap" in refusal(study)


def test_two_windows_of_one_visit_are_named(study):
    replace(study, SAP, "code: week_16", "code: week_8")
    assert "two windows have the code week_8" in refusal(study)


def test_a_baseline_window_turned_round_is_named(study):
    replace(study, SAP, "baseline_last: ", "baseline_last: -9")
    assert "'rules.visits.baseline_first' is -28: more than baseline_last, -91" in refusal(study)


# --- the file ------------------------------------------------------------------------------------
def test_a_file_that_is_not_there(study):
    (study / SAP).unlink()
    assert f"{study / SAP}: there is no such file" in refusal(study)


def test_a_file_that_is_not_utf8(study):
    path = study / SAP
    path.write_bytes(path.read_bytes().replace(b"Primary A:", b"Prim\xe4r A:"))
    message = refusal(study)
    assert str(path) in message
    assert "not UTF-8" in message


# Content of the file | what the message says beside file and line
BROKEN = {
    "an object of Python": ("a: 1\nb: !!python/object/apply:os.getcwd []\n", 2, "python/object"),
    "a bracket left open": ("a: 1\nb: [1, 2\nc: 3\n", 3, ""),
    "a tab as indentation": ("a:\n\tb: 1\n", 2, ""),
    "a list, not keys": ("- a\n- b\n", 1, "key: value"),
    "empty": ("", 1, "key: value"),
    "a day that does not exist": ("a: 1\nb: 2023-02-30\n", 2, "2023-02-30"),
    "a key twice in one line": ("a: 1\nb: {c: 1, c: 2}\n", 2, "'c' stands twice"),
    "text tagged as a number": ("a: !!int b\n", None, "invalid literal"),
    "an alias": ("a: &x {c: 1}\nb: *x\n", 2, "alias"),
    "a merge key": ("a: &x {c: 1}\nb:\n  <<: *x\n", 3, "alias"),
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN.keys())
def test_what_is_no_plain_yaml_is_refused_at_its_line(tmp_path, content):
    text, line, says = content
    path = tmp_path / "rules.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ParameterError) as caught:
        read_yaml(path)
    assert str(caught.value).startswith(f"{path}, line {line}: " if line else f"{path}: ")
    assert says in str(caught.value)


def test_a_control_character_is_refused(tmp_path):
    path = tmp_path / "rules.yaml"
    path.write_bytes(b"a: \x00\n")
    with pytest.raises(ParameterError, match=r"not valid YAML|special characters"):
        read_yaml(path)


@pytest.mark.parametrize("text", ["label: che\u202eck", 'label: "che\\u200bck"', "che\u00adck: 1"])
def test_a_character_that_nobody_can_see_is_refused(tmp_path, text):
    path = tmp_path / "cut.yaml"
    path.write_text(f"a: 1\n{text}\n", encoding="utf-8")
    with pytest.raises(ParameterError, match=r"line 2: U\+.*cannot be seen; delete it"):
        read_yaml(path)


def test_every_key_remembers_its_line(tmp_path):
    path = tmp_path / "rules.yaml"
    path.write_text("a:\n  b: 1\n\n  # why\n  c:\n    - x\n    - y\n", encoding="utf-8")
    source = read_yaml(path)
    assert source.values == {"a": {"b": 1, "c": ["x", "y"]}}
    assert source.line_of(("a", "b")) == 2
    assert source.line_of(("a", "c", 1)) == 7
    assert source.line_of(("a", "absent")) == 1  # the line of the group it should stand in
    assert source.line_of(("absent",)) == 1


# --- cuts ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "name",
    [
        "../DC04",
        "DC04/../DC03",
        "/etc/passwd",
        "DC04.yaml",
        "dc04",
        "DC4",
        "DC004",
        "",
        "DC04\n",
        "DC٠٤",
    ],
)
def test_a_cut_name_is_dc_and_two_digits(study, name):
    with pytest.raises(
        ParameterError, match="is not a cut name; a cut is DC and two digits"
    ) as caught:
        read_study(study, name)
    assert caught.value.exit_status == 2
    with pytest.raises(ParameterError):
        check_cut_name(name)


def test_an_unknown_cut_lists_those_there_are(study):
    message = refusal(study, "DC09")
    assert "the cut DC09 does not exist" in message
    assert "DC01, DC02, DC03, DC04" in message


def test_a_folder_without_cuts_says_none(tmp_path):
    assert list_cuts(tmp_path) == []
    assert "declared cuts: none" in refusal(tmp_path)


CUT_MISTAKES = table(
    """
    | what is wrong                 | before                        | after                              | says                              |
    | snapshot before the cutoff    | snapshot_date: 2023-12-15     | snapshot_date: 2023-11-29          | is before clinical_cutoff         |
    | a date in quotes              | clinical_cutoff: 2023-11-30   | clinical_cutoff: "2023-11-30"      | 'clinical_cutoff'                 |
    | a date with a time            | clinical_cutoff: 2023-11-30   | clinical_cutoff: 2023-11-30 10:00:00 | 'clinical_cutoff'               |
    | a day that does not exist     | clinical_cutoff: 2023-11-30   | clinical_cutoff: 2023-11-31        | 2023-11-31                        |
    | another name than its file    | cut: DC04                     | cut: DC03                          | the file name says DC04           |
    | compared with itself          | previous: DC03                | previous: DC04                     | give another cut, or null         |
    | compared with a path          | previous: DC03                | previous: ../DC03                  | give another cut, or null         |
    | another version of the plan   | sap_version: "1.1"            | sap_version: "2.0"                 | sap_version is '2.0'              |
    | a version that is a number    | sap_version: "1.1"            | sap_version: 1.0                   | 'sap_version' is 1.0              |
    | a misspelt key                | clinical_cutoff: 2023         | clinical_cutof: 2023               | did you mean 'clinical_cutoff'?   |
    | overrides left empty          | overrides: {}                 | overrides:                         | 'overrides'                       |
    | overrides left out            | overrides: {}                 | # none                             | the key 'overrides' is missing    |
    | synthetic neither yes nor no  | synthetic: true               | synthetic: maybe                   | 'synthetic'                       |
    """
)


@pytest.mark.parametrize("case", CUT_MISTAKES, ids=lambda case: case["what is wrong"])
def test_a_mistake_in_a_cut_is_named_with_its_line(study, case):
    path = study / CUT
    text = path.read_text(encoding="utf-8")
    lines = [n for n, line in enumerate(text.splitlines(), 1) if line.startswith(case["before"])]
    assert len(lines) == 1
    rows = text.splitlines()
    rows[lines[0] - 1] = rows[lines[0] - 1].replace(case["before"], case["after"])
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    message = refusal(study)
    assert case["says"] in message
    line = 1 if case["what is wrong"] == "overrides left out" else lines[0]
    assert f"{path}, line {line}: " in message


def test_the_snapshot_may_be_the_day_of_the_cutoff(study):
    replace(study, CUT, "snapshot_date: 2023-12-15", "snapshot_date: 2023-11-30")
    assert read_study(study, "DC04").cut.snapshot_date == dt.date(2023, 11, 30)


def test_the_previous_cut_need_not_exist(study):
    (study / "params/cuts/DC03.yaml").unlink()
    cut, _ = read_cut(study, "DC04")
    assert cut.previous == "DC03"


# --- overrides -----------------------------------------------------------------------------------
def override(study: Path, yaml_lines: str) -> None:
    replace(study, CUT, "overrides: {}", f"overrides:\n{yaml_lines}")


def test_an_override_changes_its_leaf_and_no_other(study):
    before = read_study(study, "DC04").rules
    override(study, "  response:\n    confirm_days: 35\n  guided:\n    match: any_drug\n")
    after = read_study(study, "DC04").rules
    assert after.response.confirm_days == 35
    assert after.guided.match == "any_drug"
    expected = before.model_dump()
    expected["response"]["confirm_days"] = 35
    expected["guided"]["match"] = "any_drug"
    assert after.model_dump() == expected


def test_an_override_concerns_its_cut_only(study):
    override(study, "  response:\n    confirm_days: 35\n")
    assert read_study(study, "DC03").rules.response.confirm_days == 28


def test_an_override_may_bring_new_drug_and_assay_names(study):
    override(
        study,
        "  guided:\n    equivalent_drugs:\n      drug a: [brand a]\n"
        "  molecular:\n    assays:\n      panel-1: [EGFR, ALK]\n",
    )
    rules = read_study(study, "DC04").rules
    assert rules.guided.equivalent_drugs == {"drug a": ("brand a",)}
    assert rules.molecular.assays == {"panel-1": ("EGFR", "ALK")}


OVERRIDES = {
    "an unknown key": (
        "  response:\n    confirm_day: 35\n",
        2,
        "unknown key 'overrides.response.confirm_day'; did you mean 'confirm_days'?",
    ),
    "an unknown group": (
        "  respons:\n    confirm_days: 35\n",
        1,
        "unknown key 'overrides.respons'; did you mean 'response'?",
    ),
    "a value for a group": ("  response: 35\n", 1, "'overrides.response' is a group of rules"),
    "a wrong value": (
        "  response:\n    confirm_days: soon\n",
        2,
        "overrides.response.confirm_days",
    ),
    "a wrong choice": ("  guided:\n    match: some\n", 2, "overrides.guided.match"),
    "an unknown class of therapy": (
        "  safety:\n    days_after_last_dose:\n      imunotherapy: 60\n",
        3,
        "imunotherapy",
    ),
}


@pytest.mark.parametrize("wrong", OVERRIDES.values(), ids=OVERRIDES.keys())
def test_a_wrong_override_is_named_in_the_file_of_the_cut(study, wrong):
    lines, below, says = wrong
    at = (study / CUT).read_text(encoding="utf-8").splitlines().index("overrides: {}") + 1
    override(study, lines)
    message = refusal(study)
    assert f"{study / CUT}, line {at + below}: " in message
    assert says in message


# --- the plan ------------------------------------------------------------------------------------
def test_an_output_planned_twice_is_refused(study):
    replace(study, SAP, "  - id: T14.2.1.2\n", "  - id: T14.2.1.1\n")
    assert "planned twice: T14.2.1.1" in refusal(study)


def test_an_output_of_an_unknown_endpoint_is_refused(study):
    replace(study, SAP, "    endpoint: guided_time\n", "    endpoint: guided_tme\n")
    assert "endpoint 'guided_tme' is not declared" in refusal(study)


def test_an_output_that_is_not_planned_is_refused(study):
    sap = read_study(study, "DC04").sap
    assert sap.output("T14.2.1.1").endpoint == "orr_visit"
    with pytest.raises(ParameterError, match=r"plans no output 'T99'"):
        sap.output("T99")


def test_each_notebook_must_emit_what_the_plan_says(study):
    sap = read_study(study, "DC04").sap
    emitted = [o.id for notebook in sap.notebooks() for o in sap.outputs_of(notebook)]
    assert sorted(emitted) == sorted(o.id for o in sap.outputs if o.notebook)
    assert {"T14.2.1.1", "T14.2.1.2"} <= {o.id for o in sap.outputs_of("s03_response")}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("clinical_cutoff: 0023-11-30", "line 3: 'clinical_cutoff'.*1900-01-01"),
        ("clinical_cutoff: 9999-01-01", "line 3: 'clinical_cutoff'.*2199-12-31"),
        ('clinical_cutoff: "2023-11-30"', "line 3:.*without quotes like 2023-11-30"),
        ("sap_version: 1.0", 'line 6:.*in quotes like "1.0"'),
        ("snapshot_date: 2023-11-29", "line 4:.*'snapshot_date' is 2023-11-29: it is before"),
    ],
)
def test_a_slip_in_a_cut_says_what_would_be_right(tmp_path, line, expected):
    folder = tmp_path / "params" / "cuts"
    folder.mkdir(parents=True)
    shutil.copy(STUDY / "params" / "sap.yaml", tmp_path / "params" / "sap.yaml")
    key = line.split(":")[0]
    text = (STUDY / "params" / "cuts" / "DC04.yaml").read_text(encoding="utf-8")
    lines = [line if old.startswith(key) else old for old in text.splitlines()]
    (folder / "DC04.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(ParameterError, match=expected):
        read_study(tmp_path, "DC04")


def test_what_cannot_be_read_is_refused_with_its_line(tmp_path):
    path = tmp_path / "sap.yaml"
    for content, expected in (
        (b"version: x\nrules: \xff\n", "line 2: not UTF-8"),
        (b"version: x\nrules: a\x00b\n", "line 2: "),
        (b"a: " + b"[" * 100_000, "line 1: nested more than 50 levels deep"),
    ):
        path.write_bytes(content)
        with pytest.raises(ParameterError, match=expected):
            read_yaml(path)


@pytest.mark.parametrize(
    ("key", "old"),
    [
        ("response.supportive_visit", "supportive_visit: week_16 "),
        ("promis29.named_visit", "named_visit: week_16 "),
    ],
)
def test_a_visit_that_is_named_must_be_planned(study, key, old):
    replace(study, SAP, old, old.replace("week_16", "week_15"))
    message = refusal(study)
    assert f"'rules.{key}' is week_15: no such visit in visits.windows; did you mean" in message
