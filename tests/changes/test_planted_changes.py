"""What is planted between two cuts is found, and put to the cause that it was planted as."""

# ruff: noqa: E501 - a table reads best with a row on a line

from decimal import Decimal

import pandas as pd
import pytest

from analysis.changes.records import record_changes
from analysis.extracts import read_extracts
from analysis.reporting.changes_between import changes_between, compare_and_write
from tests.extracts_factory import tiny_study, write_extracts
from tests.study_folder import with_plan
from tests.tables import table

CUT = """\
cut: {cut}
label: Planted
clinical_cutoff: {cutoff}
snapshot_date: 2023-12-15
previous: {previous}
sap_version: "1.1"
synthetic: true
overrides: {overrides}
"""
OUTPUTS = ("T14.1.2", "T14.1.3", "T14.2.3.1", "T14.2.4.1", "T14.3.1.1")


def write_cut(root, cut, cutoff, previous, overrides="{}"):
    path = root / "params" / "cuts" / f"{cut}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = CUT.format(cut=cut, cutoff=cutoff, previous=previous, overrides=overrides)
    path.write_text(text, encoding="utf-8")


def one(rows, **wanted):
    """The one row that has these values."""
    [found] = [row for row in rows if all(row.get(name) == wanted[name] for name in wanted)]
    return found


def plant(study):
    """A correction, a late entry, a deletion, a new scan and a new patient, on five patients."""
    one(study["patients"], patient_id="P002")["sex"] = "female"
    late = one(study["adverse_events"], ae_id="AE1") | {"ae_id": "AE9", "patient_id": "P003"}
    study["adverse_events"].append(late | {"onset_date": "2023-03-01", "resolution_date": ""})
    study["adverse_events"][-1]["outcome"] = "ongoing"
    study["adverse_events"].remove(one(study["adverse_events"], ae_id="AE6"))
    scan = one(study["tumour_responses"], patient_id="P005", visit="week_32")
    scan |= {"overall_response": "PD", "new_lesion": "Y"}
    lesion = one(study["tumour_lesions"], patient_id="P005", visit="week_32")
    new_lesion = {"lesion_id": "L9", "lesion_role": "new", "organ": "bone", "diameter_mm": ""}
    study["tumour_lesions"].append(lesion | new_lesion | {"status": "unequivocal"})
    enrolled = {"patient_id": "P007", "sex": "male", "consent_date": "2023-11-02"}
    fourth = one(study["patients"], patient_id="P004")
    study["patients"].append(fourth | enrolled | {"enrolment_date": "2023-11-03"})


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root = with_plan(tmp_path_factory.mktemp("planted") / "study")
    write_cut(root, "DC01", "2023-10-15", "null")
    write_cut(root, "DC02", "2023-11-30", "DC01", "{response: {min_sd_days: 56}}")
    write_extracts(root / "data" / "raw" / "DC01", tiny_study())
    planted = {name: [dict(row) for row in rows] for name, rows in tiny_study().items()}
    plant(planted)
    write_extracts(root / "data" / "raw" / "DC02", planted)
    return root


@pytest.fixture(scope="module")
def changes(root):
    return changes_between(root, "DC01", "DC02", outputs=OUTPUTS)


RECORDS = table(
    """
    | table            | key                                | change  | column           | old  | new    | part      |
    | ---------------- | ---------------------------------- | ------- | ---------------- | ---- | ------ | --------- |
    | patients         | P002                               | changed | sex              | male | female | corrected |
    | patients         | P007                               | new     |                  |      |        |           |
    | tumour_lesions   | P005/2023-11-14/L9/investigator | new     |                  |      |        |           |
    | tumour_responses | P005/2023-11-14/investigator | changed | new_lesion       | N    | Y      |           |
    | tumour_responses | P005/2023-11-14/investigator | changed | overall_response | CR   | PD     |           |
    | adverse_events   | AE6/1                             | deleted |                  |      |        | deleted   |
    | adverse_events   | AE9/1                             | new     |                  |      |        | late      |
    """
)


def test_every_planted_record_is_found_and_nothing_else(changes):
    columns = list(RECORDS[0])
    found = changes.records[columns].to_dict("records")
    wanted = [{name: (value or "") for name, value in row.items()} for row in RECORDS]
    for row in wanted:
        row["key"] = row["key"].replace("/", "|")
    assert found == wanted


