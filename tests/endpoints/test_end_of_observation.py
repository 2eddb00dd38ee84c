"""Who was observed until when, and why not further: one rule for everything that counts time.

Day 1 is 2023-01-01; follow-up is planned to day 396, the cut is day 500 unless a line says another.
A silent patient was last seen more than 84 days before the cut; the last window of the plan has 45
days, so who was seen on day 351 or later was seen to the end.
"""

# ruff: noqa: E501 - a table reads best with a row on a line

import pandas as pd
import pytest

from analysis.endpoints.end_of_observation import end_of_observation, follow_up_status
from tests.tables import plan_rules, table

from .stories import datasets_of, extracts_of

RULES = plan_rules()
DAY_1 = pd.Timestamp("2023-01-01")
CASES = table(
    """
    | who                                                 | alive | dead | withdrew | lost | completed | cut | CNSR | last |
    | in follow-up, seen lately                           | 290   |      |          |      |           | 300 | 1    | 300  |
    | in follow-up, seen 84 days before the cut           | 216   |      |          |      |           | 300 | 1    | 300  |
    | in follow-up, silent for 85 days                    | 215   |      |          |      |           | 300 | 1    | 215  |
    | in follow-up, the planned end is the day after      | 390   |      |          |      |           | 395 | 1    | 395  |
    | died                                                | 180   | 200  |          |      |           | 300 | 1    | 200  |
    | died, long not seen before                          | 1     | 300  |          |      |           | 300 | 1    | 300  |
    | died on the last day of follow-up                   | 350   | 396  |          |      |           | 500 | 8    | 396  |
    | died the day after it                               | 10    | 397  |          |      |           | 500 | 8    | 396  |
    | died long after it, never seen                      | 1     | 500  |          |      |           | 500 | 8    | 396  |
    | seen long after it                                  | 480   |      |          |      |           | 500 | 8    | 396  |
    | seen on its last day                                | 396   |      |          |      |           | 500 | 8    | 396  |
    | seen the day before                                 | 395   |      |          |      |           | 500 | 8    | 395  |
    | seen on the first day of the last window            | 351   |      |          |      |           | 500 | 8    | 351  |
    | seen the day before it                              | 350   |      |          |      |           | 500 | 12   | 350  |
    | never seen                                          | 1     |      |          |      |           | 500 | 12   | 1    |
    | never seen, the planned end is the cut              | 1     |      |          |      |           | 396 | 12   | 1    |
    | withdrew                                            | 150   |      | 150      |      |           | 500 | 3    | 150  |
    | withdrew in a month, last seen before it            | 130   |      | 150      |      |           | 500 | 3    | 130  |
    | withdrew, alive by consent afterwards               | 220   |      | 150      |      |           | 500 | 3    | 150  |
    | withdrew, died in follow-up                         | 150   | 200  | 150      |      |           | 500 | 3    | 150  |
    | withdrew, died after follow-up                      | 150   | 450  | 150      |      |           | 500 | 8    | 150  |
    | withdrew after follow-up                            | 420   |      | 420      |      |           | 500 | 8    | 396  |
    | lost: last known alive, not the day of the loss     | 100   |      |          | 150  |           | 500 | 2    | 100  |
    | lost, found again in follow-up                      | 300   |      |          | 150  |           | 500 | 2    | 150  |
    | lost, found alive after follow-up                   | 450   |      |          | 150  |           | 500 | 8    | 150  |
    | lost, died in follow-up                             | 100   | 200  |          | 150  |           | 500 | 2    | 100  |
    | lost, died after follow-up                          | 100   | 450  |          | 150  |           | 500 | 8    | 100  |
    | lost after follow-up, never seen                    | 100   |      |          | 420  |           | 500 | 12   | 100  |
    | lost after follow-up, seen in the last window       | 360   |      |          | 420  |           | 500 | 8    | 360  |
    | lost and withdrew: the first of the reasons         | 160   |      | 160      | 150  |           | 500 | 3    | 150  |
    | completed on record                                 | 366   |      |          |      | 366       | 380 | 8    | 366  |
    | completed on record, in a month, last seen before   | 300   |      |          |      | 366       | 380 | 8    | 300  |
    | completed on record before the last window          | 200   |      |          |      | 200       | 500 | 8    | 200  |
    | completed, then died in follow-up                   | 366   | 380  |          |      | 366       | 500 | 8    | 366  |
    """
)
COLUMNS = {
    "alive": "LSTALVDT",
    "dead": "DTHDT",
    "withdrew": "WITHDT",
    "lost": "LOSTDT",
    "completed": "COMPDT",
    "cut": "DCUTDT",
}


