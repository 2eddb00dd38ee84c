"""A locked cut: the same to the byte elsewhere, refused where anything is not as it was."""

# ruff: noqa: E501 - a table reads best with a row on a line

import json
import shutil
import subprocess

import pandas as pd
import pytest

from analysis.changes.records import record_changes
from analysis.datasets.build import derive_cut
from analysis.errors import LockedError, ParameterError
from analysis.extracts import read_extracts
from analysis.freezing.freeze import freeze_cut
from analysis.locked.datasets import column_hashes
from analysis.locked.errata import errata_of, errata_text
from analysis.locked.lock import lock_of, lock_path, sealed
from analysis.reporting.changes_between import changed_without_errata, changes_between
from analysis.reporting.dataset_files import read_dataset
from analysis.reporting.frozen_numbers import estimate_differences, held_numbers
from analysis.reporting.parts import read_estimates
from analysis.reporting.project import Project
from analysis.reporting.staleness import status_lines
from analysis.sap import read_study
from tests.freezing.conftest import said
from tests.machine import registry
from tests.tables import table

ELSEWHERE = {"TZ": "Pacific/Auckland", "LC_ALL": "C", "PYTHONHASHSEED": "7", "PYTHONUTF8": "1"}


def files_of(study):
    """Bytes of everything that people look at."""
    found = [*study.glob("params/**/*"), *study.glob("reports/DC*/**/*"), *study.glob("data/**/*")]
    return {path: path.read_bytes() for path in found if path.is_file()}


def test_a_frozen_cut_is_the_same_to_the_byte_in_another_place(frozen, tmp_path):
    """Only parameters, locks and extracts go to another folder, zone, language and hash seed."""
    other = tmp_path / "elsewhere with blanks" / "study"
    for part in ("params", "data/raw"):
        shutil.copytree(frozen / part, other / part)
    done = registry("replay", "DC02", "--study", other, env=ELSEWHERE)
    assert done.returncode == 0, said(done)
    assert "files equal to the byte" in done.stdout
    assert [path.name for path in (other / "reports").glob("DC*")] == []
    assert list((other / "reports" / ".work" / "replay").iterdir()) == []


def test_a_lock_holds_everything_and_its_chain(frozen):
    first, second = lock_of(frozen, "DC01"), lock_of(frozen, "DC02")
    assert second.content["chain"] == {"cut": "DC01", "lock": first.own}
    assert first.content["chain"] == {"cut": None, "lock": None}
    raw = {f"data/raw/DC02/{path.name}" for path in (frozen / "data/raw/DC02").iterdir()}
    assert set(second.content["raw"]) == raw
    made = {path.name for path in (frozen / "data/derived/DC02").iterdir()}
    assert set(second.content["datasets"]) == made
    report = frozen / "reports" / "DC02"
    outputs = {p.relative_to(report).as_posix() for p in report.rglob("*") if p.is_file()}
    assert set(second.content["outputs"]) == outputs
    assert {"changes/estimates.csv", "members.parquet", "manifest.json"} <= outputs


def test_freezing_makes_nothing_stale_and_happens_once(frozen):
    assert [line for line in status_lines(frozen) if "stale" in line] == []
    with pytest.raises(ParameterError, match="DC02 is locked already; a correction goes into"):
        freeze_cut(frozen, "DC02", progress=None)


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text, path
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def edit_raw(study):
    path = study / "data" / "raw" / "DC01" / "patients.csv"
    edit(path, "female", "male")


def add_raw(study):
    (study / "data" / "raw" / "DC01" / "labs.csv").write_text("patient_id\n")


def lose_raw(study):
    (study / "data" / "raw" / "DC01" / "ecog.csv").unlink()


def edit_lock(study):
    edit(lock_path(study, "DC01"), '"synthetic": true', '"synthetic": false')


def break_json(study):
    lock_path(study, "DC01").write_text("{")


def swap_lock(study):
    shutil.copy(lock_path(study, "DC02"), lock_path(study, "DC01"))


def move_cutoff(study):
    path = study / "params" / "cuts" / "DC01.yaml"
    old = read_study(study, "DC01").cut.clinical_cutoff
    edit(path, f"clinical_cutoff: {old}", "clinical_cutoff: 2022-01-01")


def override_rule(study):
    path = study / "params" / "cuts" / "DC01.yaml"
    edit(path, "overrides: {}", "overrides: {response: {min_sd_days: 40}}")


def change_rule(study):
    edit(study / "params" / "sap.yaml", "min_sd_days: 42", "min_sd_days: 40")


