"""Analysis visits from dates: windows, the record that stands for a visit, what is due."""

from pathlib import Path

import pandas as pd
import pytest

from analysis.params import read_rules
from analysis.visits import anchor_dates, assign_visits, visits_due
from analysis.yaml_source import read_yaml

STUDY = Path(__file__).resolve().parents[1]
DAY_1 = pd.Timestamp("2022-03-01")
ONE = pd.Series({"P1": DAY_1})


@pytest.fixture(scope="module")
def rules():
    sap = read_yaml(STUDY / "params" / "sap.yaml")
    return read_rules(sap, {}, sap)


def on_day(day):
    """Date of a study day: there is no day 0."""
    return DAY_1 + pd.Timedelta(days=day if day < 0 else day - 1)


def records(*days, patient="P1"):
    return pd.DataFrame({"USUBJID": patient, "ADT": [on_day(day) for day in days]})


# Study day -> analysis visit, its number. The edges of every window.
EDGES = [
    (-43, "Unscheduled", None),
    (-28, "Baseline", 0),
    (-1, "Baseline", 0),
    (1, "Baseline", 0),
    (2, "Unscheduled", None),
    (28, "Unscheduled", None),
    (29, "Week 8", 8),
    (84, "Week 8", 8),
    (85, "Week 16", 16),
    (140, "Week 16", 16),
    (141, "Week 24", 24),
    (196, "Week 24", 24),
    (197, "Week 32", 32),
    (252, "Week 32", 32),
    (253, "Week 40", 40),
    (308, "Week 40", 40),
    (309, "Week 48", 48),
    (350, "Week 48", 48),
    (351, "Month 12", 52),
    (395, "Month 12", 52),
    (396, "Unscheduled", None),
]


@pytest.mark.parametrize(("day", "label", "number"), EDGES)
def test_windows(day, label, number, rules):
    row = assign_visits(records(day), ONE, rules).iloc[0]
    assert row["ADY"] == day
    assert row["AVISIT"] == label
    assert (None if pd.isna(row["AVISITN"]) else row["AVISITN"]) == number
    assert row["ANL01FL"] == (None if label == "Unscheduled" else "Y")


# Several records: which one stands for its visit (* in `stands`).
STANDS = [
    ("nearest to the target", (40, 58, 80), (58,)),
    ("equally near: the later", (56, 58), (58,)),
    ("one each", (57, 113), (57, 113)),
    ("unscheduled ones stand for none", (10, 57, 400), (57,)),
    ("the last in the baseline window", (-20, -5, 1), (1,)),
    ("29 to 42 days before only where there is nothing nearer", (-35, -5), (-5,)),
    ("29 to 42 days before", (-35, -30), (-30,)),
]


@pytest.mark.parametrize(("why", "days", "stands"), STANDS, ids=[row[0] for row in STANDS])
def test_the_record_that_stands_for_its_visit(why, days, stands, rules):
    rows = assign_visits(records(*days), ONE, rules)
    assert tuple(rows.loc[rows["ANL01FL"].eq("Y"), "ADY"]) == stands
    assert rows["ADY"].tolist() == list(days)


def test_an_older_scan_is_no_baseline_beside_a_regular_one(rules):
    rows = assign_visits(records(-35, -5), ONE, rules)
    assert rows["AVISIT"].tolist() == ["Unscheduled", "Baseline"]


def test_a_baseline_chosen_elsewhere(rules):
    chosen = pd.Series({"P1": on_day(-20)})
    rows = assign_visits(records(-60, -20, -5, 57), ONE, rules, baseline=chosen)
    assert rows["AVISIT"].tolist() == ["Unscheduled", "Baseline", "Unscheduled", "Week 8"]
    assert rows["ANL01FL"].tolist() == [None, "Y", None, "Y"]


def test_a_baseline_after_the_anchor(rules):
    """A patient never treated: the first form within 14 days after the anchor is the baseline."""
    chosen = pd.Series({"P1": on_day(8)})
    rows = assign_visits(records(8, 57), ONE, rules, baseline=chosen)
    assert rows["AVISITN"].tolist() == [0, 8]


# Days with c hold the value.
COMPLETE = [
    ("an incomplete record hides no complete one", ("57", "60c"), (60,)),
    ("of the complete ones the nearest", ("50c", "57", "60c"), (60,)),
    ("of the complete ones equally near the later", ("50c", "57", "64c"), (64,)),
    ("none is complete: the nearest", ("50", "60"), (60,)),
    ("a complete one of another window is none", ("57", "90c"), (57, 90)),
    ("the last complete one in the baseline window", ("-20c", "-5"), (-20,)),
]


