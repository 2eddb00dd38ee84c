"""Every denominator of every table adds up: all estimates of a cut are walked.

Two kinds of laws. General ones hold wherever their statistics stand: a count has its members, who
belong to the analysis set, and is not over its denominator; a percentage is what it says; scores
and missing scores are all expected. Partitions are declared below: parts that share nobody and
together are the whole, so that no patient is lost between the lines of a table. Every output with
counts is in the table of partitions, or in the list of those that have none, with the reason.
"""

# ruff: noqa: E501 - a table reads best with a row on a line

from __future__ import annotations

from itertools import pairwise

import pandas as pd
import pytest

from tests.tables import table

PLACE = ["output_id", "analysis_id", "group", "visit", "parameter", "category"]

# Parts: analysis; parameter; category, * for all of them, + for those with a name, ` for a comma in a
# name. Per: what one sum is made for. Whole: N
# of the parts, or another cell (analysis; parameter; category), = for "the same as the parts".
PARTITIONS = table(
    """
    | output    | parts                                                   | per                            | whole                            |
    | T14.1.2   | set, excluded; *; *                                     | parameter                      | N                                |
    | T14.1.3   | *; Age group; *                                         | analysis_id, group             | N                                |
    | T14.1.3   | *; Sex; *                                               | analysis_id, group             | N                                |
    | T14.1.3   | *; ECOG performance status; *                           | analysis_id, group             | N                                |
    | T14.1.3   | *; Tumour group; *                                      | analysis_id, group             | N                                |
    | T14.1.3   | *; Tumour type (OncoTree); *                            | analysis_id, group             | N                                |
    | T14.1.3   | *; Stage; *                                             | analysis_id, group             | N                                |
    | T14.1.4   | *; Prior lines of treatment; +                          | group                          | N                                |
    | T14.1.4   | *; Why the last systemic line ended; *                  | group                          | N                                |
    | T14.1.4   | *; Without PFS1, PFS on the last systemic line (PFS1); * | analysis_id, group            | =; Patients;                     |
    | T14.1.5   | per patient; Source of the specimens; *                 |                                | N                                |
    | T14.1.5   | per patient; First profile; *                           |                                | N                                |
    | T14.1.6   | of recommended; *; *                                    |                                | patients; ;                      |
    | T14.1.6   | of not given; *; *                                      |                                | N                                |
    | T14.1.6   | known; *; *                                             |                                | N                                |
    | T14.1.7   | *; State; *                                             | analysis_id                    | =; Entered;                      |
    | T14.1.7   | *; State, Elsewhere; Reached, after death or withdrawal, after other therapy, after the end of observation, after a death or withdrawal before the step began, without the step before | analysis_id | =; Ever taken` whenever; |
    | F14.1.6   | recommended; *; *                                       |                                | N                                |
    | F14.1.6   | received; *; *                                          |                                | N                                |
    | T14.2.1.1 | *; Status; *                                            | analysis_id, group, visit      | =; Due;                          |
    | T14.2.1.1 | *; Due, Not due; *                                      | analysis_id, group, visit      | =; ; @set                        |
    | T14.2.1.2 | *; Confirmed best response; *                           | analysis_id, group             | N                                |
    | T14.2.1.2 | *; Unconfirmed best response; *                         | analysis_id, group             | N                                |
    | T14.2.3.1 | *; Confirmed best response; *                           | analysis_id, group             | N                                |
    | T14.2.2.1 | class of the first guided regimen; *; *                 |                                | any regimen; Any guided therapy; |
    | F14.2.2.1 | events; *; *                                            |                                | N of patients                    |
    | T14.2.3.2 | *; Events, Censored; *                                  | analysis_id, group             | =; Patients;                     |
    | T14.2.4.1 | *; Events, Censored; *                                  | analysis_id, group             | =; Patients;                     |
    | T14.2.4.2 | event, censored; *; *                                   | group                          | patients; ;                      |
    | T14.2.4.3 | *; Events, Censored; *                                  | analysis_id, group             | =; Patients;                     |
    | T14.2.5.1 | *; Events, Censored; *                                  | analysis_id, group             | =; Patients;                     |
    | T14.2.5.2 | *; Events, Censored; *                                  | analysis_id, group, visit      | =; Patients;                     |
    | T14.2.11.1 | *; Events, Censored; *                                 | analysis_id, group, visit      | =; Patients;                     |
    | T14.2.11.1 | best response; Reported; *                             | group                          | N                                |
    | T14.2.5.3 | event, censored; *; *                                   | group                          | patients; ;                      |
    | T14.2.5.3 | withdrew because; *; *                                  | group                          | censored; CNSR 3; Withdrew consent: last known alive |
    | T14.1.9   | OS; Events, Censored; *                                 | analysis_id, group             | =; Patients;                     |
    | T14.2.4.4 | set; Patients with both times, Excluded; *              |                                | N                                |
    | T14.2.4.4 | set; Ratio; *                                           |                                | N                                |
    | T14.2.4.4 | set; PFS1 from; *                                       |                                | N                                |
    | T14.2.7.1 | of all enrolled (main), without; *; *                   |                                | N                                |
    | T14.2.7.2 | *; Level; *                                             | analysis_id                    | =; Graded;                       |
    | T14.2.7.2 | *; Version; *                                           | analysis_id                    | =; Graded;                       |
    | T14.2.7.3 | biomarker; TMB; *                                       |                                | N                                |
    | T14.2.7.3 | biomarker; MSI; *                                       |                                | N                                |
    | T14.2.7.3 | biomarker; HRD; *                                       |                                | N                                |
    | T14.2.7.4 | score; Patients; *                                      |                                | N                                |
    | T14.2.8.1 | *; ; *                                                  | analysis_id, group, visit      | @set                             |
    | T14.2.8.2 | states; *; *                                            | group, visit                   | patients; ;                      |
    | T14.2.8.2 | severity; *; *                                          | group, visit, parameter        | value; =;                        |
    | F14.2.8.1 | states; *; *                                            | group, visit                   | patients; ;                      |
    | T14.2.8.3 | states; *; *                                            | group, visit                   | patients; ;                      |
    | T14.2.8.3 | category; *; *                                          | group, visit, parameter        | N                                |
    | T14.2.8.5 | not followed, outcome; *; *                 | group, parameter               | patients; ;                      |
    | T14.2.9.1 | shift; *; *                                             | group, visit                   | due; ;                           |
    | T14.2.9.1 | due, not due; *; *                                      | group, visit                   | N; ;                             |
    | T14.2.9.2 | category; *; *                                          | group, visit                   | N; ;                             |
    | T14.2.10.1 | without a second NGS; *; *                             |                                | N                                |
    | T14.2.10.2 | panel; *; *                                            |                                | N                                |
    | T14.3.1.2 | worst grade; *; *                                       | group, parameter               | @incidence                       |
    | T14.3.2   | status; *; *                                            | group                          | N                                |
    | T14.3.2   | cause; *; *                                             | group                          | status; ; Died                   |
    | T14.3.2   | timing; *; *                                            | group                          | status; ; Died                   |
    | T14.3.2   | cause` within; *; *                                     | group                          | timing; ; within the window      |
    | F14.3.1   | outcome; *; *                                           | group                          | N of patients                    |
    | T14.1.11  | First to second; *; *                                   | group                          | N                                |
    | T14.1.11  | Second to third; *; *                                   | group                          | N                                |
    """
)
WITHOUT_PARTITION = {
    "CUT.1": "rows of extracts, not patients: its own law below",
    "DQ.1": "findings, not patients",
    "T14.1.8": "findings, not patients",
    "T14.1.1": "stages: each is the next and those who did not go on, its own law below",
    "F14.1.1": "the rows of T14.1.1",
    "T14.2.1.3": "one rate a line, each with its own denominator",
    "T14.2.1.4": "strata by gene overlap; small strata are listed",
    "T14.2.2.2": "one rate a line, each with its own denominator",
    "F14.2.1.1": "bars of single patients",
    "F14.2.1.3": "points of single patients",
    "F14.2.1.4": "subgroups of a forest plot: their own law below",
    "F14.2.4.1": "a curve",
    "F14.2.5.1": "a curve",
    "F14.2.4.4": "pairs of single patients",
    "F14.2.7.1": "a patient can have several alterations",
    "T14.2.8.4": "a gate, and estimates of a model",
    "T14.3.1.1": "periods: its own law below",
    "T14.3.1.3": "a patient can have several terms",
    "T14.3.1.4": "a patient can have several terms",
    "T14.1.10": "periods and regimens, not patients",
}


