"""Which regimens are guided by the molecular profile, why, and by which recommendation. SAP D8.

Expected answers are written from the plan, regimen by regimen: every drug of one recommendation is
in the regimen, the review is dated on or before the first dose, and the recommendation names a
variant or a biomarker.
"""

# ruff: noqa: E501 - a table reads best with a row on a line

import pandas as pd
import pytest

from analysis.datasets.adex import build_adex, classified_regimens
from analysis.endpoints import guided_therapy as reasons
from analysis.endpoints.guided_therapy import guided_by_second_profile, linked_recommendations
from analysis.endpoints.systemic_treatment import DrugNames, systemic_regimens
from tests.tables import as_text, plan_rules, raw, raw_frame, table

REASON = {
    "guided": reasons.GUIDED,
    "guided, further drugs": reasons.GUIDED_MORE,
    "guided, one drug": reasons.GUIDED_ANY,
    "before the review": reasons.BEFORE_REVIEW,
    "partial": reasons.PARTIAL,
    "no target": reasons.NO_TARGET,
    "other drug": reasons.OTHER_DRUG,
    "no recommendation": reasons.NO_RECOMMENDATION,
    "local": reasons.LOCAL,
}

# What the board recommended. `names`: what of the tumour the recommendation rests on.
RECOMMENDED = """
    | patient | id   | review     | conclusion   | profile | rank | drug                   | names     |
    |---------|------|------------|--------------|---------|------|------------------------|-----------|
    | P01     | RC01 | 2023-03-01 | intervenable | 1       | 1    | osimertinib            | variant   |
    | P02     | RC02 | 2023-03-01 | intervenable | 1       | 1    | osimertinib            | variant   |
    | P03     | RC03 | 2023-03-01 | intervenable | 1       | 1    | osimertinib            | variant   |
    | P04     | RC04 | 2023-03-01 | intervenable | 1       | 1    | encorafenib+cetuximab  | variant   |
    | P05     | RC05 | 2023-03-01 | intervenable | 1       | 1    | encorafenib+cetuximab  | variant   |
    | P06     | RC06 | 2023-03-01 | intervenable | 1       | 1    | encorafenib+cetuximab  | variant   |
    | P07     | RC07 | 2023-03-01 | intervenable | 1       | 1    | encorafenib+cetuximab  | variant   |
    | P08     | RC08 | 2023-03-01 | intervenable | 1       | 1    | osimertinib            | variant   |
    | P09     | RC09 | 2023-03-01 | intervenable | 1       | 1    | Encorafenib + CETUXIMAB | variant  |
    | P10     | RC10 | 2023-03-01 | intervenable | 1       | 1    | osimertinib            | variant   |
    | P11     | RC11 | 2023-03-01 | intervenable | 1       | 1    | osimertinib            | variant   |
    | P12     | RC12 | 2023-03-01 | intervenable | 1       | 1    | pembrolizumab          | MSI-H     |
    | P13     | RC13 | 2023-03-01 | not_intervenable | 1   | 1    | carboplatin            |           |
    | P14     | RC14 | 2023-03-01 | not_intervenable | 1   | 1    | regorafenib            |           |
    | P17     | RC17 | 2023-03-01 | intervenable | 1       | 1    | carboplatin            | HRD       |
    | P18     | RC18 | 2023-03-01 | intervenable | 1       | 1    | fulvestrant            | variant   |
    | P19     | RC19 | 2023-03-01 | intervenable | 1       | 1    | capmatinib             | variant   |
    | P20     | RC20 | 2023-03-01 | intervenable | 1       | 1    | capmatinib             | variant   |
    | P21     | RC21 | 2023-04-01 | intervenable | 1       | 1    | alpelisib              | variant   |
    | P22     | RC22 | 2023-04-01 | intervenable | 1       | 1    | alpelisib              | variant   |
    | P23     | RC23 | 2023-09-01 | intervenable | 2       | 1    | lorlatinib             | variant   |
    | P24     | RC24 | 2023-09-01 | intervenable | 2       | 1    | lorlatinib             | variant   |
    | P25     | RC25 | 2023-03-01 | intervenable | 1       | 1    | radiotherapy           | variant   |
    | P26     | RC26A | 2023-03-01 | intervenable | 1      | 1    | osimertinib            | variant   |
    | P26     | RC26B | 2023-03-01 | intervenable | 1      | 2    | pembrolizumab          | TMB-H     |
    | P27     | RC27A | 2023-03-01 | intervenable | 1      | 1    | alpelisib              | variant   |
    | P27     | RC27B | 2023-04-01 | intervenable | 1      | 2    | alpelisib              | variant   |
    | P28     | RC28A | 2023-03-01 | intervenable | 1      | 1    | encorafenib            | variant   |
    | P28     | RC28B | 2023-03-01 | intervenable | 1      | 2    | encorafenib+cetuximab  | variant   |
    | P29     | RC29A | 2023-03-01 | intervenable | 1      | 2    | olaparib               | variant   |
    | P29     | RC29B | 2023-03-01 | intervenable | 1      | 1    | olaparib               | HRD       |
    | P30     | RC30A | 2023-03-01 | intervenable | 1      | 1    | dabrafenib+trametinib  | variant   |
    | P30     | RC30B | 2023-03-01 | intervenable | 1      | 2    | encorafenib+binimetinib | variant  |
    | P31     | RC31 | 2023-03-01 | intervenable | 1       | 1    | trastuzumab            | variant   |
    | P32     | RC32 | 2023-03-01 | intervenable | 1       | 1    | osimertinib            | variant   |
    | P33     | RC33 | 2023-03-01 | intervenable | 1       | 1    | osimertinib            | variant   |
    | P34     | RC34A | 2023-03-01 | intervenable | 1      | 1    | olaparib               |           |
    | P34     | RC34B | 2023-03-01 | intervenable | 1      | 2    | olaparib               | other     |
    | P35     | RC35 | 2023-03-01 | intervenable | 1       | 1    | osimertinib            | variant   |
    | P37     | RC37 | 2023-03-01 | intervenable | 1       | 1    | osimertinib            | both      |
    | P39     | RC39 | 2023-03-01 | intervenable | 1       | 1    | osimertinib            | variant   |
    | P40     | RC40 | 2023-03-01 | intervenable | 1       | 1    | osimertinib            | variant   |
    | P41     | RC41A | 2023-03-01 | intervenable | 1      | 1    | osimertinib            | variant   |
    | P41     | RC41B | 2023-05-01 | intervenable | 1      | 1    | osimertinib            | variant   |
    | P42     | RC42 | 2023-03-01 | intervenable | 1       | 1    | encorafenib+cetuximab  | variant   |
    | P38     | RC38A | 2023-03-01 | intervenable | 1      | 1    | dabrafenib+trametinib  | variant   |
    | P38     | RC38B | 2023-06-01 | intervenable | 1      | 1    | dabrafenib             | variant   |
"""

