"""T14.3.1.1 to T14.3.1.4, T14.3.2, F14.3.1, L16.2.7, L16.2.8: counted by hand, and laws."""

# ruff: noqa: E501 - a table reads best with a row on a line

import math

import pandas as pd
import pytest

from analysis.estimates.rows import Cell
from analysis.outputs.catalogue import module_of
from analysis.outputs.listings import deaths as listings_deaths
from analysis.outputs.listings import serious_events as listings_serious_events
from analysis.outputs.safety import (
    biopsy_complications,
    first_serious_event,
    overview,
    severe_events,
)
from analysis.outputs.safety import columns as columns_room
from analysis.outputs.safety import deaths as safety_deaths
from analysis.outputs.safety import serious_events as safety_serious_events
from analysis.outputs.safety.columns import (
    ANY_PERIOD,
    BEFORE,
    EVERYBODY,
    LATER,
    ONE_SIDED,
    safety_columns,
)
from tests.extracts_factory import change, tiny_study
from tests.outputs.registry import (
    RULES,
    datasets_of,
    members_agree,
    nobody,
    numbers,
    synthetic,
    without,
)
from tests.tables import frame, raw_frame, table, tiny_extracts

CUTOFF = "2023-11-30"
OUTPUTS = {
    "T14.3.1.1": overview.numbers,
    "T14.3.1.2": safety_serious_events.numbers,
    "T14.3.1.3": severe_events.numbers,
    "T14.3.1.4": biopsy_complications.numbers,
    "T14.3.2": safety_deaths.numbers,
    "F14.3.1": first_serious_event.numbers,
}
PARTS = ("TG", "TN", "OT", BEFORE, LATER)


@pytest.fixture(scope="module")
def tiny():
    return datasets_of(tiny_extracts(), CUTOFF)


@pytest.fixture(scope="module")
def made():
    return {name: make(synthetic(), RULES) for name, make in OUTPUTS.items()}


# --- the tiny study, by hand ---------------------------------------------------------------------
@pytest.mark.parametrize(
    "case",
    table("""
        | kind                  | column  | n | N | events |
        | Any adverse event     | TG      | 2 | 2 | 3      |
        | Any adverse event     | OT      | 1 | 2 | 2      |
        | Any adverse event     | TN      | 0 | 0 | 0      |
        | Any adverse event     | Periods | 3 | 4 | 5      |
        | Any adverse event     | Before  | 1 | 6 | 1      |
        | Any adverse event     | All     | 4 | 6 | 6      |
        | Serious               | TG      | 0 | 2 | 0      |
        | Serious               | OT      | 1 | 2 | 2      |
        | Serious               | Before  | 1 | 6 | 1      |
        | Serious               | All     | 2 | 6 | 3      |
        | Grade 3 or higher     | OT      | 1 | 2 | 2      |
        | Grade 3 or higher     | Before  | 0 | 6 | 0      |
        | Related to treatment  | TG      | 1 | 2 | 2      |
        | Led to death          | OT      | 1 | 2 | 1      |
        | Led to interruption   | OT      | 1 | 2 | 1      |
    """),
    ids=lambda case: f"{case['kind']}, {case['column']}",
)
def test_overview_of_the_tiny_study(tiny, case):
    rows = overview.numbers(tiny, RULES)
    place = {"analysis_id": "incidence", "group": case["column"], "parameter": case["kind"]}
    found = [numbers(rows, stat, **place).iloc[0] for stat in ("n", "N", "n_events")]
    assert found == [float(case[name]) for name in ("n", "N", "events")]


def test_nobody_of_two_has_an_upper_limit_on_one_side(tiny):
    rows = overview.numbers(tiny, RULES)
    place = {"analysis_id": f"incidence{ONE_SIDED}", "group": "TG", "parameter": "Serious"}
    assert numbers(rows, "ci_high", **place).iloc[0] == pytest.approx(1 - 0.05**0.5)
    html = overview.overview_table(rows, RULES).html
    assert "≤ 77.6" in html


def test_rate_of_the_tiny_study(tiny):
    """OT: docetaxel from 10 February to death on 20 June, capecitabine from 20 February; its
    patient withdrew on a day in June and was last seen on 18 April, within 30 days after the last
    dose on 1 May: 131 + 58 days, two serious events."""
    rows = overview.numbers(tiny, RULES)
    months = (131 + 58) / 30.4375
    exposure = numbers(rows, "estimate", analysis_id="exposure", group="OT").iloc[0]
    assert exposure == pytest.approx(months)
    place = {"analysis_id": "incidence, rate", "group": "OT", "parameter": "Serious"}
    assert numbers(rows, "estimate", **place).iloc[0] == pytest.approx(200 / months)
    low = numbers(rows, "ci_low", **place).iloc[0]
    high = numbers(rows, "ci_high", **place).iloc[0]
    # exact limits of two events: 0.2422 and 7.2247 (Garwood)
    assert low == pytest.approx(24.22 / months, rel=1e-3)
    assert high == pytest.approx(722.47 / months, rel=1e-4)


