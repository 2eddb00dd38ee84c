"""No interval where the method has none; one time for each restricted mean; medians on a flat.

The rules are those of the plan's amendments A2 and A20; the expected numbers are worked by hand.
"""

# ruff: noqa: E501 - a table reads best with a row on a line

from __future__ import annotations

import ast
import math
import re

import pandas as pd
import pytest

from analysis.displays.time_to_event import survival_table
from analysis.estimates.rows import Cell
from analysis.estimates.survival import kaplan_meier
from analysis.outputs.best_response.duration_of_response import numbers as duration_of_response
from analysis.outputs.disposition.exposure import numbers as exposure
from analysis.outputs.disposition.follow_up_maturity import numbers as follow_up_maturity
from analysis.outputs.disposition.turnaround_times import numbers as turnaround_times
from analysis.outputs.disposition.turnaround_times import turnaround_table
from analysis.outputs.guided_therapy.cumulative_incidence import (
    numbers as guided_cumulative_incidence,
)
from analysis.outputs.overall_survival.by_origin import numbers as overall_survival_by_origin
from analysis.outputs.overall_survival.kaplan_meier_curves import numbers as os_curves
from analysis.outputs.overall_survival.summary import numbers as overall_survival
from analysis.outputs.performance_status.change_of_status import numbers as change_of_status
from analysis.outputs.progression_free_survival.pfs_ratio import numbers as progression_free_ratio
from analysis.outputs.progression_free_survival.summary import numbers as progression_free_survival
from analysis.outputs.quality_of_life.mean_scores import numbers as mean_scores
from analysis.outputs.quality_of_life.time_to_deterioration import numbers as time_to_deterioration
from analysis.tabulation.estimable import EXACT, MIDDLE
from analysis.tabulation.time_to_event import restriction_months
from schemas.terminology import ADTTE_PARAMCD
from tests.outputs.derived_study import simulated
from tests.outputs.known_days import known_from_the_start
from tests.study_folder import PROJECT
from tests.tables import plan_rules

RULES = plan_rules()
MONTH = RULES.estimation.month_days
NAN = float("nan")


def times(paramcd: str, days: list[float], event: list[int], group: str = "TG") -> dict:
    """Patients of one group with one time each: event 1, censored 0, 2 and more a competing event."""
    who = [f"{group}{place:03d}" for place in range(len(days))]
    adsl = pd.DataFrame({"USUBJID": who, "TRTGRP1": group})
    for flag in ("ENRLFL", "TRTFL", "SAFFL", "MTBFL"):
        adsl[flag] = "Y"
    adtte = pd.DataFrame(
        {
            "USUBJID": who,
            "PARAMCD": paramcd,
            "AVAL": days,
            "CNSR": [0 if e == 1 else 1 for e in event],
            "EVTCAUSE": event,
        }
    )
    return known_from_the_start({"adsl": adsl, "adtte": adtte})


def three(rows, cell: Cell, first: str = "estimate") -> list[float]:
    return [rows.value(cell, name) for name in (first, "ci_low", "ci_high")]


def reasons(rows, cell: Cell) -> set[str]:
    at = rows.frame
    for name in ("analysis_id", "group", "visit", "parameter", "category"):
        at = at[at[name].eq(getattr(cell, name))]
    return set(at.loc[at["stat"].isna(), "warning"])


# --- rates ---------------------------------------------------------------------------------------
def survival_at(days, event, month="3 months", rules=RULES):
    rows = overall_survival(times("OS", days, event), rules)
    return rows, Cell("OS", "TG", "", "Survival", month)


def test_no_death_among_forty_has_no_greenwood_limits_and_an_exact_one():
    rows, cell = survival_at([200] * 40, [0] * 40)
    assert three(rows, cell) == pytest.approx([1, NAN, NAN], nan_ok=True)
    assert reasons(rows, cell) == {"no event yet"}
    exact = Cell(f"OS{EXACT}", "TG", "", "Survival", "3 months")
    # nobody of 40: survival below 0.025 ** (1 / 40) would have let all live in fewer than 2.5%
    assert rows.value(exact, "ci_low") == pytest.approx(0.911903, abs=1e-6)
    assert rows.value(exact, "ci_low") ** 40 == pytest.approx(0.025, rel=1e-12)


