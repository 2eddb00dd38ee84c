"""T14.2.9.1 and T14.2.9.2: shifts, categories and differences counted by hand, and laws."""

import math

import pandas as pd
import pytest

from analysis.endpoints.performance_change import change_status
from analysis.estimates.proportions import newcombe, newcombe_paired
from analysis.outputs.performance_status import change_of_status, shift_from_baseline, status
from tests.outputs.registry import RULES, members_agree, nobody, numbers, synthetic, without
from tests.tables import frame

# Week 8 of nine treated patients; all other visits are not due.
WEEK8 = """
    | USUBJID | TRTGRP1 | BASE | STATE     | AVAL | category  | composite |
    |---------|---------|------|-----------|------|-----------|-----------|
    | A       | TG      | 1    | completed | 0    | improved  |           |
    | B       | TG      | 1    | completed | 1    | unchanged |           |
    | C       | TG      | 0    | completed | 2    | worse     | Y         |
    | D       | TG      | 2    | dead      |      | dead      | Y         |
    | E       | OT      | 1    | missing   |      | missing   |           |
    | F       | OT      | 1    | off_study |      | off_study |           |
    | G       | OT      |      | completed | 1    | no baseline |         |
    | H       | OT      | 1    | not_due   |      | not_due   |           |
    | I       | OT      |      | dead      |      | dead      | Y         |
"""


def week8():
    rows = frame(WEEK8, numbers="BASE AVAL")
    rows[["BASE", "AVAL"]] = rows[["BASE", "AVAL"]].astype("float64")
    return rows.assign(CHG=rows["AVAL"] - rows["BASE"], PARAMCD="ECOG", AVISIT="Week 8")


def small():
    rows = week8()
    adsl = rows[["USUBJID", "TRTGRP1"]].assign(TRTFL="Y", ECOGBLFL=None)
    adsl.loc[adsl["USUBJID"].eq("A"), "ECOGBLFL"] = "Y"
    later = [
        rows.assign(AVISIT=window.label, STATE="not_due", AVAL=float("nan"), CHG=float("nan"))
        for window in RULES.visits.windows[1:]
    ]
    return {"adsl": adsl, "adqs": pd.concat([rows, *later], ignore_index=True)}


@pytest.fixture(scope="module")
def made():
    return {
        "T14.2.9.1": shift_from_baseline.numbers(synthetic(), RULES),
        "T14.2.9.2": change_of_status.numbers(synthetic(), RULES),
    }


@pytest.fixture(scope="module")
def by_hand():
    return change_of_status.numbers(small(), RULES)


# --- by hand -------------------------------------------------------------------------------------
def test_category_and_composite_of_each_patient():
    rows = week8()
    found = change_status(rows, RULES)
    assert found["CATEGORY"].tolist() == rows["category"].tolist()
    assert found["COMPOSITE"].tolist() == rows["composite"].eq("Y").tolist()


@pytest.mark.parametrize(
    ("group", "parameter", "denominator", "n", "size"),
    [
        ("TG", "improved", change_of_status.OF_DUE, 1, 4),
        ("TG", "worse", change_of_status.OF_DUE, 1, 4),
        ("TG", status.WORSE_OR_DEAD, change_of_status.OF_DUE, 2, 4),
        ("TG", "worse", change_of_status.OF_OBSERVED, 1, 3),
        ("OT", "improved", change_of_status.OF_DUE, 0, 4),
        ("OT", status.WORSE_OR_DEAD, change_of_status.OF_DUE, 1, 4),
        ("OT", "unchanged", change_of_status.OF_OBSERVED, 0, 0),
        ("All", status.WORSE_OR_DEAD, change_of_status.OF_DUE, 3, 8),
    ],
)
def test_proportions(by_hand, group, parameter, denominator, n, size):
    place = {"analysis_id": "proportion", "group": group, "visit": "Week 8",
             "parameter": parameter, "category": denominator}  # fmt: skip
    frame_of = by_hand.frame
    for stat_name, value in (("n", n), ("N", size)):
        rows = frame_of[frame_of["stat_name"].eq(stat_name)]
        for name, wanted in place.items():
            rows = rows[rows[name].eq(wanted)]
        assert rows["stat"].tolist() == [value]


def test_improved_minus_worse_is_a_paired_difference(by_hand):
    place = {
        "analysis_id": "balance",
        "group": "TG",
        "visit": "Week 8",
        "parameter": change_of_status.BALANCE,
    }
    found = [
        numbers(by_hand, s, **place)[change_of_status.OF_DUE]
        for s in ("estimate", "ci_low", "ci_high")
    ]
    assert found == pytest.approx(newcombe_paired(0, 1, 2, 1))
    assert found[0] == pytest.approx(-0.25)
    observed = numbers(by_hand, "estimate", **place)[change_of_status.OF_OBSERVED]
    assert observed == 0


