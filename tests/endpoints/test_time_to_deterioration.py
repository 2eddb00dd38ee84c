"""Time to deterioration: one story a line, expected day and code beside it.

Physical function (higher is better) and fatigue (higher is worse), threshold 3 points, both 40 at
baseline. Week 8 is days 29 to 84, Week 16 85 to 140, Week 24 to 196, Month 12 351 to 395. A cell: the day and
CNSR (0 worse, 10 death competes, else censored).
"""

# ruff: noqa: E501 - a table reads best with a row on a line

import pandas as pd
import pytest

from analysis.endpoints.time_to_deterioration import (
    DETERIORATION,
    derive_deterioration,
)
from tests.tables import plan_rules, table

RULES = plan_rules()
ANCHOR = pd.Timestamp("2023-01-01")
CASES = table(
    """
    | story                                              | PF forms               | ends                 | PF     | why                                             |
    | worse at the second form                           | 57 39, 113 36.9        |                      | 113 0  | first change of -3 or more                      |
    | exactly the difference                             | 57 37                  |                      | 57 0   | a change of exactly 3 counts                    |
    | not quite                                          | 57 37.1                |                      | 140 1  | no score at Week 16, which closes on day 140    |
    | better, never worse                                | 57 44, 113 47          |                      | 196 1  | better is no event; Week 24 closes on day 196   |
    | worse and better again                             | 57 36, 113 41          |                      | 57 0   | the first deterioration counts                  |
    | at an unscheduled form                             | 57 40, 70 35           |                      | 70 0   | forms between the visits count                  |
    | no later form                                      |                        |                      | 84 7   | in the population; Week 8 closes on day 84      |
    | no later form, dies in Week 8                      |                        | 84 death             | 84 10  | no visit was missed before                      |
    | no later form, dies later                          |                        | 85 death             | 84 7   | Week 8 was missed: what came before is unknown  |
    | dies by the close of the next visit                | 57 40                  | 140 death            | 140 10 | Week 16 was not over                            |
    | dies after a missed visit                          | 57 40                  | 141 death            | 140 5  | the form of Week 16 did not come                |
    | dies before Week 8, after an early form            | 10 40                  | 60 death             | 60 10  | Week 8 follows day 10                           |
    | worse, then dies                                   | 57 36                  | 80 death             | 57 0   | the event came first                            |
    | dies after the last planned visit                  | 365 40                 | 390 death            | 390 10 | no further visit is planned                     |
    | withdrew                                           | 57 40                  | 100 withdrew         | 100 3  | observed up to the withdrawal                   |
    | a form after the withdrawal                        | 57 40, 110 30          | 100 withdrew         | 100 3  | it does not count                               |
    | lost                                               | 57 40                  | 100 lost             | 100 2  | observed up to the loss                         |
    | follow-up over                                     | 57 40                  | 395 over             | 140 8  | no score at Week 16                             |
    | a form after the end of follow-up                  | 57 40, 400 30          | 395 over             | 140 8  | it does not count                               |
    | the next form without this score, dies later       | 57 40, 113 -           | 150 death            | 140 5  | the domain was not scored in Week 16            |
    | cut before the next visit closes                   | 57 40                  | 100 cut              | 100 1  | deaths and scores are known up to the cut       |
    | no later form, cut                                 |                        | 40 cut               | 40 7   | Week 8 is not over                              |
    | last planned visit done                            | 365 40                 | 395 over             | 395 8  | observed up to the planned end                  |
    | completed, then dies                               | 365 40                 | 380 completed 390 death | 380 8 | nobody is observed after the completion       |
    | withdrew, then dies                                | 57 40                  | 100 withdrew 120 death | 100 3 | observed for neither after the withdrawal      |
    | withdrew, then dies later                          | 57 40                  | 100 withdrew 200 death | 100 3 | the withdrawal came first                      |
    | a form without this score                          | 57 -, 113 36           |                      | 113 0  | the domain was not scored at day 57             |
    """
)


