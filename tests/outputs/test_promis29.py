"""T14.2.8.1 to T14.2.8.4, F14.2.8.1, L16.2.6.5: denominators add up, change and model checked."""

import math
import re

import numpy as np
import pandas as pd
import pytest

from analysis.datasets.adqs import build_adqs
from analysis.endpoints.promis29_scores import ITEMS, PARAMETERS, items_of
from analysis.endpoints.questionnaire_state import EXPECTED
from analysis.estimates.longitudinal import mmrm
from analysis.estimates.rows import EstimateRows
from analysis.outputs.catalogue import module_of
from analysis.outputs.listings import scores as scores_room
from analysis.outputs.quality_of_life import (
    completion,
    forms_and_scores,
    mean_scores,
    model_based_change,
    responders,
    scores_by_visit,
)
from analysis.outputs.quality_of_life import labels as labels_room
from analysis.outputs.quality_of_life.completion import OF_BASELINE, OF_EXPECTED
from analysis.outputs.quality_of_life.forms_and_scores import STATES
from analysis.outputs.quality_of_life.responders import CATEGORIES, NO_CHANGE_SCORE
from tests.outputs.registry import RULES, members_agree, nobody, numbers, synthetic, without
from tests.tables import frame, plan_rules, raw_frame

OUTPUTS = {
    "T14.2.8.1": completion.numbers,
    "T14.2.8.2": scores_by_visit.numbers,
    "F14.2.8.1": mean_scores.numbers,
    "T14.2.8.3": responders.numbers,
    "T14.2.8.4": model_based_change.numbers,
}
# Gates low enough for 60 patients.
EASY = plan_rules(
    promis29={"model_min_subjects": 6, "model_min_post_baseline": 1, "model_min_per_visit": 12}
)


@pytest.fixture(scope="module")
def made():
    return {name: make(synthetic(), RULES) for name, make in OUTPUTS.items()}


@pytest.fixture(scope="module")
def modelled():
    return model_based_change.numbers(synthetic(), EASY)


# --- denominators --------------------------------------------------------------------------------
@pytest.mark.parametrize("flag", ["ENRLFL", "TRTFL"])
def test_the_five_states_add_up_to_everybody_at_every_visit(made, flag):
    rows = made["T14.2.8.1"]
    states = numbers(rows, "n", analysis_id=flag, parameter="")
    total = states[states.index.get_level_values("category").isin(STATES)]
    size = numbers(rows, "N", analysis_id=flag, visit="").droplevel(["parameter", "category"])
    for (group, _), n in total.groupby(["group", "visit"]).sum().items():
        assert n == size[group]


def test_completed_and_missing_are_the_denominator_of_the_first_rate(made):
    rows = made["T14.2.8.1"]
    states = numbers(rows, "n", analysis_id="ENRLFL", parameter="").unstack("category")
    expected = states[list(EXPECTED)].sum(axis=1)
    size = numbers(rows, "N", analysis_id="ENRLFL", parameter=OF_EXPECTED).droplevel("category")
    done = numbers(rows, "n", analysis_id="ENRLFL", parameter=OF_EXPECTED).droplevel("category")
    assert (size == expected.reindex(size.index)).all()
    assert (done == states["completed"].reindex(done.index)).all()


def test_the_second_rate_has_a_fixed_denominator(made):
    """All with a baseline form, at every visit; at baseline itself all of them have one."""
    rows = made["T14.2.8.1"]
    size = numbers(rows, "N", analysis_id="ENRLFL", parameter=OF_BASELINE)
    assert (size.groupby("group").nunique() == 1).all()
    adqs, adsl = synthetic()["adqs"], synthetic()["adsl"].set_index("USUBJID")
    forms = adqs[adqs["PARAMCD"].eq("PF") & adqs["AVISIT"].eq("Baseline")]
    with_form = forms.loc[forms["STATE"].eq("completed"), "USUBJID"]
    expected = adsl.loc[with_form, "TRTGRP1"].value_counts()
    assert 0 < len(with_form) < len(adsl)
    for group, number in expected.items():
        assert (size[group] == number).all()
    assert (size["All"] == len(with_form)).all()


