"""The situations of the plan (section 4), each under the three estimands, as patients.

Expected values were worked by hand from the plan. A cell says the day and the event, or, with a
plus, the day and the reason of a censoring. Assessments are planned every 56 days: their slots are
days 29-84, 85-140, 141-196, 197-252, 253-308, 309-364, 365-420. Two intervals end on day 168,
follow-up on day 396. How a story is written: `stories.py`.
"""
# ruff: noqa: E501 - a table reads best with a row on a line

import pandas as pd
import pytest

from .stories import CUTOFF, change_rules, datasets_of, extracts_of, parameter, read_table

EVENTS = {
    "target PD": "Progression: target PD",
    "new lesion": "Progression: new lesion",
    "non-target PD": "Progression: non-target PD",
    "unspecified PD": "Progression: unspecified",
    "lesser than CR": "Progression: lesser response after CR",
    "death": "Death",
    "new therapy": "New anticancer therapy",
    "clinical": "Clinical progression",
    "stopped": "Treatment stopped for progression without a scan",
    "local": "Local therapy to a target lesion for progression",
}
CENSORINGS = {
    "ongoing": (1, "Progression-free at the data cut: last adequate assessment"),
    "lost": (2, "Lost to follow-up: last adequate assessment"),
    "withdrew": (3, "Withdrew consent: last adequate assessment"),
    "new therapy": (4, "New anticancer therapy: last adequate assessment up to it"),
    "gap": (5, "Gap of missed assessments: last adequate assessment before it"),
    "no baseline": (6, "No baseline assessment: day 1"),
    "none after": (7, "No adequate assessment after baseline: day 1"),
    "complete": (8, "Follow-up complete: last adequate assessment"),
    "no contact": (12, "No contact up to the planned end: last adequate assessment"),
    "local": (9, "Local therapy to a target lesion: last adequate assessment before it"),
    # no code of its own: that of the follow-up
    "clinical": (1, "Clinical progression: last adequate assessment up to it"),
    "clinical, complete": (8, "Clinical progression: last adequate assessment up to it"),
    "clinical, no contact": (12, "Clinical progression: last adequate assessment up to it"),
}

