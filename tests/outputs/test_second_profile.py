"""T14.2.10.1 and T14.2.10.2: denominators of D10, the cascade, changes that panels allow one to call."""

# ruff: noqa: E501 - a table reads best with a row on a line

import math

import pandas as pd
import pytest

from analysis.estimates.rows import Cell
from analysis.outputs.second_profile.acquired_and_lost import changes_table
from analysis.outputs.second_profile.acquired_and_lost import numbers as acquired_and_lost
from analysis.outputs.second_profile.cascade import (
    ANY_TARGETED,
    ENROLLED,
    FAILED,
    RESISTANT,
    SEQUENCED,
    STAGES,
    after_failure_table,
    cascade_table,
    denominators,
)
from analysis.outputs.second_profile.cascade import numbers as second_guidance
from analysis.outputs.second_profile.panels import (
    ACQUIRED,
    KEPT,
    LOST,
    NOT_CALLED,
    SAME_ASSAY,
    alteration_changes,
    compared_panels,
    second_profile_after_failure,
)
from schemas.estimates import check_estimates
from tests.outputs.derived_study import nobody, simulated
from tests.tables import frame, plan_rules, table

RULES = plan_rules()

# RES and TOX failed on guided therapy, OPEN did not; TN progressed on a targeted drug that was not
# guided and CHEMO on chemotherapy.
ADSL = """
    | USUBJID | TFAILFL | TFAILRSN    | TFAILDT    | SEQ2FL | MTB2FL | ACT2FL | GUID2FL | EOSSTT       | DCSREAS |
    |---------|---------|-------------|------------|--------|--------|--------|---------|--------------|---------|
    | RES     | Y       | resistance  | 2023-03-01 | Y      | Y      | Y      | Y       | ONGOING      |         |
    | RES2    | Y       | resistance  | 2023-03-01 | Y      | Y      |        |         | ONGOING      |         |
    | RES3    | Y       | resistance  | 2023-03-01 |        |        |        |         | DISCONTINUED | death   |
    | TOX     | Y       | intolerance | 2023-03-01 |        |        |        |         | ONGOING      |         |
    | OPEN    |         |             |            |        |        |        |         | ONGOING      |         |
    | TN      |         |             |            | Y      |        |        |         | ONGOING      |         |
    | CHEMO   |         |             |            |        |        |        |         | ONGOING      |         |
"""
ADEX = """
    | USUBJID | THERCLS       | GUIDFL | ASTDT      | AENDT      | STOPRSN     |
    |---------|---------------|--------|------------|------------|-------------|
    | RES     | targeted      | Y      | 2023-01-01 | 2023-03-01 | progression |
    | RES2    | immunotherapy | Y      | 2023-01-01 | 2023-03-01 | progression |
    | RES3    | targeted      | Y      | 2023-01-01 | 2023-03-01 | progression |
    | TOX     | targeted      | Y      | 2023-01-01 | 2023-03-01 | toxicity    |
    | OPEN    | targeted      | Y      | 2023-01-01 |            |             |
    | TN      | targeted      |        | 2023-01-01 | 2023-03-01 | progression |
    | CHEMO   | chemotherapy  |        | 2023-01-01 | 2023-03-01 | progression |
"""
ADNGS = """
    | USUBJID | TESTID | PROFNUM | ASSAY | QCSTAT | REPDT      | SPECDT     |
    |---------|--------|---------|-------|--------|------------|------------|
    | RES     | a1     | 1       | big   | pass   | 2022-12-01 | 2022-11-01 |
    | RES     | a2     | 2       | small | pass   | 2023-04-01 | 2023-03-10 |
    | RES2    | b1     | 1       | big   | pass   | 2022-12-01 | 2022-11-01 |
    | RES2    | b2     | 2       | big   | pass   | 2023-04-01 | 2023-02-10 |
    | RES3    | c1     | 1       | big   | pass   | 2022-12-01 | 2022-11-01 |
    | TN      | d1     | 1       | big   | pass   | 2022-12-01 | 2022-11-01 |
    | TN      | d2     | 2       | big   | fail   | 2023-04-01 | 2023-03-10 |
"""
ADGN = """
    | USUBJID | TESTID | PROFNUM | GENE | changes in RES when the panels are declared |
    |---------|--------|---------|------|---------------------------------------------|
    | RES     | a1     | 1       | BRAF | in both                                     |
    | RES     | a1     | 1       | TP53 | lost: small covers it                       |
    | RES     | a1     | 1       | APC  | small does not cover it                     |
    | RES     | a2     | 2       | BRAF | in both                                     |
    | RES     | a2     | 2       | MET  | acquired: big covers it                     |
    | RES     | a2     | 2       | ESR1 | big does not cover it                       |
    | RES2    | b1     | 1       | KRAS | lost                                        |
    | RES2    | b2     | 2       | ESR1 | acquired, the same assay                    |
    | RES3    | c1     | 1       | KRAS | no second profile                           |
"""
PANELS = {"big": ["BRAF", "TP53", "APC", "MET"], "small": ["BRAF", "TP53", "MET", "ESR1"]}