def test_both_rates_are_printed_each_in_its_line(made):
    rows = made["T14.2.8.1"]
    table = completion.completion_table(rows, RULES, "")
    lines = {row.label: row.cells for row in table.rows[:8]}
    for name in (OF_EXPECTED, OF_BASELINE):
        place = {"analysis_id": "ENRLFL", "group": "All", "visit": "Baseline", "parameter": name}
        n, size = (numbers(rows, stat, **place).iloc[0] for stat in ("n", "N"))
        assert lines[f"{name}, n/N (%)"][-1].startswith(f"{n:.0f}/{size:.0f} ")


@pytest.mark.parametrize("flag", ["ENRLFL", "TRTFL"])
def test_every_state_is_printed_at_every_visit_and_the_column_adds_up(made, flag):
    table = completion.completion_table(made["T14.2.8.1"], RULES, "", flag)
    labels = list(labels_room.STATE_LABELS.values())
    size = [int(column.sub.removeprefix("N = ")) for column in table.columns]
    visits = [row.label for row in table.rows if row.heading]
    assert visits == forms_and_scores.visit_labels(RULES)
    states = [row for row in table.rows if row.label in labels]
    assert [row.label for row in states] == labels * len(visits)
    for first in range(0, len(states), len(labels)):
        block = states[first : first + len(labels)]
        for place, number in enumerate(size):
            assert sum(int(row.cells[place]) for row in block) == number


def test_summaries_by_hand():
    """Physical function at baseline of the five: 30, 35, 40, 45, 50."""
    rows = scores_by_visit.numbers(small(), RULES)
    place = {"analysis_id": "value", "group": "All", "visit": "Baseline", "parameter": "PF"}
    found = {
        name: numbers(rows, name, **place).iloc[0]
        for name in ("mean", "sd", "median", "q1", "q3", "min", "max", "ci_low", "ci_high")
    }
    # SD sqrt(250 / 4); t(4) = 2.776445
    half = 2.776445 * math.sqrt(62.5 / 5)
    assert found == pytest.approx(
        {
            **{"mean": 40, "sd": math.sqrt(62.5), "median": 40, "q1": 35, "q3": 45, "min": 30},
            **{"max": 50, "ci_low": 40 - half, "ci_high": 40 + half},
        },
        rel=1e-6,
    )


@pytest.mark.parametrize("name", ["T14.2.8.2", "F14.2.8.1", "T14.2.8.3"])
def test_states_of_the_pro_set_add_up(made, name):
    rows = made[name]
    states = numbers(rows, "n", analysis_id="states").groupby(["group", "visit"]).sum()
    size = numbers(rows, "n", analysis_id="patients").droplevel([1, 2, 3])
    assert all(n == size[group] for (group, _), n in states.items())


@pytest.mark.parametrize("name", ["T14.2.8.2", "F14.2.8.1"])
def test_scores_and_missing_scores_add_up_to_the_expected(made, name):
    rows = made[name]
    place = {"analysis_id": "value"}
    n, size, missing = (numbers(rows, s, **place) for s in ("n", "N", "n_missing"))
    assert (n + missing == size).all()
    states = numbers(rows, "n", analysis_id="states").unstack("category")
    expected = states[list(EXPECTED)].sum(axis=1).droplevel("parameter")
    for key, number in size.droplevel("category").items():
        assert number == expected[key[:2]]


def test_responders_add_up_to_the_expected_with_death_beside_them(made):
    rows = made["T14.2.8.3"]
    by_category = numbers(rows, "n", analysis_id="category").unstack("category")
    size = numbers(rows, "N", analysis_id="category").unstack("category")
    assert (by_category[list(CATEGORIES)].sum(axis=1) == size[NO_CHANGE_SCORE]).all()
    states = numbers(rows, "n", analysis_id="states").unstack("category").droplevel("parameter")
    patients = numbers(rows, "n", analysis_id="patients").droplevel([1, 2, 3])
    beside = states[["off_study", "dead", "not_due"]].sum(axis=1)
    for (group, visit, _), expected in size[NO_CHANGE_SCORE].items():
        assert expected + beside[group, visit] == patients[group]