def test_the_exact_limit_rests_on_those_still_at_risk():
    """Thirty of forty left before three months: ten are still at risk."""
    rows, cell = survival_at([50] * 30 + [200] * 10, [0] * 40)
    exact = Cell(f"OS{EXACT}", *(cell.group, cell.visit, cell.parameter, cell.category))
    assert rows.value(cell, "n_at_risk") == 10
    assert rows.value(exact, "ci_low") == pytest.approx(0.025 ** (1 / 10), rel=1e-12)


def test_the_exact_limit_has_the_level_of_the_plan():
    rules = plan_rules(estimation={"conf_level": 0.9})
    rows, cell = survival_at([200] * 40, [0] * 40, rules=rules)
    exact = Cell(f"OS{EXACT}", *(cell.group, cell.visit, cell.parameter, cell.category))
    assert rows.value(exact, "ci_low") == pytest.approx(0.05 ** (1 / 40), rel=1e-12)
    assert "exact one-sided 95% limit" in survival_table(rows, rules, "OS").html


@pytest.mark.parametrize(
    ("days", "event", "estimate", "why", "exact"),
    [
        ([200] * 8, [0] * 8, 1.0, "no event yet", True),
        ([200] * 8, [1] * 8, 1.0, "no event yet", True),  # all die later
        ([50] * 8, [0] * 8, NAN, "beyond the last observation", False),
        ([50] * 7 + [200], [1] * 7 + [0], 1 / 8, None, False),
        ([50] * 8 + [91.3125], [1] * 9, 0.0, "everybody still followed had the event", False),
    ],
)
def test_limits_of_a_survival_rate(days, event, estimate, why, exact):
    rows, cell = survival_at(days, event)
    found = three(rows, cell)
    assert found[0] == pytest.approx(estimate, nan_ok=True)
    assert all(math.isnan(limit) for limit in found[1:]) == (why is not None)
    assert reasons(rows, cell) == ({why} if why else set())
    assert rows.frame["analysis_id"].eq(f"OS{EXACT}").any() == exact


def test_the_estimator_keeps_one_and_one_as_r_has_it():
    fit = kaplan_meier([200] * 40, [0] * 40).at([91]).iloc[0]
    assert (fit["ci_low"], fit["ci_high"]) == (1, 1)


@pytest.mark.parametrize(
    ("days", "cause", "estimate", "why", "exact"),
    [
        ([200] * 20, [0] * 20, 0.0, "no event yet", 1 - 0.025 ** (1 / 20)),
        # ten have died before: ten are still at risk of the event
        ([10] * 10 + [200] * 10, [2] * 10 + [0] * 10, 0.0, "no event yet", 1 - 0.025 ** (1 / 10)),
        ([10] * 10 + [200] * 10, [1] * 10 + [0] * 10, 0.5, None, None),
        ([20] * 20, [0] * 20, NAN, "beyond the last day of observation", None),
    ],
)
def test_limits_of_a_cumulative_incidence(days, cause, estimate, why, exact):
    rows = guided_cumulative_incidence(times("TTGUID", days, cause), RULES)
    cell = Cell("at landmark", visit="Week 4", parameter="guided")
    found = three(rows, cell)
    assert found[0] == pytest.approx(estimate, nan_ok=True)
    assert all(math.isnan(limit) for limit in found[1:]) == (why is not None)
    assert reasons(rows, cell) == ({why} if why else set())
    beside = Cell(f"at landmark{EXACT}", visit="Week 4", parameter="guided")
    if exact is None:
        with pytest.raises(KeyError):
            rows.value(beside, "ci_high")
    else:
        assert rows.value(beside, "ci_high") == pytest.approx(exact, rel=1e-12)


def test_a_step_that_all_have_reached_has_no_limits_in_one_form():
    rows = turnaround_times(times("TCONBIO", [3, 4, 5, 6, 7], [1] * 5), RULES)
    cell = Cell("TCONBIO", visit="Week 4", parameter="By week")
    assert three(rows, cell) == pytest.approx([1, NAN, NAN], nan_ok=True)
    assert reasons(rows, cell) == {"everybody still followed had the event"}
    table = turnaround_table(rows, RULES)
    week = next(row for row in table.rows if row.label == "Week 4")
    assert week.cells == ("100.0 (NE, NE)‡", "NE", "NE", "NE", "NE")


