"""All published response cases, through the functions that build the datasets.

The adapters only turn a case's JSON into the frames that a registry would send.
"""

import csv
import json
from pathlib import Path

import pandas as pd
import pytest

from analysis.endpoints.assessments import effective_responses
from analysis.endpoints.best_overall_response import derive_bor, derive_cbor
from analysis.endpoints.clinical_benefit import derive_clinical_benefit
from analysis.endpoints.confirmed_response import derive_crsp
from analysis.endpoints.lesions import baseline_target_violations, read_lesions
from analysis.endpoints.non_target_response import derive_non_target_response
from analysis.endpoints.objective_response import derive_rsp
from analysis.endpoints.overall_response import derive_timepoint_responses, overall_response
from analysis.endpoints.target_response import derive_target_response

CASES = Path(__file__).resolve().parents[1] / "reference" / "recist" / "cases.csv"
DAY_1 = pd.Timestamp("2024-01-01")
ANCHOR = pd.Series([DAY_1], index=["P1"])

# What a source does where its case says nothing (PROVENANCE.md).
SILENT = {"cr_then_lesser": "as_recorded", "reappearance_after_cr_is_pd": False}
RECIST_KEYS = {
    "too_small_mm": "too_small_mm",
    "max_total": "max_targets",
    "max_per_organ": "max_targets_per_organ",
    "min_mm": "measurable_mm",
    "min_node_mm": "measurable_node_mm",
}
ARGUMENTS = ("stop_after_first_pd", "benefit_values", "endpoint")


def read_cases():
    with CASES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        (r["case_id"], r["kind"], json.loads(r["inputs"]), json.loads(r["expected"])) for r in rows
    ]


ALL = read_cases()


def of_kind(*kinds):
    chosen = [case for case in ALL if case[1] in kinds]
    return pytest.mark.parametrize(
        ("kind", "inputs", "expected"), [c[1:] for c in chosen], ids=[c[0] for c in chosen]
    )


@pytest.fixture
def rules_of(rules_with):
    def rules_of_case(inputs):
        given = inputs["parameters"]
        recist = {RECIST_KEYS[k]: v for k, v in given.items() if k in RECIST_KEYS}
        response = {k: v for k, v in given.items() if k not in (*RECIST_KEYS, *ARGUMENTS)}
        return rules_with(response={**SILENT, **response}, recist=recist)

    return rules_of_case


def visit_dates(number):
    return pd.date_range(DAY_1 + pd.Timedelta(days=28), periods=number, freq="28D")


def options(inputs):
    return {
        "stop_after_first_pd": inputs["parameters"]["stop_after_first_pd"],
        "pass_through": ("ND", "NA"),
    }


def assessments_frame(inputs):
    rows = inputs["assessments"]
    return pd.DataFrame(
        {
            "USUBJID": pd.Series(["P1"] * len(rows), dtype=object),
            "ADT": pd.to_datetime([r["date"] for r in rows]),
            "AVALC": pd.Series([r["response"] for r in rows], dtype=object),
        }
    )


def reference_frame(inputs):
    return pd.DataFrame(
        {
            "USUBJID": ["P1"],
            "STARTDT": pd.to_datetime([inputs["reference_date"]]),
            "NACTDT": pd.to_datetime([inputs.get("new_therapy_date")]),
            "ENDDT": pd.to_datetime([None]),
        }
    )


def sums_frame(baseline_sum, sums, dates):
    return pd.DataFrame(
        {"USUBJID": "P1", "ADT": dates, "AVAL": [float(s) for s in sums], "BASE": baseline_sum}
    )


def lesions_frame(inputs):
    """Raw lesion rows: the short axis of nodes, the longest diameter of others."""
    dates = iter(visit_dates(len(inputs["visits"])))
    rows = []
    for visit in inputs["visits"]:
        date = DAY_1 if visit["baseline"] else next(dates)
        for lesion in inputs["lesions"]:
            if lesion["id"] in visit["results"]:
                rows.append(lesion_row(lesion, visit["results"][lesion["id"]], date))
    return pd.DataFrame(rows)


