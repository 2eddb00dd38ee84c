"""Best overall response: RECIST 1.1 table 3 and the order of candidates, patient by patient."""
# ruff: noqa: E501  (a table is read as a table, however wide)

import pandas as pd
import pytest

from analysis.endpoints.best_overall_response import derive_bor, derive_cbor
from analysis.errors import DerivationError

from .response_tables import answers, expected, frames, read_table

# RECIST 1.1 table 3 (confirmation required; CR then less = PD). First visit at day 56 or 28 with the
# minimum for SD at 42, the later visit at day 112.
TABLE_3 = read_table("""
| first | later | minimum met | minimum not met |
|-------|-------|-------------|-----------------|
| CR    | CR    | CR          | CR              |
| CR    | PR    | SD          | PD              |
| CR    | SD    | SD          | PD              |
| CR    | PD    | SD          | PD              |
| CR    | NE    | SD          | NE              |
| PR    | CR    | PR          | PR              |
| PR    | PR    | PR          | PR              |
| PR    | SD    | SD          | SD              |
| PR    | PD    | SD          | PD              |
| PR    | NE    | SD          | NE              |
| NE    | NE    | NE          | NE              |
""")

CANDIDATES = read_table("""
| assessments                 | BOR           | BOR day | CBOR          | CBOR day | confirmed | why                                   |
|-----------------------------|---------------|---------|---------------|----------|-----------|---------------------------------------|
| CR 56, CR 112               | CR            | 56      | CR            | 56       | 112       | CR confirmed by a later CR            |
| PR 56, PR 112, CR 168       | CR            | 168     | PR            | 56       | 112       | PR confirmed by a later PR or CR      |
| PR 56, PR 112, CR 168, CR 224 | CR          | 168     | CR            | 168      | 224       | CR confirmed by a later CR            |
| PR 28, PD 70                | PR            | 28      | PD            | 70       | -         | first progression                     |
| PR 56, PD 112               | PR            | 56      | SD            | 56       | -         | PR without confirmation counts as SD  |
| CR 56                       | CR            | 56      | SD            | 56       | -         | CR without confirmation counts as SD  |
| SD 42                       | SD            | 42      | SD            | 42       | -         | SD from the minimum on                |
| SD 41                       | NE            | 41      | NE            | 41       | -         | SD before the minimum for SD          |
| SD 28, SD 56                | SD            | 56      | SD            | 56       | -         | SD from the minimum on                |
| NE 28, SD 84                | SD            | 84      | SD            | 84       | -         | SD from the minimum on                |
| NON-CR/NON-PD 42, PD 90     | NON-CR/NON-PD | 42      | NON-CR/NON-PD | 42       | -         | NON-CR/NON-PD from the minimum on     |
| NON-CR/NON-PD 41            | NE            | 41      | NE            | 41       | -         | NON-CR/NON-PD before the minimum for SD |
| SD 28, PD 56                | PD            | 56      | PD            | 56       | -         | first progression                     |
| PD 20                       | PD            | 20      | PD            | 20       | -         | first progression                     |
| PD 56, CR 112, CR 168       | PD            | 56      | PD            | 56       | -         | first progression                     |
| NE 56, NE 112               | NE            | 56      | NE            | 56       | -         | not evaluable                         |
| NE 56, PD 112               | PD            | 112     | PD            | 112      | -         | first progression                     |
| CR 28, SD 84                | CR            | 28      | PD            | 84       | -         | lesser response after CR counts as PD |
| -                           | MISSING       | -       | MISSING       | -        | -         | no assessment                         |
""")

LIMITS = read_table("""
| assessments, new therapy, end          | CBOR    | CBOR day | why                                                   |
|----------------------------------------|---------|----------|-------------------------------------------------------|
| PR 56, PR 112                          | PR      | 56       | PR confirmed by a later PR or CR                      |
| PR 56, PR 112, NACT 113                | PR      | 56       | PR confirmed by a later PR or CR                      |
| PR 56, PR 112, NACT 112                | SD      | 56       | PR without confirmation counts as SD                  |
| PR 56, PR 112, NACT 56                 | MISSING | -        | assessed only after new therapy or the end of follow-up |
| PR 56, PR 112, END 112                 | PR      | 56       | PR confirmed by a later PR or CR                      |
| PR 56, PR 112, END 111                 | SD      | 56       | PR without confirmation counts as SD                  |
| PR 56, PD 112, NACT 100                | SD      | 56       | PR without confirmation counts as SD                  |
| SD 56, PD 112, NACT 300, END 395       | SD      | 56       | SD from the minimum on                                |
""")


@pytest.mark.parametrize(("column", "first_day"), [("minimum met", 56), ("minimum not met", 28)])
def test_table_3_of_recist(column, first_day, rules):
    sequences = [f"{row['first']} {first_day}, {row['later']} 112" for row in TABLE_3]
    rows = derive_cbor(*frames(sequences), rules)
    assert answers(rows, "AVALC") == expected(TABLE_3, column)


