"""T14.2.8.5: what came first adds up, incidence by hand and beside the whole dataset."""

import math

import pandas as pd
import pytest

from analysis.outputs.quality_of_life.time_to_deterioration import (
    DIED,
    OUTCOMES,
    WORSE,
    deterioration_table,
)
from analysis.outputs.quality_of_life.time_to_deterioration import numbers as time_to_deterioration
from analysis.outputs.safety.first_serious_event import numbers as first_serious_event_incidence
from tests.outputs.derived_study import nobody, simulated
from tests.outputs.known_days import known_from_the_start
from tests.outputs.registry import RULES, members_agree, numbers


def test_incidence_by_hand():
    """Of four: worse on day 40, dead on day 50, worse on day 100, censored on day 30."""
    adsl = pd.DataFrame({"USUBJID": list("ABCDE"), "TRTGRP1": "TG", "ENRLFL": "Y"})
    adtte = pd.DataFrame(
        {
            "USUBJID": list("ABCD"),
            "PARAMCD": "TTDPF",
            "AVAL": [40, 50, 100, 30],
            "EVTCAUSE": [1, 2, 1, 0],
        }
    )
    rows = time_to_deterioration(known_from_the_start({"adsl": adsl, "adtte": adtte}), RULES)
    place = {"group": "TG", "parameter": "PF"}
    outcome = numbers(rows, "n", analysis_id="outcome", **place).droplevel("visit")
    assert outcome.to_dict() == {WORSE: 2, DIED: 1, OUTCOMES[0]: 1}
    without = numbers(rows, "n", analysis_id="not followed", **place).iloc[0]
    assert without == 1
    at = numbers(rows, "estimate", analysis_id="at landmark", **place)
    # 3 months (day 91.3): 1/3 of the three at risk on day 40; death on day 50 takes another third
    assert at["3 months", WORSE] == pytest.approx(1 / 3)
    assert at["3 months", DIED] == pytest.approx(1 / 3)
    low = numbers(rows, "ci_low", analysis_id="at landmark", **place)
    assert low["3 months", WORSE] > 0
    assert math.isnan(at["6 months", WORSE])  # nobody is observed beyond day 100


def test_before_the_first_event_the_estimate_has_no_limits_and_says_why():
    adsl = pd.DataFrame({"USUBJID": list("AB"), "TRTGRP1": "TG", "ENRLFL": "Y"})
    times = {"USUBJID": list("AB"), "PARAMCD": "TTDPF", "AVAL": [300, 320], "EVTCAUSE": [1, 0]}
    data = known_from_the_start({"adsl": adsl, "adtte": pd.DataFrame(times)})
    rows = time_to_deterioration(data, RULES)
    at = rows.frame[rows.frame["analysis_id"].eq("at landmark") & rows.frame["group"].eq("TG")]
    at = at[at["visit"].eq("3 months") & at["category"].eq(WORSE) & at["parameter"].eq("PF")]
    at = at.set_index("stat_name")
    assert at.loc["estimate", "stat"] == 0
    assert at.loc[["ci_low", "ci_high"], "stat"].isna().all()
    assert set(at.loc[["ci_low", "ci_high"], "warning"]) == {"no event yet"}


@pytest.mark.parametrize("cut", ["DC01", "DC04"])
def test_outcomes_and_those_without_a_baseline_add_up_to_the_enrolled(cut):
    rows = time_to_deterioration(simulated(cut), RULES)
    outcomes = numbers(rows, "n", analysis_id="outcome").groupby(["group", "parameter"]).sum()
    size = numbers(rows, "N", analysis_id="outcome").groupby(["group", "parameter"]).sum()
    without = numbers(rows, "n", analysis_id="not followed")
    without = without.groupby(["group", "parameter"]).sum()
    patients = numbers(rows, "n", analysis_id="patients").droplevel([1, 2, 3])
    assert (outcomes == size).all()
    for (group, parameter), n in without.items():
        assert outcomes[group, parameter] + n == patients[group]
    assert members_agree(rows)


@pytest.mark.parametrize(
    ("rows", "keys"),
    [
        (time_to_deterioration, ["group", "parameter"]),
        (first_serious_event_incidence, ["group"]),
    ],
)
def test_incidence_is_of_all_whose_outcome_is_counted(rows, keys):
    frame = rows(simulated(), RULES).frame
    counted = frame[frame["analysis_id"].eq("outcome") & frame["stat_name"].eq("n")]
    size = counted.groupby(keys)["stat"].sum()
    at = frame[frame["analysis_id"].isin(["at landmark", "curve"])]
    assert len(at)
    expected = at.join(size.rename("expected"), on=keys)["expected"]
    assert (at["n_subjects"] == expected).all()


def test_the_table_holds_the_numbers():
    rows = time_to_deterioration(simulated(), RULES)
    html = deterioration_table(rows, RULES).html
    n = numbers(rows, "n", analysis_id="outcome", group="All", parameter="PF").droplevel("visit")
    assert "Physical function, worse by 3 points" in html
    assert f"<td>{n[WORSE]:.0f}</td>" in html


def test_nobody_is_shown():
    rows = time_to_deterioration(nobody(), RULES)
    assert "NE" in deterioration_table(rows, RULES).html
