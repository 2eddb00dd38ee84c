"""Recorded progression or death from clocks that start before a dose (PFSENR, PFSMTB)."""

from __future__ import annotations

import pytest

from tests.endpoints.stories import datasets_of, extracts_of, parameter, read_table

# ruff: noqa: E501 - a table reads best with a row on a line

# Days of the stories count from the first dose, 14 days after enrolment, or from enrolment where
# there is none; times count from enrolment. `+` is censored, with its reason (11: not assessed).
TABLE = """
patient                                     | what happened                                 | PFSENR | PFSENR1 | PFSENR0 | PFSENRL
treated, scanned, alive                     | baseline -7, 57 SD, 90 alive, cut 120         | 71+ 1  | 71+ 1   | 71+ 1   | 71+ 1
treated, progressed                         | baseline -7, 57 PD, cut 120                   | 71     | 71      | 71      | 71
treated, never scanned, seen on day 100     | baseline -7, 100 alive, cut 120               | 114+ 11 | 1+ 7   | 1+ 11   | 134+ 11
treated, never scanned, dies                | baseline -7, 50 death, cut 120                | 64     | 64      | 1+ 11   | 64
no baseline, but a scan after it            | 57 SD, 100 alive, cut 120                     | 71+ 1  | 1+ 6    | 71+ 1   | 71+ 1
untreated, never scanned, seen on day 100   | untreated, 100 alive, cut 120                 | 100+ 11 | 1+ 6   | 1+ 11   | 120+ 11
untreated, not heard of since               | untreated, cut 120                            | 1+ 11  | 1+ 6    | 1+ 11   | 120+ 11
untreated, dies                             | untreated, 90 death, cut 120                  | 90     | 90      | 1+ 11   | 90
untreated, baseline only, alive             | untreated, baseline -3, 100 alive, cut 120    | 100+ 11 | 1+ 7   | 1+ 11   | 120+ 11
untreated, scanned                          | untreated, 57 SD, 100 alive, cut 120          | 57+ 1  | 1+ 6    | 57+ 1   | 57+ 1
untreated, withdrew                         | untreated, 60 withdrew N, cut 120             | 60+ 11 | 1+ 6    | 1+ 11   | 120+ 11
untreated, lost                             | untreated, 40 alive, 60 lost, cut 120         | 40+ 11 | 1+ 6    | 1+ 11   | 120+ 11
untreated, seen after follow-up             | untreated, 500 alive, cut 600                 | 396+ 11 | 1+ 6   | 1+ 11   | 396+ 11
untreated, dies after follow-up             | untreated, 500 death, cut 600                 | 396+ 11 | 1+ 6   | 1+ 11   | 396+ 11
treated, progressed on its last day         | baseline -7, 57 SD, 382 PD, cut 600           | 396    | 396     | 396     | 396
treated, progressed the day after it        | baseline -7, 57 SD, 383 PD, cut 600           | 71+ 8  | 71+ 8   | 71+ 8   | 71+ 8
"""
ROWS = read_table(TABLE)
READINGS = ("PFSENR", "PFSENR1", "PFSENR0", "PFSENRL")


def cell(row) -> str:
    return f"{row['AVAL']}" if row["CNSR"] == 0 else f"{row['AVAL']}+ {row['CNSR']}"


@pytest.fixture(scope="module")
def adtte(rules):
    return datasets_of(extracts_of([row["what happened"] for row in ROWS]), rules)["adtte"]


@pytest.mark.parametrize("number", range(len(ROWS)), ids=[row["patient"] for row in ROWS])
def test_from_enrolment(adtte, number):
    for paramcd in READINGS:
        row = parameter(adtte, paramcd).loc[f"P{number + 1:03d}"]
        assert cell(row) == ROWS[number][paramcd], paramcd
        assert row["PARAM"].startswith("Recorded progression or death from enrolment")


def test_everybody_has_every_reading(adtte):
    for paramcd in READINGS:
        assert len(parameter(adtte, paramcd)) == len(ROWS)


def test_the_last_day_alive_has_its_raw_row(adtte):
    rows = parameter(adtte, "PFSENR").query("CNSR == 11")
    assert rows["SRCROW"].ge(2).all()
    assert {"follow_up", "patients", "disposition"} <= set(rows["SRCDOM"])


WORK_UP = "-12 biopsy, -8 report, baseline -7"
# review: its day; PFSMTB from it
REVIEWS = {
    "before the first dose": (f"{WORK_UP}, -5 review, 57 SD, 113 PD, cut 200", "118"),
    "after it: the baseline is that of the dose": (f"{WORK_UP}, 10 review, 57 SD, 113 PD, cut 200", "104"),
    "progressed before it": (f"{WORK_UP}, 57 PD, 60 review, 100 death, cut 200", ""),
    "progressed on its day": (f"{WORK_UP}, 57 PD, 57 review, 100 death, cut 200", ""),
    "progressed the day after": (f"{WORK_UP}, 57 PD, 56 review, cut 200", "2"),
    "dead before it": (f"{WORK_UP}, 57 SD, 90 death, 100 review, cut 200", ""),
    "untreated": ("untreated, 1 biopsy, 8 report, 10 review, 100 alive, cut 200", "91+ 11"),
}  # fmt: skip


@pytest.fixture(scope="module")
def reviewed(rules):
    return datasets_of(extracts_of([story for story, _ in REVIEWS.values()]), rules)["adtte"]


@pytest.mark.parametrize("number", range(len(REVIEWS)), ids=list(REVIEWS))
def test_from_the_review(reviewed, number):
    patient, expected = f"P{number + 1:03d}", list(REVIEWS.values())[number][1]
    rows = parameter(reviewed, "PFSMTB")
    found = cell(rows.loc[patient]) if patient in rows.index else ""
    assert found == expected
    if expected == "104":
        assert rows.loc[patient, "BASEWIN"] == "28"


def test_who_progressed_before_the_review_is_in_no_reading_and_in_survival(reviewed):
    for paramcd in ("PFSMTB", "PFSMTB1", "PFSMTB0", "PFSMTBL"):
        assert not {"P003", "P004", "P006"} & set(parameter(reviewed, paramcd).index)
    assert {"P003", "P004"} <= set(parameter(reviewed, "OSMTB").index)
