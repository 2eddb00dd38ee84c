"""Outputs of the first sections: denominators add up, members agree, nobody gives no crash.

T14.1.1, T14.1.2, T14.1.3, T14.2.1.1, T14.2.1.2, T14.2.2.1, T14.2.2.2 and F14.2.2.1 of eight
patients (small_study.py), with the numbers counted by hand.
"""

# ruff: noqa: E501 - a table reads best with a row on a line

import math
import statistics

import pandas as pd
import pytest

from analysis.displays.lookup import Numbers
from analysis.endpoints.response_at_visit import STATUSES
from analysis.estimates.rows import CELL, Cell, EstimateRows
from analysis.outputs.catalogue import module_of
from analysis.outputs.disposition.analysis_sets import SETS
from analysis.outputs.disposition.analysis_sets import numbers as analysis_sets
from analysis.outputs.disposition.baseline_characteristics import (
    numbers as baseline_characteristics,
)
from analysis.outputs.disposition.mtb_funnel import numbers as mtb_funnel
from analysis.outputs.disposition.patient_flow import numbers as patient_flow
from analysis.outputs.guided_therapy.conditional_proportions import (
    numbers as conditional_guided_proportions,
)
from analysis.outputs.guided_therapy.cumulative_incidence import (
    guided_incidence_figure,
)
from analysis.outputs.guided_therapy.cumulative_incidence import (
    numbers as guided_cumulative_incidence,
)
from analysis.outputs.guided_therapy.proportion_guided import numbers as guided_proportion
from analysis.outputs.response.confirmed_response_rate import best_response_table
from analysis.outputs.response.confirmed_response_rate import numbers as best_response
from analysis.outputs.response.counted_assessments import driving_responses
from analysis.outputs.response.response_at_each_visit import numbers as objective_response_by_visit
from analysis.outputs.response.sensitivity_grid import (
    ALSO_OPEN,
    CHANGES,
    NEAREST_ONLY,
    STATUS_CHANGED,
    changed_table,
    grid_table,
)
from analysis.outputs.response.sensitivity_grid import numbers as response_grid
from analysis.tabulation.proportion import add_proportion, add_share
from schemas.terminology import BEST_OVERALL_RESPONSE
from tests.outputs.small_study import nobody, small_study
from tests.tables import plan_rules, table

OUTPUTS = {
    "T14.1.1": mtb_funnel,
    "F14.1.1": patient_flow,
    "T14.1.2": analysis_sets,
    "T14.1.3": baseline_characteristics,
    "T14.2.1.1": objective_response_by_visit,
    "T14.2.1.2": best_response,
    "T14.2.2.1": guided_proportion,
    "T14.2.2.2": conditional_guided_proportions,
    "F14.2.2.1": guided_cumulative_incidence,
}
RULES = plan_rules()


@pytest.fixture(scope="module")
def made() -> dict[str, EstimateRows]:
    return {name: make(small_study(), RULES) for name, make in OUTPUTS.items()}


@pytest.fixture(scope="module")
def made_of_nobody() -> dict[str, EstimateRows]:
    return {name: make(nobody(), RULES) for name, make in OUTPUTS.items()}


def who(rows: EstimateRows, cell: Cell) -> str:
    """Members of a cell, as drawn."""
    found = rows.members
    for name in ("analysis_id", "group", "visit", "parameter", "category"):
        found = found[found[name].eq(getattr(cell, name))]
    return " ".join(found["USUBJID"])


# --- laws of every output ------------------------------------------------------------------------
@pytest.mark.parametrize("name", OUTPUTS)
def test_every_count_has_its_members(made, name):
    rows, cell = made[name].frame, list(CELL)
    counts = rows[rows["stat_name"].eq("n")].set_index(cell)["stat"]
    members = made[name].members
    assert not members.duplicated().any()
    listed = members.groupby(cell).size()
    assert set(listed.index) <= set(counts.index)
    without = counts.drop(listed.index)
    if name == "T14.1.3":  # values known, not patients of a category: no members of their own
        without = without[without.index.get_level_values("category") != ""]
    assert (without == 0).all()
    assert (counts.loc[listed.index] == listed).all()