TABLE = """
nr | patient                                              | what happened                                                     | PFS                | PFSHYP             | PFSCOMP

1  | no baseline scan, stable, alive                      | 57 SD                                                             | 1+ no baseline     | 1+ no baseline     | 1+ no baseline
1  | no baseline scan, progression on record              | 57 SD, 113 PD                                                     | 113 target PD      | 1+ no baseline     | 113 target PD
1  | no baseline scan, new therapy, alive                 | 57 SD, 90 NACT                                                    | 1+ no baseline     | 1+ no baseline     | 1+ no baseline
1  | baseline 42 days before: allowed                     | baseline -42, 57 SD                                               | 57+ ongoing        | 57+ ongoing        | 57+ ongoing
1  | baseline 43 days before: none                        | baseline -43, 57 SD                                               | 1+ no baseline     | 1+ no baseline     | 1+ no baseline
1  | baseline on the day of the first dose                | baseline 1, 57 SD                                                 | 57+ ongoing        | 57+ ongoing        | 57+ ongoing
2  | no baseline scan, dies within two intervals          | 100 death                                                         | 100 death          | 1+ no baseline     | 100 death
2  | no baseline scan, dies later                         | 200 death                                                         | 200 death          | 1+ no baseline     | 200 death
3  | no scan after baseline, alive                        | baseline -7                                                       | 1+ none after      | 1+ none after      | 1+ none after
3  | not evaluable scans only                             | baseline -7, 57 NE, 113 NE                                        | 1+ none after      | 1+ none after      | 1+ none after
3  | no scan, new therapy                                 | baseline -7, 90 NACT                                              | 1+ none after      | 1+ none after      | 90 new therapy
3  | no scan, clinical progression                        | baseline -7, 60 clinical                                          | 1+ none after      | 1+ none after      | 60 clinical
3  | no scan, withdrew: "none after" comes first          | baseline -7, 50 withdrew N                                        | 1+ none after      | 1+ none after      | 1+ none after
3  | a scan on the first dose is not after baseline       | baseline -7, 1 SD                                                 | 1+ none after      | 1+ none after      | 1+ none after
4  | no scan, dies on the last day of two intervals       | baseline -7, 168 death                                            | 168 death          | 168 death          | 168 death
4  | no scan, new therapy before an early death           | baseline -7, 50 NACT, 100 death                                   | 100 death          | 1+ none after      | 50 new therapy
5  | no scan, dies a day later                            | baseline -7, 169 death                                            | 169 death          | 1+ none after      | 169 death
5  | not evaluable scan, dies later                       | baseline -7, 57 NE, 200 death                                     | 200 death          | 1+ none after      | 200 death
6  | progression at a planned scan                        | baseline -7, 57 SD, 113 PD new                                    | 113 new lesion     | 113 new lesion     | 113 new lesion
6  | progression at an unplanned scan                     | baseline -7, 20 PD non-target                                     | 20 non-target PD   | 20 non-target PD   | 20 non-target PD
6  | kind not on record                                   | baseline -7, 57 PD unspecified                                    | 57 unspecified PD  | 57 unspecified PD  | 57 unspecified PD
6  | targets imaged three days after the assessment began | baseline -7, 57 SD, 113 PD target 116                             | 116 target PD      | 116 target PD      | 116 target PD
6  | new lesion shown by the second scan                  | baseline -7, 57 SD, 113 PD new 115                                | 115 new lesion     | 115 new lesion     | 115 new lesion
6  | less than CR after a CR                              | baseline -7, 57 CR, 113 CR, 169 SD                                | 169 lesser than CR | 169 lesser than CR | 169 lesser than CR
7  | progression after one missed scan                    | baseline -7, 57 SD, 169 PD                                        | 169 target PD      | 169 target PD      | 169 target PD
7  | progression after one not evaluable scan             | baseline -7, 57 SD, 113 NE, 169 PD                                | 169 target PD      | 169 target PD      | 169 target PD
8  | progression after two missed scans                   | baseline -7, 57 SD, 225 PD                                        | 225 target PD      | 57+ gap            | 225 target PD
8  | progression after two not evaluable scans            | baseline -7, 57 SD, 113 NE, 169 NE, 225 PD                        | 225 target PD      | 57+ gap            | 225 target PD
8  | one missed, one not evaluable                        | baseline -7, 57 SD, 169 NE, 225 PD                                | 225 target PD      | 57+ gap            | 225 target PD
8  | death after two missed scans                         | baseline -7, 57 SD, 230 death                                     | 230 death          | 57+ gap            | 230 death
8  | death on the last day before the second is missed    | baseline -7, 57 SD, 196 death                                     | 196 death          | 196 death          | 196 death
8  | death on the first day after it                      | baseline -7, 57 SD, 197 death                                     | 197 death          | 57+ gap            | 197 death
8  | first scan of all after two missed ones              | baseline -7, 169 PD                                               | 169 target PD      | 1+ gap             | 169 target PD
8  | a gap, then a stable scan, then progression          | baseline -7, 57 SD, 225 SD, 281 PD                                | 281 target PD      | 281 target PD      | 281 target PD
9  | death without progression                            | baseline -7, 57 SD, 113 SD, 150 death                             | 150 death          | 150 death          | 150 death
9  | death after one missed scan                          | baseline -7, 57 SD, 190 death                                     | 190 death          | 190 death          | 190 death
10 | new therapy before progression                       | baseline -7, 57 SD, 90 NACT, 113 SD, 169 PD                       | 169 target PD      | 57+ new therapy    | 90 new therapy
10 | new therapy, no progression                          | baseline -7, 57 SD, 90 NACT, 113 SD                               | 113+ ongoing       | 57+ new therapy    | 90 new therapy
10 | new therapy on the day of a stable scan              | baseline -7, 57 SD, 113 SD, 113 NACT, 169 PD                      | 169 target PD      | 113+ new therapy   | 113 new therapy
10 | new therapy on the day of progression                | baseline -7, 57 SD, 113 PD, 113 NACT                              | 113 target PD      | 113 target PD      | 113 target PD
10 | new therapy the day before progression               | baseline -7, 57 SD, 112 NACT, 113 PD                              | 113 target PD      | 57+ new therapy    | 112 new therapy
10 | new therapy before any scan                          | baseline -7, 40 NACT, 57 SD, 113 PD                               | 113 target PD      | 1+ new therapy     | 40 new therapy
10 | new therapy, no scan any more, death                 | baseline -7, 57 SD, 90 NACT, 290 death                            | 290 death          | 57+ new therapy    | 90 new therapy
10 | new therapy only after the gap                       | baseline -7, 57 SD, 230 NACT, 250 PD                              | 250 target PD      | 57+ gap            | 230 new therapy
10 | the same drug again is not new therapy               | baseline -7, 57 SD, 80 stop other, 100 restart, 113 SD            | 113+ ongoing       | 113+ ongoing       | 113+ ongoing
11 | clinical progression, followed on                    | baseline -7, 57 SD, 90 clinical, 113 SD, 169 PD                   | 169 target PD      | 57+ clinical       | 90 clinical
11 | clinical progression, then death                     | baseline -7, 57 SD, 90 clinical, 120 death                        | 120 death          | 57+ clinical       | 90 clinical
11 | clinical progression on the day of progression       | baseline -7, 57 SD, 113 PD, 113 clinical                          | 113 target PD      | 113 target PD      | 113 target PD
11 | stopped for progression, scan 29 days later          | baseline -7, 57 SD, 100 stop progression, 129 PD                  | 129 target PD      | 57+ clinical       | 100 stopped
11 | stopped for progression, scan 28 days later          | baseline -7, 57 SD, 100 stop progression, 128 PD                  | 128 target PD      | 128 target PD      | 128 target PD
11 | stopped for progression, no scan                     | baseline -7, 57 SD, 100 stop progression                          | 57+ ongoing        | 57+ clinical       | 100 stopped
12 | stopped for toxicity, followed on                    | baseline -7, 57 SD, 80 stop toxicity, 113 SD, 169 PD              | 169 target PD      | 169 target PD      | 169 target PD
12 | stopped for toxicity, no scan any more               | baseline -7, 57 SD, 80 stop toxicity                              | 57+ ongoing        | 57+ ongoing        | 57+ ongoing
13 | withdrew                                             | baseline -7, 57 SD, 113 SD, 150 withdrew N                        | 113+ withdrew      | 113+ withdrew      | 113+ withdrew
13 | withdrew, death known by consent                     | baseline -7, 57 SD, 113 SD, 150 withdrew Y, 190 death             | 190 death          | 190 death          | 190 death
13 | withdrew, death must not be used                     | baseline -7, 57 SD, 113 SD, 150 withdrew N, 190 death             | 113+ withdrew      | 113+ withdrew      | 113+ withdrew
14 | lost                                                 | baseline -7, 57 SD, 150 lost                                      | 57+ lost           | 57+ lost           | 57+ lost
14 | lost and withdrew: withdrawal comes first            | baseline -7, 57 SD, 150 lost, 160 withdrew N                      | 57+ withdrew       | 57+ withdrew       | 57+ withdrew
15 | progression-free at the cut                          | baseline -7, 57 SD, 113 SD, cut 130                               | 113+ ongoing       | 113+ ongoing       | 113+ ongoing
15 | the last scan is not evaluable                       | baseline -7, 57 SD, 113 NE, cut 130                               | 57+ ongoing        | 57+ ongoing        | 57+ ongoing
16 | progression the day after the cut                    | baseline -7, 57 SD, 113 PD, cut 112                               | 57+ ongoing        | 57+ ongoing        | 57+ ongoing
16 | progression on the day of the cut                    | baseline -7, 57 SD, 113 PD, cut 113                               | 113 target PD      | 113 target PD      | 113 target PD
16 | death the day after the cut                          | baseline -7, 57 SD, 101 death, cut 100                            | 57+ ongoing        | 57+ ongoing        | 57+ ongoing
16 | new therapy the day after the cut                    | baseline -7, 57 SD, 101 NACT, cut 100                             | 57+ ongoing        | 57+ ongoing        | 57+ ongoing
13 | withdrew, but a later death proves life to the end   | baseline -7, 57 SD, 150 withdrew Y, 450 death, cut 500            | 57+ complete       | 57+ complete       | 57+ complete
14 | lost, but a later death proves life to the end       | baseline -7, 57 SD, 150 lost, 450 death, cut 500                  | 57+ complete       | 57+ complete       | 57+ complete
17 | twelve months without event                          | baseline -7, 57 SD, 337 SD, 351 alive, cut 500                    | 337+ complete      | 337+ complete      | 337+ complete
22 | no contact up to the planned end                     | baseline -7, 57 SD, 337 SD, cut 500                               | 337+ no contact    | 337+ no contact    | 337+ no contact
22 | seen the day before the last window                  | baseline -7, 57 SD, 350 alive, cut 500                            | 57+ no contact     | 57+ no contact     | 57+ no contact
22 | no contact, clinical progression                     | baseline -7, 57 SD, 90 clinical, cut 500                          | 57+ no contact     | 57+ clinical, no contact | 90 clinical
22 | lost only after it, not seen before                  | baseline -7, 57 SD, 420 lost, cut 500                             | 57+ no contact     | 57+ no contact     | 57+ no contact
17 | progression on the last day of follow-up             | baseline -7, 57 SD, 337 SD, 396 PD, cut 500                       | 396 target PD      | 396 target PD      | 396 target PD
17 | progression the day after it                         | baseline -7, 57 SD, 337 SD, 397 PD, cut 500                       | 337+ complete      | 337+ complete      | 337+ complete
17 | death on the last day of follow-up                   | baseline -7, 57 SD, 337 SD, 396 death, cut 500                    | 396 death          | 396 death          | 396 death
17 | death the day after it                               | baseline -7, 57 SD, 337 SD, 397 death, cut 500                    | 337+ complete      | 337+ complete      | 337+ complete
17 | a stable scan or new therapy after it                | baseline -7, 57 SD, 337 SD, 397 SD, 397 NACT, cut 500             | 337+ complete      | 337+ complete      | 337+ complete
17 | withdrew only after it                               | baseline -7, 57 SD, 337 SD, 420 withdrew N, cut 500               | 337+ complete      | 337+ complete      | 337+ complete
17 | completed on record before it                        | baseline -7, 57 SD, 337 SD, 366 completed, cut 380                | 337+ complete      | 337+ complete      | 337+ complete
17 | the cut is the last day of follow-up                 | baseline -7, 57 SD, 337 SD, 380 alive, cut 396                    | 337+ complete      | 337+ complete      | 337+ complete
17 | the cut is the day before                            | baseline -7, 57 SD, 337 SD, 380 alive, cut 395                    | 337+ ongoing       | 337+ ongoing       | 337+ ongoing
18 | radiotherapy to a target for progression             | baseline -7, 57 SD, 100 RT target progression, 113 SD, 169 PD     | 169 target PD      | 57+ local          | 100 local
18 | radiotherapy to a target for symptoms                | baseline -7, 57 SD, 100 RT target symptom, 113 SD, 169 PD         | 169 target PD      | 57+ local          | 169 target PD
18 | radiotherapy to another lesion                       | baseline -7, 57 SD, 100 RT other progression, 113 SD, 169 PD      | 169 target PD      | 169 target PD      | 169 target PD
18 | on the day of a scan: the scan before it counts      | baseline -7, 57 SD, 113 SD, 113 RT target symptom, 169 PD         | 169 target PD      | 57+ local          | 169 target PD
18 | target not evaluable afterwards                      | baseline -7, 57 SD, 100 RT target symptom, 113 NE, 169 NE         | 57+ ongoing        | 57+ local          | 57+ ongoing
18 | after new therapy: the first fact decides            | baseline -7, 57 SD, 90 NACT, 113 SD, 120 RT target symptom        | 113+ ongoing       | 57+ new therapy    | 90 new therapy
18 | before new therapy: the first fact decides           | baseline -7, 57 SD, 90 RT target symptom, 113 SD, 120 NACT        | 113+ ongoing       | 57+ local          | 120 new therapy
19 | treated beyond progression                           | baseline -7, 57 SD, 113 PD, 169 SD, 225 PD                        | 113 target PD      | 113 target PD      | 113 target PD
20 | death in a month in which the patient was seen alive | dose 2022-03-10, baseline -7, 57 SD, 103 alive, 2022-06 death     | 104 death          | 104 death          | 104 death
20 | death in a month, last seen before                   | dose 2022-03-10, baseline -7, 57 SD, 103 alive, 2022-07 death     | 114 death          | 114 death          | 114 death
20 | death in a year                                      | dose 2022-03-10, baseline -7, 57 SD, 2022 death                   | 58 death           | 58 death           | 58 death
20 | clinical progression in a month                      | dose 2022-03-10, baseline -7, 57 SD, 2022-06 clinical             | 57+ no contact     | 57+ clinical, no contact | 98 clinical
20 | it cannot lie after the death                        | dose 2022-03-10, baseline -7, 57 SD, 2022-06 clinical, 90 death   | 90 death           | 90 death           | 90 death
"""
ROWS = read_table(TABLE)
ESTIMANDS = ("PFS", "PFSHYP", "PFSCOMP")


