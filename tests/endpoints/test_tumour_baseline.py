"""Which scan is the baseline, which lesions are measurable, who is in the response sets."""

import numpy as np
import pandas as pd

from analysis.endpoints.lesions import baseline_target_violations, read_lesions, used_diameters
from analysis.endpoints.response_sets import evaluable_from, flag_evalfl, flag_rspevlfl
from analysis.endpoints.tumour_baseline import find_baseline

from .lesion_rows import ANCHOR, assessments, lesion
from .response_tables import day_of, frames, read_table

# Scans by days before the first administration; - at the end: not every target measured.
BASELINE = read_table("""
| scans         | baseline | window | because                                       |
|---------------|----------|--------|-----------------------------------------------|
| 28            | 28       | 28     | at most 28 days                               |
| 29            | 29       | 42     | kept, but flagged                             |
| 42            | 42       | 42     | the last that is kept                         |
| 43            | -        | -      | too old                                       |
| 0             | 0        | 28     | on the day of the first administration        |
| 20 5          | 5        | 28     | the last                                      |
| 20 5-         | 20       | 28     | the last complete one                         |
| 35 5-         | 35       | 42     | complete and flagged before incomplete        |
| 5-            | -        | -      | never complete                                |
| -1            | -        | -      | a scan after the first administration         |
""")


def day(days_before):
    return ANCHOR - pd.Timedelta(days=int(days_before))


def test_baseline_assessment(rules):
    raw = []
    for i, row in enumerate(BASELINE):
        for scan in row["scans"].split():
            when = day(scan.removesuffix("-"))
            raw.append(lesion(f"P{i:03d}", when, "T1", 20))
            raw.append(lesion(f"P{i:03d}", when, "T2", "x" if scan.endswith("-") else 15))
    anchors = pd.Series(ANCHOR, index=[f"P{i:03d}" for i in range(len(BASELINE))])
    found = find_baseline(read_lesions(assessments(raw), rules), anchors, rules)
    found = found.reindex(anchors.index)
    dates = [day(row["baseline"]) if row["baseline"] != "-" else pd.NaT for row in BASELINE]
    assert found["BASEDT"].fillna(pd.Timestamp(0)).tolist() == [
        pd.Timestamp(0) if pd.isna(d) else d for d in dates
    ]
    assert found["BASEWIN"].fillna("-").tolist() == [row["window"] for row in BASELINE]


def test_diameters_that_enter_the_sum(rules):
    raw = pd.DataFrame(
        {
            "status": ["measured", "measured", "too_small", "too_small", "absent", "not_evaluable"],
            "diameter_mm": [12.34, np.nan, np.nan, 3.0, np.nan, 9.0],
        }
    )
    found = used_diameters(raw, rules)
    np.testing.assert_array_equal(found, [12340, np.nan, 5000, 3000, 0, np.nan])


def violations(rows, rules):
    found = baseline_target_violations(read_lesions(assessments(rows), rules), rules)
    return list(zip(found["LESID"], found["VIOLATION"], strict=True))


def test_measurable_sizes(rules):
    rows = [
        lesion("P1", 0, "T1", 10.0, organ="liver"),
        lesion("P1", 0, "T2", 9.9, organ="lung"),
        lesion("P1", 0, "T3", 15.0, nodal=True),
        lesion("P1", 0, "T4", 14.9, nodal=True),
        lesion("P1", 0, "T5", 19.9, organ="bone", method="xray"),
    ]
    assert violations(rows, rules) == [("T2", "min_mm"), ("T4", "min_node_mm"), ("T5", "min_mm")]


def test_numbers_of_targets(rules):
    two_organs = [lesion("P1", 0, f"T{i}", 30, organ=o) for i, o in enumerate("aabbc")]
    assert violations(two_organs, rules) == []
    six = [*two_organs, lesion("P1", 0, "T6", 30, organ="d")]
    assert violations(six, rules) == [("T6", "max_total")]
    three = [
        lesion("P1", 0, f"T{i}", 30, organ=o) for i, o in enumerate(["Liver", "liver ", "LIVER"])
    ]
    assert violations(three, rules) == [("T2", "max_per_organ")]


def test_all_nodes_are_one_organ(rules):
    organs = ["neck", "axilla", "groin"]
    nodes = [lesion("P1", 0, f"T{i}", 20, nodal=True, organ=o) for i, o in enumerate(organs)]
    assert violations(nodes, rules) == [("T2", "max_per_organ")]


def test_violations_of_nobody(rules):
    assert violations([], rules) == []