@pytest.mark.parametrize("name", OUTPUTS)
def test_members_are_patients_of_the_study(made, name):
    assert set(made[name].members["USUBJID"]) <= set(small_study()["adsl"]["USUBJID"])


@pytest.mark.parametrize(
    ("name", "statistic"),
    [
        ("T14.1.1", "pct"),
        ("T14.1.2", "pct"),
        ("T14.1.3", "pct"),
        ("T14.2.1.1", "estimate"),
        ("T14.2.1.2", "pct"),
        ("T14.2.1.2", "estimate"),
        ("T14.2.2.1", "estimate"),
        ("T14.2.2.2", "estimate"),
    ],
)
def test_a_proportion_is_its_count_over_its_denominator(made, name, statistic):
    wide = made[name].frame.pivot(index=list(CELL), columns="stat_name", values="stat")
    both = wide[wide["n"].notna() & wide["N"].notna()]
    assert (both["n"] <= both["N"]).all()
    shares = both[both[statistic].notna()]
    assert len(shares)
    scale = 100 if statistic == "pct" else 1
    assert (shares[statistic] - scale * shares["n"] / shares["N"]).abs().max() < 1e-12
    assert both.loc[both["N"].eq(0), statistic].isna().all()


@pytest.mark.parametrize("name", ["T14.2.1.1", "T14.2.1.2", "T14.2.2.1", "T14.2.2.2", "F14.2.2.1"])
def test_limits_lie_around_their_estimate(made, name):
    wide = made[name].frame.pivot(index=list(CELL), columns="stat_name", values="stat")
    limits = wide[wide["ci_low"].notna()]
    assert len(limits)
    assert (limits["ci_low"] <= limits["estimate"]).all()
    assert (limits["estimate"] <= limits["ci_high"]).all()
    assert limits["ci_low"].ge(0).all()
    assert limits["ci_high"].le(1).all()


@pytest.mark.parametrize("name", OUTPUTS)
def test_the_order_of_the_rows_has_no_effect(made, name):
    mixed = {n: rows.sample(frac=1, random_state=9) for n, rows in small_study().items()}
    again = OUTPUTS[name](mixed, RULES)
    pd.testing.assert_frame_equal(again.frame, made[name].frame)
    pd.testing.assert_frame_equal(again.members, made[name].members)


@pytest.mark.parametrize("name", OUTPUTS)
def test_a_cut_without_patients_says_so_in_every_row(made, made_of_nobody, name):
    rows = made_of_nobody[name].frame
    assert len(rows)
    assert len(made_of_nobody[name].members) == 0
    counts = rows[rows["stat_name"].isin(["n", "N", "n_at_risk", "n_missing"])]
    assert (counts["stat"] == 0).all()
    others = rows.drop(index=counts.index)
    assert others["stat"].isna().all()
    assert others["warning"].ne("").all()
    assert others["stat_text"].eq("NE").all()


@pytest.mark.parametrize("name", OUTPUTS)
def test_an_output_shows_every_patient_and_nobody(made, made_of_nobody, name):
    """Tables keep their columns, figures their words, and no missing number is printed as one."""
    room = module_of(name)
    full, empty = room.show(made[name], RULES), room.show(made_of_nobody[name], RULES)
    assert len(full) == len(empty)
    for one, none in zip(full, empty, strict=True):
        assert type(one) is type(none)
        words = none.alt if hasattr(none, "alt") else none.html
        assert words.strip()
        assert "nan" not in words.lower()
        if hasattr(one, "frame"):
            assert one.frame.shape[1] == none.frame.shape[1]


def test_every_tick_of_guided_therapy_has_its_patients_at_risk(made):
    rows = made["F14.2.2.1"]
    axes, below = guided_incidence_figure(rows, RULES).figure.axes
    printed = {text.get_position()[0] / 7: text.get_text() for text in below.texts[1:]}
    assert sorted(printed) == [tick / 7 for tick in axes.get_xticks()]
    for week in RULES.estimation.guided_weeks:
        place = {"visit": f"Week {week}", "parameter": "guided"}
        at_landmark = Numbers(rows).get("n_at_risk", "at landmark", **place)
        assert printed[week] == f"{at_landmark:.0f}"


