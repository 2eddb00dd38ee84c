"""T14.2.4.4 and F14.2.4.4: every estimator by hand, the modified ratio, exclusions, the null."""

# ruff: noqa: E501 - a table reads best with a row on a line

import math

import numpy as np
import pytest

from analysis.endpoints.line_progression import POSSIBLE_ORDER
from analysis.endpoints.pfs_ratio_pairs import (
    END_OF_LINE,
    STOP_REASON,
    derive_ratio_pairs,
    exclusion_reasons,
)
from analysis.estimates.molecular import pfs_ratio, pfs_ratio_null
from analysis.estimates.rows import Cell
from analysis.outputs.disposition.analysis_sets import numbers as analysis_sets
from analysis.outputs.progression_free_survival.paired_times import numbers as paired_times
from analysis.outputs.progression_free_survival.paired_times import paired_figure, pairs_frame
from analysis.outputs.progression_free_survival.pfs_ratio import (
    MODIFIED,
    RATIO,
    ratio_set_table,
    ratio_table,
)
from analysis.outputs.progression_free_survival.pfs_ratio import numbers as progression_free_ratio
from schemas.estimates import check_estimates
from tests.outputs.derived_study import nobody, simulated
from tests.outputs.known_days import known_from_the_start
from tests.tables import frame, plan_rules

RULES = plan_rules()
# Two months are 60.875 days, six months 182.625.
# At 1.3: A, C, E reach it; B and F do not; D and G are censored before it.
# Modified: E fails (70 / 60.875 = 1.15), F and G count because PFS2 is above six months.
PATIENTS = """
    | USUBJID | GUIDFL | PFSRFL | GUIDDT     | NACTGDT    | PFS1 | PFS1SRC | PFS2 | CNSR | PFS1END | PFS1STOP | PFS1ORFL | PFS1RSN                                                         | note                     |
    |---------|--------|--------|------------|------------|------|---------|------|------|---------|----------|----------|-----------------------------------------------------------------|--------------------------|
    | A       | Y      | Y      | 2022-01-01 |            | 100  | adcm    | 130  | 0    |         | 100      |          |                                                                 | exactly at the threshold |
    | B       | Y      | Y      | 2022-01-01 |            | 100  | adcm    | 129  | 0    |         |          | Y        |                                                                 | a day short              |
    | C       | Y      | Y      | 2022-01-01 |            | 100  | adcm    | 150  | 1    |         | 100      |          |                                                                 | censored above           |
    | D       | Y      | Y      | 2022-01-01 |            | 100  | adcm    | 120  | 1    |         | 100      |          |                                                                 | censored below           |
    | E       | Y      | Y      | 2022-01-01 |            | 50   | adex    | 70   | 0    |         |          |          |                                                                 | short PFS1               |
    | F       | Y      | Y      | 2022-01-01 |            | 300  | adcm    | 200  | 0    |         | 300      |          |                                                                 | long PFS2                |
    | G       | Y      | Y      | 2022-01-01 |            | 400  | adcm    | 190  | 1    |         | 400      |          |                                                                 | long PFS2, censored      |
    | X       | Y      |        | 2022-01-01 |            |      |         | 10   | 0    |         |          |          | no systemic line before guided therapy                          |                          |
    | Y       | Y      |        | 2022-01-01 |            |      | adcm    | 10   | 0    |         |          |          | line before: no progression between its start and the next line |                          |
    | Z       | Y      |        | 2022-01-01 |            |      | adcm    | 10   | 0    |         |          |          | line before: dates not known to the month                       |                          |
    | W       | Y      |        | 2022-01-01 |            |      | adex    | 80   | 0    | 100     | 100      |          | line before: stopped for progression, no date of it on the line |                          |
    | N       |        |        |            |            |      |         |      |      |         |          |          |                                                                 | not guided               |
"""
SCANS = """
    | USUBJID | PARAMCD | AVALC | ADT        |
    |---------|---------|-------|------------|
    | F       | OVRINV  | SD    | 2022-02-25 |
    | F       | OVRINV  | NE    | 2022-03-20 |
    | F       | OVRINV  | SD    | 2022-04-25 |
"""


def study(**changes):
    """The drawn patients; ``NACTGDT={"F": day}`` gives one of them another therapy."""
    adsl = frame(PATIENTS, dates="GUIDDT NACTGDT", numbers="PFS1 PFS2 CNSR PFS1END PFS1STOP")
    for column, values in changes.items():
        adsl[column] = adsl[column].mask(adsl["USUBJID"].isin(values), adsl["USUBJID"].map(values))
        adsl[column] = adsl[column].astype(adsl["GUIDDT"].dtype)
    timed = adsl[adsl["PFS2"].notna()]
    days = (timed["PFS2"] - 1).astype("timedelta64[D]")
    adtte = timed[["USUBJID", "CNSR"]].assign(
        PARAMCD="PFSG",
        AVAL=timed["PFS2"],
        ADT=(timed["GUIDDT"] + days).astype(adsl["GUIDDT"].dtype),
        EVNTDESC="Progression",
        CNSDTDSC=None,
    )
    adrs = frame(SCANS, dates="ADT").assign(SRCROW=1)
    adtte = adtte.assign(STARTDT=timed["GUIDDT"])
    return known_from_the_start({"adsl": adsl, "adtte": adtte, "adrs": adrs})


