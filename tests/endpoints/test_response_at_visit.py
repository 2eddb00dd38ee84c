"""What each patient counts as at a planned visit. SAP T14.2.1.1.

First dose 2023-01-01 (day 1). Week 8: days 29 to 84, so 2023-01-29 to 2023-03-25, target
2023-02-26. The visit is due from the cutoff of 2023-03-25 on, whatever happened before.
"""

# ruff: noqa: E501 - a table reads best with a row on a line

import numpy as np
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
    | an evaluable scan two days later              | 2023-02-26 NE, 2023-02-28 PR       |             |            |            | 2023-11-30 | PR                 | yes | yes      |
    | an evaluable scan a week earlier              | 2023-02-19 PR, 2023-02-26 NE       |             |            |            | 2023-11-30 | PR                 | yes | yes      |
    | of the evaluable the nearest                  | 2023-02-19 SD, 2023-02-26 NE, 2023-03-04 PR |    |            |            | 2023-11-30 | PR                 | yes | yes      |
    | of the evaluable equally near the later       | 2023-02-20 PR, 2023-02-26 NE, 2023-03-04 SD |    |            |            | 2023-11-30 | SD                 | yes |          |
    | the later of two equally near not evaluable   | 2023-02-19 PR, 2023-03-05 NE       |             |            |            | 2023-11-30 | PR                 | yes | yes      |
    | not evaluable twice                           | 2023-02-19 NE, 2023-02-26 NE       |             |            |            | 2023-11-30 | NE                 | yes |          |
    | an evaluable scan outside the window          | 2023-01-28 PR, 2023-02-26 NE       |             |            |            | 2023-11-30 | NE                 | yes |          |
    | response, new therapy, not evaluable          | 2023-02-13 PR, 2023-02-26 NE       | 2023-02-18  |            |            | 2023-11-30 | New therapy before | yes |          |
    | not evaluable, new therapy, response          | 2023-02-26 NE, 2023-02-28 PR       | 2023-02-27  |            |            | 2023-11-30 | NE                 | yes |          |
    | not evaluable, response as new therapy starts | 2023-02-26 NE, 2023-02-28 PR       | 2023-02-28  |            |            | 2023-11-30 | NE                 | yes |          |
    | not evaluable, response, then new therapy     | 2023-02-26 NE, 2023-02-28 PR       | 2023-03-01  |            |            | 2023-11-30 | PR                 | yes | yes      |
    | response, not evaluable, then new therapy     | 2023-02-19 PR, 2023-02-26 NE       | 2023-02-27  |            |            | 2023-11-30 | PR                 | yes | yes      |
    | response, progression, not evaluable          | 2023-02-13 PR, 2023-02-18 PD, 2023-02-26 NE |    |            |            | 2023-11-30 | PD before          | yes |          |
    | not evaluable, progression, response          | 2023-02-26 NE, 2023-02-27 PD, 2023-02-28 PR |    |            |            | 2023-11-30 | PD                 | yes |          |
    | not evaluable, then progression               | 2023-02-26 NE, 2023-02-28 PD       |             |            |            | 2023-11-30 | PD                 | yes |          |
    | not evaluable, new therapy, progression       | 2023-02-26 NE, 2023-02-28 PD       | 2023-02-27  |            |            | 2023-11-30 | NE                 | yes |          |
    | response, not evaluable, then progression     | 2023-02-13 PR, 2023-02-26 NE, 2023-02-28 PD |    |            |            | 2023-11-30 | PR                 | yes | yes      |
    | response, then progression at the visit       | 2023-02-19 PR, 2023-02-26 PD       |             |            |            | 2023-11-30 | PD                 | yes |          |
    | not evaluable, response after the end         | 2023-02-26 NE, 2023-02-28 PR       |             |            | 2023-02-27 | 2023-11-30 | NE                 | yes |          |
    | not evaluable, response on the day of death   | 2023-02-26 NE, 2023-02-28 PR       |             | 2023-02-28 | 2023-02-28 | 2023-11-30 | PR                 | yes | yes      |
    | not evaluable, response after the death       | 2023-02-26 NE, 2023-02-28 PR       |             | 2023-02-27 |            | 2023-11-30 | NE                 | yes |          |
    | not evaluable, evaluable, not due             | 2023-02-26 NE, 2023-02-28 PR       |             |            |            | 2023-03-24 | PR                 | no  | yes      |
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