def expected(cell):
    """Day, CNSR and text that a cell stands for."""
    day, what = cell.split(" ", 1)
    if day.endswith("+"):
        return (int(day[:-1]), *CENSORINGS[what])
    return int(day), 0, EVENTS[what]


def found(row):
    text = row["EVNTDESC"] if row["CNSR"] == 0 else row["CNSDTDSC"]
    return int(row["AVAL"]), int(row["CNSR"]), text


@pytest.fixture(scope="module")
def pfs_rules(rules):
    """The rules with some keys of `pfs` changed."""
    return lambda **keys: change_rules(rules, "pfs", **keys)


@pytest.fixture(scope="module")
def adtte(rules):
    return datasets_of(extracts_of([row["what happened"] for row in ROWS]), rules)["adtte"]


@pytest.mark.parametrize("paramcd", ESTIMANDS)
@pytest.mark.parametrize(
    "number", range(len(ROWS)), ids=[f"{r['nr']}: {r['patient']}" for r in ROWS]
)
def test_situation(adtte, number, paramcd):
    row = parameter(adtte, paramcd).loc[f"P{number + 1:03d}"]
    assert found(row) == expected(ROWS[number][paramcd])


def test_every_situation_has_a_patient_and_every_patient_a_row(adtte):
    assert {int(row["nr"]) for row in ROWS} == {*range(1, 21), 22}
    for paramcd in ESTIMANDS:
        assert len(parameter(adtte, paramcd)) == len(ROWS)