def lesion_row(lesion, result, date):
    diameter = result.get("LPERP" if lesion["nodal"] else "LDIAM")
    stated = result.get("status") or result.get("TUMSTATE")
    states = {"TOO SMALL TO MEASURE": "too_small", None: "absent" if diameter == 0 else "measured"}
    return {
        "patient_id": "P1",
        "assessment_date": date,
        "scan_date": pd.NaT,
        "lesion_id": lesion["id"],
        "lesion_role": lesion["role"].lower().replace("-", "_"),
        "organ": lesion["organ"],
        "nodal": "Y" if lesion["nodal"] else "N",
        "diameter_mm": float("nan") if diameter is None else float(diameter),
        "status": states.get(stated, (stated or "").lower().replace(" ", "_")),
        "method": "ct",
    }


def check_row(rows, expected, key="response"):
    assert len(rows) == 1
    row = rows.iloc[0]
    assert row["AVALC"] == expected[key]
    if expected.get("date", "not given") is None:
        assert pd.isna(row["ADT"])
    elif "date" in expected:
        assert row["ADT"] == pd.Timestamp(expected["date"])


def test_the_file_holds_221_cases_and_no_other_kind():
    assert len(ALL) == 221
    assert {case[1] for case in ALL} == {
        "target_response",
        "timepoint_response",
        "bor_confirmed",
        "bor_unconfirmed",
        "confirmed_response",
        "clinical_benefit",
    }


@of_kind("target_response")
def test_target_response(kind, inputs, expected, rules_of):
    if inputs.get("check") == "baseline_targets":
        check_baseline_targets(inputs, expected, rules_of(inputs))
    elif "sums" in inputs:
        sums = sums_frame(inputs["baseline_sum"], inputs["sums"], visit_dates(len(inputs["sums"])))
        rows = derive_target_response(sums, rules_of(inputs))
        assert rows["AVALC"].tolist() == expected["responses"]
    else:
        check_visits(inputs, expected, rules_of(inputs), "TRGRESP")


def check_visits(inputs, expected, rules, column):
    lesions = read_lesions(lesions_frame(inputs), rules)
    rows = derive_timepoint_responses(lesions, ANCHOR, rules)
    assert rows[column].tolist() == [visit["response"] for visit in expected["responses"]]


def check_baseline_targets(inputs, expected, rules):
    raw = pd.DataFrame(
        [
            lesion_row(
                {"id": f"T{i}", "nodal": t["nodal"], "role": "TARGET", "organ": t["organ"]},
                {"LPERP": t["mm"], "LDIAM": t["mm"]},
                DAY_1,
            )
            for i, t in enumerate(inputs["targets"])
        ]
    )
    lesions = read_lesions(raw, rules)
    found = baseline_target_violations(lesions, rules)
    assert sorted(found["VIOLATION"].unique()) == sorted(expected["violations"])
    assert found.empty == expected["valid"]
    if "baseline_sum" in expected:
        assert lesions["DIAM"].sum() == 1000 * expected["baseline_sum"]


@of_kind("timepoint_response")
def test_timepoint_response(kind, inputs, expected, rules_of):
    rules = rules_of({**inputs, "parameters": dict(inputs["parameters"])})
    if "lesions" in inputs:
        check_visits(inputs, expected, rules, "AVALC")
    elif "visits" in inputs:
        check_equivocal_new_lesion(inputs, expected, rules)
    elif "nontarget_lesions" in inputs:
        check_tumour_marker(inputs, expected, rules)
    else:
        components = pd.DataFrame([component_row(inputs, "NY"[inputs["new_lesion"]])])
        assert overall_response(components).tolist() == [expected["response"]]


def component_row(visit, new_lesion):
    none = {"NONE_AT_BASELINE": "NA"}
    return {
        "TRGRESP": none.get(visit["target"], visit["target"]),
        "NTGRESP": none.get(visit["nontarget"], visit["nontarget"]),
        "NEWLES": new_lesion,
    }


def new_lesion_row(status, date):
    lesion = {"id": "N1", "nodal": False, "role": "NEW", "organ": "LIVER"}
    return lesion_row(lesion, {"status": status}, date)


