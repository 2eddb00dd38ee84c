"""Deaths and fatal adverse events: who is counted in one table otherwise than in the other."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.displays.lookup import Numbers
from analysis.endpoints.fatal_events import (
    DISAGREEMENTS,
    EVENT_NO_DEATH,
    RELATED_OTHER_CAUSE,
    SEVERAL_EVENTS,
    TREATMENT_NO_EVENT,
    disagreements,
)
from analysis.estimates.rows import EstimateRows
from analysis.outputs.safety.cells import disagreement_note
from analysis.outputs.safety.deaths import add_disagreements
from tests.tables import table

KINDS = dict(zip("RTNS", DISAGREEMENTS, strict=True))

# Fatal events by relation. R related, other cause; T treatment, no event; N no death; S several.
PATIENTS = table(
    """
    | patient              | died | cause     | fatal events | kinds |
    | nothing              | N    |           |              |       |
    | of disease           | Y    | disease   |              |       |
    | unrelated            | Y    | disease   | no           |       |
    | relation not known   | Y    | disease   | unknown      |       |
    | related, disease     | Y    | disease   | yes          | R     |
    | related, other       | Y    | other     | yes          | R     |
    | related, unknown     | Y    | unknown   | yes          | R     |
    | related, no cause    | Y    |           | yes          |       |
    | related, treatment   | Y    | treatment | yes          |       |
    | treatment, nothing   | Y    | treatment |              | T     |
    | treatment, unrelated | Y    | treatment | no           | T     |
    | treatment, perhaps   | Y    | treatment | unknown      |       |
    | fatal, alive         | N    |           | yes          | N     |
    | two                  | Y    | disease   | no no        | S     |
    | two, one related     | Y    | disease   | no yes       | R S   |
    | two, alive           | N    |           | no no        | N S   |
    """
)


@pytest.fixture(scope="module")
def datasets():
    people = [
        {"USUBJID": row["patient"], "DTHFL": row["died"], "DTHCAUS": row["cause"] or None}
        for row in PATIENTS
    ]
    events = [
        {"USUBJID": row["patient"], "AEOUT": outcome, "AEREL": relation}
        for row in PATIENTS
        for outcome, relations in (
            ("fatal", (row["fatal events"] or "").split()),
            ("resolved", ["yes"]),
        )
        for relation in relations
    ]
    return pd.DataFrame(people), pd.DataFrame(events)


@pytest.mark.parametrize("row", PATIENTS, ids=lambda row: row["patient"])
def test_what_disagrees(datasets, row):
    found = disagreements(*datasets)
    kinds = found.loc[found["USUBJID"].eq(row["patient"]), "KIND"].tolist()
    assert kinds == [KINDS[kind] for kind in (row["kinds"] or "").split()]


def test_nobody_died_and_nothing_happened():
    adsl = pd.DataFrame({"USUBJID": ["P1"], "DTHFL": [None], "DTHCAUS": [None]})
    adae = pd.DataFrame({"USUBJID": [], "AEOUT": [], "AEREL": []}, dtype=object)
    assert len(disagreements(adsl, adae)) == 0


def note(adsl, adae):
    rows = EstimateRows("T14.3.2", "ENRLFL")
    add_disagreements(rows, disagreements(adsl, adae), "All", adsl["USUBJID"])
    return disagreement_note(Numbers(rows), "T14.3.1.1")


def test_the_note_under_both_tables_counts_each_kind(datasets):
    said = note(*datasets)
    expected = {RELATED_OTHER_CAUSE: 4, TREATMENT_NO_EVENT: 2, EVENT_NO_DEATH: 2, SEVERAL_EVENTS: 3}
    for kind, n in expected.items():
        assert f"{kind[0].lower()}{kind[1:]}: {n}" in said
    assert "do not agree" in said


def test_the_note_says_so_where_all_agree(datasets):
    adsl, adae = datasets
    agreeing = [row["patient"] for row in PATIENTS if not row["kinds"]]
    adsl, adae = (frame[frame["USUBJID"].isin(agreeing)] for frame in (adsl, adae))
    assert "agree in every patient" in note(adsl, adae)