def test_every_row_says_which_rule_and_which_raw_row(adtte):
    rows = adtte[adtte["PARAMCD"].isin(ESTIMANDS)]
    assert rows["RULE"].str.startswith("situation ").all()
    assert rows["SITUATION"].notna().all()
    without = rows[rows["SRCROW"].isna()]
    assert without["AVAL"].eq(1).all()  # day 1 for want of an assessment before a fact
    assert without["CNSR"].isin([4, 5, 9]).all()


@pytest.mark.parametrize(
    ("estimand", "paramcd"), [("hypothetical", "PFSHYP"), ("composite", "PFSCOMP")]
)
def test_one_switch_chooses_the_main_estimand(adtte, pfs_rules, estimand, paramcd):
    extracts = extracts_of([row["what happened"] for row in ROWS])
    switched = datasets_of(extracts, pfs_rules(estimand=estimand))["adtte"]
    same = ["ADT", "CNSR", "EVNTDESC", "CNSDTDSC", "SITUATION", "SRCROW", "ESTIMAND"]
    pd.testing.assert_frame_equal(parameter(switched, "PFS")[same], parameter(adtte, paramcd)[same])
    for beside in ESTIMANDS[1:]:
        pd.testing.assert_frame_equal(parameter(switched, beside), parameter(adtte, beside))


