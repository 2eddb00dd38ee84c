"""Death, last known alive, end of follow-up and status. SAP D7, section 4 (OS; situation 20)."""

# ruff: noqa: E501 - a table reads best with a row on a line

import pandas as pd
import pytest

from analysis.endpoints.vital_status import (
    deaths,
    end_of_follow_up,
    last_known_alive,
    last_window_days,
    recorded_ends,
    study_status,
)
from tests.tables import as_text, frame, plan_rules, raw, table

ENROLLED = "| patient_id | enrolment_date |\n| P1 | 2023-01-02 |"

# Everybody is enrolled on 2023-01-02. Does a fact of 2023-06-01 show that the patient was alive?
SIGNS_OF_LIFE = {
    "a specimen is collected": (
        "yes",
        "biopsies",
        "| patient_id | collection_date |\n| P1 | 2023-06-01 |",
    ),
    "a first dose": ("yes", "treatments", "| patient_id | start_date |\n| P1 | 2023-06-01 |"),
    "a scan": ("yes", "tumour_lesions", "| patient_id | assessment_date |\n| P1 | 2023-06-01 |"),
    "a scan later than its assessment": (
        "yes",
        "tumour_lesions",
        "| patient_id | assessment_date | scan_date |\n| P1 | 2023-05-28 | 2023-06-01 |",
    ),
    "a response": (
        "yes",
        "tumour_responses",
        "| patient_id | assessment_date |\n| P1 | 2023-06-01 |",
    ),
    "ECOG 4": ("yes", "ecog", "| patient_id | assessment_date | ecog |\n| P1 | 2023-06-01 | 4 |"),
    "ECOG 5": ("no", "ecog", "| patient_id | assessment_date | ecog |\n| P1 | 2023-06-01 | 5 |"),
    "a form": ("yes", "promis29", "| patient_id | completion_date |\n| P1 | 2023-06-01 |"),
    "onset of an adverse event": (
        "yes",
        "adverse_events",
        "| patient_id | onset_date |\n| P1 | 2023-06-01 |",
    ),
    "an onset known to the month": (
        "no",
        "adverse_events",
        "| patient_id | onset_date |\n| P1 | 2023-06 |",
    ),
    "a resolution": (
        "no",
        "adverse_events",
        "| patient_id | onset_date | resolution_date |\n| P1 | 2022 | 2023-06-01 |",
    ),
    "a contact, alive": (
        "yes",
        "follow_up",
        "| patient_id | contact_date | vital_status |\n| P1 | 2023-06-01 | alive |",
    ),
    "a contact, not known": (
        "no",
        "follow_up",
        "| patient_id | contact_date | vital_status |\n| P1 | 2023-06-01 | unknown |",
    ),
    "a withdrawal": (
        "yes",
        "disposition",
        "| patient_id | event | event_date |\n| P1 | withdrawal | 2023-06-01 |",
    ),
    "a withdrawal known to the month": (
        "no",
        "disposition",
        "| patient_id | event | event_date |\n| P1 | withdrawal | 2023-06 |",
    ),
    "completion": (
        "yes",
        "disposition",
        "| patient_id | event | event_date |\n| P1 | completed | 2023-06-01 |",
    ),
    "a loss": (
        "no",
        "disposition",
        "| patient_id | event | event_date |\n| P1 | lost_to_follow_up | 2023-06-01 |",
    ),
    "a death": (
        "no",
        "disposition",
        "| patient_id | event | event_date |\n| P1 | death | 2023-06-01 |",
    ),
    "a report": ("no", "sequencing", "| patient_id | report_date |\n| P1 | 2023-06-01 |"),
    "a review": ("no", "mtb_reviews", "| patient_id | review_date |\n| P1 | 2023-06-01 |"),
    "a decision": ("no", "mtb_decisions", "| patient_id | decision_date |\n| P1 | 2023-06-01 |"),
    "a regimen ended by death": (
        "no",
        "treatments",
        "| patient_id | start_date | end_date | stop_reason |\n| P1 | 2022-12-01 | 2023-06-01 | death |",
    ),
    "a prior line ended": (
        "no",
        "prior_treatments",
        "| patient_id | end_date |\n| P1 | 2023-06-01 |",
    ),
}


