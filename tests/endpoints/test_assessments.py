"""What an assessment counts as: CR then a lesser response, several records on a date, baseline."""
# ruff: noqa: E501  (a table is read as a table, however wide)

import pandas as pd

from analysis.endpoints.assessments import (
    after_start,
    driving_assessments,
    effective_responses,
    worst_of_each_date,
)
from analysis.endpoints.best_overall_response import derive_cbor

from .response_tables import frames, read_table

# Each column: what the visits count as under that rule.
CR_THEN_LESSER = read_table("""
| recorded               | pd                     | reclassify_pr          | as_recorded            |
|------------------------|------------------------|------------------------|------------------------|
| CR PR                  | CR PD                  | PR PR                  | CR PR                  |
| CR SD                  | CR PD                  | PR SD                  | CR SD                  |
| CR NE SD               | CR NE PD               | PR NE SD               | CR NE SD               |
| CR NE CR               | CR NE CR               | CR NE CR               | CR NE CR               |
| CR PD SD               | CR PD PD               | CR PD SD               | CR PD SD               |
| PR CR CR               | PR CR CR               | PR CR CR               | PR CR CR               |
| PR CR SD CR            | PR CR PD CR            | PR PR SD CR            | PR CR SD CR            |
| CR NON-CR/NON-PD       | CR PD                  | NON-CR/NON-PD NON-CR/NON-PD | CR NON-CR/NON-PD  |
| SD PR PD               | SD PR PD               | SD PR PD               | SD PR PD               |
""")


def sequences_of(table, column):
    return [
        ", ".join(f"{response} {56 * (i + 1)}" for i, response in enumerate(row[column].split()))
        for row in table
    ]


def counted(assessments, rules):
    rows = effective_responses(assessments, rules)
    return rows.groupby("USUBJID")["AVALC"].agg(" ".join).tolist()


def test_cr_then_a_lesser_response(rules_with):
    assessments, _ = frames(sequences_of(CR_THEN_LESSER, "recorded"))
    for rule in ("pd", "reclassify_pr", "as_recorded"):
        found = counted(assessments, rules_with({"cr_then_lesser": rule}))
        assert found == [row[rule] for row in CR_THEN_LESSER]


def test_the_recorded_response_stays_beside_what_it_counts_as(rules):
    assessments, _ = frames(["CR 56, SD 112"])
    before = assessments.copy()
    rows = effective_responses(assessments, rules)
    assert rows["AVALC"].tolist() == ["CR", "PD"]
    assert rows["RECORDED"].tolist() == ["CR", "SD"]
    pd.testing.assert_frame_equal(assessments, before)


def test_rows_of_adrs_that_count_as_progression_do_so_whatever_was_recorded(rules):
    """PDTYPE: the first sighting of a new lesion on day 112, confirmed later."""
    assessments, reference = frames(["PR 56, PR 112, PR 168"])
    shown = assessments.assign(PDTYPE=[None, "new lesion", None])
    rows = effective_responses(shown, rules)
    assert rows["AVALC"].tolist() == ["PR", "PD", "PR"]
    assert rows["RECORDED"].tolist() == ["PR", "PR", "PR"]
    best = derive_cbor(shown, reference, rules)
    assert best["AVALC"].tolist() == ["SD"]


def test_reclassification_looks_only_at_visits_that_count(rules_with):
    """A lesser response under new therapy says nothing about the CR before it."""
    rules = rules_with({"cr_then_lesser": "reclassify_pr"})
    rows = derive_cbor(*frames(["CR 56, CR 112, SD 168, NACT 150", "CR 56, CR 112, SD 168"]), rules)
    assert rows["AVALC"].tolist() == ["CR", "PR"]


def test_the_worst_record_of_a_date_counts():
    table = read_table("""
    | on one date         | counts        |
    |---------------------|---------------|
    | CR PD               | PD            |
    | NE PD               | PD            |
    | PR NE               | NE            |
    | PR SD               | SD            |
    | CR PR               | PR            |
    | CR NON-CR/NON-PD    | NON-CR/NON-PD |
    """)
    sequences = [", ".join(f"{r} 56" for r in row["on one date"].split()) for row in table]
    assessments, _ = frames(sequences)
    rows = worst_of_each_date(assessments)
    assert rows["AVALC"].tolist() == [row["counts"] for row in table]


def test_a_scan_on_or_before_the_first_administration_is_no_response():
    assessments, reference = frames(["SD -7, SD 0, SD 1", "PR 56"])
    untreated = reference.assign(STARTDT=[reference["STARTDT"][0], pd.NaT])
    assert after_start(assessments, reference)["AVALC"].tolist() == ["SD", "PR"]
    assert after_start(assessments, untreated)["AVALC"].tolist() == ["SD"]


def test_the_source_that_drives_is_a_parameter(rules_with):
    adrs = pd.DataFrame({"PARAMCD": ["OVRINV", "OVRCEN", "OVRDER"], "AVALC": ["PR", "SD", "CR"]})
    assert driving_assessments(adrs, rules_with({"source": "recorded"}))["AVALC"].tolist() == ["PR"]
    assert driving_assessments(adrs, rules_with({"source": "derived"}))["AVALC"].tolist() == ["CR"]


def test_no_assessments(rules):
    assessments, reference = frames(["-"])
    assert effective_responses(assessments, rules).empty
    assert after_start(assessments, reference).empty
    assert worst_of_each_date(assessments).empty