REFUSED = table(
    """
    | what was done | what is said |
    | ------------- | ------------ |
    | edit_raw      | data/raw/DC01/patients.csv: frozen as |
    | add_raw       | data/raw/DC01/labs.csv: frozen as not there |
    | lose_raw      | data/raw/DC01/ecog.csv: frozen as |
    | edit_lock     | edited after the freeze: it says of itself |
    | break_json    | cannot be read as a lock |
    | swap_lock     | it is the lock of DC02; put the lock of DC01 back |
    | move_cutoff   | clinical_cutoff is 2022-01-01, and the cut DC01 is locked with |
    | override_rule | overrides is {'response': {'min_sd_days': 40}}, and the cut DC01 is locked with {} |
    | change_rule   | rules of that version changed: response.min_sd_days was 42, is 40 |
    """
)


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case["what was done"])
def test_a_changed_input_is_refused_and_named_and_nothing_is_touched(frozen, case):
    globals()[case["what was done"]](frozen)
    before = files_of(frozen)
    with pytest.raises(LockedError) as refused:
        derive_cut(frozen, "DC01")
    assert case["what is said"] in str(refused.value)
    assert refused.value.exit_status == 1
    assert files_of(frozen) == before


def test_both_hashes_of_an_edited_extract_are_named(frozen):
    frozen_as = lock_of(frozen, "DC01").content["raw"]["data/raw/DC01/patients.csv"]
    edit_raw(frozen)
    with pytest.raises(LockedError, match=f"frozen as {frozen_as}, is [0-9a-f]{{64}}"):
        changes_between(frozen, "DC01", "DC02", outputs=())


def test_some_outputs_are_compared_with_the_locked_numbers_of_those(frozen):
    changes = changes_between(frozen, "DC01", "DC02", outputs=("T14.2.9.1",))
    assert "The old numbers are the locked ones of DC01." in changes.notes
    assert not any("neither in reports" in note for note in changes.notes)
    assert set(changes.estimates["output_id"]) == {"T14.2.9.1"}


def test_a_broken_chain_is_named(frozen):
    path = lock_path(frozen, "DC01")
    content = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(sealed(content | {"commit": {"sha": "other", "dirty": False}})))
    with pytest.raises(LockedError, match=r"DC02.lock.json: the chain is broken: .* restore"):
        read_study(frozen, "DC02")
    path.unlink()
    with pytest.raises(LockedError, match=r"DC01.lock.json is not there; restore that file"):
        read_study(frozen, "DC02")


def amend(study, **rules):
    """A new version of the plan; the locked cuts keep the old one."""
    edit(study / "params" / "sap.yaml", 'version: "1.1"', 'version: "1.2"')
    for old, new in rules.values():
        edit(study / "params" / "sap.yaml", old, new)


def test_a_locked_cut_keeps_its_plan_and_is_restated_beside(frozen):
    amend(frozen, sd=("min_sd_days: 42", "min_sd_days: 700"))
    study = read_study(frozen, "DC02")
    assert (study.rules.response.min_sd_days, study.sap.version) == (42, "1.1")
    before = files_of(frozen)
    done = registry("restate", "DC02", "--study", frozen)
    assert done.returncode == 0, said(done)
    assert "Rule response.min_sd_days: was 42, is 700." in done.stdout
    after = files_of(frozen)
    new = {path.relative_to(frozen).as_posix() for path in set(after) - set(before)}
    assert new == {f"reports/DC02-restated/{name}.csv" for name in ("estimates", "differences")}
    assert all(after[path] == data for path, data in before.items())
    locked = read_estimates(frozen / "reports" / "DC02" / "estimates.csv")
    restated = read_estimates(frozen / "reports" / "DC02-restated" / "estimates.csv")
    assert len(locked) == len(restated)


def test_a_rule_that_the_lock_lacks_is_that_of_today_and_is_named(frozen):
    for cut, before in (("DC01", None), ("DC02", "DC01")):
        path = lock_path(frozen, cut)
        content = json.loads(path.read_text(encoding="utf-8"))
        del content["rules"]["response"]["min_sd_days"]
        if before:
            content["chain"]["lock"] = lock_of(frozen, before).own
        path.write_text(json.dumps(sealed(content)), encoding="utf-8")
    study = read_study(frozen, "DC02")
    assert study.rules.response.min_sd_days == 42
    assert study.lacking == ("response.min_sd_days",)
    told = derive_cut(frozen, "DC02").summary[-1]
    assert told == "DC02: its lock has no response.min_sd_days; taken from params/sap.yaml"


def test_datasets_that_differ_under_later_code_are_not_put_in_place(frozen, monkeypatch):
    """Later code: here a derivation that makes everybody a day older."""
    import analysis.datasets.build as build

    real = build.derive_datasets

    def later(extracts, cut, rules):
        datasets, result = real(extracts, cut, rules)
        adsl = datasets["adsl"]
        return datasets | {"adsl": adsl.assign(AGE=adsl["AGE"] + 1)}, result

    monkeypatch.setattr(build, "derive_datasets", later)
    before = files_of(frozen)
    with pytest.raises(LockedError) as refused:
        derive_cut(frozen, "DC02")
    assert "dataset adsl differs in AGE" in str(refused.value)
    assert "`registry restate DC02`" in str(refused.value)
    assert files_of(frozen) == before


def test_the_columns_of_a_dataset_have_the_same_hash_in_memory_and_from_disk(frozen):
    lock = lock_of(frozen, "DC02")
    for name, columns in lock.content["columns"].items():
        frame = read_dataset(frozen / "data" / "derived" / "DC02", name)
        assert column_hashes(frame) == columns
    assert derive_cut(frozen, "DC02").exit_status == 0  # made again, and equal