def test_candidates_and_their_dates(rules):
    assessments, reference = frames([row["assessments"] for row in CANDIDATES])
    unconfirmed = derive_bor(assessments, reference, rules)
    confirmed = derive_cbor(assessments, reference, rules)
    assert answers(unconfirmed, "AVALC", "ADT") == expected(CANDIDATES, "BOR", "BOR day")
    columns = expected(CANDIDATES, "CBOR", "CBOR day", "confirmed", "why")
    assert answers(confirmed, "AVALC", "ADT", "CONFDT", "ANLRSN") == columns


def test_new_therapy_and_end_of_follow_up(rules):
    rows = derive_cbor(*frames([row["assessments, new therapy, end"] for row in LIMITS]), rules)
    columns = expected(LIMITS, "CBOR", "CBOR day", "why")
    assert answers(rows, "AVALC", "ADT", "ANLRSN") == columns


def test_a_patient_without_new_therapy_is_never_dropped(rules):
    """The published recipe ADT < NACTDT drops everybody whose NACTDT is missing."""
    assessments, reference = frames(["PR 56, PR 112", "PR 56, PR 112, NACT 300", "-"])
    assert reference["NACTDT"].isna().sum() == 2
    rows = derive_cbor(assessments, reference, rules)
    assert rows["USUBJID"].tolist() == ["P000", "P001", "P002"]
    assert rows["AVALC"].tolist() == ["PR", "PR", "MISSING"]


def test_the_minimum_for_sd_is_a_parameter(rules_with):
    sequences = frames(["SD 41", "SD 55", "SD 56"])
    assert derive_bor(*sequences, rules_with({"min_sd_days": 56}))["AVALC"].tolist() == [
        "NE",
        "NE",
        "SD",
    ]


def test_no_assessment_can_be_ne_without_a_date(rules_with):
    rows = derive_cbor(*frames(["-"]), rules_with({"missing_as_ne": True}))
    assert answers(rows, "AVALC", "ADT", "ANLRSN") == [("NE", "-", "no assessment")]


def test_several_records_on_one_date_the_worst_counts(rules):
    sequences = ["PR 56, PD 56, PR 112", "PR 56, NE 56", "PR 56, SD 56, PR 112", "CR 56, PR 56"]
    rows = derive_cbor(*frames(sequences), rules)
    assert answers(rows, "AVALC", "ADT") == [("PD", "56"), ("NE", "56"), ("SD", "56"), ("SD", "56")]


def test_what_follows_the_first_progression_counts_only_if_asked(rules):
    assessments, reference = frames(["PD 56, SD 84"])
    assert derive_bor(assessments, reference, rules)["AVALC"].tolist() == ["PD"]
    rows = derive_bor(assessments, reference, rules, stop_after_first_pd=False)
    assert rows["AVALC"].tolist() == ["SD"]


def test_no_patients_and_no_assessments(rules):
    assessments, reference = frames(["PR 56", "-"])
    nobody = derive_cbor(assessments, reference.iloc[:0], rules)
    assert nobody.empty
    assert list(nobody) == ["USUBJID", "AVALC", "ADT", "CONFDT", "ANLRSN"]
    nothing = derive_cbor(assessments.iloc[:0], reference, rules)
    assert nothing["AVALC"].tolist() == ["MISSING", "MISSING"]


def test_patients_outside_the_reference_do_not_matter(rules):
    assessments, reference = frames(["PR 56, PR 112", "PD 56"])
    rows = derive_cbor(assessments, reference.iloc[:1], rules)
    assert answers(rows, "USUBJID", "AVALC") == [("P000", "PR")]


def test_refused_by_name(rules):
    assessments, reference = frames(["PR 56", "SD 56"])
    wrong = assessments.assign(AVALC=["PR", "stable"])
    with pytest.raises(DerivationError, match=r"'stable'.*P001"):
        derive_bor(wrong, reference, rules)
    with pytest.raises(DerivationError, match=r"None.*P000"):
        derive_bor(assessments.assign(AVALC=[None, "SD"]), reference, rules)
    with pytest.raises(DerivationError, match=r"without a date.*P000"):
        derive_bor(assessments.assign(ADT=[pd.NaT, pd.Timestamp("2022-05-01")]), reference, rules)
    with pytest.raises(DerivationError, match=r"first administration.*P001"):
        derive_bor(assessments, reference.assign(STARTDT=[reference["STARTDT"][0], pd.NaT]), rules)
    with pytest.raises(DerivationError, match=r"more than one.*P000"):
        derive_bor(assessments, reference.iloc[[0, 0, 1]], rules)
    with pytest.raises(DerivationError, match="no column NACTDT"):
        derive_bor(assessments, reference.drop(columns="NACTDT"), rules)
