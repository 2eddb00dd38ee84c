"""ADTR: sums, changes, nadir, baseline and visits of a few patients, read row by row."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.datasets.adtr import build_adtr
from analysis.params import read_rules
from analysis.yaml_source import read_yaml

STUDY = Path(__file__).resolve().parents[2]
START = pd.Timestamp("2022-03-01")

# patient, day, lesion, role, status, mm; study day 1 is the first administration.
LESIONS = [
    ("P001", -10, "T1", "target", "measured", 30.1),
    ("P001", -10, "T2", "target", "measured", 20.2),
    ("P001", -10, "NT1", "non_target", "present", np.nan),
    ("P001", 57, "T1", "target", "measured", 20.1),
    ("P001", 57, "T2", "target", "too_small", np.nan),
    ("P001", 113, "T1", "target", "measured", 15.0),
    ("P001", 113, "T2", "target", "not_evaluable", np.nan),
    ("P001", 169, "T1", "target", "measured", 30.1),
    ("P001", 169, "T2", "target", "absent", np.nan),
    ("P001", 200, "N1", "new", "unequivocal", np.nan),
    ("P002", -40, "T1", "target", "measured", 12.0),
    ("P002", -3, "T1", "target", "not_evaluable", np.nan),
    ("P002", 57, "T1", "target", "absent", np.nan),
    ("P003", -10, "T1", "target", "measured", 25.0),
    ("P004", 57, "T1", "target", "measured", 25.0),
]


def on_day(day):
    return START + pd.Timedelta(days=day if day < 0 else day - 1)


@pytest.fixture(scope="module")
def rules():
    sap = read_yaml(STUDY / "params" / "sap.yaml")
    return read_rules(sap, {}, sap)


@pytest.fixture(scope="module")
def lesions():
    names = ["patient_id", "day", "lesion_id", "lesion_role", "status", "diameter_mm"]
    frame = pd.DataFrame(LESIONS, columns=names)
    return frame.assign(
        visit="unscheduled",
        assessment_date=[on_day(day) for day in frame["day"]],
        scan_date=pd.Series(pd.NaT, frame.index, dtype="datetime64[ns]"),
        organ="liver",
        nodal="N",
        method="ct",
        line=np.arange(2, 2 + len(frame)),
    ).drop(columns="day")


@pytest.fixture(scope="module")
def adsl():
    """P003 was never treated; P004 has no baseline."""
    return pd.DataFrame(
        {"USUBJID": ["P001", "P002", "P003", "P004"], "TRTSDT": [START, START, pd.NaT, START]}
    )


@pytest.fixture(scope="module")
def adtr(lesions, adsl, rules):
    return build_adtr(lesions, adsl, rules)


def rows_of(adtr, paramcd, patient, lesion=None):
    rows = adtr[adtr["PARAMCD"].eq(paramcd) & adtr["USUBJID"].eq(patient)]
    return rows if lesion is None else rows[rows["LESID"].eq(lesion)]


def values(rows, column):
    return [None if pd.isna(v) else round(float(v), 6) for v in rows[column]]


def test_sums_changes_and_nadir(adtr):
    """20.1 + 5 (too small) = 25.1; an incomplete sum is missing and no nadir; day 200 has none."""
    rows = rows_of(adtr, "SUMDIAM", "P001")
    assert rows["ADY"].tolist() == [-10, 57, 113, 169, 200]
    assert values(rows, "AVAL") == [50.3, 25.1, None, 30.1, None]
    assert values(rows, "BASE") == [50.3] * 5
    assert values(rows, "CHG") == [None, -25.2, None, -20.2, None]
    assert values(rows, "PCHG") == [None, -50.099404, None, -40.159046, None]
    assert values(rows, "NADIR") == [None, 50.3, 25.1, 25.1, 25.1]
    assert values(rows, "PCHGNAD") == [None, -50.099404, None, 19.920319, None]


def test_sums_are_the_decimals_one_would_write(adtr):
    assert rows_of(adtr, "SUMDIAM", "P001")["AVAL"].tolist()[:2] == [50.3, 25.1]


def test_number_of_targets_measured(adtr):
    assert values(rows_of(adtr, "NTARGET", "P001"), "AVAL") == [2, 2, 1, 2, 0]
    assert values(rows_of(adtr, "NTARGET", "P001"), "BASE") == [2, 2, 2, 2, 2]


def test_each_lesion(adtr):
    rows = rows_of(adtr, "LDIAM", "P001", "T2")
    assert values(rows, "AVAL") == [20.2, 5.0, None, 0.0]
    assert values(rows, "NADIR") == [None, 20.2, 5.0, 5.0]
    assert values(rows, "CHG") == [None, -15.2, None, -20.2]
    assert rows["SRCROW"].tolist() == [3, 6, 8, 10]
    assert rows_of(adtr, "LDIAM", "P001")["LESID"].unique().tolist() == ["T1", "T2"]


def test_visits_and_the_record_that_stands_for_them(adtr):
    rows = rows_of(adtr, "SUMDIAM", "P001")
    visits = ["Baseline", "Week 8", "Week 16", "Week 24", "Week 32"]
    assert rows["AVISIT"].tolist() == visits
    assert rows["AVISITN"].tolist() == [0, 8, 16, 24, 32]
    assert rows["ANL01FL"].tolist() == ["Y"] * 5


def test_an_older_baseline_is_used_and_flagged(adtr):
    """The scan three days before was not evaluable; the one 40 days before is the baseline."""
    rows = rows_of(adtr, "SUMDIAM", "P002")
    assert rows["BASEFL"].tolist() == ["Y", None, None]
    assert rows["BASEWIN"].tolist() == ["42"] * 3
    assert rows["AVISIT"].tolist() == ["Baseline", "Unscheduled", "Week 8"]
    assert values(rows, "PCHG") == [None, None, -100.0]


def test_the_untreated_keep_their_rows(adtr):
    rows = rows_of(adtr, "SUMDIAM", "P003")
    assert values(rows, "AVAL") == [25.0]
    assert rows[["ADY", "BASE", "BASEFL", "BASEWIN", "ANL01FL"]].isna().all(axis=None)


def test_without_a_baseline_no_change(adtr):
    rows = rows_of(adtr, "SUMDIAM", "P004")
    assert values(rows, "AVAL") == [25.0]
    assert rows[["BASE", "CHG", "PCHG", "NADIR"]].isna().all(axis=None)
    assert rows["AVISIT"].tolist() == ["Week 8"]


def test_one_row_per_key_with_its_source(adtr):
    assert not adtr.duplicated(["USUBJID", "PARAMCD", "ADT", "LESID"]).any()
    assert adtr["SRCDOM"].eq("tumour_lesions").all()
    assert adtr["SRCFILE"].eq("tumour_lesions.csv").all()
    assert adtr.loc[adtr["PARAMCD"].ne("LDIAM"), "SRCROW"].isna().all()


def test_row_order_has_no_effect_and_inputs_stay(lesions, adsl, rules, adtr):
    before = lesions.copy()
    shuffled = lesions.sample(frac=1, random_state=2)
    again = build_adtr(shuffled, adsl.sample(frac=1, random_state=2), rules)
    pd.testing.assert_frame_equal(adtr, again)
    pd.testing.assert_frame_equal(lesions, before)


def test_empty_extracts(lesions, adsl, rules, adtr):
    for some, patients in ((lesions.iloc[:0], adsl), (lesions, adsl.iloc[:0])):
        empty = build_adtr(some, patients, rules)
        assert list(empty) == list(adtr)
    assert build_adtr(lesions.iloc[:0], adsl, rules).empty


def test_an_incomplete_sum_hides_no_complete_one_of_its_visit(adsl, rules, lesions):
    """Day 113 has no sum: day 120, with both targets, stands for Week 16."""
    again = lesions[lesions["patient_id"].eq("P001")].iloc[[3, 4]]
    again = again.assign(assessment_date=on_day(120), line=[90, 91])
    made = build_adtr(pd.concat([lesions, again], ignore_index=True), adsl, rules)
    sums = rows_of(made, "SUMDIAM", "P001")
    at = sums[sums["AVISIT"].eq("Week 16")]
    assert at["ADY"].tolist() == [113, 120]
    assert at["ANL01FL"].tolist() == [None, "Y"]