# --- response at each visit ----------------------------------------------------------------------
@pytest.mark.parametrize("flag", ["RSPEVLFL", "TRTFL"])
def test_statuses_add_up_to_the_due_and_these_with_the_not_due_to_all(made, flag):
    get, groups = Numbers(made["T14.2.1.1"]).get, ["TG", "TN", "OT", "All"]
    for group in groups:
        everyone = get("N", flag, group)
        for window in RULES.visits.windows:
            at = (flag, group, window.label)
            due = get("n", *at, "Due")
            assert sum(get("n", *at, "Status", status) for status in STATUSES) == due
            assert due + get("n", *at, "Not due") == everyone
            assert get("N", *at, "Objective response", "of due") == due
            assert get("N", *at, "Objective response", "of all") == everyone
    for window in RULES.visits.windows:
        for status in STATUSES:
            parts = [get("n", flag, group, window.label, "Status", status) for group in groups]
            assert sum(parts[:-1]) == parts[-1]


AT_WEEK_8 = table(
    """
    | set      | group | N | due         | not due | CR | PR | NON-CR/NON-PD | PD | Death before | Not done | of due | of all | of assessed |
    | RSPEVLFL | TG    | 2 | P1 P2       |         |    | P1 |               | P2 |              |          | 1/2    | 1/2    | 1/2         |
    | RSPEVLFL | TN    | 1 | P6          |         | P6 |    |               |    |              |          | 1/1    | 1/1    | 1/1         |
    | RSPEVLFL | OT    | 2 | P4          | P5      |    |    |               |    | P4           |          | 0/1    | 0/2    | 0/0         |
    | RSPEVLFL | All   | 5 | P1 P2 P4 P6 | P5      | P6 | P1 |               | P2 | P4           |          | 2/4    | 2/5    | 2/3         |
    | TRTFL    | TG    | 3 | P1 P2 P3    |         |    | P1 | P3            | P2 |              |          | 1/3    | 1/3    | 1/3         |
    | TRTFL    | All   | 6 | P1 P2 P3 P4 P6 | P5   | P6 | P1 | P3            | P2 | P4           |          | 2/5    | 2/6    | 2/4         |
    """
)


@pytest.mark.parametrize("case", AT_WEEK_8, ids=lambda case: f"{case['set']} {case['group']}")
def test_response_at_week_8(made, case):
    rows = made["T14.2.1.1"]
    at = (case["set"], case["group"], "Week 8")
    assert rows.value(Cell(*at[:2]), "N") == int(case["N"])
    assert who(rows, Cell(*at, "Due")) == (case["due"] or "")
    assert who(rows, Cell(*at, "Not due")) == (case["not due"] or "")
    for status in ("CR", "PR", "NON-CR/NON-PD", "PD", "Death before", "Not done"):
        assert who(rows, Cell(*at, "Status", status)) == (case[status] or ""), status
    for denominator in ("of due", "of all", "of assessed"):
        cell = Cell(*at, "Objective response", denominator)
        found = f"{rows.value(cell, 'n'):.0f}/{rows.value(cell, 'N'):.0f}"
        assert found == case[denominator], denominator


def test_at_week_16_progression_before_and_not_evaluable_are_non_responses(made):
    rows = made["T14.2.1.1"]
    at = ("RSPEVLFL", "All", "Week 16")
    assert who(rows, Cell(*at, "Status", "PD before")) == "P2"
    assert who(rows, Cell(*at, "Status", "NE")) == "P6"
    assert who(rows, Cell(*at, "Status", "PR")) == "P1"
    assert who(rows, Cell(*at, "Objective response", "of due")) == "P1"
    assert rows.value(Cell(*at, "Objective response", "of due"), "N") == 4


def test_intervals_of_the_smallest_denominators_by_formula(made):
    """Clopper-Pearson in closed form: 0/1, 1/1, 1/2."""
    rows = made["T14.2.1.1"]
    for group, low, high in (
        ("OT", 0, 0.975),
        ("TN", 0.025, 1),
        ("TG", 1 - math.sqrt(0.975), math.sqrt(0.975)),
    ):
        cell = Cell("RSPEVLFL", group, "Week 8", "Objective response", "of due")
        assert rows.value(cell, "ci_low") == pytest.approx(low, abs=1e-12)
        assert rows.value(cell, "ci_high") == pytest.approx(high, abs=1e-12)


