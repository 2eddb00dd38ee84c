"""What must hold for every time to event: order, calendar and later cuts do not move it."""

import pandas as pd
import pytest

from .stories import CUTOFF, Story, datasets_of, parameter, raw_frames, read_table
from .test_pfs_situations import TABLE
from .test_turnaround import TABLE as WORK_UP

STORIES = [row["what happened"] for row in [*read_table(TABLE), *read_table(WORK_UP)]]
EXACT = [text for text in STORIES if "dose 20" not in text]


def shifted(text, patient, days):
    story = Story(patient, text)
    for _, cells in story.rows:
        for name, value in cells.items():
            if isinstance(value, pd.Timestamp):
                cells[name] = value + pd.Timedelta(days=days)
            elif name in ("event_date", "onset_date"):
                cells[name] = f"{pd.Timestamp(value) + pd.Timedelta(days=days):%Y-%m-%d}"
    return story.rows


def extracts(stories, days=0):
    rows = []
    for number, text in enumerate(stories):
        patient = f"P{number:03d}"
        rows += shifted(text, patient, days) if days else Story(patient, text).rows
    return raw_frames(rows)


@pytest.fixture(scope="module")
def adtte(rules):
    return datasets_of(extracts(STORIES), rules)["adtte"]


def test_the_order_of_raw_rows_has_no_effect(adtte, rules):
    mixed = {
        name: table.sample(frac=1, random_state=7).reset_index(drop=True)
        for name, table in extracts(STORIES).items()
    }
    pd.testing.assert_frame_equal(datasets_of(mixed, rules)["adtte"], adtte)


@pytest.mark.parametrize("days", [-1000, 1])
def test_another_calendar_gives_the_same_days(rules, days):
    said = ["USUBJID", "PARAMCD", "AVAL", "CNSR", "EVTCAUSE", "EVNTDESC", "CNSDTDSC", "SITUATION"]
    there = datasets_of(extracts(EXACT), rules)["adtte"]
    later = CUTOFF + pd.Timedelta(days=days)
    moved = datasets_of(extracts(EXACT, days), rules, later)["adtte"]
    pd.testing.assert_frame_equal(moved[said], there[said])


def test_an_event_known_at_a_cut_stays_at_later_cuts(adtte, rules):
    """All but the composite: a scan may yet explain a treatment stopped for progression."""
    raw = extracts(STORIES)
    earlier = CUTOFF - pd.Timedelta(days=150)
    before = datasets_of(raw, rules, earlier)["adtte"]
    known = 0
    for paramcd in ("PFS", "PFSHYP", "PFSENR", "OS", "OSENR", "TTR", "TCONBIO", "TMTBTRT"):
        events = parameter(before, paramcd).query("CNSR == 0")
        known += len(events)
        same = ["ADT", "CNSR", "EVNTDESC", "SRCROW"]
        after = parameter(adtte, paramcd).loc[events.index, same]
        pd.testing.assert_frame_equal(events[same], after)
    assert known > 30


def test_nothing_ends_after_the_cut_or_before_its_origin(adtte):
    assert (adtte["ADT"] <= CUTOFF).all()
    assert (adtte["AVAL"] >= 1).all()
    days = (adtte["ADT"] - adtte["STARTDT"]).dt.days + 1
    assert days.astype("Int64").equals(adtte["AVAL"])


def test_an_event_has_its_words_and_a_censoring_has_its_own(adtte):
    ended = adtte["CNSR"].eq(0) | adtte["EVTCAUSE"].gt(0)
    assert adtte.loc[ended, "EVNTDESC"].notna().all()
    assert adtte.loc[ended, "CNSDTDSC"].isna().all()
    assert adtte.loc[~ended, "CNSDTDSC"].notna().all()
    assert adtte.loc[~ended, "EVNTDESC"].isna().all()


def test_composite_ends_no_later_and_hypothetical_has_no_more_events(adtte):
    main, hypothetical, composite = (
        parameter(adtte, paramcd) for paramcd in ("PFS", "PFSHYP", "PFSCOMP")
    )
    assert (composite["CNSR"].eq(0) | main["CNSR"].gt(0)).all()
    events = main["CNSR"].eq(0)
    assert (composite.loc[events, "AVAL"] <= main.loc[events, "AVAL"]).all()
    assert (hypothetical["CNSR"].gt(0) | events).all()
    assert (hypothetical["AVAL"] <= main["AVAL"]).all()


def test_an_empty_cut_gives_an_empty_dataset(rules):
    adtte = datasets_of(raw_frames([]), rules)["adtte"]
    assert len(adtte) == 0
    assert {"USUBJID", "PARAMCD", "AVAL", "CNSR"} <= set(adtte)