@pytest.fixture
def rows():
    return progression_free_ratio(study(), RULES)


def rate(rows, analysis, estimator, threshold="1.3"):
    return rows.value(Cell(analysis, visit=threshold, parameter=estimator), "estimate")


@pytest.mark.parametrize(
    ("analysis", "estimator", "by_hand"),
    [
        (RATIO, "evaluable", 3 / 5),
        (RATIO, "worst_case", 3 / 7),
        (RATIO, "best_case", 5 / 7),
        # G censored at 0.475, F fails of 6, D censored at 1.2, B fails of 4
        (RATIO, "kaplan_meier", 5 / 6 * 3 / 4),
        (MODIFIED, "evaluable", 4 / 6),
        (MODIFIED, "worst_case", 4 / 7),
        (MODIFIED, "best_case", 5 / 7),
        # E fails of 7 at 1.15, D censored at 1.2, B fails of 5
        (MODIFIED, "kaplan_meier", 6 / 7 * 4 / 5),
    ],
)
def test_rates_by_hand(rows, analysis, estimator, by_hand):
    assert rate(rows, analysis, estimator) == pytest.approx(by_hand, abs=1e-12)


def test_the_modified_ratio_has_no_midrank(rows):
    with pytest.raises(KeyError):
        rate(rows, MODIFIED, "midrank")


def test_median_ratio_and_tau_by_hand(rows):
    # complete: F, B, A, E in order; survival 5/6, 5/8, 5/12: the median is that of A
    assert rows.value(Cell("median ratio"), "median") == pytest.approx(1.3)
    # five pairs concordant, A and B tied in PFS1
    assert rows.value(Cell("Kendall tau"), "estimate") == pytest.approx(5 / math.sqrt(30))
    assert rows.value(Cell("Kendall tau"), "N") == 4


def test_the_null_stands_beside_every_threshold(rows):
    for threshold, shape, null in (
        ("1.3", "1.0", 0.4348),
        ("1.3", "2.0", 0.3717),
        ("1.5", "1.0", 0.4),
    ):
        cell = Cell("null", visit=threshold, parameter=shape)
        assert rows.value(cell, "estimate") == pytest.approx(null, abs=5e-5)


def test_exclusions_are_counted_with_their_reason(rows):
    data = study()
    pairs = derive_ratio_pairs(data["adsl"], data["adrs"], data["adtte"], RULES)
    left = exclusion_reasons(data["adsl"], pairs).set_index("USUBJID")["REASON"]
    assert left.to_dict() == data["adsl"].set_index("USUBJID")["PFS1RSN"].dropna().to_dict()
    without = data["adsl"].assign(PFS1RSN=None)
    left = exclusion_reasons(without, pairs).set_index("USUBJID")["REASON"]
    assert left.to_dict() == dict.fromkeys("XYZW", "no PFS2")
    numbers = rows.frame[rows.frame["analysis_id"].eq("set") & rows.frame["stat_name"].eq("n")]
    both = numbers.loc[numbers["parameter"].eq("Patients with both times"), "stat"].sum()
    excluded = numbers.loc[numbers["parameter"].eq("Excluded"), "stat"].sum()
    assert (both, excluded) == (7, 4)


def test_where_pfs1_ends_otherwise_by_hand(rows):
    """W counts too, 80 of 100 days a failure; by the stop reason alone A, C, D, F, G and W."""
    for analysis, who in ((END_OF_LINE, "ABCDEFGW"), (STOP_REASON, "ACDFGW")):
        cell = Cell(f"PFS ratio, {analysis}", visit="1.3", parameter="reached", category="patients")
        assert rows.value(cell, "N") == len(who)
        assert rows.value(cell, "n") == len(set(who) & set("ACE"))
    members = rows.members[rows.members["parameter"].eq("reached")].set_index("analysis_id")
    members = members[members["visit"].eq("1.3")]["USUBJID"]
    assert set(members[f"PFS ratio, {END_OF_LINE}"]) == set("ACE")
    assert set(members[f"PFS ratio, {STOP_REASON}"]) == set("AC")


def test_an_order_of_partial_dates_that_is_only_possible_is_counted(rows):
    cell = Cell("set", parameter="PFS1", category=POSSIBLE_ORDER)
    assert (rows.value(cell, "n"), rows.value(cell, "N")) == (1, 7)


