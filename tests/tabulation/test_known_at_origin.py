"""Nobody is grouped by the future: groups and sets are compared with the origin of each time."""

from __future__ import annotations

import ast
from pathlib import Path

import pandas as pd
import pytest

import analysis.outputs
from analysis.tabulation.known_at_origin import FutureError, Grouping, followed, of_adsl
from tests.study_folder import PROJECT
from tests.tables import plan_rules, table

OUTPUTS = Path(analysis.outputs.__file__).parent
RULES = plan_rules()

# Days of one patient. Enrolment is day 0, review 20, first dose 30, first guided dose 90.
DAYS = {
    "CONSDT": -10, "ENRLDT": 0, "ECOGBLDT": 28, "BIOPDT": 3, "NGSDT": 15, "MTBFDT": 18, "MTBDT": 20,
    "ACTDT": 15, "RECTGDT": 20, "TRTSDT": 30, "RSPBLDT": 25, "EVALDT": 80, "GUIDDT": 90,
    "TFAILDT": 150, "SEQ2DT": 160, "MTB2DT": 170, "ACT2DT": 160, "GUID2DT": 180, "PROFDT": 40,
    "DTHDT": 300, "WITHDT": None, "LOSTDT": None, "COMPDT": None, "EOSDT": 300, "DCUTDT": 400,
}  # fmt: skip
ORIGINS = {"PFS": 30, "OS": 30, "OSENR": 0, "PFSENR": 0, "OSMTB": 20, "PFSMTB": 20, "PFSG": 90}


def day(number):
    return pd.NaT if number is None else pd.Timestamp("2022-01-01") + pd.Timedelta(days=number)


def data(**days):
    """One patient, P1, of every set, with some of the days changed."""
    flags = dict.fromkeys(("ENRLFL", "MTBFL", "TRTFL", "GUIDFL", "RECTGFL", "PROFL", "EVALFL"), "Y")
    dates = {name: day(number) for name, number in (DAYS | days).items()}
    adsl = pd.DataFrame([{"USUBJID": "P1", **flags, **dates, "TRTGRP1": "TG"}])
    rows = [{"USUBJID": "P1", "PARAMCD": p, "STARTDT": day(d)} for p, d in ORIGINS.items()]
    return {"adsl": adsl, "adtte": pd.DataFrame(rows)}


# What is asked for, and the set or grouping that was not known yet.
ASKED = table(
    """
    | parameter | set    | by       | refused  |
    | OSENR     | ENRLFL |          |          |
    | PFSENR    | ENRLFL |          |          |
    | OSENR     | ENRLFL | TUMGRP   |          |
    | OSENR     | ENRLFL | AGEGR1   |          |
    | OSENR     | ENRLFL | TRTGRP1  | TRTGRP1  |
    | PFSENR    | ENRLFL | TRTGRP1  | TRTGRP1  |
    | PFSENR    | ENRLFL | RECGRP   | RECGRP   |
    | OSENR     | ENRLFL | ECOGBL   | ECOGBL   |
    | OSENR     | TRTFL  |          | TRTFL    |
    | OSENR     | MTBFL  |          | MTBFL    |
    | OSMTB     | MTBFL  |          |          |
    | PFSMTB    | MTBFL  | RECGRP   |          |
    | PFSMTB    | MTBFL  | ACTFL    |          |
    | PFSMTB    | MTBFL  | TRTGRP1  | TRTGRP1  |
    | PFSMTB    | MTBFL  | ECOGBL   | ECOGBL   |
    | PFSMTB    | GUIDFL |          | GUIDFL   |
    | PFS       | TRTFL  | TRTGRP1  |          |
    | PFS       | TRTFL  | ECOGBL   |          |
    | PFS       | TRTFL  | RSPEVLFL |          |
    | PFS       | TRTFL  | EVALFL   | EVALFL   |
    | OS        | TRTFL  | GUIDFL   | GUIDFL   |
    | OS        | PROFL  |          | PROFL    |
    | OS        | TRTFL  | DTHCAUS  | DTHCAUS  |
    | PFSG      | GUIDFL | TRTGRP1  |          |
    | PFSG      | GUIDFL | PFS1     |          |
    | PFSG      | GUIDFL | TFAILFL  | TFAILFL  |
    """
)


@pytest.mark.parametrize("case", ASKED, ids=lambda c: f"{c['parameter']} {c['set']} {c['by']}")
def test_what_is_not_known_at_the_origin_is_refused_with_both_named(case):
    if not case["refused"]:
        rows = followed(data(), RULES, case["parameter"], case["set"], case["by"])
        assert rows["PARAMCD"].tolist() == [case["parameter"]]
        return
    with pytest.raises(FutureError) as caught:
        followed(data(), RULES, case["parameter"], case["set"], case["by"])
    assert str(caught.value).startswith(f"{case['parameter']} cannot be grouped or chosen by")
    assert f"by {case['refused']}," in str(caught.value)
    assert caught.value.patients == ("P1",)