# What the patient got, and what it counts as. `by`: the recommendation behind the answer.
GIVEN = """
    | patient | situation                                      | drug                      | class         | start      | end        | guided | group | why                   | by    |
    |---------|------------------------------------------------|---------------------------|---------------|------------|------------|--------|-------|-----------------------|-------|
    | P01     | one drug, a week after the review              | osimertinib               | targeted      | 2023-03-08 |            | Y      | TG    | guided                | RC01  |
    | P02     | first dose on the day of the review            | osimertinib               | targeted      | 2023-03-01 |            | Y      | TG    | guided                | RC02  |
    | P03     | first dose the day before the review           | osimertinib               | targeted      | 2023-02-28 |            |        | TN    | before the review     | RC03  |
    | P04     | combination, complete                          | encorafenib+cetuximab     | targeted      | 2023-03-08 |            | Y      | TG    | guided                | RC04  |
    | P05     | combination, named in another order            | cetuximab+encorafenib     | targeted      | 2023-03-08 |            | Y      | TG    | guided                | RC05  |
    | P06     | combination, one drug of it only               | encorafenib               | targeted      | 2023-03-08 |            |        | TN    | partial               | RC06  |
    | P07     | combination and a further drug                 | encorafenib+cetuximab+binimetinib | targeted | 2023-03-08 |            | Y   | TG    | guided, further drugs | RC07  |
    | P08     | one drug and chemotherapy beside it            | pemetrexed+osimertinib    | targeted      | 2023-03-08 |            | Y      | TG    | guided, further drugs | RC08  |
    | P09     | capitals and blanks                            | encorafenib  +Cetuximab   | targeted      | 2023-03-08 |            | Y      | TG    | guided                | RC09  |
    | P10     | another targeted drug                          | gefitinib                 | targeted      | 2023-03-08 |            |        | TN    | other drug            |       |
    | P11     | chemotherapy instead                           | docetaxel                 | chemotherapy  | 2023-03-08 |            |        | OT    | other drug            |       |
    | P12     | biomarker only, no variant                     | pembrolizumab             | immunotherapy | 2023-03-08 |            | Y      | TG    | guided                | RC12  |
    | P13     | chemotherapy recommended on neither            | carboplatin               | chemotherapy  | 2023-03-08 |            |        | OT    | no target             | RC13  |
    | P14     | targeted drug recommended on neither           | regorafenib               | targeted      | 2023-03-08 |            |        | TN    | no target             | RC14  |
    | P15     | targeted drug, never discussed                 | imatinib                  | targeted      | 2023-03-08 |            |        | TN    | no recommendation     |       |
    | P16     | immunotherapy, never discussed                 | nivolumab                 | immunotherapy | 2023-03-08 |            |        | OT    | no recommendation     |       |
    | P17     | chemotherapy recommended on a biomarker        | carboplatin               | chemotherapy  | 2023-03-08 |            | Y      | TG    | guided                | RC17  |
    | P18     | endocrine therapy recommended on a variant     | fulvestrant               | endocrine     | 2023-03-08 |            | Y      | TG    | guided                | RC18  |
    | P19     | recommendation declined, followed all the same | capmatinib                | targeted      | 2023-03-08 |            | Y      | TG    | guided                | RC19  |
    | P20     | decision still pending                         | capmatinib                | targeted      | 2023-03-08 |            | Y      | TG    | guided                | RC20  |
    | P21     | after the deferred review, before the next     | alpelisib                 | targeted      | 2023-03-15 |            |        | TN    | before the review     | RC21  |
    | P22     | after the review that concluded                | alpelisib                 | targeted      | 2023-04-02 |            | Y      | TG    | guided                | RC22  |
    | P23     | recommended on the second profile              | lorlatinib                | targeted      | 2023-09-10 |            | Y      | TG    | guided                | RC23  |
    | P24     | before the review of the second profile        | lorlatinib                | targeted      | 2023-08-10 |            |        | TN    | before the review     | RC24  |
    | P25     | local therapy, though recommended              | radiotherapy              | radiotherapy  | 2023-03-08 |            |        |       | local                 |       |
    | P26     | two recommendations, the second fits           | pembrolizumab             | immunotherapy | 2023-03-08 |            | Y      | TG    | guided                | RC26B |
    | P27     | recommended at two reviews: the later one      | alpelisib                 | targeted      | 2023-04-08 |            | Y      | TG    | guided                | RC27B |
    | P27     | recommended at two reviews, between them       | alpelisib                 | targeted      | 2023-03-08 | 2023-03-20 | Y      | TG    | guided                | RC27A |
    | P28     | one drug or the pair: the exact pair           | encorafenib+cetuximab     | targeted      | 2023-03-08 |            | Y      | TG    | guided                | RC28B |
    | P29     | twice at one review: the higher rank           | olaparib                  | targeted      | 2023-03-08 |            | Y      | TG    | guided                | RC29B |
    | P30     | one drug from each of two recommendations      | dabrafenib+binimetinib    | targeted      | 2023-03-08 |            |        | TN    | partial               | RC30A |
    | P31     | a drug whose name begins alike                 | trastuzumab deruxtecan    | targeted      | 2023-03-08 |            |        | TN    | other drug            |       |
    | P32     | started before the review, continued after it  | osimertinib               | targeted      | 2023-01-15 |            |        | TN    | before the review     | RC32  |
    | P33     | bridging chemotherapy first                    | docetaxel                 | chemotherapy  | 2023-03-05 |            |        | OT    | other drug            |       |
    | P33     | then the recommended drug                      | osimertinib               | targeted      | 2023-05-20 |            | Y      | TG    | guided                | RC33  |
    | P34     | recommended on neither, and on a biomarker     | olaparib                  | targeted      | 2023-03-08 |            | Y      | TG    | guided                | RC34B |
    | P35     | before the review, another drug                | docetaxel                 | chemotherapy  | 2023-02-01 |            |        | OT    | no recommendation     |       |
    | P36     | recommended to another patient only            | osimertinib               | targeted      | 2023-03-08 |            |        | TN    | no recommendation     |       |
    | P37     | variant and biomarker                          | osimertinib               | targeted      | 2023-03-08 |            | Y      | TG    | guided                | RC37  |
    | P39     | before the review, running on it               | osimertinib               | targeted      | 2023-01-15 | 2023-03-20 |        | TN    | before the review     | RC39  |
    | P39     | entered again after it at a lower dose         | osimertinib               | targeted      | 2023-03-21 |            |        | TN    | before the review     | RC39  |
    | P40     | before the review, ended before it             | osimertinib               | targeted      | 2023-01-15 | 2023-02-10 |        | TN    | before the review     | RC40  |
    | P40     | taken up again on its advice                   | osimertinib               | targeted      | 2023-03-05 |            | Y      | TG    | guided                | RC40  |
    | P41     | guided by the first review                     | osimertinib               | targeted      | 2023-03-08 | 2023-05-10 | Y      | TG    | guided                | RC41A |
    | P41     | entered again after a second one like it       | osimertinib               | targeted      | 2023-05-11 |            | Y      | TG    | guided                | RC41A |
    | P42     | a part of it before the review                 | encorafenib               | targeted      | 2023-01-15 | 2023-03-10 |        | TN    | no recommendation     |       |
    | P42     | all of it after the review                     | encorafenib+cetuximab     | targeted      | 2023-03-11 |            | Y      | TG    | guided                | RC42  |
    | P38     | partly in time, in full only later             | dabrafenib                | targeted      | 2023-04-01 |            |        | TN    | before the review     | RC38B |
"""

