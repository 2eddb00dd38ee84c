"""The engine of every time-to-event endpoint: which fact decides, and who is refused."""

# ruff: noqa: E501 - a table reads best with a row on a line

import pandas as pd
import pytest

from analysis.endpoints.time_to_event import Source, column, derive_time_to_event, where
from analysis.endpoints.time_to_guided_therapy import derive_ttguid
from analysis.errors import DerivationError
from tests.tables import as_text, frame, table

PROGRESSION = Source(
    "progression",
    column("PDDT"),
    table="tumour_responses",
    column="overall_response",
    line="PDLINE",
)
DEATH = Source(
    "death", column("DTHDT"), cause=2, table="disposition", column="event_date", line="DTHLINE"
)
LOST = Source("lost", column("LOSTDT"), code=2)
LAST_SCAN = Source("last scan", column("SCANDT"), code=1)

# Origin 2023-01-10 (day 1). Progression is listed before death, loss before the last scan.
CASES = """
    | USUBJID | PDDT       | DTHDT      | LOSTDT     | SCANDT     | ADT        | AVAL | CNSR | EVTCAUSE | because     |
    |---------|------------|------------|------------|------------|------------|------|------|----------|-------------|
    | P01     | 2023-03-01 |            |            | 2023-02-20 | 2023-03-01 | 51   | 0    | 1        | progression |
    | P02     |            | 2023-03-01 |            | 2023-02-20 | 2023-03-01 | 51   | 0    | 2        | death       |
    | P03     | 2023-03-02 | 2023-03-01 |            | 2023-02-20 | 2023-03-01 | 51   | 0    | 2        | death       |
    | P04     | 2023-03-01 | 2023-03-01 |            | 2023-02-20 | 2023-03-01 | 51   | 0    | 1        | progression |
    | P05     |            |            | 2023-04-01 | 2023-02-20 | 2023-04-01 | 82   | 2    | 0        | lost        |
    | P06     |            |            |            | 2023-02-20 | 2023-02-20 | 42   | 1    | 0        | last scan   |
    | P07     | 2023-02-20 |            |            | 2023-02-20 | 2023-02-20 | 42   | 0    | 1        | progression |
    | P08     |            |            | 2023-02-20 | 2023-02-20 | 2023-02-20 | 42   | 2    | 0        | lost        |
    | P09     | 2023-01-10 |            |            |            | 2023-01-10 | 1    | 0    | 1        | progression |
    | P10     |            |            |            | 2022-12-20 | 2023-01-10 | 1    | 1    | 0        | last scan   |
    | P11     | 2023-03-01 |            | 2023-02-01 | 2023-02-20 | 2023-03-01 | 51   | 0    | 1        | progression |
    | P12     |            |            | 2023-05-01 | 2023-02-20 | 2023-05-01 | 112  | 2    | 0        | lost        |
"""


def facts(drawn: str = CASES) -> pd.DataFrame:
    drawn_facts = frame(drawn, dates="PDDT DTHDT LOSTDT SCANDT ADT", numbers="AVAL CNSR EVTCAUSE")
    lines = pd.Series(range(2, len(drawn_facts) + 2), dtype="Int64")
    return drawn_facts.assign(STARTED=pd.Timestamp("2023-01-10"), PDLINE=lines, DTHLINE=lines + 100)


def derive(
    known: pd.DataFrame, events=(PROGRESSION, DEATH), censors=(LOST, LAST_SCAN)
) -> pd.DataFrame:
    return derive_time_to_event("TEST", "A test", known, "STARTED", list(events), list(censors))


def test_which_fact_decides():
    rows = derive(facts())
    words = rows["EVNTDESC"].fillna(rows["CNSDTDSC"])
    for number, expected in enumerate(table(CASES)):
        row = rows.loc[number]
        found = {c: as_text(row[c]) for c in ("USUBJID", "ADT", "AVAL", "CNSR", "EVTCAUSE")}
        assert {**found, "because": words[number]} == {c: expected[c] for c in [*found, "because"]}