def test_never_treated_is_in_the_enrolled_set_only(rules):
    """Situation 21."""
    stories = [
        "untreated, baseline -3, 57 SD, 113 PD",
        "untreated, baseline -3, 90 death",
        "untreated",
        "baseline -7, 57 SD, 113 PD",
    ]
    adtte = datasets_of(extracts_of(stories), rules)["adtte"]
    assert parameter(adtte, "PFS").index.tolist() == ["P004"]
    assert parameter(adtte, "OS").index.tolist() == ["P004"]
    from_enrolment = [found(row) for _, row in parameter(adtte, "PFSENR").iterrows()]
    assert from_enrolment == [
        *(expected(cell) for cell in ("113 target PD", "90 death")),
        (1, 11, "No adequate assessment after the origin: last known alive"),
        expected("127 target PD"),
    ]
    assert len(parameter(adtte, "OSENR")) == 4


PARTIAL = """
patient                     | what happened                                                 | rule     | PFS          | PFSHYP                 | PFSCOMP
death in June, seen on 20th | dose 2022-03-10, baseline -7, 57 SD, 103 alive, 2022-06 death | earliest | 104 death    | 104 death              | 104 death
death in June, seen on 20th | dose 2022-03-10, baseline -7, 57 SD, 103 alive, 2022-06 death | latest   | 113 death    | 113 death              | 113 death
death in 2022               | dose 2022-03-10, baseline -7, 57 SD, 2022 death               | latest   | 297 death    | 57+ gap                | 297 death
clinical progression        | dose 2022-03-10, baseline -7, 57 SD, 2022-06 clinical         | earliest | 57+ no contact | 57+ clinical, no contact | 84 clinical
clinical progression        | dose 2022-03-10, baseline -7, 57 SD, 2022-06 clinical         | latest   | 57+ no contact | 57+ clinical, no contact | 113 clinical
"""


