"""Four extracts of one registry: late entry, corrections, deletions, things still open."""

from __future__ import annotations

from itertools import pairwise

import pandas as pd
import pytest
import yaml

CUTS = ("DC01", "DC02", "DC03", "DC04")
PAIRS = list(pairwise(CUTS))
KEYS = {
    "treatments": ["regimen_id"],
    "adverse_events": ["ae_id"],
    "tumour_responses": ["patient_id", "assessment_date", "assessor"],
    "ecog": ["patient_id", "assessment_date"],
    "follow_up": ["patient_id", "contact_date"],
    "disposition": ["patient_id", "event"],
    "patients": ["patient_id"],
}


def both(registry, table: str, pair) -> tuple[pd.DataFrame, pd.DataFrame]:
    earlier, later = (registry.table(table, cut).set_index(KEYS[table]) for cut in pair)
    return earlier, later


def test_parameters_of_the_cuts(usual):
    for previous, cut in zip((None, *CUTS), CUTS, strict=False):
        text = (usual.folder / f"params/cuts/{cut}.yaml").read_text("utf-8")
        params = yaml.safe_load(text)
        assert list(params) == [
            "cut", "label", "clinical_cutoff", "snapshot_date", "previous", "sap_version",
            "synthetic", "overrides",
        ]  # fmt: skip
        assert (params["cut"], params["previous"]) == (cut, previous)
        assert params["synthetic"] is True and params["overrides"] == {}
        lag = params["snapshot_date"] - params["clinical_cutoff"]
        assert lag.days == 15
        assert params["sap_version"] == "1.1"


@pytest.mark.parametrize("pair", PAIRS, ids=" ".join)
def test_an_error_free_registry_only_grows(clean, pair):
    for table in KEYS:
        earlier, later = both(clean, table, pair)
        assert earlier.index.isin(later.index).all(), table


@pytest.mark.parametrize("pair", PAIRS, ids=" ".join)
def test_rows_are_corrected_deleted_and_entered_late(usual, pair):
    gone = sum(
        (~earlier.index.isin(later.index)).sum()
        for earlier, later in (both(usual, table, pair) for table in KEYS)
    )
    assert gone > 0
    earlier, later = both(usual, "tumour_responses", pair)
    common = earlier.index.intersection(later.index)
    changed = earlier.loc[common, "overall_response"] != later.loc[common, "overall_response"]
    assert 0 < changed.mean() < 0.1
    cutoff = yaml.safe_load((usual.folder / f"params/cuts/{pair[0]}.yaml").read_text("utf-8"))[
        "clinical_cutoff"
    ].isoformat()
    dated = later.index.get_level_values("assessment_date") <= cutoff
    late = dated & ~later.index.isin(earlier.index)
    assert 0 < late.sum() < 0.15 * dated.sum()


@pytest.mark.parametrize("cut", CUTS)
def test_things_are_open_at_a_snapshot(usual, cut):
    given = usual.table("treatments", cut)
    assert ((given["end_date"] == "") == (given["stop_reason"] == "")).all()
    assert (given["end_date"] == "").any()
    tests = usual.table("sequencing", cut)
    assert ((tests["report_date"] == "") == (tests["qc_status"] == "pending")).all()
    assert (tests["qc_status"] == "pending").any()
    assert ((tests["qc_status"] == "fail") == (tests["qc_fail_reason"] != "")).all()
    events = usual.table("adverse_events", cut)
    assert (events.loc[events["outcome"] == "ongoing", "resolution_date"] == "").all()


def test_some_rows_are_dated_between_cutoff_and_snapshot(usual):
    for table, column in (
        ("tumour_responses", "assessment_date"),
        ("treatments", "start_date"),
        ("disposition", "event_date"),
    ):
        days = usual.table(table)[column]
        assert (days > "2023-11-30").any(), table


def test_a_death_not_yet_entered_leaves_its_event_open(usual):
    last = usual.table("adverse_events")
    fatal = last[last["grade"] == "5"].set_index("ae_id")
    earlier = usual.table("adverse_events", "DC03").set_index("ae_id")
    died = usual.table("disposition", "DC03")
    died = set(died.loc[died["event"] == "death", "patient_id"])
    both_cuts = fatal.index.intersection(earlier.index)
    known = earlier.loc[both_cuts, "patient_id"].isin(died)
    assert known.any()
    assert ((earlier.loc[both_cuts, "outcome"] == "fatal") == known).all()