@pytest.mark.parametrize("sign", SIGNS_OF_LIFE)
def test_what_shows_that_a_patient_was_alive(sign):
    counts, name, drawn = SIGNS_OF_LIFE[sign]
    found = last_known_alive(raw(patients=ENROLLED, **{name: drawn}))
    expected = "2023-06-01" if counts == "yes" else "2023-01-02"
    assert {p: as_text(d) for p, d in found.items()} == {"P1": expected}


# --- death ---------------------------------------------------------------------------------------
DEATHS = table(
    """
    | recorded   | last seen  | death      | imputed | why                                   |
    | 2023-06-20 | 2023-06-10 | 2023-06-20 |         | complete                              |
    | 2023-06    | 2023-06-10 | 2023-06-11 | D       | the day after last known alive        |
    | 2023-06    | 2023-05-20 | 2023-06-01 | D       | the first of the month                |
    | 2023-06    | 2023-05-31 | 2023-06-01 | D       | both the same day                     |
    | 2023-06    | 2023-06-30 | 2023-06-30 | D       | seen on the last day of the month     |
    | 2022       | 2022-12-31 | 2022-12-31 | M       | seen on the last day of the year      |
    | 2023       | 2023-04-05 | 2023-04-06 | M       | the day after last known alive        |
    | 2024       | 2023-04-05 | 2024-01-01 | M       | not before 1 January                  |
    | 2023       |            | 2023-01-03 | M       | the day after enrolment               |
    """
)


@pytest.mark.parametrize("case", DEATHS, ids=lambda c: f"{c['recorded']}, seen {c['last seen']}")
def test_a_partial_death_date(case):
    extracts = raw(
        patients=ENROLLED,
        follow_up=f"| patient_id | contact_date | vital_status |\n| P1 | {case['last seen']} | alive |"
        if case["last seen"]
        else "",
        disposition=f"| patient_id | event | event_date | cause |\n| P1 | death | {case['recorded']} | disease |",
    )
    found = deaths(extracts, last_known_alive(extracts)).loc["P1"]
    assert as_text(found["DTHDT"]) == case["death"], case["why"]
    assert as_text(found["DTHDTF"]) == case["imputed"]
    assert found["DTHCAUS"] == "disease"
    assert found["line"] == 2


WITHDRAWALS = table(
    """
    | withdrawal | consent to vital status | death      | used |
    | 2023-05-01 | Y                       | 2023-06-01 | yes  |
    | 2023-05-01 | N                       | 2023-06-01 | no   |
    | 2023-05-01 |                         | 2023-06-01 | no   |
    | 2023-05-01 | N                       | 2023-05-02 | no   |
    | 2023-05-01 | N                       | 2023-05-01 | yes  |
    | 2023-05-01 | N                       | 2023-04-20 | yes  |
    | 2023-05    | N                       | 2023-06-01 | no   |
    | 2023-05-01 | N                       | 2023-06    | no   |
    """
)


@pytest.mark.parametrize(
    "case",
    WITHDRAWALS,
    ids=lambda c: f"{c['withdrawal']} {c['consent to vital status']} {c['death']}",
)
def test_a_death_after_withdrawal_needs_consent(case):
    extracts = raw(
        patients=ENROLLED,
        disposition=f"""
            | patient_id | event      | event_date           | vital_status_consent |
            | P1         | withdrawal | {case["withdrawal"]} | {case["consent to vital status"] or ""} |
            | P1         | death      | {case["death"]}      |                      |
            | P2         | death      | 2023-06-01           |                      |
        """,
    )
    found = deaths(extracts, last_known_alive(extracts))
    assert list(found.index) == (["P1", "P2"] if case["used"] == "yes" else ["P2"])


# --- withdrawal, loss, completion ----------------------------------------------------------------
ENDS = table(
    """
    | recorded   | last seen  | date       | why                                         |
    | 2023-06-20 | 2023-06-25 | 2023-06-20 | complete: as recorded                       |
    | 2023-06    | 2023-06-10 | 2023-06-10 | on the last sign of life                    |
    | 2023-06    | 2023-05-10 | 2023-06-01 | not before its first possible day           |
    | 2023-06    | 2023-08-10 | 2023-06-30 | not after its last possible day             |
    | 2023-01    |            | 2023-01-02 | not before enrolment                        |
    | 2023       | 2023-06-10 | 2023-06-10 | on the last sign of life                    |
    """
)