# --- primary A as it was read before amendment A11 -----------------------------------------------
def not_evaluable_first() -> dict[str, pd.DataFrame]:
    """The eight patients; at Week 8 P6 has NE on the target day, its CR two days later."""
    data = small_study()
    adrs = data["adrs"]
    moved = adrs["USUBJID"].eq("P6") & adrs["PARAMCD"].eq("OVRINV") & adrs["AVALC"].eq("CR")
    later = adrs[moved].assign(ADT=pd.Timestamp("2023-02-28"), ADY=59)
    rows = pd.concat([adrs.assign(AVALC=adrs["AVALC"].mask(moved, "NE")), later])
    adsl = data["adsl"].assign(RSPBLWIN="28")
    return data | {"adrs": rows.reset_index(drop=True), "adsl": adsl}


def test_the_old_reading_stays_in_the_grid_with_the_patients_who_change():
    rows = response_grid(not_evaluable_first(), RULES)
    now = objective_response_by_visit(not_evaluable_first(), RULES)
    at = ("All", "Week 8")
    main = Cell("RSPEVLFL", *at, "Objective response", "of due")
    old = Cell(NEAREST_ONLY, *at, "Response set")
    assert (who(now, main), now.value(main, "N")) == ("P1 P6", 4)
    assert (who(rows, old), rows.value(old, "N")) == ("P1", 4)
    changed = {kind: who(rows, Cell(NEAREST_ONLY, *at, STATUS_CHANGED, kind)) for kind in CHANGES}
    assert changed == {"to a response": "P6", "from a response": "", "between non-responses": ""}
    shown = grid_table(rows, RULES, "").rows
    place = [row.label for row in shown].index("Week 8")
    assert shown[place].cells[-1].startswith("1/4 (25.0)")
    assert shown[place + 1].cells == ("0", "1", "0", "1")  # P6 is in the second group
    listed = {row.label: row.cells for row in changed_table(rows, RULES, "").rows}
    assert listed["Week 8: to a response"] == ("1", "P6")
    hidden = plan_rules(display={"profile": "public"})
    public = {row.label: row.cells for row in changed_table(rows, hidden, "").rows}
    assert "P6" not in public["Week 8: to a response"][1]


def test_of_assessed_counts_only_visits_that_are_due():
    """P5 responds 46 days after the first dose, no other therapy since: Week 8 is not due yet."""
    data = small_study()
    early = data["adrs"].iloc[:1].assign(USUBJID="P5", ADT=pd.Timestamp("2023-11-15"), ADY=46)
    data["adrs"] = pd.concat([data["adrs"], early], ignore_index=True)
    data["adsl"]["NACTDT"] = pd.NaT
    rows, grid = (
        objective_response_by_visit(data, RULES),
        response_grid(data | {"adsl": data["adsl"].assign(RSPBLWIN="28")}, RULES),
    )
    at = ("All", "Week 8")
    sizes = {
        name: (who(rows, cell), rows.value(cell, "N"))
        for name in ("of due", "of all", "of assessed")
        for cell in [Cell("RSPEVLFL", *at, "Objective response", name)]
    }
    assert sizes == {
        "of due": ("P1 P6", 4),
        "of all": ("P1 P5 P6", 5),
        "of assessed": ("P1 P6", 3),
    }
    before = Cell(ALSO_OPEN, *at, "Response set")  # as it was read before amendment A3
    assert (who(grid, before), grid.value(before, "N")) == ("P1 P5 P6", 4)


def test_what_is_not_due_changes_nothing_in_the_grid():
    """P6 as before, at a cut two days before Week 8 closes."""
    data = not_evaluable_first()
    data["adsl"]["DCUTDT"] = pd.Timestamp("2023-03-23")
    rows = response_grid(data, RULES)
    assert rows.value(Cell(NEAREST_ONLY, "All", "Week 8", "Response set"), "N") == 0
    for kind in CHANGES:
        assert who(rows, Cell(NEAREST_ONLY, "All", "Week 8", STATUS_CHANGED, kind)) == ""