DECISIONS = """
    | patient_id | recommendation_id | decision_date | decision | reason         |
    | P19        | RC19              | 2023-03-02    | declined | access_or_cost |
    | P01        | RC01              | 2023-03-02    | accepted |                |
"""
DEFERRED = """
    | patient_id | review_id | test_id | review_date | conclusion |
    | P21        | RV-P21-0  | T-P21-1 | 2023-03-01  | deferred   |
    | P22        | RV-P22-0  | T-P22-1 | 2023-03-01  | deferred   |
"""


def extracts_of(recommended: str, given: str) -> dict[str, pd.DataFrame]:
    """The two drawn tables as the registry would send them."""
    frames = raw(mtb_decisions=DECISIONS)
    made, regimens = table(recommended), table(given)
    rows = {"mtb_recommendations": [], "mtb_reviews": [], "sequencing": [], "biopsies": []}
    for row in made:
        patient, test = row["patient"], f"T-{row['patient']}-{row['profile']}"
        review = f"RV-{patient}-{row['review']}"
        names = row["names"]
        rows["mtb_recommendations"].append(
            {
                "patient_id": patient,
                "review_id": review,
                "recommendation_id": row["id"],
                "rank": row["rank"],
                "drug": row["drug"],
                "variant_id": f"V-{patient}" if names in ("variant", "both") else None,
                "biomarker": "HRD" if names == "both" else names if names != "variant" else None,
            }
        )
        rows["mtb_reviews"].append(
            {
                "patient_id": patient,
                "review_id": review,
                "test_id": test,
                "review_date": row["review"],
                "conclusion": row["conclusion"],
            }
        )
        collected = "2023-01-10" if row["profile"] == "1" else "2023-08-01"
        specimen = {"patient_id": patient, "specimen_id": f"S-{test}"}
        rows["sequencing"].append({**specimen, "test_id": test, "profile_number": row["profile"]})
        rows["biopsies"].append({**specimen, "collection_date": collected})
    for name, content in rows.items():
        once = [row for i, row in enumerate(content) if row not in content[:i]]
        frames[name] = raw_frame(name, once + (table(DEFERRED) if name == "mtb_reviews" else []))
    frames["treatments"] = raw_frame(
        "treatments",
        [
            {
                "patient_id": row["patient"],
                "regimen_id": f"RG{number:03}",
                "drug": row["drug"],
                "therapy_class": row["class"],
                "start_date": row["start"],
                "end_date": row.get("end"),
            }
            for number, row in enumerate(regimens)
        ],
    )
    return frames