@pytest.mark.parametrize("event", ["withdrawal", "lost_to_follow_up", "completed"])
@pytest.mark.parametrize("case", ENDS, ids=lambda case: case["why"])
def test_a_partial_end_of_observation(event, case):
    extracts = raw(
        patients=ENROLLED,
        follow_up=f"| patient_id | contact_date | vital_status |\n| P1 | {case['last seen'] or '2023-01-02'} | alive |",
        disposition=f"| patient_id | event | event_date |\n| P1 | {event} | {case['recorded']} |",
    )
    column = {"withdrawal": "WITHDT", "lost_to_follow_up": "LOSTDT", "completed": "COMPDT"}[event]
    found = recorded_ends(extracts)
    assert as_text(found.loc["P1", column]) == case["date"]
    flag = {10: None, 7: "D", 4: "M"}[len(case["recorded"])]
    assert as_text(found.loc["P1", f"{column}F"]) == flag
    assert found.drop(columns=[column, f"{column}F"]).isna().all(axis=None)


# --- end of follow-up ----------------------------------------------------------------------------
# 395 days after 2023-01-10 is 2024-02-09; after 2023-01-02 it is 2024-02-01.
FOLLOW_UP = """
    | ENRLDT     | TRTSDT     | DTHDT      | WITHDT     | LOSTDT     | from first dose | from enrolment | why                        |
    | 2023-01-02 | 2023-01-10 |            |            |            | 2024-02-09      | 2024-02-01     | 395 days after the anchor  |
    | 2023-01-02 |            |            |            |            | 2024-02-01      | 2024-02-01     | never treated: enrolment   |
    | 2023-01-02 | 2023-01-10 | 2023-05-05 |            |            | 2023-05-05      | 2023-05-05     | death                      |
    | 2023-01-02 | 2023-01-10 |            | 2023-04-05 |            | 2023-04-05      | 2023-04-05     | withdrawal                 |
    | 2023-01-02 | 2023-01-10 |            |            | 2023-04-05 | 2023-04-05      | 2023-04-05     | loss                       |
    | 2023-01-02 | 2023-01-10 | 2023-05-05 | 2023-04-05 | 2023-04-07 | 2023-04-05      | 2023-04-05     | the earliest of them       |
    | 2023-01-02 | 2023-01-10 | 2024-05-05 |            |            | 2024-02-09      | 2024-02-01     | a death after it           |
"""


@pytest.mark.parametrize("origin", ["first_dose", "enrolment"])
def test_the_end_of_follow_up(origin):
    adsl = frame(FOLLOW_UP, dates="ENRLDT TRTSDT DTHDT WITHDT LOSTDT")
    found = end_of_follow_up(adsl, plan_rules(follow_up={"origin": origin}))
    expected = adsl["from first dose" if origin == "first_dose" else "from enrolment"]
    assert [as_text(date) for date in found] == list(expected)


