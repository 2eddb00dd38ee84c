"""Overall survival from first dose, enrolment and MTB date (SAP 4, OS), as patients.

A cell: day of death, or with a plus the day last known alive and the CNSR. Enrolment is 14 days
before the first dose, so it adds 14 days; follow-up ends on day 396.
"""
# ruff: noqa: E501 - a table reads best with a row on a line

import pandas as pd
import pytest

from analysis.endpoints.overall_survival import derive_os
from analysis.errors import DerivationError

from .stories import datasets_of, extracts_of, parameter, read_table

TABLE = """
patient                                              | what happened                                              | OS      | OSENR   | source
dies, whatever the therapy                           | baseline -7, 57 PD, 60 NACT, 200 death                     | 200     | 214     | disposition
alive, last seen at a contact                        | 57 SD, 290 alive                                           | 290+ 1  | 304+ 1  | follow_up
alive, last seen at a scan                           | 57 SD, 290 NE                                              | 290+ 1  | 304+ 1  | tumour_responses
no contact after the first dose                      | baseline -7                                                | 1+ 1    | 15+ 1   | treatments
lost: last known alive, not the day of the loss      | 57 SD, 150 lost                                            | 57+ 2   | 71+ 2   | tumour_responses
withdrew: that day proves alive                      | 57 SD, 150 withdrew N                                      | 150+ 3  | 164+ 3  | disposition
withdrew, death must not be used                     | 57 SD, 150 withdrew N, 190 death                           | 150+ 3  | 164+ 3  | disposition
withdrew, death may be used                          | 57 SD, 150 withdrew Y, 190 death                           | 190     | 204     | disposition
lost, death became known                             | 57 SD, 150 lost, 190 death                                 | 190     | 204     | disposition
withdrew and lost: withdrawal comes first            | 57 SD, 150 withdrew N, 160 lost                            | 150+ 3  | 164+ 3  | disposition
death on the day of the cut                          | 100 death, cut 100                                         | 100     | 114     | disposition
death the day after the cut                          | 57 SD, 101 death, cut 100                                  | 57+ 1   | 71+ 1   | tumour_responses
death on the last day of follow-up                   | 396 death, cut 500                                         | 396     | 396+ 8  | disposition
death the day after it: alive on that day            | 57 SD, 397 death, cut 500                                  | 396+ 8  | 396+ 8  | disposition
death long after it, no contact at all               | 600 death, cut 800                                         | 396+ 8  | 396+ 8  | disposition
lost before, death after it                          | 57 SD, 150 lost, 600 death, cut 800                        | 396+ 8  | 396+ 8  | disposition
lost before, seen alive after it                     | 57 SD, 150 lost, 600 alive, cut 800                        | 396+ 8  | 396+ 8  | follow_up
withdrew before, death after it may be used          | 57 SD, 150 withdrew Y, 600 death, cut 800                  | 396+ 8  | 396+ 8  | disposition
withdrew before, death after it must not be used     | 57 SD, 150 withdrew N, 600 death, cut 800                  | 150+ 3  | 164+ 3  | disposition
seen alive on the last day of follow-up              | 57 SD, 396 alive, cut 800                                  | 396+ 8  | 396+ 8  | follow_up
seen alive after follow-up                           | 57 SD, 450 alive, cut 500                                  | 396+ 8  | 396+ 8  | follow_up
follow-up complete, last seen in the last window     | 57 SD, 351 alive, cut 500                                  | 351+ 8  | 365+ 8  | follow_up
last seen the day before the last window             | 57 SD, 350 alive, cut 500                                  | 350+ 12 | 364+ 8  | follow_up
no contact up to the planned end                     | 57 SD, cut 396                                             | 57+ 12  | 71+ 12  | tumour_responses
the planned end has not passed yet                   | 57 SD, cut 395                                             | 57+ 1   | 71+ 12  | tumour_responses
lost after the planned end: nobody saw it            | 57 SD, 420 lost, cut 500                                   | 57+ 12  | 71+ 12  | tumour_responses
completed on record                                  | 57 SD, 366 completed, cut 380                              | 366+ 8  | 380+ 8  | disposition
death in a month in which the patient was seen alive | dose 2022-03-10, 57 SD, 103 alive, 2022-06 death           | 104     | 118     | disposition
death on the day of the first dose                   | 1 death                                                    | 1       | 15      | disposition
"""
ROWS = read_table(TABLE)


@pytest.fixture(scope="module")
def adtte(rules):
    return datasets_of(extracts_of([row["what happened"] for row in ROWS]), rules)["adtte"]


def cell(row):
    return f"{row['AVAL']}" if row["CNSR"] == 0 else f"{row['AVAL']}+ {row['CNSR']}"


@pytest.mark.parametrize("number", range(len(ROWS)), ids=[row["patient"] for row in ROWS])
def test_overall_survival(adtte, number):
    patient = f"P{number + 1:03d}"
    for paramcd in ("OS", "OSENR"):
        row = parameter(adtte, paramcd).loc[patient]
        assert cell(row) == ROWS[number][paramcd]
        assert row["SRCDOM"] == ROWS[number]["source"]
        assert row["SRCROW"] >= 2
        assert (row["EVNTDESC"] == "Death") == (row["CNSR"] == 0)


def test_from_the_mtb_date_for_those_who_lived_to_see_it(rules):
    """The MTB date is that of the first review with a conclusion."""
    work_up = "-12 biopsy, -8 report"
    stories = {
        "P001": f"{work_up}, -5 review, 57 SD, 200 death",
        "P002": f"{work_up}, -6 deferred, 57 SD",
        "P003": f"{work_up}, -6 deferred, 10 review, 57 SD, 200 death",
        "P004": f"{work_up}, 57 SD, 90 death, 100 review",
    }
    adtte = datasets_of(extracts_of(stories), rules)["adtte"]
    survival = parameter(adtte, "OSMTB")
    assert survival["AVAL"].to_dict() == {"P001": 205, "P003": 191}
    assert parameter(adtte, "PFSMTB").index.tolist() == ["P001", "P003"]


def test_a_death_before_the_first_dose_is_refused_by_name(rules):
    """Such an extract has findings; should one get here, nobody is dropped or moved."""
    extracts = extracts_of(["57 SD", "-3 death"])
    with pytest.raises(DerivationError, match=r"an event before the origin: P002"):
        datasets_of(extracts, rules)


def test_a_patient_without_origin_is_refused_by_name():
    facts = pd.DataFrame(
        {
            "USUBJID": ["P1", "P2"],
            "TRTSDT": pd.to_datetime(["2022-01-01", None]),
            **dict.fromkeys(("DTHDT", "LSTALVDT", "DTHLIMDT"), pd.to_datetime(["2022-02-01"] * 2)),
            **dict.fromkeys(("ALVTABLE", "ALVCOLUMN", "ALVLINE", "DTHLINE"), None),
            "STATUS": 1,
        }
    )
    with pytest.raises(DerivationError, match=r"OS: no origin: P2"):
        derive_os(facts, "TRTSDT")
