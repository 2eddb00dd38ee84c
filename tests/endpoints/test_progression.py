"""Progression: the first assessment that counts, its date by situation 6, and its kind."""
# ruff: noqa: E501  (a table is read as a table, however wide)

import pandas as pd
import pytest

from analysis.endpoints.lesions import read_lesions
from analysis.endpoints.overall_response import derive_timepoint_responses
from analysis.endpoints.progression import (
    derive_pd,
    derive_progressions,
    progression_evidence,
)
from analysis.endpoints.progression_rows import read_dated_lesions
from analysis.errors import DerivationError

from .lesion_rows import ANCHOR, assessments, lesion, visit_date
from .response_tables import read_table

ONE = pd.DataFrame({"USUBJID": ["P1"]})


def recorded(*visits):
    """Recorded responses of P1: (visit, overall, target, non-target, new)."""
    return pd.DataFrame(
        [
            {
                "USUBJID": "P1",
                "ADT": visit_date(visit),
                "AVALC": overall,
                "target_response": target,
                "non_target_response": non_target,
                "new_lesion": new,
            }
            for visit, overall, target, non_target, new in visits
        ]
    )


def first_pd(rows, responses, rules):
    lesions = read_dated_lesions(assessments(rows), rules)
    timepoints = derive_timepoint_responses(lesions, pd.Series({"P1": ANCHOR}), rules)
    evidence = progression_evidence(timepoints, responses)
    found = derive_pd(responses, ONE, evidence, rules)
    assert len(found) == 1
    return found.iloc[0]


def after(visit, days):
    return visit_date(visit) + pd.Timedelta(days=days)


DAYS_ALONE = pd.DataFrame(
    {"USUBJID": "P1", "ADT": [visit_date(1)], "TRGPDDT": [after(1, 3)]}
).assign(NTGPDDT=pd.Series(pd.NaT, [0], dtype="datetime64[ns]"), NEWPDDT=pd.NaT)
BASELINE = [
    lesion("P1", 0, "T1", 20),
    lesion("P1", 0, "T2", 20),
    lesion("P1", 0, "NT1", "present"),
]


def test_target_progression_is_dated_by_the_last_target_scan(rules):
    rows = [
        *BASELINE,
        lesion("P1", 1, "T1", 40, scan=2),
        lesion("P1", 1, "T2", 40, scan=5),
        lesion("P1", 1, "NT1", "present", scan=9),
    ]
    found = first_pd(rows, recorded((1, "PD", "PD", "NON-CR/NON-PD", "N")), rules)
    assert found["AVALC"] == "Y"
    assert found["PDTYPE"] == "target PD"
    assert found["ADT"] == after(1, 5)
    assert found["ASSDT"] == visit_date(1)


def test_non_target_progression_is_dated_by_the_scan_that_showed_it(rules):
    rows = [
        *BASELINE,
        lesion("P1", 0, "NT2", "present"),
        lesion("P1", 1, "T1", 20, scan=9),
        lesion("P1", 1, "T2", 20),
        lesion("P1", 1, "NT1", "unequivocal_progression", scan=6),
        lesion("P1", 1, "NT2", "unequivocal_progression", scan=4),
    ]
    found = first_pd(rows, recorded((1, "PD", "SD", "PD", "N")), rules)
    assert (found["PDTYPE"], found["ADT"]) == ("non-target PD", after(1, 4))


def test_a_new_lesion_is_dated_by_the_earliest_scan_that_showed_it(rules):
    rows = [
        *BASELINE,
        lesion("P1", 1, "T1", 20, scan=9),
        lesion("P1", 1, "T2", 20),
        lesion("P1", 1, "NT1", "present"),
        lesion("P1", 1, "X1", "unequivocal", scan=3),
        lesion("P1", 1, "X2", "unequivocal", scan=2),
        lesion("P1", 1, "X3", "equivocal", scan=1),
    ]
    found = first_pd(rows, recorded((1, "PD", "SD", "NON-CR/NON-PD", "Y")), rules)
    assert (found["PDTYPE"], found["ADT"]) == ("new lesion", after(1, 2))