# --- best response -------------------------------------------------------------------------------
BEST = table(
    """
    | kind        | CR | PR | SD | NON-CR/NON-PD | PD | NE | MISSING | objective response |
    | Confirmed   |    | P1 | P6 |               | P2 |    | P4 P5   | 1/5                |
    | Unconfirmed | P6 | P1 |    |               | P2 |    | P4 P5   | 2/5                |
    """
)


@pytest.mark.parametrize("case", BEST, ids=lambda case: case["kind"])
def test_best_response_of_the_response_set(made, case):
    rows = made["T14.2.1.2"]
    for response in BEST_OVERALL_RESPONSE:
        cell = Cell("RSPEVLFL", "All", "", f"{case['kind']} best response", response)
        assert who(rows, cell) == (case[response] or ""), response
    cell = Cell("RSPEVLFL", "All", "", f"{case['kind']} objective response")
    found = f"{rows.value(cell, 'n'):.0f}/{rows.value(cell, 'N'):.0f}"
    assert found == case["objective response"]


@pytest.mark.parametrize("flag", ["RSPEVLFL", "TRTFL"])
@pytest.mark.parametrize("kind", ["Confirmed", "Unconfirmed"])
def test_the_categories_of_best_response_add_up_to_all(made, flag, kind):
    rows = made["T14.2.1.2"]
    for group in ("TG", "TN", "OT", "All"):
        cells = [Cell(flag, group, "", f"{kind} best response", r) for r in BEST_OVERALL_RESPONSE]
        everyone = rows.value(Cell(flag, group, "", f"{kind} objective response"), "N")
        assert sum(rows.value(cell, "n") for cell in cells) == everyone


def test_who_is_missing_is_listed_with_the_reason(made):
    """P4 died before Week 8, which was due; Week 8 of P5 closes after the cut."""
    rows = made["T14.2.1.2"]
    reasons = {
        "no assessment: never scanned": {"TG": "", "TN": "", "OT": "P4", "All": "P4"},
        "no assessment: not due yet": {"TG": "", "TN": "", "OT": "P5", "All": "P5"},
    }
    for reason, expected in reasons.items():
        for group, patients in expected.items():
            cell = Cell("RSPEVLFL", group, "", "Reason for MISSING", reason)
            assert who(rows, cell) == patients
            assert rows.value(cell, "n") == len(patients.split())


def test_that_nobody_waits_is_said(made_of_nobody):
    for reason in ("no assessment: never scanned", "no assessment: not due yet"):
        cell = Cell("RSPEVLFL", "All", "", "Reason for MISSING", reason)
        assert made_of_nobody["T14.2.1.2"].value(cell, "n") == 0


# Week 16 closes on day 140: 2023-05-20 of who started on 2023-01-01, in 2024 of P5.
SUPPORTIVE = table(
    """
    | set      | group | kind        | responders | of |
    | RSPEVLFL | All   | Confirmed   | P1         | 4  |
    | RSPEVLFL | All   | Unconfirmed | P1 P6      | 4  |
    | RSPEVLFL | OT    | Confirmed   |            | 1  |
    | TRTFL    | All   | Confirmed   | P1         | 5  |
    """
)


@pytest.mark.parametrize("case", SUPPORTIVE, ids=lambda c: f"{c['set']} {c['group']} {c['kind']}")
def test_the_rate_of_those_whose_week_16_has_closed(made, case):
    rows = made["T14.2.1.2"]
    parameter = f"{case['kind']} objective response"
    cell = Cell(case["set"], case["group"], "", parameter, "window closed")
    assert who(rows, cell) == (case["responders"] or "")
    assert rows.value(cell, "N") == int(case["of"])
    table = best_response_table(rows, RULES, "", case["set"])
    label = "Supportive: of those whose window of Week 16 has closed (%)"
    shown = [row.cells for row in table.rows if row.label == label]
    place = ["TG", "TN", "OT", "All"].index(case["group"])
    n = len((case["responders"] or "").split())
    assert shown[case["kind"] == "Unconfirmed"][place].startswith(f"{n}/{case['of']} ")