@pytest.mark.parametrize("bound", ["earliest", "latest"])
def test_bounds_of_partial_dates(pfs_rules, bound):
    table = [row for row in read_table(PARTIAL) if row["rule"] == bound]
    extracts = extracts_of([row["what happened"] for row in table])
    adtte = datasets_of(extracts, pfs_rules(partial_dates=bound))["adtte"]
    for paramcd in ESTIMANDS:
        rows = [found(row) for _, row in parameter(adtte, paramcd).iterrows()]
        assert rows == [expected(row[paramcd]) for row in table]


def test_an_imputed_date_is_flagged(rules):
    stories = ["dose 2022-03-10, baseline -7, 57 SD, 2022-07 death", "baseline -7, 57 SD, 90 death"]
    rows = parameter(datasets_of(extracts_of(stories), rules)["adtte"], "PFS")
    assert rows["ADTF"].tolist() == ["D", None]


UNTRUNCATED = """
patient                       | what happened                                       | PFS           | OS
progression after follow-up   | baseline -7, 57 SD, 337 SD, 397 PD, cut 500         | 397 target PD | 397+
death after follow-up         | baseline -7, 57 SD, 337 SD, 397 death, cut 500      | 397 death     | 397 death
followed on without event     | baseline -7, 57 SD, 337 SD, 421 SD, cut 500         | 421+ ongoing  | 421+
withdrew after follow-up      | baseline -7, 57 SD, 337 SD, 420 withdrew N, cut 500 | 337+ withdrew | 420+
completed on record           | baseline -7, 57 SD, 337 SD, 366 completed, cut 500  | 337+ complete | 366+
"""