@pytest.mark.parametrize("name", OUTPUTS)
def test_counts_have_their_members_and_no_p_value_is_made(made, name):
    assert members_agree(made[name])
    assert "p_value" not in set(made[name].frame["stat_name"])


# --- change --------------------------------------------------------------------------------------
def small():
    """Five patients of the PRO set with physical function at baseline and Week 8."""
    adsl = frame("""
        | USUBJID | TRTGRP1 | ENRLFL | TRTFL | PROFL |
        | A       | TG      | Y      | Y     | Y     |
        | B       | TG      | Y      | Y     | Y     |
        | C       | OT      | Y      | Y     | Y     |
        | D       | OT      | Y      | Y     | Y     |
        | E       | NT      | Y      |       | Y     |
    """)
    scores = {"A": (30, 36), "B": (40, 41), "C": (50, 44), "D": (35, None), "E": (45, None)}
    week8 = {"D": "dead", "E": "missing"}
    rows = []
    for who, (base, value) in scores.items():
        for paramcd in PARAMETERS:
            kept = paramcd == "PF"
            rows.append((who, paramcd, "Baseline", "completed", base if kept else None, None))
            state = week8.get(who, "completed")
            after = value if kept and state == "completed" else None
            change = after - base if after is not None else None
            rows.append((who, paramcd, "Week 8", state, after, change))
            for window in RULES.visits.windows[1:]:
                rows.append((who, paramcd, window.label, "not_due", None, None))
    names = ["USUBJID", "PARAMCD", "AVISIT", "STATE", "AVAL", "CHG"]
    adqs = pd.DataFrame(rows, columns=names)
    adqs[["AVAL", "CHG"]] = adqs[["AVAL", "CHG"]].astype("float64")
    base = {who: float(pair[0]) for who, pair in scores.items()}
    adqs["BASE"] = adqs["USUBJID"].map(base).where(adqs["PARAMCD"].eq("PF"))
    # the baseline of B is older than 42 days
    old = adqs["USUBJID"].eq("B") & adqs["AVISIT"].eq("Baseline")
    adqs["BLOLDFL"] = pd.Series("Y", index=adqs.index, dtype=object).where(old, None)
    # an old examination is no old form
    ecog = adqs[adqs["USUBJID"].eq("A") & adqs["AVISIT"].eq("Baseline")].iloc[:1]
    adqs = pd.concat([adqs, ecog.assign(PARAMCD="ECOG", BLOLDFL="Y")], ignore_index=True)
    return {"adsl": adsl, "adqs": adqs}


def test_change_with_its_t_interval_by_hand():
    rows = scores_by_visit.numbers(small(), RULES)
    place = {"analysis_id": "change", "group": "All", "visit": "Week 8", "parameter": "PF"}
    # changes 6, 1, -6: mean 1/3, SD sqrt(109/3), t(2) = 4.302653
    half = 4.302653 * math.sqrt(109 / 3) / math.sqrt(3)
    assert numbers(rows, "n", **place).iloc[0] == 3
    assert numbers(rows, "mean", **place).iloc[0] == pytest.approx(1 / 3)
    assert numbers(rows, "ci_low", **place).iloc[0] == pytest.approx(1 / 3 - half, rel=1e-6)
    assert numbers(rows, "ci_high", **place).iloc[0] == pytest.approx(1 / 3 + half, rel=1e-6)


def test_old_baselines_are_counted_and_said():
    rows = scores_by_visit.numbers(small(), RULES)
    found = numbers(rows, "n", analysis_id="old baseline").droplevel([1, 2, 3])
    assert found.to_dict() == {"TG": 1, "TN": 0, "OT": 0, "NT": 0, "All": 1}
    notes = scores_by_visit.scores_table(rows, RULES, "").notes
    assert "Patients with a baseline score more than 42 days before the anchor: 1." in notes