def test_without_scan_dates_the_assessment_date(rules):
    rows = [*BASELINE, lesion("P1", 1, "T1", 40), lesion("P1", 1, "T2", 40)]
    found = first_pd(rows, recorded((1, "PD", "PD", "NE", "N")), rules)
    assert found["ADT"] == visit_date(1)


def test_several_kinds_the_earliest_date_decides(rules):
    rows = [
        *BASELINE,
        lesion("P1", 1, "T1", 40, scan=5),
        lesion("P1", 1, "T2", 40, scan=5),
        lesion("P1", 1, "NT1", "present"),
        lesion("P1", 1, "X1", "unequivocal", scan=3),
    ]
    found = first_pd(rows, recorded((1, "PD", "PD", "NON-CR/NON-PD", "Y")), rules)
    assert (found["PDTYPE"], found["ADT"]) == ("new lesion", after(1, 3))


def test_on_one_day_the_target_comes_first(rules):
    rows = [
        *BASELINE,
        lesion("P1", 1, "T1", 40),
        lesion("P1", 1, "T2", 40),
        lesion("P1", 1, "NT1", "unequivocal_progression"),
        lesion("P1", 1, "X1", "unequivocal"),
    ]
    found = first_pd(rows, recorded((1, "PD", "PD", "PD", "Y")), rules)
    assert found["PDTYPE"] == "target PD"


def test_a_confirmed_equivocal_lesion_dates_back_although_recorded_later(rules, rules_with):
    """The assessment that counts as PD then is said in `test_progression_first_sighting`."""
    rows = [*BASELINE]
    for visit, status in ((1, "equivocal"), (2, "unequivocal")):
        rows += [lesion("P1", visit, "T1", 20), lesion("P1", visit, "T2", 20)]
        rows += [lesion("P1", visit, "NT1", "present"), lesion("P1", visit, "X1", status, scan=1)]
    responses = recorded(
        (1, "SD", "SD", "NON-CR/NON-PD", "N"), (2, "PD", "SD", "NON-CR/NON-PD", "Y")
    )
    assert first_pd(rows, responses, rules)["ADT"] == after(1, 1)
    as_seen = first_pd(rows, responses, rules_with({"equivocal_confirmed_backdates": False}))
    assert as_seen["ADT"] == after(2, 1)


# Which raw row holds the day of a PD at visit 1. A row: lesion, what was seen, days to its scan.
# The lesions of BASELINE are lines 2 to 4, so the rows drawn here are lines 5, 6, ...
DAYS_AND_ROWS = read_table("""
| lesions at visit 1                      | target | non-target | new | day | row  | because                                 |
|-----------------------------------------|--------|------------|-----|-----|------|-----------------------------------------|
| T1 40 2, T2 40 5                        | PD     | NE         | N   | 5   | 6    | the last target scan                    |
| T1 40 5, T2 40 5                        | PD     | NE         | N   | 5   | 5    | both scans on that day: the first line  |
| T1 40 -, T2 40 -                        | PD     | NE         | N   | 0   | -    | no scan date: the record holds the day  |
| T1 40 -, T2 40 0                        | PD     | NE         | N   | 0   | -    | scanned that day: the record holds it   |
| T1 20 3, T2 20 4, NT1 gone_worse 6      | SD     | PD         | N   | 6   | 7    | the non-target, not the last scan       |
| T1 20 3, X1 unequivocal 4, X2 unequivocal 2 | SD | NE         | Y   | 2   | 7    | the new lesion seen first               |
| T1 40 5, T2 40 5, X1 unequivocal 3      | PD     | NE         | Y   | 3   | 7    | the kind seen first                     |
| T1 20 4, T2 20 4                        | PD     | NE         | N   | 4   | 5    | recorded only, the targets were imaged  |
| T1 20 4, X1 equivocal 2                 | SD     | NE         | Y   | 2   | 6    | recorded only, seen as doubtful         |
| T1 20 4, T2 20 4                        | SD     | PD         | N   | 0   | -    | recorded only, no lesion shows it       |
| -                                       | NA     | NA         | Y   | 0   | -    | no lesion rows at all                   |
""")


