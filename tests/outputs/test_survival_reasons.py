"""T14.2.5.3 by hand: why survival times ended, and the sentence on groups that were lost more."""

import pandas as pd
import pytest

from analysis.estimates.rows import Cell
from analysis.outputs.overall_survival.deaths_and_censoring import (
    numbers as overall_survival_reasons,
)
from analysis.outputs.overall_survival.deaths_and_censoring import (
    overall_survival_reasons_table,
    spelt_once,
)
from analysis.outputs.overall_survival.uneven_loss import uneven_loss
from tests.outputs.known_days import known_from_the_start
from tests.tables import frame, plan_rules

RULES = plan_rules()
WORDS = {
    0: "Death",
    1: "Alive at the data cut: last known alive",
    2: "Lost to follow-up: last known alive",
    3: "Withdrew consent: last known alive",
    8: "Follow-up complete: alive at its planned end",
    12: "No contact up to the planned end: last known alive",
}
PATIENTS = """
    | USUBJID | TRTGRP1 | AVAL | CNSR | WITHRSN               |
    | A1      | TG      | 100  | 0    |                       |
    | A2      | TG      | 396  | 8    |                       |
    | A3      | TG      | 50   | 3    | too unwell for visits |
    | A4      | TG      | 60   | 3    | moved away            |
    | B1      | OT      | 70   | 3    | Too unwell  for visits |
    | B2      | OT      | 80   | 2    |                       |
    | B3      | OT      | 20   | 12   |                       |
    | B4      | OT      | 90   | 3    |                       |
    | B5      | OT      | 300  | 1    |                       |
"""


def study(rows):
    """ADSL and ADTTE of treated patients: group, day and code of survival, reason to withdraw."""
    adsl = rows[["USUBJID", "TRTGRP1", "WITHRSN"]].assign(TRTFL="Y")
    words = rows["CNSR"].map(WORDS)
    event = rows["CNSR"].eq(0)
    adtte = rows[["USUBJID", "AVAL", "CNSR"]].assign(
        PARAMCD="OS", EVNTDESC=words.where(event), CNSDTDSC=words.where(~event)
    )
    return known_from_the_start({"adsl": adsl, "adtte": adtte})


@pytest.fixture(scope="module")
def reasons():
    return overall_survival_reasons(study(frame(PATIENTS, numbers="AVAL CNSR")), RULES)


@pytest.mark.parametrize(
    ("group", "code", "n"),
    [
        *(("TG", 0, 1), ("TG", 8, 1), ("TG", 3, 2), ("TG", 2, 0), ("TG", 12, 0), ("TG", 1, 0)),
        *(("OT", 0, 0), ("OT", 8, 0), ("OT", 3, 2), ("OT", 2, 1), ("OT", 12, 1), ("OT", 1, 1)),
        *(("All", 0, 1), ("All", 3, 4)),
    ],
)
def test_every_time_has_its_reason(reasons, group, code, n):
    analysis = "event" if code == 0 else "censored"
    cell = Cell(analysis, group, parameter=f"CNSR {code}", category=WORDS[code])
    size = {"TG": 4, "OT": 5, "All": 9}[group]
    assert (reasons.value(cell, "n"), reasons.value(cell, "N")) == (n, size)


def test_who_is_too_unwell_is_not_who_moved_away(reasons):
    said = {"too unwell for visits": (1, 1), "moved away": (1, 0), "not recorded": (0, 1)}
    frame_of = reasons.frame
    listed = frame_of.loc[frame_of["analysis_id"].eq("withdrew because"), "category"].unique()
    assert sorted(word.casefold() for word in listed) == sorted(said)
    for word in listed:
        for group, n in zip(("TG", "OT"), said[word.casefold()], strict=True):
            assert reasons.value(Cell("withdrew because", group, category=word), "n") == n


def test_reasons_in_the_order_of_the_plan_and_withdrawals_below_theirs(reasons):
    table = overall_survival_reasons_table(reasons, RULES)
    labels = [row.label for row in table.rows]
    codes = [label.split("[CNSR ")[1].rstrip("]") for label in labels if "[CNSR" in label]
    assert codes == ["3", "2", "12", "8", "1"]
    at = labels.index("Withdrew consent: last known alive [CNSR 3]")
    assert labels[at + 3] == "not recorded"
    assert {row.indent for row in table.rows[at + 1 : at + 4]} == {2}