def exposure(frames, rules) -> pd.DataFrame:
    recommendations = linked_recommendations(frames, rules)
    classified = classified_regimens(frames["treatments"], recommendations, rules)
    return build_adex(frames["treatments"], classified).set_index("REGID")


CASES = [(f"RG{number:03}", row) for number, row in enumerate(table(GIVEN))]


@pytest.fixture(scope="module")
def adex():
    return exposure(extracts_of(RECOMMENDED, GIVEN), plan_rules())


@pytest.mark.parametrize(
    ("regimen", "case"), CASES, ids=[f"{c['patient']} {c['situation']}" for _, c in CASES]
)
def test_the_regimen_counts_as_the_plan_says(adex, regimen, case):
    row = adex.loc[regimen]
    answer = {
        "guided": as_text(row["GUIDFL"]),
        "group": as_text(row["TRTGRP"]),
        "why": as_text(row["GUIDRSN"]),
        "by": as_text(row["RECID"]),
    }
    expected = {**{name: case[name] for name in answer}, "why": REASON[case["why"]]}
    assert answer == expected


def test_there_are_enough_regimens():
    assert len(CASES) >= 25
    assert {case["why"] for _, case in CASES} == set(REASON) - {"guided, one drug"}


def test_the_review_and_the_profile_behind_it_are_named(adex):
    second = adex[adex["USUBJID"].eq("P23")].iloc[0]
    assert (second["MTBREVID"], second["PROFNUM"]) == ("RV-P23-2023-09-01", 2)
    first = adex[adex["USUBJID"].eq("P01")].iloc[0]
    assert (first["MTBREVID"], first["PROFNUM"]) == ("RV-P01-2023-03-01", 1)
    other = adex[adex["USUBJID"].eq("P10")].iloc[0]
    assert other["MTBREVID"] is None
    assert other["PROFNUM"] is pd.NA