@pytest.mark.parametrize("case", DAYS_AND_ROWS, ids=lambda case: case["because"])
def test_the_raw_row_of_a_progression_is_the_one_that_holds_its_day(case, rules):
    words = {"gone_worse": "unequivocal_progression"}
    drawn = [item.split() for item in case["lesions at visit 1"].split(", ") if item != "-"]
    rows = [
        lesion("P1", 1, name, words.get(what, what), scan=None if scan == "-" else int(scan))
        for name, what, scan in drawn
    ]
    responses = recorded((1, "PD", case["target"], case["non-target"], case["new"]))
    found = first_pd([*BASELINE, *rows], responses, rules)
    assert found["ADT"] == after(1, int(case["day"]))
    assert ("-" if pd.isna(found["PDROW"]) else f"{found['PDROW']:.0f}") == case["row"]


def test_a_progression_read_from_the_lesions_has_a_lesion_row(rules_with):
    """Without a scan date the row is written negative: its assessment date gave the day."""
    rows = [*BASELINE, lesion("P1", 1, "T1", 20), lesion("P1", 1, "X1", "unequivocal")]
    derived = recorded((1, "PD", "SD", "NE", "Y"))
    assert first_pd(rows, derived, rules_with({"source": "derived"}))["PDROW"] == -6


def test_evidence_without_rows_is_enough(rules):
    """Evidence from elsewhere may say the days alone."""
    found = derive_pd(recorded((1, "PD", "PD", "NA", "N")), ONE, DAYS_ALONE, rules).iloc[0]
    assert (found["PDTYPE"], found["ADT"]) == ("target PD", after(1, 3))
    assert pd.isna(found["PDROW"])


def test_where_the_lesions_show_nothing_the_recorded_component_says_why(rules):
    rows = [*BASELINE, *(lesion("P1", 1, t, 20, scan=4) for t in ("T1", "T2"))]
    rows.append(lesion("P1", 1, "X1", "equivocal", scan=2))
    for components, kind, date in (
        (("PD", "NE", "N"), "target PD", after(1, 4)),
        (("SD", "PD", "N"), "non-target PD", visit_date(1)),
        (("SD", "NE", "Y"), "new lesion", after(1, 2)),
        (("SD", "NE", "N"), "unspecified", visit_date(1)),
    ):
        found = first_pd(rows, recorded((1, "PD", *components)), rules)
        assert (found["PDTYPE"], found["ADT"]) == (kind, date)


def test_a_recorded_progression_without_lesion_rows(rules):
    found = first_pd([], recorded((1, "PD", "NA", "NA", "Y")), rules)
    assert (found["PDTYPE"], found["ADT"]) == ("new lesion", visit_date(1))


def test_a_lesser_response_after_cr_is_a_progression(rules, rules_with):
    responses = recorded((1, "CR", "CR", "CR", "N"), (2, "SD", "SD", "CR", "N"))
    found = first_pd([], responses, rules)
    assert (found["AVALC"], found["PDTYPE"]) == ("Y", "lesser response after CR")
    assert found["ADT"] == visit_date(2)
    assert first_pd([], responses, rules_with({"cr_then_lesser": "as_recorded"}))["AVALC"] == "N"


def test_no_progression(rules):
    found = first_pd([], recorded((1, "SD", "SD", "NA", "N")), rules)
    assert found["AVALC"] == "N"
    assert pd.isna(found["ADT"])
    assert found["ANLRSN"] == "no progression"


def test_every_progression_is_listed_in_order(rules):
    responses = recorded(
        (1, "SD", "SD", "NA", "N"), (3, "PD", "PD", "NA", "N"), (2, "PD", "PD", "NA", "N")
    )
    evidence = progression_evidence(
        derive_timepoint_responses(
            read_lesions(assessments([]), rules), pd.Series({"P1": ANCHOR}), rules
        ),
        responses,
    )
    found = derive_progressions(responses, evidence, rules)
    assert found["ADT"].tolist() == [visit_date(2), visit_date(3)]
    with pytest.raises(DerivationError, match=r"more than one.*P1"):
        derive_pd(responses, pd.concat([ONE, ONE]), evidence, rules)
