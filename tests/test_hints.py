"""A hint is given where it helps: by the words of a name, not by the share of equal letters."""

from __future__ import annotations

import re

import pytest

from analysis.hints import nearest, was_meant
from analysis.validation import RULES
from analysis.validation.adverse_events import ctcae
from tests.tables import table

TERMS = table(
    """
    | term                              | meant                                         |
    | HEART RATE INCREASED              | -                                             |
    | ALT increased                     | -                                             |
    | Neutropenia                       | -                                             |
    | Fever neutropenia                 | -                                             |
    | Increased                         | -                                             |
    | Blood pressure increased          | -                                             |
    | Death                             | -                                             |
    | COVID-19                          | -                                             |
    | Weight decreased                  | -                                             |
    | Rash                              | -                                             |
    | Anaemia                           | 'Anemia'                                      |
    | ANEMIA                            | 'Anemia'                                      |
    | Diarrhoea                         | 'Diarrhea'                                    |
    | Hyponatraemia                     | 'Hyponatremia'                                |
    | Oedema limbs                      | 'Edema limbs'                                 |
    | Increased creatinine              | 'Creatinine increased'                        |
    | Creatinin                         | 'Creatinine increased'                        |
    | Platelets decreased               | 'Platelet count decreased'                    |
    | Plateletcount decreased           | 'Platelet count decreased'                    |
    | Alanine aminotransferase elevated | -                                             |
    | Pain back                         | 'Back pain'                                   |
    | Back-pain                         | 'Back pain'                                   |
    | Palmar plantar erythrodysesthesia | 'Palmar-plantar erythrodysesthesia syndrome'  |
    | Nasuea                            | 'Nausea'                                      |
    """
)


@pytest.mark.parametrize("case", TERMS, ids=lambda case: case["term"])
def test_terms_of_ctcae(case):
    hint = "" if case["meant"] == "-" else f"; was {case['meant']} meant"
    assert was_meant(case["term"], ctcae().index) == hint


NAMES = table(
    """
    | wrong          | known                                    | meant              |
    | assesment_date | patient_id visit assessment_date ecog    | assessment_date    |
    | assessmentdate | patient_id visit assessment_date ecog    | assessment_date    |
    | date           | start_date end_date stop_date            | -                  |
    | start          | start_date end_date stop_date            | start_date         |
    | note           | patient_id visit                         | -                  |
    | week_15        | week_8 week_16 week_24                   | week_16            |
    | femle          | male female                              | female             |
    | F              | male female                              | -                  |
    | PD1            | PD PR SD                                 | -                  |
    | lsot           | lost cost                                | lost               |
    | cast           | cost last                                | cost last          |
    """
)


@pytest.mark.parametrize("case", NAMES, ids=lambda case: f"{case['wrong']}")
def test_names_of_columns_codes_and_keys(case):
    expected = [] if case["meant"] == "-" else case["meant"].split()
    assert nearest(case["wrong"], case["known"].split()) == expected


def test_more_names_equally_near_than_help_are_no_hint():
    assert nearest("abcd", ["abce", "abcf", "abcg"]) == ["abce", "abcf", "abcg"]
    assert nearest("abcd", ["abce", "abcf", "abcg", "abch"]) == []


def test_every_term_is_nearest_to_itself():
    for term in ctcae().index[::3]:  # of 837, each held against all of them
        assert term in nearest(term.upper(), ctcae().index)


def test_a_rule_is_told_in_words():
    for rule in RULES.values():
        assert not re.search(r"\w\(not given\)|  ", rule.sentence)
