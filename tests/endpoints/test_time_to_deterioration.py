"""Time to deterioration: one story a line, expected day and code beside it.

Physical function (higher is better) and fatigue (higher is worse), threshold 3 points, both 40 at
baseline. Week 8 is days 29 to 84, Week 16 85 to 140, Week 24 to 196, Week 32 to 252, Week 48 309 to
350, Month 12 351 to 395. One visit may be missed; the second in a row ends the observation when it
closes. ``100 lost``: observed up to day 100 and lost. A cell: the day and CNSR (0 worse, 10 death
competes, 5 visits missed, else censored).
"""

# ruff: noqa: E501 - a table reads best with a row on a line

import numpy as np
import pandas as pd
import pytest

from analysis.endpoints.time_to_deterioration import (
    DETERIORATION,
    derive_deterioration,
    missed_in_a_row,
)
from tests.tables import plan_rules, table

RULES = plan_rules()
ANCHOR = pd.Timestamp("2023-01-01")
CASES = table(
    """
    | story                                              | PF forms               | ends                 | PF     | why                                             |
    | worse at the second form                           | 57 39, 113 36.9        |                      | 113 0  | first change of -3 or more                      |
    | exactly the difference                             | 57 37                  |                      | 57 0   | a change of exactly 3 counts                    |
    | not quite                                          | 57 37.1                |                      | 196 5  | Week 16 and Week 24 missed: closes on day 196   |
    | better, never worse                                | 57 44, 113 47          |                      | 252 5  | better is no event; Week 24 and 32 missed       |
    | worse and better again                             | 57 36, 113 41          |                      | 57 0   | the first deterioration counts                  |
    | at an unscheduled form                             | 57 40, 70 35           |                      | 70 0   | forms between the visits count                  |
    | worse after one missed visit                       | 57 40, 150 36          |                      | 150 0  | one visit may be missed                         |
    | worse on the day the second missed visit closes    | 57 40, 196 36          |                      | 196 0  | Week 24 was not missed                          |
    | worse after two missed visits                      | 57 40, 197 36          |                      | 196 5  | not seen while observed                         |
    | every other visit                                  | 113 40, 225 40, 337 36 |                      | 337 0  | never two in a row                              |
    | a run that begins later                            | 57 40, 113 40, 169 40, 337 30 |               | 308 5  | Week 32 and Week 40 missed                      |
    | worse long before two missed visits                | 57 36, 300 40          |                      | 57 0   | what comes later changes nothing                |
    | no later form                                      |                        |                      | 140 7  | in the population; Week 16 closes on day 140    |
    | no later form, dies in Week 8                      |                        | 84 death             | 84 10  | no visit was missed before                      |
    | no later form, dies after one missed visit         |                        | 85 death             | 85 10  | like a worsening on that day                    |
    | no later form, dies as the second closes           |                        | 140 death            | 140 10 | the last day that counts                        |
    | no later form, dies later                          |                        | 141 death            | 140 7  | two visits missed: what came before is unknown  |
    | dies after one missed visit                        | 57 40                  | 196 death            | 196 10 | up to the close of the second                   |
    | dies after two missed visits                       | 57 40                  | 197 death            | 196 5  | as a worsening would                            |
    | dies before Week 8, after an early form            | 10 40                  | 60 death             | 60 10  | day 10 is in no visit                           |
    | an early form is no visit                          | 10 40                  |                      | 140 5  | Week 8 and Week 16 missed                       |
    | worse, then dies                                   | 57 36                  | 80 death             | 57 0   | the event came first                            |
    | dies after the last planned visit                  | 309 40, 365 40         | 390 death            | 140 7  | two visits were missed long before              |
    | all visits, dies after the last                    | 57 40, 113 40, 169 40, 225 40, 281 40, 337 40, 365 40 | 390 death | 390 10 | no further visit is planned |
    | all visits, last window open                       | 57 40, 113 40, 169 40, 225 40, 281 40, 337 40 | 396 over | 396 8  | one missed, then the end of follow-up           |
    | withdrew                                           | 57 40                  | 100 withdrew         | 100 3  | observed up to the withdrawal                   |
    | a form after the withdrawal                        | 57 40, 110 30          | 100 withdrew         | 100 3  | it does not count                               |
    | lost, last seen on day 100                         | 57 40                  | 100 lost             | 100 2  | observed up to the last sign of life            |
    | no contact up to the planned end                   | 57 40                  | 100 nobody           | 100 12 | observed up to the last sign of life            |
    | follow-up over                                     | 57 40                  | 396 over             | 196 5  | two visits missed before                        |
    | a form after the end of follow-up                  | 57 40, 113 40, 169 40, 225 40, 281 40, 337 40, 397 30 | 396 over | 396 8 | it does not count |
    | the next form without this score, dies later       | 57 40, 113 -           | 150 death            | 150 10 | one score was missed                            |
    | two forms without this score                       | 57 40, 113 -, 169 -    | 250 death            | 196 5  | the domain was not scored twice                 |
    | cut before the next visit closes                   | 57 40                  | 100 cut              | 100 1  | deaths and scores are known up to the cut       |
    | the second missed visit closes on the cut          | 57 40                  | 196 cut              | 196 5  | the visit decides                               |
    | no later form, cut                                 |                        | 40 cut               | 40 7   | Week 8 is not over                              |
    | completed, then dies                               | 57 40                  | 180 completed 190 death | 180 8 | nobody is observed after the completion       |
    | withdrew, then dies                                | 57 40                  | 100 withdrew 120 death | 100 3 | observed for neither after the withdrawal      |
    | withdrew, then dies later                          | 57 40                  | 100 withdrew 250 death | 100 3 | the withdrawal came first                      |
    | a form without this score                          | 57 -, 113 36           |                      | 113 0  | the domain was not scored at day 57             |
    """
)