def test_no_regimen_is_lost_and_flags_are_y_or_missing(adex):
    assert sorted(adex.index) == [regimen for regimen, _ in CASES]
    assert {as_text(value) for value in adex["GUIDFL"]} == {"Y", None}


def test_the_order_of_the_rows_has_no_effect(adex):
    frames = extracts_of(RECOMMENDED, GIVEN)
    mixed = {name: frame.sample(frac=1, random_state=3) for name, frame in frames.items()}
    again = exposure(mixed, plan_rules())
    pd.testing.assert_frame_equal(again, adex)


def test_without_any_recommendation_nobody_is_guided():
    frames = extracts_of(RECOMMENDED, GIVEN)
    frames["mtb_recommendations"] = frames["mtb_recommendations"].iloc[:0]
    adex = exposure(frames, plan_rules())
    assert adex["GUIDFL"].isna().all()
    systemic = adex[adex["TRTGRP"].notna()]
    assert set(systemic["GUIDRSN"]) == {reasons.NO_RECOMMENDATION}


def test_without_any_regimen_the_dataset_is_empty():
    frames = extracts_of(RECOMMENDED, GIVEN)
    frames["treatments"] = frames["treatments"].iloc[:0]
    assert len(exposure(frames, plan_rules())) == 0


# --- switches ------------------------------------------------------------------------------------
ANY_DRUG = table(
    """
    | patient | guided | why                   |
    | P01     | Y      | guided                |
    | P06     | Y      | guided, one drug      |
    | P07     | Y      | guided, further drugs |
    | P10     |        | other drug            |
    | P13     |        | no target             |
    | P30     | Y      | guided, one drug      |
    | P32     |        | before the review     |
    | P38     | Y      | guided, one drug      |
    """
)


def test_one_drug_of_a_recommendation_is_enough_where_the_rule_says_any_drug():
    adex = exposure(extracts_of(RECOMMENDED, GIVEN), plan_rules(guided={"match": "any_drug"}))
    by_patient = adex.set_index("USUBJID")
    for case in ANY_DRUG:
        row = by_patient.loc[case["patient"]]
        assert as_text(row["GUIDFL"]) == case["guided"], case
        assert row["GUIDRSN"] == REASON[case["why"]], case