def test_severity_by_hand():
    """Physical function at baseline 30, 35, 40, 45, 50: lower is worse."""
    rows = scores_by_visit.numbers(small(), RULES)
    place = {"analysis_id": "severity", "group": "All", "visit": "Baseline", "parameter": "PF"}
    found = numbers(rows, "n", **place).to_dict()
    assert found == {"within normal limits": 2, "mild": 1, "moderate": 2, "severe": 0}
    assert (numbers(rows, "N", **place) == 5).all()
    html = scores_by_visit.severity_table(rows, RULES, "").html
    assert "symptoms from T = 55, 60, 70" in html


def test_severity_bands_add_up_to_the_scores(made):
    bands = numbers(made["T14.2.8.2"], "n", analysis_id="severity").unstack("category")
    values = numbers(made["T14.2.8.2"], "n", analysis_id="value").droplevel("category")
    assert (bands.sum(axis=1) == values.reindex(bands.index)).all()


def test_responders_by_hand_with_death_not_in_the_denominator():
    rows = responders.numbers(small(), RULES)
    place = {"analysis_id": "category", "group": "All", "visit": "Week 8", "parameter": "PF"}
    found = numbers(rows, "n", **place)
    assert found.to_dict() == {"improved": 1, "stable": 1, "worse": 1, NO_CHANGE_SCORE: 1}
    assert (numbers(rows, "N", **place) == 4).all()
    dead = numbers(rows, "n", analysis_id="states", group="All", visit="Week 8", category="dead")
    assert dead.iloc[0] == 1


def test_the_threshold_is_a_parameter_and_its_label_is_printed():
    rules = plan_rules(promis29={"minimal_difference": {"PF": 1.0}})
    rows = responders.numbers(small(), rules)
    place = {"analysis_id": "category", "group": "All", "visit": "Week 8", "parameter": "PF"}
    assert numbers(rows, "n", **place)["improved"] == 2
    table = responders.responder_table(rows, rules, "All")
    assert any("Yost 2011" in note and "Terwee 2021" in note for note in table.notes)
    assert "Physical function, 1 points" in table.html


# --- model ---------------------------------------------------------------------------------------
def test_the_gate_is_said_and_the_row_stays(made):
    rows = made["T14.2.8.4"].frame
    closed = rows[rows["warning"].str.startswith(model_based_change.GATE)]
    assert len(closed)
    assert closed["stat"].isna().all()
    for row in closed.itertuples():
        found, needed = re.fullmatch(
            r"NE \((\d+) of (\d+) (?:patient|score)s\)", row.stat_text
        ).groups()
        assert int(found) < int(needed)
        assert f": {found} " in row.warning and f"{needed} needed" in row.warning


def test_the_model_is_the_mmrm_of_the_estimates(modelled):
    planned = synthetic()["adqs"]
    pro = synthetic()["adsl"].loc[lambda a: a["PROFL"].eq("Y"), "USUBJID"]
    mean = numbers(
        modelled, "estimate", analysis_id=model_based_change.TOGETHER, group="All", parameter="PF"
    )
    mean = mean.dropna()
    visits = [
        v for v in forms_and_scores.visit_labels(EASY) if v in mean.index.get_level_values("visit")
    ]
    chosen = planned[
        planned["PARAMCD"].eq("PF")
        & planned["STATE"].eq("completed")
        & planned["CHG"].notna()
        & planned["AVISIT"].isin(visits)
        & planned["USUBJID"].isin(pro)
    ]
    data = chosen.assign(G="All", V=pd.Categorical(chosen["AVISIT"], visits, ordered=True))
    expected = mmrm(data, "CHG", "USUBJID", "V", "G", ["BASE"]).means.set_index("visit")["estimate"]
    found = mean.droplevel("category")
    assert len(visits) > 1
    assert found[visits].to_numpy() == pytest.approx(expected[visits].to_numpy(), abs=1e-8)