def test_difference_between_groups(by_hand):
    place = {"analysis_id": "difference", "group": "TG - OT", "visit": "Week 8"}
    found = [
        numbers(by_hand, s, **place)[status.WORSE_OR_DEAD, change_of_status.OF_DUE]
        for s in ("estimate", "ci_low", "ci_high")
    ]
    assert found == pytest.approx(newcombe(2, 4, 1, 4))
    nobody_there = numbers(by_hand, "estimate", analysis_id="difference", group="TG - TN")
    assert nobody_there.isna().all()


def test_mean_change_of_the_observed(by_hand):
    place = {"analysis_id": "mean change", "group": "All", "visit": "Week 8"}
    assert numbers(by_hand, "n", **place).iloc[0] == 3
    # changes -1, 0, 2
    assert numbers(by_hand, "mean", **place).iloc[0] == pytest.approx(1 / 3)


def test_mean_change_with_the_dead_at_the_worst_value(by_hand):
    place = {"analysis_id": "mean change with death", "group": "All", "visit": "Week 8"}
    rows = change_status(week8(), RULES)
    dead = rows[rows["STATE"].eq("dead") & rows["BASE"].notna()]
    assert len(dead) >= 1
    expected = [-1, 0, 2, *(5 - dead["BASE"])]
    assert numbers(by_hand, "n", **place).iloc[0] == len(expected)
    assert numbers(by_hand, "mean", **place).iloc[0] == pytest.approx(sum(expected) / len(expected))


def test_every_category_is_printed_at_every_visit_and_the_column_adds_up(made):
    table = change_of_status.change_table(made["T14.2.9.2"], RULES, "")
    labels = [
        status.STATUS_LABELS[category] for category in (*change_of_status.CATEGORIES, "not_due")
    ]
    size = [int(column.sub.removeprefix("N = ")) for column in table.columns]
    found, visits = [], 0
    for row in table.rows:
        visits += row.heading
        if row.label in labels:
            found.append(row)
    assert visits == len(RULES.visits.windows)
    assert [row.label for row in found] == labels * visits
    for first in range(0, len(found), len(labels)):
        block = found[first : first + len(labels)]
        for place, number in enumerate(size):
            assert sum(int(row.cells[place]) for row in block) == number


def test_shift_by_hand():
    rows = shift_from_baseline.numbers(small(), RULES)
    assert numbers(rows, "n", analysis_id="old baseline", group="All").iloc[0] == 1
    cells = numbers(rows, "n", analysis_id="shift", group="All", visit="Week 8")
    filled = cells[cells > 0].to_dict()
    assert filled == {
        ("0", "1"): 1,
        ("1", "1"): 1,
        ("1", "missing"): 1,
        ("2", "0"): 1,
        ("missing", "1"): 1,
        ("off_study", "1"): 1,
        ("dead", "2"): 1,
        ("dead", "missing"): 1,
    }
    assert "Week 8: due 8, not due 1" in shift_from_baseline.shift_table(rows, RULES, "All").html


# --- laws ----------------------------------------------------------------------------------------
def test_categories_add_up_to_the_treated(made):
    rows = made["T14.2.9.2"]
    counted = numbers(rows, "n", analysis_id="category").groupby(["group", "visit"]).sum()
    size = numbers(rows, "n", analysis_id="N").droplevel([1, 2, 3])
    assert len(counted) == 4 * len(RULES.visits.windows)
    assert all(n == size[group] for (group, _), n in counted.items())


def test_shifts_add_up_to_the_due_and_the_due_to_the_treated(made):
    rows = made["T14.2.9.1"]
    key = ["group", "visit"]
    cells = numbers(rows, "n", analysis_id="shift").groupby(key).sum()
    due = numbers(rows, "n", analysis_id="due").groupby(key).sum()
    later = numbers(rows, "n", analysis_id="not due").groupby(key).sum()
    size = numbers(rows, "n", analysis_id="N").droplevel([1, 2, 3])
    assert (cells == due).all()
    assert all(n == size[group] for (group, _), n in (due + later).items())


def test_both_tables_agree_on_the_due(made):
    due = numbers(made["T14.2.9.1"], "n", analysis_id="due").droplevel([2, 3])
    place = {
        "analysis_id": "proportion",
        "parameter": "improved",
        "category": change_of_status.OF_DUE,
    }
    assert (numbers(made["T14.2.9.2"], "N", **place) == due).all()


@pytest.mark.parametrize("name", ["T14.2.9.1", "T14.2.9.2"])
def test_counts_have_their_members_and_no_p_value_is_made(made, name):
    assert members_agree(made[name])
    assert "p_value" not in set(made[name].frame["stat_name"])


def test_nobody_and_an_empty_group_are_shown():
    for data in (nobody(), without("TN")):
        shifts = shift_from_baseline.numbers(data, RULES)
        changes = change_of_status.numbers(data, RULES)
        for rows in (shifts, changes):
            assert (rows.frame["stat"].map(math.isfinite) | rows.frame["warning"].ne("")).all()
        assert shift_from_baseline.shift_table(shifts, RULES, "TN").html
        assert change_of_status.change_table(changes, RULES, "").html
        assert change_of_status.differences_table(changes, RULES, "").html