def facts(case, who):
    """Facts of one patient; follow-up is open unless the story says how it ended."""
    said = (case["ends"] or "").split()
    ends = {
        what: ANCHOR + pd.Timedelta(days=int(day) - 1)
        for day, what in zip(said[::2], said[1::2], strict=True)
    }
    status = {"withdrew": 3, "lost": 2, "nobody": 12, "over": 8, "completed": 8}
    return {
        "USUBJID": who,
        "ANCHORDT": ANCHOR,
        "DTHDT": ends.get("death", pd.NaT),
        "DTHDTF": None,
        "DTHLINE": 9,
        "OBSENDT": min(ends.values(), default=ANCHOR + pd.Timedelta(days=999)),
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


@pytest.mark.parametrize(
    ("allowed", "closes"), [(0, [84, 140, 140]), (1, [140, 196, 308]), (6, [395, np.nan, np.nan])]
)
def test_how_many_visits_may_be_missed_is_a_rule(allowed, closes):
    """Nobody gave a form; the second patient one in Week 8; the third in Week 8 and Week 24."""
    rules = plan_rules(promis29={"max_missed": allowed})
    days = pd.DataFrame({"person": [1, 2, 2], "day": [57, 57, 169]})
    np.testing.assert_array_equal(missed_in_a_row(days, 3, rules), closes)


def test_no_look_ahead():
    """Whether observation has ended by a day depends on the forms up to that day alone."""
    rng = np.random.default_rng(13)
    people = 400
    days = pd.DataFrame(
        {"person": rng.integers(0, people, 1500), "day": rng.integers(2, 400, 1500)}
    )
    closes = missed_in_a_row(days, people, RULES)
    assert np.isfinite(closes).sum() > 50
    assert np.isnan(closes).sum() > 20
    for window in RULES.visits.windows:
        known = missed_in_a_row(days[days["day"] <= window.last], people, RULES)
        over = closes <= window.last
        np.testing.assert_array_equal(known <= window.last, over)
        np.testing.assert_array_equal(known[over], closes[over])