def test_delta_zero_is_the_model_and_each_delta_moves_it_by_its_share(modelled):
    visit = model_based_change.named_visit(EASY)
    place = {"group": "All", "visit": visit, "parameter": "PF"}
    name = model_based_change.TOGETHER
    share = numbers(modelled, "pct", analysis_id=f"{name}, without a score", **place).iloc[0] / 100
    deltas = numbers(modelled, "estimate", analysis_id=f"{name}, delta", **place)
    mean = numbers(modelled, "estimate", analysis_id=name, **place).iloc[0]
    assert deltas["0"] == pytest.approx(mean)
    for delta in EASY.promis29.tipping_deltas:
        assert deltas[f"{delta:g}"] == pytest.approx(mean + delta * share)


def scored(changes: dict[str, dict[str, list[float | None]]], states=None) -> dict:
    """PRO data of one domain (PF): group -> visit -> a change of each patient, None = missing."""
    patients, rows = [], []
    for group, visits in changes.items():
        size = max(len(values) for values in visits.values())
        for number in range(size):
            who = f"{group}{number:02d}"
            patients.append((who, group))
            for window in RULES.visits.windows:
                values = visits.get(window.label, [])
                value = values[number] if number < len(values) else None
                state = "completed" if value is not None else "missing"
                if window.label not in visits:
                    state = "not_due"
                state = (states or {}).get((who, window.label), state)
                base = 40.0 + number % 7
                after = np.nan if value is None else base + value
                rows.append((who, "PF", window.label, state, after, base, after - base))
    names = ["USUBJID", "PARAMCD", "AVISIT", "STATE", "AVAL", "BASE", "CHG"]
    adsl = pd.DataFrame(patients, columns=["USUBJID", "TRTGRP1"]).assign(PROFL="Y")
    return {"adsl": adsl, "adqs": pd.DataFrame(rows, columns=names)}


def noise(n: int, shift: float = 0.0, seed: int = 1) -> list[float]:
    return list(np.round(np.random.default_rng(seed).normal(shift, 3, n), 1))


def estimate(rows, analysis, group, visit):
    place = {"analysis_id": analysis, "group": group, "visit": visit, "parameter": "PF"}
    return numbers(rows, "estimate", **place)


W8, W16 = "Week 8", "Week 16"


@pytest.mark.parametrize(
    ("week_8", "week_16", "modelled_visits", "why"),
    [
        (20, 20, [W8, W16], "20 patients with 2 scores, 20 scores at each visit"),
        (20, 19, [], "19 patients with 2 scores"),
        (40, 19, [], "19 patients with 2 scores, however many with one"),
        (19, 19, [], "neither"),
    ],
)
def test_gate_of_patients_and_visits(week_8, week_16, modelled_visits, why):
    data = scored({"TG": {W8: noise(week_8), W16: noise(week_16, seed=2)}})
    rows = model_based_change.numbers(data, RULES)
    for visit in (W8, W16):
        found = estimate(rows, model_based_change.TOGETHER, "All", visit)
        assert found.notna().any() == (visit in modelled_visits), why
    enough = numbers(
        rows, "n", analysis_id=f"{model_based_change.TOGETHER}, gate", group="All", parameter="PF"
    )
    assert enough.iloc[0] == min(week_8, week_16)


def test_a_group_that_passes_the_gate_is_not_told_that_it_fails():
    """25 patients of each group have two scores; Week 8 is the only visit of both."""
    guided = {W8: noise(25), W16: noise(25, seed=2)}
    other = {W8: noise(25, seed=4), "Week 48": noise(25, seed=5)}
    rows = model_based_change.numbers(scored({"TG": guided, "OT": other}), RULES)
    mine = rows.frame.query("parameter == 'PF' and analysis_id == 'by group'")
    said = mine.set_index(["group", "visit"]).sort_index()
    for group in ("TG", "OT"):
        assert estimate(rows, model_based_change.BY_GROUP, group, W8).notna().all()
        for visit, lacking in ((W16, "Other therapy"), ("Week 48", "Guided")):
            found = said.loc[(group, visit)]
            assert found["stat_text"].tolist() == ["NE"]
            assert found["warning"].tolist() == [f"no score of {lacking} at the visit"]


