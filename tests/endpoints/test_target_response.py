"""Target response: sums against baseline and nadir, nodes, what was not measured."""
# ruff: noqa: E501  (a table is read as a table, however wide)

import numpy as np
import pandas as pd

from analysis.endpoints.lesions import read_lesions
from analysis.endpoints.overall_response import derive_timepoint_responses
from analysis.endpoints.target_response import derive_target_response, sum_targets

from .lesion_rows import ANCHOR, assessments, lesion, visit_date
from .response_tables import read_table

SUMS = read_table("""
| baseline | later sums (mm)     | target response | because                                            |
|----------|---------------------|-----------------|----------------------------------------------------|
| 14.0     | 9.8                 | PR              | exactly 30 %; binary floats say 9.799...           |
| 14.0     | 9.81                | SD              | 29.9 %                                             |
| 27.0     | 32.4                | PD              | exactly 20 % and 5.4 mm                            |
| 27.0     | 32.39               | SD              | 19.96 %                                            |
| 100      | 70                  | PR              | exactly 30 %                                       |
| 100      | 70.1                | SD              | 29.9 %                                             |
| 25       | 30                  | PD              | exactly 20 % and 5 mm                              |
| 24       | 28.9                | SD              | 20.4 % but 4.9 mm                                  |
| 60       | 66                  | SD              | 6 mm but 10 %                                      |
| 100      | 60 72               | PR PD           | against the nadir 60, not the baseline             |
| 100      | 60 70 72            | PR PR PD        | the smallest so far, not the one before            |
| 100      | 60 - 72             | PR NE PD        | a missing sum is no nadir                          |
| 100      | 0 0                 | CR CR           | all gone                                           |
| 100      | 0 4                 | CR PD           | again after CR: no 5 mm test                       |
| 100      | 60 65 90            | PR PR PD        | PR is against baseline, PD against the nadir       |
| 30       | 24 21 25.2 26       | SD PR SD PD     | judged numerically (erratum)                       |
| -        | 20 40               | NE PD           | no baseline; growth above the smallest sum so far  |
| -        | 20 10               | NE NE           | no baseline: neither PR nor SD                     |
""")


def number(text):
    return np.nan if text == "-" else float(text)


def sums_frame(table, column="later sums (mm)"):
    rows = [
        {
            "USUBJID": f"P{i:03d}",
            "ADT": visit_date(k),
            "AVAL": number(value),
            "BASE": number(row["baseline"]),
        }
        for i, row in enumerate(table)
        for k, value in enumerate(row[column].split(), start=1)
    ]
    return pd.DataFrame(rows)


def by_patient(rows, column="AVALC"):
    return rows.groupby("USUBJID")[column].agg(" ".join).tolist()


def test_sums(rules):
    rows = derive_target_response(sums_frame(SUMS), rules)
    assert by_patient(rows) == [row["target response"] for row in SUMS]


def test_binary_floats_would_get_both_wrong():
    assert (9.8 <= 0.70 * 14.0) is False
    assert ((32.4 - 27.0) / 27.0 >= 0.20) is False


def test_pr_carried_until_progression(rules, rules_with):
    table = read_table("""
    | baseline | later sums (mm)   | carried        |
    |----------|-------------------|----------------|
    | 30       | 24 21 25.2 26     | SD PR PR PD    |
    | 165      | 63 65             | PR PR          |
    | 100      | 60 75 90 65 68    | PR PD PD PR PR |
    | 100      | 65 - 75           | PR NE PR       |
    | 100      | 95 99             | SD SD          |
    """)
    sums = sums_frame(table)
    carried = derive_target_response(sums, rules_with({"pr_carry_forward": True}))
    assert by_patient(carried) == [row["carried"] for row in table]
    numerical = derive_target_response(sums, rules)
    assert by_patient(numerical, "CARRIED") == [row["carried"] for row in table]
    assert by_patient(numerical)[0] == "SD PR SD PD"


def test_reappearance_after_cr(rules_with):
    sums = sums_frame(
        read_table("""
    | baseline | later sums (mm) |
    |----------|-----------------|
    | 100      | 0 4             |
    | 100      | 0 - 6           |
    """)
    )
    strict = derive_target_response(sums, rules_with({"reappearance_after_cr_is_pd": True}))
    assert by_patient(strict) == ["CR PD", "CR NE PD"]
    by_sum = derive_target_response(sums, rules_with({"reappearance_after_cr_is_pd": False}))
    assert by_patient(by_sum) == ["CR PR", "CR NE PD"]