def counts(numbers: pd.DataFrame, stat_name: str) -> pd.Series:
    return numbers[numbers["stat_name"].eq(stat_name)].set_index(PLACE)["stat"]


# --- general laws --------------------------------------------------------------------------------
def test_every_planned_output_is_walked(cut):
    collector, numbers, _ = cut
    planned = {output.id for output in collector.sap.outputs if output.notebook is not None}
    assert not (absent := planned - set(collector.emitted)), (
        f"planned and not made by a notebook: {sorted(absent)}; add its two lines to the notebook "
        "that params/sap.yaml names"
    )
    assert not (more := set(collector.emitted) - planned), (
        f"made and not planned: {sorted(more)}; add a row to `outputs:` of params/sap.yaml"
    )
    counted = set(numbers.loc[numbers["stat_name"].eq("n"), "output_id"])
    declared = {law["output"] for law in PARTITIONS}
    known = declared | set(WITHOUT_PARTITION)
    assert not (new := counted - known), (
        f"nothing says how the counts of {sorted(new)} add up: add a row to PARTITIONS, or the "
        "reason why there is none to WITHOUT_PARTITION, in tests/outputs/test_denominators.py"
    )
    assert not (gone := known - counted), f"no output any more: {sorted(gone)}; take its row out"
    assert not declared & set(WITHOUT_PARTITION)