MOVERS = table(
    """
    | USUBJID | variable   | new                           | cause        | source_file          |
    | ------- | ---------- | ----------------------------- | ------------ | -------------------- |
    | P002    | BOR        | NE                            | rules        | tumour_responses.csv |
    | P005    | PFS status | event: Progression: new lesion | follow_up    | tumour_responses.csv |
    | P007    | ENRLFL     | Y                             | new_patients | patients.csv         |
    """
)


@pytest.mark.parametrize("case", MOVERS, ids=lambda case: f"{case['USUBJID']} {case['variable']}")
def test_who_moved_is_put_to_the_cause_and_the_row(changes, root, case):
    rows = changes.movers.to_dict("records")
    row = one(rows, USUBJID=case["USUBJID"], variable=case["variable"])
    assert {name: row[name] for name in case} == case
    lines = (root / "data/raw/DC02" / row["source_file"]).read_text().splitlines()
    assert case["USUBJID"] in lines[int(row["source_line"]) - 1]


def test_nobody_else_moved_but_by_time(changes):
    """The same extracts otherwise: what else moved did so because the cutoff did."""
    planted = {(case["USUBJID"], case["variable"]) for case in MOVERS}
    others = changes.movers[
        [
            pair not in planted
            for pair in zip(changes.movers["USUBJID"], changes.movers["variable"], strict=True)
        ]
    ]
    assert set(others["cause"]) <= {"follow_up", "rules"}
    assert set(others.loc[others["cause"].eq("rules"), "USUBJID"]) <= {"P002"}


NUMBERS = table(
    """
    | output_id | group | parameter                | category | stat_name | rule_change | corrections | follow_up | new_patients |
    | --------- | ----- | ------------------------ | -------- | --------- | ----------- | ----------- | --------- | ------------ |
    | T14.1.3   | All   | Sex                      | female   | n         | 0           | 1           | 0         | 0            |
    | T14.1.3   | All   | Sex                      | male     | n         | 0           | -1          | 0         | 1            |
    | T14.1.2   |       | ENRLFL                   | Enrolled | n         | 0           | 0           | 0         | 1            |
    | T14.2.4.1 | All   | Events                   |          | n         | 0           | 0           | 1         | 0            |
    """
)


@pytest.mark.parametrize(
    "case", NUMBERS, ids=lambda case: f"{case['output_id']} {case['parameter']}"
)
def test_a_number_moves_by_what_was_planted(changes, case):
    names = ("output_id", "group", "parameter", "category", "stat_name")
    frame = changes.estimates
    for name in names:
        frame = frame[frame[name].eq(case[name] or "")]
    frame = frame[~frame["analysis_id"].isin(["TRTFL"])]
    [row] = frame.to_dict("records")
    for part in ("rule_change", "corrections", "follow_up", "new_patients"):
        assert row[part] == case[part], (part, row)


def test_the_rule_moves_disease_control_and_only_the_rule(changes):
    frame = changes.estimates
    moved = frame[frame["rule_change"].ne("") & frame["rule_change"].ne("0")]
    assert set(moved["output_id"]) == {"T14.2.3.1"}
    disease = moved[moved["parameter"].eq("Disease control") & moved["stat_name"].eq("n")]
    assert set(disease["rule_change"]) == {"-1"}
    assert set(disease["parameter_change"]) == {"-1"}
    assert set(disease["code_change"]) == {"0"}


def test_deleted_and_late_events_are_corrections(changes):
    frame = changes.estimates
    events = frame[frame["output_id"].eq("T14.3.1.1") & frame["stat_name"].eq("n_events")]
    moved = events[events["corrections"].ne("") & events["corrections"].ne("0")]
    assert len(moved)
    assert set(events["follow_up"]) <= {"", "0"}


def test_every_key_has_parts_that_sum_or_a_chain(changes):
    parts = ("rule_change", "corrections", "follow_up", "new_patients")
    for row in changes.estimates.to_dict("records"):
        if row["delta"]:
            total = sum((Decimal(row[part]) for part in parts if row[part]), Decimal(0))
            assert total == Decimal(row["delta"]) == Decimal(row["new"]) - Decimal(row["old"])
        else:
            assert row["chain"]