# Cutoff 2023-11-30. EOFDT is the planned end of follow-up, or death, withdrawal, loss if earlier. The
# last window of the plan has 45 days: 2023-11-20 less 45 days is 2023-10-06.
STATUS = """
    | EOFDT      | LSTALVDT   | DTHDT      | WITHDT     | LOSTDT     | COMPDT     | EOSSTT       | DCSREAS                          | EOSDT      |
    | 2024-02-09 | 2023-11-20 |            |            |            |            | ONGOING      |                                  |            |
    | 2024-02-09 | 2023-02-09 |            |            |            |            | ONGOING      |                                  |            |
    | 2023-05-05 | 2023-05-01 | 2023-05-05 |            |            |            | DISCONTINUED | death                            | 2023-05-05 |
    | 2023-04-05 | 2023-04-05 |            | 2023-04-05 |            |            | DISCONTINUED | withdrawal                       | 2023-04-05 |
    | 2023-04-05 | 2023-02-05 |            |            | 2023-04-05 |            | DISCONTINUED | lost_to_follow_up                | 2023-04-05 |
    | 2024-02-09 | 2023-10-01 |            |            |            | 2023-10-01 | COMPLETED    |                                  | 2023-10-01 |
    | 2023-11-20 | 2023-02-01 |            |            |            | 2023-11-20 | COMPLETED    |                                  | 2023-11-20 |
    | 2023-11-20 | 2023-10-06 |            |            |            |            | COMPLETED    |                                  | 2023-11-20 |
    | 2023-11-20 | 2023-10-05 |            |            |            |            | DISCONTINUED | no contact up to the planned end | 2023-11-20 |
    | 2023-11-20 | 2023-11-25 |            |            |            |            | COMPLETED    |                                  | 2023-11-20 |
    | 2023-11-20 | 2023-02-01 | 2023-11-25 |            |            |            | COMPLETED    |                                  | 2023-11-20 |
    | 2023-11-20 | 2023-02-01 |            |            | 2023-11-25 |            | DISCONTINUED | no contact up to the planned end | 2023-11-20 |
    | 2023-11-20 | 2023-02-01 |            |            |            | 2023-11-25 | COMPLETED    |                                  | 2023-11-20 |
    | 2023-11-30 | 2023-11-01 |            |            |            |            | COMPLETED    |                                  | 2023-11-30 |
    | 2023-11-30 | 2023-02-01 |            |            |            |            | DISCONTINUED | no contact up to the planned end | 2023-11-30 |
    | 2023-12-01 | 2023-02-01 |            |            |            |            | ONGOING      |                                  |            |
    | 2023-04-05 | 2023-04-05 | 2023-06-06 | 2023-04-05 |            |            | DISCONTINUED | withdrawal                       | 2023-04-05 |
    | 2023-09-09 | 2023-09-01 | 2023-10-10 |            |            |            | COMPLETED    |                                  | 2023-09-09 |
    | 2023-05-05 | 2023-05-01 | 2023-05-05 |            | 2023-05-05 |            | DISCONTINUED | death                            | 2023-05-05 |
    | 2023-05-05 | 2023-05-01 | 2023-05-05 |            |            | 2023-05-05 | DISCONTINUED | death                            | 2023-05-05 |
    | 2023-11-30 | 2023-11-01 | 2023-11-30 |            |            |            | DISCONTINUED | death                            | 2023-11-30 |
"""


def test_how_the_study_ended_for_each_patient():
    adsl = frame(STATUS, dates="EOFDT LSTALVDT DTHDT WITHDT LOSTDT COMPDT")
    flags = {"DTHDTF": "D", "WITHDTF": "M", "LOSTDTF": None, "COMPDTF": "D"}
    found = study_status(adsl.assign(DCUTDT=pd.Timestamp("2023-11-30"), **flags), plan_rules())
    told = {"death": "D", "withdrawal": "M"}
    expected = [told.get(row["DCSREAS"]) for row in table(STATUS)]
    completed = adsl["COMPDT"].notna() & found["EOSDT"].eq(adsl["COMPDT"])
    expected = ["D" if done else flag for done, flag in zip(completed, expected, strict=True)]
    assert [as_text(flag) for flag in found.pop("EOSDTF")] == expected
    for number, expected in enumerate(table(STATUS)):
        row = found.loc[number]
        assert {c: as_text(row[c]) for c in found} == {c: expected[c] for c in found}, expected


def test_the_last_window_of_the_plan_says_who_was_seen_to_the_end():
    """Both ends of a window count: days 91 to 100 are 10 days, days 351 to 395 are 45."""
    windows = [
        {"code": "soon", "label": "Soon", "number": 1, "target": 40, "first": 31, "last": 60},
        {"code": "late", "label": "Late", "number": 2, "target": 95, "first": 91, "last": 100},
    ]
    named = {"promis29": {"named_visit": "late"}, "response": {"supportive_visit": "late"}}
    rules = plan_rules(visits={"windows": windows}, **named)
    assert last_window_days(rules) == 10
    assert last_window_days(plan_rules()) == 45


def test_nobody_is_lost_from_an_empty_cut():
    extracts = raw()
    assert len(last_known_alive(extracts)) == 0
    assert len(deaths(extracts, last_known_alive(extracts))) == 0
    assert len(recorded_ends(extracts)) == 0