def test_every_count_of_patients_has_its_members(cut):
    _, numbers, members = cut
    patients = numbers[numbers["unit"].eq("patients")]
    n = counts(patients, "n")
    listed = members.groupby(PLACE)["USUBJID"].nunique().reindex(n.index).fillna(0)
    wrong = n[n != listed]
    assert wrong.empty, wrong
    assert not members.duplicated([*PLACE, "USUBJID"]).any()


def test_members_belong_to_the_analysis_set_of_their_row(cut):
    collector, numbers, members = cut
    adsl = collector.datasets["adsl"].set_index("USUBJID")
    sets = numbers[numbers["stat_name"].eq("n")].set_index(PLACE)["analysis_set"]
    of = members.join(sets.rename("flag"), on=PLACE)
    flagged = of[of["flag"].isin(adsl.columns)]
    assert len(flagged) > 10_000
    for flag, rows in flagged.groupby("flag"):
        assert adsl.loc[rows["USUBJID"].unique(), flag].eq("Y").all(), flag
    known = {"All extracts", "RSPEVLFL and GUIDFL", "Tissue taken"}
    known |= {"Paired profiles", "Paired profiles that can be compared"}
    assert set(of.loc[~of["flag"].isin(adsl.columns), "flag"]) <= known


def test_no_count_is_over_its_denominator_and_each_share_is_what_it_says(cut):
    _, numbers, _ = cut
    wide = pd.DataFrame({name: counts(numbers, name) for name in ("n", "N", "pct")})
    both = wide.dropna(subset=["n", "N"])
    assert len(both) > 1_000
    assert (both["n"] <= both["N"]).all()
    shares = both[both["N"].gt(0) & both["pct"].notna()]
    assert shares["pct"].to_numpy() == pytest.approx((100 * shares["n"] / shares["N"]).to_numpy())
    proportions = numbers[numbers["unit"].eq("proportion") & numbers["stat_name"].eq("estimate")]
    rates = both.join(proportions.set_index(PLACE)["stat"].rename("rate"), how="inner")
    rates = rates[rates["N"].gt(0)]
    assert len(rates) > 300
    assert rates["rate"].to_numpy() == pytest.approx((rates["n"] / rates["N"]).to_numpy())