@pytest.mark.parametrize(
    ("new_therapy", "days", "event"),
    [
        ("2022-05-01", 115, False),  # the scan of 25 April, day 115
        ("2022-04-25", 115, False),  # the same day still counts
        ("2022-04-01", 56, False),  # not the one that could not be evaluated
        ("2022-01-20", 1, False),  # none since the first dose
        ("2022-07-19", 200, True),  # on the day of the event: the event
        (None, 200, True),
    ],
)
def test_new_therapy_before_progression_censors_the_ratio(new_therapy, days, event):
    data = study(NACTGDT={"F": new_therapy}) if new_therapy else study()
    pairs = derive_ratio_pairs(data["adsl"], data["adrs"], data["adtte"], RULES)
    pair = pairs.set_index("USUBJID").loc["F"]
    assert (pair["PFS2"], pair["EVENT"]) == (days, event)


def test_new_therapy_that_the_composite_takes_as_the_event_censors_the_ratio():
    data = study(NACTGDT={"F": "2022-07-19"})
    mine = data["adtte"]["USUBJID"].eq("F")
    data["adtte"]["EVNTDESC"] = data["adtte"]["EVNTDESC"].mask(mine, "New anticancer therapy")
    pairs = derive_ratio_pairs(data["adsl"], data["adrs"], data["adtte"], RULES)
    pair = pairs.set_index("USUBJID").loc["F"]
    assert (pair["PFS2"], pair["EVENT"]) == (115, False)


def test_the_exclusions_are_those_of_the_analysis_sets():
    data = simulated()
    rows, sets = progression_free_ratio(data, RULES).frame, analysis_sets(data, RULES).frame
    ratio = rows[rows["parameter"].eq("Excluded") & rows["stat_name"].eq("n")]
    of_set = sets[sets["parameter"].eq("PFSRFL") & sets["stat_name"].eq("n")]
    of_set = of_set[of_set["analysis_id"].eq("excluded") & of_set["category"].ne("not guided")]
    excluded = of_set.set_index("category")["stat"]
    assert excluded.sum() > 0
    assert excluded.to_dict() == ratio.set_index("category")["stat"].drop("no PFS2").to_dict()


# --- the null by simulation -------------------------------------------------------------------


def exchangeable_lines(n, seed, censored=0.0):
    """Two exponential lines of a patient with a shared frailty; PFS2 censored independently."""
    draw = np.random.default_rng(seed)
    frailty = draw.gamma(2.0, 0.5, n)
    first, second = (draw.exponential(1 / frailty) + 1e-9 for _ in range(2))
    if not censored:
        return first, second, np.ones(n, dtype=int)
    limit = draw.exponential(1 / censored, n)
    return first, np.minimum(second, limit), (second <= limit).astype(int)


def test_exchangeable_exponential_lines_reach_1_3_in_43_5_percent():
    table = pfs_ratio(*exchangeable_lines(40_000, seed=31011205), 1.3)
    for estimator in ("evaluable", "kaplan_meier", "worst_case", "best_case"):
        assert table.loc[estimator, "estimate"] == pytest.approx(pfs_ratio_null(1.3), abs=0.01)


def test_a_censored_pfs2_used_as_complete_falls_below_the_null():
    first, second, event = exchangeable_lines(40_000, seed=5820554, censored=0.35)
    naive = float(np.mean(second / first >= 1.3))
    table = pfs_ratio(first, second, event, 1.3)
    assert naive < pfs_ratio_null(1.3) - 0.05
    assert naive == pytest.approx(table.loc["worst_case", "estimate"])
    assert table.loc["worst_case", "estimate"] < 0.4348 < table.loc["best_case", "estimate"]
    assert abs(table.loc["kaplan_meier", "estimate"] - 0.4348) < abs(naive - 0.4348)


# --- shown ------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [study, simulated, nobody], ids=["drawn", "final", "nobody"])
def test_tables_and_figure(data):
    rows, pairs = progression_free_ratio(data(), RULES), paired_times(data(), RULES)
    check_estimates(rows.frame)
    check_estimates(pairs.frame)
    assert ratio_table(rows, RULES, "").html
    assert ratio_set_table(rows, RULES, "").html
    assert paired_figure(pairs, RULES).alt


def test_the_figure_draws_the_pairs_of_the_table():
    data = simulated()
    pairs = derive_ratio_pairs(data["adsl"], data["adrs"], data["adtte"], RULES)
    drawn = pairs_frame(paired_times(data, RULES)).set_index("USUBJID").sort_index()
    assert drawn["PFS2"].astype(int).tolist() == pairs["PFS2"].tolist()
    assert drawn["complete"].tolist() == pairs["EVENT"].tolist()
