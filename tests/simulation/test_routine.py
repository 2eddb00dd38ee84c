"""Follow-up as in routine care: what the option plants, and what it leaves as it was."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from analysis.simulation import simulate
from analysis.simulation.population import complete_times

from .conftest import Registry

CUTOFF, FOLLOW_UP = pd.Timestamp("2023-11-30"), pd.Timedelta(days=395)


@pytest.fixture(scope="module")
def routine(tmp_path_factory):
    out = tmp_path_factory.mktemp("routine")
    simulate(out, patients=1000, cuts=("DC04",), clean=True, as_in_routine=True)
    return Registry(out)


def days(registry, event):
    rows = registry.table("disposition")
    rows = rows[rows["event"].eq(event)].set_index("patient_id")
    return pd.to_datetime(rows["event_date"]), rows


def test_deaths_come_from_a_register_whenever_they_come(routine, clean):
    deaths, _ = days(routine, "death")
    planned = pd.to_datetime(routine.truth["TRTSDT"].fillna(routine.truth["ENRLDT"])) + FOLLOW_UP
    late = deaths > planned.reindex(deaths.index)
    assert late.sum() > 20
    true = pd.to_datetime(routine.truth["TRUE_DEATH_DATE"]).dropna()
    assert deaths.equals(true[true <= deaths.max()].reindex(deaths.index))
    of_the_study, _ = days(clean, "death")
    end = pd.to_datetime(clean.truth["TRTSDT"].fillna(clean.truth["ENRLDT"])) + FOLLOW_UP
    assert not (of_the_study > end.reindex(of_the_study.index)).any()


def test_patients_go_silent_and_nobody_is_recorded_as_completed(routine):
    completed, _ = days(routine, "completed")
    assert completed.empty
    truth = routine.truth
    planned = pd.to_datetime(truth["TRTSDT"].fillna(truth["ENRLDT"])) + FOLLOW_UP
    alive = pd.to_datetime(truth["LSTALVDT"])
    recorded = set(routine.table("disposition")["patient_id"])
    open_ = ~truth.index.isin(recorded) & (planned <= CUTOFF)
    silent = open_ & (alive < planned - pd.Timedelta(days=45))
    assert silent.sum() > 10


def test_who_is_too_unwell_withdraws_weeks_before_death(routine):
    withdrawn, rows = days(routine, "withdrawal")
    unwell = rows["reason"].eq("too unwell for visits")
    true = pd.to_datetime(routine.truth["TRUE_DEATH_DATE"]).reindex(withdrawn.index)
    before = (true - withdrawn).dt.days
    assert unwell.sum() > 30
    # some say so who are not the planted ones
    assert before[unwell].between(10, 60).mean() > 0.8
    assert set(rows.loc[unwell, "vital_status_consent"]) == {"Y", "N"}


def test_more_patients_are_never_treated(routine, clean):
    share = {name: r.truth["TRTGRP1"].eq("NT").mean() for name, r in
             (("routine", routine), ("study", clean))}  # fmt: skip
    assert share["routine"] > share["study"] + 0.08


def test_the_truth_says_what_was_planted(routine, clean):
    told = json.loads((routine.folder / "truth.json").read_text("utf-8"))
    assert told["routine"]["TOO_UNWELL_DAYS"] == [10, 60]
    assert told["population"] is None  # the effects of the study's registry do not hold here
    assert "routine" not in json.loads((clean.folder / "truth.json").read_text("utf-8"))


def test_true_times_of_everybody(routine):
    """The untreated die sooner; whoever progressed or died is not later than the death."""
    times = complete_times(2000, 3, as_in_routine=True)
    treated = times["group"] < 3
    assert 0.3 < (~treated).mean() < 0.5
    assert (times["pfs"][treated] <= times["os"][treated]).all()
    year = 365.25
    assert (times["os_enrolment"][~treated] > year).mean() < (times["os"][treated] > year).mean()