# --- the assessment that stands for the visit ----------------------------------------------------
STANDS = table(
    """
    | assessments                                 | new therapy | stands     | before A11         | because                                       |
    | 2023-02-26 NE, 2023-02-28 PR                |             | 2023-02-28 | NE                 | not evaluable hides no evaluable one          |
    | 2023-02-13 PR, 2023-02-26 NE                | 2023-02-18  | 2023-02-26 | New therapy before | judged at the nearest, where new therapy is   |
    | 2023-02-26 NE, 2023-02-28 PD                |             | 2023-02-28 | NE                 | the progression is the visit's own            |
    | 2023-02-19 NE, 2023-02-26 NE                |             | 2023-02-26 | NE                 | none is evaluable: the nearest                |
    | 2023-02-19 SD, 2023-02-26 PR                |             | 2023-02-26 | PR                 | the nearest is evaluable                      |
    """
)


@pytest.mark.parametrize("case", STANDS, ids=[case["because"] for case in STANDS])
def test_the_assessment_that_stands_for_the_visit_and_the_reading_before(case):
    drawn = {**case, "death": None, "end": None, "cutoff": "2023-11-30"}
    assessments, adsl = study([drawn])
    now = status_at_visits(assessments, adsl, plan_rules()).iloc[0]
    before = status_at_visits(assessments, adsl, plan_rules(), nearest_only=True).iloc[0]
    assert now["AVISIT"] == "Week 8"
    assert now["ADT"] == day(case["stands"])
    assert before["STATUS"] == case["before A11"]


def by_the_words_of_the_plan(course, new_therapy, death):
    """Status at Week 8 of one patient, (day, response) by (day, response), as the plan puts it."""
    course = sorted((d, r) for d, r in course if d <= death)
    window = [(d, r) for d, r in course if 29 <= d <= 84]
    progressions = [d for d, r in course if r == "PD"]
    first_pd = min(progressions, default=999)
    nearest = min(window, key=lambda a: (abs(a[0] - 57), -a[0]), default=None)
    if nearest is None:
        facts = [(first_pd, 0, "PD before"), (new_therapy, 1, "New therapy before")]
        came = [fact for fact in [*facts, (death, 2, "Death before")] if fact[0] <= 84]
        return min(came)[2] if came else "Not done"
    judged = nearest[0]
    came = [(first_pd, 0, "PD before")] if first_pd < judged else []
    came += [(new_therapy, 1, "New therapy before")] if new_therapy <= judged else []
    if came:
        return min(came)[2]
    if nearest[1] != "NE":
        return nearest[1]
    able = [a for a in window if a[1] != "NE" and a[0] < min(first_pd, new_therapy)]
    if able:
        return min(able, key=lambda a: (abs(a[0] - 57), -a[0]))[1]
    own = 29 <= first_pd <= 84 and first_pd < new_therapy
    return "PD" if own else "NE"


def test_a_thousand_courses_as_the_plan_puts_it():
    random = np.random.default_rng(11)
    first, courses = pd.Timestamp("2022-12-31"), []
    for _ in range(1000):
        days = random.choice(np.arange(20, 95), size=random.integers(0, 6), replace=False)
        seen = random.choice(["CR", "PR", "SD", "NE", "NE", "NE", "PD"], size=len(days))
        therapy, death = (random.integers(20, 200) if random.random() < 0.3 else 999 for _ in "ab")
        courses.append((list(zip(days.tolist(), seen, strict=True)), int(therapy), int(death)))

    def date(number):
        return None if number == 999 else first + pd.Timedelta(days=number)

    names = [f"P{number:04d}" for number in range(len(courses))]
    rows = [
        (name, date(d), r)
        for name, (course, _, _) in zip(names, courses, strict=True)
        for d, r in course
    ]
    adsl = pd.DataFrame(
        {
            "USUBJID": names,
            "TRTSDT": day("2023-01-01"),
            "NACTDT": [date(therapy) for _, therapy, _ in courses],
            "DTHDT": [date(death) for *_, death in courses],
            "EOFDT": [date(death) or day("2024-01-31") for *_, death in courses],
            "DCUTDT": day("2023-11-30"),
        }
    )
    dates = ["TRTSDT", "NACTDT", "DTHDT", "EOFDT", "DCUTDT"]
    adsl[dates] = adsl[dates].astype("datetime64[ns]")
    assessments = pd.DataFrame(rows, columns=["USUBJID", "ADT", "AVALC"])
    found = status_at_visits(assessments, adsl, plan_rules())
    week_8 = found[found["AVISIT"].eq("Week 8")].set_index("USUBJID")["STATUS"]
    expected = [by_the_words_of_the_plan(*course) for course in courses]
    assert week_8[names].tolist() == expected
    assert set(expected) == set(STATUSES) - {"NON-CR/NON-PD"}  # every other branch is taken