def test_the_day_the_window_closes_counts_and_the_visit_is_the_plans():
    data = small_study()
    for cutoff, size in (("2023-05-19", 0), ("2023-05-20", 4)):
        data["adsl"]["DCUTDT"] = pd.Timestamp(cutoff)
        rows = best_response(data, RULES)
        cell = Cell("RSPEVLFL", "All", "", "Confirmed objective response", "window closed")
        assert rows.value(cell, "N") == size
    earlier = plan_rules(response={"supportive_visit": "week_8"})
    assert best_response(data, earlier).value(cell, "N") == 4
    data["adsl"]["DCUTDT"] = pd.Timestamp("2023-03-25")
    assert best_response(data, earlier).value(cell, "N") == 4
    assert best_response(data, RULES).value(cell, "N") == 0


# --- guided therapy ------------------------------------------------------------------------------
GUIDED = table(
    """
    | analysis      | parameter            | who         | of | n |
    | any regimen   | Any guided therapy   | P1 P2 P3 P5 | 8  | 4 |
    | any regimen   | Guided targeted drug | P1 P3 P5    | 8  | 3 |
    | first regimen | Any guided therapy   | P1 P2 P3    | 8  | 3 |
    | first regimen | Guided targeted drug | P1 P3       | 8  | 2 |
    """
)


@pytest.mark.parametrize(
    "case", GUIDED, ids=lambda case: f"{case['analysis']}, {case['parameter']}"
)
def test_guided_of_all_enrolled_nobody_removed(made, case):
    cell = Cell(case["analysis"], parameter=case["parameter"])
    rows = made["T14.2.2.1"]
    assert who(rows, cell) == case["who"]
    assert rows.value(cell, "N") == int(case["of"])
    assert rows.value(cell, "estimate") == int(case["n"]) / int(case["of"])


def test_who_still_may_start_is_printed(made):
    assert who(made["T14.2.2.1"], Cell("pending at cut", parameter="Any guided therapy")) == "P7"


def test_the_classes_of_guided_therapy_add_up(made):
    analysis, parameter = "class of the first guided regimen", "Any guided therapy"
    found = {
        c: who(made["T14.2.2.1"], Cell(analysis, parameter=parameter, category=c))
        for c in ("targeted", "immunotherapy", "other")
    }
    assert found == {"targeted": "P1 P3 P5", "immunotherapy": "P2", "other": ""}


CONDITIONAL = table(
    """
    | of                                       | n | N |
    | of sequenced                             | 4 | 6 |
    | of discussed by MTB                      | 4 | 6 |
    | of those with an intervenable variant    | 4 | 5 |
    | of those with guided therapy recommended | 4 | 5 |
    """
)


@pytest.mark.parametrize("case", CONDITIONAL, ids=lambda case: case["of"])
def test_guided_among_those_who_reached_a_stage(made, case):
    cell = Cell(case["of"], parameter="Any guided therapy")
    rows = made["T14.2.2.2"]
    assert (rows.value(cell, "n"), rows.value(cell, "N")) == (int(case["n"]), int(case["N"]))


# Nobody is censored before day 200: until then the curve is the share of the eight who have started.
CURVE = table(
    """
    | visit   | guided | death | withdrawal | at risk |
    | Week 4  | 0      | 0     | 1          | 7       |
    | Week 8  | 2      | 1     | 1          | 4       |
    | Week 12 | 3      | 1     | 1          | 3       |
    | Week 16 | 3      | 1     | 1          | 3       |
    """
)


@pytest.mark.parametrize("case", CURVE, ids=lambda case: case["visit"])
def test_cumulative_incidence_of_guided_therapy(made, case):
    rows = made["F14.2.2.1"]
    for cause in ("guided", "death", "withdrawal"):
        cell = Cell("at landmark", visit=case["visit"], parameter=cause)
        assert rows.value(cell, "estimate") == pytest.approx(int(case[cause]) / 8)
        assert rows.value(cell, "n_at_risk") == int(case["at risk"])


def test_the_causes_add_up_to_all(made):
    rows = made["F14.2.2.1"].frame
    events = rows[rows["analysis_id"].eq("events")]["stat"].sum()
    assert events == made["F14.2.2.1"].value(Cell("patients"), "N") == 8


