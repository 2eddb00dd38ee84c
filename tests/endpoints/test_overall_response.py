"""Non-target response, new lesions and the overall response at each assessment."""
# ruff: noqa: E501  (a table is read as a table, however wide)

import pandas as pd

from analysis.endpoints.lesions import read_lesions
from analysis.endpoints.new_lesions import derive_new_lesions
from analysis.endpoints.non_target_response import derive_non_target_response
from analysis.endpoints.overall_response import (
    deciding_component,
    derive_timepoint_responses,
    overall_response,
)

from .lesion_rows import ANCHOR, assessments, lesion, visit_date
from .response_tables import read_table

ONE = pd.Series({"P1": ANCHOR})

OVERALL = read_table("""
| TRGRESP | NTGRESP       | NEWLES | overall       | decided by                      |
|---------|---------------|--------|---------------|---------------------------------|
| CR      | CR            | N      | CR            | target CR                       |
| CR      | NA            | N      | CR            | target CR                       |
| CR      | NON-CR/NON-PD | N      | PR            | target CR, non-target NON-CR/NON-PD |
| CR      | NE            | N      | PR            | target CR, non-target NE        |
| PR      | CR            | N      | PR            | target PR                       |
| PR      | NE            | N      | PR            | target PR                       |
| PR      | NA            | N      | PR            | target PR                       |
| SD      | NON-CR/NON-PD | N      | SD            | target SD                       |
| SD      | NE            | N      | SD            | target SD                       |
| NE      | CR            | N      | NE            | target NE                       |
| NE      | NA            | N      | NE            | target NE                       |
| PD      | CR            | N      | PD            | target PD                       |
| CR      | PD            | N      | PD            | non-target PD                   |
| NE      | PD            | N      | PD            | non-target PD                   |
| CR      | CR            | Y      | PD            | new lesion                      |
| NE      | NE            | Y      | PD            | new lesion                      |
| NA      | CR            | N      | CR            | non-target CR                   |
| NA      | NON-CR/NON-PD | N      | NON-CR/NON-PD | non-target NON-CR/NON-PD        |
| NA      | NE            | N      | NE            | non-target NE                   |
| NA      | PD            | N      | PD            | non-target PD                   |
| NA      | CR            | Y      | PD            | new lesion                      |
| NA      | NA            | N      | NE            | no disease at baseline          |
| NA      | NA            | Y      | PD            | new lesion                      |
""")

# Two non-targets, recorded as present at baseline; states at the next assessment (. = no row).
NON_TARGET = read_table("""
| first                   | second        | response      |
|-------------------------|---------------|---------------|
| absent                  | absent        | CR            |
| absent                  | present       | NON-CR/NON-PD |
| present                 | present       | NON-CR/NON-PD |
| absent                  | not_evaluable | NE            |
| present                 | .             | NE            |
| unequivocal_progression | present       | PD            |
| unequivocal_progression | not_evaluable | PD            |
| unequivocal_progression | .             | PD            |
""")

# One new lesion over three assessments (. = not seen).
NEW = read_table("""
| first       | second      | third       | backdated | not backdated | because                              |
|-------------|-------------|-------------|-----------|---------------|--------------------------------------|
| unequivocal | .           | .           | Y N N     | Y N N         | seen once, for certain               |
| equivocal   | .           | .           | N N N     | N N N         | doubtful alone is no progression     |
| equivocal   | equivocal   | .           | N N N     | N N N         | never confirmed                      |
| equivocal   | unequivocal | .           | Y Y N     | N Y N         | confirmed: from the first sighting   |
| equivocal   | .           | unequivocal | Y N Y     | N N Y         | confirmed two assessments later      |
| equivocal   | equivocal   | unequivocal | Y Y Y     | N N Y         | confirmed                            |
| unequivocal | equivocal   | .           | Y N N     | Y N N         | doubt after the certainty            |
""")


def test_overall_response_and_what_decided_it():
    components = pd.DataFrame(OVERALL)
    assert overall_response(components).tolist() == components["overall"].tolist()
    assert deciding_component(components).tolist() == components["decided by"].tolist()


