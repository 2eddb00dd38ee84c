"""What each patient counts as at a planned visit. SAP T14.2.1.1.

First dose 2023-01-01 (day 1). Week 8: days 29 to 84, so 2023-01-29 to 2023-03-25, target
2023-02-26. The visit is due from the cutoff of 2023-03-25 on, whatever happened before.
"""

# ruff: noqa: E501 - a table reads best with a row on a line

import pandas as pd
import pytest

from analysis.endpoints.response_at_visit import STATUSES, status_at_visits
from tests.tables import day, plan_rules, table

WEEK_8 = table(
    """
    | situation                                    | assessments                        | new therapy | death      | end        | cutoff     | status             | due | response |
    |----------------------------------------------|------------------------------------|-------------|------------|------------|------------|--------------------|-----|----------|
    | complete response                            | 2023-02-26 CR                      |             |            |            | 2023-11-30 | CR                 | yes | yes      |
    | partial response                             | 2023-02-26 PR                      |             |            |            | 2023-11-30 | PR                 | yes | yes      |
    | stable disease                               | 2023-02-26 SD                      |             |            |            | 2023-11-30 | SD                 | yes |          |
    | no measurable lesion, not gone               | 2023-02-26 NON-CR/NON-PD           |             |            |            | 2023-11-30 | NON-CR/NON-PD      | yes |          |
    | progression at the visit                     | 2023-02-26 PD                      |             |            |            | 2023-11-30 | PD                 | yes |          |
    | not evaluable                                | 2023-02-26 NE                      |             |            |            | 2023-11-30 | NE                 | yes |          |
    | nothing done                                 |                                    |             |            |            | 2023-11-30 | Not done           | yes |          |
    | progression before, a response at the visit  | 2023-01-20 PD, 2023-02-26 PR       |             |            |            | 2023-11-30 | PD before          | yes |          |
    | progression before, nothing done             | 2023-01-20 PD                      |             |            |            | 2023-11-30 | PD before          | yes |          |
    | progression at an earlier scan of the window | 2023-02-10 PD, 2023-02-26 PR       |             |            |            | 2023-11-30 | PD before          | yes |          |
    | progression at a later scan of the window    | 2023-02-26 PR, 2023-03-20 PD       |             |            |            | 2023-11-30 | PR                 | yes | yes      |
    | progression after the window, nothing done   | 2023-03-26 PD                      |             |            |            | 2023-11-30 | Not done           | yes |          |
    | death before                                 |                                    |             | 2023-02-10 |            | 2023-11-30 | Death before       | yes |          |
    | death on the last day of the window          |                                    |             | 2023-03-25 |            | 2023-11-30 | Death before       | yes |          |
    | death the day after the window               |                                    |             | 2023-03-26 |            | 2023-11-30 | Not done           | yes |          |
    | death in the window, after the scan          | 2023-02-26 PR                      |             | 2023-03-01 |            | 2023-11-30 | PR                 | yes | yes      |
    | new therapy before the scan                  | 2023-02-26 PR                      | 2023-02-20  |            |            | 2023-11-30 | New therapy before | yes |          |
    | new therapy on the day of the scan           | 2023-02-26 PR                      | 2023-02-26  |            |            | 2023-11-30 | New therapy before | yes |          |
    | new therapy the day after the scan           | 2023-02-26 PR                      | 2023-02-27  |            |            | 2023-11-30 | PR                 | yes | yes      |
    | new therapy before, nothing done             |                                    | 2023-02-20  |            |            | 2023-11-30 | New therapy before | yes |          |
    | new therapy on the last day, nothing done    |                                    | 2023-03-25  |            |            | 2023-11-30 | New therapy before | yes |          |
    | new therapy after the window, nothing done   |                                    | 2023-03-26  |            |            | 2023-11-30 | Not done           | yes |          |
    | progression, then new therapy                | 2023-01-20 PD, 2023-02-26 SD       | 2023-01-25  |            |            | 2023-11-30 | PD before          | yes |          |
    | new therapy, then progression                | 2023-02-10 PD                      | 2023-02-01  |            |            | 2023-11-30 | New therapy before | yes |          |
    | new therapy, then death                      |                                    | 2023-02-01  | 2023-02-10 |            | 2023-11-30 | New therapy before | yes |          |
    | progression, then death                      | 2023-01-20 PD                      |             | 2023-02-10 |            | 2023-11-30 | PD before          | yes |          |
    | scan after the end of follow-up              | 2023-02-26 PR                      |             |            | 2023-02-10 | 2023-11-30 | Not done           | yes |          |
    | scan after the end displaces none before it  | 2023-02-19 PR, 2023-02-26 SD       |             |            | 2023-02-21 | 2023-11-30 | PR                 | yes | yes      |
    | nor does a progression after the end         | 2023-02-19 PR, 2023-02-26 PD       |             |            | 2023-02-21 | 2023-11-30 | PR                 | yes | yes      |
    | two scans: the nearest to the target         | 2023-02-25 PR, 2023-03-05 SD       |             |            |            | 2023-11-30 | PR                 | yes | yes      |
    | two scans equally near: the later            | 2023-02-19 PR, 2023-03-05 SD       |             |            |            | 2023-11-30 | SD                 | yes |          |
    | the nearest on new therapy: a failure        | 2023-02-19 PR, 2023-02-26 SD       | 2023-02-24  |            |            | 2023-11-30 | New therapy before | yes |          |
    | scan on day 28 is no visit                   | 2023-01-28 PR                      |             |            |            | 2023-11-30 | Not done           | yes |          |
    | scan on the first day of the window          | 2023-01-29 PR                      |             |            |            | 2023-11-30 | PR                 | yes | yes      |
    | scan on the last day of the window           | 2023-03-25 PR                      |             |            |            | 2023-11-30 | PR                 | yes | yes      |
    | scan on the last day of follow-up            | 2023-02-26 PR                      |             |            | 2023-02-26 | 2023-11-30 | PR                 | yes | yes      |
    | window closes on the cutoff                  | 2023-02-26 PR                      |             |            |            | 2023-03-25 | PR                 | yes | yes      |
    | window closes the day after the cutoff       | 2023-02-26 PR                      |             |            |            | 2023-03-24 | PR                 | no  | yes      |
    | not due, although progressed before          | 2023-01-20 PD                      |             |            |            | 2023-03-24 | PD before          | no  |          |
    | not due, although dead before                |                                    |             | 2023-02-10 | 2023-02-10 | 2023-03-24 | Death before       | no  |          |
    | not due, although on new therapy             |                                    | 2023-02-10  |            |            | 2023-03-24 | New therapy before | no  |          |
    """
)