# --- disposition ---------------------------------------------------------------------------------
FUNNEL = table(
    """
    | stage   | reached | of previous | pending |
    | ENRLFL  | 8       |             |         |
    | BIOPFL  | 7       | 7/8         | 0       |
    | SEQFL   | 6       | 6/7         | 0       |
    | MTBFL   | 6       | 6/6         | 0       |
    | ACTFL   | 5       | 5/6         | 0       |
    | RECTGFL | 5       | 5/5         |         |
    | GUIDFL  | 4       | 4/5         | 1       |
    | SEQ2FL  | 1       | 1/1         | 0       |
    """
)


@pytest.mark.parametrize("case", FUNNEL, ids=lambda case: case["stage"])
def test_the_funnel(made, case):
    rows = made["T14.1.1"].frame
    mine = rows[rows["parameter"].eq(case["stage"]) & rows["analysis_id"].ne("not gone on")]
    mine = mine.set_index(["analysis_id", "stat_name"])["stat"]
    assert mine["of enrolled", "n"] == int(case["reached"])
    assert mine["of enrolled", "N"] == 8
    if case["of previous"]:
        n, size = case["of previous"].split("/")
        assert (mine["of previous stage", "n"], mine["of previous stage", "N"]) == (
            int(n),
            int(size),
        )
    pending = ("pending at cut", "n")
    assert (pending in mine.index) == (case["pending"] is not None)
    if case["pending"] is not None:
        assert mine[pending] == int(case["pending"])


def test_the_counts_fall_down_the_funnel(made):
    rows = made["T14.1.1"].frame
    stages = ["ENRLFL", "BIOPFL", "SEQFL", "MTBFL", "ACTFL", "RECTGFL", "GUIDFL"]
    of = rows[rows["analysis_id"].eq("of enrolled") & rows["stat_name"].eq("n")]
    counts = of.set_index("parameter")["stat"]
    assert list(counts[stages]) == sorted(counts[stages], reverse=True)


@pytest.mark.parametrize("flag", SETS)
def test_a_set_and_its_exclusions_add_up_to_the_enrolled(made, flag):
    members = made["T14.1.2"].members
    mine = members[members["parameter"].eq(flag)]
    assert sorted(mine["USUBJID"]) == list(small_study()["adsl"]["USUBJID"])  # each exactly once


def test_the_first_reason_that_holds_excludes(made):
    rows = made["T14.1.2"]
    reasons = {
        "no systemic therapy": "P7 P8",
        "no baseline scan in the window": "",
        "no measurable disease at baseline": "P3",
    }
    for reason, patients in reasons.items():
        assert who(rows, Cell("excluded", parameter="RSPEVLFL", category=reason)) == patients


# --- baseline ------------------------------------------------------------------------------------
def test_the_categories_of_a_characteristic_add_up_to_the_group(made):
    rows = made["T14.1.3"].frame
    counts = rows[rows["stat_name"].eq("n") & rows["category"].ne("")]
    sums = counts.groupby(["analysis_id", "group", "parameter"])["stat"].sum()
    sizes = rows[rows["stat_name"].eq("N") & rows["category"].ne("")]
    sizes = sizes.groupby(["analysis_id", "group", "parameter"])["stat"].first()
    assert len(sums) >= 40
    assert (sums == sizes).all()


def test_numbers_of_age_by_hand(made):
    """TG: 60, 70, 80. Mean and median 70, standard deviation 10, quartiles 65 and 75."""
    cell = Cell("TRTFL", "TG", parameter="Age, years")
    expected = {
        "n": 3,
        "n_missing": 0,
        "mean": 70,
        "sd": 10,
        "median": 70,
        "q1": 65,
        "q3": 75,
        "min": 60,
        "max": 80,
    }
    assert {name: made["T14.1.3"].value(cell, name) for name in expected} == pytest.approx(expected)


