"""`check` gives every analysis dataset its columns, order and types, or says what is wrong."""

import numpy as np
import pandas as pd
import pytest

from schemas.columns import DTYPES
from schemas.derived import DATASETS, DatasetError, check
from schemas.estimates import ESTIMATES, check_estimates

KINDS = {"object": "text", "Int64": 3, "float64": 1.0, "datetime64[ns]": pd.Timestamp("2023-01-02")}


def valid(name, rows=2):
    """Rows that fit a schema: the first code, the smallest number."""
    data = {}
    for column, field in DATASETS[name].fields.items():
        value = field.codes[0] if field.codes else KINDS[DTYPES[field.kind]]
        if field.minimum is not None:
            value = type(value)(field.minimum)
        data[column] = [value] * rows
    frame = pd.DataFrame(data)
    return frame.assign(USUBJID=[f"P{number:03}" for number in range(rows)])


@pytest.mark.parametrize("name", DATASETS)
def test_valid_rows_pass_in_any_order(name):
    frame = valid(name, 3)
    checked = check(name, frame.iloc[::-1][frame.columns[::-1]])
    assert list(checked.columns) == DATASETS[name].columns
    assert checked["USUBJID"].tolist() == ["P000", "P001", "P002"]
    assert list(checked.index) == [0, 1, 2]
    pd.testing.assert_frame_equal(check(name, checked), checked)


@pytest.mark.parametrize("name", DATASETS)
@pytest.mark.parametrize("missing", [None, np.nan, pd.NA, pd.NaT], ids=["None", "nan", "NA", "NaT"])
def test_columns_without_any_value_keep_their_type(name, missing):
    frame = valid(name, 1)
    optional = [column for column, field in DATASETS[name].fields.items() if not field.required]
    for column in optional:
        frame[column] = pd.Series([missing], dtype=object)
    checked = check(name, frame)
    for column in optional:
        assert str(checked[column].dtype) == DTYPES[DATASETS[name].fields[column].kind]
        if checked[column].dtype == object:
            assert checked.loc[0, column] is None


@pytest.mark.parametrize("name", DATASETS)
def test_no_rows_at_all_keep_their_types(name):
    checked = check(name, valid(name, 1).iloc[:0])
    expected = {column: DTYPES[field.kind] for column, field in DATASETS[name].fields.items()}
    assert dict(checked.dtypes.astype(str)) == expected


def test_declared_extras_may_be_absent():
    frame = valid("adcm").drop(columns="PDDTF")
    assert "PDDTF" not in check("adcm", frame)


WRONG = {
    "a missing column": (lambda f: f.drop(columns="SEX"), "missing columns: SEX"),
    "an undeclared column": (lambda f: f.assign(NEW=1), r"schemas/derived/adsl.py: NEW"),
    "a wrong code": (lambda f: f.assign(SEX="F"), r"SEX is 'F', allowed: female.*\(P000\), 2 rows"),
    "a flag N": (lambda f: f.assign(TRTFL="N"), "TRTFL is 'N', allowed: Y"),
    "a missing value": (
        lambda f: f.assign(DCUTDT=pd.NaT),
        "DCUTDT is missing where it is required",
    ),
    "out of limits": (lambda f: f.assign(ECOGBL=5), "ECOGBL is 5.*allowed: 0 to 4"),
    "half a number": (lambda f: f.assign(AGE=61.5), "adsl.AGE is not int"),
    "a number in text": (lambda f: f.assign(SITEID=1), "adsl.SITEID is not text.*found 1"),
    "text in a date": (lambda f: f.assign(ENRLDT="2023-01-02"), "adsl.ENRLDT is not date"),
    "a time of day": (
        lambda f: f.assign(ENRLDT=pd.Timestamp("2023-01-02 10:00")),
        "found a time of day",
    ),
    "a repeated key": (lambda f: f.assign(USUBJID="P001"), "1 rows repeat the key"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_does_not_fit_is_refused_by_name(name):
    spoil, words = WRONG[name]
    with pytest.raises(DatasetError, match=words):
        check("adsl", spoil(valid("adsl")))


def test_the_frame_given_is_left_alone():
    frame = valid("adrs", 2).iloc[::-1]
    before = frame.copy(deep=True)
    check("adrs", frame)
    pd.testing.assert_frame_equal(frame, before)


# --- estimates -----------------------------------------------------------------------------------
def estimates(**cells):
    row = {
        "output_id": "T14.2.1.1",
        "analysis_id": "a",
        "row": 1,
        "analysis_set": "ENRLFL",
        "group": "",
        "visit": "",
        "parameter": "",
        "category": "",
        "stat_name": "n",
        "stat": 3.0,
        "stat_text": "",
        "unit": "patients",
        "method": "",
        "n_subjects": 3,
        "warning": "",
    }
    return pd.DataFrame([{**row, **cells}])


def test_estimates_pass():
    both = pd.concat([estimates(stat_name="pct"), estimates()])
    checked = check_estimates(both)
    assert list(checked.columns) == [c for c in ESTIMATES.columns if c in both]
    assert checked["stat_name"].tolist() == ["n", "pct"]


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (estimates(stat_name="mode"), "stat_name holds 'mode'"),
        (estimates(stat=np.nan), "missing without a reason"),
        (estimates(stat=np.nan, warning="no patient"), "the text that stands for it"),
        (pd.concat([estimates(), estimates()]), "two numbers for one key"),
        (estimates().drop(columns="unit"), "missing columns"),
        (estimates(n_subjects=-1), "n_subjects holds"),
    ],
)
def test_estimates_that_do_not_fit_are_refused(frame, words):
    with pytest.raises(DatasetError, match=words):
        check_estimates(frame)


def test_a_number_not_reached_needs_its_text():
    assert check_estimates(estimates(stat=np.nan, stat_text="NR"))["stat_text"].item() == "NR"