def test_a_curve_has_no_limits_before_its_first_event():
    rows = os_curves(times("OS", [10, 20, 30], [0, 1, 0]), RULES)
    on = {day: three(rows, Cell("OS", "TG", day, "Curve")) for day in ("Day 0010", "Day 0020")}
    assert on["Day 0010"] == pytest.approx([1, NAN, NAN], nan_ok=True)
    assert not any(map(math.isnan, on["Day 0020"]))


def test_rates_with_few_at_risk_carry_the_mark_the_curve_obeys():
    """Five are still followed at 3 months, four at 6, none at 9."""
    rows = overall_survival(times("OS", [80, 100, 200, 210, 220, 230], [1, 0, 0, 0, 0, 0]), RULES)
    table = survival_table(rows, RULES, "OS")
    rates = {row.label: row.cells[0] for row in table.rows if row.indent == 1}
    assert rates["3 months"].endswith(") [5]")
    assert rates["6 months"].endswith(")‡ [4]")
    assert rates["9 months"] == "NE [0]"
    assert "‡: fewer than 5 still at risk; curves are not drawn there." in table.notes
    marked = rows.frame[rows.frame["warning"].eq("fewer than 5 at risk")]
    assert set(marked["category"]) == {"6 months"}
    public = plan_rules(display={"profile": "public"})
    rows = overall_survival(times("OS", [200] * 9, [0] * 9), public)
    assert "[9]" in survival_table(rows, public, "OS").html
    assert "100.0 (NE, NE)‡ [9]" in survival_table(rows, public, "OS").html


# --- restricted means ----------------------------------------------------------------------------
@pytest.mark.parametrize("paramcd", ADTTE_PARAMCD)
def test_the_restricted_mean_of_a_parameter_is_that_of_its_family(paramcd):
    family = {"PFS": 6, "OS": 12, "DOR": 6}
    expected = next((m for name, m in family.items() if paramcd.startswith(name)), None)
    assert restriction_months(paramcd, RULES) == expected
    assert (expected is None) == (not re.match("PFS|OS|DOR", paramcd))


@pytest.mark.parametrize(
    ("days", "event", "mean", "text"),
    [
        # four die on day 100, four live past 12 months: 4/8 x 100 + 4/8 x 365.25
        ([100] * 4 + [400] * 4, [1] * 4 + [0] * 4, 232.625, ""),
        ([100] * 2 + [400] * 2, [1] * 2 + [0] * 2, NAN, "NE, fewer than 5 patients"),
        (
            [100] * 4 + [300] * 4,
            [1] * 4 + [0] * 4,
            NAN,
            "NE, the curve ends above 0 before 12 months",
        ),
        ([100] * 4 + [300] * 4, [1] * 8, 200, ""),  # ends at 0: nothing is left to know
        ([], [], NAN, "NE"),
    ],
)
def test_a_restricted_mean_needs_patients_and_a_curve_that_gets_there(days, event, mean, text):
    rows = overall_survival(times("OS", days, event), RULES)
    cell = Cell("OS", "TG", "", "RMST")
    assert rows.value(cell, "estimate") == pytest.approx(mean, nan_ok=True)
    at = rows.frame[rows.frame["parameter"].eq("RMST") & rows.frame["group"].eq("TG")]
    assert set(at["stat_text"]) == {text}
    if text:
        printed = survival_table(rows, RULES, "OS")
        line = next(row for row in printed.rows if row.label.startswith("RMST to 12 months"))
        assert line.cells[0] == text


@pytest.mark.parametrize(
    ("days", "event", "mean"),
    [([400] * 6, [0] * 6, 365.25), ([150] * 6, [1] * 6, 150)],  # no event; all on one day
)
def test_a_restricted_mean_without_variation_has_no_limits(days, event, mean):
    rows = overall_survival(times("OS", days, event), RULES)
    cell = Cell("OS", "TG", "", "RMST")
    assert three(rows, cell) == pytest.approx([mean, NAN, NAN], nan_ok=True)
    assert math.isnan(rows.value(cell, "se"))
    assert reasons(rows, cell) == {"no variation: the variance is 0"}