@pytest.mark.parametrize(("why", "days", "stands"), COMPLETE, ids=[row[0] for row in COMPLETE])
def test_a_record_without_the_value_hides_none_that_has_it(why, days, stands, rules):
    frame = records(*(int(day.removesuffix("c")) for day in days))
    complete = pd.Series([day.endswith("c") for day in days])
    rows = assign_visits(frame, ONE, rules, complete=complete)
    assert tuple(rows.loc[rows["ANL01FL"].eq("Y"), "ADY"]) == stands


def test_an_unscheduled_progression_is_kept(rules):
    frame = records(20, 57, 60)
    keep = pd.Series([True, False, True])
    rows = assign_visits(frame, ONE, rules, keep=keep)
    assert rows["ANL01FL"].tolist() == ["Y", "Y", None]
    assert rows["AVISIT"].tolist() == ["Unscheduled", "Week 8", "Week 8"]


def test_without_an_anchor(rules):
    rows = assign_visits(records(57), pd.Series({"P1": pd.NaT}), rules)
    assert rows["ADY"].isna().all()
    assert rows["AVISIT"].tolist() == ["Unscheduled"]
    assert rows["ANL01FL"].tolist() == [None]


def test_rows_inputs_and_order(rules):
    frame = pd.concat([records(57, 58, 113), records(57, 56, patient="P2")], ignore_index=True)
    frame["VALUE"] = [3, 1, 2, 5, 4]
    anchors = pd.Series({"P1": DAY_1, "P2": DAY_1})
    before = frame.copy()
    rows = assign_visits(frame, anchors, rules)
    shuffled = assign_visits(frame.sample(frac=1, random_state=5), anchors, rules)
    pd.testing.assert_frame_equal(rows, shuffled.sort_index())
    pd.testing.assert_frame_equal(frame, before)


def test_two_records_on_one_day_do_not_depend_on_their_order(rules):
    frame = records(57, 57).assign(VALUE=[2, 1])
    rows = assign_visits(frame, ONE, rules)
    other = assign_visits(frame.iloc[::-1].reset_index(drop=True), ONE, rules)
    assert rows.loc[rows["ANL01FL"].eq("Y"), "VALUE"].tolist() == [1]
    assert other.loc[other["ANL01FL"].eq("Y"), "VALUE"].tolist() == [1]


def test_no_records(rules):
    assert assign_visits(records(), ONE, rules).empty


def due(days_to_cutoff, rules, anchor=DAY_1):
    adsl = pd.DataFrame({"USUBJID": ["P1"], "DCUTDT": [DAY_1 + pd.Timedelta(days=days_to_cutoff)]})
    rows = visits_due(adsl, pd.Series({"P1": anchor}), rules)
    assert rows["AVISITN"].tolist() == [0, 8, 16, 24, 32, 40, 48, 52]
    return rows.loc[rows["DUE"], "AVISIT"].tolist()


@pytest.mark.parametrize(
    ("days_to_cutoff", "last_due"),
    [
        (0, "Baseline"),
        (82, "Baseline"),
        (83, "Week 8"),
        (138, "Week 8"),
        (139, "Week 16"),
        (195, "Week 24"),
        (251, "Week 32"),
        (307, "Week 40"),
        (349, "Week 48"),
        (393, "Week 48"),
        (394, "Month 12"),
        (3000, "Month 12"),
    ],
)
def test_a_visit_is_due_once_its_window_has_closed(days_to_cutoff, last_due, rules):
    assert due(days_to_cutoff, rules)[-1] == last_due


def test_nothing_but_baseline_is_due_without_an_anchor(rules):
    assert due(3000, rules, anchor=pd.NaT) == ["Baseline"]


def test_anchor_falls_back_in_order():
    adsl = pd.DataFrame(
        {
            "USUBJID": ["P1", "P2", "P3", "P4"],
            "TRTSDT": pd.to_datetime(["2022-03-01", None, None, None]),
            "MTBDT": pd.to_datetime(["2022-02-01", "2022-02-02", None, None]),
            "ENRLDT": pd.to_datetime(["2022-01-01", "2022-01-02", "2022-01-03", None]),
        }
    )
    anchors = anchor_dates(adsl, "TRTSDT", "MTBDT", "ENRLDT")
    days = ["2022-03-01", "2022-02-02", "2022-01-03", None]
    expected = pd.Series(pd.to_datetime(days), index=list(adsl["USUBJID"]))
    pd.testing.assert_series_equal(anchors, expected, check_names=False)
    assert anchor_dates(adsl, "TRTSDT").isna().sum() == 3