@pytest.mark.parametrize(
    ("others_at_week_16", "text"),
    [(0, "NE (15 of 20 scores)"), (4, "NE (19 of 20 scores)"), (5, "")],
)
def test_the_minimum_of_a_visit_is_of_the_modelled_groups_together(others_at_week_16, text):
    """Guided have 15 scores at Week 16; other therapy passes with its scores of Weeks 8 and 24."""
    guided = {W8: noise(25), W16: noise(15, seed=2), "Week 24": noise(25, seed=3)}
    other = {
        W8: noise(25, seed=4),
        W16: noise(others_at_week_16, seed=5),
        "Week 24": noise(25, seed=6),
    }
    rows = model_based_change.numbers(scored({"TG": guided, "OT": other}), RULES)
    place = "parameter == 'PF' and analysis_id == 'by group' and visit == 'Week 16'"
    found = rows.frame.query(f"{place} and stat_name == 'estimate'")
    assert set(found["stat_text"]) == {text} or (not text and found["stat"].notna().all())


def test_the_model_of_all_patients_has_no_group():
    data = scored(
        {
            "TG": {W8: noise(25), W16: noise(25, seed=2)},
            "OT": {W8: noise(25, seed=3), W16: noise(25, seed=4)},
        }
    )
    methods = (
        model_based_change.numbers(data, RULES).frame.groupby("analysis_id")["method"].unique()
    )
    assert all("group" not in method for method in methods[model_based_change.TOGETHER] if method)
    assert any("group x visit" in method for method in methods[model_based_change.BY_GROUP])


def test_a_small_group_takes_no_visit_from_the_others():
    guided = {W8: noise(25), W16: noise(25, seed=2)}
    rows = model_based_change.numbers(
        scored({"TG": guided, "TN": {W8: noise(3, seed=6)}, "OT": guided}), RULES
    )
    for group, found in (("TG", True), ("OT", True), ("TN", False)):
        assert estimate(rows, model_based_change.BY_GROUP, group, W16).notna().any() == found


def test_every_visit_of_a_modelled_group_keeps_its_row_with_a_reason():
    data = scored({"TG": {W8: noise(30), W16: noise(30, seed=2), "Week 24": noise(5, seed=3)}})
    frame = model_based_change.numbers(data, RULES).frame
    rows = frame[
        frame["analysis_id"].eq(model_based_change.TOGETHER)
        & frame["parameter"].eq("PF")
        & frame["stat_name"].eq("estimate")
    ].set_index("visit")
    assert list(rows.index[rows["stat"].notna()]) == [W8, W16]
    assert set(rows.index) == {window.label for window in RULES.visits.windows}
    assert rows.loc["Week 24", "warning"].startswith(
        f"{model_based_change.GATE}: 5 scores at the visit"
    )


def test_the_reference_is_other_therapy_and_guided_stands_first():
    """Guided gain 2 points, others lose 2: the difference is guided minus other."""
    data = scored(
        {
            "TG": {W8: noise(25, 2), W16: noise(25, 2, 2)},
            "OT": {W8: noise(25, -2, 3), W16: noise(25, -2, 4)},
        }
    )
    rows = model_based_change.numbers(data, RULES)
    found = numbers(
        rows, "estimate", analysis_id=f"{model_based_change.BY_GROUP}, difference", parameter="PF"
    )
    assert set(found.index.get_level_values("group")) == {"TG - OT"}
    assert (found > 2).all()


def test_without_a_score_are_the_missing_and_those_off_study_never_the_dead():
    week_16 = [*noise(24, seed=2), None, None, None, None]
    states = {
        ("TG24", W16): "missing",
        ("TG25", W16): "off_study",
        ("TG26", W16): "dead",
        ("TG27", W16): "not_due",
    }
    rows = model_based_change.numbers(scored({"TG": {W8: noise(28), W16: week_16}}, states), RULES)
    place = {"analysis_id": f"{model_based_change.TOGETHER}, without a score", "parameter": "PF"}
    assert numbers(rows, "n", **place).iloc[0] == 2
    assert numbers(rows, "N", **place).iloc[0] == 26
    who = rows.members[rows.members["analysis_id"].eq(place["analysis_id"])]["USUBJID"]
    assert set(who) == {"TG24", "TG25"}