def study(cases) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Assessments and ADSL of the drawn patients, one patient a row."""
    assessments, patients = [], []
    for number, case in enumerate(cases):
        patient = f"P{number:03}"
        for text in (case["assessments"] or "").split(", ") if case["assessments"] else []:
            date, response = text.split()
            assessments.append({"USUBJID": patient, "ADT": day(date), "AVALC": response})
        patients.append(
            {
                "USUBJID": patient,
                "TRTSDT": day("2023-01-01"),
                "NACTDT": day(case["new therapy"]),
                "DTHDT": day(case["death"]),
                "EOFDT": day(case["end"]),
                "DCUTDT": day(case["cutoff"]),
            }
        )
    columns = ["USUBJID", "ADT", "AVALC"]
    return (
        pd.DataFrame(assessments, columns=columns).astype({"ADT": "datetime64[ns]"}),
        pd.DataFrame(patients).astype(
            dict.fromkeys(["TRTSDT", "NACTDT", "DTHDT", "EOFDT", "DCUTDT"], "datetime64[ns]")
        ),
    )


@pytest.fixture(scope="module")
def status():
    return status_at_visits(*study(WEEK_8), plan_rules())


@pytest.mark.parametrize(
    ("number", "case"), list(enumerate(WEEK_8)), ids=[c["situation"] for c in WEEK_8]
)
def test_status_at_week_8(status, number, case):
    row = status[status["USUBJID"].eq(f"P{number:03}") & status["AVISIT"].eq("Week 8")].iloc[0]
    assert row["STATUS"] == case["status"]
    assert row["DUE"] == (case["due"] == "yes")
    assert row["OR"] == (case["response"] == "yes")
    evaluable = case["status"] in ("CR", "PR", "SD", "NON-CR/NON-PD", "PD")
    assert row["ASSESSED"] == evaluable


def test_every_patient_has_one_status_at_every_visit(status):
    windows = plan_rules().visits.windows
    assert len(status) == len(WEEK_8) * len(windows)
    assert not status.duplicated(["USUBJID", "AVISIT"]).any()
    assert set(status["STATUS"]) <= set(STATUSES)
    assert list(status["AVISITN"].unique()) == [8, 16, 24, 32, 40, 48, 52]


# Last day of each window is due day: 2023-01-01 plus last day minus 1.
DUE_FROM = table(
    """
    | visit    | due from   |
    | Week 8   | 2023-03-25 |
    | Week 16  | 2023-05-20 |
    | Week 24  | 2023-07-15 |
    | Week 32  | 2023-09-09 |
    | Week 40  | 2023-11-04 |
    | Week 48  | 2023-12-16 |
    | Month 12 | 2024-01-30 |
    """
)


@pytest.mark.parametrize("case", DUE_FROM, ids=lambda case: case["visit"])
def test_a_visit_is_due_when_its_window_has_closed(case):
    base = WEEK_8[6]
    before = (day(case["due from"]) - pd.Timedelta(days=1)).strftime("%Y-%m-%d")
    found = status_at_visits(
        *study([{**base, "cutoff": before}, {**base, "cutoff": case["due from"]}]), plan_rules()
    )
    assert list(found.loc[found["AVISIT"].eq(case["visit"]), "DUE"]) == [False, True]


def test_a_failure_stays_a_failure_at_every_later_visit(status):
    number = next(n for n, c in enumerate(WEEK_8) if c["situation"] == "progression at the visit")
    mine = status[status["USUBJID"].eq(f"P{number:03}")]
    assert list(mine["STATUS"]) == ["PD"] + ["PD before"] * 6


def test_a_later_visit_knows_nothing_of_an_earlier_response(status):
    number = next(n for n, c in enumerate(WEEK_8) if c["situation"] == "partial response")
    mine = status[status["USUBJID"].eq(f"P{number:03}")]
    assert list(mine["STATUS"]) == ["PR"] + ["Not done"] * 6


def test_the_order_of_the_rows_has_no_effect(status):
    assessments, adsl = study(WEEK_8)
    again = status_at_visits(
        assessments.sample(frac=1, random_state=5),
        adsl.sample(frac=1, random_state=5),
        plan_rules(),
    )
    pd.testing.assert_frame_equal(again, status)


def test_nobody_treated():
    assessments, adsl = study(WEEK_8)
    assert len(status_at_visits(assessments, adsl.iloc[:0], plan_rules())) == 0
    assert len(status_at_visits(assessments.iloc[:0], adsl.iloc[:0], plan_rules())) == 0


def test_nobody_assessed():
    assessments, adsl = study(WEEK_8[:3])
    found = status_at_visits(assessments.iloc[:0], adsl, plan_rules())
    assert set(found["STATUS"]) == {"Not done"}
