"""PROMIS-29 v2.1 scoring: every T score and SE, summary scores by hand, coding and version."""

import numpy as np
import pandas as pd
import pytest

from analysis.endpoints.promis29_scores import (
    DOMAINS,
    ITEMS,
    PARAMETERS,
    change_category,
    items_of,
    physical_function_version,
    score_forms,
    severity,
    t_scores,
)
from schemas.promis29 import older_physical_function, t_score_table, turned_items
from tests.tables import plan_rules

RULES = plan_rules()
# Ends of each table as printed in the manual (raw 4 and raw 20), typed here apart from the file.
ENDS = {
    "PF": (22.5, 57.0),
    "ANX": (40.3, 81.6),
    "DEP": (41.0, 79.4),
    "FAT": (33.7, 75.8),
    "SLP": (32.0, 73.3),
    "SOC": (27.5, 64.2),
    "PAINI": (41.6, 75.6),
}


def form(intensity=0, **sums):
    """One form with these raw sums; the other domains have all items at 1."""
    answers = dict.fromkeys(ITEMS, 1) | {"global07": intensity}
    for paramcd, total in sums.items():
        whole, rest = divmod(total, 4)
        for number, item in enumerate(items_of(paramcd)):
            answers[item] = whole + (number < rest)
    return answers


def forms(*rows):
    return pd.DataFrame(list(rows), columns=list(ITEMS)).astype("Int64")


def scored(frame, rules=RULES):
    """Scores of the first form by parameter."""
    return score_forms(frame, rules).groupby("PARAMCD", sort=False).first()


# --- T scores ------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def every_sum():
    """Scores of one form per domain and raw sum, by (domain, sum)."""
    cells = [(paramcd, total) for paramcd in DOMAINS for total in range(4, 21)]
    scores = score_forms(forms(*(form(**{paramcd: total}) for paramcd, total in cells)), RULES)
    by_form = scores.set_index(["form", "PARAMCD"]).sort_index()
    return {cell: by_form.loc[number, cell[0]] for number, cell in enumerate(cells)}


@pytest.mark.parametrize("paramcd", DOMAINS)
@pytest.mark.parametrize("total", range(4, 21))
def test_each_of_the_119_t_scores_and_standard_errors(every_sum, paramcd, total):
    table = t_score_table().reset_index()
    found = every_sum[paramcd, total]
    domain = [d for d in table["domain"].unique() if d.startswith(_WORD[paramcd])]
    expected = table[table["domain"].isin(domain) & table["raw"].eq(total)]
    assert len(expected) == 1
    assert found["RAWSUM"] == total
    assert found["AVAL"] == expected["t_score"].iloc[0]
    assert found["SE"] == expected["se"].iloc[0]


_WORD = {
    "PF": "physical",
    "ANX": "anx",
    "DEP": "dep",
    "FAT": "fat",
    "SLP": "sleep",
    "SOC": "social",
    "PAINI": "pain",
}


@pytest.mark.parametrize(("paramcd", "ends"), ENDS.items())
def test_the_ends_of_the_tables_are_those_of_the_manual(paramcd, ends):
    low = scored(forms(form(**{paramcd: 4}))).loc[paramcd, "AVAL"]
    high = scored(forms(form(**{paramcd: 20}))).loc[paramcd, "AVAL"]
    assert (low, high) == ends


def test_the_table_is_whole_and_rises():
    table = t_score_table()
    assert len(table) == 119
    for _, own in table.groupby("domain"):
        assert list(own.index.get_level_values("raw")) == list(range(4, 21))
        assert own["t_score"].is_monotonic_increasing
        assert own["t_score"].is_unique
        assert own["se"].between(1, 7).all()


@pytest.mark.parametrize(
    ("paramcd", "total", "wrong"),
    [("PAINI", 4, 38.2), ("PAINI", 20, 83.1), ("SLP", 4, 28.0), ("PF", 4, 24.8), ("PF", 4, 22.9)],
)
def test_wrong_tables_in_circulation_are_not_used(paramcd, total, wrong):
    assert scored(forms(form(**{paramcd: total}))).loc[paramcd, "AVAL"] != wrong


def test_a_sum_that_four_items_cannot_give_is_refused():
    with pytest.raises(ValueError, match="PF: 21 is not a raw sum"):
        t_scores("PF", pd.Series([21.0]))


@pytest.mark.parametrize("paramcd", DOMAINS)
def test_a_missing_item_leaves_its_domain_and_the_summaries_without_a_score(paramcd):
    answers = forms({**form(), items_of(paramcd)[2]: None})
    found = scored(answers)
    assert found["AVAL"].isna().sum() == 3
    assert found.loc[[paramcd, "PHS", "MHS"], "AVAL"].isna().all()
    assert pd.isna(found.loc[paramcd, "RAWSUM"])
    assert pd.isna(found.loc[paramcd, "SE"])


def test_pain_intensity_is_the_answer_itself():
    found = scored(forms(form(intensity=7)))
    assert found.loc["PAINN", "AVAL"] == 7
    assert found.loc["PAINN", "RAWSUM"] == 7
    assert pd.isna(found.loc["PAINN", "SE"])