@pytest.mark.parametrize(
    ("paramcd", "gain", "conclusion", "tip"),
    [
        # a quarter of 40 without a score; 3.0 points better, limits 1.9 to 4.1: a share of 0.25
        # times -8 moves them to -0.1 and 2.1, and -6 to 0.4 and 2.6
        ("PF", 3.0, "improved", -8),
        # fatigue: less is better, and worse by 8 points means 8 points more
        ("FAT", -3.0, "improved", -8),
        ("PF", 0.0, "not clear", -5),
        ("PF", -3.0, "worse", None),
    ],
)
def test_the_tipping_point_is_the_first_delta_with_a_worse_conclusion(
    paramcd, gain, conclusion, tip
):
    """The mean, its standard error and df are given; the share is a quarter of the alive."""
    who = [f"P{number}" for number in range(40)]
    at = pd.DataFrame(
        {
            "USUBJID": who,
            "GROUP": "All",
            "AVISIT": W16,
            "STATE": ["completed"] * 30 + ["missing"] * 10,
            "CHG": [1.0] * 30 + [np.nan] * 10,
        }
    )
    rows = EstimateRows("T14.2.8.4", "PROFL")
    chosen = model_based_change._Model(model_based_change.TOGETHER, paramcd, at, ["All"], [W16])
    mean = {"group": "All", "estimate": gain, "std_error": 0.5612, "df": 1e9}
    model_based_change._tipping_point(rows, chosen, mean, RULES)
    frame = rows.frame
    found = frame[frame["analysis_id"].eq(f"{model_based_change.TOGETHER}, tipping point")].iloc[0]
    assert found["category"] == conclusion
    assert pd.isna(found["stat"]) if tip is None else found["stat"] == tip


@pytest.mark.parametrize(
    ("low", "high", "better", "expected"),
    [(0.1, 2, 1, 1), (-1, 1, 1, 0), (-2, -0.1, 1, -1), (0.1, 2, -1, -1), (-2, -0.1, -1, 1)],
)
def test_conclusion_of_an_interval(low, high, better, expected):
    assert model_based_change.conclusion(low, high, better) == expected


def test_delta_adjustment_by_hand():
    mean = {"estimate": 2.0, "std_error": 0.5, "df": np.inf}
    # a quarter without a score, each 4 points worse: the mean moves by one point
    middle, low, high = model_based_change.delta_adjusted({**mean, "df": 1e9}, 0.25, -4, 1, 0.95)
    assert (middle, low, high) == pytest.approx((1.0, 0.020018, 1.979982), abs=1e-5)
    worse = model_based_change.delta_adjusted({**mean, "df": 1e9}, 0.25, -4, -1, 0.95)
    assert worse[0] == pytest.approx(3.0)


# --- edges ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", OUTPUTS)
def test_nobody_and_an_empty_group_are_shown(name):
    for data in (nobody(), without("TN")):
        rows = OUTPUTS[name](data, RULES)
        assert (rows.frame["stat"].map(math.isfinite) | rows.frame["warning"].ne("")).all()
        for made in module_of(rows.output_id).show(rows, RULES):
            assert getattr(made, "html", None) or made.alt


def test_listing_of_forms():
    listing = scores_room.numbers(synthetic(), RULES).frame
    forms = synthetic()["adqs"]
    pro = synthetic()["adsl"].loc[lambda a: a["PROFL"].eq("Y"), "USUBJID"]
    mine = forms[forms["USUBJID"].isin(pro) & forms["PARAMCD"].eq("PF")]
    assert listing["ADT"].notna().sum() == mine["ADT"].notna().sum()
    assert listing.loc[listing["ADT"].isna(), "STATE"].isin(["missing", "dead", "off_study"]).all()
    first = listing[listing["PF"].notna()].iloc[0]
    html = scores_room.score_table(listing).html
    assert f"{first['PFRAW']}: {first['PF']:.1f}" in html
    assert (
        "None at this cut" in scores_room.show(scores_room.numbers(nobody(), RULES), RULES)[0].html
    )