def test_deaths_of_the_tiny_study(tiny):
    rows = safety_deaths.numbers(tiny, RULES)
    assert numbers(rows, "n", analysis_id="status", category="Died")["OT", "", ""] == 1
    assert numbers(rows, "n", analysis_id="timing", category="within the window")["OT", "", ""] == 1
    assert numbers(rows, "n", analysis_id="cause", category="disease")["All", "", ""] == 1
    listing = listings_deaths.numbers(tiny, RULES).frame
    assert listing["USUBJID"].tolist() == ["P002"]
    assert listing["DAYS"].tolist() == [0]
    assert listing["FATAL"].tolist() == ["Sepsis"]


def test_the_complication_before_treatment_stands_in_the_biopsy_table(tiny):
    rows = biopsy_complications.numbers(tiny, RULES)
    any_one = {"analysis_id": "incidence", "parameter": "Kind", "category": "Any complication"}
    assert numbers(rows, "n", **any_one).iloc[0] == 1
    assert numbers(rows, "N", **any_one).iloc[0] == 6


BIOPSIES = """
    | USUBJID | SPECTYPE | SPECDT     | who had a biopsy               |
    | both    | tissue   | 2023-02-01 | yes                            |
    | both    | tissue   | 2023-05-01 |                                |
    | both    | blood    | 2023-01-01 |                                |
    | none    | tissue   | 2023-02-01 | yes, no event                  |
    | other   | tissue   | 2023-02-01 | yes, an event of another cause |
    | blood   | blood    | 2023-02-01 | no: a blood sample             |
    | calm    | blood    | 2023-02-01 | no, and no event               |
"""
EVENTS = """
    | USUBJID | AEDECOD      | BIOPRFL | AESER | AETOXGR | AEOUT    | ASTDT      | ASTDTF |
    | both    | Pain         | Y       |       | 1       | resolved | 2023-01-31 |        |
    | both    | Pneumothorax | Y       | Y     | 3       | resolved | 2023-02-01 |        |
    | both    | Pain         | Y       |       | 1       | resolved | 2023-01-15 | D      |
    | other   | Pain         |         | Y     | 3       | resolved | 2023-01-15 |        |
    | blood   | Bruising     | Y       |       | 1       | resolved | 2023-02-01 |        |
    | blood   | Hematoma     | Y       | Y     | 3       | resolved | 2023-02-01 |        |
    | nothing | Pain         | Y       |       | 2       | resolved | 2023-02-01 |        |
"""


def drawn_biopsies():
    adngs = frame(BIOPSIES, dates="SPECDT")
    patients = sorted({*adngs["USUBJID"], "nothing", "quiet"})
    sampled = pd.Series(patients).isin(adngs["USUBJID"])
    flags = pd.Series("Y", index=sampled.index, dtype=object).where(sampled, None)
    return {
        "adsl": pd.DataFrame({"USUBJID": patients, "BIOPFL": flags}),
        "adngs": adngs,
        "adae": frame(EVENTS, dates="ASTDT", numbers="AETOXGR"),
    }


@pytest.mark.parametrize(
    "case",
    table("""
        | analysis                      | parameter | category          | n | N | events |
        | incidence                     | Kind      | Any complication  | 1 | 3 | 3      |
        | incidence                     | Kind      | Serious           | 1 | 3 | 1      |
        | incidence                     | Kind      | Grade 3 or higher | 1 | 3 | 1      |
        | incidence                     | Kind      | Led to death      | 0 | 3 | 0      |
        | incidence                     | Term      | Pain              | 1 | 3 | 2      |
        | begun before tissue was taken |           |                   | 1 |   | 1      |
        | without tissue taken          |           | Blood only        | 1 |   | 2      |
        | without tissue taken          |           | No specimen       | 1 |   | 1      |
    """),
    ids=lambda case: case["category"] or case["analysis"],
)
def test_complications_are_of_those_who_had_a_biopsy(case):
    rows = biopsy_complications.numbers(drawn_biopsies(), RULES)
    place = {name: case[name] or "" for name in ("parameter", "category")}
    cell = Cell(case["analysis"], **place)
    for stat, name in (("n", "n"), ("N", "N"), ("n_events", "events")):
        if case[name] is not None:
            assert rows.value(cell, stat) == int(case[name])