def means(rows) -> pd.DataFrame:
    frame = rows.frame[rows.frame["parameter"].eq("RMST") & rows.frame["stat_name"].eq("estimate")]
    return frame.assign(output=rows.output_id)


@pytest.mark.parametrize("cut", ["DC01", "DC04"])
def test_one_time_per_endpoint_in_every_output_and_the_same_mean_for_the_same_patients(cut):
    data = simulated(cut)
    made = [
        means(make(data, RULES))
        for make in (
            overall_survival,
            progression_free_survival,
            overall_survival_by_origin,
            follow_up_maturity,
        )
    ]
    found = pd.concat(made)
    days = found["method"].str.extract(r"restricted at ([\d.]+) days")[0].astype(float)
    months = found["analysis_id"].str[:2].map({"PF": 6, "OS": 12})
    assert (days == months * MONTH).all()
    same = found[found["analysis_id"].isin(["OS", "PFS"])].groupby(["analysis_id", "group"])
    assert (same["stat"].nunique(dropna=False) == 1).all() and (same.size() >= 1).all()
    assert same.size()["OS", "All"] == 3


def test_time_to_response_has_no_restricted_mean():
    rows = duration_of_response(times("TTR", list(range(20, 32)), [1] * 12), RULES).frame
    assert not (rows["analysis_id"].eq("TTR") & rows["parameter"].eq("RMST")).any()
    assert (rows["analysis_id"].eq("DOR") & rows["parameter"].eq("RMST")).any()


# --- means without variation -----------------------------------------------------------------------
def test_the_mean_of_equal_scores_has_no_limits():
    """Three scores of 41.8, whose standard deviation is dust of floating point."""
    who = ["P1", "P2", "P3"]
    adsl = pd.DataFrame({"USUBJID": who, "TRTGRP1": "TG", "PROFL": "Y"})
    adqs = pd.DataFrame(
        {
            "USUBJID": who,
            "PARAMCD": "PF",
            "AVISIT": "Week 8",
            "STATE": "completed",
            "AVAL": [41.8, 41.8, 41.8],
            "BASE": [40.1, 40.1, 40.1],
            "CHG": [1.7, 1.7, 1.7],
        }
    )
    rows = mean_scores({"adsl": adsl, "adqs": adqs}, RULES)
    cell = Cell("value", "TG", "Week 8", "PF")
    assert three(rows, cell, "mean") == pytest.approx([41.8, NAN, NAN], nan_ok=True)
    assert reasons(rows, cell) == {"no variation: the variance is 0"}


def test_the_mean_change_of_equal_changes_has_no_limits():
    """All who were seen at week 8 are one grade worse than at baseline."""
    who = ["P1", "P2", "P3"]
    adsl = pd.DataFrame({"USUBJID": who, "TRTGRP1": "TG", "TRTFL": "Y"})
    adqs = pd.DataFrame(
        {
            "USUBJID": who,
            "PARAMCD": "ECOG",
            "AVISIT": "Week 8",
            "STATE": "completed",
            "AVAL": [1.0, 2.0, 2.0],
            "BASE": [0.0, 1.0, 1.0],
            "CHG": [1.0, 1.0, 1.0],
        }
    )
    rows = change_of_status({"adsl": adsl, "adqs": adqs}, RULES)
    cell = Cell("mean change", "TG", "Week 8")
    assert three(rows, cell, "mean") == pytest.approx([1, NAN, NAN], nan_ok=True)
    assert reasons(rows, cell) == {"no variation: the variance is 0"}


# --- medians on a flat -----------------------------------------------------------------------------
FLAT = ([1, 2, 3, 1000], [1, 1, 0, 0])  # survival 0.5 from day 2 to the last censoring


def test_a_median_on_a_flat_to_the_end_is_its_first_day_and_the_note_has_the_middle():
    days, event = FLAT
    assert kaplan_meier(days, event).median()[0] == 501  # R
    rows = overall_survival(times("OS", days, event), RULES)
    assert rows.value(Cell("OS", "TG", "", "Median"), "median") == 2
    assert rows.value(Cell(f"OS{MIDDLE}", "TG", "", "Median"), "median") == 501
    notes = survival_table(rows, RULES, "OS").notes
    said = "OS, Median, Guided: the curve is flat at this height to its end, and the value printed is the first time there; R's middle of the flat is 16.5 months."
    assert said in notes