def test_an_event_has_no_censoring_text_and_the_reverse():
    rows = derive(facts())
    is_event = rows["CNSR"].eq(0)
    assert (rows["EVNTDESC"].notna() == is_event).all()
    assert (rows["CNSDTDSC"].notna() == ~is_event).all()


def test_the_source_of_the_deciding_fact_is_named():
    rows = derive(facts()).set_index("USUBJID")
    columns = ["SRCDOM", "SRCVAR", "SRCFILE", "SRCROW"]
    assert list(rows.loc["P01", columns]) == [
        "tumour_responses",
        "overall_response",
        "tumour_responses.csv",
        2,
    ]
    assert list(rows.loc["P03", columns]) == ["disposition", "event_date", "disposition.csv", 104]
    assert [as_text(value) for value in rows.loc["P06", columns]] == [None] * 4


def test_the_order_of_the_list_decides_on_one_day():
    rows = derive(facts(), events=(DEATH, PROGRESSION)).set_index("USUBJID")
    assert rows.loc["P04", "EVNTDESC"] == "death"
    rows = derive(facts(), censors=(LAST_SCAN, LOST)).set_index("USUBJID")
    assert rows.loc["P12", "CNSDTDSC"] == "last scan"


def test_of_a_group_of_censorings_the_earliest_fact_decides():
    rows = derive(facts(), censors=((LOST, LAST_SCAN),)).set_index("USUBJID")
    assert rows.loc["P05", "CNSDTDSC"] == "last scan"
    assert rows.loc["P08", "CNSDTDSC"] == "lost"


# A censoring that takes a later event away: new therapy on NEWDT, censored at the last scan.
TAKEN_AWAY = """
    | USUBJID | PDDT       | NEWDT      | SCANDT     | ADT        | because     | why                             |
    | P01     | 2023-03-01 | 2023-02-15 | 2023-02-10 | 2023-02-10 | new therapy | before the progression          |
    | P02     | 2023-03-01 | 2023-03-01 | 2023-02-10 | 2023-03-01 | progression | on the day of the progression   |
    | P03     | 2023-03-01 | 2023-03-02 | 2023-02-10 | 2023-03-01 | progression | after the progression           |
    | P04     |            | 2023-02-15 | 2023-02-10 | 2023-02-10 | new therapy | no progression                  |
    | P05     | 2023-03-01 |            | 2023-02-10 | 2023-03-01 | progression | no new therapy                  |
"""


def test_a_censoring_that_takes_a_later_event_away():
    known = frame(TAKEN_AWAY, dates="PDDT NEWDT SCANDT ADT").assign(
        STARTED=pd.Timestamp("2023-01-10")
    )
    new = Source(
        "new therapy", where("SCANDT", lambda f: f["NEWDT"].notna()), code=4, since=column("NEWDT")
    )
    seen = Source("progression", column("PDDT"))
    rows = derive(known, events=(seen,), censors=(new, LAST_SCAN))
    words = rows["EVNTDESC"].fillna(rows["CNSDTDSC"])
    for number, expected in enumerate(table(TAKEN_AWAY)):
        assert as_text(rows.loc[number, "ADT"]) == expected["ADT"], expected["why"]
        assert words[number] == expected["because"], expected["why"]


def test_the_order_of_the_patients_has_no_effect():
    known = facts()
    pd.testing.assert_frame_equal(derive(known.sample(frac=1, random_state=2)), derive(known))


def test_nobody_gives_no_row():
    rows = derive(facts().iloc[:0])
    assert len(rows) == 0
    assert {"USUBJID", "AVAL", "CNSR"} <= set(rows)


REFUSED = {
    "no origin": ("STARTED", None, "TEST: no origin: P05$"),
    "an event before the origin": ("PDDT", "2023-01-09", "TEST: an event before the origin: P05$"),
    "neither event nor censoring": (
        "LOSTDT SCANDT",
        None,
        "TEST: neither an event nor a censoring: P05$",
    ),
}


@pytest.mark.parametrize("wrong", REFUSED)
def test_a_patient_who_cannot_be_derived_is_refused_by_name(wrong):
    columns, value, message = REFUSED[wrong]
    known = facts()
    known.loc[known["USUBJID"].eq("P05"), columns.split()] = (
        pd.Timestamp(value) if value else pd.NaT
    )
    with pytest.raises(DerivationError, match=message):
        derive(known)