def test_every_event_called_related_to_a_biopsy_stands_once():
    rows = biopsy_complications.numbers(drawn_biopsies(), RULES).frame
    events = rows[rows["stat_name"].eq("n_events")].set_index(["analysis_id", "category"])["stat"]
    outside = events["without tissue taken"].sum()
    assert events["incidence", "Any complication"] + outside == 6
    terms = rows[rows["parameter"].eq("Term") & rows["stat_name"].eq("n_events")]
    assert set(terms["category"]) == {"Pain", "Pneumothorax"}  # none of those without a biopsy


def test_worst_grade_of_each_patient():
    events = pd.DataFrame(
        {
            "USUBJID": ["A", "A", "B", "C", "C", "D", "D", "E", "E"],
            "AETOXGR": pd.array([2, 3, 1, 2, None, 4, None, 3, None], dtype="Int64"),
        }
    )
    worst = safety_serious_events.worst_grade(events)
    # C and E: a missing grade may be worse than 2 or 3; D: a grade 4 is the worst there was
    assert worst["A"] == 3
    assert worst["B"] == 1
    assert pd.isna(worst["C"])
    assert worst["D"] == 4
    assert pd.isna(worst["E"])


def test_a_grade_taken_back_by_the_cut_has_its_own_row():
    study = change(tiny_study(), "adverse_events", 5, onset_date="2023-06-10")
    extracts = {name: raw_frame(name, rows) for name, rows in study.items()}
    early = datasets_of(extracts, "2023-06-15")
    rows = overview.numbers(early, RULES)
    unknown = numbers(rows, "n", analysis_id="incidence", parameter=columns_room.NOT_KNOWN)
    assert unknown["OT", "", ""] == 1
    assert columns_room.NOT_KNOWN in overview.overview_table(rows, RULES).html
    serious = safety_serious_events.numbers(early, RULES)
    assert (
        columns_room.NOT_KNOWN in safety_serious_events.worst_grade_table(serious, RULES, "").html
    )
    assert (
        "fatal after the cut"
        in listings_serious_events.show(listings_serious_events.numbers(early, RULES), RULES)[
            0
        ].html
    )


# --- laws ----------------------------------------------------------------------------------------
def test_every_event_of_an_enrolled_patient_is_in_exactly_one_column():
    columns = {column.code: column for column in safety_columns(synthetic(), RULES)}
    events = pd.concat([columns[code].events for code in PARTS])
    assert sorted(events["AEID"]) == sorted(synthetic()["adae"]["AEID"])
    assert sum(columns[code].days for code in PARTS) == columns[EVERYBODY].days
    assert sum(columns[code].days for code in ("TG", "TN", "OT")) == columns[ANY_PERIOD].days


@pytest.mark.parametrize("group", ["TG", "TN", "OT"])
def test_all_who_were_observed_under_a_group_are_in_its_column(group):
    """With an event or without: counted here from the regimens and the dates of ADSL alone."""
    adsl, adex = synthetic()["adsl"], synthetic()["adex"]
    lost = adsl["LSTALVDT"].where(adsl["LOSTDT"].notna())
    ends = adsl[["DTHDT", "WITHDT", "COMPDT", "EOFDT", "DCUTDT"]].assign(LOST=lost).min(axis=1)
    end = dict(zip(adsl["USUBJID"], ends, strict=True))
    given = adex[adex["TRTGRP"].eq(group)]
    begun = given[given["ASTDT"] <= given["USUBJID"].map(end)]
    other = adex[adex["TRTGRP"].notna() & adex["TRTGRP"].ne(group)]
    same_day = begun.merge(other, on=["USUBJID", "ASTDT"])["USUBJID"]
    assert same_day.empty  # else one of two groups has no day of its own
    columns = {column.code: column for column in safety_columns(synthetic(), RULES)}
    assert sorted(columns[group].patients) == sorted(begun["USUBJID"].unique())


@pytest.mark.parametrize("label", [label for label, _ in overview.OVERVIEW])
def test_events_of_the_columns_add_up(made, label):
    events = numbers(made["T14.3.1.1"], "n_events", analysis_id="incidence", parameter=label)
    events = events.droplevel(["visit", "category"])
    assert events[list(PARTS)].sum() == events[EVERYBODY]