RESPONSE_SET = read_table("""
| baseline scan       | days before | RSPEVLFL | window | because                        |
|---------------------|-------------|----------|--------|--------------------------------|
| target 20           | 10          | Y        | 28     | measurable                     |
| target 20           | 35          | Y        | 42     | allowed and flagged            |
| target 20           | 50          | -        | -      | too old                        |
| target 9            | 10          | -        | -      | too small                      |
| non-target          | 10          | -        | -      | not measurable                 |
| none                | 10          | -        | -      | no scan                        |
| target 20 untreated | 10          | -        | -      | never treated                  |
""")


def test_response_set(rules):
    raw, start = [], []
    for i, row in enumerate(RESPONSE_SET):
        what = row["baseline scan"].split()
        if what[0] == "target":
            raw.append(lesion(f"P{i:03d}", day(row["days before"]), "T1", what[1]))
        if what[0] == "non-target":
            raw.append(lesion(f"P{i:03d}", day(row["days before"]), "NT1", "present"))
        start.append(pd.NaT if "untreated" in what else ANCHOR)
    subjects = pd.DataFrame(
        {
            "USUBJID": [f"P{i:03d}" for i in range(len(RESPONSE_SET))],
            "TRTSDT": pd.to_datetime(start),
        }
    )
    found = flag_rspevlfl(assessments(raw), subjects, rules)
    assert found["USUBJID"].tolist() == subjects["USUBJID"].tolist()
    for column, name in (("RSPEVLFL", "RSPEVLFL"), ("RSPBLWIN", "window")):
        assert found[column].fillna("-").tolist() == [row[name] for row in RESPONSE_SET]


EVALUABLE = read_table("""
| course              | RSPEVLFL | EVALFL | because                                    |
|---------------------|----------|--------|--------------------------------------------|
| SD 30               | Y        | Y      | an adequate scan                           |
| PD 20               | Y        | Y      | early progression                          |
| NE 56               | Y        | -      | not adequate                               |
| -                   | Y        | -      | no scan                                    |
| DIED 60             | Y        | Y      | early death                                |
| DIED 167            | Y        | Y      | day 168, two intervals of 84 days          |
| DIED 168            | Y        | -      | later                                      |
| SD 0                | Y        | -      | on the day of the first administration     |
| SD 56, NACT 50      | Y        | Y      | adequate, whatever therapy came before     |
| SD 56, NACT 56      | Y        | Y      | likewise on the day it starts              |
| PD 56, NACT 20      | Y        | Y      | progression under new therapy              |
| NE 56, NACT 50      | Y        | -      | not adequate under new therapy either      |
| NE 56, PD 60        | Y        | Y      | not adequate, then progression             |
| CR 56, SD 60        | Y        | Y      | progression by rule is adequate too        |
| DIED 60, NACT 50    | Y        | Y      | early death after new therapy              |
| NE 56, DIED 60      | Y        | Y      | not adequate, early death                  |
| SD 56, END 50       | Y        | -      | after the end of follow-up                 |
| PD 56, END 50       | Y        | -      | likewise a progression                     |
| SD 56               | -        | -      | no measurable disease                      |
""")


def test_evaluable_set(rules):
    assessed, reference = frames([row["course"] for row in EVALUABLE])
    subjects = reference.rename(columns={"STARTDT": "TRTSDT", "ENDDT": "EOFDT"}).assign(
        RSPEVLFL=[row["RSPEVLFL"].replace("-", "") or None for row in EVALUABLE]
    )
    found = flag_evalfl(assessed, subjects, rules)
    assert found.fillna("-").tolist() == [row["EVALFL"] for row in EVALUABLE]


EVALUABLE_FROM = read_table("""
| course              | EVALDT | because                                 |
|---------------------|--------|-----------------------------------------|
| NE 28, SD 56, PR 84 | 56     | the first adequate scan                 |
| DIED 60             | 60     | an early death without one              |
| SD 56, DIED 60      | 56     | the earlier of the two                  |
| NE 28, DIED 400     | -      | neither                                 |
""")


def test_evaluable_from_the_first_day_that_makes_it_so(rules):
    assessed, reference = frames([row["course"] for row in EVALUABLE_FROM])
    subjects = reference.rename(columns={"STARTDT": "TRTSDT", "ENDDT": "EOFDT"})
    found = evaluable_from(assessed, subjects.assign(RSPEVLFL="Y"), rules)
    assert [day_of(date) for date in found] == [row["EVALDT"] for row in EVALUABLE_FROM]