def drawn_study():
    return {
        "adsl": frame(ADSL, dates="TFAILDT"),
        "adex": frame(ADEX, dates="ASTDT AENDT"),
        "adngs": frame(ADNGS, dates="REPDT SPECDT", numbers="PROFNUM"),
        "adgn": frame(ADGN, numbers="PROFNUM"),
        "adrs": frame(
            """
            | USUBJID | PARAMCD | PDTYPE | PDDT | ADT |
            |---------|---------|--------|------|-----|
            | RES     | OVRINV  |        |      |     |
            """,
            dates="PDDT ADT",
        ),
    }


def test_denominators_of_d10():
    found = {label: set(who) for label, who in denominators(drawn_study(), RULES).items()}
    assert found == {
        RESISTANT: {"RES", "RES2", "RES3"},
        FAILED: {"RES", "RES2", "RES3", "TOX"},
        ANY_TARGETED: {"RES", "RES2", "RES3", "TOX", "TN"},
        ENROLLED: {"RES", "RES2", "RES3", "TOX", "OPEN", "TN", "CHEMO"},
        SEQUENCED: {"RES", "RES2"},
    }


@pytest.mark.parametrize(
    ("label", "by_hand"),
    [
        (RESISTANT, "1/3"),
        (FAILED, "1/4"),
        (ANY_TARGETED, "1/5"),
        (ENROLLED, "1/7"),
        (SEQUENCED, "1/2"),
    ],
)
def test_guided_by_the_second_profile_under_each_denominator(label, by_hand):
    rows = second_guidance(drawn_study(), RULES)
    cell = Cell(label, parameter="GUID2FL", category=dict(STAGES)["GUID2FL"])
    assert f"{rows.value(cell, 'n'):.0f}/{rows.value(cell, 'N'):.0f}" == by_hand


def test_second_profiles_of_unguided_patients_count_under_all_targeted_only():
    rows = second_guidance(drawn_study(), RULES)
    stage = {"parameter": "SEQ2FL", "category": dict(STAGES)["SEQ2FL"]}
    assert rows.value(Cell(ANY_TARGETED, **stage), "n") == 3
    assert rows.value(Cell(ENROLLED, **stage), "n") == 2


def test_failed_patients_without_a_second_profile_stand_once():
    rows = second_guidance(drawn_study(), RULES)
    ends = rows.members[rows.members["analysis_id"].eq("without a second NGS")]
    assert dict(zip(ends["USUBJID"], ends["category"], strict=True)) == {
        "RES3": "Died",
        "TOX": "In follow-up at the cut",
    }
    after = Cell("specimen", category="on or after the failure")
    assert (rows.value(after, "n"), rows.value(after, "N")) == (1, 2)


def changes(rules):
    found = alteration_changes(drawn_study(), rules)
    return {(row.USUBJID, row.GENE): row.CHANGE for row in found.itertuples()}


def test_changes_are_called_where_the_other_panel_could_have_seen_them():
    assert changes(plan_rules(molecular={"assays": PANELS})) == {
        ("RES", "BRAF"): KEPT,
        ("RES", "TP53"): LOST,
        ("RES", "APC"): NOT_CALLED,
        ("RES", "MET"): ACQUIRED,
        ("RES", "ESR1"): NOT_CALLED,
        ("RES2", "KRAS"): LOST,
        ("RES2", "ESR1"): ACQUIRED,
    }


def test_different_panels_that_are_not_declared_call_nothing():
    found = changes(RULES)
    assert {gene: change for (who, gene), change in found.items() if who == "RES"} == {
        "BRAF": KEPT, "TP53": NOT_CALLED, "APC": NOT_CALLED, "MET": NOT_CALLED, "ESR1": NOT_CALLED,
    }  # fmt: skip
    assert found[("RES2", "KRAS")] == LOST  # the same assay needs no declaration


def counted(rows, analysis, change, gene=""):
    """``n/N`` of a cell, NE where n is not estimable."""
    cell = Cell(analysis, parameter=gene, category=change)
    n, size = rows.value(cell, "n"), rows.value(cell, "N")
    return "NE" if math.isnan(n) else f"{n:.0f}/{size:.0f}"


@pytest.mark.parametrize(
    "case",
    table("""
        | analysis | gene | change   | undeclared | declared | why                                          |
        | any      |      | acquired | 1/1        | 2/2      | undeclared, RES cannot be compared           |
        | any      |      | lost     | 1/1        | 2/2      |                                              |
        | gene     | KRAS | lost     | 1/1        | 1/1      | the same assay needs no declaration          |
        | gene     | MET  | acquired | 0/1        | 1/2      | both panels of RES cover it                  |
        | gene     | APC  | lost     | 0/1        | 0/1      | RES: small does not cover it                 |
        | gene     | ESR1 | acquired | 1/1        | 1/1      | RES: big does not cover it, RES2: same assay |
    """),
    ids=lambda case: f"{case['gene'] or 'any'} {case['change']}",
)
def test_the_base_is_the_profiles_that_can_be_compared(case):
    for rules, expected in (
        (RULES, "undeclared"),
        (plan_rules(molecular={"assays": PANELS}), "declared"),
    ):
        rows = acquired_and_lost(drawn_study(), rules)
        found = counted(rows, case["analysis"], case["change"], case["gene"] or "")
        assert found == case[expected], expected