def test_a_long_list_of_refused_patients_is_cut_with_their_number():
    known = facts().assign(STARTED=pd.NaT)
    with pytest.raises(DerivationError, match="no origin: P01, P02, P03, P04, P05 and 7 more"):
        derive(known)


# --- time to guided therapy ----------------------------------------------------------------------
# Enrolled 2023-01-10, followed to 2024-02-09. Other therapy does not compete; death and withdrawal
# do. OBSENDT and STATUS say how observation ended.
TO_GUIDED = """
    | USUBJID | GUIDDT     | DTHDT      | WITHDT     | OBSENDT    | STATUS | ADT        | AVAL | CNSR | EVTCAUSE | situation                          |
    | P01     | 2023-03-01 |            |            | 2023-11-30 | 1      | 2023-03-01 | 51   | 0    | 1        | started                            |
    | P02     | 2023-01-10 |            |            | 2023-11-30 | 1      | 2023-01-10 | 1    | 0    | 1        | started on the day of enrolment    |
    | P03     | 2023-03-01 | 2023-06-01 |            | 2023-06-01 | 1      | 2023-03-01 | 51   | 0    | 1        | started, died later                |
    | P04     |            | 2023-02-01 |            | 2023-02-01 | 1      | 2023-02-01 | 23   | 10   | 2        | died before                        |
    | P05     |            |            | 2023-02-01 | 2023-02-01 | 3      | 2023-02-01 | 23   | 3    | 3        | withdrew before                    |
    | P06     |            | 2023-02-01 | 2023-01-31 | 2023-01-31 | 3      | 2023-01-31 | 22   | 3    | 3        | withdrew, then died                |
    | P07     |            |            |            | 2023-03-01 | 2      | 2023-03-01 | 51   | 2    | 0        | lost: last known alive             |
    | P08     |            |            |            | 2023-10-01 | 8      | 2023-10-01 | 265  | 8    | 0        | follow-up completed                |
    | P09     |            |            |            | 2023-11-30 | 1      | 2023-11-30 | 325  | 1    | 0        | not yet: the cut                   |
    | P10     | 2023-03-01 | 2023-03-01 |            | 2023-03-01 | 1      | 2023-03-01 | 51   | 0    | 1        | started and died on one day        |
    | P11     | 2023-06-01 |            |            | 2023-05-01 | 2      | 2023-06-01 | 143  | 0    | 1        | recorded as lost, started later    |
    | P12     |            |            |            | 2023-03-01 | 12     | 2023-03-01 | 51   | 12   | 0        | no contact up to the planned end   |
    | P13     | 2024-02-10 |            |            | 2024-02-09 | 8      | 2024-02-09 | 396  | 8    | 0        | started the day after it           |
    | P14     |            | 2024-02-10 |            | 2024-02-09 | 8      | 2024-02-09 | 396  | 8    | 0        | died the day after it              |
"""


def test_time_to_guided_therapy():
    known = frame(
        TO_GUIDED,
        dates="GUIDDT DTHDT WITHDT OBSENDT ADT",
        numbers="STATUS AVAL CNSR EVTCAUSE",
    )
    lines = pd.Series(range(2, len(known) + 2), dtype="Int64")
    known = known.assign(
        ENRLDT=pd.Timestamp("2023-01-10"),
        DTHLIMDT=pd.Timestamp("2024-02-09"),
        GUIDLINE=lines,
        DTHLINE=lines,
        WITHLINE=lines,
        DTHDTF="D",  # every death of the table as if only its month were known
    )
    rows = derive_ttguid(known)
    assert rows["ADTF"].eq("D").tolist() == rows["EVTCAUSE"].eq(2).tolist()
    assert set(rows["PARAMCD"]) == {"TTGUID"}
    for number, expected in enumerate(table(TO_GUIDED)):
        row = rows.loc[number]
        found = {c: as_text(row[c]) for c in ("USUBJID", "ADT", "AVAL", "CNSR", "EVTCAUSE")}
        assert found == {c: expected[c] for c in found}, expected["situation"]
