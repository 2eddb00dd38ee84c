"""Treatment periods of adverse events, as tables a clinician can read. SAP E6 and 14.3."""

# ruff: noqa: E501 - a table reads best with a row on a line

import pandas as pd
import pytest

from analysis.endpoints.adverse_event_period import (
    assign_period,
    observed_time,
    treatment_periods,
)
from tests.tables import as_text, frame, plan_rules, raw, table

RULES = plan_rules()
CUTOFF = "2023-11-30"
# P001 and P002 were seen in November and are observed to the cut; P004 was lost, last seen in April.
ADSL = """
    | USUBJID | CONSDT     | TRTSDT     | DTHDT      | OBSENDT    |
    | P001    | 2023-01-01 | 2023-01-10 |            | 2023-11-30 |
    | P002    | 2023-01-01 | 2023-01-10 |            | 2023-11-30 |
    | P003    | 2023-01-01 | 2023-01-10 | 2023-05-31 | 2023-05-31 |
    | P004    | 2023-01-01 |            |            | 2023-04-10 |
    | P005    | 2022-01-01 | 2022-01-10 |            | 2023-02-09 |
"""
# P001 changes group with a pause; P002 restarts its own group, then immunotherapy; P003 changes on
# the day after; P004 is never treated; P005 is still on treatment after the end of follow-up.
ADEX = """
    | USUBJID | APERIOD | TRTGRP | THERCLS       | ASTDT      | AENDT      |
    | P001    | 1       | TG     | targeted      | 2023-01-10 | 2023-03-31 |
    | P001    | 2       | OT     | chemotherapy  | 2023-06-01 | 2023-08-31 |
    | P001    |         |        | radiotherapy  | 2023-10-20 | 2023-10-25 |
    | P002    | 1       | OT     | chemotherapy  | 2023-01-10 | 2023-02-10 |
    | P002    | 1       | OT     | immunotherapy | 2023-05-01 | 2023-06-30 |
    | P003    | 1       | TN     | targeted      | 2023-01-10 | 2023-02-28 |
    | P003    | 2       | TG     | targeted      | 2023-03-01 |            |
    | P005    | 1       | TG     | targeted      | 2022-01-10 |            |
"""


def adsl_of(drawn=ADSL, cutoff=CUTOFF):
    dates = "CONSDT TRTSDT DTHDT OBSENDT"
    return frame(drawn, dates=dates).assign(DCUTDT=pd.Timestamp(cutoff))


def periods_of(drawn=ADEX, rules=RULES):
    return treatment_periods(frame(drawn, dates="ASTDT AENDT", numbers="APERIOD"), rules)


def events_of(drawn):
    return raw(adverse_events=drawn)["adverse_events"]


# --- periods -------------------------------------------------------------------------------------
def test_periods_end_with_their_window_or_before_the_next_group():
    expected = table("""
        | USUBJID | APERIOD | TRTGRP | APERSDT    | APEREDT    |
        | P001    | 1       | TG     | 2023-01-10 | 2023-04-30 |
        | P001    | 2       | OT     | 2023-06-01 | 2023-09-30 |
        | P002    | 1       | OT     | 2023-01-10 | 2023-09-28 |
        | P003    | 1       | TN     | 2023-01-10 | 2023-02-28 |
        | P003    | 2       | TG     | 2023-03-01 |            |
        | P005    | 1       | TG     | 2022-01-10 |            |
    """)
    found = [
        {name: as_text(value) for name, value in row.items()}
        for row in periods_of().to_dict("records")
    ]
    assert found == expected


def test_the_window_is_a_parameter_by_class():
    rules = plan_rules(safety={"days_after_last_dose": {"default": 10, "immunotherapy": 20}})
    ends = periods_of(rules=rules).set_index(["USUBJID", "APERIOD"])["APEREDT"]
    assert ends["P001", 1] == pd.Timestamp("2023-04-10")
    assert ends["P002", 1] == pd.Timestamp("2023-07-20")


def test_two_groups_on_one_day_leave_the_first_without_a_day():
    drawn = """
        | USUBJID | APERIOD | TRTGRP | THERCLS      | ASTDT      | AENDT |
        | P001    | 1       | TG     | targeted     | 2023-01-10 |       |
        | P001    | 2       | OT     | chemotherapy | 2023-01-10 |       |
    """
    periods = periods_of(drawn)
    events = events_of("| patient_id | onset_date |\n| P001 | 2023-01-10 |")
    assert assign_period(events, periods, adsl_of())["TRTGRP"].tolist() == ["OT"]
    time = observed_time(periods, adsl_of())
    mine = time[time["USUBJID"].eq("P001") & time["TRTGRP"].eq("TG")]
    assert mine["DAYS"].tolist() == [0]