def test_a_share_of_nobody_is_not_estimable_and_says_why(cut):
    _, numbers, _ = cut
    size = counts(numbers, "N")
    empty = numbers.set_index(PLACE).join(size[size.eq(0)].rename("size"), how="inner")
    shares = empty[empty["stat_name"].isin(["pct", "estimate"])]
    assert len(shares) > 10
    assert shares["stat"].isna().all()
    assert shares["warning"].ne("").all()


def test_values_and_missing_values_are_everybody_expected(cut):
    _, numbers, _ = cut
    wide = pd.DataFrame({name: counts(numbers, name) for name in ("n", "n_missing", "N")}).dropna()
    assert len(wide) > 500
    assert (wide["n"] + wide["n_missing"] == wide["N"]).all()


# --- partitions ----------------------------------------------------------------------------------
def pieces(text: str) -> list[list[str]]:
    return [
        [name.strip().replace("`", ",") for name in part.split(",")] for part in text.split(";")
    ]


def chosen(rows: pd.DataFrame, text: str) -> pd.DataFrame:
    """Rows of "analysis; parameter; category": * is any, + any that is not empty."""
    columns = ("analysis_id", "parameter", "category")
    parts = pieces(text)
    for column, names in zip(columns, parts, strict=True):
        if names == ["+"]:
            rows = rows[rows[column].ne("")]
        elif names != ["*"]:
            rows = rows[rows[column].isin(names)]
    return rows


def whole_of(law, parts, rows, key, members):
    """The patients of the whole for one sum: a set of them, or their number."""
    text = law["whole"]
    if text == "N":
        sizes = rows[rows["stat_name"].eq("N")].merge(parts[PLACE], on=PLACE)["stat"].unique()
        assert len(sizes) == 1, f"{law['output']} {key}: {sizes}"
        return int(sizes[0])
    if text == "N of patients":
        same = rows["analysis_id"].eq("patients") & rows["stat_name"].eq("N")
        same &= rows["group"].eq(key.get("group", ""))
        return int(rows.loc[same, "stat"].iloc[0])
    if "@set" in text:
        at = rows["analysis_id"].eq(key["analysis_id"]) & rows["group"].eq(key["group"])
        at &= rows["visit"].eq("") & rows["stat_name"].isin(["N", "n"]) & rows["category"].eq("")
        return int(rows.loc[at & rows["parameter"].eq(""), "stat"].iloc[0])
    if text == "@incidence":
        at = rows["analysis_id"].eq("incidence") & rows["group"].eq(key["group"])
        at &= rows["stat_name"].eq("n")
        name = key["parameter"]
        at &= rows["category"].eq(name) | (rows["parameter"].eq(name) & rows["category"].eq(""))
        return int(rows.loc[at, "stat"].iloc[0])
    (analysis,), (parameter,), (category,) = pieces(text)
    at = members["analysis_id"].eq(key["analysis_id"] if analysis == "=" else analysis)
    at &= members["parameter"].eq(key["parameter"] if parameter == "=" else parameter)
    at &= members["category"].eq(category)
    for name in ("group", "visit"):
        if name in key and members.loc[at, name].ne("").any():
            at &= members[name].eq(key[name])
    return set(members.loc[at, "USUBJID"])


