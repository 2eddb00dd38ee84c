"""A time-to-event parameter as rows of estimates: rules that hold for every output of the kind."""

import pandas as pd

from analysis.estimates.rows import Cell
from analysis.outputs.overall_survival.summary import numbers as overall_survival
from tests.outputs.known_days import known_from_the_start
from tests.tables import frame, plan_rules

RULES = plan_rules()
# Guided patients are followed for 100 days at most, others for 300: half of each die.
OF_TWO_LENGTHS = """
    | USUBJID | TRTGRP1 | PARAMCD | AVAL | CNSR |
    |---------|---------|---------|------|------|
    | G1      | TG      | OS      | 40   | 0    |
    | G2      | TG      | OS      | 100  | 1    |
    | T1      | TN      | OS      | 40   | 0    |
    | T2      | TN      | OS      | 300  | 1    |
    | O1      | OT      | OS      | 40   | 0    |
    | O2      | OT      | OS      | 300  | 1    |
"""


def survival_of(drawn: str):
    rows = frame(drawn, numbers="AVAL CNSR")
    adsl = pd.DataFrame({"USUBJID": rows["USUBJID"], "TRTGRP1": rows["TRTGRP1"], "TRTFL": "Y"})
    return overall_survival(
        known_from_the_start({"adsl": adsl, "adtte": rows.drop(columns="TRTGRP1")}), RULES
    )


def restriction(rows, group: str) -> float:
    """Days to which the restricted mean of a group goes, as its method says."""
    where = rows.frame["group"].eq(group) & rows.frame["parameter"].eq("RMST")
    method = rows.frame.loc[where & rows.frame["stat_name"].eq("estimate"), "method"].iloc[0]
    return float(method.split("restricted at ")[1].split(" days")[0])


def test_no_restricted_mean_reaches_beyond_the_last_patient_of_its_curve():
    """A curve above 0 says nothing of the days after its last patient was seen."""
    rows = survival_of(OF_TWO_LENGTHS)
    for group, last in (("TG", 100), ("TN", 300), ("OT", 300)):
        mean = rows.value(Cell("OS", group, parameter="RMST"), "estimate")
        assert pd.isna(mean) or restriction(rows, group) <= last


def test_restricted_means_beside_each_other_go_to_one_day():
    rows = survival_of(OF_TWO_LENGTHS)
    assert len({restriction(rows, group) for group in ("TG", "TN", "OT")}) == 1