# --- events --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "case",
    table("""
        | patient | onset      | resolved   | emergent | group | period | phase             | ASTDT      | flag | why                                            |
        |---------|------------|------------|----------|-------|--------|-------------------|------------|------|------------------------------------------------|
        | P001    | 2023-01-09 |            |          |       |        | before_or_without | 2023-01-09 |      | the day before the first dose                  |
        | P001    | 2023-01-10 |            | Y        | TG    | 1      | on_treatment      | 2023-01-10 |      | the day of the first dose                      |
        | P001    | 2023-04-30 |            | Y        | TG    | 1      | on_treatment      | 2023-04-30 |      | 30 days after the last dose                    |
        | P001    | 2023-05-01 |            |          |       |        | after             | 2023-05-01 |      | 31 days after, before the next group           |
        | P001    | 2023-06-01 |            | Y        | OT    | 2      | on_treatment      | 2023-06-01 |      | first dose of the next group                   |
        | P001    | 2023-10-01 |            |          |       |        | after             | 2023-10-01 |      | after the last window; radiotherapy is local   |
        | P002    | 2023-04-01 |            | Y        | OT    | 1      | on_treatment      | 2023-04-01 |      | a gap between regimens of one group            |
        | P002    | 2023-09-28 |            | Y        | OT    | 1      | on_treatment      | 2023-09-28 |      | 90 days after immunotherapy                    |
        | P002    | 2023-09-29 |            |          |       |        | after             | 2023-09-29 |      | 91 days after immunotherapy                    |
        | P003    | 2023-02-28 |            | Y        | TN    | 1      | on_treatment      | 2023-02-28 |      | the day before the next group                  |
        | P003    | 2023-03-01 |            | Y        | TG    | 2      | on_treatment      | 2023-03-01 |      | within 30 days, but the next group has begun   |
        | P004    | 2023-02-01 |            |          |       |        | before_or_without | 2023-02-01 |      | never treated                                  |
        | P004    | 2023-05-01 |            |          |       |        | after             | 2023-05-01 |      | never treated, after last known alive and lost |
        | P005    | 2023-03-01 |            | Y        | TG    | 1      | after             | 2023-03-01 |      | on treatment, after the end of follow-up       |
        | P001    | 2023-01    |            | Y        | TG    | 1      | on_treatment      | 2023-01-10 | D    | may have begun on or after the first dose      |
        | P001    | 2023-01    | 2023-01-08 |          |       |        | before_or_without | 2023-01-01 | D    | resolved before the first dose                 |
        | P001    | 2022-12    |            |          |       |        | before_or_without | 2022-12-01 | D    | the month before the first dose                |
        | P001    | 2023       |            | Y        | TG    | 1      | on_treatment      | 2023-01-10 | M    | any day of the year: the first period          |
        | P001    | 2023-05    |            |          |       |        | after             | 2023-05-01 | D    | no day of May lies in a period                 |
        | P001    | 2023-05    | 2023-06-02 |          |       |        | after             | 2023-05-01 | D    | the resolution adds nothing                    |
        | P003    | 2023-05    |            | Y        | TG    | 2      | on_treatment      | 2023-05-01 | D    | not after death on the 31st                    |
        | P004    | 2023       |            |          |       |        | before_or_without | 2023-01-01 | M    | never treated                                  |
        | P001    |            |            | Y        | TG    | 1      | on_treatment      |            |      | no onset at all: nothing proves otherwise      |
        | P001    |            | 2023-01-05 |          |       |        | before_or_without |            |      | no onset, but resolved before the first dose   |
    """),
    ids=lambda case: case["why"],
)
def test_where_an_event_belongs(case):
    events = events_of(
        "| patient_id | onset_date | resolution_date |\n"
        f"| {case['patient']} | {case['onset'] or ''} | {case['resolved'] or ''} |"
    )
    found = assign_period(events, periods_of(), adsl_of()).iloc[0]
    columns = ("TRTEMFL", "TRTGRP", "APERIOD", "APHASE", "ASTDT", "ASTDTF")
    names = ("emergent", "group", "period", "phase", "ASTDT", "flag")
    assert [as_text(found[c]) for c in columns] == [case[name] for name in names]


def test_the_order_of_events_has_no_effect_and_nobody_gives_none():
    drawn = (
        "| patient_id | onset_date |\n| P001 | 2023-04-30 |\n| P003 | 2023 |\n| P004 | 2023-02 |"
    )
    events = events_of(drawn)
    found = assign_period(events, periods_of(), adsl_of())
    turned = assign_period(events.iloc[::-1], periods_of(), adsl_of())
    pd.testing.assert_frame_equal(found, turned.sort_index())
    nothing = assign_period(events.iloc[:0], periods_of().iloc[:0], adsl_of().iloc[:0])
    assert nothing.empty


# --- time at risk --------------------------------------------------------------------------------
def test_days_at_risk_by_phase():
    time = observed_time(periods_of(), adsl_of())
    days = time.groupby(["USUBJID", "APHASE"])["DAYS"].sum().unstack(fill_value=0)
    columns = ["before_or_without", "on_treatment", "after"]
    # P001: 9 before; 111 + 122 on; in all 334 from 1 January to the cut.
    assert days.loc["P001", columns].tolist() == [9, 111 + 122, 334 - 9 - 233]
    # P002: 9 before, 262 on; P003 dies on day 151; P004 last seen on day 100, before the loss.
    assert days.loc["P002", columns].tolist() == [9, 262, 334 - 9 - 262]
    assert days.loc["P003", columns].tolist() == [9, 50 + 92, 0]
    assert days.loc["P004", columns].tolist() == [100, 0, 0]
    # P005: from 10 January 2022 to the end of follow-up.
    assert days.loc["P005", columns].tolist() == [9, 396, 0]


def test_days_add_up_to_the_whole_observation():
    adsl = adsl_of()
    total = observed_time(periods_of(), adsl).groupby("USUBJID")["DAYS"].sum()
    assert total.to_dict() == {"P001": 334, "P002": 334, "P003": 151, "P004": 100, "P005": 405}
