"""Groups, treatment periods, class of guided therapy, and groups as recommended. SAP section 2."""

# ruff: noqa: E501 - a table reads best with a row on a line

import pandas as pd
import pytest

from analysis.endpoints.guided_therapy import linked_recommendations
from analysis.endpoints.molecular_workup import (
    guided_therapy_recommended,
    profile_reviews,
    workup_stages,
)
from analysis.endpoints.treatment_group import (
    guided_class,
    recommendation_group,
    regimen_group,
    treatment_period,
)
from tests.tables import as_text, frame, plan_rules, raw, table


def test_the_group_of_a_regimen():
    regimens = frame(
        """
        | GUIDFL | therapy_class | group |
        | Y      | targeted      | TG    |
        | Y      | immunotherapy | TG    |
        | Y      | chemotherapy  | TG    |
        |        | targeted      | TN    |
        |        | immunotherapy | OT    |
        |        | chemotherapy  | OT    |
        |        | endocrine     | OT    |
        |        | other         | OT    |
        """
    )
    assert list(regimen_group(regimens)) == list(regimens["group"])


def test_a_period_begins_where_the_group_changes():
    regimens = frame(
        """
        | patient_id | TRTGRP | period |
        | P1         | OT     | 1      |
        | P1         | OT     | 1      |
        | P1         | TG     | 2      |
        | P1         | TG     | 2      |
        | P1         | OT     | 3      |
        | P2         | OT     | 1      |
        | P2         | TN     | 2      |
        | P3         | TN     | 1      |
        """,
        numbers="period",
    )
    assert list(treatment_period(regimens)) == list(regimens["period"])


def test_the_class_of_guided_therapy():
    classes = frame(
        """
        | therapy_class | GUIDCLS       |
        | targeted      | targeted      |
        | immunotherapy | immunotherapy |
        | chemotherapy  | other         |
        | endocrine     | other         |
        | other         | other         |
        |               |               |
        """
    )
    found = [as_text(value) for value in guided_class(classes["therapy_class"])]
    assert found == [as_text(value) for value in classes["GUIDCLS"]]


# The board: deferred reviews do not decide; the first concluded one of the first profile does.
REVIEWS = """
    | patient_id | review_id | test_id | review_date | conclusion       |
    |------------|-----------|---------|-------------|------------------|
    | P01        | R01       | T01     | 2023-03-01  | intervenable     |
    | P02        | R02       | T02     | 2023-03-01  | not_intervenable |
    | P03        | R03       | T03     | 2023-03-01  | not_intervenable |
    | P04        | R04A      | T04     | 2023-03-01  | deferred         |
    | P04        | R04B      | T04     | 2023-03-15  | intervenable     |
    | P05        | R05       | T05     | 2023-03-01  | deferred         |
    | P06        | R06A      | T06     | 2023-03-01  | not_intervenable |
    | P06        | R06B      | T06     | 2023-05-01  | intervenable     |
    | P07        | R07       | T07     | 2023-09-01  | intervenable     |
    | P08        | R08       | T08     | 2023-03-01  | intervenable     |
    | P09        | R09A      | T09     | 2023-03-01  | deferred         |
    | P09        | R09B      | T09     | 2023-03-15  | not_intervenable |
    | P10        | R10       | T10     | 2023-03-01  | intervenable     |
    | P11        | R11       | T11     | 2023-03-01  | intervenable     |
"""
RECOMMENDATIONS = """
    | patient_id | review_id | recommendation_id | drug          | variant_id | biomarker |
    |------------|-----------|-------------------|---------------|------------|-----------|
    | P01        | R01       | RC01              | osimertinib   | V1         |           |
    | P03        | R03       | RC03              | carboplatin   |            |           |
    | P04        | R04B      | RC04              | alpelisib     | V4         |           |
    | P06        | R06B      | RC06              | alpelisib     | V6         |           |
    | P07        | R07       | RC07              | alpelisib     | V7         |           |
    | P08        | R08       | RC08A             | carboplatin   |            |           |
    | P08        | R08       | RC08B             | pembrolizumab |            | MSI-H     |
    | P09        | R09A      | RC09              | alpelisib     | V9         |           |
    | P11        | R11       | RC11              | pembrolizumab |            | TMB-H     |
"""
# MTBDT, RECGRP: the review that decides; RECTGFL: any linked recommendation of the first profile.
AS_RECOMMENDED = table(
    """
    | patient | situation                                   | MTBDT      | RECGRP | guided therapy recommended | intervenable |
    | P01     | on a variant                                | 2023-03-01 | REC-T  | 2023-03-01                 | 2023-03-01   |
    | P02     | no recommendation                           | 2023-03-01 | REC-N  |                            |              |
    | P03     | another therapy only                        | 2023-03-01 | REC-O  |                            |              |
    | P04     | deferred, then on a variant                 | 2023-03-15 | REC-T  | 2023-03-15                 | 2023-03-15   |
    | P05     | deferred only: pending                      |            |        |                            |              |
    | P06     | none first, on a variant at the next review | 2023-03-01 | REC-N  | 2023-05-01                 | 2023-05-01   |
    | P07     | second profile only                         |            |        |                            |              |
    | P08     | another therapy, and one on a biomarker     | 2023-03-01 | REC-T  | 2023-03-01                 | 2023-03-01   |
    | P09     | recommended when deferred, none at the end  | 2023-03-15 | REC-N  | 2023-03-01                 |              |
    | P10     | intervenable, but nothing recommended       | 2023-03-01 | REC-N  |                            | 2023-03-01   |
    | P11     | on a biomarker only                         | 2023-03-01 | REC-T  | 2023-03-01                 | 2023-03-01   |
    """
)