def test_the_range_over_other_orders_is_there_for_a_changed_rule(changes):
    assert len(changes.shares)
    control = changes.shares[changes.shares["parameter"].eq("Disease control")]
    low, high = control.iloc[0][["smallest", "largest"]].map(Decimal)
    assert low <= high < 0
    assert any("knows more than was known then" in note for note in changes.notes)


def test_the_other_way_round_is_refused_and_nothing_is_written(root):
    with pytest.raises(Exception, match="DC02 has clinical_cutoff 2023-11-30, DC01 has 2023-10-15"):
        compare_and_write(root, "DC02", "DC01", tell=lambda text: None)
    assert not (root / "reports" / "DC01").exists()


def undo(study):
    """A death that disappears, a progression that moves later, a patient who is gone."""
    for rows in study.values():
        rows[:] = [row for row in rows if row["patient_id"] != "P006"]
    study["disposition"].remove(one(study["disposition"], patient_id="P002", event="death"))
    study["ecog"] = [row for row in study["ecog"] if row["ecog"] != "5"]
    one(study["adverse_events"], ae_id="AE4").update(
        {"grade": "4", "serious_criterion": "hospitalisation", "outcome": "resolved"}
    )
    for row in study["treatments"]:
        row["stop_reason"] = row["stop_reason"].replace("death", "other")
    for name in ("tumour_responses", "tumour_lesions"):
        for row in study[name]:
            if row["patient_id"] == "P001" and row["assessment_date"] == "2023-09-13":
                row["assessment_date"] = "2023-10-04"
    for number, row in enumerate(study["patients"]):
        row["source_subject_id"] = f"X{number}"


@pytest.fixture(scope="module")
def undone(tmp_path_factory):
    """A later cut that takes back what was known, and whose rules require a column of today."""
    study = with_plan(tmp_path_factory.mktemp("undone") / "study")
    required = "{extracts: {required_since: {patients.source_subject_id: DC02}}}"
    write_cut(study, "DC01", "2023-10-15", "null")
    write_cut(study, "DC02", "2023-11-30", "DC01", required)
    earlier = study / "data" / "raw" / "DC01"
    write_extracts(earlier, tiny_study())
    cells = [line.split(",") for line in (earlier / "patients.csv").read_text().splitlines()]
    place = cells[0].index("source_subject_id")
    kept = [",".join(line[:place] + line[place + 1 :]) for line in cells]
    (earlier / "patients.csv").write_text("\n".join(kept) + "\n")
    later = {name: [dict(row) for row in rows] for name, rows in tiny_study().items()}
    undo(later)
    write_extracts(study / "data" / "raw" / "DC02", later)
    return changes_between(study, "DC01", "DC02", outputs=("T14.1.2",))


INVARIANTS = table(
    """
    | what happened since              | said                                                        |
    | -------------------------------- | ----------------------------------------------------------- |
    | P006 is gone                     | Fewer enrolled: 6 by the earlier cutoff, now 5; no longer there: P006. |
    | the death of P002 is gone        | P002: a death that the earlier extract had has disappeared. |
    | the progression of P001 is later | P001: the progression of 2023-09-13 moved later, to 2023-10-04. |
    """
)


def test_what_must_not_happen_between_cuts_is_a_finding(undone):
    assert list(undone.findings) == [case["said"] for case in INVARIANTS]


def test_a_rule_alone_raises_no_finding(changes):
    assert changes.findings == ()


def test_extracts_that_the_new_rules_cannot_read_leave_a_part_not_separable(undone):
    assert any("cannot be read under the rules of DC02" in note for note in undone.notes)
    rows = undone.estimates.to_dict("records")
    enrolled = one(rows, parameter="ENRLFL", stat_name="n", category="Enrolled")
    assert (enrolled["old"], enrolled["new"], enrolled["corrections"]) == ("6", "5", "-1")
    assert enrolled["parameter_change"] == ""
    assert enrolled["chain"].endswith("; parameters: not separable")


def test_rows_in_another_order_are_the_same_rows(tmp_path):
    write_extracts(tmp_path / "one", tiny_study())
    turned = {name: list(reversed(rows)) for name, rows in tiny_study().items()}
    write_extracts(tmp_path / "two", turned)
    (old, _), (new, _) = (read_extracts(tmp_path / name) for name in ("one", "two"))
    assert record_changes(old, new, pd.Timestamp("2023-10-15")).empty