def test_without_truncation_what_happens_after_follow_up_counts(rules):
    table = read_table(UNTRUNCATED)
    changed = change_rules(rules, "follow_up", truncate=False)
    adtte = datasets_of(extracts_of([row["what happened"] for row in table]), changed)["adtte"]
    assert [found(row) for _, row in parameter(adtte, "PFS").iterrows()] == [
        expected(row["PFS"]) for row in table
    ]
    survival = parameter(adtte, "OS")
    days = [
        f"{row['AVAL']}{' death' if row['CNSR'] == 0 else '+'}" for _, row in survival.iterrows()
    ]
    assert days == [row["OS"] for row in table]


def test_the_time_without_truncation_stands_beside_that_of_the_plan(rules):
    """PFSUNT is what PFS would be, whatever the plan says of the end of follow-up."""
    table = read_table(UNTRUNCATED)
    adtte = datasets_of(extracts_of([row["what happened"] for row in table]), rules)["adtte"]
    assert [found(row) for _, row in parameter(adtte, "PFSUNT").iterrows()] == [
        expected(row["PFS"]) for row in table
    ]


COUNTED = """
rule                    | what happened                                        | parameter | cell
max_missed 2            | baseline -7, 57 SD, 225 PD                           | PFSHYP    | 225 target PD
max_missed 2            | baseline -7, 57 SD, 281 PD                           | PFSHYP    | 57+ gap
max_missed 0            | baseline -7, 57 SD, 169 PD                           | PFSHYP    | 57+ gap
interval_days 84        | baseline -7, 85 SD, 253 PD                           | PFSHYP    | 253 target PD
interval_days 84        | baseline -7, 57 SD, 141 NE, 281 death                | PFSHYP    | 281 death
window_days 7           | baseline -7, 57 SD, 217 death                        | PFSHYP    | 217 death
window_days 7           | baseline -7, 57 SD, 218 death                        | PFSHYP    | 57+ gap
early_death_intervals 1 | baseline -7, 84 death                                | PFSHYP    | 84 death
early_death_intervals 1 | baseline -7, 85 death                                | PFSHYP    | 1+ none after
clinical_pd_window_days 29 | baseline -7, 57 SD, 100 stop progression, 129 PD  | PFSCOMP   | 129 target PD
"""
COUNTED_ROWS = read_table(COUNTED)


@pytest.mark.parametrize("rule", sorted({row["rule"] for row in COUNTED_ROWS}))
def test_rules_that_count(pfs_rules, rule):
    key, value = rule.split()
    table = [row for row in COUNTED_ROWS if row["rule"] == rule]
    extracts = extracts_of([row["what happened"] for row in table])
    adtte = datasets_of(extracts, pfs_rules(**{key: int(value)}))["adtte"]
    for number, row in enumerate(table, start=1):
        assert found(parameter(adtte, row["parameter"]).loc[f"P{number:03d}"]) == expected(
            row["cell"]
        )


def test_derived_responses_drive_pfs_where_the_rules_say_so(rules_with):
    """The investigator saw stable disease, the targets have doubled."""
    extracts = extracts_of(["baseline -7, 57 SD, 113 PD target 116"])
    extracts["tumour_responses"]["overall_response"] = "SD"
    for source, cell in (("recorded", "113+ ongoing"), ("derived", "116 target PD")):
        adtte = datasets_of(extracts, rules_with({"source": source}))["adtte"]
        row = parameter(adtte, "PFS").loc["P001"]
        assert found(row) == expected(cell)
        table = {"recorded": "tumour_responses", "derived": "tumour_lesions"}[source]
        assert row["SRCDOM"] == table


def test_less_than_cr_after_cr_as_recorded(rules_with):
    story = "baseline -7, 57 CR, 113 CR, 169 SD, 225 SD"
    recorded = rules_with({"cr_then_lesser": "as_recorded"})
    adtte = datasets_of(extracts_of([story]), recorded)["adtte"]
    assert found(parameter(adtte, "PFS").loc["P001"]) == expected("225+ ongoing")


def test_the_cut_is_the_same_day_for_everybody(adtte):
    assert adtte["ADT"].max() <= CUTOFF