# --- summary scores ------------------------------------------------------------------------------
def test_summary_scores_of_somebody_in_the_best_of_health():
    """Worked by hand.

    z: physical function 0.70, anxiety -0.97, depression -0.90, distress -0.935, fatigue -1.63,
    sleep -1.80, social 1.42, pain interference -0.84, intensity -2.31 / 2.34 = -0.98718, pain
    -0.91359. Physical 0.6104 + 0.08588 + 0.16046 + 0.01467 - 0.002805 - 0.0036 = 0.86500; mental
    -0.0105 + 0.14069 + 0.35784 + 0.57213 + 0.240295 + 0.2502 = 1.55066.
    """
    found = scored(forms(form(intensity=0, PF=20, SOC=20)))["AVAL"]
    assert found["PHS"] == pytest.approx(58.6500, abs=5e-4)
    assert found["MHS"] == pytest.approx(65.5066, abs=5e-4)


def test_summary_scores_of_somebody_badly_off():
    """Worked by hand.

    z: physical function -2.75, anxiety 3.16, depression 2.94, distress 3.05, fatigue 2.58, sleep
    2.33, social -2.25, pain interference 2.56, intensity (10 - 2.31) / 2.34 = 3.28632, pain
    2.92316. Physical -2.398 - 0.27478 - 0.25425 - 0.02322 + 0.00915 + 0.00466 = -2.93644; mental
    0.04125 - 0.45017 - 0.567 - 0.90558 - 0.78385 - 0.32387 = -2.98922.
    """
    worst = {"ANX": 20, "DEP": 20, "FAT": 20, "SLP": 20, "PAINI": 20}
    found = scored(forms(form(intensity=10, PF=4, SOC=4, **worst)))["AVAL"]
    assert found["PHS"] == pytest.approx(20.6356, abs=5e-4)
    assert found["MHS"] == pytest.approx(20.1078, abs=5e-4)


def test_pain_intensity_is_a_component_of_the_summaries():
    found = scored(forms({**form(), "global07": None}))
    assert found.loc[["PAINN", "PHS", "MHS"], "AVAL"].isna().all()
    assert found.loc[list(DOMAINS), "AVAL"].notna().all()


# --- coding and version --------------------------------------------------------------------------
def test_printed_order_turns_ten_items_and_gives_the_same_scores():
    answers = forms(form(intensity=3, PF=17, SLP=9, SOC=6, ANX=12))
    printed = answers.copy()
    turned = list(turned_items())
    printed[turned] = 6 - printed[turned]
    assert len(turned) == 10
    other = plan_rules(promis29={"item_coding": "printed"})
    pd.testing.assert_frame_equal(score_forms(answers, RULES), score_forms(printed, other))
    assert not score_forms(answers, RULES).equals(score_forms(answers, other))


def test_physical_function_scores_of_the_older_version_are_recognised():
    sums = pd.Series([4, 20, 4, 20, 10, None])
    scores = pd.Series([22.9, 56.9, 22.5, 57.0, 12.3, 22.5])
    found = physical_function_version(sums, scores)
    assert list(found) == ["v1.x", "v1.x", "v2.1", "v2.1", None, None]


def test_every_older_score_differs_or_is_the_same_in_both_versions():
    older = pd.Series(older_physical_function())
    current = t_score_table().loc["physical_function"]["t_score"]
    found = physical_function_version(pd.Series(older.index), older.reset_index(drop=True))
    same = np.isclose(older, current)
    assert list(found) == ["v2.1" if equal else "v1.x" for equal in same]


# --- shape and change ----------------------------------------------------------------------------
def test_every_form_has_every_parameter_and_rows_of_the_input_do_not_matter():
    answers = forms(form(PF=12), form(PF=8), form(PF=16))
    answers.index = [30, 10, 20]
    found = score_forms(answers, RULES)
    assert list(found["PARAMCD"]) == [*PARAMETERS] * 3
    assert list(found["form"].drop_duplicates()) == [30, 10, 20]
    turned = score_forms(answers.iloc[::-1], RULES)
    key = ["form", "PARAMCD"]
    pd.testing.assert_frame_equal(
        found.sort_values(key, ignore_index=True), turned.sort_values(key, ignore_index=True)
    )


def test_no_form_gives_no_score():
    assert score_forms(forms(), RULES).empty


@pytest.mark.parametrize(
    ("paramcd", "change", "category"),
    [
        ("PF", 3.0, "improved"),
        ("PF", 40.9 - 37.9, "improved"),  # 2.9999999999999964 in binary
        ("PF", 2.9, "stable"),
        ("PF", -3.0, "worse"),
        ("FAT", -3.0, "improved"),
        ("FAT", 3.1, "worse"),
        ("PAINN", -2, "improved"),
        ("PAINN", 1, "stable"),
        ("SOC", None, None),
    ],
)
def test_change_category(paramcd, change, category):
    changes = pd.Series([change], dtype="float64")
    assert change_category(changes, paramcd, RULES).tolist() == [category]


@pytest.mark.parametrize(
    ("paramcd", "score", "band"),
    [
        ("FAT", 54.9, "within normal limits"),
        ("FAT", 55.0, "mild"),
        ("ANX", 60.0, "moderate"),
        ("PAINI", 69.9, "moderate"),
        ("SLP", 70.0, "severe"),
        ("PF", 45.0, "within normal limits"),
        ("PF", 44.9, "mild"),
        ("SOC", 40.0, "mild"),
        ("SOC", 39.9, "moderate"),
        ("PF", 30.0, "moderate"),
        ("PF", 29.9, "severe"),
        ("PF", None, None),
    ],
)
def test_severity_bands_hold_their_lower_bound(paramcd, score, band):
    found = severity(pd.Series([score], dtype="float64"), paramcd, RULES).iloc[0]
    assert found == band
