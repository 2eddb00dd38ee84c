"""ADAE of the tiny study, worked out by hand; what the data cut takes back is said, not guessed."""

# ruff: noqa: E501 - a table reads best with a row on a line

import datetime as dt

import pandas as pd
import pytest

import schemas.derived
from analysis.datacut import apply_cut
from analysis.datasets.adae import GRADE_NOT_KNOWN, build_adae
from analysis.datasets.adex import build_adex, classified_regimens
from analysis.datasets.adsl import build_adsl
from analysis.endpoints.guided_therapy import linked_recommendations
from tests.extracts_factory import change, tiny_study
from tests.tables import as_text, plan_rules, raw_frame, table, tiny_extracts

RULES = plan_rules()


def datasets_at(cutoff, extracts=None):
    """What ADAE needs of a cut, and ADAE: no tumour assessment has a say in it."""
    known = apply_cut(extracts or tiny_extracts(), dt.date.fromisoformat(cutoff)).frames
    recommendations = linked_recommendations(known, RULES)
    classified = classified_regimens(known["treatments"], recommendations, RULES)
    adsl = build_adsl(known, recommendations, classified, pd.Timestamp(cutoff), RULES)
    adex = build_adex(known["treatments"], classified)
    adae = build_adae(known["adverse_events"], adsl, adex, RULES)
    return {"adsl": adsl, "adex": adex, "adae": schemas.derived.check("adae", adae)}


@pytest.fixture(scope="module")
def datasets():
    return datasets_at("2023-11-30")


def drawn(adae, *columns):
    rows = adae.sort_values("AEID")[list(columns)].to_dict("records")
    return [{name: as_text(value) for name, value in row.items()} for row in rows]


def test_each_event_has_its_period_group_and_dates(datasets):
    expected = table("""
        | AEID | TRTEMFL | TRTGRP | APERIOD | APHASE            | ASTDT      | ASTDTF | ASTDY | AENDT      | AENDTF |
        | AE1  | Y       | TG     | 1       | on_treatment      | 2023-02-15 |        | 15    | 2023-02-20 |        |
        | AE2  | Y       | TG     | 1       | on_treatment      | 2023-03-01 | D      | 29    |            |        |
        | AE3  | Y       | OT     | 1       | on_treatment      | 2023-02-24 |        | 15    | 2023-03-04 |        |
        | AE4  | Y       | OT     | 1       | on_treatment      | 2023-06-18 |        | 129   | 2023-06-20 |        |
        | AE5  |         |        |         | before_or_without | 2023-02-03 |        | -17   | 2023-02-06 |        |
        | AE6  | Y       | TG     | 1       | on_treatment      | 2023-04-03 | M      | 1     |            |        |
    """)
    assert drawn(datasets["adae"], *expected[0]) == expected


def test_seriousness_and_severity_are_two_columns(datasets):
    expected = table("""
        | AEID | AETOXGR | AESER | AESCRIT         | AEREL   | AEACN          | AEOUT    | BIOPRFL |
        | AE1  | 2       |       |                 | yes     | none           | resolved |         |
        | AE2  | 1       |       |                 | yes     | none           | ongoing  |         |
        | AE3  | 4       | Y     | hospitalisation | yes     | interrupted    | resolved |         |
        | AE4  | 5       | Y     | death           | no      | not_applicable | fatal    |         |
        | AE5  | 2       | Y     | hospitalisation | no      | not_applicable | resolved | Y       |
        | AE6  | 1       |       |                 | unknown | none           | unknown  |         |
    """)
    assert drawn(datasets["adae"], *expected[0]) == expected


def test_every_row_leads_back_to_its_raw_row(datasets):
    adae = datasets["adae"].sort_values("AEID")
    assert adae["SRCROW"].tolist() == [2, 3, 4, 5, 6, 7]
    assert set(adae["SRCFILE"]) == {"adverse_events.csv"}


def test_a_grade_that_the_cut_took_back_is_missing_and_says_why():
    """Sepsis since 10 June, fatal on the 20th; on the 15th nobody could know."""
    study = change(tiny_study(), "adverse_events", 5, onset_date="2023-06-10")
    extracts = {name: raw_frame(name, rows) for name, rows in study.items()}
    adae = datasets_at("2023-06-15", extracts)["adae"].set_index("AEID")
    sepsis = adae.loc["AE4"]
    assert pd.isna(sepsis["AETOXGR"])
    assert sepsis["GRADERSN"] == GRADE_NOT_KNOWN
    assert sepsis["AESER"] == "Y"
    assert sepsis["AESCRIT"] is None
    assert sepsis["AEOUT"] == "ongoing"
    assert pd.isna(sepsis["AENDT"])
    assert adae["GRADERSN"].drop("AE4").isna().all()


def test_a_partial_resolution_is_the_last_possible_day_not_after_death_or_cut():
    study = change(tiny_study(), "adverse_events", 5, resolution_date="2023-06")
    study = change(study, "adverse_events", 2, resolution_date="2023-02")
    extracts = {name: raw_frame(name, rows) for name, rows in study.items()}
    adae = datasets_at("2023-11-30", extracts)["adae"].set_index("AEID")
    assert adae.loc["AE4", "AENDT"] == pd.Timestamp("2023-06-20")
    assert adae.loc["AE1", "AENDT"] == pd.Timestamp("2023-02-28")
    assert adae.loc["AE1", "AENDTF"] == "D"


def test_no_event_and_nobody_give_an_empty_dataset(datasets):
    empty = tiny_extracts()["adverse_events"].iloc[:0]
    adsl, adex = datasets["adsl"], datasets["adex"]
    assert schemas.derived.check("adae", build_adae(empty, adsl, adex, RULES)).empty
    nobody = build_adae(empty, adsl.iloc[:0], adex.iloc[:0], RULES)
    assert schemas.derived.check("adae", nobody).empty
    assert datasets_at("2020-01-01")["adae"].empty


def test_the_order_of_the_extract_has_no_effect(datasets):
    turned = {name: rows.iloc[::-1] for name, rows in tiny_extracts().items()}
    pd.testing.assert_frame_equal(datasets_at("2023-11-30", turned)["adae"], datasets["adae"])