@pytest.fixture(scope="module")
def board():
    tests = [f"| P{n:02} | T{n:02} | {2 if n == 7 else 1} |" for n in range(1, 12)]
    return raw(
        sequencing="\n".join(["| patient_id | test_id | profile_number |", *tests]),
        mtb_reviews=REVIEWS,
        mtb_recommendations=RECOMMENDATIONS,
    )


@pytest.mark.parametrize("case", AS_RECOMMENDED, ids=lambda case: case["situation"])
def test_as_recommended(board, case):
    mixed = {name: table.sample(frac=1, random_state=1) for name, table in board.items()}
    recommendations = linked_recommendations(mixed, plan_rules())
    groups = recommendation_group(profile_reviews(mixed, 1), recommendations)
    decided = groups.reindex([case["patient"]]).iloc[0]
    recommended = guided_therapy_recommended(recommendations)
    stages = workup_stages(mixed).reindex([case["patient"]]).iloc[0]
    assert {
        "MTBDT": as_text(decided["MTBDT"]),
        "RECGRP": as_text(decided["RECGRP"]),
        "guided therapy recommended": as_text(recommended.get(case["patient"])),
        "intervenable": as_text(stages["ACTDT"]),
    } == {
        name: case[name]
        for name in ("MTBDT", "RECGRP", "guided therapy recommended", "intervenable")
    }


def test_stages_of_the_work_up(board):
    """Discussed: deferred reviews count. Sequenced: the first report that passed."""
    extracts = {
        **board,
        **{
            name: drawn
            for name, drawn in raw(
                biopsies="""
                    | patient_id | specimen_id | collection_date |
                    | P01        | S1          | 2023-01-10      |
                    | P01        | S2          | 2023-01-08      |
                    | P05        | S5          | 2023-01-10      |
                """,
                sequencing="""
                    | patient_id | test_id | profile_number | report_date | qc_status |
                    | P01        | T00     | 1              | 2023-01-20  | fail      |
                    | P01        | T01     | 1              | 2023-02-20  | pass      |
                    | P01        | T99     | 1              | 2023-02-25  | pass      |
                    | P01        | T12     | 2              | 2023-09-20  | pass      |
                    | P05        | T05     | 1              |             | pending   |
                    | P07        | T07     | 2              | 2023-08-20  | pass      |
                """,
            ).items()
            if name in ("biopsies", "sequencing")
        },
    }
    found = workup_stages(extracts)
    columns = ["BIOPDT", "NGSDT", "SEQ2DT", "MTBFDT", "ACTDT", "MTB2DT", "ACT2DT"]
    expected = table(
        """
        | patient | BIOPDT     | NGSDT      | SEQ2DT     | MTBFDT     | ACTDT      | MTB2DT     | ACT2DT     |
        | P01     | 2023-01-08 | 2023-02-20 | 2023-09-20 | 2023-03-01 | 2023-03-01 |            |            |
        | P05     | 2023-01-10 |            |            | 2023-03-01 |            |            |            |
        | P07     |            | 2023-08-20 | 2023-08-20 |            |            | 2023-09-01 | 2023-09-01 |
        """
    )
    for row in expected:
        dates = found.loc[row["patient"]]
        assert {c: as_text(dates[c]) for c in columns} == {c: row[c] for c in columns}


def test_nobody_discussed():
    empty = raw()
    groups = recommendation_group(
        profile_reviews(empty, 1), linked_recommendations(empty, plan_rules())
    )
    assert len(groups) == 0
    assert isinstance(workup_stages(empty), pd.DataFrame)