def test_non_target_response(rules):
    raw, anchors = [], {}
    for i, row in enumerate(NON_TARGET):
        patient = f"P{i:03d}"
        anchors[patient] = ANCHOR
        for name in ("first", "second"):
            raw.append(lesion(patient, 0, f"NT-{name}", "present"))
            if row[name] != ".":
                raw.append(lesion(patient, 1, f"NT-{name}", row[name]))
    lesions = read_lesions(assessments(raw), rules)
    rows = derive_non_target_response(lesions, pd.Series(anchors), rules)
    later = rows[rows["ADT"].eq(visit_date(1))]
    assert later["AVALC"].tolist() == [row["response"] for row in NON_TARGET]


def test_non_target_only_disease_through_to_the_overall_response(rules):
    raw = [
        lesion("P1", visit, "NT1", what) for visit, what in enumerate(["present"] * 2 + ["absent"])
    ]
    rows = derive_timepoint_responses(read_lesions(assessments(raw), rules), ONE, rules)
    assert rows["TRGRESP"].tolist() == ["NA", "NA"]
    assert rows["AVALC"].tolist() == ["NON-CR/NON-PD", "CR"]


def new_lesion_rows(rules, backdates):
    raw, anchors = [], {}
    for i, row in enumerate(NEW):
        patient = f"P{i:03d}"
        anchors[patient] = ANCHOR
        for visit, name in enumerate(("first", "second", "third"), start=1):
            raw.append(lesion(patient, visit, "T1", 20))
            if row[name] != ".":
                raw.append(lesion(patient, visit, "X1", row[name], scan=visit))
    lesions = read_lesions(assessments(raw), rules)
    return derive_new_lesions(lesions, pd.Series(anchors), rules)


def test_new_lesions(rules_with):
    for column, backdates in (("backdated", True), ("not backdated", False)):
        rules = rules_with({"equivocal_confirmed_backdates": backdates})
        rows = new_lesion_rows(rules, backdates)
        found = rows.groupby("USUBJID")["AVALC"].agg(" ".join).tolist()
        assert found == [row[column] for row in NEW]


def test_a_confirmed_new_lesion_takes_the_day_of_its_first_sighting(rules):
    rows = new_lesion_rows(rules, True)
    confirmed = rows[rows["USUBJID"].eq("P004")]
    first_sighting = visit_date(1) + pd.Timedelta(days=1)
    assert confirmed["FIRSTDT"].dropna().tolist() == [first_sighting, first_sighting]


def test_a_lesion_certain_before_treatment_is_not_new(rules):
    raw = [lesion("P1", v, "T1", 20) for v in (0, 1)]
    raw += [lesion("P1", v, "X1", "unequivocal") for v in (0, 1)]
    rows = derive_timepoint_responses(read_lesions(assessments(raw), rules), ONE, rules)
    assert rows["NEWLES"].tolist() == ["N"]
    raw[-2] = lesion("P1", 0, "X1", "equivocal")
    rows = derive_timepoint_responses(read_lesions(assessments(raw), rules), ONE, rules)
    assert rows["NEWLES"].tolist() == ["Y"]
    assert rows["NEWDT"].tolist() == [visit_date(1)]


def test_only_assessments_after_the_anchor_and_patients_with_one(rules):
    raw = [lesion(p, v, "T1", 20) for p in ("P1", "P2") for v in (0, 1)]
    lesions = read_lesions(assessments(raw), rules)
    rows = derive_timepoint_responses(lesions, ONE, rules)
    assert rows[["USUBJID", "ADT"]].to_numpy().tolist() == [["P1", visit_date(1)]]
    assert derive_timepoint_responses(lesions.iloc[:0], ONE, rules).empty
    assert derive_timepoint_responses(lesions, ONE.iloc[:0], rules).empty


def test_a_new_origin_starts_a_new_baseline(rules):
    """Growth under a bridging regimen is not held against the guided one (SAP D9)."""
    raw = [lesion("P1", visit, "T1", size) for visit, size in enumerate([30, 45, 45, 31])]
    lesions = read_lesions(assessments(raw), rules)
    first = derive_timepoint_responses(lesions, ONE, rules)
    assert first["TRGRESP"].tolist() == ["PD", "PD", "SD"]
    guided = pd.Series({"P1": visit_date(2) + pd.Timedelta(days=10)})
    again = derive_timepoint_responses(lesions, guided, rules)
    assert again["TRGRESP"].tolist() == ["PR"]