def facts(case, who):
    """Facts of one patient; the planned end of follow-up is day 395."""
    said = (case["ends"] or "").split()
    ends = {
        what: ANCHOR + pd.Timedelta(days=int(day) - 1)
        for day, what in zip(said[::2], said[1::2], strict=True)
    }
    planned = ANCHOR + pd.Timedelta(days=394)
    left = [ends[what] for what in ("withdrew", "lost") if what in ends]
    status = {"withdrew": 3, "lost": 2, "over": 8, "completed": 8}
    return {
        "USUBJID": who,
        "ANCHORDT": ANCHOR,
        "DTHDT": ends.get("death", pd.NaT),
        "DTHDTF": None,
        "DTHLINE": 9,
        "LIMITDT": min([planned, *left]),
        "WITHDT": ends.get("withdrew", pd.NaT),
        "LOSTDT": ends.get("lost", pd.NaT),
        "COMPDT": ends.get("completed", pd.NaT),
        "DCUTDT": ends.get("cut", ANCHOR + pd.Timedelta(days=999)),
        "STATUS": next((status[what] for what in ends if what in status), 1),
    }


def scores(case, who, paramcd, sign):
    rows = [(who, paramcd, "Baseline", "completed", ANCHOR, 40.0, None, 2)]
    forms = [form.split() for form in (case["PF forms"] or "").split(", ") if form]
    for line, (day, value) in enumerate(forms, start=3):
        date = ANCHOR + pd.Timedelta(days=int(day) - 1)
        score = None if value == "-" else 40 + sign * (float(value) - 40)
        change = None if score is None else score - 40
        state = "completed" if line == 3 else None
        rows.append((who, paramcd, f"day {day}", state, date, score, change, line))
    return rows


@pytest.fixture(scope="module")
def derived():
    people, rows = [], []
    for number, case in enumerate(CASES):
        who = f"P{number:03d}"
        people.append(facts(case, who))
        rows += scores(case, who, "PF", 1) + scores(case, who, "FAT", -1)
    names = ["USUBJID", "PARAMCD", "AVISIT", "STATE", "ADT", "AVAL", "CHG", "SRCROW"]
    adqs = pd.DataFrame(rows, columns=names).astype({"AVAL": "float64", "CHG": "float64"})
    adqs["SRCROW"] = adqs["SRCROW"].astype("Int64")
    frame = pd.DataFrame(people).astype({"DTHLINE": "Int64"})
    shuffled = adqs.sample(frac=1, random_state=3)
    found = derive_deterioration(frame.sample(frac=1, random_state=2), shuffled, RULES)
    return found.set_index(["USUBJID", "PARAMCD"])


@pytest.mark.parametrize("number", range(len(CASES)), ids=[case["story"] for case in CASES])
@pytest.mark.parametrize("paramcd", ["TTDPF", "TTDFAT"])
def test_story(derived, number, paramcd):
    """Fatigue is the mirror of physical function: the same forms, the other way round."""
    row = derived.loc[(f"P{number:03d}", paramcd)]
    assert f"{row['AVAL']} {row['CNSR']}" == CASES[number]["PF"], CASES[number]["why"]
    assert row["EVTCAUSE"] == {0: 1, 10: 2}.get(row["CNSR"], 0)


def test_each_source_is_the_row_of_the_score_or_of_the_death(derived):
    worse = derived[derived["CNSR"].eq(0)]
    assert set(worse["SRCDOM"]) == {"promis29"}
    assert derived.loc[("P000", "TTDPF"), "SRCROW"] == 4  # the second form after baseline
    died = derived[derived["CNSR"].eq(10)]
    assert set(died["SRCDOM"]) == {"disposition"}
    assert died["SRCROW"].eq(9).all()


def test_without_a_score_at_baseline_or_dead_before_the_anchor_there_is_no_time():
    case = {"ends": None, "PF forms": "57 30"}
    people = pd.DataFrame([facts(case, "A"), facts(case, "B"), facts(case, "C")])
    people.loc[people["USUBJID"].eq("B"), "DTHDT"] = ANCHOR - pd.Timedelta(days=3)
    people["DTHLINE"] = pd.array([9, 9, 9], dtype="Int64")
    rows = scores(case, "A", "PF", 1)[1:] + scores(case, "B", "PF", 1) + scores(case, "C", "PF", 1)
    names = ["USUBJID", "PARAMCD", "AVISIT", "STATE", "ADT", "AVAL", "CHG", "SRCROW"]
    adqs = pd.DataFrame(rows, columns=names).astype({"AVAL": "float64", "CHG": "float64"})
    found = derive_deterioration(people, adqs.astype({"SRCROW": "Int64"}), RULES)
    assert found["USUBJID"].tolist() == ["C"]


def test_names_fit_adam():
    assert all(len(code) <= 8 for code in DETERIORATION.values())