# Target lesions: l = liver, n = node; x = not evaluable, s = too small to measure, . = no row.
LESIONS = read_table("""
| lesions | baseline | visits          | target response | because                                             |
|---------|----------|-----------------|-----------------|-----------------------------------------------------|
| l n     | 30 18    | 0,9             | CR              | CR although the sum is 9 mm                         |
| l n     | 30 18    | 0,9.9           | CR              | below 10 mm                                         |
| l n     | 30 18    | 0,10            | PR              | 10 mm is not normal                                 |
| n n     | 20 16    | 9,9.9           | CR              | nodes only                                          |
| n       | 20       | 4 9.5           | CR CR           | still normal although 5.5 mm above the nadir        |
| n       | 20       | 9 10.5          | CR PD           | a node abnormal again after CR                      |
| l       | 12       | s 10            | PR PD           | 5 mm by default, +5 mm and +100 %                   |
| l       | 12       | 3 8             | PR PD           | a measured 3 mm stays 3 mm                          |
| l l     | 30 20    | 20,x            | NE              | one not measured                                    |
| l l     | 30 20    | 20,.            | NE              | no row is not measured                              |
| l l     | 30 20    | .,.             | NE              | none measured                                       |
| l l     | 30 20    | 62,x            | PD              | the measured one alone is PD                        |
| l l     | 30 20    | 20,x 28,18      | NE SD           | a partial sum is no nadir                           |
| l l     | 30 20    | 0,x             | NE              | not CR: one was not seen                            |
| l l     | 30 20    | 0,0 0,x         | CR NE           | nothing seen again                                  |
| l l     | 30 20    | 0,0 3,x         | CR PD           | one seen again                                      |
""")


def lesion_frame(table):
    raw = []
    for i, row in enumerate(table):
        sizes = [row["baseline"].split(), *(v.split(",") for v in row["visits"].split())]
        for k, visit in enumerate(sizes):
            for j, (kind, size) in enumerate(zip(row["lesions"].split(), visit, strict=True)):
                if size != ".":
                    nodal = kind == "n"
                    raw.append(lesion(f"P{i:03d}", k, f"T{j}", size, nodal=nodal))
    # Every visit took place: a non-target is seen at each of them.
    for i, row in enumerate(table):
        raw += [
            lesion(f"P{i:03d}", k, "NT", "present") for k in range(1 + len(row["visits"].split()))
        ]
    return assessments(raw)


def anchors(table):
    return pd.Series(ANCHOR, index=[f"P{i:03d}" for i in range(len(table))])


def test_lesions(rules):
    lesions = read_lesions(lesion_frame(LESIONS), rules)
    rows = derive_timepoint_responses(lesions, anchors(LESIONS), rules)
    assert by_patient(rows, "TRGRESP") == [row["target response"] for row in LESIONS]


def test_published_mistake_cr_only_where_the_sum_is_zero(rules):
    table = [row for row in LESIONS if row["because"].startswith("CR although")]
    lesions = read_lesions(lesion_frame(table), rules)
    sums = sum_targets(lesions, anchors(table), rules)
    assert sums["AVAL"].tolist() == [48.0, 9.0]
    rows = derive_timepoint_responses(lesions, anchors(table), rules)
    assert rows["TRGRESP"].tolist() == ["CR"]


def test_a_target_recorded_only_after_baseline_is_not_in_the_sum(rules):
    raw = [lesion("P1", 0, "T1", 30), lesion("P1", 1, "T1", 20), lesion("P1", 1, "T9", 40)]
    sums = sum_targets(read_lesions(assessments(raw), rules), pd.Series({"P1": ANCHOR}), rules)
    assert sums["AVAL"].tolist() == [30.0, 20.0]
    assert sums["COMPLETE"].tolist() == [True, True]


def test_the_percentages_are_parameters(rules_with):
    sums = sums_frame([{"baseline": "100", "later sums (mm)": "80 92"}])
    rows = derive_target_response(sums, rules_with(recist={"pr_percent": 20, "pd_percent": 15}))
    assert by_patient(rows) == ["PR PD"]


def test_row_order_has_no_effect_and_inputs_stay(rules):
    sums = sums_frame(SUMS)
    before = sums.copy()
    rows = derive_target_response(sums, rules)
    shuffled = derive_target_response(sums.sample(frac=1, random_state=3), rules)
    pd.testing.assert_frame_equal(rows, shuffled)
    pd.testing.assert_frame_equal(sums, before)