# --- an incomplete form hides no complete one ----------------------------------------------------
def drawn_adqs():
    """P1: complete forms on days -10, 57, 114; on days -3 and 113 one item of PF is missing."""
    adsl = pd.DataFrame(
        {"USUBJID": ["P1"], "TRTGRP1": "TG", "PROFL": "Y", "TRTSDT": pd.Timestamp("2023-01-01")}
    )
    adsl = adsl.assign(ANCHORDT=adsl["TRTSDT"], DCUTDT=pd.Timestamp("2023-11-30"))
    adsl = adsl.assign(CONSDT=pd.Timestamp("2022-10-01"), EOFDT=pd.Timestamp("2024-01-31"))
    for name in ("MTBDT", "ENRLDT", "DTHDT", "WITHDT", "LOSTDT", "COMPDT"):
        adsl[name] = pd.Series(pd.NaT, index=adsl.index, dtype="datetime64[ns]")
    days = ("2022-12-22", "2022-12-29", "2023-02-26", "2023-04-23", "2023-04-24")
    forms = [
        {"patient_id": "P1", "completion_date": date} | dict.fromkeys(ITEMS, "3") for date in days
    ]
    for number, value in enumerate("21535"):
        forms[number] |= dict.fromkeys(items_of("PF"), value)
    for number in (1, 3):
        forms[number][items_of("PF")[0]] = None
    raw_forms = raw_frame("promis29", forms)
    return {"adsl": adsl, "adqs": build_adqs(raw_forms, raw_frame("ecog", []), adsl, RULES)}


def test_every_table_takes_each_score_from_the_form_that_has_it():
    """PF: 31.9 on day -10 (answers 2), 57.0 on days 57 and 114 (answers 5): +25.1, improved."""
    data = drawn_adqs()
    place = {"group": "All", "visit": "Week 16", "parameter": "PF"}
    described = scores_by_visit.numbers(data, RULES)
    assert numbers(described, "mean", analysis_id="value", **place).iloc[0] == pytest.approx(57.0)
    assert numbers(described, "mean", analysis_id="change", **place).iloc[0] == pytest.approx(25.1)
    drawn = mean_scores.numbers(data, RULES)
    assert numbers(drawn, "mean", analysis_id="value", **place).iloc[0] == pytest.approx(57.0)
    responded = responders.numbers(data, RULES)
    improved = numbers(responded, "n", analysis_id="category", **place)
    assert improved["improved"] == 1
    assert improved.drop("improved").eq(0).all()
    gates = plan_rules(
        promis29={"model_min_subjects": 1, "model_min_post_baseline": 2, "model_min_per_visit": 1}
    )
    gate = numbers(model_based_change.numbers(data, gates), "n", analysis_id="all patients, gate")
    assert gate.xs("PF", level="parameter").iloc[0] == 1  # scores at Week 8 and Week 16


def test_the_listing_puts_in_brackets_what_another_form_of_the_visit_gives():
    table = scores_room.show(scores_room.numbers(drawn_adqs(), RULES), RULES)[0]
    columns = [column.label for column in table.columns]
    place = {name: columns.index(name) for name in ("Visit", "Day", "State", "Physical function")}
    found = [tuple(row.cells[place[name]] for name in place) for row in table.rows[:5]]
    assert found == [
        ("Baseline", "-10", "Completed", "8: 31.9"),
        ("Baseline", "-3", "Completed", ""),
        ("Week 8", "57", "Completed", "20: 57.0"),
        ("Week 16", "113", "Completed", ""),
        ("Week 16", "114", "Completed", "20: 57.0"),
    ]
    fatigue = [row.cells[columns.index("Fatigue")] for row in table.rows[:5]]
    score = fatigue[1]
    assert fatigue == [f"({score})", score, score, score, f"({score})"]


def test_the_figure_has_words_and_data(made):
    figure = mean_scores.scores_figure(made["F14.2.8.1"], RULES)
    assert figure.alt.startswith("Mean PROMIS-29 scores by visit")
    assert {"parameter", "group", "visit", "n", "mean", "ci_low", "ci_high"} <= set(figure.data)