@pytest.mark.parametrize(
    "law", PARTITIONS, ids=[f"{law['output']} {law['parts']}" for law in PARTITIONS]
)
def test_parts_share_nobody_and_are_the_whole(cut, law):
    _, numbers, members = cut
    rows = numbers[numbers["output_id"].eq(law["output"])]
    mine = members[members["output_id"].eq(law["output"])]
    parts = chosen(rows[rows["stat_name"].eq("n")], law["parts"])
    if law["output"] == "T14.2.8.1":
        parts = parts[parts["visit"].ne("")]
    assert len(parts)
    per = [name.strip() for name in (law["per"] or "").split(",") if name.strip()]
    sums = parts.groupby(per) if per else [((), parts)]
    for values, own in sums:
        key = dict(zip(per, values if isinstance(values, tuple) else (values,), strict=True))
        counted = own[PLACE].merge(mine, on=PLACE)["USUBJID"]
        assert not counted.duplicated().any(), f"{key}: in two parts"
        assert len(counted) == own["stat"].sum()
        whole = whole_of(law, own, rows, key, mine)
        if isinstance(whole, set):
            assert set(counted) == whole, key
        else:
            assert len(counted) == whole, key


def test_groups_make_up_all(cut):
    """Where a table has the groups of first therapy beside "All", they share nobody and are all.

    Tables by treatment period are left out: a patient can stand in two.
    """
    _, numbers, _ = cut
    n = numbers[numbers["stat_name"].eq("n") & ~numbers["output_id"].str.startswith("T14.3.1")]
    # nor can the one with the least or the most time in a group be so of all
    n = n[n["output_id"].ne("T14.1.10") & ~n["parameter"].str.startswith("Censored at the")]
    rest = [name for name in PLACE if name != "group"]
    checked = 0
    # of the patients enrolled or in the PRO set the untreated are a column where it is shown
    for place, own in n.groupby(rest):
        groups = set(own["group"])
        if not {"TG", "TN", "OT", "All"} <= groups:
            continue
        by_group = own.set_index("group")["stat"]
        parts = by_group[[g for g in ("TG", "TN", "OT", "NT") if g in groups]].sum()
        if "NT" in groups or own["analysis_set"].isin(["TRTFL", "SAFFL", "RSPEVLFL"]).all():
            assert parts == by_group["All"], place
            checked += 1
    assert checked > 500


# --- laws of their own ---------------------------------------------------------------------------
def test_rows_received_are_kept_or_removed(cut):
    _, numbers, _ = cut
    rows = numbers[numbers["output_id"].eq("CUT.1") & numbers["analysis_id"].eq("table")]
    wide = rows.pivot(index="parameter", columns="category", values="stat")
    assert (wide["Rows received"] == wide["Rows kept"] + wide["Rows removed"]).all()


@pytest.mark.parametrize("output", ["T14.1.1", "F14.1.1"])
def test_each_stage_is_the_next_and_those_who_did_not_go_on(cut, output):
    collector, numbers, members = cut
    n = counts(numbers[numbers["output_id"].eq(output)], "n")[output]
    reached = n["of enrolled"].droplevel([0, 1, 3])
    left = n["not gone on"].groupby(level=2).sum()
    joined = n["joined"].droplevel([0, 1, 3])
    pending = n["pending at cut"].droplevel([0, 1, 3])
    stages = ["ENRLFL", "BIOPFL", "SEQFL", "MTBFL", "ACTFL", "RECTGFL", "GUIDFL", "SEQ2FL"]
    assert set(reached.index) == set(stages)
    assert reached["ENRLFL"] == len(collector.datasets["adsl"])
    for stage, following in pairwise(stages):
        assert reached[stage] == reached[following] - joined[following] + left[following]
    assert (pending <= left[pending.index]).all()
    # and each of those who did not go on stands beside the step once
    mine = members[members["output_id"].eq(output) & members["analysis_id"].eq("not gone on")]
    assert not mine.duplicated(["parameter", "USUBJID"]).any()


