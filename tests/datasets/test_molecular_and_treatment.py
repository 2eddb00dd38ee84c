"""ADEX, ADCM, ADNGS, ADGN: every raw row once, at its line, whatever the order of the rows."""

import pandas as pd
import pytest

from analysis.datasets import admb
from analysis.datasets.adcm import build_adcm
from analysis.datasets.adex import build_adex, classified_regimens
from analysis.datasets.adgn import build_adgn
from analysis.datasets.adngs import build_adngs
from analysis.endpoints.guided_therapy import LOCAL, linked_recommendations
from tests.tables import as_text, plan_rules, raw, table, tiny_extracts


def adex_of(e):
    rules = plan_rules()
    classified = classified_regimens(e["treatments"], linked_recommendations(e, rules), rules)
    return build_adex(e["treatments"], classified)


def adcm_of(e):
    return build_adcm(e["prior_treatments"], pd.Series(dtype="datetime64[ns]"), plan_rules())


BUILT = {
    "adex": (adex_of, "treatments", "REGID", "regimen_id"),
    "adcm": (adcm_of, "prior_treatments", "TRT", "regimen"),
    "adgn": (
        lambda e: build_adgn(e["variants"], e["sequencing"], e["mtb_recommendations"]),
        "variants",
        "VARID",
        "variant_id",
    ),
    "adngs": (
        lambda e: build_adngs(e["biopsies"], e["sequencing"]),
        "sequencing",
        "TESTID",
        "test_id",
    ),
}


@pytest.mark.parametrize("name", BUILT)
def test_every_raw_row_is_there_once_at_its_line(name):
    build, source, column, raw_column = BUILT[name]
    extracts = tiny_extracts()
    line = "file_line" if source == "prior_treatments" else "line"
    mixed = {table: rows.sample(frac=1, random_state=4) for table, rows in extracts.items()}
    for given in (extracts, mixed):
        rows = build(given)
        recorded = extracts[source].set_index(line)[raw_column]
        assert sorted(rows["SRCROW"]) == sorted(recorded.index)
        assert [recorded[at] for at in rows["SRCROW"]] == list(rows[column])
        assert set(rows["SRCFILE"]) == {f"{source}.csv"}


@pytest.mark.parametrize("name", BUILT)
def test_flags_are_y_or_missing(name):
    rows = BUILT[name][0](tiny_extracts())
    for column in [c for c in rows if c.endswith("FL")]:
        assert {as_text(value) for value in rows[column]} <= {"Y", None}


@pytest.mark.parametrize("name", BUILT)
def test_an_empty_extract_gives_an_empty_dataset(name):
    assert len(BUILT[name][0](raw())) == 0


def test_the_regimens_of_a_patient_are_numbered_in_time():
    """P002: docetaxel from February, radiotherapy in May: local, no group, no period."""
    rows = adex_of(tiny_extracts())
    mine = rows[rows["USUBJID"].eq("P002")]
    assert list(mine["EXSEQ"]) == [1, 2]
    assert list(mine["TRT"]) == ["docetaxel", "radiotherapy"]
    assert [as_text(group) for group in mine["TRTGRP"]] == ["OT", None]
    assert [as_text(period) for period in mine["APERIOD"]] == ["1", None]
    assert mine["GUIDRSN"].iat[1] == LOCAL
    assert mine["LOCRSN"].iat[1] == "symptom"


def test_a_specimen_without_a_test_has_a_row_of_its_own():
    extracts = raw(
        biopsies="""
            | patient_id | specimen_id | collection_date | adequate |
            | P1         | SP1         | 2023-01-10      | Y        |
            | P1         | SP2         | 2023-01-20      | N        |
        """,
        sequencing="""
            | patient_id | test_id | specimen_id | profile_number | report_date | qc_status |
            | P1         | T1      | SP1         | 1              | 2023-02-01  | fail      |
            | P1         | T2      | SP1         | 1              | 2023-02-10  | pass      |
        """,
    )
    rows = build_adngs(extracts["biopsies"], extracts["sequencing"])
    columns = ["SPECID", "ADEQFL", "TESTID", "PROFNUM", "REPDT", "QCSTAT", "SRCFILE", "SRCROW"]
    assert [{c: as_text(row[c]) for c in columns} for _, row in rows.iterrows()] == table(
        """
        | SPECID | ADEQFL | TESTID | PROFNUM | REPDT      | QCSTAT | SRCFILE        | SRCROW |
        | SP1    | Y      | T1     | 1       | 2023-02-01 | fail   | sequencing.csv | 2      |
        | SP1    | Y      | T2     | 1       | 2023-02-10 | pass   | sequencing.csv | 3      |
        | SP2    |        |        |         |            |        | biopsies.csv   | 3      |
        """
    )
    assert rows["SRCROW"].dtype == "Int64"


def test_a_variant_that_a_recommendation_names_is_flagged():
    rows = BUILT["adgn"][0](tiny_extracts()).set_index("VARID")
    named = {variant for variant, flag in rows["ACTNVFL"].items() if flag == "Y"}
    assert named == {"V1", "V4"}
    assert rows.loc["V3", "PROFNUM"] == 2
    assert pd.isna(rows.loc["V4", "HGVSP"])


def test_recommended_drugs_are_received_from_the_day_of_the_review_on():
    """With all of its drugs in one regimen, begun on the day of the review or later."""
    review = pd.Timestamp("2023-03-01")
    regimens = {"BEFORE": "2023-02-28", "DAY": "2023-03-01", "LATER": "2023-03-02"}
    given = pd.DataFrame({"patient_id": list(regimens)})
    given = given.assign(
        start_date=pd.to_datetime(list(regimens.values())), drugs=[frozenset("ab")] * 3
    )
    advice = given[["patient_id"]].assign(
        recommendation_id=given["patient_id"], review_date=review, recommended=[frozenset("a")] * 3
    )
    found = admb._received(advice, given)
    assert found.dt.strftime("%m-%d").to_dict() == {"DAY": "03-01", "LATER": "03-02"}
    assert admb._received(advice.assign(recommended=[frozenset("ac")] * 3), given).empty
