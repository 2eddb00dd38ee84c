"""The registry looks like published tumour-board programmes, and like its own planted rates."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.simulation import model
from analysis.simulation.population import population_truth
from analysis.simulation.population_values import POPULATION

# lowest and highest plausible value, and whom it is read from
BENCHMARKS = {
    ("complete", "all", "median_pfs_months"): (3.0, 4.6),  # ROME 3.5, IMPACT 2.8-4.0
    ("complete", "all", "median_os_months"): (8.5, 12.0),  # IMPACT 9.3, MOSCATO 11.9
    ("complete", "all", "dcr"): (0.45, 0.60),  # MASTER 55 %
    ("complete", "all", "pfs_ratio_1_3"): (0.30, 0.42),  # MASTER 36 %, MOSCATO 33 %
    ("complete", "TG", "orr_confirmed"): (0.15, 0.25),  # ROME 17.5 %, MASTER 24 %
    ("complete", "OT", "orr_confirmed"): (0.05, 0.12),  # ROME control 10 %
    ("complete", "TN", "orr_confirmed"): (0.05, 0.14),
}


def test_values_lie_where_published_programmes_do():
    for (state, group, name), (low, high) in BENCHMARKS.items():
        assert low <= POPULATION[state][group][name] <= high, (group, name)
    assert 0.25 <= POPULATION["at_cut"]["guided"] <= 0.30
    assert 0.48 <= POPULATION["at_cut"]["intervenable"] <= 0.60  # MOSCATO 49 %, ROME 50 %
    assert 0.80 <= POPULATION["complete"]["sequenced"] <= 0.93


def test_committed_values_are_those_of_the_model():
    now = population_truth(12_000, 77)
    for state in ("complete", "at_cut"):
        for name in ("guided", "sequenced", "intervenable"):
            assert now[state][name] == pytest.approx(POPULATION[state][name], abs=0.02)
        for group in ("all", "TG", "TN", "OT"):
            for name, value in POPULATION[state][group].items():
                if isinstance(value, float):
                    close = pytest.approx(value, abs=0.035, rel=0.08)
                    assert now[state][group][name] == close, (group, name)


def test_committed_changes_of_quality_of_life_are_those_of_the_model():
    now, checked = population_truth(12_000, 77), 0
    for state in ("complete", "at_cut"):
        for group in ("all", "TG", "TN", "OT"):
            for visit, domains in POPULATION[state][group].get("t_change", {}).items():
                near = 0.5 if visit in ("week_8", "week_16", "week_24") else 2.0  # few are alive
                for domain, value in domains.items():
                    found = now[state][group]["t_change"][visit][domain]
                    assert found == pytest.approx(value, abs=near), (group, visit, domain)
                    checked += 1
    assert checked >= 4 * 7 * 7  # groups, visits, domains


def test_groups_and_flags_of_a_simulated_registry(usual):
    truth = usual.truth
    assert (truth["GUIDFL"] == "Y").mean() == pytest.approx(
        POPULATION["at_cut"]["guided"], abs=0.04
    )
    assert set(truth["TRTGRP1"]) == {"TG", "TN", "OT", "NT"}
    assert (truth["GUID2FL"] == "Y").sum() >= 5
    assert set(truth["GUIDCLS"].dropna()) >= {"targeted", "immunotherapy"}
    assert set(truth["BOR"].dropna()) == {"CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE", "MISSING"}
    assert truth["FRAILTY"].std() == pytest.approx(1, abs=0.08)


def test_guided_therapy_comes_in_every_shape(usual):
    treatments = usual.table("treatments")
    recommended = usual.table("mtb_recommendations")
    decisions = usual.table("mtb_decisions").merge(
        recommended[["recommendation_id", "drug", "biomarker"]], on="recommendation_id"
    )
    given = treatments["drug"]
    assert given.str.contains("bevacizumab").any()  # a drug more
    assert given.str.fullmatch("dabrafenib|trastuzumab").any()  # part of a combination
    assert given.str.contains(r"[A-Z]\w+").any()  # another case
    assert recommended["biomarker"].isin(["MSI-H", "TMB-H", "HRD"]).any()
    assert ((recommended["variant_id"] == "") & (recommended["biomarker"] == "")).any()
    assert (decisions.loc[decisions["decision"] == "declined", "reason"] != "").all()
    assert set(decisions["decision"]) == {"accepted", "declined", "pending"}
    reviews = usual.table("mtb_reviews")
    assert set(reviews["conclusion"]) == {"intervenable", "not_intervenable", "deferred"}


def test_serious_events_come_at_the_planted_rate(clean):
    """Exposure from first dose to the end of observation, group of the first regimen only."""
    truth = clean.truth
    events = clean.table("adverse_events")
    serious = events[events["serious"] == "Y"].copy()
    single = clean.table("treatments").groupby("patient_id").size() == 1
    planted = dict(zip(("TG", "TN", "OT"), model.SAE_PER_MONTH, strict=False))
    for group, rate in planted.items():
        mine = truth[(truth["TRTGRP1"] == group) & single.reindex(truth.index, fill_value=False)]
        start = pd.to_datetime(mine["TRTSDT"])
        ends = clean.table("disposition")
        ends = (
            ends[ends["event"] != "clinical_progression"].groupby("patient_id")["event_date"].min()
        )
        end = pd.to_datetime(ends.reindex(mine.index)).fillna(pd.Timestamp("2023-12-15"))
        months = ((end - start).dt.days.clip(lower=0) / model.DAYS_PER_MONTH).sum()
        day = pd.to_datetime(serious["onset_date"])
        after = serious[serious["patient_id"].isin(mine.index)]
        after = after[day[after.index] >= after["patient_id"].map(start)]
        expected = months * (rate + model.FATAL_SAE_PER_MONTH)
        assert abs(len(after) - expected) < 3.5 * np.sqrt(expected), group


def test_answers_lie_on_the_planted_course(clean):
    """Baseline T scores scored by the official table, near the planted means."""
    from analysis.simulation.promis import DOMAINS, ITEMS, t_score_table

    forms = clean.table("promis29")
    forms = forms[forms["visit"] == "baseline"]
    items = forms[list(ITEMS)].apply(pd.to_numeric, errors="coerce")
    table = t_score_table()
    for at, domain in enumerate(DOMAINS):
        raw = items.iloc[:, 4 * at : 4 * at + 4].sum(axis=1, skipna=False).dropna()
        score = table[at][raw.astype(int)]
        assert score.mean() == pytest.approx(model.PROMIS_BASELINE[domain], abs=1.8), domain
        corr = items.iloc[:, 4 * at : 4 * at + 4].corr().to_numpy()
        assert corr[np.triu_indices(4, 1)].min() > 0.3, domain
    assert items["global07"].between(0, 10).sum() > 0.9 * len(items)


def test_earlier_lines_look_real(usual):
    lines = usual.table("prior_treatments")
    count = lines.groupby("patient_id").size()
    assert count.between(1, 5).all()
    assert 2.4 < count.mean() < 3.2
    full = lines[
        (lines["start_date"].str.len() == 10) & (lines["progression_date"].str.len() == 10)
    ]
    days = pd.to_datetime(full["progression_date"]) - pd.to_datetime(full["start_date"])
    assert 3.5 < days.dt.days.median() / model.DAYS_PER_MONTH < 7
    assert 0.02 < (lines["progression_date"] == "").mean() < 0.15
    assert (lines["start_date"].str.len() < 10).any()