def day(number):
    return pd.NaT if number is None else DAY_1 + pd.Timedelta(days=int(number) - 1)


def facts(truncate=True):
    known = pd.DataFrame(
        {name: [day(case[column]) for case in CASES] for column, name in COLUMNS.items()}
    )
    return known.assign(DTHLIMDT=day(396) if truncate else pd.NaT).astype("datetime64[ns]")


@pytest.fixture(scope="module")
def found():
    return follow_up_status(facts(), RULES), end_of_observation(facts(), RULES)


@pytest.mark.parametrize("number", range(len(CASES)), ids=[case["who"] for case in CASES])
def test_until_when_and_why(found, number):
    status, end = found
    assert status[number] == int(CASES[number]["CNSR"])
    assert (end[number] - DAY_1).days + 1 == int(CASES[number]["last"])


def test_nobody_is_observed_after_the_last_sign_of_life(found):
    """But for the dead, who is known to have lived on, and who was seen shortly before the cut."""
    known, (status, end) = facts(), found
    later = end > known["LSTALVDT"]
    dead = end.eq(known["DTHDT"])
    lived_on = end.eq(known["DTHLIMDT"]) & (known["DTHDT"] > end)
    seen = end.eq(known["DCUTDT"]) & ((end - known["LSTALVDT"]).dt.days <= 84) & status.eq(1)
    assert later.sum() > 5
    assert (dead | lived_on | seen)[later].all()


def test_without_truncation_nobody_is_complete_for_the_passing_of_a_day():
    known = facts(truncate=False)
    status, end = follow_up_status(known, RULES), end_of_observation(known, RULES)
    of = dict(zip([case["who"] for case in CASES], zip(status, end, strict=True), strict=True))
    assert of["never seen"] == (1, day(1))
    assert of["seen long after it"] == (1, day(500))
    assert of["died long after it, never seen"] == (1, day(500))
    assert of["lost, died after follow-up"] == (2, day(100))
    assert of["completed on record"] == (8, day(366))


def test_how_long_somebody_may_be_silent_is_a_rule():
    rules = plan_rules(follow_up={"silent_days": 85})
    number = [case["who"] for case in CASES].index("in follow-up, silent for 85 days")
    assert end_of_observation(facts(), rules)[number] == day(300)


# --- every parameter -----------------------------------------------------------------------------
LATE = {
    "dies after the end": "baseline -7, 600 death, cut 800",
    "seen after the end": "baseline -7, 600 alive, cut 800",
    "lost, dies after the end": "baseline -7, 20 alive, 150 lost, 600 death, cut 800",
    "never seen, never lost": "baseline -7, 20 alive, cut 800",
    "silent": "baseline -7, 20 alive, cut 300",
    "untreated, dies after the end": "untreated, baseline -3, 600 death, cut 800",
    "untreated, never seen": "untreated, baseline -3, 20 alive, cut 800",
}


@pytest.fixture(scope="module")
def told(rules):
    """All parameters of each story; nobody was assessed after baseline."""
    adtte = {}
    for name, text in LATE.items():
        data = datasets_of(extracts_of({"P001": text}), rules)
        adtte[name] = (data["adsl"].iloc[0], data["adtte"])
    return adtte


FROM_FIRST_DOSE = ("PFS", "PFSHYP", "PFSCOMP", "PFSTP", "PFSEARL", "PFSLATE")


@pytest.mark.parametrize("name", [name for name in LATE if "after the end" in name])
def test_who_is_known_alive_at_the_end_was_followed_to_it_in_every_parameter(told, name):
    """Reason 8 everywhere but where a patient without assessment is censored at day 1 (7)."""
    adsl, rows = told[name]
    by_life = rows[rows["CNSR"].gt(0) & ~rows["PARAMCD"].str.startswith("PFS")]
    by_life = by_life[by_life["PARAMCD"].ne("OSCONT")]
    assert {"OSENR", "TTGUID", "TCONBIO"} <= set(by_life["PARAMCD"])
    assert by_life["CNSR"].eq(8).all(), by_life[["PARAMCD", "CNSR"]]
    assert rows.loc[rows["PARAMCD"].isin(FROM_FIRST_DOSE), "CNSR"].eq(7).all()
    survival = rows[rows["PARAMCD"].eq("OS")]
    assert survival["ADT"].eq(adsl["TRTSDT"] + pd.Timedelta(days=395)).all()
    assert len(survival) == (not name.startswith("untreated"))


