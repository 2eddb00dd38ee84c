"""Columns of ADSL beside the rows of another frame: no row lost, no column twice."""

import pandas as pd
import pytest

from analysis.bench.joining import with_patients
from analysis.errors import ParameterError

ADSL = pd.DataFrame(
    {
        "STUDYID": "S",
        "USUBJID": ["P1", "P2"],
        "SEX": ["F", "M"],
        "AGE": pd.array([60, None], "Int64"),
    }
)
ROWS = pd.DataFrame(
    {"STUDYID": "S", "USUBJID": ["P2", "P1", "P2", "P9"], "AVAL": [1, 2, 3, 4]}, index=[7, 3, 5, 1]
)


def test_rows_order_index_and_kinds_stay():
    joined = with_patients(ROWS, ADSL, ())
    assert list(joined) == ["STUDYID", "USUBJID", "AVAL", "SEX", "AGE"]
    assert joined.index.tolist() == [7, 3, 5, 1]
    assert joined["SEX"].tolist()[:3] == ["M", "F", "M"]
    assert joined["SEX"].isna().tolist() == [False, False, False, True]
    assert joined["AGE"].dtype == "Int64"
    assert list(with_patients(ROWS, ADSL, ["AGE"])) == ["STUDYID", "USUBJID", "AVAL", "AGE"]


@pytest.mark.parametrize(
    ("frame", "columns", "said"),
    [
        (ROWS, ["SEXX"], "ADSL has no column 'SEXX'; known here: .*SEX"),
        (ROWS, ["STUDYID"], "the frame has a column 'STUDYID' of its own"),
        (ROWS.drop(columns="USUBJID"), [], "the frame has no column USUBJID"),
    ],
)
def test_what_cannot_be_joined_is_said(frame, columns, said):
    with pytest.raises(ParameterError, match=said):
        with_patients(frame, ADSL, columns)
