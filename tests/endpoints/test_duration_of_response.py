"""Duration of and time to response of confirmed responders (SAP 14.2.3.2), as patients.

A cell: day of the event, or with a plus the day of the censoring and its CNSR; days count from the
response for DOR and from the first dose for TTR. ``-``: no confirmed response, no row.
"""
# ruff: noqa: E501 - a table reads best with a row on a line

import pytest

from .stories import datasets_of, extracts_of, parameter, read_table

TABLE = """
patient                                      | what happened                                                | TTR | DOR
PR confirmed, then progression               | baseline -7, 57 PR, 113 PR, 169 PD                           | 57  | 113
confirmed exactly 28 days later              | baseline -7, 57 PR, 85 PR, 169 PD                            | 57  | 113
confirmed 27 days later only: no responder   | baseline -7, 57 PR, 84 PR, 169 PD                            | -   | -
first PR not confirmed, the second is        | baseline -7, 57 PR, 113 SD, 169 PR, 225 PR, 281 PD           | 169 | 113
CR confirmed, then death                     | baseline -7, 57 PR, 113 CR, 169 CR, 180 death                | 57  | 124
responding at the cut                        | baseline -7, 57 PR, 113 PR, 225 PR                           | 57  | 169+ 1
lost while responding                        | baseline -7, 57 PR, 113 PR, 150 lost                         | 57  | 57+ 2
new therapy after the response: followed on  | baseline -7, 57 PR, 113 PR, 120 NACT, 225 PD                 | 57  | 169
less than CR after a confirmed CR            | baseline -7, 57 CR, 113 CR, 169 PR                           | 57  | 113
no response                                  | baseline -7, 57 SD, 113 PD                                   | -   | -
responder without baseline: DOR of day 1     | 57 PR, 113 PR                                                | 57  | 1+ 6
"""
ROWS = read_table(TABLE)


@pytest.fixture(scope="module")
def adtte(rules):
    return datasets_of(extracts_of([row["what happened"] for row in ROWS]), rules)["adtte"]


def cell(rows, patient):
    if patient not in rows.index:
        return "-"
    row = rows.loc[patient]
    return f"{row['AVAL']}" if row["CNSR"] == 0 else f"{row['AVAL']}+ {row['CNSR']}"


@pytest.mark.parametrize("number", range(len(ROWS)), ids=[row["patient"] for row in ROWS])
def test_response(adtte, number):
    for paramcd in ("TTR", "DOR"):
        assert cell(parameter(adtte, paramcd), f"P{number + 1:03d}") == ROWS[number][paramcd]


def test_duration_ends_for_the_reason_and_row_of_pfs(adtte):
    duration, pfs = parameter(adtte, "DOR"), parameter(adtte, "PFS")
    same = ["CNSR", "EVNTDESC", "CNSDTDSC", "SRCDOM", "SRCROW"]
    assert duration[same].equals(pfs.loc[duration.index, same])
    assert duration["RULE"].str.startswith("ends as PFS, situation").all()


def test_response_points_to_its_scan(adtte):
    rows = parameter(adtte, "TTR")
    assert rows["SRCDOM"].eq("tumour_responses").all()
    assert rows["SRCROW"].notna().all()
    assert rows["CNSR"].eq(0).all()