@pytest.mark.parametrize("last", [4, 100, 1000, 100_000])
def test_it_does_not_grow_while_one_censored_patient_lives(last):
    rows = overall_survival(times("OS", [1, 2, 3, last], [1, 1, 0, 0]), RULES)
    assert rows.value(Cell("OS", "TG", "", "Median"), "median") == 2


def test_elsewhere_the_middle_of_the_flat_stays():
    """Survival is 0.5 from day 2 to the death on day 10: the middle is 6, in R as here."""
    rows = overall_survival(times("OS", [1, 2, 3, 10], [1, 1, 0, 1]), RULES)
    assert rows.value(Cell("OS", "TG", "", "Median"), "median") == 6
    beside = rows.frame[rows.frame["analysis_id"].str.endswith(MIDDLE)]
    assert set(beside["parameter"]) == {"Follow-up"}  # the reverse curve does end on its flat


def test_the_follow_up_obeys_the_same_rule():
    """Censoring is the event of the reverse curve: 0.5 from day 2 on, the last patient dies."""
    rows = overall_survival(times("OS", [1, 2, 3, 1000], [0, 0, 1, 1]), RULES)
    assert rows.value(Cell("OS", "TG", "", "Follow-up"), "median") == 2
    assert rows.value(Cell(f"OS{MIDDLE}", "TG", "", "Follow-up"), "median") == 501


def test_quantiles_of_a_cumulative_incidence_obey_the_same_rule():
    """A quarter had it on day 5, and nobody since: R says the middle of day 5 and day 405."""
    rows = turnaround_times(times("TCONBIO", [5, 405, 405, 405], [1, 0, 0, 0]), RULES)
    place = {"parameter": "Aalen-Johansen", "category": "Quarter"}
    assert rows.value(Cell("TCONBIO", **place), "median") == 5
    assert rows.value(Cell(f"TCONBIO{MIDDLE}", **place), "median") == 205
    assert any("205 days" in note for note in turnaround_table(rows, RULES).notes)


def test_a_median_that_falls_from_all_to_none_has_no_limits():
    rows = overall_survival(times("OS", [7] * 6, [1] * 6), RULES)
    cell = Cell("OS", "TG", "", "Median")
    assert three(rows, cell, "median") == pytest.approx([7, NAN, NAN], nan_ok=True)
    assert "7" not in reasons(rows, cell)
    at = rows.frame[rows.frame["parameter"].eq("Median") & rows.frame["group"].eq("TG")]
    assert list(at["stat_text"]) == ["", "NE", "NE"]


# --- the kind ------------------------------------------------------------------------------------
def test_no_output_asks_an_estimator_for_a_quantile_of_its_own():
    """Medians come from one function; `.median()` of an estimator is R's, flats to the end included."""
    asking = []
    for path in sorted((PROJECT / "src" / "analysis" / "outputs").glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        imported = {
            alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            and (node.module or "").startswith("analysis.estimates")
            for alias in node.names
        }
        curves = imported & {"kaplan_meier", "reverse_kaplan_meier", "cumulative_incidence"}
        calls = {
            node.func.attr
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and ast.unparse(node.func.value) != "np"
        }
        if curves and calls & {"median", "quantile"} and path.stem != "estimable":
            asking.append(path.stem)
    assert asking == []


@pytest.mark.parametrize("cut", ["DC01", "DC04"])
@pytest.mark.parametrize(
    "make",
    [overall_survival, progression_free_survival, turnaround_times, time_to_deterioration, progression_free_ratio, exposure],
)  # fmt: skip
def test_no_interval_has_no_width(cut, make):
    frame = make(simulated(cut), RULES).frame
    key = ["analysis_id", "group", "visit", "parameter", "category"]
    wide = frame[frame["stat_name"].isin(["ci_low", "ci_high"])]
    wide = wide.pivot(index=key, columns="stat_name", values="stat")
    assert not (wide["ci_low"] == wide["ci_high"]).any()