# Recommended under one name, given under another: guided only if the names are declared equivalent,
# whichever of the two stands first.
EQUIVALENT = {
    "not declared": ({}, None),
    "as declared": ({"osimertinib": "Tagrisso"}, "Y"),
    "the other way round": ({"tagrisso": ["osimertinib"]}, "Y"),
    "one of several names": ({"AZD9291": ["tagrisso", "Osimertinib"]}, "Y"),
    "through a third name": ({"osimertinib": "azd9291", "Tagrisso": "AZD9291"}, "Y"),
    "other drugs only": ({"alpelisib": "Piqray"}, None),
}


@pytest.mark.parametrize("named", EQUIVALENT)
@pytest.mark.parametrize(
    ("recommended", "given"),
    [("osimertinib", "TAGRISSO"), ("tagrisso", "osimertinib")],
    ids=["brand given", "brand recommended"],
)
def test_another_name_of_the_drug(named, recommended, given):
    declared, guided = EQUIVALENT[named]
    made = f"""
        | patient | id   | review     | conclusion   | profile | rank | drug          | names   |
        | P01     | RC01 | 2023-03-01 | intervenable | 1       | 1    | {recommended} | variant |
    """
    got = f"""
        | patient | drug    | class    | start      |
        | P01     | {given} | targeted | 2023-03-08 |
    """
    adex = exposure(extracts_of(made, got), plan_rules(guided={"equivalent_drugs": declared}))
    assert [as_text(value) for value in adex["GUIDFL"]] == [guided]


DRUG_NAMES = {
    "imatinib": {"imatinib"},
    " Imatinib ": {"imatinib"},
    "a+b": {"a", "b"},
    "B + A": {"a", "b"},
    "a++b": {"a", "b"},
    "trastuzumab  deruxtecan": {"trastuzumab deruxtecan"},
    "": set(),
    None: set(),
    # what Unicode calls the same
    "a\uff0bb": {"a", "b"},
    "a\u207ab": {"a", "b"},
    "folinic\u00a0acid": {"folinic acid"},
    "caf\u0065\u0301": {"caf\u00e9"},
    "\uff21\uff22": {"ab"},
    # anything else is another name
    "a/b": {"a/b"},
    "a and b": {"a and b"},
    "trastuzumab\u2011deruxtecan": {"trastuzumab\u2010deruxtecan"},
    "os\u0456mertinib": {"os\u0456mertinib"},
}


@pytest.mark.parametrize("text", DRUG_NAMES)
def test_drug_names_are_split_at_plus_and_compared_without_case(text):
    assert DrugNames({}).of(text) == DRUG_NAMES[text]


@pytest.mark.parametrize(
    ("recommended", "given", "guided"),
    [
        ("dabrafenib+trametinib", "Trametinib\uff0bdabrafenib", "Y"),
        ("t\u00e9moporfin", "te\u0301moporfin", "Y"),
        ("trifluridine/tipiracil", "Trifluridine/Tipiracil", "Y"),
        ("trifluridine/tipiracil", "trifluridine+tipiracil", None),
        ("dabrafenib+trametinib", "dabrafenib/trametinib", None),
        ("dabrafenib+trametinib", "dabrafenib and trametinib", None),
        ("trastuzumab-deruxtecan", "trastuzumab\u2011deruxtecan", None),
        ("osimertinib", "osimertinb", None),
    ],
)
def test_only_forms_that_unicode_calls_the_same_are_the_same(recommended, given, guided):
    made = f"""
        | patient | id   | review     | conclusion   | profile | rank | drug          | names   |
        | P01     | RC01 | 2023-03-01 | intervenable | 1       | 1    | {recommended} | variant |
    """
    got = f"""
        | patient | drug    | class    | start      |
        | P01     | {given} | targeted | 2023-03-08 |
    """
    adex = exposure(extracts_of(made, got), plan_rules())
    assert [as_text(value) for value in adex["GUIDFL"]] == [guided]