@pytest.mark.parametrize("name", ["never seen, never lost", "untreated, never seen"])
def test_who_was_not_seen_up_to_the_end_has_that_reason_in_every_parameter(told, name):
    adsl, rows = told[name]
    assert (adsl["EOSSTT"], adsl["DCSREAS"]) == (
        "DISCONTINUED",
        "no contact up to the planned end",
    )
    assert adsl["OBSENDT"] == adsl["LSTALVDT"]
    taken_as_alive = rows["PARAMCD"].str.endswith("LIM")
    open_ = rows[rows["CNSR"].gt(0) & ~taken_as_alive & ~rows["PARAMCD"].str.startswith("PFS")]
    assert len(open_) >= 3
    assert open_["CNSR"].eq(12).all(), open_[["PARAMCD", "CNSR"]]
    assert open_["ADT"].eq(adsl["LSTALVDT"]).all()
    bound = rows[taken_as_alive]
    assert bound["CNSR"].eq(8).all()
    anchor = bound["PARAMCD"].map({"OSLIM": adsl["TRTSDT"]}).fillna(adsl["ENRLDT"])
    assert bound["ADT"].eq(anchor + pd.Timedelta(days=395)).all()


def test_the_silent_are_observed_to_the_last_day_they_were_seen(told):
    adsl, rows = told["silent"]
    assert (adsl["EOSSTT"], adsl["SILENTFL"]) == ("ONGOING", "Y")
    assert adsl["OBSENDT"] == adsl["LSTALVDT"] < adsl["DCUTDT"]
    open_ = rows[rows["CNSR"].gt(0) & ~rows["PARAMCD"].str.startswith("PFS")]
    open_ = open_[~open_["PARAMCD"].str.endswith("LIM")]
    assert len(open_) >= 6
    assert open_["CNSR"].eq(1).all()
    assert open_["ADT"].eq(adsl["LSTALVDT"]).all()


def test_assessed_patients_keep_the_date_of_the_last_assessment_for_every_reason(rules):
    """Rows 13 to 17 of the plan's table: the reason differs, the date does not."""
    endings = {
        "150 withdrew N": 3,
        "150 lost": 2,
        "150 lost, 600 death": 8,
        "600 death": 8,
        "600 alive": 8,
        "20 alive": 12,
    }
    stories = [f"baseline -7, 57 PR, 113 PR, {end}, cut 800" for end in endings]
    adtte = datasets_of(extracts_of(stories), rules)["adtte"]
    for paramcd, days in (("PFS", 113), ("DOR", 57)):
        rows = adtte[adtte["PARAMCD"].eq(paramcd)]
        assert rows["CNSR"].tolist() == list(endings.values())
        assert rows["AVAL"].eq(days).all()


def test_a_death_at_its_latest_can_lie_after_the_end_and_then_proves_life_at_it(rules):
    """Died in 2024: at the earliest before the planned end, at the latest after it."""
    story = "dose 2023-01-10, baseline -7, 57 SD, 2024 death"
    known = datasets_of(extracts_of([story]), rules, pd.Timestamp("2024-12-31"))["adtte"]
    codes = known.set_index("PARAMCD")["CNSR"]
    assert codes[["PFS", "PFSEARL", "PFSLATE"]].tolist() == [0, 0, 8]


def test_old_reading_of_survival_stands_beside(rules):
    stories = ["57 SD, 600 death, cut 800", "57 SD, 600 alive, cut 800", "57 SD, 200 death"]
    adtte = datasets_of(extracts_of(stories), rules)["adtte"]
    days = adtte.pivot(index="USUBJID", columns="PARAMCD", values="AVAL")
    assert days["OS"].tolist() == [396, 396, 200]
    assert days["OSCONT"].tolist() == [57, 396, 200]