def test_subgroups_of_the_forest_make_up_everybody(cut):
    _, numbers, _ = cut
    rows = numbers[numbers["output_id"].eq("F14.2.1.4") & numbers["stat_name"].eq("N")]
    sizes = rows.groupby("parameter")["stat"].sum()
    assert (sizes == sizes["All"]).all()


def test_events_of_the_safety_columns_are_all_events(cut):
    _, numbers, _ = cut
    for output in ("T14.3.1.1", "T14.3.1.2"):
        rows = numbers[numbers["output_id"].eq(output) & numbers["stat_name"].eq("n_events")]
        rows = rows[rows["analysis_id"].eq("incidence")]
        events = rows.pivot(index=["parameter", "category"], columns="group", values="stat")
        assert (events[["TG", "TN", "OT"]].sum(axis=1) == events["Periods"]).all()
        assert (events[["Periods", "Before", "After"]].sum(axis=1) == events["All"]).all()
        months = numbers[
            numbers["output_id"].eq(output)
            & numbers["analysis_id"].eq("exposure")
            & numbers["stat_name"].eq("estimate")
        ].set_index("group")["stat"]
        assert months[["TG", "TN", "OT"]].sum() == pytest.approx(months["Periods"])
        assert months[["Periods", "Before", "After"]].sum() == pytest.approx(months["All"])


# --- the denominators themselves -----------------------------------------------------------------
def sizes_of(numbers: pd.DataFrame, output: str, **where: str) -> pd.DataFrame:
    rows = numbers[numbers["output_id"].eq(output)]
    for name, value in where.items():
        rows = rows[rows[name].eq(value)]
    return rows


def by_place(rows: pd.DataFrame, *names: str) -> pd.Series:
    return rows.set_index(list(names))["stat"].sort_index()


def states_at(numbers: pd.DataFrame, output: str, analysis: str, *states: str) -> pd.Series:
    """Patients in some states together, by group and visit."""
    rows = sizes_of(numbers, output, analysis_id=analysis, stat_name="n", parameter="")
    rows = rows[rows["category"].isin(states)]
    return rows.groupby(["group", "visit"])["stat"].sum()


@pytest.mark.parametrize("flag", ["ENRLFL", "TRTFL"])
def test_completion_is_of_the_expected_and_of_all_with_a_baseline(cut, flag):
    _, numbers, _ = cut
    place = {"analysis_id": flag, "stat_name": "N"}
    size = sizes_of(numbers, "T14.2.8.1", **place, parameter="Completed of expected")
    expected = states_at(numbers, "T14.2.8.1", flag, "completed", "missing")
    assert (by_place(size, "group", "visit") == expected).all()
    fixed = sizes_of(
        numbers, "T14.2.8.1", **place, parameter="Completed of all with a baseline form"
    )
    done = states_at(numbers, "T14.2.8.1", flag, "completed")
    for (group, _), number in by_place(fixed, "group", "visit").items():
        assert number == done[group, "Baseline"]
    # and what is counted is what was completed
    n = sizes_of(numbers, "T14.2.8.1", analysis_id=flag, stat_name="n")
    n = n[n["parameter"].eq("Completed of expected")]
    assert (by_place(n, "group", "visit") == done).all()


@pytest.mark.parametrize(
    ("output", "analysis"),
    [("T14.2.8.2", "value"), ("F14.2.8.1", "value"), ("T14.2.8.3", "category")],
)
def test_scores_are_of_the_completed_and_the_missing(cut, output, analysis):
    _, numbers, _ = cut
    expected = states_at(numbers, output, "states", "completed", "missing")
    sizes = sizes_of(numbers, output, analysis_id=analysis, stat_name="N")
    assert len(sizes) > 100
    for row in sizes.itertuples():
        assert row.stat == expected[row.group, row.visit]