def without_the_same_assay():
    """RES2 had another assay the second time: no pair can be compared."""
    study = drawn_study()
    tests = study["adngs"]
    return study | {
        "adngs": tests.assign(ASSAY=tests["ASSAY"].mask(tests["TESTID"].eq("b2"), "new"))
    }


def test_where_no_profiles_can_be_compared_nothing_is_acquired_or_lost_not_even_0():
    study = without_the_same_assay()
    rows = acquired_and_lost(study, RULES)
    for change in (ACQUIRED, LOST):
        assert counted(rows, "any", change) == "NE"
        for gene in ("KRAS", "MET", "ESR1", "BRAF"):
            assert counted(rows, "gene", change, gene) == "NE"
    shown = changes_table(rows, RULES).frame.set_index("Gene")
    assert shown.loc["At least one gene, n (%)"].tolist()[1:3] == ["NE", "NE"]
    assert shown.loc["  KRAS"].tolist() == ["0", "NE", "NE", "1", "0"]  # listed as not comparable
    cascade = second_guidance(study, RULES)
    cell = Cell("acquired", category="a gene newly altered, of profiles that can be compared")
    assert math.isnan(cascade.value(cell, "n"))
    assert after_failure_table(cascade, RULES, "").frame.iloc[-1, -1] == "NE"


def test_every_gene_seen_in_one_profile_only_is_called_or_listed_as_not_comparable():
    for study in (drawn_study(), without_the_same_assay(), simulated()):
        rows = acquired_and_lost(study, RULES)
        members = rows.members[rows.members["analysis_id"].eq("gene")]
        stood = members.groupby(["USUBJID", "parameter"]).size()
        changed = alteration_changes(study, RULES)
        assert (stood == 1).all()
        assert set(stood.index) == set(zip(changed["USUBJID"], changed["GENE"], strict=True))


def test_few_profiles_have_counts_and_no_percentage():
    rows = acquired_and_lost(drawn_study(), RULES)
    share = rows.frame[rows.frame["stat_name"].eq("pct") & rows.frame["category"].eq(ACQUIRED)]
    assert share["stat"].isna().all()
    assert share["warning"].str.contains("fewer than 5").all()
    lenient = plan_rules(estimation={"min_stratum": 1})
    assert (
        acquired_and_lost(drawn_study(), lenient).value(Cell("any", category=ACQUIRED), "pct")
        == 100
    )


def test_profiles_whose_assay_is_not_known_are_not_the_same():
    study = drawn_study()
    unknown = study["adngs"]["USUBJID"].eq("RES2")
    study["adngs"]["ASSAY"] = study["adngs"]["ASSAY"].mask(unknown, None)
    assert compared_panels(study, RULES)["RES2"] == NOT_CALLED


def test_panels_without_a_gene_in_common_cannot_be_compared():
    apart = plan_rules(molecular={"assays": {"big": ["APC"], "small": ["MET"]}})
    assert compared_panels(drawn_study(), apart).to_dict() == {
        "RES": NOT_CALLED,
        "RES2": SAME_ASSAY,
    }


@pytest.mark.parametrize(
    "study", [drawn_study, simulated, nobody], ids=["drawn", "final", "nobody"]
)
def test_tables(study):
    cascade, change = second_guidance(study(), RULES), acquired_and_lost(study(), RULES)
    check_estimates(cascade.frame)
    check_estimates(change.frame)
    assert cascade_table(cascade, RULES, "").html
    assert after_failure_table(cascade, RULES, "").html
    assert changes_table(change, RULES).html


def test_a_patient_and_gene_change_in_one_way():
    found = alteration_changes(simulated(), RULES)
    assert len(found)
    assert not found.duplicated(["USUBJID", "GENE"]).any()


def test_a_specimen_on_the_day_of_the_failure_is_after_it():
    days = {"BEFORE": "2023-02-28", "DAY": "2023-03-01", "LATER": "2023-03-02"}
    tests = pd.DataFrame({"USUBJID": list(days), "SPECDT": pd.to_datetime(list(days.values()))})
    tests = tests.assign(PROFNUM=2, QCSTAT="pass", REPDT=pd.Timestamp("2023-04-01"))
    adsl = pd.DataFrame({"USUBJID": list(days), "TFAILDT": pd.Timestamp("2023-03-01")})
    found = second_profile_after_failure({"adngs": tests, "adsl": adsl})
    assert found.tolist() == ["DAY", "LATER"]
