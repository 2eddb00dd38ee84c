"""The five states of a planned form; every patient has exactly one at each planned visit."""

# ruff: noqa: E501 - a table reads best with a row on a line

import pandas as pd
import pytest

from analysis.endpoints.questionnaire_state import questionnaire_states
from schemas.terminology import FORM_STATE
from tests.tables import frame, plan_rules, table

RULES = plan_rules()
ANCHOR = pd.Timestamp("2023-01-01")  # Week 8: days 29-84, to 2023-03-25; Month 12 closes 2024-01-30


def day(number):
    """Date of a study day; the anchor is day 1."""
    return None if number is None else ANCHOR + pd.Timedelta(days=int(number) - 1)


def states(cutoff, completed=(), **ends):
    columns = ["DTHDT", "WITHDT", "LOSTDT", "COMPDT", "EOFDT"]
    dates = {"EOFDT": 396} | ends
    adsl = pd.DataFrame({"USUBJID": ["P1"], "DCUTDT": [day(cutoff)]})
    for name in columns:
        adsl[name] = pd.Series([day(dates.get(name))]).astype("datetime64[ns]")
    forms = pd.DataFrame({"USUBJID": "P1", "AVISIT": list(completed)}, dtype=object)
    found = questionnaire_states(forms, adsl, pd.Series({"P1": ANCHOR}), RULES)
    return found.set_index("AVISIT")


@pytest.mark.parametrize(
    "case",
    table("""
        | visit    | cut | form | dead | withdrew | lost | completed | state     | why                                         |
        |----------|-----|------|------|----------|------|-----------|-----------|---------------------------------------------|
        | Week 8   | 84  | Y    |      |          |      |           | completed | window closed on the cut itself             |
        | Week 8   | 84  |      |      |          |      |           | missing   | alive, on study, due, no form               |
        | Week 8   | 83  |      |      |          |      |           | not_due   | closes a day after the cut                  |
        | Week 8   | 83  | Y    |      |          |      |           | not_due   | an open window is not due, form or not      |
        | Week 8   | 83  |      | 40   |          |      |           | not_due   | nor for the dead                            |
        | Week 8   | 500 |      | 84   |          |      |           | dead      | died on the last day of the window          |
        | Week 8   | 500 |      | 85   |          |      |           | missing   | died after the window: the form is missing  |
        | Week 16  | 500 |      | 85   |          |      |           | dead      | and dead from then on                       |
        | Week 8   | 500 | Y    | 60   |          |      |           | completed | answered, then died                         |
        | Week 8   | 500 |      |      | 84       |      |           | off_study | withdrew before the window closed           |
        | Week 8   | 500 |      |      | 85       |      |           | missing   | withdrew after it                           |
        | Week 8   | 500 |      |      |          | 50   |           | off_study | lost                                        |
        | Week 16  | 500 |      | 100  | 50       |      |           | dead      | a death known after withdrawal              |
        | Month 12 | 500 |      |      |          |      | 370       | missing   | follow-up completed in the window, no form  |
        | Month 12 | 500 |      |      |          |      | 350       | off_study | follow-up completed before it opened        |
        | Month 12 | 500 |      |      |          |      |           | missing   | the end of follow-up closes with the window |
        | Baseline | 1   |      |      |          |      |           | missing   | baseline is due for everybody               |
        | Baseline | 500 | Y    | 1    |          |      |           | completed | baseline                                    |
        | Baseline | 500 |      | 1    |          |      |           | missing   | died on the anchor: a form was possible     |
        | Baseline | 500 |      | 0    |          |      |           | dead      | died before the anchor (the MTB date)       |
        | Baseline | 500 | Y    | 0    |          |      |           | completed | had answered before                         |
        | Baseline | 500 |      |      | 0        |      |           | off_study | withdrew before the anchor                  |
    """),
    ids=lambda case: case["why"],
)
def test_state(case):
    ends = {"DTHDT": "dead", "WITHDT": "withdrew", "LOSTDT": "lost", "COMPDT": "completed"}
    known = {name: case[column] for name, column in ends.items() if case[column]}
    forms = [case["visit"]] if case["form"] else []
    found = states(case["cut"], forms, **known).loc[case["visit"]]
    assert found["STATE"] == case["state"]
    assert (found["EXPFL"] == "Y") == (case["state"] in ("completed", "missing"))
    assert (found["COMPFL"] == "Y") == (case["form"] == "Y")


def test_one_state_for_each_planned_visit():
    found = states(200)
    assert list(found.index) == ["Baseline", *(window.label for window in RULES.visits.windows)]
    assert set(found["STATE"]) <= set(FORM_STATE)


def test_visits_after_a_follow_up_that_began_earlier_are_off_study():
    """Untreated: windows run from the tumour board, follow-up from enrolment."""
    found = states(900, EOFDT=340)
    assert found.loc["Week 48", "STATE"] == "missing"
    assert found.loc["Month 12", "STATE"] == "off_study"
    # Month 12 opens on day 351: the last day of follow-up still belongs to it
    assert states(900, EOFDT=350).loc["Month 12", "STATE"] == "off_study"
    assert states(900, EOFDT=351).loc["Month 12", "STATE"] == "missing"


def test_nobody_gives_no_row():
    names = "USUBJID DTHDT WITHDT LOSTDT COMPDT EOFDT DCUTDT"
    drawn = "| " + " | ".join(names.split()) + " |\n| P1 " + "|  " * 6 + "|"
    adsl = frame(drawn, dates=names.removeprefix("USUBJID ")).iloc[:0]
    nothing = pd.DataFrame({"USUBJID": [], "AVISIT": []}, dtype=object)
    anchors = pd.Series([], dtype="datetime64[ns]")
    assert questionnaire_states(nothing, adsl, anchors, RULES).empty