DIFFERENCES = table(
    """
    | parameter                | category   | guided           | others           | estimate |
    | Age, years               |            | 60 70 80         | 50 66 55         | 1.422657 |
    | Tumour group             | lung       | 0 1 1            | 0 0 0            | 1.632993 |
    | Tumour group             | biliary    | 0 0 0            | 1 1 0            | -1.632993 |
    | Prior lines of treatment |            | 2 1 3            | 1 1 2            | 0.816497 |
    """
)


@pytest.mark.parametrize("case", DIFFERENCES, ids=lambda case: case["parameter"])
def test_a_standardised_difference_divides_by_variances_with_n_less_one(made, case):
    """(mean - mean) / sqrt((s1^2 + s2^2) / 2); ages: 13 / sqrt((100 + 67) / 2)."""
    cell = Cell(
        "standardised difference", "TG vs TN+OT", "", case["parameter"], case["category"] or ""
    )
    assert made["T14.1.3"].value(cell, "estimate") == pytest.approx(float(case["estimate"]))
    one, other = ([float(x) for x in case[side].split()] for side in ("guided", "others"))
    pooled = (statistics.variance(one) + statistics.variance(other)) / 2
    by_hand = (statistics.mean(one) - statistics.mean(other)) / pooled**0.5
    assert float(case["estimate"]) == pytest.approx(by_hand, abs=1e-6)


def test_a_missing_value_is_a_row_and_in_the_denominator(made):
    rows = made["T14.1.3"]
    cell = Cell("ENRLFL", "OT", parameter="ECOG performance status", category="Missing")
    assert who(rows, cell) == "P5"
    assert rows.value(cell, "pct") == 50
    sites = Cell("ENRLFL", "TG", parameter="Metastatic sites")
    assert rows.value(sites, "n") == 2
    assert rows.value(sites, "n_missing") == 1


# --- rows of estimates ---------------------------------------------------------------------------
def test_a_member_outside_the_denominator_is_refused():
    rows = EstimateRows("T0", "ENRLFL")
    with pytest.raises(ValueError, match="outside the denominator"):
        add_share(rows, Cell("a"), ["P1", "P9"], ["P1", "P2"])
    with pytest.raises(ValueError, match="outside the denominator"):
        add_proportion(rows, Cell("a"), ["P9"], ["P1", "P2"], RULES)


def test_a_missing_number_needs_a_reason():
    rows = EstimateRows("T0", "ENRLFL")
    with pytest.raises(ValueError, match="missing without a reason"):
        rows.add(Cell("a"), "median", float("nan"))
    with pytest.raises(ValueError, match="missing without a text to print"):
        rows.add(Cell("a"), "median", None, warning="no patient")
    rows.add(Cell("a"), "median", None, text="NR")
    assert rows.frame["stat"].isna().all()
    assert list(rows.frame["stat_text"]) == ["NR"]


def test_two_numbers_for_one_key_are_refused():
    rows = EstimateRows("T0", "ENRLFL")
    rows.add(Cell("a"), "n", 1)
    rows.add(Cell("a"), "n", 2)
    with pytest.raises(ValueError, match="two numbers for one key"):
        _ = rows.frame


def test_an_unknown_statistic_is_refused():
    with pytest.raises(ValueError, match="'average' is not a stat_name"):
        EstimateRows("T0", "ENRLFL").add(Cell("a"), "average", 1)


def test_a_number_that_is_not_there_is_not_invented():
    with pytest.raises(KeyError):
        EstimateRows("T0", "ENRLFL").value(Cell("a"), "n")


def test_a_patient_counts_once():
    rows = EstimateRows("T0", "ENRLFL")
    assert rows.count(Cell("a"), ["P2", "P1", "P2"]) == 2
    assert list(rows.members["USUBJID"]) == ["P1", "P2"]


def test_a_scan_on_the_first_day_of_treatment_is_no_response_to_it():
    days = [1, 2, 57]
    adrs = pd.DataFrame({"USUBJID": "P1", "PARAMCD": "OVRINV", "ADY": days, "AVALC": ["PR"] * 3})
    adrs = adrs.assign(ADT=pd.Timestamp("2023-01-01") + pd.to_timedelta(adrs["ADY"], "D"), SRCROW=2)
    found = driving_responses(adrs, plan_rules())["ADT"].dt.strftime("%m-%d")
    assert found.tolist() == ["01-03", "02-27"]