def test_ecog_is_of_the_due_and_of_the_observed(cut):
    _, numbers, _ = cut
    category = sizes_of(numbers, "T14.2.9.2", analysis_id="category", stat_name="n")
    wide = category.pivot(index=["group", "visit"], columns="category", values="stat")
    due = wide.drop(columns="not_due").sum(axis=1)
    observed = wide[["improved", "unchanged", "worse"]].sum(axis=1)
    for name, expected in (("of due", due), ("of observed", observed)):
        sizes = sizes_of(
            numbers, "T14.2.9.2", analysis_id="proportion", stat_name="N", category=name
        )
        assert len(sizes) > 20
        for row in sizes.itertuples():
            assert row.stat == expected[row.group, row.visit]
    first = sizes_of(numbers, "T14.2.9.1", analysis_id="due", stat_name="n")
    assert (by_place(first, "group", "visit") == due).all()
    with_death = sizes_of(numbers, "T14.2.9.2", analysis_id="mean change with death", stat_name="n")
    seen = sizes_of(numbers, "T14.2.9.2", analysis_id="mean change", stat_name="n")
    assert (by_place(seen, "group", "visit") == observed).all()
    more = by_place(with_death, "group", "visit") - observed
    assert ((more >= 0) & (more <= wide["dead"])).all()
    assert more.sum() > 0


# Denominators that are an analysis set: everybody with the flag, in the group of first therapy.
WHOLE_SETS = (
    *("T14.1.1", "T14.1.2", "T14.2.1.2", "T14.2.2.1", "T14.2.2.2", "T14.2.7.1"),
    *("T14.2.7.3", "T14.3.2", "F14.1.1", "T14.1.3"),
)


@pytest.mark.parametrize("output", WHOLE_SETS)
def test_a_denominator_that_is_an_analysis_set_is_all_of_it(cut, output):
    collector, numbers, _ = cut
    adsl = collector.datasets["adsl"]
    sizes = sizes_of(numbers, output, stat_name="N")
    assert len(sizes)
    sizes = sizes[sizes["category"].ne("window closed")]  # its own law below
    for row in sizes.itertuples():
        members = adsl[adsl[row.analysis_set].eq("Y")]
        if row.group not in ("", "All"):
            members = members[members["TRTGRP1"].eq(row.group)]
        assert row.stat == len(members), (row.analysis_id, row.group, row.parameter)


def test_complications_of_biopsies_are_of_those_with_tissue(cut):
    collector, numbers, members = cut
    specimens = collector.datasets["adngs"]
    tissue = set(specimens.loc[specimens["SPECTYPE"].eq("tissue"), "USUBJID"])
    sizes = sizes_of(numbers, "T14.3.1.4", stat_name="N")
    assert len(sizes) > 3
    assert set(sizes["stat"]) == {len(tissue)}
    mine = members[members["output_id"].eq("T14.3.1.4")].groupby("analysis_id")["USUBJID"]
    assert set(mine.get_group("incidence")) <= tissue
    if "without tissue taken" in mine.groups:
        assert not set(mine.get_group("without tissue taken")) & tissue


