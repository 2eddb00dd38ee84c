"""ADRS: what was recorded, what the lesions say, and what follows for each patient."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.datasets.adrs import build_adrs, progressions
from analysis.endpoints.response_sets import response_sets
from analysis.params import read_rules
from analysis.yaml_source import read_yaml
from tests.tables import table

# ruff: noqa: E501 - a table reads best with a row on a line

STUDY = Path(__file__).resolve().parents[2]
START = pd.Timestamp("2022-03-01")
PATIENT_LEVEL = ["BOR", "CBOR", "RSP", "CRSP", "DCR", "CBR16", "CBR6M", "PD"]


def on_day(day):
    return START + pd.Timedelta(days=day if day < 0 else day - 1)


# Investigator unless said: patient, day, overall, target, non-target, new, assessor.
RESPONSES = [
    ("P001", -10, "NE", "NA", "NA", "N", "investigator"),
    ("P001", 57, "PR", "PR", "NA", "N", "investigator"),
    ("P001", 57, "SD", "SD", "NA", "N", "central"),
    ("P001", 85, "PR", "PR", "NA", "N", "investigator"),
    ("P001", 113, "PR", "PR", "NA", "N", "investigator"),
    ("P001", 169, "PD", "SD", "NA", "Y", "investigator"),
    ("P002", 57, "CR", "CR", "NA", "N", "investigator"),
    ("P002", 113, "SD", "SD", "NA", "N", "investigator"),
    ("P003", 57, "SD", "SD", "NA", "N", "investigator"),
    ("P005", 57, "PD", "PD", "NA", "N", "investigator"),
    ("P005", 20, "PD", "PD", "NA", "N", "investigator"),
    ("P006", 57, "PD", "PD", "NA", "N", "investigator"),
    ("P006", 113, "PR", "PR", "NA", "N", "investigator"),
    ("P006", 169, "PR", "PR", "NA", "N", "investigator"),
]
# patient, day, lesion, role, status, mm, days from the assessment to the scan.
LESIONS = [
    ("P001", -10, "T1", "target", "measured", 30.0, None),
    ("P001", 57, "T1", "target", "measured", 20.0, None),
    ("P001", 85, "T1", "target", "measured", 20.0, None),
    ("P001", 113, "T1", "target", "measured", 20.0, None),
    ("P001", 113, "N1", "new", "equivocal", np.nan, 2),
    ("P001", 169, "T1", "target", "measured", 22.0, None),
    ("P001", 169, "N1", "new", "unequivocal", np.nan, 1),
    ("P002", -10, "T1", "target", "measured", 30.0, None),
    ("P002", 57, "T1", "target", "absent", np.nan, None),
    ("P002", 113, "T1", "target", "measured", 4.0, None),
    ("P006", -10, "T1", "target", "measured", 20.0, None),
    ("P006", 57, "T1", "target", "measured", 40.0, 3),
    ("P006", 113, "T1", "target", "measured", 26.0, None),
    ("P006", 169, "T1", "target", "measured", 26.0, None),
]


@pytest.fixture(scope="module")
def rules():
    sap = read_yaml(STUDY / "params" / "sap.yaml")
    return read_rules(sap, {}, sap)


@pytest.fixture(scope="module")
def rules_with(rules):
    def change(**response):
        return rules.model_copy(update={"response": rules.response.model_copy(update=response)})

    return change


@pytest.fixture(scope="module")
def responses():
    names = (
        "patient_id day overall_response target_response non_target_response new_lesion assessor"
    )
    frame = pd.DataFrame(RESPONSES, columns=names.split())
    return frame.assign(
        assessment_date=[on_day(day) for day in frame["day"]],
        visit="unscheduled",
        line=np.arange(2, 2 + len(frame)),
    ).drop(columns="day")


@pytest.fixture(scope="module")
def lesions():
    names = "patient_id day lesion_id lesion_role status diameter_mm scan"
    frame = pd.DataFrame(LESIONS, columns=names.split())
    dates = pd.Series([on_day(day) for day in frame["day"]])
    return frame.assign(
        assessment_date=dates,
        scan_date=dates + pd.to_timedelta(frame["scan"], unit="D"),
        visit="unscheduled",
        organ="liver",
        nodal="N",
        method="ct",
        line=np.arange(2, 2 + len(frame)),
    ).drop(columns=["day", "scan"])


@pytest.fixture(scope="module")
def adsl():
    """P003 never treated, P004 treated and not assessed, P006 guided after a first regimen."""
    patients = [f"P{i:03d}" for i in range(1, 7)]
    adsl = pd.DataFrame({"USUBJID": patients, "TRTSDT": START, "EOFDT": on_day(395)})
    adsl["DCUTDT"] = on_day(300)
    for name in ("NACTDT", "GUIDDT", "NACTGDT", "BRIDGDT", "DTHDT"):
        adsl[name] = pd.Series(pd.NaT, index=adsl.index, dtype="datetime64[ns]")
    adsl.loc[adsl["USUBJID"].eq("P003"), "TRTSDT"] = pd.NaT
    adsl.loc[adsl["USUBJID"].eq("P001"), "GUIDDT"] = START
    adsl.loc[adsl["USUBJID"].eq("P006"), ["NACTDT", "GUIDDT"]] = on_day(70)
    adsl.loc[adsl["USUBJID"].eq("P006"), "BRIDGDT"] = START
    adsl["TRTFL"] = pd.Series("Y", adsl.index).where(adsl["TRTSDT"].notna(), None)
    adsl["GUIDFL"] = pd.Series("Y", adsl.index).where(adsl["GUIDDT"].notna(), None)
    return adsl


@pytest.fixture(scope="module")
def adrs(responses, lesions, adsl, rules):
    return build_adrs(responses, lesions, adsl, rules)


def value(adrs, patient, paramcd, column="AVALC"):
    rows = adrs[adrs["USUBJID"].eq(patient) & adrs["PARAMCD"].eq(paramcd)]
    assert len(rows) == 1
    return rows[column].iloc[0]


def by_visit(adrs, patient, paramcd, column="AVALC"):
    rows = adrs[adrs["USUBJID"].eq(patient) & adrs["PARAMCD"].eq(paramcd)]
    return rows[column].tolist()


def test_recorded_responses_stay_as_recorded(adrs):
    assert by_visit(adrs, "P001", "OVRINV") == ["NE", "PR", "PR", "PR", "PD"]
    assert by_visit(adrs, "P001", "OVRCEN") == ["SD"]
    assert by_visit(adrs, "P002", "OVRINV") == ["CR", "SD"]
    assert by_visit(adrs, "P001", "OVRINV", "SRCROW") == [2, 3, 5, 6, 7]
    assert set(adrs.loc[adrs["PARAMCD"].eq("OVRINV"), "SRCVAR"]) == {"overall_response"}


def test_responses_derived_from_the_lesions(adrs):
    """The equivocal lesion of day 113 was confirmed on day 169: progression from day 113."""
    assert by_visit(adrs, "P001", "TRGRESP") == ["PR", "PR", "PR", "SD"]
    assert by_visit(adrs, "P001", "NTGRESP") == ["NA", "NA", "NA", "NA"]
    assert by_visit(adrs, "P001", "NEWLES") == ["N", "N", "Y", "Y"]
    assert by_visit(adrs, "P001", "OVRDER") == ["PR", "PR", "PD", "PD"]
    assert by_visit(adrs, "P001", "TRGRESP", "AVALCCF") == ["PR", "PR", "PR", "PR"]
    assert by_visit(adrs, "P001", "OVRDER", "ADY") == [57, 85, 113, 169]
    # the first lesion of the assessment, or the one that progressed: line 6 is N1 on day 113
    assert by_visit(adrs, "P001", "OVRDER", "SRCROW") == [3, 4, 6, 8]


def test_visits(adrs):
    assert by_visit(adrs, "P001", "OVRINV", "AVISIT") == [
        "Baseline",
        "Week 8",
        "Week 16",
        "Week 16",
        "Week 24",
    ]
    for paramcd in ("OVRINV", "OVRDER", "NEWLES"):
        assert by_visit(adrs, "P001", paramcd, "ANL01FL")[-4:] == ["Y", None, "Y", "Y"]
    assert by_visit(adrs, "P005", "OVRINV", "AVISIT") == ["Unscheduled", "Week 8"]
    assert by_visit(adrs, "P005", "OVRINV", "ANL01FL") == ["Y", "Y"]


def test_the_record_analysed_is_the_one_that_the_table_reads(responses, lesions, adsl, rules):
    """NE on the target of Week 8 hides no SD two days later, recorded or from the lesions."""
    more = responses.iloc[[8, 8]].assign(
        patient_id="P004",
        assessment_date=[on_day(57), on_day(59)],
        overall_response=["NE", "SD"],
        line=[90, 91],
    )
    measured = lesions.iloc[[0, 0, 0]].assign(
        patient_id="P004",
        assessment_date=[on_day(day) for day in (-10, 57, 59)],
        status=["measured", "not_evaluable", "measured"],
        diameter_mm=[30.0, np.nan, 30.0],
        line=[90, 91, 92],
    )
    made = build_adrs(
        pd.concat([responses, more, more.assign(assessor="central", line=[92, 93])]),
        pd.concat([lesions, measured]),
        adsl,
        rules,
    )
    for paramcd in ("OVRINV", "OVRCEN", "OVRDER", "TRGRESP"):
        mine = made[made["USUBJID"].eq("P004") & made["PARAMCD"].eq(paramcd)]
        mine = mine[mine["AVISIT"].eq("Week 8")]
        assert mine["AVALC"].tolist() == ["NE", "SD"], paramcd
        assert mine["ANL01FL"].tolist() == [None, "Y"], paramcd


def test_one_row_per_treated_patient_and_parameter(adrs):
    for paramcd in PATIENT_LEVEL:
        patients = adrs.loc[adrs["PARAMCD"].eq(paramcd), "USUBJID"].tolist()
        assert patients == ["P001", "P002", "P004", "P005", "P006"]
    guided = adrs.loc[adrs["PARAMCD"].eq("CBORG"), "USUBJID"].tolist()
    assert guided == ["P001", "P006"]
    assert not adrs.duplicated(["USUBJID", "PARAMCD", "ADT"]).any()


def test_confirmed_response_and_its_source(adrs):
    assert value(adrs, "P001", "CBOR") == "PR"
    assert value(adrs, "P001", "CBOR", "ADY") == 57
    assert value(adrs, "P001", "CBOR", "CONFDT") == on_day(85)
    assert value(adrs, "P001", "CBOR", "ANLRSN") == "PR confirmed by a later PR or CR"
    assert value(adrs, "P001", "CBOR", "SRCROW") == 3
    assert value(adrs, "P001", "CBOR", "SRCFILE") == "tumour_responses.csv"
    assert [value(adrs, "P001", p) for p in ("RSP", "CRSP", "DCR", "CBR16", "CBR6M")] == ["Y"] * 5


def source_of(adrs, patient, paramcd):
    rows = adrs[adrs["USUBJID"].eq(patient) & adrs["PARAMCD"].eq(paramcd)]
    return tuple(rows[["SRCFILE", "SRCVAR", "SRCROW"]].iloc[0])


def test_progression_is_dated_by_the_first_scan_that_showed_it(adrs):
    """Its source is the row that holds the date: line 6 is N1 on day 113, scanned on day 115."""
    assert value(adrs, "P001", "PD") == "Y"
    assert value(adrs, "P001", "PD", "ADT") == on_day(113) + pd.Timedelta(days=2)
    assert value(adrs, "P001", "PD", "ASSDT") == on_day(113)
    assert value(adrs, "P001", "PD", "PDTYPE") == "new lesion"
    assert source_of(adrs, "P001", "PD") == ("tumour_lesions.csv", "scan_date", 6)
    assert source_of(adrs, "P006", "PD") == ("tumour_lesions.csv", "scan_date", 13)
    assert source_of(adrs, "P005", "PD") == ("tumour_responses.csv", "overall_response", 12)
    assert value(adrs, "P006", "PD", "ADT") == on_day(57) + pd.Timedelta(days=3)
    assert value(adrs, "P006", "PD", "PDTYPE") == "target PD"
    assert value(adrs, "P005", "PD", "ADT") == on_day(20)


def test_a_lesser_response_after_cr_acts_in_the_endpoints_only(adrs):
    assert by_visit(adrs, "P002", "OVRINV", "PDTYPE") == [None, "target PD"]
    assert value(adrs, "P002", "BOR") == "CR"
    assert value(adrs, "P002", "CBOR") == "SD"
    assert value(adrs, "P002", "PD") == "Y"


def test_a_lesser_response_after_cr_without_lesions_says_so(responses, lesions, adsl, rules):
    rows = build_adrs(responses, lesions.iloc[:0], adsl, rules)
    assert value(rows, "P002", "PD", "PDTYPE") == "lesser response after CR"
    words = by_visit(rows, "P002", "OVRINV", "ANLRSN")
    assert words[1].startswith("as recorded; counts as PD")


def test_nobody_disappears(adrs):
    assert value(adrs, "P004", "CBOR") == "MISSING"
    assert value(adrs, "P004", "CBOR", "ANLRSN") == "no assessment: never scanned"
    assert pd.isna(value(adrs, "P004", "CBOR", "ADT"))
    assert by_visit(adrs, "P003", "OVRINV") == ["SD"]
    assert by_visit(adrs, "P003", "OVRINV", "AVISIT") == ["Unscheduled"]


# Nobody is in the file of responses. Week 8 closes on day 84.
NOT_ASSESSED = table(
    """
    | cut | lesions  | death | why                                           | because                              |
    | 83  |          |       | no assessment: not due yet                    | Week 8 is still open                 |
    | 84  |          |       | no assessment: never scanned                  | it closed on the day of the cut      |
    | 83  |          | 20    | no assessment: not due yet                    | whatever happened before             |
    | 84  |          | 20    | no assessment: never scanned                  | the visit was due, death came before |
    | 300 | baseline |       | no assessment: never scanned                  | a scan before the first dose is none |
    | 300 | 57       |       | no assessment: scanned, no response recorded  | the lesions were measured            |
    | 83  | 57       |       | no assessment: scanned, no response recorded  | a scan that was done is first        |
    """
)


@pytest.mark.parametrize("case", NOT_ASSESSED, ids=lambda case: case["because"])
@pytest.mark.parametrize("missing_as_ne", [False, True])
def test_not_due_is_not_missing(case, missing_as_ne, responses, lesions, adsl, rules_with):
    """P004 is treated and was never assessed; P006 has guided therapy from day 70."""
    died = on_day(int(case["death"])) if case["death"] else pd.NaT
    adsl = adsl.assign(DCUTDT=on_day(int(case["cut"])), DTHDT=died)
    seen = lesions.iloc[:1].assign(patient_id="P004")
    if case["lesions"] == "57":
        seen = pd.concat([seen, seen.assign(assessment_date=on_day(57), line=99)])
    rules = rules_with(missing_as_ne=missing_as_ne)
    rows = build_adrs(
        responses.iloc[:0], seen if case["lesions"] else lesions.iloc[:0], adsl, rules
    )
    for paramcd in ("BOR", "CBOR"):
        assert value(rows, "P004", paramcd) == ("NE" if missing_as_ne else "MISSING")
        assert value(rows, "P004", paramcd, "ANLRSN") == case["why"]
    # Week 8 of guided therapy closes on day 153
    later = value(rows, "P006", "CBORG", "ANLRSN")
    assert later == f"no assessment: {'never scanned' if case['cut'] == '300' else 'not due yet'}"


def test_where_the_lesions_drive_a_record_alone_is_no_assessment(
    responses, adsl, rules_with, lesions
):
    rules = rules_with(source="derived")
    rows = build_adrs(responses, lesions.iloc[:0], adsl, rules)
    why = "no assessment: response recorded, no lesion row"
    assert value(rows, "P005", "CBOR", "ANLRSN") == why
    assert value(rows, "P004", "CBOR", "ANLRSN") == "no assessment: never scanned"


def test_guided_therapy_after_a_bridging_regimen_starts_anew(adrs):
    """PD on the bridge, then two PR on guided therapy: neither lost nor credited (SAP D9)."""
    assert value(adrs, "P006", "CBOR") == "PD"
    assert value(adrs, "P006", "CBORG") == "PR"
    assert value(adrs, "P006", "CBORG", "ADT") == on_day(113)


def test_the_lesions_can_drive(responses, lesions, adsl, rules_with):
    rows = build_adrs(responses, lesions, adsl, rules_with(source="derived"))
    assert value(rows, "P001", "CBOR") == "PR"
    assert value(rows, "P001", "PD", "ASSDT") == on_day(113)
    assert value(rows, "P001", "PD", "SRCROW") == 6
    assert source_of(rows, "P001", "CBOR") == ("tumour_lesions.csv", "status", 3)
    assert by_visit(rows, "P001", "OVRINV") == ["NE", "PR", "PR", "PR", "PD"]
    # the guided baseline is the scan of day 57, 40 mm: 26 mm is 35 % below it
    assert value(rows, "P006", "CBORG") == "PR"
    assert value(rows, "P005", "CBOR") == "MISSING"


def test_progressions_for_other_endpoints(adrs, rules):
    rows = progressions(adrs, rules)
    assert rows[["USUBJID", "ASSDT"]].to_numpy().tolist() == [
        ["P001", on_day(113)],
        ["P001", on_day(169)],
        ["P002", on_day(113)],
        ["P005", on_day(20)],
        ["P005", on_day(57)],
        ["P006", on_day(57)],
    ]


def test_response_sets(lesions, adrs, adsl, rules):
    sets = response_sets(lesions, adrs, adsl, rules).set_index("USUBJID")
    assert sets.index.tolist() == adsl["USUBJID"].tolist()
    assert sets.index[sets["RSPEVLFL"].eq("Y")].tolist() == ["P001", "P002", "P006"]
    assert sets.index[sets["EVALFL"].eq("Y")].tolist() == ["P001", "P002", "P006"]


def test_benefit_at_day_112_itself_stands_beside(adrs):
    assert value(adrs, "P001", "CBR16", "AVALC112") == "Y"
    assert adrs.loc[adrs["PARAMCD"].ne("CBR16"), "AVALC112"].isna().all()


def test_row_order_has_no_effect_and_inputs_stay(responses, lesions, adsl, rules, adrs):
    before = responses.copy(), lesions.copy(), adsl.copy()
    shuffled = [frame.sample(frac=1, random_state=4) for frame in (responses, lesions, adsl)]
    pd.testing.assert_frame_equal(adrs, build_adrs(*shuffled, rules))
    for frame, was in zip((responses, lesions, adsl), before, strict=True):
        pd.testing.assert_frame_equal(frame, was)


def test_empty_extracts(responses, lesions, adsl, rules, adrs):
    nothing = build_adrs(responses.iloc[:0], lesions.iloc[:0], adsl, rules)
    assert list(nothing) == list(adrs)
    assert set(nothing.loc[nothing["PARAMCD"].isin(["BOR", "CBOR"]), "AVALC"]) == {"MISSING"}
    assert set(nothing.loc[nothing["PARAMCD"].eq("PD"), "AVALC"]) == {"N"}
    nobody = build_adrs(responses.iloc[:0], lesions.iloc[:0], adsl.iloc[:0], rules)
    assert nobody.empty
    assert nobody.dtypes.equals(adrs.dtypes)