def test_one_spelling_of_a_reason_that_differs_by_case_or_spaces():
    given = pd.Series(["moved  away", "Moved away", None, " ", "other"])
    found = spelt_once(given)
    assert found.nunique() == 3
    assert found[0] == found[1]
    assert found[[2, 3]].tolist() == ["not recorded"] * 2


# --- groups that are lost more -------------------------------------------------------------------
def cohort(sizes, lost, code=3, day=90):
    """Everybody but the lost is alive at the planned end; `lost` of each group leave on a day."""
    rows = [
        (f"{group}{i:03d}", group, day if i < lost[group] else 396, code if i < lost[group] else 8)
        for group, size in sizes.items()
        for i in range(size)
    ]
    known = pd.DataFrame(rows, columns=["USUBJID", "TRTGRP1", "AVAL", "CNSR"])
    return study(known.assign(WITHRSN=None).astype({"AVAL": "Int64", "CNSR": "Int64"}))


@pytest.mark.parametrize("code", [2, 3, 12])
def test_a_difference_of_ten_points_is_said(code):
    data = cohort({"TG": 20, "OT": 40}, {"TG": 4, "OT": 4}, code)
    said = uneven_loss(overall_survival_reasons(data, RULES), RULES)
    assert said == (
        "By 6 months, 20.0% (Guided, N = 20) and 10.0% (Other therapy, N = 40) had withdrawn, were "
        "lost or without contact, a difference of up to 10.0 points: where those who leave first "
        "are the more ill, curves of groups that lose more read too high, and the groups differ "
        "for that reason too.",
    )


SILENCE = {
    "nine points": ({"TG": 100, "OT": 100}, {"TG": 19, "OT": 10}, 3, 90),
    "a group of nine": ({"TG": 9, "OT": 100}, {"TG": 9, "OT": 10}, 3, 90),
    "after six months": ({"TG": 20, "OT": 40}, {"TG": 10, "OT": 4}, 3, 184),
    "followed to the end": ({"TG": 20, "OT": 40}, {"TG": 10, "OT": 4}, 8, 90),
    "died": ({"TG": 20, "OT": 40}, {"TG": 10, "OT": 4}, 0, 90),
}


@pytest.mark.parametrize("why", SILENCE)
def test_nothing_is_said_where_nothing_differs(why):
    rows = overall_survival_reasons(cohort(*SILENCE[why]), RULES)
    assert uneven_loss(rows, RULES) == ()


def test_points_months_and_least_group_are_rules():
    rules = plan_rules(
        estimation={"uneven_loss_points": 9, "uneven_loss_months": 7, "uneven_loss_min_group": 9}
    )
    for why in ("nine points", "a group of nine", "after six months"):
        rows = overall_survival_reasons(cohort(*SILENCE[why]), rules)
        assert len(uneven_loss(rows, rules)) == 1, why


def test_a_group_that_is_gone_altogether_is_not_left_out():
    """All twelve left on day 90: nobody is at risk at six months, and all of them are gone."""
    rows = overall_survival_reasons(cohort({"TG": 12, "OT": 40}, {"TG": 12, "OT": 4}), RULES)
    assert rows.value(Cell("gone", "TG", "6 months"), "estimate") == 1
    assert len(uneven_loss(rows, RULES)) == 1


def test_a_group_not_followed_so_long_is_not_estimable():
    data = cohort({"TG": 12, "OT": 40}, {"TG": 12, "OT": 4}, code=1)
    rows = overall_survival_reasons(data, RULES)
    assert pd.isna(rows.value(Cell("gone", "TG", "6 months"), "estimate"))
    assert uneven_loss(rows, RULES) == ()


def test_death_competes():
    """Of 20, 10 die on day 30 and 5 of the others leave on day 90: 25 %, not 50 %."""
    rows = [
        (f"A{i:02d}", "TG", *((30, 0) if i < 10 else (90, 3) if i < 15 else (396, 8)))
        for i in range(20)
    ]
    known = pd.DataFrame(rows, columns=["USUBJID", "TRTGRP1", "AVAL", "CNSR"]).assign(WITHRSN=None)
    found = overall_survival_reasons(study(known), RULES)
    assert found.value(Cell("gone", "TG", "6 months"), "estimate") == pytest.approx(0.25)


def test_a_group_without_patients_has_no_incidence():
    data = cohort({"TG": 20}, {"TG": 2})
    table = overall_survival_reasons_table(overall_survival_reasons(data, RULES), RULES)
    gone = next(row for row in table.rows if row.label.startswith("Withdrawn, lost"))
    assert gone.cells[1:3] == ("NE", "NE")
