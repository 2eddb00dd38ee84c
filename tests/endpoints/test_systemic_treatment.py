"""First regimen, new anticancer therapy and last dose. SAP section 2."""

# ruff: noqa: E501 - a table reads best with a row on a line

import pytest

from analysis.endpoints.systemic_treatment import (
    first_regimen,
    last_dose,
    new_anticancer_therapy,
    systemic_regimens,
)
from tests.tables import as_text, plan_rules, raw_frame, table

# Regimens in time: drug, class if not targeted, start; NACT is the start of the first later
# systemic regimen with a drug that the first regimen did not have.
COURSES = table(
    """
    | situation                         | regimens                                                              | first dose | new therapy |
    | one regimen                       | a 2023-01-05                                                          | 2023-01-05 |             |
    | another drug later                | a 2023-01-05, b 2023-03-01                                            | 2023-01-05 | 2023-03-01  |
    | restart of the same drug          | a 2023-01-05, a 2023-03-01                                            | 2023-01-05 |             |
    | a drug added                      | a 2023-01-05, a+b 2023-03-01                                          | 2023-01-05 | 2023-03-01  |
    | a drug left out                   | a+b 2023-01-05, a 2023-03-01                                          | 2023-01-05 |             |
    | one drug replaced                 | a+b 2023-01-05, b+c 2023-03-01                                        | 2023-01-05 | 2023-03-01  |
    | same drugs in another order       | a+b 2023-01-05, B+A 2023-03-01                                        | 2023-01-05 |             |
    | restart, then another drug        | a 2023-01-05, a 2023-03-01, c 2023-05-01                              | 2023-01-05 | 2023-05-01  |
    | two new drugs, the earlier counts | a 2023-01-05, c 2023-05-01, b 2023-04-01                              | 2023-01-05 | 2023-04-01  |
    | radiotherapy later                | a 2023-01-05, rt/radiotherapy 2023-03-01                              | 2023-01-05 |             |
    | surgery later                     | a 2023-01-05, resection/surgery 2023-03-01                            | 2023-01-05 |             |
    | radiotherapy first                | rt/radiotherapy 2023-01-01, a 2023-01-05, b/chemotherapy 2023-03-01   | 2023-01-05 | 2023-03-01  |
    | local therapy only                | rt/radiotherapy 2023-01-01, resection/surgery 2023-02-01              |            |             |
    | class other is systemic           | x/other 2023-01-05, y/other 2023-03-01                                | 2023-01-05 | 2023-03-01  |
    | immunotherapy and endocrine       | x/immunotherapy 2023-01-05, y/endocrine 2023-03-01                    | 2023-01-05 | 2023-03-01  |
    """
)


def treatments_of(regimens: str):
    rows = []
    for number, regimen in enumerate(regimens.split(", ")):
        drug, start = regimen.split()
        drug, _, therapy_class = drug.partition("/")
        row = {"patient_id": "P1", "regimen_id": f"RG{number}", "drug": drug, "start_date": start}
        rows.append({**row, "therapy_class": therapy_class or "targeted"})
    return raw_frame("treatments", rows)


@pytest.mark.parametrize("case", COURSES, ids=lambda case: case["situation"])
def test_first_dose_and_new_anticancer_therapy(case):
    regimens = systemic_regimens(treatments_of(case["regimens"]).iloc[::-1], plan_rules())
    first = first_regimen(regimens)
    new = new_anticancer_therapy(regimens, first)
    assert [as_text(d) for d in first["start_date"]] == (
        [case["first dose"]] if case["first dose"] else []
    )
    assert as_text(new.get("P1")) == case["new therapy"]


def test_on_one_day_the_lower_regimen_id_is_first():
    regimens = systemic_regimens(
        treatments_of("a 2023-01-05, b 2023-01-05").iloc[::-1], plan_rules()
    )
    assert list(first_regimen(regimens)["regimen_id"]) == ["RG0"]


def test_another_name_of_the_same_drug_is_not_new():
    rules = plan_rules(guided={"equivalent_drugs": {"a": "brand a"}})
    treatments = treatments_of("a 2023-01-05, c 2023-03-01")
    treatments.loc[1, "drug"] = "Brand  A"
    regimens = systemic_regimens(treatments, rules)
    assert as_text(new_anticancer_therapy(regimens, first_regimen(regimens))["P1"]) is None


def test_the_systemic_classes_are_a_rule():
    rules = plan_rules(treatment={"systemic_classes": ["targeted"]})
    regimens = systemic_regimens(treatments_of("x/chemotherapy 2023-01-05, a 2023-03-01"), rules)
    assert list(regimens["drug"]) == ["a"]


def test_the_last_dose_is_not_known_while_any_regimen_goes_on():
    ends = raw_frame(
        "treatments",
        table(
            """
            | patient_id | regimen_id | drug | therapy_class | start_date | end_date   |
            | P1         | RG1        | a    | targeted      | 2023-01-05 | 2023-04-01 |
            | P1         | RG2        | b    | targeted      | 2023-02-05 | 2023-03-01 |
            | P2         | RG3        | a    | targeted      | 2023-01-05 | 2023-04-01 |
            | P2         | RG4        | b    | targeted      | 2023-05-05 |            |
            """
        ),
    )
    dates = last_dose(systemic_regimens(ends, plan_rules()))
    assert {patient: as_text(date) for patient, date in dates.items()} == {
        "P1": "2023-04-01",
        "P2": None,
    }


def test_without_treatment_everything_is_empty():
    regimens = systemic_regimens(raw_frame("treatments", []), plan_rules())
    first = first_regimen(regimens)
    assert (
        len(first) == len(new_anticancer_therapy(regimens, first)) == len(last_dose(regimens)) == 0
    )