def test_terms_add_up_to_their_class_and_classes_to_all(made):
    rows = numbers(made["T14.3.1.2"], "n_events", analysis_id="incidence").reset_index()
    everything = rows[rows["parameter"].eq(safety_serious_events.ANY_SERIOUS)].set_index("group")[
        "stat"
    ]
    rest = rows[rows["parameter"].ne(safety_serious_events.ANY_SERIOUS)]
    classes = rest[rest["category"].eq("")].groupby("group")["stat"].sum()
    terms = rest[rest["category"].ne("")].groupby("group")["stat"].sum()
    assert (classes == everything).all()
    assert (terms == everything).all()


def test_worst_grades_add_up_to_the_patients_with_the_term(made):
    rows = made["T14.3.1.2"]
    graded = numbers(rows, "n", analysis_id="worst grade").groupby(["group", "parameter"]).sum()
    patients = numbers(rows, "n", analysis_id="incidence").reset_index()
    patients["term"] = patients["category"].where(
        patients["category"].ne(""), patients["parameter"]
    )
    named = patients.set_index(["group", "term"])["stat"].reindex(graded.index)
    assert (graded == named).all()


def test_the_dead_and_the_others_add_up(made):
    rows = made["T14.3.2"]
    status = numbers(rows, "n", analysis_id="status").groupby("group").sum()
    size = numbers(rows, "N", analysis_id="status", category=safety_deaths.DIED).droplevel([1, 2])
    assert (status == size).all()
    died = numbers(rows, "n", analysis_id="status", category=safety_deaths.DIED).droplevel([1, 2])
    for analysis in ("cause", "timing"):
        assert (numbers(rows, "n", analysis_id=analysis).groupby("group").sum() == died).all()


def test_first_outcomes_add_up_to_the_treated(made):
    rows = made["F14.3.1"]
    outcomes = numbers(rows, "n", analysis_id="outcome").groupby("group").sum()
    assert (outcomes == numbers(rows, "N", analysis_id="patients").droplevel([1, 2, 3])).all()
    at_risk = numbers(rows, "n_at_risk", analysis_id="curve", group="All")
    assert at_risk.is_monotonic_decreasing


@pytest.mark.parametrize("name", OUTPUTS)
def test_counts_have_their_members_and_no_p_value_is_made(made, name):
    assert members_agree(made[name])
    assert "p_value" not in set(made[name].frame["stat_name"])


@pytest.mark.parametrize("name", OUTPUTS)
def test_nobody_and_an_empty_group_are_shown(name):
    for data in (nobody(), without("TN")):
        rows = OUTPUTS[name](data, RULES)
        known = rows.frame["stat"].map(math.isfinite) | rows.frame["warning"].ne("")
        assert known.all()
        for made in module_of(rows.output_id).show(rows, RULES):
            assert getattr(made, "html", None) or made.alt


def test_listings_of_nobody():
    assert (
        "None at this cut"
        in listings_serious_events.show(listings_serious_events.numbers(nobody(), RULES), RULES)[
            0
        ].html
    )
    assert (
        "None at this cut"
        in listings_deaths.show(listings_deaths.numbers(nobody(), RULES), RULES)[0].html
    )


# --- free text -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "=cmd|' /C calc'!A0",
        "+1+1",
        "@SUM(A1)",
        '"><img src=x>',
        "-2+3",
    ],
)
def test_hostile_free_text_is_text(text):
    study = change(tiny_study(), "adverse_events", 4, verbatim=text)
    extracts = {name: raw_frame(name, rows) for name, rows in study.items()}
    rows = listings_serious_events.numbers(datasets_of(extracts, CUTOFF), RULES)
    assert text in rows.frame["AETERM"].tolist()
    shown_table = listings_serious_events.show(rows, RULES)[0]
    assert "<script>" not in shown_table.html
    assert "<img" not in shown_table.html
    written = shown_table.frame["As reported"].tolist()
    assert not [cell for cell in written if cell.startswith(("=", "+", "@", "-"))]
    assert written[0] in (text, f"'{text}")


def test_the_listing_has_every_serious_event_with_its_raw_row(tiny):
    listing = listings_serious_events.numbers(tiny, RULES).frame
    expected = table("""
        | USUBJID | PERIOD                      | AEDECOD             | GRADE | AESCRIT         | SOURCE               |
        | P002    | Other therapy               | Febrile neutropenia | 4     | hospitalisation | adverse_events.csv:4 |
        | P002    | Other therapy               | Sepsis              | 5     | death           | adverse_events.csv:5 |
        | P003    | Before or without treatment | Pneumothorax        | 2     | hospitalisation | adverse_events.csv:6 |
    """)
    assert listing[list(expected[0])].to_dict("records") == expected