JOINED = {
    "declared as one": (
        {"trifluridine/tipiracil": "trifluridine+tipiracil"},
        {"trifluridine", "tipiracil"},
    ),
    "the other way round": (
        {"trifluridine+tipiracil": ["trifluridine/tipiracil", "Lonsurf"]},
        {"trifluridine", "tipiracil"},
    ),
    "of names with others": ({"a/b": "a+b", "b": "brand b"}, {"trifluridine/tipiracil"}),
    "nothing but several": ({"a+b": "c+d"}, {"trifluridine/tipiracil"}),
}


@pytest.mark.parametrize("named", JOINED)
def test_a_name_may_be_declared_to_stand_for_several_drugs(named):
    declared, drugs = JOINED[named]
    assert DrugNames(declared).of("Trifluridine/tipiracil") == drugs


def test_a_name_that_stands_for_several_drugs_is_compared_drug_by_drug():
    names = DrugNames({"a/b": "a+b", "b": "brand b"})
    assert names.of("A/B + c") == names.of("c+brand b+a")


# --- second profile ------------------------------------------------------------------------------
# Guided therapy failed on 2023-07-15. The second specimen must be from then on, its review on or
# before the first dose.
SECOND = table(
    """
    | situation                             | specimen   | profile | review     | names   | drug     | start      | guided |
    | as planned                            | 2023-08-01 | 2       | 2023-09-01 | variant | drug b   | 2023-09-10 | Y      |
    | specimen on the day of the failure    | 2023-07-15 | 2       | 2023-09-01 | variant | drug b   | 2023-09-10 | Y      |
    | specimen the day before the failure   | 2023-07-14 | 2       | 2023-09-01 | variant | drug b   | 2023-09-10 |        |
    | first dose on the day of the review   | 2023-08-01 | 2       | 2023-09-01 | variant | drug b   | 2023-09-01 | Y      |
    | first dose before the review          | 2023-08-01 | 2       | 2023-09-01 | variant | drug b   | 2023-08-31 |        |
    | by the first profile                  | 2023-08-01 | 1       | 2023-09-01 | variant | drug b   | 2023-09-10 |        |
    | another drug                          | 2023-08-01 | 2       | 2023-09-01 | variant | drug c   | 2023-09-10 |        |
    | recommended on neither                | 2023-08-01 | 2       | 2023-09-01 |         | drug b   | 2023-09-10 |        |
    | recommended on a biomarker            | 2023-08-01 | 2       | 2023-09-01 | TMB-H   | drug b   | 2023-09-10 | Y      |
    """
)


@pytest.mark.parametrize("case", SECOND, ids=lambda case: case["situation"])
@pytest.mark.parametrize("failed", [True, False], ids=["failed", "never failed"])
def test_guided_by_the_second_profile(case, failed):
    variant = "V1" if case["names"] == "variant" else ""
    biomarker = case["names"] if case["names"] not in ("variant", None) else ""
    frames = raw(
        biopsies=f"| patient_id | specimen_id | collection_date |\n| P1 | SP2 | {case['specimen']} |",
        sequencing=f"| patient_id | test_id | specimen_id | profile_number |\n| P1 | T2 | SP2 | {case['profile']} |",
        mtb_reviews=f"| patient_id | review_id | test_id | review_date |\n| P1 | R2 | T2 | {case['review']} |",
        mtb_recommendations="| patient_id | review_id | recommendation_id | rank | drug | variant_id | biomarker |\n"
        f"| P1 | R2 | RC2 | 1 | drug b | {variant} | {biomarker} |",
        treatments="| patient_id | regimen_id | drug | therapy_class | start_date |\n"
        "| P1 | RG1 | drug a | targeted | 2023-02-01 |\n"
        f"| P1 | RG2 | {case['drug']} | targeted | {case['start']} |",
    )
    rules = plan_rules()
    failure = pd.Series(
        {"P1": pd.Timestamp("2023-07-15")} if failed else {}, dtype="datetime64[ns]"
    )
    found = guided_by_second_profile(
        systemic_regimens(frames["treatments"], rules),
        linked_recommendations(frames, rules),
        failure,
        rules,
    )
    expected = {"P1": pd.Timestamp(case["start"])} if failed and case["guided"] else {}
    assert found.to_dict() == expected