def test_not_due_is_not_missing_and_one_reading_of_due_everywhere(cut):
    """Week 16 closed in T14.2.1.2 is Week 16 due in T14.2.1.1; who is not due yet is not assessed."""
    collector, numbers, members = cut
    closed = sizes_of(numbers, "T14.2.1.2", stat_name="N", category="window closed")
    due = sizes_of(numbers, "T14.2.1.1", stat_name="n", visit="Week 16", parameter="Due")
    due = due.set_index(["analysis_id", "group"])["stat"]
    assert len(closed) == 2 * 2 * 4
    for row in closed.itertuples():
        assert row.stat == due[row.analysis_id, row.group]
    # "not due yet" of T14.2.1.2 stands among the not due at Week 8, without an assessment
    waiting = members[members["category"].eq("no assessment: not due yet")]
    waiting = waiting[waiting["output_id"].eq("T14.2.1.2")]
    open_visits = members[members["output_id"].eq("T14.2.1.1") & members["visit"].eq("Week 8")]
    open_visits = open_visits[open_visits["parameter"].eq("Not due")]
    place = ["analysis_id", "group", "USUBJID"]
    both = waiting[place].merge(open_visits[place])
    assert len(both) == len(waiting)
    scanned = members[members["category"].eq("no assessment: never scanned")]
    assert scanned[place].merge(open_visits[place]).empty
    # so stand those of the waterfall who have no bar
    bars = members[members["output_id"].eq("F14.2.1.1")].groupby("category")["USUBJID"].agg(set)
    response_set = open_visits[open_visits["analysis_id"].eq("RSPEVLFL")]
    without = bars.get("without", set())
    not_due_yet = bars.get("without, not due yet", set())
    assert not_due_yet == without & set(response_set["USUBJID"])
    # the fixed rate of PROMIS-29 says how many of its denominator are not due
    rows = sizes_of(numbers, "T14.2.8.1", parameter="Completed of all with a baseline form")
    not_due = rows[rows["category"].eq("not_due")].set_index(["analysis_id", "group", "visit"])
    assert not_due.loc[not_due.index.get_level_values("visit") == "Baseline", "stat"].eq(0).all()
    adsl = collector.datasets["adsl"].set_index("USUBJID")
    of_cell = members[members["category"].eq("not_due")]
    of_cell = of_cell[of_cell["parameter"].eq("Completed of all with a baseline form")]
    last = {"Week 8": 84, "Month 12": 395}
    for visit, day in last.items():
        who = of_cell.loc[of_cell["visit"].eq(visit), "USUBJID"].unique()
        closes = adsl["ANCHORDT"] + pd.Timedelta(days=day - 1)
        assert (closes[who] > adsl.loc[who, "DCUTDT"]).all()


def test_values_and_missing_values_at_baseline_are_the_patients(cut):
    _, numbers, _ = cut
    rows = sizes_of(numbers, "T14.1.3")
    patients = rows[rows["parameter"].eq("Patients")].set_index(["analysis_id", "group"])["stat"]
    known = rows[rows["stat_name"].eq("n_missing")]
    n = rows[rows["stat_name"].eq("n") & rows["category"].eq("")]
    n = n.set_index(["analysis_id", "group", "parameter"])["stat"]
    assert len(known) > 20
    for row in known.itertuples():
        counted = n[row.analysis_id, row.group, row.parameter] + row.stat
        assert counted == patients[row.analysis_id, row.group]


def test_patients_of_a_safety_column_are_the_denominator_of_every_line(cut):
    _, numbers, _ = cut
    for output in ("T14.3.1.1", "T14.3.1.2", "T14.3.1.3"):
        rows = sizes_of(numbers, output)
        exposed = rows[rows["analysis_id"].eq("exposure") & rows["stat_name"].eq("n")]
        exposed = exposed.set_index("group")["stat"]
        sizes = rows[rows["stat_name"].eq("N")]
        assert len(sizes) > 50
        assert (sizes["stat"].to_numpy() == exposed[sizes["group"]].to_numpy()).all()


def test_curves_are_of_everybody_in_the_column(cut):
    _, numbers, _ = cut
    curves = (
        ("F14.3.1", "patients", ["group"]),
        ("F14.2.2.1", "patients", ["group"]),
        ("T14.2.8.5", "outcome", ["group", "parameter"]),
    )
    for output, analysis, key in curves:
        rows = sizes_of(numbers, output)
        size = rows[rows["analysis_id"].eq(analysis) & rows["stat_name"].eq("N")]
        size = size.set_index(key)["stat"]
        points = rows[rows["analysis_id"].eq("at landmark") & rows["stat_name"].eq("n_at_risk")]
        assert len(points) > 8
        for row in points.itertuples():
            at = tuple(getattr(row, name) for name in key)
            assert row.n_subjects == size[at if len(at) > 1 else at[0]], (output, at)