def check_equivocal_new_lesion(inputs, expected, rules):
    target = {"id": "T1", "nodal": False, "role": "TARGET", "organ": "LUNG"}
    seen = [lesion_row(target, {"LDIAM": 20}, pd.Timestamp(v["date"])) for v in inputs["visits"]]
    seen += [
        new_lesion_row(v["new_lesion"], pd.Timestamp(v["date"]))
        for v in inputs["visits"]
        if v["new_lesion"] != "NONE"
    ]
    lesions = read_lesions(pd.DataFrame(seen), rules)
    new = derive_timepoint_responses(lesions, ANCHOR, rules)
    components = pd.DataFrame(
        [
            component_row(v, answer)
            for v, answer in zip(inputs["visits"], new["NEWLES"], strict=True)
        ]
    )
    overall = overall_response(components)
    first_pd = new["ADT"][overall.eq("PD")].min()
    assert (None if pd.isna(first_pd) else first_pd) == expected["first_pd_date"]


def check_tumour_marker(inputs, expected, rules):
    later = DAY_1 + pd.Timedelta(days=28)
    rows = []
    for i, state in enumerate(inputs["nontarget_lesions"]):
        lesion = {"id": f"NT{i}", "nodal": False, "role": "NON-TARGET", "organ": "BONE"}
        rows.append(lesion_row(lesion, {"TUMSTATE": "PRESENT"}, DAY_1))
        rows.append(lesion_row(lesion, {"TUMSTATE": state}, later))
    assert inputs["tumour_marker_above_uln"]
    raised = pd.DataFrame({"USUBJID": ["P1"], "ADT": [later]})
    lesions = read_lesions(pd.DataFrame(rows), rules)
    non_target = derive_non_target_response(lesions, ANCHOR, rules, raised)
    assert non_target["AVALC"].iloc[-1] == expected["nontarget"]
    overall = derive_timepoint_responses(lesions, ANCHOR, rules, raised)
    assert overall["AVALC"].tolist() == [expected["response"]]


@of_kind("bor_confirmed")
def test_confirmed_best_overall_response(kind, inputs, expected, rules_of):
    rules = rules_of(inputs)
    if "baseline_sum" in inputs:
        dates = pd.to_datetime([v["date"] for v in inputs["visits"]])
        sums = sums_frame(inputs["baseline_sum"], [v["sum"] for v in inputs["visits"]], dates)
        assessments = derive_target_response(sums, rules)
    else:
        assessments = assessments_frame(inputs)
        check_first_pd(inputs, assessments, rules)
    rows = derive_cbor(assessments, reference_frame(inputs), rules, **options(inputs))
    check_row(rows, expected)


def check_first_pd(inputs, assessments, rules):
    """Where the source stops is where we stop: the case's date is not an input of ours."""
    if inputs["parameters"]["stop_after_first_pd"] and inputs["first_pd_date"]:
        known = assessments[assessments["AVALC"].isin(["CR", "PR", "SD", "PD", "NE"])]
        counted = effective_responses(known, rules)
        first = counted.loc[counted["AVALC"].eq("PD"), "ADT"].min()
        assert first == pd.Timestamp(inputs["first_pd_date"])


@of_kind("bor_unconfirmed")
def test_best_overall_response(kind, inputs, expected, rules_of):
    if inputs["parameters"].get("endpoint") == "objective_response":
        derive, key = derive_rsp, "objective_response"
    else:
        derive, key = derive_bor, "response"
    rows = derive(
        assessments_frame(inputs), reference_frame(inputs), rules_of(inputs), **options(inputs)
    )
    check_row(rows, expected, key)


@of_kind("confirmed_response")
def test_confirmed_response(kind, inputs, expected, rules_of):
    rows = derive_crsp(
        assessments_frame(inputs), reference_frame(inputs), rules_of(inputs), **options(inputs)
    )
    check_row(rows, expected)


@of_kind("clinical_benefit")
def test_clinical_benefit(kind, inputs, expected, rules_of):
    response = pd.DataFrame(
        {
            "USUBJID": ["P1"],
            "AVALC": ["Y" if inputs["response_date"] else "N"],
            "ADT": pd.to_datetime([inputs["response_date"]]),
        }
    )
    rows = derive_clinical_benefit(
        assessments_frame(inputs),
        reference_frame(inputs),
        rules_of(inputs),
        response=response,
        from_days=inputs["parameters"]["min_sd_days"],
        benefit_values=tuple(inputs["parameters"]["benefit_values"]),
        **options(inputs),
    )
    check_row(rows, expected)