def test_the_day_itself_is_not_later_and_the_next_one_is():
    assert len(followed(data(MTBFDT=20), RULES, "OSMTB", "MTBFL")) == 1
    with pytest.raises(FutureError, match="MTBFL"):
        followed(data(MTBFDT=21), RULES, "OSMTB", "MTBFL")


def test_a_day_that_is_missing_is_not_known():
    with pytest.raises(FutureError, match="ECOGBL"):
        followed(data(ECOGBLDT=None), RULES, "PFS", "TRTFL", "ECOGBL")


def test_of_several_days_the_last_one_counts_and_all_must_be_there():
    """RSPEVLFL is known at the first dose and the baseline scan, whichever is later."""
    for days, known in (({}, 30), ({"RSPBLDT": 35}, 35), ({"RSPBLDT": None}, None)):
        found = of_adsl(data(**days)["adsl"], "RSPEVLFL").known["P1"]
        assert found == day(known) or (known is None and pd.isna(found))


def test_a_grouping_of_its_own():
    """A landmark: best response by Week 16 is known on day 112, not before."""
    for number, refused in ((30, False), (31, True)):
        by = Grouping("best response", pd.Series([day(number)], index=["P1"]))
        if refused:
            with pytest.raises(FutureError, match="by best response"):
                followed(data(), RULES, "OS", "TRTFL", by)
        else:
            assert len(followed(data(), RULES, "OS", "TRTFL", by)) == 1


def test_one_patient_is_enough_and_only_those_concerned_are_named():
    both = data()
    second = {name: frame.assign(USUBJID="P2") for name, frame in data(MTBFDT=30).items()}
    both = {name: pd.concat([both[name], second[name]], ignore_index=True) for name in both}
    with pytest.raises(FutureError) as caught:
        followed(both, RULES, "OSMTB", "MTBFL")
    assert caught.value.patients == ("P2",)


def test_what_is_declared_passes_for_the_untreated_only():
    exceptions = [
        {
            "parameters": ["OSENR"], "of": "TRTGRP1", "untreated_only": True,
            "outputs": ["T14.1.1"], "note": "Conditions on the future.",
        }
    ]  # fmt: skip
    rules = plan_rules(known_at_origin={"exceptions": exceptions})
    assert len(followed(data(TRTSDT=None), rules, "OSENR", "ENRLFL", "TRTGRP1")) == 1
    for of, parameter in (("ENRLFL", "OSENR"), ("ENRLFL", "PFSENR")):
        with pytest.raises(FutureError, match="TRTGRP1"):
            followed(data(), rules, parameter, of, "TRTGRP1")


def test_a_column_without_a_declared_day_is_no_grouping():
    with pytest.raises(ValueError, match="does not declare"):
        of_adsl(data()["adsl"], "TRTSDT")


# Who reads times to event without a group: lists of patients, a row each.
LISTINGS = {"listings.py", "safety_listings.py"}


@pytest.mark.parametrize("path", sorted(OUTPUTS.glob("*.py")), ids=lambda path: path.name)
def test_every_output_takes_its_times_through_the_guard(path):
    """No module but the guard reads ``data["adtte"]``, except to list patients or to name a set."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    used = [
        node for node in ast.walk(tree) if isinstance(node, ast.Constant) and node.value == "adtte"
    ]
    allowed = {"known_at_origin.py": 1, "response_sensitivity.py": 2} | dict.fromkeys(LISTINGS, 1)
    assert len(used) <= allowed.get(path.name, 0)


def test_every_exception_is_said_under_its_outputs(shipped_outputs):
    collector, _, _ = shipped_outputs("DC04")
    exceptions = collector.rules.known_at_origin.exceptions
    assert {name for each in exceptions for name in each.parameters} >= {"DOR", "TTR", "TTDPF"}
    for each in exceptions:
        assert each.note.startswith("Conditions on the future")
        for output_id in each.outputs:
            assert each.note in collector.sap.output(output_id).footnotes


def test_nobody_has_a_group_at_enrolment_nor_at_the_review(shipped_outputs):
    _, numbers, _ = shipped_outputs("DC04")
    grid = numbers[numbers["output_id"].eq("T14.2.4.3")]
    groups = grid.groupby(grid["analysis_id"].str.split(",").str[0])["group"].unique()
    for paramcd, of in groups.items():
        if paramcd.startswith(("OSENR", "PFSENR")):
            assert set(of) == {"All"}, paramcd
        elif paramcd.startswith(("OSMTB", "PFSMTB")):
            assert not {"TG", "TN", "OT"} & set(of), paramcd


def test_the_plan_names_outputs_that_it_has():
    from analysis.sap import read_study

    study = read_study(PROJECT, "DC04")
    planned = {output.id for output in study.sap.outputs}
    for each in study.rules.known_at_origin.exceptions:
        assert set(each.outputs) <= planned