def test_numbers_that_differ_are_named_and_added_ones_are_listed(frozen):
    lock = lock_of(frozen, "DC02")
    numbers = read_estimates(frozen / "reports" / "DC02" / "estimates.csv")
    assert estimate_differences(lock, numbers) == ([], [])
    assert held_numbers(numbers) == lock.content["numbers"]
    other = numbers.copy()
    other.loc[0, "stat"] = "12345"
    differ, added = estimate_differences(lock, other)
    assert (len(differ), added) == (1, [])
    assert other.loc[0, "output_id"] in differ[0]
    more = other.assign(output_id="T99")
    differ, added = estimate_differences(lock, more)
    assert len(added) > 1000
    assert any("numbers no longer made" in text for text in differ)


ERRATUM = {
    "date": "2026-11-27",
    "role": "data manager",
    "table": "patients",
    "key": "",
    "reason": "entered wrongly at the site",
    "effect": "one patient of Table 1 in another row",
}


def test_an_erratum_answers_for_a_locked_value_that_changed(frozen):
    """A later extract has another sex of a patient than the locked one: without and with a line."""
    study = read_study(frozen, "DC01")
    old, _ = read_extracts(study.raw)
    new = dict(old)
    patients = old["patients"]
    patient = patients.loc[0, "patient_id"]
    other = "male" if patients.loc[0, "sex"] == "female" else "female"
    new["patients"] = patients.assign(sex=[other, *patients["sex"][1:]])
    records = record_changes(old, new, pd.Timestamp(study.cut.clinical_cutoff))
    [told] = changed_without_errata(study, records)
    assert told == (
        f"patients.csv, {patient}: changed since the locked DC01, sex was "
        f"{patients.loc[0, 'sex']!r}, is {other!r}; params/cuts/DC01.errata.yaml has no line on it."
    )
    errata = frozen / "params" / "cuts" / "DC01.errata.yaml"
    errata.write_text(errata_text([ERRATUM | {"key": patient}]), encoding="utf-8")
    assert [one.role for one in errata_of(frozen, "DC01")] == ["data manager"]
    assert changed_without_errata(study, records) == []


def test_a_run_whose_numbers_differ_publishes_nothing(frozen):
    """The lock of another number, sealed again: the report that was there stays."""
    lock_path(frozen, "DC02").unlink()
    path = lock_path(frozen, "DC01")
    content = json.loads(path.read_text(encoding="utf-8"))
    first = next(iter(content["numbers"]["T14.2.9.1"]))
    content["numbers"]["T14.2.9.1"][first] = "0" * 10
    path.write_text(json.dumps(sealed(content)), encoding="utf-8")
    before = files_of(frozen)
    done = registry("run", "DC01", "--study", frozen)
    assert done.returncode == 1, said(done)
    assert "FAILED DC01: DC01 is locked" in said(done)
    assert "T14.2.9.1" in said(done)
    assert "`registry restate DC01`" in said(done)
    assert files_of(frozen) == before


def test_an_erratum_without_a_reason_is_refused_at_its_line(frozen):
    errata = frozen / "params" / "cuts" / "DC01.errata.yaml"
    errata.write_text("errata:\n- date: 2026-11-27\n  role: data manager\n", encoding="utf-8")
    with pytest.raises(ParameterError, match=r"DC01.errata.yaml, line \d+: .*table"):
        errata_of(frozen, "DC01")


def test_only_a_locked_cut_can_be_replayed_or_restated(frozen):
    lock_path(frozen, "DC02").unlink()
    for command in ("replay", "restate"):
        done = registry(command, "DC02", "--study", frozen)
        assert done.returncode == 2, said(done)
        assert "DC02 is not locked" in said(done)


def test_a_replay_that_differs_is_told_and_leaves_nothing(frozen):
    """The lock of other numbers: sealed again, so that only the making shows it."""
    path = lock_path(frozen, "DC01")
    lock_path(frozen, "DC02").unlink()
    content = json.loads(path.read_text(encoding="utf-8"))
    content["columns"]["adsl"]["AGE"] = "0" * 16
    path.write_text(json.dumps(sealed(content)), encoding="utf-8")
    before = files_of(frozen)
    done = registry("replay", "DC01", "--study", frozen)
    assert done.returncode == 1, said(done)
    assert "dataset adsl differs in AGE" in said(done)
    assert files_of(frozen) == before


def test_locks_and_errata_are_no_uncommitted_change(tmp_path):
    cuts = tmp_path / "params" / "cuts"
    cuts.mkdir(parents=True)
    (cuts / "DC01.yaml").write_text("cut: DC01\n")
    (tmp_path / "requirements.lock").write_text("")
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        name = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        subprocess.run(["git", "-C", tmp_path, *name, *words], check=True)
    (cuts / "DC01.lock.json").write_text("{}")
    (cuts / "DC01.errata.yaml").write_text("errata: []\n")

    def dirty():
        return Project(tmp_path, tmp_path / "notebooks", ()).commit.dirty

    assert not dirty()
    (cuts / "DC02.yaml").write_text("cut: DC02\n")
    assert dirty()
